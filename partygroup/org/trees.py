"""The party's tree as nested nodes, made from rows already read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from partygroup.org.models import UnitKind


@dataclass
class Node:
    """A unit with the units below it. `members` counts each person once."""

    id: int
    kind: str
    name: str
    members: int
    below: list[Node] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Return how many units of a kind stand below."""
        return sum((node.kind == kind) + node.count(kind) for node in self.below)

    @property
    def branches(self) -> int:
        return self.count(UnitKind.BRANCH)

    @property
    def groups(self) -> int:
        return self.count(UnitKind.PARTY_GROUP)


def tree_of(rows: Iterable, members: dict[int, int], is_visible: Callable[[tuple[int, ...]], bool]) -> list[Node]:
    """Return the visible units of rows (id, kind, name, parent_id) as trees, in the order of the rows.

    `members`: number by branch and group. `is_visible` is asked with the unit's line, from the unit upwards.
    """
    rows = list(rows)
    parents = {row.id: row.parent_id for row in rows}
    nodes = {
        row.id: Node(row.id, row.kind, row.name, members.get(row.id, 0))
        for row in rows
        if is_visible(_line(row.id, parents))
    }
    tops = []
    for unit_id, node in nodes.items():
        above = nodes.get(parents[unit_id])
        (above.below if above else tops).append(node)
    for node in tops:
        _add_up(node)
    return tops


def _line(unit_id: int | None, parents: dict) -> tuple[int, ...]:
    line = []
    while unit_id in parents:
        line.append(unit_id)
        unit_id = parents[unit_id]
    return tuple(line)


def _add_up(node: Node) -> int:
    """Set the members of units above branches to the sum of what is below; a branch knows its own number."""
    below = sum(_add_up(one) for one in node.below)
    if node.kind not in (UnitKind.BRANCH, UnitKind.PARTY_GROUP):
        node.members = below
    return node.members

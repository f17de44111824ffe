"""Founding the demo company: the party's units and those of the works, all from one day on (domain.md 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from partygroup.demo.rows import insert_rows, insert_with_ids, trail_row, witness_rows
from partygroup.demo.shape import COMPANY, BranchShape, CommitteeShape
from partygroup.org.models import Placement, Unit, UnitKind


@dataclass(frozen=True)
class BranchPlace:
    """A founded branch: its shape, and the ids of its unit and those around it."""

    shape: BranchShape
    id: int
    company_id: int
    committee_id: int
    committee_name: str
    group_ids: tuple[int, ...]
    team_ids: dict[str, int]


@dataclass
class Drawing:
    """Units on paper, parents first; an index stands for the id that each will get."""

    kinds: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    parents: list[int | None] = field(default_factory=list)

    def add(self, kind: UnitKind, name: str, parent: int | None = None) -> int:
        """Draw a unit under another and return its index."""
        self.kinds.append(kind)
        self.names.append(name)
        self.parents.append(parent)
        return len(self.kinds) - 1


def found_company(session, shapes: list[CommitteeShape], *, from_on: date, at: datetime) -> list[BranchPlace]:
    """Write all units with their places and witnesses; return the branches in the organisation's order."""
    drawing = Drawing()
    drawn = [place for shape in shapes for place in _draw(drawing, shape)]
    ids = insert_with_ids(session, Unit, [{"kind": kind} for kind in drawing.kinds])
    placements = [_placement(drawing, ids, index, from_on) for index in range(len(ids))]
    insert_rows(session, Placement, placements)
    witness_rows(session, [_founded(kind, row, at) for kind, row in zip(drawing.kinds, placements, strict=True)])
    return [_with_ids(place, ids) for place in drawn]


def _draw(drawing: Drawing, committee: CommitteeShape) -> Iterator[BranchPlace]:
    company = 0 if drawing.kinds else drawing.add(UnitKind.COMPANY, COMPANY)
    party = drawing.add(UnitKind.UNIT_COMMITTEE, committee.name, company)
    plant = drawing.add(UnitKind.PLANT, committee.plant, company)
    for shape in committee.branches:
        branch = drawing.add(UnitKind.BRANCH, shape.name, party)
        groups = [drawing.add(UnitKind.PARTY_GROUP, group.name, branch) for group in shape.groups]
        workshop = drawing.add(UnitKind.WORKSHOP, shape.workplace, plant)
        teams = {team: drawing.add(UnitKind.SHIFT_TEAM, team, workshop) for team in dict.fromkeys(shape.teams)}
        yield BranchPlace(shape, branch, company, party, committee.name, tuple(groups), teams)


def _placement(drawing: Drawing, ids: list[int], index: int, from_on: date) -> dict:
    parent = drawing.parents[index]
    return {
        "unit_id": ids[index],
        "parent_id": None if parent is None else ids[parent],
        "name": drawing.names[index],
        "sort": index,
        "from_on": from_on,
        "until_on": None,
    }


def _founded(kind: str, row: dict, at: datetime) -> dict:
    after = {"kind": kind, "name": row["name"], "parent_id": row["parent_id"], "from_on": row["from_on"].isoformat()}
    return trail_row("org.unit.found", ("unit", row["unit_id"]), at=at, by=None, unit_id=row["unit_id"], after=after)


def _with_ids(place: BranchPlace, ids: list[int]) -> BranchPlace:
    """Return a drawn branch with ids in the place of indexes."""
    return BranchPlace(
        place.shape,
        ids[place.id],
        ids[place.company_id],
        ids[place.committee_id],
        place.committee_name,
        tuple(ids[group] for group in place.group_ids),
        {team: ids[index] for team, index in place.team_ids.items()},
    )

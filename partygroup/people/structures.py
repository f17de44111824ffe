"""How branches were made up through a span of days, set-wise: their own days, their committees', their groups'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

import sqlalchemy as sa

from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import COMMITTEE_ROLES, Post
from partygroup.people.rules import COMMITTEE_SIZE

#: Days [from, until) during which something existed; until None: still does.
Span = tuple[date, date | None]
#: Fewer people in posts than that are a secretary with a deputy, not a committee (domain.md 3.2).
COMMITTEE_AT_LEAST = COMMITTEE_SIZE[0]


@dataclass(frozen=True)
class Structure:
    """A branch's own life, its committee's, and its groups' (by unit id), as spans of days."""

    branch_id: int
    branch: tuple[Span, ...]
    committee: tuple[Span, ...] = ()
    groups: tuple[tuple[int, tuple[Span, ...]], ...] = ()


@dataclass(frozen=True)
class Structures:
    """The structures of branches by id; the names of branches and groups; the posts in each of them."""

    by_branch: Mapping[int, Structure]
    names: Mapping[int, str]
    posts: Mapping[int, list[Post]]

    @property
    def unit_ids(self) -> list[int]:
        """Return the branches and their groups."""
        return [*self.by_branch, *(group_id for one in self.by_branch.values() for group_id, _ in one.groups)]


def lived_through(spans: Iterable[Span], first: date, last: date) -> bool:
    """Say whether the spans together cover every day from first to last, both included."""
    reached = first
    for start, end in sorted(spans, key=lambda span: span[0]):
        if start > reached:
            break
        if end is None or end > last:
            return True
        reached = max(reached, end)
    return False


def structures_of(session, branch_ids: Collection[int], first: date, last: date) -> Structures:
    """Return how the branches were made up from one day to another, both included; two statements."""
    places = _placements(session, branch_ids, first, last)
    own: dict[int, list[Span]] = defaultdict(list)
    for row in places:
        own[row.unit_id].append((row.from_on, row.until_on))
    groups = _groups_by_branch(places, branch_ids)
    names = {row.unit_id: row.name for row in places}
    posts = _posts(session, [*branch_ids, *(row.unit_id for row in places if row.kind == UnitKind.PARTY_GROUP)], first,
                   last)  # fmt: skip
    by_branch = {
        branch_id: Structure(
            branch_id,
            tuple(own[branch_id]),
            committee_spans(_in_committee(posts[branch_id])),
            tuple((group_id, tuple(spans)) for group_id, spans in groups[branch_id].items()),
        )
        for branch_id in branch_ids
    }
    return Structures(by_branch, names, posts)


def _placements(session, branch_ids: Collection[int], first: date, last: date) -> list[sa.Row]:
    return session.execute(
        sa.select(
            Placement.unit_id, Unit.kind, Placement.parent_id, Placement.name, Placement.from_on, Placement.until_on
        )
        .join(Unit, Unit.id == Placement.unit_id)
        .where(
            sa.or_(
                Placement.unit_id.in_(branch_ids),
                sa.and_(Unit.kind == UnitKind.PARTY_GROUP, Placement.parent_id.in_(branch_ids)),
            ),
            Placement.from_on <= last,
            sa.or_(Placement.until_on.is_(None), Placement.until_on > first),
        )
        .order_by(Placement.sort, Placement.unit_id, Placement.from_on)
    ).all()


def _groups_by_branch(places: Iterable[sa.Row], branch_ids: Collection[int]) -> dict[int, dict[int, list[Span]]]:
    groups: dict[int, dict[int, list[Span]]] = {branch_id: {} for branch_id in branch_ids}
    for row in places:
        if row.kind == UnitKind.PARTY_GROUP and row.parent_id in groups:
            groups[row.parent_id].setdefault(row.unit_id, []).append((row.from_on, row.until_on))
    return groups


def _posts(session, unit_ids: Collection[int], first: date, last: date) -> dict[int, list[Post]]:
    rows = session.scalars(
        sa.select(Post).where(
            Post.unit_id.in_(unit_ids),
            Post.from_on <= last,
            sa.or_(Post.until_on.is_(None), Post.until_on > first),
        )
    )
    found: dict[int, list[Post]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(row)
    return found


def _in_committee(posts: Iterable[Post]) -> list[tuple[int, date, date | None]]:
    return [(post.person_id, post.from_on, post.until_on) for post in posts if post.role in COMMITTEE_ROLES]


def committee_spans(posts: Iterable[tuple[int, date, date | None]]) -> tuple[Span, ...]:
    """Return the days on which a committee stood: those with at least three people in its posts."""
    posts = list(posts)
    edges = sorted({day for _, *days in posts for day in days if day})
    spans = []
    for start, end in zip_longest(edges, edges[1:]):
        sitting = {person for person, begun, until in posts if begun <= start and (until is None or until > start)}
        if len(sitting) >= COMMITTEE_AT_LEAST:
            spans.append((start, end))
    return tuple(spans)

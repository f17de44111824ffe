"""How branches stood in a quarter, set-wise: their days, committees, groups, officers, terms (PF1, PF3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.db import holds_on
from partygroup.evaluation.due import BranchShape, GroupShape, Span, Structure
from partygroup.evaluation.models import CommitteeTerm
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import COMMITTEE_ROLES, MEMBERS, Belonging, Post, Role, Standing, StandingSpan
from partygroup.people.rules import COMMITTEE_SIZE

#: Fewer people in posts than that are a secretary with a deputy, not a committee (domain.md 3.2).
COMMITTEE_AT_LEAST = COMMITTEE_SIZE[0]


@dataclass(frozen=True)
class Standings:
    """The structures of branches by id, the names of their groups, and their shapes on a day."""

    structures: Mapping[int, Structure]
    names: Mapping[int, str]
    shapes: Mapping[int, BranchShape]


def standings_of(
    session, branch_ids: Collection[int], quarter: Quarter, day: date, *, known_at: datetime | None = None
) -> Standings:
    """Return how the branches stood through the quarter (in the fourth: the year) and on a day; five statements."""
    first = quarter.first.replace(month=1) if quarter.number == 4 else quarter.first
    places = _placements(session, branch_ids, first, quarter.last)
    own: dict[int, list[Span]] = defaultdict(list)
    for row in places:
        own[row.unit_id].append((row.from_on, row.until_on))
    groups = _groups_by_branch(places, branch_ids)
    posts = _posts(session, [*branch_ids, *(row.unit_id for row in places if row.kind == UnitKind.PARTY_GROUP)], first,
                   quarter.last)  # fmt: skip
    members = _members(session, branch_ids, day)
    terms = _terms(session, branch_ids, day, known_at)
    names = {row.unit_id: row.name for row in places}
    structures = {
        branch_id: Structure(
            branch_id,
            tuple(own[branch_id]),
            committee_spans(_in_committee(posts[branch_id])),
            tuple((group_id, tuple(spans)) for group_id, spans in groups[branch_id].items()),
        )
        for branch_id in branch_ids
    }
    shapes = {
        branch_id: _shape(branch_id, groups[branch_id], names, posts, members[branch_id], terms.get(branch_id), day)
        for branch_id in branch_ids
    }
    return Standings(structures, names, shapes)


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


def _members(session, branch_ids: Collection[int], day: date) -> dict[int, list[sa.Row]]:
    rows = session.execute(
        sa.select(Belonging.branch_id, Belonging.group_id, Belonging.person_id, StandingSpan.standing)
        .join(StandingSpan, StandingSpan.person_id == Belonging.person_id)
        .where(
            Belonging.branch_id.in_(branch_ids),
            holds_on(Belonging, day),
            holds_on(StandingSpan, day),
            StandingSpan.standing.in_(MEMBERS),
        )
    )
    found: dict[int, list[sa.Row]] = defaultdict(list)
    for row in rows:
        found[row.branch_id].append(row)
    return found


def _terms(session, branch_ids: Collection[int], day: date, known_at: datetime | None) -> dict[int, CommitteeTerm]:
    """Return branch → the newest word on its latest election by a day."""
    known = sa.true() if known_at is None else CommitteeTerm.entered_at <= known_at
    rows = session.scalars(
        sa.select(CommitteeTerm)
        .where(CommitteeTerm.branch_id.in_(branch_ids), CommitteeTerm.from_on <= day, known)
        .order_by(CommitteeTerm.from_on, CommitteeTerm.id)
    )
    return {row.branch_id: row for row in rows}


def _held_on(posts: Iterable[Post], day: date) -> list[Post]:
    return [post for post in posts if post.from_on <= day and (post.until_on is None or post.until_on > day)]


def _shape(branch_id: int, groups: Mapping, names: Mapping, posts: Mapping, members: list, term, day: date):
    """Return a branch as it stood on a day; groups that did not stand then are left out."""
    held = _held_on(posts[branch_id], day)
    standing = [
        group_id
        for group_id, spans in groups.items()
        if any(start <= day and (until is None or until > day) for start, until in spans)
    ]
    in_committee = {post.person_id for post in held if post.role in COMMITTEE_ROLES}
    return BranchShape(
        has_secretary=any(post.role == Role.SECRETARY for post in held),
        full_members=sum(member.standing == Standing.FULL for member in members),
        has_committee=len(in_committee) >= COMMITTEE_AT_LEAST,
        officers=frozenset(post.role for post in held),
        term_until=term and term.until_on,
        groups=tuple(_group_shape(group_id, names[group_id], members, posts[group_id], day) for group_id in standing),
        outside_groups=sum(member.group_id not in standing for member in members) if standing else 0,
    )


def _group_shape(group_id: int, name: str, members: Iterable, posts: Iterable[Post], day: date) -> GroupShape:
    mine = [member for member in members if member.group_id == group_id]
    full = {member.person_id for member in mine if member.standing == Standing.FULL}
    led = any(post.role == Role.GROUP_LEADER and post.person_id in full for post in _held_on(posts, day))
    return GroupShape(name, len(mine), len(full), led)

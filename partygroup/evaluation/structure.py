"""How branches stood on a day, set-wise: their officers, groups, members, terms (PF3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.db import holds_on
from partygroup.evaluation.due import BranchShape, GroupShape
from partygroup.evaluation.terms import latest_terms
from partygroup.people.models import COMMITTEE_ROLES, MEMBERS, Belonging, Post, Role, Standing, StandingSpan
from partygroup.people.structures import COMMITTEE_AT_LEAST, Structures, structures_of


@dataclass(frozen=True)
class Standings:
    """How branches were made up through a quarter, and their shapes on a day, by id."""

    structures: Structures
    shapes: Mapping[int, BranchShape]


def standings_of(
    session, branch_ids: Collection[int], quarter: Quarter, day: date, *, known_at: datetime | None = None
) -> Standings:
    """Return how the branches stood through the quarter (in the fourth: the year) and on a day; four statements."""
    first = quarter.first.replace(month=1) if quarter.number == 4 else quarter.first
    found = structures_of(session, branch_ids, first, quarter.last)
    members = _members(session, branch_ids, day)
    terms = latest_terms(session, branch_ids, day, known_at=known_at)
    shapes = {
        branch_id: _shape(found, branch_id, members[branch_id], terms.get(branch_id), day) for branch_id in branch_ids
    }
    return Standings(found, shapes)


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


def _held_on(posts: Iterable[Post], day: date) -> list[Post]:
    return [post for post in posts if post.from_on <= day and (post.until_on is None or post.until_on > day)]


def _shape(found: Structures, branch_id: int, members: list, term, day: date) -> BranchShape:
    """Return a branch as it stood on a day; groups that did not stand then are left out."""
    held = _held_on(found.posts[branch_id], day)
    standing = [
        group_id
        for group_id, spans in found.by_branch[branch_id].groups
        if any(start <= day and (until is None or until > day) for start, until in spans)
    ]
    in_committee = {post.person_id for post in held if post.role in COMMITTEE_ROLES}
    return BranchShape(
        has_secretary=any(post.role == Role.SECRETARY for post in held),
        full_members=sum(member.standing == Standing.FULL for member in members),
        has_committee=len(in_committee) >= COMMITTEE_AT_LEAST,
        officers=frozenset(post.role for post in held),
        term_until=term and term.until_on,
        groups=tuple(
            _group_shape(group_id, found.names[group_id], members, found.posts[group_id], day) for group_id in standing
        ),
        outside_groups=sum(member.group_id not in standing for member in members) if standing else 0,
    )


def _group_shape(group_id: int, name: str, members: Iterable, posts: Iterable[Post], day: date) -> GroupShape:
    mine = [member for member in members if member.group_id == group_id]
    full = {member.person_id for member in mine if member.standing == Standing.FULL}
    led = any(post.role == Role.GROUP_LEADER and post.person_id in full for post in _held_on(posts, day))
    return GroupShape(name, len(mine), len(full), led)

"""Reading a branch and its groups as of a day: officers, leaders, numbers, names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.db import holds_on
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import (
    COMMITTEE_ROLES,
    MEMBERS,
    ROLE_NAMES,
    Belonging,
    Person,
    Post,
    Role,
    Standing,
    StandingSpan,
)
from partygroup.people.rules import GroupFacts, branch_warnings

_RANK = sa.case({role.value: number for number, role in enumerate(Role)}, value=Post.role)


@dataclass(frozen=True)
class Officer:
    """Somebody in a post of a unit, with the own standing and group."""

    person_id: int
    name: str
    role: str
    title: str
    unit_id: int
    standing: str | None
    group_id: int | None

    @property
    def fits_as_leader(self) -> bool:
        """Say whether the person is a full member of the very group (domain.md 14.5)."""
        return self.standing == Standing.FULL and self.group_id == self.unit_id


@dataclass(frozen=True)
class Group:
    """A group of a branch: its leader and its numbers."""

    id: int
    name: str
    leader: Officer | None
    members: int
    full: int

    @property
    def facts(self) -> GroupFacts:
        """Return what the rules ask of a group."""
        leader = self.leader
        return GroupFacts(
            self.name, self.members, self.full, leader and leader.name, leader is None or leader.fits_as_leader
        )


@dataclass(frozen=True)
class Branch:
    """A branch as of a day. `members` are full, probationary and those with suspended rights; `on_the_way` are not."""

    officers: tuple[Officer, ...]
    groups: tuple[Group, ...]
    full: int
    probationary: int
    members: int
    on_the_way: int
    ungrouped: int

    @property
    def warnings(self) -> list[str]:
        """Return what the branch should look at (domain.md 14.1–14.9)."""
        return branch_warnings(
            members=self.members,
            full=self.full,
            committee=len({officer.person_id for officer in self.officers if officer.role in COMMITTEE_ROLES}),
            groups=[group.facts for group in self.groups],
            ungrouped=self.ungrouped,
        )


def get_branch(session, branch_id: int, day: date) -> Branch:
    """Return a branch as of a day, by three statements however many groups and members it has."""
    counts = _counts(session, branch_id, day)
    members = {key: number for key, number in counts.items() if key[1] in MEMBERS}
    groups = _groups(session, branch_id, day)
    posts = officers_of(session, [branch_id, *(group.unit_id for group in groups)], day)
    return Branch(
        officers=tuple(post for post in posts if post.unit_id == branch_id),
        groups=tuple(_group(group, members, posts) for group in groups),
        full=_sum(members, standing=Standing.FULL),
        probationary=_sum(members, standing=Standing.PROBATIONARY),
        members=sum(members.values()),
        on_the_way=sum(counts.values()) - sum(members.values()),
        ungrouped=_sum(members, group_id=None),
    )


def _group(row: sa.Row, members: dict, posts) -> Group:
    leader = next((post for post in posts if post.unit_id == row.unit_id and post.role == Role.GROUP_LEADER), None)
    full = _sum(members, group_id=row.unit_id, standing=Standing.FULL)
    return Group(row.unit_id, row.name, leader, _sum(members, group_id=row.unit_id), full)


def officers_of(session, unit_ids: list[int], day: date) -> list[Officer]:
    """Return everybody in a post of these units on a day, in rank order (domain.md 16)."""
    rows = session.execute(
        sa.select(
            Person.id, Person.name, Post.role, Post.title, Post.unit_id, StandingSpan.standing, Belonging.group_id
        )
        .join(Person, Person.id == Post.person_id)
        .outerjoin(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .where(Post.unit_id.in_(unit_ids), holds_on(Post, day))
        .order_by(_RANK, Person.stroke_key, Person.id)
    )
    return [Officer(i, name, role, title or ROLE_NAMES[role], *rest) for i, name, role, title, *rest in rows]


def _counts(session, branch_id: int, day: date) -> dict[tuple[int | None, str], int]:
    """Return (group_id, standing) → number of people of a branch."""
    rows = session.execute(
        sa.select(Belonging.group_id, StandingSpan.standing, sa.func.count())
        .join(StandingSpan, StandingSpan.person_id == Belonging.person_id)
        .where(Belonging.branch_id == branch_id, holds_on(Belonging, day), holds_on(StandingSpan, day))
        .group_by(Belonging.group_id, StandingSpan.standing)
    )
    return {(group_id, standing): number for group_id, standing, number in rows}


def _sum(counts: dict, **wanted) -> int:
    """Return the sum of the counts whose group or standing is the wanted one."""
    return sum(
        number
        for (group_id, standing), number in counts.items()
        if {"group_id": group_id, "standing": standing}.items() >= wanted.items()
    )


def _groups(session, branch_id: int, day: date) -> list[sa.Row]:
    return session.execute(
        sa.select(Placement.unit_id, Placement.name)
        .join(Unit, Unit.id == Placement.unit_id)
        .where(Placement.parent_id == branch_id, Unit.kind == UnitKind.PARTY_GROUP, holds_on(Placement, day))
        .order_by(Placement.sort, Placement.unit_id)
    ).all()


def members_by_unit(session, day: date) -> dict[int, int]:
    """Return branch or group → number of members on a day, of the whole company, by one statement."""
    rows = session.execute(
        sa.select(Belonging.branch_id, Belonging.group_id, sa.func.count())
        .join(StandingSpan, StandingSpan.person_id == Belonging.person_id)
        .where(holds_on(Belonging, day), holds_on(StandingSpan, day), StandingSpan.standing.in_(MEMBERS))
        .group_by(Belonging.branch_id, Belonging.group_id)
    )
    numbers: dict[int, int] = {}
    for branch_id, group_id, number in rows:
        for unit_id in {branch_id, group_id} - {None}:
            numbers[unit_id] = numbers.get(unit_id, 0) + number
    return numbers


def members_of_group(session, group_id: int, day: date) -> list[sa.Row]:
    """Return the members of a group on a day as (id, name), in surname-stroke order."""
    return session.execute(
        sa.select(Person.id, Person.name)
        .join(Belonging, Belonging.person_id == Person.id)
        .join(StandingSpan, StandingSpan.person_id == Person.id)
        .where(Belonging.group_id == group_id, holds_on(Belonging, day), holds_on(StandingSpan, day))
        .where(StandingSpan.standing.in_(MEMBERS))
        .order_by(Person.stroke_key, Person.id)
    ).all()

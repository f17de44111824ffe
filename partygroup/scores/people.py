"""Who somebody was on a day, and who decides in a branch today: what the flow of declarations asks about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.attendance.rules import DUE_STANDINGS
from partygroup.db import holds_on
from partygroup.people.models import OFFICER_ROLES, Belonging, Person, Post, Role, StandingSpan


@dataclass(frozen=True)
class Membership:
    """Where a member stood on a day."""

    person_id: int
    name: str
    branch_id: int
    group_id: int | None


def memberships(session, person_ids, day: date) -> dict[int, Membership]:
    """Return by id who of these people was a member with points on a day, with branch and group; stroke order."""
    rows = session.execute(
        sa.select(Person.id, Person.name, Belonging.branch_id, Belonging.group_id)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .where(Person.id.in_(list(person_ids)), StandingSpan.standing.in_(DUE_STANDINGS))
        .order_by(Person.stroke_key, Person.id)
    )
    return {row.id: Membership(*row) for row in rows}


def members_of(session, unit_ids, day: date) -> list[Membership]:
    """Return the members with points of some branches or groups on a day, in stroke order."""
    rows = session.execute(
        sa.select(Person.id, Person.name, Belonging.branch_id, Belonging.group_id)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .where(sa.or_(Belonging.branch_id.in_(unit_ids), Belonging.group_id.in_(unit_ids)))
        .where(StandingSpan.standing.in_(DUE_STANDINGS))
        .order_by(Person.stroke_key, Person.id)
    )
    return [Membership(*row) for row in rows]


@dataclass(frozen=True)
class Officer:
    """Somebody who decides for a branch or leads one of its groups."""

    person_id: int
    name: str
    role: str
    unit_id: int


def officers_of(session, unit_ids, day: date) -> list[Officer]:
    """Return the officers of these branches and the leaders of these groups on a day: secretary, deputy, the others."""
    rank = (*OFFICER_ROLES, Role.GROUP_LEADER)
    rows = session.execute(
        sa.select(Post.person_id, Person.name, Post.role, Post.unit_id)
        .join(Person, Person.id == Post.person_id)
        .where(Post.unit_id.in_(list(unit_ids)), Post.role.in_(rank))
        .where(holds_on(Post, day))
        .order_by(Post.id)
    )
    return sorted((Officer(*row) for row in rows), key=lambda one: rank.index(one.role))


def leader_of(session, group_id: int | None, day: date) -> Officer | None:
    """Return the leader of a group on a day; None if there is none."""
    found = officers_of(session, [group_id], day) if group_id else []
    return next((one for one in found if one.role == Role.GROUP_LEADER), None)


def is_at_unit(officers: list[Officer], person_id: int, reviewed_by: int | None) -> bool:
    """Say whether the unit office decides: the beneficiary is the secretary, or no other officer is left to decide."""
    if any(one.person_id == person_id and one.role == Role.SECRETARY for one in officers):
        return True
    return is_nobody_left(officers, person_id, reviewed_by)


def is_nobody_left(officers: list[Officer], *without: int | None) -> bool:
    """Say whether a branch has no officer to decide but the beneficiary and whoever did the step before."""
    return not {one.person_id for one in officers if one.role in OFFICER_ROLES} - set(without)


def is_secretary(officers: list[Officer], person_id: int) -> bool:
    """Say whether somebody is the secretary among these officers."""
    return any(one.person_id == person_id and one.role == Role.SECRETARY for one in officers)

"""How a month of organisational life stands below a unit: counts by unit committee, made by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup import clock
from partygroup.db import holds_on
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import MEMBERS, Belonging, StandingSpan


@dataclass(frozen=True)
class Coverage:
    """One unit committee, or one branch of it: groups that met this month, of how many; branches; members."""

    unit_id: int
    kind: str
    name: str
    branches: int
    groups: int
    groups_met: int
    members: int


def coverage_below(session, roots: list[int], period: clock.Period, today: date) -> list[Coverage]:
    """Return one row for each unit directly below the roots, in the organisation's order, by one statement.

    Below a company: its unit committees. Below a unit committee: its branches.
    """
    rows = session.execute(_coverage(roots, period, today)).all()
    return [Coverage(*row) for row in rows]


def _coverage(roots, period, today) -> sa.Select:
    tree, is_group, is_branch = _tree(roots, today), Unit.kind == UnitKind.PARTY_GROUP, Unit.kind == UnitKind.BRANCH
    named, top_unit = aliased(Placement), aliased(Unit)
    return (
        sa.select(
            named.unit_id,
            top_unit.kind,
            named.name,
            sa.func.count(sa.case((is_branch, 1))),
            sa.func.count(sa.case((is_group, 1))),
            sa.func.count(sa.case((sa.and_(is_group, _met(period)), 1))),
            sa.func.coalesce(sa.func.sum(sa.case((is_branch, _members(today)), else_=0)), 0),
        )
        .select_from(tree)
        .join(Unit, Unit.id == tree.c.unit_id)
        .join(named, sa.and_(named.unit_id == tree.c.top_id, holds_on(named, today)))
        .join(top_unit, top_unit.id == named.unit_id)
        .group_by(named.unit_id, top_unit.kind, named.name, named.sort)
        .order_by(named.sort, named.unit_id)
    )


def _tree(roots, today) -> sa.CTE:
    """Return (top_id, unit_id) of each unit directly below the roots, with itself and all below it."""
    top, below = aliased(Placement), aliased(Placement)
    tree = (
        sa.select(top.unit_id.label("top_id"), top.unit_id.label("unit_id"))
        .join(Unit, Unit.id == top.unit_id)
        .where(top.parent_id.in_(roots), holds_on(top, today), Unit.kind.in_(tuple(UnitKind)[:5]))
        .cte("tree", recursive=True)
    )
    return tree.union_all(
        sa.select(tree.c.top_id, below.unit_id)
        .join(below, below.parent_id == tree.c.unit_id)
        .where(holds_on(below, today))
    )


def _met(period) -> sa.Exists:
    """Return the condition that a group has held its meeting in the period."""
    return sa.exists().where(
        Gathering.unit_id == Unit.id,
        Gathering.closed_at.is_not(None),
        Gathering.day >= clock.day_of(period.start),
        Gathering.day < clock.day_of(period.end),
        Meeting.gathering_id == Gathering.id,
        Kind.id == Meeting.kind_id,
        Kind.code == "group_meeting",
    )


def _members(today) -> sa.ScalarSelect:
    """Return the number of a branch's members."""
    return (
        sa.select(sa.func.count(sa.distinct(Belonging.person_id)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Belonging.person_id, holds_on(StandingSpan, today)))
        .where(Belonging.branch_id == Unit.id, holds_on(Belonging, today), StandingSpan.standing.in_(MEMBERS))
        .correlate(Unit)
        .scalar_subquery()
    )

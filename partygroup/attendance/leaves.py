"""Leave requests: those that wait, and by whom they were asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from partygroup.attendance.models import LEAVE_NAMES, Leave
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import WITH_ALL, Convened, convened, with_units
from partygroup.people.models import Belonging, Person


@dataclass(frozen=True)
class LeaveAsked:
    """A leave request waiting for an answer."""

    leave: Leave
    name: str
    group_id: int | None
    branch_id: int | None
    convened: Convened


def open_leaves(session, visible: sa.Select, today: date) -> list[LeaveAsked]:
    """Return unanswered leave requests of visible gatherings from yesterday on, oldest first."""
    gatherings = (
        visible.join(Leave, Leave.gathering_id == Gathering.id)
        .join(Person, Person.id == Leave.person_id)
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, today)))
        .where(Leave.decided_at.is_(None), Gathering.cancelled_at.is_(None), Gathering.day >= today - timedelta(days=7))
    )
    query = (
        with_units(gatherings)
        .add_columns(Leave, Person.name, Belonging.group_id, Belonging.branch_id)
        .options(*WITH_ALL)
        .order_by(Leave.asked_at)
        .limit(50)
    )
    return [LeaveAsked(row[7], row[8], row[9], row[10], convened(row)) for row in session.execute(query).unique()]


def get_leave(session, leave_id: int, gathering_id: int, today: date):
    """Return (leave, group_id) of a request of this gathering, with the person's group today; raise NotFound."""
    row = session.execute(
        sa.select(Leave, Belonging.group_id)
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Leave.person_id, holds_on(Belonging, today)))
        .where(Leave.id == leave_id, Leave.gathering_id == gathering_id)
    ).first()
    if row is None:
        raise NotFound
    return AskedBy(*row)


@dataclass(frozen=True)
class AskedBy:
    """A leave request and the group of the person who asks."""

    leave: Leave
    group_id: int | None


def leave_words(session, gathering_id: int) -> dict[int, str]:
    """Return person → how their leave from a gathering stands, in words."""
    rows = session.execute(
        sa.select(Leave.person_id, Leave.sort, Leave.granted).where(Leave.gathering_id == gathering_id)
    )
    return {
        one.person_id: LEAVE_NAMES[one.sort] if one.granted else "没有准假" if one.granted is False else "请假待批"
        for one in rows
    }


def leaves_of(session, gathering_id: int) -> list:
    """Return the unanswered leave requests of a gathering as (leave, name), oldest first."""
    return session.execute(
        sa.select(Leave, Person.name)
        .join(Person, Person.id == Leave.person_id)
        .where(Leave.gathering_id == gathering_id, Leave.decided_at.is_(None))
        .order_by(Leave.asked_at)
    ).all()

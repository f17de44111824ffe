"""A member's own attendance: what concerns me, how I stand, what I came to, my receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.models import Counting, DueEntry, Leave, Mark
from partygroup.attendance.rules import DUE_STANDINGS, Status, late_minutes, sent_later, status_of
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from partygroup.meetings.queries import WITH_ALL, Convened, chosen, convened, sits_again, that_counts, with_units
from partygroup.meetings.rules import SPREAD
from partygroup.people.models import COMMITTEE_ROLES


@dataclass(frozen=True)
class Mine:
    """A gathering as one member meets it: whether due, came, on leave."""

    convened: Convened
    counting: str | None
    came_at: datetime | None
    leave_sort: str | None
    leave_granted: bool | None
    leave_open: bool


def my_gatherings(session, who, today: date, *, days: int = 31) -> list[Mine]:
    """Return the gatherings from yesterday's unclosed on that concern a person as a member, soonest first.

    Concern: own group, own branch's members, committees one serves on, and every due list one stands in.
    """
    entry = sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == who.id)
    mark = sa.and_(Mark.gathering_id == Gathering.id, Mark.person_id == who.id, Mark.undone_at.is_(None))
    leave = sa.and_(Leave.gathering_id == Gathering.id, Leave.person_id == who.id)
    gatherings = (
        sa.select(Gathering)
        .outerjoin(DueEntry, entry)
        .where(
            Gathering.cancelled_at.is_(None), *_not_over(today, days),
            sa.or_(DueEntry.id.is_not(None), sa.and_(Gathering.opened_at.is_(None), _circle_of(who))),
        )
        .order_by(Gathering.day, Gathering.id)
        .limit(10)
    )  # fmt: skip
    query = (
        with_units(gatherings)
        .outerjoin(Mark, mark)
        .outerjoin(Leave, leave)
        .add_columns(DueEntry.counting, Mark.happened_at, Leave.sort, Leave.granted, Leave.id, Leave.decided_at)
        .options(*WITH_ALL)
    )
    rows = session.execute(query).unique()
    found = [Mine(convened(row), *row[7:11], row[11] is not None and row[12] is None) for row in rows]
    return sorted(found, key=lambda one: one.convened.starts_at)


def _circle_of(who) -> sa.ColumnElement:
    """Return whether a gathering's circle takes in a person as things stand today."""
    is_due = who.standing in DUE_STANDINGS
    committees = [post.unit_id for post in who.posts if post.role in COMMITTEE_ROLES]
    return sa.or_(
        sa.and_(Gathering.circle == "group", Gathering.unit_id == (who.group_id if is_due else 0)),
        sa.and_(Gathering.circle == "members", Gathering.unit_id == (who.branch_id if is_due else 0)),
        sa.and_(Gathering.circle == "committee", Gathering.unit_id.in_(committees)),
    )


def _not_over(today: date, days: int) -> tuple[sa.ColumnElement, ...]:
    """Return the conditions of a gathering from today on, of yesterday's still open, of one that sits again."""
    still_open = sa.and_(Gathering.closed_at.is_(None), Gathering.opened_at.is_not(None))
    return (
        Gathering.day.between(today - SPREAD, today + timedelta(days=days)),
        sa.or_(
            Gathering.day >= today,
            sa.and_(Gathering.day >= today - timedelta(days=1), still_open),
            sits_again(today),
        ),
    )


def attendance_select(person_id: int, first: date, last: date) -> sa.Select:
    """Return the select of one row: came, due. Kinds that do not count are left out (scoring.md 4)."""
    counts = sa.exists().where(
        Meeting.gathering_id == Gathering.id,
        Kind.id == Meeting.kind_id,
        that_counts(),
    )
    return (
        sa.select(sa.func.count(Mark.id).label("came"), sa.func.count(DueEntry.id).label("due"))
        .select_from(DueEntry)
        .join(Gathering, Gathering.id == DueEntry.gathering_id)
        .outerjoin(
            Mark,
            sa.and_(Mark.gathering_id == Gathering.id, Mark.person_id == DueEntry.person_id, Mark.undone_at.is_(None)),
        )
        .where(
            DueEntry.person_id == person_id,
            DueEntry.counting == Counting.DUE,
            Gathering.closed_at.is_not(None),
            Gathering.day >= first,
            Gathering.day < last,
            counts,
        )
    )


@dataclass(frozen=True)
class Attended:
    """One closed gathering in a member's own list."""

    convened: Convened
    counting: str
    happened_at: datetime | None
    door: str | None
    arrived_at: datetime | None
    leave_granted: bool | None
    leave_sort: str | None

    @property
    def status(self) -> Status:
        return status_of(self.counting, self.happened_at is not None, bool(self.leave_granted), True)

    @property
    def sent_later(self) -> str:
        return sent_later(self.door, self.happened_at, self.arrived_at) if self.happened_at else ""


def attended_by(session, person_id: int, *, before: tuple[date, int] | None = None, limit: int = 20) -> list[Attended]:
    """Return one page of the closed gatherings in whose due list a person stands, newest first."""
    mark = sa.and_(Mark.gathering_id == Gathering.id, Mark.person_id == person_id, Mark.undone_at.is_(None))
    leave = sa.and_(Leave.gathering_id == Gathering.id, Leave.person_id == person_id)
    entry = sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == person_id)
    order = (Gathering.day.desc(), Gathering.id.desc())
    page = sa.select(Gathering).join(DueEntry, entry).where(Gathering.closed_at.is_not(None))
    if before:
        page = page.where(sa.tuple_(Gathering.day, Gathering.id) < sa.tuple_(*map(sa.literal, before)))
    query = (
        with_units(chosen(page.order_by(*order).limit(limit)).join(DueEntry, entry).order_by(*order))
        .outerjoin(Mark, mark)
        .outerjoin(Leave, leave)
        .add_columns(DueEntry.counting, Mark.happened_at, Mark.door, Mark.arrived_at, Leave.granted, Leave.sort)
        .options(*WITH_ALL)
    )
    return [Attended(convened(row), *row[7:13]) for row in session.execute(query).unique()]


@dataclass(frozen=True)
class MyPlace:
    """How one person stands at one gathering: due entry (after opening), mark, leave."""

    counting: str | None
    reason: str | None
    happened_at: datetime | None
    door: str | None
    arrived_at: datetime | None
    leave: Leave | None

    @property
    def sent_later(self) -> str:
        return sent_later(self.door, self.happened_at, self.arrived_at) if self.happened_at else ""


def my_place_in(session, gathering, person_id: int) -> MyPlace:
    """Return how one person stands at a gathering, by one statement."""
    row = session.execute(
        sa.select(DueEntry.counting, DueEntry.reason, Mark.happened_at, Mark.door, Mark.arrived_at, Leave)
        .select_from(Gathering)
        .outerjoin(DueEntry, sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == person_id))
        .outerjoin(
            Mark,
            sa.and_(Mark.gathering_id == Gathering.id, Mark.person_id == person_id, Mark.undone_at.is_(None)),
        )
        .outerjoin(Leave, sa.and_(Leave.gathering_id == Gathering.id, Leave.person_id == person_id))
        .where(Gathering.id == gathering.id)
    ).one()
    return MyPlace(*row)


@dataclass(frozen=True)
class Receipt:
    """What the receipt of a sign-in says."""

    happened_at: datetime
    arrived_at: datetime
    door: str
    starts_at: datetime
    present: int
    due: int

    @property
    def sent_later(self) -> str:
        return sent_later(self.door, self.happened_at, self.arrived_at)

    @property
    def late(self) -> int:
        return late_minutes(self.happened_at, self.starts_at)


def my_receipt(session, gathering_id: int, person_id: int) -> Receipt:
    """Return a person's own mark with the counts of the gathering, by one statement; raise NotFound without a mark."""
    others = aliased(Mark)
    counted = sa.select(sa.func.count()).where(DueEntry.gathering_id == gathering_id, DueEntry.counting == Counting.DUE)
    came = sa.select(sa.func.count()).where(
        others.gathering_id == gathering_id,
        others.undone_at.is_(None),
        others.person_id.in_(
            sa.select(DueEntry.person_id).where(
                DueEntry.gathering_id == gathering_id, DueEntry.counting == Counting.DUE
            )
        ),
    )
    row = session.execute(
        sa.select(
            Mark.happened_at,
            Mark.arrived_at,
            Mark.door,
            Sitting.starts_at,
            came.scalar_subquery(),
            counted.scalar_subquery(),
        )
        .join(Sitting, Sitting.id == Mark.sitting_id)
        .where(Mark.gathering_id == gathering_id, Mark.person_id == person_id, Mark.undone_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return Receipt(*row)

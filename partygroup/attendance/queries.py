"""Reading attendance: the desk of a sign-in, the roll of a gathering, its counts and its tag."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.models import DOOR_NAMES, LEAVE_NAMES, Counting, DueEntry, Leave, Mark
from partygroup.attendance.rules import STATUS_NAMES, Desk, Seat, Status, late_minutes, seat_for, status_of
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from partygroup.meetings.queries import WITH_ALL, Convened, convened, with_units
from partygroup.org.queries import subtree_ids
from partygroup.people.models import COMMITTEE_ROLES, Belonging, Exclusion, Person, Post, StandingSpan

_ENTRY, _MARK, _LEAVE = DueEntry.__table__, Mark.__table__, Leave.__table__
_EFFECTIVE = _MARK.c.undone_at.is_(None)
_DESK = (
    sa.select(
        Gathering.id,
        Sitting.id,
        Sitting.starts_at,
        Gathering.opened_at,
        Gathering.closed_at,
        Gathering.cancelled_at,
        Gathering.unit_id,
        _ENTRY.c.counting,
        _MARK.c.id,
    )
    .join(Sitting, Sitting.gathering_id == Gathering.id)
    .outerjoin(
        _ENTRY, sa.and_(_ENTRY.c.gathering_id == Gathering.id, _ENTRY.c.person_id == sa.bindparam("person_id"))
    )
    .outerjoin(
        _MARK,
        sa.and_(_MARK.c.gathering_id == Gathering.id, _MARK.c.person_id == sa.bindparam("person_id"), _EFFECTIVE),
    )
)
_DESK_OF_SITTING = _DESK.where(Sitting.id == sa.bindparam("sitting_id"))
_DESK_OF_GATHERING = (
    _DESK.where(Gathering.id == sa.bindparam("gathering_id")).order_by(Sitting.starts_at, Sitting.id).limit(1)
)


def find_desk(session, *, sitting_id: int, person_id: int | None) -> Desk | None:
    """Return the desk of a sitting as one person meets it (person_id None: a stranger)."""
    row = session.execute(_DESK_OF_SITTING, {"sitting_id": sitting_id, "person_id": person_id}).first()
    return Desk(*row) if row else None


def get_desk(session, *, gathering_id: int, person_id: int) -> Desk:
    """Return the desk of a gathering's first sitting; raise NotFound."""
    row = session.execute(_DESK_OF_GATHERING, {"gathering_id": gathering_id, "person_id": person_id}).first()
    if row is None:
        raise NotFound
    return Desk(*row)


@dataclass(frozen=True)
class RollRow:
    """One person in the roll of a gathering, with the reason for the status and the door of the mark."""

    person_id: int
    name: str
    standing: str
    counting: str
    may_vote: bool
    group_id: int | None
    reason: str | None
    status: Status
    came: bool
    mark_id: int | None
    happened_at: datetime | None
    late: int
    door: str | None
    ticked_by: str | None
    note: str | None
    leave_id: int | None
    leave_sort: str | None
    leave_cause: str | None
    leave_open: bool

    @property
    def is_late(self) -> bool:
        return self.late > 0

    @property
    def why(self) -> str:
        """Return the reason for the status in words: door, leave or not-counted reason."""
        if self.came:
            words = f"{DOOR_NAMES[self.door]}" + (f"（{self.ticked_by}）" if self.ticked_by else "")
            return words + (f"，{self.note}" if self.note else "") + (f"，迟到 {self.late} 分钟" if self.late else "")
        if self.status == Status.LEAVE:
            return LEAVE_NAMES[self.leave_sort] + (f"，{self.leave_cause}" if self.leave_cause else "")
        if self.leave_open:
            return "请假待批"
        return self.reason or ("没有请假" if self.status == Status.ABSENT else STATUS_NAMES[self.status])


@dataclass(frozen=True)
class Roll:
    """The roll of a gathering: 应到 = 实到 + 请假 + 缺席（或未到）, each with its people."""

    rows: tuple[RollRow, ...]

    def of(self, *statuses: Status) -> list[RollRow]:
        """Return the rows of the given statuses in stroke order."""
        return [row for row in self.rows if row.status in statuses]

    @property
    def present(self) -> list[RollRow]:
        return self.of(Status.PRESENT)

    @property
    def on_leave(self) -> list[RollRow]:
        return self.of(Status.LEAVE)

    @property
    def missing(self) -> list[RollRow]:
        return self.of(Status.NOT_YET, Status.ABSENT)

    @property
    def due(self) -> list[RollRow]:
        return self.of(Status.PRESENT, Status.LEAVE, Status.NOT_YET, Status.ABSENT)

    @property
    def not_counted(self) -> list[RollRow]:
        return self.of(Status.NOT_COUNTED)

    @property
    def observers(self) -> list[RollRow]:
        return self.of(Status.OBSERVER)

    @property
    def voters_due(self) -> int:
        return sum(row.may_vote for row in self.rows)

    @property
    def voters_present(self) -> int:
        return sum(row.may_vote for row in self.present)

    @property
    def by_standing(self) -> Counter:
        """Return the due people counted by standing: full and probationary stand apart in minutes."""
        return Counter(row.standing for row in self.due)


def get_roll(session, gathering, starts_at: datetime) -> Roll:
    """Return the roll of an opened gathering by one statement, in surname-stroke order."""
    ticker = aliased(Person)
    rows = session.execute(
        sa.select(
            DueEntry.person_id,
            Person.name,
            DueEntry.standing,
            DueEntry.counting,
            DueEntry.may_vote,
            DueEntry.group_id,
            DueEntry.reason,
            Mark.id.label("mark_id"),
            Mark.happened_at,
            Mark.door,
            Mark.note,
            sa.case((Mark.by_id != Mark.person_id, ticker.name), (Mark.door == "tick", "本人")).label("ticked_by"),
            Leave.id.label("leave_id"),
            Leave.sort.label("leave_sort"),
            Leave.cause.label("leave_cause"),
            Leave.granted,
            Leave.decided_at,
        )
        .join(Person, Person.id == DueEntry.person_id)
        .outerjoin(
            Mark,
            sa.and_(
                Mark.gathering_id == DueEntry.gathering_id,
                Mark.person_id == DueEntry.person_id,
                Mark.undone_at.is_(None),
            ),
        )
        .outerjoin(ticker, ticker.id == Mark.by_id)
        .outerjoin(
            Leave, sa.and_(Leave.gathering_id == DueEntry.gathering_id, Leave.person_id == DueEntry.person_id)
        )
        .where(DueEntry.gathering_id == gathering.id)
        .order_by(Person.stroke_key, Person.id)
    )
    return Roll(tuple(_roll_row(row, gathering.closed_at is not None, starts_at) for row in rows))


def _roll_row(row, closed: bool, starts_at: datetime) -> RollRow:
    came = row.mark_id is not None
    return RollRow(
        person_id=row.person_id,
        name=row.name,
        standing=row.standing,
        counting=row.counting,
        may_vote=row.may_vote,
        group_id=row.group_id,
        reason=row.reason,
        status=status_of(row.counting, came, bool(row.granted), closed),
        came=came,
        mark_id=row.mark_id,
        happened_at=row.happened_at,
        late=late_minutes(row.happened_at, starts_at) if came else 0,
        door=row.door,
        ticked_by=row.ticked_by,
        note=row.note,
        leave_id=row.leave_id,
        leave_sort=row.leave_sort,
        leave_cause=row.leave_cause,
        leave_open=row.leave_id is not None and row.decided_at is None,
    )


def board_tag(session, gathering) -> str:
    """Return a tag that changes whenever the board of a gathering would look different."""
    marks = (
        sa.select(sa.func.count() * 1_000_000 + sa.func.coalesce(sa.func.max(Mark.id), 0) + sa.func.count(Mark.undone_at))
        .where(Mark.gathering_id == gathering.id)
        .scalar_subquery()
    )
    leaves = (
        sa.select(sa.func.count() * 1000 + sa.func.count(Leave.decided_at) * 31 + sa.func.count(sa.case((Leave.granted, 1))))
        .where(Leave.gathering_id == gathering.id)
        .scalar_subquery()
    )
    counted = (
        sa.select(sa.func.count())
        .where(DueEntry.gathering_id == gathering.id, DueEntry.counting == Counting.DUE)
        .scalar_subquery()
    )
    numbers = session.execute(sa.select(marks, leaves, counted)).one()
    return "-".join(map(str, (gathering.id, gathering.state, *numbers)))


@dataclass(frozen=True)
class Candidate:
    """Somebody of a circle on a day, with the seat they would get in its due list."""

    person_id: int
    name: str
    branch_id: int | None
    group_id: int | None
    standing: str
    seat: Seat


def circle_of(session, *, unit_id: int, circle: str, day: date, welcomes: tuple[str, ...]) -> list[Candidate]:
    """Return everybody of a circle as of a day with their seats, in stroke order (domain.md 5.3–5.5)."""
    rows = session.execute(
        sa.select(
            Person.id,
            Person.name,
            Belonging.branch_id,
            Belonging.group_id,
            StandingSpan.standing,
            sa.func.min(Exclusion.reason).label("exclusion"),
        )
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .outerjoin(Exclusion, sa.and_(Exclusion.person_id == Person.id, holds_on(Exclusion, day)))
        .where(_in_circle(unit_id, circle, day))
        .group_by(
            Person.id, Person.name, Person.stroke_key, Belonging.branch_id, Belonging.group_id, StandingSpan.standing
        )
        .order_by(Person.stroke_key, Person.id)
    )
    seated = ((row, seat_for(row.standing, row.exclusion, welcomes)) for row in rows)
    return [Candidate(*row[:5], seat) for row, seat in seated if seat]


def _in_circle(unit_id: int, circle: str, day: date):
    """Return the condition on Person and Belonging that picks the people of a circle."""
    if circle == "group":
        return Belonging.group_id == unit_id
    if circle == "members":
        return Belonging.branch_id.in_(subtree_ids([unit_id], day))
    holders = sa.select(Post.person_id).where(
        Post.unit_id == unit_id, Post.role.in_(COMMITTEE_ROLES), holds_on(Post, day)
    )
    return Person.id.in_(holders)


def undone_marks(session, gathering_id: int) -> list:
    """Return the undone marks of a gathering with names, oldest first: the trace that undoing leaves."""
    undoer = aliased(Person)
    return session.execute(
        sa.select(Person.name, Mark.door, Mark.happened_at, Mark.undone_at, Mark.undone_reason, undoer.name.label("by"))
        .join(Person, Person.id == Mark.person_id)
        .join(undoer, undoer.id == Mark.undone_by)
        .where(Mark.gathering_id == gathering_id, Mark.undone_at.is_not(None))
        .order_by(Mark.id)
    ).all()


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
    committees = [post.unit_id for post in who.posts if post.role in COMMITTEE_ROLES]
    circle = sa.or_(
        sa.and_(Gathering.circle == "group", Gathering.unit_id == (who.group_id or 0)),
        sa.and_(Gathering.circle == "members", Gathering.unit_id == (who.branch_id or 0)),
        sa.and_(Gathering.circle == "committee", Gathering.unit_id.in_(committees)),
    )
    still_open = sa.and_(Gathering.closed_at.is_(None), Gathering.opened_at.is_not(None))
    gatherings = (
        sa.select(Gathering)
        .outerjoin(DueEntry, entry)
        .where(
            Gathering.cancelled_at.is_(None),
            Gathering.day <= today + timedelta(days=days),
            sa.or_(Gathering.day >= today, sa.and_(still_open, Gathering.day >= today - timedelta(days=1))),
            sa.or_(DueEntry.id.is_not(None), sa.and_(Gathering.opened_at.is_(None), circle)),
        )
        .order_by(Gathering.day, Gathering.id)
        .limit(10)
    )
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


def attendance_of(session, person_id: int, first: date, last: date) -> tuple[int, int]:
    """Return (came, due): how many closed gatherings of [first, last) counted a person, and how many they came to.

    Kinds that do not count (谈心谈话 and rituals) are left out (scoring.md 4).
    """
    counts = sa.exists().where(
        Meeting.gathering_id == Gathering.id,
        Kind.id == Meeting.kind_id,
        sa.func.coalesce(Kind.spec["counts"].as_boolean(), sa.true()),
    )
    due, came = session.execute(
        sa.select(sa.func.count(DueEntry.id), sa.func.count(Mark.id))
        .join(Gathering, Gathering.id == DueEntry.gathering_id)
        .outerjoin(
            Mark,
            sa.and_(
                Mark.gathering_id == Gathering.id, Mark.person_id == DueEntry.person_id, Mark.undone_at.is_(None)
            ),
        )
        .where(
            DueEntry.person_id == person_id,
            DueEntry.counting == Counting.DUE,
            Gathering.closed_at.is_not(None),
            Gathering.day >= first,
            Gathering.day < last,
            counts,
        )
    ).one()
    return came, due


@dataclass(frozen=True)
class Attended:
    """One closed gathering in a member's own list."""

    convened: Convened
    counting: str
    happened_at: datetime | None
    door: str | None
    leave_granted: bool | None
    leave_sort: str | None

    @property
    def status(self) -> Status:
        return status_of(self.counting, self.happened_at is not None, bool(self.leave_granted), True)


def attended_by(session, person_id: int, *, before: tuple[date, int] | None = None, limit: int = 20) -> list[Attended]:
    """Return one page of the closed gatherings in whose due list a person stands, newest first."""
    mark = sa.and_(Mark.gathering_id == Gathering.id, Mark.person_id == person_id, Mark.undone_at.is_(None))
    leave = sa.and_(Leave.gathering_id == Gathering.id, Leave.person_id == person_id)
    gatherings = (
        sa.select(Gathering)
        .join(DueEntry, sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == person_id))
        .where(Gathering.closed_at.is_not(None))
        .order_by(Gathering.day.desc(), Gathering.id.desc())
        .limit(limit)
    )
    if before:
        gatherings = gatherings.where(sa.tuple_(Gathering.day, Gathering.id) < sa.tuple_(*map(sa.literal, before)))
    query = (
        with_units(gatherings)
        .outerjoin(Mark, mark)
        .outerjoin(Leave, leave)
        .add_columns(DueEntry.counting, Mark.happened_at, Mark.door, Leave.granted, Leave.sort)
        .options(*WITH_ALL)
    )
    return [Attended(convened(row), *row[7:12]) for row in session.execute(query).unique()]


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


def leaves_of(session, gathering_id: int) -> list:
    """Return the unanswered leave requests of a gathering as (leave, name), oldest first."""
    return session.execute(
        sa.select(Leave, Person.name)
        .join(Person, Person.id == Leave.person_id)
        .where(Leave.gathering_id == gathering_id, Leave.decided_at.is_(None))
        .order_by(Leave.asked_at)
    ).all()


@dataclass(frozen=True)
class MyPlace:
    """How one person stands at one gathering: due entry (after opening), mark, leave."""

    counting: str | None
    reason: str | None
    happened_at: datetime | None
    door: str | None
    leave: Leave | None


def my_place_in(session, gathering, person_id: int) -> MyPlace:
    """Return how one person stands at a gathering, by one statement."""
    row = session.execute(
        sa.select(DueEntry.counting, DueEntry.reason, Mark.happened_at, Mark.door, Leave)
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
    starts_at: datetime
    present: int
    due: int

    @property
    def late(self) -> int:
        return late_minutes(self.happened_at, self.starts_at)


def my_receipt(session, gathering_id: int, person_id: int) -> Receipt:
    """Return a person's own mark with the counts of the gathering, by one statement; raise NotFound without a mark."""
    others = aliased(Mark)
    counted = sa.select(sa.func.count()).where(
        DueEntry.gathering_id == gathering_id, DueEntry.counting == Counting.DUE
    )
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
        sa.select(Mark.happened_at, Sitting.starts_at, came.scalar_subquery(), counted.scalar_subquery())
        .join(Sitting, Sitting.id == Mark.sitting_id)
        .where(Mark.gathering_id == gathering_id, Mark.person_id == person_id, Mark.undone_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return Receipt(*row)

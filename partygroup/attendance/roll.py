"""The roll of a gathering: 应到 = 实到 + 请假 + 缺席, each person with reason and door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.models import (
    DOOR_NAMES,
    LEAVE_NAMES,
    Counting,
    Door,
    DueEntry,
    Leave,
    MakeUp,
    Mark,
    of_entry,
    stands_for_entry,
)
from partygroup.attendance.rules import STATUS_NAMES, Status, late_minutes, sent_later, status_of
from partygroup.errors import NotFound
from partygroup.meetings.models import AgendaItem, Gathering, Invitation, Meeting, Sitting
from partygroup.meetings.queries import with_units
from partygroup.people.models import Person
from partygroup.policy import Place


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
    arrived_at: datetime | None
    late: int
    door: str | None
    ticked_by: str | None
    note: str | None
    leave_id: int | None
    leave_sort: str | None
    leave_cause: str | None
    leave_open: bool
    made_up_on: date | None = None
    sitting_id: int | None = None

    @property
    def is_late(self) -> bool:
        return self.late > 0

    @property
    def sent_later(self) -> str:
        """Return when a mark that waited on a phone arrived (补传), in words; empty for others."""
        return sent_later(self.door, self.happened_at, self.arrived_at) if self.came else ""

    @property
    def why(self) -> str:
        """Return the reason for the status in words: door, leave or not-counted reason."""
        if self.came:
            words = f"{DOOR_NAMES[self.door]}" + (f"（{self.ticked_by}）" if self.ticked_by else "")
            words += f"，{self.sent_later} 传到" if self.sent_later else ""
            return words + (f"，{self.note}" if self.note else "") + (f"，迟到 {self.late} 分钟" if self.late else "")
        day = self.made_up_on
        return self._why_not + (f"；{day.month}月{day.day}日补课" if day else "")

    @property
    def _why_not(self) -> str:
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
    def sent_later(self) -> list[RollRow]:
        """Return those whose mark waited on a phone (补传)."""
        return [row for row in self.rows if row.sent_later]

    @property
    def made_up(self) -> list[RollRow]:
        """Return those on leave or absent who made it up: an overlay, the sum stays as it is."""
        return [row for row in self.due if row.made_up_on]

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

    def voters_present_at(self, sitting_id: int) -> int:
        """Return how many with a vote came to one sitting: presences of several are never added up for a vote."""
        return sum(row.may_vote and row.sitting_id == sitting_id for row in self.present)

    @property
    def by_standing(self) -> Counter:
        """Return the due people counted by standing: full and probationary stand apart in minutes."""
        return Counter(row.standing for row in self.due)


#: Marks made by hand: by oneself they say so.
_BY_HAND = Mark.door.in_((Door.TICK, Door.PAPER))


def get_roll(session, gathering) -> Roll:
    """Return the roll of an opened gathering by one statement, in surname-stroke order; late is by the own sitting."""
    return rolls_of(session, [gathering])[gathering.id]


def rolls_of(session, gatherings: Sequence) -> dict[int, Roll]:
    """Return gathering → its roll, of several, by one statement."""
    closed = {one.id: one.closed_at is not None for one in gatherings}
    found = {one: [] for one in closed}
    for row in session.execute(_rows_of(list(closed))):
        found[row.gathering_id].append(_roll_row(row, closed[row.gathering_id]))
    return {one: Roll(tuple(rows)) for one, rows in found.items()}


def _rows_of(gathering_ids: list[int]) -> sa.Select:
    ticker = aliased(Person)
    return (
        sa.select(
            DueEntry.gathering_id,
            DueEntry.person_id,
            Person.name,
            DueEntry.standing,
            DueEntry.counting,
            DueEntry.may_vote,
            DueEntry.group_id,
            DueEntry.reason,
            Mark.id.label("mark_id"),
            Mark.happened_at,
            Mark.arrived_at,
            Mark.door,
            Mark.note,
            sa.case((Mark.by_id != Mark.person_id, ticker.name), (_BY_HAND, "本人")).label("ticked_by"),
            Leave.id.label("leave_id"),
            Leave.sort.label("leave_sort"),
            Leave.cause.label("leave_cause"),
            Leave.granted,
            Leave.decided_at,
            MakeUp.on_day.label("made_up_on"),
            Mark.sitting_id,
            Sitting.starts_at,
        )
        .join(Person, Person.id == DueEntry.person_id)
        .outerjoin(Mark, stands_for_entry(Mark))
        .outerjoin(Sitting, Sitting.id == Mark.sitting_id)
        .outerjoin(ticker, ticker.id == Mark.by_id)
        .outerjoin(Leave, of_entry(Leave))
        .outerjoin(MakeUp, stands_for_entry(MakeUp))
        .where(DueEntry.gathering_id.in_(gathering_ids))
        .order_by(Person.stroke_key, Person.id)
    )


def _roll_row(row, closed: bool) -> RollRow:
    told, came = row._asdict(), row.mark_id is not None
    granted, decided_at, made_up_on = (told.pop(key) for key in ("granted", "decided_at", "made_up_on"))
    starts_at = told.pop("starts_at")
    del told["gathering_id"]
    return RollRow(
        **told,
        status=status_of(row.counting, came, bool(granted), closed),
        came=came,
        late=late_minutes(row.happened_at, starts_at) if came else 0,
        leave_open=row.leave_id is not None and decided_at is None,
        made_up_on=None if came else made_up_on,
    )


def _count_where(condition, *columns):
    """Return columns over the rows of one table that belong to the gathering of the statement around it."""
    return [sa.select(column).where(condition).correlate(Gathering).scalar_subquery() for column in columns]


_Guest = aliased(Gathering)
#: The gatherings that other branches hold along with the one of the statement around.
_GUESTS = (
    sa.select(Invitation.guest_gathering_id)
    .where(Invitation.gathering_id == Gathering.id, Invitation.guest_gathering_id.is_not(None))
    .correlate(Gathering)
)
#: What makes a board look different, as columns beside a gathering; guests (how many, due, marks) and agenda last.
_TAG = (
    Gathering.opened_at.is_(None),
    Gathering.closed_at.is_(None),
    Gathering.cancelled_at.is_(None),
    *_count_where(
        Mark.gathering_id == Gathering.id,
        sa.func.count() * 1_000_000 + sa.func.coalesce(sa.func.max(Mark.id), 0) + sa.func.count(Mark.undone_at),
    ),
    *_count_where(
        Leave.gathering_id == Gathering.id,
        sa.func.count() * 1000 + sa.func.count(Leave.decided_at) * 31 + sa.func.count(sa.case((Leave.granted, 1))),
    ),
    *_count_where(
        sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.counting == Counting.DUE),
        sa.func.count(),
    ),
    *_count_where(_Guest.id.in_(_GUESTS) & _Guest.cancelled_at.is_(None), sa.func.count(_Guest.id)),
    *_count_where(DueEntry.gathering_id.in_(_GUESTS) & (DueEntry.counting == Counting.DUE), sa.func.count(DueEntry.id)),
    *_count_where(Mark.gathering_id.in_(_GUESTS), sa.func.count(Mark.id) + sa.func.count(Mark.undone_at)),
    *_count_where(
        AgendaItem.meeting_id.in_(sa.select(Meeting.id).where(Meeting.gathering_id == Gathering.id)),
        sa.func.count() * 1_000_000 + sa.func.coalesce(sa.func.max(AgendaItem.id), 0),
    ),
)


def _tag(gathering_id: int, numbers) -> str:
    return "-".join(str(int(number)) for number in (gathering_id, *numbers))


def tells_of_agenda(tag: str) -> bool:
    """Say whether the tag of a board tells of an agenda: its last number is 0 without one."""
    return not tag.endswith("-0")


def tells_of_guests(tag: str) -> bool:
    """Say whether the tag of a board tells of branches that hold the gathering along."""
    return tag.split("-")[-4] != "0"


def board_tag(session, gathering) -> str:
    """Return a tag that changes whenever the board of a gathering would look different."""
    return _tag(gathering.id, session.execute(sa.select(*_TAG).where(Gathering.id == gathering.id)).one())


@dataclass(frozen=True)
class Glance:
    """What a poll of the board asks first: where the gathering belongs, and the tag of what there is to see."""

    gathering_id: int
    place: Place
    tag: str


_GLANCE = with_units(
    sa.select(Gathering.unit_id, Gathering.circle, *_TAG).where(Gathering.id == sa.bindparam("gathering_id"))
)


def glance_at(session, gathering_id: int) -> Glance:
    """Return the glance at a gathering, by one statement that is built once; raise NotFound.

    The caller asks the policy whether somebody may see it.
    """
    row = session.execute(_GLANCE, {"gathering_id": gathering_id}).first()
    if row is None:
        raise NotFound
    unit_id, circle, *numbers = row[: 2 + len(_TAG)]
    above = row[4 + len(_TAG) :]
    return Glance(gathering_id, Place((unit_id, *filter(None, above)), circle=circle), _tag(gathering_id, numbers))


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

"""Who missed which meeting and can still make up for it: what a branch or group sees to (B12, domain.md 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa

from partygroup.attendance.makeups import is_settled
from partygroup.attendance.models import (
    LEAVE_NAMES,
    MAKE_UP_NAMES,
    Counting,
    DueEntry,
    Leave,
    MakeUp,
    Mark,
    of_entry,
    stands_for_entry,
)
from partygroup.attendance.turnout import next_held
from partygroup.clock import Quarter, day_of
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.meetings.queries import WITH_ALL, Convened, chosen, convened, that_counts, with_units
from partygroup.people.models import Person
from partygroup.scores.absences import closings_of
from partygroup.scores.rules import make_up_until

#: A kind that is due once a year may be made up for until the next one.
YEAR = timedelta(days=366)
MOST_MEETINGS = 30


@dataclass(frozen=True)
class Missed:
    """Somebody who missed a meeting: why, in words; or how they made up for it, and how that stands."""

    person_id: int
    name: str
    why: str
    denied: bool
    made_up: MakeUp | None

    @property
    def how(self) -> str:
        """Return how they made up for it, in words."""
        return MAKE_UP_NAMES[self.made_up.way]

    def standing(self, at) -> str:
        """Return how the make-up stands: confirmed, left to silence, or waiting."""
        if self.made_up.confirmed_at:
            return "本人已确认"
        return "7 天没有说，按登记的算" if is_settled(self.made_up.at, at) else "等本人确认"


@dataclass(frozen=True)
class MissedMeeting:
    """A held meeting with those who missed it; `until`: the last day on which making up counts, None while open."""

    convened: Convened
    until: date | None
    people: list[Missed] = field(default_factory=list)

    @property
    def left(self) -> list[Missed]:
        """Return those who have not made up for it."""
        return [one for one in self.people if one.made_up is None]

    @property
    def done(self) -> list[Missed]:
        return [one for one in self.people if one.made_up]


def missed_in(session, visible: sa.Select, of_unit, *, today: date) -> list[MissedMeeting]:
    """Return the visible meetings that people of a unit missed and may still make up for, the newest first.

    `of_unit`: the SQL condition on due entries, from `entries_of`. By five statements, however many there are.
    """
    rows = session.execute(_missed(visible, of_unit, since=today - YEAR)).all()
    ids = {row.gathering_id for row in rows}
    following, denied = next_held(session, ids), _denied(session, ids)
    closings = closings_of(session, {row.branch_id for row in rows})
    found: dict[int, MissedMeeting] = {}
    meetings = {one.id: one for one in _meetings(session, ids)}
    for row in rows:
        closed_at = closings.get((row.branch_id, Quarter.of(row.day)))
        until = make_up_until(row.day, following.get(row.gathering_id), closed_at and day_of(closed_at))
        if row.gathering_id not in meetings or (until and until < today) or (closed_at and day_of(closed_at) <= today):
            continue
        meeting = found.setdefault(row.gathering_id, MissedMeeting(meetings[row.gathering_id], until))
        was_denied = (row.gathering_id, row.person_id) in denied
        meeting.people.append(Missed(row.person_id, row.name, _why(row), was_denied, row.MakeUp))
    return list(found.values())


def entries_of(unit_kind: str, unit_id: int):
    """Return the SQL condition that a due entry is of a branch's or a group's member, as of the meeting's day."""
    return (DueEntry.group_id if unit_kind == "party_group" else DueEntry.branch_id) == unit_id


def people_due(session, gathering_id: int, of_unit) -> set[int]:
    """Return who of a unit stands in the list of a gathering."""
    return set(session.scalars(sa.select(DueEntry.person_id).where(DueEntry.gathering_id == gathering_id, of_unit)))


def _missed(visible: sa.Select, of_unit, *, since: date) -> sa.Select:
    counts = sa.exists().where(Meeting.gathering_id == Gathering.id, Kind.id == Meeting.kind_id, that_counts())
    ids = visible.with_only_columns(Gathering.id, maintain_column_froms=True)
    return (
        sa.select(
            DueEntry.gathering_id, DueEntry.person_id, DueEntry.branch_id, Person.name, Gathering.day, Leave.sort,
            Leave.cause, Leave.granted, Leave.id.label("leave_id"), MakeUp,
        )
        .join(Gathering, Gathering.id == DueEntry.gathering_id)
        .join(Person, Person.id == DueEntry.person_id)
        .outerjoin(Leave, of_entry(Leave))
        .outerjoin(MakeUp, stands_for_entry(MakeUp))
        .where(of_unit, DueEntry.counting == Counting.DUE, Gathering.id.in_(ids), counts, Gathering.day >= since)
        .where(Gathering.closed_at.is_not(None), Gathering.cancelled_at.is_(None))
        .where(~sa.exists().where(stands_for_entry(Mark)))
        .order_by(Gathering.day.desc(), Gathering.id.desc(), Person.stroke_key, Person.id)
    )  # fmt: skip


def _why(row) -> str:
    if row.granted:
        return LEAVE_NAMES[row.sort] + (f"，{row.cause}" if row.cause else "")
    return "请假待批" if row.leave_id and row.granted is None else "没有请假"


def _denied(session, gathering_ids: set[int]) -> set[tuple[int, int]]:
    """Return (gathering, person) of those who said of a make-up of theirs that it is not so."""
    rows = session.execute(
        sa.select(MakeUp.gathering_id, MakeUp.person_id).where(
            MakeUp.gathering_id.in_(gathering_ids), MakeUp.undone_by == MakeUp.person_id
        )
    )
    return {tuple(row) for row in rows}


def _meetings(session, gathering_ids: set[int]) -> list[Convened]:
    newest = sa.select(Gathering).where(Gathering.id.in_(gathering_ids)).order_by(Gathering.day.desc(), Gathering.id)
    query = with_units(chosen(newest.limit(MOST_MEETINGS))).options(*WITH_ALL)
    return [convened(row) for row in session.execute(query).unique()]

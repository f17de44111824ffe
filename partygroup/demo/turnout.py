"""Who came to a demo gathering, by which door, who was on leave and who stayed away (domain.md 5.5, 5.6, 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from partygroup.attendance.models import Counting, Door, LeaveSort
from partygroup.attendance.rules import Seat, seat_for
from partygroup.demo.schedule import Planned
from partygroup.demo.shape import TEAMS
from partygroup.demo.staff import Member

#: How often somebody is on leave whose team is on duty meanwhile, on leave otherwise, absent, late.
ON_DUTY_LEAVE, OTHER_LEAVE, ABSENT, LATE = 0.22, 0.035, 0.015, 0.02
#: How often someone who did not come was ticked by mistake, and this undone.
WRONG_TICK = 0.08
DOORS, DOOR_WEIGHTS = (Door.CODE, Door.TICK, Door.SPOKEN, Door.PAPER), (82, 8, 6, 4)
LEAVES = (
    (LeaveSort.DUTY, "出差"),
    (LeaveSort.DUTY, "培训"),
    (LeaveSort.DUTY, "顶班"),
    (LeaveSort.SICK, None),
    (LeaveSort.PERSONAL, "家中有事"),
)
LEAVE_WEIGHTS = (3, 2, 2, 2, 2)
UNDONE_REASON = "点错人，已核对"


@dataclass(frozen=True, slots=True)
class Came:
    """A mark: when it happened and arrived, by which door and hand; undone when it was a mistake."""

    happened_at: datetime
    arrived_at: datetime
    door: Door
    by: Member
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Excused:
    """Leave from a gathering: of which sort, asked when, granted when (never by oneself)."""

    sort: LeaveSort
    cause: str | None
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turnout:
    """One person's seat in the due list, and what came of it."""

    member: Member
    seat: Seat
    came: Came | None = None
    excused: Excused | None = None


def turnout_of(planned: Planned, welcomes: tuple[str, ...], rng: Random) -> list[Turnout]:
    """Return everybody in the due list as of the gathering's day, each with what came of it."""
    day = planned.day
    seats = [(one, seat_for(one.standing_on(day), one.exclusion_on(day), welcomes)) for one in planned.people]
    return [_turnout(planned, one, seat, rng) for one, seat in seats if seat]


def _turnout(planned: Planned, member: Member, seat: Seat, rng: Random) -> Turnout:
    if member is planned.host:
        early = planned.opened_at + timedelta(seconds=rng.randint(5, 50))
        return Turnout(member, seat, came=Came(early, early, Door.CODE, member))
    luck = rng.random()
    leave = _leave_rate(planned, member)
    if seat.counting == Counting.NOT_COUNTED or luck < leave + ABSENT:
        wrong = _wrong_tick(planned, rng) if rng.random() < WRONG_TICK else None
        on_leave = seat.counting == Counting.DUE and luck < leave
        return Turnout(member, seat, wrong, _excused(planned, member, rng) if on_leave else None)
    return Turnout(member, seat, came=_came(planned, member, rng))


def _is_on_duty(planned: Planned, member: Member) -> bool:
    """Say whether the member's team works while the branch meets: one of the four does, by turns."""
    return member.team == TEAMS[planned.day.toordinal() % len(TEAMS)]


def _leave_rate(planned: Planned, member: Member) -> float:
    """Return how likely leave is: a group meets when it is off duty, a branch when some team is not."""
    return ON_DUTY_LEAVE if planned.circle == "members" and _is_on_duty(planned, member) else OTHER_LEAVE


def _excused(planned: Planned, member: Member, rng: Random) -> Excused:
    on_duty = planned.circle == "members" and _is_on_duty(planned, member)
    sort, cause = (LeaveSort.DUTY, "当班") if on_duty else rng.choices(LEAVES, LEAVE_WEIGHTS)[0]
    asked_at = planned.opened_at - timedelta(minutes=rng.randint(35, 180))
    return Excused(sort, cause, asked_at, asked_at + timedelta(minutes=rng.randint(3, 30)))


def _wrong_tick(planned: Planned, rng: Random) -> Came:
    ticked = planned.starts_at - timedelta(seconds=rng.randint(60, 240))
    undone = ticked + timedelta(seconds=rng.randint(20, 90))
    return Came(ticked, ticked, Door.TICK, planned.host, undone)


def _came(planned: Planned, member: Member, rng: Random) -> Came:
    door = rng.choices(DOORS, DOOR_WEIGHTS)[0]
    happened_at = _arrival(planned, rng)
    if door == Door.PAPER:
        return Came(planned.starts_at, planned.closed_at + timedelta(minutes=rng.randint(2, 40)), door, planned.host)
    if door == Door.TICK:
        return Came(happened_at, happened_at, door, planned.host)
    return Came(happened_at, happened_at + timedelta(seconds=rng.randint(0, 20)), door, member)


def _arrival(planned: Planned, rng: Random) -> datetime:
    if rng.random() < LATE:
        return planned.starts_at + timedelta(minutes=rng.randint(2, 14))
    waited = int((planned.starts_at - planned.opened_at).total_seconds())
    return planned.opened_at + timedelta(seconds=rng.randint(20, waited + 30))

"""Proposing when to meet so that most of those due can come: one sitting, or the fewest that reach every team (场次).

Nobody is called from a shift, from the sleep after a night, or from the rest before one (domain.md 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations

from partygroup.clock import BEIJING, UTC
from partygroup.meetings.presets import Share
from partygroup.meetings.rules import MOST_SITTINGS, SPREAD
from partygroup.people.shifts import SHIFT_NAMES, Stand, Team

#: How long a meeting is thought to last; it begins so long after a shift, and ends so long before one.
LENGTH, AFTER, BEFORE = timedelta(hours=1), timedelta(minutes=30), timedelta(minutes=30)
EARLIEST, LATEST = time(8), time(20, 30)
#: When those without shifts can come, on working days.
OFFICE = (time(8), time(18))
#: Reached by one sitting, it is enough; two thirds is what practice asks of an attendance (domain.md 5.5).
ENOUGH = Share(2, 3)
SHOWN = 3
DAY_WORKERS = "常白班"


@dataclass(frozen=True)
class Crew:
    """How many of those due work in one team; `team` None: without shifts."""

    team: Team | None
    count: int

    @property
    def name(self) -> str:
        return self.team.name if self.team else DAY_WORKERS


@dataclass(frozen=True)
class Slot:
    """A time to meet: who can come, in words, and who cannot and why."""

    starts_at: datetime
    because: str
    reached: int
    due: int
    free: tuple[str, ...]
    away: tuple[tuple[str, str, int], ...]

    @property
    def sentence(self) -> str:
        """Return what speaks for the time: 丙班下早班后，26 人中 19 人在家或刚下班；乙班 7 人当班。"""
        words = f"{self.because}，" if self.because else ""
        missed = "、".join(f"{name} {count} 人{why}" for name, why, count in self.away)
        return f"{words}{self.due} 人中 {self.reached} 人在家或刚下班" + (f"；{missed}。" if missed else "。")


@dataclass(frozen=True)
class Proposal:
    """The best single times, the best first, and the fewest sittings that reach everybody who can be reached."""

    single: tuple[Slot, ...]
    split: tuple[Slot, ...]

    @property
    def best(self) -> tuple[Slot, ...]:
        """Return one sitting if it reaches enough, else the split."""
        first = self.single[:1]
        return first if not self.split or (first and ENOUGH.reached(first[0].reached, first[0].due)) else self.split


def propose(
    crews: Sequence[Crew],
    first: date,
    last: date,
    *,
    after: datetime,
    works: Callable[[date], bool],
    usual: time,
    one_only: bool = False,
) -> Proposal:
    """Return what to offer from the first day to the last, for meetings that begin after a moment.

    `works` says which days those without shifts work; `usual`: the hour at which the unit usually meets.
    `one_only`: what has a vote is held in one sitting.
    """
    slots = list(slots_between(crews, first, last, after=after, works=works, usual=usual))
    single = _best_of_each_day(slots)
    split = () if one_only else fewest(slots)
    return Proposal(single[:SHOWN], split if len(split) > 1 else ())


def slots_between(crews, first: date, last: date, *, after, works, usual) -> Iterator[Slot]:
    """Yield the times that can be thought of, soonest first: around the shifts of the teams, and the usual hour."""
    teams = [crew.team for crew in crews if crew.team]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for starts_at in sorted(set(_starts_on(day, teams, usual))):
            if starts_at > after:
                yield slot_at(crews, starts_at, works=works)


def _starts_on(day: date, teams: list[Team], usual: time) -> Iterator[datetime]:
    """Yield the moments of a day in the daytime: the usual hour, after each shift that ends, before one that begins."""
    yield datetime.combine(day, usual, BEIJING).astimezone(UTC)
    for team in teams:
        for shift in team.shifts(day - timedelta(days=1), day):
            for moment in (shift.end + AFTER, shift.start - BEFORE - LENGTH):
                here = moment.astimezone(BEIJING)
                if here.date() == day and EARLIEST <= here.time() <= LATEST:
                    yield moment


def slot_at(crews: Sequence[Crew], starts_at: datetime, *, works: Callable[[date], bool]) -> Slot:
    """Return who of the crews can come at a time."""
    stands = [(crew, _stand(crew, starts_at, works)) for crew in crews if crew.count]
    free = [crew for crew, why in stands if why is None]
    return Slot(
        starts_at,
        _because([crew.team for crew in free if crew.team], starts_at),
        sum(crew.count for crew in free),
        sum(crew.count for crew, _why in stands),
        tuple(crew.name for crew in free),
        tuple((crew.name, why, crew.count) for crew, why in stands if why),
    )


def _stand(crew: Crew, starts_at: datetime, works) -> str | None:
    """Return why a crew cannot come; None if it can."""
    if crew.team:
        stand = crew.team.stand(starts_at, starts_at + LENGTH)
        return None if stand is Stand.FREE else str(stand)
    here = starts_at.astimezone(BEIJING)
    if not works(here.date()):
        return "休息日"
    return None if OFFICE[0] <= here.time() < OFFICE[1] else "已下班"


def is_kept_on_shift(team: Team, starts: Sequence[datetime]) -> bool:
    """Say whether a team is on duty at a sitting and can come to none: the preset for leave (domain.md 6)."""
    stands = {team.stand(start, start + LENGTH) for start in starts}
    return Stand.ON in stands and Stand.FREE not in stands


def _because(teams: list[Team], starts_at: datetime) -> str:
    """Return which of the teams that can come has just come off, or goes to its shift afterwards."""
    day = starts_at.astimezone(BEIJING).date()
    for team in teams:
        for shift in team.shifts(day - timedelta(days=1), day):
            if timedelta(0) <= starts_at - shift.end <= timedelta(hours=1):
                return f"{team.name}下{SHIFT_NAMES[shift.letter]}后"
    for team in teams:
        for shift in team.shifts(day, day):
            if LENGTH <= shift.start - starts_at <= LENGTH + timedelta(hours=1):
                return f"{team.name}上{SHIFT_NAMES[shift.letter]}前"
    return ""


def _best_of_each_day(slots: list[Slot]) -> tuple[Slot, ...]:
    """Return the best time of each day, by how many it reaches, then the soonest."""
    order = sorted(slots, key=lambda slot: (-slot.reached, slot.starts_at))
    by_day = {slot.starts_at.astimezone(BEIJING).date(): slot for slot in reversed(order)}
    return tuple(slot for slot in order if slot.reached and slot in by_day.values())


def fewest(slots: list[Slot]) -> tuple[Slot, ...]:
    """Return the fewest times, within a week, that reach every crew which any of them reaches; () if there are none.

    Of several such sets the one whose last sitting is soonest, and then the one that lies closest together.
    """
    wanted = {name for slot in slots for name in slot.free}
    for count in range(1, MOST_SITTINGS + 1):
        for index, last in enumerate(slots):
            before = _latest_of_each_kind([one for one in slots[:index] if last.starts_at - one.starts_at <= SPREAD])
            sets = [(*some, last) for some in combinations(before, count - 1) if _reached(some, last) >= wanted]
            if sets and wanted:
                return max(sets, key=lambda some: (some[0].starts_at, sum(slot.reached for slot in some)))
    return ()


def _latest_of_each_kind(slots: list[Slot]) -> list[Slot]:
    """Return, of times that reach the same crews, the latest only; in order."""
    return sorted({slot.free: slot for slot in slots}.values(), key=lambda slot: slot.starts_at)


def _reached(some: tuple[Slot, ...], last: Slot) -> set[str]:
    return {name for slot in (*some, last) for name in slot.free}

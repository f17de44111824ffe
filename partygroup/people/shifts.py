"""Shift work as pure values: which shift a team works on a day, and whether it can come at a moment (domain.md 6).

A pattern is a row of letters, one a day, that repeats; each team stands at its own place of the row on the first day.
A shift belongs to the day on which it begins, and may end on the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from partygroup.clock import BEIJING, UTC, day_of

REST, NIGHT = "休", "夜"
SHIFT_NAMES = {"早": "早班", "白": "白班", "中": "中班", NIGHT: "夜班", REST: "休息"}
#: Four teams, three shifts: what most plants of the group run.
USUAL_LETTERS, USUAL_TEAMS = "早早中中夜夜休休", (("甲班", 1), ("乙班", 3), ("丙班", 5), ("丁班", 7))
USUAL_HOURS = "早 8:00-16:00\n中 16:00-24:00\n夜 0:00-8:00"
MOST_DAYS, MOST_TEAMS = 42, 6
#: A team that comes from a night shift sleeps first, and rests before it goes to one.
AFTER_NIGHT, BEFORE_NIGHT = timedelta(hours=8), timedelta(hours=4)
_TIME = r"(\d{1,2})\s*[:：]\s*(\d{2})"
_HOURS = re.compile(rf"([早白中夜])班?\s*{_TIME}\s*(?:-|–|—|~|～|至|到)+\s*{_TIME}")
_BETWEEN = re.compile(r"[\s,，;；、。]*")


class Hours(NamedTuple):
    """When a shift begins and ends, as wall-clock times; an end that is not later lies on the next day."""

    start: time
    end: time

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return begin and end of the shift that begins on a day in Beijing."""
        ends_on = day if self.end > self.start else day + timedelta(days=1)
        return _moment(day, self.start), _moment(ends_on, self.end)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, BEIJING).astimezone(UTC)


@dataclass(frozen=True)
class Turn:
    """How a team works from a day on: the row of letters, its place in it on that day (0 is the first), the hours."""

    from_on: date
    letters: str
    place: int
    hours: Mapping[str, Hours]

    def letter_on(self, day: date) -> str:
        """Return the letter of a day."""
        return self.letters[(self.place + (day - self.from_on).days) % len(self.letters)]


class Shift(NamedTuple):
    """One shift of one team."""

    letter: str
    start: datetime
    end: datetime


class Stand(StrEnum):
    """Whether a team can come, and why not."""

    FREE = "在家或刚下班"
    ON = "当班"
    AFTER_NIGHT = "下夜班休息"
    BEFORE_NIGHT = "上夜班前休息"


@dataclass(frozen=True)
class Team:
    """A shift team with its turns, the oldest first."""

    name: str
    turns: tuple[Turn, ...]

    def turn_on(self, day: date) -> Turn | None:
        """Return the turn in force on a day; None before the first."""
        return next((turn for turn in reversed(self.turns) if turn.from_on <= day), None)

    def letter_on(self, day: date) -> str | None:
        """Return the letter of a day; None while nothing is known of it."""
        turn = self.turn_on(day)
        return turn.letter_on(day) if turn else None

    def shift_on(self, day: date) -> Shift | None:
        """Return the shift that begins on a day; None on a day of rest, or while nothing is known of it."""
        turn = self.turn_on(day)
        letter = turn.letter_on(day) if turn else REST
        return None if letter == REST else Shift(letter, *turn.hours[letter].on(day))

    def shifts(self, first: date, last: date) -> Iterator[Shift]:
        """Yield the shifts that begin on the days from the first to the last."""
        for number in range((last - first).days + 1):
            if shift := self.shift_on(first + timedelta(days=number)):
                yield shift

    def stand(self, start: datetime, end: datetime) -> Stand:
        """Return whether the team can be somewhere else from `start` to `end`, by its shifts around that time."""
        near = list(self.shifts(day_of(start) - timedelta(days=2), day_of(end) + timedelta(days=1)))
        nights = [shift for shift in near if shift.letter == NIGHT]
        if any(shift.start < end and start < shift.end for shift in near):
            return Stand.ON
        if any(shift.end <= start < shift.end + AFTER_NIGHT for shift in nights):
            return Stand.AFTER_NIGHT
        if any(shift.start - BEFORE_NIGHT < end <= shift.start for shift in nights):
            return Stand.BEFORE_NIGHT
        return Stand.FREE

    def rests_for_night(self, at: datetime) -> bool:
        """Say whether a moment lies in a night shift of the team, in its sleep after one, or in its rest before one."""
        near = self.shifts(day_of(at) - timedelta(days=2), day_of(at) + timedelta(days=1))
        nights = (shift for shift in near if shift.letter == NIGHT)
        return any(night.start - BEFORE_NIGHT <= at < night.end + AFTER_NIGHT for night in nights)


def read_hours(text: str) -> dict[str, Hours] | None:
    """Return the hours of each shift written as `早 8:00-16:00 中 16:00-24:00`; None if it cannot be read."""
    hours, rest = {}, 0
    for found in _HOURS.finditer(text):
        letter, *numbers = found.groups()
        first, last = (_time_of_day(*map(int, pair)) for pair in (numbers[:2], numbers[2:]))
        if first is None or last is None or letter in hours or not _BETWEEN.fullmatch(text[rest : found.start()]):
            return None
        hours[letter], rest = Hours(first, last), found.end()
    return hours if hours and _BETWEEN.fullmatch(text[rest:]) else None


def _time_of_day(hour: int, minute: int) -> time | None:
    """Return a time of day; 24:00 is 0:00."""
    if (hour, minute) == (24, 0):
        return time()
    return time(hour, minute) if hour < 24 and minute < 60 else None


def hours_in_words(hours: Mapping[str, Hours], between: str = " ") -> str:
    """Return hours as `read_hours` reads them; an end at midnight is 24:00."""

    def said(at: time, is_end: bool) -> str:
        return "24:00" if is_end and at == time() else f"{at.hour}:{at.minute:02}"

    return between.join(f"{letter} {said(one.start, False)}-{said(one.end, True)}" for letter, one in hours.items())


def clean_letters(text: str) -> str:
    """Return a typed row of letters without what people put between them: 早班、早班、休息 is 早早休."""
    return re.sub(r"[班息\s,，、/·-]", "", text)


class TeamLine(NamedTuple):
    """A team as it is entered: its name, other names that the roster gives it, its day in the row on the first day."""

    name: str
    day: int
    others: tuple[str, ...] = ()


def pattern_problems(letters: str, hours: Mapping[str, Hours] | None, teams: list[TeamLine]) -> dict[str, str]:
    """Return field → sentence for everything that keeps a pattern from being used; nothing if it can be."""
    problems = {}
    worked = set(letters) - {REST}
    if set(letters) - set(SHIFT_NAMES) or not worked:
        problems["letters"] = "只用早、白、中、夜、休这几个字，一天一个，如“早早中中夜夜休休”。"
    elif len(letters) > MOST_DAYS:
        problems["letters"] = f"一轮最多 {MOST_DAYS} 天，请写最短的一轮。"
    if hours is None:
        problems["hours"] = "请写成“早 8:00-16:00 中 16:00-24:00 夜 0:00-8:00”这样。"
    elif missing := [SHIFT_NAMES[one] for one in SHIFT_NAMES if one in worked - hours.keys()]:
        problems["hours"] = f"还缺{'、'.join(missing)}的起止时间。"
    elif any(_too_long(one) for one in hours.values()):
        problems["hours"] = "一个班最长 16 小时，请核对起止时间。"
    if reason := _refusal_of_teams(len(letters), teams):
        problems["teams"] = reason
    return problems


def _too_long(hours: Hours) -> bool:
    start, end = hours.on(date(2026, 1, 1))
    return end - start > timedelta(hours=16)


def _refusal_of_teams(days: int, teams: list[TeamLine]) -> str | None:
    if not teams:
        return "请写至少一个班组，如甲班。"
    names = [name for team in teams for name in (team.name, *team.others)]
    if len(set(names)) < len(names):
        return "有两个班组的名称一样，请改一个。"
    if days and any(not 1 <= team.day <= days for team in teams):
        return f"第几天要在 1 到 {days} 之间。"
    return None

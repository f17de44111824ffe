"""The only place that knows what time it is, and what a day, a month, a quarter is in Beijing."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


def now() -> datetime:
    """Return this moment, aware and in UTC. Called in `web` and commands only."""
    return datetime.now(UTC)


def today() -> date:
    """Return the Beijing day of this moment. Called in `web` and commands only."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day in Beijing on which a moment lies."""
    return moment.astimezone(BEIJING).date()


def moment(timestamp: float) -> datetime:
    """Return the moment of a Unix timestamp."""
    return datetime.fromtimestamp(timestamp, UTC)


def beijing(text: str) -> datetime:
    """Return the moment that a Beijing wall clock shows as `YYYY-MM-DD HH:MM[:SS]`."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def said(day: date) -> str:
    """Return a day as people write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or earlier if negative; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of(day: date) -> datetime:
    """Return the first moment of a Beijing day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC)


@dataclass(frozen=True)
class Period:
    """A half-open span of time [start, end), both aware and in UTC."""

    start: datetime
    end: datetime

    def covers(self, moment):
        """Say whether a moment lies inside; a column gives an SQL condition."""
        return (self.start <= moment) & (moment < self.end)


def day(of: date) -> Period:
    """Return a Beijing day as a period."""
    return Period(start_of(of), start_of(of + timedelta(days=1)))


def month(year: int, number: int) -> Period:
    """Return a calendar month in Beijing."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return Period(start_of(date(year, number, 1)), start_of(following))


class Quarter(NamedTuple):
    """A calendar quarter (number 1 to 4) of Beijing days. Quarters sort in time."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter in which a day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> Quarter | None:
        """Return the quarter of a code such as `2026Q3`; None if the text is no such code.

        No rules hold before 2020: there are no quarters of scores or evaluations before that.
        """
        found = re.fullmatch(r"(20[2-9][0-9])Q([1-4])", code)
        return cls(int(found[1]), int(found[2])) if found else None

    @property
    def first(self) -> date:
        """Return the first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Return the last day, which still belongs to the quarter."""
        return self.next().first - timedelta(days=1)

    @property
    def months(self) -> list[tuple[date, date]]:
        """Return the first and the last day of each of its three months."""
        firsts = [date(self.year, self.first.month + step, 1) for step in range(3)] + [self.next().first]
        return [(first, following - timedelta(days=1)) for first, following in zip(firsts, firsts[1:], strict=False)]

    @property
    def days(self) -> int:
        """Return the number of days, 90 to 92."""
        return (self.next().first - self.first).days

    @property
    def period(self) -> Period:
        """Return the span of time of the quarter."""
        return Period(start_of(self.first), start_of(self.next().first))

    @property
    def label(self) -> str:
        """Return 2026年第三季度."""
        return f"{self.year}年第{'一二三四'[self.number - 1]}季度"

    @property
    def code(self) -> str:
        """Return 2026Q3, as `parse` reads it."""
        return f"{self.year}Q{self.number}"

    def next(self) -> Quarter:
        """Return the following quarter."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def since(self, other: Quarter) -> int:
        """Return how many quarters it lies after another; negative: before it."""
        return 4 * (self.year - other.year) + self.number - other.number

    def previous(self) -> Quarter:
        """Return the quarter before."""
        return Quarter.of(self.first - timedelta(days=1))

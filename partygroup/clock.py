"""The only place that knows what time it is, and what a day, a month, a quarter is in Beijing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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


def quarter(year: int, number: int) -> Period:
    """Return a calendar quarter (1 to 4) in Beijing."""
    return Period(month(year, 3 * number - 2).start, month(year, 3 * number).end)


def quarter_of(day: date) -> tuple[int, int]:
    """Return year and quarter of a day."""
    return day.year, (day.month + 2) // 3

"""What a person reads of a moment: Beijing time in the house's words (domain.md 16). `now` is always passed in.

Every filter takes an aware datetime; those about days take a date as well. None gives an empty text.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import wraps

from partygroup.clock import BEIJING, WEEKDAYS, day_of
from partygroup.clock import said as said_day
from partygroup.points import said

NEAR_DAYS = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
TINTS = 5


def _or_empty(filter_):
    """Let a filter answer an empty text when there is nothing to show."""

    @wraps(filter_)
    def wrapped(value, *args):
        return "" if value is None else filter_(value, *args)

    return wrapped


@_or_empty
def day(value: date | datetime, now: datetime) -> str:
    """Return 6月18日, or 2025年6月18日 when that is not this year."""
    shown = _day(value)
    return short_day(shown) if shown.year == day_of(now).year else full_day(shown)


@_or_empty
def full_day(value: date | datetime) -> str:
    """Return 2025年3月8日."""
    return said_day(_day(value))


@_or_empty
def month(value: date | datetime) -> str:
    """Return 2025年3月."""
    shown = _day(value)
    return f"{shown.year}年{shown.month}月"


@_or_empty
def weekday(value: date | datetime) -> str:
    """Return 星期四."""
    return f"星期{WEEKDAYS[_day(value).weekday()]}"


@_or_empty
def clock_time(value: datetime) -> str:
    """Return 16:30."""
    return value.astimezone(BEIJING).strftime("%H:%M")


@_or_empty
def full(value: datetime) -> str:
    """Return 2025年3月8日 16:30."""
    return f"{full_day(value)} {clock_time(value)}"


@_or_empty
def near_day(value: date | datetime, now: datetime) -> str:
    """Return 昨天, 今天, 明天, 后天, else the day as `day` writes it."""
    return NEAR_DAYS.get((_day(value) - day_of(now)) // timedelta(days=1)) or day(value, now)


@_or_empty
def when(value: datetime, now: datetime) -> str:
    """Return 今天 16:30, 明天 16:30, 6月18日 16:30."""
    return f"{near_day(value, now)} {clock_time(value)}"


@_or_empty
def for_input(value: datetime) -> str:
    """Return 2025-03-08T16:30, as `<input type="datetime-local">` wants it, in Beijing time."""
    return value.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")


@_or_empty
def points(value: int) -> str:
    """Return tenths as points: 25 as 2.5."""
    return said(value)


@_or_empty
def signed(value: int) -> str:
    """Return tenths as points with their sign: +2.5, −2.0, 0.0."""
    return f"+{said(value)}" if value > 0 else said(value)


def tint(name: str) -> int:
    """Return 1 to 5: the colour of a person's initial, always the same for the same name."""
    return sum(map(ord, name)) % TINTS + 1


def short_day(shown: date) -> str:
    """Return 6月18日."""
    return f"{shown.month}月{shown.day}日"


def _day(value: date | datetime) -> date:
    """Return the Beijing day of a moment; a date is one already."""
    return day_of(value) if isinstance(value, datetime) else value


FILTERS = {
    shown.__name__: shown
    for shown in (day, full_day, month, weekday, clock_time, full, near_day, when, for_input, tint, points, signed)
}

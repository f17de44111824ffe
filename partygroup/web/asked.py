"""What an address asks for and a form carries beside its text: numbers, days, quarters, texts, the last row seen.

Nonsense is none; a quarter that is none is not found, or refused in a form, and so is a day that is entered for good.
"""

from __future__ import annotations

from datetime import date

from flask import request

from partygroup import clock
from partygroup.clock import Quarter, months_after
from partygroup.errors import NotFound, Refused
from partygroup.text import clean, whole_number

NO_DAY = "请写成 2026-03-05 这样的日期，并核对是否有这一天。"
#: What is entered by its day lies in these years: anything else is a slip.
FIRST_YEAR, YEARS_AHEAD = 2000, 2
#: No year's pages before that.
FIRST_LEDGER = 2020


def number_asked(name: str) -> int | None:
    """Return a number from the address, such as an id; None for none and for nonsense."""
    return whole_number(request.args.get(name))


def number_typed(name: str) -> int | None:
    """Return a number from the form, such as an id; None for none and for nonsense."""
    return whole_number(request.form.get(name))


def version_for(newest: int, *, again: bool) -> int:
    """Return the version that a form carries: of one that came back (`again`) still the one that was read.

    Else what a colleague kept meanwhile would be written over by the second try, and shown to nobody.
    """
    read = number_typed("version") if again else None
    return newest if read is None else read


def text_typed(name: str, limit: int) -> str:
    """Return a text from the form, cleaned; raise Refused for one that is too long: nothing is cut in silence."""
    text = clean(request.form.get(name), limit + 1)
    if len(text) > limit:
        raise Refused(f"写得太长了，最多 {limit} 个字。请改短一点再交。", field=name)
    return text


def day_typed(name: str) -> date | None:
    """Return a day from the form; None for none and for nonsense."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


def read_day(typed: str, years_ahead: int = YEARS_AHEAD) -> date | None:
    """Return the day of a text, None for an empty one; raise Refused for no day, and for one that nobody can mean."""
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refused(NO_DAY) from None
    last = clock.today().year + years_ahead
    if not FIRST_YEAR <= day.year <= last:
        raise Refused(f"年份要在 {FIRST_YEAR} 到 {last} 之间，请核对日期。")
    return day


def day_meant(name: str, label: str, years_ahead: int = YEARS_AHEAD) -> date | None:
    """Return a day from the form, None if it was left empty; raise Refused as `read_day`, naming the field."""
    try:
        return read_day(request.form.get(name, ""), years_ahead)
    except Refused as refusal:
        raise Refused(f"“{label}”{refusal.reason}") from None


def month_of(code: str, today: date) -> date | None:
    """Return the first day of the month of `2026-11`; None for nonsense, and for months to come."""
    try:
        first = date.fromisoformat(f"{code}-01")
    except ValueError:
        return None
    return first if Quarter.parse(Quarter.of(first).code) and first <= today else None


def month_asked(today: date) -> date:
    """Return the first day of the month of `?month=2026-11`; of this month for none, nonsense, and months to come."""
    return month_of(request.args.get("month", ""), today) or today.replace(day=1)


def month_after(first: date, today: date) -> date | None:
    """Return the first day of the next month; None if it has not begun."""
    following = months_after(first, 1)
    return following if following <= today else None


def year_asked(today: date, *, ahead: int = 0) -> int:
    """Return the year of a form or of `?year=`, to so many years ahead; this one for none and for nonsense."""
    asked = number_typed("year") or number_asked("year") or today.year
    return asked if FIRST_LEDGER <= asked <= today.year + ahead else today.year


def quarter_of(code: str, today: date) -> Quarter:
    """Return the quarter of a code in an address; raise NotFound for nonsense and for one that has not begun."""
    quarter = Quarter.parse(code)
    if quarter is None or quarter.first > today:
        raise NotFound
    return quarter


def quarter_asked(today: date) -> Quarter:
    """Return the quarter of `?quarter=`, the running one for none; raise NotFound as `quarter_of`."""
    code = request.args.get("quarter")
    return quarter_of(code, today) if code else Quarter.of(today)


def quarter_typed() -> Quarter:
    """Return the quarter of a form; raise Refused for anything else."""
    quarter = Quarter.parse(request.form.get("quarter", ""))
    if quarter is None:
        raise Refused("请选一个季度，再试一次。")
    return quarter


def last_seen() -> tuple[date, int] | None:
    """Return day and id of the last row seen, `?before=` in the address; None for none and for nonsense."""
    day, _, number = request.args.get("before", "").rpartition("-")
    try:
        return date.fromisoformat(day), min(int(number), 2**31 - 1)
    except ValueError:
        return None

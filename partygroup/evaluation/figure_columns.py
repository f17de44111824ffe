"""The columns of a table of figures, and what their cells mean. **To add a column, add one entry to COLUMNS.**

Like those of a roster, a column names its headers, says whether it is required, and how a cell is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from partygroup.evaluation.figures import days_of
from partygroup.spreadsheets.cells import BadValue, Column, as_typed, is_number, staff_no, unit_name, words
from partygroup.text import narrow, squeeze

MOST = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2999
_NUMBERS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_QUARTERS = re.compile(r"([0-9]{4})(?:年?[-/]?Q|年第?)([1-4一二三四])(?:季度)?", re.IGNORECASE)
_MONTHS = (
    re.compile(r"([0-9]{4})[-/]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月"),
    re.compile(r"([0-9]{4})\.([0-9]{2})"),
)
_YEARS = re.compile(r"([0-9]{4})年?(?:全年)?")
_NUMBER = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?(%?)")
_PERIOD_FORMS = "请写成 2026Q3、2026-07 或 2026 的样子"


@dataclass(frozen=True)
class Number:
    """A number as it was typed: exact, and whether with a percent sign."""

    value: Fraction
    text: str
    percent: bool = False


def period(raw, today: date) -> str:
    """Return a period as `2026Q3`, `2026-07` or `2026`; raise BadValue for one unclear, or not yet begun."""
    found = _period_in(raw)
    if not FIRST_YEAR <= int(found[:4]) <= LAST_YEAR or days_of(found)[0] > today:
        raise BadValue(f"期间 {found} 还没有开始，或太早了，请核对。")
    return found


def _period_in(raw) -> str:
    if isinstance(raw, datetime | date):
        # Excel turns 2026-07 into the first day of the month.
        if raw.day == 1:
            return f"{raw.year:04d}-{raw.month:02d}"
        raise BadValue(f"这是某一天，不是期间。{_PERIOD_FORMS}。")
    typed = squeeze(as_typed(raw), 200)
    if is_number(raw) and not _YEARS.fullmatch(typed):
        raise BadValue(f"这一格是数字，看不出是哪个期间。请把单元格设成文本，{_PERIOD_FORMS}。")
    if (match := _QUARTERS.fullmatch(typed)) and (typed.upper().find("Q") > 0 or typed.endswith("季度")):
        return f"{match[1]}Q{_NUMBERS.get(match[2], match[2])}"
    if match := _YEARS.fullmatch(typed):
        return match[1]
    for form in _MONTHS:
        if (match := form.fullmatch(typed)) and 1 <= int(match[2]) <= 12:
            return f"{match[1]}-{int(match[2]):02d}"
    raise BadValue(f"看不出是哪个期间，{_PERIOD_FORMS}。")


def number(raw, today: date) -> Number:
    """Return an exact number of 0 to a thousand million, perhaps negative; raise BadValue for anything else."""
    typed = narrow(as_typed(raw), 200).replace(" ", "").replace("−", "-")
    if isinstance(raw, float) and raw == raw and abs(raw) < MOST:
        # Excel shows fifteen digits; the rest is dust of binary sums.
        typed = format(Decimal(format(raw, ".15g")), "f")
    match = _NUMBER.fullmatch(typed)
    if isinstance(raw, bool) or not match:
        raise BadValue("这一格要是一个数，例如 97.5，请删去其他的字和符号。")
    text = _plain(match[1] + match[2].replace(",", "") + (match[3] or ""))
    if abs(Fraction(text)) >= MOST:
        raise BadValue("这个数太大了，请核对。")
    return Number(Fraction(text), text, bool(match[4]))


def _plain(text: str) -> str:
    """Return a decimal without needless zeros."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = digits.partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    if len(decimals) > 15:
        raise BadValue("小数位太多了，最多 15 位，请四舍五入。")
    plain = f"{whole}.{decimals}" if decimals else whole
    return plain if plain == "0" else sign + plain


COLUMNS = [
    Column("period", "期间", period, required=True),
    Column("unit", "单位", unit_name),
    Column("branch", "党支部", unit_name),
    Column("committee", "二级党委", unit_name),
    Column("staff_no", "工号", staff_no),
    Column("indicator", "指标", words(60), required=True),
    Column("value", "数值", number, required=True),
    Column("source", "来源", words(100), required=True),
    Column("note", "说明", words(200)),
]

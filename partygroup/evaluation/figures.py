"""Figures: which reading of which period counts for a quarter, how units that became one add up (scoring.md 7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from partygroup.evaluation.formulas import shown, with_unit
from partygroup.evaluation.scheme import FigureSpec, Scheme

#: Year and number (1 to 4) of a quarter.
QuarterPair = tuple[int, int]
#: What is counted in these comes whole; other units (万元, 吨) may come in parts.
WHOLE_UNITS = frozenset("起条项人个次件")
_PERIOD = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Reading:
    """A figure as reported for a period (`2026Q3`, `2026-07`, `2026`). The latest id of a period wins."""

    id: int
    code: str
    period: str
    value: Fraction


@dataclass(frozen=True)
class Figure:
    """The value of a figure for a quarter, and where it is from: ids of readings, or whatever else the caller keeps."""

    value: Fraction
    sources: tuple = ()


def quarter_code(quarter: QuarterPair) -> str:
    """Return the period text of a quarter."""
    return f"{quarter[0]}Q{quarter[1]}"


def months_of(quarter: QuarterPair) -> list[str]:
    """Return the period texts of the three months of a quarter."""
    year, number = quarter
    return [f"{year}-{month:02d}" for month in range(3 * number - 2, 3 * number + 1)]


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period text; raise ValueError for any other text."""
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(period)
    year, quarter, month = int(match[1]), match[2], match[3]
    start = 3 * int(quarter) - 2 if quarter else int(month or 1)
    end = 3 * int(quarter) if quarter else int(month or 12)
    return date(year, start, 1), date(year + end // 12, end % 12 + 1, 1) - timedelta(days=1)


def pick_figure(readings: Iterable[Reading], spec: FigureSpec, quarter: QuarterPair) -> Figure | None:
    """Return the figure that counts for a quarter: its own reading, else its three months, else its year; or None."""
    latest: dict[str, Reading] = {}
    for reading in readings:
        known = latest.get(reading.period)
        if reading.code == spec.code and (known is None or reading.id > known.id):
            latest[reading.period] = reading
    own = latest.get(quarter_code(quarter))
    if own:
        return Figure(own.value, (own.id,))
    months = [latest[month] for month in months_of(quarter) if month in latest]
    if spec.months and len(months) == 3:
        total = sum((month.value for month in months), Fraction(0))
        return Figure(total if spec.sort == "count" else total / 3, tuple(month.id for month in months))
    year = latest.get(str(quarter[0])) if spec.year else None
    return Figure(year.value, (year.id,)) if year else None


def pick_figures(readings: Collection[Reading], scheme: Scheme, quarter: QuarterPair) -> dict[str, Figure]:
    """Return every imported figure of the scheme that counts for a quarter, by code; what is missing is left out."""
    by_code: dict[str, list[Reading]] = {}
    for reading in readings:
        by_code.setdefault(reading.code, []).append(reading)
    picked = {code: pick_figure(by_code.get(code, ()), spec, quarter) for code, spec in scheme.imported().items()}
    return {code: figure for code, figure in picked.items() if figure}


@dataclass(frozen=True)
class Part:
    """One of several units that became one in the quarter: its figures, member-days and days of existing there."""

    figures: Mapping[str, Figure]
    member_days: int
    days: int


def merge_figures(parts: Collection[Part], scheme: Scheme, quarter: QuarterPair) -> dict[str, Figure]:
    """Return the figures of the unit that several became: counts add, rates weigh by member-days, staff by days."""
    first, last = days_of(quarter_code(quarter))
    merged = {code: _merged(parts, spec, (last - first).days + 1) for code, spec in scheme.imported().items()}
    return {code: figure for code, figure in merged.items() if figure}


def _merged(parts: Collection[Part], spec: FigureSpec, days: int) -> Figure | None:
    having = [(part, part.figures[spec.code]) for part in parts if spec.code in part.figures]
    if spec.sort == "rate":
        weights = [(part.member_days, figure) for part, figure in having]
        whole = sum(weight for weight, _ in weights)
    else:
        if len(having) < len(parts):
            return None
        weights = [(part.days if spec.sort == "staff" else 1, figure) for part, figure in having]
        whole = days if spec.sort == "staff" else 1
    if not weights or not whole:
        return None
    value = sum((weight * figure.value for weight, figure in weights), Fraction(0)) / whole
    return Figure(value, tuple(source for _, figure in weights for source in figure.sources))


def refusal_of_value(spec: FigureSpec, value: Fraction) -> str | None:
    """Return why a figure cannot have this value; None if it can."""
    if value < 0:
        return f"“{spec.name}”不能小于 0，请核对。"
    if spec.sort == "count" and spec.unit in WHOLE_UNITS and value.denominator != 1:
        return f"“{spec.name}”按{spec.unit}计，要填整数，这里是 {shown(value)}，请核对。"
    if spec.most is not None and value > spec.most:
        return f"“{spec.name}”不能超过 {with_unit(spec, spec.most)}，这里是 {with_unit(spec, value)}，请核对。"
    return None


def refusal_of_period(spec: FigureSpec, period: str) -> str | None:
    """Return why a figure cannot be reported for a period of this length; None if it can."""
    if "-" in period and not spec.months:
        return f"“{spec.name}”不能按月填报，请按季度{'或全年' if spec.year else ''}填报，例如 2026Q3。"
    if len(period) == 4 and not spec.year:
        return f"“{spec.name}”不能按全年填报，请按季度{'或月份' if spec.months else ''}填报，例如 2026Q3。"
    return None


def refusal_of_pairs(values: Mapping[str, Fraction], scheme: Scheme) -> dict[str, str]:
    """Return, by the code of the part, why a part and its whole cannot stand together; empty if all can."""
    reasons = {}
    for part, whole in scheme.pairs:
        if part in values and whole in values and values[part] > values[whole]:
            names = scheme.figures[part].name, scheme.figures[whole].name
            reasons[part] = (
                f"“{names[0]}”（{shown(values[part])}）不能多于“{names[1]}”（{shown(values[whole])}），请核对这两个数。"
            )
    return reasons

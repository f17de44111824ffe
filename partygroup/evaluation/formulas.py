"""The small set of formulas by which figures become points (scoring.md 7). Exact; no figure is rounded on the way.

A formula takes the scheme's figures by code and returns the points, or None where nothing can be assessed (未评),
and why, in words with the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from partygroup.evaluation.scheme import FigureSpec, Indicator
from partygroup.points import in_points

Values = Mapping[str, Fraction]
Specs = Mapping[str, FigureSpec]
Answer = tuple[Fraction | None, str]


def shown(number: Fraction) -> str:
    """Return a number as a person reads it: exact up to six decimals, otherwise two, half up."""
    top, bottom = number.numerator, number.denominator
    places = 6 if 10**6 % bottom == 0 else 2
    whole, rest = divmod((2 * top * 10**places + bottom) // (2 * bottom), 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)


def with_unit(spec: FigureSpec, value: Fraction) -> str:
    """Return a value with its unit: 97.5%, 4 项."""
    return f"{shown(value)}%" if spec.unit == "%" else f"{shown(value)} {spec.unit}"


@dataclass(frozen=True)
class Formula:
    """A formula: `params` says what each parameter is (figure, number, points, parts, rising or falling bands)."""

    title: str
    params: Mapping[str, str]
    reckon: Callable[[Indicator, Values, Specs], Answer]


def _named(code: str, values: Values, specs: Specs) -> str:
    return f"{specs[code].name} {with_unit(specs[code], values[code])}"


def _full(indicator: Indicator) -> Fraction:
    return in_points(indicator.full)


def _rate(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    code, whole = indicator.params["value"], Fraction(indicator.params["whole"])
    value, named = values[code], _named(code, values, specs)
    full = _full(indicator)
    if value >= whole:
        return full, f"{named}，得满分"
    return full * value / whole, f"{named}：{shown(full)} × {shown(value)} ÷ {shown(whole)}"


def _share(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    whole = indicator.params["whole"]
    parts = [(code, in_points(points)) for code, points in indicator.params["parts"]]
    if not values[whole]:
        return None, f"{specs[whole].name}是 0，没有可评的"
    if above := next((code for code, _ in parts if values[code] > values[whole]), None):
        return None, f"{_named(above, values, specs)}，多于{_named(whole, values, specs)}，请核对后重新填报"
    points = sum((full * values[code] / values[whole] for code, full in parts), Fraction(0))
    named = "，".join(_named(code, values, specs) for code in [*(code for code, _ in parts), whole])
    sums = " + ".join(f"{shown(full)} × {shown(values[code])} ÷ {shown(values[whole])}" for code, full in parts)
    return points, f"{named}：{sums}"


def _deduct(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    each = [(code, in_points(points)) for code, points in indicator.params["each"] if values[code]]
    if not each:
        return _full(indicator), "没有发生，得满分"
    lost = sum((values[code] * points for code, points in each), Fraction(0))
    named = "，".join(f"{_named(code, values, specs)}，每{specs[code].unit}扣 {shown(points)}" for code, points in each)
    floor = "，扣完为止" if lost > _full(indicator) else ""
    return max(Fraction(0), _full(indicator) - lost), f"{named}{floor}"


def _per_head(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    count, heads = indicator.params["count"], indicator.params["heads"]
    if not values[heads]:
        return None, f"{specs[heads].name}是 0，没有可评的"
    ratio = values[count] / values[heads]
    named = f"{_named(count, values, specs)} ÷ {_named(heads, values, specs)} = {shown(ratio)}"
    for bound, points in indicator.params["bands"]:
        if ratio >= Fraction(bound):
            return in_points(points), f"{named}，达到 {bound}"
    if ratio > 0:
        return in_points(indicator.params["above_zero"]), f"{named}，大于 0"
    return Fraction(0), f"{named}，不得分"


def _against_base(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    params = indicator.params
    count, staff, base = (values[params[key]] for key in ("count", "staff", "base"))
    if not staff:
        return None, f"{specs[params['staff']].name}是 0，没有可评的"
    if not count:
        return _full(indicator), f"{specs[params['count']].name} 0 {specs[params['count']].unit}，得满分"
    named = "，".join(_named(params[key], values, specs) for key in ("count", "staff", "base"))
    if not base:
        return Fraction(0), f"{named}：基准是 0 而有发生，不得分"
    ratio = count * Fraction(params["per"]) / staff / base
    named = f"{named}：{shown(count)} × {params['per']} ÷ {shown(staff)} ÷ {shown(base)} = {shown(ratio)}"
    for bound, points in params["bands"]:
        if ratio <= Fraction(bound):
            return in_points(points), f"{named}，不超过 {bound}"
    return Fraction(0), f"{named}，超过 {params['bands'][-1][0]}，不得分"


def _ratio(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    part, whole, others = (indicator.params[key] for key in ("part", "whole", "others"))
    at_par = in_points(indicator.params["at_par"])
    for code in (whole, others):
        if not values[code]:
            return None, f"{specs[code].name}是 0，没有可评的"
    if values[part] > values[whole]:
        return None, f"{_named(part, values, specs)}，多于{_named(whole, values, specs)}，请核对"
    own = 100 * values[part] / values[whole]
    named = "，".join(_named(code, values, specs) for code in (part, whole, others))
    sums = f"{shown(at_par)} × {shown(own)}% ÷ {shown(values[others])}%"
    points = at_par * own / values[others]
    if points > _full(indicator):
        return _full(indicator), f"{named}：{sums}，超过满分，按满分计"
    return points, f"{named}：{sums}"


FORMULAS = {
    "rate": Formula("按比率", {"value": "figure", "whole": "number"}, _rate),
    "share": Formula("按占比", {"parts": "parts", "whole": "figure"}, _share),
    "deduct": Formula("按次扣分", {"each": "parts"}, _deduct),
    "per_head": Formula(
        "人均分档", {"count": "figure", "heads": "figure", "bands": "falling", "above_zero": "points"}, _per_head
    ),
    "against_base": Formula(
        "与基准比分档",
        {"count": "figure", "staff": "figure", "base": "figure", "per": "number", "bands": "rising"},
        _against_base,
    ),
    "ratio": Formula("与全员比", {"part": "figure", "whole": "figure", "others": "figure", "at_par": "points"}, _ratio),
}


def needed(indicator: Indicator) -> list[str]:
    """Return the codes of the figures an indicator needs, in the order of its parameters, each once."""
    codes: list[str] = []
    for key, sort in FORMULAS[indicator.formula].params.items():
        if sort == "figure":
            codes.append(indicator.params[key])
        elif sort == "parts":
            codes += [code for code, _ in indicator.params[key]]
    return list(dict.fromkeys(codes))


def assess(indicator: Indicator, values: Values, specs: Specs) -> Answer:
    """Return the exact points of an indicator and why; None and what is missing when it cannot be assessed."""
    missing = [f"“{specs[code].name}”" for code in needed(indicator) if code not in values]
    if missing:
        return None, f"缺少{'、'.join(missing)}"
    return FORMULAS[indicator.formula].reckon(indicator, values, specs)


def is_automatic(indicator: Indicator, specs: Specs) -> bool:
    """Say whether the app knows every figure of the indicator by itself; otherwise something is imported."""
    return all(specs[code].automatic for code in needed(indicator))

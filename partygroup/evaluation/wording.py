"""A scheme in plain words: what each indicator asks, and how figures become points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from partygroup.evaluation.formulas import shown
from partygroup.evaluation.scheme import Dimension, Indicator, Scheme
from partygroup.evaluation.sheets import SORT_NAMES, star_name
from partygroup.points import said


@dataclass(frozen=True)
class ToldIndicator:
    """An indicator in words."""

    code: str
    name: str
    full: int
    how: str


@dataclass(frozen=True)
class ToldDimension:
    """A dimension with its indicators in words."""

    code: str
    name: str
    full: int
    indicators: tuple[ToldIndicator, ...]


@dataclass(frozen=True)
class ToldScheme:
    """A scheme in words; `rest`: bonus, stars, vetoes, satisfaction."""

    name: str
    dimensions: tuple[ToldDimension, ...]
    rest: tuple[str, ...]


def told_scheme(body: dict) -> ToldScheme:
    """Return the words of a stored scheme."""
    scheme = Scheme.from_json(body)
    return ToldScheme(scheme.name, tuple(_dimension(one, scheme) for one in scheme.dimensions), tuple(_rest(scheme)))


def _dimension(dimension: Dimension, scheme: Scheme) -> ToldDimension:
    told = tuple(
        ToldIndicator(one.code, one.name, one.full, _HOW[one.formula](one, scheme))
        for one in scheme.indicators_of(dimension.code)
    )
    return ToldDimension(dimension.code, dimension.name, dimension.full, told)


def _name(code: str, scheme: Scheme) -> str:
    return scheme.figures[code].name


def _rate(one: Indicator, scheme: Scheme) -> str:
    whole = shown(Fraction(one.params["whole"]))
    unit = scheme.figures[one.params["value"]].unit
    return f"{_name(one.params['value'], scheme)}达到 {whole}{unit}得满分，不到的按比例。"


def _share(one: Indicator, scheme: Scheme) -> str:
    whole = _name(one.params["whole"], scheme)
    parts = "，".join(f"{said(points)} × {_name(code, scheme)} ÷ {whole}" for code, points in one.params["parts"])
    return f"{parts}。"


def _deduct(one: Indicator, scheme: Scheme) -> str:
    each = "，".join(
        f"{_name(code, scheme)}每{scheme.figures[code].unit}扣 {said(points)}" for code, points in one.params["each"]
    )
    return f"从 {said(one.full)} 起扣，{each}，扣完为止。"


def _per_head(one: Indicator, scheme: Scheme) -> str:
    bands = "，".join(f"{bound} 以上 {said(points)}" for bound, points in one.params["bands"])
    count, heads = (_name(one.params[key], scheme) for key in ("count", "heads"))
    return f"{count} ÷ {heads}：{bands}，有就 {said(one.params['above_zero'])}。"


def _against_base(one: Indicator, scheme: Scheme) -> str:
    bands = "，".join(f"不超过 {bound} 得 {said(points)}" for bound, points in one.params["bands"])
    count, staff, base = (_name(one.params[key], scheme) for key in ("count", "staff", "base"))
    return f"{count} × {one.params['per']} ÷ {staff} ÷ {base}：{bands}；没有发生得满分。"


def _ratio(one: Indicator, scheme: Scheme) -> str:
    part, whole, others = (_name(one.params[key], scheme) for key in ("part", "whole", "others"))
    par = said(one.params["at_par"])
    return f"{part} ÷ {whole}，和{others}相比：持平得 {par}，按比例增减，最多满分。"


_HOW: Mapping[str, Callable[[Indicator, Scheme], str]] = {
    "rate": _rate,
    "share": _share,
    "deduct": _deduct,
    "per_head": _per_head,
    "against_base": _against_base,
    "ratio": _ratio,
}


def _rest(scheme: Scheme):
    for sort, levels in scheme.levels.items():
        told = "，".join(f"{level.name} {said(level.points)}" for level in levels.values())
        yield f"{SORT_NAMES[sort]}：{told}；同一事项只计一次。"
    yield f"附加分最多 {said(scheme.bonus_most)}，加在 100 分之上。"
    yield "星级：" + "，".join(f"{said(bound)} 以上{star_name(stars)}" for bound, stars in scheme.stars) + "。"
    grounds = "、".join(scheme.vetoes.values())
    yield f"一票否决（{grounds}）：最高{star_name(scheme.veto_stars)}，不评先进，得分不变。"
    code, below, stars = scheme.satisfaction
    yield f"{_name(code, scheme)}低于 {shown(below)}%：最高{star_name(stars)}；没有调查不限。"

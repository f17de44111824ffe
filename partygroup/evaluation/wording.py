"""A scheme in plain words: what each indicator asks, and how figures become points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from partygroup.evaluation.formulas import shown
from partygroup.evaluation.scheme import Dimension, FigureSpec, Indicator, Scheme
from partygroup.evaluation.sheets import SORT_NAMES, star_name
from partygroup.points import said
from partygroup.versions import Thing


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


#: What each formula does, and what is asked for each of its parameters.
FORMULA_WORDS = {
    "rate": "达到多少得满分，不到的按比例。",
    "share": "其中的占总数多少，按比例得分。",
    "deduct": "从满分起，每发生一次扣多少，扣完为止。",
    "per_head": "摊到每个人有多少，按档得分。",
    "against_base": "和基准相比高低，按档得分，没有发生得满分。",
    "ratio": "党员的占比和全员的占比相比。",
}
PARAM_WORDS = {
    "rate": {"value": "用哪个数据", "whole": "达到多少得满分"},
    "share": {"parts": "其中的", "whole": "总数"},
    "deduct": {"each": "每发生一次扣"},
    "per_head": {"count": "数什么", "heads": "除以多少人", "bands": "每人达到", "above_zero": "再少、但不是0，得"},
    "against_base": {
        "count": "发生数", "staff": "人数", "base": "基准", "per": "按多少人算", "bands": "不超过基准的几倍",
    },
    "ratio": {"part": "党员里有的", "whole": "党员总数", "others": "全员占比", "at_par": "持平得"},
}  # fmt: skip

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


# --- for comparison ---------------------------------------------------------------------------------------------------


def things_of(body: dict) -> dict:
    """Return what a stored scheme holds, thing by thing, for two versions to be compared."""
    scheme = Scheme.from_json(body)
    indicators = {row.code: row for one in told_scheme(body).dimensions for row in one.indicators}
    code, below, stars = scheme.satisfaction
    limit = {"below": ("低于", f"{shown(below)}%"), "stars": ("最高", star_name(stars))}
    return {
        **{("dimension", one.code): Thing("维度", one.name, _full(one.full)) for one in scheme.dimensions},
        **{("indicator", code): _indicator(one) for code, one in indicators.items()},
        **{("figure", code): _figure(one) for code, one in scheme.imported().items()},
        "bonus": Thing("附加分", "附加分", {"most": ("上限", said(scheme.bonus_most))}),
        **{(sort, one.code): Thing(f"{SORT_NAMES[sort]}级别", one.name, {"points": ("分值", said(one.points))})
           for sort, levels in scheme.levels.items() for one in levels.values()},
        **{("stars", stars): Thing("星级", star_name(stars), {"bound": ("从多少分起", said(bound))})
           for bound, stars in scheme.stars},
        **{("veto", code): Thing("否决情形", name) for code, name in scheme.vetoes.items()},
        "veto_stars": Thing("一票否决", "一票否决", {"stars": ("最高", star_name(scheme.veto_stars))}),
        "satisfaction": Thing("满意度", scheme.figures[code].name, limit),
        "good_group": Thing("党小组", "党小组良好", {"bound": ("从多少分起", said(scheme.good_group))}),
    }  # fmt: skip


def _full(points: int) -> dict[str, tuple[str, str]]:
    return {"full": ("满分", said(points))}


def _indicator(one: ToldIndicator) -> Thing:
    return Thing("指标", f"{one.code} {one.name}", _full(one.full) | {"how": ("算法", one.how.rstrip("。"))})


def _figure(spec: FigureSpec) -> Thing:
    periods = [word for word, allowed in (("季度", True), ("月", spec.months), ("全年", spec.year)) if allowed]
    most = "不限" if spec.most is None else shown(spec.most)
    told = {"unit": ("单位", spec.unit), "periods": ("填报期", "、".join(periods)), "most": ("最大值", most)}
    return Thing("数据", f"{spec.code} {spec.name}", told)

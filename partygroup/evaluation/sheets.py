"""The sheet of a branch: lines that say why, dimensions, bonus, total, stars; the year; two-way evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from partygroup.evaluation.figures import Figure
from partygroup.evaluation.formulas import assess, needed, shown
from partygroup.evaluation.scheme import Dimension, Indicator, Level, Scheme
from partygroup.points import in_points, said, signed, tenths

#: What the two sorts of bonus are called on the sheet.
SORT_NAMES = {"award": "表彰", "practice": "经验推广"}
YEAR_AT_LEAST = 2


@dataclass(frozen=True)
class Line:
    """One line of the sheet, points in tenths; None: 未评. `full` is None for lines that have no full mark."""

    code: str
    name: str
    full: int | None
    points: int | None
    why: str
    sources: tuple = ()


@dataclass(frozen=True)
class DimensionSheet:
    """A dimension with its lines (the last may be `-SPREAD`); points None: 未评."""

    code: str
    name: str
    full: int
    points: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Award:
    """A named award or an accepted practice of the quarter; `event` links what must count once (None: its own)."""

    id: int
    sort: str
    level: str
    text: str
    event: str | None = None


@dataclass(frozen=True)
class Veto:
    """A veto ground during [from_on, until_on); until_on None: no end set."""

    ground: str
    document: str
    from_on: date
    until_on: date | None = None

    def in_force(self, first: date, last: date) -> bool:
        """Say whether it is in force on any day from first to last."""
        return self.from_on <= last and (self.until_on is None or self.until_on > first)


@dataclass(frozen=True)
class BranchSheet:
    """A branch's quarter. Without a total (a dimension is 未评) there are no stars, only assessed / of.

    total = Σ points of `lines` exactly. limits: why the stars are fewer than the total earns, or no honours.
    """

    dimensions: tuple[DimensionSheet, ...]
    bonus_lines: tuple[Line, ...]
    basic: int | None
    bonus: int
    total: int | None
    stars: int | None
    honours: bool
    limits: tuple[str, ...]
    assessed: int
    of: int

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the sheet, bonus last."""
        return tuple(line for dimension in self.dimensions for line in dimension.lines) + self.bonus_lines

    @property
    def summary(self) -> str:
        """What the sheet says in a word: 84.4 分，四星; or 已评 15 / 19."""
        if self.total is None:
            return f"已评 {self.assessed} / {self.of}"
        return f"{said(self.total)} 分，{star_name(self.stars)}"


def star_name(stars: int) -> str:
    """Return stars in words: 四星."""
    return f"{'零一二三四五'[stars]}星"


def branch_sheet(
    figures: Mapping[str, Figure],
    scheme: Scheme,
    *,
    headcount: int,
    awards: Collection[Award] = (),
    vetoes: Collection[Veto] = (),
    counted_before: Collection[str] = (),
) -> BranchSheet:
    """Return the sheet of a branch from its figures (imported and automatic) of the quarter.

    headcount: counted members on the last day. awards: of the quarter. vetoes: in force on one of its days.
    counted_before: events of awards that an earlier quarter counted.
    """
    known = {code: figure for code, figure in figures.items() if code in scheme.figures}
    known["H"] = Figure(Fraction(headcount), ("automatic",))
    values = {code: figure.value for code, figure in known.items()}
    lines = {indicator.code: _line(indicator, known, values, scheme) for indicator in scheme.indicators}
    dimensions = tuple(_dimension_sheet(dimension, lines, scheme) for dimension in scheme.dimensions)
    bonus_lines = _bonus_lines(awards, scheme, counted_before)
    bonus = sum(line.points for line in bonus_lines)
    complete = all(dimension.points is not None for dimension in dimensions)
    basic = sum(dimension.points for dimension in dimensions) if complete else None
    total = basic + bonus if complete else None
    code, _, _ = scheme.satisfaction
    stars, limits = _limited_stars(total, values.get(code), vetoes, scheme)
    assessed = [line for dimension in dimensions for line in dimension.lines if line.full and line.points is not None]
    return BranchSheet(
        dimensions,
        bonus_lines,
        basic=basic,
        bonus=bonus,
        total=total,
        stars=stars,
        honours=not vetoes,
        limits=limits,
        assessed=len(assessed),
        of=len(scheme.indicators),
    )


def _line(indicator: Indicator, figures: Mapping[str, Figure], values: Mapping[str, Fraction], scheme: Scheme) -> Line:
    points, why = assess(indicator, values, scheme.figures)
    sources = [source for code in needed(indicator) if code in figures for source in figures[code].sources]
    return Line(
        indicator.code,
        indicator.name,
        indicator.full,
        None if points is None else tenths(points),
        f"未评：{why}。" if points is None else f"{why}。",
        tuple(dict.fromkeys(sources)),
    )


def _dimension_sheet(dimension: Dimension, line_by_code: Mapping[str, Line], scheme: Scheme) -> DimensionSheet:
    lines = [line_by_code[indicator.code] for indicator in scheme.indicators_of(dimension.code)]
    assessed = [line for line in lines if line.points is not None]
    if not assessed:
        return DimensionSheet(dimension.code, dimension.name, dimension.full, None, tuple(lines))
    sum_of_lines = sum(line.points for line in assessed)
    full = sum(line.full for line in assessed)
    points = tenths(Fraction(sum_of_lines * dimension.full, full * 10))
    if len(assessed) < len(lines):
        why = (
            f"{len(lines) - len(assessed)} 项未评，分值摊到已评的 {len(assessed)} 项："
            f"{said(sum_of_lines)} × {said(dimension.full)} ÷ {said(full)} = {said(points)}。"
        )
        spread = points - sum_of_lines
        lines.append(Line(f"{dimension.code}-SPREAD", "未评分值摊回", None, spread, why))
    return DimensionSheet(dimension.code, dimension.name, dimension.full, points, tuple(lines))


def _bonus_lines(awards: Collection[Award], scheme: Scheme, counted_before: Collection[str]) -> tuple[Line, ...]:
    """Return a line for each award, those of a counted event with 0, and what is above the limit taken back."""
    lines, counted = [], set(counted_before)
    worth = {award.id: _level(award, scheme) for award in awards}
    for award in sorted(awards, key=lambda award: (-worth[award.id].points, award.id)):
        again = award.event is not None and award.event in counted
        counted.add(award.event)
        why = "同一事项只计一次。" if again else f"{worth[award.id].name}{signed(worth[award.id].points)}。"
        name = f"{SORT_NAMES[award.sort]}：{award.text}"
        lines.append(Line("BONUS", name, None, 0 if again else worth[award.id].points, why, (award.id,)))
    above = sum(line.points for line in lines) - scheme.bonus_most
    if above > 0:
        why = f"附加分最多 {said(scheme.bonus_most)} 分。"
        lines.append(Line("BONUS-CAP", "附加分超过上限", None, -above, why))
    return tuple(lines)


def _level(award: Award, scheme: Scheme) -> Level:
    """Return what the award is worth; nothing, under a scheme that no longer knows its level."""
    return scheme.levels[award.sort].get(award.level) or Level(award.level, "本方案没有的级别", 0)


def _limited_stars(
    total: int | None, satisfaction: Fraction | None, vetoes: Collection[Veto], scheme: Scheme
) -> tuple[int | None, tuple[str, ...]]:
    """Return the stars after the limits, and the limits in words."""
    _, below, most_stars = scheme.satisfaction
    most, limits = 5, []
    for veto in sorted(vetoes, key=lambda veto: (veto.from_on, veto.ground, veto.document)):
        most = min(most, scheme.veto_stars)
        ground = scheme.vetoes.get(veto.ground, veto.ground)
        limits.append(
            f"一票否决（{ground}，{veto.document}）：最高{star_name(scheme.veto_stars)}，不评先进，得分不变。"
        )
    if satisfaction is not None and satisfaction < below:
        most = min(most, most_stars)
        limits.append(f"职工群众满意度 {shown(satisfaction)}%，低于 {shown(below)}%：最高{star_name(most_stars)}。")
    stars = None if total is None else min(most, scheme.stars_for(total))
    return stars, tuple(limits)


def under_vetoes(
    sheet: BranchSheet, values: Mapping[str, Fraction], vetoes: Collection[Veto], scheme: Scheme
) -> BranchSheet:
    """Return a sheet under these vetoes instead: stars, honours and limits follow, no number changes.

    values: the figures of the sheet by code. vetoes: in force on one of the quarter's days.
    """
    code, _, _ = scheme.satisfaction
    stars, limits = _limited_stars(sheet.total, values.get(code), vetoes, scheme)
    return replace(sheet, stars=stars, honours=not vetoes, limits=limits)


@dataclass(frozen=True)
class QuarterResult:
    """What a quarter gives to the year: its total (None: none), and the satisfaction figure, if surveyed."""

    total: int | None
    satisfaction: Fraction | None = None


@dataclass(frozen=True)
class BranchYear:
    """A branch's year; without enough quarters neither total nor stars."""

    total: int | None
    stars: int | None
    honours: bool
    limits: tuple[str, ...]
    why: str


def branch_year(quarters: Sequence[QuarterResult], scheme: Scheme, *, vetoes: Collection[Veto] = ()) -> BranchYear:
    """Return the year from its quarters: the mean of those with a total (two at least), limits as in a quarter.

    vetoes: in force on any day of the year.
    """
    totals = [quarter.total for quarter in quarters if quarter.total is not None]
    surveyed = [quarter.satisfaction for quarter in quarters if quarter.satisfaction is not None]
    mean = sum(surveyed, Fraction(0)) / len(surveyed) if surveyed else None
    if len(totals) < YEAR_AT_LEAST:
        total, why = None, f"有总分的季度不到 {YEAR_AT_LEAST} 个，没有全年得分。"
    else:
        total = tenths(Fraction(sum(totals), 10 * len(totals)))
        why = f"{len(totals)} 个季度平均：（{' + '.join(map(said, totals))}）÷ {len(totals)} = {said(total)}。"
    stars, limits = _limited_stars(total, mean, vetoes, scheme)
    return BranchYear(total, stars, not vetoes, limits, why)


@dataclass(frozen=True)
class TwoWay:
    """The figure handed to the performance system: shown, never applied."""

    value: Fraction
    text: str
    why: str


def coefficient(stars: int, scheme: Scheme) -> TwoWay:
    """Return mode A of the two-way evaluation: a coefficient by stars."""
    value = next(value for bound, value in scheme.coefficients if stars >= bound)
    text = f"{int(value * 100) // 100}.{int(value * 100) % 100:02d}"
    return TwoWay(value, text, f"支部评为{star_name(stars)}，系数 {text}。")


def multiplied(operations: Fraction, total: int) -> TwoWay:
    """Return mode B: the operations' score × the branch's total ÷ 100, half up to a tenth of a point."""
    points = tenths(operations * in_points(total) / 100)
    why = f"经营得分 {shown(operations)} × 支部得分 {said(total)} ÷ 100 = {said(points)}。"
    return TwoWay(in_points(points), said(points), why)


def events_counted(sheets: Iterable[BranchSheet], awards: Collection[Award]) -> set[str]:
    """Return the events of awards that earlier sheets counted, for `counted_before`."""
    given = {line.sources[0] for sheet in sheets for line in sheet.bonus_lines if line.code == "BONUS" and line.points}
    return {award.event for award in awards if award.event and award.id in given}

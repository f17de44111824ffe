"""What holds for every branch (scoring.md 9), and agreement with the independent model over generated figures."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.figures import Figure, Reading, pick_figures
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.sheets import Award, Veto, branch_sheet
from tests.evaluation_model import LEVELS, evaluate

SCHEME = Scheme.from_json(BODY)
PARTS = {"WP2.UP": "WP2.ALL", "SE2.CLOSED": "SE2.DUE", "WP3.ACCEPTED": "WP3.DUE", "WP3.VERIFIED": "WP3.ACCEPTED",
         "PF1.HELD": "PF1.DUE", "PF3.PASSED": "PF3.CHECKS", "PF4.GOOD": "PF4.GROUPS", "PF6.CLOSED": "PF6.DUE",
         "QI2.STARRED": "H"}  # fmt: skip
VETO = Veto("falsified", "纪〔2026〕1号", date(2026, 7, 1))
CODES = [code for code in SCHEME.figures if code != "H"]
PERFECT = {
    "WP1": 100, "WP2.UP": 3, "WP2.ALL": 3, "WP3.DUE": 2, "WP3.ACCEPTED": 2, "WP3.VERIFIED": 2, "WP4": 100,
    "SE1.C": 0, "SE1.B": 0, "SE1.A": 0, "SE2.CLOSED": 4, "SE2.DUE": 4, "SE3.N": 0, "SE3.HEAD": 90, "SE3.BASE": 2,
    "SE4.B": 0, "SE4.A": 0, "QI1.N": 2, "QI2.STARRED": 9, "QI2.STAFF": 40, "QI3.N": 5, "QI4": 100,
    "PF1.DUE": 8, "PF1.HELD": 8, "PF2": 100, "PF3.CHECKS": 4, "PF3.PASSED": 4, "PF4.GROUPS": 2, "PF4.GOOD": 2,
    "PF5": 100, "PF6.DUE": 3, "PF6.CLOSED": 3, "PF7": 100,
}  # fmt: skip


def percents(most: int = 100):
    return st.integers(0, most * 100).map(lambda number: Fraction(number, 100)) | st.fractions(
        0, most, max_denominator=97
    )


@st.composite
def branches(draw) -> tuple[dict[str, Fraction], int]:
    """Draw figures of a branch, some missing, parts within their wholes; and how many members count."""
    heads = draw(st.integers(0, 40))
    values: dict[str, Fraction] = {"H": Fraction(heads)}
    for code in sorted(CODES, key=lambda code: code in PARTS):
        spec = SCHEME.figures[code]
        if code in ("WP1", "PF5") or spec.unit == "%":
            values[code] = draw(percents(160 if code == "WP1" else 100))
        elif code not in PARTS:
            values[code] = Fraction(draw(st.integers(0, 400 if code == "SE3.HEAD" else 12)))
    for code in sorted(PARTS, key=lambda code: code == "WP3.VERIFIED"):
        values[code] = Fraction(draw(st.integers(0, int(values[PARTS[code]]))))
    missing = draw(st.sets(st.sampled_from(CODES), max_size=10))
    return {code: value for code, value in values.items() if code not in missing | {"H"}}, heads


AWARDS = st.lists(st.tuples(st.sampled_from(sorted(LEVELS)), st.sampled_from([None, "a", "b"])), max_size=5)


def made(awards) -> list[Award]:
    return [Award(number, *level, f"第{number}项", event) for number, (level, event) in enumerate(awards)]


def sheet(values, heads, awards=(), veto=False):
    figures = {code: Figure(Fraction(value), (code,)) for code, value in values.items()}
    return branch_sheet(figures, SCHEME, headcount=heads, awards=made(awards), vetoes=[VETO] if veto else [])


def by_code(a_sheet) -> dict:
    return {line.code: line.points for line in a_sheet.lines if line.full}


def dimensions(a_sheet) -> dict:
    return {dimension.code: dimension.points for dimension in a_sheet.dimensions}


@given(branches(), AWARDS, st.booleans())
def test_agrees_with_the_independent_model(branch, awards, veto):
    values, heads = branch
    mine = sheet(values, heads, awards, veto)
    other = evaluate(values, heads, [(*level, event) for level, event in awards], veto)
    assert by_code(mine) == other["lines"]
    assert dimensions(mine) == other["dimensions"]
    assert (mine.basic, mine.bonus, mine.total, mine.stars) == tuple(
        other[key] for key in ("basic", "bonus", "total", "stars")
    )


@given(branches(), AWARDS)
def test_a_total_is_the_sum_of_its_lines(branch, awards):
    result = sheet(*branch, awards)
    for dimension in result.dimensions:
        if dimension.points is not None:
            assert dimension.points == sum(line.points or 0 for line in dimension.lines)
            assert 0 <= dimension.points <= dimension.full
    assert 0 <= result.bonus <= 50
    if result.total is None:
        assert any(points is None for points in dimensions(result).values())
    else:
        assert result.total == sum(line.points or 0 for line in result.lines) <= 1050


@given(branches())
def test_lines_lie_within_their_full_marks(branch):
    for line in sheet(*branch).lines:
        assert line.points is None or line.full is None or 0 <= line.points <= line.full
        assert line.why.endswith("。") and line.why.startswith("未评") == (line.points is None)


@given(branches(), st.data())
def test_deleting_a_figure_changes_its_own_dimension_only(branch, data):
    values, heads = branch
    code = data.draw(st.sampled_from(sorted(values) or ["WP1"]))
    before = sheet(values, heads)
    after = sheet({key: value for key, value in values.items() if key != code}, heads)
    untouched = [name for name in ("WP", "SE", "QI", "PF") if not code.startswith(name)]
    for one, other in zip(before.dimensions, after.dimensions, strict=True):
        assert one.code not in untouched or one == other
    if code != "PF7":
        assert before.limits == after.limits


@given(st.sets(st.sampled_from(sorted(PERFECT))))
def test_perfect_lines_give_the_full_mark_whatever_is_missing(missing):
    result = sheet({code: value for code, value in PERFECT.items() if code not in missing}, 9)
    for dimension in result.dimensions:
        assert dimension.points in (None, dimension.full)
    assert (result.total is None) == (None in dimensions(result).values())


def test_everything_perfect_is_a_hundred_and_five_stars():
    result = sheet(PERFECT, 9)
    assert (result.total, result.stars, result.assessed) == (1000, 5, 19)


@given(branches(), st.data())
def test_the_order_of_figures_and_awards_never_matters(branch, data):
    values, heads = branch
    awards = made(data.draw(AWARDS))
    figures = {code: Figure(value, (code,)) for code, value in values.items()}
    shuffled = dict(data.draw(st.permutations(list(figures.items()))))
    one = branch_sheet(figures, SCHEME, headcount=heads, awards=awards)
    other = branch_sheet(shuffled, SCHEME, headcount=heads, awards=data.draw(st.permutations(awards)))
    assert one == other


PERIODS = ["2026Q3", "2026-07", "2026-08", "2026-09", "2026", "2026Q2"]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(PERIODS), st.integers(0, 100))), st.data())
def test_the_order_of_readings_never_matters(typed, data):
    readings = [Reading(number, code, period, Fraction(value)) for number, (code, period, value) in enumerate(typed)]
    shuffled = data.draw(st.permutations(readings))
    assert pick_figures(readings, SCHEME, (2026, 3)) == pick_figures(shuffled, SCHEME, (2026, 3))


@given(branches(), AWARDS)
def test_a_veto_changes_no_number(branch, awards):
    free, bound = sheet(*branch, awards), sheet(*branch, awards, veto=True)
    assert (free.lines, free.total) == (bound.lines, bound.total)
    assert bound.stars == (None if free.stars is None else min(free.stars, 2))


@given(branches(), st.sampled_from(["WP1", "WP4", "QI4", "PF2", "PF5", "PF7", "QI1.N", "QI3.N"]), st.integers(0, 50))
def test_a_better_figure_never_lowers_its_dimension(branch, code, more):
    values, heads = branch
    if code in values:
        better = values | {code: min(Fraction(100), values[code] + more) if code != "WP1" else values[code] + more}
        before, after = dimensions(sheet(values, heads)), dimensions(sheet(better, heads))
        assert before[code[:2]] is None or before[code[:2]] <= after[code[:2]]

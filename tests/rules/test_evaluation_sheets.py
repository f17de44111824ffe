"""The worked examples of a branch (scoring.md 8.9 to 8.11), bonus, stars, the year, two-way evaluation."""

from datetime import date
from fractions import Fraction

import pytest

from partygroup.evaluation.automatic import BranchFacts, automatic_figures
from partygroup.evaluation.due import Check, ProjectCount
from partygroup.evaluation.figures import Figure
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.sheets import (
    Award,
    QuarterResult,
    Veto,
    branch_sheet,
    branch_year,
    coefficient,
    events_counted,
    multiplied,
)

SCHEME = Scheme.from_json(BODY)
IMPORTED = {
    "WP1": "97.5", "WP2.UP": "4", "WP2.ALL": "5", "WP4": "88",
    "SE1.C": "1", "SE1.B": "0", "SE1.A": "0", "SE2.CLOSED": "11", "SE2.DUE": "12",
    "SE3.N": "37", "SE3.HEAD": "1000", "SE3.BASE": "5", "SE4.B": "0", "SE4.A": "0",
    "QI1.N": "1", "QI2.STAFF": "40", "QI3.N": "2", "PF7": "86",
}  # fmt: skip
FACTS = BranchFacts(
    totals=[670, 710, 700, 675],
    rates=[Fraction(2, 3), Fraction(1), Fraction(1), Fraction(1)],
    starred=2,
    group_scores=[780],
    meetings=(10, 11),
    problems=(2, 3),
    checks=[Check("", True, "")] * 4,
    projects=ProjectCount(3, 2, 1),
)
COMPANY = Award(7, "award", "company", "先进党支部", "doc:公司〔2026〕12号")
VETO = Veto("accident", "安〔2026〕3号", date(2026, 8, 2))


def figures(**changes) -> dict[str, Figure]:
    """Return the figures of example 10; PF7="59.9" changes one, PF7=None takes it away."""
    values = IMPORTED | {key.replace("_", "."): value for key, value in changes.items()}
    imported = {code: Figure(Fraction(value), (code,)) for code, value in values.items() if value is not None}
    return automatic_figures(FACTS, SCHEME) | imported


def sheet(figs=None, **more):
    return branch_sheet(figs or figures(), SCHEME, headcount=4, **more)


def points_by_code(a_sheet) -> dict[str, int | None]:
    return {line.code: line.points for line in a_sheet.lines}


def test_example_9_what_is_missing_is_spread():
    (qi,) = [dimension for dimension in sheet().dimensions if dimension.code == "QI"]
    assert [(line.code, line.points) for line in qi.lines] == [
        ("QI1", 50), ("QI2", 38), ("QI3", 50), ("QI4", None), ("QI-SPREAD", 46)
    ]  # fmt: skip
    assert qi.points == 184
    assert qi.lines[3].why == "未评：缺少“带教和培训覆盖率”。"
    assert qi.lines[4].why == "1 项未评，分值摊到已评的 3 项：13.8 × 20.0 ÷ 15.0 = 18.4。"


def test_example_9_a_reported_zero_is_a_zero():
    (qi,) = [dimension for dimension in sheet(figures(QI4="0")).dimensions if dimension.code == "QI"]
    assert qi.points == 138
    assert [line.code for line in qi.lines] == ["QI1", "QI2", "QI3", "QI4"]


def test_example_10_a_branch():
    result = sheet(awards=[COMPANY])
    assert points_by_code(result) == {
        "WP1": 98, "WP2": 48, "WP3": 43, "WP4": 53, "SE1": 70, "SE2": 46, "SE3": 30, "SE4": 30,
        "QI1": 50, "QI2": 38, "QI3": 50, "QI4": None, "QI-SPREAD": 46,
        "PF1": 55, "PF2": 46, "PF3": 40, "PF4": 0, "PF5": 28, "PF6": 27, "PF7": 26, "BONUS": 20,
    }  # fmt: skip
    assert [dimension.points for dimension in result.dimensions] == [242, 176, 184, 222]
    assert (result.basic, result.bonus, result.total, result.stars) == (824, 20, 844, 4)
    assert (result.assessed, result.of) == (18, 19)
    assert result.summary == "84.4 分，四星"
    assert result.honours and result.limits == ()


def test_example_10_with_a_veto():
    result = sheet(awards=[COMPANY], vetoes=[VETO])
    assert (result.total, result.stars, result.honours) == (844, 2, False)
    assert result.limits == ("一票否决（事故，安〔2026〕3号）：最高二星，不评先进，得分不变。",)


def test_example_10_with_low_satisfaction():
    result = sheet(figures(PF7="59.9"), awards=[COMPANY])
    assert points_by_code(result)["PF7"] == 18
    assert (result.total, result.stars, result.honours) == (836, 2, True)
    assert result.limits == ("职工群众满意度 59.9%，低于 60%：最高二星。",)


def test_satisfaction_of_sixty_or_not_surveyed_limits_nothing():
    assert sheet(figures(PF7="60")).stars == 4
    unsurveyed = sheet(figures(PF7=None))
    assert unsurveyed.stars == 4 and unsurveyed.limits == ()
    assert points_by_code(unsurveyed)["PF-SPREAD"] is not None


def test_lines_know_where_they_are_from():
    by_code = {line.code: line for line in sheet(awards=[COMPANY]).lines}
    assert by_code["SE2"].sources == ("SE2.CLOSED", "SE2.DUE")
    assert by_code["PF1"].sources == ("automatic",)
    assert by_code["QI1"].sources == ("QI1.N", "automatic")
    assert by_code["BONUS"].sources == (7,)
    assert by_code["BONUS"].name == "表彰：先进党支部" and by_code["BONUS"].why == "公司级+2.0。"


def test_a_dimension_with_nothing_assessed_leaves_no_total():
    bare = {code: figure for code, figure in figures().items() if not code.startswith("SE")}
    result = sheet(bare, awards=[COMPANY], vetoes=[VETO])
    assert [dimension.points for dimension in result.dimensions] == [242, None, 184, 222]
    assert (result.basic, result.total, result.stars, result.bonus) == (None, None, None, 20)
    assert "SE-SPREAD" not in points_by_code(result)
    assert result.summary == "已评 14 / 19"


def test_nobody_counted_leaves_shares_of_members_unassessed():
    alone = branch_sheet(figures(), SCHEME, headcount=0)
    assert [points_by_code(alone)[code] for code in ("QI1", "QI2", "QI3")] == [None, None, None]
    assert alone.total is None
    assert automatic_figures(BranchFacts(), SCHEME).keys() & {"PF2", "PF5"} == set()


def test_a_figure_the_scheme_does_not_know_is_left_alone():
    assert sheet(figures(ODD="3")) == sheet()


@pytest.mark.parametrize(
    ("total", "stars"),
    [(1050, 5), (900, 5), (899, 4), (800, 4), (799, 3), (700, 3), (699, 2), (600, 2), (599, 1), (0, 1)],
)
def test_stars_include_their_lower_bound(total, stars):
    assert SCHEME.stars_for(total) == stars


# --- bonus ------------------------------------------------------------------------------------------------------------


def bonus(*awards: tuple, counted_before=()) -> tuple[int, list[tuple[str, int]]]:
    made = [Award(number, sort, level, f"第{number}项", event) for number, (sort, level, event) in enumerate(awards)]
    result = sheet(awards=made, counted_before=counted_before)
    assert result.total == result.basic + result.bonus == sum(line.points or 0 for line in result.lines)
    return result.bonus, [(line.code, line.points) for line in result.bonus_lines]


@pytest.mark.parametrize(
    ("sort", "level", "points"),
    [("award", "unit", 10), ("award", "company", 20), ("award", "province", 30), ("award", "nation", 50),
     ("practice", "unit", 10), ("practice", "company", 20)],
)  # fmt: skip
def test_what_an_award_is_worth(sort, level, points):
    assert bonus((sort, level, None)) == (points, [("BONUS", points)])


def test_a_level_the_scheme_no_longer_knows_is_worth_nothing():
    assert bonus(("award", "galaxy", None)) == (0, [("BONUS", 0)])


def test_bonus_is_at_most_five():
    assert bonus(("award", "province", None), ("award", "company", None), ("practice", "unit", None)) == (
        50, [("BONUS", 30), ("BONUS", 20), ("BONUS", 10), ("BONUS-CAP", -10)]
    )  # fmt: skip


def test_one_event_counts_once_and_highest():
    same = [("award", "unit", "a"), ("award", "province", "a"), ("practice", "company", "a"), ("award", "unit", "b")]
    assert bonus(*same) == (40, [("BONUS", 30), ("BONUS", 0), ("BONUS", 0), ("BONUS", 10)])


def test_awards_without_a_common_event_count_each():
    assert bonus(("award", "unit", None), ("award", "unit", None))[0] == 20


def test_an_event_that_an_earlier_quarter_counted_counts_no_more():
    assert bonus(("award", "province", "a"), counted_before={"a"}) == (0, [("BONUS", 0)])
    made = [
        Award(1, "award", "unit", "甲", "a"),
        Award(2, "award", "company", "乙", "b"),
        Award(3, "award", "unit", "丙"),
    ]
    assert events_counted([sheet(awards=made[:1])], made) == {"a"}
    assert events_counted([sheet(awards=made), sheet()], made) == {"a", "b"}


# --- veto, year, two-way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_on", "until_on", "in_force"),
    [
        (date(2026, 9, 30), None, True),
        (date(2026, 10, 1), None, False),
        (date(2026, 1, 1), date(2026, 7, 1), False),
        (date(2026, 1, 1), date(2026, 7, 2), True),
    ],
)
def test_a_veto_is_in_force_on_a_day_of_the_quarter(from_on, until_on, in_force):
    assert Veto("accident", "", from_on, until_on).in_force(date(2026, 7, 1), date(2026, 9, 30)) == in_force


def year(*totals, satisfaction=(), vetoes=()):
    surveyed = [*map(Fraction, satisfaction), *[None] * (len(totals) - len(satisfaction))]
    return branch_year([QuarterResult(*pair) for pair in zip(totals, surveyed, strict=True)], SCHEME, vetoes=vetoes)


def test_example_11_a_year():
    result = year(836, None, 799, 852)
    assert (result.total, result.stars) == (829, 4)
    assert result.why == "3 个季度平均：（83.6 + 79.9 + 85.2）÷ 3 = 82.9。"
    assert (year(899, 900, 899, 900).total, year(899, 900, 899, 900).stars) == (900, 5)


def test_a_year_needs_two_quarters():
    assert (year(836, None, None, None).total, year(836, None).stars) == (None, None)
    assert year(836, None).why == "有总分的季度不到 2 个，没有全年得分。"
    assert year(836, None, 800).total == 818


def test_limits_of_a_year():
    assert year(900, 900, vetoes=[VETO]).stars == 2
    assert not year(900, 900, vetoes=[VETO]).honours
    assert year(900, 900, satisfaction=["50", "69.9"]).stars == 2
    assert year(900, 900, satisfaction=["50", "70"]).stars == 5
    assert year(900, 900, 900, satisfaction=["59"]).stars == 2
    assert year(590, 590, vetoes=[VETO]).stars == 1


@pytest.mark.parametrize(("stars", "text"), [(5, "1.05"), (4, "1.00"), (3, "0.97"), (2, "0.90"), (1, "0.90")])
def test_a_coefficient_by_stars(stars, text):
    result = coefficient(stars, SCHEME)
    assert (result.value, result.text) == (Fraction(text), text)


def test_operations_multiplied():
    result = multiplied(Fraction("91.5"), 844)
    assert (result.value, result.text) == (Fraction("77.2"), "77.2")
    assert result.why == "经营得分 91.5 × 支部得分 84.4 ÷ 100 = 77.2。"

"""Each formula at the edges of its bands, its zeros, and its words (scoring.md 7)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.formulas import FORMULAS, assess, is_automatic, needed, shown
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme
from partygroup.points import tenths

SCHEME = Scheme.from_json(BODY)
INDICATORS = {indicator.code: indicator for indicator in SCHEME.indicators}


def assessed(code: str, **given_values) -> tuple[int | None, str]:
    """Return points in tenths, and why; SE1_C="2" gives SE1.C."""
    values = {key.replace("_", "."): Fraction(value) for key, value in given_values.items()}
    points, why = assess(INDICATORS[code], values, SCHEME.figures)
    return (None if points is None else tenths(points)), why


@pytest.mark.parametrize(
    ("code", "value", "points"),
    [
        ("WP1", "0", 0),
        ("WP1", "97.5", 98),
        ("WP1", "97.49", 97),
        ("WP1", "100", 100),
        ("WP1", "135.2", 100),
        ("WP4", "88", 53),
        ("WP4", "100", 60),
        ("QI4", "0", 0),
        ("QI4", "99", 50),
        ("QI4", "98.9", 49),
        ("PF2", "92", 46),
        ("PF5", "68.875", 28),
        ("PF5", "100", 40),
        ("PF7", "86", 26),
        ("PF7", "59.9", 18),
    ],
)
def test_by_rate(code, value, points):
    assert assessed(code, **{code: value})[0] == points


@pytest.mark.parametrize(
    ("code", "part", "whole", "points"),
    [
        ("WP2", "UP", "ALL", {(4, 5): 48, (0, 5): 0, (5, 5): 60, (0, 0): None, (6, 5): None}),
        ("SE2", "CLOSED", "DUE", {(11, 12): 46, (12, 12): 50, (0, 0): None, (13, 12): None}),
        ("PF1", "HELD", "DUE", {(10, 11): 55, (0, 11): 0, (0, 0): None}),
        ("PF3", "PASSED", "CHECKS", {(4, 4): 40, (3, 4): 30, (0, 4): 0}),
        ("PF4", "GOOD", "GROUPS", {(0, 1): 0, (1, 3): 13, (2, 3): 27, (0, 0): None}),
        ("PF6", "CLOSED", "DUE", {(2, 3): 27, (3, 3): 40, (0, 0): None}),
    ],
)
def test_by_share(code, part, whole, points):
    for (some, of_all), expected in points.items():
        assert assessed(code, **{f"{code}_{part}": some, f"{code}_{whole}": of_all})[0] == expected


def test_projects_are_worth_their_acceptance_and_their_benefit():
    assert assessed("WP3", WP3_DUE=3, WP3_ACCEPTED=2, WP3_VERIFIED=1)[0] == 43
    assert assessed("WP3", WP3_DUE=3, WP3_ACCEPTED=3, WP3_VERIFIED=3)[0] == 80
    assert assessed("WP3", WP3_DUE=3, WP3_ACCEPTED=0, WP3_VERIFIED=0)[0] == 0
    assert assessed("WP3", WP3_DUE=0, WP3_ACCEPTED=0, WP3_VERIFIED=0)[0] is None


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ((0, 0, 0), 80),
        ((1, 0, 0), 70),
        ((0, 1, 0), 50),
        ((2, 2, 0), 0),
        ((1, 2, 0), 10),
        ((0, 0, 1), 0),
        ((9, 9, 9), 0),
    ],
)
def test_accidents_deduct_down_to_zero(counts, points):
    assert assessed("SE1", SE1_C=counts[0], SE1_B=counts[1], SE1_A=counts[2])[0] == points


@pytest.mark.parametrize(("counts", "points"), [((0, 0), 30), ((1, 0), 20), ((3, 0), 0), ((4, 0), 0), ((0, 1), 0)])
def test_environment_deducts_down_to_zero(counts, points):
    assert assessed("SE4", SE4_B=counts[0], SE4_A=counts[1])[0] == points


@pytest.mark.parametrize(
    ("ratio", "points"),
    [("0.001", 40), ("0.5", 40), ("0.5001", 30), ("0.8", 30), ("0.80001", 20), ("1", 20), ("1.00001", 10),
     ("1.2", 10), ("1.2001", 0), ("5", 0)],
)  # fmt: skip
def test_violations_against_the_baseline(ratio, points):
    # 100 people and a baseline of 10 in a hundred: ten violations are a ratio of 1.
    assert assessed("SE3", SE3_N=Fraction(ratio) * 10, SE3_HEAD=100, SE3_BASE=10)[0] == points


@pytest.mark.parametrize(
    ("count", "staff", "base", "points"),
    [(0, 100, 0, 40), (0, 100, 2, 40), (1, 100, 0, 0), (0, 0, 2, None), (1, 0, 0, None), (1, 200, "0.5", 20)],
)
def test_violations_where_something_is_zero(count, staff, base, points):
    assert assessed("SE3", SE3_N=count, SE3_HEAD=staff, SE3_BASE=base)[0] == points


@pytest.mark.parametrize(
    ("code", "edges"),
    [("QI1", {0: 0, 1: 10, 49: 10, 50: 20, 99: 20, 100: 30, 149: 30, 150: 40, 199: 40, 200: 50, 1000: 50}),
     ("QI3", {0: 0, 1: 10, 99: 10, 100: 20, 199: 20, 200: 30, 299: 30, 300: 40, 499: 40, 500: 50, 3000: 50})],
)  # fmt: skip
def test_bands_per_member(code, edges):
    for count, points in edges.items():
        assert assessed(code, **{f"{code}_N": count, "H": 1000})[0] == points
    assert assessed(code, **{f"{code}_N": 3, "H": 0})[0] is None


@pytest.mark.parametrize(
    ("starred", "heads", "staff", "points"),
    [(2, 4, "40", 38), (2, 5, "40", 30), (4, 4, "60", 50), (5, 5, "1.5", 50), (0, 4, "40", 0), (2, 4, "0", None),
     (0, 0, "40", None), (5, 4, "40", None)],
)  # fmt: skip
def test_star_share_against_all_staff(starred, heads, staff, points):
    assert assessed("QI2", QI2_STARRED=starred, H=heads, QI2_STAFF=staff)[0] == points


@pytest.mark.parametrize(
    ("code", "values", "why"),
    [
        ("WP1", {"WP1": "97.5"}, "挂钩单位计划完成率 97.5%：10 × 97.5 ÷ 100"),
        ("WP1", {"WP1": "100"}, "挂钩单位计划完成率 100%，得满分"),
        ("WP1", {"WP1": "102"}, "挂钩单位计划完成率 102%，得满分"),
        ("WP2", {"WP2_UP": 4, "WP2_ALL": 5}, "达到标杆或好于去年的关键指标 4 项，关键指标总数 5 项：6 × 4 ÷ 5"),
        ("WP2", {"WP2_UP": 0, "WP2_ALL": 0}, "关键指标总数是 0，没有可评的"),
        ("WP2", {"WP2_UP": 4}, "缺少“关键指标总数”"),
        ("SE1", {"SE1_C": 1, "SE1_B": 0, "SE1_A": 0}, "轻微事件 1 起，每起扣 1"),
        ("SE1", {"SE1_C": 0, "SE1_B": 0, "SE1_A": 2}, "重伤及以上事故 2 起，每起扣 8，扣完为止"),
        ("SE1", {"SE1_C": 0, "SE1_B": 0, "SE1_A": 0}, "没有发生，得满分"),
        ("QI1", {"QI1_N": 3, "H": 20}, "近四个季度取得技能等级或职称的党员 3 人 ÷ 计分党员 20 人 = 0.15，达到 0.15"),
        ("QI3", {"QI3_N": 1, "H": 30}, "党员的建议、操作法、专利 1 项 ÷ 计分党员 30 人 = 0.03，大于 0"),
        ("SE3", {"SE3_N": 0, "SE3_HEAD": 100, "SE3_BASE": 0}, "违章 0 起，得满分"),
        ("SE3", {"SE3_N": 2, "SE3_HEAD": 100, "SE3_BASE": 0},
         "违章 2 起，在岗人数 100 人，百人违章基准 0 起/百人·季：基准是 0 而有发生，不得分"),
        ("QI2", {"QI2_STARRED": 2, "H": 4, "QI2_STAFF": 40},
         "有星级的党员 2 人，计分党员 4 人，全员星级员工占比 40%：3 × 50% ÷ 40%"),
    ],
)  # fmt: skip
def test_why_in_words_with_the_numbers(code, values, why):
    assert assessed(code, **values)[1] == why


def test_a_figure_too_many_asks_to_be_checked():
    points, why = assessed("SE2", SE2_CLOSED=13, SE2_DUE=12)
    assert points is None
    assert why == "按期整改的隐患 13 条，多于应整改的隐患 12 条，请核对后重新填报"


def test_every_indicator_says_what_is_missing():
    for indicator in SCHEME.indicators:
        points, why = assess(indicator, {}, SCHEME.figures)
        assert points is None
        assert all(SCHEME.figures[code].name in why for code in needed(indicator))


def test_what_the_app_knows_by_itself():
    automatic = [code for code, indicator in INDICATORS.items() if is_automatic(indicator, SCHEME.figures)]
    assert automatic == ["WP3", "PF1", "PF2", "PF3", "PF4", "PF5", "PF6"]


def test_every_formula_is_used_by_the_preset():
    assert {indicator.formula for indicator in SCHEME.indicators} == set(FORMULAS)


@pytest.mark.parametrize(
    ("number", "text"),
    [(Fraction(195, 2), "97.5"), (Fraction(2, 3), "0.67"), (Fraction(1, 200), "0.005"), (0, "0"), (100, "100"),
     (Fraction(1, 3) * 100, "33.33"), (Fraction(5, 10**6), "0.000005")],
)  # fmt: skip
def test_numbers_as_a_person_reads_them(number, text):
    assert shown(Fraction(number)) == text


@given(st.integers(0, 10**9), st.integers(0, 6))
def test_a_short_decimal_is_shown_exactly(digits, places):
    number = Fraction(digits, 10**places)
    assert Fraction(shown(number)) == number

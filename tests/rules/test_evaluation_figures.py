"""Which reading counts for a quarter, what is refused, and how units that became one add up (scoring.md 7, 8.12)."""

from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.figures import (
    Figure,
    Part,
    Reading,
    days_of,
    merge_figures,
    months_of,
    pick_figure,
    pick_figures,
    quarter_code,
    refusal_of_pairs,
    refusal_of_period,
    refusal_of_value,
)
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme

SCHEME = Scheme.from_json(BODY)
Q3 = (2026, 3)
BY_YEAR = {"WP4", "SE3.HEAD", "SE3.BASE", "QI1.N", "QI2.STAFF", "QI4", "PF7"}
NOT_BY_MONTH = {"QI1.N", "SE3.BASE"}


def readings(code: str, *values: tuple[str, str]) -> list[Reading]:
    """Return readings of (period, value), in the order they were imported."""
    return [Reading(number, code, period, Fraction(value)) for number, (period, value) in enumerate(values, 1)]


def picked(code: str, *values: tuple[str, str], quarter=Q3) -> Figure | None:
    return pick_figure(readings(code, *values), SCHEME.figures[code], quarter)


MONTHS = [("2026-07", "1"), ("2026-08", "2"), ("2026-09", "6")]


def test_the_quarter_wins_over_its_months_and_these_over_the_year():
    year, quarter = ("2026", "50"), ("2026Q3", "70")
    assert picked("WP4", year, *MONTHS, quarter) == Figure(Fraction(70), (5,))
    assert picked("WP4", year, *MONTHS) == Figure(Fraction(3), (2, 3, 4))
    assert picked("WP4", year) == Figure(Fraction(50), (1,))
    assert picked("WP4") is None


def test_counts_are_summed_and_rates_and_staff_are_means():
    assert picked("SE1.C", *MONTHS).value == 9
    assert picked("SE3.HEAD", *MONTHS).value == 3
    assert picked("WP1", ("2026-07", "90"), ("2026-08", "91"), ("2026-09", "91")).value == Fraction(272, 3)


def test_three_months_or_none():
    assert picked("SE1.C", *MONTHS[:2]) is None
    assert picked("WP4", ("2026", "50"), *MONTHS[1:]).value == 50


def test_other_quarters_and_other_figures_do_not_count():
    assert picked("SE1.C", ("2026Q2", "4"), ("2025Q3", "4"), ("2026-06", "1")) is None
    assert pick_figure(readings("SE1.B", ("2026Q3", "4")), SCHEME.figures["SE1.C"], Q3) is None
    assert picked("WP4", ("2025", "50")) is None


def test_who_may_be_reported_by_the_year_and_by_months():
    for code, spec in SCHEME.imported().items():
        assert (picked(code, ("2026", "5")) is not None) == (code in BY_YEAR)
        assert (picked(code, *MONTHS) is not None) == (code not in NOT_BY_MONTH)
        assert (refusal_of_period(spec, "2026") is None) == (code in BY_YEAR)
        assert (refusal_of_period(spec, "2026-07") is None) == (code not in NOT_BY_MONTH)
        assert refusal_of_period(spec, "2026Q3") is None


def test_the_latest_reading_of_a_period_counts_whatever_the_order():
    rows = readings("SE1.C", ("2026Q3", "4"), ("2026Q3", "0"), ("2026Q3", "7"))
    assert {pick_figure(order, SCHEME.figures["SE1.C"], Q3) for order in permutations(rows)} == {
        Figure(Fraction(7), (3,))
    }


def test_all_figures_of_a_scheme_at_once():
    rows = readings("SE1.C", *MONTHS) + readings("WP4", ("2026", "88")) + readings("H", ("2026Q3", "9"))
    assert pick_figures(rows, SCHEME, Q3) == {
        "SE1.C": Figure(Fraction(9), (1, 2, 3)),
        "WP4": Figure(Fraction(88), (1,)),
    }


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_days_of_a_period(period, first, last):
    assert days_of(period) == (first, last)


@pytest.mark.parametrize("text", ["2026Q5", "2026-13", "26", "2026-7", "", "2026Q3 "])
def test_anything_else_is_no_period(text):
    with pytest.raises(ValueError, match=text or "^$"):
        days_of(text)


@given(st.integers(2000, 2100), st.integers(1, 4))
def test_months_tile_their_quarter(year, number):
    spans = [days_of(month) for month in months_of((year, number))]
    assert (spans[0][0], spans[-1][1]) == days_of(quarter_code((year, number)))
    assert all((after[0] - before[1]).days == 1 for before, after in zip(spans, spans[1:], strict=False))


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "reason"),
    [
        ("WP1", "135", None),
        ("WP4", "100", None),
        ("WP4", "100.1", "“下道工序或客户满意度”不能超过 100%，这里是 100.1%，请核对。"),
        ("QI2.STAFF", "101", "“全员星级员工占比”不能超过 100%，这里是 101%，请核对。"),
        ("SE1.C", "-1", "“轻微事件”不能小于 0，请核对。"),
        ("WP1", "-0.1", "“挂钩单位计划完成率”不能小于 0，请核对。"),
        ("SE3.HEAD", "20000", None),
        ("SE1.C", "0", None),
    ],
)
def test_values_out_of_range(code, value, reason):
    assert refusal_of_value(SCHEME.figures[code], Fraction(value)) == reason


def test_a_part_is_not_more_than_its_whole():
    values = {"WP2.UP": Fraction(6), "WP2.ALL": Fraction(5), "SE2.CLOSED": Fraction(5), "SE2.DUE": Fraction(5)}
    assert refusal_of_pairs(values, SCHEME) == {
        "WP2.UP": "“达到标杆或好于去年的关键指标”（6）不能多于“关键指标总数”（5），请核对这两个数。"
    }
    assert refusal_of_pairs({"WP2.UP": Fraction(6)}, SCHEME) == {}
    assert set(refusal_of_pairs(values | {"SE2.CLOSED": Fraction(6)}, SCHEME)) == {"WP2.UP", "SE2.CLOSED"}


# --- units that became one --------------------------------------------------------------------------------------------


def part(member_days: int, days: int, **values) -> Part:
    figures = {key.replace("_", "."): Figure(Fraction(value), (f"{key}:{value}",)) for key, value in values.items()}
    return Part(figures, member_days, days)


def test_example_12_a_merger():
    old = part(92, 46, WP1="90", SE1_C="1", SE3_HEAD="100", QI1_N="2")
    new = part(184, 46, WP1="99", SE1_C="2", SE3_HEAD="200", QI1_N="3")
    merged = merge_figures([old, new], SCHEME, Q3)
    assert {code: figure.value for code, figure in merged.items()} == {
        "WP1": 96, "SE1.C": 3, "SE3.HEAD": 150, "QI1.N": 5
    }  # fmt: skip
    assert merged["WP1"].sources == ("WP1:90", "WP1:99")


def test_counts_need_every_unit_and_rates_only_those_that_have_one():
    old, new = part(92, 46, WP1="90", SE3_BASE="2"), part(184, 46, SE1_C="2", SE3_HEAD="200", SE3_BASE="5", QI1_N="1")
    merged = merge_figures([old, new], SCHEME, Q3)
    assert {code: figure.value for code, figure in merged.items()} == {"WP1": 90, "SE3.BASE": 4}


def test_a_rate_of_nobody_is_missing():
    assert merge_figures([part(0, 46, WP1="90"), part(184, 46)], SCHEME, Q3) == {}


def test_one_unit_for_the_whole_quarter_stays_as_it_was():
    alone = part(400, 92, WP1="97.5", SE1_C="1", SE3_HEAD="180", SE3_BASE="2", QI1_N="1", PF7="86")
    merged = merge_figures([alone], SCHEME, Q3)
    assert {code: figure.value for code, figure in merged.items()} == {
        code: figure.value for code, figure in alone.figures.items()
    }

"""Whole tenths, and the one rounding: half up by magnitude (scoring.md 1)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.points import in_points, mean, said, signed, tenths


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        (Fraction(6, 120), 1),
        (Fraction(-1, 4), -3),
        (Fraction(1, 4), 3),
        (Fraction(6 * 6, 7), 51),
        (Fraction(6, 8), 8),
        (Fraction(49, 1000), 0),
        (Fraction(-49, 1000), 0),
        (0, 0),
        (67, 670),
    ],
)
def test_half_up_by_magnitude(exact, expected):
    assert tenths(exact) == expected


@given(st.integers(-(10**6), 10**6))
def test_rounding_agrees_with_decimals(thousandths):
    expected = Decimal(thousandths).scaleb(-3).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert tenths(Fraction(thousandths, 1000)) == int(expected * 10)


@given(st.fractions(-200, 200))
def test_rounding_is_symmetric_and_near(exact):
    assert tenths(-exact) == -tenths(exact)
    assert abs(in_points(tenths(exact)) - exact) <= Fraction(1, 20)


@given(st.lists(st.fractions(0, 1, max_denominator=12), min_size=1))
def test_the_mean_is_exact(shares):
    assert mean(shares) == sum(shares) / len(shares)


@pytest.mark.parametrize(
    ("number", "plain", "with_sign"),
    [
        (25, "2.5", "+2.5"),
        (-3, "−0.3", "−0.3"),
        (0, "0.0", "+0.0"),
        (1000, "100.0", "+100.0"),
        (-250, "−25.0", "−25.0"),
    ],
)
def test_points_as_a_person_reads_them(number, plain, with_sign):
    assert (said(number), signed(number)) == (plain, with_sign)

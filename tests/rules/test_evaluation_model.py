"""The second model of the branch's evaluation comes to the worked examples too (scoring.md 8.9, 8.10)."""

from fractions import Fraction

import pytest

from tests.evaluation_model import evaluate

FIGURES = {
    "WP1": "97.5", "WP2.UP": "4", "WP2.ALL": "5", "WP3.DUE": "3", "WP3.ACCEPTED": "2", "WP3.VERIFIED": "1", "WP4": "88",
    "SE1.C": "1", "SE1.B": "0", "SE1.A": "0", "SE2.CLOSED": "11", "SE2.DUE": "12", "SE3.N": "1", "SE3.HEAD": "90",
    "SE3.BASE": "1.5", "SE4.B": "0", "SE4.A": "0", "QI1.N": "1", "QI2.STARRED": "2", "QI2.STAFF": "40", "QI3.N": "2",
    "PF1.HELD": "10", "PF1.DUE": "11", "PF2": "1100/12", "PF3.PASSED": "4", "PF3.CHECKS": "4", "PF4.GOOD": "0",
    "PF4.GROUPS": "1", "PF5": "68.875", "PF6.CLOSED": "2", "PF6.DUE": "3", "PF7": "86",
}  # fmt: skip
AWARD = [("award", "company", None)]


def branch(*, veto: bool = False, **others: str) -> dict:
    """Return what the model makes of example 10; others: figures that differ."""
    figures = {code: Fraction(value) for code, value in (FIGURES | others).items()}
    return evaluate(figures, 4, AWARD, veto)


def test_example_9():
    told = branch()
    assert [told["lines"][code] for code in ("QI1", "QI2", "QI3", "QI4")] == [50, 38, 50, None]
    assert told["dimensions"]["QI"] == 184
    assert branch(QI4="0")["dimensions"]["QI"] == 138


def test_example_10():
    told = branch()
    assert told["lines"] == {
        "WP1": 98, "WP2": 48, "WP3": 43, "WP4": 53, "SE1": 70, "SE2": 46, "SE3": 30, "SE4": 30,
        "QI1": 50, "QI2": 38, "QI3": 50, "QI4": None,
        "PF1": 55, "PF2": 46, "PF3": 40, "PF4": 0, "PF5": 28, "PF6": 27, "PF7": 26,
    }  # fmt: skip
    assert told["dimensions"] == {"WP": 242, "SE": 176, "QI": 184, "PF": 222}
    assert (told["basic"], told["bonus"], told["total"], told["stars"]) == (824, 20, 844, 4)


@pytest.mark.parametrize(
    ("how", "total", "stars"), [({"veto": True}, 844, 2), ({"PF7": "59.9"}, 836, 2), ({"PF7": "60"}, 836, 4)]
)
def test_example_10_with_fewer_stars(how, total, stars):
    told = branch(**how)
    assert (told["total"], told["stars"]) == (total, stars)

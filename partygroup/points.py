"""Points are whole tenths everywhere: 25 is 2.5. The one rounding, and the ways to say them (scoring.md 1)."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

MINUS = "−"


def tenths(exact: Fraction | int) -> int:
    """Return an exact number of points as tenths, half up by magnitude: 0.05 → 1, −0.25 → −3."""
    above, below = exact.numerator, exact.denominator
    rounded = (20 * abs(above) + below) // (2 * below)
    return rounded if above >= 0 else -rounded


def mean(shares: Collection[Fraction]) -> Fraction:
    """Return the exact mean of some shares; those of one denominator are added as whole numbers, for there are many."""
    sums: dict[int, int] = {}
    for share in shares:
        sums[share.denominator] = sums.get(share.denominator, 0) + share.numerator
    return sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) / len(shares)


def in_points(number: int) -> Fraction:
    """Return tenths as exact points."""
    return Fraction(number, 10)


def said(points: int) -> str:
    """Return tenths as people write points: 25 → 2.5, −3 → −0.3 with a true minus."""
    whole, rest = divmod(abs(points), 10)
    return f"{MINUS if points < 0 else ''}{whole}.{rest}"


def signed(points: int) -> str:
    """Return tenths with their sign: +2.5, −0.3, +0.0."""
    return said(points) if points < 0 else f"+{said(points)}"

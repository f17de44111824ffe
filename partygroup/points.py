"""Points are whole tenths everywhere: 25 is 2.5. The one rounding, and the ways to say them (scoring.md 1)."""

from __future__ import annotations

from fractions import Fraction

MINUS = "−"


def tenths(exact: Fraction | int) -> int:
    """Return an exact number of points as tenths, half up by magnitude: 0.05 → 1, −0.25 → −3."""
    rounded = int(abs(exact) * 10 + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded


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

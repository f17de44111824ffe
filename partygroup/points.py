"""Points: whole tenths everywhere in code and tables; the one rounding, and how they are written (scoring.md 1)."""

from __future__ import annotations

from fractions import Fraction


def tenths(points: Fraction | int) -> int:
    """Return exact points as whole tenths, half up by magnitude: 0.05 gives 1, −0.25 gives −3."""
    size = (abs(Fraction(points)) * 20 + 1) // 2
    return int(size) if points >= 0 else -int(size)


def in_points(number: int) -> Fraction:
    """Return tenths as exact points."""
    return Fraction(number, 10)


def written(number: int) -> str:
    """Return tenths as a person reads them: 25 is 2.5, −3 is −0.3."""
    whole, rest = divmod(abs(number), 10)
    return f"{'−' if number < 0 else ''}{whole}.{rest}"


def signed(number: int) -> str:
    """Return tenths with their sign: +2.5, −0.3, +0.0."""
    return written(number) if number < 0 else f"+{written(number)}"

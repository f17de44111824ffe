"""A second, independent model of the branch's evaluation, written from the page and not from the product.

It knows nothing of schemes: the numbers of the preset stand here once more, and all arithmetic is on whole numbers.
"""

from __future__ import annotations

from fractions import Fraction

BLOCKS = {"WP": (30, {"WP1": 10, "WP2": 6, "WP3": 8, "WP4": 6}), "SE": (20, {"SE1": 8, "SE2": 5, "SE3": 4, "SE4": 3}),
          "QI": (20, {"QI1": 5, "QI2": 5, "QI3": 5, "QI4": 5}),
          "PF": (30, {"PF1": 6, "PF2": 5, "PF3": 4, "PF4": 4, "PF5": 4, "PF6": 4, "PF7": 3})}  # fmt: skip
LEVELS = {("award", "unit"): 10, ("award", "company"): 20, ("award", "province"): 30, ("award", "nation"): 50,
          ("practice", "unit"): 10, ("practice", "company"): 20}  # fmt: skip


def round_tenths(number: Fraction) -> int:
    """Half up to a tenth, for what is never negative."""
    twice = 20 * number.numerator
    return (twice + number.denominator) // (2 * number.denominator)


def exact(code: str, f: dict, heads: int) -> Fraction | None:
    """The points of one indicator before rounding; KeyError where a figure is missing, None where a base is zero."""
    if code in ("WP1", "WP4", "QI4", "PF7", "PF2"):
        full = {"WP1": 10, "WP4": 6, "QI4": 5, "PF7": 3, "PF2": 5}[code]
        return min(Fraction(full), f[code] * full / 100)
    if code == "PF5":
        return f["PF5"] / 25
    if code == "WP3":
        due, accepted, verified = f["WP3.DUE"], f["WP3.ACCEPTED"], f["WP3.VERIFIED"]
        return (5 * accepted + 3 * verified) / due if due else None
    if code == "SE1":
        return max(Fraction(0), 8 - f["SE1.C"] - 3 * f["SE1.B"] - 8 * f["SE1.A"])
    if code == "SE4":
        return max(Fraction(0), 3 - f["SE4.B"] - 3 * f["SE4.A"])
    if code == "SE3":
        return violations(f["SE3.N"], f["SE3.HEAD"], f["SE3.BASE"])
    if code in ("QI1", "QI3"):
        steps = {"QI1": (5, 10, 15, 20), "QI3": (10, 20, 30, 50)}[code]
        count = f[f"{code}.N"]
        if not heads:
            return None
        return Fraction((count > 0) + sum(100 * count >= step * heads for step in steps))
    if code == "QI2":
        starred, staff = f["QI2.STARRED"], f["QI2.STAFF"]
        return min(Fraction(5), 3 * starred * 100 / (heads * staff)) if heads and staff else None
    part, whole, full = {
        "WP2": ("UP", "ALL", 6), "SE2": ("CLOSED", "DUE", 5), "PF1": ("HELD", "DUE", 6),
        "PF3": ("PASSED", "CHECKS", 4), "PF4": ("GOOD", "GROUPS", 4), "PF6": ("CLOSED", "DUE", 4),
    }[code]  # fmt: skip
    some, all_of = f[f"{code}.{part}"], f[f"{code}.{whole}"]
    return full * some / all_of if all_of else None


def violations(count: Fraction, staff: Fraction, base: Fraction) -> Fraction | None:
    if staff == 0:
        return None
    if count == 0:
        return Fraction(4)
    for percent, points in ((50, 4), (80, 3), (100, 2), (120, 1)):
        if 10000 * count <= percent * staff * base:
            return Fraction(points)
    return Fraction(0)


def evaluate(f: dict, heads: int, awards: list[tuple], veto: bool) -> dict:
    """Return lines (None: not assessed), dimensions, basic, bonus, total, stars. awards: (sort, level, event)."""
    lines, dimensions = {}, {}
    for block, (block_full, codes) in BLOCKS.items():
        for code in codes:
            try:
                number = exact(code, f, heads)
            except KeyError:
                number = None
            lines[code] = None if number is None else round_tenths(number)
        rated = [code for code in codes if lines[code] is not None]
        got, could = sum(lines[code] for code in rated), sum(codes[code] for code in rated)
        dimensions[block] = round_tenths(Fraction(got * block_full, could * 10)) if rated else None
    best: dict = {}
    for number, (sort, level, event) in enumerate(awards):
        name = event if event is not None else ("alone", number)
        best[name] = max(best.get(name, 0), LEVELS[sort, level])
    bonus = min(50, sum(best.values()))
    known = None not in dimensions.values()
    basic = sum(dimensions.values()) if known else None
    total = basic + bonus if known else None
    stars = None
    if known:
        stars = 1 + sum(total >= bound for bound in (600, 700, 800, 900))
        if veto or f.get("PF7", 100) < 60:
            stars = min(stars, 2)
    return {"lines": lines, "dimensions": dimensions, "basic": basic, "bonus": bonus, "total": total, "stars": stars}

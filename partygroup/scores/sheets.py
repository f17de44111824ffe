"""The sheet of a person's quarter, what a late reversal is worth, and the year (scoring.md 3.7, 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction

from partygroup.points import said, tenths
from partygroup.scores.lines import Correction, Counted, Entry, Facts, Line, automatic_lines, item_lines
from partygroup.scores.tables import DIMENSIONS, Profile, Table


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """What a dimension comes to, of how much."""

    code: str
    name: str
    base: int
    full: int
    points: int


@dataclass(frozen=True)
class Sheet:
    """A quarter's sheet. `total` is None when the quarter is not scored (本季不计分); the lines stand all the same."""

    profile: str
    is_scored: bool
    total: int | None
    why: str
    dimensions: tuple[DimensionScore, ...]
    lines: tuple[Line, ...]

    def to_json(self) -> dict:
        """Return the sheet as plain JSON, as a closing stores it."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping) -> Sheet:
        """Return the sheet of a stored body."""
        dimensions = tuple(DimensionScore(**one) for one in body["dimensions"])
        lines = tuple(Line(**{**line, "rows": tuple(Counted(**row) for row in line["rows"])}) for line in body["lines"])
        return cls(**{**body, "dimensions": dimensions, "lines": lines})


def make_sheet(facts: Facts, table: Table) -> Sheet:
    """Return the sheet of these facts under a table: every line with its reason, total = Σ lines."""
    profile = table.profile(facts.profile)
    of_items = _in_table_order([*item_lines(facts, table), *automatic_lines(facts, table)], table)
    lines: list[Line] = []
    dimensions = []
    for code, name in DIMENSIONS.items():
        own = _dimension_lines(code, profile, [line for line in of_items if line.dimension == code], facts.corrections)
        points = sum(line.points for line in own)
        dimensions.append(DimensionScore(code, name, profile.base[code], profile.full[code], points))
        lines += own
    is_scored = is_enough(facts.scored_days, facts.days)
    total = sum(line.points for line in lines) if is_scored else None
    why = why_scored(facts.scored_days, facts.days)
    return Sheet(profile.code, is_scored, total, why, tuple(dimensions), tuple(lines))


def _in_table_order(lines: list[Line], table: Table) -> list[Line]:
    """Return the lines as the table has them; those that only an older version knows come last, by code."""
    places = table.line_order
    return sorted(lines, key=lambda line: (places.get(line.code, len(places)), line.code))


def _dimension_lines(code: str, profile: Profile, items: list[Line], corrections: Iterable[Correction]) -> list[Line]:
    """Return base, items, and what the limits take away or give back: adds to the room first, deductions after."""
    base, room, full = profile.base[code], profile.room(code), profile.full[code]
    lines = [Line(f"{code}-BASE", "基础分", code, base, f"{profile.name}，每季整额计入", base, base), *items]
    adds = sum(line.points for line in items if line.points > 0)
    if adds > room:
        why = f"加分合计{said(adds)}，本维度最多加{said(room)}"
        lines.append(Line(f"{code}-ROOM", "超出加分空间", code, room - adds, why))
    points = sum(line.points for line in lines)
    if points < 0:
        lines.append(Line(f"{code}-FLOOR", "最低计0分", code, -points, f"扣分后为{said(points)}，最低计0.0"))
    own = sorted((one.quarter, one.points) for one in corrections if one.dimension == code)
    return [*lines, _correction_line(code, own, max(0, points), full)] if own else lines


def _correction_line(code: str, corrections: list[tuple], before: int, full: int) -> Line:
    """Return the line of all corrections that land in the quarter, kept within 0 and the full mark."""
    worth: dict = {}
    for quarter, points in corrections:
        worth[quarter] = worth.get(quarter, 0) + points
    whole = sum(worth.values())
    points = max(0, min(full, before + whole)) - before
    why = "；".join(f"更正{quarter.label}：{said(one)}" for quarter, one in worth.items())
    if points != whole:
        why += f"，本维度在0.0至{said(full)}之间，计{said(points)}"
    name = "更正" + "、".join(quarter.label for quarter in worth)
    return Line(f"{code}-CORRECT", name, code, points, why, whole)


def is_enough(scored_days: int, days: int) -> bool:
    """Say whether a quarter is scored: at least half of its days count (scoring.md 5)."""
    return 2 * scored_days >= days


def why_scored(scored_days: int, days: int) -> str:
    """Return the sentence that says whether and why the quarter is scored."""
    if is_enough(scored_days, days):
        return f"本季{days}天中计分{scored_days}天，达到一半，计分。"
    return f"本季{days}天中计分{scored_days}天，不到一半，本季不计分。"


def correction(before: Facts, entry: Entry, table: Table) -> dict[str, int]:
    """Return what reversing an entry of a closed quarter is worth later, by dimension, without zeros.

    `before` are the closed quarter's facts with the entry, but without those reversed earlier; the entry takes back
    what it gave, not what it claimed. A quarter that was not scored gave nothing.
    """
    if not is_enough(before.scored_days, before.days):
        return {}
    after = replace(before, entries=tuple(one for one in before.entries if one.id != entry.id))
    had, has = ({one.code: one.points for one in make_sheet(facts, table).dimensions} for facts in (before, after))
    return {code: has[code] - had[code] for code in DIMENSIONS if has[code] != had[code]}


# --- the year --------------------------------------------------------------------------------------------------------

#: Suggested grades beside the appraisal, from the best: code → lower bound, what the screen says.
GRADES = {
    "excellent": (900, "可作优秀人选"),
    "qualified": (750, "合格"),
    "remind": (600, "提醒帮助"),
    "help": (0, "帮扶计划"),
}
LEAST_QUARTERS = 2


@dataclass(frozen=True)
class YearResult:
    """A person's year: mean of the quarters that have a total, and the grade suggested beside the appraisal."""

    points: int | None
    quarters: int
    grade: str | None
    why: str


def year_result(totals: Iterable[int | None], *, is_vetoed: bool, is_probationary: bool) -> YearResult:
    """Return the year of up to four quarterly totals (None: not scored).

    is_vetoed: a veto not withdrawn was in force on a day of the year. is_probationary: at the end of the year.
    """
    known = [total for total in totals if total is not None]
    if len(known) < LEAST_QUARTERS:
        return YearResult(
            None, len(known), None, f"全年计分的只有{len(known)}个季度，不足{LEAST_QUARTERS}个，不出全年分。"
        )
    points = tenths(Fraction(sum(known), 10 * len(known)))
    why = f"{len(known)}个季度平均：({'+'.join(map(said, known))})÷{len(known)}"
    if is_probationary:
        return YearResult(points, len(known), None, why + "；预备党员不评定等次")
    grade = suggested_grade(points)
    if is_vetoed and GRADES[grade][0] > GRADES["remind"][0]:
        return YearResult(points, len(known), "remind", why + "；有一票否决情形，等次不高于提醒帮助")
    return YearResult(points, len(known), grade, why)


def suggested_grade(points: int) -> str:
    """Return the code of the grade for a shown number; the lower bound belongs to the grade."""
    return next(code for code, (least, _) in GRADES.items() if points >= least)

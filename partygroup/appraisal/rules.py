"""Pure rules of the appraisal: its steps and their days, ballots that add up, the third that may be excellent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from partygroup.appraisal.models import GRADE_NAMES, STEP_NAMES, STEPS, WITH_PEOPLE, Grade, Step

#: From so many ballots on sums tell nobody's vote (domain.md 15.2); MOST: more is a slip of the keys.
FEWEST_SHOWN, MOST = 5, 9999
#: From so many days on a step says that it was entered later (补录).
LATE_FROM = 3
ARCHIVED = "这一年的评议已经归档，不能再改。"


@dataclass(frozen=True)
class Tally:
    """How the ballots on one person fell."""

    excellent: int = 0
    qualified: int = 0
    basically: int = 0
    unqualified: int = 0

    @property
    def total(self) -> int:
        return self.excellent + self.qualified + self.basically + self.unqualified

    @property
    def words(self) -> str:
        """Return 优秀 12、合格 10, leaving out what nobody voted."""
        counts = (self.excellent, self.qualified, self.basically, self.unqualified)
        return "、".join(f"{GRADE_NAMES[grade]} {count}" for grade, count in zip(Grade, counts, strict=True) if count)


def most_excellent(graded: int) -> int:
    """Return how many of the graded may generally be excellent: a third, rounded down (domain.md 14.38)."""
    return graded // 3


def over_the_cap(grades: Iterable[Grade | None], graded: int) -> str | None:
    """Return the sentence on more excellent than a third, with exact heads; None if there are not more."""
    excellent, most = Counter(grades)[Grade.EXCELLENT], most_excellent(graded)
    if excellent <= most:
        return None
    return f"优秀一般不超过三分之一：评定 {graded} 人，最多 {most} 人，现在 {excellent} 人。"


def refusal_of_tally(name: str, tally: Tally, ballots: int) -> str | None:
    """Return why the votes on somebody cannot be; None if they add up to the ballots."""
    if tally.total == ballots:
        return None
    gap = tally.total - ballots
    return f"{name}：加起来 {tally.total} 票，收回 {ballots} 票，{'多' if gap > 0 else '少'} {abs(gap)} 票。"


def shows_sums(ballots: int | None, *, to_secretary: bool) -> bool:
    """Say whether the sums of so many ballots may be shown: below five to the secretary only."""
    return ballots is not None and (to_secretary or ballots >= FEWEST_SHOWN)


def refusal_to_step(taken: Mapping[Step, date], to: Step, on: date | None, today: date, year: int) -> str | None:
    """Return why a step cannot be taken on a day, or its day not become another; None if it can.

    `taken`: steps with their days. A day long past is no reason: late is said, not refused.
    """
    if Step.ARCHIVED in taken:
        return ARCHIVED
    if on is None:
        return "请写是哪一天。"
    if on > today:
        return "这一天还没有到。"
    if on.year < year or on.year > year + 1:
        return f"{year} 年度的评议，日期要在 {year} 年或 {year + 1} 年。"
    order = STEPS.index(to)
    if to not in taken and any(before not in taken for before in STEPS[:order]):
        return f"先记“{STEP_NAMES[next(one for one in STEPS if one not in taken)]}”，再记“{STEP_NAMES[to]}”。"
    for before in STEPS[:order]:
        if taken[before] > on:
            return f"“{STEP_NAMES[before]}”是{_short(taken[before])}，这一步不能比它早。"
    for after in STEPS[order + 1 :]:
        if after in taken and taken[after] < on:
            return f"“{STEP_NAMES[after]}”是{_short(taken[after])}，这一步不能比它晚。"
    return None


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def refusal_to_enter(taken: Iterable[Step], to: Step) -> str | None:
    """Return why tallies or grades of a step cannot be entered or changed now; None if they can."""
    taken = set(taken)
    if Step.ARCHIVED in taken:
        return ARCHIVED
    before = STEPS[STEPS.index(to) - 1]
    if to not in WITH_PEOPLE or before not in taken:
        return f"先记“{STEP_NAMES[before]}”，再记“{STEP_NAMES[to]}”。"
    if to == Step.PROPOSED and Step.DECIDED in taken:
        return "支部已经评定，建议等次不再改。"
    return None


def asks_reason(taken: Iterable[Step]) -> bool:
    """Say whether a change of what was entered must say why: the branch has decided on it."""
    return Step.DECIDED in set(taken)


def own_grade_stands(by: int, before: Mapping[int, Grade | None], typed: Mapping[int, Grade]) -> bool:
    """Say whether somebody leaves the own grade as it is; where there is none yet, as qualified."""
    return by not in typed or typed[by] == (before.get(by) or Grade.QUALIFIED)

"""The score of a group: members, ceremony, flexibility, the branch's appraisal (scoring.md 6)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from partygroup.points import mean, said, tenths
from partygroup.scores.lines import Line

#: The branch's appraisal of a group: code → what the screen says, its value.
LEVELS = {
    "good": ("好", Fraction(1)),
    "better": ("较好", Fraction(85, 100)),
    "fair": ("一般", Fraction(70, 100)),
    "poor": ("较差", Fraction(50, 100)),
}
PARTS = {
    "members": ("党员积分平均", 400),
    "ceremony": ("仪式感", 200),
    "flexibility": ("灵活力", 200),
    "appraisal": ("支部评价", 200),
}


@dataclass(frozen=True)
class GroupFacts:
    """All that a group's quarter is made from. Counted members: scored, in the group on the last day.

    totals: those of the counted members. rates: their (came, due) with due > 0. months: held of due, a due month
    being one on all of whose days the group existed. reached: counted members named in an activity of the quarter.
    problems: closed of due. appraisal: a code of LEVELS. has_ended: the group ended before the last day.
    """

    totals: tuple[int, ...] = ()
    rates: tuple[tuple[int, int], ...] = ()
    months_held: int = 0
    months_due: int = 0
    reached: int = 0
    problems_closed: int = 0
    problems_due: int = 0
    appraisal: str | None = None
    has_ended: bool = False


@dataclass(frozen=True)
class GroupSheet:
    """A group's quarter; `total` is None when there is no group score, and `why` says the reason."""

    total: int | None
    lines: tuple[Line, ...]
    why: str


def group_score(facts: GroupFacts) -> GroupSheet:
    """Return the group's sheet. A part that was not assessed is spread over the others: a line of its own."""
    if facts.has_ended:
        return GroupSheet(None, (), "党小组在季末以前已经撤销，不计分。")
    if not facts.totals:
        return GroupSheet(None, (), "本组没有计分的党员，不计分。")
    values = (_members(facts), _ceremony(facts), _flexibility(facts), _appraisal(facts))
    lines = [_line(code, *value) for code, value in zip(PARTS, values, strict=True)]
    points = sum(line.points for line in lines if line.points is not None)
    full = sum(line.cap for line in lines if line.points is not None)
    total = tenths(Fraction(points * 100, full))
    if full < 1000:
        why = f"已评部分{said(points)}×100÷{full // 10}"
        lines.append(Line("spread", "未评分值摊回", "", total - points, why))
    return GroupSheet(total, tuple(lines), f"{len(facts.totals)}名计分党员")


def _line(code: str, value: Fraction | None, why: str) -> Line:
    name, full = PARTS[code]
    points = None if value is None else tenths(value * full / 10)
    return Line(code, name, "", points, why, cap=full)


def _members(facts: GroupFacts) -> tuple[Fraction, str]:
    mean = Fraction(sum(facts.totals), len(facts.totals))
    return mean / 1000, f"{len(facts.totals)}人合计{said(sum(facts.totals))}，取平均"


def _ceremony(facts: GroupFacts) -> tuple[Fraction | None, str]:
    months = _share(facts.months_held, facts.months_due)
    rates = [Fraction(came, due) for came, due in facts.rates]
    rate = mean(rates) if rates else None
    months_why = f"应开党小组会{facts.months_due}个月，开了{facts.months_held}个月"
    rate_why = f"{len(rates)}人参与率平均" + (f"{said(tenths(rate * 100))}%" if rates else "")
    return _mean_of((months, months_why), (rate, rate_why), "本季没有应开的月份，也没有应到的人，未评")


def _flexibility(facts: GroupFacts) -> tuple[Fraction | None, str]:
    reached = _share(facts.reached, len(facts.totals))
    closed = _share(facts.problems_closed, facts.problems_due)
    reached_why = f"{len(facts.totals)}人中{facts.reached}人参加了活动"
    closed_why = f"到期问题{facts.problems_due}项，办结{facts.problems_closed}项"
    return _mean_of((reached, reached_why), (closed, closed_why), "未评")


def _appraisal(facts: GroupFacts) -> tuple[Fraction | None, str]:
    if facts.appraisal is None:
        return None, "支部还没有评价，未评"
    name, value = LEVELS[facts.appraisal]
    return value, f"支部评价“{name}”"


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _mean_of(one: tuple, other: tuple, nothing: str) -> tuple[Fraction | None, str]:
    """Return the mean of two halves with its reason; of one when the other is missing, None when both are."""
    known = [half for half in (one, other) if half[0] is not None]
    if not known:
        return None, nothing
    return sum(value for value, _ in known) / len(known), "；".join(why for _, why in known)

"""What the hand-kept sections of the ledger ask and refuse: plans, steps of admission, dues, honours, visits. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from partygroup.clock import months_after, said
from partygroup.meetings.duty import Met, Step
from partygroup.meetings.presets import KindSpec
from partygroup.people.models import Standing

#: Honours and visits, as they are chosen.
LEVELS = {"branch": "支部", "unit": "单位", "company": "公司", "province": "省市", "nation": "国家"}
OCCASIONS = {"ill": "看望生病的", "retired": "看望离退休的", "hardship": "帮助有困难的", "festival": "节日慰问",
             "other": "其他"}  # fmt: skip


# --- the yearly plan --------------------------------------------------------------------------------------------------

#: When what is due once a quarter or a year is proposed: early enough that it can still be put off.
OF_QUARTER, OF_YEAR = (2, 5, 8, 11), 11
MONTHS = {"month": tuple(range(1, 13)), "quarter": OF_QUARTER, "year": (OF_YEAR,)}


def proposed(kinds: Iterable[KindSpec], *, committee: bool, groups: bool, election: int | None) -> list[tuple]:
    """Return (month, kind) of a year's plan by what is due: of a committee or groups only where there are some.

    election: the month in which the committee's term ends, if it ends in that year.
    """
    exists = {"members": True, "committee": committee, "group": groups}
    found = [
        (month, kind.code) for kind in kinds if kind.counts and exists[kind.circles[0]]
        for month in ((election,) if kind.per == "term" and election else MONTHS.get(kind.per, ()))
    ]  # fmt: skip
    return sorted(found, key=lambda one: one[0])


def period_of(year: int, month: int, per: str | None) -> tuple[date, date]:
    """Return the first and last day within which a line planned for a month counts as done: its month, quarter, year.

    What is due monthly has to be in its month; a lecture planned for May that was given in April is given.
    """
    first, last = {"month": (month, month), "quarter": ((month - 1) // 3 * 3 + 1, (month - 1) // 3 * 3 + 3)}.get(
        per, (1, 12)
    )
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


@dataclass(frozen=True)
class Fulfilled:
    """How a line of the plan stands: by its step, with what was called for it; of groups, how many have held it."""

    step: Step
    met: Met | None
    done: int
    of: int


def fulfilled(
    met: Sequence[Sequence[Met]], rank: int, year: int, month: int, per: str | None, today: date
) -> Fulfilled:
    """Return how a planned meeting stands by what was called.

    met: of each unit that owes it, by day. rank: the first line of its kind in its period is 0; the second needs a
    second meeting.
    """
    first, last = period_of(year, month, per)
    inside = [[one for one in of_unit if first <= one.on <= last] for of_unit in met]
    held = [[one for one in of_unit if one.held] for of_unit in inside]
    done = sum(len(of_unit) > rank for of_unit in held)
    shown = next((of_unit[rank] for of_unit in held if len(of_unit) > rank), None)
    called = next((of_unit[rank] for of_unit in inside if len(of_unit) > rank), None)
    begins, ends = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if met and done == len(met):
        step = Step.DONE
    elif ends < today:
        step = Step.MISSED
    elif met and all(len(of_unit) > rank for of_unit in inside):
        step = Step.CALLED
    else:
        step = Step.DUE if begins <= today else Step.AHEAD
    return Fulfilled(step, shown or called, done, len(met))


# --- admission --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepSort:
    """A step that is entered: what it is called, of whom it is asked, and whether it comes again."""

    name: str
    of: tuple[Standing, ...]
    again: bool = False


#: Steps that nothing else knows. That somebody became an activist, a candidate or a member stands in the roster.
STEPS = {
    "talk": StepSort("派人谈话", (Standing.APPLICANT,)),
    "contacts": StepSort("定两名培养联系人", (Standing.ACTIVIST,)),
    "review": StepSort("考察", (Standing.ACTIVIST, Standing.CANDIDATE, Standing.PROBATIONARY), again=True),
    "vetting": StepSort("政治审查", (Standing.CANDIDATE,)),
    "training": StepSort("短期集中培训", (Standing.CANDIDATE,)),
    "approval": StepSort("上级党委审批", (Standing.PROBATIONARY,)),
    "oath": StepSort("入党宣誓", (Standing.PROBATIONARY,)),
    "extension": StepSort("延长预备期", (Standing.PROBATIONARY,)),
}
ON_THE_WAY = (Standing.APPLICANT, Standing.ACTIVIST, Standing.CANDIDATE, Standing.PROBATIONARY)
#: In months (domain.md 4.1): the talk with an applicant, between reviews, as an activist at least, of probation.
TALK_WITHIN, REVIEW_EVERY, ACTIVIST_AT_LEAST, PROBATION, EXTENSION = 1, 6, 12, 12, (6, 12)
#: So many months before its day something is called due.
REMIND = 1


class Due(StrEnum):
    """How something to come stands."""

    LATE = "late"
    DUE = "due"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Next:
    """What comes next: words; the step to enter, none where it happens elsewhere; until when, or from when at all.

    decides: it is for the members' meeting to decide.
    """

    words: str
    step: str | None = None
    until: date | None = None
    not_before: date | None = None
    decides: bool = False

    def stands(self, today: date) -> Due:
        """Return whether it is late, due, or still ahead."""
        if self.until:
            if self.until < today:
                return Due.LATE
            return Due.DUE if months_after(self.until, -REMIND) <= today else Due.AHEAD
        return Due.AHEAD if self.not_before and self.not_before > today else Due.DUE


def next_steps(standing: str, since: date, joined_on: date | None, done: Iterable[tuple], today: date) -> list[Next]:
    """Return what is next for somebody on the way, what is due first on top.

    since: from when the standing holds. done: (step, day, until) of what was entered.
    """
    done = [one for one in done if one[1] >= since or standing == Standing.PROBATIONARY]
    codes = {step for step, _day, _until in done}
    if standing == Standing.APPLICANT:
        talk = Next(STEPS["talk"].name, "talk", months_after(since, TALK_WITHIN))
        found = [Next("支委会研究，可以定为入党积极分子") if "talk" in codes else talk]
    elif standing == Standing.ACTIVIST:
        found = [] if "contacts" in codes else [Next(STEPS["contacts"].name, "contacts")]
        found += [_review(since, done), Next("可以列为发展对象", not_before=months_after(since, ACTIVIST_AT_LEAST))]
    elif standing == Standing.CANDIDATE:
        found = [Next(STEPS[step].name, step) for step in ("vetting", "training") if step not in codes]
        found = found or [Next("提交支部党员大会，讨论接收为预备党员", decides=True)]
    else:
        found = [Next(STEPS[step].name, step) for step in ("approval", "oath") if step not in codes]
        found.append(Next("预备期满，讨论转正", until=probation_ends(joined_on or since, done), decides=True))
    order = (Due.LATE, Due.DUE, Due.AHEAD)
    return sorted(found, key=lambda one: order.index(one.stands(today)))


def _review(since: date, done: Sequence[tuple]) -> Next:
    last = max([since, *(day for step, day, _until in done if step == "review")])
    return Next("考察（约半年一次）", "review", months_after(last, REVIEW_EVERY))


def probation_ends(begun: date, done: Iterable[tuple]) -> date:
    """Return when probation is over: a year after the meeting that admitted, or the day to which it was extended."""
    extended = [until for step, _day, until in done if step == "extension" and until]
    return max(extended, default=months_after(begun, PROBATION))


def refusal_to_enter(
    step: str, standing: str, on_day: date | None, until: date | None, *, begun: date, done: Iterable[tuple],
    today: date,
) -> tuple[str, str] | None:  # fmt: skip
    """Return field and sentence that refuse a step; None if it may be entered. begun: the day of the standing."""
    if step not in STEPS or standing not in STEPS[step].of:
        return "step", "这一步不是现在该做的，请选名单里有的。"
    if on_day is None or on_day > today:
        return "on_day", "请写上是哪一天，不能晚于今天。"
    if not STEPS[step].again and any(one == step for one, _day, _until in done):
        return "step", f"“{STEPS[step].name}”已经记过。记错了，先去掉再记。"
    if any((one, day) == (step, on_day) for one, day, _until in done):
        return "on_day", "这一天的已经记过。"
    if step == "extension":
        end = months_after(begun, PROBATION)
        least, most = (months_after(end, months) for months in EXTENSION)
        if until is None or not least <= until <= most:
            return "until_on", f"延长只能一次，6 个月到 1 年：请写{said(least)}到{said(most)}之间的一天。"
    return None


# --- dues, honours, visits --------------------------------------------------------------------------------------------


def refusal_of_honour(title: str, level: str, awarded_by: str, on_day: date | None, today: date) -> tuple | None:
    """Return field and sentence that refuse an honour; None if it may be entered."""
    if not title:
        return "title", "请写上得了什么荣誉。"
    if level not in LEVELS:
        return "level", "请选是哪一级的。"
    if not awarded_by:
        return "awarded_by", "请写上是谁授予的。"
    if on_day is None or on_day > today:
        return "awarded_on", "请写上授予的日期，不能晚于今天。"
    return None


def refusal_of_visit(occasion: str, on_day: date | None, today: date) -> tuple | None:
    """Return field and sentence that refuse a visit; None if it may be entered."""
    if occasion not in OCCASIONS:
        return "occasion", "请选是什么事。"
    if on_day is None or on_day > today:
        return "on_day", "请写上是哪一天，不能晚于今天。"
    return None

"""Pure rules: the life of an evaluation period (domain.md 13). Reason or None."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

from partygroup.clock import Quarter, said

#: How many quarters before the running one can still be evaluated.
OLDEST = 4


class State(StrEnum):
    """Where an evaluation period stands."""

    CONFIGURED = "configured"
    OPEN = "open"
    COLLECTING = "collecting"
    FROZEN = "frozen"
    SELF_SCORED = "self_scored"
    REVIEWED = "reviewed"
    IN_PUBLICITY = "in_publicity"
    FINAL = "final"


STATE_NAMES = {
    State.CONFIGURED: "已设定",
    State.OPEN: "已启动",
    State.COLLECTING: "收集数据",
    State.FROZEN: "数据已冻结",
    State.SELF_SCORED: "支部已自评",
    State.REVIEWED: "已复核",
    State.IN_PUBLICITY: "公示中",
    State.FINAL: "已确定",
}

NEXT = {
    State.CONFIGURED: {"open": State.OPEN},
    State.OPEN: {"collect": State.COLLECTING},
    State.COLLECTING: {"freeze": State.FROZEN},
    State.FROZEN: {"self_score": State.SELF_SCORED, "reopen": State.COLLECTING},
    State.SELF_SCORED: {"review": State.REVIEWED},
    State.REVIEWED: {"publish": State.IN_PUBLICITY},
    State.IN_PUBLICITY: {"finish": State.FINAL},
    State.FINAL: {},
}
ACTION_NAMES = {
    "open": "启动考评",
    "collect": "开始收集数据",
    "freeze": "冻结数据",
    "self_score": "提交自评",
    "reopen": "重新收集",
    "review": "完成复核",
    "publish": "开始公示",
    "finish": "确定结果",
}


def refusal_to_step(state: str, action: str) -> str | None:
    """Return why a period in this state cannot take this step; None if it can."""
    steps = NEXT[State(state)]
    if action in steps:
        return None
    now = STATE_NAMES[State(state)]
    if not steps:
        return f"这次考评{now}，不能再{ACTION_NAMES[action]}。"
    following = "或".join(ACTION_NAMES[step] for step in steps)
    return f"这次考评现在是“{now}”，不能{ACTION_NAMES[action]}。下一步是{following}。"


def refusal_to_configure(exists: bool) -> str | None:
    """Return why a period for a quarter cannot be set up; None if it can."""
    return "这个季度的考评已经设定过了，请直接打开它。" if exists else None


def refusal_to_open(state: str, quarter_first: date, today: date) -> str | None:
    """Return why a period cannot be opened; None if it can."""
    if today < quarter_first:
        return f"这个季度{said(quarter_first)}才开始，到时候再启动。"
    return refusal_to_step(state, "open")


def refusal_to_freeze(state: str, quarter_last: date, today: date) -> str | None:
    """Return why the figures cannot be frozen; None if they can."""
    reason = refusal_to_step(state, "freeze")
    if not reason and today <= quarter_last:
        return f"这个季度{said(quarter_last)}才结束，结束后再冻结数据。"
    return reason


def refusal_to_reopen(state: str, configured_by_unit: int, by_unit: int, reason: str) -> str | None:
    """Return why frozen figures cannot be collected again; None if they can, by those who set the period up."""
    if configured_by_unit != by_unit:
        return "只有设定这次考评的党委能重新收集数据，请联系他们。"
    refusal = refusal_to_step(state, "reopen")
    if not refusal and len(reason.strip()) < 2:
        return "请写一句重新收集的原因，各支部会看到。"
    return refusal


def refusal_to_evaluate(quarter: Quarter, today: date) -> str | None:
    """Return why no evaluation of a quarter can be set up today; None from a year back to the next quarter."""
    ahead = quarter.since(Quarter.of(today))
    if ahead > 1:
        return f"{quarter.label}还早，最多提前一个季度设定，请换一个季度。"
    return f"{quarter.label}过去一年多了，不能再设定考评，请换一个季度。" if ahead < -OLDEST else None


def refusal_to_review(state: str, branches: Collection[int], self_scored: Collection[int]) -> str | None:
    """Return why the review cannot be finished; None if it can."""
    missing = len(set(branches) - set(self_scored))
    return f"还有 {missing} 个支部没有自评，请等他们提交。" if missing else refusal_to_step(state, "review")


def refusal_to_finish(state: str, public_until: date | None, today: date, open_objections: int) -> str | None:
    """Return why the result cannot become final; None if it can. public_until: the last day of publicity."""
    reason = refusal_to_step(state, "finish")
    if reason:
        return reason
    if public_until is None:
        return "还没有定公示到哪一天，请先定好。"
    if today <= public_until:
        return f"公示到{said(public_until)}，过后才能确定结果。"
    if open_objections:
        return f"还有 {open_objections} 条异议没有答复，请先答复。"
    return None


def word_of_late_entry(frozen: Mapping[Quarter, str]) -> str:
    """Return what to say when something enters quarters that are frozen already, by where each stands; or nothing."""
    return f"{_named(frozen)}的考评数据已经冻结，不改变已冻结的结果。" if frozen else ""


def word_of_late_veto(frozen: Mapping[Quarter, str]) -> str:
    """Return what to say when a veto comes into quarters that are frozen already, or is taken back; or nothing."""
    final = [quarter for quarter, state in frozen.items() if state == State.FINAL]
    going_on = [quarter for quarter in frozen if quarter not in final]
    told = f"{_named(going_on)}的结果还没有确定，星级和评先进按现在的登记算，得分不变。" if going_on else ""
    return told + (f"{_named(final)}的结果已经确定，不再改变。" if final else "")


def _named(quarters: Collection[Quarter]) -> str:
    """Return quarters by name; of many, the last ones and how many."""
    names = [quarter.label for quarter in sorted(quarters)]
    return "、".join(names) if len(names) <= 2 else f"{'、'.join(names[-2:])}等{len(names)}个季度"


def refusal_to_object(state: str, public_until: date | None, today: date, text: str) -> str | None:
    """Return why nobody can object to a result now; None if one can."""
    if state != State.IN_PUBLICITY:
        return f"这次考评现在是“{STATE_NAMES[State(state)]}”，公示期间才能提异议。"
    if public_until and today > public_until:
        return f"公示到 {public_until.isoformat()} 已经结束，请直接找二级党委，或到“意见建议”里提。"
    return None if len(text) >= 2 else "请写一句哪里不对，例如哪一项、应该是多少。"


def refusal_to_answer(objector: int, is_answered: bool, by: int, text: str) -> str | None:
    """Return why somebody cannot answer an objection; None if they can."""
    if is_answered:
        return "这条异议已经答复过了，请刷新页面再看。"
    if by == objector:
        return "自己提的异议要由别人答复，请另一位同志来办。"
    return None if len(text) >= 2 else "请写一句答复，支部的人都会看到。"


def takes_figures(state: str) -> bool:
    """Say whether figures reported now still count for the period."""
    return State(state) in (State.CONFIGURED, State.OPEN, State.COLLECTING)

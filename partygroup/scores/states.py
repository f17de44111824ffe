"""The life of a declaration (domain.md 13): who may do what in which state, and the times that move it on.

Every refusal takes the declaration as it stands and the id of who asks; policy has said before whether the post fits.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from partygroup.scores.rules import refusal_to_award
from partygroup.scores.tables import Item
from partygroup.workdays import WorkCalendar


class State(StrEnum):
    """Where a declaration is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    GROUP_REVIEWED = "group_reviewed"
    CONFIRMED = "confirmed"
    IN_PUBLICITY = "in_publicity"
    DISPUTED = "disputed"
    UNDER_APPEAL = "under_appeal"
    EFFECTIVE = "effective"
    REJECTED = "rejected"
    REVERSED = "reversed"


STATE_NAMES = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "待小组核实",
    State.RETURNED: "已退回",
    State.GROUP_REVIEWED: "待支委会确认",
    State.CONFIRMED: "待公示",
    State.IN_PUBLICITY: "公示中",
    State.DISPUTED: "有异议",
    State.UNDER_APPEAL: "复核中",
    State.EFFECTIVE: "已生效",
    State.REJECTED: "未通过",
    State.REVERSED: "已更正",
}

#: State → what can happen to it, and where that leads.
NEXT = {
    State.DRAFT: {"submit": State.SUBMITTED, "pass_on": State.GROUP_REVIEWED},
    State.SUBMITTED: {
        "withdraw": State.DRAFT,
        "review": State.GROUP_REVIEWED,
        "adjust": State.GROUP_REVIEWED,
        "return_": State.RETURNED,
        "lapse": State.GROUP_REVIEWED,
    },
    State.RETURNED: {"edit": State.DRAFT},
    State.GROUP_REVIEWED: {"confirm": State.CONFIRMED, "reject": State.REJECTED},
    State.CONFIRMED: {"publish": State.IN_PUBLICITY},
    State.IN_PUBLICITY: {
        "object": State.DISPUTED,
        "appeal": State.UNDER_APPEAL,
        "settle": State.EFFECTIVE,
    },
    State.DISPUTED: {"uphold": State.IN_PUBLICITY, "amend": State.IN_PUBLICITY, "cancel": State.REJECTED},
    State.REJECTED: {"appeal": State.UNDER_APPEAL},
    State.UNDER_APPEAL: {"grant": State.EFFECTIVE, "dismiss": State.REJECTED},
    State.EFFECTIVE: {"reverse": State.REVERSED},
    State.REVERSED: {},
}
#: Shown beside the sheet as 待生效, outside the total (scoring.md 3.1).
PENDING = (State.IN_PUBLICITY, State.DISPUTED)

REVIEW_DAYS = 7
PUBLICITY_DAYS = 5
PUBLICITY_DAYS_AFTER_ANSWER = 3
ANSWER_DAYS = 5

OWN = "自己的申报要由别人来定，请交给其他有权限的同志。"
NO_REASON = "请写明原因，本人会看到。"


class Declared(Protocol):
    """What the rules need to know of a declaration.

    points: as claimed. awarded: as set since, None before review. confirmed_by: who decided for the committee, to
    confirm or to reject; after a granted appeal who granted it.
    """

    state: str
    person_id: int
    made_by: int
    reviewed_by: int | None
    confirmed_by: int | None
    points: int
    awarded: int | None
    public_until: date | None


def next_state(state: str, act: str) -> State:
    """Return the state that an act leads to. Raise KeyError if the state knows no such act."""
    return NEXT[State(state)][act]


def act_of_submitting(*, by: str | None, has_reviewer: bool) -> str:
    """Return how a submission moves: to the group's review, or on to the committee.

    It goes on at once when the item needs no group review (`C`), and when nobody in the group may review it:
    there is no leader, or it is the leader's own.
    """
    return "submit" if by == "GC" and has_reviewer else "pass_on"


# --- the member ------------------------------------------------------------------------------------------------------


def refusal_to_submit(declaration: Declared, who_id: int) -> str | None:
    """Return why it cannot be submitted; None if it can."""
    return _not_now(declaration, "submit") or _not_theirs(declaration, who_id)


def refusal_to_withdraw(declaration: Declared, who_id: int) -> str | None:
    """Return why it cannot be withdrawn; None if it can."""
    return _not_now(declaration, "withdraw") or _not_theirs(declaration, who_id)


def refusal_to_take_back(declaration: Declared, who_id: int) -> str | None:
    """Return why a tap that made it cannot be undone; None if it can: by who tapped, until anybody else has looked."""
    if declaration.made_by != who_id:
        return "这次申报不是您填的，不能撤回。"
    waits = declaration.state in (State.SUBMITTED, State.GROUP_REVIEWED)
    if waits and declaration.reviewed_by in (None, who_id):
        return None
    return "这次申报已经有人办理，不能撤回了。发现有误，请跟支委会说明。"


def refusal_to_edit(declaration: Declared, who_id: int) -> str | None:
    """Return why it cannot be edited; None if it can: a draft, or a returned one, which becomes a draft again."""
    if declaration.state != State.DRAFT and (reason := _not_now(declaration, "edit")):
        return reason
    return _not_theirs(declaration, who_id)


def refusal_to_appeal(
    declaration: Declared, who_id: int, day: date, text: str, *, answered: bool, appealed: bool
) -> str | None:
    """Return why there is no appeal to the unit committee; None if there is one.

    answered: an objection to it was answered. appealed: an appeal was decided before, which was final.
    """
    if appealed and declaration.state in (State.REJECTED, State.IN_PUBLICITY):
        return "上级党委已经复核过一次，结论是最终的。"
    if reason := _not_now(declaration, "appeal"):
        return reason
    if declaration.state == State.IN_PUBLICITY and not answered:
        return "公示中的申报，有异议先请支委会答复；对答复不服再申请复核。"
    if is_over(declaration, day):
        return "公示期已过，不能再申请复核。发现有误，请向支委会说明，由支委会更正。"
    if who_id != declaration.person_id:
        return "复核要由本人申请。"
    return None if text.strip() else "请写明申请复核的理由。"


# --- the group leader ------------------------------------------------------------------------------------------------


def refusal_to_review(declaration: Declared, who_id: int) -> str | None:
    """Return why this leader may not pass it; None if they may."""
    return _not_now(declaration, "review") or _own(declaration, who_id)


def refusal_to_adjust(declaration: Declared, who_id: int, item: Item, points: int, reason: str) -> str | None:
    """Return why this leader may not pass it with these points; None if they may. Points are never raised."""
    return refusal_to_review(declaration, who_id) or refusal_to_award(item, standing(declaration), points, reason)


def refusal_to_return_(declaration: Declared, who_id: int, reason: str) -> str | None:
    """Return why this leader may not give it back; None if they may."""
    return _not_now(declaration, "return_") or _own(declaration, who_id) or _no_reason(reason)


# --- the committee ---------------------------------------------------------------------------------------------------


def refusal_to_confirm(
    declaration: Declared, who_id: int, item: Item, points: int, reason: str = "", *, of_secretary: bool = False,
    at_unit: bool = False,
) -> str | None:  # fmt: skip
    """Return why this person may not confirm it with these points; None if they may.

    of_secretary: the beneficiary is the branch's secretary, whose entries the unit office confirms. at_unit: who
    confirms acts for the unit office.
    """
    if refused := _not_now(declaration, "confirm") or _not_decided_by(declaration, who_id, of_secretary, at_unit):
        return refused
    return refusal_to_award(item, standing(declaration), points, reason)


def refusal_to_reject(
    declaration: Declared, who_id: int, reason: str, *, of_secretary: bool = False, at_unit: bool = False
) -> str | None:
    """Return why this person may not reject it; None if they may."""
    refused = _not_now(declaration, "reject") or _not_decided_by(declaration, who_id, of_secretary, at_unit)
    return refused or _no_reason(reason)


def refusal_to_publish(declaration: Declared) -> str | None:
    """Return why it cannot be put on publicity; None if it can. Publishing decides nothing, so own ones may be in."""
    return _not_now(declaration, "publish")


def refusal_to_reverse(declaration: Declared, who_id: int, reason: str) -> str | None:
    """Return why this person may not reverse it; None if they may. A reversal itself is never reversed."""
    if declaration.state == State.REVERSED:
        return "这条已经更正过。如需恢复，请重新申报一条。"
    return _not_now(declaration, "reverse") or _own(declaration, who_id) or _no_reason(reason)


# --- objection and answer --------------------------------------------------------------------------------------------


def refusal_to_object(declaration: Declared, day: date, text: str, *, of_branch: bool) -> str | None:
    """Return why there can be no objection now; None if there can. The last day of publicity is included."""
    if not of_branch:
        return "公示在本支部范围内进行，请由本支部党员提出异议。"
    if declaration.state == State.DISPUTED:
        return "这条已有异议在处理，答复后还会再公示，届时可以再提。"
    if reason := _not_now(declaration, "object"):
        return reason
    if is_over(declaration, day):
        return "公示期已过。发现有误，请向支委会说明，由支委会更正。"
    return None if text.strip() else "请写明对哪里有异议。"


def refusal_to_answer(
    declaration: Declared, who_id: int, outcome: str, answer: str, *, objector_id: int, item: Item,
    points: int | None = None,
) -> str | None:  # fmt: skip
    """Return why this person may not answer the objection so; None if they may. `points` belong to `amend`.

    outcome: `uphold` the entry stands, `amend` its points are lowered, `cancel` it falls.
    """
    if outcome not in NEXT[State.DISPUTED]:
        return "请选答复的结果：维持、调整或取消。"
    if reason := _not_now(declaration, outcome) or _own(declaration, who_id):
        return reason
    if who_id == declaration.confirmed_by:
        return "这条是您确认的，异议请由另一位支委答复。"
    if who_id == objector_id:
        return "这条异议是您提的，请由另一位支委答复。"
    if not answer.strip():
        return "请写明答复，提出的人和本人都会看到。"
    if outcome != "amend":
        return None
    if points in (None, standing(declaration)):
        return "请填写调整后的分值；分值不变请选维持。"
    return refusal_to_award(item, standing(declaration), points, answer)


def refusal_to_decide_appeal(
    declaration: Declared, who_id: int, outcome: str, answer: str, *, item: Item, points: int | None = None,
    answered_by: int | None = None,
) -> str | None:  # fmt: skip
    """Return why this person of the unit office may not decide the appeal so; None if they may.

    outcome: `grant` makes it effective with `points`, at most those claimed; `dismiss` rejects it. Both are final.
    """
    if outcome not in NEXT[State.UNDER_APPEAL]:
        return "请选复核的结果：支持或不支持。"
    if reason := _not_now(declaration, outcome) or _own(declaration, who_id):
        return reason
    if who_id in (declaration.reviewed_by, declaration.confirmed_by, answered_by):
        return "这条您参与过处理，复核请由另一位同志办理。"
    if not answer.strip():
        return "请写明复核意见，本人会看到。"
    if outcome == "dismiss":
        return None
    return refusal_to_award(item, declaration.points, declaration.points if points is None else points, answer)


# --- time ------------------------------------------------------------------------------------------------------------


def has_lapsed(submitted_on: date, day: date) -> bool:
    """Say whether the group's seven days for review have passed: it moves on, marked as not reviewed."""
    return day > submitted_on + timedelta(days=REVIEW_DAYS)


def publicity_until(published_on: date, calendar: WorkCalendar) -> date:
    """Return the last day of publicity: the fifth working day after it was put up."""
    return calendar.after(published_on, PUBLICITY_DAYS)


def publicity_after_answer(declaration: Declared, answered_on: date, calendar: WorkCalendar) -> date:
    """Return the last day of publicity after an answer: three working days more, never less than it had."""
    return max(declaration.public_until, calendar.after(answered_on, PUBLICITY_DAYS_AFTER_ANSWER))


def answer_due(objected_on: date, calendar: WorkCalendar) -> date:
    """Return the day by which the committee answers an objection."""
    return calendar.after(objected_on, ANSWER_DAYS)


def is_over(declaration: Declared, day: date) -> bool:
    """Say whether its publicity has passed with no objection open, so that it becomes effective."""
    return declaration.state == State.IN_PUBLICITY and day > declaration.public_until


# --- parts -----------------------------------------------------------------------------------------------------------


def standing(declaration: Declared) -> int:
    """Return the points as they stand: awarded, else claimed."""
    return declaration.points if declaration.awarded is None else declaration.awarded


def _not_now(declaration: Declared, act: str) -> str | None:
    if act in NEXT[State(declaration.state)]:
        return None
    return f"这条申报现在是“{STATE_NAMES[State(declaration.state)]}”，请刷新后再看能做什么。"


def _not_theirs(declaration: Declared, who_id: int) -> str | None:
    return None if who_id in (declaration.person_id, declaration.made_by) else "只有本人或填报的人能改这条申报。"


def _own(declaration: Declared, who_id: int) -> str | None:
    return OWN if who_id == declaration.person_id else None


def _no_reason(reason: str) -> str | None:
    return None if reason.strip() else NO_REASON


def _not_decided_by(declaration: Declared, who_id: int, of_secretary: bool, at_unit: bool) -> str | None:
    """Return why this person may not decide for the committee: own, reviewed by the same, or the secretary's."""
    if own := _own(declaration, who_id):
        return own
    if who_id == declaration.reviewed_by:
        return "这条是您在小组核实的，请由另一位支委确认。"
    if of_secretary and not at_unit:
        return "支部书记的申报由上级党委党群部门确认。"
    return None

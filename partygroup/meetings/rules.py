"""Pure rules of calling, opening and closing, and of voting numbers. Reason or None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from partygroup.meetings.presets import PAIR, KindSpec, Share
from partygroup.meetings.sorts import ItemSort, Reading

CIRCLE_OF_UNIT = {
    "party_group": ("group",),
    "branch": ("members", "committee"),
    "general_branch": ("members", "committee"),
    "unit_committee": ("committee",),
    "company": ("committee",),
}


#: Sittings of one gathering: how many at most, and how far apart.
MOST_SITTINGS, SPREAD = 4, timedelta(days=7)


def circles_for(kind: KindSpec, unit_kind: str) -> list[str]:
    """Return the circles that a meeting of this kind may gather in a unit of this kind."""
    return [circle for circle in kind.circles if circle in CIRCLE_OF_UNIT.get(unit_kind, ())]


def refusal_to_call(
    kinds: list[KindSpec], circle: str, unit_kind: str, starts_at: datetime, at: datetime
) -> str | None:
    """Return why this cannot be called, in words for the convener; None if it can."""
    if not kinds:
        return "请选一种会议。"
    if pairs := [kind.name for kind in kinds if PAIR in kind.circles]:
        return f"{pairs[0]}是两个人之间的，不用召集。请在“我的 · 谈心谈话”里记。"
    if len(kinds) == 1 and circle not in circles_for(kinds[0], unit_kind):
        return "这种会议不由这个组织召集，请换一种。"
    if any(circle not in circles_for(kind, unit_kind) for kind in kinds):
        return "这几种会议的应到范围不同，不能合开。请分开召集。"
    return refusal_of_start(starts_at, at)


def refusal_of_start(starts_at: datetime, at: datetime) -> str | None:
    """Return why a meeting cannot be at that time; None if it can."""
    if starts_at < at - timedelta(days=366):
        return "开会时间早于一年以前，请核对日期。"
    if starts_at > at + timedelta(days=366):
        return "开会时间在一年以后，请核对日期。"
    return None


def refusal_of_sittings(starts: Sequence[datetime], at: datetime) -> str | None:
    """Return why a gathering cannot have sittings at these times; None if it can."""
    if reason := next(filter(None, (refusal_of_start(one, at) for one in starts)), None):
        return reason
    if len(starts) > MOST_SITTINGS:
        return f"最多分 {MOST_SITTINGS} 场。再多请另外召集。"
    if len(set(starts)) < len(starts):
        return "有两场的时间一样，请改一场。"
    if max(starts) - min(starts) > SPREAD:
        return f"各场要在 {SPREAD.days} 天之内。隔得更久的请另外召集。"
    return None


def refusal_to_add_sitting(state: str, *, has_vote: bool = False) -> str | None:
    """Return why a gathering cannot get one more sitting; None if it can. A vote belongs to one sitting."""
    if state in ("held", "cancelled"):
        return "会议已经结束或取消，不能再加一场。没到的人请登记补课。"
    return "议程里有表决事项，表决要在同一场，不能再加一场。" if has_vote else None


def nearest(starts: Sequence[datetime], at: datetime) -> int:
    """Return the number of the sitting that is nearest to a moment; of two equally near ones the later."""
    return min(range(len(starts)), key=lambda number: (abs(starts[number] - at), -number))


def refusal_to_open(state: str, starts_at: datetime, at: datetime) -> str | None:
    """Return why sign-in cannot begin now; None if it can. Beginning twice is no fault (the caller sees the state)."""
    if state == "cancelled":
        return "这次会议已经取消，不能签到。需要开会请重新召集。"
    if state == "held":
        return "签到已经结束。漏签的人请用补签登记。"
    if at < starts_at - timedelta(hours=12):
        return "离开会还有半天以上，到时候再开始签到。"
    return None


def refusal_to_close(state: str) -> str | None:
    """Return why the sitting cannot be closed; None if it can (closing twice is no fault)."""
    if state == "notified":
        return "还没有开始签到，不能结束。不开了请点取消会议。"
    if state == "cancelled":
        return "这次会议已经取消。"
    return None


def refusal_to_cancel(state: str, reason: str) -> str | None:
    """Return why the meeting cannot be cancelled; None if it can."""
    if state in ("in_session", "held"):
        return "签到已经开始，不能取消。要结束请点结束签到。"
    if len(reason) < 2:
        return "请写一句取消的原因，大家会看到。"
    return None


def refusal_to_revise(name: str, per: str | None, at_least: int) -> str | None:
    """Return why a kind cannot get this name and frequency (a reminder, never a limit); None if it can."""
    if not 2 <= len(name) <= 20:
        return "名称要有 2 到 20 个字。"
    if per not in (None, "month", "quarter", "year", "term"):
        return "请选周期：每月、每季度、每年、每届，或不定期。"
    if per and not 1 <= at_least <= 31:
        return "次数要在 1 到 31 之间。"
    return None


@dataclass(frozen=True)
class VotingOutlook:
    """What the numbers of a meeting allow: who may vote, how many came, and what can be decided."""

    due: int
    present: int
    to_open: int
    to_pass: int

    @property
    def may_open(self) -> bool:
        return self.due > 0 and self.present >= self.to_open

    @property
    def can_pass(self) -> bool:
        return self.may_open and self.present >= self.to_pass


def voting_outlook(quorum: Share, passing: Share, due: int, present: int) -> VotingOutlook:
    """Return what `present` of `due` voters allow (domain.md 5.3). Probationary members are in neither number."""
    return VotingOutlook(due, present, quorum.least(due), passing.least(due))


def outlook_sentence(outlook: VotingOutlook) -> str:
    """Return the outlook as a plain sentence for the host."""
    count = f"有表决权的党员到会 {outlook.present}／{outlook.due}"
    if outlook.due == 0:
        return "应到人员中没有人有表决权，不能表决。"
    if not outlook.may_open:
        return f"{count}，还差 {outlook.to_open - outlook.present} 人才能开会表决。"
    if not outlook.can_pass:
        return f"{count}，可以开会，但通过要 {outlook.to_pass} 票赞成，现在到会的人不够。"
    return f"{count}，可以开会；通过要 {outlook.to_pass} 票赞成。"


def outlook_lines(decisive: list[tuple[KindSpec, list[ItemSort]]], due: int, present: int) -> list[str]:
    """Return what the numbers allow, a sentence for each arithmetic that the votes on the agenda ask for.

    `decisive`: the kinds that decide, each with the sorts of votes on its agenda; none: the kind's own arithmetic.
    """
    names: dict[str, list[str]] = {}
    for kind, sorts in decisive:
        for sort in sorts or [None]:
            reading = sort.readings_for(kind)[0] if sort else Reading(kind.quorum, kind.passing)
            told = outlook_sentence(voting_outlook(reading.quorum, reading.passing, due, present))
            names.setdefault(told, []).append(sort.name if sort else kind.name)
    if len(names) < 2:
        return list(names)
    return [f"{'、'.join(dict.fromkeys(some))}：{told}" for told, some in names.items()]


# --- what stands on the agenda ----------------------------------------------------------------------------------------

SEALED = "会议记录已经封存，不能再改。有误请写补充说明。"


def refusal_to_add_item(
    sort: ItemSort, kind: KindSpec, circle: str, *, state: str, sittings: int, is_sealed: bool = False
) -> str | None:
    """Return why an item cannot stand on the agenda of a meeting; None if it can. A vote belongs to one sitting."""
    if state == "cancelled":
        return "这次会议已经取消，不用排议程。"
    if is_sealed:
        return SEALED
    if not sort.votes:
        return None
    if circle == "group":
        return "党小组会不作表决。大家的意见可以记成议题，报党支部。"
    if kind.quorum is None:
        return f"{kind.name}不作表决。要表决，请召集支部党员大会或支部委员会会议，可以同一次合开。"
    if circle not in sort.circles:
        return f"{sort.name}要由支部党员大会表决。"
    if sittings > 1:
        return "分几场开的会不能表决：表决要在同一场。请另外召集一次。"
    return None


def refusal_of_seats(candidates: int, seats: int) -> str | None:
    """Return why an election cannot have so many seats; None if it can."""
    if candidates == 0:
        return "请选候选人。"
    if seats < 1:
        return "请写应选几人。"
    if seats > candidates:
        return f"应选 {seats} 人，候选人只有 {candidates} 人，请核对。"
    return None


def refusal_to_drop_item(has_vote: bool, *, is_sealed: bool = False) -> str | None:
    """Return why an item cannot be taken off the agenda; None if it can."""
    if is_sealed:
        return SEALED
    return "已经表决过的事项不能去掉。结果有误请更正。" if has_vote else None


def refusal_to_vote(state: str, *, is_sealed: bool = False) -> str | None:
    """Return why the result of a vote cannot be recorded or corrected now; None if it can."""
    if state == "cancelled":
        return "这次会议已经取消。"
    if state == "notified":
        return "还没有开始签到，应到名单没有定，不能记表决。"
    return SEALED if is_sealed else None

"""Pure rules of talks: who may be entered as having talked, and whom nobody has talked with yet. Reason or None.

Once a year for each pair of sorts is the regulation's rule; never all pairs (domain.md 5.1, 5.2). A reminder, no block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from partygroup.talks.models import SUMMARY_LENGTH

TOPICS = {
    "thought": "思想", "work": "工作", "study": "学习", "life": "生活", "advice": "听意见", "other": "其他",
}  # fmt: skip
PAIRS = {"officers": "委员之间", "officer_member": "委员和党员", "members": "党员之间"}
#: How long ago a talk may have been that is entered now.
BACK = timedelta(days=366)
#: From which month on whoever has not talked yet is reminded of in the self-check.
REMIND_FROM = 10


def pair_of(officers: Collection[int], one: int, other: int) -> str:
    """Return which sort of two they are, by who serves on the committee."""
    return {2: "officers", 1: "officer_member", 0: "members"}[(one in officers) + (other in officers)]


@dataclass(frozen=True)
class Entered:
    """A talk as it is to be entered."""

    one: int | None
    other: int | None
    held_on: date | None
    topic: str | None
    summary: str = ""


def refusals_to_enter(
    talk: Entered, *, people: Collection[int], by: int, for_others: bool, today: date
) -> dict[str, str]:
    """Return field → why a talk cannot be entered. `people`: who belongs to the branch; `for_others`: may enter any."""
    found = {}
    if talk.one not in people:
        found["one"] = "请在名单里选谈心的人。"
    elif talk.other not in people or talk.other == talk.one:
        found["with"] = "请选和谁谈的。"
    elif by not in (talk.one, talk.other) and not for_others:
        found["with"] = "只能记自己和别人的谈心。别人之间的由本人或书记记。"
    if talk.held_on is None or talk.held_on > today:
        found["day"] = "请写哪天谈的，不能晚于今天。"
    elif talk.held_on < today - BACK:
        found["day"] = "这一天在一年以前，请核对日期。"
    if talk.topic not in TOPICS:
        found["topic"] = "请选谈的是哪一类。"
    if len(talk.summary) > SUMMARY_LENGTH:
        found["summary"] = f"最多 {SUMMARY_LENGTH} 个字，请短一些。"
    return found


def refusal_to_withdraw(*, is_withdrawn: bool, reason: str) -> str | None:
    """Return why a talk cannot be withdrawn; None if it can."""
    if is_withdrawn:
        return "这次谈心已经撤回了。"
    return "请写一句撤回的原因，对方会看到。" if len(reason) < 2 else None


@dataclass(frozen=True)
class Coverage:
    """Whom nobody has talked with in a year: members, and pairs of the committee, in the order they were given in."""

    members: tuple[int, ...]
    officers: tuple[tuple[int, int], ...]

    @property
    def is_whole(self) -> bool:
        return not (self.members or self.officers)


def coverage(
    members: Collection[int], officers: Collection[int], talked: Collection[tuple[int, int]], owed: int = 1
) -> Coverage:
    """Return who is still open: each member owes so many talks with anybody, each of the committee one with each other.

    Where no talks are owed nobody is open.
    """
    pairs, times = {frozenset(two) for two in talked}, Counter(one for two in talked for one in two)
    return Coverage(
        tuple(one for one in members if times[one] < owed),
        tuple(two for two in combinations(officers, 2) if owed and frozenset(two) not in pairs),
    )


def is_time_to_remind(year: int, today: date) -> bool:
    """Say whether those not talked with in a year are a gap by now: from its fourth quarter on."""
    return today >= date(year, REMIND_FROM, 1)

"""Pure rules of due lists, signing in, leave, and what a person's status is. Reason or None."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from partygroup.attendance.models import LEAVE_NAMES, Counting, Door, LeaveSort
from partygroup.clock import BEIJING, day_of
from partygroup.people.models import COMMITTEE_ROLES, STANDING_NAMES, Standing

#: Who may be left out of the due number, with approval (domain.md 5.4).
EXCLUSION_REASONS = {
    "ill": "因病不能表达意志",
    "abroad": "自费出国半年以上",
    "sentence": "服刑期间",
    "bedridden": "长期卧病、生活不能自理",
    "transfer": "外出半年以上，组织关系应转未转",
    "retired": "离退休回乡居住，组织关系不便转",
}
DUE_STANDINGS = (Standing.FULL, Standing.PROBATIONARY, Standing.FULL_ON_PROBATION_DISCIPLINE)
OPEN_AT_MOST = timedelta(hours=12)
SPOKEN_TRIES = 5
#: Minutes: who came later did not come to this sitting.
MOST_LATE = 240
#: How long a scan made without a network may be under way, and how long before the opening a code is honoured.
LATE_AT_MOST, EARLY_AT_MOST = timedelta(days=7), timedelta(hours=2)
#: What arrives so long after it happened was sent later (补传).
SENT_LATER = timedelta(minutes=2)


class Status(StrEnum):
    """How a person stands at a gathering (domain.md 5.5)."""

    PRESENT = "present"
    LEAVE = "leave"
    ABSENT = "absent"
    NOT_YET = "not_yet"
    NOT_COUNTED = "not_counted"
    OBSERVER = "observer"


STATUS_NAMES = {
    Status.PRESENT: "实到",
    Status.LEAVE: "请假",
    Status.ABSENT: "缺席",
    Status.NOT_YET: "未到",
    Status.NOT_COUNTED: "不计入应到",
    Status.OBSERVER: "列席",
}


@dataclass(frozen=True)
class Seat:
    """A person's place in a due list: how counted, whether with a vote, and why not counted."""

    counting: Counting
    may_vote: bool
    reason: str | None = None


def seat_for(standing: str, exclusion: str | None, welcomes: tuple[str, ...]) -> Seat | None:
    """Return the seat of somebody of the circle, or None if the meeting is none of theirs (domain.md 4.1, 5.3, 5.4).

    Votes: full members only; never probationary ones, never 留党察看, never the suspended, never the excluded.
    """
    if standing in DUE_STANDINGS:
        if exclusion:
            return Seat(Counting.NOT_COUNTED, False, EXCLUSION_REASONS.get(exclusion, exclusion))
        return Seat(Counting.DUE, standing == Standing.FULL)
    if standing == Standing.RIGHTS_SUSPENDED:
        return Seat(Counting.NOT_COUNTED, False, STANDING_NAMES[Standing.RIGHTS_SUSPENDED])
    return Seat(Counting.OBSERVER, False) if standing in welcomes else None


def status_of(counting: str, came: bool, leave_granted: bool, closed: bool) -> Status:
    """Return a status from due entry, effective mark and leave. Coming outweighs leave."""
    if counting == Counting.NOT_COUNTED:
        return Status.NOT_COUNTED
    if counting == Counting.OBSERVER:
        return Status.OBSERVER
    if came:
        return Status.PRESENT
    if leave_granted:
        return Status.LEAVE
    return Status.ABSENT if closed else Status.NOT_YET


def late_minutes(happened_at: datetime, starts_at: datetime) -> int:
    """Return how many whole minutes after the start someone came; 0 when in time."""
    return max(0, int((happened_at - starts_at).total_seconds() // 60))


def sent_later(door: str, happened_at: datetime, arrived_at: datetime) -> str:
    """Return when a mark that waited on a phone came (补传): 18:05, on another day 3月6日 09:00; empty for others."""
    if door != Door.OFFLINE and (door != Door.SCAN_MEMBER or arrived_at - happened_at < SENT_LATER):
        return ""
    there = arrived_at.astimezone(BEIJING)
    same_day = there.date() == day_of(happened_at)
    return f"{there:%H:%M}" if same_day else f"{there.month}月{there.day}日 {there:%H:%M}"


@dataclass(frozen=True)
class Desk:
    """All that a sign-in needs to know, read by one statement."""

    gathering_id: int
    sitting_id: int
    starts_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    unit_id: int
    counting: str | None
    mark_id: int | None
    last_at: datetime | None = None  # when the last sitting begins, if there are several

    @property
    def is_signed(self) -> bool:
        return self.mark_id is not None


def open_until(opened_at: datetime, last_at: datetime | None) -> datetime:
    """Return until when signing in may last: twelve hours from the opening, or from the start of the last sitting."""
    return max(opened_at, last_at or opened_at) + OPEN_AT_MOST


def refusal_to_sign_in(desk: Desk, at: datetime) -> str | None:
    """Return why this person may not sign in now, in words for the member; None if welcome.

    Who has signed already is welcome: the answer is the receipt.
    """
    if desk.cancelled_at:
        return "这次会议已经取消，不用签到。"
    if desk.opened_at is None:
        return "签到还没有开始，开始后再点一次。"
    if desk.counting is None:
        return "您不在这次会议的应到名单里。名单有误，请主持人在“名单里少了人”里补上。"
    if desk.is_signed:
        return None
    if desk.closed_at or at > open_until(desk.opened_at, desk.last_at):
        return "签到已经结束。您若到会，请会议主持人补签。"
    return None


def refusal_of_late_scan(desk: Desk, seen_at: datetime, at: datetime) -> str | None:
    """Return why a code seen at `seen_at`, without a network, does not count when it arrives at `at`; None if it does.

    The moment is the code's own (its step), never the phone's: it lies before the end of signing in, however late it
    arrives, within a week.
    """
    if reason := refusal_to_sign_in(replace(desk, closed_at=None), max(seen_at, desk.opened_at or seen_at)):
        return reason
    if desk.closed_at and seen_at > desk.closed_at:
        return "扫码时签到已经结束。您若到会，请会议主持人补签。"
    if at > seen_at + LATE_AT_MOST:
        return f"扫码后过了 {LATE_AT_MOST.days} 天才传到，不能自动签到。请会议主持人补签。"
    return None


def refusal_of_person_scan(desk: Desk, name: str, seen_at: datetime, at: datetime) -> str | None:
    """Return why a member's own code, scanned by the host at `seen_at`, does not count when it arrives at `at`."""
    if desk.cancelled_at:
        return "这次会议已经取消，不用签到。"
    if desk.opened_at is None:
        return "还没有开始签到。先点开始签到，再扫本人码。"
    if desk.counting is None:
        return f"{name}不在应到名单里，没有签到。名单有误，请在“名单里少了人”里补上。"
    if desk.is_signed:
        return None
    if desk.closed_at and seen_at > desk.closed_at:
        return f"扫{name}的码时签到已经结束，请补签。"
    if at > seen_at + LATE_AT_MOST:
        return f"扫{name}的码后过了 {LATE_AT_MOST.days} 天才传到，不能自动签到，请补签。"
    return None


def is_of_circle(who, circle: str, unit_id: int) -> bool:
    """Say whether a member belongs to a circle by today's belonging and posts, before its list is frozen."""
    if who.standing not in DUE_STANDINGS:
        return False
    if circle == "committee":
        return any(post.unit_id == unit_id and post.role in COMMITTEE_ROLES for post in who.posts)
    return unit_id == (who.group_id if circle == "group" else who.branch_id)


def refusal_to_ask_leave(sort: str, cause: str, is_closed: bool, is_signed: bool) -> str | None:
    """Return why leave cannot be asked; None if it can."""
    if is_closed:
        return "会议已经结束，不能再请假。请向会议主持人说明情况。"
    if is_signed:
        return "您已经签到，不用请假。"
    if sort not in LEAVE_NAMES:
        return "请选公假、病假或事假。"
    if sort != LeaveSort.SICK and len(cause) < 2:
        return "请用几个字写明原因，如“当班”“出差”。"
    return None


def refusal_to_decide_leave(decider_id: int, person_id: int) -> str | None:
    """Return why this person may not decide on the leave: nobody decides on their own (S4)."""
    return "自己的请假要由别人批准。" if decider_id == person_id else None

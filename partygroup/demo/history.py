"""Writing the demo company's gatherings and their attendance, day by day, each change with its witness."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from partygroup import clock
from partygroup.attendance.models import Counting, DueEntry, Leave, LeaveSort, Mark
from partygroup.demo.agendas import write_agendas
from partygroup.demo.cast import is_cast
from partygroup.demo.diary import Diary
from partygroup.demo.rows import insert_rows, insert_with_ids, trail_row
from partygroup.demo.schedule import CANCEL_REASON, Planned
from partygroup.demo.staff import Member
from partygroup.demo.turnout import UNDONE_REASON, Came, Excused, Turnout, turnout_of
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from partygroup.meetings.presets import KINDS
from partygroup.people.models import Standing

NAMES = {kind.code: kind.name for kind in KINDS}
#: How long before the start the leave that still waits was asked: more than the longest wait for a meeting "soon".
ASKED_BEFORE = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Written:
    """A planned gathering with the ids of its rows."""

    plan: Planned
    id: int
    sitting_id: int


def write_gatherings(session, plans: list[Planned], kinds: dict[str, Kind]) -> list[Written]:
    """Write all gatherings with sittings and meetings, in the order of their starts."""
    ids = insert_with_ids(session, Gathering, list(map(_gathering, plans)))
    pairs = list(zip(plans, ids, strict=True))
    sittings = insert_with_ids(session, Sitting, [_sitting(plan, its_id) for plan, its_id in pairs])
    meetings = [
        {"gathering_id": its_id, "kind_id": kinds[code].id, "theme": plan.theme}
        for plan, its_id in pairs
        for code in plan.kinds
    ]
    insert_rows(session, Meeting, meetings)
    return [Written(plan, its_id, sitting) for (plan, its_id), sitting in zip(pairs, sittings, strict=True)]


def _gathering(plan: Planned) -> dict:
    host = plan.host.id
    return {
        "unit_id": plan.unit_id,
        "circle": plan.circle,
        "day": plan.day,
        "called_at": plan.called_at,
        "called_by": host,
        "opened_at": plan.opened_at,
        "opened_by": host if plan.opened_at else None,
        "closed_at": plan.closed_at,
        "closed_by": host if plan.closed_at else None,
        "cancelled_at": plan.cancelled_at,
        "cancelled_by": host if plan.cancelled_at else None,
        "cancel_reason": CANCEL_REASON if plan.cancelled_at else None,
    }


def _sitting(plan: Planned, gathering_id: int) -> dict:
    return {
        "gathering_id": gathering_id,
        "starts_at": plan.starts_at,
        "place": plan.place,
        "host_id": plan.host.id,
    }


def turnouts_of(written: list[Written], kinds: dict[str, Kind], rng: Random) -> list[tuple[Written, list[Turnout]]]:
    """Return the gatherings that were held, each with who came and who did not."""
    held = [one for one in written if one.plan.opened_at]
    return [(one, turnout_of(one.plan, _welcomes(one, kinds), rng)) for one in held]


def write_days(
    session, written: list[Written], turnouts: list[tuple[Written, list[Turnout]]], diary: Diary
) -> Iterator[int]:
    """Write attendance one day after the other, so that memory stays small, and let the diary go on to each midnight.

    Yield the number of gatherings of each day written.
    """
    came = {one.id: some for one, some in turnouts}
    calls = deque(sorted(written, key=lambda one: one.plan.called_at))
    for day, same_day in groupby(written, key=lambda one: one.plan.day):
        today = list(same_day)
        midnight = clock.day(day).end
        trail = _write_day(session, today, came)
        while calls and calls[0].plan.called_at < midnight:
            trail.append(_called(calls.popleft()))
        diary.go_on(midnight, trail)
        yield len(today)


def _write_day(session, today: list[Written], came: dict[int, list[Turnout]]) -> list[dict]:
    """Write the due lists, marks and leave of a day's gatherings; return the witnesses of all that happened."""
    turnouts = [(one, came[one.id]) for one in today if one.plan.opened_at]
    seated = [(one, turnout) for one, some in turnouts for turnout in some]
    insert_rows(session, DueEntry, [_entry(*pair) for pair in seated])
    trail = [_cancelled(one) for one in today if one.plan.cancelled_at]
    trail += [row for pair in turnouts for row in _opened_and_closed(*pair)]
    trail += write_agendas(session, turnouts)
    trail += _write_marks(session, [(one, turnout.member, turnout.came) for one, turnout in seated if turnout.came])
    excused = [(one, turnout.member, turnout.excused) for one, turnout in seated if turnout.excused]
    return trail + _write_leaves(session, excused + [_asked(one) for one in today if _awaits_leave(one)])


def _welcomes(one: Written, kinds: dict[str, Kind]) -> tuple[str, ...]:
    return tuple({standing for code in one.plan.kinds for standing in kinds[code].rules.welcomes})


def _entry(one: Written, turnout: Turnout) -> dict:
    member, seat = turnout.member, turnout.seat
    return {
        "gathering_id": one.id,
        "person_id": member.id,
        "branch_id": member.place.id,
        "group_id": member.group_id,
        "standing": member.standing_on(one.plan.day),
        "counting": seat.counting,
        "may_vote": seat.may_vote,
        "reason": seat.reason,
    }


def _write_marks(session, marks: list[tuple[Written, Member, Came]]) -> list[dict]:
    """Write marks and return their witnesses, those of undoing included."""
    ids = insert_with_ids(session, Mark, [_mark(*mark) for mark in marks])
    return [row for mark, its_id in zip(marks, ids, strict=True) for row in _marked(*mark, its_id)]


def _mark(one: Written, member: Member, came: Came) -> dict:
    return {
        "gathering_id": one.id,
        "sitting_id": one.sitting_id,
        "person_id": member.id,
        "happened_at": came.happened_at,
        "arrived_at": came.arrived_at,
        "door": came.door,
        "by_id": came.by.id,
        "undone_at": came.undone_at,
        "undone_by": came.by.id if came.undone_at else None,
        "undone_reason": UNDONE_REASON if came.undone_at else None,
    }


def _marked(one: Written, member: Member, came: Came, mark_id: int) -> Iterator[dict]:
    facts = {"by": came.by.id, "person_id": member.id, "unit_id": one.plan.unit_id}
    door = {"door": came.door}
    yield trail_row("attendance.mark.make", ("mark", mark_id), at=came.arrived_at, **facts, after=door)
    if came.undone_at:
        undone = facts | {"before": door, "reason": UNDONE_REASON}
        yield trail_row("attendance.mark.undo", ("mark", mark_id), at=came.undone_at, **undone)


def _write_leaves(session, leaves: list[tuple[Written, Member, Excused]]) -> list[dict]:
    """Write leave and return the witnesses of asking and granting."""
    ids = insert_with_ids(session, Leave, [_leave(*leave) for leave in leaves])
    return [row for leave, its_id in zip(leaves, ids, strict=True) for row in _left(*leave, its_id)]


def _leave(one: Written, member: Member, excused: Excused) -> dict:
    granted = excused.decided_at is not None
    return {
        "gathering_id": one.id,
        "person_id": member.id,
        "sort": excused.sort,
        "cause": excused.cause,
        "asked_at": excused.asked_at,
        "asked_by": member.id,
        "decided_at": excused.decided_at,
        "decided_by": one.plan.host.id if granted else None,
        "granted": granted or None,
    }


def _left(one: Written, member: Member, excused: Excused, leave_id: int) -> Iterator[dict]:
    subject, facts = ("leave", leave_id), {"person_id": member.id, "unit_id": one.plan.unit_id}
    asked = {"by": member.id, "after": {"sort": excused.sort}}
    yield trail_row("attendance.leave.ask", subject, at=excused.asked_at, **asked, **facts)
    if excused.decided_at:
        granted = {"by": one.plan.host.id, "after": {"granted": True}}
        yield trail_row("attendance.leave.decide", subject, at=excused.decided_at, **granted, **facts)


def _awaits_leave(one: Written) -> bool:
    """Say whether somebody has asked leave and waits: from the group meeting called for today."""
    return one.plan.circle == "group" and not one.plan.opened_at and not one.plan.cancelled_at


def _asked(one: Written) -> tuple[Written, Member, Excused]:
    """Return the leave of an ordinary member, who has no login in the demo, that waits for the leader's answer."""
    people = (member for member in one.plan.people if not member.posts and not is_cast(member))
    who = next(member for member in people if member.standing_on(one.plan.day) == Standing.FULL)
    return one, who, Excused(LeaveSort.DUTY, "出差", one.plan.starts_at - ASKED_BEFORE, None)


def _called(one: Written) -> dict:
    plan = one.plan
    after = {
        "kinds": [NAMES[code] for code in plan.kinds],
        "starts_at": plan.starts_at.isoformat(),
        "place": plan.place,
    }
    return _of_meeting("meeting.call", one, plan.called_at, after=after)


def _cancelled(one: Written) -> dict:
    return _of_meeting("meeting.cancel", one, one.plan.cancelled_at, reason=CANCEL_REASON)


def _opened_and_closed(one: Written, turnouts: list[Turnout]) -> Iterator[dict]:
    due = sum(turnout.seat.counting == Counting.DUE for turnout in turnouts)
    yield _of_meeting("meeting.signin.open", one, one.plan.opened_at, after={"due": due})
    yield _of_meeting("meeting.close", one, one.plan.closed_at)


def _of_meeting(action: str, one: Written, at: datetime, **facts) -> dict:
    subject, unit = ("gathering", one.id), one.plan.unit_id
    return trail_row(action, subject, at=at, by=one.plan.host.id, unit_id=unit, **facts)

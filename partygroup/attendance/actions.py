"""Writing attendance: opening (freezing the due list), signing in, ticking, undoing, leave, closing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from partygroup.attendance.models import ON_DUTY, Counting, Door, DueEntry, Leave, LeaveSort, Mark
from partygroup.attendance.queries import circle_of
from partygroup.attendance.rules import (
    EXCLUSION_REASONS,
    MOST_LATE,
    OPEN_AT_MOST,
    SPOKEN_TRIES,
    Desk,
    open_until,
    refusal_of_late_scan,
    refusal_of_person_scan,
    refusal_to_ask_leave,
    refusal_to_decide_leave,
    refusal_to_sign_in,
)
from partygroup.db import digest_of, insert_once, witness, witness_row
from partygroup.errors import NotFound, Refused
from partygroup.meetings.joint import guests_of
from partygroup.meetings.models import STATE_COLUMNS, Gathering, Meeting, State
from partygroup.meetings.rules import refusal_to_close, refusal_to_open
from partygroup.people.models import FailedTry

_MARK = Mark.__table__


def open_sign_in(session, gathering, *, by: int, at: datetime) -> None:
    """Begin signing in: freeze the due list as of the meeting's day. Beginning twice changes nothing.

    The gatherings of branches that hold it along are opened too, each with a list of its own.
    """
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state == State.IN_SESSION:
        return
    if reason := refusal_to_open(gathering.state, gathering.sittings[0].starts_at, at):
        raise Refused(reason)
    if not _open(session, gathering, by=by, at=at):
        raise Refused("这个范围里没有应到的党员，不能开始签到。请先核对花名册。")
    for guest in guests_of(session, gathering):
        if guest.state == State.NOTIFIED and not refusal_to_open(guest.state, guest.sittings[0].starts_at, at):
            _open(session, guest, by=by, at=at, reason="和主办支部一起开始")


def _open(session, gathering, *, by: int, at: datetime, reason: str | None = None) -> bool:
    """Freeze the due list; return False, with nothing done, where nobody is due."""
    people = expected_people(session, gathering)
    due = sum(one.seat.counting == Counting.DUE for one in people)
    if not due:
        return False
    gathering.opened_at, gathering.opened_by = at, by
    session.execute(sa.insert(DueEntry), [_entry(gathering.id, one) for one in people])
    witness(session, "meeting.signin.open", gathering, at=at, by=by, unit_id=gathering.unit_id, after={"due": due},
            reason=reason)  # fmt: skip
    return True


def _entry(gathering_id: int, one) -> dict:
    return {
        "gathering_id": gathering_id,
        "person_id": one.person_id,
        "branch_id": one.branch_id,
        "group_id": one.group_id,
        "standing": one.standing,
        "counting": one.seat.counting,
        "may_vote": one.seat.may_vote,
        "reason": one.seat.reason,
    }


def sign_in(session, desk: Desk, *, person_id: int, door: Door, happened_at: datetime, at: datetime) -> bool:
    """Mark a person present at a desk, once. Return whether this very call made the mark; raise Refused.

    Two statements: the mark, and its witness. A repeat changes nothing and is no fault.
    """
    if reason := refusal_to_sign_in(desk, at):
        raise Refused(reason)
    return _mark(session, desk, person_id=person_id, door=door, happened_at=happened_at, by=person_id, at=at)


def sign_in_late(session, desk: Desk, *, person_id: int, seen_at: datetime, at: datetime) -> bool:
    """Mark a person who scanned the code at `seen_at` without a network (补传), once; raise Refused."""
    if reason := refusal_of_late_scan(desk, seen_at, at):
        raise Refused(reason)
    happened_at = min(max(seen_at, desk.opened_at), at)
    return _mark(session, desk, person_id=person_id, door=Door.OFFLINE, happened_at=happened_at, by=person_id, at=at)


def scan_person(session, desk: Desk, *, person_id: int, name: str, seen_at: datetime, by: int, at: datetime) -> bool:
    """Mark somebody whose own code the host scanned at `seen_at`; return whether this made the mark. Raise Refused."""
    if reason := refusal_of_person_scan(desk, name, seen_at, at):
        raise Refused(reason)
    happened_at = min(max(seen_at, desk.opened_at), at)
    return _mark(session, desk, person_id=person_id, door=Door.SCAN_MEMBER, happened_at=happened_at, by=by, at=at)


def refuse_when_sealed(session, gathering_id: int) -> None:
    """Refuse a change of list, marks or leave once minutes of the gathering are sealed; keep them unsealed meanwhile.

    Sealing takes the gathering's row, so whoever comes to write about it waits, and then sees the seal.
    """
    session.execute(
        sa.select(Gathering.id).where(Gathering.id == gathering_id).with_for_update(read=True, key_share=True)
    )
    sealed = sa.select(Meeting.id).where(Meeting.gathering_id == gathering_id, Meeting.sealed_at.is_not(None))
    if session.scalar(sealed.limit(1)):
        raise Refused("会议记录已经封存，到会不能再改。有误请写补充说明。", 409)


def _mark(session, desk: Desk, *, person_id, door, happened_at, by, at, note=None) -> bool:
    values = {
        "gathering_id": desk.gathering_id,
        "sitting_id": desk.sitting_id,
        "person_id": person_id,
        "happened_at": happened_at,
        "arrived_at": at,
        "door": door,
        "by_id": by,
        "note": note,
    }
    if desk.closed_at and not desk.is_signed:
        refuse_when_sealed(session, desk.gathering_id)
    made = not desk.is_signed and insert_once(
        session, _MARK, values, unless=["gathering_id", "person_id"], where="undone_at IS NULL", returning=[_MARK.c.id]
    )
    if not made:
        return False
    witness_row(session, "attendance.mark.make", "mark", made.id, at=at, by=by,
                person_id=person_id, unit_id=desk.unit_id, after={"door": door})  # fmt: skip
    return True


def tick_present(
    session, desk: Desk, *, person_id: int, by: int, at: datetime, note: str | None = None, late: int | None = None,
    door: Door = Door.TICK,
) -> bool:  # fmt: skip
    """Let the host mark somebody by hand, during the meeting or after it was closed. Return whether it made a mark.

    A tick has the worth of a scan; it names its author, and a tick of oneself shows as such. Nobody was seen to come,
    so the moment is that of the tick, or the start if that was before: a tick makes nobody late. From a paper sheet
    (`door`) somebody came at the start, or so many minutes `late` as was written there.
    """
    if desk.cancelled_at or desk.opened_at is None:
        raise Refused("还没有开始签到。先点开始签到，再补签。")
    if desk.counting is None:
        raise Refused("这个人不在应到名单里，不能补签。")
    if late is not None and not 0 < late <= MOST_LATE:
        raise Refused(f"迟到的分钟数要在 1 到 {MOST_LATE} 之间。")
    happened_at = min(at, desk.starts_at + timedelta(minutes=late or 0))
    return _mark(session, desk, person_id=person_id, door=door, happened_at=happened_at, by=by, at=at, note=note)


def undo_mark(session, mark_id: int, gathering_id: int, *, by: int, at: datetime, reason: str) -> None:
    """Undo a mark, leaving its row as the trace. Undoing twice changes nothing."""
    wanted = sa.select(Mark).where(Mark.id == mark_id, Mark.gathering_id == gathering_id).with_for_update()
    mark = session.scalar(wanted)
    if mark is None:
        raise NotFound
    if mark.undone_at:
        return
    if len(reason) < 2:
        raise Refused("请写一句撤销的原因，本人会看到。")
    refuse_when_sealed(session, gathering_id)
    mark.undone_at, mark.undone_by, mark.undone_reason = at, by, reason
    session.flush()
    witness_row(session, "attendance.mark.undo", "mark", mark.id, at=at, by=by, person_id=mark.person_id,
                before={"door": mark.door}, reason=reason)  # fmt: skip


def ask_leave(session, gathering, *, person_id: int, sort: str, cause: str, by: int, at: datetime) -> Leave:
    """Ask leave from a gathering, or (by the host) enter it; asking again replaces an undecided or refused request."""
    _require_expected(session, gathering, person_id)
    signed = session.scalar(
        sa.select(Mark.id).where(
            Mark.gathering_id == gathering.id, Mark.person_id == person_id, Mark.undone_at.is_(None)
        )
    )
    ended = gathering.state in (State.HELD, State.CANCELLED)
    if reason := refusal_to_ask_leave(sort, cause, ended, signed is not None):
        raise Refused(reason)
    leave = session.scalar(
        sa.select(Leave).where(Leave.gathering_id == gathering.id, Leave.person_id == person_id).with_for_update()
    )
    if leave and leave.granted:
        raise Refused("已经准假，不用再请。")
    if leave is None:
        leave = Leave(gathering_id=gathering.id, person_id=person_id)
        session.add(leave)
    words = None if sort == LeaveSort.SICK else cause or None  # for sickness the word only (domain.md 5.5)
    leave.sort, leave.cause, leave.asked_at, leave.asked_by = sort, words, at, by
    leave.decided_at = leave.decided_by = leave.granted = leave.answer = None
    witness(session, "attendance.leave.ask", leave, at=at, by=by, person_id=person_id, unit_id=gathering.unit_id,
            after={"sort": sort})  # fmt: skip
    return leave


def _require_expected(session, gathering, person_id: int) -> None:
    """Refuse leave for someone who is not expected: by the frozen list, or by the circle before opening."""
    if gathering.opened_at:
        entry = session.scalar(
            sa.select(DueEntry.counting).where(DueEntry.gathering_id == gathering.id, DueEntry.person_id == person_id)
        )
        expected = entry == Counting.DUE
    else:
        people = circle_of(session, unit_id=gathering.unit_id, circle=gathering.circle, day=gathering.day, welcomes=())
        expected = any(one.person_id == person_id and one.seat.counting == Counting.DUE for one in people)
    if not expected:
        raise Refused("不在这次会议的应到名单里，不用请假。")


def decide_leave(session, leave, *, granted: bool, answer: str | None, by: int, at: datetime, unit_id: int) -> None:
    """Grant or refuse leave; never one's own. A decision already made by somebody stands."""
    if reason := refusal_to_decide_leave(by, leave.person_id):
        raise Refused(reason)
    session.refresh(leave, ["decided_at", "granted"], with_for_update=True)
    if leave.decided_at:
        raise Refused("这个请假已经有人答复过了，请刷新再看。")
    if not granted and not answer:
        raise Refused("不准假请写一句原因。")
    refuse_when_sealed(session, leave.gathering_id)
    leave.decided_at, leave.decided_by, leave.granted, leave.answer = at, by, granted, answer
    witness(session, "attendance.leave.decide", leave, at=at, by=by, person_id=leave.person_id, unit_id=unit_id,
            after={"granted": granted}, reason=answer)  # fmt: skip


def grant_duty_leave(session, gathering, *, person_ids: Iterable[int], by: int, at: datetime) -> int:
    """Enter and grant leave for those whom the shift calendar keeps at work, never one's own; return for how many."""
    number = 0
    for person_id in person_ids:
        leave = ask_leave(session, gathering, person_id=person_id, sort=LeaveSort.DUTY, cause=ON_DUTY, by=by, at=at)
        decide_leave(session, leave, granted=True, answer=None, by=by, at=at, unit_id=gathering.unit_id)
        number += 1
    return number


def count_out(session, gathering, *, person_id: int, reason: str | None, by: int, at: datetime) -> None:
    """Leave a person of the frozen list out of the due number for a reason of domain.md 5.4, or (None) count again."""
    entry = session.scalar(
        sa.select(DueEntry)
        .where(DueEntry.gathering_id == gathering.id, DueEntry.person_id == person_id)
        .with_for_update()
    )
    if entry is None or entry.counting == Counting.OBSERVER:
        raise NotFound
    if reason is not None and reason not in EXCLUSION_REASONS:
        raise Refused("请选一条不计入应到的原因。")
    refuse_when_sealed(session, gathering.id)
    before = {"counting": entry.counting}
    entry.counting = Counting.NOT_COUNTED if reason else Counting.DUE
    entry.reason = EXCLUSION_REASONS[reason] if reason else None
    entry.may_vote = reason is None and entry.standing == "full"
    witness(session, "attendance.due.count_out", entry, at=at, by=by, person_id=person_id, unit_id=gathering.unit_id,
            before=before, after={"counting": entry.counting}, reason=entry.reason)  # fmt: skip


def left_out(session, gathering) -> list:
    """Return who belongs to the circle by the roster as it stands and is not in the frozen list; stroke order."""
    listed = set(session.scalars(sa.select(DueEntry.person_id).where(DueEntry.gathering_id == gathering.id)))
    return [one for one in expected_people(session, gathering) if one.person_id not in listed]


def add_to_list(session, gathering, *, person_id: int, by: int, at: datetime) -> None:
    """Enter somebody whom the frozen list lacks, since the roster was put right; raise Refused."""
    if gathering.opened_at is None:
        raise Refused("还没有开始签到，名单开始时才定。")
    refuse_when_sealed(session, gathering.id)
    one = next((one for one in left_out(session, gathering) if one.person_id == person_id), None)
    if one is None:
        raise Refused("这个人不在这次会议的范围里，或已经在名单里。花名册不对的，先请组织委员更正。")
    made = DueEntry(**_entry(gathering.id, one))
    session.add(made)
    witness(session, "attendance.due.add", made, at=at, by=by, person_id=person_id, unit_id=gathering.unit_id,
            before={"counting": Counting.NOT_COUNTED}, after={"counting": made.counting})  # fmt: skip


def close_meeting(session, gathering, *, by: int, at: datetime) -> None:
    """Close a gathering: from now on whoever has neither mark nor leave is absent. Closing twice changes nothing."""
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state == State.HELD:
        return
    if reason := refusal_to_close(gathering.state):
        raise Refused(reason)
    gathering.closed_at, gathering.closed_by = at, by
    witness(session, "meeting.close", gathering, at=at, by=by, unit_id=gathering.unit_id)


def expected_people(session, gathering) -> list:
    """Return who would stand in the due list if sign-in began now, in stroke order."""
    welcomes = tuple({one for meeting in gathering.meetings for one in meeting.kind.rules.welcomes})
    return circle_of(session, unit_id=gathering.unit_id, circle=gathering.circle, day=gathering.day, welcomes=welcomes)


def count_spoken_try(session, sitting_id: int, person_id: int, step: int, *, at: datetime) -> bool:
    """Count a try of the six digits in this step; return whether the person's tries for it are used up."""
    key = digest_of(["spoken", sitting_id, person_id, step])
    insert_once(session, FailedTry, {"key": key, "count": 0, "since": at}, unless=["key"], returning=[FailedTry.key])
    tries = session.execute(
        sa.update(FailedTry).where(FailedTry.key == key).values(count=FailedTry.count + 1).returning(FailedTry.count)
    ).scalar_one()
    return tries > SPOKEN_TRIES


def close_overdue(session, *, at: datetime) -> int:
    """Close gatherings whose time of signing in is over by twelve hours, in the opener's name. Return how many.

    The safety net of B9: nobody waits for it, a sign-in is refused by then anyway.
    """
    opened = sa.select(Gathering).where(Gathering.closed_at.is_(None), Gathering.opened_at < at - OPEN_AT_MOST)
    long_open = session.scalars(opened.options(selectinload(Gathering.sittings))).all()
    overdue = [one for one in long_open if open_until(one.opened_at, _last_start(one)) < at]
    for gathering in overdue:
        gathering.closed_at, gathering.closed_by = at, gathering.opened_by
        witness(
            session, "meeting.close", gathering, at=at, by=None, unit_id=gathering.unit_id, reason="超过12小时自动结束"
        )
    return len(overdue)


def _last_start(gathering) -> datetime | None:
    """Return when the last sitting begins, if there are several."""
    starts = [one.starts_at for one in gathering.sittings]
    return max(starts) if len(starts) > 1 else None

"""Making up for a missed gathering (补课): recorded by the host, confirmed or denied by whom it is about, undone.

The sign-in's status stays. It counts from being recorded: silence is the host's word after seven days (C3).
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.activities.rules import SILENCE
from partygroup.attendance.models import MAKE_UP_NAMES, Counting, DueEntry, MakeUp, Mark
from partygroup.clock import day_of
from partygroup.db import insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.meetings.models import State

#: Beside this a repeat finds the row that stands.
_STANDING = "undone_at IS NULL"
#: Why a make-up was undone by whom it is about: the host reads it beside the name.
DENIED = "本人说没有补"
OWN = "自己的补课，请另一位同志登记。"


def refusal_to_make_up(
    *, state: str, is_due: bool, is_own: bool, came: bool, way: str, on_day: date, held_on: date, today: date
) -> str | None:
    """Return why a make-up cannot be recorded; None if it can. The window decides later whether it counts."""
    if is_own:
        return OWN
    if state != State.HELD:
        return "会议结束以后才能登记补课。"
    if not is_due:
        return "不在应到名单里，不用补课。"
    if came:
        return "已经到会，不用补课。"
    if way not in MAKE_UP_NAMES:
        return "请选补课的方式。"
    if on_day < held_on:
        return "补课的日子不能早于开会那天。"
    return "补课的日子还没有到，补完再登记。" if on_day > today else None


def record_make_up(session, gathering, *, person_id: int, way: str, on_day: date, by: int, at: datetime) -> bool:
    """Record how and when somebody made up for a gathering, once. Return whether this call did; raise Refused."""
    counting = session.scalar(
        sa.select(DueEntry.counting).where(DueEntry.gathering_id == gathering.id, DueEntry.person_id == person_id)
    )
    mark = session.scalar(
        sa.select(Mark.id).where(
            Mark.gathering_id == gathering.id, Mark.person_id == person_id, Mark.undone_at.is_(None)
        )
    )
    if reason := refusal_to_make_up(state=gathering.state, is_due=counting == Counting.DUE, is_own=person_id == by,
                                    came=mark is not None, way=way, on_day=on_day, held_on=gathering.day,
                                    today=day_of(at)):  # fmt: skip
        raise Refused(reason)
    values = {"gathering_id": gathering.id, "person_id": person_id, "way": way, "on_day": on_day, "by_id": by, "at": at}
    made = insert_once(session, MakeUp, values, unless=["gathering_id", "person_id"], where=_STANDING)
    if made:
        witness_row(session, "attendance.make_up.make", "make_up", made.id, at=at, by=by, person_id=person_id,
                    unit_id=gathering.unit_id, after={"way": way, "on_day": on_day.isoformat()})  # fmt: skip
    return made is not None


def undo_make_up(session, gathering, *, person_id: int, reason: str, by: int, at: datetime) -> None:
    """Undo somebody's make-up, leaving its row as the trace. Raise Refused."""
    row = session.scalar(
        sa.select(MakeUp)
        .where(MakeUp.gathering_id == gathering.id, MakeUp.person_id == person_id, MakeUp.undone_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise Refused("这个人没有补课记录，不用撤销。")
    if len(reason) < 2:
        raise Refused("请写一句撤销的原因，本人会看到。")
    row.undone_at, row.undone_by, row.undone_reason = at, by, reason
    before = {"way": row.way, "on_day": row.on_day.isoformat()}
    witness(session, "attendance.make_up.undo", row, at=at, by=by, person_id=person_id, unit_id=gathering.unit_id,
            before=before, reason=reason)  # fmt: skip


def is_settled(recorded_at: datetime, at: datetime) -> bool:
    """Say whether silence has answered: a make-up stands as recorded after seven days."""
    return at >= recorded_at + SILENCE


def refusal_to_deny(*, recorded_at: datetime, confirmed: bool, at: datetime) -> str | None:
    """Return why somebody cannot say any more that they did not make up; None if they can."""
    if confirmed:
        return "您已经确认过这次补课。有出入请找主持人撤销。"
    if is_settled(recorded_at, at):
        return f"登记以后过了 {SILENCE.days} 天，按登记的算。有出入请找主持人撤销。"
    return None


def answer_make_up(session, gathering, *, person_id: int, is_so: bool, at: datetime) -> None:
    """Let somebody confirm their own make-up, or say that it is not so: then it is undone. Raise Refused.

    The same word again is no fault.
    """
    row = session.scalar(
        sa.select(MakeUp)
        .where(MakeUp.gathering_id == gathering.id, MakeUp.person_id == person_id, MakeUp.undone_at.is_(None))
        .with_for_update()
    )
    if row is None:
        if is_so:
            raise Refused("这次补课已经撤销，不用确认。补了课，请告诉主持人再登记。")
        return
    told = {"at": at, "by": person_id, "person_id": person_id, "unit_id": gathering.unit_id}
    if is_so:
        if row.confirmed_at is None:
            row.confirmed_at = at
            witness(session, "attendance.make_up.confirm", row, **told)
        return
    if reason := refusal_to_deny(recorded_at=row.at, confirmed=row.confirmed_at is not None, at=at):
        raise Refused(reason)
    row.undone_at, row.undone_by, row.undone_reason = at, person_id, DENIED
    before = {"way": row.way, "on_day": row.on_day.isoformat()}
    witness(session, "attendance.make_up.undo", row, before=before, reason=DENIED, **told)


def make_ups_in(session, gathering_id: int) -> dict[int, MakeUp]:
    """Return person → standing make-up of a gathering."""
    rows = session.scalars(sa.select(MakeUp).where(MakeUp.gathering_id == gathering_id, MakeUp.undone_at.is_(None)))
    return {row.person_id: row for row in rows}

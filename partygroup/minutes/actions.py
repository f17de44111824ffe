"""Writing minutes: head and gists, what was resolved, two confirmations and the seal, addenda."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.db import witness, witness_row
from partygroup.errors import NotFound, Refused
from partygroup.meetings.models import Gathering, Meeting
from partygroup.minutes.extras import Extras, keep_extras
from partygroup.minutes.models import Addendum, Gist, Minutes, Progress, Resolution
from partygroup.minutes.queries import Resolved, Sheet, sheet_of
from partygroup.minutes.rules import (
    refusal_to_add,
    refusal_to_confirm,
    refusal_to_move,
    refusal_to_write,
    refusals_of_extras,
    refusals_of_head,
    refusals_of_resolution,
)
from partygroup.minutes.sealing import body_of, content_digest, digest_of_body

STALE = "别人刚改过这份记录。下面是他存下的，您写的也都在，请合到一起再存。"


@dataclass(frozen=True)
class Head:
    """Who took the chair, who wrote, and when it ended."""

    chair_id: int | None
    recorder_id: int | None
    ended_at: datetime | None


def write_minutes(
    session, sheet: Sheet, *, head: Head, gists: Mapping[int, str], extras: Extras | None = None, version: int,
    by: int, at: datetime,
) -> Minutes:  # fmt: skip
    """Keep head, gists, and what the kind records as well; `version` is the one that was read.

    Codes that `extras` does not name stay as they are. Raise Refused, 409 when stale.

    A change takes both confirmations back: two confirm the same text. The same again changes nothing, and is
    never stale: it may have been sent twice.
    """
    minutes = _lock(session, sheet)
    for field, reason in refusals_of_head(head.chair_id, head.recorder_id, sheet.last_start, head.ended_at).items():
        raise Refused(reason, field=field)
    if not {head.chair_id, head.recorder_id} <= {row.person_id for row in sheet.roll.rows}:
        raise Refused("主持人和记录人要从名单里选。", field="chair")
    came, on_roll = ({row.person_id for row in rows} for rows in (sheet.present, sheet.roll.rows))
    for field, reason in refusals_of_extras(sheet.specs, extras or {}, came, on_roll).items():
        raise Refused(reason, field=field)
    new = {"chair_id": head.chair_id, "recorder_id": head.recorder_id, "ended_at": head.ended_at}
    changed = {point.id: gists[point.id] for point in sheet.points if gists.get(point.id, point.gist) != point.gist}
    more = {code: said for code, said in (extras or {}).items() if said != sheet.extras.get(code, ())}
    if minutes and not changed and not more and all(getattr(minutes, name) == value for name, value in new.items()):
        return minutes
    if version != (minutes.version if minutes else 0):
        raise Refused(STALE, 409)
    before = {name: _told(getattr(minutes, name)) for name in new} if minutes else None
    if minutes is None:
        minutes = Minutes(meeting_id=sheet.meeting.id, version=0, begun_at=at, begun_by=by, **new)
        session.add(minutes)
    for name, value in new.items():
        setattr(minutes, name, value)
    _touch(minutes, by=by, at=at)
    after = {name: _told(value) for name, value in new.items()} | {"topics": len(changed)}
    after |= {"extras": "、".join(spec.label for spec in sheet.specs if spec.code in more)} if more else {}
    witness(session, "minutes.write", minutes, at=at, by=by, unit_id=sheet.met.gathering.unit_id,
            before=before, after=after)  # fmt: skip
    _write_gists(session, changed)
    keep_extras(session, minutes, more)
    return minutes


def _lock(session, sheet: Sheet) -> Minutes | None:
    """Hold the meeting and its minutes for this transaction; raise Refused when sealed."""
    session.execute(sa.select(Meeting.id).where(Meeting.id == sheet.meeting.id).with_for_update())
    session.refresh(sheet.meeting, ["sealed_at"])
    if reason := refusal_to_write(sheet.met.state, is_sealed=sheet.is_sealed):
        raise Refused(reason, 409 if sheet.is_sealed else 422)
    return session.scalar(
        sa.select(Minutes).where(Minutes.meeting_id == sheet.meeting.id).execution_options(populate_existing=True)
    )


def _touch(minutes: Minutes, *, by: int, at: datetime) -> None:
    minutes.version += 1
    minutes.edited_at, minutes.edited_by = at, by
    minutes.chair_confirmed_at = minutes.recorder_confirmed_at = None


def _write_gists(session, changed: Mapping[int, str]) -> None:
    if changed:
        session.execute(sa.delete(Gist).where(Gist.item_id.in_(changed)))
    if rows := [{"item_id": one, "text": text} for one, text in changed.items() if text]:
        session.execute(sa.insert(Gist), rows)


def _told(value) -> str | int | None:
    return value.isoformat() if isinstance(value, datetime) else value


# --- what was resolved ------------------------------------------------------------------------------------------------


def resolve(
    session, sheet: Sheet, item_id: int, *, text: str, owner_id: int | None, due_on: date | None, by: int, at: datetime
) -> Resolution:
    """Keep what was resolved on a topic; the same again adds nothing. Raise Refused with its field, or NotFound."""
    minutes = _lock(session, sheet)
    point = next((one for one in sheet.points if one.id == item_id), None)
    if point is None:
        raise Refused("请选哪个议题。", field="item")
    for field, reason in refusals_of_resolution(text, owner_id, due_on, sheet.met.gathering.day).items():
        raise Refused(reason, field=field)
    if owner_id and owner_id not in {row.person_id for row in sheet.roll.rows}:
        raise Refused("请从名单里选谁来办。", field="owner")
    if same := next((one.row for one in point.resolved if one.row.text == text), None):
        return same
    made = Resolution(
        item_id=item_id, unit_id=sheet.met.gathering.unit_id, text=text, owner_id=owner_id, due_on=due_on,
        progress=Progress.OPEN, moved_at=at, moved_by=by,
    )  # fmt: skip
    session.add(made)
    after = {"text": text, "owner": sheet.name_of(owner_id) or None, "due_on": due_on.isoformat() if due_on else None}
    witness(session, "minutes.resolve", made, at=at, by=by, person_id=owner_id, unit_id=made.unit_id, after=after)
    _change(session, minutes, sheet, by=by, at=at)
    return made


def take_back(session, sheet: Sheet, resolved: Resolved, *, by: int, at: datetime) -> None:
    """Take off what was entered as resolved, before the minutes are sealed."""
    minutes = _lock(session, sheet)
    if resolved.row.item_id not in {point.id for point in sheet.points}:
        raise NotFound
    session.execute(sa.delete(Resolution).where(Resolution.id == resolved.row.id))
    witness_row(session, "minutes.unresolve", "resolution", resolved.row.id, at=at, by=by,
                unit_id=resolved.row.unit_id, before={"text": resolved.row.text})  # fmt: skip
    _change(session, minutes, sheet, by=by, at=at)


def _change(session, minutes: Minutes | None, sheet: Sheet, *, by: int, at: datetime) -> None:
    """Take confirmations back after a change of what minutes say."""
    if minutes:
        _touch(minutes, by=by, at=at)
        witness(session, "minutes.write", minutes, at=at, by=by, unit_id=sheet.met.gathering.unit_id)


def move(session, resolved: Resolved, *, to: str, how: str, by: int, at: datetime) -> None:
    """Say that something resolved is done, verify it, or open it again (domain.md 13). The same again is no fault."""
    row = resolved.row
    session.refresh(row, ["progress"], with_for_update=True)
    if reason := refusal_to_move(row.progress, to, how):
        raise Refused(reason)
    if row.progress == to:
        return
    before = {"progress": row.progress}
    row.progress, row.how, row.moved_at, row.moved_by = Progress(to), how or row.how, at, by
    witness(session, "minutes.task.move", row, at=at, by=by, person_id=row.owner_id, unit_id=row.unit_id,
            before=before, after={"progress": to}, reason=how or None)  # fmt: skip


# --- confirming, sealing, adding --------------------------------------------------------------------------------------


def confirm(session, sheet: Sheet, *, seen: str, by: int, at: datetime) -> Minutes:
    """Confirm what one has read (`seen`: its digest), as chair or recorder; the second of the two seals it.

    Raise Refused: 409 when anything that the minutes say was changed since. What one of them confirmed and was changed
    then, that one confirms again.
    """
    _hold_list(session, sheet)
    minutes = _lock(session, sheet)
    if minutes is None:
        raise Refused("记录还没有写。")
    sheet = sheet_of(session, sheet.met, sheet.meeting.id)  # as it stands now that everything is held
    if reason := refusal_to_confirm(by, minutes.chair_id, minutes.recorder_id, sheet.gaps):
        raise Refused(reason)
    digest = content_digest(sheet)
    if seen != digest:
        raise Refused("打开以后记录、到会或表决改过了，请看过再确认。", 409)
    if minutes.confirmed_digest != digest:
        minutes.chair_confirmed_at = minutes.recorder_confirmed_at = None
    mine = "chair_confirmed_at" if by == minutes.chair_id else "recorder_confirmed_at"
    if getattr(minutes, mine) is None:
        setattr(minutes, mine, at)
    minutes.confirmed_digest = digest
    unit_id = sheet.met.gathering.unit_id
    witness(session, "minutes.confirm", minutes, at=at, by=by, unit_id=unit_id, after={"digest": digest})
    if minutes.chair_confirmed_at and minutes.recorder_confirmed_at:
        minutes.body = body_of(sheet)
        minutes.digest = digest_of_body(minutes.body)
        sheet.meeting.sealed_at = minutes.sealed_at = at
        witness(session, "minutes.seal", minutes, at=at, by=by, unit_id=unit_id, after={"digest": minutes.digest})
    return minutes


def _hold_list(session, sheet: Sheet) -> None:
    """Keep the gathering's list and marks as they are until this transaction ends."""
    session.execute(sa.select(Gathering.id).where(Gathering.id == sheet.met.id).with_for_update())


def add(session, sheet: Sheet, *, text: str, by: int, at: datetime) -> Addendum:
    """Add a dated addendum to sealed minutes; the seal stays. The same words again on one day add nothing."""
    if reason := refusal_to_add(text, is_sealed=sheet.is_sealed):
        raise Refused(reason, field="text")
    if same := next((one.row for one in sheet.added if one.row.text == text and one.row.by_id == by), None):
        return same
    made = Addendum(minutes_id=sheet.minutes.id, text=text, at=at, by_id=by)
    session.add(made)
    witness(session, "minutes.add", made, at=at, by=by, unit_id=sheet.met.gathering.unit_id, after={"text": text})
    return made

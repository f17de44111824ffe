"""Writing meetings: installing kinds, calling, rescheduling and cancelling."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup import clock
from partygroup.db import insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.meetings import presets
from partygroup.meetings.models import STATE_COLUMNS, Gathering, Kind, Meeting, Sitting, State
from partygroup.meetings.rules import refusal_of_start, refusal_to_call, refusal_to_cancel, refusal_to_revise


def install_presets(session, *, at: datetime) -> int:
    """Add the preset kinds that the database does not know yet, as version 1. Return how many were added."""
    known = set(session.scalars(sa.select(Kind.code)))
    new = [spec for spec in presets.KINDS if spec.code not in known]
    for spec in new:
        session.add(Kind(code=spec.code, version=1, spec=spec.to_json(), made_at=at))
        session.flush()
    return len(new)


def revise_kind(session, kind: Kind, *, name: str, per: str | None, at_least: int, by: int, at: datetime) -> int:
    """Put a new version of a kind's rules in force for meetings called from now on; return its number.

    The former versions stay for the meetings held under them. Without a change the number stays too.
    """
    if reason := refusal_to_revise(name, per, at_least):
        raise Refused(reason)
    wanted = {"name": name, "per": per, "at_least": at_least if per else 0}
    before = {key: kind.spec[key] for key in wanted if kind.spec[key] != wanted[key]}
    if not before:
        return kind.version
    version = {"code": kind.code, "version": kind.version + 1, "spec": kind.spec | wanted, "made_at": at}
    row = insert_once(session, Kind, version, unless=["code", "version"])
    if row is None:
        raise Refused("刚刚有别人改过这种会议，请刷新看看再改。", 409)
    after = {key: wanted[key] for key in before} | {"version": kind.version + 1}
    witness_row(session, "meeting.kind.revise", "kind", row.id, at=at, by=by, before=before, after=after)
    return kind.version + 1


def call_meeting(
    session, *, unit_id, unit_kind, circle, kinds: list[Kind], starts_at, place, theme=None, host_id=None, by, at
) -> Gathering:
    """Call people together for one or more kinds of meeting, at one sitting; later ones may be added."""
    if reason := refusal_of_start(starts_at, at):
        raise Refused(reason, field="starts_at")
    if reason := refusal_to_call([kind.rules for kind in kinds], circle, unit_kind, starts_at, at):
        raise Refused(reason)
    gathering = Gathering(unit_id=unit_id, circle=circle, day=clock.day_of(starts_at), called_at=at, called_by=by)
    gathering.sittings = [Sitting(starts_at=starts_at, place=place, host_id=host_id or by)]
    gathering.meetings = [Meeting(kind_id=kind.id, kind=kind, theme=theme) for kind in kinds]
    session.add(gathering)
    after = {"kinds": [kind.rules.name for kind in kinds], "starts_at": starts_at.isoformat(), "place": place}
    witness(session, "meeting.call", gathering, at=at, by=by, unit_id=unit_id, after=after)
    return gathering


def reschedule(session, gathering, *, starts_at: datetime, place: str, by: int, at: datetime) -> None:
    """Move a meeting that has not begun to another time or place."""
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state != State.NOTIFIED:
        raise Refused("签到已经开始，时间地点不能再改。")
    kinds = [meeting.kind.rules for meeting in gathering.meetings]
    if reason := refusal_to_call(kinds, gathering.circle, _any_unit(gathering.circle), starts_at, at):
        raise Refused(reason)
    sitting = gathering.sittings[0]
    before = {"starts_at": sitting.starts_at.isoformat(), "place": sitting.place}
    sitting.starts_at, sitting.place, gathering.day = starts_at, place, clock.day_of(starts_at)
    witness(session, "meeting.reschedule", gathering, at=at, by=by, unit_id=gathering.unit_id,
            before=before, after={"starts_at": starts_at.isoformat(), "place": place})  # fmt: skip


def _any_unit(circle: str) -> str:
    return "party_group" if circle == "group" else "branch"


def cancel(session, gathering, *, reason: str, by: int, at: datetime) -> None:
    """Cancel a meeting that has not begun, with a reason that everyone sees. Twice is no fault."""
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state == State.CANCELLED:
        return
    if refusal := refusal_to_cancel(gathering.state, reason):
        raise Refused(refusal)
    gathering.cancelled_at, gathering.cancelled_by, gathering.cancel_reason = at, by, reason
    witness(session, "meeting.cancel", gathering, at=at, by=by, unit_id=gathering.unit_id, reason=reason)

"""Writing meetings: installing kinds, calling, rescheduling and cancelling."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup import clock
from partygroup.db import insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.meetings import presets
from partygroup.meetings.agenda import vote_sorts
from partygroup.meetings.joint import guests_of, tell_guests
from partygroup.meetings.models import STATE_COLUMNS, Gathering, Kind, Meeting, Sitting, State
from partygroup.meetings.rules import (
    is_confidential,
    refusal_of_sittings,
    refusal_to_add_sitting,
    refusal_to_call,
    refusal_to_cancel,
    refusal_to_revise,
)
from partygroup.robots.actions import queue
from partygroup.robots.models import News

#: Why a guest's gathering changed, in its witness.
FOLLOWS = "跟着主办支部改"


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
    session, *, unit_id, unit_kind, circle, kinds: list[Kind], starts_at, place, also=(), theme=None, host_id=None, by,
    at,
) -> Gathering:  # fmt: skip
    """Call people together for one or more kinds of meeting, at one sitting; `also`: time and place of others (分场次).

    The gathering is of the day of its first sitting: who is due, and in which quarter it counts.
    """
    sittings = sorted([(starts_at, place), *also])
    if reason := refusal_of_sittings([start for start, _place in sittings], at):
        raise Refused(reason, field="starts_at")
    starts_at = sittings[0][0]
    if reason := refusal_to_call([kind.rules for kind in kinds], circle, unit_kind, starts_at, at):
        raise Refused(reason)
    gathering = Gathering(unit_id=unit_id, circle=circle, day=clock.day_of(starts_at), called_at=at, called_by=by)
    gathering.sittings = [Sitting(starts_at=start, place=where, host_id=host_id or by) for start, where in sittings]
    gathering.meetings = [Meeting(kind_id=kind.id, kind=kind, theme=theme) for kind in kinds]
    session.add(gathering)
    after = {"kinds": [kind.rules.name for kind in kinds], "starts_at": starts_at.isoformat(), "place": sittings[0][1]}
    after |= {"sittings": [start.isoformat() for start, _place in sittings]} if also else {}
    witness(session, "meeting.call", gathering, at=at, by=by, unit_id=unit_id, after=after)
    _tell(session, gathering, News.CALLED, at=at)
    return gathering


def add_sitting(session, gathering, *, starts_at: datetime, place: str, by: int, at: datetime) -> Sitting:
    """Give a gathering one more sitting, before or after sign-in was opened: the due list stays as it is."""
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if reason := refusal_to_add_sitting(gathering.state, has_vote=bool(vote_sorts(session, gathering.id))):
        raise Refused(reason)
    starts = [one.starts_at for one in gathering.sittings]
    if reason := refusal_of_sittings([*starts, starts_at], at):
        raise Refused(reason)
    if gathering.opened_at and starts_at < gathering.opened_at:
        raise Refused("签到开始以前的时间，不能再加一场。")
    guests = guests_of(session, gathering)
    made = _add_sitting(session, gathering, starts_at, place, by=by, at=at)
    followed = [one.id for one in guests if _follow_addition(session, one, starts_at, place, by=by, at=at)]
    tell_guests(session, followed, at=at)
    return made


def _add_sitting(session, gathering, starts_at, place, *, by, at, reason=None) -> Sitting:
    made = Sitting(starts_at=starts_at, place=place, host_id=by)
    gathering.sittings.append(made)
    if gathering.opened_at is None:
        gathering.day = clock.day_of(min(one.starts_at for one in gathering.sittings))
    witness(session, "meeting.sitting.add", gathering, at=at, by=by, unit_id=gathering.unit_id,
            after={"starts_at": starts_at.isoformat(), "place": place}, reason=reason)  # fmt: skip
    _tell(session, gathering, News.ADDED, at=at)
    return made


def _follow_addition(session, guest, starts_at, place, *, by, at) -> bool:
    """Give a guest's gathering the host's new sitting where it can have one; say whether it did."""
    starts = [one.starts_at for one in guest.sittings]
    has_vote = bool(vote_sorts(session, guest.id))
    if refusal_to_add_sitting(guest.state, has_vote=has_vote) or refusal_of_sittings([*starts, starts_at], at):
        return False
    _add_sitting(session, guest, starts_at, place, by=by, at=at, reason=FOLLOWS)
    return True


def reschedule(
    session, gathering, *, starts_at: datetime, place: str, by: int, at: datetime, sitting_id: int | None = None
) -> None:
    """Move a sitting of a gathering that has not begun, the first if none is named, to another time or place."""
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state != State.NOTIFIED:
        raise Refused("签到已经开始，时间地点不能再改。")
    kinds = [meeting.kind.rules for meeting in gathering.meetings]
    sitting = next((one for one in gathering.sittings if one.id == sitting_id), gathering.sittings[0])
    session.refresh(sitting)  # somebody may have moved it while this waited for the lock
    starts = [starts_at, *(one.starts_at for one in gathering.sittings if one is not sitting)]
    if reason := refusal_of_sittings(starts, at):
        raise Refused(reason)
    if reason := refusal_to_call(kinds, gathering.circle, _any_unit(gathering.circle), starts_at, at):
        raise Refused(reason)
    guests, was = guests_of(session, gathering), sitting.starts_at
    _move(session, gathering, sitting, starts_at, place, by=by, at=at)
    followed = [one.id for one in guests if _follow_move(session, one, was, starts_at, place, by=by, at=at)]
    tell_guests(session, followed, at=at)


def _move(session, gathering, sitting, starts_at, place, *, by, at, reason=None) -> None:
    before = {"starts_at": sitting.starts_at.isoformat(), "place": sitting.place}
    sitting.starts_at, sitting.place = starts_at, place
    gathering.day = clock.day_of(min(one.starts_at for one in gathering.sittings))
    witness(session, "meeting.reschedule", gathering, at=at, by=by, unit_id=gathering.unit_id, before=before,
            after={"starts_at": starts_at.isoformat(), "place": place}, reason=reason)  # fmt: skip
    _tell(session, gathering, News.MOVED, at=at)


def _follow_move(session, guest, was, starts_at, place, *, by, at) -> bool:
    """Move a guest's sitting of the same time along with the host's, before it is opened; say whether it was moved."""
    same = next((one for one in guest.sittings if one.starts_at == was), None)
    if same is None or guest.state != State.NOTIFIED:
        return False
    if refusal_of_sittings([starts_at, *(one.starts_at for one in guest.sittings if one is not same)], at):
        return False
    _move(session, guest, same, starts_at, place, by=by, at=at, reason=FOLLOWS)
    return True


def _any_unit(circle: str) -> str:
    return "party_group" if circle == "group" else "branch"


def cancel(session, gathering, *, reason: str, by: int, at: datetime) -> None:
    """Cancel a meeting that has not begun, with a reason that everyone sees. Twice is no fault.

    Those of branches that were to hold it along are their own and stay.
    """
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if gathering.state == State.CANCELLED:
        return
    if refusal := refusal_to_cancel(gathering.state, reason):
        raise Refused(refusal)
    gathering.cancelled_at, gathering.cancelled_by, gathering.cancel_reason = at, by, reason
    witness(session, "meeting.cancel", gathering, at=at, by=by, unit_id=gathering.unit_id, reason=reason)
    _tell(session, gathering, News.CANCELLED, at=at)
    guests = [one for one in guests_of(session, gathering) if one.state in (State.NOTIFIED, State.IN_SESSION)]
    for guest in guests:
        witness(session, "meeting.joint.alone", guest, at=at, by=by, unit_id=guest.unit_id, reason=reason)
    tell_guests(session, [one.id for one in guests], at=at)


def _tell(session, gathering, news: News, *, at: datetime) -> None:
    """Let the unit's robot tell its chat group, if it has one, of what lies ahead and stays between nobody."""
    is_ahead = max(one.starts_at for one in gathering.sittings) > at
    if is_ahead and not is_confidential(gathering.meetings):
        queue(session, gathering.id, news, unit_id=gathering.unit_id, circle=gathering.circle, at=at)

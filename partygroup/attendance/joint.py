"""Writing and reading what branches hold together: inviting, answering, and how many came of each (联合)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.actions import open_sign_in
from partygroup.attendance.models import Counting, DueEntry, Mark, stands_for_entry
from partygroup.db import holds_on, witness
from partygroup.errors import Refused
from partygroup.meetings.actions import call_meeting
from partygroup.meetings.joint import Invited, stands
from partygroup.meetings.models import Gathering, Invitation, Sitting, State
from partygroup.meetings.queries import Convened, kinds_in_force
from partygroup.meetings.rules import (
    joint_kinds,
    refusal_of_guests,
    refusal_to_accept,
    refusal_to_invite,
)
from partygroup.org.models import Placement, UnitKind
from partygroup.org.queries import units_named


def refusal_to_ask(met: Convened) -> str | None:
    """Return why other branches cannot be invited to a gathering; None if they can."""
    kinds = [meeting.kind.rules for meeting in met.gathering.meetings]
    return refusal_to_invite(kinds, met.gathering.circle, met.state)


def invite(session, met: Convened, branch_ids: Sequence[int], *, by: int, at: datetime) -> int:
    """Invite branches to a gathering, each once; return how many were new. The caller holds the gathering."""
    (own,) = units_named(session, [met.gathering.unit_id], met.gathering.day)
    if reason := refusal_to_ask(met):
        raise Refused(reason)
    known = set(session.scalars(sa.select(Invitation.branch_id).where(Invitation.gathering_id == met.id)))
    new = [one for one in dict.fromkeys(branch_ids) if one not in known]
    if branch_ids and not new:
        return 0
    if reason := refusal_of_guests(len(new), len(known)):
        raise Refused(reason)
    units = units_named(session, new, met.gathering.day)
    if len(units) < len(new) or own.id in new or any(unit.kind != UnitKind.BRANCH for unit in (own, *units)):
        raise Refused("有一个选的不是别的支部，请重新选。")
    for unit in units:
        invitation = Invitation(gathering_id=met.id, branch_id=unit.id, invited_at=at, invited_by=by)
        session.add(invitation)
        witness(session, "meeting.joint.invite", invitation, at=at, by=by, unit_id=own.id, after={"branch_id": unit.id})
    return len(new)


def accept(session, invited: Invited, *, by: int, at: datetime) -> int:
    """Call the branch's own gathering as the host's is: same kinds, sittings and theme; return its id. Twice calls one.

    Where the host signs in already, the own one is opened at once. The caller holds host and invitation.
    """
    invitation, host = invited.invitation, invited.host
    if invitation.accepted:
        return invitation.guest_gathering_id
    if reason := refusal_to_accept(host.state, stands(session, invitation.branch_id, host.gathering.day)):
        raise Refused(reason)
    codes = {kind.code for kind in joint_kinds([meeting.kind.rules for meeting in host.gathering.meetings])}
    first, *others = [(one.starts_at, one.place) for one in host.sittings]
    own = call_meeting(
        session, unit_id=invitation.branch_id, unit_kind="branch", circle="members",
        kinds=[kind for kind in kinds_in_force(session) if kind.code in codes], starts_at=first[0], place=first[1],
        also=others, theme=host.theme, by=by, at=at,
    )  # fmt: skip
    invitation.guest_gathering_id, invitation.accepted, invitation.answer = own.id, True, None
    invitation.answered_at, invitation.answered_by = at, by
    witness(session, "meeting.joint.accept", invitation, at=at, by=by, unit_id=invitation.branch_id)
    if host.state == State.IN_SESSION:
        open_sign_in(session, own, by=by, at=at)
    return own.id


def decline(session, invited: Invited, *, answer: str | None, by: int, at: datetime) -> None:
    """Say that the branch will not join, with a sentence if one was written; a yes may still follow."""
    invitation = invited.invitation
    if invitation.accepted:
        raise Refused("支部已经答应了。不去的话，请取消自己的这次会议。")
    invitation.accepted, invitation.answer, invitation.answered_at, invitation.answered_by = False, answer, at, by
    witness(session, "meeting.joint.decline", invitation, at=at, by=by, unit_id=invitation.branch_id, reason=answer)


def note_change(session, invited: Invited, *, by: int, at: datetime) -> None:
    """Keep that an officer of the branch has read what the host changed."""
    if invited.is_news:
        invited.invitation.noted_at = at
        witness(session, "meeting.joint.note", invited.invitation, at=at, by=by, unit_id=invited.invitation.branch_id)


# --- how many came ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guest:
    """A branch invited to a gathering: its answer, and how many of its own list came. Nobody's name."""

    name: str
    accepted: bool | None
    answer: str | None
    opened_at: datetime | None
    cancelled_at: datetime | None
    is_along: bool
    due: int
    came: int

    @property
    def joins(self) -> bool:
        return bool(self.accepted) and self.cancelled_at is None


def _shares_a_sitting():
    """Return the SQL condition that the gatherings of an invitation still have a sitting in common."""
    there, here = aliased(Sitting), aliased(Sitting)
    return (
        sa.exists()
        .where(there.gathering_id == Invitation.gathering_id, here.gathering_id == Gathering.id)
        .where(there.starts_at == here.starts_at)
    )


def guests_at(session, gathering_id: int, day: date) -> list[Guest]:
    """Return the branches invited to a gathering with their counts, in the organisation's order; by one statement."""
    listed = sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.counting == Counting.DUE)
    due = sa.select(sa.func.count(DueEntry.id)).where(listed).correlate(Gathering).scalar_subquery()
    marked = sa.select(sa.func.count(Mark.id)).join(DueEntry, stands_for_entry(Mark)).where(listed)
    came = marked.correlate(Gathering).scalar_subquery()
    rows = session.execute(
        sa.select(
            sa.func.coalesce(Placement.name, "已撤销的支部"), Invitation.accepted, Invitation.answer,
            Gathering.opened_at, Gathering.cancelled_at, _shares_a_sitting(), due, came,
        )
        .select_from(Invitation)
        .outerjoin(Gathering, Gathering.id == Invitation.guest_gathering_id)
        .outerjoin(Placement, sa.and_(Placement.unit_id == Invitation.branch_id, holds_on(Placement, day)))
        .where(Invitation.gathering_id == gathering_id)
        .order_by(Placement.sort.nulls_last(), Invitation.id)
    )  # fmt: skip
    return [Guest(*row) for row in rows]

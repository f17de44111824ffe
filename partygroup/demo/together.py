"""What branches of the demo company hold together: tomorrow's theme day, to which the secretary asked a neighbour."""

from __future__ import annotations

from datetime import timedelta

from partygroup.demo.cast import HOME, SECRETARY_NO
from partygroup.demo.desks import Desk
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.meetings.models import Invitation

ASKED_AFTER = timedelta(minutes=10)


def write_invitation(session, written: list, desks: list[Desk]) -> list[dict]:
    """Invite the next branch of the committee to what the demo's secretary has called; return the witness."""
    called = (one for one in written if one.plan.opened_at is None and one.plan.kinds == ("theme_day",))
    host = next((one for one in called if one.plan.host.staff_no == SECRETARY_NO), None)
    own = next(desk.place for desk in desks if desk.place.shape.name == HOME)
    near = [desk.place.id for desk in desks if desk.place.committee_id == own.committee_id and desk.place is not own]
    if host is None or not near:
        return []
    at, by = host.plan.called_at + ASKED_AFTER, host.plan.host.id
    asked = {"gathering_id": host.id, "branch_id": near[0], "invited_at": at, "invited_by": by}
    (its_id,) = insert_with_ids(session, Invitation, [asked])
    after = {"branch_id": near[0]}
    return [trail_row("meeting.joint.invite", ("invitation", its_id), at=at, by=by, unit_id=own.id, after=after)]

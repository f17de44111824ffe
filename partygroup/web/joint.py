"""What several branches hold together (联合): inviting from the meeting's page, answering for the own branch."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance import joint
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.meetings.joint import Invited, branches_to_invite, get_invited, invitations_to
from partygroup.meetings.rules import MOST_GUESTS
from partygroup.policy import Can, may, units_where
from partygroup.text import squeeze, whole_number
from partygroup.web.asked import text_typed
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond
from partygroup.web.security import SAFE

pages = Blueprint("joint", __name__)


def invitation_of(invitation_id: int) -> Invited:
    """Return an invitation to a branch for which this person may call; held for whoever answers; raise NotFound."""
    found = get_invited(db.session, invitation_id, clock.today(), held=request.method not in SAFE)
    if not may(current_user, Can.CALL_MEETING, found.place):
        raise NotFound
    return found


# --- the host ---------------------------------------------------------------------------------------------------------


@pages.get("/meetings/<id:gathering_id>/invitations")
@needs(Can.CALL_MEETING, meeting_of)
def ask(met):
    """Show the branches of the own committee to choose from; `?q=` finds others of the company by name."""
    if reason := joint.refusal_to_ask(met):
        raise Refused(reason)
    words = squeeze(request.args.get("q"), 20)
    branches = branches_to_invite(db.session, met, words)
    return respond("meetings/invite.html", met=met, branches=branches, words=words, most=MOST_GUESTS)


@pages.post("/meetings/<id:gathering_id>/invitations")
@needs(Can.CALL_MEETING, meeting_of)
def invite(met):
    """Invite the chosen branches."""
    chosen = list(filter(None, map(whole_number, request.form.getlist("branches"))))
    with transaction(db.session):
        made = joint.invite(db.session, met, chosen, by=current_user.id, at=clock.now())
    words = f"请了 {made} 个支部，他们在首页就能看到。" if made else "选的支部都已经请过了。"
    return done(words, "meetings.show", gathering_id=met.id)


# --- the invited branch -----------------------------------------------------------------------------------------------


@pages.get("/invitations")
@needs(Can.CALL_MEETING)
def index():
    """Show the invitations to the branches for which one may call, soonest first."""
    return respond(
        "meetings/invitations.html", invitations=invitations_here(units_where(current_user, Can.CALL_MEETING))
    )


def invitations_here(branch_ids: list[int]) -> list[Invited]:
    """Return the invitations of the last days and of those to come."""
    return invitations_to(db.session, branch_ids, clock.today())


@pages.post("/invitations/<id:invitation_id>/acceptance")
@needs(Can.CALL_MEETING, invitation_of)
def accept(invited):
    """Say yes: one tap calls the own gathering."""
    with transaction(db.session):
        own_id = joint.accept(db.session, invited, by=current_user.id, at=clock.now())
    return done("答应了，本支部的会已召集，时间地点和主办支部一样。", "meetings.show", gathering_id=own_id)


@pages.post("/invitations/<id:invitation_id>/refusal")
@needs(Can.CALL_MEETING, invitation_of)
def decline(invited):
    """Say no, with a sentence or without."""
    with transaction(db.session):
        joint.decline(db.session, invited, answer=text_typed("answer", 100) or None, by=current_user.id, at=clock.now())
    return done("已答复不参加。", "joint.index")


@pages.post("/invitations/<id:invitation_id>/notes")
@needs(Can.CALL_MEETING, invitation_of)
def note(invited):
    """Keep that what the host changed was read."""
    with transaction(db.session):
        joint.note_change(db.session, invited, by=current_user.id, at=clock.now())
    return done("", "joint.index")

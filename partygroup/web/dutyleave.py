"""公假（当班）: leave that the shift calendar proposes, granted by the host in one tap (B5)."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.actions import expected_people, grant_duty_leave
from partygroup.attendance.duty import kept_on_shift
from partygroup.attendance.leaves import leave_words
from partygroup.attendance.models import Counting
from partygroup.attendance.roll import get_roll
from partygroup.db import db, transaction
from partygroup.meetings.models import State
from partygroup.policy import Can, may
from partygroup.text import whole_number
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.respond import done

pages = Blueprint("dutyleave", __name__)


class OnDuty(NamedTuple):
    """Somebody whom the shift keeps from a meeting."""

    person_id: int
    name: str


def duty_of(met, *, missing=(), expected=()) -> list[OnDuty]:
    """Return for whom this person may enter leave because they are on duty, never oneself, in stroke order.

    `missing`: rows of the opened list; `expected`: who is due before it is opened. Whoever has asked leave is left out.
    """
    if met.state not in (State.NOTIFIED, State.IN_SESSION) or not may(current_user, Can.GRANT_LEAVE, met.place):
        return []
    people = [OnDuty(row.person_id, row.name) for row in missing if row.leave_id is None]
    if expected:
        asked = leave_words(db.session, met.id)
        due = (one for one in expected if one.seat.counting == Counting.DUE and one.person_id not in asked)
        people = [OnDuty(one.person_id, one.name) for one in due]
    kept = kept_on_shift(db.session, met, [one.person_id for one in people])
    return [one for one in people if one.person_id in kept and one.person_id != current_user.id]


@pages.post("/meetings/<id:gathering_id>/duty-leaves")
@needs(Can.GRANT_LEAVE, meeting_of)
def grant(met):
    """Grant leave to those whom the host saw on duty; who has leave by now, or came, is passed over."""
    if met.gathering.opened_at:
        proposed = duty_of(met, missing=get_roll(db.session, met.gathering).missing)
    else:
        proposed = duty_of(met, expected=expected_people(db.session, met.gathering))
    seen = set(map(whole_number, request.form.getlist("people")))
    chosen = [one.person_id for one in proposed if one.person_id in seen]
    with transaction(db.session):
        number = grant_duty_leave(db.session, met.gathering, person_ids=chosen, by=current_user.id, at=clock.now())
    words = f"{number} 人记了公假（当班）。来了照样签到。" if number else "没有要记的：已经记过，或已经到会。"
    return done(words, page_after(), gathering_id=met.id)


def page_after() -> str:
    """Return the page from which leave was decided: closing, where the form says so, else the meeting's."""
    return "roll.ask_closing" if request.form.get("to") == "closing" else "meetings.show"

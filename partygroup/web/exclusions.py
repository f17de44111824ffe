"""不计入应到: leaving somebody out of the due number with approval, and counting them again (domain.md 5.4)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.rules import EXCLUSION_REASONS
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people import actions
from partygroup.people.queries import get_exclusion
from partygroup.policy import Can
from partygroup.web.forms import DayField, DaysForm, line
from partygroup.web.needs import needs
from partygroup.web.people import person_of, person_page
from partygroup.web.respond import done

pages = Blueprint("exclusions", __name__)


class ExclusionForm(DaysForm):
    """Why somebody is left out, who approved it, and for which days; what is wrong is said in this order."""

    reason = line("原因", 30)
    approved_by = line("批准", 60, required="请写明由谁批准，如“支部党员大会”。")
    from_on = DayField("从哪天起")
    until_on = DayField("到哪天止")


@pages.post("/people/<id:person_id>/exclusions")
@needs(Can.EDIT_PERSON, person_of)
def exclude(seen):
    """Leave a person out of the due number of meetings that are opened from now on."""
    form = ExclusionForm(request.form)
    if not form.validate():
        return person_page(seen, status=422, errors=form.problems)
    try:
        with transaction(db.session):
            actions.exclude(
                db.session, seen.profile, reasons=EXCLUSION_REASONS, by=current_user.id, at=clock.now(), **form.data
            )
    except Refused as refusal:
        return person_page(person_of(seen.id), status=refusal.status, errors={"reason": refusal.reason})
    return done(f"{seen.name}已登记为不计入应到。", "people.show", person_id=seen.id)


@pages.post("/people/<id:person_id>/exclusions/<id:exclusion_id>/ending")
@needs(Can.EDIT_PERSON, lambda person_id, exclusion_id: person_of(person_id))
def end_exclusion(seen):
    """Count a person again from today on."""
    with transaction(db.session):
        row = get_exclusion(db.session, request.view_args["exclusion_id"], seen.id)
        actions.end_exclusion(db.session, row, unit_id=seen.profile.branch_id, by=current_user.id, at=clock.now())
    return done(f"{seen.name}从今天起计入应到。", "people.show", person_id=seen.id)

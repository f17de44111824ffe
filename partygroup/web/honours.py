"""荣誉和关怀: members' honours beside what other pages know already; visits, for the branch's officers (G7)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.coverage import members_of_branch
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.ledgers import actions
from partygroup.ledgers.models import LINE
from partygroup.ledgers.queries import awards_of_year, honours_of, visits_of
from partygroup.ledgers.rules import LEVELS, OCCASIONS
from partygroup.policy import Can, may
from partygroup.web.asked import FIRST_LEDGER, day_meant, number_typed, text_typed, year_asked
from partygroup.web.needs import needs
from partygroup.web.once import do_once, key_of
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.respond import done, respond

pages = Blueprint("honours", __name__)
#: The same form came before with other content.
AGAIN = 409


def _form(unit: SeenUnit, status: int, problems: dict | None) -> dict:
    """Return what both pages need: the year, who can be chosen, what was typed and what is wrong with it.

    What was typed anew under a key used before is shown with the reason, and kept as another if it is sent again.
    """
    today = clock.today()
    keeps = may(current_user, Can.KEEP_HONOURS, unit.place)
    members = members_of_branch(db.session, unit.id, today) if keeps else []
    return {
        "unit": unit, "year": year_asked(today), "this_year": today.year, "first_year": FIRST_LEDGER, "today": today,
        "keeps": keeps, "members": [(one.id, one.name) for one in members], "typed": request.form, "limit": LINE,
        "problems": problems or {}, "key": key_of(problems if status == AGAIN else None),
    }  # fmt: skip


def _member(name: str, unit: SeenUnit) -> int:
    """Return the member of the branch whom the form names; raise Refused."""
    chosen = number_typed(name)
    if chosen not in {one.id for one in members_of_branch(db.session, unit.id, clock.today())}:
        raise Refused("请在名单里选人。", field=name)
    return chosen


# --- honours ----------------------------------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/honours")
@needs(Can.SEE_UNIT, branch_of)
def show(unit):
    """Show a year's honours of the branch and of its members."""
    return _honours(unit)


def _honours(unit: SeenUnit, *, status: int = 200, problems: dict | None = None):
    common = _form(unit, status, problems)
    return respond(
        "ledger/honours.html", status=status, levels=list(LEVELS.items()),
        honours=honours_of(db.session, unit.id, common["year"]),
        awards=awards_of_year(db.session, unit.id, common["year"]), **common,
    )  # fmt: skip


@pages.post("/branches/<id:unit_id>/honours")
@needs(Can.KEEP_HONOURS, branch_of)
def enter(unit):
    """Enter an honour of a member."""
    try:
        given = {"title": text_typed("title", LINE), "awarded_by": text_typed("awarded_by", LINE),
                 "level": request.form.get("level", ""), "awarded_on": day_meant("awarded_on", "授予日期")}  # fmt: skip
        who, by = _member("person", unit), {"by": current_user.id, "at": clock.now()}
        do_once(lambda: actions.enter_honour(db.session, unit.id, who, **given, **by).id, at=by["at"])
    except Refused as refusal:
        return _honours(unit, status=refusal.status, problems={refusal.field or "awarded_on": refusal.reason})
    return done("荣誉记下了。", "honours.show", unit_id=unit.id, year=given["awarded_on"].year)


@pages.post("/branches/<id:unit_id>/honours/removal")
@needs(Can.KEEP_HONOURS, branch_of)
def remove(unit):
    """Take off an honour entered by mistake; what it was stays in the trail."""
    with transaction(db.session):
        actions.drop_honour(db.session, unit.id, number_typed("row"), by=current_user.id, at=clock.now())
    return done("去掉了。", "honours.show", unit_id=unit.id)


# --- visits -----------------------------------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/care")
@needs(Can.SEE_CARE, branch_of)
def visits(unit):
    """Show a year's visits to its officers and the office above."""
    return _visits(unit)


def _visits(unit: SeenUnit, *, status: int = 200, problems: dict | None = None):
    common = _form(unit, status, problems)
    found = visits_of(db.session, unit.id, common["year"])
    return respond("ledger/care.html", status=status, visits=found, occasions=OCCASIONS, **common)


@pages.post("/branches/<id:unit_id>/care")
@needs(Can.KEEP_HONOURS, branch_of)
def enter_visit(unit):
    """Enter that a member was called on."""
    try:
        given = {"occasion": request.form.get("occasion", ""), "on_day": day_meant("on_day", "哪一天"),
                 "visitor_id": _member("visitor", unit), "text": text_typed("text", LINE)}  # fmt: skip
        who, by = _member("person", unit), {"by": current_user.id, "at": clock.now()}
        do_once(lambda: actions.enter_visit(db.session, unit.id, who, **given, **by).id, at=by["at"])
    except Refused as refusal:
        return _visits(unit, status=refusal.status, problems={refusal.field or "on_day": refusal.reason})
    return done("看望记下了。", "honours.visits", unit_id=unit.id, year=given["on_day"].year)


@pages.post("/branches/<id:unit_id>/care/removal")
@needs(Can.KEEP_HONOURS, branch_of)
def remove_visit(unit):
    """Take off a visit entered by mistake; what it was stays in the trail."""
    with transaction(db.session):
        actions.drop_visit(db.session, unit.id, number_typed("row"), by=current_user.id, at=clock.now())
    return done("去掉了。", "honours.visits", unit_id=unit.id)

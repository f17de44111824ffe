"""发展党员: who is on the way, what is next and until when; steps are entered, votes and standings only shown (G7)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.ledgers import actions
from partygroup.ledgers.admissions import on_the_way
from partygroup.ledgers.rules import STEPS
from partygroup.org.models import UnitKind
from partygroup.policy import Can, may
from partygroup.web.asked import day_meant, number_asked, number_typed
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of, find_seen
from partygroup.web.respond import done, respond

pages = Blueprint("admissions", __name__)


def group_of(unit_id: int) -> SeenUnit:
    """Return the group as it stands today; raise NotFound."""
    return find_seen(unit_id, (UnitKind.PARTY_GROUP,), Can.SEE_UNIT)


@pages.get("/branches/<id:unit_id>/admissions")
@needs(Can.SEE_ADMISSIONS, branch_of)
def branch(unit):
    """Show who is on the way in a branch; `?person=` opens the form of one."""
    return _page(unit)


@pages.get("/groups/<id:unit_id>/admissions")
@needs(Can.SEE_ADMISSIONS, group_of)
def group(unit):
    """Show its leader who is on the way in a group."""
    return _page(unit)


def _page(unit: SeenUnit, *, status: int = 200, problems: dict | None = None):
    today = clock.today()
    keeps = unit.kind == UnitKind.BRANCH and may(current_user, Can.KEEP_ADMISSIONS, unit.place)
    return respond(
        "ledger/admissions.html", status=status, unit=unit, today=today, people=on_the_way(db.session, unit.id, today),
        keeps=keeps, open=(number_asked("person") or number_typed("person")) if keeps else None, steps=STEPS,
        problems=problems or {}, typed=request.form, imports=may(current_user, Can.IMPORT_ROSTER, unit.place),
    )  # fmt: skip


@pages.post("/branches/<id:unit_id>/admissions")
@needs(Can.KEEP_ADMISSIONS, branch_of)
def enter(unit):
    """Enter a step of somebody on the way."""
    one = actions.find_on_the_way(db.session, unit.id, number_typed("person"), clock.today())
    try:
        with transaction(db.session):
            actions.enter_step(
                db.session, one, step=request.form.get("step", ""), on_day=day_meant("on_day", "哪一天"),
                until_on=day_meant("until_on", "延长到哪一天"), by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        return _page(unit, status=refusal.status, problems={refusal.field or "on_day": refusal.reason})
    return done(f"{one.name}的这一步记下了。", "admissions.branch", unit_id=unit.id)


@pages.post("/branches/<id:unit_id>/admissions/removal")
@needs(Can.KEEP_ADMISSIONS, branch_of)
def remove(unit):
    """Take off a step entered by mistake; what it was stays in the trail."""
    with transaction(db.session):
        actions.drop_step(db.session, unit.id, number_typed("row"), by=current_user.id, at=clock.now())
    return done("去掉了。", "admissions.branch", unit_id=unit.id)

"""台账: the year's branch ledger on screen, section by section, each leading to its page; and one's own part (G7)."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from partygroup import clock
from partygroup.db import db
from partygroup.ledgers.admissions import on_the_way
from partygroup.ledgers.queries import honours_of, months_paid_by, visits_of
from partygroup.ledgers.rules import OCCASIONS, STEPS
from partygroup.ledgers.sections import Section, sections_of
from partygroup.policy import Can, Place, may
from partygroup.web.asked import FIRST_LEDGER, year_asked
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.respond import respond

pages = Blueprint("ledger", __name__)


@pages.get("/branches/<id:unit_id>/ledger")
@needs(Can.SEE_UNIT, branch_of)
def index(unit):
    """Show the 23 sections of a year: what each holds, by numbers from rows, to whoever may open it."""
    today = clock.today()
    year = year_asked(today)
    return respond(
        "ledger/index.html", unit=unit, year=year, this_year=today.year, first_year=FIRST_LEDGER,
        sections=[(one, _opens(one, unit)) for one in sections_of(db.session, unit.id, year, today)],
    )  # fmt: skip


def _opens(section: Section, unit: SeenUnit) -> bool:
    """Say whether this person may open the page of a section, and read of it."""
    place = Place(unit.place.lineage, circle=section.circle)
    return may(current_user, Can.SEE_MEETING if section.circle else section.can, place)


@pages.get("/me/ledger")
@needs(Can.SEE_OWN)
def own():
    """Show what the branch's ledger says about oneself this year."""
    today, who = clock.today(), current_user
    branch = who.branch_id or 0
    way = on_the_way(db.session, branch, today, person_id=who.id)
    return respond(
        "ledger/own.html", year=today.year, today=today, months=months_paid_by(db.session, who.id, today.year),
        way=way[0] if way else None, steps=STEPS, occasions=OCCASIONS,
        honours=honours_of(db.session, branch, today.year, person_id=who.id),
        visits=visits_of(db.session, branch, today.year, person_id=who.id),
    )  # fmt: skip

"""自查: what an inspector would find in a branch's year, for its officers alone; each leads to what mends it (B14)."""

from __future__ import annotations

from flask import Blueprint

from partygroup import clock
from partygroup.db import db
from partygroup.policy import Can
from partygroup.selfcheck.queries import year_of
from partygroup.selfcheck.rules import Heading, gaps_of
from partygroup.web.asked import FIRST_LEDGER, year_asked
from partygroup.web.needs import needs
from partygroup.web.org import branch_of
from partygroup.web.respond import respond

pages = Blueprint("selfcheck", __name__)


@pages.get("/branches/<id:unit_id>/self-check")
@needs(Can.SELF_CHECK, branch_of)
def show(unit):
    """Show the gaps of a year under the four headings; nothing of it is kept, counted, or shown above."""
    today = clock.today()
    year = year_asked(today)
    gaps = gaps_of(year_of(db.session, unit.id, year, today), today)
    return respond(
        "meetings/selfcheck.html", unit=unit, year=year, this_year=today.year, first_year=FIRST_LEDGER, count=len(gaps),
        sections=[(heading, [gap for gap in gaps if gap.heading == heading]) for heading in Heading],
    )  # fmt: skip

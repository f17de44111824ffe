"""先锋分: my own sheet, and a member's sheet for whoever may see it; looks from above leave a row (D4, security.md 2).

Whoever looks from above first says so by a button: the look is written by that POST, and a short-lived signed pass
opens the page. A GET writes nothing.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction, witness_row
from partygroup.policy import Can, may
from partygroup.scores.details import chances, evidence_of, kinds_of, on_the_way, year_of
from partygroup.scores.facts import came, rule_table_for
from partygroup.scores.queries import person_quarters, sheet_of
from partygroup.scores.sheets import GRADES
from partygroup.scores.tables import Table
from partygroup.web.asked import quarter_asked
from partygroup.web.identity import signer
from partygroup.web.needs import needs
from partygroup.web.people import SeenPerson, find_person
from partygroup.web.respond import respond

pages = Blueprint("points", __name__)
#: How long a look that was written down keeps the page open.
LOOK_MINUTES = 30
TABS = 4


def quarters_around(today) -> list[Quarter]:
    """Return the running quarter and those before it, the earliest first."""
    found = [Quarter.of(today)]
    while len(found) < TABS:
        year, number = found[0]
        found.insert(0, Quarter(year - (number == 1), (number + 2) % 4 + 1))
    return found


@pages.get("/me/points")
@needs(Can.SEE_OWN)
def mine():
    """Show my own sheet: total, four dimensions, every line with its reason, what is still open."""
    return sheet_page(current_user.id, current_user.name, current_user.branch_id, back="/me", is_own=True)


def sheet_page(person_id: int, name: str, branch_id: int | None, *, back: str, is_own: bool):
    """Return the page of a person's sheet."""
    today = clock.today()
    quarter = quarter_asked(today)
    table = Table.from_json(rule_table_for(db.session, quarter).body)
    one, past = sheet_of(db.session, person_id, quarter), person_quarters(db.session, person_id)
    rows = [row.id for line in one.sheet.lines for row in line.rows] if one else []
    return respond(
        "points/sheet.html",
        seen=request.args.get("seen", "")[:200],
        name=name, back=back, is_own=is_own, branch_id=branch_id, quarter=quarter, tabs=quarters_around(today),
        one=one, table=table, dimensions=DIMENSIONS, past=past, came=came,
        evidence=evidence_of(db.session, rows),
        kinds=kinds_of(db.session, [turn.gathering_id for turn in one.turns] if one else []),
        pending=on_the_way(db.session, person_id, quarter, table),
        chances=chances(one.sheet, table) if one and not one.closed_at else [],
        year=year_of(db.session, person_id, quarter.year, past),
        grades={code: words for code, (_least, words) in GRADES.items()},
    )  # fmt: skip


# --- somebody else's -------------------------------------------------------------------------------------------------


def owner_of(person_id: int) -> SeenPerson:
    """Return a person whose sheet, or whose page, this person may see; raise NotFound."""
    return find_person(person_id, Can.SEE_SHEET, Can.SEE_PERSON)


@pages.get("/people/<id:person_id>/points")
@needs(Can.SEE_SHEET, owner_of)
def others(owner):
    """Show a member's sheet to those near; to those above once their look is written down."""
    if not may(current_user, Can.OPEN_SHEET, owner.place) and not _has_looked(owner.id):
        return respond("points/look.html", name=owner.name, owner=owner, quarter=quarter_asked(clock.today()))
    branch_id = owner.profile.branch_id
    back = f"/branches/{branch_id}/points" if branch_id else "/people"
    return sheet_page(owner.id, owner.name, branch_id, back=back, is_own=owner.is_self)


@pages.post("/people/<id:person_id>/points/looks")
@needs(Can.SEE_SHEET, owner_of)
def look(owner):
    """Write down that somebody from above looks at a sheet, and open it for a while."""
    at, quarter = clock.now(), quarter_asked(clock.today())
    with transaction(db.session):
        witness_row(db.session, "scores.sheet.look", "person", owner.id, at=at, by=current_user.id,
                    person_id=owner.id, unit_id=owner.profile.branch_id)  # fmt: skip
    seen = signer("look").dumps([current_user.id, owner.id, int(at.timestamp())])
    return redirect(url_for("points.others", person_id=owner.id, quarter=quarter.code, seen=seen), 303)


def _has_looked(person_id: int) -> bool:
    try:
        who, whom, seconds = signer("look").loads(request.args.get("seen", ""))
    except (BadSignature, ValueError, TypeError):
        return False
    age = clock.now().timestamp() - seconds
    return (who, whom) == (current_user.id, person_id) and 0 <= age <= LOOK_MINUTES * 60

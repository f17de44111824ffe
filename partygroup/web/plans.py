"""年度计划: proposed from what is due, edited line by line; what was held says what is done, nobody ticks it (G7)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.ledgers import actions
from partygroup.ledgers.models import LINE
from partygroup.ledgers.queries import Plan, plan_of
from partygroup.meetings.duty import STEP_NAMES
from partygroup.policy import Can, may
from partygroup.text import whole_number
from partygroup.web.asked import FIRST_LEDGER, number_asked, number_typed, text_typed, year_asked
from partygroup.web.honours import AGAIN
from partygroup.web.needs import needs
from partygroup.web.once import do_once, key_of
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.respond import done, respond

pages = Blueprint("plans", __name__)
#: A plan is made for the year that runs, and for the next.
AHEAD = 1


@pages.get("/branches/<id:unit_id>/plan")
@needs(Can.SEE_UNIT, branch_of)
def show(unit):
    """Show the plan of a year by month; `?line=` opens one line, `?add=1` a new one."""
    return _page(unit, year_asked(clock.today(), ahead=AHEAD))


def _page(unit: SeenUnit, year: int, *, status: int = 200, problems: dict | None = None):
    today = clock.today()
    plan, line_id = plan_of(db.session, unit.id, year, today), number_asked("line") or number_typed("line")
    edits = may(current_user, Can.EDIT_PLAN, unit.place)
    return respond(
        "ledger/plan.html", status=status, unit=unit, year=year, plan=plan, today=today, step_names=STEP_NAMES,
        first_year=FIRST_LEDGER, last_year=today.year + AHEAD, edits=edits, problems=problems or {}, limit=LINE,
        open=_line(plan, line_id) if edits else None, adds=edits and bool(request.args.get("add") or problems),
        typed=request.form, key=key_of(problems if status == AGAIN else None),
        kinds=[("", "不是会议，写在下面"), *((kind.code, kind.name) for kind in plan.kinds)],
    )  # fmt: skip


def _line(plan: Plan, line_id: int | None):
    return next((one for one in plan.lines if one.row.id == line_id), None)


def _year_typed() -> int:
    """Return the year of the form; raise Refused for one of which no plan is made."""
    year, last = number_typed("year"), clock.today().year + AHEAD
    if year is None or not FIRST_LEDGER <= year <= last:
        raise Refused("请从年度计划的页面再来一次。")
    return year


@pages.post("/branches/<id:unit_id>/plan/proposal")
@needs(Can.EDIT_PLAN, branch_of)
def propose(unit):
    """Put onto the plan what is due in the year, in one tap; a second tap adds nothing."""
    year = _year_typed()
    with transaction(db.session):
        made = actions.propose_plan(db.session, unit.id, year, by=current_user.id, at=clock.now())
    return done(
        f"排上 {made} 项，改一改就行。" if made else "该开的会都在计划里了。", "plans.show", unit_id=unit.id, year=year
    )


@pages.post("/branches/<id:unit_id>/plan/lines")
@needs(Can.EDIT_PLAN, branch_of)
def keep(unit):
    """Add a line, change one, or take one off."""
    year, line_id, by = _year_typed(), number_typed("line"), {"by": current_user.id, "at": clock.now()}
    if "drop" in request.form:
        with transaction(db.session):
            actions.drop_line(db.session, unit.id, line_id, **by)
        return done("从计划里去掉了。", "plans.show", unit_id=unit.id, year=year)
    try:
        what = {"line_id": line_id, "month": whole_number(request.form.get("month")),
                "kind": request.form.get("kind", ""), "text": text_typed("text", LINE)}  # fmt: skip
        do_once(lambda: actions.keep_line(db.session, unit.id, year, **what, **by).id, at=by["at"])
    except Refused as refusal:
        problems = {refusal.field or "text": refusal.reason}
        return _page(unit, year, status=refusal.status, problems=problems)
    return done("记进计划了。", "plans.show", unit_id=unit.id, year=year)

"""党费: by month who has paid, no amounts; everybody in one tap, then the exceptions (G7)."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.clock import months_after
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.ledgers import actions
from partygroup.ledgers.queries import month_code, payers_of
from partygroup.org.models import UnitKind
from partygroup.policy import Can, may
from partygroup.text import whole_number
from partygroup.web.admissions import group_of
from partygroup.web.asked import month_after, month_asked, month_of
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.respond import done, respond

pages = Blueprint("dues", __name__)


@pages.get("/branches/<id:unit_id>/dues")
@needs(Can.SEE_DUES, branch_of)
def branch(unit):
    """Show a branch's month."""
    return _page(unit)


@pages.get("/groups/<id:unit_id>/dues")
@needs(Can.SEE_DUES, group_of)
def group(unit):
    """Show its leader a group's month."""
    return _page(unit)


def _page(unit: SeenUnit):
    today = clock.today()
    month = month_asked(today)
    return respond(
        "ledger/dues.html", unit=unit, month=month, code=month_code(month), before=months_after(month, -1),
        after=month_after(month, today), is_over=months_after(month, 1) <= today,
        payers=payers_of(db.session, *_whose(unit), month, last_day(month, today)),
        ticks=may(current_user, Can.TICK_DUES, unit.place),
        enters=unit.kind == UnitKind.BRANCH and may(current_user, Can.ENTER_FOR_BRANCH, unit.place),
    )  # fmt: skip


def last_day(month: date, today: date) -> date:
    """Return the day on which a month's members are taken: its last, or today while it runs."""
    return min(months_after(month, 1) - timedelta(days=1), today)


def _whose(unit: SeenUnit) -> tuple[int, int | None]:
    """Return the branch, and the group if only its members are meant."""
    return (unit.id, None) if unit.kind == UnitKind.BRANCH else (unit.place.lineage[1], unit.id)


@pages.post("/branches/<id:unit_id>/dues")
@needs(Can.TICK_DUES, branch_of)
def tick_branch(unit):
    """Keep who has paid in a branch."""
    return _tick(unit, "dues.branch")


@pages.post("/groups/<id:unit_id>/dues")
@needs(Can.TICK_DUES, group_of)
def tick_group(unit):
    """Keep who has paid in a group."""
    return _tick(unit, "dues.group")


def _tick(unit: SeenUnit, endpoint: str):
    today = clock.today()
    month = month_of(request.form.get("month", ""), today)
    if month is None:
        raise Refused("请选是哪个月，再试一次。")
    ticked = None if "all" in request.form else _ids("people")
    with transaction(db.session):
        changed = actions.tick_dues(
            db.session, *_whose(unit), month, last_day(month, today), shown=_ids("shown"), ticked=ticked,
            by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done(
        f"记下了，改了 {changed} 名。" if changed else "没有要改的。",
        endpoint,
        unit_id=unit.id,
        month=month_code(month),
    )


def _ids(name: str) -> set[int]:
    return {number for raw in request.form.getlist(name) if (number := whole_number(raw))}

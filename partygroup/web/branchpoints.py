"""支部积分: members' sheets and groups' scores of a quarter, closing and reopening it, appraising groups (D6, E7)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.org.models import UnitKind
from partygroup.policy import Can, may
from partygroup.scores.cases import appraise_group
from partygroup.scores.closing import close_quarter, hold_quarter, refusal_to_close, reopen_quarter
from partygroup.scores.groupfacts import appraisals_of, groups_of
from partygroup.scores.groups import LEVELS
from partygroup.scores.queries import closings_of, distribution, named_groups, sheets_of
from partygroup.scores.rules import warning_at_closing
from partygroup.scores.settling import settle
from partygroup.web.asked import quarter_asked, quarter_typed, text_typed
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, find_seen
from partygroup.web.points import quarters_around
from partygroup.web.respond import done, respond

pages = Blueprint("branchpoints", __name__)


def branch_of(unit_id: int) -> SeenUnit:
    """Return the branch as it stands today; raise NotFound."""
    return find_seen(unit_id, (UnitKind.BRANCH,), Can.SEE_UNIT)


@pages.get("/branches/<id:unit_id>/points")
@needs(Can.SEE_UNIT, branch_of)
def show(unit):
    """Show distribution and groups to all of the branch; members' sheets by name to its officers."""
    at = clock.now()
    quarter = quarter_asked(clock.day_of(at))
    people = sheets_of(db.session, [unit.id], quarter, at=at)
    groups = named_groups(db.session, [unit.id], quarter, people, at=at)
    closing = closings_of(db.session, [unit.id], quarter).get(unit.id)
    closes, opens = (may(current_user, can, unit.place) for can in (Can.CLOSE_QUARTER, Can.REOPEN_QUARTER))
    refusal = refusal_to_close(db.session, unit.id, quarter, at=at) if closes and not closing else None
    return respond(
        "points/branch.html",
        unit=unit, quarter=quarter, tabs=quarters_around(clock.day_of(at)), closing=closing, groups=groups,
        bands=distribution(people), people=by_group(people, groups), closes=closes, reopens=opens, refusal=refusal,
        counted=sum(one.is_counted for one in people),
        sees_sheets=may(current_user, Can.SEE_SHEET, unit.place),
        sees_totals=may(current_user, Can.OPEN_SHEET, unit.place),
        warning=warning_at_closing(quarter, clock.day_of(at)) if closes and not refusal else None,
    )  # fmt: skip


def by_group(people: list, groups: list) -> list[tuple[str, list]]:
    """Return (name of group, its people in stroke order), in the organisation's order; those of no group last."""
    names = {group_id: name for group_id, name, _sheet in groups}
    of_groups = [(name, [one for one in people if one.group_id == group_id]) for group_id, name in names.items()]
    rest = [one for one in people if one.group_id not in names]
    return [pair for pair in [*of_groups, ("没有编入党小组", rest)] if pair[1]]


def _there(unit, quarter: Quarter) -> dict:
    return {"unit_id": unit.id, "quarter": quarter.code}


@pages.post("/branches/<id:unit_id>/points/closing")
@needs(Can.CLOSE_QUARTER, branch_of)
def close(unit):
    """Close the branch's quarter: its sheets are stored and nothing counts in it any more."""
    quarter = quarter_typed()
    with transaction(db.session):
        settle(db.session, at=clock.now(), branch_id=unit.id)
        hold_quarter(db.session, unit.id, quarter)
        close_quarter(db.session, unit.id, quarter, by=current_user.id, at=clock.now())
    return done(f"{quarter.label}已结账。", "branchpoints.show", **_there(unit, quarter))


@pages.post("/branches/<id:unit_id>/points/reopening")
@needs(Can.REOPEN_QUARTER, branch_of)
def reopen(unit):
    """Let a closed quarter count again, with a reason; the old sheets are kept."""
    quarter, reason = quarter_typed(), text_typed("reason", 200)
    with transaction(db.session):
        reopen_quarter(db.session, unit.id, quarter, reason=reason, by=current_user.id, at=clock.now())
    return done(f"{quarter.label}已重新打开，原来的计分表留存。", "branchpoints.show", **_there(unit, quarter))


# --- the branch's word on its groups ---------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/appraisals")
@needs(Can.APPRAISE_GROUP, branch_of)
def appraisals(unit):
    """Show the form: a level and one sentence for each group of the quarter."""
    return appraisals_page(unit, quarter_asked(clock.today()))


def appraisals_page(unit, quarter: Quarter, *, status: int = 200, group_id: int | None = None, error: str = ""):
    """Return the page of appraisals; after a refusal with its sentence at the group it is about."""
    groups = groups_of(db.session, [unit.id], quarter)
    return respond(
        "points/appraisals.html",
        status=status, unit=unit, quarter=quarter, tabs=quarters_around(clock.today()), groups=groups,
        given=appraisals_of(db.session, [group.id for group in groups], quarter), levels=LEVELS, at_group=group_id,
        error=error, typed=request.form, is_closed=unit.id in closings_of(db.session, [unit.id], quarter),
    )  # fmt: skip


@pages.post("/branches/<id:unit_id>/appraisals")
@needs(Can.APPRAISE_GROUP, branch_of)
def appraise(unit):
    """Keep the branch's appraisal of one group."""
    quarter = quarter_typed()
    groups = {str(group.id): group.id for group in groups_of(db.session, [unit.id], quarter)}
    group_id = groups.get(request.form.get("group", ""))
    if group_id is None:
        raise NotFound
    try:
        with transaction(db.session):
            appraise_group(
                db.session, branch_id=unit.id, group_id=group_id, quarter=quarter,
                level=request.form.get("level", ""), sentence=text_typed("sentence", 200),
                by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        return appraisals_page(unit, quarter, status=refusal.status, group_id=group_id, error=refusal.reason)
    return done("评价已记下。", "branchpoints.appraisals", **_there(unit, quarter))

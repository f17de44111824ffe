"""计分规则: the table in force in plain words; a draft, compared, published by another person; the work calendar."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.policy import Can, units_where
from partygroup.scores import tabling
from partygroup.scores.calendar import set_workday
from partygroup.scores.drafts import faults
from partygroup.scores.editing import with_line, with_profile, with_vetoes
from partygroup.scores.facts import rule_table_for
from partygroup.text import clean
from partygroup.web.asked import read_day, text_typed
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond
from partygroup.workdays import days_of_year

pages = Blueprint("ruletables", __name__)
BY = {"GC": "党小组先核实，支委会确认", "C": "支委会确认", None: "自动计算"}
SHARES = {"each": "各人全额", "split": "牵头人全额，成员减半"}


def _edits() -> bool:
    return bool(units_where(current_user, Can.EDIT_RULES))


@pages.get("/rules")
@needs(Can.SEE_RULES)
def index():
    """Show the table in force, or an earlier or coming version, in plain words."""
    today = clock.today()
    versions, now = tabling.published(db.session), rule_table_for(db.session, Quarter.of(today))
    asked = request.args.get("version", "")
    shown = next((one for one in versions if str(one.version) == asked), now)
    return respond(
        "rules/table.html", shown=shown, now_version=now.version, versions=versions, table=tabling.table_of(shown),
        dimensions=DIMENSIONS, by=BY, shares=SHARES, edits=_edits(),
        draft=tabling.find_draft(db.session) if _edits() else None,
    )  # fmt: skip


# --- the draft -------------------------------------------------------------------------------------------------------


@pages.post("/rules/drafts")
@needs(Can.EDIT_RULES)
def begin():
    """Copy the newest table as a draft."""
    with transaction(db.session):
        tabling.begin_draft(db.session, by=current_user.id, at=clock.now())
    return done("已起草下一版，改好后请另一位同志发布。", "ruletables.draft")


@pages.get("/rules/draft")
@needs(Can.EDIT_RULES)
def draft():
    """Show the draft with its forms and what differs from the version before it."""
    return draft_page()


def draft_page(*, status: int = 200, error: str = "", part: str = ""):
    """Return the draft's page; after a refusal with its sentence at the part it is about, everything typed kept."""
    row = tabling.find_draft(db.session)
    if row is None:
        raise NotFound
    newest = tabling.published(db.session)[0]
    return respond(
        "rules/draft.html",
        status=status, draft=row, newest=newest, body=row.body, dimensions=DIMENSIONS, error=error, at_part=part,
        typed=request.form, differences=list(tabling.differences(newest.body, row.body)), faults=faults(row.body),
        comes=Quarter.of(clock.today()).next(), is_mine=row.made_by == current_user.id,
    )  # fmt: skip


@pages.post("/rules/draft")
@needs(Can.EDIT_RULES)
def revise():
    """Keep one part of the draft as typed: a line, a profile, or the grounds of a veto."""
    form = {name: clean(value, 60) for name, value in request.form.items()}
    part, code = form.get("part", ""), form.get("code", "")
    parts = {"line": with_line, "profile": with_profile}
    try:
        with transaction(db.session):
            row = tabling.get_draft(db.session)
            body = parts[part](row.body, code, form) if part in parts else with_vetoes(row.body, form)
            changes = tabling.revise_draft(db.session, row, body, by=current_user.id, at=clock.now())
    except KeyError:
        raise NotFound from None
    except Refused as refusal:
        return draft_page(status=refusal.status, error=refusal.reason, part=f"{part}-{code}")
    return done("；".join(changes[:3]) or "没有改动。", "ruletables.draft")


@pages.post("/rules/draft/dropping")
@needs(Can.EDIT_RULES)
def drop():
    """Give the draft up."""
    with transaction(db.session):
        tabling.drop_draft(db.session, by=current_user.id, at=clock.now())
    return done("草稿已放弃。", "ruletables.index")


@pages.post("/rules/draft/publication")
@needs(Can.PUBLISH_RULES)
def publish():
    """Put the draft in force from the next quarter, by another person than who changed it last."""
    note = text_typed("note", 200)
    with transaction(db.session):
        row = tabling.publish_draft(db.session, note=note, by=current_user.id, at=clock.now())
    return done(f"第{row.version}版已发布，从{Quarter.of(row.in_force_from).label}起执行。", "ruletables.index")


# --- the work calendar -----------------------------------------------------------------------------------------------


@pages.get("/rules/workdays")
@needs(Can.SEE_RULES)
def workdays():
    """Show a year's days that are not as their weekday says."""
    return workdays_page()


def workdays_page(*, status: int = 200, errors: dict | None = None):
    """Return the year's calendar; after a rejected form with its errors."""
    today = clock.today()
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and asked > "1900" else today.year
    return respond(
        "rules/workdays.html", status=status, year=year, this_year=today.year, days=days_of_year(db.session, year),
        edits=_edits(), errors=errors or {}, typed=request.form,
    )  # fmt: skip


@pages.post("/rules/workdays")
@needs(Can.EDIT_RULES)
def change_workday():
    """Say of a day whether it is worked."""
    try:
        day = read_day(request.form.get("day", ""))
    except Refused as refusal:
        return workdays_page(status=422, errors={"day": refusal.reason})
    if day is None:
        return workdays_page(status=422, errors={"day": "请写是哪一天。"})
    name = clean(request.form.get("name"), 20)
    if not name:
        return workdays_page(status=422, errors={"name": "请写一个名称，如“国庆节”。"})
    works = request.form.get("working") == "1"
    with transaction(db.session):
        set_workday(db.session, day, working=works, name=name, by=current_user.id, at=clock.now())
    return done("工作日历已改。", "ruletables.workdays", year=day.year)

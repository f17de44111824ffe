"""计分规则: the table in force in plain words; a draft, compared, published by another person; the work calendar."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.policy import Can, units_where
from partygroup.scores import editing, tabling
from partygroup.scores.calendar import set_workday
from partygroup.scores.facts import rule_table_for
from partygroup.scores.models import SOURCE_NAMES, RuleTable
from partygroup.scores.tables import BY_NAMES, SHARE_NAMES
from partygroup.text import clean
from partygroup.web.asked import read_day
from partygroup.web.drafts import Drafting, Part
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond
from partygroup.workdays import days_of_year

pages = Blueprint("ruletables", __name__)


def _line_choices(body: dict, code: str) -> dict:
    """Return what the form of a line offers."""
    return {
        "line": next((one for one in body["lines"] if one["code"] == code), None),
        "places": editing.places_of_items(body, code),
        "signs": [(editing.PLUS, "加分"), (editing.MINUS, "扣分")],
        "sources": [(source, SOURCE_NAMES[source]) for source in editing.CHOSEN_SOURCES],
        "shares": list(SHARE_NAMES.items()),
        "bys": [(by, words) for by, words in BY_NAMES.items() if by],
    }


def _grounds(part: str, legend: str, hint: str) -> Part:
    return Part(
        "rules/grounds.html",
        lambda body, _code: editing.shown_part(body, part),
        lambda body, _code, typed, used: editing.with_part(body, part, typed, used),
        more=lambda body, _code: {"grounds": editing.grounds_of(body, part), "legend": legend, "hint": hint},
    )


drafting = Drafting(
    pages, "/rules", RuleTable, tabling, template="rules/draft.html",
    edit=Can.EDIT_RULES, publish=Can.PUBLISH_RULES,
    parts={
        "lines": Part("rules/line.html", editing.shown_line, editing.with_line, editing.without_line, _line_choices,
                      argument="line_code", adds=True),
        "profiles": Part(
            "rules/profile.html", editing.shown_profile,
            lambda body, code, typed, _used: editing.with_profile(body, code, typed),
            argument="profile_code",
        ),
        "exemptions": _grounds("exemptions", "免予计分的情形", "登记时从这里选"),
        "vetoes": _grounds("vetoes", "一票否决的情形", "只限制年度建议等次，不改分数"),
    },
)  # fmt: skip


@pages.get("/rules")
@needs(Can.SEE_RULES)
def index():
    """Show the table in force, or an earlier or coming version, in plain words."""
    shown = drafting.versions_shown(rule_table_for(db.session, Quarter.of(clock.today())))
    table = tabling.table_of(shown["shown"])
    return respond("rules/table.html", table=table, dimensions=DIMENSIONS, by=BY_NAMES, shares=SHARE_NAMES, **shown)


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
        edits=bool(units_where(current_user, Can.EDIT_RULES)), errors=errors or {}, typed=request.form,
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

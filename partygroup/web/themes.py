"""主题: what a group or branch does in parts, whom it has reached and whom not (化整为零, C5)."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.activities import themes as themes_of
from partygroup.activities.models import TITLE_LENGTH, Theme
from partygroup.activities.presets import BRANDS, DIMENSIONS, MINUTES, TWO_WAYS
from partygroup.activities.queries import visible_to
from partygroup.activities.themes import Running, get_running
from partygroup.db import db, transaction
from partygroup.errors import Differs, Refused
from partygroup.policy import Can, units_where
from partygroup.web.filters import full_day
from partygroup.web.forms import BaseForm, DayField, line
from partygroup.web.jotting import Choice, choices_for, chosen_of, still_missing
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.respond import done, respond

pages = Blueprint("themes", __name__)


class ThemeForm(BaseForm):
    """What the theme is called, and its days."""

    title = line("主题", TITLE_LENGTH, required="请写主题叫什么。")
    starts_on = DayField("从哪天")
    ends_on = DayField("到哪天")


def theme_of(theme_id: int) -> Running:
    """Return the theme if this person may see it; raise NotFound."""
    today = clock.today()
    return get_running(db.session, theme_id, visible_to(current_user, today, Theme), today)


# --- setting one ------------------------------------------------------------------------------------------------------


@pages.get("/themes/new")
@needs(Can.SET_THEME)
def new():
    """Show the form: for one's group or branch, from today to the end of the quarter."""
    choices = choices_for(Can.SET_THEME, clock.today())
    return _new_page(ThemeForm(), choices, chosen_of(choices, request.args.get("unit")))


def _new_page(form: ThemeForm, choices, choice: Choice, *, status=200, problems=None, before: Before | None = None):
    today = clock.today()
    typed = request.form
    return respond(
        "themes/new.html", status=status, form=form, unit=choice, choices=choices, problems=problems or {},
        starts_on=typed.get("starts_on", today), ends_on=typed.get("ends_on", clock.Quarter.of(today).last),
        title_length=TITLE_LENGTH, key=key_of(before), before=before,
    )  # fmt: skip


@pages.post("/themes")
@needs(Can.SET_THEME)
def put_up():
    """Set a theme; a double tap sets one."""
    choices = choices_for(Can.SET_THEME, clock.today())
    choice, form = chosen_of(choices, request.form.get("unit")), ThemeForm(request.form)
    problems = {} if form.validate() else form.problems
    if request.form.get("unit") not in {str(one.id) for one in choices}:
        problems["unit"] = "请选自己能定的组织。"
    if problems:
        return _new_page(form, choices, choice, status=422, problems=problems)
    try:
        theme_id = _put_up(form, choice)
    except Differs as twice:
        return _new_page(form, choices, choice, status=twice.status, before=_before(form, choice, int(twice.kept)))
    except Refused as refusal:
        problems = {refusal.field or "title": refusal.reason}
        return _new_page(form, choices, choice, status=refusal.status, problems=problems)
    return done("定好了。做完一场，记一笔时点上这个主题。", "themes.show", theme_id=theme_id)


def _before(form: ThemeForm, choice: Choice, theme_id: int) -> Before:
    """Return the theme as which the form was kept, beside what it is now."""
    stands = theme_of(theme_id).theme
    names = {one.id: one.name for one in choices_for(Can.SET_THEME, clock.today())}
    return Before(
        url_for("themes.show", theme_id=theme_id),
        _facts(names.get(stands.unit_id, ""), stands.title, stands.starts_on, stands.ends_on),
        _facts(choice.name, form.title.data, form.starts_on.data, form.ends_on.data),
    )


def _facts(unit_name: str, title: str, starts_on, ends_on) -> dict[str, str]:
    return {"哪个组织": unit_name, "主题": title, "从哪天": full_day(starts_on), "到哪天": full_day(ends_on)}


def _put_up(form: ThemeForm, choice: Choice) -> int:
    at = clock.now()

    def act() -> int:
        return themes_of.set_theme(
            db.session, unit_id=choice.id, branch_id=choice.branch_id, title=form.title.data,
            starts_on=form.starts_on.data, ends_on=form.ends_on.data, by=current_user.id, at=at,
        ).id  # fmt: skip

    return do_once(act, at=at)


# --- one theme --------------------------------------------------------------------------------------------------------


@pages.get("/themes/<id:theme_id>")
@needs(Can.SEE_ACTIVITY, theme_of)
def show(running):
    """Show whom it has reached and whom not, and its parts in the order of their days."""
    theme, today = running.theme, clock.today()
    members = themes_of.counted(db.session, theme, min(theme.last_on, today))
    choice = _choice_for(theme, today)
    return respond(
        "themes/show.html", running=running, theme_row=theme, today=today, members=members, choice=choice,
        missing=themes_of.missing_of(members), own_missing=still_missing(members, choice) if choice else [],
        by_group=themes_of.shares(members, "group", "未编组"), by_team=themes_of.shares(members, "team", "没有班组"),
        parts=themes_of.parts_of(db.session, theme, visible_to(current_user, today)),
        again=lambda **more: f"/activities/new?{urlencode({'unit': choice.id, 'topic': theme.id} | more)}",
        brands=BRANDS, dimensions=DIMENSIONS, two_ways=TWO_WAYS, minutes=MINUTES,
    )  # fmt: skip


def _choice_for(theme: Theme, today: date) -> Choice | None:
    """Return the unit for which this person would jot the next part: the theme's, else a group of its branch."""
    if not theme.covers(today) or not units_where(current_user, Can.JOT_ACTIVITY):
        return None
    choices = choices_for(Can.JOT_ACTIVITY, today)
    wide = theme.unit_id == theme.branch_id
    near = [one for one in choices if one.id == theme.unit_id or (wide and one.branch_id == theme.branch_id)]
    return min(near, key=lambda one: one.id != theme.unit_id, default=None)


@pages.post("/themes/<id:theme_id>/ending")
@needs(Can.END_THEME, theme_of)
def end(running):
    """End it today; one that has ended stays as it is."""
    with transaction(db.session):
        themes_of.end_theme(db.session, running.theme, by=current_user.id, at=clock.now())
    return done("结束了，记下的都留着。", "themes.show", theme_id=running.id)

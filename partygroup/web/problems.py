"""问题清单: the problems a group or branch has taken up, who sees to them until when, and how they ended."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from wtforms import IntegerField
from wtforms.validators import InputRequired

from partygroup import clock
from partygroup.activities import problems as list_of
from partygroup.activities.coverage import members_of_branch
from partygroup.activities.models import REASON_LENGTH, TEXT_LENGTH
from partygroup.activities.problems import Taken, get_taken, visible_problems
from partygroup.activities.queries import get_jotted, visible_to
from partygroup.db import db
from partygroup.errors import Differs, NotFound, Refused
from partygroup.policy import Can, may
from partygroup.text import whole_number
from partygroup.web.asked import number_asked, text_typed
from partygroup.web.filters import full_day
from partygroup.web.forms import BaseForm, DayField, line
from partygroup.web.jotting import choices_for, chosen_of
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.outbox import day_written
from partygroup.web.respond import done, respond
from partygroup.web.timeline import shown_unit

pages = Blueprint("problems", __name__)


class ProblemForm(BaseForm):
    """What the problem is, who sees to it, until when."""

    text = line("什么问题", TEXT_LENGTH, required="请写一句是什么问题。")
    owner = IntegerField("谁负责", validators=[InputRequired("请选谁负责。")])
    due_on = DayField("什么时候解决")


def problem_of(problem_id: int) -> Taken:
    """Return the problem if this person may see it; raise NotFound."""
    today = clock.today()
    return get_taken(db.session, problem_id, visible_problems(current_user, today), today)


@pages.get("/problems")
@needs(Can.SEE_ACTIVITY)
def index():
    """List the open problems of a group or branch, what is due first on top, then those that ended."""
    today, unit = clock.today(), shown_unit(request.args.get("unit"))
    if unit is None:
        return respond("activities/nowhere.html")
    before = number_asked("before")
    visible = visible_problems(current_user, today)
    ended = list_of.ended_problems(db.session, visible, unit.id, before=before)
    return respond(
        "problems/index.html", unit=unit, today=today, ended=ended, is_full=len(ended) == list_of.PAGE,
        open=list_of.open_problems(db.session, visible, unit.id) if before is None else [], is_first=before is None,
        may_raise=may(current_user, Can.RAISE_PROBLEM, unit.place),
    )  # fmt: skip


def _activity_asked():
    """Return the activity from which a problem is taken up, if the form or address names one that may be seen."""
    today, activity_id = clock.today(), whole_number(request.values.get("activity"))
    if activity_id is None:
        return None
    try:
        return get_jotted(db.session, activity_id, visible_to(current_user, today), today).activity
    except NotFound:
        return None


def _new_page(form: ProblemForm, choices, choice, *, status: int = 200, problems: dict | None = None, before=None):
    return respond(
        "problems/new.html", status=status, form=form, unit=choice, choices=choices, problems=problems or {},
        owners=[("", "请选"), *_owners(choice)], activity=_activity_asked(),
        typed=request.form, today=clock.today(), text_length=TEXT_LENGTH,
        key=key_of(before), before=before,
    )  # fmt: skip


@pages.get("/problems/new")
@needs(Can.RAISE_PROBLEM)
def new():
    """Show the form; from an activity its line stands in it."""
    choices = choices_for(Can.RAISE_PROBLEM, clock.today())
    form, activity = ProblemForm(), _activity_asked()
    if activity:
        form.text.data = activity.text
    unit = request.args.get("unit") or (activity and str(activity.unit_id))
    return _new_page(form, choices, chosen_of(choices, unit))


@pages.post("/problems")
@needs(Can.RAISE_PROBLEM)
def take_up():
    """Take up a problem; a double tap takes up one."""
    choices = choices_for(Can.RAISE_PROBLEM, clock.today())
    choice, form = chosen_of(choices, request.form.get("unit")), ProblemForm(request.form)
    problems = {} if form.validate() else form.problems
    if request.form.get("unit") not in {str(one.id) for one in choices}:
        problems["unit"] = "请选自己能记的组织。"
    if not problems and form.owner.data not in dict(_owners(choice)):
        problems["owner"] = "请在名单里选谁负责。"
    if problems:
        return _new_page(form, choices, choice, status=422, problems=problems)
    try:
        problem_id = _take_up(form, choice)
    except Differs as twice:
        return _new_page(form, choices, choice, status=twice.status, before=_before(form, choice, int(twice.kept)))
    except Refused as refusal:
        return _new_page(form, choices, choice, status=refusal.status, problems={"due_on": refusal.reason})
    return done("记进问题清单了。", "problems.show", problem_id=problem_id)


def _owners(choice) -> list[tuple[int, str]]:
    """Return (id, name) of the branch's members, those of the group first."""
    members = members_of_branch(db.session, choice.branch_id, clock.today())
    return [(one.id, one.name) for one in sorted(members, key=lambda one: one.group_id != choice.id)]


def _before(form: ProblemForm, choice, problem_id: int) -> Before:
    """Return what the form was kept as, beside what it is now."""
    taken = problem_of(problem_id)
    owner = dict(_owners(choice))[form.owner.data]
    return Before(
        url_for("problems.show", problem_id=problem_id),
        _facts(taken.unit_name, taken.problem.text, taken.owner, taken.problem.due_on),
        _facts(choice.name, form.text.data, owner, form.due_on.data),
    )


def _facts(unit_name: str, text: str, owner: str, due_on) -> dict[str, str]:
    return {"哪个组织": unit_name, "什么问题": text, "谁负责": owner, "什么时候解决": full_day(due_on)}


def _take_up(form: ProblemForm, choice) -> int:
    at, activity = clock.now(), _activity_asked()

    def act() -> int:
        problem = list_of.raise_problem(
            db.session, unit_id=choice.id, branch_id=choice.branch_id, text=form.text.data, owner_id=form.owner.data,
            due_on=form.due_on.data, activity_id=activity and activity.id, by=current_user.id, at=at,
            on=day_written(at),
        )  # fmt: skip
        return problem.id

    return do_once(act, at=at)


@pages.get("/problems/<id:problem_id>")
@needs(Can.SEE_ACTIVITY, problem_of)
def show(taken):
    """Show one problem, and to those who may end it how."""
    return show_page(taken)


def show_page(taken: Taken, *, status: int = 200, problems: dict | None = None):
    """Return the page of a problem with what was typed."""
    return respond(
        "problems/show.html", status=status, taken=taken, problem=taken.problem, today=clock.today(),
        problems=problems or {}, typed=request.form, text_length=TEXT_LENGTH, reason_length=REASON_LENGTH,
    )  # fmt: skip


@pages.post("/problems/<id:problem_id>/closing")
@needs(Can.CLOSE_PROBLEM, problem_of)
def close(taken):
    """Close it with a line on how it was solved."""
    how, at = text_typed("how", TEXT_LENGTH), clock.now()

    def act() -> int:
        list_of.close_problem(db.session, taken.problem, how=how, by=current_user.id, at=at, on=day_written(at))
        return taken.id

    try:
        do_once(act, at=at)
    except Differs:
        raise  # another word under the same key: a person decides
    except Refused as refusal:
        return show_page(problem_of(taken.id), status=refusal.status, problems={"how": refusal.reason})
    return done("解决了，写进清单了。", "problems.show", problem_id=taken.id)


@pages.post("/problems/<id:problem_id>/cancellation")
@needs(Can.CANCEL_PROBLEM, problem_of)
def cancel(taken):
    """Cancel it with a reason."""
    reason, at = text_typed("reason", REASON_LENGTH), clock.now()

    def act() -> int:
        list_of.cancel_problem(db.session, taken.problem, reason=reason, by=current_user.id, at=at)
        return taken.id

    try:
        do_once(act, at=at)
    except Differs:
        raise  # another word under the same key: a person decides
    except Refused as refusal:
        return show_page(problem_of(taken.id), status=refusal.status, problems={"reason": refusal.reason})
    return done("已取消，原因写明了。", "problems.show", problem_id=taken.id)

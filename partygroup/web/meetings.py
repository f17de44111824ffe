"""Meetings: the list, calling, one meeting's page, moving, cancelling, leave."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from wtforms import SelectField, SelectMultipleField, ValidationError
from wtforms.validators import DataRequired

from partygroup import clock
from partygroup.attendance import actions as attendance
from partygroup.attendance.leaves import get_leave, leaves_of
from partygroup.attendance.mine import my_place_in
from partygroup.attendance.models import DOOR_NAMES, LEAVE_NAMES, Counting
from partygroup.attendance.roll import get_roll, undone_marks
from partygroup.attendance.rules import is_of_circle
from partygroup.db import db, transaction
from partygroup.errors import Differs, Refused
from partygroup.meetings import actions, queries
from partygroup.meetings.agenda import agenda_of
from partygroup.meetings.models import State
from partygroup.meetings.rules import circles_for
from partygroup.org.queries import units_named
from partygroup.policy import Can, Grant, Place, grant, units_where
from partygroup.web.asked import last_seen, text_typed
from partygroup.web.filters import full
from partygroup.web.forms import BaseForm, MomentField, line, moment_required
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.respond import done, of_today, respond

pages = Blueprint("meetings", __name__)


def own_unit(_form, field) -> None:
    """Ask for a unit for which this person may call."""
    if field.data not in dict(field.choices):
        raise ValidationError("请选自己能召集的组织。")


class CallForm(BaseForm):
    """Calling a meeting: everything prefilled; kinds must share one circle of people."""

    unit = SelectField("哪个组织的会", coerce=int, validators=[own_unit], validate_choice=False)
    kinds = SelectMultipleField("开什么会", validators=[DataRequired("请选一种会议。")])
    starts_at = MomentField("时间", validators=[moment_required("请写开会的时间。")])
    place = line("地点", 60, required="请写开会的地点。")
    theme = line("主题", 100)


@pages.get("/meetings")
@needs(Can.SIGN_IN)
def index():
    """List what is coming and, a page at a time, what was."""
    today = clock.today()
    visible = queries.visible_to(current_user, today)
    seen = last_seen()
    return respond(
        "meetings/index.html",
        coming=queries.upcoming(db.session, visible, today) if seen is None else [],
        past=queries.past(db.session, visible, today, before=seen),
        page_size=queries.PAGE,
        is_first=seen is None,
        may_call=bool(units_where(current_user, Can.CALL_MEETING)),
    )


def _callable_units() -> list:
    """Return the units for which this person may call meetings, with kind and name; the group a leader leads first."""
    ids = units_where(current_user, Can.CALL_MEETING)
    units = {unit.id: unit for unit in units_named(db.session, ids, clock.today())}
    return [units[one] for one in sorted(ids, key=lambda i: i != current_user.group_id) if one in units]


def _call_form(units, kinds, data=None) -> CallForm:
    form = CallForm(data)
    form.unit.choices = [(unit.id, unit.name) for unit in units]
    form.kinds.choices = [(kind.code, kind.rules.name) for kind in kinds]
    return form


def _call_page(form, unit, kinds, *, status=200, problems=None, before=None):
    shown = [kind for kind in kinds if circles_for(kind.rules, unit.kind)]
    return respond(
        "meetings/new.html",
        status=status,
        form=form,
        unit=unit,
        kinds=[(kind.code, kind.rules.name) for kind in shown],
        problems=problems if problems is not None else form.problems,
        typed=request.form,
        key=key_of(before),
        before=before,
    )


@pages.get("/meetings/new")
@needs(Can.CALL_MEETING)
def new():
    """Show the form with kind, place and time prefilled from what is due and the unit's habit."""
    units, kinds = _callable_units(), queries.kinds_in_force(db.session)
    unit = next((one for one in units if str(one.id) == request.args.get("unit")), units[0])
    form = _call_form(units, kinds)
    habit = queries.habit_of(db.session, unit.id, at=clock.now())
    form.unit.data, form.place.data, form.starts_at.data = unit.id, habit.place, habit.starts_at
    form.kinds.data = [request.args.get("kind") or _most_due(unit, kinds)]
    return _call_page(form, unit, kinds)


def _most_due(unit, kinds) -> str:
    """Return the kind most likely wanted: the first that the unit still owes, else the first it may call."""
    due = [kind.code for _unit, kind in queries.still_due(db.session, [unit], clock.today())]
    return (due or [kind.code for kind in kinds if circles_for(kind.rules, unit.kind)])[0]


@pages.post("/meetings")
@needs(Can.CALL_MEETING)
def call():
    """Call a meeting; a double tap calls one."""
    units, kinds = _callable_units(), queries.kinds_in_force(db.session)
    form = _call_form(units, kinds, request.form)
    unit = next((one for one in units if str(one.id) == request.form.get("unit")), units[0])
    if not form.validate():
        return _call_page(form, unit, kinds, status=422)
    try:
        gathering_id = _call(form, unit, [kind for kind in kinds if kind.code in form.kinds.data])
    except Differs as twice:
        return _call_page(form, unit, kinds, status=twice.status, before=_before(form, unit, int(twice.kept)))
    except Refused as refusal:
        field = refusal.field or "kinds"
        return _call_page(form, unit, kinds, status=refusal.status, problems={field: refusal.reason})
    return done("已召集，应到的人在首页就能看到。", "meetings.show", gathering_id=gathering_id)


def _before(form, unit, gathering_id: int) -> Before:
    """Return the meeting that the form called, beside what it would call now."""
    stands, kinds = queries.describe(db.session, gathering_id), form.kinds
    chosen = "、".join(name for code, name in kinds.choices if code in kinds.data)
    return Before(
        url_for("meetings.show", gathering_id=gathering_id),
        _facts(stands.unit_name, stands.kinds, stands.starts_at, stands.where, stands.theme),
        _facts(unit.name, chosen, form.starts_at.data, form.place.data, form.theme.data),
    )


def _facts(unit_name: str, kinds: str, starts_at, place: str, theme: str | None) -> dict[str, str]:
    return {"哪个组织": unit_name, "开什么会": kinds, "时间": full(starts_at), "地点": place, "主题": theme or ""}


def _call(form, unit, kinds) -> int:
    fitting = [set(circles_for(kind.rules, unit.kind)) for kind in kinds]
    common = set.intersection(*fitting)
    circle = next((one for one in circles_for(kinds[0].rules, unit.kind) if one in common), "")
    at = clock.now()

    def act() -> int:
        gathering = actions.call_meeting(
            db.session, unit_id=unit.id, unit_kind=unit.kind, circle=circle, kinds=kinds,
            starts_at=form.starts_at.data, place=form.place.data, theme=form.theme.data or None,
            by=current_user.id, at=at,
        )  # fmt: skip
        return gathering.id

    return do_once(act, at=at)


@pages.get("/meetings/<id:gathering_id>")
@needs(Can.SEE_MEETING, meeting_of)
def show(met):
    """Show one meeting: what, when, where; my own part; and for the host the list by name."""
    sees_roll = grant(current_user, Can.SEE_ROLL, met.place) is Grant.YES
    is_open = met.gathering.opened_at is not None
    roll = get_roll(db.session, met.gathering, met.starts_at) if is_open else None
    mine = my_place_in(db.session, met.gathering, current_user.id)
    agenda = agenda_of(db.session, met.gathering)
    in_circle = is_of_circle(current_user, met.gathering.circle, met.gathering.unit_id)
    if met.gathering.day == clock.today() or met.state == State.IN_SESSION:
        of_today()
    return respond(
        "meetings/show.html",
        met=met,
        minutes_sealed=all(one.sealed_at for one in met.gathering.meetings),
        roll=roll,
        sees_roll=sees_roll,
        expected=attendance.expected_people(db.session, met.gathering) if not is_open and sees_roll else [],
        undone=undone_marks(db.session, met.id) if sees_roll and is_open else [],
        mine=mine,
        agenda=agenda,
        is_expected=mine.counting == Counting.DUE if is_open else in_circle,
        door_names=DOOR_NAMES,
        asked=leaves_of(db.session, met.id) if sees_roll else [],
        leaves=LEAVE_NAMES,
        states=State,
        notice=_notice(met, agenda),
    )


def _notice(met, agenda) -> str:
    """Return the text to paste into the group chat (B4)."""
    return render_template("meetings/notice.txt", met=met, agenda=agenda, now=clock.now()).strip()


@pages.post("/meetings/<id:gathering_id>/moving")
@needs(Can.CLOSE_MEETING, meeting_of)
def move(met):
    """Move a meeting to another time or place."""
    form = MoveForm(request.form)
    if not form.validate():
        raise Refused(next(iter(form.problems.values())))
    with transaction(db.session):
        actions.reschedule(
            db.session, met.gathering, starts_at=form.starts_at.data, place=form.place.data,
            by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("时间地点已改。", "meetings.show", gathering_id=met.id)


class MoveForm(BaseForm):
    """Another time and place."""

    starts_at = MomentField("时间", validators=[moment_required("请写开会的时间。")])
    place = line("地点", 60, required="请写开会的地点。")


@pages.post("/meetings/<id:gathering_id>/cancellation")
@needs(Can.CLOSE_MEETING, meeting_of)
def cancel(met):
    """Cancel a meeting that has not begun."""
    reason = text_typed("reason", 100)
    with transaction(db.session):
        actions.cancel(db.session, met.gathering, reason=reason, by=current_user.id, at=clock.now())
    return done("会议已取消，原因已写明。", "meetings.show", gathering_id=met.id)


@pages.post("/meetings/<id:gathering_id>/leaves")
@needs(Can.ASK_LEAVE, meeting_of)
def ask_leave(met):
    """Ask leave for oneself."""
    with transaction(db.session):
        attendance.ask_leave(
            db.session, met.gathering, person_id=current_user.id, sort=request.form.get("sort", ""),
            cause=text_typed("cause", 40), by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("请假已提交，等待批准。", "meetings.show", gathering_id=met.id)


def leave_of(gathering_id: int, leave_id: int):
    """Return a leave request with the place of the person who asks; raise NotFound."""
    met = meeting_of(gathering_id)
    found = get_leave(db.session, leave_id, gathering_id, clock.today())
    above = met.place.lineage
    lineage = (found.group_id, *above) if found.group_id and found.group_id not in above else above
    return AskedLeave(met, found.leave, Place(lineage, found.leave.person_id, met.place.circle))


class AskedLeave:
    """A leave request and the place at which the policy is asked: the person's own group first."""

    def __init__(self, met, leave, place):
        self.met, self.leave, self.place = met, leave, place


@pages.post("/meetings/<id:gathering_id>/leaves/<id:leave_id>/decision")
@needs(Can.GRANT_LEAVE, leave_of)
def decide_leave(asked):
    """Grant or refuse somebody's leave."""
    granted = request.form.get("granted") == "1"
    with transaction(db.session):
        attendance.decide_leave(
            db.session, asked.leave, granted=granted, answer=text_typed("answer", 100) or None,
            by=current_user.id, at=clock.now(), unit_id=asked.met.gathering.unit_id,
        )  # fmt: skip
    return done("已准假。" if granted else "已答复。", "meetings.show", gathering_id=asked.met.id)

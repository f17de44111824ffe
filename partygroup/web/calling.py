"""Calling a meeting: everything prefilled, times proposed by the shift calendar, one sitting or several (B2, B3)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from wtforms import SelectField, SelectMultipleField, ValidationError
from wtforms.validators import DataRequired, Optional

from partygroup import clock
from partygroup.attendance.reach import propose_times
from partygroup.db import db
from partygroup.errors import Differs, Refused
from partygroup.meetings import actions, queries
from partygroup.meetings.rules import MOST_SITTINGS, circles_for, entered_late
from partygroup.org.queries import units_named
from partygroup.policy import Can, units_where
from partygroup.web.filters import for_input, full
from partygroup.web.forms import BaseForm, MomentField, line, moment_required
from partygroup.web.loaders import place_of_unit
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.respond import done, respond

pages = Blueprint("calling", __name__)
#: Names of the fields of the sittings after the first.
FURTHER = [(f"starts_at_{number}", f"place_{number}") for number in range(2, MOST_SITTINGS + 1)]


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

    @property
    def further(self) -> list[tuple]:
        """Return time and place of each further sitting that has a time; without a place it is at the first one's."""
        pairs = [(self[start].data, self[place].data or self.place.data) for start, place in FURTHER]
        return [(start, place) for start, place in pairs if start]

    def take(self, starts: list) -> None:
        """Put the times of a proposal into the fields, all at the place of the first."""
        self.starts_at.data = starts[0]
        for (start, place), at in zip(FURTHER, [*starts[1:], *[None] * len(FURTHER)], strict=False):
            self[start].data, self[place].data = at, self.place.data if at else ""


for _start, _place in FURTHER:
    setattr(CallForm, _start, MomentField("时间", validators=[Optional()]))
    setattr(CallForm, _place, line("地点", 60))


def _callable_units() -> list:
    """Return the units for which this person may call meetings, with kind and name; the group a leader leads first."""
    ids = units_where(current_user, Can.CALL_MEETING)
    units = {unit.id: unit for unit in units_named(db.session, ids, clock.today())}
    return [units[one] for one in sorted(ids, key=lambda i: i != current_user.group_id) if one in units]


def _unit_of(units: list, values):
    return next((one for one in units if str(one.id) == values.get("unit")), units[0])


def _call_form(units, kinds, data=None) -> CallForm:
    form = CallForm(data)
    form.unit.choices = [(unit.id, unit.name) for unit in units]
    form.kinds.choices = [(kind.code, kind.rules.name) for kind in kinds]
    return form


def _call_page(form, unit, kinds, *, status=200, problems=None, proposal=None, more=0, before=None):
    shown = [kind for kind in kinds if circles_for(kind.rules, unit.kind)]
    filled = max((n for n, (start, _) in enumerate(FURTHER, 1) if form[start].data or any(form[start].raw_data or ())),
                 default=0)  # fmt: skip
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
        further=FURTHER[: filled + more],
        may_add=filled + more < len(FURTHER),
        proposal=proposal,
        starts=[form.starts_at.data, *(start for start, _place in form.further)],
    )


@pages.get("/meetings/new")
@needs(Can.CALL_MEETING)
def new():
    """Show the form with kind, place and time prefilled from what is due, the unit's habit and the shift calendar."""
    units, kinds = _callable_units(), queries.kinds_in_force(db.session)
    unit, at = _unit_of(units, request.args), clock.now()
    is_typed = "starts_at" in request.args
    form = _call_form(units, kinds, request.args if is_typed else None)
    habit = queries.habit_of(db.session, unit.id, at=at)
    if not is_typed:
        form.unit.data, form.place.data, form.starts_at.data = unit.id, habit.place, habit.starts_at
        form.kinds.data = [request.args.get("kind") or _most_due(unit, kinds)]
    proposal = _proposal(unit, [kind for kind in kinds if kind.code in (form.kinds.data or ())], habit, at)
    chosen = _chosen(proposal, None if is_typed else proposal and proposal.best)
    if chosen:
        form.take([slot.starts_at for slot in chosen])
    return _call_page(form, unit, kinds, problems={}, proposal=proposal, more="more" in request.args)


def _proposal(unit, kinds, habit, at):
    """Return what the shift calendar proposes; None where it knows nothing."""
    circle = _common_circle(unit, kinds)
    if not circle:
        return None
    usual = habit.starts_at.astimezone(clock.BEIJING).time()
    return propose_times(
        db.session, lineage=place_of_unit(unit.id).lineage, circle=circle, kinds=[kind.rules for kind in kinds],
        usual=usual, at=at,
    )  # fmt: skip


def _chosen(proposal, default):
    """Return the slots of the proposal whose button was pressed, named by their first times; else the default."""
    asked = request.args.get("slots")
    offers = [*((slot,) for slot in proposal.single), proposal.split] if proposal else []
    return next((some for some in offers if some and asked == named(some)), default)


def named(slots) -> str:
    """Return the value of the button of some slots."""
    return ",".join(for_input(slot.starts_at) for slot in slots)


def _most_due(unit, kinds) -> str:
    """Return the kind most likely wanted: the first that the unit still owes, else the first it may call."""
    due = [kind.code for _unit, kind in queries.still_due(db.session, [unit], clock.today())]
    return (due or [kind.code for kind in kinds if circles_for(kind.rules, unit.kind)])[0]


def _common_circle(unit, kinds) -> str:
    """Return the circle that all kinds gather in the unit; nothing where they share none."""
    fitting = [circles_for(kind.rules, unit.kind) for kind in kinds]
    return next((one for one in (fitting or [[]])[0] if all(one in circles for circles in fitting)), "")


@pages.post("/meetings")
@needs(Can.CALL_MEETING)
def call():
    """Call a meeting; a double tap calls one."""
    units, kinds = _callable_units(), queries.kinds_in_force(db.session)
    form = _call_form(units, kinds, request.form)
    unit = _unit_of(units, request.form)
    if not form.validate():
        return _call_page(form, unit, kinds, status=422)
    try:
        gathering_id = _call(form, unit, [kind for kind in kinds if kind.code in form.kinds.data])
    except Differs as twice:
        return _call_page(form, unit, kinds, status=twice.status, before=_before(form, unit, int(twice.kept)))
    except Refused as refusal:
        field = refusal.field or "kinds"
        return _call_page(form, unit, kinds, status=refusal.status, problems={field: refusal.reason})
    words = _late_words(form) or "已召集，应到的人在首页就能看到。"
    return done(words, "meetings.show", gathering_id=gathering_id)


def _late_words(form) -> str:
    """Return what is said of a meeting that was held before it is entered; nothing for others."""
    last = max([form.starts_at.data, *(start for start, _place in form.further)])
    days = entered_late(last, clock.now())
    return f"补录：会后第 {days} 天记的，会议里写明。" if days else ""


def _before(form, unit, gathering_id: int) -> Before:
    """Return the meeting that the form called, beside what it would call now."""
    stands, kinds = queries.describe(db.session, gathering_id), form.kinds
    chosen = "、".join(name for code, name in kinds.choices if code in kinds.data)
    sittings = [(one.starts_at, one.place) for one in stands.sittings]
    return Before(
        url_for("meetings.show", gathering_id=gathering_id),
        _facts(stands.unit_name, stands.kinds, sittings, stands.theme),
        _facts(unit.name, chosen, [(form.starts_at.data, form.place.data), *form.further], form.theme.data),
    )


def _facts(unit_name: str, kinds: str, sittings: list, theme: str | None) -> dict[str, str]:
    where = "；".join(f"{full(starts_at)}，{place}" for starts_at, place in sittings)
    return {"哪个组织": unit_name, "开什么会": kinds, "时间地点": where, "主题": theme or ""}


def _call(form, unit, kinds) -> int:
    at = clock.now()

    def act() -> int:
        gathering = actions.call_meeting(
            db.session, unit_id=unit.id, unit_kind=unit.kind, circle=_common_circle(unit, kinds), kinds=kinds,
            starts_at=form.starts_at.data, place=form.place.data, also=form.further, theme=form.theme.data or None,
            by=current_user.id, at=at,
        )  # fmt: skip
        return gathering.id

    return do_once(act, at=at)

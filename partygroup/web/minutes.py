"""会议记录: written from what is known, confirmed by chair and recorder, sealed; addenda; what was resolved (B11)."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from wtforms import SelectField
from wtforms.validators import DataRequired

from partygroup import clock
from partygroup.attendance.rules import STATUS_NAMES
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.meetings.sorts import TOPIC_PROMPTS
from partygroup.minutes import actions
from partygroup.minutes.models import (
    ADDENDUM_LENGTH,
    GIST_LENGTH,
    HOW_LENGTH,
    PROGRESS_NAMES,
    RESOLUTION_LENGTH,
    Progress,
)
from partygroup.minutes.queries import (
    Resolved,
    Sheet,
    ended_of_others,
    get_resolved,
    names_of,
    open_tasks,
    sheet_of,
)
from partygroup.minutes.rules import days_late, refusal_to_write
from partygroup.minutes.sealing import content_digest
from partygroup.policy import Can, Place, may
from partygroup.text import clean
from partygroup.web.asked import day_meant, number_typed, text_typed, version_for
from partygroup.web.extras import asked, extras_typed, in_words
from partygroup.web.forms import BaseForm, MomentField, moment_required
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

pages = Blueprint("minutes", __name__)


class Paper:
    """The minutes of one meeting, with the place at which the policy is asked: of chair and recorder, theirs."""

    def __init__(self, sheet: Sheet):
        self.sheet, self.met = sheet, sheet.met
        theirs = sheet.minutes and current_user.id in (sheet.minutes.chair_id, sheet.minutes.recorder_id)
        place = sheet.met.place
        self.place = Place(place.lineage, current_user.id if theirs else None, place.circle)

    @property
    def there(self) -> dict:
        return {"gathering_id": self.met.id, "meeting_id": self.sheet.meeting.id}


def paper_of(gathering_id: int, meeting_id: int) -> Paper:
    """Return the minutes of a meeting one may see; raise NotFound."""
    return Paper(sheet_of(db.session, meeting_of(gathering_id), meeting_id))


class HeadForm(BaseForm):
    """Who took the chair, who wrote, when it ended: all of it filled in already."""

    chair = SelectField("主持人", coerce=int, validators=[DataRequired("请选主持人。")], validate_choice=False)
    recorder = SelectField("记录人", coerce=int, validators=[DataRequired("请选记录人。")], validate_choice=False)
    ended_at = MomentField("散会时间", validators=[moment_required("请写散会的时间。")])


@pages.get("/meetings/<id:gathering_id>/minutes")
@needs(Can.SEE_MEETING, meeting_of)
def first(met):
    """Go to the minutes of the gathering's first meeting."""
    return redirect(url_for("minutes.show", gathering_id=met.id, meeting_id=met.gathering.meetings[0].id), 303)


@pages.get("/meetings/<id:gathering_id>/minutes/<id:meeting_id>")
@needs(Can.SEE_MEETING, paper_of)
def show(paper):
    """Show the minutes: as a form to those who write them, to all of the circle once they are sealed."""
    return _page(paper)


def _page(paper: Paper, *, status: int = 200, problems: dict | None = None, stale: bool = False):
    sheet, met = paper.sheet, paper.met
    writes = may(current_user, Can.WRITE_MINUTES, paper.place)
    why_not = refusal_to_write(met.state, is_sealed=sheet.is_sealed)
    minutes = sheet.minutes
    fills_in = writes and why_not is None
    typed = request.form if (stale or problems) and "chair" in request.form else None
    return respond(
        "minutes/show.html", status=status, met=met, sheet=sheet, minutes=minutes, paper=paper,
        form=_form(sheet, typed), problems=problems or {}, stale=stale,
        version=version_for(minutes.version if minutes else 0, again=bool(problems) and not stale),
        typed=request.form, writes=fills_in, why_not=why_not, sees=writes or sheet.is_sealed,
        asked=asked(sheet, typed) if fills_in else [], in_words=in_words,
        gaps=sheet.gaps, seen=content_digest(sheet) if minutes and writes else None, names_of=names_of,
        prompts=_prompts(sheet), tasks=open_tasks(db.session, met.gathering.unit_id, met.gathering) if writes else [],
        moves=_movable(sheet) if sheet.is_sealed else (),
        progress=Progress, progress_names=PROGRESS_NAMES, status_names=STATUS_NAMES, today=clock.today(),
        late_days=days_late(met.gathering.day, clock.day_of(minutes.begun_at)) if minutes else None,
        adds=sheet.is_sealed and may(current_user, Can.ADD_TO_MINUTES, paper.place),
        people=[(row.person_id, row.name) for row in sheet.roll.rows],
        unsaved=_unsaved(sheet) if sheet.is_sealed and problems else [],
        lengths={"gist": GIST_LENGTH, "resolution": RESOLUTION_LENGTH, "addendum": ADDENDUM_LENGTH, "how": HOW_LENGTH},
    )  # fmt: skip


def _unsaved(sheet: Sheet) -> list[tuple[str, str]]:
    """Return (topic, what was written about it) that came when the minutes were sealed already and says another."""
    typed = [(point, request.form.get(f"gist-{point.id}", "").replace("\r\n", "\n").strip()) for point in sheet.points]
    return [(point.item.title, text) for point, text in typed if text and text != point.gist]


def _form(sheet: Sheet, typed) -> HeadForm:
    form = HeadForm(typed)
    came = [(row.person_id, row.name) for row in sheet.present]
    form.chair.choices, form.recorder.choices = came, came
    if typed is None:
        form.chair.data, form.recorder.data = sheet.chair_id, sheet.recorder_id(current_user.id)
        form.ended_at.data = sheet.ended_at or ended_of_others(db.session, sheet.meeting)
        if not sheet.met.gathering.closed_at:
            form.ended_at.data = form.ended_at.data or clock.now()
    return form


def _movable(sheet: Sheet) -> set[int]:
    """Return what was resolved here, is not verified yet, and may be said to be done by who reads."""
    place = sheet.met.place
    tasks = [one.row for point in sheet.points for one in point.resolved if one.row.owner_id]
    return {
        row.id for row in tasks
        if row.progress != Progress.VERIFIED
        and may(current_user, Can.MOVE_TASK, Place(place.lineage, row.owner_id, place.circle))
    }  # fmt: skip


def _prompts(sheet: Sheet) -> list[str]:
    """Return what a meeting of this kind usually talks about and is not on its agenda yet."""
    there = {point.item.title for point in sheet.points}
    return [one for one in TOPIC_PROMPTS.get(sheet.meeting.kind.code, ()) if one not in there]


@pages.post("/meetings/<id:gathering_id>/minutes/<id:meeting_id>")
@needs(Can.WRITE_MINUTES, paper_of)
def write(paper):
    """Keep the minutes; of two who write at once, the second is shown both."""
    sheet = paper.sheet
    form = _form(sheet, request.form)
    if not form.validate():
        return _page(paper, status=422, problems=form.problems)
    head = actions.Head(form.chair.data, form.recorder.data, form.ended_at.data)
    try:
        with transaction(db.session):
            actions.write_minutes(
                db.session, sheet, head=head, gists=_gists_typed(sheet), extras=extras_typed(sheet),
                version=number_typed("version") or 0, by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        again = paper_of(**paper.there)
        problems = {refusal.field or "gist": refusal.reason}
        return _page(again, status=refusal.status, problems=problems, stale=refusal.reason == actions.STALE)
    return done("记录存好了。", "minutes.show", **paper.there)


def _gists_typed(sheet: Sheet) -> dict[int, str]:
    """Return item → what was written about it; raise Refused for one that is too long."""
    found = {}
    for point in sheet.points:
        typed = request.form.get(f"gist-{point.id}")
        if typed is None:
            continue
        found[point.id] = clean(typed.replace("\r\n", "\n"), GIST_LENGTH + 1, lines=True)
        if len(found[point.id]) > GIST_LENGTH:
            raise Refused(f"“{point.item.title}”写得太长了，最多 {GIST_LENGTH} 个字。", field=f"gist-{point.id}")
    return found


@pages.post("/meetings/<id:gathering_id>/minutes/<id:meeting_id>/confirmation")
@needs(Can.WRITE_MINUTES, paper_of)
def confirm(paper):
    """Confirm what one has read, as chair or recorder; the second of the two seals it."""
    try:
        with transaction(db.session):
            minutes = actions.confirm(
                db.session, paper.sheet, seen=request.form.get("seen", ""), by=current_user.id, at=clock.now()
            )
    except Refused as refusal:
        return _page(paper_of(**paper.there), status=refusal.status, problems={"confirm": refusal.reason})
    sealed = minutes.sealed_at is not None
    return done("两人都确认了，记录已封存。" if sealed else "确认了，等另一位确认。", "minutes.show", **paper.there)


@pages.post("/meetings/<id:gathering_id>/minutes/<id:meeting_id>/addenda")
@needs(Can.ADD_TO_MINUTES, paper_of)
def add(paper):
    """Add a dated addendum to sealed minutes."""
    try:
        with transaction(db.session):
            text = text_typed("text", ADDENDUM_LENGTH)
            actions.add(db.session, paper.sheet, text=text, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return _page(paper_of(**paper.there), status=refusal.status, problems={"text": refusal.reason})
    return done("补充好了，原记录不变。", "minutes.show", **paper.there)


# --- what was resolved ------------------------------------------------------------------------------------------------


@pages.post("/meetings/<id:gathering_id>/minutes/<id:meeting_id>/resolutions")
@needs(Can.WRITE_MINUTES, paper_of)
def resolve(paper):
    """Keep what was resolved on a topic: what, and if it is a task, who and until when."""
    try:
        with transaction(db.session):
            actions.resolve(
                db.session, paper.sheet, number_typed("item") or 0, text=text_typed("resolved", RESOLUTION_LENGTH),
                owner_id=number_typed("owner"), due_on=day_meant("due_on", "期限"), by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        field = {"text": "resolved"}.get(refusal.field, refusal.field) or "resolved"
        return _page(paper_of(**paper.there), status=refusal.status, problems={field: refusal.reason})
    return done("议定事项记下了。", "minutes.show", **paper.there)


class Task:
    """Something resolved, with the place at which the policy is asked: its owner's, and the unit's."""

    def __init__(self, met, resolved: Resolved, paper: Paper | None = None):
        self.met, self.resolved, self.paper = met, resolved, paper
        self.place = paper.place if paper else Place(met.place.lineage, resolved.row.owner_id, met.place.circle)


def entered_of(gathering_id: int, meeting_id: int, resolution_id: int) -> Task:
    """Return something resolved at a meeting whose minutes are being written; raise NotFound."""
    paper = paper_of(gathering_id, meeting_id)
    return Task(paper.met, get_resolved(db.session, paper.met, resolution_id), paper)


def task_of(gathering_id: int, resolution_id: int) -> Task:
    """Return something resolved at a gathering one may see, or at an earlier one of its unit; raise NotFound."""
    met = meeting_of(gathering_id)
    return Task(met, get_resolved(db.session, met, resolution_id))


@pages.post("/meetings/<id:gathering_id>/minutes/<id:meeting_id>/resolutions/<id:resolution_id>/dropping")
@needs(Can.WRITE_MINUTES, entered_of)
def take_back(task):
    """Take off what was entered as resolved."""
    with transaction(db.session):
        actions.take_back(db.session, task.paper.sheet, task.resolved, by=current_user.id, at=clock.now())
    return done("去掉了。", "minutes.show", **task.paper.there)


@pages.post("/meetings/<id:gathering_id>/tasks/<id:resolution_id>")
@needs(Can.MOVE_TASK, task_of)
def move(task):
    """Say that something resolved is done, verify it, or open it again."""
    to = request.form.get("to", "")
    if to not in list(Progress):
        raise Refused("请选办得怎样：办好了、核实办结，还是还要办。")
    verifies = to == Progress.VERIFIED
    if verifies and task.resolved.row.owner_id == current_user.id:
        raise Refused("自己办的事，请别人核实办结。")
    with transaction(db.session):
        actions.move(db.session, task.resolved, to=to, how=text_typed("how", HOW_LENGTH), by=current_user.id,
                     at=clock.now())  # fmt: skip
    return done("办结了。" if verifies else "记下了。", "meetings.show", gathering_id=task.met.id)

"""Meetings: the list, one meeting's page, sittings added and moved, cancelling, leave."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance import actions as attendance
from partygroup.attendance.joint import guests_at, refusal_to_ask
from partygroup.attendance.leaves import get_leave
from partygroup.attendance.makeups import refusal_to_deny
from partygroup.attendance.mine import my_place_in
from partygroup.attendance.models import DOOR_NAMES, LEAVE_NAMES, MAKE_UP_NAMES, Counting
from partygroup.attendance.roll import get_roll
from partygroup.attendance.rules import is_of_circle
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.meetings import actions, queries
from partygroup.meetings.agenda import agenda_of
from partygroup.meetings.changes import changes_of
from partygroup.meetings.joint import host_of
from partygroup.meetings.models import State
from partygroup.meetings.rules import MOST_SITTINGS
from partygroup.minutes.queries import tasks_of
from partygroup.policy import Can, Place, may, units_where
from partygroup.web.asked import last_seen, number_typed, text_typed
from partygroup.web.dutyleave import page_after
from partygroup.web.forms import BaseForm, MomentField, line, moment_required
from partygroup.web.hostpart import host_part
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.notices import news_of, notice_of
from partygroup.web.respond import done, of_today, respond

pages = Blueprint("meetings", __name__)


@pages.get("/meetings")
@needs(Can.SIGN_IN)
def index():
    """List what I have to do of what meetings resolved, what is coming and, a page at a time, what was."""
    today = clock.today()
    visible = queries.visible_to(current_user, today)
    seen = last_seen()
    return respond(
        "meetings/index.html",
        coming=queries.upcoming(db.session, visible, today) if seen is None else [],
        past=queries.past(db.session, visible, today, before=seen),
        page_size=queries.PAGE,
        tasks=tasks_of(db.session, current_user.id) if seen is None else [],
        today=today,
        is_first=seen is None,
        may_call=bool(units_where(current_user, Can.CALL_MEETING)),
    )


@pages.get("/meetings/<id:gathering_id>")
@needs(Can.SEE_MEETING, meeting_of)
def show(met):
    """Show one meeting: what, when, where; my own part; and for the host the list by name."""
    roll = get_roll(db.session, met.gathering) if met.gathering.opened_at else None
    agenda = agenda_of(db.session, met.gathering)
    if met.gathering.day == clock.today() or met.state == State.IN_SESSION:
        of_today()
    return respond(
        "meetings/show.html", met=met, agenda=agenda, roll=roll, host=host_part(met, roll), **_own_part(met),
        **_joint(met), notice=_notice(met, agenda), is_past=met.is_past(clock.now()), states=State,
        minutes_sealed=all(one.sealed_at for one in met.gathering.meetings), leaves=LEAVE_NAMES,
        most_sittings=MOST_SITTINGS,
    )  # fmt: skip


def _own_part(met) -> dict:
    """Return how whoever looks stands at a meeting, and what they are asked."""
    mine = my_place_in(db.session, met.gathering, current_user.id)
    in_circle = is_of_circle(current_user, met.gathering.circle, met.gathering.unit_id)
    return {
        "mine": mine, "door_names": DOOR_NAMES, "ways": MAKE_UP_NAMES,
        "is_expected": mine.counting == Counting.DUE if met.gathering.opened_at else in_circle,
        "asks": mine.make_up is not None and not _refusal_of_answer(mine.make_up),
    }  # fmt: skip


def _refusal_of_answer(made_up) -> str | None:
    confirmed = made_up.confirmed_at is not None or made_up.by_id == current_user.id
    return refusal_to_deny(recorded_at=made_up.at, confirmed=confirmed, at=clock.now())


def _joint(met) -> dict:
    """Return with which branches a meeting is held together: those invited, or the host's invitation."""
    if met.gathering.circle != "members":
        return {"joins": None, "guests": [], "may_ask_branches": False}
    joins = host_of(db.session, met.gathering)
    guests = [] if joins else guests_at(db.session, met.id, met.gathering.day)
    return {"joins": joins, "guests": guests, "may_ask_branches": not (joins or refusal_to_ask(met))}


def _notice(met, agenda) -> str | None:
    """Return the text to paste into the group chat (B4): of a meeting called, moved or cancelled; for its host."""
    is_news = met.state in (State.NOTIFIED, State.CANCELLED) and not met.is_past(clock.now())
    if not (is_news and may(current_user, Can.SHOW_CODE, met.place)):
        return None
    return notice_of(met, agenda, news_of(met, changes_of(db.session, [met.id]).get(met.id)))


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
            sitting_id=number_typed("sitting"), by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("时间地点已改。", "meetings.show", gathering_id=met.id)


@pages.post("/meetings/<id:gathering_id>/sittings")
@needs(Can.CLOSE_MEETING, meeting_of)
def add_sitting(met):
    """Add one more sitting, for those whom the others do not reach."""
    form = MoveForm(request.form)
    if not form.validate():
        raise Refused(next(iter(form.problems.values())))
    with transaction(db.session):
        actions.add_sitting(
            db.session, met.gathering, starts_at=form.starts_at.data, place=form.place.data,
            by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("加了一场，每人来一场就行。", "meetings.show", gathering_id=met.id)


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
    return done("已准假。" if granted else "已答复。", page_after(), gathering_id=asked.met.id)

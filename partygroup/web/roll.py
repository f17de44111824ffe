"""The host's side: the code on phone and projector, the board, opening, ticking, undoing, closing."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import qrcode
from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.attendance import actions, codes
from partygroup.attendance.joint import guests_at
from partygroup.attendance.leaves import leaves_of
from partygroup.attendance.makeups import make_ups_in, record_make_up, undo_make_up
from partygroup.attendance.models import LEAVE_NAMES, MAKE_UP_NAMES, Door
from partygroup.attendance.queries import get_desk
from partygroup.attendance.roll import Glance, board_tag, get_roll, glance_at, tells_of_agenda, tells_of_guests
from partygroup.attendance.rules import EXCLUSION_REASONS, MOST_LATE, STATUS_NAMES
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.meetings.agenda import vote_sorts
from partygroup.meetings.models import State
from partygroup.meetings.rules import outlook_lines, refusal_to_close
from partygroup.policy import Can, Place, may
from partygroup.text import whole_number
from partygroup.web.asked import day_typed, number_asked, number_typed, text_typed
from partygroup.web.dutyleave import duty_of
from partygroup.web.filters import when
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import do_once
from partygroup.web.respond import done, htmx, of_today, respond, tagged, unchanged

pages = Blueprint("roll", __name__)
NOTE_CHOICES = [("", "不写"), *((note, note) for note in ("手机没电", "没信号", "扫不了", "没带手机"))]


@lru_cache(maxsize=256)
def qr_path(text: str) -> tuple[str, int]:
    """Return a QR code as the `d` of one SVG path in modules, and its size without margin."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    return "".join(_runs(row, y) for y, row in enumerate(matrix)), len(matrix)


def _runs(row: list[bool], y: int) -> str:
    """Return one row's dark runs as path commands."""
    parts, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(parts)


def _sitting(met):
    """Return the sitting asked for by `?sitting=` or typed, else the one nearest to now."""
    return met.sitting(number_asked("sitting") or number_typed("sitting"), clock.now())


def _code_now(met) -> dict:
    """Return what the code's fragment shows: picture, digits, seconds left by the server's clock."""
    settings, at = current_app.config["SETTINGS"], clock.now()
    key, step = settings.secret_keys[0], codes.step_of(at, settings.step_seconds)
    sitting_id = _sitting(met).id
    base = settings.base_url or request.host_url.rstrip("/")
    address = f"{base}/q/{codes.code_at(key, met.id, sitting_id, step)}".upper()
    path, size = qr_path(address)
    return {
        "path": path,
        "size": size,
        "address": address,
        "spoken": codes.spoken_at(key, met.id, sitting_id, step),
        "left": codes.seconds_left(at, settings.step_seconds),
        "step": settings.step_seconds,
        "sitting": number_asked("sitting"),
    }


def _board(met, tag: str | None = None) -> dict:
    """Return what the board's fragment shows."""
    roll = get_roll(db.session, met.gathering) if met.gathering.opened_at else None
    decisive = [meeting for meeting in met.gathering.meetings if meeting.kind.rules.quorum]
    tag, outlook = tag or board_tag(db.session, met.gathering), []
    if roll and decisive:
        sorts = vote_sorts(db.session, met.id) if tells_of_agenda(tag) else {}
        asked = [(meeting.kind.rules, sorts.get(meeting.id, [])) for meeting in decisive]
        sitting = _sitting(met)
        outlook = outlook_lines(asked, roll.voters_due, roll.voters_present_at(sitting.id))
        outlook = [f"{met.called(sitting.id)}：{told}" if met.is_split else told for told in outlook]
    guests = guests_at(db.session, met.id, met.gathering.day) if roll and tells_of_guests(tag) else []
    return {"roll": roll, "outlook": outlook, "tag": tag, "guests": [one for one in guests if one.joins]}


@pages.get("/meetings/<id:gathering_id>/code")
@needs(Can.SHOW_CODE, meeting_of)
def code(met):
    """Show the rotating code: on a phone with the list, or (`view=wall`) for ten metres."""
    if met.state in (State.HELD, State.CANCELLED):
        return _over(met)
    wall = request.args.get("view") == "wall"
    page = "roll/wall.html" if wall else "roll/code.html"
    if htmx:
        return respond(page, fragment="roll/_code.html", met=met, code=_code_now(met), wall=wall)
    if not wall:
        of_today()
    return respond(page, met=met, sitting=_sitting(met), code=_code_now(met), board=_board(met), wall=wall)


def _over(met):
    """Send a display of a meeting that is over to the meeting's page; a polling one by a header."""
    there = url_for("meetings.show", gathering_id=met.id)
    return ("", 204, {"HX-Redirect": there}) if htmx else redirect(there, 303)


def glance_of(gathering_id: int) -> Glance:
    """Return the little that a poll of the board needs, if this person may see the meeting; raise NotFound."""
    glance = glance_at(db.session, gathering_id)
    if not may(current_user, Can.SEE_MEETING, glance.place):
        raise NotFound
    return glance


@pages.get("/meetings/<id:gathering_id>/sign-ins")
@needs(Can.SEE_ROLL, glance_of)
def board(glance):
    """Show the live list; unchanged answers 304."""
    if same := unchanged(glance.tag):
        return same
    met, wall = meeting_of(glance.gathering_id), request.args.get("view") == "wall"
    fragment = "roll/_wall.html" if wall else "roll/_board.html"
    if not wall:
        of_today()
    page = respond("roll/board.html", fragment=fragment, met=met, board=_board(met, glance.tag), wall=wall)
    return tagged(page, glance.tag) if htmx else page


@pages.post("/meetings/<id:gathering_id>/opening")
@needs(Can.CLOSE_MEETING, meeting_of)
def open_(met):
    """Begin signing in: freeze the due list, and show the code; or what is entered from the paper sheet."""
    with transaction(db.session):
        actions.open_sign_in(db.session, met.gathering, by=current_user.id, at=clock.now())
    if _is_paper(request.form):
        return done("应到名单已按开会那天定下，照签到表登记。", "roll.ask_ticks", gathering_id=met.id, door=Door.PAPER)
    return done("签到开始了，应到名单已定。", "roll.code", gathering_id=met.id)


@pages.get("/meetings/<id:gathering_id>/closing")
@needs(Can.CLOSE_MEETING, meeting_of)
def ask_closing(met):
    """Show who would stand as absent, before signing in is ended: that cannot be taken back."""
    if reason := refusal_to_close(met.state):
        raise Refused(reason)
    at = clock.now()
    coming = next((one for one in met.sittings if at < one.starts_at), None)
    roll = _opened_roll(met)
    return respond(
        "roll/closing.html", met=met, roll=roll, coming=coming, leaves=LEAVE_NAMES,
        asked=leaves_of(db.session, met.id), duty=duty_of(met, missing=roll.missing),
    )  # fmt: skip


@pages.post("/meetings/<id:gathering_id>/closing")
@needs(Can.CLOSE_MEETING, meeting_of)
def close(met):
    """End signing in; the sheet adds up."""
    with transaction(db.session):
        actions.close_meeting(db.session, met.gathering, by=current_user.id, at=clock.now())
    return done("签到已结束。", "meetings.show", gathering_id=met.id)


@pages.get("/meetings/<id:gathering_id>/ticks")
@needs(Can.TICK, meeting_of)
def ask_ticks(met):
    """Show who is missing, to be ticked several at a time, also without a network; or all that a paper sheet says."""
    roll, sitting = _opened_roll(met), _sitting(met)
    if _is_paper(request.args):
        return respond(
            "roll/paper.html", met=met, roll=roll, sitting=sitting, sittings=_sitting_choices(met),
            picked={row.person_id for row in roll.missing} if "all" in request.args else set(), most_late=MOST_LATE,
        )  # fmt: skip
    of_today()
    return respond(
        "roll/ticks.html", met=met, roll=roll, note_choices=NOTE_CHOICES, sitting=sitting,
        sittings=_sitting_choices(met),
    )  # fmt: skip


def _is_paper(given) -> bool:
    return given.get("door") == Door.PAPER


def _sitting_choices(met) -> list[tuple[int, str]]:
    """Return id and words of each sitting, where there are several."""
    at = clock.now()
    choices = [(one.id, f"{met.called(one.id)} {when(one.starts_at, at)}") for one in met.sittings]
    return choices if met.is_split else []


def _opened_roll(met):
    if met.gathering.opened_at is None:
        raise Refused("还没有开始签到。先点开始签到，再看名单。")
    return get_roll(db.session, met.gathering)


@pages.post("/meetings/<id:gathering_id>/ticks")
@needs(Can.TICK, meeting_of)
def tick(met):
    """Mark people present by hand; what a phone sends again brings back no mark that was undone meanwhile."""
    chosen = dict.fromkeys(filter(None, map(whole_number, request.form.getlist("people"))))
    if not chosen:
        raise Refused("请先点选到会的人，再补签。")
    note, at = text_typed("note", 60) or None, clock.now()
    made = do_once(lambda: sum(_tick(met, person_id, note, at) for person_id in chosen), at=at)
    if _is_paper(request.form):
        words = f"照签到表登记了 {made} 人。" if made else "选的人都已经到会，没有重复登记。"
        return done(words, "roll.ask_closing" if _closes(met) else "meetings.show", gathering_id=met.id)
    words = f"补签了 {made} 人，记录里写明是您登记的。" if made else "选的人都已经到会，没有重复登记。"
    return done(words, "roll.board", gathering_id=met.id)


def _closes(met) -> bool:
    return met.state is State.IN_SESSION and may(current_user, Can.CLOSE_MEETING, met.place)


def _tick(met, person_id: int, note: str | None, at: datetime) -> bool:
    sitting_id = number_typed("sitting")
    desk = get_desk(db.session, gathering_id=met.id, person_id=person_id, at=at, sitting_id=sitting_id)
    written = {"door": Door.PAPER, "late": _late(person_id)} if _is_paper(request.form) else {"note": note}
    return actions.tick_present(db.session, desk, person_id=person_id, by=current_user.id, at=at, **written)


def _late(person_id: int) -> int | None:
    """Return the minutes that somebody was late by the sheet; raise Refused for what is no number."""
    typed = request.form.get(f"late-{person_id}", "").strip()
    number = whole_number(typed)
    if typed and number is None:
        raise Refused("迟到的分钟数请写成数字，如 10。")
    return number


@pages.get("/meetings/<id:gathering_id>/due")
@needs(Can.TICK, meeting_of)
def ask_due(met):
    """Show whom the frozen list lacks although the roster has them."""
    return respond("roll/due.html", met=met, people=actions.left_out(db.session, met.gathering))


@pages.post("/meetings/<id:gathering_id>/due")
@needs(Can.TICK, meeting_of)
def add_due(met):
    """Enter somebody into the frozen list."""
    with transaction(db.session):
        actions.add_to_list(
            db.session, met.gathering, person_id=number_typed("person") or 0, by=current_user.id,
            at=clock.now(),
        )  # fmt: skip
    return done("已补进应到名单，记录里写明是您补的。", "roll.board", gathering_id=met.id)


class Seat:
    """One person in the list of one gathering, with the place at which the policy is asked."""

    def __init__(self, met, row):
        self.met, self.row = met, row
        self.place = Place(met.place.lineage, row.person_id, met.place.circle)


def seat_of(gathering_id: int, person_id: int) -> Seat:
    """Return a person's row in the list of a meeting one may see; raise NotFound."""
    met = meeting_of(gathering_id)
    row = next((row for row in _opened_roll(met).rows if row.person_id == person_id), None)
    if row is None:
        raise NotFound
    return Seat(met, row)


@pages.get("/meetings/<id:gathering_id>/people/<id:person_id>")
@needs(Can.TICK, seat_of)
def one(seat):
    """Show one person of the list and what the host can do: tick, undo, leave, not counted."""
    return respond(
        "roll/one.html", met=seat.met, row=seat.row, place=seat.place, note_choices=NOTE_CHOICES, leaves=LEAVE_NAMES,
        reasons=EXCLUSION_REASONS, status_names=STATUS_NAMES, ways=MAKE_UP_NAMES, today=clock.today(),
        made_up=make_ups_in(db.session, seat.met.id).get(seat.row.person_id), sitting=_sitting(seat.met),
        sittings=_sitting_choices(seat.met), to_closing=request.args.get("to") == "closing",
    )  # fmt: skip


@pages.post("/meetings/<id:gathering_id>/people/<id:person_id>/make-ups")
@needs(Can.MAKE_UP, seat_of)
def make_up(seat):
    """Record how and when somebody made up for a held meeting."""
    on_day = day_typed("on_day")
    if on_day is None:
        raise Refused("请写补课的日期，如 2026-03-05。")
    with transaction(db.session):
        record_make_up(
            db.session, seat.met.gathering, person_id=seat.row.person_id, way=request.form.get("way", ""),
            on_day=on_day, by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("补课已登记。", "meetings.show", gathering_id=seat.met.id)


@pages.post("/meetings/<id:gathering_id>/people/<id:person_id>/make-ups/undoing")
@needs(Can.MAKE_UP, seat_of)
def undo_make_up_(seat):
    """Undo a make-up; the trace stays."""
    with transaction(db.session):
        undo_make_up(
            db.session, seat.met.gathering, person_id=seat.row.person_id, by=current_user.id, at=clock.now(),
            reason=text_typed("reason", 100),
        )  # fmt: skip
    return done("补课已撤销，原记录留有痕迹。", "meetings.show", gathering_id=seat.met.id)


@pages.post("/meetings/<id:gathering_id>/people/<id:person_id>/undoing")
@needs(Can.TICK, seat_of)
def undo(seat):
    """Undo a person's mark; the trace stays."""
    if seat.row.mark_id is None:
        raise Refused("这个人没有签到记录，不用撤销。")
    with transaction(db.session):
        actions.undo_mark(
            db.session, seat.row.mark_id, seat.met.id, by=current_user.id, at=clock.now(),
            reason=text_typed("reason", 100),
        )  # fmt: skip
    return done("已撤销，原记录留有痕迹。", "roll.board", gathering_id=seat.met.id)


@pages.post("/meetings/<id:gathering_id>/people/<id:person_id>/leave")
@needs(Can.GRANT_LEAVE, seat_of)
def enter_leave(seat):
    """Enter leave that somebody asked by word of mouth, granted by the host."""
    at = clock.now()
    with transaction(db.session):
        leave = actions.ask_leave(
            db.session, seat.met.gathering, person_id=seat.row.person_id, sort=request.form.get("sort", ""),
            cause=text_typed("cause", 40), by=current_user.id, at=at,
        )  # fmt: skip
        actions.decide_leave(
            db.session, leave, granted=True, answer=None, by=current_user.id, at=at,
            unit_id=seat.met.gathering.unit_id,
        )  # fmt: skip
    there = "roll.ask_closing" if request.form.get("to") == "closing" else "roll.board"
    return done("已登记请假。", there, gathering_id=seat.met.id)


@pages.post("/meetings/<id:gathering_id>/people/<id:person_id>/counting")
@needs(Can.COUNT_OUT, seat_of)
def count(seat):
    """Leave a person out of the due number with a reason, or count them again."""
    reason = request.form.get("reason") or None
    with transaction(db.session):
        actions.count_out(
            db.session, seat.met.gathering, person_id=seat.row.person_id, reason=reason, by=current_user.id,
            at=clock.now(),
        )  # fmt: skip
    return done("已改，名单和应到数一起更新。", "roll.board", gathering_id=seat.met.id)

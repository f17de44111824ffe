"""The in-page scanner: a code scanned without a network, a member's own code, and the host who scans those (B8)."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Blueprint, current_app, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.actions import scan_person, sign_in, sign_in_late
from partygroup.attendance.models import Door
from partygroup.attendance.queries import find_desk, get_desk, own_desk
from partygroup.attendance.roll import get_roll
from partygroup.attendance.rules import EARLY_AT_MOST, OPEN_AT_MOST, open_until
from partygroup.clock import moment
from partygroup.db import db
from partygroup.errors import Differs, NotFound, Refused
from partygroup.meetings.queries import describe
from partygroup.people.queries import name_of
from partygroup.policy import Can
from partygroup.text import squeeze
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import do_once
from partygroup.web.outbox import written_at
from partygroup.web.respond import done, of_today, respond
from partygroup.web.roll import qr_path
from partygroup.web.security import use_camera
from partygroup.web.signing import require_open_quarter, twice_page

pages = Blueprint("scanning", __name__)
FOREIGN = "这不是签到码，没有签到。请扫会场屏幕上的码。"


def _code_sent() -> str:
    """Return the code that was scanned, with or without the address around it."""
    return re.sub(r"^.*/[qp]/", "", squeeze(request.form.get("code"), 200), flags=re.IGNORECASE)


# --- the meeting's code, scanned by a member in our page --------------------------------------------------------------


@pages.post("/sign-ins")
@needs(Can.SIGN_IN, back="signing.ways")
def late():
    """Sign in by a code that the phone has scanned, now or without a network earlier."""
    at, code = clock.now(), _code_sent()
    sitting_id = codes.sitting_id_in(code)
    shown = find_desk(db.session, sitting_id=sitting_id, person_id=current_user.id) if sitting_id else None
    desk = shown and own_desk(db.session, shown, current_user.id)
    try:
        gathering_id = do_once(lambda: _sign_in(shown, desk, code, at), at=at, code=code)
    except Differs as twice:
        return twice_page(int(twice.kept), desk and desk.gathering_id)
    return done("", "signing.receipt", gathering_id=gathering_id)


def _sign_in(shown, desk, code: str, at: datetime) -> int:
    """Sign in at a desk by a code of the one shown, live or seen earlier; return the gathering. Raise Refused."""
    if desk is None:
        raise Refused(FOREIGN)
    keys, seconds = current_app.config["SECRET_KEYS"], current_app.config["SETTINGS"].step_seconds
    now_step = codes.step_of(at, seconds)
    is_live = codes.step_shown(keys, shown.gathering_id, shown.sitting_id, code, now_step) is not None
    if is_live and desk.closed_at is None:  # it may have been closed since the code was seen
        sign_in(db.session, desk, person_id=current_user.id, door=Door.CODE, happened_at=at, at=at)
    else:
        seen_at = _seen_at(shown, code, now_step, seconds)
        require_open_quarter(desk, current_user.id)
        sign_in_late(db.session, desk, person_id=current_user.id, seen_at=seen_at, at=at)
    return desk.gathering_id


def _seen_at(desk, code: str, now_step: int, seconds: int):
    """Return the moment at which the wall showed a code while signing in could be open; raise Refused."""
    opened_at = desk.opened_at or desk.starts_at
    first, last = opened_at - EARLY_AT_MOST, open_until(opened_at, desk.last_at)
    if desk.last_at:  # the code of one of several sittings is shown around its own time
        first, last = max(first, desk.starts_at - OPEN_AT_MOST), min(last, desk.starts_at + OPEN_AT_MOST)
    first, last = codes.step_of(first, seconds), min(codes.step_of(last, seconds), now_step)
    keys = current_app.config["SECRET_KEYS"]
    step = codes.step_within(keys, desk.gathering_id, desk.sitting_id, code, first, last)
    if step is None:
        raise Refused("认不出这个签到码，没有签到。请再扫一次会场屏幕，或请主持人补签。")
    return moment(step * seconds)


# --- a member's own code ----------------------------------------------------------------------------------------------


def own_code(person_id: int) -> str:
    """Return a member's own code."""
    return codes.personal_code(current_app.config["SECRET_KEYS"][0], person_id)


@pages.get("/me/code")
@needs(Can.SEE_OWN)
def mine():
    """Show my own code, for a host to scan; it may lie on the phone or be printed."""
    base = current_app.config["SETTINGS"].base_url or request.host_url.rstrip("/")
    path, modules = qr_path(f"{base}/p/{own_code(current_user.id)}".upper())
    of_today()
    return respond("me/code.html", path=path, modules=modules)


@pages.get("/p/<code>")
@pages.get("/P/<code>", endpoint="own")
def own(code: str):
    """Say what a member's own code is for; who scans it by another scanner learns nobody's name."""
    if codes.person_in(current_app.config["SECRET_KEYS"], code) is None:
        raise NotFound
    lines = ["主持人在会议页点“扫本人码”，用炉火里的相机扫它。", "您自己签到，请扫会场屏幕上的码。"]
    return respond(
        "attendance/result.html", title="这是党员的本人码", icon_name="user", tone="due", lines=lines,
        actions=[("去签到", "/scan", True), ("回首页", "/", False)],
    )  # fmt: skip


# --- the host, who scans the members' own codes one after another -----------------------------------------------------


@pages.get("/meetings/<id:gathering_id>/scanning")
@needs(Can.TICK, meeting_of)
def ask(met):
    """Show the scanner for the members' own codes, with the list by which it knows names without a network."""
    if met.gathering.opened_at is None:
        raise Refused("还没有开始签到。先点开始签到，再扫本人码。")
    of_today()
    use_camera()
    roll = get_roll(db.session, met.gathering)
    names = [(own_code(row.person_id)[: -codes.MAC_LENGTH], row.name, row.came) for row in roll.rows]
    return respond("roll/scanning.html", met=met, names=names)


@pages.post("/meetings/<id:gathering_id>/scans")
@needs(Can.TICK, meeting_of)
def scan(met):
    """Mark the person whose own code was scanned, at the moment of scanning; of a joint meeting in the own branch's.

    Of somebody of another branch the host learns the branch, not the name.
    """
    at = clock.now()
    code, written = _code_sent(), written_at(at)
    person_id = codes.person_in(current_app.config["SECRET_KEYS"], code)
    seen_at = written or at
    desk, name = _desk_and_name(met, person_id, seen_at) if person_id else (None, "认不出的码")

    def act() -> int:
        if desk is None:
            raise Refused("这不是本人码，没有签到。请让本人打开“我的 · 本人码”再扫。")
        if written:
            require_open_quarter(desk, person_id)
        made = scan_person(db.session, desk, person_id=person_id, name=name, seen_at=seen_at, by=current_user.id, at=at)
        return person_id if made else 0

    try:
        made = do_once(act, at=at, meeting=met.id, code=code)
    except Differs as twice:
        raise Refused(_said_of_both(met, int(twice.kept), name, seen_at), twice.status) from twice
    return done(f"{name}，签到了。" if made else f"{name}已经签过了。", "roll.board", gathering_id=met.id)


def _desk_and_name(met, person_id: int, at: datetime):
    """Return the desk at which somebody signs whose own code was scanned, and what the host is told of them."""
    here = get_desk(db.session, gathering_id=met.id, person_id=person_id, at=at)
    own = own_desk(db.session, here, person_id)
    if own is here:
        return here, name_of(db.session, person_id)
    return own, f"{describe(db.session, own.gathering_id).unit_name}的同志"


def _said_of_both(met, kept_id: int, name: str, at: datetime) -> str:
    """Say of a scan whose key came before with another code which of the two stands."""
    kept = f"{_desk_and_name(met, kept_id, at)[1]}签到了" if kept_id else "那个人早已签过"
    return f"这次扫码交过一次，内容不一样：上次{kept}；这次是{name}，没有签。请再扫一次。"

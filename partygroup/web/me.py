"""我的: own facts, attendance, devices, password, and who looked at or changed what."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.mine import attended_by
from partygroup.audit import PAGE, rows_about
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people import logins
from partygroup.people.passwords import is_password
from partygroup.people.queries import get_profile
from partygroup.policy import Can
from partygroup.web.asked import last_seen, number_asked, number_typed
from partygroup.web.identity import counters_of, start_login
from partygroup.web.needs import needs
from partygroup.web.pwa import way_to_home_screen
from partygroup.web.respond import done, respond

pages = Blueprint("me", __name__)


@pages.get("/me")
@needs(Can.SEE_OWN)
def index():
    """Show who I am to the party, by the roster."""
    profile = get_profile(db.session, current_user.id, clock.today())
    return respond("me/index.html", profile=profile, home_screen=way_to_home_screen(request.user_agent.string))


@pages.get("/me/attendance")
@needs(Can.SEE_OWN)
def attendance():
    """Show my own attendance, each with status, reason and door."""
    rows = attended_by(db.session, current_user.id, before=last_seen())
    return respond("me/attendance.html", rows=rows, is_full=len(rows) == 20)


@pages.get("/me/devices")
@needs(Can.SEE_OWN)
def devices():
    """Show where I am logged in."""
    return respond("me/devices.html", devices=logins.devices_of(db.session, current_user.id))


@pages.post("/me/devices/ending")
@needs(Can.SEE_OWN)
def end_device():
    """Sign out one other device, or all others."""
    login_id = number_typed("login_id")
    with transaction(db.session):
        ended = logins.end_login(
            db.session, person_id=current_user.id, login_id=login_id, keep=current_user.login_id,
            by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done(f"已让 {ended} 台设备退出。" if ended else "没有别的设备。", "me.devices")


@pages.get("/me/password")
@needs(Can.SEE_OWN)
def ask_password():
    """Show the form for another password."""
    return respond("me/password.html", errors={})


@pages.post("/me/password")
@needs(Can.SEE_OWN)
def change_password():
    """Change my password; every other device is signed out."""
    who, at, form = current_user._get_current_object(), clock.now(), request.form
    limits, stored = counters_of(who.staff_no), logins.stored_password(db.session, who.id)
    if logins.is_locked(db.session, limits, at=at):
        return respond("me/password.html", status=429, errors={"old": logins.LOCKED})
    db.session.rollback()  # the slow hash is checked without holding the write lock
    if not is_password(stored, form.get("old", "")[:200]):
        with transaction(db.session):
            logins.count_failure(db.session, limits, at=at)
        return respond("me/password.html", status=422, errors={"old": "现在的密码不对，请再输一次。"})
    if form.get("password") != form.get("again"):
        return respond("me/password.html", status=422, errors={"again": "两次输入的新密码不一样，请再输一次。"})
    try:
        hashed = logins.prepare_password(form.get("password", "")[:200], staff_no=who.staff_no, name=who.name)
    except Refused as refusal:
        return respond("me/password.html", status=422, errors={"password": refusal.reason})
    with transaction(db.session):
        logins.set_password(db.session, who.id, hashed, by=who.id, at=at)
        start_login(who.id, who.staff_no, at=at)
    return done("密码已改，别的设备都已退出。", "me.index")


@pages.get("/me/records")
@needs(Can.SEE_OWN)
def records():
    """Show what was changed about me, and who read a restricted text about me: by whom, when, in which post (H5)."""
    before = number_asked("before")
    rows = rows_about(db.session, current_user.id, before=before)
    return respond("me/records.html", rows=rows, is_full=len(rows) == PAGE, is_first=before is None)

"""Logging in, first use, logging out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people import logins
from partygroup.people.passwords import is_password
from partygroup.policy import Can
from partygroup.web.identity import counters_of, end_here, open_office, own_path, start_login
from partygroup.web.needs import OFFICE_FIELD, needs, password_page
from partygroup.web.respond import respond

pages = Blueprint("login", __name__)
FIELD_LIMIT = 200


def _next() -> str:
    return own_path(request.values.get("next")) or url_for("home.home")


def _typed(name: str) -> str:
    return request.form.get(name, "")[:FIELD_LIMIT]


@pages.get("/login")
def ask():
    """Show the login page; who is logged in goes on."""
    if current_user.is_authenticated:
        return redirect(_next(), 303)
    return respond("login.html", next=own_path(request.args.get("next")), error=None, staff_no="")


@pages.post("/login")
def enter():
    """Log in with staff number and password, and go on where one was."""
    at, staff_no, password = clock.now(), _typed("staff_no"), _typed("password")
    limits = counters_of(staff_no)
    if logins.is_locked(db.session, limits, at=at):
        return _again("login.html", 429, logins.LOCKED)
    found = logins.find_account(db.session, staff_no, today=clock.day_of(at))
    db.session.rollback()  # the slow hash is checked without holding the write lock
    right = is_password(found.password if found else None, password)
    stronger = logins.stronger_hash(found.password, password) if right else None
    with transaction(db.session):
        if not right:
            logins.count_failure(db.session, limits, at=at)
            return _again("login.html", 422, logins.WRONG)
        logins.forget_failures(db.session, limits)
        if stronger:
            logins.keep_stronger(db.session, found.id, stronger, at=at)
        start_login(found.id, found.staff_no, at=at)
    return redirect(_next(), 303)


def _again(page: str, status: int, error: str, **more):
    return respond(
        page, status=status, next=own_path(request.form.get("next")), error=error, staff_no=_typed("staff_no"), **more
    )


@pages.post("/office")
@needs(Can.SEE_OWN)
def wake():
    """Open the office by the password, and go on to the page where one was."""
    if open_office(current_user._get_current_object(), _typed(OFFICE_FIELD)):
        return redirect(_next(), 303)
    return password_page(url_for("login.wake"), [("next", _next())], failed=True)


@pages.get("/activate")
def ask_activation():
    """Show the page of first use: activation code and an own password."""
    return respond(
        "activate.html", next=own_path(request.args.get("next")), errors={}, error=None,
        staff_no=request.args.get("no", "")[:20], code="",
    )  # fmt: skip


@pages.post("/activate")
def activate():
    """Set an own password with the one-time code, and go on where one was."""
    at, staff_no = clock.now(), _typed("staff_no")
    limits = counters_of(staff_no)
    if logins.is_locked(db.session, limits, at=at):
        return _again("activate.html", 429, logins.LOCKED, errors={}, code=_typed("code"))
    if _typed("password") != _typed("again"):
        errors = {"again": "两次输入的密码不一样，请再输一次。"}
        return _again("activate.html", 422, None, errors=errors, code=_typed("code"))
    found = logins.find_account(db.session, staff_no, today=clock.day_of(at))
    if not logins.is_activation(found, _typed("code"), at=at):
        with transaction(db.session):
            logins.count_failure(db.session, limits, at=at)
        return _again("activate.html", 422, None, errors={"code": logins.WRONG_CODE}, code=_typed("code"))
    return _first_password(found, at, limits)


def _first_password(found, at, limits):
    db.session.rollback()  # the slow hash is made without holding the write lock
    try:
        hashed = logins.prepare_password(_typed("password"), staff_no=found.staff_no, name=found.name)
        with transaction(db.session):
            logins.set_password(db.session, found.id, hashed, activation=found.activation, by=found.id, at=at)
            logins.forget_failures(db.session, limits)
            start_login(found.id, found.staff_no, at=at)
    except Refused as refusal:
        if refusal.status != 422:
            raise
        return _again("activate.html", 422, None, errors={"password": refusal.reason}, code=_typed("code"))
    return redirect(_next(), 303)


@pages.post("/logout")
def leave():
    """Log out here; the page's script and this answer's header clear what the browser kept."""
    end_here()
    return redirect(url_for("login.ask"), 303)


@pages.get("/logout")
def ask_leave():
    """Show a page with the logout button, for bookmarks and typed addresses."""
    return render_template("logout.html")

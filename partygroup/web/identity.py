"""Who asks: Flask-Login over an opaque cookie, the office window, and setting or clearing those cookies."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from flask import after_this_request, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from itsdangerous import BadSignature, URLSafeSerializer

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.people import logins
from partygroup.people.models import Role

manager = LoginManager()
SHOP_FLOOR_HOURS, OFFICE_IDLE = timedelta(hours=12), timedelta(minutes=30)
DEVICES = {
    "MicroMessenger": "微信",
    "HarmonyOS": "鸿蒙手机",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "安卓手机",
    "Windows": "Windows 电脑",
    "Macintosh": "Mac 电脑",
    "Linux": "Linux 电脑",
}
OFFICE_ROLES = (Role.UNIT_OFFICE, Role.COMPANY_OFFICE, Role.ACCOUNT_OFFICER, Role.AUDITOR)


def cookie_name() -> str:
    """Return the name of the login's cookie: host-bound over HTTPS."""
    return "__Host-sid" if current_app.config["HTTPS"] else "sid"


def _set_cookie(name: str, value: str | None, days: int = 180) -> None:
    @after_this_request
    def put(response):
        if value is None:
            response.delete_cookie(name, path="/", secure=current_app.config["HTTPS"], httponly=True, samesite="Lax")
        else:
            response.set_cookie(
                name, value, max_age=days * 86400, path="/",
                secure=current_app.config["HTTPS"], httponly=True, samesite="Lax",
            )  # fmt: skip
        return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(current_app.config["SECRET_KEYS"])), salt="office-seen")


@manager.request_loader
def load_who(_request):
    """Return who asks, by one statement, with the office window judged; None for nobody."""
    secret = request.cookies.get(cookie_name())
    if not secret or len(secret) > 100:
        return None
    at = clock.now()
    who = logins.find_who(db.session, secret, at=at)
    if who is None:
        return None
    return replace(who, office_open=_is_office_open(who, at))


def _is_office_open(who, at) -> bool:
    if who.office_at is None or at > who.office_at + SHOP_FLOOR_HOURS:
        return False
    if not who.holds(*OFFICE_ROLES):
        return True
    return at <= _office_seen(who) + OFFICE_IDLE


def _office_seen(who):
    """Return when the office was last used: signed in a cookie, so that reading writes nothing."""
    try:
        login_id, opened, seen = _signer().loads(request.cookies.get("office", ""))
    except (BadSignature, ValueError, TypeError):
        return who.office_at
    mine = (login_id, opened) == (who.login_id, int(who.office_at.timestamp()))
    return max(who.office_at, clock.moment(seen)) if mine else who.office_at


def note_office_use() -> None:
    """Slide the office window of the four offices with each page they open."""
    who = current_user if current_user.is_authenticated else None
    if who and who.office_open and who.holds(*OFFICE_ROLES):
        stamp = [who.login_id, int(who.office_at.timestamp()), int(clock.now().timestamp())]
        _set_cookie("office", _signer().dumps(stamp), days=1)


def device_secret() -> str | None:
    """Return this browser's own mark, which says that somebody has logged in here before."""
    mark = request.cookies.get("device", "")
    return mark if 20 <= len(mark) <= 60 else None


def device_name(agent: str) -> str:
    """Return a device's label in words, from its user agent."""
    return " · ".join([name for mark, name in DEVICES.items() if mark in agent][:2]) or "未知设备"


def start_login(person_id: int, *, at) -> None:
    """Begin a login, its office open since the password was just given, and hand out cookies. Inside a transaction."""
    device = device_name(request.user_agent.string)
    secret = logins.begin_login(db.session, person_id, device=device, at=at, office=True)
    _set_cookie(cookie_name(), secret)
    if device_secret() is None:
        _set_cookie("device", secrets.token_urlsafe(24), days=3650)


def open_office(who, password: str) -> bool:
    """Open the office if the password is right: the login gets a new secret and the request goes on with power."""
    at = clock.now()
    limits = logins.counters(who.staff_no, device_secret(), request.remote_addr or "")
    stored = logins.stored_password(db.session, who.id)
    if logins.is_locked(db.session, limits, at=at):
        return False
    right = logins.is_password(stored, password)
    with transaction(db.session):
        if not right:
            logins.count_failure(db.session, limits, at=at)
            return False
        _set_cookie(cookie_name(), logins.renew_login(db.session, who.login_id, at=at, office=True))
    g._login_user = replace(who, office_open=True, office_at=at)
    return True


def end_here() -> None:
    """Log out on this browser: the login's row goes, its cookies go, caches go."""
    if current_user.is_authenticated:
        with transaction(db.session):
            logins.end_login(db.session, person_id=current_user.id, login_id=current_user.login_id,
                             by=current_user.id, at=clock.now())  # fmt: skip
    for name in (cookie_name(), "office", "ticket"):
        _set_cookie(name, None)

    @after_this_request
    def clear(response):
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def own_path(path: str | None) -> str | None:
    """Return an address if it is one of our own pages, rebuilt from the matched route; else None (security.md 3)."""
    if not path or len(path) > 500 or not path.startswith("/"):
        return None
    path, _, query = path.partition("?")
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
        rebuilt = url_for(endpoint, **values)
    except Exception:
        return None
    plain = query.isascii() and query.isprintable() and " " not in query
    return f"{rebuilt}?{query}" if query and plain else rebuilt


def ask_to_log_in(back: str | None = None):
    """Answer somebody unknown: the login page and back here; for scripts 401 with the way, never a login swapped in."""
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": url_for("login.ask")}
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    there = back or own_path(here)
    return redirect(url_for("login.ask", next=None if there == "/" else there), 303)


manager.unauthorized_handler(ask_to_log_in)

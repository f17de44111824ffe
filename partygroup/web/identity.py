"""Who asks: Flask-Login over an opaque cookie, the office window, and setting or clearing those cookies."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from flask import after_this_request, current_app, g, redirect, request, url_for
from flask import session as words
from flask_login import LoginManager, current_user
from itsdangerous import BadSignature, URLSafeSerializer

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.people import logins
from partygroup.people.models import Role
from partygroup.people.passwords import is_password
from partygroup.web.respond import by_outbox, to_outbox

manager = LoginManager()
#: How many staff numbers a shared device remembers.
KNOWN_HERE = 8
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


def signer(salt: str) -> URLSafeSerializer:
    """Return the serialiser of signed words for one purpose, by the newest key."""
    return URLSafeSerializer(list(reversed(current_app.config["SECRET_KEYS"])), salt=salt)


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
        login_id, opened, seen = signer("office-seen").loads(request.cookies.get("office", ""))
    except (BadSignature, ValueError, TypeError):
        return who.office_at
    mine = (login_id, opened) == (who.login_id, int(who.office_at.timestamp()))
    return max(who.office_at, clock.moment(seen)) if mine else who.office_at


def note_office_use() -> None:
    """Slide the office window of the four offices with each page they open."""
    who = current_user if current_user.is_authenticated else None
    if who and who.office_open and who.holds(*OFFICE_ROLES):
        stamp = [who.login_id, int(who.office_at.timestamp()), int(clock.now().timestamp())]
        _set_cookie("office", signer("office-seen").dumps(stamp), days=1)


def device_secret(staff_no: str) -> str | None:
    """Return this browser's own secret if this staff number has logged in here before; else None.

    It is signed: a made-up mark would win new tries at somebody's password with each request.
    """
    secret, known = _device()
    return secret if _known_as(staff_no, secret) in known else None


def _device() -> tuple[str, list[str]]:
    """Return this browser's secret and the numbers known here, each only as a digest with that secret."""
    try:
        secret, known = signer("device").loads(request.cookies.get("device", ""))
    except (BadSignature, ValueError, TypeError):
        return secrets.token_urlsafe(24), []
    return secret, known


def _known_as(staff_no: str, secret: str) -> str:
    return logins.digest_of_number(staff_no, current_app.config["SECRET_KEYS"][0] + secret)[:12]


def _remember_here(staff_no: str) -> None:
    secret, known = _device()
    mine = _known_as(staff_no, secret)
    stamp = [secret, [one for one in known if one != mine][1 - KNOWN_HERE :] + [mine]]
    _set_cookie("device", signer("device").dumps(stamp), days=3650)


def counters_of(staff_no: str) -> dict[str, int]:
    """Return the failure counters of a try from this browser, with their limits."""
    return logins.counters(staff_no, device_secret(staff_no), request.remote_addr or "")


def device_name(agent: str) -> str:
    """Return a device's label in words, from its user agent."""
    return " · ".join([name for mark, name in DEVICES.items() if mark in agent][:2]) or "未知设备"


def start_login(person_id: int, staff_no: str, *, at) -> None:
    """Begin a login, its office open since the password was just given, and hand out cookies. Inside a transaction."""
    _end_former(at)
    device = device_name(request.user_agent.string)
    secret = logins.begin_login(db.session, person_id, device=device, at=at, office=True)
    _set_cookie(cookie_name(), secret)
    _remember_here(staff_no)


def _end_former(at) -> None:
    """End the login that this browser had, of whomever: its cookie is about to be replaced."""
    if current_user.is_authenticated:
        logins.end_login(db.session, person_id=current_user.id, login_id=current_user.login_id,
                         by=current_user.id, at=at)  # fmt: skip


def open_office(who, password: str) -> bool:
    """Open the office if the password is right: the login gets a new secret and the request goes on with power."""
    at = clock.now()
    limits = counters_of(who.staff_no)
    stored = logins.stored_password(db.session, who.id)
    if logins.is_locked(db.session, limits, at=at):
        return False
    db.session.rollback()  # the slow hash is checked without holding the write lock
    right = is_password(stored, password)
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
    words.clear()

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
    if by_outbox():
        way = url_for("login.ask", next=url_for("outbox.page"))
        return to_outbox("login", "登录已经到期，登录后接着发。", 401, to=way)
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": url_for("login.ask")}
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    there = back or own_path(here)
    return redirect(url_for("login.ask", next=None if there == "/" else there), 303)


manager.unauthorized_handler(ask_to_log_in)

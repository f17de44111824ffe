"""The guard of every address: `@needs(Can.X, loader)` loads the thing, asks the policy; the rest stands in PUBLIC."""

from __future__ import annotations

from functools import wraps
from urllib.parse import urlsplit

from flask import abort, render_template, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db
from partygroup.people.logins import note_seen
from partygroup.policy import Can, Grant, Place, grant, units_where
from partygroup.web.identity import ask_to_log_in, note_office_use, open_office, own_path
from partygroup.web.respond import OUTBOX, by_outbox, to_outbox
from partygroup.web.security import SAFE

#: Addresses without a policy line, each with the reason.
PUBLIC = {
    "login.ask": "nobody is logged in yet",
    "login.enter": "nobody is logged in yet",
    "login.ask_activation": "first use",
    "login.activate": "first use",
    "login.ask_leave": "only shows the button",
    "login.leave": "logging out needs no right; ends only one's own login",
    "scanning.own": "a member's own code: says what it is for, of nobody",
    "signing.scan": "a scanned code: shows the meeting's name, changes nothing",
    "pwa.worker": "a file of ours",
    "pwa.manifest": "a file of ours",
    "pwa.offline": "a page without data",
    "outbox.page": "a page without data: what it lists lies on the phone",
    "feed.feed": "a calendar app cannot log in: the secret in the address names its owner",
    "health.healthz": "process check",
    "health.readyz": "process check",
    "about.about": "what data is kept and why: readable before logging in",
    "static": "our own files",
}
OFFICE_FIELD = "office_password"


def needs(can: Can, load=None, *, back: str | None = None):
    """Guard a view. `load(**ids)` returns the thing, whose `place` the policy is asked at, or raises NotFound (404).

    Without a loader the power must be held over some unit of one's own, or over oneself. The view gets the thing, or
    nothing. A power that sleeps answers with the password question and goes on where one was. `back`: the page to which
    somebody returns after logging in, when the address itself cannot be opened by GET.
    """

    def guard(view):
        @wraps(view)
        def guarded(**ids):
            if not current_user.is_authenticated:
                return ask_to_log_in(url_for(back, **ids) if back else None)
            if by_outbox() and request.headers[OUTBOX] != str(current_user.id):
                return to_outbox("other", "这部手机现在登录的是别人，由本人登录后再发。", 409)
            thing = load(**ids) if load else None
            stand = _stand(can, thing, bool(load))
            if stand is Grant.ASLEEP and not _wake():
                return ask_password()
            if stand is Grant.NO:
                abort(403)
            note_office_use()
            if request.method not in SAFE:
                note_seen(db.session, current_user, at=clock.now())
            return view(thing) if load else view(**ids)

        guarded.__needs__, guarded.__load__ = can, load
        return guarded

    return guard


def _stand(can: Can, thing, loaded: bool) -> Grant:
    who = current_user._get_current_object()
    if loaded:
        return grant(who, can, thing.place)
    stands = [grant(who, can, Place((unit,), who.id)) for unit in [*units_where(who, can), 0]]
    return max(stands, key=lambda one: one.value)


def _wake() -> bool:
    password = request.form.get(OFFICE_FIELD)
    return password is not None and open_office(current_user._get_current_object(), password)


def ask_password():
    """Answer with the password question; what was typed into a form goes along and is kept."""
    if by_outbox():
        return to_outbox("returned", "这一步要先输一次密码，请打开那一页再交。", 401)
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": _page_behind()}
    failed = OFFICE_FIELD in request.form
    if request.method == "GET":
        return password_page(url_for("login.wake"), [("next", request.full_path.rstrip("?"))], failed)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != OFFICE_FIELD]
    return password_page(request.full_path.rstrip("?"), kept, failed)


def _page_behind() -> str:
    """Return the page from which htmx asked, if it is one of ours."""
    return own_path(urlsplit(request.headers.get("HX-Current-URL", "")).path) or url_for("home.home")


def password_page(action_url: str, kept: list, failed: bool):
    """Return the password question; its form goes to `action_url` with all that is kept."""
    page = render_template(
        "office.html",
        kept=kept,
        action_url=action_url,
        has_file=bool(request.files),
        error="密码不对，或试得太多要等 15 分钟。请再输一次。" if failed else None,
    )
    return page, 422 if failed else 401

"""Turning refusals and faults into pages, in one place."""

from __future__ import annotations

import sqlite3
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import g, render_template, request
from werkzeug.exceptions import HTTPException

from partygroup.db import db
from partygroup.errors import Differs, NotFound, Refused
from partygroup.web.access import note_fault
from partygroup.web.identity import own_path
from partygroup.web.respond import by_outbox, htmx, state_for, to_outbox
from partygroup.web.security import FromElsewhere

PAGES = (403, 404, 413, 422, 429, 500, 503)
#: What an outbox is told where a page would say more.
OUTBOX_WORDS = {
    403: "您现在没有办这件事的权限。",
    404: "要办的事已经不在了，或您看不到它。",
    413: "照片太大，请少选几张再交。",
}
FALLBACK = {405: 404, 400: 422, 401: 403, 409: 422, 502: 503}


def install(app) -> None:
    """Bind the handlers to the application."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(NotFound, lambda _error: page(404))
    app.register_error_handler(
        FromElsewhere, lambda error: page(403, error, "从别的网站来的提交不接受，请回到炉火里再点一次。")
    )
    app.register_error_handler(HTTPException, lambda error: page(error.code or 500, error))
    app.register_error_handler(sa.exc.OperationalError, database_away)
    app.register_error_handler(sa.exc.TimeoutError, database_away)
    app.register_error_handler(Exception, fault)


def refused(error: Refused):
    """Answer a refusal with its sentence: 422, or the status it names; with the way back, and what was written."""
    if by_outbox() and isinstance(error, Differs):  # a person decides, beside the page of what stands
        return to_outbox("conflict", error.reason, error.status, to=own_path(request.path.rpartition("/")[0]))
    written = [text for text in request.form.values() if len(text.strip()) > 1 and not text.isascii()]
    return page(error.status, reason=error.reason, back=_page_before(), written=written)


def _page_before() -> str | None:
    """Return the page of ours on which the form stood, by what the browser says of it."""
    parts = urlsplit(request.referrer or "")
    return (
        own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path) if parts.netloc == request.host else None
    )


def page(code: int, error=None, reason: str | None = None, **more):
    """Return the page of a status, in the product's tone, or for htmx its words only, which replace nothing.

    A redirect of Werkzeug's passes through.
    """
    if code < 400:
        return error
    g.bare = code >= 500
    db.session.rollback()
    if by_outbox():
        return to_outbox(state_for(code), reason or OUTBOX_WORDS.get(code, ""), code)
    template = code if code in PAGES else FALLBACK.get(code, 500 if code >= 500 else 404)
    headers = {"Retry-After": "5"} if code == 503 else {}
    is_part = bool(htmx)
    if is_part:
        headers["HX-Reswap"] = "none"
    said = {"reason": reason, "back": None, "written": [], "is_elsewhere": isinstance(error, FromElsewhere)} | more
    said["frame"] = "errors/_part.html" if is_part else "errors/error.html"
    return render_template(f"errors/{template}.html", request_id=g.get("request_id"), **said), code, headers


def database_away(error):
    """Answer a busy, full or absent database with 503 and a sentence; a fault of ours stays a fault."""
    if isinstance(error.orig if hasattr(error, "orig") else None, sqlite3.OperationalError) and "readonly" in str(
        error
    ):
        return fault(error)
    note_fault("database away", error)
    return page(503)


def fault(error):
    """Answer a bug: 500 to the person, the trace to the log."""
    note_fault("fault", error)
    return page(500)

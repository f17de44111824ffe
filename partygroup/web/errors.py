"""Turning refusals and faults into pages, in one place."""

from __future__ import annotations

import logging
import sqlite3

import sqlalchemy as sa
from flask import g, render_template, request
from werkzeug.exceptions import HTTPException

from partygroup.db import db
from partygroup.errors import NotFound, Refused
from partygroup.web.respond import htmx

log = logging.getLogger("luhuo")
KNOWN = (403, 404, 405, 413, 422, 429, 500, 503)
FALLBACK = {405: 404, 400: 422, 401: 403, 409: 422, 502: 503}


def install(app) -> None:
    """Bind the handlers to the application."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(NotFound, lambda _error: page(404))
    app.register_error_handler(HTTPException, lambda error: page(error.code or 500, error))
    app.register_error_handler(sa.exc.OperationalError, database_away)
    app.register_error_handler(sa.exc.TimeoutError, database_away)
    app.register_error_handler(Exception, fault)


def refused(error: Refused):
    """Answer a refusal with its sentence: 422, or the status it names."""
    return page(error.status, reason=error.reason)


def page(code: int, error=None, reason: str | None = None):
    """Return the page of a status, in the product's tone; a redirect of Werkzeug's passes through."""
    if code < 400:
        return error
    g.bare = code >= 500
    db.session.rollback()
    template = code if code in (403, 404, 413, 422, 429, 500, 503) else FALLBACK.get(code, 500 if code >= 500 else 404)
    headers = {"Retry-After": "5"} if code == 503 else {}
    if bool(htmx):
        headers["HX-Reswap"] = "none"
    return render_template(f"errors/{template}.html", reason=reason), code, headers


def database_away(error):
    """Answer a busy, full or absent database with 503 and a sentence; a fault of ours stays a fault."""
    if isinstance(error.orig if hasattr(error, "orig") else None, sqlite3.OperationalError) and "readonly" in str(
        error
    ):
        return fault(error)
    log.error("database away", extra={"request_id": g.get("request_id"), "endpoint": request.endpoint}, exc_info=error)
    return page(503)


def fault(error):
    """Answer a bug: 500 to the person, the trace to the log."""
    log.error("fault", extra={"request_id": g.get("request_id"), "endpoint": request.endpoint}, exc_info=error)
    return page(500)

"""One line of the log for each request: what was asked and how it went, never by whom, of whom or with what."""

from __future__ import annotations

import time

from flask import current_app, g, request

from partygroup.logs import alias, log

METHODS = ("GET", "HEAD", "OPTIONS", "POST")


def begin() -> None:
    """Before each request: note when it began."""
    g.began = time.perf_counter()


def note(response):
    """After each request: write its line. The route is the pattern: no ids, no codes, no query."""
    rule, who = request.url_rule, g.get("_login_user")
    known = who is not None and who.is_authenticated
    log.info(
        "request",
        method=request.method if request.method in METHODS else "other",
        route=rule.rule if rule else "none",
        status=response.status_code,
        ms=round(1000 * (time.perf_counter() - g.began), 1) if "began" in g else None,
        request_id=g.get("request_id"),
        login=alias(current_app.config["SECRET_KEYS"][0], who.login_id) if known else None,
    )
    return response


def note_fault(event: str, error: BaseException) -> None:
    """Write a fault with its trace and the number that the page shows."""
    rule = request.url_rule
    log.error(event, route=rule.rule if rule else "none", request_id=g.get("request_id"), error=error)

"""Answering: page or fragment at one address, redirects, and notes shown on the next page."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_htmx import HTMX

htmx = HTMX()


def respond(page: str, fragment: str | None = None, *, status: int = 200, **context):
    """Render the page, or only its fragment when htmx asks to replace that part."""
    wants_part = bool(htmx) and not htmx.boosted and not htmx.history_restore_request
    template = fragment if fragment and wants_part else page
    response = make_response(render_template(template, **context), status)
    response.vary.update(("HX-Request", "Cookie"))
    return response


def unchanged(tag: str):
    """Return a 304 answer if whoever asks already shows this tag, by htmx's header or the web's own; else None."""
    if request.headers.get("HX-PTag") == tag or request.if_none_match.contains_weak(tag):
        return tagged(make_response("", 304), tag)
    return None


def tagged(response, tag: str):
    """Return the answer with the tag by which `unchanged` knows it again."""
    response.headers["HX-PTag"] = tag
    response.set_etag(tag, weak=True)
    return response


def done(words: str, endpoint: str, **ids):
    """Say what was done and go on to a page (POST, 303, GET)."""
    if words:
        flash(words, "ok")
    return redirect(url_for(endpoint, **ids), 303)

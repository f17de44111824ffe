"""Answering: page or fragment at one address, redirects with notes for the next page; a phone's outbox in few words.

An outbox (C2) sends `Outbox: person` and gets JSON {state, words, to}: `stored`; `returned` (final, with the reason);
`conflict` (the same key came with other content: a person decides; `differs` has the rows); `login`, `other` (somebody
else is logged in) or `waiting` (later). Nothing else is the server's word.
"""

from __future__ import annotations

from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_htmx import HTMX
from flask_login import current_user

htmx = HTMX()
OUTBOX = "Outbox"
#: Somebody waits for the answer and goes on to the page it names, which says what was done.
NOW = "Outbox-Now"
#: Names under which pages are told what is wrong.
WORDS = ("problem", "error", "refusal")
BY_FIELD = ("problems", "errors")


def by_outbox() -> bool:
    """Say whether a phone's outbox sends this."""
    return OUTBOX in request.headers


def to_outbox(state: str, words: str = "", status: int = 200, **more):
    """Answer an outbox."""
    return jsonify(state=state, words=words, **more), status


def state_for(status: int) -> str:
    """Return what a status means to an outbox: final, or later."""
    return "waiting" if status in (408, 425, 429) or status >= 500 else "returned"


def _what_is_wrong(context: dict) -> str:
    """Return the sentences of a page that refuses."""
    said = [words for name in BY_FIELD for words in (context.get(name) or {}).values()]
    said += [context.get(name) for name in WORDS]
    if any(said):
        return " ".join(str(one) for one in said if one)
    return "。".join([context["title"], *context["lines"]]) if "lines" in context else ""


def respond(page: str, fragment: str | None = None, *, status: int = 200, **context):
    """Render the page, or only its fragment when htmx asks to replace that part."""
    if status >= 400 and by_outbox():
        if before := context.get("before"):
            return to_outbox("conflict", before.reason + "。", status, to=before.to, differs=before.rows)
        return to_outbox(state_for(status), _what_is_wrong(context), status)
    wants_part = bool(htmx) and not htmx.boosted and not htmx.history_restore_request
    template = fragment if fragment and wants_part else page
    response = make_response(render_template(template, **context), status)
    response.vary.update(("HX-Request", "Cookie"))
    if g.get("is_of_today") and status == 200:
        response.headers["Today"] = str(current_user.id)
    return response


def of_today() -> None:
    """Let the phone keep the page that is being made until its person signs out: it is needed without network, too."""
    g.is_of_today = True


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
    if words and (not by_outbox() or NOW in request.headers):
        flash(words, "ok")
    if by_outbox():
        return to_outbox("stored", words, to=url_for(endpoint, **ids))
    return redirect(url_for(endpoint, **ids), 303)

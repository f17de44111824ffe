"""The browser's side of security.md 5: origin of unsafe requests, headers on every answer, read-only safe requests."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.exceptions import Forbidden
from werkzeug.routing import IntegerConverter

from partygroup.db import db, writing

SAFE = ("GET", "HEAD", "OPTIONS")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
}


class FromElsewhere(Forbidden):
    """A form sent from another website than ours."""


class IdConverter(IntegerConverter):
    """An id in an address: 1 to 2·10⁹ − 1 in plain digits; anything else is no such page.

    The range is in the expression: a converter that refuses later would answer 405 where GET and POST share an address.
    """

    regex = "(?:1[0-9]{9}|[1-9][0-9]{0,8})"


def is_same_origin(site: str | None, origin: str | None, referer: str | None, own: str) -> bool:
    """Say whether an unsafe request comes from our own pages (OWASP: fetch metadata, then origin, then referer)."""
    if site:
        return site == "same-origin"
    source = origin or referer
    if not source:
        return False
    theirs, ours = urlsplit(source), urlsplit(own)
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


def open_request() -> None:
    """Before each request: give it an id, make safe ones read-only, and stop forged unsafe ones."""
    g.request_id = secrets.token_hex(8)
    is_safe = request.method in SAFE
    g.writing_token = writing.set(not is_safe)
    if is_safe:
        return
    headers = request.headers
    own = current_app.config["BASE_URL"] or request.host_url
    if not is_same_origin(headers.get("Sec-Fetch-Site"), headers.get("Origin"), headers.get("Referer"), own):
        raise FromElsewhere


def close_request(_error=None) -> None:
    """After each request: whatever happened, the next one on this thread starts clean."""
    if token := g.pop("writing_token", None):
        db.session.close()
        writing.reset(token)


def use_camera() -> None:
    """Let the page that is being made run the decoder of the camera, which is WebAssembly of ours."""
    g.csp = CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


def headers(*, https: bool) -> dict[str, str]:
    """Return the headers that stand on every answer."""
    return HEADERS | {"Strict-Transport-Security": "max-age=31536000"} if https else HEADERS


def add_headers(response):
    """Put the security headers on every answer, errors too; nothing but fingerprinted files may be stored."""
    for name, value in headers(https=current_app.config["HTTPS"]).items():
        response.headers[name] = value
    if csp := g.get("csp"):
        response.headers["Content-Security-Policy"] = csp
    if not response.headers.get("Cache-Control", "").endswith("immutable") and not g.get("may_store"):
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response

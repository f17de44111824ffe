"""Posting to a foreign server: ten seconds at most, no redirect followed, a short answer read, certificates checked."""

from __future__ import annotations

import http.client
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from partygroup.robots.rules import NO_ANSWER, SORTS, body_of, fault_in

SECONDS, MOST_READ = 10, 4096


class _NoRedirect(HTTPRedirectHandler):
    """An answer that sends elsewhere is an answer, not a way."""

    def redirect_request(self, *_rest):
        """Return nothing: nobody goes there."""


_OPENER = build_opener(_NoRedirect)


def post(address: str, body: bytes) -> str | None:
    """Post a message to an address and return why it was not taken; None if it was. Quotes no address and no answer."""
    request = Request(address, body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")
    try:
        with _OPENER.open(request, timeout=SECONDS) as answer:
            return fault_in(answer.status, answer.read(MOST_READ))
    except HTTPError as error:
        with error:
            return fault_in(error.code, b"")
    except (OSError, http.client.HTTPException, ValueError):
        return NO_ANSWER


def say(sort: str, key: str, text: str) -> str | None:
    """Let a robot say a text; return why it did not, None if it did."""
    return post(SORTS[sort].address(key), body_of(sort, text))

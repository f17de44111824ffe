"""A form is carried out once: a double tap, or a phone that sends again, gets the answer of the first time.

The same key with other content changes nothing: a person is shown both and decides (409).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_login import current_user

from partygroup.db import db, once, transaction
from partygroup.errors import Differs, Refused
from partygroup.web.needs import OFFICE_FIELD


def do_once(act: Callable[[], int], *, at: datetime, **more) -> int:
    """Do in a transaction what the form asks, once for its key; return the id of what `act` made, now or before.

    Raise Differs when the key came with another content before. Without a key, act always.
    `more`: what the content is besides the fields, such as the digests of its photos.
    """
    typed = request.form.to_dict(flat=False) | {OFFICE_FIELD: None} | more
    if request.view_args:  # the same words about something else are another content
        typed["address"] = request.path
    key = request.headers.get("Idempotency-Key") or request.form.get("key")

    def answer() -> str:
        return f"{request.endpoint} {act()}"

    try:
        with transaction(db.session):
            kept = once(db.session, person_id=current_user.id, key=key, content=typed, at=at, act=answer)
    except Differs as twice:
        raise Differs(str(_own(twice.kept))) from twice
    return _own(kept)


def _own(answer: str) -> int:
    """Return the id in an answer of this very form; refuse the key of another form."""
    endpoint, _, made = answer.rpartition(" ")
    if endpoint not in ("", request.endpoint):
        raise Refused("这份表单的编号用在别处了，没有存。请重新打开表单再填。", 409)
    return int(made)


@dataclass(frozen=True)
class Before:
    """What a form was kept as before: where that is, its facts (label → words), and those that came now."""

    to: str
    stored: dict[str, str]
    now: dict[str, str]
    reason: str = "这份表单交过一次，内容不一样"

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Return label, stored and new words of whatever differs."""
        return [(label, old, self.now[label]) for label, old in self.stored.items() if old != self.now[label]]


def key_of(before: Before | None = None) -> str:
    """Return the key of a form that is shown: the one it came with; a new one where it would be a second."""
    return (before is None and request.form.get("key")) or secrets.token_hex(16)

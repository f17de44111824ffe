"""A form is carried out once: a double tap, or a phone that sends again, gets the answer of the first time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import request
from flask_login import current_user

from partygroup.db import db, once, transaction
from partygroup.web.needs import OFFICE_FIELD


def do_once(act: Callable[[], int], *, at: datetime, **more) -> int:
    """Do in a transaction what the form asks, once for its key; return the id of what `act` made, now or before.

    Raise Differs when the key came with another content before. Without a key, act always.
    `more`: what the content is besides the fields, such as the digests of its photos.
    """
    typed = request.form.to_dict(flat=False) | {OFFICE_FIELD: None} | more
    key = request.headers.get("Idempotency-Key") or request.form.get("key")
    with transaction(db.session):
        answer = once(db.session, person_id=current_user.id, key=key, content=typed, at=at, act=lambda: str(act()))
    return int(answer)

"""Writes that may be sent twice: done once for the key of the phone or of the form (architecture.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import request
from flask_login import current_user

from partygroup.db import db, once


def take_once(act: Callable[[], str], *, at: datetime, **more) -> str:
    """Run a form's write once for its key; return its answer. Raise Refused (409) for the key with other content.

    `more`: what the content is besides the fields, such as the digests of its photos.
    """
    typed = request.form.to_dict(flat=False) | {"office_password": None} | more
    key = request.headers.get("Idempotency-Key") or request.form.get("key")
    return once(db.session, person_id=current_user.id, key=key, content=typed, at=at, act=act)

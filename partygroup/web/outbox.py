"""待发箱: the page of what a phone keeps until the server has it, and how it is taken in once (C2).

All that the page lists lies on the phone, put there by scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from flask_login import current_user

from partygroup.db import db, once

pages = Blueprint("outbox", __name__)
#: How far a phone's word on the moment of writing is believed.
AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=30)


@pages.get("/outbox")
def page() -> str:
    """Return the page, the same for everybody: the worker keeps it for when there is no network."""
    return render_template("pwa/outbox.html")


def take_once(act: Callable[[], str], *, at: datetime, **more) -> str:
    """Run a form's write once for its key, the phone's or the form's own; return its answer. Raise Differs.

    `more`: what the content is besides the fields, such as the digests of its photos.
    """
    typed = request.form.to_dict(flat=False) | {"office_password": None} | more
    key = request.headers.get("Idempotency-Key") or request.form.get("key")
    return once(db.session, person_id=current_user.id, key=key, content=typed, at=at, act=act)


def written_at(at: datetime) -> datetime | None:
    """Return when the phone says that the form was written, if it waited there and the moment is believable."""
    try:
        said = datetime.fromisoformat(request.headers.get("Written-At", ""))
    except ValueError:
        return None
    if said.tzinfo is None or not at - BEHIND <= said <= at + AHEAD:
        return None
    return min(said, at)

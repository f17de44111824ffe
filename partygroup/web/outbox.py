"""待发箱: the page of what a phone keeps until the server has it; and when that was written (C2).

All that the page lists lies on the phone, put there by scripts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request

from partygroup import clock
from partygroup.attendance.rules import SENT_LATER

pages = Blueprint("outbox", __name__)
#: How old something is that has waited, and how old it may be to be believed: by the phone's word.
WAITED, BELIEVED = SENT_LATER, timedelta(days=30)


@pages.get("/outbox")
def page() -> str:
    """Return the page, the same for everybody: the worker keeps it for when there is no network."""
    return render_template("pwa/outbox.html")


def written_at(at: datetime) -> datetime | None:
    """Return when the form was written, if it waited on the phone and that is believable; else None.

    The phone says when it was written and when it was sent; only the time between counts, so that a phone whose clock
    is wrong by hours or years tells the truth all the same.
    """
    written, sent = _said("Written-At"), _said("Sent-At") or at
    return at - (sent - written) if written and WAITED <= sent - written <= BELIEVED else None


def _said(header: str) -> datetime | None:
    try:
        said = datetime.fromisoformat(request.headers.get(header, ""))
    except ValueError:
        return None
    return said if said.tzinfo else None


def day_written(at: datetime) -> date:
    """Return the day on which the form was written: it may have waited on the phone since."""
    return clock.day_of(written_at(at) or at)

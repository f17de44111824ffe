"""待发箱: the page of what a phone keeps until the server has it; and when that was written (C2).

All that the page lists lies on the phone, put there by scripts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request

from partygroup import clock

pages = Blueprint("outbox", __name__)
#: How old something is that has waited, and how old it may be to be believed: by the phone's word.
WAITED, BELIEVED = timedelta(minutes=2), timedelta(days=30)


@pages.get("/outbox")
def page() -> str:
    """Return the page, the same for everybody: the worker keeps it for when there is no network."""
    return render_template("pwa/outbox.html")


def written_at(at: datetime) -> datetime | None:
    """Return when the phone says that the form was written, if it waited there and the moment is believable."""
    try:
        said = datetime.fromisoformat(request.headers.get("Written-At", ""))
    except ValueError:
        return None
    return said if said.tzinfo and WAITED <= at - said <= BELIEVED else None


def day_written(at: datetime) -> date:
    """Return the day on which the form was written: it may have waited on the phone since."""
    return clock.day_of(written_at(at) or at)

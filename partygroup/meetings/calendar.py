"""The gatherings of one unit within a span of days."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import WITH_ALL, Convened, convened, with_units


def gatherings_between(session, visible: sa.Select, unit_id: int, first: date, last: date) -> list[Convened]:
    """Return the visible gatherings of a unit on the days [first, last), oldest first."""
    query = visible.where(Gathering.unit_id == unit_id, Gathering.day >= first, Gathering.day < last)
    query = with_units(query.order_by(Gathering.day, Gathering.id)).options(*WITH_ALL)
    return [convened(row) for row in session.execute(query).unique()]

"""The gatherings of units within a span of days, and what of a branch's duty they are (B13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.meetings.duty import OF_CIRCLE, Met
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.meetings.queries import WITH_ALL, Convened, convened, with_units


def gatherings_between(session, visible: sa.Select, unit_id: int, first: date, last: date) -> list[Convened]:
    """Return the visible gatherings of a unit on the days [first, last), oldest first."""
    query = visible.where(Gathering.unit_id == unit_id, Gathering.day >= first, Gathering.day < last)
    query = with_units(query.order_by(Gathering.day, Gathering.id)).options(*WITH_ALL)
    return [convened(row) for row in session.execute(query).unique()]


def called_between(
    session, unit_ids: Collection[int], first: date, last: date, *, known_at: datetime | None = None
) -> dict[tuple[str, str, int], list[Met]]:
    """Return (kind, whose, unit) → what was called for the days first to last, both included, and not cancelled.

    `known_at`: held is what was closed by that moment. One statement.
    """
    is_held = Gathering.closed_at.is_not(None) if known_at is None else Gathering.closed_at <= known_at
    rows = session.execute(
        sa.select(Kind.code, Gathering.circle, Gathering.unit_id, Gathering.day, Gathering.id, is_held)
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(Gathering.unit_id.in_(unit_ids), Gathering.day.between(first, last), Gathering.cancelled_at.is_(None))
        .order_by(Gathering.day, Gathering.id)
    )
    met: dict[tuple, list[Met]] = defaultdict(list)
    for code, circle, unit_id, day, gathering_id, held in rows:
        met[code, OF_CIRCLE[circle], unit_id].append(Met(day, gathering_id, bool(held)))
    return met

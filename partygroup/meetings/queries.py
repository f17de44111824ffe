"""Reading meetings: the kinds in force, gatherings a person may see, what is due, and the habit of a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from partygroup import clock
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting

PAGE = 20
USUAL_TIME = time(16, 30)
WITH_ALL = (selectinload(Gathering.sittings), selectinload(Gathering.meetings).joinedload(Meeting.kind))


def kinds_in_force(session) -> list[Kind]:
    """Return the newest version of every kind, in the order in which the presets list them."""
    newer = aliased(Kind)
    is_newest = ~sa.exists().where(newer.code == Kind.code, newer.version > Kind.version)
    first = sa.select(sa.func.min(newer.id)).where(newer.code == Kind.code).scalar_subquery()
    return list(session.scalars(sa.select(Kind).where(is_newest).order_by(first)))


def get_gathering(session, gathering_id: int, visible) -> Gathering:
    """Return a gathering with sittings and meetings if it is among the visible ones; raise NotFound."""
    gathering = session.scalar(visible.where(Gathering.id == gathering_id).options(*WITH_ALL))
    if gathering is None:
        raise NotFound
    return gathering


def upcoming(session, visible, today: date, *, limit: int = PAGE) -> list[Gathering]:
    """Return gatherings of today and later that are neither cancelled nor closed before today, soonest first."""
    query = (
        visible.where(
            Gathering.cancelled_at.is_(None),
            sa.or_(Gathering.day >= today, sa.and_(Gathering.opened_at.is_not(None), Gathering.closed_at.is_(None))),
        )
        .options(*WITH_ALL)
        .order_by(Gathering.day, Gathering.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def past(session, visible, today: date, *, before: tuple[date, int] | None = None) -> list[Gathering]:
    """Return one page of gatherings before today (and cancelled ones), newest first, after the last row seen."""
    query = visible.where(Gathering.day < today).options(*WITH_ALL)
    if before:
        query = query.where(sa.tuple_(Gathering.day, Gathering.id) < sa.tuple_(*map(sa.literal, before)))
    return list(session.scalars(query.order_by(Gathering.day.desc(), Gathering.id.desc()).limit(PAGE)))


def held_counts(session, unit_ids: list[int], period: clock.Period) -> dict[tuple[int, str], int]:
    """Return how many gatherings of each (unit, kind code) were called in a period and not cancelled."""
    first, last = clock.day_of(period.start), clock.day_of(period.end)
    rows = session.execute(
        sa.select(Gathering.unit_id, Kind.code, sa.func.count(sa.distinct(Gathering.id)))
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(
            Gathering.unit_id.in_(unit_ids),
            Gathering.cancelled_at.is_(None),
            Gathering.day >= first,
            Gathering.day < last,
        )
        .group_by(Gathering.unit_id, Kind.code)
    )
    return {(unit_id, code): count for unit_id, code, count in rows}


@dataclass(frozen=True)
class Habit:
    """Where and when a unit usually meets."""

    place: str
    starts_at: datetime


def habit_of(session, unit_id: int, *, at: datetime) -> Habit:
    """Return the place of the unit's last sitting and the next likely start: its usual hour, today if still ahead.

    Without a past: 16:30 today, or the next half hour when that is over.
    """
    last = session.execute(
        sa.select(Sitting.place, Sitting.starts_at)
        .join(Gathering, Gathering.id == Sitting.gathering_id)
        .where(Gathering.unit_id == unit_id, Gathering.cancelled_at.is_(None))
        .order_by(Sitting.starts_at.desc())
        .limit(1)
    ).first()
    here = at.astimezone(clock.BEIJING)
    hour = last.starts_at.astimezone(clock.BEIJING).time() if last else USUAL_TIME
    usual = datetime.combine(here.date(), hour, clock.BEIJING)
    soon = here + timedelta(minutes=30 - here.minute % 30)
    return Habit(last.place if last else "", usual if usual > here else soon.replace(second=0, microsecond=0))

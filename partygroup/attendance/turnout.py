"""Who was due and who came in a span of days, for many people at once: what participation is made from (scoring.md 4).

`known_at` asks for what was known at a moment: how a quarter stood when it was closed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.models import Counting, DueEntry, MakeUp, Mark, of_entry
from partygroup.db import AuditRow, span_of_ids
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.meetings.queries import that_counts


class Turn(NamedTuple):
    """A held gathering for which somebody was due; `next_on`: the day of the next one, once somebody made it up."""

    person_id: int
    gathering_id: int
    day: date
    was_present: bool
    made_up_on: date | None
    next_on: date | None


def turns_of(
    session, person_ids: Collection[int], first: date, last: date, *, known_at: datetime | None = None
) -> list[Turn]:
    """Return the held gatherings of [first, last] of a kind that counts, for each person due; three statements.

    Gatherings of other times are passed over by their ids: years of history make it no slower.
    """
    lowest, highest = session.execute(span_of_ids(Gathering, Gathering.day.between(first, last))).one()
    rows = session.execute(
        _due(known_at)
        .where(
            DueEntry.person_id.in_(person_ids),
            DueEntry.gathering_id.between(lowest or 0, highest or 0),
            Gathering.day.between(first, last),
        )
        .order_by(Gathering.day, Gathering.id)
    ).all()
    following = next_held(session, {row.id for row in rows if row.on_day}, known_at=known_at)
    return [
        Turn(person_id, gathering_id, day, mark_id is not None, made_up_on, following.get(gathering_id))
        for person_id, gathering_id, day, mark_id, made_up_on in rows
    ]


def _due(known_at: datetime | None) -> sa.Select:
    """Return the select of due entries of held gatherings that count, with mark and make-up."""
    mark, make_up = (
        sa.and_(of_entry(model), _stood(model, at, known_at))
        for model, at in ((Mark, Mark.arrived_at), (MakeUp, MakeUp.at))
    )
    kinds = sa.select(Kind.id).where(that_counts())
    counts = sa.exists().where(Meeting.gathering_id == Gathering.id, Meeting.kind_id.in_(kinds))
    return (
        sa.select(DueEntry.person_id, Gathering.id, Gathering.day, Mark.id, MakeUp.on_day)
        .join(Gathering, Gathering.id == DueEntry.gathering_id)
        .outerjoin(Mark, mark)
        .outerjoin(MakeUp, make_up)
        .where(_held(Gathering, known_at), counts, _counting(known_at) == Counting.DUE)
    )


def _stood(model, begun, known_at: datetime | None):
    """Return the condition that a row that may be undone stands, or stood at a moment."""
    if known_at is None:
        return model.undone_at.is_(None)
    return sa.and_(begun <= known_at, sa.or_(model.undone_at.is_(None), model.undone_at > known_at))


def _held(gathering, known_at: datetime | None):
    ended = gathering.closed_at.is_not(None) if known_at is None else gathering.closed_at <= known_at
    return sa.and_(ended, gathering.cancelled_at.is_(None))


def _counting(known_at: datetime | None):
    """Return how an entry of the due list counts; at a moment, what its next change after it says was before."""
    if known_at is None:
        return DueEntry.counting
    changed = (
        sa.select(AuditRow.before["counting"].as_string())
        .where(AuditRow.subject_type == "due_entry", AuditRow.subject_id == DueEntry.id, AuditRow.at > known_at)
        .order_by(AuditRow.id)
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(changed, DueEntry.counting)


def next_held(session, gathering_ids: Collection[int], *, known_at: datetime | None = None) -> dict[int, date]:
    """Return gathering → day of the next held one of its circle that shares a kind; those without are left out."""
    next_on = _later_of_kind(known_at).order_by(_LATER.day).limit(1).scalar_subquery()
    rows = session.execute(sa.select(Gathering.id, next_on).where(Gathering.id.in_(gathering_ids)))
    return {gathering_id: day for gathering_id, day in rows if day}


def has_next_before(day: date):
    """Return the SQL condition that the next held gathering of its circle that shares a kind was before a day."""
    return _later_of_kind().where(_LATER.day < day).exists()


#: A gathering after the one that a statement is about.
_LATER = aliased(Gathering)


def _later_of_kind(known_at: datetime | None = None) -> sa.Select:
    """Return the select of the days of later held gatherings of its circle that share a kind that counts with it."""
    own, other, first, second = aliased(Kind), aliased(Kind), aliased(Meeting), aliased(Meeting)
    return (
        sa.select(_LATER.day)
        .join(second, second.gathering_id == _LATER.id)
        .join(other, other.id == second.kind_id)
        .join(own, own.code == other.code)
        .join(first, sa.and_(first.kind_id == own.id, first.gathering_id == Gathering.id))
        .where(_LATER.unit_id == Gathering.unit_id, _LATER.circle == Gathering.circle, _LATER.day > Gathering.day)
        .where(that_counts(own), _held(_LATER, known_at))
        .correlate(Gathering)
    )

"""What a person is asked to confirm, on the home page: activities they were named in, and make-ups (C3, B12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.activities.queries import to_answer
from partygroup.activities.rules import SILENCE
from partygroup.attendance.models import MAKE_UP_NAMES, DueEntry, MakeUp
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.people.models import Person


@dataclass(frozen=True)
class Asked:
    """Something to confirm: an activity, or (`way`: how) a make-up, whose id and day are those of the gathering."""

    id: int
    text: str
    happened_on: date
    author: str
    way: str | None
    on_day: date | None

    @property
    def how(self) -> str:
        """Return how it was made up for, in words; empty for an activity."""
        return MAKE_UP_NAMES[self.way] if self.way else ""


def asked_of(session, who, at: datetime, *, limit: int = 5) -> list[Asked]:
    """Return what a person is asked to confirm, the oldest first, by one statement."""
    done = to_answer(who, at).add_columns(
        sa.cast(sa.null(), MakeUp.way.type).label("way"), sa.cast(sa.null(), MakeUp.on_day.type).label("on_day")
    )
    both = sa.union_all(done, _make_ups(who, at)).subquery()
    columns = [both.c[name] for name in ("id", "text", "happened_on", "author", "way", "on_day")]
    rows = session.execute(sa.select(*columns).order_by(both.c.asked_at, both.c.id).limit(limit))
    return [Asked(*row) for row in rows]


def _make_ups(who, at: datetime) -> sa.Select:
    """Return the select of the make-ups that others recorded for a person within the week, named by the first kind."""
    any_of = aliased(Meeting)
    first = sa.select(sa.func.min(any_of.id)).where(any_of.gathering_id == MakeUp.gathering_id).scalar_subquery()
    return (
        sa.select(
            Gathering.id, Kind.spec["name"].as_string(), Gathering.day, Person.name, MakeUp.at, MakeUp.way,
            MakeUp.on_day,
        )
        .join(Gathering, Gathering.id == MakeUp.gathering_id)
        .join(Meeting, Meeting.id == first)
        .join(Kind, Kind.id == Meeting.kind_id)
        .join(Person, Person.id == MakeUp.by_id)
        .join(DueEntry, sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == MakeUp.person_id))
        .where(
            MakeUp.person_id == who.id,
            MakeUp.by_id != who.id,
            MakeUp.undone_at.is_(None),
            MakeUp.confirmed_at.is_(None),
            MakeUp.at > at - SILENCE,
            DueEntry.branch_id == who.branch_id,
        )
    )  # fmt: skip

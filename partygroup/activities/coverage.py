"""Who can be named, and who was: the people of a branch by group, and those reached in a quarter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.activities.models import Activity, Answer, Participation
from partygroup.db import holds_on, span_of_ids
from partygroup.org.models import Placement
from partygroup.people.models import MEMBERS, Belonging, Person, StandingSpan


@dataclass(frozen=True)
class Nameable:
    """A member of a branch with the own group; `reached`: named in an activity of the quarter asked for."""

    id: int
    name: str
    group_id: int | None
    group_name: str | None
    reached: bool = False


def _takings(quarter) -> sa.Select:
    """Return the select of where a person was named in an activity of the quarter and did not say no.

    Activities of other times are passed over by their ids: years of history make it no slower.
    """
    other = sa.orm.aliased(Activity)
    span = span_of_ids(other, other.happened_on.between(quarter.first, quarter.last)).subquery()
    lowest, highest = (sa.select(end).scalar_subquery() for end in span.c)
    return (
        sa.select(Participation.id)
        .join(Activity, Activity.id == Participation.activity_id)
        .where(
            Participation.person_id == Person.id,
            Participation.activity_id.between(lowest, highest),
            sa.func.coalesce(Participation.answer, "") != Answer.NO,
            Activity.withdrawn_at.is_(None),
            Activity.happened_on.between(quarter.first, quarter.last),
        )
        .correlate(Person)
    )


def members_of_branch(session, branch_id: int, day: date, quarter=None) -> list[Nameable]:
    """Return the members of a branch on a day, by group, in stroke order, by one statement.

    `quarter`: the one for which to say who was reached.
    """
    group = sa.orm.aliased(Placement)
    # no EXISTS: PostgreSQL would gather those of the whole company
    was_reached = _takings(quarter).limit(1).scalar_subquery().is_not(None) if quarter else sa.false()
    rows = session.execute(
        sa.select(Person.id, Person.name, Belonging.group_id, group.name, was_reached)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(group, sa.and_(group.unit_id == Belonging.group_id, holds_on(group, day)))
        .where(Belonging.branch_id == branch_id, StandingSpan.standing.in_(MEMBERS))
        .order_by(group.sort, Belonging.group_id, Person.stroke_key, Person.id)
    )
    return [Nameable(*row) for row in rows]


def reached(session, person_ids: Collection[int], quarter) -> set[int]:
    """Return those of some people who were named in an activity of the quarter (scoring.md 6), by one statement.

    Named and not answering no, in any activity that happened in the quarter and was not withdrawn.
    """
    was_reached = _takings(quarter).exists()
    return set(session.scalars(sa.select(Person.id).where(Person.id.in_(person_ids), was_reached)))

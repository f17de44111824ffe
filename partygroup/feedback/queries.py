"""Reading feedback: what was answered in public, what is one's own and open, what the office has to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.feedback.models import Feedback
from partygroup.org.models import Placement
from partygroup.people.models import Person

PAGE = 20


@dataclass(frozen=True)
class OpenFeedback:
    """Feedback that waits for an answer: from whom and where."""

    id: int
    text: str
    path: str
    at: datetime
    name: str
    branch_name: str | None


def get_feedback(session, feedback_id: int) -> Feedback:
    """Return a piece of feedback; raise NotFound."""
    found = session.scalar(sa.select(Feedback).where(Feedback.id == feedback_id))
    if found is None:
        raise NotFound
    return found


def answered(session, *, before: int | None = None) -> list[Feedback]:
    """Return one page of answered feedback, the newest first: everybody reads it, without names."""
    query = sa.select(Feedback).where(Feedback.answered_at.is_not(None))
    if before:
        query = query.where(Feedback.id < before)
    return list(session.scalars(query.order_by(Feedback.id.desc()).limit(PAGE)))


def open_of(session, person_id: int) -> list[Feedback]:
    """Return a person's own feedback that waits for an answer, the newest first."""
    query = sa.select(Feedback).where(Feedback.person_id == person_id, Feedback.answered_at.is_(None))
    return list(session.scalars(query.order_by(Feedback.id.desc()).limit(PAGE)))


def waiting(session, day) -> list[OpenFeedback]:
    """Return one page of what waits for an answer, the oldest first, by one statement."""
    rows = session.execute(
        sa.select(Feedback.id, Feedback.text, Feedback.path, Feedback.at, Person.name, Placement.name)
        .join(Person, Person.id == Feedback.person_id)
        .outerjoin(Placement, sa.and_(Placement.unit_id == Feedback.branch_id, holds_on(Placement, day)))
        .where(Feedback.answered_at.is_(None))
        .order_by(Feedback.id)
        .limit(PAGE)
    )
    return [OpenFeedback(*row) for row in rows]

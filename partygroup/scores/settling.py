"""Timers: reviews that lapse, publicity that ends, absences to propose. Whoever confirms or closes settles first.

Absences wait for the hourly timer, which looks at everybody at once: a proposal decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from partygroup.clock import day_of, start_of
from partygroup.db import witness
from partygroup.scores.absences import propose_absences
from partygroup.scores.book import make_entry
from partygroup.scores.models import Declaration
from partygroup.scores.states import REVIEW_DAYS, State, next_state


@dataclass(frozen=True)
class Settled:
    """How much a run moved on."""

    lapsed: int
    effective: int
    proposed: int


def settle(session, *, at: datetime, branch_id: int | None = None) -> Settled:
    """Do what time has decided, in one branch or everywhere. Running it again changes nothing."""
    return Settled(
        lapse_reviews(session, at=at, branch_id=branch_id),
        end_publicity(session, at=at, branch_id=branch_id),
        0 if branch_id else propose_absences(session, at=at),
    )


def _due(session, state: State, branch_id: int | None, *conditions):
    query = sa.select(Declaration).where(Declaration.state == state, *conditions)
    if branch_id:
        query = query.where(Declaration.branch_id == branch_id)
    return session.scalars(query.order_by(Declaration.id).with_for_update().execution_options(populate_existing=True))


def lapse_reviews(session, *, at: datetime, branch_id: int | None = None) -> int:
    """Pass on, marked as not reviewed, what the group left for more than seven days; return how many."""
    before = start_of(day_of(at) - timedelta(days=REVIEW_DAYS))
    moved = 0
    for declaration in _due(session, State.SUBMITTED, branch_id, Declaration.submitted_at < before).all():
        declaration.state, declaration.unreviewed = next_state(declaration.state, "lapse"), True
        witness(session, "scores.declaration.lapse", declaration, at=at, by=None, person_id=declaration.person_id,
                unit_id=declaration.branch_id)  # fmt: skip
        moved += 1
    return moved


def end_publicity(session, *, at: datetime, branch_id: int | None = None) -> int:
    """Let take effect whose publicity is over without an open objection; return how many."""
    moved = 0
    for declaration in _due(session, State.IN_PUBLICITY, branch_id, Declaration.public_until < day_of(at)).all():
        declaration.state = next_state(declaration.state, "settle")
        witness(session, "scores.declaration.settle", declaration, at=at, by=None, person_id=declaration.person_id,
                unit_id=declaration.branch_id)  # fmt: skip
        make_entry(session, declaration, at=at)
        moved += 1
    return moved

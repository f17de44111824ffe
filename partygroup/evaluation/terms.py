"""Terms of branch committees: the newest word on each, and how a term stands on a day (domain.md 3.2, 13)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import count

import sqlalchemy as sa

from partygroup.clock import months_after
from partygroup.evaluation.models import CommitteeTerm

#: From so many months before its end a term is spoken of.
SOON, NOW = 6, 1


class TermState(StrEnum):
    """Where a term stands. `renewed` is the next term itself; an extension runs like any other term."""

    RUNNING = "running"
    DUE_IN_6_MONTHS = "due_in_6_months"
    DUE_IN_1_MONTH = "due_in_1_month"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Term:
    """A committee's term: elected on a day, to its last day; extended with approval or not."""

    from_on: date
    until_on: date
    extended: bool = False

    def state(self, today: date) -> TermState:
        """Return where it stands on a day."""
        if self.until_on < today:
            return TermState.OVERDUE
        if months_after(self.until_on, -NOW) <= today:
            return TermState.DUE_IN_1_MONTH
        return TermState.DUE_IN_6_MONTHS if months_after(self.until_on, -SOON) <= today else TermState.RUNNING

    def is_due(self, today: date) -> bool:
        """Say whether it is time to speak of the election."""
        return self.state(today) != TermState.RUNNING

    def words(self, today: date) -> str:
        """Return how long it still is, in a few words."""
        state = self.state(today)
        if state == TermState.OVERDUE:
            return "任期已满"
        if state == TermState.DUE_IN_1_MONTH:
            days = (self.until_on - today).days
            return f"还有 {days} 天换届" if days else "今天任期满"
        left = next(months for months in count(1) if months_after(today, months + 1) > self.until_on)
        return f"还有 {left} 个{'' if months_after(today, left) == self.until_on else '多'}月换届"


def latest_terms(
    session, branch_ids: Collection[int], day: date, *, known_at: datetime | None = None
) -> dict[int, CommitteeTerm]:
    """Return branch → the newest word on its latest election by a day, by one statement."""
    known = sa.true() if known_at is None else CommitteeTerm.entered_at <= known_at
    rows = session.scalars(
        sa.select(CommitteeTerm)
        .where(CommitteeTerm.branch_id.in_(branch_ids), CommitteeTerm.from_on <= day, known)
        .order_by(CommitteeTerm.from_on, CommitteeTerm.id)
    )
    return {row.branch_id: row for row in rows}


def terms_on(session, branch_ids: Collection[int], day: date) -> dict[int, Term]:
    """Return branch → its term as known on a day; a branch whose term nobody entered is left out."""
    rows = latest_terms(session, branch_ids, day)
    return {branch_id: Term(row.from_on, row.until_on, row.extended) for branch_id, row in rows.items()}

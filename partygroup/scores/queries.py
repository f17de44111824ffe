"""Reading what all scoring starts from: the table in force, and which quarters of a branch are closed."""

from __future__ import annotations

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.errors import NotFound
from partygroup.scores.models import Closing, RuleTable, StoredSheet


def rule_table_for(session, quarter: Quarter) -> RuleTable:
    """Return the newest published version in force on the first day of a quarter; raise NotFound if there is none."""
    found = session.scalar(
        sa.select(RuleTable)
        .where(RuleTable.in_force_from <= quarter.first)
        .order_by(RuleTable.in_force_from.desc(), RuleTable.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def closed_quarters(session, branch_id: int) -> set[Quarter]:
    """Return the quarters of a branch that are closed now."""
    rows = session.execute(
        sa.select(Closing.year, Closing.quarter).where(Closing.branch_id == branch_id, Closing.reopened_at.is_(None))
    )
    return {Quarter(*row) for row in rows}


def closed_for(session, person_id: int, branch_id: int) -> set[Quarter]:
    """Return the quarters in which nothing can count any more for a member of a branch.

    Those closed for the branch, and those of which the person has a stored sheet in another branch.
    """
    stored = session.execute(
        sa.select(Closing.year, Closing.quarter)
        .join(StoredSheet, StoredSheet.closing_id == Closing.id)
        .where(StoredSheet.person_id == person_id, Closing.reopened_at.is_(None))
    )
    return closed_quarters(session, branch_id) | {Quarter(*row) for row in stored}

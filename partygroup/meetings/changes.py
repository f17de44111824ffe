"""How often a called gathering changed and when last: read from its witnesses, kept nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.db import AuditRow
from partygroup.meetings.models import Gathering

MOVED, ADDED, CANCELLED = "meeting.reschedule", "meeting.sitting.add", "meeting.cancel"


@dataclass(frozen=True)
class Changes:
    """How many changes, when the last one was, and whether a time or place was among them."""

    count: int
    last_at: datetime
    is_moved: bool


def changes_of(session, gathering_ids: Collection[int]) -> dict[int, Changes]:
    """Return the changes of those gatherings that changed, by one statement."""
    moved = sa.func.sum(sa.case((AuditRow.action == MOVED, 1), else_=0))
    query = (
        sa.select(AuditRow.subject_id, sa.func.count(), sa.func.max(AuditRow.at), moved)
        .where(
            AuditRow.subject_type == Gathering.__tablename__,
            AuditRow.subject_id.in_(gathering_ids),
            AuditRow.action.in_((MOVED, ADDED, CANCELLED)),
        )
        .group_by(AuditRow.subject_id)
    )
    return {row[0]: Changes(row[1], row[2], bool(row[3])) for row in session.execute(query)}

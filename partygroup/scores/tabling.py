"""Writing rule tables: the preset."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.scores.models import RuleTable
from partygroup.scores.presets import TABLE

#: The preset is in force from the beginning, so that facts of the past find a table.
FIRST_DAY = date(2020, 1, 1)


def install_rule_table(session, *, at: datetime) -> int:
    """Put the preset table in force as version 1 unless there is a table. Return how many were added."""
    if session.scalar(sa.select(sa.func.count(RuleTable.id))):
        return 0
    values = {"version": 1, "body": TABLE, "in_force_from": FIRST_DAY, "made_at": at, "published_at": at}
    session.execute(sa.insert(RuleTable).values(note=TABLE["label"], **values))
    return 1

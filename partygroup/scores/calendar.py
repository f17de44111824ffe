"""Writing the work calendar, by which publicity and answers count their days."""

from __future__ import annotations

from datetime import date, datetime

from partygroup.db import witness_row
from partygroup.workdays import WorkDay


def set_workday(session, day: date, *, working: bool, name: str, by: int, at: datetime) -> None:
    """Say of a day whether it is worked, whatever its weekday says; days of the preset are changed, never removed."""
    row = session.get(WorkDay, day, with_for_update=True)
    before = {"working": row.working, "name": row.name} if row else None
    session.merge(WorkDay(day=day, working=working, name=name))
    session.flush()
    after = {"day": day.isoformat(), "working": working, "name": name}
    witness_row(session, "scores.workday.set", "work_day", None, at=at, by=by, before=before, after=after)

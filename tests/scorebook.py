"""Rows that scores are made from, written as if they had always been there: entries, due lists, marks, make-ups."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, MakeUp, Mark
from partygroup.clock import BEIJING, Quarter
from partygroup.meetings.models import Sitting
from partygroup.scores.models import Declaration, Entry, RuleTable
from partygroup.scores.states import State
from tests.factories import add, gathering

Q2, Q3, Q4 = Quarter(2026, 2), Quarter(2026, 3), Quarter(2026, 4)
#: Item → points of an ordinary entry of it.
POINTS = {"WP-TASK": 20, "SE-HAZARD-CLOSED": 5, "SE-VIOLATION-ORDINARY": -20, "PF-SERVE": 10, "QI-SKILL": 30}


def noon(day: date) -> datetime:
    """Return noon of a day in Beijing."""
    return datetime.combine(day, time(12), BEIJING)


def declaration(session, person_id: int, item: str = "WP-TASK", *, branch: int, on: date, by: int, **columns) -> int:
    """Insert a declaration in effect and return its id."""
    points = columns.pop("points", None) or POINTS[item]
    values = {
        "rule_table_id": session.scalar(sa.select(sa.func.min(RuleTable.id))), "points": points, "awarded": points,
        "text": "按期完成", "source": "declared", "state": State.EFFECTIVE, "made_by": person_id, "made_at": noon(on),
        "confirmed_by": by, "leads": True, "unreviewed": False, "version": 1,
    }  # fmt: skip
    return add(session, Declaration, person_id=person_id, item=item, branch_id=branch, happened_on=on,
               **values | columns)  # fmt: skip


def entry(session, person_id: int, item: str = "WP-TASK", *, branch: int, on: date, by: int, **columns) -> int:
    """Insert an effective entry with its declaration and return its id; `quarter`: where it lies, if not by its day."""
    quarter = columns.pop("quarter", None) or Quarter.of(on)
    points = columns.pop("points", None) or POINTS[item]
    event, made_at = columns.pop("event", None), columns.pop("made_at", noon(on))
    declared = declaration(session, person_id, item, branch=branch, on=on, by=by, points=points, event=event)
    values = {
        "rule_table_id": session.scalar(sa.select(sa.func.min(RuleTable.id))), "dimension": item[:2], "points": points,
        "event": event, "happened_on": on, "confirmed_by": by, "made_at": made_at, "sort": "entry",
        "year": quarter.year, "quarter": quarter.number,
    }  # fmt: skip
    return add(session, Entry, declaration_id=declared, person_id=person_id, item=item, **values | columns)


def undo(session, entry_id: int, *, sort: str = "counter", quarter: Quarter | None = None, points: int = 0) -> int:
    """Insert the counter-entry of an entry, or its correction in a later quarter; return its id."""
    row = session.execute(sa.select(Entry.__table__).where(Entry.id == entry_id)).one()._mapping
    lies = quarter or Quarter(row["year"], row["quarter"])
    mends = {"mends_year": row["year"], "mends_quarter": row["quarter"]} if sort == "correction" else {}
    values = {key: value for key, value in row.items() if key != "id"} | mends
    values |= {"sort": sort, "undoes_id": entry_id, "points": points or -row["points"]}
    session.execute(sa.update(Declaration).where(Declaration.id == row["declaration_id"]).values(state=State.REVERSED))
    return add(session, Entry, **values | {"year": lies.year, "quarter": lies.number})


def held(session, unit_id: int, day: date, *, by: int, due=(), came=(), kinds=("group_meeting",), **columns) -> int:
    """Insert a held gathering with its due list and marks and return its id."""
    begun = noon(day)
    moments = {"opened_at": begun, "opened_by": by, "closed_at": begun + timedelta(hours=1), "closed_by": by}
    met = gathering(session, unit_id, by=by, starts_at=begun, kinds=kinds, **moments | columns)
    for person_id in due:
        due_entry(session, met.id, person_id)
    for person_id in came:
        mark(session, met.id, person_id, at=begun)
    return met.id


def due_entry(session, gathering_id: int, person_id: int, counting: str = "due") -> int:
    values = {"standing": "full", "counting": counting, "may_vote": counting == "due"}
    return add(session, DueEntry, gathering_id=gathering_id, person_id=person_id, **values)


def mark(session, gathering_id: int, person_id: int, *, at: datetime, **columns) -> int:
    sitting_id = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == gathering_id))
    values = {"sitting_id": sitting_id, "happened_at": at, "arrived_at": at, "door": "code", "by_id": person_id}
    return add(session, Mark, gathering_id=gathering_id, person_id=person_id, **values | columns)


def make_up(session, gathering_id: int, person_id: int, day: date, *, by: int, **columns) -> int:
    values = {"way": "briefing", "on_day": day, "by_id": by, "at": noon(day)}
    return add(session, MakeUp, gathering_id=gathering_id, person_id=person_id, **values | columns)


def day_of(text: str) -> date:
    """Return the day of a wall clock."""
    return clock.day_of(clock.beijing(text))

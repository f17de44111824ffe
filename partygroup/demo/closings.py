"""Closing the demo company's past quarters: the real sheets, for all branches at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace

import sqlalchemy as sa

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.demo.desks import Desk
from partygroup.demo.diary import Deed
from partygroup.demo.rows import insert_rows, insert_with_ids, trail_row, witness_rows
from partygroup.scores.closing import group_row, sheet_row
from partygroup.scores.groupfacts import group_facts, groups_of
from partygroup.scores.models import Closing, StoredGroup, StoredSheet
from partygroup.scores.queries import open_sheets

#: How long after its last day a quarter is closed, at what hour.
AFTER = timedelta(days=24, hours=17)
#: How long it takes from closing to a final result.
EVALUATION = timedelta(days=17)
#: How many branches are closed at once, so that memory stays small.
TOGETHER = 40


@dataclass(frozen=True)
class Calendar:
    """Past quarter → when it was closed, everywhere at the same time."""

    moments: dict[Quarter, datetime]

    def at(self, moment: datetime) -> set[Quarter]:
        """Return the quarters closed at a moment."""
        return {quarter for quarter, closed_at in self.moments.items() if closed_at <= moment}


def closing_calendar(now: datetime) -> Calendar:
    """Return when the two past quarters were closed: on the 25th, or early enough for what is past to be final.

    In the first weeks of a quarter there is no time for that: then the last one was closed a moment ago.
    """
    last = Quarter.of(clock.day_of(now)).previous()
    return Calendar({quarter: _closed_at(quarter, now) for quarter in (last.previous(), last)})


def _closed_at(quarter: Quarter, now: datetime) -> datetime:
    begun, in_time = clock.start_of(quarter.next().first), now - EVALUATION
    return max(begun, min(begun + AFTER, in_time if in_time > begun else now - timedelta(minutes=5)))


def closing_deeds(desks: list[Desk], closed: Calendar, table_id: int) -> list[Deed]:
    """Return the closing of each past quarter, in all branches."""
    return [Deed(at, partial(_close, desks, quarter, table_id)) for quarter, at in closed.moments.items()]


def _close(desks: list[Desk], quarter: Quarter, table_id: int, session, at: datetime) -> None:
    """Store the sheets of people and groups of all branches, as things are known at a moment."""
    session.execute(sa.text("ANALYZE"))  # a planner that knows nothing of so many new rows chooses badly
    for start in range(0, len(desks), TOGETHER):
        _close_some(session, desks[start : start + TOGETHER], quarter, table_id, at)


def _close_some(session, desks: list[Desk], quarter: Quarter, table_id: int, at: datetime) -> None:
    branch_ids = [desk.place.id for desk in desks]
    rows = [
        {"branch_id": desk.place.id, "year": quarter.year, "quarter": quarter.number, "rule_table_id": table_id,
         "closed_at": at, "closed_by": desk.officers[0].id, "reopened_at": None, "reopened_by": None,
         "reopened_reason": None}
        for desk in desks
    ]  # fmt: skip
    found = open_sheets(session, branch_ids, quarter, known_at=at)
    people = [one for _, one in sorted(found, key=lambda pair: pair[0])]
    groups = groups_of(session, branch_ids, quarter)
    of_groups = group_facts(session, groups, people, quarter, clock.day_of(at))
    closings = {
        row["branch_id"]: SimpleNamespace(id=its_id, **row)
        for row, its_id in zip(rows, insert_with_ids(session, Closing, rows), strict=True)
    }
    insert_rows(session, StoredSheet, [sheet_row(closings[one.branch_id], one) for one in people])
    branch_of = {group.id: group.branch_id for group in groups}
    stored = [group_row(closings[branch_of[group_id]], group_id, facts) for group_id, facts in of_groups.items()]
    insert_rows(session, StoredGroup, stored)
    sheets = Counter(one.branch_id for one in people)
    witness_rows(session, [_closed(one, quarter, sheets[one.branch_id]) for one in closings.values()])


def _closed(closing: SimpleNamespace, quarter: Quarter, sheets: int) -> dict:
    after = {"quarter": quarter.label, "sheets": sheets}
    return trail_row("scores.quarter.close", ("closing", closing.id), at=closing.closed_at, by=closing.closed_by,
                     unit_id=closing.branch_id, after=after)  # fmt: skip

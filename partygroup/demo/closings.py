"""Closing the demo company's past quarters: the real sheets, for all branches at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.rules import DUE_STANDINGS
from partygroup.clock import Quarter
from partygroup.demo.desks import Desk
from partygroup.demo.rows import insert_rows, insert_with_ids, trail_row
from partygroup.scores.closing import group_row, sheet_row
from partygroup.scores.groupfacts import group_facts, groups_of
from partygroup.scores.models import Closing, StoredGroup, StoredSheet
from partygroup.scores.queries import open_sheets

#: How long after its last day a quarter is closed, at what hour.
AFTER = timedelta(days=24, hours=17)
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
    """Return when the two past quarters were closed: on the 25th, or, if that is not past, a moment ago."""
    last = Quarter.of(clock.day_of(now)).previous()
    return Calendar({quarter: _closed_at(quarter, now) for quarter in (last.previous(), last)})


def _closed_at(quarter: Quarter, now: datetime) -> datetime:
    begun = clock.start_of(quarter.next().first)
    return max(begun, min(begun + AFTER, now - timedelta(minutes=5)))


def write_closings(session, desks: list[Desk], closed: Calendar, table_id: int) -> list[dict]:
    """Write that each branch closed each quarter; return the witnesses. The sheets follow when all is known."""
    rows, trail = [], []
    for quarter, at in closed.moments.items():
        for desk in desks:
            rows.append({"branch_id": desk.place.id, "year": quarter.year, "quarter": quarter.number,
                         "rule_table_id": table_id, "closed_at": at, "closed_by": desk.officers[0].id,
                         "reopened_at": None, "reopened_by": None, "reopened_reason": None})  # fmt: skip
            after = {"quarter": quarter.label, "sheets": _sheets(desk, quarter)}
            trail.append(trail_row("scores.quarter.close", ("closing", 0), at=at, by=desk.officers[0].id,
                                   unit_id=desk.place.id, after=after))  # fmt: skip
    for row, its_id in zip(trail, insert_with_ids(session, Closing, rows), strict=True):
        row["subject_id"] = its_id
    return trail


def _sheets(desk: Desk, quarter: Quarter) -> int:
    """Return how many people of a branch have a day as a member in the quarter."""
    return sum(
        any(
            standing in DUE_STANDINGS and start <= quarter.last and (end is None or end > quarter.first)
            for standing, start, end in one.spans
        )
        for one in desk.people
    )


def store_sheets(session, closed: Calendar, progress) -> None:
    """Store the sheets of people and groups of all closings, as things were known when they were made."""
    closings = list(session.scalars(sa.select(Closing).order_by(Closing.id)))
    by_quarter = defaultdict(list)
    for closing in closings:
        by_quarter[Quarter(closing.year, closing.quarter)].append(closing)
    task = progress.add_task("sheets", total=len(closings))
    for quarter, some in by_quarter.items():
        for start in range(0, len(some), TOGETHER):
            _store(session, quarter, {closing.branch_id: closing for closing in some[start : start + TOGETHER]})
            progress.advance(task, len(some[start : start + TOGETHER]))


def _store(session, quarter: Quarter, closings: dict[int, Closing]) -> None:
    closed_at = next(iter(closings.values())).closed_at
    found = open_sheets(session, list(closings), quarter, known_at=closed_at)
    people = [one for _, one in sorted(found, key=lambda pair: pair[0])]
    groups = groups_of(session, list(closings), quarter)
    of_groups = group_facts(session, groups, people, quarter, clock.day_of(closed_at))
    insert_rows(session, StoredSheet, [sheet_row(closings[one.branch_id], one) for one in people])
    branch_of = {group.id: group.branch_id for group in groups}
    rows = [group_row(closings[branch_of[group_id]], group_id, facts) for group_id, facts in of_groups.items()]
    insert_rows(session, StoredGroup, rows)

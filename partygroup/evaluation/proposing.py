"""Imported rows about persons become proposals of scores; the committee of the branch decides (scoring.md 3.2)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from partygroup.errors import Refused
from partygroup.evaluation.figures import days_of
from partygroup.scores.proposals import ImportedRow, propose_from_import

EVENT_LENGTH = 76


def propose(session, records: list[dict], *, by: int | None, at: datetime) -> int:
    """Make proposals of rows about persons and return how many are new; the day is the last of the period.

    Event: source, period and row, so that the same file sent again proposes nothing anew.
    """
    if by is None:
        raise Refused("按人登记的行要有经手人，请在网页上导入，或写明经手人的工号。")
    rows = [
        ImportedRow(
            person_id=record["person_id"],
            item=record["code"],
            figure=Fraction(record["value"]),
            happened_on=days_of(record["period"])[1],
            event=event_of(record),
            text=f"{record['source']}{'：' + record['note'] if record['note'] else ''}"[:200],
        )
        for record in records
    ]
    return len(propose_from_import(session, rows, by=by, at=at))


def event_of(record: dict) -> str:
    """Return the event of an imported row (scoring.md 3.4): source and row, told apart by item and period."""
    end = f"|{record['code']}|{record['period']}|{record['row']}"
    return f"doc:{record['source'][: EVENT_LENGTH - len(end) - 4]}{end}"

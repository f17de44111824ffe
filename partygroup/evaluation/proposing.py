"""Imported rows about persons become proposals of scores; the committee of the branch decides (scoring.md 3.2).

A row is known by what it says, not by its number in the file: a fault sheet that was mended, or a list into which a row
was put, numbers its rows anew. So a row that differs is never taken for another, and the same row never comes twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction

from partygroup.db import digest_of
from partygroup.errors import Refused
from partygroup.evaluation.figures import days_of
from partygroup.scores.proposals import ImportedRow, imported_events, propose_from_import

EVENT_LENGTH, DIGEST_LENGTH = 76, 16


def propose(session, records: list[dict], *, by: int | None, at: datetime) -> int:
    """Make proposals of rows about persons and return how many are new; the day is the last of the period.

    A row that came before proposes nothing.
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
    """Return the event of an imported row (scoring.md 3.4): source and row, as told by item, period, value and note."""
    said = [record[key] for key in ("source", "code", "period", "value", "note")]
    end = f"|{record['code']}|{record['period']}|{digest_of(said)[:DIGEST_LENGTH]}"
    return f"doc:{record['source'][: EVENT_LENGTH - len(end) - 4]}{end}"


def known_rows(session, records: Collection[dict]) -> tuple[set[int], set[int]]:
    """Return the numbers of the rows about persons that came before, and of those that came before with other words.

    The latter name the same person, item, period and source, but another value or note.
    """
    of_persons = [record for record in records if record["person_id"] is not None]
    before = imported_events(session, {record["person_id"] for record in of_persons})
    about = {(person_id, _without_digest(event)) for person_id, event in before}
    same, like = set(), set()
    for record in of_persons:
        person_id, event = record["person_id"], event_of(record)
        if before & {(person_id, event), (person_id, f"{event}/1")}:
            same.add(record["row"])
        elif (person_id, _without_digest(event)) in about:
            like.add(record["row"])
    return same, like


def _without_digest(event: str) -> str:
    return event.rpartition("|")[0]

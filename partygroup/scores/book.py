"""The book: one row when a declaration takes effect, rows that undo it; none is ever changed (scoring.md 3.4, 3.7)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.db import witness
from partygroup.points import said
from partygroup.scores import lines
from partygroup.scores.closing import hold_book
from partygroup.scores.facts import from_json
from partygroup.scores.models import Closing, Declaration, Entry, EntrySort, RuleTable, StoredSheet
from partygroup.scores.queries import closed_for
from partygroup.scores.rules import quarter_to_count_in
from partygroup.scores.sheets import correction
from partygroup.scores.states import State, standing
from partygroup.scores.tables import Table


def make_entry(session, declaration: Declaration, *, at: datetime) -> Entry:
    """Write the one entry of a declaration that takes effect now, in the quarter of its day or the first open one."""
    hold_book(session, declaration.branch_id)
    closed = closed_for(session, declaration.person_id, declaration.branch_id)
    quarter = quarter_to_count_in(declaration.happened_on, closed)
    return _write(session, declaration, EntrySort.ENTRY, quarter, standing(declaration), at=at)


def _write(session, declaration: Declaration, sort: str, quarter: Quarter, points: int, *, at, **more) -> Entry:
    table = Table.from_json(session.get(RuleTable, declaration.rule_table_id).body)
    facts = {"dimension": table.rows[declaration.item].line.dimension, "confirmed_by": declaration.confirmed_by} | more
    entry = Entry(
        declaration_id=declaration.id, sort=sort, person_id=declaration.person_id, year=quarter.year,
        quarter=quarter.number, rule_table_id=declaration.rule_table_id, item=declaration.item, points=points,
        event=declaration.event, happened_on=declaration.happened_on, made_at=at, **facts,
    )  # fmt: skip
    session.add(entry)
    witness(session, "scores.entry.make", entry, at=at, by=facts["confirmed_by"], person_id=entry.person_id,
            unit_id=declaration.branch_id, after={"quarter": quarter.label, "points": said(points)})  # fmt: skip
    return entry


def entry_of(session, declaration_id: int) -> Entry:
    """Return the entry of an effective declaration."""
    wanted = sa.and_(Entry.declaration_id == declaration_id, Entry.sort == EntrySort.ENTRY)
    return session.scalars(sa.select(Entry).where(wanted)).one()


def reverse_entry(session, declaration: Declaration, *, by: int, reason: str, at: datetime) -> list[Entry]:
    """Undo an entry: by a counter-entry while its quarter is open, else by corrections in the first open quarter.

    A correction takes back, by dimension, what the entry gave to the closed sheet, which itself stands; where it gave
    nothing, a correction of 0 keeps the trace.
    """
    entry = entry_of(session, declaration.id)
    quarter = Quarter(entry.year, entry.quarter)
    hold_book(session, declaration.branch_id)
    closed = closed_for(session, entry.person_id, declaration.branch_id)
    if quarter not in closed:
        more = {"undoes_id": entry.id, "confirmed_by": by}
        return [_write(session, declaration, EntrySort.COUNTER, quarter, -entry.points, at=at, **more)]
    landing = quarter_to_count_in(quarter.last, closed)
    mends = {"mends_year": quarter.year, "mends_quarter": quarter.number, "confirmed_by": by}
    return [
        _write(session, declaration, EntrySort.CORRECTION, landing, points, at=at, dimension=dimension, **mends)
        for dimension, points in (_worth_of(session, entry, quarter) or {entry.dimension: 0}).items()
    ]


def _worth_of(session, entry: Entry, quarter: Quarter) -> dict[str, int]:
    """Return what an entry gave to a closed sheet, with those reversed earlier already gone."""
    row = session.execute(
        sa.select(StoredSheet.facts, RuleTable.body)
        .join(Closing, Closing.id == StoredSheet.closing_id)
        .join(RuleTable, RuleTable.id == Closing.rule_table_id)
        .where(StoredSheet.person_id == entry.person_id, Closing.reopened_at.is_(None))
        .where(Closing.year == quarter.year, Closing.quarter == quarter.number)
    ).first()
    if row is None:
        return {}
    reversed_before = set(session.scalars(
        sa.select(Entry.id)
        .join(Declaration, Declaration.id == Entry.declaration_id)
        .where(Entry.person_id == entry.person_id, Declaration.state == State.REVERSED)
    ))  # fmt: skip
    facts = from_json(row.facts)
    return correction(
        without(facts, reversed_before), lines.Entry(entry.id, entry.item, entry.points, entry.event),
        Table.from_json(row.body),
    )  # fmt: skip


def without(facts: lines.Facts, entry_ids: set[int]) -> lines.Facts:
    """Return the facts without some entries."""
    kept = tuple(one for one in facts.entries if one.id not in entry_ids)
    return lines.Facts(**{**vars(facts), "entries": kept})

"""Rows of the demo company in bulk: inserted in portions, with the witness of each change."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup.db import witness_all

PORTION = 1_000


def insert_rows(session, model, rows: list[dict]) -> None:
    """Insert rows by portions."""
    for start in range(0, len(rows), PORTION):
        session.execute(sa.insert(model.__table__), rows[start : start + PORTION])


def insert_with_ids(session, model, rows: list[dict]) -> list[int]:
    """Insert rows by portions and return their ids in the same order."""
    table = model.__table__
    insert = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    ids = []
    for start in range(0, len(rows), PORTION):
        ids += session.scalars(insert, rows[start : start + PORTION])
    return ids


def trail_row(action: str, subject: tuple[str, int], *, at: datetime, by: int | None, **facts) -> dict:
    """Return the row that witnesses a change; `facts` are person_id, unit_id, before, after, reason."""
    row = {"at": at, "actor_id": by, "action": action, "subject_type": subject[0], "subject_id": subject[1]}
    return row | {"person_id": None, "unit_id": None, "before": None, "after": None, "reason": None} | facts


def witness_rows(session, rows: list[dict]) -> None:
    """Write rows of the trail by portions, in the order in which things happened."""
    rows = sorted(rows, key=lambda row: row["at"])
    for start in range(0, len(rows), PORTION):
        witness_all(session, rows[start : start + PORTION])

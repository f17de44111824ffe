"""Finding previews and past imports."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import defer

from partygroup.people.models import Person, RosterImport

PAGE = 20


def find_import(session, import_id: int) -> RosterImport | None:
    """Return an import without its staged rows (they come when asked for); None if there is none."""
    return session.get(RosterImport, import_id, options=[defer(RosterImport.rows)])


def recent_imports(session, unit_ids: list[int] | None, *, before: int | None = None) -> list[sa.Row]:
    """Return a page of imports of these units (None: of all), newest first, with who sent them and the row counts."""
    counts = [RosterImport.summary[name].as_integer().label(name) for name in ("rows", "faulty")]
    newest = (
        sa.select(
            RosterImport.id,
            RosterImport.file_name,
            RosterImport.read_at,
            RosterImport.applied_at,
            RosterImport.valid_from,
            Person.name.label("by_name"),
            *counts,
        )
        .outerjoin(Person, Person.id == RosterImport.by_id)
        .order_by(RosterImport.id.desc())
        .limit(PAGE)
    )
    if unit_ids is not None:
        newest = newest.where(RosterImport.unit_id.in_(unit_ids))
    if before:
        newest = newest.where(RosterImport.id < before)
    return session.execute(newest).all()

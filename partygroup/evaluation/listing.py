"""Finding previews and past imports of figures."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import defer

from partygroup.evaluation.models import FigureImport
from partygroup.people.models import Person

PAGE = 20


def find_import(session, figure_import_id: int) -> FigureImport | None:
    """Return an import without its staged rows (they come when asked for); None if there is none."""
    return session.get(FigureImport, figure_import_id, options=[defer(FigureImport.rows)])


def recent_imports(session, unit_ids: list[int] | None, *, before: int | None = None) -> list[sa.Row]:
    """Return a page of imports of these units (None: of all), newest first, with who sent them and the row counts."""
    counts = [FigureImport.summary[name].as_integer().label(name) for name in ("rows", "faulty")]
    newest = (
        sa.select(
            FigureImport.id,
            FigureImport.file_name,
            FigureImport.read_at,
            FigureImport.applied_at,
            Person.name.label("by_name"),
            *counts,
        )
        .outerjoin(Person, Person.id == FigureImport.by_id)
        .order_by(FigureImport.id.desc())
        .limit(PAGE)
    )
    if unit_ids is not None:
        newest = newest.where(FigureImport.unit_id.in_(unit_ids))
    if before:
        newest = newest.where(FigureImport.id < before)
    return session.execute(newest).all()

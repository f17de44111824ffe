"""Finding tables that were sent, of any sort: previews and past imports."""

from __future__ import annotations

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import defer

from partygroup.people.models import Person
from partygroup.spreadsheets.previews import SheetImport

PAGE = 20
Sort = TypeVar("Sort", bound=SheetImport)


def find_import(session, sort: type[Sort], import_id: int) -> Sort | None:
    """Return an import without its staged rows (they come when asked for); None if there is none."""
    return session.get(sort, import_id, options=[defer(sort.rows)])


def recent_imports(
    session, sort: type[SheetImport], unit_ids: list[int] | None, *, before: int | None = None, also: tuple = ()
) -> list[sa.Row]:
    """Return a page of imports of these units (None: of all), newest first, with who sent them and the row counts.

    `also` are columns told beside those that every sort has.
    """
    counts = [sort.summary[name].as_integer().label(name) for name in ("rows", "faulty")]
    told = (sort.id, sort.file_name, sort.read_at, sort.applied_at, Person.name.label("by_name"))
    newest = (
        sa.select(*told, *counts, *also).outerjoin(Person, Person.id == sort.by_id).order_by(sort.id.desc()).limit(PAGE)
    )
    if unit_ids is not None:
        newest = newest.where(sort.unit_id.in_(unit_ids))
    if before:
        newest = newest.where(sort.id < before)
    return session.execute(newest).all()

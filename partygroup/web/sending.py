"""Sending a table, whatever its sort: room for the file, those sent before, and one of them with its faults."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

from flask import Response, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, writing
from partygroup.errors import NotFound
from partygroup.org.queries import company, units_named
from partygroup.people.imports import PAGE, find_import, recent_imports
from partygroup.policy import Can, Place, may, units_where
from partygroup.spreadsheets.faulty import fault_sheet
from partygroup.spreadsheets.previews import SheetImport
from partygroup.spreadsheets.reading import MAX_BYTES
from partygroup.web.asked import number_asked
from partygroup.web.loaders import place_of_unit

#: Entries of a long list that a page shows; the count is always said.
SHOWN = 200
#: The form around the file.
ROOM_FOR_FORM = 64 * 1024
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class SeenImport:
    """An import and the place it belongs to."""

    sent: SheetImport
    place: Place

    @property
    def can_confirm(self) -> bool:
        """Say whether there is anything to confirm."""
        return not self.sent.applied_at and bool(self.sent.summary["good"])

    @property
    def refusal(self) -> str | None:
        """Return why the reader may not confirm it, even with the good rows only; None if it may be confirmed."""
        return self.sent.refusal_to_apply(current_user.id, only_good_rows=True)


def find_sent(sort: type[SheetImport], import_id: int, can: Can) -> tuple[SheetImport, Place]:
    """Return an import of the units the reader may import for, and its place; raise NotFound for any other."""
    sent = find_import(db.session, sort, import_id)
    if not sent or not may(current_user, can, place := place_of_unit(sent.unit_id)):
        raise NotFound
    return sent, place


def make_room_for_file() -> None:
    """Let the form of a table carry a file; everything else stays small."""
    if request.endpoint.endswith(".send"):
        request.max_content_length = MAX_BYTES + ROOM_FOR_FORM


@contextmanager
def only_reading():
    """Let go of the write lock that an unsafe request holds, while something long is prepared."""
    db.session.rollback()
    token = writing.set(False)
    try:
        yield
    finally:
        db.session.rollback()
        writing.reset(token)


def scopes_of(can: Can) -> dict[int, str]:
    """Return id → name of the units the reader may import for."""
    units = units_named(db.session, units_where(current_user, can), clock.today())
    return {unit.id: unit.name for unit in units}


def sent_before(sort: type[SheetImport], scopes: dict[int, str], also: tuple = ()) -> dict:
    """Return a page of the imports for these units (for the company: of all), and the address of older ones."""
    units = None if company(db.session).id in scopes else list(scopes)
    recent = recent_imports(db.session, sort, units, before=number_asked("before"), also=also)
    return {"recent": recent, "older": url_for(".index", before=recent[-1].id) if len(recent) == PAGE else None}


def told(seen: SeenImport, problem: str | None) -> dict:
    """Return what a preview tells of any sort of table, with what was typed when there was a problem."""
    sent = seen.sent
    told = {"seen": seen, "sent": sent, "summary": sent.summary, "shown": SHOWN}
    return told | {"problem": problem, "typed": request.form}


def hand_out_faults(seen: SeenImport, name: str) -> Response:
    """Answer with the faulty rows as a file of that name, with their reasons."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{seen.sent.id}.xlsx"'}
    return Response(fault_sheet(seen.sent.summary["headers"], seen.sent.faults), mimetype=EXCEL, headers=headers)

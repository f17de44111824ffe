"""指标数据: sending a table of figures, reading what it would change, and confirming it (E2)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation.importing import (
    apply_figures,
    draft_figures,
    read_figure_file,
    refusal_to_apply,
    store_preview,
)
from partygroup.evaluation.listing import PAGE, find_import, recent_imports
from partygroup.evaluation.models import FigureImport
from partygroup.evaluation.proposing import propose
from partygroup.evaluation.schemes import scheme_in_force
from partygroup.org.queries import company, lineage, units_named
from partygroup.policy import Can, Place, may, units_where
from partygroup.spreadsheets.faulty import fault_sheet
from partygroup.spreadsheets.reading import MAX_BYTES
from partygroup.web.imports import EXCEL, ROOM_FOR_FORM, SHOWN, only_reading
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

pages = Blueprint("figures", __name__)


@dataclass(frozen=True)
class SeenFigures:
    """An import of figures and the place it belongs to."""

    figures: FigureImport
    place: Place

    @property
    def faults(self) -> list[dict]:
        """Return all faults, cell by cell."""
        return [fault for row in self.figures.faults for fault in row["faults"]]

    @property
    def refusal(self) -> str | None:
        """Return why the reader may not confirm it, even with the good rows only; None if it may be confirmed."""
        return refusal_to_apply(self.figures, current_user.id, only_good_rows=True)


def figures_of(figure_import_id: int) -> SeenFigures:
    """Return an import of the units the reader may import for; raise NotFound for any other."""
    figures = find_import(db.session, figure_import_id)
    if not figures:
        raise NotFound
    line = lineage(db.session, figures.unit_id, clock.today())
    place = Place(tuple(unit_id for unit_id, _kind, _name in line) or (figures.unit_id,))
    if not may(current_user, Can.IMPORT_FIGURES, place):
        raise NotFound
    return SeenFigures(figures, place)


@pages.before_request
def make_room_for_file() -> None:
    """Let this one form carry a file; everything else stays small."""
    if request.endpoint == "figures.send":
        request.max_content_length = MAX_BYTES + ROOM_FOR_FORM


def _index(errors: dict[str, str], typed: dict, status: int = 200):
    units = units_named(db.session, units_where(current_user, Can.IMPORT_FIGURES), clock.today())
    scopes = [(unit.id, unit.name) for unit in units]
    unit_ids = [unit_id for unit_id, _name in scopes]
    everything = company(db.session).id in unit_ids
    recent = recent_imports(db.session, None if everything else unit_ids, before=request.args.get("before", type=int))
    this = clock.Quarter.of(clock.today())
    specs = scheme_in_force(db.session, this).imported() | scheme_in_force(db.session, this.previous()).imported()
    return respond(
        "figures/index.html", status=status, scopes=scopes, recent=recent, errors=errors,
        typed={"unit_id": unit_ids[0]} | typed, specs=list(specs.values()),
        older=url_for(".index", before=recent[-1].id) if len(recent) == PAGE else None,
    )  # fmt: skip


@pages.get("/imports/figures")
@needs(Can.IMPORT_FIGURES)
def index():
    """Show the form, what the table must look like, and the imports so far."""
    return _index({}, {})


@pages.post("/imports/figures")
@needs(Can.IMPORT_FIGURES, back="figures.index")
def send():
    """Read a table of figures and go on to its preview; a file that cannot be read is said so beside the form."""
    file, unit_id = request.files.get("file"), request.form.get("unit_id", type=int)
    typed = {"unit_id": unit_id} if unit_id else {}
    if not file or not file.filename:
        return _index({"file": "请选择一份指标数据表。"}, typed, 422)
    if unit_id not in units_where(current_user, Can.IMPORT_FIGURES):
        return _index({"unit_id": "请选择为哪个单位导入。"}, typed, 422)
    by, at = current_user.id, clock.now()
    try:
        with only_reading():
            sheet = read_figure_file(file.stream, file.filename)
            draft = draft_figures(db.session, sheet, scope_unit_id=unit_id, by=by, at=at)
    except Refused as refusal:
        return _index({"file": refusal.reason}, typed, 422)
    with transaction(db.session):
        stored = store_preview(db.session, draft, by=by, at=at)
    return done("", "figures.show", figure_import_id=stored.id)


@pages.get("/imports/figures/<id:figure_import_id>")
@needs(Can.IMPORT_FIGURES, figures_of)
def show(seen: SeenFigures):
    """Show what an import would change, or what it changed."""
    return _show(seen, None)


def _show(seen: SeenFigures, problem: str | None, status: int = 200):
    return respond("figures/show.html", status=status, seen=seen, figures=seen.figures, summary=seen.figures.summary,
                   shown=SHOWN, problem=problem, ticked="only_good_rows" in request.form)  # fmt: skip


@pages.get("/imports/figures/<id:figure_import_id>/faults.xlsx")
@needs(Can.IMPORT_FIGURES, figures_of)
def faults(seen: SeenFigures):
    """Hand out the faulty rows as a file, with their reasons."""
    headers = {"Content-Disposition": f'attachment; filename="figures-{seen.figures.id}.xlsx"'}
    return Response(fault_sheet(seen.figures.summary["headers"], seen.figures.faults), mimetype=EXCEL, headers=headers)


@pages.post("/imports/figures/<id:figure_import_id>/applying")
@needs(Can.IMPORT_FIGURES, figures_of, back="figures.show")
def apply(seen: SeenFigures):
    """Carry out the preview whose digest the form names; a refusal is said on the preview."""
    try:
        with transaction(db.session):
            outcome = apply_figures(
                db.session,
                seen.figures,
                digest=request.form.get("digest", ""),
                by=current_user.id,
                at=clock.now(),
                propose=propose,
                only_good_rows="only_good_rows" in request.form,
            )
    except Refused as refusal:
        return _show(figures_of(seen.figures.id), refusal.reason, refusal.status)
    words = "这份数据已经导入过，没有再改动。" if outcome.already else "数据已导入。"
    return done(words, "figures.show", figure_import_id=seen.figures.id)

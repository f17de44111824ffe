"""指标数据: sending a table of figures, reading what it would change, and confirming it (E2)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.evaluation.importing import apply_figures, draft_figures, read_figure_file, store_preview
from partygroup.evaluation.models import FigureImport
from partygroup.evaluation.proposing import propose
from partygroup.evaluation.schemes import scheme_in_force
from partygroup.policy import Can
from partygroup.web import sending
from partygroup.web.asked import number_typed
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond
from partygroup.web.sending import SeenImport

pages = Blueprint("figures", __name__)
pages.before_request(sending.make_room_for_file)


@dataclass(frozen=True)
class SeenFigures(SeenImport):
    """The import of figures, told by what changes and what came before."""

    @property
    def can_confirm(self) -> bool:
        """Say whether there is anything to write."""
        return super().can_confirm and bool(self.changes)

    @staticmethod
    def by_whom(told: list[dict]) -> dict[str, list[dict]]:
        """Return unit or person → what is told of them, in the order of the file."""
        groups: dict[str, list[dict]] = {}
        for one in told:
            groups.setdefault(one["who"], []).append(one)
        return groups

    @property
    def changes(self) -> list[dict]:
        """Return what each row changes, or has changed."""
        return [one for one in self.sent.summary["changes"] if one["row"] not in self._skipped]

    @property
    def known(self) -> list[dict]:
        """Return the rows about persons that came before, and so make no proposal, or have made none."""
        summary = self.sent.summary
        return [one for one in summary["changes"] + summary.get("known", []) if one["row"] in self._skipped]

    @property
    def _skipped(self) -> set[int]:
        summary = self.sent.summary
        if self.sent.applied_at:
            return set(summary["outcome"].get("skipped", ()))
        return {one["row"] for one in summary.get("known", ())}


def figures_of(figure_import_id: int) -> SeenFigures:
    """Return an import of the units the reader may import for; raise NotFound for any other."""
    return SeenFigures(*sending.find_sent(FigureImport, figure_import_id, Can.IMPORT_FIGURES))


def _index(errors: dict[str, str], typed: dict, status: int = 200):
    scopes, this = sending.scopes_of(Can.IMPORT_FIGURES), clock.Quarter.of(clock.today())
    specs = scheme_in_force(db.session, this).imported() | scheme_in_force(db.session, this.previous()).imported()
    return respond("figures/index.html", status=status, scopes=scopes, errors=errors,
                   typed={"unit_id": next(iter(scopes))} | typed, specs=list(specs.values()),
                   **sending.sent_before(FigureImport, scopes))  # fmt: skip


@pages.get("/imports/figures")
@needs(Can.IMPORT_FIGURES)
def index():
    """Show the form, what the table must look like, and the imports so far."""
    return _index({}, {})


@pages.post("/imports/figures")
@needs(Can.IMPORT_FIGURES, back="figures.index")
def send():
    """Read a table of figures and go on to its preview; a file that cannot be read is said so beside the form."""
    file, unit_id = request.files.get("file"), number_typed("unit_id")
    typed = {"unit_id": unit_id} if unit_id else {}
    if not file or not file.filename:
        return _index({"file": "请选择一份指标数据表。"}, typed, 422)
    if unit_id not in sending.scopes_of(Can.IMPORT_FIGURES):
        return _index({"unit_id": "请选择为哪个单位导入。"}, typed, 422)
    by, at = current_user.id, clock.now()
    try:
        with sending.only_reading():
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
    return respond("figures/show.html", status=status, **sending.told(seen, problem))


@pages.get("/imports/figures/<id:figure_import_id>/faults.xlsx")
@needs(Can.IMPORT_FIGURES, figures_of)
def faults(seen: SeenFigures):
    """Hand out the faulty rows as a file, with their reasons."""
    return sending.hand_out_faults(seen, "figures")


@pages.post("/imports/figures/<id:figure_import_id>/applying")
@needs(Can.IMPORT_FIGURES, figures_of, back="figures.show")
def apply(seen: SeenFigures):
    """Carry out the preview whose digest the form names; a refusal is said on the preview."""
    try:
        with transaction(db.session):
            outcome = apply_figures(
                db.session,
                seen.sent,
                digest=request.form.get("digest", ""),
                by=current_user.id,
                at=clock.now(),
                propose=propose,
                only_good_rows="only_good_rows" in request.form,
            )
    except Refused as refusal:
        return _show(figures_of(seen.sent.id), refusal.reason, refusal.status)
    words = "这份数据已经导入过，没有再改动。" if outcome.already else "数据已导入。"
    return done(words, "figures.show", figure_import_id=seen.sent.id)

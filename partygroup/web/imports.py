"""导入: sending a roster, reading what it would change, and confirming it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.org.models import UnitKind
from partygroup.org.queries import children, company
from partygroup.people.models import RosterImport
from partygroup.people.roster import apply_roster, draft_roster, store_preview
from partygroup.people.roster_file import read_roster
from partygroup.people.roster_plan import SECTIONS
from partygroup.policy import Can
from partygroup.web import sending
from partygroup.web.asked import day_typed, number_typed
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond
from partygroup.web.sending import SeenImport

pages = Blueprint("imports", __name__)
pages.before_request(sending.make_room_for_file)


@dataclass(frozen=True)
class SeenRoster(SeenImport):
    """The import of a roster, told by what changes."""

    @property
    def sections(self) -> list[tuple[str, list[dict]]]:
        """Return (title, people) of each kind of change that there is; once carried out, with those who left."""
        changes = self.sent.summary["changes"]
        titles = SECTIONS | {"ended": "离开"}
        return [(title, changes[section]) for section, title in titles.items() if changes.get(section)]

    @property
    def founded(self) -> list[tuple[str, list[str]]]:
        """Return (title, names) of the units that are new: those of the party, and apart those of the works."""
        summary = self.sent.summary
        told = (("新设单位", summary["units"]), ("新设生产单位", summary.get("works")))
        return [(title, names) for title, names in told if names]

    @property
    def can_confirm(self) -> bool:
        """Say whether confirming would change anything, or could: people may be ticked to leave."""
        return not self.sent.applied_at and bool(self.sections or self.sent.summary["absent"])

    @property
    def outcome(self) -> str:
        """Return what an import that was carried out has changed, in a sentence."""
        counts = self.sent.summary["outcome"]
        people = [(title, counts[section], "人") for section, title in SECTIONS.items()]
        told = [*people, ("离开", counts["ended"], "人"), ("新设单位", counts["units"], "个")]
        told.append(("新设生产单位", counts.get("works", 0), "个"))
        return "，".join(f"{title} {count} {unit}" for title, count, unit in told if count) or "没有要改的"


def import_of(import_id: int) -> SeenRoster:
    """Return an import of the units the reader may import for; raise NotFound for any other."""
    return SeenRoster(*sending.find_sent(RosterImport, import_id, Can.IMPORT_ROSTER))


def _proposed_day() -> date:
    """Return today; for the first import into an empty company, the year's first day."""
    today = clock.today()
    has_units = children(db.session, company(db.session).id, today, UnitKind.UNIT_COMMITTEE)
    return today if has_units else today.replace(month=1, day=1)


def _index(errors: dict[str, str], typed: dict, status: int = 200):
    scopes = sending.scopes_of(Can.IMPORT_ROSTER)
    typed = {"valid_from": _proposed_day().isoformat(), "unit_id": next(iter(scopes))} | typed
    return respond("imports/index.html", status=status, scopes=scopes, typed=typed, errors=errors,
                   **sending.sent_before(RosterImport, scopes, (RosterImport.valid_from,)))  # fmt: skip


@pages.get("/imports")
@needs(Can.IMPORT_ROSTER)
def index():
    """Show the form and the imports so far."""
    return _index({}, {})


@pages.post("/imports")
@needs(Can.IMPORT_ROSTER, back="imports.index")
def send():
    """Read a roster and go on to its preview; a file that cannot be read is said so beside the form."""
    typed = {name: request.form[name] for name in ("valid_from", "unit_id") if request.form.get(name)}
    file, day, unit_id = request.files.get("file"), day_typed("valid_from"), number_typed("unit_id")
    if errors := _errors_of_form(file, day, unit_id):
        return _index(errors, typed, 422)
    by, at = current_user.id, clock.now()
    try:
        with sending.only_reading():
            sheet = read_roster(file.stream, file.filename)
            draft = draft_roster(db.session, sheet, scope_unit_id=unit_id, valid_from=day, by=by, at=at)
    except Refused as refusal:
        return _index({"file": refusal.reason}, typed, 422)
    with transaction(db.session):
        stored = store_preview(db.session, draft, by=by, at=at)
    return done("", "imports.show", import_id=stored.id)


def _errors_of_form(file, day: date | None, unit_id: int | None) -> dict[str, str]:
    """Return what is wrong with the fields beside the file, each at its own."""
    errors = {}
    if not file or not file.filename:
        errors["file"] = "请选择一份花名册。"
    if not day:
        wrong = request.form.get("valid_from", "").strip()
        errors["valid_from"] = "没有这一天，请核对生效日期。" if wrong else "请写上生效日期。"
    elif day > clock.today():
        errors["valid_from"] = "生效日期不能晚于今天，请改成今天或更早的一天。"
    if unit_id not in sending.scopes_of(Can.IMPORT_ROSTER):
        errors["unit_id"] = "请选择为哪个单位导入。"
    return errors


@pages.get("/imports/<id:import_id>")
@needs(Can.IMPORT_ROSTER, import_of)
def show(seen: SeenRoster):
    """Show what an import would change, or what it changed."""
    return _show(seen, None)


def _show(seen: SeenRoster, problem: str | None, status: int = 200):
    return respond("imports/show.html", status=status, **sending.told(seen, problem),
                   ticked=request.form.getlist("ended", type=int), today=clock.today().isoformat())  # fmt: skip


@pages.get("/imports/<id:import_id>/faults.xlsx")
@needs(Can.IMPORT_ROSTER, import_of)
def faults(seen: SeenRoster):
    """Hand out the faulty rows as a file, with their reasons."""
    return sending.hand_out_faults(seen, "faults")


@pages.post("/imports/<id:import_id>/applying")
@needs(Can.IMPORT_ROSTER, import_of, back="imports.show")
def apply(seen: SeenRoster):
    """Carry out an import; a refusal is said on the preview, with what was ticked kept."""
    try:
        with transaction(db.session):
            outcome = apply_roster(
                db.session,
                seen.sent,
                by=current_user.id,
                at=clock.now(),
                only_good_rows="only_good_rows" in request.form,
                ended=request.form.getlist("ended", type=int),
                ended_on=day_typed("ended_on"),
            )
    except Refused as refusal:
        return _show(import_of(seen.sent.id), refusal.reason, 422)
    words = "这份名单已经导入过，没有再改动。" if outcome.already else "名单已导入。"
    return done(words, "imports.show", import_id=seen.sent.id)

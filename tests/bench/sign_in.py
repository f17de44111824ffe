"""What is compared with the floor: signing in, the board, importing a roster."""

from __future__ import annotations

import io

from partygroup import clock
from partygroup.db import db
from partygroup.people.roster import apply_roster, draft_roster, store_preview
from partygroup.people.roster_file import read_roster
from tests.bench import floor
from tests.bench.hall import Hall
from tests.bench.measure import Compared, ask_all, compare
from tests.rosters import large_roster, workbook

EACH, ROUNDS, POLLS = 200, 9, 60
GOALS = {"SQLite": 2.5, "PostgreSQL": 2.0}
SIZE = EACH * (ROUNDS + 1)


def compare_sign_in(hall: Hall, database: str) -> Compared:
    """Return the cost of a first sign-in: everybody of a round signs once, in the house and on the floor."""
    ticket, proof = hall.ticket(), floor.proof_of(hall.meeting_id)

    def requests(number: int, cookie: str) -> list[dict]:
        people = hall.people[number * EACH : (number + 1) * EACH]
        return [hall.environ("POST", one, ticket=cookie) for one in people]

    ours = [requests(number, ticket) for number in range(ROUNDS + 1)]
    theirs = [requests(number, proof) for number in range(ROUNDS + 1)]
    return compare(
        "sign-in", database, rounds=ROUNDS, goal=GOALS[database],
        floor=lambda number: ask_all(hall.floor_app, theirs[number], 303),
        ours=lambda number: ask_all(hall.app, ours[number], 303),
    )  # fmt: skip


def compare_boards(hall: Hall, database: str) -> list[Compared]:
    """Return the cost of the board of 80 people, as a fragment and unchanged."""
    asked = {"HX-Request": "true"}
    plain = [hall.environ("GET", hall.world.leader.id, **asked)] * POLLS
    tag = _tag_of(hall, plain[0])
    same = [hall.environ("GET", hall.world.leader.id, **asked, **{"HX-PTag": tag})] * POLLS
    return [
        compare(
            what, database, rounds=5,
            floor=lambda _number: ask_all(hall.floor_app, plain, 200),
            ours=lambda _number, sent=sent, status=status: ask_all(hall.app, sent, status),
        )
        for what, sent, status in (("board of 80", plain, 200), ("board unchanged", same, 304))
    ]  # fmt: skip


def _tag_of(hall: Hall, environ: dict) -> str:
    headers = {}
    body = hall.app(dict(environ), lambda _status, got, _error=None: headers.update(got))
    body.close()
    return headers["HX-PTag"]


def compare_import(hall: Hall, database: str) -> Compared:
    """Return the cost of a row of a roster of 3,000: read, previewed and carried out, then taken back."""
    content = workbook(large_roster(3000))

    def ours(_number: int) -> int:
        with hall.app.app_context():
            try:
                return _import(content, hall.world)
            finally:
                db.session.rollback()

    return compare("import, a row of 3,000", database, rounds=3, ours=ours,
                   floor=lambda _number: floor.import_rows(hall.floor_engine, content))  # fmt: skip


def _import(content: bytes, world) -> int:
    at, by = clock.now(), world.company_officer.id
    sheet = read_roster(io.BytesIO(content), "花名册.xlsx")
    draft = draft_roster(db.session, sheet, scope_unit_id=world.company.id, valid_from=clock.today(), by=by, at=at)
    stored = store_preview(db.session, draft, by=by, at=at)
    if apply_roster(db.session, stored, by=by, at=at).joined != 3000:
        raise RuntimeError("the roster did not go in")
    return 3000

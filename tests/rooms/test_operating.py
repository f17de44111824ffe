"""What the operator relies on: health checks with reasons, `flask doctor`, `flask settle`."""

from __future__ import annotations

import shutil
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from partygroup import clock, create_app
from partygroup.db import AuditRow, db, transaction
from partygroup.meetings.models import Gathering
from partygroup.people.models import RosterImport
from partygroup.people.roster import apply_roster
from partygroup.spreadsheets.previews import PREVIEW_LIVES
from tests.factories import gathering
from tests.rooms.smallroster import NEW_YEAR, SOUND, previewed

AWAY = ("sqlite:////nowhere/at/all.sqlite", "postgresql+psycopg://nobody@127.0.0.1:1/none")
DOCTOR = import_module("partygroup.commands.doctor")
BASE = "https://luhuo.example.com"


def run(app, command: str):
    return app.test_cli_runner().invoke(args=[command])


def findings(app) -> tuple[dict[str, tuple[str, str]], int]:
    """Return what the doctor says of each thing (stand, sentence), and its exit code."""
    answer = run(app, "doctor")
    lines = [line for line in answer.output.splitlines() if line.startswith(("ok ", "note", "wrong"))]
    told = {name: (stand, words) for stand, name, words in map(_parted, lines)}
    return told, answer.exit_code


def _parted(line: str) -> tuple[str, str, str]:
    stand, _, rest = line.partition(" ")
    name, _, words = rest.strip().partition(": ")
    return stand, name, words


@pytest.fixture
def other(new_database, settings_for):
    """Return a function that makes an app over an empty database of its own, without any migration."""
    with new_database("operating") as url:
        made = []

        def make(url=url, **settings):
            made.append(create_app(settings_for(url, **settings)))
            return made[-1]

        yield make
        for app in made:
            with app.app_context():
                db.engine.dispose()


# --- health -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", AWAY)
def test_without_a_database_it_is_alive_but_not_ready(other, url):
    client = other(url).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "database away"})
    assert answer.headers["Retry-After"] == "5"
    client.set_cookie("sid", "a" * 43)
    page = client.get("/login")
    assert page.status_code == 503 and "这会儿人多" in page.text and page.headers["Retry-After"] == "5"


def test_without_migrations_it_is_not_ready(other):
    app = other()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "migrations pending"})
    assert app.test_client().get("/healthz").status_code == 200
    assert run(app, "init").exit_code == 0
    assert app.test_client().get("/readyz").json == {"status": "ready"}


def test_with_old_migrations_it_is_not_ready(client, session):
    session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()
    assert client.get("/readyz").json == {"status": "migrations pending"}
    assert client.get("/healthz").status_code == 200


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_all_is_well(other):
    app = other(base_url=BASE)
    assert run(app, "init").exit_code == 0
    told, code = findings(app)
    assert code == 0 and list(told) == [
        "address", "https", "secret key", "debug", "data folder", "migrations", "database",
    ]  # fmt: skip
    assert {stand for stand, _words in told.values()} <= {"ok", "note"}
    assert all(words.endswith((".", "/")) for _stand, words in told.values())


def test_what_is_only_to_know_is_no_fault(other):
    app = other()
    run(app, "init")
    told, code = findings(app)
    assert (told["address"][0], told["https"][0], code) == ("note", "note", 0)
    assert "BASE_URL" in told["address"][1] and "https://" in told["https"][1]


def test_missing_migrations(other):
    told, code = findings(other())
    assert (told["migrations"], code) == (("wrong", "some are missing: run `flask init`."), 1)
    assert "database" not in told


@pytest.mark.parametrize("url", AWAY)
def test_no_database(other, url):
    told, code = findings(other(url))
    assert code == 1 and told["database"][0] == "wrong"
    assert "does not answer (OperationalError): check DATABASE_URL" in told["database"][1]


def test_a_key_others_can_read(other, tmp_path):
    key = tmp_path / "secret-key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    told, code = findings(other(data_dir=tmp_path))
    assert code == 1 and told["secret key"] == ("wrong", "secret-key can be read by others: run chmod 600 on it.")
    key.chmod(0o600)
    assert findings(other(data_dir=tmp_path))[0]["secret key"] == ("ok", "only this user can read it.")


def test_debug(other):
    told, code = findings(other(debug=True))
    assert code == 1 and told["debug"][0] == "wrong" and "FLASK_DEBUG" in told["debug"][1]


def test_a_full_disk_and_a_folder_of_somebody_else(other, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=3 * 2**20))
    told, code = findings(other())
    assert code == 1 and told["data folder"] == ("wrong", "only 3 MB are left on its disk: make room.")
    monkeypatch.setattr(DOCTOR, "os", SimpleNamespace(access=lambda *_asked: False, W_OK=2))
    assert "cannot be written" in findings(other())[0]["data folder"][1]


def test_a_slow_disk(other, monkeypatch):
    monkeypatch.setattr(DOCTOR, "_synced_write", lambda: 12.34)
    app = other()
    run(app, "init")
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
    told, code = findings(app)
    slow = ("note", "SQLite, one synced write takes 12.3 ms: use PostgreSQL here.")
    grouped = ("ok", "PostgreSQL, which groups commits by itself.")
    assert (told["database"], code) == (slow if is_sqlite else grouped, 0)


# --- settle -----------------------------------------------------------------------------------------------------------

NOTHING = "0 declarations passed on, 0 took effect, 0 absences proposed"


def test_previews_nobody_confirmed_go_after_a_week(app, world, session):
    fresh = {"党支部": "红柳车间党支部", "二级党委": "青松厂党委", "党小组": "朱雀党小组"}
    stale, waiting, applied = [
        previewed(session, world.company, [SOUND | fresh | {"工号": f"77{number}"}], on=NEW_YEAR) for number in range(3)
    ]
    with transaction(session):
        apply_roster(session, applied, by=None, at=clock.now())
    for row, age in ((stale, PREVIEW_LIVES), (waiting, PREVIEW_LIVES - timedelta(minutes=1)), (applied, PREVIEW_LIVES)):
        session.execute(sa.update(RosterImport).where(RosterImport.id == row.id).values(read_at=clock.now() - age))
    gone, kept = stale.id, {waiting.id, applied.id}
    session.commit()
    assert run(app, "settle").output == f"0 meetings closed, {NOTHING}, 1 previews dropped, 0 photo files removed\n"
    assert set(session.scalars(sa.select(RosterImport.id))) == kept
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "people.roster.purge")).one()
    assert (row.subject_id, row.actor_id, row.unit_id) == (gone, None, world.company.id)
    session.rollback()
    assert run(app, "settle").output == f"0 meetings closed, {NOTHING}, 0 previews dropped, 0 photo files removed\n"


def test_forgotten_sign_ins_are_closed(app, world, session):
    opened = {"opened_at": clock.now() - timedelta(hours=13), "opened_by": world.leader.id}
    met = gathering(session, world.group.id, by=world.leader.id, **opened)
    session.commit()
    assert run(app, "settle").output == f"1 meetings closed, {NOTHING}, 0 previews dropped, 0 photo files removed\n"
    assert session.scalar(sa.select(Gathering.closed_by).where(Gathering.id == met.id)) == world.leader.id


def test_the_help_says_what_it_does(app):
    told = app.test_cli_runner().invoke(args=["settle", "--help"]).output
    assert "twelve hours" in told and "seven days" in " ".join(told.split())


@pytest.mark.parametrize("command", ["init", "settle"])
def test_sqlite_is_told_how_full_its_tables_are(app, world, session, command):
    session.commit()
    run(app, command)
    if session.get_bind().dialect.name == "sqlite":
        session.rollback()
        told = sa.text("SELECT DISTINCT tbl FROM sqlite_stat1")
        assert {"person", "belonging", "placement"} <= set(session.scalars(told))

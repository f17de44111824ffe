"""A backup taken while people write comes back whole, in either kind of database (security.md 1, R7)."""

from __future__ import annotations

import json
import threading
import zipfile
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock, create_app
from partygroup.backup import is_empty
from partygroup.db import Base, UtcDateTime, db, transaction
from partygroup.feedback.actions import give_feedback
from partygroup.feedback.models import Feedback
from tests.databases import fresh_database, server_binaries, throw_away_server


@pytest.fixture(scope="module")
def other_url(tmp_path_factory, app):
    """Return the URL of an empty database of the other kind."""
    with app.app_context():
        kind = db.engine.dialect.name
    if kind == "postgresql":
        yield f"sqlite:///{tmp_path_factory.mktemp('other')}/other.sqlite"
        return
    try:
        server_binaries()
    except RuntimeError as reason:
        pytest.skip(str(reason))
    with throw_away_server() as server, fresh_database(server, "other") as url:
        yield url


@pytest.fixture
def elsewhere(settings_for, tmp_path):
    """Return a function that makes another machine's app, over a database of its own unless one is given."""

    def make(url: str | None = None):
        return create_app(settings_for(url or f"sqlite:///{tmp_path}/elsewhere.sqlite", data_dir=tmp_path / "data"))

    return make


@pytest.fixture
def photo(app, clean):
    """Put an attachment into the data folder and return its path."""
    path = app.config["SETTINGS"].data_dir / "photos" / "a1b2.jpg"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(range(256)) * 40)
    yield path
    path.unlink()


def run(app, *words):
    return app.test_cli_runner().invoke(args=list(words))


def rows_of(app) -> dict[str, list]:
    """Return all rows of all tables in order."""
    with app.app_context():
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables}


#: A value of each type of column, awkward where the two kinds of database differ.
SAMPLES = {
    sa.Integer: 1, sa.String: "“字”", sa.Boolean: True, sa.JSON: {"乙": [1, None, 2.5, "\n"], "甲": {}},
    sa.Date: date(2026, 2, 28), UtcDateTime: clock.beijing("2026-02-28 23:59:59.000001"),
}  # fmt: skip

#: What a table does not take as it comes: minutes and opinions are of two people, a seal is not made of samples, a
#: message ends once.
OTHERWISE = {
    "minutes": {"recorder_id": 2, "sealed_at": None, "body": None, "digest": None},
    "robot_message": {"dropped_at": None},
    "criticism": {"about_id": 2, "withdrawn_at": None},
    "appraised": {"ballots": 4},
}


def fill_empty_tables(connection) -> None:
    """Put a row into every table that the demo company leaves empty, so that none is passed over."""
    for table in Base.metadata.sorted_tables:
        if connection.execute(sa.select(table).limit(1)).first() is None:
            own = [column for column in table.c if not (column.primary_key and column.name == "id")]
            row = {column.name: sample(column) for column in own}
            connection.execute(sa.insert(table).values(row | OTHERWISE.get(table.name, {})))


def sample(column: sa.Column):
    """Return a value that the column takes; keys to other tables lead to their first row."""
    return next(value for kind, value in SAMPLES.items() if isinstance(column.type, kind))


def say(app, person_id: int, text: str) -> None:
    with app.app_context(), transaction(db.session):
        give_feedback(db.session, by=person_id, branch_id=None, path="/", text=text, at=clock.now())


@pytest.mark.postgres
def test_every_row_and_file_comes_back_in_the_other_kind(app, demo_start, photo, elsewhere, other_url, tmp_path):
    demo_start.restore()
    say(app, 1, "扳手不够 😀 “两把”\n也行")
    with app.app_context(), db.engine.begin() as connection:
        fill_empty_tables(connection)
    before = rows_of(app)
    assert [name for name, rows in before.items() if not rows] == []
    assert run(app, "backup", f"{tmp_path}/whole.zip").exit_code == 0
    there = elsewhere(other_url)
    answer = run(there, "restore", f"{tmp_path}/whole.zip")
    assert answer.exit_code == 0, answer.output
    assert rows_of(there) == before
    assert (there.config["SETTINGS"].data_dir / "photos" / photo.name).read_bytes() == photo.read_bytes()
    silent = run(there, "verify")
    assert (silent.exit_code, silent.output) == (0, "")
    say(there, 1, "换了机器，编号接着走")
    with there.app_context():
        there_now = sorted(db.session.scalars(sa.select(Feedback.text)))
        db.session.close()
        db.engine.dispose()
    assert there_now == sorted(["扳手不够 😀 “两把”\n也行", "换了机器，编号接着走"])


@pytest.mark.postgres
def test_a_backup_taken_while_people_write_is_one_moment(app, world, elsewhere, tmp_path):
    begun, enough = threading.Event(), threading.Event()

    def write():
        for number in range(400):
            say(app, world.leader.id, f"第{number}条")
            begun.set()
            if enough.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(20)
    answer = run(app, "backup", f"{tmp_path}/busy.zip")
    enough.set()
    writer.join()
    assert answer.exit_code == 0, answer.output
    there = elsewhere()
    assert run(there, "restore", f"{tmp_path}/busy.zip").exit_code == 0
    with there.app_context():
        texts = db.session.scalars(sa.select(Feedback.text).order_by(Feedback.id)).all()
    assert texts == [f"第{number}条" for number in range(len(texts))] and texts
    told = [row for row in rows_of(there)["audit_row"] if "feedback" in row]
    assert len(told) == len(texts), "each row came with its witness"


def test_a_database_with_people_is_left_alone(app, world, tmp_path):
    run(app, "backup", f"{tmp_path}/whole.zip")
    before = rows_of(app)
    answer = run(app, "restore", f"{tmp_path}/whole.zip")
    assert answer.exit_code == 1 and "holds data already" in answer.output
    assert rows_of(app) == before


def test_presets_alone_are_no_data(app, clean):
    with app.app_context(), db.engine.connect() as connection:
        assert is_empty(connection)


def altered(file, tmp_path, name: str, change) -> str:
    """Return a copy of a backup in which one member is changed (to nothing: left out)."""
    copy = tmp_path / "altered.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        for member in old.namelist():
            data = change(old.read(member)) if member == name else old.read(member)
            if data is not None:
                new.writestr(member, data)
    return str(copy)


def newer(manifest: bytes) -> bytes:
    return json.dumps(json.loads(manifest) | {"revision": "9999"}).encode()


@pytest.mark.parametrize(
    ("member", "change", "words"),
    [
        ("tables/person.jsonl", lambda data: data.replace(b"1", b"2", 1), "damaged (tables/person.jsonl)"),
        ("tables/person.jsonl", lambda data: None, "damaged"),
        ("files/photos/a1b2.jpg", lambda data: data[:-1], "damaged (files/photos/a1b2.jpg)"),
        ("manifest.json", lambda data: b"{", "damaged"),
        ("manifest.json", lambda data: None, "damaged"),
        ("manifest.json", lambda data: data.replace(b'"format": 1', b'"format": 7'), "format 7"),
        ("manifest.json", newer, "newer version"),
        ("manifest.json", lambda data: data.replace(b"photos/a1b2", b"../a1b2"), "damaged"),
    ],
)
def test_a_damaged_backup_writes_nothing(app, world, photo, elsewhere, tmp_path, member, change, words):
    run(app, "backup", f"{tmp_path}/whole.zip")
    there = elsewhere()
    answer = run(there, "restore", altered(f"{tmp_path}/whole.zip", tmp_path, member, change))
    assert answer.exit_code == 1 and words in answer.output
    with there.app_context():
        assert sa.inspect(db.engine).get_table_names() in ([], ["alembic_version"])


def test_a_torn_file_is_refused(app, world, elsewhere, tmp_path):
    run(app, "backup", f"{tmp_path}/whole.zip")
    whole = (tmp_path / "whole.zip").read_bytes()
    (tmp_path / "torn.zip").write_bytes(whole[: len(whole) // 2])
    answer = run(elsewhere(), "restore", f"{tmp_path}/torn.zip")
    assert answer.exit_code == 1 and "damaged" in answer.output


def test_an_attachment_in_the_way_is_not_overwritten(app, world, photo, elsewhere, tmp_path):
    run(app, "backup", f"{tmp_path}/whole.zip")
    there = elsewhere()
    in_the_way = there.config["SETTINGS"].data_dir / "photos" / photo.name
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_bytes(b"mine")
    answer = run(there, "restore", f"{tmp_path}/whole.zip")
    assert answer.exit_code == 1 and "exists already" in answer.output
    assert in_the_way.read_bytes() == b"mine"
    with there.app_context(), db.engine.connect() as connection:
        assert is_empty(connection)


def test_no_file_is_overwritten(app, world, tmp_path):
    (tmp_path / "there.zip").write_bytes(b"x")
    answer = run(app, "backup", f"{tmp_path}/there.zip")
    assert answer.exit_code == 1 and (tmp_path / "there.zip").read_bytes() == b"x"

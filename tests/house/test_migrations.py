"""Migrations have one head, make what the models say, and go down and up again (style.md 13)."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa

from partygroup import create_app
from partygroup.db import db
from tests.house.source import modules

pytestmark = pytest.mark.postgres

MIGRATIONS = modules("migrations")


@pytest.fixture
def migrate(new_database, settings_for):
    """Return a function that asks Flask-Alembic something, each time in a context of its own, on an empty database."""
    with new_database("migrations") as url:
        app = create_app(settings_for(url))

        def ask(name: str, *arguments):
            with app.app_context():
                return getattr(app.extensions["alembic"], name)(*arguments)

        ask.tables = lambda: tables(app)
        ask.run = lambda statement, **values: run(app, statement, **values)
        yield ask
        with app.app_context():
            db.engine.dispose()


def tables(app) -> set[str]:
    with app.app_context():
        return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def run(app, statement: str, **values) -> list:
    """Run a statement and return its rows, if it has any."""
    with app.app_context(), db.engine.begin() as connection:
        found = connection.execute(sa.text(statement), values)
        return found.all() if found.returns_rows else []


def test_there_is_one_head(migrate):
    assert len(migrate("heads")) == 1


def test_up_from_empty_equals_the_models(migrate):
    migrate("upgrade")
    assert migrate("compare_metadata") == []


def test_down_and_up_again(migrate):
    migrate("upgrade")
    made = migrate.tables()
    assert made
    migrate("downgrade", "base")
    assert migrate.tables() == set()
    migrate("upgrade")
    assert migrate.tables() == made


def test_stored_talks_are_no_longer_called_by_a_unit(migrate):
    was = {"name": "谈心", "per": "year", "circles": ["group", "members"], "chair": ["secretary"], "counts": False}
    migrate("upgrade", "0013")
    for version in (1, 2):
        migrate.run("INSERT INTO kind (code, version, spec, made_at) VALUES ('heart_talk', :version, :spec, :at)",
                    version=version, spec=json.dumps(was), at="2026-01-01 00:00:00")  # fmt: skip
    read = "SELECT spec FROM kind ORDER BY version"
    for revision, circles in (("0014", ["pair"]), ("0013", ["group", "members"])):
        migrate("upgrade" if circles == ["pair"] else "downgrade", revision)
        specs = [spec if isinstance(spec, dict) else json.loads(spec) for (spec,) in migrate.run(read)]
        assert [spec["circles"] for spec in specs] == [circles] * 2 and {spec["name"] for spec in specs} == {"谈心"}


def test_a_persons_problem_is_not_left_to_the_branch(migrate):
    migrate("upgrade", "0015")
    migrate.run("INSERT INTO unit (id, kind) VALUES (1, 'branch')")
    migrate.run("INSERT INTO person (id, staff_no, name, pinyin, initials, stroke_key, key_technician)"
                " VALUES (1, 'S1', '何云', 'heyun', 'hy', '07', false)")  # fmt: skip
    for text, about in (("更衣柜不够", None), ("学习不够", 1)):
        migrate.run("INSERT INTO problem (unit_id, branch_id, text, owner_id, raised_on, due_on, by_id, at, about_id)"
                    " VALUES (1, 1, :text, 1, '2026-01-01', '2026-02-01', 1, '2026-01-01 00:00:00', :about)",
                    text=text, about=about)  # fmt: skip
    migrate("downgrade", "0014")
    assert migrate.run("SELECT text FROM problem") == [("更衣柜不够",)]


def test_names_are_numbered_and_say_what():
    names = sorted(path.stem for path in MIGRATIONS)
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_migrations_import_no_models():
    texts = {path.name: path.read_text(encoding="utf-8") for path in MIGRATIONS}
    assert [name for name, text in texts.items() if re.search(r"partygroup\.\w+\.models", text)] == []

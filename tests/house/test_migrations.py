"""Migrations have one head, make what the models say, and go down and up again (style.md 13)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import create_app
from partygroup.db import db
from tests.house.source import ROOT

pytestmark = pytest.mark.postgres


@pytest.fixture
def alembic(new_database, settings_for):
    """Return Flask-Alembic in the context of an app over an empty database."""
    with new_database("migrations") as url:
        app = create_app(settings_for(url))
        with app.app_context():
            yield app.extensions["alembic"]
        with app.app_context():
            db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_there_is_one_head(alembic):
    assert len(alembic.heads()) == 1


def test_up_from_empty_equals_the_models(alembic):
    alembic.upgrade()
    assert alembic.compare_metadata() == []


def test_down_and_up_again(alembic):
    alembic.upgrade()
    made = tables()
    alembic.downgrade("base")
    assert tables() == set()
    alembic.upgrade()
    assert tables() == made


def test_names_are_numbered_and_say_what():
    names = [path.stem for path in sorted((ROOT / "migrations" / "versions").glob("*.py"))]
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_migrations_import_no_models():
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert [name for name, text in texts.items() if re.search(r"partygroup\.\w+\.models", text)] == []

"""What the fixtures promise: a clean database each time, requests of their own, counted statements, a stopped clock."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import OnceKey
from partygroup.meetings.models import Kind

pytestmark = pytest.mark.postgres


def add_key(session, at, key="a"):
    session.add(OnceKey(person_id=1, key=key, digest="", answer="", at=at("2026-03-05 19:30")))
    session.commit()


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_the_start(session, at, time):
    assert session.scalar(sa.select(sa.func.count()).select_from(OnceKey)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Kind)) > 0
    add_key(session, at)


def test_new_rows_get_new_ids_after_the_presets(session):
    last = session.scalar(sa.select(sa.func.max(Kind.id)))
    fields = {column.key: getattr(session.get(Kind, last), column.key) for column in sa.inspect(Kind).columns}
    fresh = Kind(**{key: value for key, value in fields.items() if key != "id"} | {"code": "sample"})
    session.add(fresh)
    session.flush()
    assert fresh.id > last


def test_a_request_sees_what_the_test_made_and_holds_no_lock(session, client, at):
    session.add(OnceKey(person_id=1, key="b", digest="", answer="", at=at("2026-03-05 19:30")))
    assert client.get("/healthz").status_code == 200
    assert session.scalars(sa.select(OnceKey.key)).all() == ["b"]
    assert client.get("/readyz").status_code == 200


def test_statements_are_counted(session, statements):
    with statements() as seen:
        session.scalar(sa.select(sa.func.count()).select_from(OnceKey))
    session.execute(sa.select(1))
    assert len(seen) == 1
    assert "once_key" in seen[0]


def test_the_clock_stops(at):
    assert at("2026-03-05 19:30") == clock.now() == clock.beijing("2026-03-05 19:30")


def test_pages_are_looked_over(client):
    assert client.get("/login").status_code == 200

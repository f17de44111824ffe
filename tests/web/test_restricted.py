"""A restricted text stands nowhere but where it is opened: not on any page, in a search, a trail, or the log."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa

from partygroup.db import Base, db
from partygroup.talks.models import Talk
from tests.cast import CAST, World, build_world
from tests.databases import Start
from tests.web.corners import Corner, build_corners
from tests.web.test_walk import OURS, rules

#: What the corner's talk was about; and who opens it there: the one of the two who is of the cast, and the secretary.
SAID = "夜莺在唱"
READERS = {"leader", "secretary"}
SEARCHES = (
    "/people?q={0}",
    "/activities?q={0}",
    "/audit",
    "/audit?q={0}",
    "/me/records",
    "/talks",
    "/feedback?from={0}",
)


@pytest.fixture(scope="module")
def staged(app, start, tmp_path_factory) -> tuple[World, Corner, Start]:
    start.restore()
    with app.app_context():
        world = build_world(db.session)
        db.session.commit()
        corner = build_corners(db.session, world)["leader"]
        db.session.execute(sa.update(Talk).where(Talk.id == corner.ids["talk_id"]).values(summary=SAID))
        db.session.commit()
        db.session.close()
        return world, corner, Start(db.engine, tmp_path_factory.mktemp("restricted"))


def addresses(app, corner: Corner):
    """Yield method and path of every address, opening the text first of all: what it leaves must not tell."""
    opening = f"/talks/{corner.ids['talk_id']}/readings"
    yield "POST", opening
    yield from (("GET", path.format(SAID[:2])) for path in SEARCHES)
    for rule, method in rules(app):
        known = {"code": "A" * 17} if rule.endpoint in ("signing.scan", "scanning.own") else {}
        path = rule.build(corner.filled(rule) | known, append_unknown=False)[1]
        if path != opening and rule.endpoint not in ("login.leave", "talks.withdraw"):
            yield method, path


@pytest.mark.parametrize("role", [*CAST, None])
def test_the_text_stands_only_where_it_is_opened(app, staged, caplog, role):
    world, corner, kept = staged
    kept.restore()
    caplog.set_level(logging.DEBUG)
    client, found = app.test_client(), set()
    if role:
        client.sign_on(world.actors[role], office=True)
    cookie = client.get_cookie("sid")
    for method, path in addresses(app, corner):
        if cookie:
            client.set_cookie("sid", cookie.value)
        answer = client.open(path, method=method, headers=OURS, buffered=True)
        if SAID.encode() in answer.data:
            found.add((method, path))
    opening = ("POST", f"/talks/{corner.ids['talk_id']}/readings")
    assert found == ({opening} if role in READERS else set())
    assert SAID not in "".join(record.getMessage() for record in caplog.records)


def test_no_other_column_holds_it(app, staged):
    world, corner, kept = staged
    kept.restore()
    client = app.test_client().sign_on(world.secretary, office=True)
    client.post(f"/talks/{corner.ids['talk_id']}/readings", headers=OURS)
    with app.app_context():
        holding = [
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.c
            for value in db.session.scalars(sa.select(column))
            if SAID in str(value)
        ]
    assert holding == ["talk.summary"]

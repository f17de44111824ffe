"""A hall to measure in: the house and the floor over databases of one kind, the same people due in both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import EnvironBuilder

from partygroup import clock, create_app
from partygroup.attendance import codes
from partygroup.attendance.actions import open_sign_in
from partygroup.db import db, transaction
from partygroup.meetings.actions import install_presets
from partygroup.meetings.queries import describe
from partygroup.settings import Settings
from tests.bench import floor
from tests.cast import World, build_world
from tests.crowds import enlist, give_logins, secret_of
from tests.factories import gathering


@dataclass
class Hall:
    """An open meeting of a group, in the house and on the floor."""

    app: Flask
    floor_app: Flask
    floor_engine: sa.Engine
    world: World
    people: list[int]
    meeting_id: int
    sitting_id: int

    def environ(self, method: str, person_id: int, *, ticket: str = "", **headers) -> dict:
        """Return a request to the meeting's sign-ins as a server would give it to an app, with a phone's headers."""
        cookies = f"sid={secret_of(person_id)}" + (f"; ticket={ticket}" if ticket else "")
        headers = {"Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip"} | headers
        return EnvironBuilder(f"/meetings/{self.meeting_id}/sign-ins", method=method, headers=headers).get_environ()

    def ticket(self) -> str:
        """Return the house's ticket of a scan made now."""
        seen = codes.Ticket(self.meeting_id, self.sitting_id, clock.now())
        return codes.write_ticket(self.app.config["SECRET_KEYS"], seen)


@contextmanager
def open_hall(url: str, floor_url: str, folder: Path, size: int) -> Iterator[Hall]:
    """Fill two empty databases with a group of that size and an open meeting, and yield the hall."""
    app = create_app(Settings(database_url=url, data_dir=folder, secret_keys=("b" * 64,), log_level="error"))
    with app.app_context():
        app.extensions["alembic"].upgrade()
    with app.app_context(), transaction(db.session):
        install_presets(db.session, at=clock.now())
        world = build_world(db.session)
        people = enlist(db.session, world.group, size)
        give_logins(db.session, [world.leader.id, world.company_officer.id])
        row = gathering(db.session, world.group.id, by=world.leader.id)
        met = describe(db.session, row.id)
        open_sign_in(db.session, met.gathering, by=world.leader.id, at=clock.now())
        found = (row.id, met.gathering.sittings[0].id)
    engine = floor.make_engine(floor_url)
    floor.fill(engine, {one: secret_of(one) for one in [*people, world.leader.id]}, found[0])
    try:
        yield Hall(app, floor.make_floor(engine), engine, world, people, *found)
    finally:
        engine.dispose()
        with app.app_context():
            db.engine.dispose()

"""The people and meetings of a soak, in a database of either kind; and what befalls them meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from partygroup import clock, create_app
from partygroup.attendance import codes
from partygroup.attendance.actions import close_meeting, open_sign_in
from partygroup.db import db, transaction
from partygroup.evaluation.schemes import install_scheme
from partygroup.meetings.actions import install_presets
from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import describe
from partygroup.people.models import Login
from partygroup.scores.tabling import install_rule_table
from partygroup.settings import Settings
from partygroup.workdays import install_workdays
from tests import factories
from tests.cast import PASSWORD, build_world, password_hash
from tests.soak.plan import Size

NUMBERS = "一二三四五六七八九十百千"


@dataclass(frozen=True)
class Somebody:
    """One of the people with phones."""

    id: int
    name: str
    staff_no: str
    password: str = PASSWORD


@dataclass
class World:
    """The app over its database, the people by their number in the plan, and the meetings (gathering, sitting)."""

    app: Flask
    settings: Settings
    people: list[Somebody]
    meetings: list[tuple[int, int]]
    leader_id: int

    def code(self, meeting: int) -> str:
        """Return the code on the wall at this moment."""
        step = codes.step_of(clock.now(), self.settings.step_seconds)
        return codes.code_at(self.settings.secret_keys[0], *self.meetings[meeting], step)

    def end_logins(self, person: int) -> None:
        """Let somebody's logins end, on whatever phone."""
        with self.app.app_context(), transaction(db.session):
            db.session.execute(sa.delete(Login).where(Login.person_id == self.people[person].id))

    def close(self, meeting: int) -> None:
        """Close a meeting, as its host does."""
        with self.app.app_context(), transaction(db.session):
            gathering = db.session.get(Gathering, self.meetings[meeting][0])
            close_meeting(db.session, gathering, by=self.leader_id, at=clock.now())

    def dispose(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.engine.dispose()


def make_world(url: str, folder: Path, size: Size) -> World:
    """Fill an empty database with people of one branch, in its two groups, and meetings that are open."""
    settings = Settings(database_url=url, data_dir=folder / "data", secret_keys=("s" * 64,), log_level="error")
    settings.data_dir.mkdir()
    app = create_app(settings)
    with app.app_context():
        app.extensions["alembic"].upgrade()
    with app.app_context(), transaction(db.session):
        for install in (install_presets, install_rule_table, install_scheme):
            install(db.session, at=clock.now())
        install_workdays(db.session)
        cast = build_world(db.session)
        people = [_enlist(cast, number) for number in range(size.people)]
        meetings = [_open_meeting(cast) for _ in range(size.meetings)]
    return World(app, settings, people, meetings, cast.leader.id)


def _enlist(cast, number: int) -> Somebody:
    group = cast.units[("朱雀", "玄武")[number % 2]]
    row = factories.person(
        db.session, "余" + NUMBERS[number], branch=cast.branch.id, group=group.id, password=password_hash(),
        staff_no=f"S{30001 + number}",
    )  # fmt: skip
    return Somebody(row.id, row.name, row.staff_no)


def _open_meeting(cast) -> tuple[int, int]:
    row = factories.gathering(db.session, cast.branch.id, by=cast.leader.id, kinds=("theme_day",))
    gathering = describe(db.session, row.id).gathering
    open_sign_in(db.session, gathering, by=cast.leader.id, at=clock.now())
    return gathering.id, gathering.sittings[0].id

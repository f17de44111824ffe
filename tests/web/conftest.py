"""What tests of meetings share: a meeting called by the leader for today, its code and its rows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.models import Leave, Mark
from partygroup.meetings.models import Sitting
from tests.factories import gathering
from tests.scorebook import mark
from tests.web.desks import Desk

STEP = 15
AT = "2026-03-05 16:20"
START = "2026-03-05 16:30"


class Met(SimpleNamespace):
    """A gathering in a test: ids, addresses, what is in its rows."""

    @property
    def url(self) -> str:
        return f"/meetings/{self.id}"

    def code(self, *, steps_ago: int = 0) -> str:
        """Return the scanned address of the present step, or of an earlier one."""
        step = codes.step_of(clock.now(), STEP) - steps_ago
        return "/Q/" + codes.code_at(self.key, self.id, self.sitting_id, step)

    def spoken(self, *, steps_ago: int = 0) -> str:
        return codes.spoken_at(self.key, self.id, self.sitting_id, codes.step_of(clock.now(), STEP) - steps_ago)

    def marks(self, session) -> list[Mark]:
        return list(session.scalars(sa.select(Mark).where(Mark.gathering_id == self.id).order_by(Mark.id)))

    def leaves(self, session) -> list[Leave]:
        return list(session.scalars(sa.select(Leave).where(Leave.gathering_id == self.id).order_by(Leave.id)))


@pytest.fixture
def met(app, session, world, at) -> Met:
    """Return a group meeting of the leader's group, ten minutes before its start, not opened yet."""
    at(AT)
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing(START))
    return met_of(app, session, row)


@pytest.fixture
def opened(app, met, world) -> Met:
    """Return the same meeting with sign-in begun by its leader."""
    assert app.test_client().sign_on(world.leader).post(f"{met.url}/opening").status_code == 303
    return met


def met_of(app, session, row) -> Met:
    sitting_id = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == row.id))
    return Met(id=row.id, sitting_id=sitting_id, key=app.config["SECRET_KEYS"][0])


@pytest.fixture
def desk(app, session, opened, world, at) -> Desk:
    """Return the minutes of a group meeting to which leader and member came, closed at 17:20."""
    for who in (world.leader, world.member):
        mark(session, opened.id, who.id, at=clock.now())
    session.commit()
    at("2026-03-05 17:20")
    app.test_client().sign_on(world.leader).post(f"{opened.url}/closing")
    return Desk(app, session, opened, world)

"""A branch of 26 members lives 2026 through the pages, and its calendar and self-check are right all along."""

from __future__ import annotations

import pytest

from tests.client import settle
from tests.web.year.doors import Doors
from tests.web.year.people import build_cast
from tests.web.year.script import Script


@pytest.fixture
def doors(app, session, at) -> Doors:
    cast = build_cast(session)
    settle(session)
    return Doors(app, at, cast)


def test_a_branch_lives_a_year(doors):
    Script(doors).play()

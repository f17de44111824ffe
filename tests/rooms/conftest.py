"""A Monday, and the way of declarations on it."""

from __future__ import annotations

import pytest

from tests.rooms.flow import MONDAY, Flow


@pytest.fixture
def flow(session, world, at) -> Flow:
    """Return the steps of a declaration's way in the world, on a Monday."""
    return Flow(session, world, at(MONDAY))

"""A Monday, and the way of declarations on it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from rich.progress import Progress
from sqlalchemy.orm import Session

from partygroup import demo
from partygroup.db import Base, prepare_engine, transaction
from partygroup.org.actions import found_unit
from partygroup.org.models import UnitKind
from tests.rooms import smallroster
from tests.rooms.democompany import AT
from tests.rooms.flow import MONDAY, Flow


@pytest.fixture
def flow(session, world, at) -> Flow:
    """Return the steps of a declaration's way in the world, on a Monday."""
    return Flow(session, world, at(MONDAY))


@pytest.fixture(scope="module")
def filled(new_database):
    """Return a function that fills a fresh database with the small company and yields a session."""

    @contextmanager
    def fill(name: str, at):
        with new_database(name) as url:
            engine = sa.create_engine(url)
            prepare_engine(engine)
            Base.metadata.create_all(engine)
            with Session(engine, expire_on_commit=False) as session:
                with Progress(disable=True) as progress, transaction(session):
                    demo.fill(session, full=False, at=at, progress=progress)
                yield session
            engine.dispose()

    return fill


@pytest.fixture(scope="module")
def company(filled):
    with filled("demo", AT) as session:
        yield session


@pytest.fixture
def top(session):
    """Return the company committee, with nothing below it yet."""
    begun = {"from_on": smallroster.NEW_YEAR, "by": None, "at": smallroster.AT}
    with transaction(session):
        return found_unit(session, UnitKind.COMPANY, name="炉火钢铁党委", parent_id=None, **begun)

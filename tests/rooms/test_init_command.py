"""`flask init --company`: founds the one company, and says so when it stands already under another name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.db import transaction
from partygroup.org.actions import rename_unit
from partygroup.org.models import Placement, Unit, UnitKind


@pytest.fixture
def run(app, session, at):
    at("2026-03-05 09:00")
    return lambda *words: app.test_cli_runner().invoke(args=["init", *words])


def companies(session) -> list[str]:
    session.rollback()
    named = sa.select(Placement.name).join(Unit, Unit.id == Placement.unit_id).where(Unit.kind == UnitKind.COMPANY)
    return list(session.scalars(named.order_by(Placement.from_on)))


@pytest.mark.parametrize("again", ["炉火钢铁党委", " 炉火 钢铁党委 "])
def test_the_company_is_founded_once_and_its_name_may_be_said_again(run, session, again):
    assert run("--company", "炉火钢铁党委").exit_code == run("--company", again).exit_code == 0
    assert companies(session) == ["炉火钢铁党委"]


def test_another_name_is_refused_with_the_one_it_has(run, session):
    run("--company", "炉火钢铁党委")
    answer = run("--company", "另一个")
    assert answer.exit_code == 1 and "已经设立，名叫“炉火钢铁党委”" in answer.output
    assert companies(session) == ["炉火钢铁党委"]


def test_a_renamed_company_is_known_by_its_present_name(run, session, at):
    run("--company", "炉火钢铁党委")
    with transaction(session):
        company = session.scalars(sa.select(Unit).where(Unit.kind == UnitKind.COMPANY)).one()
        rename_unit(session, company, name="新火钢铁党委", from_on=at("2026-03-06 09:00").date(), by=None,
                    at=at("2026-03-06 09:00"))  # fmt: skip
    assert run("--company", "新火钢铁党委").exit_code == 0
    assert "名叫“新火钢铁党委”" in run("--company", "炉火钢铁党委").output
    assert companies(session) == ["炉火钢铁党委", "新火钢铁党委"]


@pytest.mark.parametrize(("name", "words"), [("", "请写上"), ("  \u3000", "请写上"), ("厂" * 61, "最多60个字")])
def test_no_name_and_a_name_too_long_are_refused(run, session, name, words):
    answer = run("--company", name)
    assert answer.exit_code == 1 and words in answer.output and companies(session) == []


def test_without_a_company_nothing_is_founded(run, session):
    assert run().exit_code == 0 and companies(session) == []

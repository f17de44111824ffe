"""The ledger's rows on both kinds of database: nothing twice, nothing of another branch, everything witnessed (G7)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow, transaction
from partygroup.errors import Refused
from partygroup.ledgers import actions
from partygroup.ledgers.admissions import on_the_way
from partygroup.ledgers.models import AdmissionStep, DuesPayment, PlanLine
from partygroup.ledgers.queries import payers_of, plan_of
from partygroup.ledgers.sections import sections_of

TODAY, MARCH = date(2026, 3, 5), date(2026, 3, 1)


@pytest.fixture
def by(world, at) -> dict:
    return {"by": world.secretary.id, "at": at("2026-03-05 09:00") or clock.now()}


def told(session) -> list[str]:
    return list(session.scalars(sa.select(AuditRow.action).order_by(AuditRow.id)))


def test_a_plan_is_proposed_once(session, world, by):
    made = []
    for _ in range(2):
        with transaction(session):
            made.append(actions.propose_plan(session, world.branch.id, 2026, **by))
    assert made == [34, 0] and session.scalar(sa.select(sa.func.count(PlanLine.id))) == 34
    assert len(plan_of(session, world.branch.id, 2026, TODAY).lines) == 34
    assert not plan_of(session, world.sister_branch.id, 2026, TODAY).lines
    assert told(session) == ["ledgers.plan.propose"] * 2


def test_who_was_slower_is_told(session, world, by):
    """The second has read what was there before the first wrote."""
    (one,) = on_the_way(session, world.branch.id, TODAY, person_id=world.activist.id)
    step = {"step": "review", "on_day": TODAY, "until_on": None}
    with transaction(session):
        actions.enter_step(session, one, **step, **by)
    with pytest.raises(Refused) as refused, transaction(session):
        actions.enter_step(session, one, **step, **by)
    assert refused.value.status == 409
    assert session.scalar(sa.select(sa.func.count(AdmissionStep.id))) == 1
    assert told(session) == ["ledgers.admission.enter"]


def test_dues_are_changed_as_ticked_and_never_twice(session, world, by):
    def tick(shown, ticked) -> int:
        with transaction(session):
            return actions.tick_dues(session, world.branch.id, None, MARCH, TODAY, shown=shown, ticked=ticked, **by)

    member, leader = world.member.id, world.leader.id
    assert tick((), {member, world.sister.id}) == 1
    assert tick((), {member}) == 0  # a page from before the first
    assert tick((), None) == 8
    assert tick({member, leader}, {leader}) == 1
    paid = {one.id for one in payers_of(session, world.branch.id, None, MARCH, TODAY) if one.paid}
    assert leader in paid and member not in paid and len(paid) == 8
    assert set(session.scalars(sa.select(DuesPayment.branch_id))) == {world.branch.id}
    assert told(session).count("ledgers.dues.untick") == 1 and told(session).count("ledgers.dues.tick") == 9


def test_every_section_is_there_for_an_empty_year(session, world, by):
    for year in (2020, 2025, 2026):
        sections = sections_of(session, world.branch.id, year, TODAY)
        assert sorted({one.number for one in sections}) == list(range(1, 24))
        assert {one.name for one in sections if one.holds is None} == {
            "组织关系转接和流动党员", "项目、先锋岗、责任区", "年度总结"
        }  # fmt: skip

"""The demo's home branch has told its ledger a little of everything (G7)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.demo.cast import HOME
from partygroup.ledgers.models import AdmissionStep, CareVisit, DuesPayment, Honour, PlanLine
from partygroup.ledgers.queries import payers_of, plan_of
from partygroup.org.models import Placement
from tests.rooms.democompany import TODAY


@pytest.fixture
def home(company) -> int:
    return company.scalar(sa.select(Placement.unit_id).where(Placement.name == HOME))


@pytest.mark.parametrize("model", [PlanLine, AdmissionStep, DuesPayment, Honour, CareVisit])
def test_the_home_branch_told_its_ledger(company, home, model):
    assert set(company.scalars(sa.select(model.branch_id))) == {home}


def test_its_plan_is_done_by_what_was_held(company, home):
    steps = {line.stands.step for line in plan_of(company, home, TODAY.year, TODAY).lines if line.stands}
    assert "done" in steps and "ahead" in steps


def test_somebody_has_not_paid_the_running_month(company, home):
    payers = payers_of(company, home, None, TODAY.replace(day=1), TODAY)
    assert 0 < sum(one.paid for one in payers) < len(payers)

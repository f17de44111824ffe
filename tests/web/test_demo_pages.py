"""The evaluation of the demo company, looked at: every page has something to show, on whatever day it was filled."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import Person


@pytest.fixture
def office(client, session, demo_start):
    """Return the company's office, and a function that returns the text of a page."""
    demo_start.restore()
    client.sign_on(session.scalar(sa.select(Person).where(Person.staff_no == "100009")), office=True)

    def text_of(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200, url
        return answer.text

    return text_of


def branches(session) -> dict[int, str]:
    rows = sa.select(Unit.id, Placement.name).join(Placement, Placement.unit_id == Unit.id)
    return dict(session.execute(rows.where(Unit.kind == UnitKind.BRANCH)).all())


def test_every_page_of_evaluation_is_alive(office, session):
    now = Quarter.of(clock.today())
    quarters = (now, now.previous(), now.previous().previous())
    index = office("/evaluation")
    assert all(quarter.label in index for quarter in quarters) and "已确定 8 个" in index
    for quarter in quarters:
        overview = office(f"/evaluation/{quarter.code}")
        for branch_id, name in branches(session).items():
            page = office(f"/branches/{branch_id}/evaluation?quarter={quarter.code}")
            assert name in overview and "未评" in page
            assert int(re.search(r"已评 (\d+) / 19 项", page)[1]) >= (1 if quarter == now else 5)


def test_figures_and_files_say_where_from(office, session):
    quarter = Quarter.of(clock.today()).previous().previous()
    home = next(branch_id for branch_id, name in branches(session).items() if name == "转炉车间党支部")
    page = office(f"/branches/{home}/evaluation?quarter={quarter.code}")
    assert f"{quarter.label}安全环保指标（更正）.xlsx" in page and "生产管理部月报" in page
    files = office("/imports/figures")
    assert files.count(".xlsx") >= 8

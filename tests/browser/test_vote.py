"""The vote calculator on a phone: the sentence follows the figures as one types, and by a button without scripts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partygroup import clock
from partygroup.attendance.actions import open_sign_in, tick_present
from partygroup.attendance.queries import get_desk
from partygroup.attendance.voting import people_for
from partygroup.db import transaction
from partygroup.meetings.agenda import add_item
from partygroup.meetings.models import AgendaItem
from partygroup.meetings.queries import describe
from partygroup.meetings.sorts import SORTS
from tests.browser.phones import Phone
from tests.factories import gathering


@pytest.fixture
def meeting(world, backstage, at) -> str:
    """Return the address of a members' meeting in session, six of eight voters there, with a plan to be decided on."""
    at("2026-03-05 16:20")
    by, now = world.secretary.id, clock.now()
    with backstage() as session:
        row = gathering(session, world.branch.id, by=by, kinds=("member_meeting",), starts_at=now)
        with transaction(session):
            met = describe(session, row.id).gathering
            open_sign_in(session, met, by=by, at=now)
            for one in people_for(session, met, SORTS["election"])[:6]:
                desk = get_desk(session, gathering_id=met.id, person_id=one.person_id, at=now)
                tick_present(session, desk, person_id=one.person_id, by=by, at=now)
            add_item(session, met, met.meetings[0].id, SORTS["decision"], title="通过年度工作计划", by=by, at=now)
        return f"/meetings/{row.id}"


def opened(phone: Phone, world, backstage, meeting: str) -> Phone:
    phone.sign_on(backstage, world.secretary.id, office=True)
    return phone.open(meeting).tap("记表决结果").sees("6票赞成，超过应到有表决权8人的半数，通过。")


def test_the_sentence_follows_the_figures(new_phone, world, backstage, meeting):
    phone = opened(new_phone(), world, backstage, meeting)
    phone.type("赞成", "4")
    phone.sees("4票赞成，未超过应到有表决权8人的半数，未通过。")
    phone.type("反对", "3").sees("加起来是 7，比到会有表决权的 6 人多")
    phone.type("反对", "1").type("赞成", "5").sees("5票赞成，超过应到有表决权8人的半数，通过。")
    expect(phone.page.locator("#reckoning")).to_have_count(1)
    phone.tap("记下结果").sees("记下了：通过。", "赞成5票，反对1票")


def test_without_scripts_a_button_reckons(new_phone, world, backstage, meeting):
    phone = opened(new_phone(java_script_enabled=False), world, backstage, meeting)
    phone.type("赞成", "4").tap("算一算").sees("4票赞成，未超过应到有表决权8人的半数，未通过。")
    phone.type("赞成", "5").tap("记下结果").sees("记下了：通过。", "5票赞成，超过应到有表决权8人的半数，通过。")
    with backstage() as session:
        assert session.scalar(sa.select(sa.func.count(AgendaItem.id))) == 1

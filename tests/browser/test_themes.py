"""A theme in parts by phone: set, two parts jotted, the second one for just those who were not reached (C5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Activity
from tests.browser.test_jot import LINE, eight, jot  # noqa: F401 — a fixture
from tests.browser.test_outbox import DRAFTS
from tests.factories import theme


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_theme_in_two_parts(world, eight, backstage, new_phone, scripts):  # noqa: F811 — the fixture
    leader = new_phone(java_script_enabled=scripts).sign_on(backstage, world.leader.id)
    leader.open("/activities").tap("定一个主题").type("主题", "班前学安全").tap("定下来")
    leader.sees("正在做", "再记一场（8 人）")
    jot(leader.count_taps(), eight, chip="班前学安全")
    leader.sees(LINE, "主题：班前学安全")
    assert leader.taps == 7  # one more than without a theme
    leader.tap("主题：班前学安全").sees("再记一场（3 人）").count_taps()
    leader.tap("再记一场").type("一句话", "晚班补一场").tap("记好了").sees("晚班补一场")
    assert leader.taps == 3
    leader.tap("主题：班前学安全").sees("都轮到了", "做过的几场").sees_no("再记一场")
    with backstage() as session:
        assert len(set(session.scalars(sa.select(Activity.theme_id)))) == 1


def test_a_running_theme_costs_the_others_no_tap(world, eight, backstage, new_phone):  # noqa: F811 — the fixture
    with backstage() as session:
        theme(session, world.branch.id, world.branch.id, by=world.secretary.id)
    leader = new_phone().sign_on(backstage, world.leader.id)
    jot(leader, eight)
    leader.sees(LINE)
    assert leader.taps == 6
    with backstage() as session:
        assert session.scalars(sa.select(Activity.theme_id)).all() == [None]


def test_a_draft_does_not_change_whom_the_next_part_is_for(world, eight, backstage, new_phone):  # noqa: F811 — the fixture
    with backstage() as session:
        topic = theme(session, world.branch.id, world.branch.id, by=world.secretary.id).id
    leader = (
        new_phone().sign_on(backstage, world.leader.id).open("/activities/new").tap("清空").type("一句话", "写到一半")
    )
    leader.until(DRAFTS)
    leader.open(f"/activities/new?topic={topic}")
    assert leader.page.locator(".people input:checked").count() == 8
    assert leader.page.locator("#text").input_value() == ""

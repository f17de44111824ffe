"""What each act costs on a phone, counted, with scripts and without: just what `partygroup/burden.py` says."""

from __future__ import annotations

import pytest

from partygroup import clock
from partygroup.burden import COSTS, Cost
from tests.browser import acts
from tests.browser.phones import Phone
from tests.factories import gathering, person

NAMES = ["余小满", "安秋分", "冯立夏", "邱谷雨"]


@pytest.fixture
def eight(world, backstage, at) -> list[int]:
    """Make the leader's group one of eight, which met last month; return the ids of the four that are new."""
    at("2026-03-05 16:20:01")
    with backstage() as session:
        gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-02-10 16:30"))
        return [person(session, name, branch=world.branch.id, group=world.group.id).id for name in NAMES]


class Counted(dict):
    """The acts that were done, by name, with what each cost."""

    def __call__(self, name: str, phone: Phone, act, *what):
        """Do an act; return what it returned."""
        phone.count_taps()
        made = act(phone, *what)
        self[name] = Cost(phone.taps, phone.fields)
        return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_every_act_costs_what_the_burden_meter_says(world, eight, backstage, new_phone, scripts):
    def phone_of(person_id: int) -> Phone:
        return new_phone(java_script_enabled=scripts).sign_on(backstage, person_id)

    leader, member, counted = phone_of(world.leader.id), phone_of(world.member.id), Counted()
    counted("call", leader, acts.call)
    away = phone_of(eight[0]).open("/").tap("请假").unfold("请假").type("原因", "当班")
    away.tap("请假", within="#main form", exact=True).sees("请假已提交")
    counted("grant_leave", leader, acts.grant_leave, NAMES[0])
    code = counted("open", leader, acts.open_meeting)
    digits = leader.page.locator(".passcode").inner_text()
    counted("sign_in", member, acts.sign_in, code)
    newcomer = new_phone(java_script_enabled=scripts)
    counted("sign_in_logged_out", newcomer, acts.sign_in_logged_out, code, world.probationer)
    counted("sign_in_spoken", phone_of(eight[1]), acts.sign_in_spoken, digits)
    leader.open("/").tap("签到码和名单")
    counted("tick", leader, acts.tick, NAMES[2])
    leader.open("/").tap("签到码和名单")
    counted("close", leader, acts.close)
    counted("jot", leader, acts.jot, NAMES[:3])
    counted("jot_with_photo", leader, acts.jot, NAMES[:3], acts.photo())
    counted("answer", member, acts.answer)
    counted("declare", member, acts.declare, "提醒吊运区不站人")
    assert counted == COSTS


def test_what_was_promised():
    bars = {"jot": Cost(6, 1), "sign_in": Cost(2), "call": Cost(3)}
    assert all(COSTS[name].taps <= bar.taps and COSTS[name].fields <= bar.fields for name, bar in bars.items())

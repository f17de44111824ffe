"""Minutes of an ordinary group meeting on a phone: what is asked, counted; and a phone whose clock is elsewhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partygroup import clock
from partygroup.attendance.models import DueEntry, Leave
from partygroup.meetings.models import Gathering, Meeting, Sitting
from partygroup.minutes.models import Gist, Minutes
from tests.browser.phones import Phone
from tests.factories import add, gathering, person
from tests.scorebook import mark

GISTS = ("章志刚：念了通报，讲了三点", "田富：下周先查二号炉")
#: What people would have to fill in: fields of any form that are empty, by name.
EMPTY = """[...document.querySelectorAll("#main :is(input, select, textarea)")]
    .filter((one) => !["hidden", "radio", "checkbox"].includes(one.type) && !one.value && !one.closest("details"))
    .map((one) => one.name.replace(/[0-9]+/, "#")).sort()"""
COUNT_KEYS = "window.typed = 0; document.addEventListener('keydown', () => { window.typed += 1; }, true)"


@pytest.fixture
def held(world, backstage, at) -> str:
    """Return the address of a group meeting of twelve, closed just now: eleven came, one is on leave."""
    at("2026-03-05 17:30")
    start, end, by = clock.beijing("2026-03-05 16:30"), clock.now(), world.leader.id
    with backstage() as session:
        others = [person(session, f"余小{n}", branch=world.branch.id, group=world.group.id).id for n in range(10)]
        moments = {"opened_at": start, "opened_by": by, "closed_at": end, "closed_by": by}
        row = gathering(session, world.group.id, by=by, starts_at=start, place="三楼活动室", **moments)
        due = {"standing": "full", "counting": "due", "may_vote": True, "group_id": world.group.id}
        for one in (by, world.member.id, *others):
            add(session, DueEntry, gathering_id=row.id, person_id=one, **due)
            if one != others[-1]:
                mark(session, row.id, one, at=start)
        leave = {"sort": "leave_duty", "cause": "当班", "granted": True, "asked_at": start, "decided_at": start}
        add(session, Leave, gathering_id=row.id, person_id=others[-1], asked_by=others[-1], decided_by=by, **leave)
        return f"/meetings/{row.id}"


def add_topic(phone: Phone, topic: str, number: int) -> None:
    """Tap what was talked about; the page comes back with so many places for what was said."""
    phone.tap(topic, within="#main", exact=True)
    expect(phone.page.locator("textarea[name^=gist]")).to_have_count(number)


def test_only_what_was_said_is_typed(new_phone, world, backstage, held):
    """Two topics by a tap each, the recorder by one, a gist each, and save; then one tap for each of the two."""
    leader = new_phone().sign_on(backstage, world.leader.id)
    leader.open(f"{held}/minutes").sees("先加议题").count_taps()
    for number, topic in enumerate(("学习上级文件", "谈思想、谈工作"), start=1):
        add_topic(leader, topic, number)
    asked = leader.page.evaluate(EMPTY)
    assert asked == ["gist-#", "gist-#", "recorder", "title"]  # the title of one topic more, for those who want it
    leader.page.evaluate(COUNT_KEYS)
    for field, words in zip(leader.page.locator("textarea[name^=gist]").all(), GISTS, strict=True):
        field.tap()
        field.press_sequentially(words)
        leader.taps += 1
    leader.page.locator("select[name=recorder]").select_option(label=world.member.name)
    leader.taps += 1
    assert leader.page.evaluate("window.typed") <= sum(map(len, GISTS))
    leader.tap("存下记录").sees("记录存好了", "应到")
    assert leader.taps == 6 and leader.fields == 0
    leader.count_taps().tap("看过了，确认").sees("确认了，等另一位确认")
    member = new_phone().sign_on(backstage, world.member.id).open(f"{held}/minutes")
    member.tap("看过了，确认").sees("两人都确认了，记录已封存", "余小9（")
    assert leader.taps == member.taps == 1
    with backstage() as session:
        assert session.scalars(sa.select(Gist.text).order_by(Gist.id)).all() == list(GISTS)


def test_the_second_time_even_the_recorder_is_known(new_phone, world, backstage, held, at):
    leader = new_phone().sign_on(backstage, world.leader.id)
    with backstage() as session:
        earlier = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-02-05 16:30"))
        add(session, Minutes, meeting_id=earlier_meeting(session, earlier.id), chair_id=world.leader.id,
            recorder_id=world.member.id, ended_at=clock.now(), version=1, begun_at=clock.now(), edited_at=clock.now(),
            begun_by=world.member.id, edited_by=world.member.id)  # fmt: skip
    add_topic(leader.open(f"{held}/minutes"), "学习上级文件", 1)
    assert leader.page.evaluate(EMPTY) == ["gist-#", "title"]


def earlier_meeting(session, gathering_id: int) -> int:
    return session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == gathering_id))


def elsewhere(zone: str):
    return pytest.param(zone, marks=pytest.mark.browser_context_args(timezone_id=zone))


@pytest.mark.parametrize("zone", [elsewhere("America/New_York"), elsewhere("Asia/Urumqi")])
def test_a_phone_elsewhere_says_and_sends_beijing_time(new_phone, world, backstage, at, zone):
    """Called for 23:30 of New Year's Eve by a phone where it is another day or hour; read and minuted just so."""
    at("2026-12-31 15:00")
    phone = new_phone().sign_on(backstage, world.leader.id).open("/meetings/new?kind=group_meeting")
    assert phone.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    time = phone.page.locator("#starts_at")
    assert time.input_value() == "2026-12-31T16:30"
    time.fill("2026-12-31T23:30")
    phone.type("地点", "炉台").tap("召集", within="#main", exact=True).sees("已召集", "今天 23:30")
    with backstage() as session:
        row = session.scalars(sa.select(Gathering)).one()
        starts_at = session.scalar(sa.select(Sitting.starts_at))
    assert starts_at == clock.beijing("2026-12-31 23:30") and str(row.day) == "2026-12-31"
    at("2026-12-31 23:25")
    phone.open(f"/meetings/{row.id}").tap("开始签到").sees("现场签到")
    with backstage() as session:
        for one in (world.leader.id, world.member.id):
            mark(session, row.id, one, at=clock.now())
    at("2027-01-01 00:40")
    phone.open(f"/meetings/{row.id}/closing").tap("人记缺席，结束").sees("签到已结束")
    phone.open(f"/meetings/{row.id}/minutes").sees("2026年12月31日 23:30")
    assert phone.page.locator("#ended_at").input_value() == "2027-01-01T00:40"
    phone.page.locator("select[name=recorder]").select_option(label=world.member.name)
    phone.tap("存下记录").sees("记录存好了", "2026年12月31日 23:30–00:40")
    with backstage() as session:
        assert session.scalar(sa.select(Minutes.ended_at)) == clock.beijing("2027-01-01 00:40")

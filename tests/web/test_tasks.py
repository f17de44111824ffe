"""What a meeting gave somebody to do: they find it under 会议 and say it is done where it stands, sealed or not."""

from __future__ import annotations

import re

import pytest

from partygroup import clock
from partygroup.meetings.models import Sitting
from tests.factories import add

TASK = "每班点检一次"


@pytest.fixture
def sealed(desk, world):
    """Return the desk of sealed minutes that gave the member something to do until the 20th."""
    item = desk.topic()
    desk.write(**{f"gist_{item}": "组长：阀门渗油，要天天看。"})
    desk.send(f"{desk.url}/resolutions", item=item, resolved=TASK, owner=world.member.id, due_on="2026-03-20")
    for who in ("leader", "member"):
        assert desk.confirm(who).status_code == 303
    return desk


def given(desk, who: str) -> str:
    """Return what 会议 says somebody has to do."""
    return desk.by(who).get("/meetings").text.partition("交给我办的")[2].partition("</section>")[0]


def test_the_owner_finds_it_and_says_that_it_is_done(sealed, at):
    assert TASK in given(sealed, "member") and given(sealed, "leader") == ""
    assert f'href="{sealed.url}"' in given(sealed, "member")
    action = re.search(r'action="(/meetings/\d+/tasks/\d+)"', sealed.page("member"))[1]
    assert sealed.send(action, "member", to="done", how="点检卡挂上了").status_code == 303
    assert given(sealed, "member") == "" and "点检卡挂上了" in sealed.page("leader")
    assert "核实办结" in sealed.page("leader")
    assert sealed.send(action, "leader", to="verified").status_code == 303
    assert action not in sealed.page("leader") and sealed.faults() == []


def test_what_is_past_its_day_is_said(sealed, at):
    at("2026-03-20 09:00")
    assert "过期" not in given(sealed, "member")
    at("2026-03-21 09:00")
    assert "过期" in given(sealed, "member")


def test_others_read_it_only(sealed):
    assert TASK in sealed.page("probationer") and "/tasks/" not in sealed.page("probationer")


# --- when it ended ----------------------------------------------------------------------------------------------------


def ended(page: str) -> str:
    return re.search(r'name="ended_at"[^>]*value="([^"]*)"', page)[1]


def test_the_end_of_a_meeting_closed_days_later_is_asked(app, opened, session, world, at):
    at("2026-03-07 09:00")
    client = app.test_client().sign_on(world.leader)
    client.post(f"{opened.url}/closing")
    client.post(f"{opened.url}/agenda", data={"title": "学习", "to": "minutes"})
    assert ended(client.get(f"{opened.url}/minutes", follow_redirects=True).text) == ""


def test_of_two_sittings_the_second_says_when_it_ended(app, opened, session, world, at):
    second = clock.beijing("2026-03-07 16:30")
    add(session, Sitting, gathering_id=opened.id, starts_at=second, place="食堂", host_id=world.leader.id)
    client = app.test_client().sign_on(world.leader)
    client.post(f"{opened.url}/ticks", data={"people": [world.leader.id, world.member.id]})
    at("2026-03-07 17:20")
    client.post(f"{opened.url}/closing")
    client.post(f"{opened.url}/agenda", data={"title": "学习", "to": "minutes"})
    page = client.get(f"{opened.url}/minutes", follow_redirects=True)
    assert ended(page.text) == "2026-03-07T17:20"
    form = {"chair": world.leader.id, "recorder": world.member.id, "ended_at": "2026-03-07T17:20", "version": 0}
    assert client.post(page.request.path, data=form).status_code == 303
    early = client.post(page.request.path, data=form | {"ended_at": "2026-03-06T17:20", "version": 1})
    assert early.status_code == 422 and "散会时间要在开会以后" in early.text

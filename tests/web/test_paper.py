"""签到表: printed, and entered at once; also for a meeting that was held days ago (B8, 补录)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import Door, DueEntry
from partygroup.meetings.models import Sitting
from tests.factories import add, exclusion, person

pytestmark = pytest.mark.postgres
PAPER = {"door": "paper"}


def rows_of(page: str) -> list[str]:
    """Return the lines of the sheets of a page as texts."""
    body = re.findall(r"<tr><td>(.*?)</tr>", page, re.S)
    return [" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in body]


def test_the_sheet_lists_who_is_expected_then_the_frozen_list(met, world, client, session):
    exclusion(session, person(session, "安秋分", branch=world.branch.id, group=world.group.id).id)
    session.commit()
    client.sign_on(world.leader)
    page = client.get(f"{met.url}/sheet").text
    assert "应到 4 名（正式 3 名、预备 1 名）" in page and "安秋分" not in page
    assert "2026年3月5日 16:30 星期四" in page and "会议室" in page and world.group.name in page
    assert "2 田大利 预备" in rows_of(page) and rows_of(page)[-1] == "6"
    client.post(f"{met.url}/opening")
    person(session, "冯立夏", branch=world.branch.id, group=world.group.id)
    session.commit()
    assert rows_of(client.get(f"{met.url}/sheet").text) == rows_of(page)
    client.post(f"{met.url}/ticks", data=PAPER | {"people": world.member.id})
    assert any("纸质 16:20" in row for row in rows_of(client.get(f"{met.url}/sheet").text))


def test_a_split_meeting_has_a_sheet_for_each_sitting(met, world, client, session):
    second = clock.beijing("2026-03-06 08:30")
    add(session, Sitting, gathering_id=met.id, starts_at=second, place="三楼活动室", host_id=world.leader.id)
    session.commit()
    page = client.sign_on(world.leader).get(f"{met.url}/sheet").text
    assert page.count("<table") == 2 and "签到表（第1场）" in page and "三楼活动室" in page


@pytest.mark.parametrize("role", ["member", "neighbour"])
def test_only_hosts_print_and_enter(opened, world, client, role):
    client.sign_on(world.actors[role])
    assert client.get(f"{opened.url}/sheet").status_code == 403
    assert client.get(f"{opened.url}/ticks?door=paper").status_code == 403


def test_everybody_came_but(opened, world, app, client, session, at):
    """One has signed by code and keeps that; one was late; the same sheet again changes nothing."""
    early = app.test_client().sign_on(world.probationer)
    early.get(opened.code())
    early.post(f"{opened.url}/sign-ins")
    client.sign_on(world.leader)
    at("2026-03-05 17:40")
    page = client.get(f"{opened.url}/ticks?door=paper").text
    assert 'name="people"' in page and not re.search(r'name="people"[^>]*checked', page) and "田大利" not in page
    everybody = client.get(f"{opened.url}/ticks?door=paper&all=1").text
    assert len(re.findall(r'name="people"[^>]*checked', everybody)) == 3
    typed = PAPER | {"people": [world.leader.id, world.member.id], f"late-{world.member.id}": "10"}
    for _ in range(2):
        assert client.post(f"{opened.url}/ticks", data=typed).location == f"{opened.url}/closing"
    marks = {mark.person_id: mark for mark in opened.marks(session)}
    assert len(opened.marks(session)) == 3 and marks[world.probationer.id].door == Door.CODE
    assert {marks[one.id].door for one in (world.leader, world.member)} == {Door.PAPER}
    assert marks[world.leader.id].happened_at == clock.beijing("2026-03-05 16:30")
    assert marks[world.member.id].happened_at == clock.beijing("2026-03-05 16:40")
    text = client.get(opened.url).text
    assert "纸质（章志刚），迟到 10 分钟" in text and "纸质（本人）" in text


@pytest.mark.parametrize("minutes", ["十", "0", "999", "-3"])
def test_minutes_that_are_none_are_told(opened, world, client, session, minutes):
    typed = PAPER | {"people": world.member.id, f"late-{world.member.id}": minutes}
    answer = client.sign_on(world.leader).post(f"{opened.url}/ticks", data=typed)
    assert answer.status_code == 422 and "迟到" in answer.text and opened.marks(session) == []


def test_a_sheet_found_after_closing_is_entered(opened, world, client, session):
    client.sign_on(world.leader)
    client.post(f"{opened.url}/closing")
    answer = client.post(f"{opened.url}/ticks", data=PAPER | {"people": world.member.id})
    assert answer.location == opened.url and "应到 4 = 实到 1" in client.get(opened.url).text


# --- a meeting held days ago ------------------------------------------------------------------------------------------


def test_a_past_meeting_is_entered_from_its_sheet(world, client, session, at):
    at("2026-03-05 12:00")
    client.sign_on(world.leader)
    held = {"unit": world.group.id, "kinds": "group_meeting", "starts_at": "2026-03-02T16:30", "place": "炉前"}
    url = client.post("/meetings", data=held).location
    page = client.get(url).text
    assert "补录：会后第 3 天记的" in page and "补录，晚 3 天" in page and "复制通知" not in page
    assert "照签到表补录" in page and "先把签到码放出来" not in page
    joined = person(session, "冯立夏", branch=world.branch.id, group=world.group.id, on=clock.today())
    session.commit()
    paper = client.post(f"{url}/opening", data=PAPER).location
    assert paper == f"{url}/ticks?door=paper"
    assert joined.name not in client.get(paper).text  # the list is that of the meeting's day
    typed = PAPER | {"people": [world.leader.id, world.member.id, world.probationer.id]}
    closing = client.post(f"{url}/ticks", data=typed).location
    asking = client.get(closing).text
    assert "1 人记缺席，结束" in asking
    assert f'href="{url}/ticks?door=paper"' in asking and f'href="{url}/code"' not in asking
    client.post(closing)
    text = client.get(url).text
    assert "应到 4 = 实到 3 + 请假 0 + 缺席 1" in text and "补录，晚 3 天" in text and "迟到" not in text
    assert "补录，晚 3 天" in client.get("/meetings").text
    assert session.scalar(sa.select(sa.func.count(DueEntry.id))) == 4
    minutes = client.get(f"{url}/minutes", follow_redirects=True).text
    assert re.search(r'name="ended_at"[^>]*value=""', minutes)


def test_a_meeting_called_in_time_and_forgotten_is_late_once_it_is_entered(met, world, client, at):
    at("2026-03-07 09:00")
    client.sign_on(world.leader)
    page = client.get(met.url).text
    assert "照签到表补录" in page and "补录，晚" not in page
    client.post(f"{met.url}/opening", data=PAPER)
    assert "补录，晚 2 天" in client.get(met.url).text

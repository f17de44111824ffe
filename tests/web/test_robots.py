"""群机器人: who sets one for a unit, what is taken, and that its key is never shown again (B4)."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.robots.models import Robot, RobotMessage
from tests.factories import add, gathering
from tests.rules.test_robots import HOSTILE, KEY, TOKEN, WECOM


def path(spot) -> str:
    return f"/units/{spot.id}/robot"


@pytest.fixture
def noon(at):
    return at("2026-03-05 12:00")


def test_the_secretary_sets_it_and_nobody_reads_its_key_again(noon, world, client, session, caplog):
    caplog.set_level(logging.DEBUG)
    client.sign_on(world.secretary, office=True)
    assert "把会议通知发到工作群" in client.get(path(world.branch)).text
    page = client.post(path(world.branch), data={"address": WECOM}, follow_redirects=True).text
    assert "企业微信，地址末尾 …5aaa" in page and KEY not in page
    row = session.scalars(sa.select(Robot)).one()
    assert (row.unit_id, row.sort, row.key) == (world.branch.id, "wecom", KEY)
    dingtalk = f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"
    assert "钉钉" in client.post(path(world.branch), data={"address": f" {dingtalk}\n"}, follow_redirects=True).text
    assert session.scalars(sa.select(Robot.key)).all() == [TOKEN]
    told = session.execute(sa.select(AuditRow.action, AuditRow.after).where(AuditRow.subject_type == "robot")).all()
    assert [tuple(one) for one in told] == [
        ("robots.robot.set", {"sort": "企业微信"}),
        ("robots.robot.set", {"sort": "钉钉"}),
    ]
    assert not [record for record in caplog.records if KEY in record.getMessage() or TOKEN in record.getMessage()]


@pytest.mark.parametrize("typed", HOSTILE[::4])
def test_anything_else_is_refused_with_a_sentence_and_kept_in_the_field(noon, world, client, session, typed):
    client.sign_on(world.secretary, office=True)
    answer = client.post(path(world.branch), data={"address": typed})
    assert answer.status_code == (303 if typed.strip() == WECOM else 422)
    assert typed.strip() == WECOM or "只收企业微信、钉钉、飞书群机器人的地址" in answer.text
    assert session.scalar(sa.select(sa.func.count(Robot.id))) == (typed.strip() == WECOM)


def test_who_may(noon, world, client):
    for role, status in [("member", 403), ("leader", 403), ("auditor", 403), ("stranger", 404), ("unit_officer", 200)]:
        client.sign_on(world.actors[role], office=True)
        assert client.get(path(world.branch)).status_code == status, role
        posted = {200: 303}.get(status, status)
        assert client.post(path(world.branch), data={"address": WECOM}).status_code == posted, role
    client.sign_on(world.secretary, office=False)
    assert client.get(path(world.branch)).status_code == 401
    client.sign_on(world.secretary, office=True)
    assert client.get(path(world.committee)).status_code == 404
    assert client.get(path(world.group)).status_code == 404
    assert path(world.branch) in client.get(f"/branches/{world.branch.id}").text
    assert path(world.branch) not in client.sign_on(world.member).get(f"/branches/{world.branch.id}").text


def test_a_test_is_queued_and_removal_forgets_all(noon, world, client, session):
    client.sign_on(world.secretary, office=True)
    assert client.post(f"{path(world.branch)}/test").status_code == 422
    client.post(path(world.branch), data={"address": WECOM})
    page = client.post(f"{path(world.branch)}/test", follow_redirects=True).text
    assert "排上了" in page and "试发" in page and "等着发" in page
    for _ in range(2):
        assert client.post(f"{path(world.branch)}/removal").status_code == 303
    assert session.scalar(sa.select(sa.func.count(Robot.id))) == 0
    assert session.scalar(sa.select(sa.func.count(RobotMessage.id))) == 0
    actions = session.scalars(sa.select(AuditRow.action).where(AuditRow.subject_type == "robot")).all()
    assert actions == ["robots.robot.set", "robots.message.test", "robots.robot.remove"]


def test_the_page_says_what_went_wrong(noon, world, client, session):
    robot_id = add(session, Robot, unit_id=world.branch.id, sort="wecom", key=KEY, set_at=noon)
    met = gathering(session, world.branch.id, by=world.secretary.id, kinds=("member_meeting",), starts_at=noon)
    what = {"robot_id": robot_id, "gathering_id": met.id, "next_at": noon}
    old = clock.beijing("2026-03-04 11:00")
    add(
        session,
        RobotMessage,
        **what,
        news="called",
        queued_at=old,
        tries=9,
        fault="对方没有收，代码 93000",
        dropped_at=noon,
    )
    add(session, RobotMessage, **what, news="moved", queued_at=old, tries=0)
    page = client.sign_on(world.secretary, office=True).get(path(world.branch)).text
    assert "有一条会议通知没发出去" in page and "对方没有收，代码 93000，试了一天，没有再发" in page
    assert "发送没有在运行" in page and f'href="/meetings/{met.id}"' in page

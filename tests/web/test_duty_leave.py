"""公假（当班）: who is on duty at the time is proposed for leave, granted by the host in a tap, never oneself (B5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import Leave
from partygroup.meetings.models import Sitting
from tests.factories import add, crew, gathering, shifts, unit
from tests.web.conftest import met_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def on_duty(app, session, world, at):
    """Return a group meeting while the crew of leader and member is on the middle shift; 丙班 is free."""
    at("2026-03-06 16:20")
    shifts(session, world.committee.id)
    works = unit(session, "plant", "炼铁厂", under=world.company.id)
    crew(session, "乙班", [world.leader.id, world.member.id], under=works.id)
    crew(session, "丙班", [world.probationer.id], under=works.id)
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-03-06 16:30"))
    session.commit()
    return met_of(app, session, row)


def test_before_opening_leave_is_granted_in_one_tap(on_duty, world, app, client, session):
    client.sign_on(world.leader)
    page = client.get(on_duty.url).text
    assert "按倒班表在当班" in page and "1 人当班，记公假" in page
    typed = {"people": [world.member.id, world.leader.id, world.probationer.id]}
    for _ in range(2):
        assert client.post(f"{on_duty.url}/duty-leaves", data=typed).location == on_duty.url
    (leave,) = on_duty.leaves(session)
    assert (leave.person_id, leave.sort, leave.cause) == (world.member.id, "leave_duty", "当班")
    assert (leave.granted, leave.asked_by, leave.decided_by) == (True, world.leader.id, world.leader.id)
    page = client.get(on_duty.url).text
    assert "记公假" not in page and f"{world.member.name}（公假）" in page
    client.post(f"{on_duty.url}/opening")
    member = app.test_client().sign_on(world.member)
    member.get(on_duty.code())
    assert member.post(f"{on_duty.url}/sign-ins").status_code == 303
    assert "应到 4 = 实到 1 + 请假 0" in client.get(on_duty.url).text


def test_at_closing_leave_stands_instead_of_absence(on_duty, world, client, session):
    client.sign_on(world.leader).post(f"{on_duty.url}/opening")
    assert "1 人当班，记公假" in client.get(f"{on_duty.url}/closing").text
    answer = client.post(f"{on_duty.url}/duty-leaves", data={"people": world.member.id, "to": "closing"})
    assert answer.location == f"{on_duty.url}/closing"
    assert "3 人记缺席，结束" in client.get(answer.location).text
    client.post(f"{on_duty.url}/closing")
    assert client.post(f"{on_duty.url}/duty-leaves", data={"people": world.leader.id}).status_code == 303
    assert len(on_duty.leaves(session)) == 1


def test_leave_that_was_asked_is_answered_at_closing(on_duty, world, app, client):
    asking = {"sort": "leave_personal", "cause": "家里有事"}
    app.test_client().sign_on(world.member).post(f"{on_duty.url}/leaves", data=asking)
    client.sign_on(world.leader).post(f"{on_duty.url}/opening")
    page = client.get(f"{on_duty.url}/closing").text
    assert "家里有事" in page and "记公假" not in page
    decision = page.partition("/leaves/")[2].partition("/")[0]
    answer = client.post(f"{on_duty.url}/leaves/{decision}/decision", data={"granted": "1", "to": "closing"})
    assert answer.location == f"{on_duty.url}/closing" and "请假待批" not in client.get(answer.location).text


def test_whoever_another_sitting_reaches_is_not_proposed(on_duty, world, client, session):
    second = clock.beijing("2026-03-06 14:30")
    add(session, Sitting, gathering_id=on_duty.id, starts_at=second, place="炉前", host_id=world.leader.id)
    session.commit()
    assert "记公假" not in client.sign_on(world.leader).get(on_duty.url).text


def test_others_neither_see_nor_grant(on_duty, world, client, session):
    client.sign_on(world.member)
    assert "记公假" not in client.get(on_duty.url).text
    assert client.post(f"{on_duty.url}/duty-leaves", data={"people": world.member.id}).status_code == 403
    assert session.scalar(sa.select(sa.func.count(Leave.id))) == 0

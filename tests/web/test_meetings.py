"""Calling, listing, moving, cancelling, leave asked before."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from tests.factories import gathering

FORM = {"starts_at": "2026-03-05T16:30", "place": "三楼活动室", "kinds": ["group_meeting"], "theme": ""}


def form_of(page: str) -> dict:
    """Return the hidden fields of the calling form as a browser would send them."""
    return dict(re.findall(r'<input type="hidden" name="(unit|key)" value="([^"]*)"', page))


@pytest.fixture
def noon(at):
    at("2026-03-05 12:00")


def test_the_form_comes_filled(noon, world, client, session):
    page = client.sign_on(world.leader).get("/meetings/new").text
    assert 'value="2026-03-05T16:30"' in page
    assert re.search(r'value="group_meeting" checked', page)
    gathering(
        session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-02-10 19:30"), place="炉前操作室"
    )
    page = client.get("/meetings/new").text
    assert 'value="2026-03-05T19:30"' in page and 'value="炉前操作室"' in page


def test_calling_twice_with_one_form_calls_once(noon, world, client, session):
    hidden = form_of(client.sign_on(world.leader).get("/meetings/new").text)
    answers = [client.post("/meetings", data=hidden | FORM) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303] and answers[0].location == answers[1].location
    row = session.scalars(sa.select(Gathering)).one()
    assert (row.unit_id, row.circle, row.called_by, str(row.day)) == (
        world.group.id, "group", world.leader.id, "2026-03-05",
    )  # fmt: skip
    other = client.post("/meetings", data=hidden | FORM | {"place": "别处"})
    assert other.status_code == 409


def test_everybody_of_the_circle_finds_it_at_home(met, world, client):
    for role in (world.member, world.leader, world.probationer):
        assert "党小组会" in client.sign_on(role).get("/").text
    for role in (world.neighbour, world.stranger, world.activist):
        assert f'href="{met.url}"' not in client.sign_on(role).get("/").text


def test_one_gathering_of_three_kinds(noon, world, client, session):
    client.sign_on(world.secretary, office=True)
    hidden = form_of(client.get("/meetings/new").text)
    assert hidden["unit"] == str(world.branch.id)
    kinds = ["theme_day", "party_lecture", "member_meeting"]
    assert client.post("/meetings", data=hidden | FORM | {"kinds": kinds}).status_code == 303
    codes = session.scalars(sa.select(Kind.code).join(Meeting, Meeting.kind_id == Kind.id)).all()
    assert sorted(codes) == sorted(kinds) and session.scalar(sa.select(Gathering.circle)) == "members"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"kinds": []}, "选一种会议"),
        ({"kinds": ["no_such_kind"]}, ""),
        ({"starts_at": "2026-02-30T10:00"}, "核对日期"),
        ({"starts_at": ""}, "时间"),
        ({"starts_at": "soon"}, "时间"),
        ({"starts_at": "2031-01-01T10:00"}, "一年以后"),
        ({"starts_at": "99999-01-01T10:00"}, "时间"),
        ({"place": " "}, "地点"),
        ({"place": "长" * 61}, "60"),
    ],
)
def test_bad_input_keeps_what_was_typed(noon, world, client, session, changes, part):
    hidden = form_of(client.sign_on(world.leader).get("/meetings/new").text)
    answer = client.post("/meetings", data=hidden | FORM | {"theme": "学习安全条例"} | changes)
    assert answer.status_code == 422 and part in answer.text and "学习安全条例" in answer.text
    assert session.scalars(sa.select(Gathering)).all() == []


def test_circles_that_differ_are_not_joined(noon, world, client, session):
    client.sign_on(world.secretary, office=True)
    hidden = form_of(client.get("/meetings/new").text)
    answer = client.post("/meetings", data=hidden | FORM | {"kinds": ["member_meeting", "committee_meeting"]})
    assert answer.status_code == 422 and "应到范围不同" in answer.text


@pytest.mark.parametrize("role", ["member", "probationer", "activist", "auditor", "account_officer"])
def test_who_may_not_call(noon, world, client, role):
    client.sign_on(getattr(world, role), office=True)
    assert client.get("/meetings/new").status_code == 403
    assert client.post("/meetings", data=FORM).status_code == 403


def test_a_leader_calls_for_the_own_group_only(noon, world, client, session):
    answer = client.sign_on(world.leader).post("/meetings", data=FORM | {"unit": world.foreign_group.id})
    assert answer.status_code == 422 and "请选自己能召集的组织" in answer.text
    assert session.scalars(sa.select(Gathering.unit_id)).all() == []


def test_moving_and_cancelling(met, world, client, session):
    client.sign_on(world.leader)
    typed = {"starts_at": "2026-03-06T08:30", "place": "炉前操作室"}
    assert client.post(f"{met.url}/moving", data=typed).status_code == 303
    assert session.scalar(sa.select(Sitting.place)) == "炉前操作室"
    assert str(session.scalar(sa.select(Gathering.day))) == "2026-03-06"
    assert client.post(f"{met.url}/cancellation", data={"reason": ""}).status_code == 422
    assert client.post(f"{met.url}/cancellation", data={"reason": "炉况有变"}).status_code == 303
    assert "炉况有变" in client.sign_on(world.member).get(met.url).text


def test_after_opening_it_is_neither_moved_nor_cancelled(opened, world, client):
    client.sign_on(world.leader)
    assert (
        client.post(f"{opened.url}/moving", data={"starts_at": "2026-03-06T08:30", "place": "别处"}).status_code == 422
    )
    assert client.post(f"{opened.url}/cancellation", data={"reason": "炉况有变"}).status_code == 422


def ask(client, met, sort="leave_duty", cause="当班"):
    return client.post(f"{met.url}/leaves", data={"sort": sort, "cause": cause})


def test_leave_is_asked_granted_and_counted(met, world, client, session):
    assert ask(client.sign_on(world.member), met).status_code == 303
    assert "等待批准" in client.get(met.url).text
    client.sign_on(world.leader)
    assert "请假待批" in client.get("/").text
    (leave,) = met.leaves(session)
    decision = f"{met.url}/leaves/{leave.id}/decision"
    assert client.post(decision, data={"granted": "1"}).status_code == 303
    assert client.post(decision, data={"granted": "0", "answer": "改了"}).status_code == 422
    client.post(f"{met.url}/opening")
    assert "应到 4 = 实到 0 + 请假 1 + 未到 3" in client.get(met.url).text
    assert "已准假" in client.sign_on(world.member).get(met.url).text


def test_refusing_leave_needs_a_reason_and_lets_one_ask_again(met, world, client, session):
    ask(client.sign_on(world.member), met, "leave_personal", "家里有事")
    (leave,) = met.leaves(session)
    decision = f"{met.url}/leaves/{leave.id}/decision"
    client.sign_on(world.leader)
    assert client.post(decision, data={"granted": "0"}).status_code == 422
    client.post(decision, data={"granted": "0", "answer": "当天换届，请参加"})
    assert "当天换届，请参加" in client.sign_on(world.member).get(met.url).text
    assert ask(client, met).status_code == 303


@pytest.mark.parametrize(("role", "status"), [("neighbour", 422), ("stranger", 404), ("activist", 422)])
def test_leave_is_for_those_who_are_due(met, world, client, session, role, status):
    assert ask(client.sign_on(getattr(world, role)), met).status_code == status
    assert met.leaves(session) == []


def test_who_decides_on_leave(met, world, client, session):
    ask(client.sign_on(world.member), met)
    ask(client.sign_on(world.leader), met)
    of_member, of_leader = met.leaves(session)
    for role, leave, status in (
        (world.member, of_member, 403), (world.neighbour, of_member, 403), (world.stranger, of_member, 404),
        (world.leader, of_leader, 403), (world.deputy, of_leader, 401), (world.sister, of_leader, 404),
    ):  # fmt: skip
        path = f"{met.url}/leaves/{leave.id}/decision"
        assert client.sign_on(role).post(path, data={"granted": "1"}).status_code == status, role.name
    path = f"{met.url}/leaves/{of_leader.id}/decision"
    assert client.sign_on(world.deputy, office=True).post(path, data={"granted": "1"}).status_code == 303


def test_who_signed_asks_no_leave(opened, world, client):
    client.sign_on(world.member).get(opened.code())
    client.post(f"{opened.url}/sign-ins")
    assert ask(client, opened).status_code == 422


def test_the_list_pages_by_the_last_row_seen(at, world, client, session):
    at("2026-03-05 12:00")
    for number in range(45):
        start = clock.beijing(f"2025-{number % 12 + 1:02}-{number % 28 + 1:02} 16:30")
        gathering(session, world.group.id, by=world.leader.id, starts_at=start)
    client.sign_on(world.member)
    seen, page = [], client.get("/meetings").text
    for _ in range(3):
        seen += re.findall(r'href="/meetings/(\d+)"', page)
        if not (more := re.search(r'href="\?before=([\d-]+)"', page)):
            break
        page = client.get(f"/meetings?before={more[1]}").text
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize("before", ["x", "2026-02-30-1", "2026-01-01-99999999999999999999", "", "-", "2026-01-01-１"])
def test_nonsense_in_the_address_is_the_first_page(world, client, before):
    assert client.sign_on(world.member).get("/meetings", query_string={"before": before}).status_code == 200


def test_committee_meetings_are_for_the_committee(at, world, client, session):
    at("2026-03-05 12:00")
    row = gathering(
        session, world.branch.id, by=world.secretary.id, circle="committee", kinds=("committee_meeting",),
        starts_at=clock.beijing("2026-03-05 16:30"),
    )  # fmt: skip
    for role, status in ((world.secretary, 200), (world.deputy, 200), (world.member, 404), (world.leader, 404)):
        assert client.sign_on(role).get(f"/meetings/{row.id}").status_code == status, role.name

"""The list of problems: taking one up, closing and cancelling it, and who sees it."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Problem
from tests.factories import activity, problem

DUE = date(2026, 3, 20)


@pytest.fixture
def noon(at):
    at("2026-03-05 12:00")


@pytest.fixture
def open_one(noon, session, world) -> Problem:
    """Return an open problem of the leader's group that the member sees to."""
    return problem(session, world.group.id, branch=world.branch.id, owner=world.member.id, due_on=DUE)


@pytest.fixture
def typed(world) -> dict:
    return {"unit": world.group.id, "text": "二号泵渗油", "owner": world.member.id, "due_on": "2026-03-20"}


def test_a_problem_is_taken_up_once_and_stands_in_the_lists(noon, world, client, session, typed):
    client.sign_on(world.leader)
    key = re.search(r'name="key" value="(\w+)"', client.get("/problems/new").text)[1]
    answers = [client.post("/problems", data=typed | {"key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303] and answers[0].location == answers[1].location
    row = session.scalars(sa.select(Problem)).one()
    assert (row.unit_id, row.branch_id, row.owner_id, row.raised_on, row.due_on, row.by_id) == (
        world.group.id, world.branch.id, world.member.id, date(2026, 3, 5), DUE, world.leader.id,
    )  # fmt: skip
    client.sign_on(world.neighbour)
    assert "二号泵渗油" not in client.get("/problems").text
    page = client.get("/problems", query_string={"unit": world.branch.id}).text
    assert "二号泵渗油" in page and "3月20日到期" in page and "田富负责" in page


def test_from_an_activity_its_line_stands_in_the_form(noon, world, client, session, typed):
    done = activity(session, world.group.id, branch=world.branch.id, by=world.leader.id)
    foreign = activity(
        session, world.foreign_group.id, branch=world.foreign_branch.id, by=world.stranger.id, text="飞燕"
    )
    page = client.sign_on(world.leader).get(f"/problems/new?activity={done.id}").text
    assert f'value="{done.text}"' in page
    assert "飞燕" not in client.get(f"/problems/new?activity={foreign.id}").text
    client.post("/problems", data=typed | {"activity": done.id})
    client.post("/problems", data=typed | {"activity": foreign.id})
    assert session.scalars(sa.select(Problem.activity_id).order_by(Problem.id)).all() == [done.id, None]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"text": ""}, "什么问题"),
        ({"text": "长" * 201}, "200"),
        ({"owner": ""}, "谁负责"),
        ({"owner": "99999999"}, "名单"),
        ({"owner": "x"}, ""),
        ({"due_on": ""}, "什么时候"),
        ({"due_on": "2026-02-30"}, "核对"),
        ({"due_on": "2026-03-04"}, "期限已经过了"),
        ({"due_on": "2027-03-07"}, "一年以后"),
        ({"unit": "0"}, "自己能记的组织"),
    ],
)
def test_bad_input_keeps_what_was_typed(noon, world, client, session, typed, changes, part):
    answer = client.sign_on(world.leader).post("/problems", data=typed | {"text": "二号泵渗油"} | changes)
    assert answer.status_code == 422 and part in answer.text
    assert changes.get("text", "二号泵渗油")[:200] in answer.text
    assert session.scalars(sa.select(Problem)).all() == []


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("leader", "朱雀", 303), ("secretary", "朱雀", 303), ("secretary", "红柳", 303), ("leader", "玄武", 422),
        ("secretary", "苍龙", 422), ("member", "朱雀", 403), ("unit_officer", "朱雀", 403),
    ],
)  # fmt: skip
def test_who_takes_up_a_problem(noon, world, client, session, typed, role, unit, status):
    answer = client.sign_on(world.actors[role]).post("/problems", data=typed | {"unit": world.units[unit].id})
    assert answer.status_code == status and len(session.scalars(sa.select(Problem)).all()) == (status == 303)


@pytest.mark.parametrize(
    ("role", "closing", "cancellation"),
    [
        ("member", 303, 403), ("leader", 303, 303), ("secretary", 303, 303), ("probationer", 403, 403),
        ("neighbour", 403, 403), ("sister", 404, 404), ("auditor", 403, 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["closing", "cancellation"])
def test_who_ends_a_problem(open_one, world, client, session, role, closing, cancellation, way):
    client.sign_on(world.actors[role], office=True)
    status = {"closing": closing, "cancellation": cancellation}[way]
    words = {"how": "换了油封", "reason": "不归我们管"}
    assert client.post(f"/problems/{open_one.id}/{way}", data=words).status_code == status
    assert session.scalars(sa.select(Problem)).one().is_open is (status != 303)


def test_how_it_was_solved_is_told(open_one, world, client, session):
    client.sign_on(world.member)
    refused = client.post(f"/problems/{open_one.id}/closing", data={"how": " "})
    assert refused.status_code == 422 and "写一句" in refused.text
    assert client.post(f"/problems/{open_one.id}/closing", data={"how": "换了油封"}).status_code == 303
    page = client.get(f"/problems/{open_one.id}").text
    assert "换了油封" in page and "已解决" in page and "3月5日，田富" in page
    assert client.post(f"/problems/{open_one.id}/closing", data={"how": "又换了"}).status_code == 422
    client.sign_on(world.leader)
    assert client.post(f"/problems/{open_one.id}/cancellation", data={"reason": "不算"}).status_code == 422
    assert session.scalar(sa.select(Problem.closed_how)) == "换了油封"


def test_what_is_late_says_so(open_one, world, client, at):
    at("2026-03-20 23:00")
    assert "过期" not in client.sign_on(world.member).get("/problems").text
    at("2026-03-21 08:00")
    assert "过期" in client.get("/problems").text


@pytest.mark.parametrize(
    ("role", "status"), [("probationer", 200), ("neighbour", 200), ("unit_officer", 200), ("sister", 404)]
)
def test_who_sees_a_problem(open_one, world, client, role, status):
    client.sign_on(world.actors[role], office=True)
    assert client.get(f"/problems/{open_one.id}").status_code == status
    assert client.get("/problems", query_string={"unit": world.group.id}).status_code == status


def test_the_list_costs_the_same_for_3_and_30(open_one, world, client, session, statements):
    client.sign_on(world.member)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            problem(session, world.group.id, branch=world.branch.id, owner=world.member.id, due_on=DUE)
        session.commit()
        with statements() as seen:
            assert client.get("/problems").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]

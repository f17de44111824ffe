"""A branch's points: who sees what of its members, closing, reopening, appraising groups (D6, E7)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.scores.models import Closing, GroupAppraisal
from tests.factories import person, unit
from tests.scorebook import Q3, entry, held


@pytest.fixture
def url(session, world, at) -> str:
    at("2026-10-20 12:00")
    entry(session, world.member.id, branch=world.branch.id, on=date(2026, 8, 1), by=world.secretary.id)
    held(session, world.group.id, date(2026, 8, 3), by=world.leader.id, due=[world.leader.id], came=[world.leader.id])
    return f"/branches/{world.branch.id}"


ASKED = "quarter=2026Q3"


def test_a_member_sees_groups_and_distribution_and_no_names(url, world, client):
    text = client.sign_on(world.member).get(f"{url}/points?{ASKED}").text
    assert "<b>未评</b>" in text  # no appraisal yet
    assert "朱雀党小组" in text and "60–70 分" in text and "章志刚" not in text and "结账" in text
    assert "points/closing" not in text


def test_an_officer_sees_sheets_in_stroke_order_by_group(url, world, client):
    text = client.sign_on(world.secretary, office=True).get(f"{url}/points?{ASKED}").text
    names = [text.index(name) for name in ("田富", "田大利", "章志刚")]
    assert names == sorted(names)
    assert f"/people/{world.member.id}/points?quarter=2026Q3" in text and ">69.0<" in text


@pytest.mark.parametrize("role", ["unit_officer", "company_officer", "auditor"])
def test_from_above_no_total_is_seen_in_the_list(url, world, client, role):
    text = client.sign_on(world.actors[role], office=True).get(f"{url}/points?{ASKED}").text
    assert "田富" in text and ">69.0<" not in text and "留下查看记录" in text


@pytest.mark.parametrize("role", ["sister", "stranger"])
def test_other_branches_find_nothing(url, world, client, role):
    assert client.sign_on(world.actors[role], office=True).get(f"{url}/points").status_code == 404


def test_closing_and_reopening(url, world, client, session):
    client.sign_on(world.secretary, office=True)
    assert client.post(f"{url}/points/closing", data={"quarter": "2026Q3"}).status_code == 303
    text = client.get(f"{url}/points?{ASKED}").text
    assert "10月20日 已结账" in text and "points/closing" not in text and "points/reopening" not in text
    assert client.post(f"{url}/points/closing", data={"quarter": "2026Q3"}).status_code == 409
    assert client.post(f"{url}/points/reopening", data={"quarter": "2026Q3", "reason": "错了"}).status_code == 403
    client.sign_on(world.unit_officer, office=True)
    assert "points/reopening" in client.get(f"{url}/points?{ASKED}").text
    assert client.post(f"{url}/points/reopening", data={"quarter": "2026Q3", "reason": ""}).status_code == 422
    assert client.post(f"{url}/points/reopening", data={"quarter": "2026Q3", "reason": "漏了一条"}).status_code == 303
    assert session.scalars(sa.select(Closing.reopened_reason)).all() == ["漏了一条"]
    assert "还没有结账" in client.get(f"{url}/points?{ASKED}").text


@pytest.mark.parametrize(
    ("quarter", "status"),
    [("2026Q4", 409), ("2031Q1", 409), ("2020Q1", 409), ("", 422), ("x", 422), ("1900Q1", 422), ("9999Q4", 422)],
)
def test_a_quarter_that_runs_or_is_long_gone_or_none_is_not_closed(url, world, client, session, quarter, status):
    client.sign_on(world.secretary, office=True)
    answer = client.post(f"{url}/points/closing", data={"quarter": quarter})
    assert answer.status_code == status and session.scalar(sa.select(sa.func.count(Closing.id))) == 0


def test_closing_early_warns(url, world, client, at):
    client.sign_on(world.secretary, office=True)
    assert "再等几天更稳妥" not in client.get(f"{url}/points?{ASKED}").text
    at("2026-10-05 12:00")
    assert "再等几天更稳妥" in client.get(f"{url}/points?{ASKED}").text
    assert "还没有结束" in client.get(f"{url}/points?quarter=2026Q4").text


def test_the_branch_says_a_level_and_a_sentence(url, world, client, session):
    client.sign_on(world.secretary, office=True)
    what = {"quarter": Q3.code, "group": world.group.id, "level": "better", "sentence": "会开得实"}
    assert client.post(f"{url}/appraisals", data=what).status_code == 303
    assert "会开得实" in client.get(f"{url}/appraisals?{ASKED}").text
    assert "支部评价“较好”" in client.get(f"{url}/points?{ASKED}").text
    refused = {"level": "best"}, {"sentence": " "}, {"quarter": "2027Q1"}
    for wrong, sentence in zip(refused, ("请选一个等次", "请写一句评价", "还没有开始"), strict=True):
        answer = client.post(f"{url}/appraisals", data=what | wrong)
        assert answer.status_code == 422 and sentence in answer.text
    assert client.post(f"{url}/appraisals", data=what | {"group": world.foreign_group.id}).status_code == 404
    client.post(f"{url}/points/closing", data={"quarter": Q3.code})
    assert client.post(f"{url}/appraisals", data=what).status_code == 409
    assert session.scalar(sa.select(sa.func.count(GroupAppraisal.id))) == 1
    assert client.sign_on(world.leader).get(f"{url}/appraisals").status_code == 403


@pytest.mark.parametrize("role", ["member", "secretary"])
def test_the_page_costs_the_same_for_a_large_branch(url, world, client, session, statements, role):
    def spent() -> int:
        with statements() as seen:
            assert client.get(f"{url}/points?{ASKED}").status_code == 200
        return len(seen)

    client.sign_on(world.actors[role], office=True)
    few = spent()
    for number in range(20):
        group = unit(session, "party_group", f"第{number}党小组", under=world.branch.id)
        one = person(session, f"余小{number}", branch=world.branch.id, group=group.id)
        entry(session, one.id, branch=world.branch.id, on=clock.today(), by=world.secretary.id)
        held(session, group.id, date(2026, 8, 3), by=world.leader.id, due=[one.id], came=[one.id])
    assert spent() == few <= 28

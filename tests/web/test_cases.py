"""Exemptions, vetoes, and making up for a missed meeting (D1, B12)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.attendance.models import MakeUp
from partygroup.people.models import Role
from partygroup.scores.models import Exemption, VetoCase
from tests.factories import exclusion, post
from tests.scorebook import held

DAYS = {"from_on": "2026-03-01", "until_on": ""}


@pytest.fixture
def url(world, at) -> str:
    at("2026-03-05 12:00")
    return f"/people/{world.member.id}/points"


# --- exemption and veto -----------------------------------------------------------------------------------------------


def test_an_exemption_is_made_seen_and_ended(url, world, client, session):
    client.sign_on(world.secretary, office=True)
    typed = DAYS | {"reason": "ill", "approved_by": "支委会"}
    assert client.post(f"{url}/exemptions", data=typed).status_code == 303
    row = session.scalar(sa.select(Exemption))
    assert "长期生病" in client.get(f"{url}/cases").text
    client.post(f"{url}/exemptions/ending", data={"exemption": row.id})
    session.refresh(row)
    assert row.until_on == date(2026, 3, 5)
    text = client.sign_on(world.member).get(f"{url}/cases").text
    assert "到2026年3月5日止" in text and "登记免予计分" not in text


def test_who_is_not_due_already_is_not_asked_since_when(url, world, client, session):
    exclusion(session, world.member.id, "ill", on=date(2026, 2, 9), until=date(2026, 8, 1))
    form = client.sign_on(world.secretary, office=True).get(f"{url}/cases").text.split("登记一票否决")[0]
    assert '<option value="ill" selected' in form and 'name="approved_by" type="text" value=""' in form
    assert 'value="2026-02-09"' in form and 'value="2026-08-01"' in form
    client.post(f"{url}/exemptions", data=DAYS | {"reason": "ill", "approved_by": "支委会"})
    assert 'value="2026-02-09"' not in client.get(f"{url}/cases").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "lazy"},
        {"approved_by": ""},
        {"from_on": ""},
        {"from_on": "2026-02-30"},
        {"until_on": "2026-02-01"},
        {"from_on": "0001-01-01"},
        {"from_on": "1999-12-31"},
        {"until_on": "9999-12-31"},
    ],
)
def test_a_wrong_exemption_is_told(url, world, client, session, wrong):
    client.sign_on(world.secretary, office=True)
    typed = DAYS | {"reason": "ill", "approved_by": "支委会"} | wrong
    assert client.post(f"{url}/exemptions", data=typed).status_code == 422
    assert session.scalar(sa.select(sa.func.count(Exemption.id))) == 0


def test_only_discipline_and_unit_office_enter_a_veto(url, world, client, session):
    typed = DAYS | {"ground": "incident", "document": "安委〔2026〕3号"}
    assert client.sign_on(world.secretary, office=True).post(f"{url}/vetoes", data=typed).status_code == 403
    post(session, world.deputy.id, world.branch.id, Role.DISCIPLINE_OFFICER)
    for role in ("deputy", "unit_officer"):
        client.sign_on(world.actors[role], office=True)
        assert client.post(f"{url}/vetoes", data=typed).status_code == 303
    for wrong in ({"document": ""}, {"ground": "mood"}):
        assert client.post(f"{url}/vetoes", data=typed | wrong).status_code == 422
    row = session.scalars(sa.select(VetoCase)).first()
    assert client.post(f"{url}/vetoes/withdrawal", data={"veto": row.id, "reason": ""}).status_code == 422
    assert client.post(f"{url}/vetoes/withdrawal", data={"veto": row.id, "reason": "已复查"}).status_code == 303
    assert "已撤销：已复查" in client.sign_on(world.member).get(f"{url}/cases").text


def test_nobody_decides_on_oneself(world, client, at):
    at("2026-03-05 12:00")
    client.sign_on(world.secretary, office=True)
    typed = DAYS | {"reason": "ill", "approved_by": "支委会"}
    assert client.post(f"/people/{world.secretary.id}/points/exemptions", data=typed).status_code == 403


@pytest.mark.parametrize(("number", "status"), [("", 422), ("x", 422), ("999999", 404), ("99999999999", 422)])
def test_a_case_that_is_none_is_told(url, world, client, number, status):
    client.sign_on(world.unit_officer, office=True)
    assert client.post(f"{url}/exemptions/ending", data={"exemption": number}).status_code == status
    assert client.post(f"{url}/vetoes/withdrawal", data={"veto": number, "reason": "已复查"}).status_code == status


# --- make-ups ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def missed(session, world, at) -> str:
    """Return the address of the member's seat in a meeting they missed."""
    at("2026-03-05 12:00")
    met = held(session, world.group.id, date(2026, 3, 2), by=world.leader.id,
               due=[world.member.id, world.leader.id], came=[world.leader.id])  # fmt: skip
    return f"/meetings/{met}/people/{world.member.id}"


def test_a_make_up_overlays_the_roll_and_its_sum_stays(missed, world, client, session):
    client.sign_on(world.leader)
    assert "登记补课" in client.get(missed).text
    for _twice in range(2):
        answer = client.post(f"{missed}/make-ups", data={"way": "home_delivery", "on_day": "2026-03-04"})
        assert answer.status_code == 303
    assert session.scalar(sa.select(sa.func.count(MakeUp.id))) == 1
    text = client.get(missed.partition("/people")[0]).text
    assert "应到 2 = 实到 1 + 请假 0 + 缺席 1，其中补课 1" in text and "没有请假；3月4日补课" in text
    assert "送学上门" in client.get(missed).text
    assert client.post(f"{missed}/make-ups/undoing", data={"reason": ""}).status_code == 422
    assert client.post(f"{missed}/make-ups/undoing", data={"reason": "记错人"}).status_code == 303
    assert client.post(f"{missed}/make-ups/undoing", data={"reason": "记错人"}).status_code == 422
    assert "其中补课" not in client.get(missed.partition("/people")[0]).text
    assert client.post(f"{missed}/make-ups", data={"way": "briefing", "on_day": "2026-03-05"}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"way": "sleep"}, "请选补课的方式"),
        ({"on_day": "2026-03-01"}, "不能早于开会那天"),
        ({"on_day": "2026-03-06"}, "还没有到"),
        ({"on_day": ""}, "请写补课的日期"),
    ],
)
def test_a_wrong_make_up_is_told(missed, world, client, typed, sentence):
    answer = client.sign_on(world.leader).post(
        f"{missed}/make-ups", data={"way": "briefing", "on_day": "2026-03-04"} | typed
    )
    assert answer.status_code == 422 and sentence in answer.text


def test_who_came_has_nothing_to_make_up(missed, world, client):
    there, made_up = missed.replace(f"/people/{world.member.id}", f"/people/{world.leader.id}"), {"way": "briefing"}
    made_up["on_day"] = "2026-03-04"
    answer = client.sign_on(world.secretary, office=True).post(f"{there}/make-ups", data=made_up)
    assert answer.status_code == 422 and "已经到会" in answer.text
    answer = client.sign_on(world.leader).post(f"{there}/make-ups", data=made_up)
    assert answer.status_code == 422 and "请另一位同志登记" in answer.text


def test_a_member_records_no_make_up(missed, world, client):
    assert client.sign_on(world.member).post(f"{missed}/make-ups").status_code == 403

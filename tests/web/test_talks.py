"""谈心谈话: entered in four taps, seen by the two, its text opened by a button that leaves a row (B15)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.talks.models import Talk
from tests.cast import CAST
from tests.factories import talk

SAID = "夜莺在唱"
NOW = "2026-11-26 10:00"
#: Who may open the text of a talk between member and leader.
READERS = ("member", "leader", "secretary")


@pytest.fixture(autouse=True)
def now(at):
    at(NOW)


@pytest.fixture
def url(session, world):
    """Return the address of a talk of member and leader, with a summary."""
    talk_id = talk(session, world.branch.id, world.member.id, world.leader.id, by=world.leader.id, summary=SAID)
    session.commit()
    return f"/talks/{talk_id}"


def filled(page: str) -> dict[str, str]:
    """Return what the form of a page sends if nothing is tapped or typed in it."""
    form = re.search(r'<form[^>]*action="/talks".*?</form>', page, re.DOTALL)[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    checked = re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)" checked', form)
    chosen = re.findall(r'<select[^>]*name="(\w+)".*?value="([^"]*)" selected', form, re.DOTALL)
    day = re.findall(r'name="(day)" type="date" value="([^"]*)"', form)
    return dict([*hidden, *checked, *chosen, *day])


def readings(session) -> list[tuple]:
    session.rollback()
    rows = session.execute(
        sa.select(AuditRow.actor_id, AuditRow.person_id, AuditRow.after)
        .where(AuditRow.action == "restricted.text.read").order_by(AuditRow.id)
    )  # fmt: skip
    return [(actor, person, after["capacity"]) for actor, person, after in rows]


# --- entering ---------------------------------------------------------------------------------------------------------


def test_a_talk_is_entered_in_four_taps_and_nothing_typed(world, client, session):
    client.sign_on(world.member)
    assert 'href="/me"' in client.get("/").text
    assert 'href="/talks"' in client.get("/me").text
    page = client.get("/talks").text
    form = filled(page)
    assert form.keys() == {"branch", "key", "topic", "day"} and form["day"] == "2026-11-26"
    assert f'name="with" value="{world.leader.id}"' in page and f'name="with" value="{world.member.id}"' not in page
    assert client.post("/talks", data=form | {"with": world.leader.id}).status_code == 303
    (row,) = session.scalars(sa.select(Talk)).all()
    assert set(row.two) == {world.member.id, world.leader.id} and not row.has_summary
    assert f"和{world.leader.name}" in client.get("/talks").text
    assert f"和{world.member.name}" in client.sign_on(world.leader).get("/talks").text


def test_a_double_tap_enters_one_and_another_content_shows_both_without_the_text(world, client, session):
    client.sign_on(world.member)
    form = filled(client.get("/talks").text) | {"with": world.leader.id, "summary": SAID}
    assert [client.post("/talks", data=form).status_code for _tap in range(2)] == [303, 303]
    answer = client.post("/talks", data=form | {"with": world.neighbour.id, "summary": "别的话"})
    assert answer.status_code == 409 and world.leader.name in answer.text and SAID not in answer.text
    assert session.scalar(sa.select(sa.func.count(Talk.id))) == 1


def test_what_is_wrong_is_told_and_what_was_typed_is_kept(world, client):
    client.sign_on(world.member)
    form = filled(client.get("/talks").text)
    nobody = client.post("/talks", data=form | {"summary": SAID})
    assert nobody.status_code == 422 and "请选和谁谈的" in nobody.text and SAID in nobody.text
    late = client.post("/talks", data=form | {"with": world.leader.id, "day": "2026-11-27"})
    assert late.status_code == 422 and "不能晚于今天" in late.text
    of_others = client.post("/talks", data=form | {"one": world.leader.id, "with": world.neighbour.id})
    assert of_others.status_code == 422 and "本人或书记" in of_others.text


def test_the_secretary_enters_for_others_and_goes_back_to_the_branch(world, client, session):
    client.sign_on(world.secretary, office=True)
    link = f"/talks?branch={world.branch.id}&to=branch&with={world.member.id}"
    assert link.replace("&", "&amp;") in client.get(f"/branches/{world.branch.id}/talks").text
    form = filled(client.get(link).text)
    assert (form["one"], form["with"]) == (str(world.secretary.id), str(world.member.id))
    answer = client.post("/talks", data=form | {"one": world.leader.id})
    assert answer.location == f"/branches/{world.branch.id}/talks"
    assert session.scalar(sa.select(Talk.by_id)) == world.secretary.id
    assert f"{world.member.name}、{world.leader.name}" in client.get(answer.location).text


def test_who_is_no_member_has_no_form(world, client):
    page = client.sign_on(world.activist).get("/talks")
    assert page.status_code == 200 and 'action="/talks"' not in page.text
    assert client.post("/talks", data={"with": world.leader.id, "day": "2026-11-26"}).status_code == 422


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", CAST)
def test_who_opens_the_text(world, client, session, role, url):
    client.sign_on(world.actors[role], office=True)
    shown, opened = client.get(url), client.post(f"{url}/readings")
    assert SAID not in shown.text and (SAID in opened.text) is (role in READERS)
    assert shown.status_code == opened.status_code == (200 if role in READERS else 404)
    capacity = "secretary" if role == "secretary" else "oneself"
    expected = [(world.actors[role].id, one.id, capacity) for one in (world.member, world.leader)]
    assert sorted(readings(session)) == (sorted(expected) if role in READERS else [])


def test_the_post_sleeps_until_the_password_is_given(world, client, session, url):
    client.sign_on(world.secretary)
    assert client.get(url).status_code == client.post(f"{url}/readings").status_code == 401
    assert readings(session) == []
    opened = client.post(f"{url}/readings", data={"office_password": world.secretary.password})
    assert SAID in opened.text and len(readings(session)) == 2


def test_those_concerned_see_each_reading(world, client, url):
    for _time in range(2):
        client.sign_on(world.secretary, office=True).post(f"{url}/readings")
    for one in (world.member, world.leader):
        records = client.sign_on(one).get("/me/records").text
        assert records.count("看限阅内容") == 2 and "身份：书记" in records and world.secretary.name in records
        assert client.get(url).text.count("身份：书记") == 2
    assert "看限阅内容" not in client.sign_on(world.neighbour).get("/me/records").text
    assert "看限阅内容" not in client.sign_on(world.deputy, office=True).get("/audit").text
    assert "看限阅内容" not in client.sign_on(world.unit_officer, office=True).get("/audit").text


def test_a_talk_without_text_has_nothing_to_open(world, client, session):
    talk_id = talk(session, world.branch.id, world.member.id, world.leader.id)
    client.sign_on(world.member)
    assert "查看内容" not in client.get(f"/talks/{talk_id}").text
    assert client.post(f"/talks/{talk_id}/readings").status_code == 303 and readings(session) == []


def test_a_withdrawal_says_why_and_takes_the_text_away(world, client, session, url):
    client.sign_on(world.member)
    assert client.post(f"{url}/withdrawal", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/withdrawal", data={"reason": "记错了"}).status_code == 303
    page = client.sign_on(world.leader).get(url).text
    assert "已撤回" in page and "记错了" in page and "查看内容" not in page
    assert "已撤回" in client.get("/talks").text
    assert client.post(f"{url}/withdrawal", data={"reason": "再撤"}).status_code == 409
    assert session.scalar(sa.select(Talk.summary)) is None


# --- the branch -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [("secretary", 200), ("deputy", 200), ("member", 403), ("leader", 403), ("unit_officer", 403),
     ("company_officer", 403), ("auditor", 403), ("sister", 404), ("account_officer", 404)],
)  # fmt: skip
def test_who_sees_the_year_of_a_branch(world, client, role, status, url):
    page = client.sign_on(world.actors[role], office=True).get(f"/branches/{world.branch.id}/talks")
    assert page.status_code == status
    assert status != 200 or (url in page.text) is (role == "secretary")


def test_the_year_names_who_is_open(world, client, session, url):
    assert client.sign_on(world.deputy).get(f"/branches/{world.branch.id}/talks").status_code == 401
    client.sign_on(world.deputy, office=True)
    page = client.get(f"/branches/{world.branch.id}/talks").text
    still = page.partition("还没谈到的党员")[2].partition("谈过的")[0]
    assert "谈到 2／9 人" in page and world.neighbour.name in still and world.member.name not in still
    assert f"{world.secretary.name}、{world.deputy.name}" in still
    before = client.get(f"/branches/{world.branch.id}/talks?year=2025").text
    assert "2025 年谈到 0／9 人" in before and "&amp;with=" not in before
    for nonsense in ("1999", "3000", "x"):
        assert "2026 年" in client.get(f"/branches/{world.branch.id}/talks?year={nonsense}").text


def test_the_company_sets_how_many_are_owed(app, world, client, url):
    office = app.test_client().sign_on(world.company_officer, office=True)
    page, client = f"/branches/{world.branch.id}/talks", client.sign_on(world.deputy, office=True)
    office.post("/rules/kinds/heart_talk", data={"name": "谈心谈话", "per": "year", "at_least": "2"})
    assert "至少谈 2 次" in client.get(page).text and "谈到 0／9 人" in client.get(page).text
    office.post("/rules/kinds/heart_talk", data={"name": "谈心谈话", "per": "", "at_least": ""})
    assert "不提醒" in client.get(page).text and "谈到" not in client.get(page).text


def test_it_costs_the_same_with_many_talks(world, client, session, statements, url):
    client.sign_on(world.secretary, office=True)
    paths = ("/talks", f"/branches/{world.branch.id}/talks")
    spent = []
    for days in (0, 20):
        for day in range(days):
            talk(
                session,
                world.branch.id,
                world.secretary.id,
                world.leader.id,
                on=clock.beijing(f"2026-10-{day + 1:02} 08:00").date(),
            )
        session.commit()
        for path in paths:
            with statements() as seen:
                assert client.get(path).status_code == 200
            spent.append(len(seen))
    assert spent[:2] == spent[2:]


def test_nobody_calls_it_as_a_meeting(world, client):
    client.sign_on(world.secretary, office=True)
    assert "谈心谈话" not in client.get(f"/meetings/new?unit={world.branch.id}").text
    typed = {"unit": world.branch.id, "kinds": ["heart_talk"], "starts_at": "2026-11-27T10:00", "place": "会议室"}
    refused = client.post("/meetings", data=typed)
    assert refused.status_code == 422 and "两个人之间" in refused.text

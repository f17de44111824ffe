"""Signing in by code, through login, early, late, twice, and by six digits."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import Door
from partygroup.db import AuditRow
from tests.cast import PASSWORD


def sign(client, met, **form):
    return client.post(f"{met.url}/sign-ins", data=form)


def test_scan_tap_receipt(opened, world, client, session):
    client.sign_on(world.member)
    page = client.get(opened.code())
    assert page.status_code == 200 and f'action="{opened.url}/sign-ins"' in page.text
    assert opened.marks(session) == []
    answer = sign(client, opened)
    assert answer.status_code == 303 and answer.location == f"{opened.url}/receipt"
    receipt = client.get(answer.location).text
    assert "已到会" in receipt and "田富" in receipt
    (mark,) = opened.marks(session)
    assert (mark.person_id, mark.door, mark.by_id, mark.happened_at) == (
        world.member.id, Door.CODE, world.member.id, clock.now(),
    )  # fmt: skip


def test_signing_leaves_a_witness(opened, world, client, session):
    client.sign_on(world.member).get(opened.code())
    sign(client, opened)
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "attendance.mark.make")).one()
    assert (row.actor_id, row.person_id, row.unit_id, row.after) == (
        world.member.id, world.member.id, world.group.id, {"door": "code"},
    )  # fmt: skip


def test_a_code_reads_in_any_case(opened, world, client):
    client.sign_on(world.member)
    for address in (opened.code().lower(), opened.code().replace("/Q/", "/q/"), opened.code()):
        assert f'action="{opened.url}/sign-ins"' in client.get(address).text


def test_twice_is_once_and_no_fault(opened, world, client, session):
    client.sign_on(world.member).get(opened.code())
    assert {sign(client, opened).location for _ in range(3)} == {f"{opened.url}/receipt"}
    assert len(opened.marks(session)) == 1
    assert client.get(opened.code()).location == f"{opened.url}/receipt"


def test_nobody_logged_in_has_ten_minutes_for_the_password(opened, world, client, session, at):
    seen_at = clock.now()
    page = client.get(opened.code())
    assert "码是对的" in page.text and f'value="{opened.url}/sign-in"' in page.text
    at("2026-03-05 16:25")
    typed = {"staff_no": world.member.staff_no, "password": PASSWORD, "next": f"{opened.url}/sign-in"}
    answer = client.post("/login", data=typed)
    assert answer.location == f"{opened.url}/sign-in"
    assert f'action="{opened.url}/sign-ins"' in client.get(answer.location).text
    sign(client, opened)
    (mark,) = opened.marks(session)
    assert mark.happened_at == seen_at.replace(microsecond=0)
    assert mark.arrived_at == clock.now()


def test_a_login_lost_meanwhile_comes_back_to_the_desk(opened, client):
    answer = client.post(f"{opened.url}/sign-ins")
    assert answer.status_code == 303
    assert answer.location == f"/login?next={opened.url}/sign-in"


def test_a_ticket_older_than_ten_minutes_asks_for_another_scan(opened, world, client, session, at):
    client.sign_on(world.member).get(opened.code())
    at("2026-03-05 16:31")
    answer = sign(client, opened)
    assert answer.status_code == 422 and "请再扫一次" in answer.text
    assert opened.marks(session) == []


def test_an_expired_code_says_so_and_how_to_go_on(opened, world, client):
    answer = client.sign_on(world.member).get(opened.code(steps_ago=2))
    assert answer.status_code == 422 and "这个码过期了" in answer.text and "口令" in answer.text
    assert client.get(opened.code(steps_ago=1)).status_code == 200


@pytest.mark.parametrize("code", ["X", "A" * 17, "签到", "B" + "A" * 16, "a" * 400])
def test_what_is_no_code_is_no_page(opened, world, client, code):
    assert client.sign_on(world.member).get(f"/q/{code}").status_code == 404


def test_a_code_of_another_group_is_told_kindly(opened, world, client, session):
    client.sign_on(world.neighbour)
    page = client.get(opened.code())
    assert page.status_code == 200 and "应到名单" in page.text
    answer = sign(client, opened)
    assert answer.status_code == 422 and "不在这次会议的应到名单里" in answer.text
    assert opened.marks(session) == []


def test_early_waits_at_the_desk_and_counts_once_opened(met, world, client, session, at):
    client.sign_on(world.member)
    page = client.get(met.code())
    assert "码收好了" in page.text and 'hx-trigger="every 5s"' in page.text and "刷新看看" in page.text
    assert sign(client, met).status_code == 422
    seen_at = clock.now().replace(microsecond=0)
    at("2026-03-05 16:45")
    met_open(client.application, met, world)
    page = client.get(f"{met.url}/sign-in", headers={"HX-Request": "true"})
    assert f'action="{met.url}/sign-ins"' in page.text and "every 5s" not in page.text
    at("2026-03-05 16:54")
    assert sign(client, met).status_code == 303
    assert met.marks(session)[0].happened_at == seen_at


def met_open(app, met, world):
    leader = app.test_client().sign_on(world.leader)
    assert leader.post(f"{met.url}/opening").status_code == 303


def test_late_is_said_on_the_receipt(opened, world, client, at):
    at("2026-03-05 16:37")
    client.sign_on(world.member).get(opened.code())
    assert "晚到 7 分钟" in client.get(sign(client, opened).location).text


def test_six_digits_from_the_screen(opened, world, client, session):
    client.sign_on(world.member)
    assert 'name="spoken"' in client.get(f"{opened.url}/sign-in").text
    digits = opened.spoken()
    assert sign(client, opened, spoken=f"{digits[:3]} {digits[3:]}").status_code == 303
    assert [mark.door for mark in opened.marks(session)] == [Door.SPOKEN]


def test_wrong_digits_keep_the_form_and_five_tries_a_step(opened, world, client, session, at):
    client.sign_on(world.member)
    for _ in range(5):
        answer = sign(client, opened, spoken="000000")
        assert answer.status_code == 422 and "看屏幕上最新的一组" in answer.text
    answer = sign(client, opened, spoken=opened.spoken())
    assert answer.status_code == 422 and "试得多了" in answer.text
    at("2026-03-05 16:21")
    assert sign(client, opened, spoken=opened.spoken()).status_code == 303
    assert len(opened.marks(session)) == 1


@pytest.mark.parametrize("spoken", ["０００ ０００", "签到", "' OR 1=1", "9" * 300, "\x00"])
def test_strange_digits_are_only_wrong(opened, world, client, spoken):
    assert sign(client.sign_on(world.member), opened, spoken=spoken).status_code == 422


def test_digits_are_for_those_who_are_due(opened, world, client, session):
    for role in (world.neighbour, world.stranger):
        assert sign(client.sign_on(role), opened, spoken=opened.spoken()).status_code == 404
    assert opened.marks(session) == []


def test_after_closing_it_is_over(opened, world, client, session):
    client.sign_on(world.leader).post(f"{opened.url}/closing")
    client.sign_on(world.member)
    page = client.get(opened.code())
    assert "签到已经结束" in page.text and "补签" in page.text
    assert sign(client, opened).status_code == 422
    assert opened.marks(session) == []


def test_a_receipt_is_only_for_who_signed(opened, world, client):
    assert client.sign_on(world.member).get(f"{opened.url}/receipt").status_code == 404
    assert client.sign_on(world.stranger).get(f"{opened.url}/receipt").status_code == 404


def test_the_ways_page_lists_meetings_of_today(opened, world, client):
    assert f'href="{opened.url}/sign-in"' in client.sign_on(world.member).get("/scan").text
    assert f"{opened.url}/sign-in" not in client.sign_on(world.neighbour).get("/scan").text

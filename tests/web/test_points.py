"""My sheet and others' sheets: every line with its reason; looks from above leave a row the member can read (D4)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.db import AuditRow, transaction
from partygroup.scores.closing import close_quarter, reopen_quarter
from partygroup.scores.models import Exemption
from tests.factories import add, person
from tests.scorebook import Q2, Q3, declaration, entry, held, make_up


@pytest.fixture
def filled(session, world, at):
    """Give the member an ordinary third quarter, seen in September."""
    at("2026-09-20 12:00")
    where = {"branch": world.branch.id, "by": world.secretary.id}
    for day in (1, 2, 3, 4):
        entry(session, world.member.id, on=date(2026, 8, day), **where)
    entry(session, world.member.id, "SE-VIOLATION-ORDINARY", on=date(2026, 8, 5), **where)
    declaration(session, world.member.id, "PF-SERVE", on=date(2026, 9, 1), state="in_publicity",
                public_until=date(2026, 9, 25), text="帮厨", **where)  # fmt: skip
    mine = [world.member.id]
    held(session, world.group.id, date(2026, 7, 6), by=world.leader.id, due=mine, came=mine)
    missed = held(session, world.group.id, date(2026, 8, 6), by=world.leader.id, due=mine)
    make_up(session, missed, world.member.id, date(2026, 8, 9), by=world.leader.id)
    held(session, world.group.id, date(2026, 9, 6), by=world.leader.id, due=mine)


def test_my_sheet_says_why_by_which_rule_and_who_confirmed(filled, world, client):
    text = client.sign_on(world.member).get("/me/points").text
    for said in (
        "4条，合计8.0，本项每季最多计6.0", "上限前", "确认：宋玉梅", "一般违章 −2.0", "6.0×2÷3", "8月9日补课",
        "没有到会", "待生效", "帮厨", "公示中，到9月25日", "还能做的", "不足2个", "按期完成",
    ):  # fmt: skip
        assert said in text, said
    assert "<b>69.0</b>" in text  # 18 + 6, 18 − 2, 10, 15 + 4


def test_a_quarter_without_a_day_as_a_member_says_so(world, client, at, session):
    at("2026-09-20 12:00")
    newcomer = person(session, "新人", branch=world.branch.id, group=world.group.id, on=date(2026, 9, 1))
    client.sign_on(newcomer)
    assert "这个季度没有计分表" in client.get("/me/points?quarter=2026Q2").text
    assert "不计分" in client.get("/me/points?quarter=2026Q3").text


@pytest.mark.parametrize("asked", ["", "?quarter=", "?quarter=2026Q3"])
def test_no_quarter_is_the_running_one(filled, world, client, asked):
    assert "一般违章" in client.sign_on(world.member).get(f"/me/points{asked}").text


@pytest.mark.parametrize("code", ["x", "2026Q9", "2026Q4", "2031Q1", "1900Q1", "2019Q4", "9999Q4", "２０２６Q3"])
def test_a_quarter_that_is_none_is_not_found(filled, world, client, code):
    client.sign_on(world.member)
    branch, person = f"/branches/{world.branch.id}", f"/people/{world.member.id}"
    for address in ("/me/points", f"{branch}/points", f"{branch}/evaluation", f"{person}/points", "/activities"):
        assert client.get(address, query_string={"quarter": code}).status_code == 404, address


def test_a_quarter_before_there_was_anything_is_empty(filled, world, client):
    client.sign_on(world.member)
    for address in ("/me/points", f"/branches/{world.branch.id}/evaluation", "/activities"):
        assert client.get(f"{address}?quarter=2020Q1").status_code == 200, address


def test_a_closed_quarter_is_said_to_be_closed(filled, session, world, client, at):
    now = at("2026-10-20 12:00")
    with transaction(session):
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=now)
    text = client.sign_on(world.member).get("/me/points?quarter=2026Q3").text
    assert "10月20日 已结账" in text and "8月9日补课" in text and "还能做的" not in text


@pytest.mark.postgres
def test_home_shows_the_newest_closed_sheet_until_it_is_opened_again(filled, session, world, client, at):
    now, by = at("2026-10-20 12:00"), world.secretary.id
    client.sign_on(world.member)
    assert "还没有结过账的季度" in client.get("/").text
    for quarter in (Q2, Q3):
        with transaction(session):
            close_quarter(session, world.branch.id, quarter, by=by, at=now)
    text = client.get("/").text
    assert "2026年第三季度，已结账。" in text and "<b>69.0</b>" in text and "工作绩效 24.0/30.0" in text
    with transaction(session):
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一条", by=world.unit_officer.id, at=now)
    assert "2026年第二季度，已结账。" in client.get("/").text


def test_who_is_exempt_sees_why_there_is_no_total(filled, session, world, client):
    add(session, Exemption, person_id=world.member.id, reason="ill", approved_by="支部", from_on=date(2026, 7, 1))
    assert "本季92天中计分0天，不到一半，本季不计分。" in client.sign_on(world.member).get("/me/points").text


@pytest.mark.parametrize("role", ["leader", "secretary", "member"])
def test_those_near_open_a_sheet_at_once(filled, world, client, role):
    assert (
        "确认：宋玉梅" in client.sign_on(world.actors[role], office=True).get(f"/people/{world.member.id}/points").text
    )


@pytest.mark.parametrize("role", ["unit_officer", "company_officer", "auditor"])
def test_a_look_from_above_is_written_first(filled, session, world, client, at, role):
    client.sign_on(world.actors[role], office=True)
    url = f"/people/{world.member.id}/points"
    page = client.get(url).text
    assert "确认：宋玉梅" not in page and "上级查看个人计分表要留记录" in page
    answer = client.post(f"{url}/looks")
    assert answer.status_code == 303 and "确认：宋玉梅" in client.get(answer.location).text
    looks = session.scalars(sa.select(AuditRow).where(AuditRow.action == "scores.sheet.look")).all()
    assert [(row.actor_id, row.person_id) for row in looks] == [(world.actors[role].id, world.member.id)]
    assert "看计分表" in client.sign_on(world.member).get("/me/records").text


def test_a_pass_is_for_one_person_one_reader_and_half_an_hour(filled, world, client, at):
    client.sign_on(world.unit_officer, office=True)
    there = client.post(f"/people/{world.member.id}/points/looks").location
    passed = there.partition("?")[2]
    assert "确认：" not in client.get(f"/people/{world.leader.id}/points?{passed}").text
    page = client.get(there).text
    assert "确认：" in page and f"?quarter=2026Q2&amp;{passed.partition('&')[2]}" in page
    assert "确认：" not in client.sign_on(world.company_officer, office=True).get(there).text
    at("2026-09-20 12:31")
    assert "确认：" not in client.sign_on(world.unit_officer, office=True).get(there).text


@pytest.mark.parametrize("role", ["neighbour", "sister", "stranger", "activist"])
def test_nobody_else_sees_a_sheet(filled, world, client, role):
    client.sign_on(world.actors[role], office=True)
    assert client.get(f"/people/{world.member.id}/points").status_code == 404
    assert client.post(f"/people/{world.member.id}/points/looks").status_code == 404


def test_my_sheet_costs_the_same_with_a_long_history(filled, session, world, client, statements):
    def spent() -> int:
        with statements() as seen:
            assert client.get("/me/points").status_code == 200
        return len(seen)

    client.sign_on(world.member)
    few = spent()
    for year in (2023, 2024, 2025):
        for month in range(1, 13):
            day = date(year, month, 5)
            held(session, world.group.id, day, by=world.leader.id, due=[world.member.id])
            entry(session, world.member.id, branch=world.branch.id, on=day, by=world.secretary.id)
    assert spent() == few <= 24

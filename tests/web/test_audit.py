"""The audit trail in words: the auditor reads all, officers their own units, nobody else."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock, demo
from partygroup.audit import PAGE, in_words, rows_of_units
from partygroup.db import AuditRow, witness_row
from partygroup.org.models import Placement
from partygroup.org.queries import subtree_ids
from partygroup.people.models import Person
from tests.factories import add


def note(session, world, unit, *, action="people.post.grant", **facts):
    facts = {"person_id": world.member.id, "unit_id": unit.id} | facts
    witness_row(session, action, "post", 1, at=clock.now(), by=world.secretary.id, **facts)


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        ("secretary", {"红柳", "朱雀"}, {"白桦", "青松", "蓝田"}),
        ("unit_officer", {"红柳", "朱雀", "白桦", "青松"}, {"蓝田"}),
        ("auditor", {"红柳", "朱雀", "白桦", "青松", "蓝田"}, set()),
    ],
)
def test_who_reads_which_changes(world, client, session, role, seen, unseen):
    for word in seen | unseen:
        note(session, world, world.units[word], reason=f"理由{word}")
    page = client.sign_on(world.actors[role], office=True).get("/audit").text
    assert {word for word in seen | unseen if f"理由{word}" in page} == seen


@pytest.mark.parametrize("role", ["member", "leader", "company_officer", "account_officer"])
def test_others_read_no_audit(world, client, role):
    assert client.sign_on(world.actors[role], office=True).get("/audit").status_code == 403


def test_the_audit_asks_for_the_password_first(world, client):
    assert client.sign_on(world.secretary).get("/audit").status_code == 401
    assert client.post("/audit").status_code == 405


def test_a_change_is_told_in_words(world, client, session):
    note(session, world, world.group, after={"role": "group_leader", "from_on": "2026-03-05"})
    moved = {"before": {"starts_at": "2026-03-05T08:30:00+00:00"}, "after": {"starts_at": "2026-03-06T08:30:00+00:00"}}
    note(session, world, world.group, action="meeting.reschedule", person_id=None, **moved)
    page = client.sign_on(world.secretary, office=True).get("/audit").text
    assert "任职：田富" in page and "职务：党小组长；从：2026年3月5日" in page and "宋玉梅 · 今天" in page
    assert "时间：2026年3月5日 16:30 → 2026年3月6日 16:30" in page


def test_ids_are_not_told_as_numbers(world, client, session):
    note(session, world, world.group, after={"branch_id": 987654, "phone": "尾号 1234"})
    page = client.sign_on(world.secretary, office=True).get("/audit").text
    assert "987654" not in page and "手机：尾号 1234" in page


def test_ids_are_told_as_names_by_two_statements_more(world, client, session, statements):
    client.sign_on(world.auditor, office=True)
    note(session, world, world.group, after={"role": "group_leader"})
    with statements() as without:
        client.get("/audit")
    for group, other in (("朱雀", "玄武"), ("苍龙", "麒麟"), ("飞燕", "灵犀")):
        moved = {"branch_id": world.units["红柳"].id, "group_id": world.units[group].id}
        note(session, world, world.group, before=moved, after=moved | {"group_id": world.units[other].id})
    note(session, world, world.group, after={"host_id": world.leader.id, "parent_id": None})
    with statements() as with_ids:
        page = client.get("/audit").text
    assert "党支部：红柳车间党支部 → 红柳车间党支部；党小组：朱雀党小组 → 玄武党小组" in page
    assert "党小组：飞燕党小组 → 灵犀党小组" in page and "主持人：章志刚；上级单位：无" in page
    assert len(with_ids) == len(without) + 2


def test_a_unit_is_told_by_its_last_name(world, client, session):
    later = {"unit_id": world.group.id, "parent_id": world.branch.id, "name": "百灵党小组"}
    placed = sa.update(Placement).where(Placement.unit_id == world.group.id)
    session.execute(placed.values(until_on=date(2026, 1, 1)))
    add(session, Placement, from_on=date(2026, 1, 1), **later)
    note(session, world, world.branch, after={"group_id": world.group.id})
    assert "党小组：百灵党小组" in client.sign_on(world.secretary, office=True).get("/audit").text


def test_the_member_reads_the_same_words(world, client, session):
    note(session, world, world.group, action="people.person.leave", before={"group_id": world.group.id},
         after={"until_on": "2026-03-05"}, reason="调出")  # fmt: skip
    page = client.sign_on(world.member).get("/me/records").text
    assert "离开支部" in page and "党小组：朱雀党小组；到：2026年3月5日" in page and "_id" not in page


def test_the_member_turns_the_pages_of_their_own_rows(world, client, session):
    for number in range(PAGE + 5):
        note(session, world, world.branch, reason=f"第{number}次")
    first = client.sign_on(world.member).get("/me/records").text
    last = int(first.split("before=")[1].split('"')[0])
    second = client.get(f"/me/records?before={last}").text
    assert "第50次" in first and "第0次" not in first and "第0次" in second and "再早一些" not in second


def test_pages_follow_the_last_row_seen(world, client, session, statements):
    for number in range(PAGE + 5):
        note(session, world, world.branch, reason=f"第{number}次")
    client.sign_on(world.auditor, office=True)
    with statements() as first_page:
        first = client.get("/audit").text
    last = int(first.split("before=")[1].split('"')[0])
    with statements() as second_page:
        second = client.get(f"/audit?before={last}").text
    assert "第50次" in first and "第0次" in second and "再早一些" not in second
    assert len(first_page) == len(second_page)
    assert client.get("/audit?before=" + "9" * 40).status_code == client.get("/audit?before=x").status_code == 200


def test_pages_over_several_units_lose_and_repeat_nothing(world, session):
    units = [world.units[word] for word in ("红柳", "朱雀", "玄武", "蓝田")]
    for number in range(2 * PAGE):
        for unit in units[: 1 + number % 4 * (number > PAGE + 9)]:
            note(session, world, unit)
    below = subtree_ids([world.branch.id], clock.today())
    pages = [rows_of_units(session, below)]
    while len(pages[-1]) == PAGE:  # a page that is not full is the last
        pages.append(rows_of_units(session, below, before=pages[-1][-1].id))
    mine = sa.select(AuditRow.id).where(AuditRow.unit_id.in_([unit.id for unit in units[:3]]))
    assert [row.id for page in pages for row in page] == list(session.scalars(mine.order_by(AuditRow.id.desc())))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("secretary", "书记"),
        (None, "无"),
        (True, "是"),
        (5, "5"),
        (["党课", "tick"], "党课、补签"),
        ("T恤", "T恤"),
        ("", "无"),
        (2.5, "2.5"),
        ([], "无"),
        ({}, "无"),
        (["2026-03-05T08:30:00+00:00", None, True, 3], "2026年3月5日 16:30、无、是、3"),
        ([["党课", "tick"], {"kind": ["branch"]}], "党课、补签、类别：党支部"),
        ({"role": "secretary", "posts": [{"unknown": 1}]}, "职务：书记、职务：unknown：1"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_values_in_words(value, words):
    assert in_words(value) == words


@pytest.mark.parametrize("key", ["kinds", "unit_id", "branch_id", "host_id", "unknown"])
@pytest.mark.parametrize("value", [None, True, 0, 7, 2.5, "", "tick", [], ["tick", ["code"]], {}, {"a": [{"b": 1}]}])
def test_any_json_is_shown_in_any_field(world, client, session, key, value):
    note(session, world, world.group, before={key: value}, after={key: [value]}, reason="什么都有")
    client.sign_on(world.auditor, office=True)
    assert "什么都有" in client.get("/audit").text
    assert "什么都有" in client.sign_on(world.member).get("/me/records").text


def test_every_demo_login_reads_what_was_changed(app, client, session, demo_start):
    """The demo company, all pages of it: the audit for whoever may read it, the own records for everybody."""
    demo_start.restore()
    numbers = [staff_no for _role, staff_no, *_rest in demo.demo_logins(session)]
    everybody = session.scalars(sa.select(Person).where(Person.staff_no.in_(numbers)).order_by(Person.staff_no)).all()
    read = []
    for one in everybody:
        client.sign_on(one, office=True)
        assert client.get("/me/records").status_code == 200
        page = client.get("/audit")
        for _ in range(3):
            older = re.search(r"/audit\?before=\d+", page.text)
            assert page.status_code in (200, 403)
            if not older:
                break
            page = client.get(older[0])
        read += [one.staff_no] * (page.status_code == 200)
    assert {"100005", "100006", "100007"} <= set(read) < set(numbers)

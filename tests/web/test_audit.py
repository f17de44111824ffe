"""The audit trail in words: the auditor reads all, officers their own units, nobody else."""

from __future__ import annotations

import pytest

from partygroup import clock
from partygroup.audit import ACTION_NAMES, PAGE, in_words
from partygroup.db import witness_row
from tests.house.source import modules


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
    assert "任职：田富" in page and "职务：党小组长；从：2026-03-05" in page and "宋玉梅 · 今天" in page
    assert "时间：2026-03-05 16:30 → 2026-03-06 16:30" in page


def test_ids_are_not_told_as_numbers(world, client, session):
    note(session, world, world.group, after={"branch_id": 987654, "phone": "尾号 1234"})
    page = client.sign_on(world.secretary, office=True).get("/audit").text
    assert "987654" not in page and "手机：尾号 1234" in page


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
    ],
)
def test_values_in_words(value, words):
    assert in_words(value) == words


def test_every_action_has_a_name():
    written = [path.read_text("utf-8") for path in modules() if path.name != "audit.py"]
    for action in ("people.post.grant", "people.contact.change", "meeting.kind.revise", "feedback.answer"):
        assert any(f'"{action}"' in text for text in written)
        assert action in ACTION_NAMES

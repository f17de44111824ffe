"""The host's side: code, board, opening, ticking, undoing, leave, counting out, closing."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup.attendance.models import Counting, Door, DueEntry, Mark
from partygroup.db import AuditRow


def due_of(session, met, person) -> DueEntry | None:
    return session.scalar(sa.select(DueEntry).where(DueEntry.gathering_id == met.id, DueEntry.person_id == person.id))


def test_opening_freezes_the_due_list(opened, world, client, session):
    client.sign_on(world.leader)
    entries = session.scalars(sa.select(DueEntry).where(DueEntry.gathering_id == opened.id)).all()
    assert {entry.counting for entry in entries} == {Counting.DUE} and len(entries) == 4
    assert {entry.person_id for entry in entries if not entry.may_vote} == {world.probationer.id}
    assert due_of(session, opened, world.activist) is None
    client.post(f"{opened.url}/opening")
    assert len(session.scalars(sa.select(DueEntry)).all()) == 4


@pytest.mark.parametrize(
    ("role", "status"),
    [("member", 403), ("neighbour", 403), ("deputy", 401), ("sister", 404), ("stranger", 404), ("unit_officer", 403),
     ("company_officer", 403), ("account_officer", 404), ("auditor", 403)],
)  # fmt: skip
@pytest.mark.parametrize("act", ["opening", "closing", "cancellation", "moving"])
def test_who_may_not_run_it(met, world, client, role, status, act):
    assert client.sign_on(getattr(world, role)).post(f"{met.url}/{act}").status_code == status


def test_the_code_page_and_its_fragment(opened, world, client, at):
    client.sign_on(world.leader)
    page = client.get(f"{opened.url}/code").text
    fragment = client.get(f"{opened.url}/code", headers={"HX-Request": "true"}).text
    assert fragment.strip() in page
    digits = opened.spoken()
    assert f"{digits[:3]} {digits[3:]}" in page and "delay:15s" in page
    at("2026-03-05 16:20:13")
    assert "delay:2s" in client.get(f"{opened.url}/code").text


def test_the_wall_shows_counts_without_the_nav(opened, world, client):
    page = client.sign_on(world.leader).get(f"{opened.url}/code?view=wall").text
    assert "／4 人到会" in page and "<nav" not in page


def test_the_board_answers_unchanged_until_something_happens(opened, world, client):
    client.sign_on(world.leader)
    asked = {"HX-Request": "true"}
    first = client.get(f"{opened.url}/sign-ins", headers=asked)
    tag = first.headers["HX-PTag"]
    assert client.get(f"{opened.url}/sign-ins", headers=asked | {"HX-PTag": tag}).status_code == 304
    client.post(f"{opened.url}/ticks", data={"people": world.member.id})
    second = client.get(f"{opened.url}/sign-ins", headers=asked | {"HX-PTag": tag})
    assert second.status_code == 200 and second.headers["HX-PTag"] != tag
    assert second.text.strip() in client.get(f"{opened.url}/sign-ins").text


def test_a_tick_names_its_author_and_has_the_worth_of_a_scan(opened, world, client, session):
    client.sign_on(world.leader)
    typed = {"people": [world.member.id, world.probationer.id], "note": "手机没电"}
    assert client.post(f"{opened.url}/ticks", data=typed).status_code == 303
    assert client.post(f"{opened.url}/ticks", data=typed).status_code == 303
    marks = opened.marks(session)
    assert [(mark.door, mark.by_id, mark.note) for mark in marks] == [(Door.TICK, world.leader.id, "手机没电")] * 2
    page = client.get(opened.url).text
    assert "补签（章志刚），手机没电" in page
    assert "应到 4 = 实到 2 + 请假 0 + 未到 2" in page


@pytest.mark.parametrize("people", [[], ["x"], ["１"], ["-1"], [str(2**40)]])
def test_a_tick_of_nobody_is_a_sentence(opened, world, client, people):
    answer = client.sign_on(world.leader).post(f"{opened.url}/ticks", data={"people": people})
    assert answer.status_code == 422 and "请先点选" in answer.text


def test_only_people_of_the_list_are_ticked(opened, world, client, session):
    answer = client.sign_on(world.leader).post(f"{opened.url}/ticks", data={"people": world.stranger.id})
    assert answer.status_code == 422 and "不在应到名单里" in answer.text
    assert opened.marks(session) == []


def test_a_tick_sent_again_does_not_bring_back_what_was_undone(opened, world, client, session):
    """The answer to the first was lost on its way to the phone, and somebody has undone it since."""
    client.sign_on(world.leader)
    sent = {"Sec-Fetch-Site": "same-origin", "Outbox": str(world.leader.id), "Idempotency-Key": "k" * 32}
    first = client.post(f"{opened.url}/ticks", data={"people": world.member.id}, headers=sent)
    client.post(f"{opened.url}/people/{world.member.id}/undoing", data={"reason": "认错了人"})
    again = client.post(f"{opened.url}/ticks", data={"people": world.member.id}, headers=sent)
    assert again.json == first.json and again.json["state"] == "stored"
    other = client.post(f"{opened.url}/ticks", data={"people": world.probationer.id}, headers=sent)
    assert (other.status_code, other.json["state"]) == (409, "conflict")
    assert [mark.undone_reason for mark in opened.marks(session)] == ["认错了人"]


def test_undoing_leaves_a_trace_and_lets_one_sign_again(opened, world, client, session):
    client.sign_on(world.leader)
    seat = f"{opened.url}/people/{world.member.id}"
    client.post(f"{opened.url}/ticks", data={"people": world.member.id})
    assert client.post(f"{seat}/undoing", data={"reason": ""}).status_code == 422
    assert client.post(f"{seat}/undoing", data={"reason": "认错了人"}).status_code == 303
    page = client.get(opened.url).text
    assert "撤销过的签到" in page and "认错了人" in page and "应到 4 = 实到 0" in page
    client.post(f"{opened.url}/ticks", data={"people": world.member.id})
    assert [mark.undone_reason for mark in opened.marks(session)] == ["认错了人", None]
    actions = session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == world.member.id)).all()
    assert actions.count("attendance.mark.make") == 2 and actions.count("attendance.mark.undo") == 1


def test_leave_by_word_of_mouth(opened, world, client):
    client.sign_on(world.leader)
    seat = f"{opened.url}/people/{world.member.id}"
    assert client.post(f"{seat}/leave", data={"sort": "leave_duty", "cause": ""}).status_code == 422
    assert client.post(f"{seat}/leave", data={"sort": "leave_duty", "cause": "当班"}).status_code == 303
    assert "应到 4 = 实到 0 + 请假 1 + 未到 3" in client.get(opened.url).text


def test_nobody_grants_their_own_leave_or_counts_themselves_out(opened, world, client):
    client.sign_on(world.leader)
    own = f"{opened.url}/people/{world.leader.id}"
    assert client.post(f"{own}/leave", data={"sort": "leave_sick"}).status_code == 403
    assert client.post(f"{own}/counting", data={"reason": "ill"}).status_code == 403
    assert "登记请假" not in client.get(own).text


def test_counting_out_and_in_again(opened, world, client, session):
    client.sign_on(world.leader)
    seat = f"{opened.url}/people/{world.member.id}"
    assert client.post(f"{seat}/counting", data={"reason": "lazy"}).status_code == 422
    assert client.post(f"{seat}/counting", data={"reason": "abroad"}).status_code == 303
    entry = due_of(session, opened, world.member)
    assert (entry.counting, entry.may_vote, entry.reason) == ("not_counted", False, "自费出国半年以上")
    assert "应到 3 =" in client.get(opened.url).text
    client.post(f"{seat}/counting", data={})
    entry = due_of(session, opened, world.member)
    assert (entry.counting, entry.may_vote, entry.reason) == ("due", True, None)


def test_closing_adds_up_and_twice_changes_nothing(opened, world, client, session):
    client.sign_on(world.leader)
    client.post(f"{opened.url}/ticks", data={"people": world.member.id})
    for _ in range(2):
        assert client.post(f"{opened.url}/closing").location == opened.url
    page = client.get(opened.url).text
    assert "应到 4 = 实到 1 + 请假 0 + 缺席 3" in page and "没有请假" in page
    closings = session.scalars(sa.select(AuditRow).where(AuditRow.action == "meeting.close")).all()
    assert len(closings) == 1


def test_a_tick_after_closing_is_still_possible_and_says_so(opened, world, client, session):
    client.sign_on(world.leader)
    client.post(f"{opened.url}/closing")
    client.post(f"{opened.url}/ticks", data={"people": world.member.id})
    assert "应到 4 = 实到 1 + 请假 0 + 缺席 3" in client.get(opened.url).text


def test_a_closed_meeting_shows_no_code(opened, world, client):
    client.sign_on(world.leader).post(f"{opened.url}/closing")
    assert client.get(f"{opened.url}/code").location == opened.url
    polled = client.get(f"{opened.url}/code", headers={"HX-Request": "true"})
    assert polled.status_code == 204 and polled.headers["HX-Redirect"] == opened.url


def test_members_see_no_names_of_the_roll(opened, world, client):
    client.sign_on(world.member)
    assert "章志刚" not in client.get(opened.url).text
    for page in ("sign-ins", "code", "ticks", f"people/{world.leader.id}"):
        assert client.get(f"{opened.url}/{page}").status_code == 403


@pytest.mark.parametrize("page", ["", "/sign-ins", "/code", "/ticks", "/people/1"])
def test_strangers_find_nothing(opened, world, client, page):
    for role in (world.stranger, world.sister):
        assert client.sign_on(role).get(opened.url + page).status_code == 404


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("page", ["", "/sign-ins"])
def test_who_only_looks_is_shown_no_link_that_would_be_refused(met, world, client, page, is_open):
    client.sign_on(world.leader)
    if is_open:
        client.post(f"{met.url}/opening")
    doors = re.compile(rf'href="{met.url}/(ticks|scanning|sheet|due|people/)')
    assert bool(doors.search(client.get(met.url + page).text)) == (is_open or page == "")
    looks = client.sign_on(world.unit_officer).get(met.url + page)
    assert looks.status_code == 200 and not doors.search(looks.text)


def test_before_opening_there_is_no_roll(met, world, client):
    client.sign_on(world.leader)
    assert client.get(f"{met.url}/ticks").status_code == 422
    assert client.post(f"{met.url}/closing").status_code == 422
    assert client.get(f"{met.url}/sign-ins").status_code == 200


# --- before it is too late -------------------------------------------------------------------------------------------


def test_ending_asks_first_and_names_who_would_be_absent(opened, world, client, at):
    page = client.sign_on(world.leader).get(f"/meetings/{opened.id}/closing").text
    assert "还没到开会时间" in page
    assert "还没到的" in page and "田富" in page and "记缺席，结束" in page
    at("2026-03-05 16:35")
    assert "还没到开会时间" not in client.get(f"/meetings/{opened.id}/closing").text


def test_leave_is_entered_from_the_question_before_ending_and_leads_back_to_it(opened, world, client):
    asking = f"{opened.url}/closing"
    page = client.sign_on(world.leader).get(asking).text
    there = re.search(rf'href="({opened.url}/people/{world.member.id}[^"]*)"', page)[1]
    assert 'name="to" value="closing"' in client.get(there).text
    form = {"sort": "leave_sick", "to": "closing"}
    answer = client.post(f"{opened.url}/people/{world.member.id}/leave", data=form)
    assert answer.location == asking and f"/people/{world.member.id}?" not in client.get(asking).text


def test_a_tick_makes_nobody_late(opened, world, client, session, at):
    at("2026-03-05 23:00")
    client.sign_on(world.leader).post(f"/meetings/{opened.id}/ticks", data={"people": world.member.id})
    mark = session.scalars(sa.select(Mark).where(Mark.person_id == world.member.id)).one()
    assert mark.happened_at < mark.arrived_at and "迟到" not in client.get(f"/meetings/{opened.id}/sign-ins").text


def test_who_is_there_already_is_not_counted_as_ticked(opened, world, client):
    typed = {"people": [world.member.id, world.probationer.id]}
    client.sign_on(world.leader)
    assert "补签了 2 人" in client.post(f"/meetings/{opened.id}/ticks", data=typed, follow_redirects=True).text
    assert "都已经到会" in client.post(f"/meetings/{opened.id}/ticks", data=typed, follow_redirects=True).text


def test_somebody_the_list_lacks_is_entered_once_the_roster_has_them(opened, world, client, session):
    client.sign_on(world.leader)
    assert "名单和花名册一致" in client.get(f"/meetings/{opened.id}/due").text
    session.execute(sa.delete(DueEntry).where(DueEntry.person_id == world.member.id))
    session.commit()
    assert "田富" in client.get(f"/meetings/{opened.id}/due").text
    for status in (303, 422):
        answer = client.post(f"/meetings/{opened.id}/due", data={"person": world.member.id})
        assert answer.status_code == status
    assert session.scalar(sa.select(DueEntry.counting).where(DueEntry.person_id == world.member.id)) == "due"


def test_a_refusal_leads_back_and_keeps_what_was_written(opened, world, client):
    there = f"http://localhost/meetings/{opened.id}/people/{world.member.id}"
    answer = client.sign_on(world.leader).post(
        f"/meetings/{opened.id}/people/{world.member.id}/undoing", data={"reason": "手机是别人的"},
        headers={"Referer": there},
    )  # fmt: skip
    assert answer.status_code == 422 and "手机是别人的" in answer.text
    assert f'href="/meetings/{opened.id}/people/{world.member.id}"' in answer.text

"""Feedback: given from any page, answered in public by the company office."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.feedback.models import TEXT_LENGTH, Feedback
from partygroup.feedback.queries import PAGE
from tests.factories import add

TEXT = "签到码在太阳底下看不清。\n能不能再大一点？"


@pytest.fixture
def given(session, world) -> int:
    """Return the id of feedback that the member gave and nobody has answered."""
    return add(
        session, Feedback, person_id=world.member.id, branch_id=world.branch.id, path="/meetings", text=TEXT,
        at=clock.now(),
    )  # fmt: skip


def test_the_form_knows_the_page_one_comes_from(world, client):
    client.sign_on(world.member)
    assert 'name="path" value="/meetings"' in client.get("/feedback?from=/meetings").text
    for strange in ("//evil.example", "https://evil.example", "/nowhere", "x" * 3000, "%00"):
        assert 'name="path" value=""' in client.get("/feedback", query_string={"from": strange}).text


def test_feedback_is_kept_once_and_seen_by_its_author(world, client, session):
    client.sign_on(world.member)
    typed = {"path": "/meetings", "text": TEXT, "key": "k1", "person_id": "1", "answer": "x"}
    assert client.post("/feedback", data=typed).status_code == client.post("/feedback", data=typed).status_code == 303
    row = session.scalars(sa.select(Feedback)).one()
    assert (row.person_id, row.branch_id, row.path, row.text, row.answer) == (
        world.member.id, world.branch.id, "/meetings", TEXT, None,
    )  # fmt: skip
    page = client.get("/feedback").text
    assert "太阳底下" in page and "等答复" in page
    assert "太阳底下" not in client.sign_on(world.leader).get("/feedback").text


@pytest.mark.parametrize("text", ["", " ", "a", "\u202e\x00", "长" * (TEXT_LENGTH + 1)])
def test_what_is_no_feedback_is_shown_back(world, client, session, text):
    answer = client.sign_on(world.member).post("/feedback", data={"path": "/meetings", "text": text})
    assert answer.status_code == 422 and 'href="#text"' in answer.text and 'value="/meetings"' in answer.text
    assert session.scalars(sa.select(Feedback)).all() == []


def test_the_office_answers_and_all_read_it_without_names(world, client, session, given):
    client.sign_on(world.company_officer, office=True)
    waiting = client.get("/feedback/open").text
    assert "太阳底下" in waiting and "田富" in waiting and "红柳" in waiting
    assert "太阳底下" in client.get(f"/feedback/{given}/answer").text
    for _twice in range(2):
        assert client.post(f"/feedback/{given}/answer", data={"answer": "下一版放大。"}).status_code == 303
    assert "都答复完了" in client.get("/feedback/open").text
    public = client.sign_on(world.stranger).get("/feedback").text
    assert "下一版放大。" in public and "田富" not in public and "红柳" not in public
    rows = session.scalars(sa.select(AuditRow).where(AuditRow.action == "feedback.answer")).all()
    assert [row.person_id for row in rows] == [world.member.id]


def test_the_first_answer_stands(world, client, session, given):
    client.sign_on(world.company_officer, office=True)
    client.post(f"/feedback/{given}/answer", data={"answer": "下一版放大。"})
    again = client.post(f"/feedback/{given}/answer", data={"answer": "不改。"})
    assert again.status_code == 409 and "已经有人答复" in again.text
    assert session.scalars(sa.select(Feedback.answer)).one() == "下一版放大。"


@pytest.mark.parametrize("text", ["", "长" * (TEXT_LENGTH + 1)])
def test_what_is_no_answer_is_shown_back(world, client, session, given, text):
    answer = client.sign_on(world.company_officer, office=True).post(f"/feedback/{given}/answer", data={"answer": text})
    assert answer.status_code == 422 and 'href="#answer"' in answer.text
    assert session.scalars(sa.select(Feedback.answer)).one() is None


def test_the_author_may_not_answer_and_others_do_not_find_it(world, client, given):
    path = f"/feedback/{given}/answer"
    assert client.sign_on(world.member, office=True).post(path, data={"answer": "好了。"}).status_code == 403
    for role in ("leader", "secretary", "stranger", "unit_officer", "auditor"):
        assert client.sign_on(world.actors[role], office=True).post(path, data={"answer": "好。"}).status_code == 404
    assert client.get("/feedback/open").status_code == 403


def test_answering_asks_for_the_password_first(world, client, session, given):
    client.sign_on(world.company_officer)
    assert client.post(f"/feedback/{given}/answer", data={"answer": "好了。"}).status_code == 401
    assert client.get("/feedback/open").status_code == 401
    assert session.scalars(sa.select(Feedback.answer)).one() is None


@pytest.mark.parametrize("bad", ["0", "2147483648", "9" * 300, "１", "1999999999"])
def test_bad_ids_are_not_found(world, client, bad):
    client.sign_on(world.company_officer, office=True)
    assert client.post(f"/feedback/{bad}/answer", data={"answer": "好了。"}).status_code == 404


def test_answered_ones_come_a_page_at_a_time(world, client, session):
    at = clock.now()
    done = {"answer": "改好了。", "answered_by": world.company_officer.id, "answered_at": at}
    for number in range(PAGE + 1):
        add(session, Feedback, person_id=world.member.id, path="", text=f"第{number}条意见", at=at, **done)
    first = client.sign_on(world.member).get("/feedback").text
    assert "第1条意见" in first and "第0条意见" not in first
    last = session.scalar(sa.select(Feedback.id).where(Feedback.text == "第1条意见"))
    assert f"before={last}" in first and "第0条意见" in client.get(f"/feedback?before={last}").text


def test_nobody_is_asked_to_log_in(client):
    assert client.get("/feedback").status_code == client.post("/feedback").status_code == 303

"""What a phone's outbox sends: the same form twice changes nothing more, a refusal is a sentence in JSON (C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Participation, Problem, Theme
from partygroup.db import AuditRow
from partygroup.feedback.models import Feedback
from tests.factories import activity, problem

DUE = date(2026, 3, 20)
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def noon(at):
    return at("2026-03-05 12:00")


@dataclass
class Sent:
    """A form: who sends it, where to, what stands in it, and what of it is refused with which words."""

    role: str
    path: str
    typed: dict
    refused: dict
    words: str


@pytest.fixture
def forms(session, world) -> dict[str, Sent]:
    """Return one of each form that an outbox takes."""
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, people=[world.member.id])
    left, other = (problem(session, world.group.id, branch=world.branch.id, owner=world.member.id, due_on=DUE)
                   for _ in range(2))  # fmt: skip
    taken = {"unit": world.group.id, "text": "二号泵渗油", "owner": world.member.id, "due_on": "2026-03-20"}
    days = {"unit": world.group.id, "title": "班前学安全", "starts_on": "2026-03-05", "ends_on": "2026-03-31"}
    return {
        "answer": Sent("member", f"/activities/{done.id}/answer", {"answer": "yes"}, {"answer": "differs"}, "有出入"),
        "problem": Sent("leader", "/problems", taken, {"due_on": "2026-03-01"}, "期限已经过了"),
        "closing": Sent("leader", f"/problems/{left.id}/closing", {"how": "换了密封"}, {"how": ""}, "请写一句"),
        "cancel": Sent("leader", f"/problems/{other.id}/cancellation", {"reason": "重复"}, {"reason": ""}, "写一句"),
        "theme": Sent("leader", "/themes", days, {"title": ""}, "主题叫什么"),
        "feedback": Sent("member", "/feedback", {"path": "/", "text": "码太小"}, {"text": ""}, "请写一句话"),
    }  # fmt: skip


NAMES = ("answer", "problem", "closing", "cancel", "theme", "feedback")


def send(client, who, form: Sent, key: str, **more):
    """Send a form as the outbox does."""
    headers = SAME | {"Outbox": str(who.id), "Idempotency-Key": key} | more.pop("headers", {})
    return client.post(form.path, data=form.typed | more, headers=headers)


def rows(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(AuditRow))


@pytest.mark.parametrize("name", NAMES)
def test_sent_twice_it_is_stored_once(world, client, session, forms, name):
    form = forms[name]
    who = world.actors[form.role]
    client.sign_on(who)
    first = send(client, who, form, "k" * 32)
    assert (first.status_code, first.json["state"]) == (200, "stored"), first.text
    before = rows(session)
    second = send(client, who, form, "k" * 32)
    assert (second.json["state"], second.json["to"]) == ("stored", first.json["to"])
    assert rows(session) == before
    assert client.get(first.json["to"]).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_comes_back_as_a_sentence(world, client, session, forms, name):
    form = forms[name]
    who = world.actors[form.role]
    client.sign_on(who)
    before = rows(session)
    answer = send(client, who, form, "k" * 32, **form.refused)
    assert (answer.status_code, answer.json["state"]) == (422, "returned")
    assert answer.json["words"] and form.words in answer.json["words"]
    assert rows(session) == before


@pytest.mark.parametrize("name", NAMES)
def test_the_same_key_with_other_words_is_told_apart(world, client, forms, name):
    form = forms[name]
    who = world.actors[form.role]
    client.sign_on(who)
    send(client, who, form, "k" * 32)
    changed = {
        next(iter(form.refused)): "no" if name == "answer" else "2026-03-19" if name == "problem" else "改成这样"
    }
    answer = send(client, who, form, "k" * 32, **changed)
    assert (answer.status_code, answer.json["state"]) == (409, "conflict")
    assert client.get(answer.json["to"]).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_somebody_else_sends_none_of_it(world, client, session, forms, name):
    form = forms[name]
    client.sign_on(world.neighbour)
    before = rows(session)
    answer = send(client, world.actors[form.role], form, "k" * 32)
    assert answer.json["state"] == "other" and rows(session) == before


def test_the_same_key_for_something_else_is_not_taken_for_done(world, client, session, forms):
    form = forms["answer"]
    other = activity(session, world.group.id, world.branch.id, by=world.leader.id, people=[world.member.id])
    client.sign_on(world.member)
    send(client, world.member, form, "first")
    headers = SAME | {"Outbox": str(world.member.id), "Idempotency-Key": "first"}
    answer = client.post(f"/activities/{other.id}/answer", data=form.typed, headers=headers)
    assert (answer.status_code, answer.json["state"]) == (409, "conflict")


def test_an_answer_sent_again_late_does_not_undo_a_newer_one(world, client, session, forms):
    form = forms["answer"]
    client.sign_on(world.member)
    send(client, world.member, form, "first")
    client.post(form.path, data={"answer": "no"})
    send(client, world.member, form, "first")
    assert session.scalars(sa.select(Participation.answer)).one() == "no"


def test_what_waited_bears_the_day_on_which_it_was_written(world, client, session, forms, noon):
    waited = {"headers": {"Written-At": (clock.now() - timedelta(days=2)).isoformat()}}
    client.sign_on(world.leader)
    taken = send(client, world.leader, forms["problem"], "a", due_on="2026-03-04", **waited)
    assert taken.json["state"] == "stored"
    row = session.scalars(sa.select(Problem).order_by(Problem.id.desc())).first()
    assert (row.raised_on, row.due_on) == (date(2026, 3, 3), date(2026, 3, 4))
    send(
        client, world.leader, Sent("leader", f"/problems/{row.id}/closing", {"how": "换了密封"}, {}, ""), "b", **waited
    )
    assert session.get(Problem, row.id, populate_existing=True).closed_on == date(2026, 3, 3)
    assert session.scalars(sa.select(Theme)).all() == session.scalars(sa.select(Feedback)).all() == []

"""The same key again: for the same content the same answer; for another 409, and a person decides between both (C2)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Problem, Theme
from partygroup.attendance import codes
from partygroup.feedback.models import Feedback
from partygroup.meetings.models import Gathering
from partygroup.scores.models import Declaration
from tests.factories import gathering
from tests.web.conftest import met_of

OURS = {"Sec-Fetch-Site": "same-origin"}
KEY = OURS | {"Idempotency-Key": "k" * 32}
DAY = "2026-03-05"


def phone_of(actor) -> dict:
    return KEY | {"Outbox": str(actor.id)}


def forms(world) -> dict:
    """Return name → (who, where the form is sent, what is typed, what else was typed the other time, model)."""
    group, member = world.group.id, world.member.id
    return {
        "jot": (world.leader, "/activities", {"unit": group, "sort": "hazard", "text": "查隐患", "day": DAY,
                "people": [member], "minutes": "30"}, {"text": "查设备", "people": [world.leader.id]}, Activity),
        "declare": (world.member, "/declarations", {"item": "SE-STOP", "text": "制止违章", "happened_on": DAY,
                    "act": "submit"}, {"text": "又制止一次"}, Declaration),
        "call": (world.leader, "/meetings", {"unit": group, "kinds": "group_meeting", "starts_at": f"{DAY}T16:30",
                 "place": "休息室"}, {"place": "会议室"}, Gathering),
        "problem": (world.leader, "/problems", {"unit": group, "text": "照明坏了", "owner": member,
                    "due_on": "2026-03-20"}, {"text": "护栏松了"}, Problem),
        "feedback": (world.member, "/feedback", {"text": "字再大些"}, {"text": "码再大些"}, Feedback),
        "theme": (world.leader, "/themes", {"unit": group, "title": "班前学安全", "starts_on": DAY,
                  "ends_on": "2026-03-31"}, {"title": "班前学规程"}, Theme),
    }  # fmt: skip


NAMES = ("jot", "declare", "call", "problem", "feedback", "theme")


@pytest.fixture
def sent(world, client, session, at):
    """Return a function that sends a named form by whoever sends it, and one that counts what came of it."""
    at(f"{DAY} 09:00")

    def send(name: str, *, other: bool = False, key: dict | None = None, headers: dict = OURS):
        who, url, typed, changes, _ = forms(world)[name]
        return client.sign_on(who).post(url, data=typed | (changes if other else {}) | (key or {}), headers=headers)

    def count(name: str) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(forms(world)[name][4]))

    send.count = count
    return send


@pytest.mark.parametrize("name", NAMES)
def test_the_header_is_a_key_and_the_answer_is_the_same(sent, name):
    answers = [sent(name, headers=KEY) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location and sent.count(name) == 1


@pytest.mark.parametrize("name", NAMES)
def test_other_content_shows_both_and_may_be_kept_as_a_second(sent, world, client, name):
    _, url, typed, changes, _ = forms(world)[name]
    first = sent(name, key={"key": "k1"})
    answer = sent(name, other=True, key={"key": "k1"})
    (old, new) = (next(str(one[field]) for field in changes if field != "people") for one in (typed, changes))
    both = answer.text.partition("两份对照")[2].partition("</table>")[0]
    assert answer.status_code == 409 and "内容不一样" in answer.text and old in both and new in both
    assert first.location in answer.text and sent.count(name) == 1
    (key,) = re.findall('name="key" value="([^"]+)"', answer.text)
    assert key != "k1" and client.post(url, data=typed | changes | {"key": key}).status_code == 303
    assert sent.count(name) == 2


@pytest.mark.parametrize("name", ["jot", "declare"])
def test_an_outbox_is_told_what_differs_and_where_it_is(sent, world, name):
    headers = phone_of(forms(world)[name][0])
    first = sent(name, headers=headers).json
    assert sent(name, headers=headers).json["to"] == first["to"]
    answer = sent(name, other=True, headers=headers)
    assert (answer.status_code, answer.json["state"], answer.json["to"]) == (409, "conflict", first["to"])
    changes = forms(world)[name][3]
    assert any(row[2] == changes["text"] != row[1] for row in answer.json["differs"])
    assert sent.count(name) == 1


def test_kept_as_a_draft_and_handed_in_differ(sent, world, client):
    _, url, typed, _, _ = forms(world)["declare"]
    client.sign_on(world.member).post(url, data=typed | {"act": "keep", "key": "k1"})
    answer = client.post(url, data=typed | {"key": "k1"})
    assert answer.status_code == 409 and "草稿，没交" in answer.text and "交上去" in answer.text


def test_a_key_is_of_one_form_only(sent, world, client):
    sent("feedback", key={"key": "k1"})
    _, url, typed, _, _ = forms(world)["declare"]
    answer = client.post(url, data=typed | {"key": "k1"})
    assert answer.status_code == 409 and sent.count("declare") == 0


# --- signing in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(app, opened, world, session):
    """Return another open meeting of the same group, an hour later."""
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing(f"{DAY} 16:40"))
    met = met_of(app, session, row)
    assert app.test_client().sign_on(world.leader).post(f"{met.url}/opening").status_code == 303
    return met


@pytest.fixture
def sign(client, world):
    """Return a function by which the member's phone sends a code it has scanned."""
    client.sign_on(world.member)
    return lambda code, headers=KEY: client.post("/sign-ins", data={"code": code}, headers=headers)


def test_a_sign_in_sent_twice_is_one(opened, sign, session, at):
    code = opened.code()
    answers = [sign(code)]
    at("2026-03-20 09:00")  # later than any code counts: the answer is that of the first time
    answers.append(sign(code))
    assert {(one.status_code, one.location) for one in answers} == {(303, f"{opened.url}/receipt")}
    assert len(opened.marks(session)) == 1


@pytest.mark.parametrize("code", ["other", "nonsense"])
def test_another_code_under_the_same_key_signs_nothing(opened, other, sign, world, session, code):
    sign(opened.code())
    sent = other.code() if code == "other" else "随便写的"
    page, told = sign(sent), sign(sent, phone_of(world.member))
    assert page.status_code == 409 and "内容不一样" in page.text and f"{opened.url}/receipt" in page.text
    assert (f"{other.url}/sign-in" in page.text) is (code == "other")
    assert (told.status_code, told.json["state"], told.json["to"]) == (409, "conflict", f"{opened.url}/receipt")
    assert ["签到", "2026年3月5日 16:20", "这一次没有签"] in told.json["differs"]
    assert other.marks(session) == []
    headers = phone_of(world.member) | {"Idempotency-Key": "m" * 32}
    assert code != "other" or (sign(sent, headers).json["state"] == "stored" and len(other.marks(session)) == 1)


def test_at_the_desk_the_key_counts_too(opened, other, client, world, session):
    client.sign_on(world.member)
    answers = []
    for met in (opened, opened, other):
        client.get(met.code())
        answers.append(client.post(f"{met.url}/sign-ins", headers=KEY))
    assert [one.status_code for one in answers] == [303, 303, 409]
    assert (len(opened.marks(session)), len(other.marks(session))) == (1, 0)


def test_a_host_s_scan_counts_once_and_answers_alike(app, opened, client, world, session):
    def scan(actor):
        data = {"code": codes.personal_code(app.config["SECRET_KEYS"][0], actor.id)}
        return client.post(f"{opened.url}/scans", data=data, headers=phone_of(world.leader))

    client.sign_on(world.leader)
    first, again, another = scan(world.member), scan(world.member), scan(world.probationer)
    assert first.json == again.json and "签到了" in first.json["words"]
    assert another.status_code == 409 and world.member.name in another.json["words"]
    assert world.probationer.name in another.json["words"] and len(opened.marks(session)) == 1

"""Codes scanned without a network, members' own codes scanned by the host, and what an outbox is answered (B8, C2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity
from partygroup.attendance import codes
from partygroup.attendance.models import Door

FROM_US = {"Sec-Fetch-Site": "same-origin"}


def phone_of(actor, **more) -> dict:
    """Return the headers of somebody's outbox."""
    return {"Outbox": str(actor.id), "Idempotency-Key": "k" * 32} | FROM_US | more


@pytest.fixture
def late(client, world):
    """Return a function by which the member's phone sends a code that it scanned."""

    def send(code: str, who: str = "member", **more):
        actor = world.actors[who]
        return client.sign_on(actor).post("/sign-ins", data={"code": code}, headers=phone_of(actor, **more))

    return send


# --- the meeting's code, without a network ----------------------------------------------------------------------------


def test_a_code_sent_later_counts_at_the_time_of_the_code(opened, late, session, at):
    code, seen = opened.code(), clock.now()
    at("2026-03-05 18:05")
    answer = late(f"https://luhuo.example{code}")
    assert answer.json["state"] == "stored" and answer.json["to"] == f"{opened.url}/receipt"
    (mark,) = opened.marks(session)
    assert mark.door == Door.OFFLINE and mark.arrived_at == clock.now()
    assert mark.happened_at == clock.moment(codes.step_of(seen, 15) * 15)
    assert late(code).json["state"] == "stored" and len(opened.marks(session)) == 1


def test_it_counts_after_closing_when_it_was_scanned_before(opened, late, world, app, session, at):
    code = opened.code()
    at("2026-03-05 17:00")
    app.test_client().sign_on(world.leader).post(f"{opened.url}/closing")
    at("2026-03-05 17:01")
    too_late = opened.code()
    at("2026-03-08 09:00")
    answer = late(too_late)
    assert answer.status_code == 422 and answer.json["state"] == "returned" and "补签" in answer.json["words"]
    assert late(code).json["state"] == "stored" and len(opened.marks(session)) == 1


@pytest.mark.parametrize(("how", "said"), [
    ("a week", "过了 7 天"), ("forged", "认不出"), ("nonsense", "不是签到码"), ("before", "认不出"),
    ("stranger", "名单"),
])  # fmt: skip
def test_what_does_not_count_comes_back_with_its_reason(opened, late, session, at, how, said):
    code = opened.code()
    if how == "a week":
        at("2026-03-12 16:21")
    if how == "forged":
        code = code[:-1] + ("A" if code[-1] != "A" else "B")
    if how == "nonsense":
        code = "随便写的"
    if how == "before":
        code = opened.code(steps_ago=4 * 60 * 4)
    answer = late(code, "neighbour" if how == "stranger" else "member")
    assert answer.status_code == 422 and answer.json["state"] == "returned" and said in answer.json["words"]
    assert opened.marks(session) == []


def test_the_host_sees_that_it_came_later(opened, late, world, app, at):
    code = opened.code()
    at("2026-03-05 17:05")
    late(code)
    board = app.test_client().sign_on(world.leader).get(f"{opened.url}/sign-ins").text
    assert "补传" in board


# --- members' own codes -----------------------------------------------------------------------------------------------


@pytest.fixture
def scan(app, opened, world):
    """Return a function by which the leader's phone sends a member's own code."""
    key = app.config["SECRET_KEYS"][0]

    def send(who: str, code: str | None = None, **more):
        code = code or codes.personal_code(key, world.actors[who].id)
        headers = phone_of(world.leader, **more)
        client = app.test_client().sign_on(world.leader)
        return client.post(f"{opened.url}/scans", data={"code": code}, headers=headers)

    return send


def test_a_host_scans_a_member(scan, opened, world, session):
    assert scan("member").json == {"state": "stored", "to": f"{opened.url}/sign-ins", "words": "田富，签到了。"}
    (mark,) = opened.marks(session)
    assert (mark.person_id, mark.door, mark.by_id) == (world.member.id, Door.SCAN_MEMBER, world.leader.id)
    assert "已经签过" in scan("member").json["words"] and len(opened.marks(session)) == 1


def test_scanned_without_a_network_it_counts_at_that_moment(scan, opened, session, at):
    seen = clock.now()
    at("2026-03-05 18:00")
    assert scan("member", **{"Written-At": seen.isoformat()}).json["state"] == "stored"
    (mark,) = opened.marks(session)
    assert (mark.happened_at, mark.arrived_at) == (seen, clock.now())


@pytest.mark.parametrize(("who", "code", "said"), [
    ("neighbour", None, "不在应到名单里"), ("member", "ABCDEFGHIJKLMNOPQRST", "不是本人码"),
    ("member", "x", "不是本人码"),
])  # fmt: skip
def test_strangers_and_foreign_codes_are_named(scan, opened, world, session, who, code, said):
    answer = scan(who, code)
    assert answer.status_code == 422 and said in answer.json["words"] and opened.marks(session) == []
    assert code or world.neighbour.name in answer.json["words"]


def test_only_hosts_scan(opened, world, app):
    for actor, status in ((world.member, 403), (world.stranger, 404)):
        client = app.test_client().sign_on(actor)
        assert client.get(f"{opened.url}/scanning").status_code == status


def test_the_scanner_knows_names_without_a_network(opened, world, app):
    page = app.test_client().sign_on(world.leader).get(f"{opened.url}/scanning").text
    code = codes.personal_code(app.config["SECRET_KEYS"][0], world.member.id)
    assert f'data-code="{code[:-16]}">{world.member.name}' in page and code not in page


def test_an_own_code_tells_nobody_s_name(client, world, app):
    code = codes.personal_code(app.config["SECRET_KEYS"][0], world.member.id)
    page = client.get(f"/p/{code}").text
    assert "本人码" in page and world.member.name not in page


# --- what an outbox is told -------------------------------------------------------------------------------------------


def test_an_ended_login_is_no_refusal(opened, world, client):
    answer = client.post("/sign-ins", data={"code": opened.code()}, headers=phone_of(world.member))
    assert (answer.status_code, answer.json["state"]) == (401, "login")


def test_somebody_else_s_item_is_left_alone(opened, world, client, session):
    client.sign_on(world.leader)
    answer = client.post("/sign-ins", data={"code": opened.code()}, headers=phone_of(world.member))
    assert (answer.status_code, answer.json["state"]) == (409, "other") and opened.marks(session) == []


@pytest.mark.parametrize(("minutes", "kept"), [
    (0, False), (1, False), (5, True), (60 * 24 * 29, True), (60 * 24 * 31, False), (-5, False), (None, False),
])  # fmt: skip
def test_the_phone_s_word_on_when_something_was_written(world, client, session, at, minutes, kept):
    now = at("2026-03-05 16:00")
    said = "gestern" if minutes is None else (now - timedelta(minutes=minutes)).isoformat()
    form = {"sort": "hazard", "text": "查隐患", "day": "2026-03-05", "unit": world.group.id, "people": world.leader.id}
    headers = phone_of(world.leader, **{"Written-At": said})
    assert client.sign_on(world.leader).post("/activities", data=form, headers=headers).json["state"] == "stored"
    (row,) = session.scalars(sa.select(Activity)).all()
    assert row.jotted_at == now and (row.written_at is not None) == kept


def test_the_same_key_with_other_content_shows_both(world, client, session, at):
    at("2026-03-05 16:00")
    form = {"sort": "hazard", "text": "第一次", "day": "2026-03-05", "unit": world.group.id, "people": world.leader.id}
    client.sign_on(world.leader)
    assert client.post("/activities", data=form, headers=phone_of(world.leader)).json["state"] == "stored"
    again = client.post("/activities", data=form | {"text": "第二次"}, headers=phone_of(world.leader))
    assert (again.status_code, again.json["state"], again.json["stored"]) == (409, "conflict", "第一次")
    page = client.post("/activities", data=form | {"text": "第二次", "key": "k" * 32})
    assert page.status_code == 409 and "第一次" in page.text and "第二次" in page.text
    assert f'value="{"k" * 32}"' not in page.text and session.scalar(sa.select(sa.func.count(Activity.id))) == 1


# --- the tap that waited on the phone ---------------------------------------------------------------------------------


@pytest.fixture
def tapped(client, opened, world):
    """Return a function by which somebody's outbox sends the tap of the member's desk, whose cookie is gone."""
    page = client.sign_on(world.actors["member"]).get(opened.code()).text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]

    def send(who: str):
        client.delete_cookie("ticket")
        actor = world.actors[who]
        return client.sign_on(actor).post(f"{opened.url}/sign-ins", data={"ticket": ticket}, headers=phone_of(actor))

    return send


@pytest.mark.parametrize(("sent_at", "door"), [("2026-03-05 16:29", Door.CODE), ("2026-03-06 02:20", Door.OFFLINE)])
def test_a_tap_that_waited_counts_from_the_scan_on(opened, tapped, session, at, sent_at, door):
    seen = clock.now()
    at(sent_at)
    assert tapped("member").json["state"] == "stored"
    (mark,) = opened.marks(session)
    assert (mark.door, mark.happened_at) == (door, seen)


def test_nobody_else_can_use_the_ticket_of_a_form(opened, tapped, session):
    assert tapped("leader").json["state"] == "returned"
    assert opened.marks(session) == []

"""What a login is worth and how long: its cookie, its devices, another password, logging out, who has left."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.people import logins
from partygroup.people.models import Account, Belonging, Login, Person, Post
from partygroup.people.passwords import digest_of_secret
from tests.cast import PASSWORD
from tests.factories import person
from tests.web.test_login import NEW, activate, enter, secret_of, slip

# --- the cookie and its life ------------------------------------------------------------------------------------------


def test_each_login_has_a_value_of_its_own_and_the_old_one_is_dead(world, client, app, session):
    enter(client, world.member)
    first = secret_of(client)
    enter(client, world.leader)
    assert secret_of(client) not in (first, None)
    stolen = app.test_client()
    stolen.set_cookie("sid", first)
    assert stolen.get("/me").status_code == 303
    assert session.scalars(sa.select(Login.person_id)).all() == [world.leader.id]


def test_a_value_put_there_before_is_not_used(world, client, app):
    client.set_cookie("sid", "given-by-somebody-else")
    enter(client, world.member)
    assert secret_of(client) != "given-by-somebody-else"
    other = app.test_client()
    other.set_cookie("sid", "given-by-somebody-else")
    assert other.get("/me").status_code == 303


def test_the_database_knows_only_a_digest(world, client, session):
    enter(client, world.member)
    digest = session.scalar(sa.select(Login.digest))
    assert digest == digest_of_secret(secret_of(client)) != secret_of(client)


@pytest.mark.parametrize("value", ["", "x", "a" * 43, "a" * 3000, "é炉", "'; DROP TABLE login; --"])
def test_a_value_nobody_was_given_is_nobody(world, client, value):
    client.set_cookie("sid", value)
    assert client.get("/me").status_code == 303


def test_a_login_lives_sixty_days_without_use(world, client, at):
    at("2026-01-01 08:00")
    enter(client, world.member)
    at("2026-03-02 07:59")
    assert client.get("/me").status_code == 200
    at("2026-03-02 08:01")
    assert client.get("/me").status_code == 303


def test_use_keeps_a_login_alive_up_to_half_a_year(world, client, session, at, statements):
    begun = at("2026-01-01 08:00")
    enter(client, world.member)
    for day in ("2026-02-10", "2026-04-01", "2026-05-20"):
        at(f"{day} 08:00")
        assert client.get("/me").status_code == 200
        assert client.post("/me/devices/ending", data={"login_id": "9"}).status_code == 303
    at("2026-06-30 07:59")
    assert client.get("/me").status_code == 200
    at("2026-06-30 08:01")
    assert client.get("/me").status_code == 303
    assert session.scalar(sa.select(Login.made_at)) == begun


def test_use_is_noted_once_a_day_and_never_by_looking(world, client, session, at, statements):
    at("2026-01-01 08:00")
    enter(client, world.member)
    for moment, noted in (("2026-01-02 07:59", 0), ("2026-01-02 08:00", 1), ("2026-01-02 20:00", 0)):
        at(moment)
        with statements() as looking:
            client.get("/me")
        with statements() as acting:
            client.post("/me/devices/ending", data={"login_id": "9"})
        assert sum("UPDATE login" in one for one in acting) == noted
        assert not any("UPDATE" in one for one in looking)


# --- devices ----------------------------------------------------------------------------------------------------------


def test_devices_are_listed_and_one_is_signed_out(world, client, app, session):
    phone, desk = app.test_client(), app.test_client()
    phone.sign_on(world.member, device="安卓手机")
    desk.sign_on(world.member, device="Windows 电脑")
    page = client.sign_on(world.member, device="iPhone").get("/me/devices").text
    assert all(word in page for word in ("安卓手机", "Windows 电脑", "iPhone", "就是这台"))
    its_id = session.scalar(sa.select(Login.id).where(Login.device == "安卓手机"))
    assert f'value="{its_id}"' in page
    client.post("/me/devices/ending", data={"login_id": its_id})
    assert [one.get("/me").status_code for one in (phone, desk, client)] == [303, 200, 200]
    client.post("/me/devices/ending")
    assert [one.get("/me").status_code for one in (phone, desk, client)] == [303, 303, 200]


def test_nobody_signs_out_the_device_of_another(world, client, app, session):
    other = app.test_client().sign_on(world.leader)
    its_id = session.scalar(sa.select(Login.id).where(Login.person_id == world.leader.id))
    client.sign_on(world.member).post("/me/devices/ending", data={"login_id": its_id})
    assert other.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0", "微信 · 安卓手机"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Windows 电脑"),
        ("<script>", "未知设备"),
    ],
)
def test_a_device_is_named_in_words(world, client, session, agent, name):
    typed = {"staff_no": world.member.staff_no, "password": PASSWORD}
    client.post("/login", data=typed, headers={"User-Agent": agent, "Sec-Fetch-Site": "same-origin"})
    assert session.scalar(sa.select(Login.device)) == name


# --- another password -------------------------------------------------------------------------------------------------


def test_another_password_ends_the_other_logins(world, client, app):
    other = app.test_client().sign_on(world.member)
    enter(client, world.member)
    before = secret_of(client)
    typed = {"old": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/me/password", data=typed).location == "/me"
    assert secret_of(client) != before and client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    assert [enter(app.test_client(), world.member, one).status_code for one in (PASSWORD, NEW)] == [422, 303]


def test_guessing_the_old_password_on_a_found_phone_is_throttled(world, client, session):
    client.sign_on(world.member)
    typed = {"old": "猜一猜", "password": NEW, "again": NEW}
    answers = [client.post("/me/password", data=typed) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert logins.LOCKED in answers[-1].text
    assert client.post("/me/password", data=typed | {"old": PASSWORD}).status_code == 429


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_logging_out_is_a_post_that_clears(world, client, app, session):
    enter(client, world.secretary)
    client.get("/people")
    client.post("/me/devices/ending")
    stolen = app.test_client()
    stolen.set_cookie("sid", secret_of(client))
    assert client.get("/logout").status_code == 200 and client.get("/me").status_code == 200
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    gone = {
        cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie") if "Expires=Thu, 01 Jan 1970" in cookie
    }
    assert gone == {"sid", "office", "ticket", "words"}
    assert stolen.get("/me").status_code == 303 and client.get("/me").status_code == 303
    assert session.scalars(sa.select(Login.id)).all() == []


def test_logging_out_twice_or_as_nobody_is_no_fault(world, client):
    assert [client.post("/logout").status_code for _ in range(2)] == [303, 303]


def test_logging_out_is_not_done_from_elsewhere(world, client):
    client.sign_on(world.member)
    assert client.post("/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/me").status_code == 200


# --- who has left -----------------------------------------------------------------------------------------------------


def test_who_has_left_is_out_with_the_next_request_and_stays_out(world, client, app, session):
    client.sign_on(world.member)
    assert client.get("/me").status_code == 200
    left = sa.update(Belonging).where(Belonging.person_id == world.member.id)
    session.execute(left.values(until_on=clock.today()))
    assert client.get("/me").status_code == 303
    assert enter(app.test_client(), world.member).status_code == 422
    assert activate(app.test_client(), world.member, slip(session, world.member)).status_code == 422


def test_whoever_holds_an_office_needs_no_branch(client, session, world):
    one = person(session, "外聘审计", password=session.scalar(sa.select(Account.password).limit(1)))
    assert client.post("/login", data={"staff_no": one.staff_no, "password": PASSWORD}).status_code == 422
    session.add(Post(person_id=one.id, unit_id=world.company.id, role="auditor", from_on=clock.today()))
    session.commit()
    assert client.post("/login", data={"staff_no": one.staff_no, "password": PASSWORD}).status_code == 303
    session.execute(sa.update(Post).where(Post.person_id == one.id).values(until_on=clock.today()))
    assert client.get("/me").status_code == 303


def test_a_post_that_ends_takes_its_power_with_the_next_request(world, client, session):
    client.sign_on(world.secretary, office=True)
    assert client.get("/people").status_code == 200
    session.execute(sa.update(Post).where(Post.person_id == world.secretary.id).values(until_on=clock.today()))
    assert client.get("/people").status_code == 403


def test_logging_in_and_out_leaves_witnesses(world, client, session):
    enter(client, world.member)
    client.post("/logout")
    rows = session.execute(sa.select(AuditRow.action, AuditRow.actor_id).order_by(AuditRow.id)).all()
    assert rows == [("people.login.begin", world.member.id), ("people.login.end", world.member.id)]


def test_a_login_ends_for_somebody_taken_off_the_roster(world, client, session):
    client.sign_on(world.member)
    session.execute(sa.delete(Login).where(Login.person_id == world.member.id))
    assert client.get("/me").status_code == 303
    assert session.scalar(sa.select(Person.id).where(Person.id == world.member.id)) == world.member.id

"""Logging in: first use, wrong passwords, and where one goes on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.people import logins
from partygroup.people.models import Account, FailedTry
from tests.cast import PASSWORD

NEW = "高炉两点换炉班组长"
HOST = "http://localhost"
#: What stands in `next` and must not lead away. Answered by the home page.
NASTY = (
    "//evil.example",
    "///evil.example",
    "////evil.example/me",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/%0a/evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/me\r\nLocation: https://evil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/me/..//evil.example",
    "http:evil.example",
    "https:evil.example",
    "http://evil.example",
    "https://evil.example/me",
    "HTTPS://EVIL.EXAMPLE",
    f"{HOST}/me",
    "//localhost/me",
    "http://localhost@evil.example/",
    "javascript:alert(1)",
    "data:text/html,hi",
    "evil.example",
    "me",
    "?next=//evil.example",
    "/／evil.example",
    "／／evil.example",
    "/\u2028/evil.example",
    "/\u200b/evil.example",
    "/@evil.example",
    "/nothing/here",
    "/login/../..//evil.example",
    "/me/devices/ending",
    " //evil.example",
    "/ /evil.example",
    "\x00/me",
    "/" + "a" * 600,
    "",
)


def enter(client, who, password=PASSWORD, **more):
    return client.post("/login", data={"staff_no": who.staff_no, "password": password} | more)


def fail(client, staff_no: str, times: int = 1, **how) -> list[int]:
    form = {"staff_no": staff_no, "password": "不是这个密码"}
    return [client.post("/login", data=form, **how).status_code for _ in range(times)]


def slip(session, who) -> str:
    code = logins.issue_activation(session, who.id, by=None, at=clock.now())
    session.execute(sa.update(Account).where(Account.person_id == who.id).values(password=None))
    return code


def activate(client, who, code, password=NEW, **more):
    typed = {"staff_no": who.staff_no, "code": code, "password": password, "again": password}
    return client.post("/activate", data=typed | more)


def secret_of(client) -> str | None:
    cookie = client.get_cookie("sid")
    return cookie.value if cookie else None


# --- first use --------------------------------------------------------------------------------------------------------


def test_first_use_with_a_slip(world, client, session):
    code = slip(session, world.member)
    assert activate(client, world.member, code.lower()[:5] + "-" + code[5:], next="/me").location == "/me"
    assert client.get("/me").status_code == 200
    again = client.application.test_client()
    assert activate(again, world.member, code, "另一个很长的密码").status_code == 422
    assert enter(again, world.member, NEW).status_code == 303


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"again": "别的"}, "两次输入的密码不一样"),
        ({"password": "短", "again": "短"}, "密码至少 8 位"),
        ({"password": "12345678", "again": "12345678"}, "太常见"),
        ({"code": "ABCDEFGHJK"}, "工号或激活码不对"),
        ({"staff_no": "G99999"}, "工号或激活码不对"),
    ],
)
def test_what_is_wrong_with_first_use_is_said_and_the_rest_kept(world, client, session, change, words):
    code = slip(session, world.member)
    typed = {"staff_no": world.member.staff_no, "code": code, "password": NEW, "again": NEW, "next": "/me/devices"}
    answer = client.post("/activate", data=typed | change)
    assert answer.status_code == 422 and words in answer.text
    assert (
        f'value="{(typed | change)["staff_no"]}"' in answer.text
        and f'value="{(typed | change)["code"]}"' in answer.text
    )
    assert 'value="/me/devices"' in answer.text and NEW not in answer.text
    assert activate(client, world.member, code).status_code == 303


def test_a_slip_lives_fourteen_days(world, client, session, at):
    at("2026-03-05 08:00")
    code = slip(session, world.member)
    at("2026-03-19 08:00")
    assert activate(client, world.member, code).status_code == 422
    at("2026-03-19 07:59")
    assert activate(client, world.member, code).status_code == 303


def test_guessing_slips_is_throttled_like_passwords(world, client, session):
    code = slip(session, world.member)
    guesses = [activate(client, world.member, "ABCDEFGHJK").status_code for _ in range(6)]
    assert guesses == [422] * 5 + [429]
    assert activate(client, world.member, code).status_code == 429
    assert logins.LOCKED in enter(client, world.member).text


# --- wrong passwords --------------------------------------------------------------------------------------------------


def test_a_wrong_password_keeps_the_number_and_never_the_password(world, client):
    answer = client.post("/login", data={"staff_no": "G10001", "password": "绝密的密码", "next": "/me"})
    assert answer.status_code == 422 and logins.WRONG in answer.text
    assert 'value="G10001"' in answer.text and "绝密的密码" not in answer.text and 'value="/me"' in answer.text
    assert secret_of(client) is None


def test_known_and_unknown_numbers_answer_alike(world, client, app, statements):
    with statements() as known:
        first = client.post("/login", data={"staff_no": world.member.staff_no, "password": "x"})
    with statements() as unknown:
        second = app.test_client().post("/login", data={"staff_no": "X99999", "password": "x"})
    assert first.status_code == second.status_code == 422
    assert first.text.replace(world.member.staff_no, "") == second.text.replace("X99999", "")
    assert known == unknown


def test_five_failures_lock_the_number_for_a_quarter_of_an_hour(world, client, app, at):
    at("2026-03-05 08:00")
    assert fail(client, world.member.staff_no, 6) == [422] * 5 + [429]
    answer = enter(app.test_client(), world.member)
    assert answer.status_code == 429 and logins.LOCKED in answer.text
    assert f'value="{world.member.staff_no}"' in answer.text
    at("2026-03-05 08:14")
    assert enter(client, world.member).status_code == 429
    at("2026-03-05 08:16")
    assert enter(client, world.member).status_code == 303


def test_a_lock_of_one_number_locks_nobody_else(world, client):
    fail(client, world.member.staff_no, 6)
    assert enter(client, world.leader).status_code == 303


def test_nobody_locks_a_colleague_out_of_the_own_phone(world, client, app):
    assert enter(client, world.member).status_code == 303
    client.post("/logout")
    assert fail(app.test_client(), world.member.staff_no, 6)[-1] == 429
    assert enter(app.test_client(), world.member).status_code == 429
    assert enter(client, world.member).status_code == 303


def test_a_made_up_device_wins_no_tries(world, app):
    """Somebody who makes up a device with each try, or logged in as another, still has five tries in all."""
    own = app.test_client()
    assert enter(own, world.leader).status_code == 303
    mark = own.get_cookie("device").value
    seen = []
    for number in range(6):
        client = app.test_client()
        client.set_cookie("device", mark if number % 2 else f"{number}" * 32)
        seen += fail(client, world.member.staff_no)
    assert seen == [422] * 5 + [429]


def test_a_device_remembers_eight_numbers_and_tells_none(world, client, session):
    cast = [world.actors[role] for role in list(world.actors)[:9]]
    for actor in cast:
        assert enter(client, actor).status_code == 303
    mark = client.get_cookie("device")
    assert not any(actor.staff_no in mark.decoded_value for actor in cast) and len(mark.value) < 300
    for actor in (cast[0], cast[-1]):
        for _ in range(5):
            logins.count_failure(session, logins.counters(actor.staff_no, None, "elsewhere"), at=clock.now())
    assert [enter(client, cast[0]).status_code, enter(client, cast[-1]).status_code] == [429, 303]


def test_the_whole_plant_sits_behind_one_address(world, app, session):
    """A hundred failures of an address lock it; a good login there neither counts nor resets; others are free."""
    limits = logins.counters("X1", None, "127.0.0.1")
    for _ in range(99):
        logins.count_failure(session, limits | {"of others": 5}, at=clock.now())
    session.execute(sa.delete(FailedTry).where(FailedTry.key.startswith(logins.digest_of_number("X1"))))
    assert enter(app.test_client(), world.leader).status_code == 303
    assert fail(app.test_client(), "X2") == [422]
    assert enter(app.test_client(), world.member).status_code == 429
    elsewhere = {"REMOTE_ADDR": "10.9.8.7"}
    typed = {"staff_no": world.member.staff_no, "password": PASSWORD}
    assert app.test_client().post("/login", data=typed, environ_base=elsewhere).status_code == 303


def test_a_good_login_forgets_the_failures(world, client, session):
    fail(client, world.member.staff_no, 4)
    assert enter(client, world.member).status_code == 303
    assert fail(client, world.member.staff_no, 5)[-1] == 422


def test_no_counter_names_a_number(world, client, session):
    fail(client, world.member.staff_no)
    assert not any(world.member.staff_no in key for key in session.scalars(sa.select(FailedTry.key)))


def test_a_weak_hash_is_made_stronger_at_login(world, client, session):
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    session.execute(sa.update(Account).where(Account.person_id == world.member.id).values(password=weak))
    assert enter(client, world.member).status_code == 303
    stored = session.scalar(sa.select(Account.password).where(Account.person_id == world.member.id))
    assert stored != weak and enter(client.application.test_client(), world.member).status_code == 303
    actions = session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == world.member.id)).all()
    assert actions.count("people.password.rehash") == 1


@pytest.mark.parametrize("typed", ["g10001", " G10001 ", "Ｇ１０００１", "g 10001"])
def test_a_number_is_forgiven_its_writing(world, client, typed):
    assert client.post("/login", data={"staff_no": typed, "password": PASSWORD}).status_code == 303


# --- where one goes on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_next_cannot_leave_the_site(world, client, nasty):
    client.sign_on(world.member)
    assert client.get("/login", query_string={"next": nasty}).location == "/"
    for path in ("/login", "/activate"):
        page = client.application.test_client().get(path, query_string={"next": nasty}).text
        assert 'name="next" value=""' in page and "evil" not in page


@pytest.mark.parametrize("nasty", ["//evil.example", "/\\evil.example", "https://evil.example/me"])
def test_nor_by_the_forms_themselves(world, client, session, nasty):
    assert enter(client, world.leader, next=nasty).location == "/"
    assert activate(client, world.member, slip(session, world.member), next=nasty).location == "/"
    assert client.post("/office", data={"office_password": NEW, "next": nasty}).location == "/"


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/me", "/me"),
        ("/me/attendance?before=2026-03-05-1", "/me/attendance?before=2026-03-05-1"),
        ("/me?x=//evil.example", "/me?x=//evil.example"),
        ("/meetings/7/receipt", "/meetings/7/receipt"),
        ("/me?x=换行\r\n", "/me"),
        ("/me#//evil", "/"),
    ],
)
def test_next_goes_on_to_our_own_pages(world, client, path, there):
    assert enter(client, world.member, next=path).location == there


def test_a_page_asked_by_nobody_comes_after_the_login(world, client):
    first = client.get("/me/attendance?before=2026-03-05-1")
    assert first.status_code == 303 and first.location.startswith("/login?next=")
    assert 'value="/me/attendance?before=2026-03-05-1"' in client.get(first.location).text
    assert client.get("/").location == "/login"


def test_a_script_is_told_the_way_and_gets_no_page(world, client):
    answer = client.get("/me", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (401, "/login", "")


def test_the_page_of_first_use_says_what_is_kept_of_leave(client):
    said = client.get("/activate").text
    assert "公假、事假再写一句事由，病假只记“病假”两个字" in said and "只记类别" not in said

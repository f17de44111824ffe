"""The office window: powers wake by the password, sleep again, and one goes on where one was (security.md 4)."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.people.models import Login, Person
from tests.cast import PASSWORD

MORNING = "2026-03-05 08:00"
#: Whoever works in an office, and a page of theirs.
OFFICES = [
    ("unit_officer", "/imports"),
    ("company_officer", "/imports"),
    ("account_officer", "/people"),
    ("auditor", "/audit"),
]
SHOP_FLOOR = [("secretary", "/people"), ("deputy", "/people")]


@pytest.fixture
def open_at(world, client, at):
    """Return a function that logs somebody in, the office open, in the morning."""

    def go(role: str):
        at(MORNING)
        return client.sign_on(world.actors[role], office=True)

    return go


def hidden(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of the password question."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


def answer(client, page, password=PASSWORD):
    """Send the password question's own form, as it stands on the page."""
    action = unescape(re.search(r'<form[^>]* action="([^"]*)"', page.text)[1])
    return client.post(action, data=hidden(page.text) | {"office_password": password})


# --- how long ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "path"), OFFICES)
def test_an_office_sleeps_after_half_an_hour_without_use(open_at, at, role, path):
    client = open_at(role)
    for moment, status in (("08:29", 200), ("08:58", 200), ("09:28", 200), ("09:59", 401), ("10:00", 401)):
        at(f"2026-03-05 {moment}")
        assert client.get(path).status_code == status, moment


@pytest.mark.parametrize(("role", "path"), OFFICES)
def test_an_office_in_use_sleeps_after_twelve_hours(open_at, at, role, path):
    client = open_at(role)
    for half_hour in range(1, 25):
        at(f"2026-03-05 {8 + half_hour // 2:02}:{half_hour % 2 * 30:02}")
        assert client.get(path).status_code == 200
    at("2026-03-05 20:01")
    assert client.get(path).status_code == 401


@pytest.mark.parametrize(("role", "path"), SHOP_FLOOR)
def test_a_branch_officer_has_twelve_hours_on_the_phone(open_at, at, role, path):
    client = open_at(role)
    for moment, status in (("08:31", 200), ("19:59", 200), ("20:00", 200), ("20:01", 401)):
        at(f"2026-03-05 {moment}")
        assert client.get(path).status_code == status, moment


def test_what_a_leader_does_on_the_shop_floor_never_sleeps(met, world, client, at):
    client.sign_on(world.leader)
    assert client.post(f"{met.url}/opening").status_code == 303
    at("2026-03-06 04:10")
    assert client.get(f"{met.url}/code").status_code == 200


def test_a_member_without_a_post_is_never_asked(world, client):
    client.sign_on(world.member)
    assert client.get("/me").status_code == 200
    assert client.get("/people").status_code == 403


# --- the cookie that slides the window -----------------------------------------------------------------------------


def test_looking_slides_the_window_and_writes_nothing(open_at, at, session, statements):
    client = open_at("company_officer")
    at("2026-03-05 08:20")
    with statements() as seen:
        client.get("/imports")
    assert not any(one.startswith(("UPDATE", "INSERT", "DELETE")) for one in seen)
    assert client.get_cookie("office") is not None
    client.delete_cookie("office")
    at("2026-03-05 08:40")
    assert client.get("/imports").status_code == 401


def test_the_window_of_another_login_is_not_accepted(open_at, app, world, at):
    client = open_at("company_officer")
    other = app.test_client().sign_on(world.company_officer, office=True)
    neighbour = app.test_client().sign_on(world.unit_officer, office=True)
    at("2026-03-05 08:25")
    assert client.get("/imports").status_code == 200
    at("2026-03-05 08:45")
    for one in (other, neighbour):
        one.set_cookie("office", client.get_cookie("office").value)
        assert one.get("/imports").status_code == 401
    assert client.get("/imports").status_code == 200


@pytest.mark.parametrize(
    "value", ["", "x", "W10.x", "é", "[1,2,3]", "a" * 2000, "WzEsIDIsIDNd.AAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_a_made_up_window_opens_nothing(open_at, at, value):
    client = open_at("company_officer")
    client.set_cookie("office", value)
    at("2026-03-05 08:31")
    assert client.get("/imports").status_code == 401


def test_the_window_of_before_a_new_opening_is_not_accepted(open_at, at):
    client = open_at("company_officer")
    at("2026-03-05 08:25")
    client.get("/imports")
    old = client.get_cookie("office").value
    at("2026-03-05 12:00")
    assert answer(client, client.get("/imports")).status_code == 303
    client.set_cookie("office", old)
    at("2026-03-05 12:31")
    assert client.get("/imports").status_code == 401


# --- going on where one was -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "path"), [*OFFICES, *SHOP_FLOOR])
def test_a_page_asks_for_the_password_and_goes_on(open_at, at, role, path):
    client = open_at(role)
    at("2026-03-06 08:00")
    page = client.get(f"{path}?before=7")
    assert page.status_code == 401 and "再输一次密码" in page.text and "前面填的都留着" in page.text
    gone_on = answer(client, page)
    assert (gone_on.status_code, gone_on.location) == (303, f"{path}?before=7")
    assert client.get(gone_on.location).status_code == 200


def test_a_form_keeps_its_fields_and_goes_on(open_at, at, world, session):
    client = open_at("secretary")
    at("2026-03-06 08:00")
    page = client.post(f"/people/{world.member.id}/contact", data={"phone": "13912345678"})
    assert page.status_code == 401 and hidden(page.text) == {"phone": ["13912345678"]}
    phone = sa.select(Person.phone).where(Person.id == world.member.id)
    assert session.scalar(phone) != "13912345678"
    assert answer(client, page).status_code == 303
    assert session.scalar(phone) == "13912345678"
    assert client.get("/people").status_code == 200


def test_hostile_and_repeated_fields_come_back_as_they_were(open_at, at, world):
    client = open_at("secretary")
    at("2026-03-06 08:00")
    typed = {"phone": ['"><b>&', "二"], "<i>": ["x\ny"]}
    page = client.post(f"/people/{world.member.id}/contact?from=list", data=typed)
    assert '"><b>&' not in page.text
    assert hidden(page.text) == typed
    assert f'action="/people/{world.member.id}/contact?from=list"' in page.text


def test_a_wrong_password_keeps_everything(open_at, at, world, session):
    client = open_at("secretary")
    at("2026-03-06 08:00")
    first = client.post(f"/people/{world.member.id}/contact", data={"phone": "13912345678"})
    again = answer(client, first, "不是这个密码")
    assert again.status_code == 422 and "密码不对" in again.text and "不是这个密码" not in again.text
    assert hidden(again.text) == {"phone": ["13912345678"]}
    assert session.scalar(sa.select(Person.phone).where(Person.id == world.member.id)) != "13912345678"
    assert answer(client, again).status_code == 303
    page = client.get("/people")
    assert page.status_code == 200


def test_a_wrong_password_to_a_page_keeps_the_page(open_at, at):
    client = open_at("company_officer")
    at("2026-03-06 08:00")
    again = answer(client, client.get("/imports?before=7"), "不是这个密码")
    assert again.status_code == 422 and hidden(again.text) == {"next": ["/imports?before=7"]}
    assert answer(client, again).location == "/imports?before=7"


def test_a_finder_has_five_tries(open_at, at):
    client = open_at("company_officer")
    at("2026-03-06 08:00")
    page = client.get("/imports")
    assert [answer(client, page, "猜").status_code for _ in range(5)] == [422] * 5
    assert answer(client, page).status_code == 422
    assert client.get("/imports").status_code == 401
    at("2026-03-06 08:16")
    assert answer(client, page).status_code == 303


def test_opening_gives_the_cookie_another_value(open_at, at, app, session):
    client = open_at("company_officer")
    at("2026-03-06 08:00")
    stolen = app.test_client()
    stolen.set_cookie("sid", client.get_cookie("sid").value)
    answer(client, client.get("/imports"))
    assert client.get("/imports").status_code == 200
    assert stolen.get("/imports").status_code == 303
    assert session.scalars(sa.select(Login.office_at)).all() == [clock.now()]


def test_a_script_is_led_to_the_page_it_came_from(open_at, at, world):
    client = open_at("secretary")
    at("2026-03-06 08:00")
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/people/{world.member.id}"}
    gone = client.get("/people", headers=asked)
    assert (gone.status_code, gone.text) == (401, "")
    assert gone.headers["HX-Redirect"] == f"/people/{world.member.id}"
    for foreign in ("https://evil.example//evil.example", "https://evil.example/nothing", "javascript:x"):
        led = client.get("/people", headers=asked | {"HX-Current-URL": foreign})
        assert led.headers["HX-Redirect"] == "/"


def test_logging_in_opens_the_office(world, client, at):
    at(MORNING)
    client.post("/login", data={"staff_no": world.auditor.staff_no, "password": PASSWORD})
    assert client.get("/audit").status_code == 200

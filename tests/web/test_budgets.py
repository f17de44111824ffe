"""How many SQL statements the busiest addresses may send, whatever the size of the roster (performance.md)."""

from __future__ import annotations

from functools import partial

import pytest

from partygroup import clock
from tests import factories
from tests.cast import CAST

SIGN_IN, BOARD, HOME, UNCHANGED, SCAN = 5, 4, 6, 2, 5
ASKED = {"HX-Request": "true"}


@pytest.fixture
def spent(statements):
    """Return a function that sends a request and returns its answer and the statements it took."""

    def send(ask):
        with statements() as seen:
            answer = ask()
        return answer, seen

    return send


def grow_group(session, group, people: int, *, first: int = 0) -> None:
    """Put people into a group until it has that many more."""
    for number in range(first, people):
        factories.person(session, f"余小{number}", branch=group.parent_id, group=group.id)


def grow_branch(session, branch, groups: int) -> None:
    """Put groups with a member each into a branch."""
    for number in range(groups):
        group = factories.unit(session, "party_group", f"第{number}党小组", under=branch.id)
        factories.person(session, f"余大{number}", branch=branch.id, group=group.id)


# --- signing in -------------------------------------------------------------------------------------------------------


def sign(client, met, **form):
    """Return the sending of a sign-in."""
    return partial(client.post, f"{met.url}/sign-ins", data=form)


def test_the_first_mark(opened, world, client, spent, session):
    client.sign_on(world.member).get(opened.code())
    answer, seen = spent(sign(client, opened))
    assert answer.status_code == 303 and len(opened.marks(session)) == 1
    assert len(seen) <= SIGN_IN, seen


def test_the_second_scan(opened, world, client, spent, session):
    client.sign_on(world.member).get(opened.code())
    ticket = client.get_cookie("ticket").value
    sign(client, opened)()
    client.set_cookie("ticket", ticket)
    answer, seen = spent(sign(client, opened))
    assert answer.status_code == 303 and len(opened.marks(session)) == 1
    assert len(seen) <= SIGN_IN, seen


def test_a_code_that_expired(opened, world, client, spent, at):
    client.sign_on(world.member).get(opened.code())
    at("2026-03-05 16:45")
    answer, seen = spent(sign(client, opened))
    assert answer.status_code == 422
    assert len(seen) <= SIGN_IN, seen


def test_somebody_of_another_group(opened, world, client, spent):
    client.sign_on(world.neighbour).get(opened.code())
    answer, seen = spent(sign(client, opened))
    assert answer.status_code == 422 and "不在这次会议的应到名单里" in answer.text
    assert len(seen) <= SIGN_IN, seen


def test_nobody_logged_in(opened, client, spent):
    client.get(opened.code())
    answer, seen = spent(sign(client, opened))
    assert answer.status_code == 303 and answer.location.startswith("/login")
    assert len(seen) <= 1, seen


@pytest.mark.parametrize(("typed", "status"), [("right", 303), ("000000", 422)])
def test_six_digits_cost_two_more(opened, world, client, spent, typed, status):
    typed = opened.spoken() if typed == "right" else typed
    answer, seen = spent(sign(client.sign_on(world.member), opened, spoken=typed))
    assert answer.status_code == status
    assert len(seen) <= SIGN_IN + 2, seen


def test_the_scanned_page(opened, world, client, spent):
    for phone in (client, client.sign_on(world.member)):
        answer, seen = spent(partial(phone.get, opened.code()))
        assert answer.status_code == 200
        assert len(seen) <= SCAN, seen


def test_a_sign_in_costs_the_same_in_a_large_group(met, world, app, session, spent):
    grow_group(session, world.group, 75)
    app.test_client().sign_on(world.leader).post(f"{met.url}/opening")
    client = app.test_client().sign_on(world.member)
    client.get(met.code())
    answer, seen = spent(sign(client, met))
    assert answer.status_code == 303
    assert len(seen) <= SIGN_IN, seen


# --- board and code ---------------------------------------------------------------------------------------------------


def refresh(client, met, part: str, **headers):
    """Return the sending of a poll as htmx sends it."""
    return partial(client.get, f"{met.url}/{part}", headers=ASKED | headers)


@pytest.mark.parametrize("part", ["sign-ins", "sign-ins?view=wall", "code", "code?view=wall"])
def test_board_and_code_cost_the_same_in_a_large_group(met, world, app, session, spent, part):
    leader = app.test_client().sign_on(world.leader)
    leader.post(f"{met.url}/opening")
    _, with_few = spent(refresh(leader, met, part))
    large = factories.gathering(session, world.branch.id, by=world.secretary.id, starts_at=clock.now(),
                                kinds=("member_meeting",))  # fmt: skip
    grow_group(session, world.group, 75)
    secretary = app.test_client().sign_on(world.secretary, office=True)
    assert secretary.post(f"/meetings/{large.id}/opening").status_code == 303
    answer, with_many = spent(partial(secretary.get, f"/meetings/{large.id}/{part}", headers=ASKED))
    assert answer.status_code == 200 and "<html" not in answer.text
    assert len(with_few) == len(with_many) <= BOARD, with_many


def test_a_page_of_the_roll_with_half_of_them_present(opened, world, client, spent):
    client.sign_on(world.leader)
    _, before = spent(refresh(client, opened, "sign-ins"))
    client.post(f"{opened.url}/ticks", data={"people": [world.member.id, world.probationer.id]})
    answer, after = spent(refresh(client, opened, "sign-ins"))
    assert "田大利" in answer.text
    assert len(after) == len(before) <= BOARD, after


@pytest.mark.parametrize("view", ["", "?view=wall"])
@pytest.mark.parametrize(("given", "asked"), [("HX-PTag", "HX-PTag"), ("ETag", "If-None-Match")])
def test_an_unchanged_board_is_304_and_hardly_asks(opened, world, client, spent, view, given, asked):
    client.sign_on(world.leader)
    tag = refresh(client, opened, f"sign-ins{view}")().headers[given]
    answer, seen = spent(refresh(client, opened, f"sign-ins{view}", **{asked: tag}))
    assert answer.status_code == 304 and answer.data == b"" and answer.headers[given] == tag
    assert len(seen) <= UNCHANGED, seen
    client.post(f"{opened.url}/ticks", data={"people": [world.member.id]})
    assert refresh(client, opened, f"sign-ins{view}", **{asked: tag})().status_code == 200


# --- home -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", CAST)
def test_home_costs_the_same_however_large_the_house(opened, world, app, session, spent, role):
    client = app.test_client().sign_on(getattr(world, role), office=True)
    answer, small = spent(partial(client.get, "/"))
    assert answer.status_code == 200
    grow_group(session, world.group, 75)
    grow_branch(session, world.branch, 28)
    for number in range(3):
        factories.gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing(f"2026-03-1{number}"))
    answer, large = spent(partial(client.get, "/"))
    assert answer.status_code == 200
    assert len(small) == len(large) <= HOME, large


@pytest.mark.parametrize("role", ["leader", "secretary"])
def test_leave_to_decide_does_not_make_home_dearer(met, world, app, session, spent, role):
    client = app.test_client().sign_on(getattr(world, role), office=True)
    _, none = spent(partial(client.get, "/"))
    for someone in (world.member, world.probationer):
        asking = app.test_client().sign_on(someone)
        assert asking.post(f"{met.url}/leaves", data={"sort": "leave_sick"}).status_code == 303
    answer, some = spent(partial(client.get, "/"))
    assert "田大利" in answer.text
    assert len(none) == len(some) <= HOME, some

"""公示: who sees it, in which order, objecting to a line, and who learns who objected."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.scores.models import Objection
from tests.factories import declaration, person


@pytest.fixture(autouse=True)
def now(at):
    return at("2026-07-06 10:00")


@pytest.fixture
def shown(session, world):
    """Return a function that puts a declaration of somebody's on publicity."""

    def show(who: str = "member", **columns):
        actor = world.actors[who]
        facts = {"state": "in_publicity", "public_from": date(2026, 7, 6), "public_until": date(2026, 7, 13),
                 "meeting_ref": "7月支委会", "awarded": 20, "confirmed_by": world.secretary.id}  # fmt: skip
        return declaration(session, actor.id, actor.branch_id, group_id=actor.group_id, **facts | columns)

    return show


def address(world) -> str:
    return f"/branches/{world.branch.id}/publicity"


@pytest.mark.parametrize(("role", "status"), [
    ("member", 200), ("leader", 200), ("neighbour", 200), ("secretary", 200), ("unit_officer", 200), ("auditor", 200),
    ("company_officer", 200), ("sister", 404), ("stranger", 404), ("account_officer", 404),
])  # fmt: skip
def test_who_sees_it(client, world, shown, role, status):
    shown(text="公示这件事")
    answer = client.sign_on(world.actors[role], office=True).get(address(world))
    assert answer.status_code == status and ("公示这件事" in answer.text) == (status == 200)


def test_in_order_of_groups_and_strokes(client, world, shown, session):
    for name, points in (("王一", 5), ("丁二", 20), ("丁一", 10)):
        who = person(session, name, branch=world.branch.id, group=world.group.id)
        declaration(session, who.id, world.branch.id, group_id=world.group.id, state="in_publicity", awarded=points,
                    public_from=date(2026, 7, 6), public_until=date(2026, 7, 13), meeting_ref="会")  # fmt: skip
    shown("secretary")
    page = client.sign_on(world.member).get(address(world)).text
    places = [page.index(f"<b>{name}</b>") for name in ("丁一", "丁二", "王一", "宋玉梅")]
    assert places == sorted(places)


def test_only_what_is_on_publicity(client, world, shown):
    for state in ("group_reviewed", "confirmed", "effective", "rejected", "under_appeal", "reversed"):
        shown(state=state, text=f"此件{state}")
    page = client.sign_on(world.member).get(address(world)).text
    assert "此件" not in page and "现在没有公示" in page


def test_reasons_and_lowered_points_are_shown(client, world, shown):
    shown(awarded=15, reason="只完成一半")
    page = client.sign_on(world.probationer).get(address(world)).text
    for words in ("+1.5", "申报 +2.0", "只完成一半", "7月支委会", "公示到7月13日"):
        assert words in page


def test_a_member_objects_and_stays_unknown(app, world, shown, session):
    one = shown()
    neighbour = app.test_client().sign_on(world.neighbour)
    url = f"/declarations/{one.id}/objections"
    assert neighbour.post(url, data={"text": " "}).status_code == 422
    assert neighbour.post(url, data={"text": "那天他不在"}).headers["Location"] == address(world)
    assert (one.state, session.scalars(sa.select(Objection.by_id)).all()) == ("disputed", [world.neighbour.id])
    handler = app.test_client().sign_on(world.deputy, office=True).get(f"/declarations/{one.id}").text
    assert "那天他不在" in handler and "邹丽萍提出" in handler
    for role in ("member", "leader"):
        page = app.test_client().sign_on(world.actors[role], office=True).get(f"/declarations/{one.id}").text
        assert "那天他不在" in page and "邹丽萍" not in page
    records = app.test_client().sign_on(world.member).get("/me/records").text
    assert "有人提出异议" in records and "邹丽萍" not in records
    assert "邹丽萍" not in app.test_client().sign_on(world.member).get(address(world)).text


def test_the_one_concerned_never_learns_it_as_an_officer(client, world, shown, app):
    one = shown("secretary", confirmed_by=world.unit_officer.id)
    app.test_client().sign_on(world.member).post(f"/declarations/{one.id}/objections", data={"text": "分高了"})
    client.sign_on(world.secretary, office=True)
    for path in (f"/declarations/{one.id}", "/inbox", "/audit", "/me/records"):
        page = client.get(path).text
        assert "田富" not in page, path


@pytest.mark.parametrize(("role", "status"), [
    ("member", 303), ("neighbour", 303), ("probationer", 303), ("activist", 422), ("sister", 404), ("stranger", 404),
    ("unit_officer", 403), ("auditor", 403),
])  # fmt: skip
def test_who_objects(client, world, shown, role, status):
    one = shown("leader")
    data = {"text": "不对", "version": one.version}
    answer = client.sign_on(world.actors[role], office=True).post(f"/declarations/{one.id}/objections", data=data)
    assert answer.status_code == status


def test_a_line_that_changed_meanwhile(client, world, shown):
    one = shown()
    answer = client.sign_on(world.neighbour).post(
        f"/declarations/{one.id}/objections", data={"text": "不对", "version": 9}
    )
    assert answer.status_code == 409 and "刚刚有人处理过" in answer.text and one.state == "in_publicity"


def test_after_the_last_day(client, world, shown, at):
    one = shown()
    at("2026-07-14 00:05")
    page = client.sign_on(world.neighbour)
    assert "提出异议" not in page.get(address(world)).text
    answer = page.post(f"/declarations/{one.id}/objections", data={"text": "不对"})
    assert answer.status_code == 422 and "公示期已过" in answer.text


def test_the_committee_answers(app, world, shown):
    one = shown()
    app.test_client().sign_on(world.neighbour).post(f"/declarations/{one.id}/objections", data={"text": "那天他不在"})
    data = {"outcome": "amend", "text": "减半", "points": "1"}
    secretary = app.test_client().sign_on(world.secretary, office=True)
    answer = secretary.post(f"/declarations/{one.id}/answer", data=data)
    assert answer.status_code == 422 and "您确认的" in answer.text
    deputy = app.test_client().sign_on(world.deputy, office=True)
    assert deputy.post(f"/declarations/{one.id}/answer", data=data | {"points": ""}).status_code == 422
    assert deputy.post(f"/declarations/{one.id}/answer", data=data).status_code == 303
    assert (one.state, one.awarded) == ("in_publicity", 10)
    page = app.test_client().sign_on(world.member).get(f"/declarations/{one.id}").text
    assert "减半" in page and "申请上级复核" in page


def test_many_lines_cost_no_more(client, world, shown, statements):
    client.sign_on(world.member)

    def cost():
        with statements() as seen:
            client.get(address(world))
        return len(seen)

    shown()
    few = cost()
    for _ in range(20):
        shown("leader")
    assert cost() == few <= 5

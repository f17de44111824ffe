"""The tree and the pages of units: own units as of a day; a foreign one is not found."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.org.models import Placement
from tests.factories import gathering, person, post, unit

BAD_IDS = ("0", "-1", "2147483648", "9223372036854775808", "１", "%00", "9" * 300)


def canaries_in(response, world, *seen):
    return {word for word in world.canaries_outside(*seen) if word in response.text}


# --- the tree ---------------------------------------------------------------------------------------------------------


def test_a_member_sees_the_own_branch_and_its_groups(world, client):
    page = client.sign_on(world.member).get("/org")
    assert page.status_code == 200
    assert "红柳车间党支部" in page.text and "玄武党小组" in page.text
    assert canaries_in(page, world, world.branch) == set()


def test_a_unit_office_sees_its_committee(world, client):
    page = client.sign_on(world.unit_officer, office=True).get("/org")
    assert "青松厂党委" in page.text and "白桦车间党支部" in page.text
    assert canaries_in(page, world, world.committee) <= {"钢城"}


@pytest.mark.parametrize("role", ["company_officer", "auditor"])
def test_company_office_and_auditor_see_all(world, client, role):
    page = client.sign_on(world.actors[role], office=True).get("/org")
    assert all(canary in page.text for canary in world.units)
    assert "4 个支部" in page.text


def test_the_tree_of_a_past_day_says_so(world, client, session):
    session.execute(sa.update(Placement).where(Placement.unit_id == world.group.id).values(until_on=date(2024, 1, 1)))
    renamed = {
        "unit_id": world.group.id,
        "parent_id": world.branch.id,
        "name": "金石党小组",
        "from_on": date(2024, 1, 1),
    }
    session.execute(sa.insert(Placement).values(sort=1, **renamed))
    client.sign_on(world.neighbour)
    past, today = client.get("/org?on=2023-06-01"), client.get("/org")
    assert "朱雀党小组" in past.text and "金石" not in past.text and "截至2023年6月1日" in past.text
    assert "金石党小组" in today.text and "截至2" not in today.text
    assert "还没有单位" in client.get("/org?on=1999-01-01").text


@pytest.mark.parametrize("day", ["", "nonsense", "2999-01-01", "2026-02-30", "%00", "1" * 3000])
def test_nonsense_and_days_to_come_mean_today(world, client, day):
    page = client.sign_on(world.member).get(f"/org?on={day}")
    assert page.status_code == 200 and "朱雀党小组" in page.text


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-02-30", "没有这一天"), ("nonsense", "没有这一天"), ("2999-01-01", "这一天还没有到")],
)
def test_a_day_that_cannot_be_shown_is_said_and_kept(world, client, day, words):
    client.sign_on(world.unit_officer, office=True)
    places = ("/org", f"/units/{world.committee.id}", f"/branches/{world.branch.id}", f"/groups/{world.group.id}")
    for page in (client.get(f"{place}?on={day}") for place in places):
        assert page.status_code == 200 and f'<a href="#on">{words}' in page.text and 'id="on-error"' in page.text
        assert re.search(f'id="on"[^>]* value="{day}"', page.text) and "截至2" not in page.text
    for place in places:
        for good in ("", "?on=", "?on=2026-01-05"):
            assert 'id="on-error"' not in client.get(place + good).text


def test_the_tree_takes_as_many_statements_for_few_as_for_many(world, client, session, statements):
    client.sign_on(world.company_officer, office=True)
    with statements() as few:
        client.get("/org")
    for number in range(30):
        branch = unit(session, "branch", f"新{number}支部", under=world.committee.id)
        person(session, branch=branch.id, group=unit(session, "party_group", f"新{number}组", under=branch.id).id)
    with statements() as many:
        client.get("/org")
    assert len(many) == len(few)


# --- a unit's page ----------------------------------------------------------------------------------------------------


def test_a_branch_shows_officers_groups_and_numbers(world, client):
    page = client.sign_on(world.member).get(f"/branches/{world.branch.id}")
    assert page.status_code == 200
    assert page.text.index("宋玉梅") < page.text.index("罗少华")
    assert "组长 章志刚 · 党员 4 名" in page.text
    assert "积极分子、发展对象等 1 名" in page.text
    assert "支委会" not in page.text and "/slips" not in page.text and "/people" not in page.text


def test_an_officer_sees_what_to_look_at(world, client):
    page = client.sign_on(world.secretary).get(f"/branches/{world.branch.id}")
    assert "7 名以上应设支委会，一般 3 至 5 名委员，现有 2 名" in page.text
    assert f"/branches/{world.branch.id}/slips" in page.text


def test_a_group_shows_leader_members_and_meetings(world, client, session):
    gathering(session, world.group.id, by=world.leader.id, place="朱雀学习室")
    page = client.sign_on(world.neighbour).get(f"/groups/{world.group.id}")
    assert "章志刚" in page.text and "朱雀学习室" in page.text
    assert page.text.index("田富") < page.text.index("田大利")
    assert "孟晓东" not in page.text and "正式党员" not in page.text
    assert f"/people/{world.member.id}" not in page.text


def test_a_leader_opens_the_members_of_the_own_group(world, client):
    page = client.sign_on(world.leader).get(f"/groups/{world.group.id}")
    assert f"/people/{world.member.id}" in page.text


def test_a_committee_shows_its_branches(world, client):
    page = client.sign_on(world.company_officer, office=True).get(f"/units/{world.committee.id}")
    assert "红柳车间党支部" in page.text and "简文斌" in page.text
    assert canaries_in(page, world, world.committee) <= {"钢城"}


def test_a_branch_of_a_past_day_shows_its_officers_of_then(world, client, session):
    former = person(session, "卜一凡", branch=world.branch.id)
    post(session, former.id, world.branch.id, "propaganda_officer", on=date(2021, 1, 1), until=date(2022, 1, 1))
    client.sign_on(world.member)
    assert "卜一凡" in client.get(f"/branches/{world.branch.id}?on=2021-06-01").text
    assert "卜一凡" not in client.get(f"/branches/{world.branch.id}").text


@pytest.mark.parametrize("role", ["member", "secretary", "unit_officer", "account_officer"])
def test_foreign_units_are_not_found(world, client, role):
    foreign = {"member": world.sister_branch, "secretary": world.sister_branch}.get(role, world.foreign_branch)
    group = next(spot for spot in world.below(foreign) if spot.kind == "party_group")
    client.sign_on(world.actors[role], office=True)
    assert client.get(f"/branches/{foreign.id}").status_code == 404
    assert client.get(f"/groups/{group.id}").status_code == 404
    assert client.get(f"/branches/{foreign.id}?on=2021-01-01").status_code == 404


def test_a_member_does_not_see_committees(world, client):
    client.sign_on(world.member)
    assert client.get(f"/units/{world.committee.id}").status_code == 404
    assert client.get(f"/units/{world.company.id}").status_code == 404


def test_a_unit_is_found_only_as_what_it_is(world, client):
    client.sign_on(world.company_officer, office=True)
    assert client.get(f"/groups/{world.branch.id}").status_code == 404
    assert client.get(f"/branches/{world.group.id}").status_code == 404
    assert client.get(f"/units/{world.branch.id}").status_code == 404


@pytest.mark.parametrize("room", ["branches", "groups", "units"])
@pytest.mark.parametrize("bad", BAD_IDS)
def test_bad_ids_are_not_found(world, client, room, bad):
    assert client.sign_on(world.company_officer, office=True).get(f"/{room}/{bad}").status_code == 404


def test_nobody_is_asked_to_log_in(world, client):
    for path in ("/org", f"/branches/{world.branch.id}", f"/groups/{world.group.id}", f"/units/{world.committee.id}"):
        assert client.get(path).status_code == 303

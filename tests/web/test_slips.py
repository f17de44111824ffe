"""Activation codes: for one person, and as slips for a branch; shown once, kept as digests."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.people.logins import find_account, is_activation
from partygroup.people.models import Account
from tests.factories import person

CODE = re.compile(r'class="slip-code">.*?([2-9A-Z]{5}) ([2-9A-Z]{5})</p>')


def codes_on(page) -> list[str]:
    return ["".join(parts) for parts in CODE.findall(page.text)]


def opens(session, staff_no: str, code: str, *, days: int = 0) -> bool:
    return is_activation(
        find_account(session, staff_no, today=clock.today()), code, at=clock.now() + timedelta(days=days)
    )


# --- for one person ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["secretary", "deputy", "unit_officer", "company_officer", "account_officer"])
def test_a_code_is_shown_once(world, client, session, role):
    client.sign_on(world.actors[role], office=True)
    page = client.post(f"/people/{world.member.id}/activation")
    [code] = codes_on(page)
    assert page.status_code == 200 and world.member.staff_no in page.text
    assert opens(session, world.member.staff_no, code) and not opens(session, world.member.staff_no, code, days=14)
    assert code not in client.get(f"/people/{world.member.id}").text
    assert code not in str(session.scalars(sa.select(Account.activation)).all())
    assert code not in str(session.scalars(sa.select(AuditRow.after)).all())


def test_the_password_stays_until_the_code_is_used(world, client, session):
    before = find_account(session, world.member.staff_no, today=clock.today()).password
    client.sign_on(world.secretary, office=True).post(f"/people/{world.member.id}/activation")
    assert find_account(session, world.member.staff_no, today=clock.today()).password == before


def test_the_next_code_voids_the_former(world, client, session):
    client.sign_on(world.secretary, office=True)
    first, second = (codes_on(client.post(f"/people/{world.member.id}/activation"))[0] for _ in range(2))
    assert not opens(session, world.member.staff_no, first) and opens(session, world.member.staff_no, second)


def test_the_code_leads_to_an_own_password(world, client, app, session):
    [code] = codes_on(client.sign_on(world.secretary, office=True).post(f"/people/{world.member.id}/activation"))
    fresh = app.test_client()
    assert world.member.staff_no in fresh.get(f"/activate?no={world.member.staff_no}").text
    typed = {"staff_no": world.member.staff_no.lower(), "code": f"{code[:5]} {code[5:]}".lower()}
    new = {"password": "高炉出铁三班倒88", "again": "高炉出铁三班倒88"}
    assert fresh.post("/activate", data=typed | new).status_code == 303
    assert fresh.get("/me").status_code == 200


# --- for a branch -----------------------------------------------------------------------------------------------------


def test_whoever_has_no_password_yet_is_ticked(world, client, session):
    new = person(session, "余小满", branch=world.branch.id)
    page = client.sign_on(world.secretary, office=True).get(f"/branches/{world.branch.id}/slips")
    ticked = re.findall(r'name="people" value="(\d+)" checked', page.text)
    assert ticked == [str(new.id)]
    assert f'value="{world.secretary.id}"' not in page.text
    assert not [word for word in world.canaries_outside(world.branch) if word in page.text and word != "青松"]


def test_slips_are_issued_for_the_chosen_only(world, client, session):
    new = person(session, "余小满", branch=world.branch.id)
    chosen = [new.id, world.member.id]
    page = client.sign_on(world.secretary, office=True).post(
        f"/branches/{world.branch.id}/slips", data={"people": chosen}
    )
    codes = codes_on(page)
    assert page.status_code == 200 and len(codes) == 2
    assert "余小满" in page.text and "涂建平" not in page.text
    assert opens(session, new.staff_no, codes[1]) or opens(session, new.staff_no, codes[0])
    issued = session.scalars(sa.select(AuditRow.person_id).where(AuditRow.action == "people.activation.issue")).all()
    assert set(issued) == {new.id, world.member.id}


def test_a_slip_says_where_and_until_when(world, client, at):
    at("2026-03-05 19:30")
    client.sign_on(world.secretary, office=True)
    page = client.post(f"/branches/{world.branch.id}/slips", data={"people": [world.member.id]})
    text = html.unescape(page.text)
    assert "/activate" in text and "2026年3月19日前有效" in text and world.member.staff_no in text
    assert 'aria-label="打开激活页的二维码"' in text


def test_nobody_chosen_says_so(world, client):
    client.sign_on(world.secretary, office=True)
    answer = client.post(f"/branches/{world.branch.id}/slips")
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert "请至少选一位同志" in answer.text and codes_on(answer) == []


@pytest.mark.parametrize("who", ["sister", "stranger", "secretary", "nobody", "nonsense", "huge"])
def test_people_of_other_branches_get_no_slip(world, client, session, who):
    """Nobody gets one then, not even those of the branch who were chosen beside."""
    client.sign_on(world.secretary, office=True)
    foreign = {"nobody": 999999, "nonsense": "x", "huge": "9" * 40}.get(who) or world.actors[who].id
    for chosen in ([foreign], [world.member.id, foreign]):
        answer = client.post(f"/branches/{world.branch.id}/slips", data={"people": chosen})
        assert answer.status_code == 422 and "不在这个支部" in answer.text and codes_on(answer) == []
        kept = re.findall(r'name="people" value="(\d+)" checked', answer.text)
        assert kept == [str(one) for one in chosen if one == world.member.id]
    assert session.scalars(sa.select(Account.activation).where(Account.activation.is_not(None))).all() == []


def test_fifty_slips_take_as_many_statements_as_two(world, client, session, statements):
    client.sign_on(world.secretary, office=True)
    path, new = f"/branches/{world.branch.id}/slips", []
    for number in range(50):
        new.append(person(session, f"余新{number}", branch=world.branch.id).id)
    session.commit()
    with statements() as few:
        assert len(codes_on(client.post(path, data={"people": new[:2]}))) == 2
    with statements() as many:
        assert len(set(codes_on(client.post(path, data={"people": new})))) == 50
    assert len(many) == len(few)


WHO = {"member": 403, "leader": 403, "auditor": 403, "sister": 404, "stranger": 404, "account_officer": 200}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("role", "status"), WHO.items())
def test_who_issues_slips(world, client, method, role, status):
    client.sign_on(world.actors[role], office=True)
    chosen = {"people": [world.member.id]} if method == "POST" else None
    send = client.post if method == "POST" else client.get
    assert send(f"/branches/{world.branch.id}/slips", data=chosen).status_code == status


def test_slips_ask_for_the_password_first_and_then_go_on(world, client, session):
    path, data = f"/branches/{world.branch.id}/slips", {"people": [world.member.id]}
    client.sign_on(world.secretary)
    asked = client.post(path, data=data)
    assert asked.status_code == 401 and codes_on(asked) == []
    assert f'name="people" value="{world.member.id}"' in asked.text
    assert len(codes_on(client.post(path, data=data | {"office_password": world.secretary.password}))) == 1


@pytest.mark.parametrize("bad", ["0", "2147483648", "9" * 300, "１"])
def test_bad_ids_are_not_found(world, client, bad):
    client.sign_on(world.company_officer, office=True)
    assert client.get(f"/branches/{bad}/slips").status_code == 404
    assert client.post(f"/branches/{bad}/slips").status_code == 404


def test_a_group_has_no_slips(world, client):
    assert client.sign_on(world.secretary, office=True).get(f"/branches/{world.group.id}/slips").status_code == 404

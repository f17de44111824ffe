"""倒班表: typed as a row of letters, seen for four weeks before it is saved, by who may."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.people.models import ShiftPattern, Workplace
from tests.factories import LONG_AGO, add, unit

GOOD = {
    "letters": "早早中中夜夜休休",
    "hours": "早 8:00-16:00 中 16:00-24:00 夜 0:00-8:00",
    "from_on": "2026-01-01",
    "teams": "甲班 第1天\n乙班 第3天\n丙班 第5天\n丁班、炉前四班 7",
}


def address(spot):
    return f"/units/{spot.id}/shifts"


def test_the_unit_office_enters_it_once_for_its_branches(world, client, session):
    client.sign_on(world.unit_officer, office=True)
    empty = client.get(address(world.committee)).text
    assert "还没有倒班表" in empty and "早早中中夜夜休休" in empty
    tried = client.get(address(world.committee), query_string=GOOD).text
    assert "还没有保存" in tried and tried.count("<tr>") == 5 and tried.count('scope="col"') == 29
    assert session.scalar(sa.select(sa.func.count(ShiftPattern.id))) == 0
    saved = client.post(address(world.committee), data=GOOD, follow_redirects=True).text
    assert "倒班表已保存" in saved and "还没有保存" not in saved
    row = session.scalars(sa.select(ShiftPattern)).one()
    assert row.teams[3] == ["丁班", 7, ["炉前四班"]] and row.unit_id == world.committee.id


def test_a_member_reads_the_weeks_on_the_page_of_the_branch_and_cannot_type(world, client):
    client.sign_on(world.unit_officer, office=True).post(address(world.committee), data=GOOD)
    page = client.sign_on(world.member).get(address(world.branch)).text
    assert "接下来四周" in page and world.committee.name in page and "<textarea" not in page
    assert client.post(address(world.branch), data=GOOD).status_code == 403
    assert client.get(address(world.branch), query_string=GOOD | {"letters": "中休"}).text.count("还没有保存") == 0


def test_the_secretary_enters_what_only_the_own_branch_works_by(world, client, session):
    client.sign_on(world.secretary, office=True).post(
        address(world.branch), data=GOOD | {"letters": "早休夜休早休夜休"}
    )
    assert session.scalars(sa.select(ShiftPattern.unit_id)).all() == [world.branch.id]
    assert client.post(address(world.committee), data=GOOD).status_code == 404


def test_a_foreign_unit_is_not_found(world, client):
    client.sign_on(world.secretary, office=True)
    assert client.get(address(world.foreign_branch)).status_code == 404
    assert client.get(address(world.group)).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("letters", "早上班", "只用早、白、中、夜、休"),
        ("hours", "早 8:00-16:00", "还缺中班、夜班的起止时间"),
        ("from_on", "", "请写从哪天起"),
        ("from_on", "2026-02-30", "请写成 2026-03-05"),
        ("teams", "甲班", "一行写一个班组"),
        ("teams", "", "请写至少一个班组"),
        ("teams", "甲班 9", "第几天要在 1 到 8 之间"),
        ("teams", "\n".join(f"{number}班组 1" for number in "一二三四五六七"), "最多 6 个班组"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_with_everything_kept(world, client, field, typed, said):
    client.sign_on(world.unit_officer, office=True)
    for answer in (
        client.post(address(world.committee), data=GOOD | {field: typed}),
        client.get(address(world.committee), query_string=GOOD | {field: typed}),
    ):
        assert said in answer.text and "接下来四周" not in answer.text
        assert all(value.splitlines()[-1] in answer.text for key, value in GOOD.items() if key != field)


def test_the_roster_crews_and_the_team_each_counts_as(world, client, session):
    plant = unit(session, "plant", "炼铁厂", under=world.company.id)
    for name, who in (("1号炉甲班", world.member), ("点检组", world.leader)):
        crew = unit(session, "shift_team", name, under=plant.id)
        add(session, Workplace, person_id=who.id, unit_id=crew.id, from_on=LONG_AGO)
    client.sign_on(world.unit_officer, office=True).post(address(world.committee), data=GOOD)
    page = client.get(address(world.committee)).text
    assert "1号炉甲班" in page and "按常白班算" in page and page.index("1号炉甲班") < page.index("甲班</span>")

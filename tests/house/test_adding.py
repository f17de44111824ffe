"""What is meant to be added in one place is: a meeting kind in KINDS, a roster column in COLUMNS (README)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance import codes
from partygroup.db import transaction
from partygroup.meetings.actions import install_presets
from partygroup.meetings.models import Gathering, Sitting, State
from partygroup.meetings.presets import KINDS, KindSpec
from partygroup.people.models import Person
from partygroup.people.roster_columns import COLUMNS, Column, Lands
from partygroup.spreadsheets import cells
from tests.rosters import excel

pytestmark = pytest.mark.postgres

NEW_KIND = KindSpec("site_review", "现场评议会", ("group",), "quarter", 2, chair=("group_leader",), mark="P")
NEW_COLUMN = Column("skill", "技能等级", cells.one_of({"高级工": "高级工", "技师": "技师"}), Lands.NOTE,
                    also=("职业技能等级",))  # fmt: skip
TITLES = ["工号", "姓名", "二级党委", "党支部", "党小组", "党员类别"]


@pytest.fixture
def noon(at):
    at("2026-03-05 12:00")


# --- a meeting kind ---------------------------------------------------------------------------------------------------


@pytest.fixture
def new_kind(monkeypatch, noon, session, world) -> KindSpec:
    """Add the kind to the list, and start: what the database does not know yet is installed, once."""
    monkeypatch.setattr("partygroup.meetings.presets.KINDS", [*KINDS, NEW_KIND])
    added = []
    for _start in range(2):
        with transaction(session):
            added.append(install_presets(session, at=clock.now()))
    assert added == [1, 0]
    return NEW_KIND


def called(client, kind: KindSpec) -> str:
    """Call a meeting of the kind by the form that its link on the home page leads to; return its address."""
    page = client.get("/").text
    link = re.search(rf'/meetings/new\?[^"]*kind={kind.code}', page)[0].replace("&amp;", "&")
    form = client.get(link).text
    assert re.search(rf'value="{kind.code}" checked', form) and kind.name in form
    hidden = dict(re.findall(r'<input type="hidden" name="(unit|key)" value="([^"]*)"', form))
    typed = {"kinds": [kind.code], "starts_at": "2026-03-05T12:30", "place": "炉台", "theme": ""}
    answer = client.post("/meetings", data=hidden | typed)
    assert answer.status_code == 303
    return re.fullmatch(r"(/meetings/\d+).*", answer.location)[1]


def code_of(app, session, url: str) -> str:
    gathering_id = int(url.rsplit("/", 1)[1])
    sitting_id = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == gathering_id))
    return "/Q/" + codes.code_at(app.config["SECRET_KEYS"][0], gathering_id, sitting_id, codes.step_of(clock.now(), 15))


def test_a_meeting_kind_is_added_in_one_place(app, session, world, client, new_kind):
    leader, member = client.sign_on(world.leader), app.test_client().sign_on(world.member)
    url = called(leader, new_kind)
    assert new_kind.name in member.get("/").text
    assert leader.post(f"{url}/opening").status_code == 303
    assert new_kind.name in leader.get(f"{url}/code").text
    assert new_kind.name in member.get(code_of(app, session, url)).text
    receipt = member.get(member.post(f"{url}/sign-ins").location).text
    assert "已到会" in receipt and new_kind.name in receipt
    assert leader.post(f"{url}/closing").status_code == 303
    assert new_kind.name in leader.get(url).text and new_kind.name in member.get("/me/attendance").text
    assert session.scalars(sa.select(Gathering)).one().state == State.HELD


def test_the_company_office_finds_the_new_kind_among_the_rules(world, client, new_kind):
    client.sign_on(world.company_officer, office=True)
    assert new_kind.name in client.get("/rules/kinds").text
    typed = {"name": "现场评议", "per": "quarter", "at_least": "1"}
    assert client.post(f"/rules/kinds/{new_kind.code}", data=typed).status_code == 303
    assert "现场评议" in client.get("/rules/kinds").text


# --- a roster column --------------------------------------------------------------------------------------------------


@pytest.fixture
def office(noon, world, client):
    """The company's office; its client knows the company."""
    client.sign_on(world.company_officer, office=True)
    client.unit_id = world.company.id
    return client


@pytest.fixture
def new_column() -> Iterator[Column]:
    """Add the column to the one list, which every reader of rosters shares."""
    COLUMNS.append(NEW_COLUMN)
    yield NEW_COLUMN
    COLUMNS.remove(NEW_COLUMN)


def preview(office, titles: list[str], cells: list[str]) -> str:
    """Send a roster of one member, with further columns; return the address of the preview."""
    out = excel(TITLES + titles, [*office.somebody, *cells])
    form = {"valid_from": "2026-03-01", "unit_id": office.unit_id, "file": (out, "花名册.xlsx")}
    answer = office.post("/imports", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    return answer.location


@pytest.fixture
def note_of(session, office, world):
    """Return a function that imports further columns of the member and returns the note then stored."""
    office.somebody = [world.member.staff_no, world.member.name, *(
        world.units[canary].name for canary in ("青松", "红柳", "朱雀")), "正式党员"]  # fmt: skip

    def import_columns(**cells: str) -> str | None:
        assert office.post(preview(office, [*cells], [*cells.values()]) + "/applying").status_code == 303
        session.expire_all()
        return session.scalar(sa.select(Person.note).where(Person.id == world.member.id))

    return import_columns


def test_a_roster_column_is_added_in_one_place(office, world, note_of, new_column):
    page = office.get(preview(office, ["职业技能等级"], ["技师"])).text
    assert "备注：空 → 技能等级：技师" in page and "没有用到的列" not in page
    assert note_of(职业技能等级="技师") == "技能等级：技师"
    assert "技能等级：技师" in office.get(f"/people/{world.member.id}").text
    assert "备注：" not in office.get(preview(office, ["技能等级"], ["技师"])).text


def test_a_cell_of_the_new_column_is_checked(office, note_of, new_column):
    page = office.get(preview(office, ["技能等级"], ["大师傅"])).text
    assert "G2" in page and "大师傅" in page and "高级工" in page


def test_what_other_columns_noted_stays(note_of, new_column):
    assert note_of(备注="借调到焦化厂", 技能等级="高级工") == "借调到焦化厂；技能等级：高级工"
    assert note_of(技能等级="技师") == "借调到焦化厂；技能等级：技师"
    assert note_of(备注="已回本厂") == "已回本厂；技能等级：技师"
    assert note_of(技能等级="") == "已回本厂"


def test_a_note_that_grows_too_long_is_a_fault_not_cut_off(office, note_of, new_column):
    page = office.get(preview(office, ["备注", "技能等级"], ["长" * 195, "技师"])).text
    assert "最多200个字" in page and "G2" in page


def test_without_its_line_the_column_is_said_to_be_unused(office, note_of):
    assert "没有用到的列：技能等级" in office.get(preview(office, ["技能等级"], ["技师"])).text

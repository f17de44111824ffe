"""Importing a roster: dated, repeat-safe, person by person, all or nothing."""

import io
import random
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partygroup.db import AuditRow, Base, holds_on, transaction
from partygroup.errors import Refused
from partygroup.org.models import Placement, Unit
from partygroup.people.models import (
    Belonging,
    Login,
    Person,
    Post,
    Role,
    RosterImport,
    StandingSpan,
    Workplace,
)
from partygroup.people.roster import Outcome, apply_roster
from partygroup.spreadsheets.faulty import fault_sheet
from tests.rooms.smallroster import AT, MARCH, NEW_YEAR, SOUND, TODAY, imported, previewed, someone


def content(session) -> dict:
    """Return everything the import may change, table by table."""
    tables = (Unit, Placement, Person, Belonging, StandingSpan, Workplace, Post)
    return {model.__tablename__: session.execute(sa.select(model.__table__)).all() for model in tables}


def names_on(session, model, column, day) -> list[str]:
    """Return the names of the units in a column of a person's spans of a day."""
    held = sa.select(Placement.name).join(model, column == Placement.unit_id)
    return list(session.scalars(held.where(holds_on(model, day)).order_by(Placement.name)))


def test_the_first_import_lays_down_units_people_and_dates(session, top):
    outcome = imported(session, top, [someone(党内职务="党小组长；党委候补委员"), someone(工号="001002", 姓名="李明")])
    assert outcome == Outcome(joined=2, units=3, works=3)
    person = session.scalar(sa.select(Person).where(Person.staff_no == "001001"))
    assert (person.pinyin, person.initials, person.key_technician) == ("zhangjianguo", "zjg", True)
    assert session.scalar(sa.select(Workplace.star_level).where(Workplace.person_id == person.id)) == 3
    spans = sa.select(StandingSpan.standing, StandingSpan.from_on, StandingSpan.until_on)
    assert session.execute(spans.where(StandingSpan.person_id == person.id)).all() == [
        ("probationary", date(2019, 7, 1), date(2020, 7, 1)),
        ("full", date(2020, 7, 1), None),
    ]
    assert names_on(session, Belonging, Belonging.group_id, NEW_YEAR) == ["第一党小组"] * 2
    assert names_on(session, Workplace, Workplace.unit_id, NEW_YEAR) == ["甲班"] * 2
    posts = session.execute(sa.select(Post.role, Post.title).order_by(Post.id)).all()
    assert posts == [("group_leader", None), ("other", "党委候补委员")]
    assert session.scalar(sa.select(sa.func.count()).where(AuditRow.action == "people.person.import")) == 2


def test_the_same_file_again_changes_nothing(session, top):
    people = [someone(党内职务="书记"), someone(工号="001002", 姓名="李明", 党员类别="预备党员", 转正时间="")]
    imported(session, top, people)
    before = content(session)
    assert imported(session, top, people, on=TODAY) == Outcome()
    assert content(session) == before


def test_confirming_twice_changes_nothing(session, top):
    found = previewed(session, top, [someone()])
    with transaction(session):
        first = apply_roster(session, found, by=None, at=AT)
    before = content(session)
    with transaction(session):
        second = apply_roster(session, found, by=None, at=AT)
    assert (first.joined, first.already, second.joined, second.already) == (1, False, 1, True)
    assert content(session) == before and found.rows == []


def test_stars_are_dated_and_the_days_before_keep_theirs(session, top):
    starless = someone(工号="001002", 姓名="李明") | dict.fromkeys(("车间", "班组", "岗位", "岗位类别"), "")
    imported(session, top, [someone(星级="3"), starless | {"星级": "0"}])
    later = [someone(星级="4"), starless | {"星级": "0"}]
    found = previewed(session, top, later, on=MARCH)
    assert [row["text"] for row in found.summary["changes"]["other"]] == ["星级：3 → 4"]
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    spans = sa.select(Workplace.star_level, Workplace.from_on, Workplace.until_on).order_by(Workplace.id)
    assert [tuple(row) for row in session.execute(spans)] == [
        (3, NEW_YEAR, MARCH), (0, NEW_YEAR, None), (4, MARCH, None)
    ]  # fmt: skip
    assert imported(session, top, later, on=MARCH) == Outcome()


def test_changes_are_told_person_by_person_and_dated(session, top):
    probationary = someone(工号="001002", 姓名="李明", 党员类别="预备党员", 入党时间="2025-02-01", 转正时间="")
    imported(session, top, [someone(党内职务="书记"), probationary])
    later = [
        someone(党支部="烧结党支部", 手机号="13900000000"),
        probationary | {"党员类别": "正式党员", "转正时间": "2026-02-01", "党内职务": "书记"},
    ]
    found = previewed(session, top, later, on=MARCH)
    told = {section: [(row["name"], row["text"]) for row in rows] for section, rows in found.summary["changes"].items()}
    assert told["moved"] == [("张建国", "高炉党支部 第一党小组 → 烧结党支部 第一党小组")]
    assert told["standing"] == [("李明", "预备党员 → 正式党员（2026-02-01起）")]
    assert told["posts"] == [("张建国", "卸任高炉党支部书记"), ("李明", "任高炉党支部书记")]
    assert told["other"][0] == ("张建国", "手机号：13800000000 → 13900000000")
    with transaction(session):
        assert apply_roster(session, found, by=None, at=AT) == Outcome(moved=1, standing=1, posts=2, other=2, units=2)
    assert names_on(session, Belonging, Belonging.branch_id, MARCH - timedelta(1)) == ["高炉党支部"] * 2
    assert names_on(session, Belonging, Belonging.branch_id, MARCH) == ["烧结党支部", "高炉党支部"]
    row = session.scalar(
        sa.select(AuditRow).where(AuditRow.action == "people.person.import").order_by(AuditRow.id.desc())
    )
    assert row.reason == "花名册导入：花名册.xlsx"


def test_a_change_before_the_current_record_is_a_fault_of_its_row(session, top):
    imported(session, top, [someone()], on=MARCH)
    found = previewed(session, top, [someone(党支部="烧结党支部")], on=NEW_YEAR)
    (fault,) = found.faults[0]["faults"]
    assert fault["cell"] == "D2" and "2026-03-01" in fault["reason"]


def test_people_left_out_are_listed_and_ended_only_when_ticked(session, top):
    imported(session, top, [someone(), someone(工号="001002", 姓名="李明", 党内职务="书记")])
    gone = session.scalar(sa.select(Person).where(Person.staff_no == "001002"))
    with transaction(session):
        session.add(Login(digest="d", person_id=gone.id, device="手机", made_at=AT, seen_at=AT))
    assert imported(session, top, [someone()], on=MARCH) == Outcome()
    found = previewed(session, top, [someone()], on=MARCH)
    assert [person["name"] for person in found.summary["absent"]] == ["李明"]
    with pytest.raises(Refused, match="日期"), transaction(session):
        apply_roster(session, found, by=None, at=AT, ended=[gone.id])
    with transaction(session):
        assert apply_roster(session, found, by=None, at=AT, ended=[gone.id], ended_on=MARCH) == Outcome(ended=1)
    for model in (Belonging, Workplace, Post):
        assert session.scalars(sa.select(model.until_on).where(model.person_id == gone.id)).all() == [MARCH]
    assert session.scalar(sa.select(sa.func.count(Login.id))) == 0
    assert imported(session, top, [someone(), someone(工号="001002", 姓名="李明")], on=TODAY).joined == 1


def test_nobody_else_may_be_ended(session, top):
    imported(session, top, [someone(), someone(工号="001002", 姓名="李明", 党支部="烧结党支部")])
    other = session.scalar(sa.select(Person.id).where(Person.staff_no == "001002"))
    found = previewed(session, top, [someone()], on=MARCH)
    with pytest.raises(Refused, match="文件里没有的人"), transaction(session):
        apply_roster(session, found, by=None, at=AT, ended=[other], ended_on=MARCH)


def test_a_holder_of_an_office_is_neither_ended_nor_relieved(session, top):
    imported(session, top, [someone(), someone(工号="001002", 姓名="李明")])
    officer = session.scalar(sa.select(Person.id).where(Person.staff_no == "001002"))
    with transaction(session):
        session.execute(
            sa.insert(Post.__table__).values(
                person_id=officer, unit_id=top.id, role=Role.COMPANY_OFFICE, from_on=NEW_YEAR
            )
        )
    assert imported(session, top, [someone(), someone(工号="001002", 姓名="李明")], on=MARCH) == Outcome()
    found = previewed(session, top, [someone()], on=MARCH)
    with pytest.raises(Refused, match="机关职务"), transaction(session):
        apply_roster(session, found, by=None, at=AT, ended=[officer], ended_on=MARCH)


def test_faulty_rows_stop_the_import_unless_only_good_rows_are_wanted(session, top):
    found = previewed(session, top, [someone(), someone(工号="001002", 星级="九")])
    with pytest.raises(Refused, match="还有1行"), transaction(session):
        apply_roster(session, found, by=None, at=AT)
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 0
    with transaction(session):
        assert apply_roster(session, found, by=None, at=AT, only_good_rows=True).joined == 1


def test_what_changed_since_the_preview_stops_the_import(session, top):
    imported(session, top, [someone()])
    stale = previewed(session, top, [someone(手机号="13900000000")], on=MARCH)
    imported(session, top, [someone(手机号="13700000000")], on=MARCH)
    with pytest.raises(Refused, match="改动过"), transaction(session):
        apply_roster(session, stale, by=None, at=AT)


def test_a_single_post_is_not_taken_from_somebody_the_file_leaves_out(session, top):
    imported(session, top, [someone(党内职务="书记")])
    found = previewed(session, top, [someone(工号="001002", 姓名="李明", 党内职务="书记")], on=MARCH)
    assert "现在的书记是张建国" in found.faults[0]["faults"][0]["reason"]


def test_one_unit_committee_imports_only_its_own(session, top):
    imported(session, top, [someone(), someone(工号="001002", 姓名="李明", 二级党委="炼钢厂")])
    ours = session.scalar(sa.select(Placement.unit_id).where(Placement.name == "炼铁厂").order_by(Placement.unit_id))
    people = [someone(), someone(工号="001003", 二级党委="炼钢厂"), someone(工号="001002", 姓名="李明")]
    found = previewed(session, top, people, on=MARCH, scope=ours)
    reasons = [row["faults"][0]["reason"] for row in found.faults]
    assert "不在您的范围内" in reasons[0] and "组织关系转接" in reasons[1] and found.summary["good"] == 1


def test_one_name_under_two_committees_is_two_branches_and_look_alikes_are_noted(session, top):
    people = [someone(), someone(工号="001002", 二级党委="炼钢厂"), someone(工号="001003", 党支部="高炉支部")]
    found = previewed(session, top, people)
    assert any("名称相近" in note for note in found.notes)
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    assert len(set(session.scalars(sa.select(Belonging.branch_id)))) == 3


def test_a_column_the_file_lacks_changes_nothing(session, top):
    imported(session, top, [someone(党内职务="书记")])
    before = content(session)
    few = ["工号", "姓名", "二级党委", "党支部", "党员类别"]
    found = previewed(session, top, [someone()], on=MARCH, titles=few)
    with transaction(session):
        assert apply_roster(session, found, by=None, at=AT) == Outcome()
    assert content(session) == before


def test_a_day_to_come_is_refused(session, top):
    with pytest.raises(Refused, match="不能晚于今天"):
        previewed(session, top, [someone()], on=TODAY + timedelta(1))


def test_the_fault_sheet_gives_the_rows_back_with_reasons(session, top):
    found = previewed(session, top, [someone(), someone(工号="001002", 备注="=1+1", 星级="九")])
    page = openpyxl.load_workbook(io.BytesIO(fault_sheet(found.summary["headers"], found.faults))).active
    lines = list(page.iter_rows(values_only=True))
    assert len(lines) == 2 and lines[0][-1] == "原因" and "星级只能是0到5" in lines[1][-1]
    assert "=1+1" in lines[1]
    assert page.cell(2, lines[1].index("=1+1") + 1).data_type == "s"


def test_statements_do_not_grow_with_rows(session, top, statements):
    def cost(start: int, people: int) -> int:
        found = previewed(session, top, [someone(工号=f"{start + n:06d}") for n in range(people)])
        with statements() as seen, transaction(session):
            apply_roster(session, found, by=None, at=AT)
        return len(seen)

    cost(1000, 1)
    assert cost(2000, 3) == cost(3000, 60)


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "工号": st.sampled_from([f"00{number}" for number in range(1000, 1008)]),
            "党支部": st.sampled_from(["高炉党支部", "烧结党支部"]),
            "党小组": st.sampled_from(["", "第一党小组", "第二党小组"]),
            "党员类别": st.sampled_from(["正式党员", "预备党员", "入党积极分子"]),
            "党内职务": st.sampled_from(["", "书记", "组织委员", "党小组长", "联络员"]),
            "班组": st.sampled_from(["", "甲班", "乙班"]),
            "星级": st.sampled_from(["", "0", "5"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda person: person["工号"],
)


def _clear(session) -> None:
    """Empty the tables: each example of a property starts anew."""
    with transaction(session):
        for table in (Post, Workplace, Belonging, StandingSpan, RosterImport, Person):
            session.execute(sa.delete(Base.metadata.tables[table.__tablename__]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, PEOPLE, st.randoms(use_true_random=False))
def test_twice_is_once_and_the_order_of_columns_never_matters(session, top, first, second, chance: random.Random):
    _clear(session)
    for day, people in ((NEW_YEAR, first), (MARCH, second)):
        people = [someone(入党时间="", 转正时间="") | person for person in people]
        imported_good = previewed(session, top, people, on=day)
        if imported_good.rows:
            with transaction(session):
                apply_roster(session, imported_good, by=None, at=AT, only_good_rows=True)
        titles = list(SOUND)
        chance.shuffle(titles)
        again = previewed(session, top, people, on=day, titles=titles)
        good = {row["row"] for row in imported_good.faults}
        assert {row["row"] for row in again.faults} == good
        assert not any(again.summary["changes"].values()) and not again.summary["units"]

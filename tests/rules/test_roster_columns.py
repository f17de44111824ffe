"""The columns of a roster: what each cell means, what is wrong with a row, and how a column is added."""

import io
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.people import roster_cells
from partygroup.people.models import Person
from partygroup.people.roster_change import first_standings, person_values
from partygroup.people.roster_columns import COLUMNS, Column, Lands
from partygroup.people.roster_file import read_roster
from partygroup.people.roster_rows import read_rows
from partygroup.spreadsheets import cells
from partygroup.spreadsheets.cells import BadValue

TODAY = date(2026, 11, 24)
JULY = date(2019, 7, 1)


@pytest.mark.parametrize(
    "typed",
    [JULY, datetime(2019, 7, 1), "2019-07-01", "2019/7/1", "2019.7.1", "2019.07", "2019年7月1日", "20190701",
     20190701.0, "２０１９．０７．０１", " 2019-7-1 ", "2019年7月", "201907", "2019-07-01 00:00:00"],
)  # fmt: skip
def test_a_day_in_any_usual_form(typed):
    assert roster_cells.day(typed, TODAY) == JULY


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (2019.1, "是数字"),
        (2019.07, "是数字"),
        (43647.0, "是数字"),
        ("2019.1", "分不清"),
        ("2019-02-30", "没有2019年2月30日"),
        (20190230.0, "没有2019年2月30日"),
        ("2031-07-01", "之后"),
        ("前年夏天", "看不出"),
        ("2019-13", "没有2019年13月"),
        ("0019-07-01", "1900年"),
        (True, "看不出"),
        (time(8, 0), "看不出"),
    ],
)
def test_a_day_that_is_unclear_or_does_not_exist_says_what_to_do(typed, words):
    with pytest.raises(BadValue, match=words):
        roster_cells.day(typed, TODAY)


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=TODAY),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"]),
)
def test_every_day_survives_its_forms(day, form):
    assert roster_cells.day(day.strftime(form), TODAY) == day


@pytest.mark.parametrize("name", ["王𬭎明", "刘新䶮", "戴子㛃", "买买提·买合木提", "Anna Li", "欧阳 修", "〇一"])
def test_names_of_all_kinds_are_welcome(name):
    assert roster_cells.name(name, TODAY)


@pytest.mark.parametrize("name", ["张三1", "张😀三", "张@三", "·张", "张" * 41, "(张三)"])
def test_names_with_other_characters_are_not(name):
    with pytest.raises(BadValue):
        roster_cells.name(name, TODAY)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("００１２３４", "001234"), (" 00 1234 ", "001234"), (123456.0, "123456"), ("AB-12", "AB-12")],
)
def test_staff_numbers_are_text(typed, number):
    assert cells.staff_no(typed, TODAY) == number


@pytest.mark.parametrize("typed", ["12", "1" * 21, "12_34", "工号1", 12.5])
def test_odd_staff_numbers_are_refused(typed):
    with pytest.raises(BadValue, match="工号"):
        cells.staff_no(typed, TODAY)


def rows_of(*people: dict, extra=()):
    """Return read rows of a .csv whose people differ from a sound one by the given cells."""
    sound = {"工号": "", "姓名": "张三", "二级党委": "炼铁厂", "党支部": "高炉党支部", "党员类别": "正式党员"}
    people = [{**sound, "工号": f"{1000 + number}"} | person for number, person in enumerate(people)]
    titles = list(dict.fromkeys(title for person in people for title in person))
    lines = [titles] + [[person.get(title, "") for title in titles] for person in people]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    return read_rows(read_roster(io.BytesIO(text.encode()), "名单.csv"), TODAY)


def reasons(row) -> str:
    return "|".join(f"{fault['cell']} {fault['column']} {fault['value']} {fault['reason']}" for fault in row.faults)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"姓名": ""}, "B2 姓名  “姓名”必填"),
        ({"党员类别": "群众代表"}, "群众代表 只能填正式党员"),
        ({"入党时间": "2020-07-01", "转正时间": "2019-07-01"}, "转正时间在入党时间"),
        ({"党员类别": "预备党员", "转正时间": "2019-07-01"}, "预备党员还没有转正时间"),
        ({"党员类别": "发展对象", "入党时间": "2019-07-01"}, "还不是党员"),
        ({"出生年月": "2020-01", "入党时间": "2019-07-01"}, "之后"),
        ({"出生年月": "2001-08", "入党时间": "2019-07-01"}, "不满18岁"),
        ({"星级": "6"}, "0到5"),
        ({"技术骨干": "对"}, "只能填是、否"),
        ({"性别": "M"}, "只能填男、女"),
        ({"岗位类别": "后勤"}, "操作、检修、管理"),
        ({"手机号": "123"}, "6到20位"),
        ({"备注": "长" * 201}, "最多200个字"),
        ({"党小组": "第一党小组、第二党小组"}, "只能在一个党小组"),
        ({"党内职务": "党小组长"}, "请填写“党小组”"),
        ({"党小组": "第一党小组", "党内职务": "第二党小组组长"}, "组长只能由本组党员"),
        ({"党员类别": "预备党员", "党小组": "第一党小组", "党内职务": "党小组长"}, "预备党员不能"),
        ({"党员类别": "入党积极分子", "党内职务": "书记"}, "只有党员才能"),
    ],
)  # fmt: skip
def test_a_faulty_row_says_where_and_why(person, words):
    (row,) = rows_of(person)
    assert words in reasons(row)


@pytest.mark.parametrize(
    "person",
    [
        {"入党时间": "2019-07-01"},
        {"入党时间": "1969-07-01", "转正时间": "1969-07-01"},
        {"出生年月": "2001-07", "入党时间": "2019-07-01"},
        {"手机号": "0531-1234567", "星级": "０", "技术骨干": "是"},
        {"党员类别": "入党积极分子", "党内职务": "无"},
    ],
)
def test_a_sound_row_has_no_fault(person):
    (row,) = rows_of(person)
    assert not row.faults


def test_the_later_of_two_rows_names_the_other():
    first, second, third = rows_of({"党内职务": "书记"}, {"工号": "1000"}, {"党内职务": "高炉党支部书记；组织委员"})
    assert not first.faults
    assert "第2行（张三）重复" in reasons(second) and "第2行（张三）也写着书记" in reasons(third)


def test_branches_of_one_name_under_two_committees_have_a_secretary_each():
    assert not any(row.faults for row in rows_of({"党内职务": "书记"}, {"党内职务": "书记", "二级党委": "炼钢厂"}))


@pytest.mark.parametrize(
    ("written", "roles"),
    [
        ("党支部书记；组织委员", ["secretary", "organisation_officer"]),
        ("支部副书记、纪律检查委员", ["deputy_secretary", "discipline_officer"]),
        ("宣传委员,支委", ["propaganda_officer", "committee_member"]),
        ("第一党小组组长", ["group_leader"]),
        ("组长，小组长", ["group_leader"]),
        ("党委委员", ["other"]),
        ("党总支书记", ["other"]),
        ("攻关组长", ["other"]),
        ("公司党群工作部", ["other"]),
    ],
)
def test_posts_as_people_write_them(written, roles):
    (row,) = rows_of({"党小组": "第一党小组", "党内职务": written})
    assert [post["role"] for post in row.values["posts"]] == roles and not row.faults


def test_a_number_that_lost_its_zeros_is_refused():
    from tests.rules.test_roster_file import HEADER, SOMEBODY, excel

    content = excel(HEADER, SOMEBODY, ["005678", *SOMEBODY[1:]], [9012, *SOMEBODY[1:]], [345678, *SOMEBODY[1:]])
    rows = read_rows(read_roster(io.BytesIO(content), "a.xlsx"), TODAY)
    assert [len(row.faults) for row in rows] == [0, 0, 1, 0] and "开头的0" in reasons(rows[2])


def test_standings_follow_the_dates():
    both = {"standing": "full", "joined_on": "2019-07-01", "full_on": "2020-07-01"}
    assert first_standings(both, "2026-01-01") == [
        ("probationary", "2019-07-01", "2020-07-01"),
        ("full", "2020-07-01", None),
    ]
    assert first_standings({"standing": "full"}, "2026-01-01") == [("full", "2026-01-01", None)]
    assert first_standings({"standing": "activist"}, "2026-01-01") == [("activist", "2026-01-01", None)]


def test_every_plain_column_is_one_of_person():
    assert {column.key for column in COLUMNS if column.lands is Lands.PERSON} <= set(Person.__table__.columns.keys())


def test_a_column_is_added_in_one_place():
    added = [
        Column("native_place", "籍贯", cells.words(20), Lands.NOTE),
        Column("nickname", "曾用名", cells.words(20)),
    ]
    COLUMNS.extend(added)
    try:
        (row,) = rows_of({"籍贯": "山东", "曾用名": "张四", "备注": "借调"})
        values = person_values(row.values)
    finally:
        del COLUMNS[-2:]
    assert values["nickname"] == "张四"
    assert values["note"] == "借调；籍贯：山东"

"""A table of figures: what each cell means, and every fault with its cell and a sentence."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation import figure_columns as columns
from partygroup.evaluation.figure_columns import COLUMNS
from partygroup.evaluation.figure_rows import Directory, Item, NamedUnit, Vocabulary, read_figures
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme
from partygroup.spreadsheets.cells import BadValue

TODAY = date(2026, 8, 20)
UNITS = [
    NamedUnit(1, "炼铁厂党委", "炼铁厂党委", False),
    NamedUnit(2, "炼钢厂党委", "炼钢厂党委", False),
    NamedUnit(11, "一车间党支部", "炼铁厂党委", True),
    NamedUnit(12, "机关党支部", "炼铁厂党委", True),
    NamedUnit(21, "机关党支部", "炼钢厂党委", True),
    NamedUnit(31, "高炉车间", "炼铁厂党委", False),
]


def whole_times(value: Fraction) -> str | None:
    return None if value.denominator == 1 and 1 <= value <= 50 else "请填1至50的整数。"


def three_to_five(value: Fraction) -> str | None:
    return None if 3 <= value <= 5 else "请填3至5。"


ITEMS = [Item("QI-SKILL", "技能等级", whole_times), Item("WP-QUALITY", "负有责任的质量或交付事件", three_to_five),
         Item("A-ONE", "同名", whole_times), Item("A-TWO", "同名", whole_times)]  # fmt: skip
WORDS = Vocabulary(Scheme.from_json(BODY), ITEMS)
DIRECTORY = Directory(UNITS, {"A1001": 71, "A1002": 72}, lambda _period: WORDS)
KEYS = [column.key for column in COLUMNS]
PLACES = {key: place for place, key in enumerate(KEYS)}


def cells(**typed) -> list:
    """Return the cells of a sound row of a branch, with changes by column."""
    sound = {"period": "2026Q3", "branch": "一车间党支部", "indicator": "WP1", "value": "97.5", "source": "生产月报"}
    return [(sound | typed).get(key) for key in KEYS]


def person(**typed) -> list:
    return cells(**{"branch": None, "staff_no": "A1001", "indicator": "QI-SKILL", "value": 1} | typed)


def read(*rows: list, reported=None, places=None):
    return read_figures(enumerate(rows, 2), places or PLACES, DIRECTORY, TODAY, reported)


def faults(*rows: list, **more) -> list[tuple[str, str]]:
    return [(fault["cell"], fault["reason"]) for row in read(*rows, **more) for fault in row.faults]


def test_a_sound_row_of_a_unit():
    (row,) = read(cells(note="七月补报"))
    assert row.faults == []
    wanted = ("unit_id", "person_id", "code", "period", "value", "source", "note")
    assert [row.values[key] for key in wanted] == [11, None, "WP1", "2026Q3", "97.5", "生产月报", "七月补报"]


def test_a_sound_row_of_a_person():
    (row,) = read(person())
    assert row.faults == []
    assert row.about == (None, 71, "QI-SKILL", "2026Q3") and row.values["value"] == "1"


@pytest.mark.parametrize("word", ["WP1", "wp1", " ＷＰ１ ", "挂钩单位计划完成率", "挂钩单位 计划完成率"])
def test_an_indicator_by_code_or_name(word):
    (row,) = read(cells(indicator=word))
    assert (row.values["code"], row.faults) == ("WP1", [])


@pytest.mark.parametrize(
    ("changes", "unit_id"),
    [
        ({"branch": None, "unit": "高炉车间"}, 31),
        ({"branch": None, "unit": "一车间党支部"}, 11),
        ({"branch": "机关党支部", "committee": "炼钢厂党委"}, 21),
        ({"branch": None, "unit": "机关党支部", "committee": "炼铁厂党委"}, 12),
        ({"branch": None, "unit": "炼铁厂党委", "committee": "炼铁厂党委"}, 1),
        ({"branch": "一车间 党支部", "unit": "一车间党支部"}, 11),
    ],
)
def test_a_unit_by_name_and_committee(changes, unit_id):
    (row,) = read(cells(**changes))
    assert (row.values["unit_id"], row.faults) == (unit_id, [])


@pytest.mark.parametrize(
    ("changes", "cell", "reason"),
    [
        ({"period": None}, "A2", "“期间”必填，请补上。"),
        ({"period": "三季度"}, "A2", "看不出是哪个期间，请写成 2026Q3、2026-07 或 2026 的样子。"),
        ({"period": "2026Q4"}, "A2", "期间 2026Q4 还没有开始，或太早了，请核对。"),
        ({"period": "2026"}, "A2", "“挂钩单位计划完成率”不能按全年填报，请按季度或月份填报，例如 2026Q3。"),
        ({"indicator": "QI1.N", "value": 2, "period": "2026-07"}, "A2",
         "“近四个季度取得技能等级或职称的党员”不能按月填报，请按季度或全年填报，例如 2026Q3。"),
        ({"branch": None}, "B2", "“挂钩单位计划完成率”要写明是哪个单位或党支部，请补上。"),
        ({"branch": "二车间党支部"}, "C2", "没有叫“二车间党支部”的单位，或不在您管理的范围内，请核对名称。"),
        ({"branch": "高炉车间"}, "C2", "没有叫“高炉车间”的单位，或不在您管理的范围内，请核对名称。"),
        ({"committee": "炼钢厂党委"}, "C2",
         "“炼钢厂党委”里没有叫“一车间党支部”的单位，或不在您管理的范围内，请核对名称。"),
        ({"branch": "机关党支部"}, "C2",
         "有2个“机关党支部”（炼铁厂党委、炼钢厂党委），请在“二级党委”一列写明是哪一个。"),
        ({"unit": "高炉车间"}, "B2", "单位和党支部只填一个，请删去另一个。"),
        ({"staff_no": "A1001"}, "E2", "“挂钩单位计划完成率”是单位的指标，请删去工号，填单位或党支部。"),
        ({"staff_no": "工号"}, "E2", "工号只能由3到20个字母、数字或“-”组成，请核对。"),
        ({"indicator": "WP9"}, "F2", "没有叫“WP9”的指标，请填指标的代码或全名，例如 WP1。"),
        ({"indicator": "同名"}, "F2", "“同名”有2个，请改填代码：A-ONE、A-TWO。"),
        ({"indicator": "PF2"}, "F2", "“党员平均参与率”由系统自动计算，不能导入，请删去这一行。"),
        ({"indicator": None}, "F2", "“指标”必填，请补上。"),
        ({"value": None}, "G2", "“数值”必填，请补上。"),
        ({"value": "约97"}, "G2", "这一格要是一个数，例如 97.5，请删去其他的字和符号。"),
        ({"value": -1}, "G2", "“挂钩单位计划完成率”不能小于 0，请核对。"),
        ({"indicator": "WP4", "value": 100.5}, "G2", "“下道工序或客户满意度”不能超过 100%，这里是 100.5%，请核对。"),
        ({"indicator": "SE1.C", "value": "2%"}, "G2", "“轻微事件”的单位是起，请去掉百分号。"),
        ({"value": 0.975}, "G2", "看不出是 0.975% 还是 97.5%。请把单元格设成文本，连百分号一起写，例如 97.5%。"),
        ({"value": 1}, "G2", "看不出是 1% 还是 100%。请把单元格设成文本，连百分号一起写，例如 100%。"),
        ({"value": 1.02}, "G2", "看不出是 1.02% 还是 102%。请把单元格设成文本，连百分号一起写，例如 102%。"),
        ({"value": 10}, "G2", "看不出是 10% 还是 1000%。请把单元格设成文本，连百分号一起写，例如 1000%。"),
        ({"indicator": "SE1.C", "value": 0.5}, "G2", "“轻微事件”按起计，要填整数，这里是 0.5，请核对。"),
        ({"source": None}, "H2", "“来源”必填，请补上。"),
        ({"source": "\u200b"}, "H2", "“来源”必填，请补上。"),
        ({"indicator": " \u200b "}, "F2", "“指标”必填，请补上。"),
        ({"note": "长" * 201}, "I2", "最多200个字，这里有201个字，请缩短。"),
    ],
)  # fmt: skip
def test_faults_of_a_units_row(changes, cell, reason):
    assert (cell, reason) in faults(cells(**changes))


@pytest.mark.parametrize(
    ("changes", "cell", "reason"),
    [
        ({"staff_no": None}, "E2", "“技能等级”按人登记，请填工号。"),
        ({"staff_no": "A9999"}, "E2", "没有工号是“A9999”的党员，或不在您管理的范围内，请核对。"),
        ({"value": 0}, "G2", "请填1至50的整数。"),
        ({"value": 1.5}, "G2", "请填1至50的整数。"),
        ({"value": -1}, "G2", "请填1至50的整数。"),
        ({"value": "50%"}, "G2", "“技能等级”不是百分数，请去掉百分号。"),
        ({"indicator": "WP-QUALITY", "value": 2}, "G2", "请填3至5。"),
    ],
)  # fmt: skip
def test_faults_of_a_persons_row(changes, cell, reason):
    assert faults(person(**changes)) == [(cell, reason)]


@pytest.mark.parametrize(
    ("code", "value"),
    [("WP1", "1.02%"), ("WP1", 102), ("WP1", 10.1), ("WP1", 0), ("WP4", 1.02), ("SE3.BASE", 0.9), ("SE3.HEAD", 90.5)],
)
def test_a_number_that_can_be_meant_in_one_way_only(code, value):
    assert faults(cells(indicator=code, value=value)) == []


def test_what_a_persons_number_may_be():
    sound = [("WP-QUALITY", 3), ("WP-QUALITY", 4.5), ("QI-SKILL", 1), ("QI-SKILL", "50")]
    assert faults(*(person(indicator=code, value=value) for code, value in sound)) == []


def test_a_faulty_number_is_blamed_once():
    assert faults(person(staff_no="?")) == [("E2", "工号只能由3到20个字母、数字或“-”组成，请核对。")]


def test_several_faults_of_one_row_are_all_told():
    found = faults(cells(period=None, branch="无此支部", value="x", source=""))
    assert [cell for cell, _ in found] == ["A2", "G2", "H2", "C2"]


def test_the_second_of_two_rows_about_the_same_is_blamed():
    reason = "和第2行说的是同一件事（对象、指标、期间都相同），请只留一行。"
    assert faults(cells(), cells(value="98"), cells(period="2026-07")) == [("F3", reason)]
    assert faults(cells(), cells(indicator="挂钩单位计划完成率", branch=None, unit="一车间党支部")) == [("F3", reason)]
    assert faults(cells(indicator="SE1.C", value=1), cells(indicator="SE1.B", value=1)) == []


def test_a_person_may_have_several_rows_unless_nothing_differs():
    assert faults(person(), person(source="人力月报"), person(note="第二本证书"), person(staff_no="A1002")) == []
    assert [cell for cell, _ in faults(person(), person())] == ["F3"]


def test_a_part_above_its_whole():
    reason = "“按期整改的隐患”（13）不能多于“应整改的隐患”（12），请核对这两个数。"
    closed, due = cells(indicator="SE2.CLOSED", value=13), cells(indicator="SE2.DUE", value=12)
    assert faults(closed, due) == [("G2", reason), ("G3", reason)]
    assert faults(closed) == []
    assert faults(closed, reported={(11, "SE2.DUE", "2026Q3"): Fraction(12)}) == [("G2", reason)]
    assert faults(due, reported={(11, "SE2.CLOSED", "2026Q3"): Fraction(13)}) == [("G2", reason)]
    assert faults(closed, reported={(11, "SE2.DUE", "2026Q2"): Fraction(12)}) == []
    assert faults(closed, reported={(12, "SE2.DUE", "2026Q3"): Fraction(12)}) == []
    assert faults(closed, cells(indicator="SE2.DUE", value=13), reported={(11, "SE2.DUE", "2026Q3"): Fraction(1)}) == []


def test_columns_the_table_lacks():
    few = {"period": 0, "unit": 1, "indicator": 2, "value": 3, "source": 4}
    (row,) = read(["2026Q3", "一车间党支部", "WP1", "97.5", "月报"], places=few)
    assert (row.faults, row.values["unit_id"], row.values["note"]) == ([], 11, None)
    lacking = {"period": 0, "indicator": 1, "value": 2, "source": 3}
    assert faults(["2026Q3", "WP1", "97.5", "月报"], places=lacking) == [
        ("B2", "“挂钩单位计划完成率”要写明是哪个单位或党支部，请补上。")
    ]
    assert faults(["2026Q3"], places=few)[0] == ("C2", "“指标”必填，请补上。")


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2026Q3", "2026Q3"), ("2026q1", "2026Q1"), ("２０２６Ｑ２", "2026Q2"), ("2026-Q2", "2026Q2"),
        ("2026年第三季度", "2026Q3"), ("2026年三季度", "2026Q3"), ("2026年3季度", "2026Q3"), (" 2026 Q3 ", "2026Q3"),
        ("2026-07", "2026-07"), ("2026-7", "2026-07"), ("2026/07", "2026-07"), ("2026年7月", "2026-07"),
        ("2026.07", "2026-07"), (datetime(2026, 7, 1), "2026-07"), (date(2026, 7, 1), "2026-07"),
        ("2026", "2026"), (2026, "2026"), (2026.0, "2026"), ("2026年", "2026"), ("2026年全年", "2026"),
    ],
)  # fmt: skip
def test_a_period_in_any_usual_form(typed, found):
    assert columns.period(typed, TODAY) == found


@pytest.mark.parametrize(
    "typed",
    ["2026Q5", "2026Q0", "2026-13", "2026-00", "2026.7", 2026.07, 202607, "26Q3", "2026年第三", "2026年3",
     datetime(2026, 7, 2), "2026-07-01", "2027", "2026-09", "1999", "上季度", True, "9999Q4",
     date(9999, 12, 1), date(1, 1, 1), "٢٠٢٦Q3"],
)  # fmt: skip
def test_an_unclear_period_is_refused(typed):
    with pytest.raises(BadValue, match="期间|。"):
        columns.period(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "text", "percent"),
    [
        ("97.5", "97.5", False), (97.5, "97.5", False), (97, "97", False), (97.0, "97", False), ("0", "0", False),
        ("97.50%", "97.5", True), ("９７．５％", "97.5", True), ("97.5 %", "97.5", True),
        ("1,234,567.80", "1234567.8", False),
        (0.1 + 0.2, "0.3", False), (11 / 12 * 100, "91.6666666666667", False), ("007", "7", False), ("0.0", "0", False),
        (-1, "-1", False), ("−2.5", "-2.5", False), ("-0", "0", False), (1e-7, "0.0000001", False),
        (100000000.25, "100000000.25", False),
    ],
)  # fmt: skip
def test_a_number_is_kept_exactly(typed, text, percent):
    found = columns.number(typed, TODAY)
    assert (found.text, found.percent, found.value) == (text, percent, Fraction(text))


@pytest.mark.parametrize(
    "typed", ["", "九十七", "97,5", "1e3", "=A1", "97.5.1", "1/2", True, float("nan"), float("inf"), 1e9, "1000000000",
              1e20, "0." + "1" * 16, datetime(2026, 7, 1), "97.5分", "٩٧"],
)  # fmt: skip
def test_anything_else_is_no_number(typed):
    with pytest.raises(BadValue, match="数"):
        columns.number(typed, TODAY)


CELL = st.none() | st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.datetimes()


@given(st.lists(st.tuples(*[CELL | st.just(value) for value in cells(unit="机关党支部")]).map(list), max_size=4))
def test_whatever_is_typed_is_understood_or_blamed_in_sentences(rows):
    for row in read(*rows):
        assert all(fault["reason"].endswith("。") for fault in row.faults)
        if not row.faults:
            unit_id, person_id, code, period = row.about
            assert (unit_id is None) != (person_id is None)
            assert code and period and Fraction(row.values["value"]) >= 0 and row.values["source"]

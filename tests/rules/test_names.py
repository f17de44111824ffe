"""Names: found by pinyin and initials, ordered by strokes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.people.names import initials, pinyin, search_columns, stroke_key

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("name", "expected", "letters"),
    [
        ("张建国", "zhangjianguo", "zjg"),
        ("单田芳", "shantianfang", "stf"),
        ("仇和", "qiuhe", "qh"),
        ("区伟", "ouwei", "ow"),
        ("查良镛", "zhaliangyong", "zly"),
        ("曾国藩", "zengguofan", "zgf"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("王解放", "wangjiefang", "wjf"),
        ("王𬭎明", "wanghongming", "whm"),
        ("刘新䶮", "liuxinyan", "lxy"),
        ("戴子㛃", "daizijie", "dzj"),
        ("买买提·买合木提", "maimaitimaihemuti", "mmtmhmt"),
        ("Anna Li", "annali", "al"),
    ],
)
def test_a_name_is_found_by_its_sound(name, expected, letters):
    assert (pinyin(name), initials(name)) == (expected, letters)


@pytest.mark.parametrize("order", ["丁于万", "王李张", "田史冯朱刘李杨张", "王阿", "一二三", "张㛃𬭎", "张䶮𬭎"])
def test_few_strokes_come_first_then_the_types_of_strokes(order):
    assert sorted(order, key=stroke_key) == list(order)


def test_letters_come_after_chinese_characters():
    assert sorted(["Anna", "张三", "丁一"], key=stroke_key) == ["丁一", "张三", "Anna"]


def test_a_single_given_name_comes_first_as_at_the_party_congress():
    assert stroke_key("田富") < stroke_key("田大利")
    assert stroke_key("田富", blank_before_single=False) > stroke_key("田大利", blank_before_single=False)


@given(st.text(max_size=60))
def test_any_name_fits_its_columns(name):
    columns = search_columns(name)
    assert len(columns["pinyin"]) <= 120 and len(columns["initials"]) <= 20 and len(columns["stroke_key"]) <= 124


@given(HAN, HAN, HAN)
def test_the_first_character_decides_before_the_second(first, second, third):
    if stroke_key(first) < stroke_key(second):
        assert stroke_key(first + third) < stroke_key(second + third)

"""Text at the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup import text

anything = st.text(st.characters(blacklist_categories=()), max_size=60)


@given(anything)
def test_cleaned_text_is_clean_and_stays_so(raw):
    once = text.clean(raw)
    assert text.clean(once) == once
    assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000 for sign in once)
    once.encode("utf-8")


@given(anything, st.integers(0, 20))
def test_never_longer_than_the_limit(raw, limit):
    assert len(text.clean(raw, limit)) <= limit


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\u202e王海生\u202c", "王海生"),
        ("a\x00b", "ab"),
        ("  三楼\u3000", "三楼"),
        ("一\n二", "一 二"),
        (None, ""),
        ("e\u0301", "é"),
    ],
)
def test_what_does_not_belong_is_taken_away(raw, cleaned):
    assert text.clean(raw) == cleaned


def test_lines_may_stay():
    assert text.clean("一\r\n二\r三", lines=True) == "一\n二\n三"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (" 王　海生 ", "王海生"),
        ("买买提•买合木提", "买买提·买合木提"),
        ("买买提 ・ 买合木提", "买买提·买合木提"),
        ("刘新䶮", "刘新䶮"),
        ("𬭎德", "𬭎德"),
        ("John  Smith", "John Smith"),
    ],
)
def test_names(raw, name):
    assert text.person_name(raw) == name


def test_codes_lose_all_space_and_full_width():
    assert text.squeeze("０８２ ６９７\t") == "082697"


@pytest.mark.parametrize("typed", ["证书A-1", "证书Ａ－１", " 证书 a-1　", "证书\u200bA-1"])
def test_what_is_typed_a_little_differently_is_alike(typed):
    assert text.alike(typed) == "证书A-1"


def test_what_differs_is_not_alike():
    assert text.alike("证书A-1") != text.alike("证书A-2")
    assert text.alike("①号㎏") == "1号KG"
    assert text.alike(None) == text.alike("　") == ""

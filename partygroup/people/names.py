"""What a name is found and ordered by: pinyin, initials, and strokes."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

#: Characters that are read otherwise when they are a surname.
SURNAMES = {
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "单于": "chan yu",
    "澹台": "tan tai",
    "万俟": "mo qi",
    "宰父": "zai fu",
    "令狐": "ling hu",
    "单": "shan",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "曾": "zeng",
    "解": "xie",
    "朴": "piao",
    "盖": "ge",
    "翟": "zhai",
    "乐": "yue",
    "任": "ren",
    "华": "hua",
    "覃": "qin",
    "种": "chong",
    "员": "yun",
    "召": "shao",
    "折": "she",
    "黑": "he",
    "繁": "po",
    "秘": "bi",
    "洗": "xian",
    "佴": "nai",
    "缪": "miao",
    "祭": "zhai",
    "燕": "yan",
    "那": "na",
    "哈": "ha",
    "冼": "xian",
    "谌": "chen",
    "隗": "wei",
    "都": "du",
    "卜": "bu",
    "郇": "xun",
    "能": "nai",
    "句": "gou",
    "重": "chong",
}
KEY_WIDTH = 4
KEY_CHARACTERS = 30
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BLANK = "0" * KEY_WIDTH
_LETTERS = re.compile(r"[^a-z]+")


@lru_cache(maxsize=1024)
def syllables(name: str) -> tuple[str, ...]:
    """Return the name's syllables in plain pinyin, the surname in its own reading; foreign words stay words."""
    for length in (2, 1):
        if reading := SURNAMES.get(name[:length]):
            return (*reading.split(), *_plain(name[length:]))
    return tuple(_plain(name))


def _plain(text: str) -> list[str]:
    parts = (_LETTERS.sub("", part.lower()) for chunk in lazy_pinyin(text) for part in chunk.split())
    return [part for part in parts if part]


def pinyin(name: str) -> str:
    """Return the name's pinyin without spaces: 曾国藩 → zengguofan."""
    return "".join(syllables(name))[:120]


def initials(name: str) -> str:
    """Return the first letters of the syllables: 张建国 → zjg."""
    return "".join(part[0] for part in syllables(name))[:20]


@lru_cache(maxsize=1)
def _stroke_order() -> str:
    """Return all Chinese characters in stroke order (made by tests/house/make_stroke_order.mjs)."""
    return Path(__file__).with_name("stroke_order.txt").read_text("utf-8").replace("\n", "")


@lru_cache(maxsize=8192)
def _character_key(character: str) -> str:
    order = _stroke_order()
    place = order.find(character) + 1
    if not place:
        place = len(order) + ord(character) + 1 if character.isalpha() else 1
    digits = ""
    for _ in range(KEY_WIDTH):
        place, digit = divmod(place, 36)
        digits = _DIGITS[digit] + digits
    return digits


def stroke_key(name: str, *, blank_before_single: bool = True) -> str:
    """Return a text whose plain order is surname-stroke order, few strokes first (domain.md 16).

    `blank_before_single`: a single given name stands as if a blank came before it, so 田富 precedes 田大利
    (the party congress' way); False is the people's congress' way.
    """
    keys = [_character_key(character) for character in name.lower()[:KEY_CHARACTERS]]
    if blank_before_single and len(name) == 2:
        keys.insert(1, _BLANK)
    return "".join(keys)


def search_columns(name: str) -> dict[str, str]:
    """Return the three columns of a person that follow from the name: written whenever the name is."""
    return {"pinyin": pinyin(name), "initials": initials(name), "stroke_key": stroke_key(name)}

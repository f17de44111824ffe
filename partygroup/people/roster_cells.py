"""What a cell of a roster means: from the value in the file to a value of ours, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from partygroup.text import clean, narrow, person_name, squeeze

Parse = Callable[[object, date], object]


class BadValue(Exception):
    """A cell cannot be understood; the message is a Chinese sentence that says what to do."""


def as_typed(raw) -> str:
    """Return a cell's value as the person at the keyboard sees it, whole numbers without a decimal point."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e16:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time.min else raw.isoformat(" ")
    return str(raw)


def is_number(raw) -> bool:
    """Say whether Excel keeps the cell as a number."""
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _within(value: str, limit: int) -> str | None:
    if len(value) > limit:
        raise BadValue(f"最多{limit}个字，这里有{len(value)}个字，请缩短。")
    return value or None


def words(limit: int) -> Parse:
    """Return a parser of free text."""
    return lambda raw, today: _within(clean(as_typed(raw), 2000), limit)


def unit_name(raw, today: date) -> str | None:
    """Return a unit's name without white space, otherwise as written."""
    return _within(squeeze(as_typed(raw), 2000), 60)


def group_name(raw, today: date) -> str | None:
    """Return the one party group named in the cell."""
    name = unit_name(raw, today)
    if name and re.search(r"[;,、/]", name):
        raise BadValue("一人只能在一个党小组，请只留一个。")
    return name


_STAFF_NO = re.compile(r"[A-Za-z0-9-]{3,20}")


def staff_no(raw, today: date) -> str | None:
    """Return a staff number: 3 to 20 letters, digits or hyphens, leading zeros kept."""
    number = squeeze(as_typed(raw), 200)
    if number and not _STAFF_NO.fullmatch(number):
        raise BadValue("工号只能由3到20个字母、数字或“-”组成，请核对。")
    return number or None


_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTERS = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_NAME = re.compile(rf"[{_HAN}{_LETTERS}](?:[{_HAN}{_LETTERS}· ]*[{_HAN}{_LETTERS}])?")


def name(raw, today: date) -> str | None:
    """Return a person's name: Chinese characters (rare ones too), Latin letters, the middle dot."""
    value = _within(person_name(as_typed(raw), 2000), 40)
    if value and not _NAME.fullmatch(value):
        raise BadValue("姓名里只能有汉字、字母和间隔号“·”，请删去数字、符号或表情。")
    return value


def one_of(choices: dict[str, object]) -> Parse:
    """Return a parser of a cell that must be one of the given words."""

    def parse(raw, today: date):
        word = squeeze(as_typed(raw), 200)
        if word not in choices:
            raise BadValue(f"只能填{'、'.join(choices)}，请改成其中一个。")
        return choices[word]

    return parse


def star(raw, today: date) -> int:
    """Return a star level from 0 to 5."""
    word = squeeze(as_typed(raw), 200)
    if word not in ("0", "1", "2", "3", "4", "5"):
        raise BadValue("星级只能是0到5的整数，请核对。")
    return int(word)


def phone(raw, today: date) -> str:
    """Return a telephone number of 6 to 20 digits."""
    digits = re.sub(r"[-()]", "", squeeze(as_typed(raw), 200))
    if not re.fullmatch(r"[0-9]{6,20}", digits):
        raise BadValue("手机号要有6到20位数字，请核对。")
    return digits


def several(raw, today: date) -> list[str]:
    """Return the words of a cell, split by ；;、, and ，, each once and in order."""
    parts = (squeeze(part, 200) for part in re.split(r"[；;、,，\n]", as_typed(raw)))
    found = list(dict.fromkeys(part for part in parts if part and part != "无"))
    for part in found:
        _within(part, 40)
    return found


_DAY_FORMS = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})()(\d{2})(\d{2})"),
)
_MONTH_FORMS = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})"),
    re.compile(r"(\d{4})(年)(\d{1,2})月?"),
    re.compile(r"(\d{4})()(\d{2})"),
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")
_AS_TEXT = "请把单元格设成文本，写成2019-10或2019-10-01的样子。"


def day(raw, today: date) -> date | None:
    """Return a day; a month alone means its first day. Raise BadValue for one that is unclear or does not exist."""
    found = _day_in(raw)
    if found and found > today:
        raise BadValue(f"日期在今天（{today.isoformat()}）之后，请核对。")
    return found


def month(raw, today: date) -> str | None:
    """Return a month as YYYY-MM."""
    found = day(raw, today)
    return found and found.isoformat()[:7]


def _day_in(raw) -> date | None:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return _existing(raw.year, raw.month, raw.day)
    if isinstance(raw, bool | time | timedelta):
        raise BadValue(f"看不出是哪一天。{_AS_TEXT}")
    if is_number(raw) and not re.fullmatch(r"\d{8}", as_typed(raw)):
        raise BadValue(f"这一格是数字，不是日期（例如2019.1，分不清是1月还是10月）。{_AS_TEXT}")
    return _day_in_text(_CLOCK.sub("", narrow(as_typed(raw), 200)))


def _day_in_text(text: str) -> date | None:
    text = squeeze(text)
    if not text:
        return None
    if re.fullmatch(r"\d{4}\.\d", text):
        raise BadValue(f"分不清是{text[-1]}月还是{text[-1]}0月。{_AS_TEXT}" if text[-1] == "1" else _AS_TEXT)
    for form in _DAY_FORMS:
        if match := form.fullmatch(text):
            return _existing(int(match[1]), int(match[3]), int(match[4]))
    for form in _MONTH_FORMS:
        if match := form.fullmatch(text):
            return _existing(int(match[1]), int(match[3]), 1)
    raise BadValue("看不出是哪一天，请写成2019-07-01的样子。")


def _existing(year: int, month_number: int, day_number: int) -> date:
    if not 1900 <= year <= 2999:
        raise BadValue("年份要在1900年以后，请核对。")
    try:
        return date(year, month_number, day_number)
    except ValueError:
        raise BadValue(f"没有{year}年{month_number}月{day_number}日这一天，请核对。") from None

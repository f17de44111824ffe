"""What the cells of a roster mean that no other table has: names, groups, stars, telephones, days."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from partygroup.spreadsheets.cells import BadValue, as_typed, is_number, unit_name, within
from partygroup.text import narrow, person_name, squeeze


def group_name(raw, today: date) -> str | None:
    """Return the one party group named in the cell."""
    name = unit_name(raw, today)
    if name and re.search(r"[;,、/]", name):
        raise BadValue("一人只能在一个党小组，请只留一个。")
    return name


_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTERS = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_NAME = re.compile(rf"[{_HAN}{_LETTERS}](?:[{_HAN}{_LETTERS}· ]*[{_HAN}{_LETTERS}])?")


def name(raw, today: date) -> str | None:
    """Return a person's name: Chinese characters (rare ones too), Latin letters, the middle dot."""
    value = within(person_name(as_typed(raw), 2000), 40)
    if value and not _NAME.fullmatch(value):
        raise BadValue("姓名里只能有汉字、字母和间隔号“·”，请删去数字、符号或表情。")
    return value


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
        within(part, 40)
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


def shown(value) -> str:
    """Return a value as it is told: 是 and 否, 空 for none."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value is None or value == "" else str(value)

"""What a cell means in any table: from the value in the file to a value of ours, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, time

from partygroup.text import clean, squeeze

Parse = Callable[[object, date], object]


@dataclass(frozen=True)
class Column:
    """A column of a table: how its cells are understood; `empty` is what an empty one means, `also` other headers."""

    key: str
    title: str
    parse: Parse
    _: KW_ONLY
    required: bool = False
    empty: object = None
    also: tuple[str, ...] = ()


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


def within(value: str, limit: int) -> str | None:
    """Return a text, None for an empty one; raise BadValue for one beyond the limit."""
    if len(value) > limit:
        raise BadValue(f"最多{limit}个字，这里有{len(value)}个字，请缩短。")
    return value or None


def words(limit: int) -> Parse:
    """Return a parser of free text."""
    return lambda raw, today: within(clean(as_typed(raw), 2000), limit)


def unit_name(raw, today: date) -> str | None:
    """Return a unit's name without white space, otherwise as written."""
    return within(squeeze(as_typed(raw), 2000), 60)


_STAFF_NO = re.compile(r"[A-Za-z0-9-]{3,20}")


def staff_no(raw, today: date) -> str | None:
    """Return a staff number: 3 to 20 letters, digits or hyphens, leading zeros kept."""
    number = squeeze(as_typed(raw), 200)
    if number and not _STAFF_NO.fullmatch(number):
        raise BadValue("工号只能由3到20个字母、数字或“-”组成，请核对。")
    return number or None


def one_of(choices: dict[str, object]) -> Parse:
    """Return a parser of a cell that must be one of the given words."""

    def parse(raw, today: date):
        word = squeeze(as_typed(raw), 200)
        if word not in choices:
            raise BadValue(f"只能填{'、'.join(choices)}，请改成其中一个。")
        return choices[word]

    return parse


def column_letters(number: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""From the cells of a sheet to records, each fault with its cell, column, value and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date

from partygroup.people.models import MEMBERS, Role, Standing
from partygroup.people.roster_columns import COLUMNS
from partygroup.people.roster_posts import posts_held
from partygroup.spreadsheets.cells import BadValue, as_typed, is_number
from partygroup.spreadsheets.reading import Sheet
from partygroup.spreadsheets.rows import Row, read_column

GROWN_UP = 18


class RosterRow(Row):
    """One person's row; its values are of the columns that the file has."""

    columns, anchor = COLUMNS, "staff_no"


def read_rows(sheet: Sheet, today: date) -> list[RosterRow]:
    """Return all rows of a sheet, with every fault that shows in the file alone."""
    rows = [RosterRow(number, cells, sheet.places) for number, cells in sheet.rows]
    for column in COLUMNS:
        if column.key in sheet.places:
            read_column(rows, column, today)
    for row in rows:
        _check_dates(row)
        _read_posts(row)
    _check_lost_zeros(rows)
    _check_twice(rows)
    return rows


def _check_dates(row: RosterRow) -> None:
    joined, full, standing = (row.values.get(key) for key in ("joined_on", "full_on", "standing"))
    if joined and full and full < joined:
        row.blame("full_on", f"转正时间在入党时间（{joined.isoformat()}）之前，请核对这两个日期。")
    if full and standing == Standing.PROBATIONARY:
        row.blame("full_on", "预备党员还没有转正时间，请删去，或把类别改为正式党员。")
    elif (joined or full) and standing and standing not in MEMBERS:
        row.blame("joined_on" if joined else "full_on", "还不是党员，不应有入党或转正时间，请删去，或核对类别。")
    if joined and (born := row.values.get("born_ym")):
        _check_age(row, born, joined)


def _check_age(row: RosterRow, born: str, joined: date) -> None:
    year, month = map(int, born.split("-"))
    if (joined.year, joined.month) < (year, month):
        row.blame("born_ym", f"出生在入党（{joined.isoformat()}）之后，请核对这两个日期。")
    elif (joined.year - GROWN_UP, joined.month) < (year, month):
        row.blame("born_ym", f"入党（{joined.isoformat()}）时不满{GROWN_UP}岁，请核对这两个日期。")


def _read_posts(row: RosterRow) -> None:
    """Turn the words of the posts column into posts."""
    written, branch, standing = (row.values.get(key) for key in ("posts", "branch", "standing"))
    if not written or not branch or not standing:
        return
    try:
        posts = posts_held(written, branch=branch, group=row.values.get("group"), standing=standing)
    except BadValue as fault:
        row.blame("posts", str(fault))
        posts = []
    row.values["posts"] = [asdict(post) for post in posts]


def _check_lost_zeros(rows: list[RosterRow]) -> None:
    """Blame staff numbers kept as numbers that are shorter than most others: leading zeros may be lost."""
    lengths = Counter(len(number) for row in rows if (number := row.values.get("staff_no")))
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    for row in rows:
        number = row.values.get("staff_no")
        if number and is_number(row.typed("staff_no")) and len(number) < usual:
            row.blame(
                "staff_no", f"这个工号是数字格式，只有{len(number)}位，开头的0可能丢了。请把单元格设成文本后重填。"
            )


def _check_twice(rows: list[RosterRow]) -> None:
    """Blame the later of two rows with one staff number, or with a post that only one person may hold."""
    numbers: dict[str, RosterRow] = {}
    holders: dict[tuple, RosterRow] = {}
    for row in rows:
        number = row.values.get("staff_no")
        first = numbers.setdefault(number, row) if number else row
        if first is not row:
            row.blame("staff_no", f"工号和第{first.number}行（{as_typed(first.typed('name')).strip()}）重复，请核对。")
            continue
        for post, unit, title in _single_posts(row):
            other = holders.setdefault((post, unit), row)
            if other is not row:
                name = as_typed(other.typed("name")).strip()
                row.blame("posts", f"第{other.number}行（{name}）也写着{title}，一处只能有一位，请核对。")


def _single_posts(row: RosterRow) -> list[tuple[str, tuple, str]]:
    where = tuple(row.values.get(key) for key in ("committee", "general_branch", "branch"))
    posts = [post for post in row.values.get("posts") or () if isinstance(post, dict)]
    roles = {post["role"] for post in posts}
    found = [(Role.SECRETARY, where, "书记")] if Role.SECRETARY in roles else []
    if Role.GROUP_LEADER in roles:
        found.append((Role.GROUP_LEADER, (*where, row.values.get("group")), "党小组长"))
    return found

"""From the cells of a sheet to records, each fault with its cell, column, value and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date

from partygroup.people.models import MEMBERS, Role, Standing
from partygroup.people.roster_columns import COLUMNS, Column
from partygroup.people.roster_posts import posts_held
from partygroup.spreadsheets.cells import BadValue, as_typed, column_letters, is_number
from partygroup.spreadsheets.reading import Sheet

GROWN_UP = 18


@dataclass
class Row:
    """One person's row: what was typed, what it means (only columns the file has), and what is wrong with it."""

    number: int
    cells: list
    places: dict[str, int]
    values: dict = field(default_factory=dict)
    faults: list[dict] = field(default_factory=list)

    def typed(self, key: str):
        """Return the raw value of a column; None where the file has none."""
        place = self.places.get(key)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def blame(self, key: str, reason: str) -> None:
        """Note a fault of a cell; a column the file lacks is blamed at the staff number."""
        place = self.places.get(key, self.places["staff_no"])
        column = next((column.title for column in COLUMNS if column.key == key), "")
        cell = f"{column_letters(place + 1)}{self.number}"
        self.faults.append({"cell": cell, "column": column, "value": as_typed(self.typed(key)), "reason": reason})


def read_rows(sheet: Sheet, today: date) -> list[Row]:
    """Return all rows of a sheet, with every fault that shows in the file alone."""
    rows = [Row(number, cells, sheet.places) for number, cells in sheet.rows]
    for column in COLUMNS:
        if column.key in sheet.places:
            _read_column(rows, column, today)
    for row in rows:
        _check_dates(row)
        _read_posts(row)
    _check_lost_zeros(rows)
    _check_twice(rows)
    return rows


def _read_column(rows: list[Row], column: Column, today: date) -> None:
    known: dict = {}
    for row in rows:
        raw = row.typed(column.key)
        key = (type(raw), raw)
        if key not in known:
            known[key] = _understood(column, raw, today)
        value, reason = known[key]
        if reason:
            row.blame(column.key, reason)
        row.values[column.key] = value


def _understood(column: Column, raw, today: date) -> tuple[object, str | None]:
    """Return the value of a cell, or the reason why it has none."""
    if raw is None or not as_typed(raw).strip():
        return column.empty, f"“{column.title}”必填，请补上。" if column.required else None
    try:
        value = column.parse(raw, today)
    except BadValue as fault:
        return column.empty, str(fault)
    if value is None and column.required:
        return None, f"“{column.title}”必填，请补上。"
    return value, None


def _check_dates(row: Row) -> None:
    joined, full, standing = (row.values.get(key) for key in ("joined_on", "full_on", "standing"))
    if joined and full and full < joined:
        row.blame("full_on", f"转正时间在入党时间（{joined.isoformat()}）之前，请核对这两个日期。")
    if full and standing == Standing.PROBATIONARY:
        row.blame("full_on", "预备党员还没有转正时间，请删去，或把类别改为正式党员。")
    elif (joined or full) and standing and standing not in MEMBERS:
        row.blame("joined_on" if joined else "full_on", "还不是党员，不应有入党或转正时间，请删去，或核对类别。")
    if joined and (born := row.values.get("born_ym")):
        _check_age(row, born, joined)


def _check_age(row: Row, born: str, joined: date) -> None:
    year, month = map(int, born.split("-"))
    if (joined.year, joined.month) < (year, month):
        row.blame("born_ym", f"出生在入党（{joined.isoformat()}）之后，请核对这两个日期。")
    elif (joined.year - GROWN_UP, joined.month) < (year, month):
        row.blame("born_ym", f"入党（{joined.isoformat()}）时不满{GROWN_UP}岁，请核对这两个日期。")


def _read_posts(row: Row) -> None:
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


def _check_lost_zeros(rows: list[Row]) -> None:
    """Blame staff numbers kept as numbers that are shorter than most others: leading zeros may be lost."""
    lengths = Counter(len(number) for row in rows if (number := row.values.get("staff_no")))
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    for row in rows:
        number = row.values.get("staff_no")
        if number and is_number(row.typed("staff_no")) and len(number) < usual:
            row.blame(
                "staff_no", f"这个工号是数字格式，只有{len(number)}位，开头的0可能丢了。请把单元格设成文本后重填。"
            )


def _check_twice(rows: list[Row]) -> None:
    """Blame the later of two rows with one staff number, or with a post that only one person may hold."""
    numbers: dict[str, Row] = {}
    holders: dict[tuple, Row] = {}
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


def _single_posts(row: Row) -> list[tuple[str, tuple, str]]:
    where = tuple(row.values.get(key) for key in ("committee", "general_branch", "branch"))
    posts = [post for post in row.values.get("posts") or () if isinstance(post, dict)]
    roles = {post["role"] for post in posts}
    found = [(Role.SECRETARY, where, "书记")] if Role.SECRETARY in roles else []
    if Role.GROUP_LEADER in roles:
        found.append((Role.GROUP_LEADER, (*where, row.values.get("group")), "党小组长"))
    return found

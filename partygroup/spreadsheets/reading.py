"""Reading a file into a sheet of plain values: safely, and with the header row found. Columns are the caller's."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from python_calamine import CalamineWorkbook

from partygroup.errors import Refused
from partygroup.spreadsheets.cells import Column, as_typed, column_letters
from partygroup.spreadsheets.packed import MAX_COLUMNS, MAX_ROWS, SAVE_AGAIN, safe_copy
from partygroup.text import clean, squeeze

MAX_BYTES = 5 * 1024 * 1024
#: The header row stands among the first rows and names at least this many of our columns.
HEADER_WITHIN = 30
HEADER_NAMES = 2
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNKNOWN_CODING = "这份 .csv 的编码认不出。请另存为“CSV UTF-8”，或另存为 .xlsx 后再上传。"


@dataclass(frozen=True)
class Sort:
    """A sort of table that can be sent: what it is called, what one row is, and its columns."""

    name: str
    row: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class Sheet:
    """A table as it was typed: `places` leads from a column's key to its place in a row; rows bear Excel's numbers."""

    file_name: str
    digest: str
    titles: list[str]
    places: dict[str, int]
    rows: list[tuple[int, list]]

    @property
    def notes(self) -> list[str]:
        """Return what there is to say of the file: the columns that are none of ours."""
        unused = [title for place, title in enumerate(self.titles) if title and place not in self.places.values()]
        return [f"没有用到的列：{'、'.join(unused)}。"] if unused else []


def read_sheet(stream, file_name: str, sort: Sort) -> Sheet:
    """Return the sheet of a file (.xlsx, or .csv in UTF-8 or GB18030).

    Raise Refused for anything else, for a file beyond the limits, or one without the columns needed.
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused("文件不能超过5 MB。请删去图片等多余的内容，或分成几份上传。")
    if not content:
        raise Refused(f"这个文件是空的。请选择填好的{sort.name}再上传。")
    name = clean(file_name.replace("\\", "/").rsplit("/", 1)[-1], 120) or sort.name
    tables = _tables(content, name.lower())
    table, header = _table_with_header(tables, sort.columns)
    places = _places(table[header], sort.columns)
    rows = _filled_rows(table, header, sort)
    titles = [clean(as_typed(title), 60) for title in table[header]]
    return Sheet(name, hashlib.sha256(content).hexdigest(), titles, places, rows)


def _tables(content: bytes, name: str) -> list[list[list]]:
    """Return the file's tables as lists of rows; raise Refused when it is neither .xlsx nor .csv."""
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise Refused("这个文件加了密码。请先去掉密码，再上传。")
        raise Refused("这是旧格式的表格（.xls）。请另存为 .xlsx 后再上传。")
    if name.endswith((".xlsm", ".xltm")):
        raise Refused("这个文件带有宏。请另存为不带宏的 .xlsx 后再上传。")
    is_zip = content.startswith(b"PK\x03\x04")
    if name.endswith(".xlsx") and is_zip:
        return _excel_tables(content)
    if name.endswith(".csv") and not is_zip:
        return [_csv_table(content)]
    if is_zip and not name.endswith((".xlsx", ".csv")):
        raise Refused("这是一个压缩包或别的文件。请上传 .xlsx 或 .csv 表格。")
    if name.endswith((".xlsx", ".csv")):
        raise Refused("文件的内容和它的后缀对不上。请在表格软件里另存为 .xlsx 或 .csv 后再上传。")
    raise Refused("只能上传 .xlsx 或 .csv 表格。请在表格软件里另存后再上传。")


def _excel_tables(content: bytes) -> list[list[list]]:
    copy = safe_copy(content)
    try:
        book = CalamineWorkbook.from_filelike(copy)
        sheets = range(len(book.sheet_names))
        return [book.get_sheet_by_index(number).to_python(skip_empty_area=False) for number in sheets]
    except BaseException as error:
        # A broken part makes the reader raise its own kinds of errors, one of which is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise Refused(f"这个文件已经损坏，打不开。{SAVE_AGAIN}") from error


def _csv_table(content: bytes) -> list[list]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(_UNKNOWN_CODING)
    if b"\x00" in content:
        raise Refused(_reason_of_nul(content))
    try:
        lines = csv.reader(io.StringIO(_decoded(content), newline=""))
        return [line for line, _ in zip(lines, range(MAX_ROWS + HEADER_WITHIN + 1), strict=False)]
    except csv.Error as error:
        raise Refused("这份 .csv 里有一格特别长，可能是引号没有配好对。请另存为 .xlsx 后再上传。") from error


def _decoded(content: bytes) -> str:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise Refused(_UNKNOWN_CODING)


def _reason_of_nul(content: bytes) -> str:
    """Return what to say of a .csv that holds NUL: no text where it is in UTF-8, another coding otherwise."""
    try:
        before = content.decode("utf-8-sig").partition("\x00")[0]
    except UnicodeDecodeError:
        return _UNKNOWN_CODING
    line = len(before.splitlines()) + before.endswith(("\n", "\r")) or 1
    return f"这份 .csv 的第{line}行夹着不是文字的字符（空字符）。请在表格软件里打开，另存为 .xlsx 后再上传。"


def _title(cell) -> str:
    return re.sub(r"[*]|\(.*?\)", "", squeeze(as_typed(cell)))


def _table_with_header(tables: list[list[list]], columns: Sequence[Column]) -> tuple[list[list], int]:
    """Return the first table that has a header row, and the row's index."""
    known = {title for column in columns for title in (column.title, *column.also)}
    for table in tables:
        counts = [sum(_title(cell) in known for cell in row) for row in table[:HEADER_WITHIN]]
        if counts and max(counts) >= HEADER_NAMES:
            return table, counts.index(max(counts))
    needed = "、".join(column.title for column in columns if column.required)
    raise Refused(f"没有找到表头。请让其中一行写明列名，至少要有{needed}。")


def _places(header: list, columns: Sequence[Column]) -> dict[str, int]:
    """Return the place of each column of ours; raise Refused for a missing or doubled one."""
    if len(header) > MAX_COLUMNS:
        raise Refused(f"表格最多{MAX_COLUMNS}列，这份文件超过了。请删去多余的列再上传。")
    titles = [_title(cell) for cell in header]
    places = {column.key: place for column in columns if (place := _place(column, titles)) is not None}
    missing = [column.title for column in columns if column.required and column.key not in places]
    if missing:
        raise Refused(f"缺少必填的列：{'、'.join(missing)}。请补上后再上传。")
    return places


def _place(column: Column, titles: list[str]) -> int | None:
    for accepted in ((column.title,), column.also):
        found = [place for place, title in enumerate(titles) if title in accepted]
        if len(found) > 1:
            letters = "、".join(column_letters(place + 1) for place in found)
            raise Refused(f"“{column.title}”这一列出现了{len(found)}次（{letters}列）。请只留一列再上传。")
        if found:
            return found[0]
    return None


def _filled_rows(table: list[list], header: int, sort: Sort) -> list[tuple[int, list]]:
    rows = [(number, row) for number, row in enumerate(table[header + 1 :], header + 2) if any(map(_filled, row))]
    if not rows:
        raise Refused(f"表头下面没有{sort.row}。请填好{sort.name}再上传。")
    if len(rows) > MAX_ROWS:
        raise Refused(f"表格最多{MAX_ROWS}行，这份文件超过了。请分成几份上传。")
    return rows


def _filled(cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))

"""Opening an Excel file from outside without trusting it (security.md 7).

Every part is read once, counted while it is unpacked, looked over, and packed again; what is parsed afterwards is
exactly what was looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from partygroup.errors import Refused

MAX_ENTRIES = 200
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
CHUNK = 1 << 18
LONGEST_TEXT = 1 << 20
#: Tables pack to a tenth; what packs to less than a hundredth is made to burst. Tags cost time, however short.
MAX_RATIO, SMALL = 100, 1 << 20
MAX_TAGS = 6_000_000
SAVE_AGAIN = "请在表格软件里另存为一份新的 .xlsx 后再上传。"

_MACROS = re.compile(r"vbaproject|macrosheets", re.IGNORECASE)
_OUTSIDE = re.compile(r"externallinks/|/connections\.xml$|/querytables/", re.IGNORECASE)
_NEEDED = re.compile(r"^(\[content_types\]\.xml|_rels/\.rels|xl/.*\.(xml|rels))$", re.IGNORECASE)
_UNNEEDED = re.compile(r"^xl/(media|drawings|charts|theme|printersettings|comments)", re.IGNORECASE)
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SMALL_PARTS = re.compile(r"\.rels$|^\[content_types\]\.xml$|^xl/workbook\.xml$", re.IGNORECASE)
_MACRO_TYPE = re.compile(rb"macroEnabled|/vbaProject", re.IGNORECASE)
_OUTSIDE_LINK = re.compile(rb"relationships/(?:externalLink|connections)|<(?:\w+:)?externalReference\b", re.IGNORECASE)
_FOREIGN_CODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
#: A filled cell in column 61 (BI) or later, or in row 21,000 or later: room for titles above 20,000 people.
_FAR_COLUMN = rb"(?:[A-Za-z]{3,}|[C-Zc-z][A-Za-z]|[Bb][I-Zi-z])[0-9]+"
_FAR_ROW = rb"[A-Za-z]+(?:[0-9]{6,}|[3-9][0-9]{4}|2[1-9][0-9]{3})"
_FILLED = rb"""["'](?!(?:\s+[\w:]+\s*=\s*"[^"<>]*")*\s*/>)"""
_FAR_DOWN = re.compile(rb"""\sr\s*=\s*["']""" + _FAR_ROW + _FILLED)
_FAR_RIGHT = re.compile(rb"""\sr\s*=\s*["']""" + _FAR_COLUMN + _FILLED)
_CELL_NOWHERE = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?![^<>]*\sr\s*=)")


def safe_copy(content: bytes) -> io.BytesIO:
    """Return an unpacked copy of an .xlsx that holds only the parts a table needs; raise Refused for a doubtful one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_by_names(entries)
            return _repack(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refused(f"这个文件已经损坏，打不开。{SAVE_AGAIN}") from error


def _refuse_by_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower().replace("\\", "/") for entry in entries]
    if len(names) > MAX_ENTRIES:
        raise Refused(f"这个文件里的部件超过{MAX_ENTRIES}个，不像一份填好的表格。{SAVE_AGAIN}")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Refused(f"这个文件的压缩方式不常见，不能放心打开。{SAVE_AGAIN}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("这个文件加了密码。请先去掉密码，再上传。")
    if "xl/workbook.bin" in names:
        raise Refused("这是二进制格式的表格（.xlsb）。请另存为 .xlsx 后再上传。")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refused("这是一个压缩包，不是 Excel 表格。请上传 .xlsx 或 .csv 表格。")
    if len(set(names)) < len(names):
        raise Refused(f"这个文件里有重名的部件，不能放心打开。{SAVE_AGAIN}")
    if any(_MACROS.search(name) for name in names):
        raise Refused("这个文件带有宏。请另存为不带宏的 .xlsx 后再上传。")
    if any(_OUTSIDE.search(name) for name in names):
        raise Refused("这个文件链接着别的文件。请断开外部链接，另存为 .xlsx 后再上传。")


def _repack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> io.BytesIO:
    copy = io.BytesIO()
    room = MAX_UNPACKED
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as packed:
        for entry in entries:
            content = _unpack(archive, entry, room)
            room -= len(content)
            if _NEEDED.match(entry.filename) and not _UNNEEDED.match(entry.filename):
                packed.writestr(entry.filename, content)
    copy.seek(0)
    return copy


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytearray:
    """Return a part's content, read chunk by chunk, never more than `room` bytes; XML is looked over on the way."""
    if entry.file_size > room or entry.file_size > max(SMALL, MAX_RATIO * entry.compress_size):
        raise _too_big()
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    content, seen, tags = bytearray(), 0, 0
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            content += chunk
            tags += chunk.count(b"<")
            if len(content) > room or tags > MAX_TAGS:
                raise _too_big()
            if is_xml:
                seen = _look_over_tags(content, seen)
    if is_xml:
        _look_over(bytes(content[seen:]), first=not seen)
        if _SMALL_PARTS.search(entry.filename):
            _look_over_links(bytes(content))
    return content


def _too_big() -> Refused:
    return Refused(f"这个文件展开后太大。表格最多{MAX_ROWS}行，请删去多余的内容，或分成几份上传。")


def _look_over_tags(content: bytearray, seen: int) -> int:
    """Look over what came since `seen` up to the last complete tag; return where to go on."""
    end = content.rfind(b">", seen) + 1
    if len(content) - max(end, seen) > LONGEST_TEXT:
        raise Refused(f"这个文件里有一段特别长的文字，不能放心打开。{SAVE_AGAIN}")
    if not end:
        return seen
    _look_over(bytes(content[seen:end]), first=not seen)
    return end


def _look_over(text: bytes, *, first: bool) -> None:
    if b"\x00" in text or (first and _FOREIGN_CODING.match(text.removeprefix(b"\xef\xbb\xbf"))):
        raise Refused(f"这个文件的内部编码不是 UTF-8，不能放心打开。{SAVE_AGAIN}")
    if _DTD.search(text):
        raise Refused(f"这个文件里有实体或文档类型声明，不能放心打开。{SAVE_AGAIN}")
    _refuse_far_cells(text)


def _look_over_links(text: bytes) -> None:
    if _MACRO_TYPE.search(text):
        raise Refused("这个文件带有宏。请另存为不带宏的 .xlsx 后再上传。")
    if _OUTSIDE_LINK.search(text):
        raise Refused("这个文件链接着别的文件。请断开外部链接，另存为 .xlsx 后再上传。")


def _refuse_far_cells(text: bytes) -> None:
    """Raise Refused when a filled cell lies beyond the limits: a far corner alone would cost gigabytes to lay out."""
    if _CELL_NOWHERE.search(text):
        raise Refused(f"这个文件里有不写明位置的单元格。{SAVE_AGAIN}")
    if _FAR_DOWN.search(text):
        raise Refused(f"表格最多{MAX_ROWS}行，这份文件超过了。请分成几份上传。")
    if _FAR_RIGHT.search(text):
        raise Refused(f"表格最多{MAX_COLUMNS}列，这份文件超过了。请删去多余的列再上传。")

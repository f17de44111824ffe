"""Roster files from outside: what is read, and what is refused before it can do harm."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest

from partygroup.errors import Refused
from partygroup.people.roster_file import read_roster

HEADER = ["工号", "姓名", "二级党委", "党支部", "党员类别"]
SOMEBODY = ["001234", "张三", "炼铁厂", "高炉党支部", "正式党员"]


def excel(*rows, change=None) -> bytes:
    """Return an .xlsx with these rows; `change(book)` may spoil it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(content: bytes, **parts) -> bytes:
    """Return the archive with parts added or replaced; a part's value is bytes, or a function of what stood there."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {name: old.read(name) for name in old.namelist()}
        for name, part in parts.items():
            kept[name] = part(kept[name]) if callable(part) else part
        for name, part in kept.items():
            new.writestr(name, part)
    return out.getvalue()


def read(content: bytes, name: str = "花名册.xlsx"):
    return read_roster(io.BytesIO(content), name)


def test_titles_may_stand_above_the_header_and_unknown_columns_are_left_out():
    sheet = read(excel(["党员花名册"], [], ["序号", *HEADER, "民族"], [1, *SOMEBODY, "汉"]))
    assert sheet.places["staff_no"] == 1 and sheet.titles[-1] == "民族"
    assert sheet.rows == [(4, [1.0, *SOMEBODY, "汉"])]


def test_header_marks_are_forgiven():
    sheet = read(excel([f"{title}* " for title in HEADER], SOMEBODY))
    assert list(sheet.places.values()) == [0, 1, 2, 3, 4]


def test_formulas_count_with_their_stored_value_and_dates_are_typed():
    content = excel([*HEADER, "入党时间"], [*SOMEBODY, date(2019, 7, 1)], ['="0012"&"35"', *SOMEBODY[1:], None])
    stored = b"<v>001235</v>"
    content = with_parts(
        content, **{"xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v></v>", stored).replace(b"<v />", stored)}
    )
    sheet = read(content)
    assert sheet.rows[0][1][5] == date(2019, 7, 1)
    assert str(sheet.rows[1][1][0]).removesuffix(".0").lstrip("0") == "1235"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_usual_codings(coding):
    text = ",".join(HEADER) + "\r\n" + "0012,刘新䶮,炼铁厂,𬭎党支部,正式党员\r\n"
    assert read(text.encode(coding), "名单.csv").rows == [(2, ["0012", "刘新䶮", "炼铁厂", "𬭎党支部", "正式党员"])]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"%PDF-1.7", "a.pdf", "只能上传"),
        (b"%PDF-1.7", "a.xlsx", "对不上"),
        (b"PK\x03\x04rest", "a.csv", "对不上"),
        (b"PK\x03\x04rest", "a.xlsx", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "旧格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "密码"),
        (b"x" * (5 * 1024 * 1024 + 1), "a.csv", "5 MB"),
        ("工号,姓名".encode("utf-16"), "a.csv", "编码"),
        ("工号,姓名".encode("utf-16-le"), "a.csv", "编码"),
        ("\x00工号,姓名".encode(), "a.csv", "第1行夹着不是文字的字符"),
        ("工号,姓名\n001,张\x00三\n".encode("utf-8-sig"), "a.csv", "第2行夹着不是文字的字符"),
        ("工号,姓名\r\n001,张三\r\n\x00".encode(), "a.csv", "第3行夹着不是文字的字符"),
        (b"\x81\xff\xff,\n", "a.csv", "编码"),
        ("只有一行字\n".encode(), "a.csv", "没有找到表头"),
        (",".join(HEADER).encode(), "a.csv", "没有人"),
        ("工号,姓名,二级党委,党支部\n1,2,3,4\n".encode(), "a.csv", "缺少必填的列：党员类别"),
        (",".join([*HEADER, "姓 名"]).encode() + b"\n1,2,3,4,5,6\n", "a.csv", "出现了2次（B、F列）"),
        ("\n".join([",".join(HEADER)] + ["1,2,3,4,5"] * 20_001).encode(), "a.csv", "20000行"),
    ],
)
def test_other_files_are_refused_with_a_sentence(content, name, words):
    with pytest.raises(Refused, match=words) as refusal:
        read(content, name)
    assert refusal.value.reason.endswith("。")


GOOD = excel(HEADER, SOMEBODY)
SHEET = "xl/worksheets/sheet1.xml"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELATION = b'<Relationship Id="r9" Type="' + OFFICE + b'externalLink" Target="x"/>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (with_parts(GOOD, **{"xl/vbaProject.bin": b"x"}), "宏"),
        (
            with_parts(
                GOOD, **{"[Content_Types].xml": lambda part: part.replace(b"sheet.main", b"sheet.macroEnabled.main")}
            ),
            "宏",
        ),
        (with_parts(GOOD, **{"xl/externalLinks/externalLink1.xml": b"<a/>"}), "外部链接"),
        (
            with_parts(
                GOOD, **{"xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Rel", RELATION + b"</Rel")}
            ),
            "外部链接",
        ),
        (with_parts(GOOD, **{SHEET: lambda part: b'<!DOCTYPE a [<!ENTITY b "c">]>' + part}), "实体"),
        (with_parts(GOOD, **{"docProps/app.xml": b"<!doctype a><a/>"}), "实体"),
        (with_parts(GOOD, **{SHEET: lambda part: part.decode().encode("utf-16")}), "编码"),
        (
            with_parts(
                GOOD,
                **{
                    SHEET: lambda part: part.replace(
                        b"<worksheet", b"<?xml version='1.0' encoding='gbk'?><worksheet", 1
                    )
                },
            ),
            "编码",
        ),
        (with_parts(GOOD, **{SHEET: lambda part: part.replace(b'r="E2"', b'r="XFD1048576"')}), "20000行"),
        (with_parts(GOOD, **{SHEET: lambda part: part.replace(b'r="E2"', b'r="BJ2"')}), "60列"),
        (with_parts(GOOD, **{SHEET: lambda part: part.replace(b'r="E2"', b"")}), "位置"),
        (with_parts(GOOD, **{SHEET: lambda part: part[:400]}), "损坏"),
        (with_parts(GOOD, **{f"xl/extra{number}.xml": b"<a/>" for number in range(200)}), "200"),
        (with_parts(b"PK\x05\x06" + b"\0" * 18, **{"photo.jpg": b"x"}), "压缩包"),
    ],
)
def test_hostile_workbooks_are_refused(content, words):
    with pytest.raises(Refused, match=words):
        read(content)


@pytest.mark.parametrize("filler", [b"<a/>", b" ", b'<c r="A2"><v>1</v></c>', b"<c "])
def test_what_was_packed_to_burst_is_refused_at_once(filler):
    content = with_parts(
        GOOD, **{SHEET: lambda part: part.replace(b"</sheetData>", filler * 1_200_000 + b"</sheetData>")}
    )
    began = time.perf_counter()
    with pytest.raises(Refused):
        read(content)
    assert time.perf_counter() - began < 2


def test_empty_formatted_cells_far_below_do_no_harm():
    spoilt = with_parts(
        GOOD,
        **{
            SHEET: lambda part: part.replace(
                b"</sheetData>", b'<row r="900000"><c r="A900000" s="1"/></row></sheetData>'
            )
        },
    )
    assert len(read(spoilt).rows) == 1


def test_sixty_thousand_rows_are_refused():
    cells = "".join(f'<c r="{letter}%d" t="inlineStr"><is><t>工号</t></is></c>' for letter in "ABCDE")
    more = "".join(f'<row r="{row}">{cells % ((row,) * 5)}</row>' for row in range(3, 60_003)).encode()
    with pytest.raises(Refused, match="20000行"):
        read(with_parts(GOOD, **{SHEET: lambda part: part.replace(b"</sheetData>", more + b"</sheetData>")}))


def bomb(*, lying: bool) -> bytes:
    """Return an .xlsx whose sheet unpacks to a gigabyte; a lying one declares a few bytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = b" " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(1024)) + packer.flush()
    name, size = b"xl/worksheets/sheet2.xml", 100 if lying else 1 << 30
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0) + name
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        start, entries = good.start_dir, len(good.namelist())
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, start
    )
    directory = GOOD[start : GOOD.rindex(b"PK\x05\x06")] + central + name
    where = start + len(local) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries + 1, entries + 1, len(directory), where, 0)
    return GOOD[:start] + local + packed + directory + end


@pytest.mark.parametrize("lying", [False, True])
def test_a_zip_bomb_is_refused_at_once_with_little_memory(lying):
    content = bomb(lying=lying)
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(Refused):
        read(content)
    seconds = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 2 and peak < 100 * 1024 * 1024


def test_a_password_on_the_zip_is_named():
    spoilt = bytearray(GOOD)
    where = 0
    while (where := spoilt.find(b"PK\x01\x02", where + 1)) > 0:
        spoilt[where + 8] |= 1
    with pytest.raises(Refused, match="密码"):
        read(bytes(spoilt))


def test_a_file_name_is_only_a_name():
    assert read(GOOD, "C:\\某人\\..\\花名册.xlsx").file_name == "花名册.xlsx"

"""A large invented roster, one way to spoil a row for every sort of fault, and the file it is sent as."""

from __future__ import annotations

import io
from collections.abc import Iterable

import openpyxl
import xlsxwriter

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLES = (
    "工号 姓名 二级党委 党支部 党小组 党员类别 入党时间 转正时间 性别 出生年月 党内职务 行政职务 车间 班组 岗位 "
    "岗位类别 星级 技术骨干 手机号 备注"
).split()
GROUP, BRANCH, COMMITTEE = 12, 48, 480
NUMERALS = "一二三四五六七八九十"
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "建国志刚晓东玉梅少华春林文斌海波新华"
#: What is typed instead, the column that is blamed, and words of the reason. Each row has just this one fault.
FAULTS = [
    ({"工号": ""}, "工号", "必填"),
    ({"工号": "12"}, "工号", "3到20个字母、数字"),
    ({"工号": "A#123"}, "工号", "3到20个字母、数字"),
    ({"工号": "000001"}, "工号", "重复"),
    ({"工号": 4711}, "工号", "开头的0可能丢了"),
    ({"姓名": ""}, "姓名", "必填"),
    ({"姓名": "张三3"}, "姓名", "只能有汉字"),
    ({"姓名": "李" * 41}, "姓名", "最多40个字"),
    ({"二级党委": ""}, "二级党委", "必填"),
    ({"二级党委": "厂" * 61}, "二级党委", "最多60个字"),
    ({"党支部": ""}, "党支部", "必填"),
    ({"党员类别": ""}, "党员类别", "必填"),
    ({"党员类别": "群众"}, "党员类别", "只能填正式党员"),
    ({"党小组": "第一党小组、第二党小组"}, "党小组", "只能在一个党小组"),
    ({"入党时间": "某年某月"}, "入党时间", "看不出是哪一天"),
    ({"入党时间": "2019-02-30"}, "入党时间", "没有2019年2月30日"),
    ({"入党时间": "2999-01-01", "转正时间": ""}, "入党时间", "之后"),
    ({"入党时间": "1899-07-01"}, "入党时间", "1900年以后"),
    ({"入党时间": 2019.1}, "入党时间", "是数字，不是日期"),
    ({"入党时间": "2019.1"}, "入党时间", "分不清"),
    ({"转正时间": "2009-07-01"}, "转正时间", "之前"),
    ({"转正时间": "2011-13-01"}, "转正时间", "没有2011年13月"),
    ({"党员类别": "预备党员"}, "转正时间", "预备党员还没有转正时间"),
    ({"党员类别": "入党积极分子", "转正时间": ""}, "入党时间", "还不是党员"),
    ({"党员类别": "发展对象", "入党时间": "", "转正时间": "", "党内职务": "宣传委员"}, "党内职务", "只有党员"),
    ({"党员类别": "预备党员", "转正时间": "", "党内职务": "组织委员"}, "党内职务", "预备党员不能"),
    ({"党小组": "", "党内职务": "党小组长"}, "党内职务", "要属于一个党小组"),
    ({"党内职务": "第九党小组组长"}, "党内职务", "组长只能由本组党员担任"),
    ({"党内职务": "书记"}, "党内职务", "一处只能有一位"),
    ({"党内职务": "党小组长"}, "党内职务", "一处只能有一位"),
    ({"党内职务": "员" * 41}, "党内职务", "最多40个字"),
    ({"性别": "不详"}, "性别", "只能填男、女"),
    ({"出生年月": "2015-01"}, "出生年月", "出生在入党"),
    ({"出生年月": "1995-01"}, "出生年月", "不满18岁"),
    ({"行政职务": "长" * 61}, "行政职务", "最多60个字"),
    ({"岗位类别": "其他"}, "岗位类别", "只能填操作"),
    ({"星级": "九"}, "星级", "0到5的整数"),
    ({"技术骨干": "对"}, "技术骨干", "只能填是、否"),
    ({"手机号": "12345"}, "手机号", "6到20位数字"),
    ({"备注": "注" * 201}, "备注", "最多200个字"),
]


def person_row(number: int) -> dict:
    """Return the sound row of the person of a number from 0 on: twelve a group, four groups a branch, ten branches."""
    in_branch = number % BRANCH
    posts = [title for title, place in (("书记", in_branch == GROUP + 1), ("党小组长", number % GROUP == 0)) if place]
    branch = NUMERALS[number % COMMITTEE // BRANCH]
    return {
        "工号": f"{number + 1:06d}",
        "姓名": SURNAMES[number % 16] + GIVEN[number // 16 % 18] + GIVEN[number // 288 % 18],
        "二级党委": f"第{NUMERALS[number // COMMITTEE]}炼铁厂党委", "党支部": f"高炉{branch}车间党支部",
        "党小组": f"第{NUMERALS[in_branch // GROUP]}党小组", "党员类别": "正式党员",
        "入党时间": "2010-07-01", "转正时间": "2011-07-01", "性别": "男女"[number % 2], "出生年月": "1985-03",
        "党内职务": "；".join(posts), "行政职务": "",
        "车间": f"高炉{branch}车间", "班组": f"{'甲乙丙丁'[number % 4]}班",
        "岗位": "炉前工", "岗位类别": "操作", "星级": "3", "技术骨干": "否",
        "手机号": f"1390000{number:04d}", "备注": "",
    }  # fmt: skip


def large_roster(size: int, **names: str) -> list[dict]:
    """Return that many sound rows; people of `names` are called so: `p0="章志刚"` names the first."""
    return [person_row(number) | ({"姓名": names[f"p{number}"]} if f"p{number}" in names else {})
            for number in range(size)]  # fmt: skip


def spoilt(rows: list[dict], every: int, first: int = 20) -> tuple[list[dict], list[tuple[str, str]]]:
    """Return the rows with each sort of fault in one of every so many, and (cell, words of the reason) in order.

    Nobody with a post is spoilt as long as `first` and `every` are no such numbers.
    """
    rows, expected = list(rows), []
    for sort, (typed, title, words) in enumerate(FAULTS):
        number = first + sort * every
        rows[number] = rows[number] | typed
        expected.append((f"{chr(ord('A') + TITLES.index(title))}{number + 2}", words))
    return rows, expected


def excel(*rows: Iterable) -> io.BytesIO:
    """Return a small Excel file of some rows; text stays text."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(out)
    out.seek(0)
    return out


def workbook(rows: list[dict]) -> bytes:
    """Return the rows as an Excel file; text stays text, numbers stay numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, TITLES)
    for line, row in enumerate(rows, 1):
        for place, title in enumerate(TITLES):
            value = row[title]
            (page.write_string if isinstance(value, str) else page.write_number)(line, place, value)
    book.close()
    return out.getvalue()

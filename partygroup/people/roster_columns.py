"""The columns of a roster file. **To add a column, add one entry to COLUMNS that lands in the note; nothing else.**

A column names its headers, says whether it is required, how a cell is understood, and where the value lands:
in a plain column of `Person` (of the same key; a new one needs its migration), in the person's note, or in the
structure (unit, standing, posts).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from partygroup.people import roster_cells
from partygroup.people.models import PROFILE_NAMES, Standing
from partygroup.spreadsheets import cells


class Lands(Enum):
    """Where a column's value goes."""

    PERSON = "the column of Person with the same key, changed in place"
    NOTE = "the person's note, after the column's title"
    DATED = "unit, standing, workplace or posts: ended and begun on a day"


@dataclass(frozen=True)
class Column(cells.Column):
    """One column of the roster file, and where its value lands."""

    lands: Lands = Lands.PERSON


CATEGORIES = {
    "正式党员": Standing.FULL,
    "预备党员": Standing.PROBATIONARY,
    "发展对象": Standing.CANDIDATE,
    "入党积极分子": Standing.ACTIVIST,
}
PROFILES = {title: profile for profile, title in PROFILE_NAMES.items()}

COLUMNS = [
    Column("staff_no", "工号", cells.staff_no, required=True),
    Column("name", "姓名", roster_cells.name, required=True),
    Column("committee", "二级党委", cells.unit_name, Lands.DATED, required=True),
    Column("branch", "党支部", cells.unit_name, Lands.DATED, required=True),
    Column("standing", "党员类别", cells.one_of(CATEGORIES), Lands.DATED, required=True),
    Column("joined_on", "入党时间", roster_cells.day, also=("入党日期",)),
    Column("full_on", "转正时间", roster_cells.day, also=("转正日期",)),
    Column("general_branch", "党总支", cells.unit_name, Lands.DATED),
    Column("group", "党小组", roster_cells.group_name, Lands.DATED),
    Column("sex", "性别", cells.one_of({"男": "男", "女": "女"})),
    Column("born_ym", "出生年月", roster_cells.month, also=("出生日期",)),
    Column("posts", "党内职务", roster_cells.several, Lands.DATED, empty=()),
    Column("admin_post", "行政职务", cells.words(60), Lands.DATED),
    Column("workshop", "车间", cells.unit_name, Lands.DATED),
    Column("team", "班组", cells.unit_name, Lands.DATED),
    Column("job", "岗位", cells.words(40), Lands.DATED),
    Column("profile", "岗位类别", cells.one_of(PROFILES), Lands.DATED),
    Column("star_level", "星级", roster_cells.star, Lands.DATED),
    Column("key_technician", "技术骨干", cells.one_of({"是": True, "否": False}), empty=False),
    Column("phone", "手机号", roster_cells.phone, also=("手机", "手机号码")),
    Column("note", "备注", cells.words(200), Lands.NOTE),
]

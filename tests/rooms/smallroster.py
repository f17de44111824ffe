"""A roster of sound people, changed cell by cell, and sending it."""

from __future__ import annotations

from datetime import date

from partygroup.clock import beijing
from partygroup.db import transaction
from partygroup.people.models import RosterImport
from partygroup.people.roster import Outcome, apply_roster, preview_roster
from partygroup.people.roster_file import read_roster
from tests.rosters import excel

AT = beijing("2026-11-24 09:00")
NEW_YEAR, MARCH, TODAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 11, 24)
SOUND = {
    "工号": "001001", "姓名": "张建国", "二级党委": "炼铁厂", "党支部": "高炉党支部", "党小组": "第一党小组",
    "党员类别": "正式党员", "入党时间": "2019-07-01", "转正时间": "2020-07-01", "党内职务": "", "车间": "高炉车间",
    "班组": "甲班", "岗位": "炉前工", "岗位类别": "操作", "星级": "3", "技术骨干": "是", "手机号": "13800000000",
}  # fmt: skip


def someone(**cells) -> dict:
    return SOUND | cells


def sheet_of(people: list[dict], titles: list[str] | None = None):
    titles = titles or list(dict.fromkeys(title for person in people for title in person))
    rows = [[person.get(title) for title in titles] for person in people]
    return read_roster(excel(titles, *rows), "花名册.xlsx")


def previewed(session, top, people, on=NEW_YEAR, scope=None, titles=None) -> RosterImport:
    with transaction(session):
        return preview_roster(
            session, sheet_of(people, titles), scope_unit_id=scope or top.id, valid_from=on, by=None, at=AT
        )


def imported(session, top, people, on=NEW_YEAR, **how) -> Outcome:
    found = previewed(session, top, people, on)
    with transaction(session):
        return apply_roster(session, found, by=None, at=AT, **how)

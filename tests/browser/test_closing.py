"""Closing a meeting of 25 with three absentees, counted by taps; and the sheet of paper as it is printed."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.actions import open_sign_in
from partygroup.attendance.models import Counting, DueEntry
from partygroup.meetings.queries import describe
from tests.browser.phones import Phone
from tests.cast import PASSWORD
from tests.factories import crew, gathering, person, shifts, unit
from tests.scorebook import mark

DUE, CAME, MOST_TAPS = 25, 22, 8


@pytest.fixture
def meeting(world, backstage, at) -> dict[str, int]:
    """Open a members' meeting of 25 of whom 22 came by code; return its id, and who of the others asks leave."""
    at("2026-03-06 16:40")
    begun = clock.beijing("2026-03-06 16:25")
    with backstage() as session:
        met = gathering(session, world.branch.id, by=world.secretary.id, kinds=("member_meeting",),
                        starts_at=clock.beijing("2026-03-06 16:30"))  # fmt: skip
        others = [person(session, f"余小{number}", branch=world.branch.id).id for number in range(DUE - 9)]
        shifts(session, world.committee.id)
        works = unit(session, "plant", "炼铁厂", under=world.company.id)
        crew(session, "乙班", others[:1], under=works.id)
        open_sign_in(session, describe(session, met.id).gathering, by=world.secretary.id, at=begun)
        due = session.scalars(sa.select(DueEntry.person_id).where(DueEntry.counting == Counting.DUE)).all()
        came = [one for one in due if one not in others[:3]]
        assert (len(due), len(came)) == (DUE, CAME)
        for person_id in came:
            mark(session, met.id, person_id, at=begun)
        return {"id": met.id, "asks": others[1]}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_closing_twenty_five_with_three_absent(world, meeting, backstage, new_phone, scripts):
    """One on duty, one asked leave, one just absent; a secretary whose office sleeps, so the password is counted."""

    def phone_of(person_id: int) -> Phone:
        return new_phone(java_script_enabled=scripts).sign_on(backstage, person_id)

    path = f"/meetings/{meeting['id']}"
    away = phone_of(meeting["asks"]).open(path).unfold("请假").type("原因", "家里有事").choose("事假")
    away.tap("请假", within="#main form", exact=True).sees("请假已提交")
    host = phone_of(world.secretary.id).open(f"{path}/code").sees("实到 22 人").count_taps()
    host.tap("结束签到").type("密码", PASSWORD).tap("确认，接着办")
    host.tap("准假", within="#main", exact=True).sees("已准假")
    host.tap("1 人当班，记公假").sees("1 人记了公假")
    host.tap("1 人记缺席，结束").sees("应到 25 = 实到 22 + 请假 2 + 缺席 1")
    assert (host.taps, host.fields) == (6, 1) and host.taps <= MOST_TAPS


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (20, 1), (60, 2)])
def test_the_sheet_fills_whole_pages_of_paper(world, backstage, at, new_phone, people, pages):
    at("2026-03-06 12:00")
    with backstage() as session:
        group = unit(session, "party_group", "四号炉党小组", under=world.branch.id)
        for number in range(people):
            person(session, f"余小{number}", branch=world.branch.id, group=group.id)
        met = gathering(session, group.id, by=world.secretary.id, starts_at=clock.beijing("2026-03-06 16:30"))
        path = f"/meetings/{met.id}/sheet"
    phone = new_phone().sign_on(backstage, world.secretary.id, office=True).open(path)
    paper = phone.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == pages

"""Meetings over midnight, New Year and the edges of quarters, and what is said of them on either side (issue: time)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, Leave, MakeUp, Mark
from partygroup.meetings.models import Gathering
from partygroup.people.models import Belonging
from tests.factories import crew, gathering, shifts, unit
from tests.scorebook import held
from tests.web.conftest import met_of
from tests.web.desks import Desk
from tests.web.test_calendar import shown
from tests.web.test_selfcheck import lines


@pytest.fixture
def desk(app, session, world, at) -> Desk:
    """Return the desk of a group meeting of 31 December 23:30, opened at 23:25 and closed at 00:40 of the new year."""
    at("2026-12-31 23:25")
    start = clock.beijing("2026-12-31 23:30")
    met = met_of(app, session, gathering(session, world.group.id, by=world.leader.id, starts_at=start))
    desk = Desk(app, session, met, world)
    assert desk.send(f"{met.url}/opening").status_code == 303
    for who, when in (("leader", "2026-12-31 23:28"), ("member", "2027-01-01 00:05")):
        at(when)
        assert desk.send(f"{met.url}/ticks", people=world.actors[who].id).status_code == 303
    at("2027-01-01 00:40")
    assert desk.send(f"{met.url}/closing").status_code == 303
    return desk


# --- a meeting over New Year ------------------------------------------------------------------------------------------


def test_it_is_the_old_years_meeting_with_all_who_came(desk):
    assert desk.session.scalar(sa.select(Gathering.day)) == date(2026, 12, 31)
    assert desk.session.scalar(sa.select(sa.func.count(Mark.id))) == 2
    assert desk.session.scalar(sa.select(sa.func.count(DueEntry.person_id))) == 4


def test_its_minutes_end_in_the_new_year_and_are_sealed_in_time(desk, at):
    page = desk.page()
    assert re.search(r'name="ended_at"[^>]*value="2027-01-01T00:40"', page) and "2026年12月31日 23:30" in page
    at("2027-01-02 09:00")
    desk.seal()
    assert desk.faults() == [] and "补录" not in desk.page() and "23:30–00:40" in desk.page()


def test_it_is_december_s_duty_and_not_january_s(desk, world, client, at):
    at("2027-01-05 09:00")
    client.sign_on(world.secretary)
    url = f"/branches/{world.branch.id}/calendar"
    old = shown(client, f"{url}?quarter=2026Q4")["党小组会"]
    new = shown(client, f"{url}?quarter=2027Q1")["党小组会"]
    assert old[2].startswith("12/31已开") and "已开" not in new[0]


def test_each_year_is_checked_by_itself(desk, world, client, at):
    at("2027-02-20 09:00")
    client.sign_on(world.secretary, office=True)
    url = f"/branches/{world.branch.id}/self-check"
    old, new = ("".join(lines(client, f"{url}?year={year}")) for year in (2026, 2027))
    assert f"12月31日{world.group.name}的党小组会还没有写会议记录" in old and "12月31日" not in new
    assert "12月党小组会没有开" in old and world.group.name not in re.search("12月党小组会没有开.*?。", old)[0]
    assert "1月党小组会没有开" in new


# --- made up across the year ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on_day", "today", "status"), [
    ("2027-01-10", "2027-01-10", 303), ("2027-01-15", "2027-01-15", 303), ("2026-12-30", "2027-01-05", 422),
    ("2027-01-11", "2027-01-10", 422),
])  # fmt: skip
def test_a_meeting_of_new_years_eve_is_made_up_in_the_new_year(desk, at, on_day, today, status):
    at(f"{today} 10:00")
    person_id = desk.someone()
    answer = desk.send(f"{desk.met.url}/people/{person_id}/make-ups", way="self_study", on_day=on_day)
    assert answer.status_code == status
    made = desk.session.scalars(sa.select(MakeUp.on_day)).all()
    assert made == ([date.fromisoformat(on_day)] if status == 303 else [])


def test_minutes_are_waited_for_three_days_over_new_year(desk, world, client, at):
    client.sign_on(world.secretary, office=True)
    url = f"/branches/{world.branch.id}/self-check?year=2026"
    at("2027-01-03 23:50")
    before = "".join(lines(client, url))
    at("2027-01-04 00:10")
    told = f"12月31日{world.group.name}的党小组会还没有写会议记录"
    assert "还没有写会议记录" not in before and told in "".join(lines(client, url))


def test_leave_of_new_years_eve_is_made_up_within_fifteen_days(desk, world, client, at):
    client.sign_on(world.secretary, office=True)
    leave = {"sort": "leave_duty", "cause": "当班", "granted": True}
    told = dict.fromkeys(("asked_at", "decided_at"), clock.now()) | dict.fromkeys(("asked_by", "decided_by"), 1)
    desk.session.execute(sa.insert(Leave).values(gathering_id=desk.met.id, person_id=desk.someone(), **leave, **told))
    desk.session.commit()
    url = f"/branches/{world.branch.id}/self-check?year=2026"
    at("2027-01-15 23:59")
    assert "请假，还没有补课" not in "".join(lines(client, url))
    at("2027-01-16 00:01")
    found = "".join(lines(client, url))
    assert f"12月31日{world.group.name}的党小组会，" in found and "请假，还没有补课" in found


# --- edges of quarters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "quarter", "month"), [
    (date(2026, 3, 31), "2026Q1", 2), (date(2026, 4, 1), "2026Q2", 0),
    (date(2026, 9, 30), "2026Q3", 2), (date(2026, 10, 1), "2026Q4", 0),
])  # fmt: skip
def test_the_first_and_last_day_of_a_quarter_are_its_own(world, client, session, at, day, quarter, month):
    at("2026-12-20 09:00")
    held(session, world.branch.id, day, by=world.secretary.id, kinds=("party_lecture",))
    client.sign_on(world.secretary)
    for code in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
        row = shown(client, f"/branches/{world.branch.id}/calendar?quarter={code}")["党课"]
        assert [f"{day.month}/{day.day}已开" in cell for cell in row] == [
            code == quarter and n == month for n in range(3)
        ]


def test_the_last_minute_and_the_first_of_a_quarter_belong_to_two_days(app, session, world, at):
    at("2026-03-31 12:00")
    client = app.test_client().sign_on(world.leader)
    for start in ("2026-03-31T23:59", "2026-04-01T00:00"):
        typed = {"unit": world.group.id, "kinds": ["group_meeting"], "starts_at": start, "place": "炉台"}
        assert client.post("/meetings", data=typed).status_code == 303
    days = session.scalars(sa.select(Gathering.day).order_by(Gathering.id)).all()
    assert days == [date(2026, 3, 31), date(2026, 4, 1)]


# --- a night shift over midnight --------------------------------------------------------------------------------------


LATE = {"早": ["06:00", "14:00"], "中": ["14:00", "22:00"], "夜": ["22:00", "06:00"]}
#: Letter of a day → hours from its midnight on in which a team of LATE cannot come: at work, before and after a night.
TAKEN = {"早": (6, 14), "中": (14, 22), "夜": (18, 38)}


def taken(moment: datetime) -> bool:
    """Say whether somebody of 甲班 is away at some time of a meeting of an hour, counted by hand."""
    for back in (0, 1):
        day = clock.day_of(moment) - timedelta(days=back)
        letter = "早早中中夜夜休休"[(day - date(2026, 1, 1)).days % 8]
        first, last = (clock.start_of(day) + timedelta(hours=hours) for hours in TAKEN.get(letter, (0, 0)))
        if first < moment + timedelta(hours=1) and moment < last:
            return True
    return False


@pytest.mark.parametrize("now", ["2026-03-03 12:00", "2026-12-28 12:00"])
def test_nobody_is_called_out_of_a_night_shift_that_crosses_midnight(session, world, client, at, now):
    """Nights from 22:00 to 06:00, one of them over New Year: neither its hours nor the sleep around it are offered."""
    at(now)
    shifts(session, world.committee.id, hours=LATE)
    everybody = session.scalars(sa.select(Belonging.person_id).where(Belonging.group_id == world.group.id)).all()
    crew(session, "甲班", everybody, under=unit(session, "plant", "炼铁厂", under=world.company.id).id)
    session.commit()
    page = client.sign_on(world.leader).get("/meetings/new?kind=oath_review").text
    offered = [clock.beijing(one.replace("T", " ")) for one in re.findall(r'name="slots" value="([^",]+)"', page)]
    assert offered and not any(map(taken, offered))
    assert any(taken(moment + timedelta(hours=step)) for moment in offered for step in range(24))

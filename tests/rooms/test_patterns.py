"""Shift patterns: the nearest unit's holds, each from its day; the roster's 班组 says in which team somebody is."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.clock import beijing
from partygroup.db import AuditRow, transaction
from partygroup.errors import Refused
from partygroup.people.models import ShiftPattern, Workplace
from partygroup.people.patterns import (
    Teams,
    crew_names,
    crew_sizes,
    patterns_over,
    set_pattern,
    teams_over,
)
from partygroup.people.shifts import TeamLine, read_hours
from tests.factories import LONG_AGO, add, person, unit

pytestmark = pytest.mark.postgres
AT, START = beijing("2026-03-02 08:00"), date(2026, 3, 2)
HOURS = read_hours("早 8:00-16:00 中 16:00-24:00 夜 0:00-8:00")
TEAMS = [TeamLine("甲班", 1, ("炉前一班",)), TeamLine("乙班", 3)]


def enter(session, unit_id, by, *, letters="早早中中夜夜休休", from_on=START, teams=TEAMS):
    with transaction(session):
        set_pattern(session, unit_id, from_on=from_on, letters=letters, hours=HOURS, teams=teams, by=by, at=AT)


def line_of(world):
    return [world.branch.id, world.committee.id, world.company.id]


def test_a_branch_works_by_its_committee_until_it_has_its_own(session, world):
    by = world.unit_officer.id
    enter(session, world.committee.id, by)
    assert [row.unit_id for row in patterns_over(session, line_of(world))] == [world.committee.id]
    enter(session, world.branch.id, by, letters="早休", teams=[TeamLine("甲班", 1)])
    assert [row.letters for row in patterns_over(session, line_of(world))] == ["早休"]
    assert patterns_over(session, [world.sister_branch.id, world.committee.id])[0].letters == "早早中中夜夜休休"
    assert patterns_over(session, [world.foreign_branch.id]) == []


def test_a_later_pattern_takes_over_on_its_day(session, world):
    by, day = world.unit_officer.id, date(2026, 7, 1)
    enter(session, world.committee.id, by)
    enter(session, world.committee.id, by, letters="夜休", from_on=day, teams=[TeamLine("甲班", 2)])
    teams = teams_over(session, line_of(world))
    (team,) = teams.all
    assert team.letter_on(date(2026, 3, 2)) == "早" and team.letter_on(day) == "休"
    assert teams.named("乙班") is None


def test_the_same_again_changes_nothing_and_the_same_day_is_replaced(session, world):
    by = world.unit_officer.id
    enter(session, world.committee.id, by)
    enter(session, world.committee.id, by)
    enter(session, world.committee.id, by, letters="早中休休")
    assert session.scalars(sa.select(ShiftPattern.letters)).all() == ["早中休休"]
    told = session.execute(
        sa.select(AuditRow.before, AuditRow.after).where(AuditRow.action == "people.shifts.set").order_by(AuditRow.id)
    ).all()
    assert [row.before and row.before["letters"] for row in told] == [None, "早早中中夜夜休休"]
    assert told[1].after["teams"] == ["甲班、炉前一班 第1天", "乙班 第3天"]


def test_a_pattern_that_cannot_be_used_is_refused_at_its_field(session, world):
    with pytest.raises(Refused) as refusal:
        enter(session, world.committee.id, world.unit_officer.id, letters="早X")
    assert refusal.value.field == "letters"
    assert session.scalar(sa.select(sa.func.count(ShiftPattern.id))) == 0


@pytest.mark.parametrize(
    ("name", "team"),
    [
        ("甲班", "甲班"), ("炉前一班", "甲班"), ("1号高炉乙班", "乙班"), ("点检组", None), (None, None),
        ("甲班乙班合编", None),
    ],
)  # fmt: skip
def test_a_crew_of_the_roster_finds_its_team(session, world, name, team):
    enter(session, world.committee.id, world.unit_officer.id)
    found = teams_over(session, line_of(world)).named(name)
    assert (found and found.name) == team


def test_no_pattern_no_team():
    assert Teams([]).all == [] and Teams([]).named("甲班") is None


def test_the_roster_says_who_works_in_which_crew(session, world):
    plant = unit(session, "plant", "炼铁厂", under=world.company.id)
    crew = unit(session, "shift_team", "甲班", under=plant.id)
    mine = person(session, "余一", branch=world.branch.id, group=world.group.id)
    gone = person(session, "余二", branch=world.branch.id)
    guest = person(session, "余三", branch=world.foreign_branch.id)
    hopeful = person(session, "余四", branch=world.branch.id, standing="activist")
    office = person(session, "余五", branch=world.branch.id)
    for one in (mine, guest, hopeful):
        add(session, Workplace, person_id=one.id, unit_id=crew.id, from_on=LONG_AGO)
    add(session, Workplace, person_id=gone.id, unit_id=crew.id, from_on=LONG_AGO, until_on=START)
    add(session, Workplace, person_id=office.id, unit_id=plant.id, from_on=LONG_AGO)
    everybody = [one.id for one in (mine, gone, guest, office)]
    assert crew_names(session, everybody, START) == {mine.id: "甲班", guest.id: "甲班"}
    assert crew_sizes(session, world.branch.id, START) == [("甲班", 1)]
    assert crew_sizes(session, world.group.id, START) == [("甲班", 1)]
    assert crew_sizes(session, world.committee.id, LONG_AGO) == [("甲班", 2)]

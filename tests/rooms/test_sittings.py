"""Sittings against the database: the timer waits for the last, and times are proposed within the time that is due."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from partygroup.attendance.actions import close_overdue, open_sign_in
from partygroup.attendance.reach import days_to_meet, propose_times
from partygroup.clock import beijing
from partygroup.db import transaction
from partygroup.meetings.models import Gathering, Sitting
from partygroup.meetings.presets import KINDS
from partygroup.meetings.queries import WITH_ALL
from tests.factories import add, crew, gathering, shifts, unit

pytestmark = pytest.mark.postgres
SPECS = {spec.code: spec for spec in KINDS}


@pytest.mark.parametrize(
    ("today", "codes", "first", "last"),
    [
        ("2026-03-05", ["group_meeting"], "2026-03-06", "2026-03-19"),
        ("2026-03-25", ["group_meeting"], "2026-03-26", "2026-03-31"),
        ("2026-03-31", ["theme_day"], "2026-03-31", "2026-03-31"),
        ("2026-12-30", ["party_lecture"], "2026-12-31", "2026-12-31"),
        ("2026-12-30", ["heart_talk"], "2026-12-31", "2027-01-13"),
        ("2026-04-28", ["party_lecture", "theme_day"], "2026-04-29", "2026-04-30"),
    ],
)
def test_times_are_looked_for_within_what_is_due(today, codes, first, last):
    found = days_to_meet([SPECS[code] for code in codes], date.fromisoformat(today))
    assert [one.isoformat() for one in found] == [first, last]


def test_the_timer_waits_for_the_last_sitting(session, world):
    at = beijing("2026-03-05 16:00")
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=at)
    add(session, Sitting, gathering_id=row.id, starts_at=at + timedelta(days=2), place="食堂", host_id=world.leader.id)
    met = session.scalars(sa.select(Gathering).options(*WITH_ALL)).unique().one()
    with transaction(session):
        open_sign_in(session, met, by=world.leader.id, at=at)
        assert close_overdue(session, at=at + timedelta(days=2, hours=11)) == 0
        assert close_overdue(session, at=at + timedelta(days=2, hours=13)) == 1


def propose_for(session, world, at="2026-03-05 12:00"):
    line = [world.group.id, world.branch.id, world.committee.id, world.company.id]
    kinds = [SPECS["group_meeting"]]
    return propose_times(session, lineage=line, circle="group", kinds=kinds, usual=time(16, 30), at=beijing(at))


def test_nothing_is_proposed_without_a_pattern_or_where_nobody_works_by_it(session, world):
    assert propose_for(session, world) is None
    shifts(session, world.committee.id)
    assert propose_for(session, world) is None


def test_a_proposal_counts_those_due_by_team(session, world):
    shifts(session, world.committee.id)
    works = unit(session, "plant", "炼铁厂", under=world.company.id)
    crew(session, "1号炉甲班", [world.leader.id, world.activist.id], under=works.id)
    crew(session, "乙班", [world.member.id, world.neighbour.id], under=works.id)
    found = propose_for(session, world)
    assert found.best[0].due == 4
    assert {name for slot in found.single for name in slot.free} == {"甲班", "乙班", "常白班"}
    assert found.best[0].starts_at == beijing("2026-03-10 16:30") and found.best[0].reached == 4

"""What the demo company is planned to be, without a database: its shape, its months, its next meeting."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from partygroup import clock
from partygroup.demo.naming import staff_number
from partygroup.demo.schedule import history_months, starts_soon, weekdays
from partygroup.demo.shape import company_shape


def test_the_next_meeting_begins_soon_and_today():
    at = clock.beijing("2026-03-05 00:00")
    for moment in (at + timedelta(minutes=7 * step) for step in range(24 * 60 // 7)):
        starts_at = starts_soon(moment)
        assert moment < starts_at <= moment + timedelta(hours=4)
        late = moment >= clock.beijing("2026-03-05 23:30")
        assert late or clock.day_of(starts_at) == date(2026, 3, 5)


def test_months_are_two_quarters_and_the_running_one():
    assert history_months(date(2026, 1, 5)) == [date(2025, month, 1) for month in range(7, 13)] + [date(2026, 1, 1)]
    assert len(history_months(date(2026, 11, 24))) == 8 and len(history_months(date(2026, 12, 31))) == 9
    assert all(day.weekday() < 5 for day in weekdays(date(2026, 2, 1), 8, 28))


def test_staff_numbers_never_repeat():
    assert len({staff_number(index) for index in range(20_000)}) == 20_000


def test_the_whole_company_has_the_figures_of_the_article():
    shapes = company_shape(True, Random(1))
    branches = [branch for shape in shapes for branch in shape.branches]
    assert (len(shapes), len(branches)) == (17, 247)
    assert len(shapes[-1].branches) == 10 and sum(len(branch.groups) for branch in shapes[-1].branches) == 20
    assert 4_700 <= sum(branch.size for branch in branches) <= 5_300
    for shape in shapes:
        assert len({branch.name for branch in shape.branches}) == len(shape.branches)

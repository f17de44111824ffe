"""Counting working days over weekends, holidays and the weekends worked instead."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.workdays import SCHEDULE, WorkCalendar, preset_days

OFFICIAL = WorkCalendar({row["day"]: row["working"] for row in preset_days()})
days = st.dates(date(2024, 12, 1), date(2027, 1, 31))
calendars = st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.booleans(), max_size=40).map(WorkCalendar)
counts = st.integers(1, 15)


@given(calendars, st.dates(date(2025, 12, 20), date(2026, 4, 10)), counts)
def test_it_never_lands_on_a_day_off(calendar, day, count):
    assert calendar.works(calendar.after(day, count))


@given(calendars, st.dates(date(2025, 12, 20), date(2026, 4, 10)), counts)
def test_exactly_so_many_working_days_lie_between(calendar, day, count):
    end = calendar.after(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(calendar.works(one) for one in passed) == count


@given(days, counts)
def test_it_agrees_with_a_list_of_all_working_days(day, count):
    off = {one for _, first, last, _ in SCHEDULE for one in between(first, last)}
    extra = {date.fromisoformat(one) for *_, worked in SCHEDULE for one in worked}
    every = (day + timedelta(days=n) for n in range(1, 100))
    worked = [one for one in every if one in extra or (one.isoweekday() not in (6, 7) and one not in off)]
    assert OFFICIAL.after(day, count) == worked[count - 1]


@given(calendars, st.dates(date(2026, 1, 1), date(2026, 3, 1)), counts)
def test_one_more_day_is_one_working_day_later(calendar, day, count):
    assert calendar.after(day, count + 1) == calendar.after(calendar.after(day, count), 1)


def between(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


PUBLICITY = [
    # published, fifth working day
    ("2026-07-01", "2026-07-08"),
    ("2026-09-30", "2026-10-13"),  # 国庆节 off, Saturday 10 October worked
    ("2026-02-13", "2026-02-27"),  # Saturday 14 February worked, then 春节
    ("2026-04-30", "2026-05-11"),  # Saturday 9 May worked
    ("2025-09-25", "2025-10-09"),  # Sunday 28 September worked, then 国庆节
    ("2025-01-24", "2025-02-07"),  # Sunday 26 January worked, then 春节
]


@pytest.mark.parametrize(("published", "until"), PUBLICITY)
def test_five_working_days_over_the_holidays(published, until):
    assert OFFICIAL.after(date.fromisoformat(published), 5) == date.fromisoformat(until)


def test_the_preset_holds_exceptions_only_each_day_once():
    rows = preset_days()
    assert len({row["day"] for row in rows}) == len(rows)
    assert [row for row in rows if row["working"] == (row["day"].weekday() < 5)] == []


def test_a_year_has_as_many_working_days_as_the_official_count():
    for year, official in ((2025, 248), (2026, 248)):
        first = date(year, 1, 1)
        worked = [first + timedelta(days=n) for n in range(365) if OFFICIAL.works(first + timedelta(days=n))]
        assert len(worked) == official

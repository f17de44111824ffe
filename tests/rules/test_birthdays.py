"""Political birthdays: each anniversary of joining is kept once, however seldom a unit meets for it (domain.md 5.7)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.minutes.rules import birthday_months, years_in


@pytest.mark.parametrize(("day", "last", "first", "until"), [
    ("2026-03-05", None, "2026-03-01", "2026-03-01"),
    ("2026-03-05", "2026-02-27", "2026-03-01", "2026-03-01"),
    ("2026-03-31", "2026-03-05", "2026-03-01", "2026-03-01"),
    ("2026-01-05", "2025-12-31", "2026-01-01", "2026-01-01"),
    ("2026-01-05", "2025-09-30", "2025-10-01", "2026-01-01"),
    ("2026-12-05", "2025-12-30", "2026-01-01", "2026-12-01"),
    ("2026-12-05", "2019-01-01", "2026-01-01", "2026-12-01"),
    ("2024-02-29", "2023-02-28", "2023-03-01", "2024-02-01"),
])  # fmt: skip
def test_which_months_a_meeting_keeps(day, last, first, until):
    found = birthday_months(date.fromisoformat(day), last and date.fromisoformat(last))
    assert found == (date.fromisoformat(first), date.fromisoformat(until))


@pytest.mark.parametrize(("joined", "first", "last", "years"), [
    ("2011-03-31", "2026-03-01", "2026-03-01", 15),
    ("2011-04-01", "2026-03-01", "2026-03-01", None),
    ("2004-02-29", "2026-02-01", "2026-02-01", 22),
    ("2001-12-20", "2025-11-01", "2026-01-01", 24),
    ("2002-01-20", "2025-11-01", "2026-01-01", 24),
    ("2002-10-20", "2025-11-01", "2026-01-01", None),
    ("2026-03-02", "2026-03-01", "2026-03-01", None),
    ("2025-12-02", "2025-11-01", "2026-01-01", None),
    ("2027-03-02", "2026-03-01", "2026-03-01", None),
])  # fmt: skip
def test_which_anniversary_falls_into_them(joined, first, last, years):
    assert years_in(*map(date.fromisoformat, (joined, first, last))) == years


@given(st.dates(date(1960, 1, 1), date(2009, 12, 31)), st.lists(st.integers(1, 330), min_size=1, max_size=12))
def test_each_anniversary_is_kept_once(joined, gaps):
    days = [date(2010, 1, 15)]
    for gap in gaps:
        days.append(date.fromordinal(days[-1].toordinal() + gap))
    kept, last = [], None
    for day in days:
        if last is None or (day.year, day.month) != (last.year, last.month):  # the second in a month keeps it again
            kept.append(years_in(joined, *birthday_months(day, last)))
        last = day
    turned = [year - joined.year for year in range(2010, days[-1].year + 1)
              if (2010, 1) <= (year, joined.month) <= (days[-1].year, days[-1].month)]  # fmt: skip
    assert [one for one in kept if one is not None] == turned

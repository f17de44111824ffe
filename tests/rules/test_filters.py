"""What people read of a moment."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import beijing
from partygroup.web import filters

NOW = beijing("2026-06-18 15:50")
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-06-18 16:30", "今天 16:30"),
        ("2026-06-18 00:00", "今天 00:00"),
        ("2026-06-17 23:59", "昨天 23:59"),
        ("2026-06-19 07:40", "明天 07:40"),
        ("2026-06-20 07:40", "后天 07:40"),
        ("2026-06-21 07:40", "6月21日 07:40"),
        ("2026-06-16 09:05", "6月16日 09:05"),
        ("2025-12-31 18:00", "2025年12月31日 18:00"),
    ],
)
def test_when_names_the_days_around_today(at, shown):
    assert filters.when(beijing(at), NOW) == shown


def test_the_day_is_the_day_in_beijing():
    late_evening_in_utc = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
    assert filters.day(late_evening_in_utc, NOW) == "6月18日"
    assert filters.clock_time(late_evening_in_utc) == "00:00"
    assert filters.near_day(late_evening_in_utc, NOW) == "今天"


def test_this_year_changes_at_midnight_in_beijing():
    new_year = beijing("2027-01-01 00:00")
    assert filters.day(new_year, new_year) == "1月1日"
    assert filters.day(new_year - timedelta(seconds=1), new_year) == "2026年12月31日"


def test_formal_ways_of_writing():
    moment = beijing("2025-03-08 14:30")
    assert filters.full_day(moment) == "2025年3月8日"
    assert filters.full(moment) == "2025年3月8日 14:30"
    assert filters.month(moment) == "2025年3月"
    assert filters.weekday(moment) == "星期六"
    assert filters.for_input(moment) == "2025-03-08T14:30"


def test_days_may_be_dates():
    assert filters.day(date(2026, 6, 18), NOW) == "6月18日"
    assert filters.near_day(date(2026, 6, 19), NOW) == "明天"
    assert filters.weekday(date(2026, 6, 18)) == "星期四"


@pytest.mark.parametrize("name", sorted(set(filters.FILTERS) - {"tint"}))
def test_nothing_to_show_is_an_empty_text(name):
    arguments = [NOW] if name in {"day", "near_day", "when"} else []
    assert filters.FILTERS[name](None, *arguments) == ""


@given(moments, moments)
def test_when_ends_with_the_time_and_never_with_a_sign_of_english(value, now):
    shown = filters.when(value, now)
    assert shown.endswith(filters.clock_time(value))
    assert not any(letter.isascii() and letter.isalpha() for letter in shown)


@given(moments)
def test_what_goes_into_an_input_comes_back(value):
    assert beijing(filters.for_input(value).replace("T", " ")) == value.replace(second=0, microsecond=0)


@given(st.text())
def test_a_name_keeps_its_colour(name):
    assert filters.tint(name) == filters.tint(name)
    assert 1 <= filters.tint(name) <= 5

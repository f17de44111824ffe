"""Periods tile the year, whatever the zone of the machine."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup import clock

moments = st.datetimes(datetime(2020, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))


@given(st.integers(2020, 2036))
def test_months_and_quarters_tile_the_year(year):
    months = [clock.month(year, number) for number in range(1, 13)]
    assert all(one.end == other.start for one, other in zip(months, months[1:], strict=False))
    assert months[-1].end == clock.month(year + 1, 1).start
    quarters = [clock.Quarter(year, number) for number in range(1, 5)]
    assert [one.period.start for one in quarters] == [months[3 * n].start for n in range(4)]
    assert quarters[3].period.end == months[-1].end


@given(moments)
def test_a_moment_lies_in_one_day_and_one_quarter(moment):
    day = clock.day_of(moment)
    assert clock.day(day).covers(moment)
    assert not clock.day(day + timedelta(days=1)).covers(moment)
    assert clock.Quarter.of(day).period.covers(moment)


def test_a_night_shift_belongs_to_the_day_in_beijing():
    assert clock.day_of(datetime(2026, 3, 4, 16, 30, tzinfo=UTC)) == date(2026, 3, 5)
    assert clock.beijing("2026-03-05 00:30") == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)


days = st.dates(date(2020, 1, 1), date(2036, 12, 31))


@given(days)
def test_a_day_lies_between_the_first_and_last_of_its_quarter(day):
    quarter = clock.Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert clock.Quarter.of(quarter.first) == clock.Quarter.of(quarter.last) == quarter
    assert (quarter.last - quarter.first).days + 1 == quarter.days


@given(days)
def test_the_next_quarter_begins_the_day_after(day):
    quarter = clock.Quarter.of(day)
    assert quarter.next().first == quarter.last + timedelta(days=1)
    assert quarter.next() > quarter and quarter.next().previous() == quarter
    assert quarter.next().period.start == quarter.period.end


@given(days)
def test_the_code_of_a_quarter_reads_back(day):
    quarter = clock.Quarter.of(day)
    assert clock.Quarter.parse(quarter.code) == quarter


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026Q5",
        "2026Q0",
        "2026q3",
        "2026Q3 ",
        "２０２６Q3",
        "02026Q3",
        "0026Q1",
        "1900Q1",
        "2019Q4",
        "9999Q4",
    ],
)
def test_other_texts_are_no_quarter(text):
    assert clock.Quarter.parse(text) is None


def test_a_quarter_says_its_name_and_days():
    third = clock.Quarter(2026, 3)
    assert (third.label, third.code, third.days) == ("2026年第三季度", "2026Q3", 92)
    assert (third.first, third.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert [clock.Quarter(2024, n).days for n in range(1, 5)] == [91, 91, 92, 92]
    assert clock.Quarter(2025, 4).next() == clock.Quarter(2026, 1)

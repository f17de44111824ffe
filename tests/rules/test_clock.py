"""Periods tile the year, whatever the zone of the machine."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partygroup import clock

moments = st.datetimes(datetime(2020, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))


@given(st.integers(2020, 2036))
def test_months_and_quarters_tile_the_year(year):
    months = [clock.month(year, number) for number in range(1, 13)]
    assert all(one.end == other.start for one, other in zip(months, months[1:], strict=False))
    assert months[-1].end == clock.month(year + 1, 1).start
    quarters = [clock.quarter(year, number) for number in range(1, 5)]
    assert [one.start for one in quarters] == [months[3 * n].start for n in range(4)]
    assert quarters[3].end == months[-1].end


@given(moments)
def test_a_moment_lies_in_one_day_and_one_quarter(moment):
    day = clock.day_of(moment)
    assert clock.day(day).covers(moment)
    assert not clock.day(day + timedelta(days=1)).covers(moment)
    assert clock.quarter(*clock.quarter_of(day)).covers(moment)


def test_a_night_shift_belongs_to_the_day_in_beijing():
    assert clock.day_of(datetime(2026, 3, 4, 16, 30, tzinfo=UTC)) == date(2026, 3, 5)
    assert clock.beijing("2026-03-05 00:30") == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)

"""Which shift a team works, over year ends and midnights, and whether it can come; against minutes counted singly."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import BEIJING, beijing, day_of
from partygroup.people.shifts import (
    AFTER_NIGHT,
    BEFORE_NIGHT,
    NIGHT,
    REST,
    Hours,
    Stand,
    Team,
    TeamLine,
    Turn,
    clean_letters,
    hours_in_words,
    pattern_problems,
    read_hours,
)

HOURS = read_hours("早 8:00-16:00 中 16:00-24:00 夜 0:00-8:00")
LONG = {"白": Hours(time(8), time(20)), NIGHT: Hours(time(20), time(8))}
START = date(2026, 1, 1)


def team(letters="早早中中夜夜休休", place=0, hours=HOURS, from_on=START, name="甲班"):
    return Team(name, (Turn(from_on, letters, place, hours),))


days = st.dates(date(2025, 12, 1), date(2027, 2, 1))
rows = st.text("早中夜休", min_size=1, max_size=12)
long_rows = st.text("白夜休", min_size=1, max_size=12)
moments = st.datetimes(datetime(2026, 2, 1), datetime(2027, 1, 20)).map(lambda at: at.replace(tzinfo=BEIJING))
teams = st.one_of(
    st.builds(team, rows, st.integers(0, 11), st.just(HOURS)),
    st.builds(team, long_rows, st.integers(0, 11), st.just(LONG)),
)


@given(rows, st.integers(0, 11), st.integers(0, 900))
def test_the_row_repeats_for_ever_from_the_teams_own_place(letters, place, number):
    walked = [letters[place % len(letters)]]
    for _ in range(number):
        place += 1
        walked.append(letters[place % len(letters)])
    found = team(letters, place - number)
    assert [found.letter_on(START + timedelta(days=n)) for n in (0, number)] == [walked[0], walked[-1]]


def test_nothing_is_known_before_the_first_day_and_a_later_turn_takes_over():
    old, new = Turn(START, "早休", 0, HOURS), Turn(date(2026, 7, 1), "夜中早休", 1, HOURS)
    both = Team("甲班", (old, new))
    assert both.letter_on(date(2025, 12, 31)) is None
    assert both.letter_on(date(2026, 6, 30)) == "早"
    assert [both.letter_on(date(2026, 7, day)) for day in (1, 2, 3, 4)] == ["中", "早", "休", "夜"]
    assert both.shift_on(date(2025, 12, 31)) is None


def test_a_night_over_new_year_belongs_to_the_old_year():
    night = team("夜", hours=LONG).shift_on(date(2026, 12, 31))
    assert (night.start, night.end) == (beijing("2026-12-31 20:00"), beijing("2027-01-01 08:00"))


def test_the_four_teams_of_the_usual_pattern_share_each_day():
    four = [team(place=place) for place in (0, 2, 4, 6)]
    for number in range(400):
        letters = [one.letter_on(START + timedelta(days=number)) for one in four]
        assert sorted(letters) == sorted("早中夜休")


@pytest.mark.parametrize(
    ("at", "stand"),
    [
        ("2026-01-01 07:00", Stand.FREE),
        ("2026-01-01 07:01", Stand.ON),
        ("2026-01-01 15:59", Stand.ON),
        ("2026-01-01 16:00", Stand.FREE),
        ("2026-01-03 15:00", Stand.FREE),
        ("2026-01-03 15:01", Stand.ON),
        ("2026-01-04 19:00", Stand.ON),
        ("2026-01-05 08:00", Stand.AFTER_NIGHT),
        ("2026-01-05 15:59", Stand.AFTER_NIGHT),
        ("2026-01-05 16:00", Stand.FREE),
        ("2026-01-05 19:00", Stand.FREE),
        ("2026-01-05 19:01", Stand.BEFORE_NIGHT),
        ("2026-01-06 19:01", Stand.FREE),
    ],
)
def test_the_hours_of_a_team_around_its_shifts(at, stand):
    start = beijing(at)
    assert team().stand(start, start + timedelta(hours=1)) is stand


def minutes_of(one: Team, start: datetime, end: datetime) -> Stand:
    """Return the stand by going through every shift of weeks around, minute by minute of the meeting."""
    shifts = [one.shift_on(day_of(start) + timedelta(days=n)) for n in range(-5, 6)]
    shifts = [shift for shift in shifts if shift]
    minutes = [start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60))]
    if any(shift.start <= at < shift.end for shift in shifts for at in minutes):
        return Stand.ON
    nights = [shift for shift in shifts if shift.letter == NIGHT]
    if any(timedelta(0) <= start - shift.end < AFTER_NIGHT for shift in nights):
        return Stand.AFTER_NIGHT
    if any(timedelta(0) < shift.start - at <= BEFORE_NIGHT for shift in nights for at in minutes):
        return Stand.BEFORE_NIGHT
    return Stand.FREE


@given(teams, moments)
def test_whether_a_team_can_come_agrees_with_minutes_counted(one, at):
    at = at.replace(second=0, microsecond=0)
    assert one.stand(at, at + timedelta(hours=1)) is minutes_of(one, at, at + timedelta(hours=1))


@given(st.dictionaries(st.sampled_from("早白中夜"), st.builds(Hours, st.times(), st.times()), min_size=1))
def test_hours_are_read_as_they_are_written(hours):
    whole = {key: Hours(*(at.replace(second=0, microsecond=0) for at in one)) for key, one in hours.items()}
    assert read_hours(hours_in_words(whole)) == whole


@pytest.mark.parametrize(
    "text",
    ["早班8：00—16：00，中班 16:00到24:00；夜班 0:00~8:00", "早 8:00-16:00 中 16:00-0:00 夜 24:00-8:00"],
)
def test_hours_are_read_as_people_write_them(text):
    assert read_hours(text) == HOURS


@pytest.mark.parametrize(
    "text", ["", "早", "早 8-16", "早 25:00-26:00", "早 8:00-16:00 早 9:00-17:00", "约早 8:00-16:00"]
)
def test_hours_that_cannot_be_read(text):
    assert read_hours(text) is None


def test_a_row_of_letters_as_people_type_it():
    assert clean_letters("早班、早班、 中，夜/休息") == "早早中夜休"


FOUR = [TeamLine("甲班", 1), TeamLine("乙班", 3, ("炉前一班",))]


@pytest.mark.parametrize(
    ("letters", "hours", "lines", "faults"),
    [
        ("早早中中夜夜休休", HOURS, FOUR, set()),
        ("早X", HOURS, FOUR[:1], {"letters"}),
        ("休休休", HOURS, FOUR, {"letters"}),
        ("", HOURS, FOUR, {"letters"}),
        ("早" * 43, HOURS, FOUR, {"letters"}),
        ("早白中", HOURS, FOUR, {"hours"}),
        ("早早早", None, FOUR, {"hours"}),
        ("早早早", {"早": Hours(time(8), time(7))}, FOUR, {"hours"}),
        ("早早中", HOURS, [], {"teams"}),
        ("早早", HOURS, FOUR, {"teams"}),
        ("早早中", HOURS, [TeamLine("甲班", 1), TeamLine("乙班", 2, ("甲班",))], {"teams"}),
        ("早早中", HOURS, [TeamLine("甲班", 0)], {"teams"}),
    ],
)
def test_what_keeps_a_pattern_from_being_used(letters, hours, lines, faults):
    assert set(pattern_problems(letters, hours, lines)) == faults


def test_rest_is_no_shift():
    assert REST not in HOURS and team("休早").shift_on(START) is None


@pytest.mark.parametrize(
    ("at", "rests"),
    [
        ("2026-01-05 17:59", False),
        ("2026-01-05 18:00", True),
        ("2026-01-05 23:59", True),
        ("2026-01-06 00:00", True),
        ("2026-01-06 05:59", True),
        ("2026-01-06 13:59", True),
        ("2026-01-06 14:00", False),
    ],
)
def test_the_hours_around_a_night_that_crosses_midnight_are_left_in_peace(at, rests):
    team = Team("甲班", (Turn(date(2026, 1, 5), "夜休休休", 0, {"夜": Hours(time(22), time(6))}),))
    assert team.rests_for_night(beijing(at)) is rests


@given(teams, moments)
def test_whom_a_night_leaves_in_peace_cannot_come_either(team, at):
    stand = team.stand(at, at + timedelta(minutes=1))
    if team.rests_for_night(at):
        assert stand is not Stand.FREE
    else:
        assert stand not in (Stand.AFTER_NIGHT,)

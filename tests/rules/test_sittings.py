"""Proposing times: nobody from a shift or a night; one sitting if it reaches enough, else the fewest that reach all."""

from datetime import date, time, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from partygroup.clock import BEIJING, beijing, start_of
from partygroup.meetings.rules import MOST_SITTINGS, SPREAD, nearest
from partygroup.meetings.sittings import (
    ENOUGH,
    LENGTH,
    Crew,
    fewest,
    is_kept_on_shift,
    propose,
    slot_at,
    slots_between,
)
from partygroup.people.shifts import Stand
from partygroup.workdays import WorkCalendar
from tests.rules.test_shifts import START, team

USUAL = time(16, 30)
WORKS = WorkCalendar({}).works
FOUR = [team(place=place, name=name) for place, name in ((0, "甲班"), (2, "乙班"), (4, "丙班"), (6, "丁班"))]
CREWS = [Crew(one, count) for one, count in zip(FOUR, (7, 7, 6, 6), strict=True)]


def proposal(crews=CREWS, first=START, last=START + timedelta(days=13), **how):
    how = {"after": start_of(first), "works": WORKS, "usual": USUAL} | how
    return propose(crews, first, last, **how)


def test_after_the_early_shift_three_of_four_teams_can_come():
    best = slot_at(CREWS, beijing("2026-01-01 16:30"), works=WORKS)
    assert best.sentence == "甲班下早班后，26 人中 19 人在家或刚下班；乙班 7 人当班。"
    assert (best.reached, best.due, best.free) == (19, 26, ("甲班", "丙班", "丁班"))


def test_each_reason_is_said_in_words():
    at = beijing("2026-01-01 14:30")
    told = slot_at(CREWS, at, works=WORKS)
    stands = {crew.name: crew.team.stand(at, at + LENGTH) for crew in CREWS}
    assert {name: why for name, why, _ in told.away} == {n: str(s) for n, s in stands.items() if s is not Stand.FREE}
    assert told.because == "乙班上中班前"


def test_one_sitting_is_enough_where_two_thirds_can_come():
    best = proposal().best
    assert len(best) == 1 and best[0].reached == 20 and best[0].starts_at == beijing("2026-01-05 16:30")


def test_the_fewest_sittings_reach_every_team():
    split = proposal().split
    assert len(split) == 2
    assert {name for slot in split for name in slot.free} == {"甲班", "乙班", "丙班", "丁班"}
    assert split[1].starts_at - split[0].starts_at == timedelta(hours=2)


def test_where_one_sitting_reaches_too_few_the_split_is_best_unless_there_is_a_vote():
    apart = [Crew(team("早", name="甲"), 10), Crew(team("中", name="乙"), 10)]
    found = proposal(apart)
    assert len(found.best) == 2 and not ENOUGH.reached(found.single[0].reached, 20)
    one = proposal(apart, one_only=True)
    assert len(one.best) == 1 and one.split == ()


def test_those_without_shifts_come_on_working_days_only():
    saturday, friday = beijing("2026-01-10 16:30"), beijing("2026-01-09 16:30")
    crews = [Crew(None, 5)]
    assert slot_at(crews, friday, works=WORKS).reached == 5
    assert slot_at(crews, saturday, works=WORKS).away == (("常白班", "休息日", 5),)
    assert slot_at(crews, beijing("2026-01-09 19:00"), works=WORKS).away[0][1] == "已下班"


def test_nothing_is_proposed_where_nobody_can_ever_come():
    saturdays = proposal([Crew(None, 3)], date(2026, 1, 10), date(2026, 1, 11))
    assert saturdays.single == saturdays.split == saturdays.best == ()


patterns = st.text("早中夜休", min_size=1, max_size=8)
rows = st.lists(st.tuples(patterns, st.integers(0, 7), st.integers(0, 9)), min_size=1, max_size=4)
crews = rows.map(lambda some: [Crew(team(*one[:2], name=f"{number}班"), one[2]) for number, one in enumerate(some)])
firsts = st.dates(date(2026, 12, 20), date(2027, 1, 5))


@given(crews, firsts, st.integers(0, 6))
def test_whoever_is_said_to_come_is_free_in_the_daytime_and_the_rest_are_named(some, first, length):
    after = start_of(first) + timedelta(hours=9)
    for slot in slots_between(some, first, first + timedelta(days=length), after=after, works=WORKS, usual=USUAL):
        here = slot.starts_at.astimezone(BEIJING)
        assert slot.starts_at > after and time(8) <= here.time() <= time(20, 30)
        for crew in some:
            stand = crew.team.stand(slot.starts_at, slot.starts_at + LENGTH)
            assert (crew.name in slot.free) == (stand is Stand.FREE and crew.count > 0)
        assert slot.reached + sum(count for *_, count in slot.away) == slot.due == sum(crew.count for crew in some)


def every_set(slots):
    """Return the smallest sets that reach all that can be reached, by trying them all."""
    wanted = {name for slot in slots for name in slot.free}
    for count in range(1, MOST_SITTINGS + 1):
        sets = [
            some
            for some in combinations(slots, count)
            if some[-1].starts_at - some[0].starts_at <= SPREAD
            and {name for slot in some for name in slot.free} == wanted
        ]
        if wanted and sets:
            return sets
    return []


@settings(max_examples=60)
@given(crews, firsts, st.integers(0, 2))
def test_the_fewest_agree_with_trying_every_set(some, first, length):
    slots = list(
        slots_between(some, first, first + timedelta(days=length), after=start_of(first), works=WORKS, usual=USUAL)
    )
    oracle, found = every_set(slots), fewest(slots)
    assert bool(found) == bool(oracle)
    if oracle:
        assert found in oracle
        soonest = min(one[-1].starts_at for one in oracle)
        assert found[-1].starts_at == soonest
        assert found[0].starts_at == max(one[0].starts_at for one in oracle if one[-1].starts_at == soonest)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=4, unique=True), st.integers(-500, 11_000))
def test_the_nearest_sitting(minutes, at):
    starts = [start_of(START) + timedelta(minutes=n) for n in sorted(minutes)]
    moment = start_of(START) + timedelta(minutes=at)
    found = starts[nearest(starts, moment)]
    assert all(abs(found - moment) <= abs(one - moment) for one in starts)


def test_leave_is_preset_for_who_is_on_duty_and_reached_by_no_sitting():
    """On January 2nd 甲班 works 8 to 16, 乙班 16 to 24; at 16:30 乙班 is on, an hour after noon it is not."""
    at_half_past_four, before = beijing("2026-01-02 16:30"), beijing("2026-01-02 13:00")
    kept = [one.name for one in FOUR if is_kept_on_shift(one, [at_half_past_four])]
    assert kept == ["乙班"]
    assert not any(is_kept_on_shift(one, [at_half_past_four, before]) for one in FOUR[:2])


def test_sleep_after_a_night_is_no_duty():
    """Whoever sleeps off a night asks leave, or makes up: it is nobody's duty."""
    night = team(letters="夜休", name="丙班")
    assert night.stand(beijing("2026-01-01 09:00"), beijing("2026-01-01 10:00")) is Stand.AFTER_NIGHT
    assert not is_kept_on_shift(night, [beijing("2026-01-01 09:00")])
    assert is_kept_on_shift(night, [beijing("2026-01-01 09:00"), beijing("2026-01-01 07:30")])

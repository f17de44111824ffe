"""Which meetings are due, by whom, until when, and how each stands (domain.md 5.1, 5.2; B13)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import Quarter
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme
from partygroup.meetings.duty import DueItem, Met, Step, due_items, duties
from partygroup.people.structures import Structure, lived_through

SCHEME = Scheme.from_json(BODY)
ALWAYS = ((date(2020, 1, 1), None),)
BRANCH, FIRST, SECOND = 10, 11, 12
FULL = Structure(BRANCH, ALWAYS, ALWAYS, ((FIRST, ALWAYS), (SECOND, ALWAYS)))
Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)


def kinds(structure, quarter=Q3) -> Counter:
    return Counter(item.kind for item in due_items(structure, SCHEME.due_meetings, quarter))


def test_due_in_a_quarter():
    assert kinds(FULL) == {
        "member_meeting": 1, "party_lecture": 1, "theme_day": 3, "committee_meeting": 3, "group_meeting": 6
    }  # fmt: skip


def test_once_a_year_is_asked_in_the_fourth_quarter():
    assert kinds(FULL, Q4) - kinds(FULL) == {"org_life_meeting": 1, "appraisal": 1}
    (meeting,) = [item for item in due_items(FULL, SCHEME.due_meetings, Q4) if item.kind == "appraisal"]
    assert (meeting.first, meeting.last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_without_committee_and_groups_only_the_branch_is_asked():
    assert kinds(Structure(BRANCH, ALWAYS)) == {"member_meeting": 1, "party_lecture": 1, "theme_day": 3}


def test_due_only_where_the_unit_existed_every_day():
    later = ((date(2026, 7, 2), None),)
    assert kinds(Structure(BRANCH, later, later, ((FIRST, later),))) == {
        "theme_day": 2, "committee_meeting": 2, "group_meeting": 2
    }  # fmt: skip
    until = ((date(2020, 1, 1), date(2026, 9, 30)),)
    assert kinds(Structure(BRANCH, until)) == {"theme_day": 2}
    assert kinds(Structure(BRANCH, ((date(2026, 1, 2), None),)), Q4) == {
        "member_meeting": 1, "party_lecture": 1, "theme_day": 3
    }  # fmt: skip
    assert kinds(Structure(BRANCH, ((date(2026, 1, 1), None),)), Q4)["appraisal"] == 1


def test_one_committee_after_another_is_one_life():
    changed = ((date(2026, 8, 15), None), (date(2020, 1, 1), date(2026, 8, 15)))
    assert kinds(Structure(BRANCH, ALWAYS, changed))["committee_meeting"] == 3
    gap = ((date(2020, 1, 1), date(2026, 8, 14)), (date(2026, 8, 15), None))
    assert kinds(Structure(BRANCH, ALWAYS, gap))["committee_meeting"] == 2


DAY = date(2026, 7, 1)
days = st.integers(-10, 40).map(lambda number: DAY + timedelta(days=number))


@given(st.lists(st.tuples(days, st.none() | days), max_size=5), days, st.integers(0, 20))
def test_living_through_means_every_day(spans, first, length):
    last = first + timedelta(days=length)
    spans = [span for span in spans if span[1] is None or span[0] < span[1]]
    every = (first + timedelta(days=number) for number in range(length + 1))
    expected = all(any(start <= day and (end is None or day < end) for start, end in spans) for day in every)
    assert lived_through(spans, first, last) == expected


# --- how it stands ----------------------------------------------------------------------------------------------------

OCTOBER = DueItem(date(2026, 10, 1), date(2026, 10, 31), "theme_day", "branch", BRANCH)


def met(*days: tuple[date, bool]) -> list[Met]:
    return [Met(day, number, held) for number, (day, held) in enumerate(days)]


def step(today: date, *called: tuple[date, bool], item: DueItem = OCTOBER) -> Step:
    (duty,) = duties([item], {(item.kind, item.of, item.unit_id): met(*called)})
    return duty.step(today)


@pytest.mark.parametrize(("today", "called", "expected"), [
    (date(2026, 9, 30), [], Step.AHEAD),
    (date(2026, 10, 1), [], Step.DUE),
    (date(2026, 10, 31), [], Step.DUE),
    (date(2026, 11, 1), [], Step.MISSED),
    (date(2026, 9, 30), [(date(2026, 10, 8), False)], Step.CALLED),
    (date(2026, 10, 31), [(date(2026, 10, 8), False)], Step.CALLED),
    (date(2026, 11, 1), [(date(2026, 10, 8), False)], Step.MISSED),
    (date(2026, 10, 8), [(date(2026, 10, 1), True)], Step.DONE),
    (date(2026, 10, 8), [(date(2026, 9, 30), True)], Step.DUE),
    (date(2026, 10, 8), [(date(2026, 11, 1), True)], Step.DUE),
    (date(2027, 1, 1), [(date(2026, 10, 31), True)], Step.DONE),
])  # fmt: skip
def test_a_meeting_counts_by_the_day_on_which_it_is_held(today, called, expected):
    assert step(today, *called) == expected


def test_twice_a_month_is_done_by_two():
    twice = DueItem(OCTOBER.first, OCTOBER.last, "theme_day", "branch", BRANCH, 2)
    first, second = (date(2026, 10, 8), True), (date(2026, 10, 22), True)
    assert step(date(2026, 10, 9), first, item=twice) == Step.DUE
    assert step(date(2026, 10, 9), first, (second[0], False), item=twice) == Step.CALLED
    assert step(date(2026, 10, 23), first, second, item=twice) == Step.DONE
    assert step(date(2026, 11, 1), first, item=twice) == Step.MISSED


def test_only_the_same_kind_by_the_same_circle_counts():
    others = {
        ("theme_day", "group", FIRST): met((date(2026, 10, 8), True)),
        ("party_lecture", "branch", BRANCH): met((date(2026, 10, 8), True)),
    }
    (duty,) = duties([OCTOBER], others)
    assert duty.step(date(2026, 10, 9)) == Step.DUE

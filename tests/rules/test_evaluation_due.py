"""What is due by itself: meetings (PF1), projects (WP3), a sound structure (PF3); figures from such facts."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.automatic import BranchFacts, automatic_figures
from partygroup.evaluation.due import (
    BranchShape,
    Check,
    GroupShape,
    HeldMeeting,
    Project,
    ProjectCount,
    Structure,
    due_items,
    items_held,
    lived_through,
    projects_due,
    structure_checks,
)
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme

SCHEME = Scheme.from_json(BODY)
ALWAYS = ((date(2020, 1, 1), None),)
BRANCH, FIRST, SECOND = 10, 11, 12
FULL = Structure(BRANCH, ALWAYS, ALWAYS, ((FIRST, ALWAYS), (SECOND, ALWAYS)))
Q3, Q4 = (2026, 3), (2026, 4)


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


def held(*meetings: tuple) -> Counter:
    """Return how many due items of each kind were held."""
    items = due_items(FULL, SCHEME.due_meetings, Q4)
    answers = items_held(items, [HeldMeeting(*meeting) for meeting in meetings])
    assert list(answers) == items
    return Counter(item.kind for item, was_held in answers.items() if was_held)


def test_held_in_its_period_by_the_right_circle():
    assert held(("theme_day", "branch", BRANCH, date(2026, 10, 1))) == {"theme_day": 1}
    assert held(("theme_day", "branch", BRANCH, date(2026, 9, 30))) == {}
    assert held(("theme_day", "branch", BRANCH, date(2026, 12, 31))) == {"theme_day": 1}
    assert held(("theme_day", "group", FIRST, date(2026, 10, 1))) == {}
    assert held(("org_life_meeting", "committee", BRANCH, date(2026, 10, 1))) == {}
    assert held(("org_life_meeting", "branch", BRANCH, date(2026, 2, 1))) == {"org_life_meeting": 1}
    assert held(("group_meeting", "group", FIRST, date(2026, 10, 1))) == {"group_meeting": 1}


def test_more_than_one_earns_nothing():
    twice = [("member_meeting", "branch", BRANCH, date(2026, 10, day)) for day in (1, 2)]
    assert held(*twice) == {"member_meeting": 1}


# --- projects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project", "count"),
    [
        (Project(date(2026, 9, 30)), (1, 0, 0)),
        (Project(date(2026, 10, 1)), (0, 0, 0)),
        (Project(date(2026, 3, 1)), (1, 0, 0)),
        (Project(date(2026, 3, 1), accepted_on=date(2026, 6, 30)), (0, 0, 0)),
        (Project(date(2026, 3, 1), accepted_on=date(2026, 7, 1)), (1, 1, 0)),
        (Project(date(2026, 8, 1), date(2026, 8, 1), date(2026, 9, 30)), (1, 1, 1)),
        (Project(date(2026, 8, 1), date(2026, 8, 1), date(2026, 10, 1)), (1, 1, 0)),
        (Project(date(2026, 8, 1), accepted_on=date(2026, 10, 1)), (1, 0, 0)),
        (Project(date(2026, 12, 1), accepted_on=date(2026, 9, 30)), (1, 1, 0)),
        (Project(date(2026, 12, 1), accepted_on=date(2026, 10, 1)), (0, 0, 0)),
        (Project(date(2026, 8, 1), terminated_on=date(2026, 9, 30)), (0, 0, 0)),
        (Project(date(2026, 8, 1), terminated_on=date(2026, 10, 1)), (1, 0, 0)),
    ],
)
def test_projects_due(project, count):
    assert projects_due([project], Q3) == ProjectCount(*count)


def test_projects_add_up():
    some = [Project(date(2026, 9, 1)), Project(date(2026, 9, 1), date(2026, 9, 2)), Project(date(2027, 1, 1))]
    assert projects_due(some, Q3) == ProjectCount(2, 1, 0)


# --- the structure ----------------------------------------------------------------------------------------------------

LAST = date(2026, 9, 30)
GROUP = GroupShape("第一党小组", 4, 3, True)
OFFICERS = frozenset({"organisation_officer", "propaganda_officer", "discipline_officer"})
SOUND = BranchShape(True, 9, True, OFFICERS, LAST, (GROUP,))


@pytest.mark.parametrize(
    ("changes", "fails", "why"),
    [
        ({"has_secretary": False}, 0, "没有书记"),
        ({"has_committee": False}, 1, "正式党员 9 人，没有支委会"),
        ({"officers": OFFICERS - {"discipline_officer"}}, 1, "缺纪检委员"),
        ({"officers": frozenset()}, 1, "缺组织委员、宣传委员、纪检委员"),
        ({"full_members": 7, "has_committee": False}, 1, "正式党员 7 人，没有支委会"),
        ({"term_until": date(2026, 9, 29)}, 2, "任期2026年9月29日已满，没有换届"),
        ({"groups": (replace(GROUP, members=2),)}, 3, "第一党小组只有 2 人"),
        ({"groups": (replace(GROUP, full_members=0),)}, 3, "第一党小组没有正式党员"),
        ({"groups": (replace(GROUP, led_by_own_full_member=False),)}, 3, "第一党小组没有由本组正式党员担任的组长"),
        ({"outside_groups": 2}, 3, "有 2 名党员不在任何党小组"),
    ],
)
def test_each_check_can_fail_alone(changes, fails, why):
    checks = structure_checks(replace(SOUND, **changes), LAST)
    assert [number for number, check in enumerate(checks) if not check.passed] == [fails]
    assert checks[fails].why == why


def test_a_sound_branch_passes_all_four():
    assert [(check.name, check.passed) for check in structure_checks(SOUND, LAST)] == [
        ("书记在任", True), ("支委会健全", True), ("任期未超", True), ("党小组健全", True)
    ]  # fmt: skip


def test_a_small_branch_needs_neither_committee_nor_groups():
    small = BranchShape(True, 6, False, frozenset(), LAST, (), outside_groups=6)
    assert all(check.passed for check in structure_checks(small, LAST))


def test_a_term_nobody_noted_cannot_be_told():
    checks = structure_checks(replace(SOUND, term_until=None), LAST)
    assert checks[2] == Check("任期未超", None, "没有登记任期")
    assert automatic_figures(BranchFacts(checks=checks), SCHEME).keys() & {"PF3.CHECKS", "PF3.PASSED"} == set()


# --- figures from facts -----------------------------------------------------------------------------------------------


def test_figures_from_facts():
    checks = structure_checks(replace(SOUND, has_secretary=False), LAST)
    facts = BranchFacts([670, 711], [Fraction(1, 3), Fraction(1)], 1, [800, 799, None], (3, 4), (0, 0), checks)
    values = {code: figure.value for code, figure in automatic_figures(facts, SCHEME).items()}
    assert values == {
        "QI2.STARRED": 1, "PF4.GROUPS": 2, "PF4.GOOD": 1, "PF1.HELD": 3, "PF1.DUE": 4, "PF6.CLOSED": 0, "PF6.DUE": 0,
        "PF3.CHECKS": 4, "PF3.PASSED": 3, "PF2": Fraction(200, 3), "PF5": Fraction("69.05"),
    }  # fmt: skip


def test_a_mean_over_nobody_is_missing():
    assert automatic_figures(BranchFacts(), SCHEME).keys() == {"QI2.STARRED", "PF4.GROUPS", "PF4.GOOD"}

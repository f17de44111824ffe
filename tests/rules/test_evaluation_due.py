"""What is due by itself: projects (WP3), a sound structure (PF3); figures from such facts."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from partygroup.evaluation.automatic import BranchFacts, automatic_figures
from partygroup.evaluation.due import (
    BranchShape,
    Check,
    GroupShape,
    Project,
    ProjectCount,
    projects_due,
    structure_checks,
)
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme

SCHEME = Scheme.from_json(BODY)
Q3, Q4 = (2026, 3), (2026, 4)

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

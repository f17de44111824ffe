"""Pure rules about people and branches, as tables."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.people.models import LONE_ROLES, Role, Standing
from partygroup.people.rules import (
    GroupFacts,
    branch_warnings,
    refusal_of_phone,
    refusal_to_appoint,
    refusal_to_exclude,
    seniority_years,
)

WELL = GroupFacts("一组", 4, 4, "张三")


def warned(words: str, **facts) -> bool:
    plain = {"members": 20, "full": 20, "committee": 3, "groups": (WELL,)}
    return any(words in sentence for sentence in branch_warnings(**plain | facts))


def test_a_branch_in_order_gets_no_warning():
    assert branch_warnings(members=20, full=20, committee=3, groups=[WELL]) == []


@pytest.mark.parametrize(
    ("facts", "words", "is_warned"),
    [
        ({"full": 2, "committee": 0}, "不足 3 名", True),
        ({"full": 3, "committee": 0}, "不足 3 名", False),
        ({"full": 6, "committee": 0}, "应设支委会", False),
        ({"full": 7, "committee": 0}, "应设支委会", True),
        ({"full": 7, "committee": 3}, "应设支委会", False),
        ({"committee": 5}, "最多 7 名", False),
        ({"committee": 6}, "最多 7 名", True),
        ({"members": 50}, "一般不超过 50", False),
        ({"members": 51}, "一般不超过 50", True),
        ({"ungrouped": 2}, "没有编入党小组", True),
        ({"ungrouped": 2, "groups": ()}, "没有编入党小组", False),
        ({"groups": (GroupFacts("一组", 2, 2, "张三"),)}, "至少 3 名", True),
        ({"groups": (GroupFacts("一组", 3, 0, "张三"),)}, "没有正式党员", True),
        ({"groups": (GroupFacts("一组", 3, 1),)}, "还没有党小组长", True),
        ({"groups": (GroupFacts("一组", 3, 1, "张三", leader_fits=False),)}, "不是本组的正式党员", True),
    ],
)
def test_what_a_branch_should_look_at(facts, words, is_warned):
    assert warned(words, **facts) == is_warned


@pytest.mark.parametrize("lone", LONE_ROLES)
def test_lone_posts_are_held_alone(lone):
    assert "不能兼任" in refusal_to_appoint(Role.SECRETARY, [lone], Standing.FULL, True)
    assert "不能兼任" in refusal_to_appoint(lone, [Role.SECRETARY], Standing.FULL, True)
    assert refusal_to_appoint(lone, [], Standing.FULL, True) is None


def test_somebody_from_elsewhere_is_not_appointed():
    assert "编入" in refusal_to_appoint(Role.GROUP_LEADER, [], Standing.FULL, False)


@given(st.dates(date(1950, 1, 1), date(2030, 12, 31)), st.dates(date(1950, 1, 1), date(2030, 12, 31)))
def test_seniority_is_whole_years_and_never_negative(full_on, today):
    years = seniority_years(full_on, today)
    assert (years is None) == (full_on > today)
    if years is not None:
        assert years >= 0
        assert (full_on.year + years, full_on.month, full_on.day) <= (today.year, today.month, today.day)
        assert (full_on.year + years + 1, full_on.month, full_on.day) > (today.year, today.month, today.day)


def test_probationary_members_have_no_seniority():
    assert seniority_years(None, date(2026, 3, 5)) is None


@pytest.mark.parametrize("phone", ["", "13912345678", "+86 139-1234-5678", "0711-8612345"])
def test_phones(phone):
    assert refusal_of_phone(phone) is None


@pytest.mark.parametrize("phone", ["12", "手机", "1391234567x", "1" * 30, "139\n12345678"])
def test_what_is_no_phone(phone):
    assert "电话号码" in refusal_of_phone(phone)


def test_an_exclusion_ends_after_it_begins():
    reasons, day = {"ill": "病"}, date(2026, 3, 5)
    assert refusal_to_exclude("ill", reasons, "支部党员大会", day, None) is None
    assert "之后" in refusal_to_exclude("ill", reasons, "支部党员大会", day, day)
    assert "批准" in refusal_to_exclude("ill", reasons, "我", day, None)
    assert "原因" in refusal_to_exclude("busy", reasons, "支部党员大会", day, None)

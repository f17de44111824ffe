"""Talks: who may be entered, and whom nobody has talked with yet. Never all pairs (domain.md 5.2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partygroup.talks.models import SUMMARY_LENGTH
from partygroup.talks.rules import (
    Entered,
    coverage,
    is_time_to_remind,
    pair_of,
    refusal_to_withdraw,
    refusals_to_enter,
)

TODAY = date(2026, 11, 26)
PEOPLE = {1, 2, 3}
TALK = {"one": 1, "other": 2, "held_on": TODAY, "topic": "work"}


def refused(by=1, *, for_others=False, **change) -> dict[str, str]:
    return refusals_to_enter(Entered(**TALK | change), people=PEOPLE, by=by, for_others=for_others, today=TODAY)


@pytest.mark.parametrize("by", [1, 2])
def test_each_of_the_two_may_enter_their_talk(by):
    assert refused(by) == {}


def test_a_talk_of_others_is_entered_by_who_may():
    assert "本人或书记" in refused(3)["with"]
    assert refused(3, for_others=True) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"one": None}, "one"),
        ({"one": 9}, "one"),
        ({"other": None}, "with"),
        ({"other": 9}, "with"),
        ({"other": 1}, "with"),
        ({"held_on": None}, "day"),
        ({"held_on": TODAY + timedelta(days=1)}, "day"),
        ({"held_on": TODAY - timedelta(days=367)}, "day"),
        ({"topic": None}, "topic"),
        ({"topic": "gossip"}, "topic"),
        ({"summary": "长" * (SUMMARY_LENGTH + 1)}, "summary"),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_its_field(change, field):
    assert [*refused(**change)] == [field]


def test_the_edges_are_good():
    assert refused(held_on=TODAY - timedelta(days=366), summary="长" * SUMMARY_LENGTH) == {}


def test_a_withdrawal_has_a_reason_and_happens_once():
    assert refusal_to_withdraw(is_withdrawn=False, reason="记错人了") is None
    assert refusal_to_withdraw(is_withdrawn=False, reason="错") is not None
    assert refusal_to_withdraw(is_withdrawn=True, reason="记错人了") is not None


def test_the_sort_of_two_follows_from_who_serves_on_the_committee():
    assert [pair_of({1, 2}, *two) for two in ((1, 2), (1, 3), (3, 1), (3, 4))] == [
        "officers", "officer_member", "officer_member", "members",
    ]  # fmt: skip


def test_nobody_has_talked_yet():
    found = coverage([5, 4, 3], [1, 2, 3], [])
    assert found.members == (5, 4, 3)
    assert found.officers == ((1, 2), (1, 3), (2, 3))


def test_a_talk_with_anybody_reaches_both():
    assert coverage([3, 4, 5], [], [(3, 4), (5, 99)]).members == ()
    assert coverage([3, 4, 5], [], [(4, 99)]).members == (3, 5)


def test_members_need_not_talk_with_each_other_but_the_committee_does():
    found = coverage([1, 2, 3, 4], [1, 2, 3], [(2, 1), (1, 3), (3, 4)])
    assert found.members == () and found.officers == ((2, 3),) and not found.is_whole
    assert coverage([1, 2, 3, 4], [1, 2, 3], [(1, 2), (1, 3), (2, 3), (1, 4)]).is_whole


@pytest.mark.parametrize(("owed", "members"), [(0, ()), (1, (5,)), (2, (4, 5))])
def test_how_many_talks_are_owed_is_for_the_rules_of_the_kind(owed, members):
    found = coverage([3, 4, 5], [1, 2], [(3, 4), (3, 9)], owed)
    assert found.members == members and found.officers == (((1, 2),) if owed else ())


def test_the_work_grows_by_people_not_by_pairs():
    members = list(range(50))
    hub = [(0, other) for other in members[1:]]
    assert coverage(members, [0], hub).is_whole


@pytest.mark.parametrize(
    ("year", "today", "is_time"),
    [
        (2026, date(2026, 9, 30), False),
        (2026, date(2026, 10, 1), True),
        (2025, date(2026, 1, 1), True),
        (2026, date(2026, 1, 1), False),
    ],
)
def test_it_is_reminded_of_from_the_fourth_quarter_on(year, today, is_time):
    assert is_time_to_remind(year, today) is is_time

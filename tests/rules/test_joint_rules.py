"""Who may be invited to a meeting of another branch, and until when one may say yes: reason or None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.meetings.presets import KINDS
from partygroup.meetings.rules import (
    JOINT_KINDS,
    MOST_GUESTS,
    joint_kinds,
    keeps_together,
    refusal_of_guests,
    refusal_to_accept,
    refusal_to_invite,
)

SPECS = {spec.code: spec for spec in KINDS}


def test_joint_kinds_exist_gather_members_and_decide_nothing():
    kinds = [SPECS[code] for code in JOINT_KINDS]
    assert [kind for kind in kinds if kind.quorum or kind.passing or "members" not in kind.circles] == []


def test_of_several_kinds_those_without_a_vote_come_along():
    kinds = [SPECS[code] for code in ("member_meeting", "theme_day", "appraisal", "party_lecture")]
    assert [kind.code for kind in joint_kinds(kinds)] == ["theme_day", "party_lecture"]


@pytest.mark.parametrize(
    ("kinds", "circle", "state", "said"),
    [
        (["theme_day"], "members", "notified", None),
        (["member_meeting", "party_lecture"], "members", "notified", None),
        (["theme_day"], "group", "notified", "全体党员"),
        (["election"], "members", "notified", "各开各的"),
        (["heart_talk"], "members", "notified", "各开各的"),
        (["theme_day"], "members", "cancelled", "已经取消"),
        (["theme_day"], "members", "in_session", "来不及"),
        (["theme_day"], "members", "held", "来不及"),
    ],
)
def test_what_one_may_invite_to(kinds, circle, state, said):
    reason = refusal_to_invite([SPECS[code] for code in kinds], circle, state)
    assert reason is None if said is None else said in reason


@given(st.integers(0, 20), st.integers(0, MOST_GUESTS))
def test_never_more_than_eight(chosen, invited):
    assert (refusal_of_guests(chosen, invited) is None) == (0 < chosen <= MOST_GUESTS - invited)


@pytest.mark.parametrize(
    ("state", "stands", "said"),
    [
        ("notified", True, None),
        ("in_session", True, None),
        ("cancelled", True, "取消"),
        ("held", True, "开完"),
        ("notified", False, "撤销"),
    ],
)
def test_until_when_a_branch_may_join(state, stands, said):
    reason = refusal_to_accept(state, stands)
    assert reason is None if said is None else said in reason


@given(st.sets(st.integers(0, 9), min_size=1), st.sets(st.integers(0, 9), min_size=1))
def test_two_keep_together_by_a_sitting_in_common(starts, others):
    assert keeps_together(list(starts), list(others)) == bool(starts & others) == keeps_together(others, starts)

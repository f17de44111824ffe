"""Kinds, shares, voting numbers (domain.md 5.1, 5.3), calling and opening."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import beijing
from partygroup.meetings import rules
from partygroup.meetings.presets import FOUR_FIFTHS, HALF, KINDS, OVER_HALF, KindSpec
from partygroup.meetings.sorts import SORTS

AT = beijing("2026-03-05 12:00")
BY_CODE = {kind.code: kind for kind in KINDS}


@pytest.mark.parametrize(
    ("members", "opens", "passes", "admission", "election"),
    [(10, 5, 6, 6, 8), (15, 8, 8, 8, 12), (31, 16, 16, 16, 25), (1, 1, 1, 1, 1), (7, 4, 4, 4, 6), (40, 20, 21, 21, 32)],
)
def test_the_table_of_voting_numbers(members, opens, passes, admission, election):
    assert HALF.least(members) == opens
    assert OVER_HALF.least(members) == passes
    assert SORTS["admission"].readings[0].quorum.least(members) == admission
    assert FOUR_FIFTHS.least(members) == election


@given(st.sampled_from([HALF, OVER_HALF, FOUR_FIFTHS]), st.integers(0, 500), st.integers(1, 500))
def test_the_least_number_is_the_first_that_reaches(share, part, whole):
    assert share.reached(part, whole) == (part >= share.least(whole))


@given(st.sampled_from([HALF, OVER_HALF, FOUR_FIFTHS]), st.integers(0, 100))
def test_of_nobody_nothing_is_reached(share, part):
    assert not share.reached(part, 0)


def test_ten_members_five_present_may_meet_but_nothing_can_pass():
    outlook = rules.voting_outlook(HALF, OVER_HALF, due=10, present=5)
    assert outlook.may_open and not outlook.can_pass
    assert (
        rules.outlook_sentence(outlook) == "有表决权的党员到会 5／10，可以开会，但通过要 6 票赞成，现在到会的人不够。"
    )


@pytest.mark.parametrize(
    ("due", "present", "part"),
    [(10, 4, "还差 1 人"), (10, 6, "可以开会；通过要 6 票"), (0, 0, "没有人有表决权")],
)
def test_the_outlook_is_a_sentence(due, present, part):
    assert part in rules.outlook_sentence(rules.voting_outlook(HALF, OVER_HALF, due, present))


def test_codes_are_unique_and_kinds_survive_json():
    assert len(BY_CODE) == len(KINDS)
    assert all(KindSpec.from_json(kind.to_json()) == kind for kind in KINDS)


def test_frequencies_of_the_regulation():
    found = {code: (kind.per, kind.at_least) for code, kind in BY_CODE.items() if kind.per}
    assert found["group_meeting"] == found["theme_day"] == found["committee_meeting"] == ("month", 1)
    assert found["member_meeting"] == found["party_lecture"] == ("quarter", 1)
    assert found["org_life_meeting"] == found["appraisal"] == found["heart_talk"] == ("year", 1)
    assert BY_CODE["group_meeting"].quorum is None


@pytest.mark.parametrize(
    ("code", "unit_kind", "circles"),
    [
        ("group_meeting", "party_group", ["group"]),
        ("group_meeting", "branch", []),
        ("member_meeting", "branch", ["members"]),
        ("member_meeting", "party_group", []),
        ("committee_meeting", "branch", ["committee"]),
        ("org_life_meeting", "branch", ["members", "committee"]),
        ("org_life_meeting", "unit_committee", ["committee"]),
        ("theme_day", "party_group", ["group"]),
    ],
)
def test_whom_a_kind_gathers_in_a_unit(code, unit_kind, circles):
    assert rules.circles_for(BY_CODE[code], unit_kind) == circles


@pytest.mark.parametrize(
    ("codes", "circle", "unit_kind", "shift", "part"),
    [
        (["group_meeting"], "group", "party_group", 1, None),
        (["theme_day", "party_lecture", "member_meeting"], "members", "branch", 1, None),
        (["member_meeting", "committee_meeting"], "members", "branch", 1, "应到范围不同"),
        (["group_meeting"], "members", "branch", 1, "不由这个组织召集"),
        ([], "group", "party_group", 1, "选一种"),
        (["group_meeting"], "group", "party_group", -400, "一年以前"),
        (["group_meeting"], "group", "party_group", 400, "一年以后"),
        (["group_meeting"], "group", "party_group", -30, None),
    ],
)
def test_calling(codes, circle, unit_kind, shift, part):
    kinds = [BY_CODE[code] for code in codes]
    reason = rules.refusal_to_call(kinds, circle, unit_kind, AT + timedelta(days=shift), AT)
    assert reason is None if part is None else part in reason


@pytest.mark.parametrize(
    ("state", "hours", "part"),
    [
        ("notified", 1, None),
        ("notified", 13, "半天"),
        ("notified", -72, None),
        ("held", 0, "结束"),
        ("cancelled", 0, "取消"),
    ],
)
def test_opening(state, hours, part):
    reason = rules.refusal_to_open(state, AT + timedelta(hours=hours), AT)
    assert reason is None if part is None else part in reason


def test_closing_and_cancelling():
    assert "还没有开始" in rules.refusal_to_close("notified")
    assert rules.refusal_to_close("in_session") is None
    assert "已经取消" in rules.refusal_to_close("cancelled")
    assert rules.refusal_to_cancel("notified", "炉况有变") is None
    assert "原因" in rules.refusal_to_cancel("notified", "")
    assert "不能取消" in rules.refusal_to_cancel("in_session", "炉况有变")


@pytest.mark.parametrize(
    ("hours", "part"),
    [
        ([0], None),
        ([0, 2, 24, 168], None),
        ([0, 2, 24, 48, 72], "最多分 4 场"),
        ([5, 5], "时间一样"),
        ([0, 169], "7 天之内"),
        ([0, 24 * 400], "一年以后"),
    ],
)
def test_sittings_of_one_gathering(hours, part):
    reason = rules.refusal_of_sittings([AT + timedelta(hours=one) for one in hours], AT)
    assert reason is None if part is None else part in reason


def test_one_more_sitting_until_it_is_over():
    assert rules.refusal_to_add_sitting("notified") is rules.refusal_to_add_sitting("in_session") is None
    assert "补课" in rules.refusal_to_add_sitting("held") and "补课" in rules.refusal_to_add_sitting("cancelled")


@pytest.mark.parametrize(("entered", "days"), [
    ("2026-03-01 09:00", 0), ("2026-03-05 16:20", 0), ("2026-03-05 23:59", 0), ("2026-03-06 00:10", 0),
    ("2026-03-06 09:00", 1), ("2026-03-08 00:00", 3),
])  # fmt: skip
def test_what_is_entered_on_a_later_day_says_so(entered, days):
    """A meeting at 16:30; whoever opens it within half a day is in time, also over midnight."""
    assert rules.entered_late(beijing("2026-03-05 16:30"), beijing(entered)) == days


def test_a_meeting_before_midnight_is_not_late_after_it():
    assert rules.entered_late(beijing("2026-12-31 23:30"), beijing("2027-01-01 00:05")) == 0

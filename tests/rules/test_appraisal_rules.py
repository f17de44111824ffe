"""The appraisal: steps in order, ballots that add up, the third that may be excellent (domain.md 13, 14.38, 15.2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.appraisal import rules
from partygroup.appraisal.models import GRADE_NAMES, STEP_NAMES, STEPS, Grade, Step
from partygroup.appraisal.rules import Tally

DAY = date(2026, 12, 20)
COUNTS = st.integers(0, 40)
TALLIES = st.builds(Tally, COUNTS, COUNTS, COUNTS, COUNTS)


def taken(until: Step, on: date = DAY) -> dict[Step, date]:
    """Return the steps up to one, all on a day."""
    return dict.fromkeys(STEPS[: STEPS.index(until) + 1], on)


# --- the third --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graded", range(1, 61))
def test_the_cap_is_the_most_whose_threefold_is_not_above_the_heads(graded):
    most = max(heads for heads in range(graded + 1) if heads * 3 <= graded)
    assert rules.most_excellent(graded) == most
    for excellent in range(graded + 1):
        grades = [Grade.EXCELLENT] * excellent + [Grade.QUALIFIED] * (graded - excellent)
        said = rules.over_the_cap(grades, graded)
        assert (said is not None) == (excellent > most)
        assert said is None or f"最多 {most} 人，现在 {excellent} 人" in said


def test_only_excellent_counts_to_the_cap():
    assert rules.over_the_cap([Grade.UNQUALIFIED, Grade.BASICALLY, None], 3) is None


# --- ballots ----------------------------------------------------------------------------------------------------------


@given(TALLIES, st.integers(0, 160))
def test_votes_are_taken_when_they_add_up_to_the_ballots_and_else_the_gap_is_said(tally, ballots):
    total = tally.excellent + tally.qualified + tally.basically + tally.unqualified
    said = rules.refusal_of_tally("田富", tally, ballots)
    if total == ballots:
        assert said is None
    else:
        assert said.startswith("田富") and said.endswith(
            f"{'多' if total > ballots else '少'} {abs(total - ballots)} 票。"
        )


@given(st.none() | st.integers(0, 60), st.booleans())
def test_sums_of_fewer_than_five_are_shown_to_the_secretary_alone(ballots, to_secretary):
    assert rules.shows_sums(ballots, to_secretary=to_secretary) == (
        ballots is not None and (to_secretary or ballots >= 5)
    )


def test_a_tally_says_what_was_voted_and_leaves_out_nothing_else():
    assert Tally(12, 10, 0, 1).words == "优秀 12、合格 10、不合格 1"


# --- steps ------------------------------------------------------------------------------------------------------------


def test_the_steps_are_those_of_the_handbook_and_all_have_names():
    assert [str(step) for step in STEPS] == [
        "prepared", "self", "mutual", "polled", "committee_proposal", "decided", "fed_back", "archived",
    ]  # fmt: skip
    assert set(STEP_NAMES) == set(Step) and set(GRADE_NAMES) == set(Grade)


@pytest.mark.parametrize("to", STEPS)
def test_from_any_state_only_the_next_step_can_be_taken(to):
    order = STEPS.index(to)
    for last in range(len(STEPS) + 1):
        before = dict.fromkeys(STEPS[:last], DAY)
        refusal = rules.refusal_to_step(before, to, DAY, DAY, 2026)
        assert (refusal is None) == (order <= last < len(STEPS))


@given(st.lists(st.integers(0, 30), min_size=8, max_size=8), st.integers(0, 7), st.integers(-20, 60))
def test_days_of_steps_never_run_backward(gaps, changed, shift):
    """Take all steps but the last, then put one day right: what is accepted leaves the days in order."""
    days, day = {}, date(2026, 1, 10)
    for step, gap in zip(STEPS[:7], gaps, strict=False):
        day += timedelta(days=gap)
        assert rules.refusal_to_step(days, step, day, date(2027, 12, 31), 2026) is None
        days[step] = day
    step = STEPS[min(changed, 6)]
    other = days[step] + timedelta(days=shift)
    if rules.refusal_to_step(days, step, other, date(2027, 12, 31), 2026) is None:
        days[step] = other
    assert list(days.values()) == sorted(days.values())


@pytest.mark.parametrize(("on", "said"), [
    (None, "请写是哪一天"), (DAY + timedelta(days=1), "还没有到"), (date(2025, 12, 31), "日期要在"),
    (date(2026, 1, 1), "不能比它早"),
])  # fmt: skip
def test_a_day_that_cannot_be_is_told(on, said):
    assert said in rules.refusal_to_step(taken(Step.SELF), Step.MUTUAL, on, DAY, 2026)


def test_late_is_no_reason_to_refuse():
    assert rules.refusal_to_step({}, Step.PREPARED, date(2026, 1, 1), date(2027, 12, 31), 2026) is None


@pytest.mark.parametrize(("until", "to", "may"), [
    (Step.SELF, Step.POLLED, False), (Step.MUTUAL, Step.POLLED, True), (Step.FED_BACK, Step.POLLED, True),
    (Step.MUTUAL, Step.PROPOSED, False), (Step.POLLED, Step.PROPOSED, True), (Step.PROPOSED, Step.PROPOSED, True),
    (Step.DECIDED, Step.PROPOSED, False), (Step.POLLED, Step.DECIDED, False), (Step.PROPOSED, Step.DECIDED, True),
    (Step.FED_BACK, Step.DECIDED, True), (Step.ARCHIVED, Step.DECIDED, False), (Step.ARCHIVED, Step.POLLED, False),
])  # fmt: skip
def test_what_can_be_entered_when(until, to, may):
    assert (rules.refusal_to_enter(taken(until), to) is None) == may


def test_after_the_decision_a_change_says_why():
    assert [rules.asks_reason(taken(step)) for step in STEPS] == [False] * 5 + [True] * 3


@given(st.none() | st.sampled_from(Grade), st.sampled_from(Grade))
def test_the_own_grade_stands_where_it_is_left_as_it_was(before, typed):
    stands = rules.own_grade_stands(1, {1: before}, {1: typed, 2: Grade.EXCELLENT})
    assert stands == (typed == (before or Grade.QUALIFIED))

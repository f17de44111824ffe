"""An organisational-life meeting: when a stage can be dated, which are missed, who writes an opinion of whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.orglife.models import STAGE_NAMES, STAGES, Stage
from partygroup.orglife.rules import STAGES_WITHIN, refusal_to_criticise, refusal_to_date, stages_missed

DAY = date(2026, 12, 20)
SETS = st.sets(st.sampled_from(STAGES))


def test_the_stages_are_those_of_the_handbook_and_all_have_names():
    assert [str(one) for one in STAGES] == [
        "study", "talks", "opinions_collected", "self_check", "criticism", "actions", "closure",
    ]  # fmt: skip
    assert set(STAGE_NAMES) == set(Stage)


@given(st.sampled_from(STAGES), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 3), st.booleans())
def test_a_stage_is_dated_by_a_day_that_has_come_and_closure_when_all_is_solved(stage, on, open_problems, cancelled):
    said = refusal_to_date(stage, on, DAY, cancelled=cancelled, open_problems=open_problems)
    waits = stage == Stage.CLOSURE and open_problems > 0
    assert (said is None) == (not cancelled and on <= DAY and not waits)


@given(SETS, st.integers(0, 60), st.integers(0, 3))
def test_what_is_missed_is_what_is_neither_dated_nor_waited_for(done, days, open_problems):
    missed = stages_missed(done, DAY, DAY + timedelta(days=days), open_problems)
    waits = {Stage.CLOSURE} if open_problems else set()
    left = [STAGE_NAMES[stage] for stage in STAGES if stage not in done | waits]
    assert missed == (left if days >= STAGES_WITHIN else [])


@pytest.mark.parametrize(("about", "by", "text", "fields"), [
    (1, 2, "工作不细", set()), (1, 1, "工作不细", {"about"}), (9, 2, "工作不细", {"about"}),
    (None, 2, "工作不细", {"about"}), (1, 9, "工作不细", {"about"}), (1, 2, "细", {"opinion"}),
    (1, 2, "细" * 501, {"opinion"}), (1, 2, "细" * 500, set()), (9, 9, "", {"about", "opinion"}),
])  # fmt: skip
def test_an_opinion_is_of_one_in_the_meeting_about_another(about, by, text, fields):
    assert set(refusal_to_criticise(about, by, {1, 2, 3}, text)) == fields

"""What the hand-kept sections of the ledger ask: the plan by what is held, the way into the party by dates (G7)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import months_after, said
from partygroup.ledgers.rules import (
    Due,
    fulfilled,
    next_steps,
    period_of,
    probation_ends,
    proposed,
    refusal_of_honour,
    refusal_of_visit,
    refusal_to_enter,
)
from partygroup.meetings.duty import OF_CIRCLE, Met, Step
from partygroup.meetings.presets import KINDS

TODAY = date(2026, 6, 15)
#: A talk is between two people: no gathering that a plan could tell of.
HERE = [kind for kind in KINDS if kind.circles[0] in OF_CIRCLE]
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


# --- months -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 1, 5), -1, date(2025, 12, 5)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -6, date(2025, 9, 30)),
    ],
)
def test_months_later_and_earlier(day, months, then):
    assert months_after(day, months) == then


@given(DAYS, st.integers(-30, 30), st.integers(-30, 30))
def test_months_keep_the_order_of_days(day, fewer, more):
    fewer, more = sorted((fewer, more))
    assert months_after(day, fewer) <= months_after(day, more)


# --- the yearly plan --------------------------------------------------------------------------------------------------


def planned(**exists) -> list[tuple[int, str]]:
    return proposed(HERE, **{"committee": True, "groups": True, "election": None} | exists)


def months_of(kind: str, plan) -> list[int]:
    return [month for month, code in plan if code == kind]


def test_what_is_due_is_proposed_with_time_to_spare():
    plan = planned()
    assert months_of("group_meeting", plan) == months_of("theme_day", plan) == list(range(1, 13))
    assert months_of("member_meeting", plan) == months_of("party_lecture", plan) == [2, 5, 8, 11]
    assert months_of("org_life_meeting", plan) == months_of("appraisal", plan) == [11]
    assert not {"heart_talk", "oath_review", "election"} & {kind for _, kind in plan}


def test_only_who_exists_is_asked():
    kinds = {kind for _, kind in planned(committee=False, groups=False)}
    assert not {"committee_meeting", "group_meeting"} & kinds and "member_meeting" in kinds
    assert months_of("election", planned(election=9)) == [9]


def test_a_line_is_done_within_its_month_quarter_or_year():
    assert period_of(2026, 5, "month") == (date(2026, 5, 1), date(2026, 5, 31))
    assert period_of(2026, 5, "quarter") == (date(2026, 4, 1), date(2026, 6, 30))
    assert period_of(2026, 5, "year") == period_of(2026, 5, None) == (date(2026, 1, 1), date(2026, 12, 31))


def step(met, month=5, per="month", rank=0) -> Step:
    return fulfilled(met, rank, 2026, month, per, TODAY).step


def test_what_was_held_says_what_is_done():
    held, called = Met(date(2026, 4, 20), 1, True), Met(date(2026, 6, 20), 2, False)
    assert step([[held]], month=4) == Step.DONE
    assert step([[held]], month=5) == Step.MISSED
    assert step([[held]], month=5, per="quarter") == Step.DONE
    assert step([[held]], month=6, per="quarter", rank=1) == Step.DUE
    assert step([[called]], month=6) == Step.CALLED
    assert step([[]], month=6) == Step.DUE and step([[]], month=7) == Step.AHEAD
    assert step([], month=6) == Step.DUE


def test_of_groups_all_must_have_held_it():
    one, two = [Met(date(2026, 5, 4), 1, True)], [Met(date(2026, 5, 6), 2, True)]
    part = fulfilled([one, []], 0, 2026, 5, "month", TODAY)
    assert (part.step, part.done, part.of) == (Step.MISSED, 1, 2)
    assert fulfilled([one, two], 0, 2026, 5, "month", TODAY).step == Step.DONE


# --- admission --------------------------------------------------------------------------------------------------------


def ahead(standing, since, done=(), joined=None, today=TODAY) -> dict[str, tuple]:
    """Return words → (how it stands, until, not before)."""
    found = next_steps(standing, since, joined, done, today)
    return {one.words: (one.stands(today), one.until, one.not_before) for one in found}


def test_an_applicant_is_talked_to_within_a_month():
    since = date(2026, 5, 20)
    assert ahead("applicant", since) == {"派人谈话": (Due.DUE, date(2026, 6, 20), None)}
    assert ahead("applicant", since, today=date(2026, 6, 20))["派人谈话"][0] == Due.DUE
    assert ahead("applicant", since, today=date(2026, 6, 21))["派人谈话"][0] == Due.LATE
    assert list(ahead("applicant", since, [("talk", date(2026, 6, 1), None)])) == ["支委会研究，可以定为入党积极分子"]


def test_an_activist_has_contacts_reviews_and_a_year():
    since = date(2025, 11, 1)
    found = ahead("activist", since)
    assert found["定两名培养联系人"][0] == Due.DUE
    assert found["考察（约半年一次）"] == (Due.LATE, date(2026, 5, 1), None)
    assert found["可以列为发展对象"] == (Due.AHEAD, None, date(2026, 11, 1))
    done = [("contacts", since, None), ("review", date(2026, 5, 10), None)]
    found = ahead("activist", since, done)
    assert found["考察（约半年一次）"] == (Due.AHEAD, date(2026, 11, 10), None) and "定两名培养联系人" not in found
    assert ahead("activist", since, done, today=date(2026, 10, 31))["可以列为发展对象"][0] == Due.AHEAD
    assert ahead("activist", since, done, today=date(2026, 11, 1))["可以列为发展对象"][0] == Due.DUE


def test_a_candidate_is_vetted_and_trained_before_the_meeting():
    since = date(2026, 3, 1)
    assert list(ahead("candidate", since)) == ["政治审查", "短期集中培训"]
    done = [("vetting", date(2026, 4, 1), None), ("training", date(2026, 5, 1), None)]
    assert list(ahead("candidate", since, done)) == ["提交支部党员大会，讨论接收为预备党员"]


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        (date(2026, 7, 31), Due.AHEAD),
        (date(2026, 8, 1), Due.DUE),
        (date(2026, 9, 1), Due.DUE),
        (date(2026, 9, 2), Due.LATE),
    ],
)
def test_probation_is_a_year_and_is_spoken_of_a_month_before(today, stands):
    found = ahead("probationary", date(2025, 10, 1), joined=date(2025, 9, 1), today=today)
    assert found["预备期满，讨论转正"] == (stands, date(2026, 9, 1), None)


def test_an_extension_moves_the_end():
    joined, until = date(2025, 9, 1), date(2027, 3, 1)
    assert probation_ends(joined, [("extension", date(2026, 8, 20), until)]) == until
    assert probation_ends(joined, [("review", date(2026, 3, 1), None)]) == date(2026, 9, 1)


def refused(step: str, standing: str, on_day=TODAY, until=None, done=()) -> str | None:
    """Return the field at which it is refused."""
    found = refusal_to_enter(step, standing, on_day, until, begun=date(2025, 9, 1), done=done, today=TODAY)
    return found and found[0]


def test_a_step_is_entered_by_its_standing_once_and_not_ahead():
    assert refused("talk", "applicant") is None
    assert refused("talk", "activist") == refused("nonsense", "activist") == "step"
    assert refused("talk", "applicant", None) == refused("talk", "applicant", date(2026, 6, 16)) == "on_day"
    assert refused("talk", "applicant", done=[("talk", date(2026, 6, 1), None)]) == "step"
    reviewed = [("review", date(2026, 6, 1), None)]
    assert refused("review", "activist", done=reviewed) is None
    assert refused("review", "activist", date(2026, 6, 1), done=reviewed) == "on_day"


def test_an_extension_is_six_months_to_a_year():
    assert refused("extension", "probationary", until=date(2027, 3, 1)) is None
    assert refused("extension", "probationary", until=date(2027, 9, 1)) is None
    for until in (None, date(2027, 2, 28), date(2027, 9, 2)):
        assert refused("extension", "probationary", until=until) == "until_on"
    told = refusal_to_enter("extension", "probationary", TODAY, None, begun=date(2025, 9, 1), done=(), today=TODAY)[1]
    assert said(date(2027, 3, 1)) in told and said(date(2027, 9, 1)) in told


# --- honours and visits -----------------------------------------------------------------------------------------------


def test_an_honour_says_what_by_whom_and_when():
    assert refusal_of_honour("优秀共产党员", "company", "公司党委", TODAY, TODAY) is None
    for given_, field in (
        (("", "company", "公司党委", TODAY), "title"),
        (("优秀", "galaxy", "公司党委", TODAY), "level"),
        (("优秀", "company", "", TODAY), "awarded_by"),
        (("优秀", "company", "公司党委", None), "awarded_on"),
        (("优秀", "company", "公司党委", date(2026, 6, 16)), "awarded_on"),
    ):
        assert refusal_of_honour(*given_, TODAY)[0] == field


def test_a_visit_says_what_for_and_when():
    assert refusal_of_visit("ill", TODAY, TODAY) is None
    assert refusal_of_visit("cold", TODAY, TODAY)[0] == "occasion"
    assert refusal_of_visit("ill", date(2026, 6, 16), TODAY)[0] == refusal_of_visit("ill", None, TODAY)[0] == "on_day"

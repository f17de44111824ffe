"""Jotting, answering, editing and problems: what is refused, with what words, and until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partygroup import clock
from partygroup.activities import rules
from partygroup.activities.presets import DIMENSIONS, SORTS

TODAY = date(2026, 3, 5)
JOTTED = clock.beijing("2026-03-05 16:20")


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, None),
        ({"day": TODAY - timedelta(days=31)}, None),
        ({"day": TODAY - timedelta(days=32)}, "31 天以内"),
        ({"day": TODAY + timedelta(days=1)}, "今天以后"),
        ({"day": None}, "哪天"),
        ({"text": ""}, "写一句"),
        ({"people": 0}, "谁参加了"),
        ({"photos": 3}, None),
        ({"photos": 4}, "3 张照片"),
    ],
)
def test_what_can_be_jotted(changes, part):
    refusals = rules.refusals_to_jot(
        **{"text": "查隐患", "day": TODAY, "people": 5, "photos": 0, "today": TODAY} | changes
    )
    assert refusals == {} if part is None else part in refusals[next(iter(changes))]


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({}, None),
        ({"answered_by_others": True}, "已经有人回复"),
        ({"withdrawn": True}, "撤回"),
        ({"at": JOTTED + timedelta(days=7, seconds=-1)}, None),
        ({"at": JOTTED + timedelta(days=7)}, "7 天"),
    ],
)
def test_until_when_an_author_may_change(facts, part):
    facts = {"withdrawn": False, "answered_by_others": False, "jotted_at": JOTTED, "at": JOTTED} | facts
    refusal = rules.refusal_to_edit(**facts)
    assert (refusal is None) if part is None else part in refusal


def test_silence_counts_from_the_eighth_day():
    assert not rules.is_settled(JOTTED, JOTTED + timedelta(days=6, hours=23))
    assert rules.is_settled(JOTTED, JOTTED + timedelta(days=7))
    assert rules.settles_on(JOTTED) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("answer", "remark", "withdrawn", "refused"),
    [
        ("yes", "", False, False), ("no", "", False, False), ("differs", "早一天", False, False),
        ("differs", "", False, True), ("maybe", "", False, True), ("", "", False, True), ("yes", "", True, True),
    ],
)  # fmt: skip
def test_answers(answer, remark, withdrawn, refused):
    assert (rules.refusal_to_answer(answer, remark, withdrawn=withdrawn) is not None) is refused


@pytest.mark.parametrize(
    ("text", "due_on", "refused"),
    [
        ("阀门渗油", TODAY, False), ("阀门渗油", TODAY + timedelta(days=366), False), ("阀", TODAY, True),
        ("阀门渗油", None, True), ("阀门渗油", TODAY - timedelta(days=1), True),
        ("阀门渗油", TODAY + timedelta(days=367), True),
    ],
)  # fmt: skip
def test_what_is_a_problem(text, due_on, refused):
    assert (rules.refusal_to_raise(text=text, due_on=due_on, today=TODAY) is not None) is refused


def test_an_ended_problem_does_not_end_again():
    assert rules.refusal_to_end("换了", is_open=True) is None
    assert rules.refusal_to_end("", is_open=True) and rules.refusal_to_end("换了", is_open=False)


def test_every_sort_has_a_dimension_and_items_of_the_table():
    assert {sort.dimension for sort in SORTS.values()} == set(DIMENSIONS)
    assert all(item[:2] in DIMENSIONS for sort in SORTS.values() for item in sort.items)

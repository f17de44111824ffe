"""Minutes: when they can be written, what their head can say, what is missing, how tasks get on (domain.md 13, 14)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from partygroup import clock
from partygroup.meetings.models import State
from partygroup.minutes import rules
from partygroup.minutes.models import Progress
from partygroup.minutes.rules import Topic, Written

START = clock.beijing("2026-12-31 23:30")
SOUND = Written(
    state=State.HELD, chair_id=1, recorder_id=2, present=frozenset({1, 2, 3}), chairs=frozenset({1}), starts_at=START,
    ended_at=START + timedelta(hours=1), leave_waiting=(), topics=(Topic("学习", False, False, "讲了三点", 0),),
)  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [
    ({}, []),
    ({"state": State.IN_SESSION}, ["签到还没有结束"]),
    ({"leave_waiting": ("田富", "章志刚")}, ["田富、章志刚的请假还没有批"]),
    ({"chair_id": 9}, ["主持人没有签到"]),
    ({"chair_id": 3}, ["主持人的职务不主持这种会"]),
    ({"recorder_id": 9}, ["记录人没有签到"]),
    ({"topics": ()}, ["没有议题"]),
    ({"topics": (Topic("学习", False, False, "", 0),)}, ["“学习”还没有写要点"]),
    ({"topics": (Topic("学习", False, False, "", 1),)}, []),
    ({"topics": (Topic("接收", True, False, "议过了", 0),)}, ["“接收”还没有记表决结果"]),
    ({"topics": (Topic("接收", True, True, "", 0),)}, []),
    ({"unsaid": ("讲课人", "课题")}, ["“讲课人”还没有填", "“课题”还没有填"]),
])  # fmt: skip
def test_what_is_missing(change, said):
    found = rules.gaps(replace(SOUND, **change))
    assert len(found) == len(said) and all(word in one for word, one in zip(said, found, strict=True))


@pytest.mark.parametrize(("chair", "recorder", "minutes", "fields"), [
    (1, 2, 60, set()), (1, 2, 0, {"ended_at"}), (1, 2, -1, {"ended_at"}), (1, 2, 24 * 60, set()),
    (1, 2, 24 * 60 + 1, {"ended_at"}), (1, 2, None, {"ended_at"}), (None, 2, 60, {"chair"}),
    (1, None, 60, {"recorder"}), (2, 2, 60, {"recorder"}),
])  # fmt: skip
def test_a_head(chair, recorder, minutes, fields):
    """A meeting may end in the next year; not before it began, nor after a day."""
    ended = None if minutes is None else START + timedelta(minutes=minutes)
    assert rules.refusals_of_head(chair, recorder, START, ended).keys() == fields


@pytest.mark.parametrize(("state", "sealed", "may"), [
    (State.NOTIFIED, False, False), (State.IN_SESSION, False, True), (State.HELD, False, True),
    (State.HELD, True, False), (State.CANCELLED, False, False),
])  # fmt: skip
def test_when_minutes_can_be_written(state, sealed, may):
    assert (rules.refusal_to_write(state, is_sealed=sealed) is None) is may


@pytest.mark.parametrize(
    ("who", "found", "may"), [(1, [], True), (2, [], True), (3, [], False), (1, ["没有议题。"], False)]
)
def test_two_confirm(who, found, may):
    assert (rules.refusal_to_confirm(who, 1, 2, found) is None) is may


@pytest.mark.parametrize(("written", "days"), [
    (date(2026, 12, 31), None), (date(2027, 1, 2), None), (date(2027, 1, 3), 3), (date(2027, 12, 31), 365),
])  # fmt: skip
def test_entered_later_is_said_from_the_third_day_on(written, days):
    assert rules.days_late(date(2026, 12, 31), written) == days


@pytest.mark.parametrize(("now", "then", "how", "may"), [
    ("open", "done", "挂上了", True), ("open", "done", "", False), ("open", "verified", "好了", False),
    ("done", "verified", "", True), ("done", "open", "还差丁班", True), ("done", "open", "", False),
    ("verified", "open", "再看", False), ("verified", "verified", "", True), ("open", "open", "", True),
])  # fmt: skip
def test_how_a_task_gets_on(now, then, how, may):
    assert (rules.refusal_to_move(Progress(now), then, how) is None) is may

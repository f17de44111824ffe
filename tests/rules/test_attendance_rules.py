"""Due lists, statuses, votes, signing in, leave (domain.md 5.3–5.6)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.attendance import rules
from partygroup.attendance.models import Counting
from partygroup.attendance.rules import Desk, Seat, Status
from partygroup.clock import beijing
from partygroup.people.models import Standing

START = beijing("2026-03-05 16:30")

SEATS = [
    # standing, exclusion, welcomed -> seat
    (Standing.FULL, None, (), Seat(Counting.DUE, True)),
    (Standing.PROBATIONARY, None, (), Seat(Counting.DUE, False)),
    (Standing.FULL_ON_PROBATION_DISCIPLINE, None, (), Seat(Counting.DUE, False)),
    (Standing.RIGHTS_SUSPENDED, None, (), Seat(Counting.NOT_COUNTED, False, "党员权利中止")),
    (Standing.FULL, "ill", (), Seat(Counting.NOT_COUNTED, False, "因病不能表达意志")),
    (Standing.FULL, "abroad", (), Seat(Counting.NOT_COUNTED, False, "自费出国半年以上")),
    (Standing.PROBATIONARY, "bedridden", (), Seat(Counting.NOT_COUNTED, False, "长期卧病、生活不能自理")),
    (Standing.FULL, "retired", (), Seat(Counting.NOT_COUNTED, False, "离退休回乡居住，组织关系不便转")),
    (Standing.ACTIVIST, None, ("activist",), Seat(Counting.OBSERVER, False)),
    (Standing.ACTIVIST, None, (), None),
    (Standing.CANDIDATE, None, ("activist",), None),
    (Standing.APPLICANT, None, ("activist", "candidate"), None),
    (Standing.MEMBERSHIP_STOPPED, None, ("activist",), None),
    (Standing.LEFT, None, (), None),
]


@pytest.mark.parametrize(("standing", "exclusion", "welcomes", "seat"), SEATS)
def test_who_is_due_who_may_vote_who_observes(standing, exclusion, welcomes, seat):
    assert rules.seat_for(standing, exclusion, welcomes) == seat


@given(st.sampled_from(Standing), st.sampled_from([None, *rules.EXCLUSION_REASONS]))
def test_only_full_members_who_are_due_may_vote(standing, exclusion):
    seat = rules.seat_for(standing, exclusion, ("activist", "candidate"))
    if seat and seat.may_vote:
        assert standing == Standing.FULL and exclusion is None and seat.counting == Counting.DUE


@pytest.mark.parametrize(
    ("counting", "came", "leave", "closed", "status"),
    [
        ("due", True, False, False, Status.PRESENT),
        ("due", True, True, True, Status.PRESENT),
        ("due", False, True, False, Status.LEAVE),
        ("due", False, True, True, Status.LEAVE),
        ("due", False, False, False, Status.NOT_YET),
        ("due", False, False, True, Status.ABSENT),
        ("not_counted", True, False, True, Status.NOT_COUNTED),
        ("observer", True, False, True, Status.OBSERVER),
    ],
)
def test_a_status_is_read_from_rows(counting, came, leave, closed, status):
    assert rules.status_of(counting, came, leave, closed) == status


@pytest.mark.parametrize(("after", "late"), [(-600, 0), (0, 0), (59, 0), (60, 1), (1799, 29), (1800, 30)])
def test_late_is_whole_minutes_after_the_start(after, late):
    assert rules.late_minutes(START + timedelta(seconds=after), START) == late


def desk(**changes):
    usual = {
        "gathering_id": 1, "sitting_id": 1, "starts_at": START, "opened_at": START, "closed_at": None,
        "cancelled_at": None, "unit_id": 1, "counting": "due", "mark_id": None,
    }  # fmt: skip
    return Desk(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, None),
        ({"counting": "observer"}, None),
        ({"counting": "not_counted"}, None),
        ({"cancelled_at": START, "opened_at": None}, "取消"),
        ({"opened_at": None}, "还没有开始"),
        ({"counting": None}, "不在"),
        ({"closed_at": START}, "已经结束"),
        ({"closed_at": START, "mark_id": 3}, None),
        ({"opened_at": START - timedelta(hours=13)}, "已经结束"),
        ({"opened_at": START - timedelta(days=2), "last_at": START}, None),
        ({"opened_at": START - timedelta(days=2), "last_at": START - timedelta(hours=13)}, "已经结束"),
        ({"opened_at": START - timedelta(hours=13), "last_at": START - timedelta(days=2)}, "已经结束"),
    ],
)
def test_signing_in_is_refused_with_a_sentence(changes, part):
    reason = rules.refusal_to_sign_in(desk(**changes), START + timedelta(minutes=1))
    assert reason is None if part is None else part in reason


@pytest.mark.parametrize(
    ("sort", "cause", "closed", "signed", "part"),
    [
        ("leave_duty", "当班", False, False, None),
        ("leave_sick", "", False, False, None),
        ("leave_personal", "", False, False, "原因"),
        ("leave_duty", "班", False, False, "原因"),
        ("holiday", "当班", False, False, "公假"),
        ("leave_duty", "当班", True, False, "结束"),
        ("leave_duty", "当班", False, True, "已经签到"),
    ],
)
def test_asking_leave(sort, cause, closed, signed, part):
    reason = rules.refusal_to_ask_leave(sort, cause, closed, signed)
    assert reason is None if part is None else part in reason


def test_nobody_decides_on_their_own_leave():
    assert rules.refusal_to_decide_leave(1, 1)
    assert rules.refusal_to_decide_leave(1, 2) is None


@pytest.mark.parametrize(
    ("standing", "circle", "unit", "expected"),
    [
        ("full", "group", 3, True),
        ("full", "group", 4, False),
        ("full", "members", 2, True),
        ("full", "members", 3, False),
        ("full", "committee", 2, True),
        ("full", "committee", 9, False),
        ("probationary", "group", 3, True),
        ("activist", "group", 3, False),
    ],
)
def test_who_belongs_to_a_circle(standing, circle, unit, expected):
    who = SimpleNamespace(
        standing=standing, branch_id=2, group_id=3, posts=[SimpleNamespace(unit_id=2, role="secretary")]
    )
    assert rules.is_of_circle(who, circle, unit) is expected

"""Making up: when it may be recorded, and until when the member's word against it counts."""

from datetime import date, timedelta

import pytest

from partygroup.attendance.makeups import is_settled, refusal_to_deny, refusal_to_make_up
from partygroup.clock import beijing

AT = beijing("2026-03-05 12:00")
MISSED = {"state": "held", "is_due": True, "is_own": False, "came": False, "way": "briefing",
          "on_day": date(2026, 3, 4), "held_on": date(2026, 3, 2), "today": date(2026, 3, 5)}  # fmt: skip


@pytest.mark.parametrize(("wrong", "part"), [
    ({}, None), ({"on_day": date(2026, 3, 2)}, None), ({"on_day": date(2026, 3, 5)}, None),
    ({"state": "in_session"}, "结束以后"), ({"is_due": False}, "不用补课"), ({"came": True}, "已经到会"),
    ({"is_own": True}, "另一位"),
    ({"way": "nap"}, "方式"), ({"on_day": date(2026, 3, 1)}, "早于"), ({"on_day": date(2026, 3, 6)}, "还没有到"),
])  # fmt: skip
def test_recording(wrong, part):
    reason = refusal_to_make_up(**MISSED | wrong)
    assert reason is None if part is None else part in reason


@pytest.mark.parametrize(("after", "confirmed", "part"), [
    (timedelta(0), False, None), (timedelta(days=7) - timedelta(minutes=1), False, None),
    (timedelta(days=7), False, "7 天"), (timedelta(hours=1), True, "确认过"),
])  # fmt: skip
def test_a_word_against_it(after, confirmed, part):
    reason = refusal_to_deny(recorded_at=AT, confirmed=confirmed, at=AT + after)
    assert reason is None if part is None else part in reason
    assert is_settled(AT, AT + after) is (part == "7 天")

"""The rotating code, the six digits and the ticket."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.attendance import codes

KEYS = ("a" * 64,)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
ids = st.integers(1, 2**31 - 1)
steps = st.integers(5, 60)


def code(at, step_seconds, gathering_id=7, sitting_id=9, key=KEYS[0]):
    return codes.code_at(key, gathering_id, sitting_id, codes.step_of(at, step_seconds))


def is_live(shown, at, step_seconds, gathering_id=7, sitting_id=9, keys=KEYS):
    return codes.step_shown(keys, gathering_id, sitting_id, shown, codes.step_of(at, step_seconds)) is not None


@given(moments, st.integers(0, 240), steps)
def test_a_code_lives_for_its_step_and_the_next(shown_at, seconds_later, step):
    later = shown_at + timedelta(seconds=seconds_later)
    steps_between = codes.step_of(later, step) - codes.step_of(shown_at, step)
    assert is_live(code(shown_at, step), later, step) == (steps_between <= 1)


@given(moments, steps)
def test_every_display_and_reload_within_a_step_shows_the_same(at, step):
    first_second = datetime.fromtimestamp(codes.step_of(at, step) * step, UTC)
    last_second = first_second + timedelta(seconds=step - 1)
    assert code(first_second, step) == code(at, step) == code(last_second, step)
    assert code(first_second + timedelta(seconds=step), step) != code(at, step)


@given(moments, steps)
def test_the_seconds_left_lead_to_the_next_step_exactly(at, step):
    left = codes.seconds_left(at, step)
    assert 1 <= left <= step
    whole = at.replace(microsecond=0)
    assert codes.step_of(whole + timedelta(seconds=left), step) == codes.step_of(at, step) + 1
    assert codes.step_of(whole + timedelta(seconds=left - 1), step) == codes.step_of(at, step)


@given(ids)
def test_a_code_names_its_sitting_in_any_case(sitting_id):
    shown = codes.code_at(KEYS[0], 1, sitting_id, 5)
    assert codes.sitting_id_in(shown) == codes.sitting_id_in(shown.lower()) == sitting_id
    assert shown == shown.upper() and len(shown) <= 23


@given(moments, ids, ids)
def test_a_code_of_another_gathering_or_sitting_is_worth_nothing(at, gathering_id, sitting_id):
    shown = code(at, 15, gathering_id, sitting_id)
    assert not is_live(shown, at, 15, gathering_id + 1, sitting_id)
    assert not is_live(shown, at, 15, gathering_id, sitting_id + 1)


@given(moments, st.integers(0, 15), st.sampled_from(codes.ALPHABET))
def test_one_wrong_sign_is_enough(at, place, sign):
    shown = code(at, 15)
    forged = shown[: -16 + place] + sign + (shown[-15 + place :] if place < 15 else "")
    assert is_live(forged, at, 15) == (forged == shown)


@pytest.mark.parametrize(
    "text", ["", "A", "签到", "A" * 16, "A" * 40, "0" * 20, "B-" + "A" * 16, "b" * 17 + "\x00", "AB" + "A" * 16]
)
def test_what_is_no_code_names_no_sitting(text):
    assert codes.sitting_id_in(text) is None


@given(moments, st.integers(0, 100))
def test_six_digits_live_like_the_code(at, seconds_later):
    digits = codes.spoken_at(KEYS[0], 7, 9, codes.step_of(at, 15))
    assert len(digits) == 6 and digits.isdigit()
    later = at + timedelta(seconds=seconds_later)
    if codes.step_of(later, 15) - codes.step_of(at, 15) <= 1:
        assert codes.is_spoken(KEYS, 7, 9, digits, codes.step_of(later, 15))


def test_the_old_key_still_verifies_after_rotation():
    at = datetime(2026, 3, 5, tzinfo=UTC)
    shown = code(at, 15, key="old" * 22)
    assert is_live(shown, at, 15, keys=("new" * 22, "old" * 22))
    assert not is_live(shown, at, 15, keys=("new" * 22,))


def test_an_expired_code_is_told_from_a_foreign_one():
    at = datetime(2026, 3, 5, tzinfo=UTC)
    now = codes.step_of(at + timedelta(hours=1), 15)
    assert codes.step_within(KEYS, 7, 9, code(at, 15), now - 5760, now) == codes.step_of(at, 15)
    assert codes.step_within(KEYS, 7, 9, code(at, 15, key="b" * 64), now - 5760, now) is None


@given(moments, st.integers(-3600, 3600), st.integers(0, 3600))
def test_a_ticket_is_honoured_for_ten_minutes_an_early_one_from_the_opening(seen, opened_after, waited):
    opened = seen + timedelta(seconds=opened_after)
    at = max(seen, opened) + timedelta(seconds=waited)
    assert codes.Ticket(7, 9, seen).is_honoured(opened, at) == (waited <= 600)
    assert not codes.Ticket(7, 9, seen).is_honoured(None, at)


@given(moments, ids, ids)
def test_a_ticket_comes_back_as_written_and_only_from_us(at, gathering_id, sitting_id):
    ticket = codes.Ticket(gathering_id, sitting_id, at.replace(microsecond=0))
    text = codes.write_ticket(KEYS, ticket)
    assert codes.read_ticket(KEYS, text) == ticket
    assert codes.read_ticket(("x" * 64,), text) is None
    assert codes.read_ticket(("x" * 64, *KEYS), text) == ticket


@given(ids, ids)
def test_a_ticket_in_a_form_is_its_holders_only(holder, other):
    ticket = codes.Ticket(7, 9, datetime(2026, 3, 6, tzinfo=UTC))
    text = codes.write_ticket(KEYS, ticket, holder)
    assert codes.read_ticket(KEYS, text, holder) == ticket
    assert codes.read_ticket(KEYS, text) is None
    assert (codes.read_ticket(KEYS, text, other) is None) == (other != holder)


@pytest.mark.parametrize("text", [None, "", "a.b", "WzEsMl0.xxx", "\x00", "签到"])
def test_nonsense_is_no_ticket(text):
    assert codes.read_ticket(KEYS, text) is None

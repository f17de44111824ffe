"""How a committee's term stands on a day: half a year before its end, a month before, over (domain.md 3.2, 13)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.terms import Term, TermState

TERM = Term(date(2023, 12, 20), date(2026, 12, 19))
ORDER = list(TermState)


@pytest.mark.parametrize(
    ("today", "state", "words"),
    [
        (date(2026, 6, 18), TermState.RUNNING, "还有 6 个多月换届"),
        (date(2026, 6, 19), TermState.DUE_IN_6_MONTHS, "还有 6 个月换届"),
        (date(2026, 7, 1), TermState.DUE_IN_6_MONTHS, "还有 5 个多月换届"),
        (date(2026, 11, 18), TermState.DUE_IN_6_MONTHS, "还有 1 个多月换届"),
        (date(2026, 11, 19), TermState.DUE_IN_1_MONTH, "还有 30 天换届"),
        (date(2026, 12, 19), TermState.DUE_IN_1_MONTH, "今天任期满"),
        (date(2026, 12, 20), TermState.OVERDUE, "任期已满"),
    ],
)
def test_a_term_nears_its_end(today, state, words):
    assert TERM.state(today) == state
    assert TERM.words(today) == words
    assert TERM.is_due(today) == (state != TermState.RUNNING)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_term_never_gets_younger(today):
    assert ORDER.index(TERM.state(today)) <= ORDER.index(TERM.state(today + timedelta(days=1)))

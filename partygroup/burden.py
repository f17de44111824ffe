"""What each act costs whoever does it: taps and fields typed. Measured in the browser; the burden meter's definition.

Counted from the home page on, signing in from the scanned code on (scanning is no tap); a field costs a tap, too.
`tests/browser/test_burden.py` does each act on a phone, with scripts and without, and holds these figures equal to what
it counts. A month's burden is these figures times the counts of records; nobody's taps are ever recorded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one act costs."""

    taps: int
    fields: int = 0


COSTS = {
    "sign_in": Cost(taps=1),  # logged in, by the scanned code
    "sign_in_logged_out": Cost(taps=4, fields=2),  # the same with staff number and password
    "sign_in_spoken": Cost(taps=3, fields=1),  # by the six digits
    "jot": Cost(taps=6, fields=1),  # eight in the group, three of them were elsewhere
    "jot_with_photo": Cost(taps=7, fields=1),
    "answer": Cost(taps=1),
    "declare": Cost(taps=5, fields=1),
    "call": Cost(taps=2),  # time and place as the last time
    "open": Cost(taps=1),
    "tick": Cost(taps=3),  # one who is there without a phone; from the board
    "close": Cost(taps=2),  # from the board
    "grant_leave": Cost(taps=2),
}

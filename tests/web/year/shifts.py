"""Who works when, reckoned from the plant's usual pattern alone: four teams, three shifts, eight days (domain.md 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.web.year.people import TEAM, TEAMS
from tests.web.year.plan import on

LETTERS = "早早中中夜夜休休"
BEGINS = {"早": 8, "中": 16, "夜": 0}
SHIFT, SLEEP, REST_BEFORE, MEETING = (timedelta(hours=hours) for hours in (8, 8, 4, 1))


def is_free(name: str, start: datetime) -> bool:
    """Say whether somebody is neither at work nor asleep after or before a night while a meeting of an hour lasts."""
    for days in (-1, 0, 1):
        day = (start + timedelta(days=days)).date()
        letter = LETTERS[(2 * TEAMS.index(TEAM[name]) + (day - on(1, 1)).days) % 8]
        if letter == "休":
            continue
        begun = datetime(day.year, day.month, day.day, BEGINS[letter])
        ended = begun + SHIFT
        sleeps_until = ended + SLEEP if letter == "夜" else ended
        rests_from = begun - REST_BEFORE if letter == "夜" else begun
        if rests_from < start + MEETING and start < sleeps_until:
            return False
    return True

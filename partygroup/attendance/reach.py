"""Whom a meeting reaches by shift teams: who is due in each, when most can come, which team has not been reached."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from partygroup import clock
from partygroup.attendance.models import Counting
from partygroup.attendance.queries import circle_of
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.sittings import DAY_WORKERS, Crew, Proposal, Slot, propose, slot_at
from partygroup.people.patterns import Teams, crew_names, teams_over
from partygroup.workdays import load_calendar

DAYS_AHEAD, NOTICE = 14, timedelta(hours=1)


def teams_of(session, teams: Teams, person_ids: Iterable[int], day: date) -> dict[int, str]:
    """Return person → name of the shift team, or of those without shifts."""
    ids = list(person_ids)
    names = crew_names(session, ids, day)
    found = {one: teams.named(names.get(one)) for one in ids}
    return {one: team.name if team else DAY_WORKERS for one, team in found.items()}


def crews_of(session, teams: Teams, person_ids: Iterable[int], day: date) -> list[Crew]:
    """Return how many of some people work in each team, those without shifts last; none where no team is known."""
    if not teams.all:
        return []
    counts = Counter(teams_of(session, teams, person_ids, day).values())
    crews = [Crew(team, counts[team.name]) for team in teams.all] + [Crew(None, counts[DAY_WORKERS])]
    return [crew for crew in crews if crew.count]


def due_in(session, *, unit_id: int, circle: str, day: date) -> list[int]:
    """Return the ids of those who would be due in a circle on a day."""
    people = circle_of(session, unit_id=unit_id, circle=circle, day=day, welcomes=())
    return [one.person_id for one in people if one.seat.counting == Counting.DUE]


def propose_times(
    session, *, lineage, circle: str, kinds: list[KindSpec], usual: time, at: datetime
) -> Proposal | None:
    """Return when to meet with the unit at the head of a line, within the time in which it is due.

    None where no shift pattern is known, or none of those due works by it.
    """
    teams = teams_over(session, lineage)
    if not teams.all:
        return None
    today = clock.day_of(at)
    crews = crews_of(session, teams, due_in(session, unit_id=lineage[0], circle=circle, day=today), today)
    if not any(crew.team for crew in crews):
        return None
    first, last = days_to_meet(kinds, today)
    works = load_calendar(session, today).works
    decides = any(kind.quorum for kind in kinds)  # what has a vote is held in one sitting
    return propose(crews, first, last, after=at + NOTICE, works=works, usual=usual, one_only=decides)


def days_to_meet(kinds: list[KindSpec], today: date) -> tuple[date, date]:
    """Return the days from tomorrow on for two weeks, but not beyond the month or quarter in which it is due.

    On its last day: that day.
    """
    ends = {"month": today.replace(day=calendar.monthrange(today.year, today.month)[1]),
            "quarter": clock.Quarter.of(today).last}  # fmt: skip
    end = min((ends[kind.per] for kind in kinds if kind.per in ends), default=date.max)
    first = min(today + timedelta(days=1), end)
    return first, min(first + timedelta(days=DAYS_AHEAD - 1), end)


def slots_of(session, crews: list[Crew], starts: Iterable[datetime]) -> list[Slot]:
    """Return whom the sittings at some times reach, by the shift calendar."""
    times = list(starts)
    works = load_calendar(session, clock.day_of(min(times))).works
    return [slot_at(crews, one, works=works) for one in times]


@dataclass(frozen=True)
class Reach:
    """How far a meeting has reached one team: who of those due came, who has not been seen and is not on leave."""

    team: str
    came: int
    due: int
    missing: tuple[str, ...]


def reach_by_team(roll, team_of: dict[int, str]) -> list[Reach]:
    """Return the reach of each team with somebody due, the least reached first, given the roll and person → team."""
    missing = {row.person_id for row in roll.missing}
    by_team: dict[str, list] = {}
    for row in roll.due:
        by_team.setdefault(team_of[row.person_id], []).append(row)
    found = [
        Reach(team, sum(row.came for row in rows), len(rows), tuple(r.name for r in rows if r.person_id in missing))
        for team, rows in by_team.items()
    ]
    return sorted(found, key=lambda one: (one.came * 1000 // one.due, one.team))

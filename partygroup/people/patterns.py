"""The shift patterns of units: reading them as teams, entering one, and which team the roster puts somebody in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time

import sqlalchemy as sa

from partygroup.db import holds_on, witness
from partygroup.errors import Refused
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.org.queries import subtree_ids
from partygroup.people.models import MEMBERS, Belonging, ShiftPattern, StandingSpan, Workplace
from partygroup.people.shifts import Hours, Team, TeamLine, Turn, hours_in_words, pattern_problems


def patterns_over(session, lineage: Iterable[int]) -> list[ShiftPattern]:
    """Return the patterns of the nearest unit of a line that has any, the oldest first; one statement."""
    line = list(lineage)
    rows = session.scalars(
        sa.select(ShiftPattern).where(ShiftPattern.unit_id.in_(line)).order_by(ShiftPattern.from_on)
    ).all()
    nearest = min((line.index(row.unit_id) for row in rows), default=None)
    return [row for row in rows if row.unit_id == line[nearest]] if rows else []


def hours_of(pattern: ShiftPattern) -> dict[str, Hours]:
    """Return the hours of a pattern as values."""
    return {letter: Hours(*map(time.fromisoformat, pair)) for letter, pair in pattern.hours.items()}


def lines_of(pattern: ShiftPattern) -> list[TeamLine]:
    """Return the teams of a pattern as they were entered."""
    return [TeamLine(name, day, tuple(others)) for name, day, others in pattern.teams]


class Teams:
    """The teams of a unit by its newest pattern, each with what it worked before, found by any of their names."""

    def __init__(self, patterns: list[ShiftPattern]):
        self._by_name: dict[str, Team] = {}
        self.all: list[Team] = []
        turns: dict[str, list[Turn]] = {}
        for pattern in patterns:
            for name, day, _others in lines_of(pattern):
                turn = Turn(pattern.from_on, pattern.letters, day - 1, hours_of(pattern))
                turns.setdefault(name, []).append(turn)
        for name, _day, others in lines_of(patterns[-1]) if patterns else ():
            team = Team(name, tuple(turns[name]))
            self.all.append(team)
            self._by_name |= dict.fromkeys((name, *others), team)

    def named(self, name: str | None) -> Team | None:
        """Return the team of a 班组: by its very name, or by the only known name in it (1号高炉甲班); else None."""
        if name is None or name in self._by_name:
            return self._by_name.get(name)
        within = {id(team): team for known, team in self._by_name.items() if known in name}
        return next(iter(within.values())) if len(within) == 1 else None


def teams_over(session, lineage: Iterable[int]) -> Teams:
    """Return the teams that hold for a unit, given it and the units above it."""
    return Teams(patterns_over(session, lineage))


def crew_names(session, person_ids: Collection[int], day: date) -> dict[int, str]:
    """Return person → name of the 班组 in which they work on a day; those in none are left out."""
    rows = session.execute(_crews(day).add_columns(Workplace.person_id).where(Workplace.person_id.in_(person_ids)))
    return {person_id: name for name, person_id in rows}


def _crews(day: date) -> sa.Select:
    return (
        sa.select(Placement.name)
        .select_from(Workplace)
        .join(Unit, sa.and_(Unit.id == Workplace.unit_id, Unit.kind == UnitKind.SHIFT_TEAM))
        .join(Placement, sa.and_(Placement.unit_id == Unit.id, holds_on(Placement, day)))
        .where(holds_on(Workplace, day))
    )


def crew_sizes(session, unit_id: int, day: date) -> list[tuple[str, int]]:
    """Return (班组, how many members) for the members of a party unit and all below it, by name."""
    members = sa.select(Belonging.person_id).where(
        holds_on(Belonging, day),
        sa.or_(Belonging.branch_id.in_(subtree_ids([unit_id], day)), Belonging.group_id == unit_id),
    )
    standing = sa.select(StandingSpan.person_id).where(holds_on(StandingSpan, day), StandingSpan.standing.in_(MEMBERS))
    rows = session.execute(
        _crews(day)
        .add_columns(sa.func.count())
        .where(Workplace.person_id.in_(members), Workplace.person_id.in_(standing))
        .group_by(Placement.name)
        .order_by(Placement.name)
    )
    return [tuple(row) for row in rows]


def set_pattern(
    session, unit_id: int, *, from_on: date, letters: str, hours: Mapping[str, Hours], teams: list[TeamLine],
    by: int, at: datetime,
) -> None:  # fmt: skip
    """Let the teams of a unit work by a pattern from a day on; what was entered for that very day is replaced.

    Raise Refused for a pattern that cannot be used. The same again changes nothing.
    """
    if problems := pattern_problems(letters, hours, teams):
        field, reason = next(iter(problems.items()))
        raise Refused(reason, field=field)
    session.execute(sa.select(Unit.id).where(Unit.id == unit_id).with_for_update())
    wanted = as_stored(letters, hours, teams)
    row = session.scalar(
        sa.select(ShiftPattern).where(ShiftPattern.unit_id == unit_id, ShiftPattern.from_on == from_on)
    )
    before = told(row) if row else None
    if row is None:
        row = ShiftPattern(unit_id=unit_id, from_on=from_on)
        session.add(row)
    elif all(getattr(row, key) == value for key, value in wanted.items()):
        return
    for key, value in wanted.items():
        setattr(row, key, value)
    witness(session, "people.shifts.set", row, at=at, by=by, unit_id=unit_id, before=before, after=told(row))


def as_stored(letters: str, hours: Mapping[str, Hours], teams: list[TeamLine]) -> dict:
    """Return a pattern as the columns of its row."""
    return {
        "letters": letters,
        "hours": {letter: [end.isoformat("minutes") for end in pair] for letter, pair in hours.items()},
        "teams": [[name, day, list(others)] for name, day, others in teams],
    }


def told(row: ShiftPattern) -> dict:
    """Return a pattern as its witness tells it."""
    teams = [f"{'、'.join((name, *others))} 第{day}天" for name, day, others in row.teams]
    hours = hours_in_words(hours_of(row))
    return {"from_on": row.from_on.isoformat(), "letters": row.letters, "hours": hours, "teams": teams}

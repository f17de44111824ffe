"""What the app knows of many branches' quarter, set-wise: a constant number of statements, however many there are.

`known_at` asks for what was known at a moment: how a quarter stood when it was frozen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import sqlalchemy as sa

from partygroup.activities.models import Problem
from partygroup.clock import Quarter, day_of
from partygroup.db import holds_on
from partygroup.evaluation.automatic import BranchFacts
from partygroup.evaluation.due import Check, structure_checks
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.structure import standings_of
from partygroup.meetings.calendar import called_between
from partygroup.meetings.duty import DueItem, Duty, due_items, duties
from partygroup.people.models import Workplace
from partygroup.scores.groups import GroupSheet
from partygroup.scores.queries import PersonSheet, last_day_asked, named_groups, sheets_of


@dataclass(frozen=True)
class DueMeetingSeen:
    """A meeting that was due; `gathering_id` of one held in its period, None if none was. of_name: the group's."""

    item: DueItem
    of_name: str | None
    gathering_id: int | None
    on: date | None


@dataclass(frozen=True)
class Known:
    """What a branch's automatic figures are made of, with the rows behind them."""

    facts: BranchFacts
    people: tuple[PersonSheet, ...]
    groups: tuple[tuple[int, str, GroupSheet], ...]
    meetings: tuple[DueMeetingSeen, ...]
    checks: tuple[Check, ...]
    problems: tuple[Problem, ...]

    @property
    def counted(self) -> list[PersonSheet]:
        """Return the sheets in the branch's means."""
        return [one for one in self.people if one.is_counted]


def known_of(
    session, branch_ids: Collection[int], quarter: Quarter, scheme: Scheme, *, at: datetime,
    known_at: datetime | None = None,
) -> dict[int, Known]:  # fmt: skip
    """Return branch → what is known of its quarter; of a running one as far as it is."""
    today, day = day_of(at), last_day_asked(quarter, day_of(at))
    people = sheets_of(session, branch_ids, quarter, at=at, known_at=known_at)
    standings = standings_of(session, branch_ids, quarter, day, known_at=known_at)
    groups = _groups(session, branch_ids, quarter, people, standings, at, known_at)
    structures = standings.structures
    first = quarter.first.replace(month=1) if quarter.number == 4 else quarter.first
    met = called_between(session, structures.unit_ids, first, quarter.last, known_at=known_at)
    problems = _problems(session, branch_ids, quarter, known_at)
    starred = _starred(session, [one.person_id for one in people if one.is_counted], quarter.last)
    by_branch: dict[int, list[PersonSheet]] = defaultdict(list)
    for one in people:
        by_branch[one.branch_id].append(one)
    found = {}
    for branch_id in branch_ids:
        counted = [one for one in by_branch[branch_id] if one.is_counted]
        items = due_items(structures.by_branch[branch_id], scheme.due_meetings, quarter)
        meetings = tuple(_seen(duties(items, met), structures.names, today))
        checks = tuple(structure_checks(standings.shapes[branch_id], day)) if day <= today else ()
        mine = problems[branch_id]
        facts = BranchFacts(
            totals=tuple(one.total for one in counted),
            rates=tuple(Fraction(one.came, one.due) for one in counted if one.due),
            starred=sum(one.person_id in starred for one in counted),
            group_scores=tuple(sheet.total for _, _, sheet in groups[branch_id]),
            meetings=(sum(one.gathering_id is not None for one in meetings), len(meetings)),
            problems=(sum(_is_closed(one, quarter) for one in mine), len(mine)),
            checks=checks,
        )
        found[branch_id] = Known(
            facts, tuple(by_branch[branch_id]), tuple(groups[branch_id]), meetings, checks, tuple(mine)
        )
    return found


def _groups(session, branch_ids, quarter, people, standings, at, known_at) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    stood = [
        (spans[-1][0], group_id, branch_id)
        for branch_id, structure in standings.structures.by_branch.items()
        for group_id, spans in structure.groups
    ]
    branch_of = {group_id: branch_id for _, group_id, branch_id in sorted(stood)}  # where it moved to counts
    for group in named_groups(session, branch_ids, quarter, people, at=at, known_at=known_at):
        found[branch_of[group[0]]].append(group)
    return found


def _seen(owed: Iterable[Duty], names: Mapping[int, str], today: date) -> Iterable[DueMeetingSeen]:
    """Yield the due meetings with the first one held; one still to come is due only once it was held."""
    for duty in owed:
        held, item = duty.held, duty.item
        if held or item.last < today:
            name = names.get(item.unit_id) if item.of == "group" else None
            yield DueMeetingSeen(item, name, held[0].gathering_id if held else None, held[0].on if held else None)


def _problems(
    session, branch_ids: Collection[int], quarter: Quarter, known_at: datetime | None
) -> dict[int, list[Problem]]:
    """Return branch → its problems due by the last day, not cancelled, not closed before the first (scoring.md 6)."""
    stands = Problem.cancelled_at.is_(None)
    if known_at is not None:
        stands = sa.and_(Problem.at <= known_at, sa.or_(stands, Problem.cancelled_at > known_at))
    rows = session.scalars(
        sa.select(Problem)
        .where(
            Problem.branch_id.in_(branch_ids),
            Problem.due_on <= quarter.last,
            Problem.about_id.is_(None),
            stands,
            sa.or_(Problem.closed_on.is_(None), Problem.closed_on >= quarter.first),
        )
        .order_by(Problem.due_on, Problem.id)
    )
    found: dict[int, list[Problem]] = defaultdict(list)
    for row in rows:
        found[row.branch_id].append(row)
    return found


def _is_closed(problem: Problem, quarter: Quarter) -> bool:
    return problem.closed_on is not None and problem.closed_on <= quarter.last


def _starred(session, person_ids: Collection[int], day: date) -> set[int]:
    """Return who of these people had a star on a day."""
    having = sa.and_(Workplace.person_id.in_(person_ids), holds_on(Workplace, day), Workplace.star_level >= 1)
    return set(session.scalars(sa.select(Workplace.person_id).where(having)))

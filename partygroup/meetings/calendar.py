"""The gatherings of units within a span of days, and what of a branch's duty they are (B13)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.meetings.duty import OF_CIRCLE, DueMeeting, Duty, Met, Step, due_items, duties
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.queries import WITH_ALL, Convened, convened, kinds_in_force, with_units
from partygroup.people.structures import Structures, structures_of


def gatherings_between(session, visible: sa.Select, unit_id: int, first: date, last: date) -> list[Convened]:
    """Return the visible gatherings of a unit on the days [first, last), oldest first."""
    query = visible.where(Gathering.unit_id == unit_id, Gathering.day >= first, Gathering.day < last)
    query = with_units(query.order_by(Gathering.day, Gathering.id)).options(*WITH_ALL)
    return [convened(row) for row in session.execute(query).unique()]


def called_between(
    session, unit_ids: Collection[int], first: date, last: date, *, known_at: datetime | None = None
) -> dict[tuple[str, str, int], list[Met]]:
    """Return (kind, whose, unit) → what was called for the days first to last, both included, and not cancelled.

    `known_at`: held is what was closed by that moment. One statement.
    """
    is_held = Gathering.closed_at.is_not(None) if known_at is None else Gathering.closed_at <= known_at
    rows = session.execute(
        sa.select(Kind.code, Gathering.circle, Gathering.unit_id, Gathering.day, Gathering.id, is_held)
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(Gathering.unit_id.in_(unit_ids), Gathering.day.between(first, last), Gathering.cancelled_at.is_(None))
        .order_by(Gathering.day, Gathering.id)
    )
    met: dict[tuple, list[Met]] = defaultdict(list)
    for code, circle, unit_id, day, gathering_id, held in rows:
        met[code, OF_CIRCLE[circle], unit_id].append(Met(day, gathering_id, bool(held)))
    return met


@dataclass(frozen=True)
class Book:
    """What branches owe in a quarter and what was called in its year up to its end: duties by branch."""

    kinds: list[KindSpec]
    structures: Structures
    met: Mapping[tuple[str, str, int], list[Met]]
    duties: Mapping[int, list[Duty]]

    def met_of(self, branch_id: int, kind: KindSpec) -> list[Met]:
        """Return what a branch, or its groups where the kind is theirs, called of a kind."""
        of = OF_CIRCLE[kind.circles[0]]
        structure = self.structures.by_branch[branch_id]
        unit_ids = [group_id for group_id, _ in structure.groups] if of == "group" else [branch_id]
        return [one for unit_id in unit_ids for one in self.met.get((kind.code, of, unit_id), ())]


def book_of(session, branch_ids: Collection[int], quarter: Quarter) -> Book:
    """Return the duties of branches in a quarter, by four statements.

    A kind is its usual circle's duty: a group owes group meetings, a committee its own, the branch the rest
    (domain.md 5.1). Talks are between two people and in no such book.
    """
    rules = [kind.rules for kind in kinds_in_force(session)]
    kinds = [kind for kind in rules if kind.per in ("month", "quarter", "year") and kind.counts]
    owed = [DueMeeting(kind.code, OF_CIRCLE[kind.circles[0]], kind.per, kind.at_least) for kind in kinds]
    begin = date(quarter.year, 1, 1)
    structures = structures_of(session, branch_ids, begin, quarter.last)
    met = called_between(session, structures.unit_ids, begin, quarter.last)
    found = {
        branch_id: duties(due_items(structure, owed, quarter), met)
        for branch_id, structure in structures.by_branch.items()
    }
    return Book(kinds, structures, met, found)


def standing_of(session, branch_ids: Collection[int], first: date, today: date) -> dict[int, Counter[Step]]:
    """Return branch → how many of the duties of a month (given by its first day) stand how, by four statements."""
    book = book_of(session, branch_ids, Quarter.of(first))
    (last,) = (last for start, last in Quarter.of(first).months if start == first)
    return {
        branch_id: Counter(duty.step(today) for duty in found if duty.item.first <= last and duty.item.last >= first)
        for branch_id, found in book.duties.items()
    }

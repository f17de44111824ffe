"""Which meetings are due, by whom and until when, and how each stands (domain.md 5.1, 5.2; B13). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from partygroup.clock import Quarter
from partygroup.people.structures import Structure, lived_through

#: Circle of a gathering → whose due meeting it is.
OF_CIRCLE = {"members": "branch", "committee": "committee", "group": "group"}


@dataclass(frozen=True)
class DueMeeting:
    """A meeting that is due so often: `of` branch, committee or group; `per` month, quarter or year."""

    kind: str
    of: str
    per: str
    at_least: int = 1


@dataclass(frozen=True, order=True)
class DueItem:
    """A meeting of a kind, of a branch, its committee or one group, due between two days (both included)."""

    first: date
    last: date
    kind: str
    of: str
    unit_id: int
    at_least: int = 1


def due_items(structure: Structure, meetings: Collection[DueMeeting], quarter: Quarter) -> list[DueItem]:
    """Return the meetings due in a quarter; due only where the unit existed on every day of the period.

    Those due once a year are asked for in the fourth quarter, for the whole year.
    """
    units = {
        "branch": [(structure.branch_id, structure.branch)],
        "committee": [(structure.branch_id, structure.committee)],
        "group": structure.groups,
    }
    return sorted(
        DueItem(first, last, meeting.kind, meeting.of, unit_id, meeting.at_least)
        for meeting in meetings
        for first, last in _periods(meeting.per, quarter)
        for unit_id, spans in units[meeting.of]
        if lived_through(spans, first, last)
    )


def _periods(per: str, quarter: Quarter) -> list[tuple[date, date]]:
    if per == "month":
        return quarter.months
    if per == "quarter":
        return [(quarter.first, quarter.last)]
    return [(date(quarter.year, 1, 1), quarter.last)] if quarter.number == 4 else []


class Step(StrEnum):
    """How something due stands on a day."""

    DONE = "done"
    CALLED = "called"
    DUE = "due"
    MISSED = "missed"
    AHEAD = "ahead"


STEP_NAMES = {
    Step.DONE: "已开",
    Step.CALLED: "已安排",
    Step.DUE: "待开",
    Step.MISSED: "没开",
    Step.AHEAD: "没到时候",
}


@dataclass(frozen=True, order=True)
class Met:
    """A meeting called for a day: `held` once it is closed."""

    on: date
    gathering_id: int
    held: bool


@dataclass(frozen=True)
class Duty:
    """A meeting that is due, with what was called in its period, by day."""

    item: DueItem
    met: tuple[Met, ...]

    @property
    def held(self) -> list[Met]:
        """Return what was held."""
        return [one for one in self.met if one.held]

    def step(self, today: date) -> Step:
        """Return how it stands: held often enough, called, still due, missed, or not begun yet."""
        if len(self.held) >= self.item.at_least:
            return Step.DONE
        if self.item.last < today:
            return Step.MISSED
        if len(self.met) >= self.item.at_least:
            return Step.CALLED
        return Step.DUE if self.item.first <= today else Step.AHEAD


def duties(items: Iterable[DueItem], met: dict[tuple[str, str, int], list[Met]]) -> list[Duty]:
    """Return what is due with what was called for it: the same kind, by the same circle, within the period.

    `met`: (kind, whose, unit) → what was called. A meeting counts by the day on which it is held, not by when it was
    entered (domain.md 14.23).
    """
    return [
        Duty(item, tuple(sorted(
            one for one in met.get((item.kind, item.of, item.unit_id), ()) if item.first <= one.on <= item.last
        )))
        for item in items
    ]  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One kind in one month: what was called for its days, and the duties ending in it that are not done, by step."""

    met: tuple[Met, ...]
    open: tuple[tuple[Step, int], ...]


def cells_of(found: Iterable[Duty], met: Iterable[Met], quarter: Quarter, today: date) -> list[Cell]:
    """Return one kind's three months of a quarter: meetings at their day, what is missing at the end of its period."""
    found, met = list(found), sorted(met)
    cells = []
    for first, last in quarter.months:
        steps = [duty.step(today) for duty in found if first <= duty.item.last <= last]
        missing = Counter(step for step in steps if step not in (Step.DONE, Step.CALLED))
        open_here = tuple((step, missing[step]) for step in (Step.MISSED, Step.DUE, Step.AHEAD) if missing[step])
        cells.append(Cell(tuple(one for one in met if first <= one.on <= last), open_here))
    return cells

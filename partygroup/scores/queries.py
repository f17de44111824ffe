"""Reading scores: the sheets of people and groups, stored ones for closed quarters and made now for open ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.attendance.turnout import Turn
from partygroup.clock import Quarter, day_of
from partygroup.people.models import Belonging, Person
from partygroup.scores.facts import from_json, known_of, rule_table_for, table_in_force
from partygroup.scores.groupfacts import group_facts, groups_of
from partygroup.scores.groups import GroupSheet, group_score
from partygroup.scores.lines import Facts, Line
from partygroup.scores.models import Closing, StoredGroup, StoredSheet
from partygroup.scores.sheets import Sheet, make_sheet

__all__ = ["rule_table_for"]

#: Lower bounds of the bands of a distribution, highest first; below the last is a band of its own.
BANDS = (900, 800, 750, 700, 600)


@dataclass(frozen=True)
class PersonSheet:
    """A person's sheet of a quarter, in branch and group as of its last day. is_counted: in the means of both."""

    person_id: int
    name: str
    branch_id: int
    group_id: int | None
    sheet: Sheet
    due: int
    came: int
    is_counted: bool
    facts: Facts
    closed_at: datetime | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def total(self) -> int | None:
        return self.sheet.total


def closings_of(
    session, branch_ids: Collection[int], quarter: Quarter, *, known_at: datetime | None = None
) -> dict[int, Closing]:
    """Return branch → closing of a quarter that stands, or stood at a moment."""
    wanted = sa.select(Closing).where(Closing.branch_id.in_(branch_ids), _is(quarter), _stands(known_at))
    return {row.branch_id: row for row in session.scalars(wanted)}


def _stands(known_at: datetime | None):
    """Return the SQL condition that a closing stands, or stood at a moment."""
    if known_at is None:
        return Closing.reopened_at.is_(None)
    later = sa.or_(Closing.reopened_at.is_(None), Closing.reopened_at > known_at)
    return sa.and_(Closing.closed_at <= known_at, later)


def _is(quarter: Quarter):
    return sa.and_(Closing.year == quarter.year, Closing.quarter == quarter.number)


def closed_quarters(session, branch_id: int) -> set[Quarter]:
    """Return the quarters that are closed for a branch now."""
    rows = session.execute(
        sa.select(Closing.year, Closing.quarter).where(Closing.branch_id == branch_id, Closing.reopened_at.is_(None))
    )
    return {Quarter(*row) for row in rows}


def closed_for(session, person_id: int, branch_id: int) -> set[Quarter]:
    """Return the quarters in which nothing can count any more for a member of a branch.

    Those closed for the branch, and those of which the person has a stored sheet in another branch.
    """
    stored = session.execute(
        sa.select(Closing.year, Closing.quarter)
        .join(StoredSheet, StoredSheet.closing_id == Closing.id)
        .where(StoredSheet.person_id == person_id, Closing.reopened_at.is_(None))
    )
    return closed_quarters(session, branch_id) | {Quarter(*row) for row in stored}


def refusal_of_late_mark(session, person_id: int, day: date) -> str | None:
    """Return why a mark of a meeting of that day, sent later, is not taken by itself: its quarter is closed."""
    quarter = Quarter.of(day)
    closed = sa.select(StoredSheet.id).join(Closing, Closing.id == StoredSheet.closing_id)
    stands = sa.and_(StoredSheet.person_id == person_id, _is(quarter), Closing.reopened_at.is_(None))
    if session.scalar(closed.where(stands).limit(1)) is None:
        return None
    return f"{quarter.label}已经结账，后传到的签到不再自动记。到会的，请会议主持人补签；积分有出入，请提异议。"


# --- people ----------------------------------------------------------------------------------------------------------


def sheets_of(
    session, branch_ids: Collection[int], quarter: Quarter, *, at: datetime, known_at: datetime | None = None
) -> list[PersonSheet]:
    """Return the sheets of everybody of these branches in stroke order; none of a quarter that has not begun at `at`.

    By a constant number of statements, however many members and years there are.
    """
    if day_of(at) < quarter.first:
        return []
    closings = closings_of(session, branch_ids, quarter, known_at=known_at)
    found = _stored(session, StoredSheet.closing_id.in_([closing.id for closing in closings.values()]))
    still_open = [branch_id for branch_id in branch_ids if branch_id not in closings]
    found += open_sheets(session, still_open, quarter, known_at=known_at)
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def open_sheets(
    session, branch_ids: Collection[int], quarter: Quarter, *, known_at: datetime | None = None
) -> list[tuple[tuple, PersonSheet]]:
    """Return (place in stroke order, sheet as things are now, or were known then) of everybody of these branches.

    Who has a stored sheet of the quarter, in whichever branch, counts there and not here; a closing of that very
    moment is the one that is made again.
    """
    elsewhere = (
        sa.select(StoredSheet.person_id)
        .join(Closing, Closing.id == StoredSheet.closing_id)
        .where(_is(quarter), _stands(known_at), *([] if known_at is None else [Closing.closed_at != known_at]))
    )
    people = session.execute(
        sa.select(Person.id, Person.name, Person.stroke_key)
        .join(Belonging, Belonging.person_id == Person.id)
        .where(
            Belonging.branch_id.in_(branch_ids),
            Belonging.from_on <= quarter.last,
            sa.or_(Belonging.until_on.is_(None), Belonging.until_on > quarter.first),
            Person.id.not_in(elsewhere),
        )
        .distinct()
    ).all()
    known = known_of(session, [row.id for row in people], quarter, known_at=known_at)
    table = table_in_force(session, quarter)
    return [
        ((row.stroke_key, row.id), _made(row.id, row.name, known[row.id], table))
        for row in people
        if row.id in known and known[row.id].branch_id in branch_ids
    ]


def _made(person_id: int, name: str, known, table) -> PersonSheet:
    sheet = make_sheet(known.facts, table)
    return PersonSheet(
        person_id, name, known.branch_id, known.group_id, sheet, known.facts.due, known.facts.came,
        known.is_counted and sheet.is_scored, known.facts, turns=known.turns,
    )  # fmt: skip


def _stored(session, condition) -> list[tuple[tuple, PersonSheet]]:
    rows = session.execute(
        sa.select(StoredSheet, Closing.branch_id, Closing.closed_at, Person.name, Person.stroke_key)
        .join(Closing, Closing.id == StoredSheet.closing_id)
        .join(Person, Person.id == StoredSheet.person_id)
        .where(condition)
    )
    return [
        (
            (stroke_key, row.person_id),
            PersonSheet(
                row.person_id, name, branch_id, row.group_id, Sheet.from_json(row.body), row.due, row.came,
                row.is_counted, from_json(row.facts), closed_at,
            ),
        )
        for row, branch_id, closed_at, name, stroke_key in rows
    ]  # fmt: skip


def sheet_of(session, person_id: int, quarter: Quarter) -> PersonSheet | None:
    """Return one person's sheet: the stored one if the quarter is closed, else as things are now; None without one."""
    standing = sa.and_(StoredSheet.person_id == person_id, _is(quarter), Closing.reopened_at.is_(None))
    if stored := _stored(session, standing):
        one = stored[0][1]
        turns = known_of(session, [person_id], quarter, known_at=one.closed_at)
        mine = turns[person_id].turns if person_id in turns else ()
        return PersonSheet(**{**vars(one), "turns": mine})
    known = known_of(session, [person_id], quarter)
    if person_id not in known:
        return None
    name = session.scalar(sa.select(Person.name).where(Person.id == person_id))
    return _made(person_id, name, known[person_id], table_in_force(session, quarter))


@dataclass(frozen=True)
class PastQuarter:
    """A closed quarter of a person: the total, None where it was not scored."""

    quarter: Quarter
    total: int | None


def person_quarters(session, person_id: int) -> list[PastQuarter]:
    """Return the closed quarters of a person from the earliest on."""
    rows = session.execute(
        sa.select(Closing.year, Closing.quarter, StoredSheet.total)
        .join(StoredSheet, StoredSheet.closing_id == Closing.id)
        .where(StoredSheet.person_id == person_id, Closing.reopened_at.is_(None))
        .order_by(Closing.year, Closing.quarter)
    )
    return [PastQuarter(Quarter(year, number), total) for year, number, total in rows]


def distribution(people: Iterable[PersonSheet]) -> list[tuple[str, int]]:
    """Return (band, number of counted people) from the highest band down, without names."""
    totals = [one.total for one in people if one.is_counted]
    bounds = [1001, *BANDS, 0]
    names = [f"{BANDS[0] // 10} 分以上"]
    names += [f"{low // 10}–{high // 10} 分" for high, low in zip(BANDS, BANDS[1:], strict=False)]
    names += [f"{BANDS[-1] // 10} 分以下"]
    spans = zip(bounds, bounds[1:], strict=False)
    return [
        (name, sum(low <= total < high for total in totals)) for name, (high, low) in zip(names, spans, strict=True)
    ]


# --- groups ----------------------------------------------------------------------------------------------------------


def group_sheets(session, branch_ids: Collection[int], quarter: Quarter, *, at: datetime) -> dict[int, GroupSheet]:
    """Return group → sheet of the groups of these branches, in the organisation's order."""
    people = sheets_of(session, branch_ids, quarter, at=at)
    return {group_id: sheet for group_id, _name, sheet in named_groups(session, branch_ids, quarter, people, at=at)}


def named_groups(
    session, branch_ids: Collection[int], quarter: Quarter, people: list[PersonSheet], *, at: datetime,
    known_at: datetime | None = None,
) -> list[tuple[int, str, GroupSheet]]:  # fmt: skip
    """Return (id, name, sheet) of the groups of these branches, given the sheets of their people."""
    groups = groups_of(session, branch_ids, quarter)
    closings = closings_of(session, branch_ids, quarter, known_at=known_at)
    stored = _stored_groups(session, [closing.id for closing in closings.values()])
    still_open = [group for group in groups if group.branch_id not in closings]
    facts = group_facts(session, still_open, people, quarter, day_of(at))
    made = stored | {group_id: group_score(one) for group_id, one in facts.items()}
    return [(group.id, group.name, made[group.id]) for group in groups if group.id in made]


def _stored_groups(session, closing_ids: list[int]) -> dict[int, GroupSheet]:
    rows = session.scalars(sa.select(StoredGroup).where(StoredGroup.closing_id.in_(closing_ids)))
    return {row.group_id: group_from_json(row.body["sheet"]) for row in rows}


def group_from_json(body: dict) -> GroupSheet:
    """Return the group's sheet of a stored body."""
    return GroupSheet(**{**body, "lines": tuple(Line(**{**line, "rows": ()}) for line in body["lines"])})


def last_day_asked(quarter: Quarter, today: date) -> date:
    """Return the day as of which a quarter's units are named: its last, today while it runs."""
    return min(quarter.last, max(today, quarter.first))

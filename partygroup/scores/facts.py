"""What a quarter's sheets are made from, for many people by a constant number of statements (scoring.md 3–5).

An event *counted earlier* when an entry of it with the same sign lies in an earlier quarter and was not taken back: of
such entries one counted, there or before. So no earlier sheet has to be made.

`known_at` asks for what was known at a moment: how a quarter stood when it was closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.rules import DUE_STANDINGS
from partygroup.attendance.turnout import Turn, turns_of
from partygroup.clock import Quarter
from partygroup.people.models import Belonging, StandingSpan, Workplace
from partygroup.scores import models
from partygroup.scores.lines import Correction, Entry, Facts, sign
from partygroup.scores.models import EntrySort, Exemption, RuleTable
from partygroup.scores.rules import Presence, as_of, is_counted, is_made_up_in_time, scored_days
from partygroup.scores.states import State
from partygroup.scores.tables import Item, LineRule, Row, Table
from partygroup.versions import in_force


@dataclass(frozen=True)
class Known:
    """A person's quarter: facts, and where they belong as of its last day, or of their last day as a member.

    is_counted: they belong somewhere on the very last day, so they may be in a mean.
    """

    branch_id: int
    group_id: int | None
    is_counted: bool
    facts: Facts
    turns: tuple[Turn, ...]


def facts_of(session, person_ids: Collection[int], quarter: Quarter) -> dict[int, Facts]:
    """Return person → facts of an open quarter, as things are known now; nobody without a day as a member."""
    return {person_id: known.facts for person_id, known in known_of(session, person_ids, quarter).items()}


def known_of(
    session, person_ids: Collection[int], quarter: Quarter, *, known_at: datetime | None = None
) -> dict[int, Known]:
    """Return person → quarter, for everybody who has a day as a member in it; by eleven statements."""
    belongings = _spans(session, Belonging, person_ids, quarter, Belonging.branch_id, Belonging.group_id)
    standings = _spans(session, StandingSpan, person_ids, quarter, StandingSpan.standing)
    workplaces = _spans(session, Workplace, person_ids, quarter, Workplace.profile)
    exemptions = _spans(session, Exemption, person_ids, quarter)
    turns = _by_person(turns_of(session, person_ids, quarter.first, quarter.last, known_at=known_at))
    book = _by_person(_book(session, person_ids, quarter, known_at))
    earlier = _earlier(session, book, quarter, known_at)
    own_rows = _own_rows(session, book, quarter)
    found = {}
    for person_id in belongings:
        presence = Presence(
            _days(belongings[person_id]),
            _days(one for one in standings.get(person_id, ()) if one.standing in DUE_STANDINGS),
            _days(exemptions.get(person_id, ())),
        )
        day = as_of(presence, quarter)
        if day is None:
            continue
        here, work = _on(belongings[person_id], day), _on(workplaces.get(person_id, ()), day)
        mine = tuple(turns.get(person_id, ()))
        if person_id in exemptions:
            mine = tuple(one for one in mine if not _on(exemptions[person_id], one.day))
        rows = book.get(person_id, ())
        facts = Facts(
            profile=work and work.profile,
            entries=tuple(_entry(row, own_rows) for row in rows if row.sort != EntrySort.CORRECTION),
            earlier=frozenset(earlier.get(person_id, ())),
            due=len(mine),
            came=sum(map(came, mine)),
            corrections=tuple(_correction(row) for row in rows if row.sort == EntrySort.CORRECTION),
            scored_days=scored_days(presence, quarter),
            days=quarter.days,
        )
        found[person_id] = Known(here.branch_id, here.group_id, is_counted(presence, quarter), facts, mine)
    return found


def came(turn: Turn) -> bool:
    """Say whether somebody came to a gathering: present, or made up in time."""
    return turn.was_present or (
        turn.made_up_on is not None and is_made_up_in_time(turn.made_up_on, turn.day, turn.next_on)
    )


def in_quarter(row, quarter: Quarter):
    """Return the SQL condition that an entry lies in a quarter."""
    return sa.and_(row.year == quarter.year, row.quarter == quarter.number)


def _spans(session, model, person_ids: Collection[int], quarter: Quarter, *columns) -> dict[int, list]:
    rows = session.execute(
        sa.select(model.person_id, model.from_on, model.until_on, *columns).where(
            model.person_id.in_(person_ids),
            model.from_on <= quarter.last,
            sa.or_(model.until_on.is_(None), model.until_on > quarter.first),
        )
    )
    return _by_person(rows)


def _by_person(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _days(rows: Iterable) -> tuple:
    return tuple((row.from_on, row.until_on) for row in rows)


def _on(rows: Iterable, day: date):
    """Return the row that holds on a day; None if none does."""
    return next((row for row in rows if row.from_on <= day and (row.until_on is None or row.until_on > day)), None)


def _known(row, known_at: datetime | None):
    return sa.true() if known_at is None else row.made_at <= known_at


def _book(session, person_ids: Collection[int], quarter: Quarter, known_at: datetime | None) -> list[sa.Row]:
    """Return the rows of the book that lie in the quarter, in order."""
    row = models.Entry
    wanted = sa.select(
        row.id, row.sort, row.person_id, row.rule_table_id, row.item, row.dimension, row.points, row.event,
        row.undoes_id, row.mends_year, row.mends_quarter,
    ).where(row.person_id.in_(person_ids), in_quarter(row, quarter), _known(row, known_at))  # fmt: skip
    return sorted(session.execute(wanted), key=lambda one: one.id)  # SQLite would read the whole book in that order


def _earlier(
    session, book: Mapping[int, list], quarter: Quarter, known_at: datetime | None
) -> dict[int, set[tuple[str, int]]]:
    """Return person → (event, sign) that counted in an earlier quarter, of the events of this quarter's entries."""
    events = {
        (person_id, row.event)
        for person_id, rows in book.items()
        for row in rows
        if row.event and row.sort == EntrySort.ENTRY
    }
    before, undoing = models.Entry, aliased(models.Entry)
    taken_back = sa.exists().where(
        undoing.declaration_id == before.declaration_id, undoing.sort != EntrySort.ENTRY, _known(undoing, known_at)
    )
    if known_at is None:  # a reversal that was worth nothing may have left no row
        declared = models.Declaration
        taken_back |= sa.exists().where(declared.id == before.declaration_id, declared.state == State.REVERSED)
    rows = session.execute(
        sa.select(before.person_id, before.event, before.points).where(
            before.event.in_({event for _, event in events}),
            before.person_id.in_({person_id for person_id, _ in events}),
            before.sort == EntrySort.ENTRY,
            4 * before.year + before.quarter < 4 * quarter.year + quarter.number,
            _known(before, known_at),
            ~taken_back,
        )
    )
    found: dict[int, set] = {}
    for person_id, event, points in rows:
        if (person_id, event) in events:
            found.setdefault(person_id, set()).add((event, sign(points)))
    return found


def _own_rows(session, book: Mapping[int, list], quarter: Quarter) -> dict[tuple[int, str], Row]:
    """Return (table, item) → row of the entry's own version, for items that the quarter's table no longer has."""
    table = table_in_force(session, quarter)
    rows = {(row.rule_table_id, row.item) for mine in book.values() for row in mine if row.item not in table.rows}
    bodies = session.execute(
        sa.select(RuleTable.id, RuleTable.body).where(RuleTable.id.in_({table_id for table_id, _ in rows}))
    )
    tables = {table_id: Table.from_json(body) for table_id, body in bodies}
    return {key: tables[key[0]].rows[key[1]] for key in rows if key[1] in tables[key[0]].rows}


def rule_table_for(session, quarter: Quarter) -> RuleTable:
    """Return the version in force on the quarter's first day."""
    return in_force(session, RuleTable, quarter)


def table_in_force(session, quarter: Quarter) -> Table:
    """Return the rules of a quarter as a value."""
    return Table.from_json(rule_table_for(session, quarter).body)


def _entry(row: sa.Row, own_rows: Mapping) -> Entry:
    return Entry(row.id, row.item, row.points, row.event, row.undoes_id, own_rows.get((row.rule_table_id, row.item)))


def _correction(row: sa.Row) -> Correction:
    return Correction(Quarter(row.mends_year, row.mends_quarter), row.dimension, row.points)


# --- as JSON, in a stored sheet --------------------------------------------------------------------------------------


def to_json(facts: Facts) -> dict:
    """Return facts as plain JSON, as a closing stores them."""
    body = asdict(facts)
    body["earlier"] = sorted(map(list, facts.earlier))
    body["corrections"] = [[one.quarter.code, one.dimension, one.points] for one in facts.corrections]
    body["entries"] = [{key: value for key, value in one.items() if value is not None} for one in body["entries"]]
    return body


def from_json(body: Mapping) -> Facts:
    """Return the facts of a stored sheet."""
    parts = {
        "entries": tuple(Entry(**{**one, "own": _row(one.get("own"))}) for one in body["entries"]),
        "earlier": frozenset((event, sign_) for event, sign_ in body["earlier"]),
        "corrections": tuple(
            Correction(Quarter.parse(code), dimension, points) for code, dimension, points in body["corrections"]
        ),
    }
    return Facts(**{**body, **parts})


def _row(body: Mapping | None) -> Row | None:
    return body and Row(Item(**body["item"]), LineRule.from_json(body["line"]))

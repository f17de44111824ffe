"""What the tests of scoring share: the preset table, facts as hypothesis makes them, and as an example writes them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from partygroup.clock import Quarter
from partygroup.scores.lines import Correction, Entry, Facts
from partygroup.scores.presets import TABLE as BODY
from partygroup.scores.sheets import Sheet, make_sheet
from partygroup.scores.tables import DIMENSIONS, Table

TABLE = Table.from_json(BODY)
PROFILES = ("line", "maintenance", "office")
Q2, Q3 = Quarter(2026, 2), Quarter(2026, 3)
ADDS = [row.item for row in TABLE.rows.values() if row.item.points > 0]
DEDUCTIONS = [row.item for row in TABLE.rows.values() if row.item.points < 0]


def entries_of(*written: str) -> tuple[Entry, ...]:
    """Return full entries from texts such as `4 WP-TASK`, without events, numbered from 1."""
    codes = [code for text in written for count, code in [text.split()] for _ in range(int(count))]
    return tuple(Entry(number, code, TABLE.rows[code].item.points) for number, code in enumerate(codes, 1))


def facts_of(*written: str, **others) -> Facts:
    return Facts(entries=entries_of(*written), **others)


def sheet_of(*written: str, **others) -> Sheet:
    return make_sheet(facts_of(*written, **others), TABLE)


def points_by_dimension(sheet: Sheet) -> dict[str, int]:
    return {one.code: one.points for one in sheet.dimensions}


def points_by_line(sheet: Sheet) -> dict[str, int]:
    return {line.code: line.points for line in sheet.lines}


@st.composite
def entry_lists(draw, items=tuple(TABLE.rows), most=14) -> tuple[Entry, ...]:
    """Entries of any item, whole or lowered, some of one event, some undone by a counter-entry."""
    entries: list[Entry] = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        item = TABLE.rows[draw(st.sampled_from(items))].item
        most_points = abs(item.points) * (draw(st.integers(1, 4)) if item.counted else 1)
        points = draw(st.one_of(st.just(most_points), st.integers(1, most_points)))
        signed = points if item.points > 0 else -points
        entries.append(Entry(number, item.code, signed, draw(st.sampled_from([None, "a", "b", "c"]))))
    undone = draw(st.lists(st.sampled_from(entries), unique=True, max_size=3)) if entries else []
    counters = [Entry(100 + one.id, one.item, -one.points, one.event, undoes=one.id) for one in undone]
    return tuple(draw(st.permutations([*entries, *counters])))


corrections = st.lists(
    st.builds(Correction, st.sampled_from([Quarter(2026, 1), Q2]), st.sampled_from(list(DIMENSIONS)),
              st.integers(-150, 150)),
    max_size=4,
).map(tuple)  # fmt: skip
earlier_events = st.frozensets(st.tuples(st.sampled_from("abc"), st.sampled_from([1, -1])), max_size=2)


@st.composite
def all_facts(draw, **fixed) -> Facts:
    """Facts of any kind, of a quarter that is scored unless `fixed` says otherwise."""
    due = draw(st.integers(0, 12))
    facts = Facts(
        profile=draw(st.sampled_from(PROFILES)),
        entries=draw(entry_lists()),
        earlier=draw(earlier_events),
        due=due,
        came=draw(st.integers(0, due)),
        corrections=draw(corrections),
    )
    return replace(facts, **fixed)

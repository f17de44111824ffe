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


ITEMS = [row.item for row in TABLE.rows.values()]
#: An entry as drawn: which item, how many tenths below its points, times for counted items, event, undone or not.
drawn = st.tuples(
    st.sampled_from(ITEMS), st.just(0) | st.integers(1, 60), st.integers(1, 4), st.sampled_from([None, None, "a", "b"]),
    st.sampled_from([False, False, False, True]),
)  # fmt: skip


def as_entries(several) -> tuple[Entry, ...]:
    """Return the entries of some drawn ones, numbered; counter-entries come first, as no order is promised."""
    entries, counters = [], []
    for number, (item, less, times, event, is_undone) in enumerate(several, 1):
        most = item.points * (times if item.counted else 1)
        points = max(1, abs(most) - less) * (1 if most > 0 else -1)
        entries.append(Entry(number, item.code, points, event))
        if is_undone:
            counters.append(Entry(100 + number, item.code, -points, event, undoes=number))
    return (*counters, *entries)


entry_lists = st.lists(drawn, max_size=12).map(as_entries)
corrections = st.lists(
    st.builds(Correction, st.sampled_from([Quarter(2026, 1), Q2]), st.sampled_from(list(DIMENSIONS)),
              st.integers(-150, 150)),
    max_size=4,
).map(tuple)  # fmt: skip
earlier_events = st.frozensets(st.tuples(st.sampled_from("ab"), st.sampled_from([1, -1])), max_size=2)


gatherings = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted)


def all_facts(**fixed):
    """Return the strategy of facts of any kind, of a quarter that is scored unless `fixed` says otherwise."""
    parts = st.tuples(st.sampled_from(PROFILES), entry_lists, earlier_events, gatherings, corrections)
    return parts.map(
        lambda some: replace(
            Facts(some[0], some[1], some[2], due=some[3][1], came=some[3][0], corrections=some[4]), **fixed
        )
    )

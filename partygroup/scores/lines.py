"""From a person's facts to the lines of the quarter's sheet: same event, caps, participation (scoring.md 3.5, 4, 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from partygroup.clock import Quarter
from partygroup.points import said, tenths
from partygroup.scores.tables import LineRule, Row, Table


@dataclass(frozen=True, slots=True)
class Entry:
    """An effective entry that lies in the quarter, or the counter-entry that undoes one (`undoes`: its id).

    `own` is the row of the entry's own version, for when the table in force no longer has its item.
    """

    id: int
    item: str
    points: int = 0
    event: str | None = None
    undoes: int | None = None
    own: Row | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a late reversal gives or takes in one dimension, and the closed quarter it mends."""

    quarter: Quarter
    dimension: str
    points: int


@dataclass(frozen=True)
class Facts:
    """All that a person's sheet of one quarter is made from.

    earlier: (event, sign of points) of what counted in an earlier quarter. due, came: gatherings (scoring.md 4).
    scored_days of days: days in a branch, in a scored state, not exempt.
    """

    profile: str | None = None
    entries: tuple[Entry, ...] = ()
    earlier: frozenset[tuple[str, int]] = frozenset()
    due: int = 0
    came: int = 0
    corrections: tuple[Correction, ...] = ()
    scored_days: int = 92
    days: int = 92


@dataclass(frozen=True, slots=True)
class Counted:
    """An entry on the sheet: what it claims, what counts of it before the cap, and why less."""

    id: int
    item: str
    name: str
    claimed: int
    points: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet. `points` is None where nothing could be assessed; `cap` is a cap or a full mark."""

    code: str
    name: str
    dimension: str
    points: int | None
    why: str
    claimed: int | None = None
    cap: int | None = None
    rows: tuple[Counted, ...] = ()


def sign(points: int) -> int:
    """Return 1 for an add, −1 for a deduction, 0 for nothing."""
    return (points > 0) - (points < 0)


def live(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that stand, in order of id: an entry and its counter-entry leave as if neither had been."""
    entries = list(entries)
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    return sorted(
        (entry for entry in entries if entry.undoes is None and entry.id not in undone), key=lambda entry: entry.id
    )


def row_of(entry: Entry, table: Table) -> Row:
    """Return the row an entry is counted by: that of the table in force, else that of its own version.

    An item that left the table while its line stayed still counts within the cap of that line.
    """
    row = table.rows.get(entry.item) or entry.own
    if row is None:
        raise ValueError(f"entry {entry.id}: no row for {entry.item}")
    return Row(row.item, table.lines_by_code.get(row.line.code, row.line))


def silenced(entries: Iterable[Entry], earlier: frozenset[tuple[str, int]], table: Table) -> dict[int, str]:
    """Return why live entries count nothing, by id: one event counts once a person, adds and deductions apart.

    The one with the most points counts (before caps); equal ones by table order, then id. An event that counted in
    an earlier quarter counts nothing now.
    """
    best: dict[tuple[str, int], tuple] = {}
    for entry in entries:
        if entry.event:
            key, place = (entry.event, sign(entry.points)), table.order.get(entry.item, len(table.order))
            best[key] = min(best.get(key, (0, 0, 0)), (-abs(entry.points), place, entry.id))
    why = {}
    for entry in entries:
        key = (entry.event, sign(entry.points))
        if entry.event and key in earlier:
            why[entry.id] = "同一事项以前季度已计"
        elif entry.event and best[key][2] != entry.id:
            why[entry.id] = "同一事项只计一次"
    return why


def item_lines(facts: Facts, table: Table) -> list[Line]:
    """Return a line for each rule that has entries, with all of them, those that count nothing too."""
    entries = live(facts.entries)
    silent = silenced(entries, facts.earlier, table)
    rules: dict[str, LineRule] = {}
    counted: dict[str, list[Counted]] = {}
    for entry in entries:
        row = row_of(entry, table)
        why = silent.get(entry.id, "")
        points = 0 if why else entry.points
        rules[row.line.code] = row.line
        counted.setdefault(row.line.code, []).append(
            Counted(entry.id, entry.item, row.item.name, entry.points, points, why)
        )
    return [item_line(rule, tuple(counted[code])) for code, rule in rules.items()]


def item_line(rule: LineRule, rows: tuple[Counted, ...]) -> Line:
    """Return the line of some entries: their net kept within the cap to either side."""
    claimed, net = sum(row.claimed for row in rows), sum(row.points for row in rows)
    points = net if rule.cap is None else max(-rule.cap, min(rule.cap, net))
    why = _why_counted(rows, net)
    if points != net:
        why += f"，本项每季最多{'计' if net > 0 else '扣'}{said(rule.cap)}"
    return Line(rule.code, rule.name, rule.dimension, points, why, claimed, rule.cap, rows)


def _why_counted(rows: tuple[Counted, ...], net: int) -> str:
    silent = sum(bool(row.why) for row in rows)
    repeated = f"，其中{silent}条同一事项不重复计" if silent else ""
    return f"{len(rows)}条{repeated}，合计{said(net)}"


def participation(came: int, due: int, rule: LineRule) -> Line:
    """Return the line of participation: the full mark × came ÷ due, multiplied first and rounded once.

    Nothing due gives the full mark: a duty that did not exist cannot be missed (scoring.md 4).
    """
    full = rule.cap or 0
    if due == 0:
        return Line(rule.code, rule.name, rule.dimension, full, "本季无应到，按满分计", full, full)
    points = tenths(Fraction(full * came, 10 * due))
    why = f"应到{due}次，参加{came}次（含补课）：{said(full)}×{came}÷{due}"
    return Line(rule.code, rule.name, rule.dimension, points, why, points, full)


def automatic_lines(facts: Facts, table: Table) -> Iterator[Line]:
    """Yield the lines that need no entry."""
    return (participation(facts.came, facts.due, rule) for rule in table.lines if rule.is_automatic)

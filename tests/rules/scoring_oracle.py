"""A second model of scoring, written from the text of the rules alone, in another way: decimals, and brute force.

It shares nothing with `partygroup`: its own table, its own rounding, its own order of work.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import lcm

# line, its cap ("-" none), then item=points
TEXT = """
WP-TASK        6  WP-TASK=2
WP-PROJECT     6  WP-PROJECT-LEAD=4 WP-PROJECT-MEMBER=2
WP-CRITICAL    4  WP-CRITICAL=2
WP-SUGGEST     4  WP-SUGGEST-ADOPTED=1 WP-SUGGEST-SPREAD=3
WP-MISSED      -  WP-MISSED=-2
WP-QUALITY     -  WP-QUALITY=-5
SE-HAZARD      4  SE-HAZARD-CLOSED=0.5 SE-HAZARD-MAJOR=2
SE-STOP        2  SE-STOP=0.5
SE-GREEN       2  SE-GREEN=1
SE-VIOLATION   -  SE-VIOLATION-ORDINARY=-2 SE-VIOLATION-SERIOUS=-5
SE-ZONE        3  SE-ZONE=-1
QI-SKILL       3  QI-SKILL=3
QI-STAR        3  QI-STAR=1
QI-CONTEST     6  QI-CONTEST-PLANT=1 QI-CONTEST-COMPANY=2 QI-CONTEST-PROVINCE=4 QI-CONTEST-NATION=6
QI-PATENT      3  QI-PATENT=3
QI-TEACH       2  QI-TEACH=1
PF-SERVE       3  PF-SERVE=1
PF-SOLVE       2  PF-SOLVE=1
PF-ABSENT      -  PF-ABSENT=-2
PF-DUES        1  PF-DUES=-1
"""
MARKS = {
    "line": {"WP": (18, 30), "SE": (18, 25), "QI": (10, 20), "PF": (15, 25)},
    "maintenance": {"WP": (21, 35), "SE": (18, 25), "QI": (7, 15), "PF": (15, 25)},
    "office": {"WP": (21, 35), "SE": (15, 20), "QI": (10, 20), "PF": (15, 25)},
}
ROWS = [line.split() for line in TEXT.strip().splitlines()]
CAPS = {line: None if cap == "-" else Decimal(cap) for line, cap, *_ in ROWS}
POINTS = {item.split("=")[0]: Decimal(item.split("=")[1]) for _, _, *items in ROWS for item in items}
LINE = {item.split("=")[0]: line for line, _, *items in ROWS for item in items}
ORDER = list(POINTS)
SPLIT = {"WP-SUGGEST", "SE-HAZARD", "SE-GREEN", "QI-CONTEST", "QI-PATENT", "PF-SOLVE"}


def one_decimal(numerator: int, denominator: int) -> Decimal:
    """Return n/d with one decimal, half away from zero, found by long division."""
    whole, rest = divmod(abs(numerator) * 10, denominator)
    if 2 * rest >= denominator:
        whole += 1
    return (Decimal(whole) / 10).copy_sign(Decimal(numerator)) if whole else Decimal("0.0")


def half(points: Decimal) -> Decimal:
    return (points / 2).quantize(Decimal("0.1"), ROUND_HALF_UP)


def standing_entries(entries):
    """entries: tuples (id, item, points, event, undoes). Without counter-entries and what they undo."""
    gone = [undoes for *_, undoes in entries if undoes is not None]
    return [entry for entry in entries if entry[4] is None and entry[0] not in gone]


def beats(one, other) -> bool:
    """Say whether `one` is the entry of the shared event that counts instead of `other`."""
    if abs(one[2]) != abs(other[2]):
        return abs(one[2]) > abs(other[2])
    if ORDER.index(one[1]) != ORDER.index(other[1]):
        return ORDER.index(one[1]) < ORDER.index(other[1])
    return one[0] < other[0]


def counts(entry, all_entries, earlier) -> bool:
    _, _, points, event, _ = entry
    if event is None:
        return True
    if (event, points > 0) in earlier:
        return False
    rivals = [one for one in all_entries if one[3] == event and (one[2] > 0) == (points > 0) and one is not entry]
    return not any(beats(rival, entry) for rival in rivals)


def line_points(entries, came, due, earlier) -> dict[str, Decimal]:
    """Return what each line with entries counts, participation too."""
    entries = standing_entries(entries)
    lines = {LINE[item]: Decimal(0) for _, item, *_ in entries}
    for entry in entries:
        if counts(entry, entries, earlier):
            lines[LINE[entry[1]]] += entry[2]
    for line, cap in CAPS.items():
        while line in lines and cap is not None and abs(lines[line]) > cap:
            lines[line] -= Decimal("0.1").copy_sign(lines[line])
    lines["PF-ATTEND"] = one_decimal(6 * came, due) if due else Decimal("6.0")
    return lines


def dimensions(profile, entries, came=0, due=0, earlier=frozenset(), corrections=()) -> dict[str, Decimal]:
    """Return the four scores. corrections: pairs (dimension, points) that land in the quarter."""
    lines = line_points(entries, came, due, earlier)
    scores = {}
    for dimension, (base, full) in MARKS[profile].items():
        own = [points for line, points in lines.items() if line.startswith(dimension)]
        score = Decimal(base)
        for points in (points for points in own if points > 0):
            score = min(score + points, Decimal(full))
        for points in (points for points in own if points < 0):
            score += points
        score = max(score, Decimal(0)) + sum(points for where, points in corrections if where == dimension)
        scores[dimension] = sorted([Decimal(0), score, Decimal(full)])[1]
    return scores


def total(*args, **kwargs) -> Decimal:
    return sum(dimensions(*args, **kwargs).values())


def late_reversal(profile, entries, gone_id, **others) -> dict[str, Decimal]:
    """Return what the reversal of one entry gives back, by dimension: recomputed without − with."""
    with_it = dimensions(profile, entries, **others)
    without = dimensions(profile, [entry for entry in entries if entry[0] != gone_id], **others)
    return {key: without[key] - with_it[key] for key in with_it if without[key] != with_it[key]}


def year(totals) -> Decimal | None:
    known = [total for total in totals if total is not None]
    return one_decimal(int(sum(known) * 10), 10 * len(known)) if len(known) >= 2 else None


def group(totals, rates, months, reached, problems, level) -> Decimal | None:
    """Return a group's score. rates, months, problems: pairs (had, of); level: 好 较好 一般 较差 or None."""
    if not totals:
        return None
    parts = [(40, one_decimal(int(sum(totals) * 10) * 40, 1000 * len(totals)))]
    due_rates = [rate for rate in rates if rate[1]]
    ceremony = [months] if months[1] else []
    if due_rates:
        below = lcm(*(due for _, due in due_rates))
        ceremony.append((sum(came * below // due for came, due in due_rates), below * len(due_rates)))
    flexibility = [(reached, len(totals))] + ([problems] if problems[1] else [])
    for halves in (ceremony, flexibility):
        if halves:
            below = lcm(*(of for _, of in halves))
            parts.append((20, one_decimal(20 * sum(had * below // of for had, of in halves), below * len(halves))))
    if level:
        parts.append((20, Decimal({"好": "20.0", "较好": "17.0", "一般": "14.0", "较差": "10.0"}[level])))
    got, full = sum(points for _, points in parts), sum(full for full, _ in parts)
    return one_decimal(int(got * 10) * 100, full * 10)

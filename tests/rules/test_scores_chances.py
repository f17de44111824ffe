"""What is still open under each cap is exactly what one more entry could bring (D4)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from partygroup.scores.details import chances
from partygroup.scores.lines import Entry, Facts
from partygroup.scores.presets import TABLE
from partygroup.scores.sheets import make_sheet
from partygroup.scores.tables import Table

STANDARD = Table.from_json(TABLE)
ADDS = {line.code: line.items[0] for line in STANDARD.lines if line.items and line.items[0].points > 0}


def some_facts(random: Random) -> Facts:
    items = [item for line in STANDARD.lines for item in line.items]
    chosen = [random.choice(items) for _ in range(random.randrange(12))]
    entries = tuple(Entry(number, item.code, item.points) for number, item in enumerate(chosen, 1))
    due = random.randrange(6)
    profile = random.choice(["line", "maintenance", "office"])
    return Facts(profile=profile, entries=entries, due=due, came=random.randrange(due + 1))


def gain(facts: Facts, code: str, points: int) -> int:
    """Return what one more entry of so many points brings before floors: the change of lines above zero."""
    more = replace(facts, entries=(*facts.entries, Entry(99, ADDS[code].code, points)))
    before, after = make_sheet(facts, STANDARD), make_sheet(more, STANDARD)
    return sum(
        sum(line.points for line in sheet.lines if line.code[3:] != "FLOOR") * side
        for sheet, side in ((after, 1), (before, -1))
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_chance_is_what_one_more_entry_brings(seed):
    facts = some_facts(Random(seed))
    open_lines = {chance.code: chance.most for chance in chances(make_sheet(facts, STANDARD), STANDARD)}
    for code in ADDS:
        most = open_lines.get(code, 0)
        assert gain(facts, code, 500) == most, code
        if most:
            assert gain(facts, code, most) == most


def test_nothing_is_promised_that_takes_points():
    codes = {chance.code for chance in chances(make_sheet(Facts(), STANDARD), STANDARD)}
    assert codes == set(ADDS)

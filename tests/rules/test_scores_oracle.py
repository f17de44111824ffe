"""The second model (scoring_oracle.py) and the rules agree on every sheet, reversal, year and group."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from partygroup.scores.groups import LEVELS, GroupFacts, group_score
from partygroup.scores.lines import Facts, live
from partygroup.scores.presets import TABLE as BODY
from partygroup.scores.rules import share_points
from partygroup.scores.sheets import correction, make_sheet, year_result
from partygroup.scores.tables import Table
from tests.rules import scoring_oracle as oracle
from tests.rules.scoring_facts import ADDS, TABLE, all_facts

many = settings(max_examples=200)


def points(tenths: int) -> Decimal:
    return Decimal(tenths) / 10


def as_told(facts: Facts) -> dict:
    """Return the facts as the oracle wants them."""
    entries = [(one.id, one.item, points(one.points), one.event, one.undoes) for one in facts.entries]
    return {
        "profile": facts.profile,
        "entries": entries,
        "came": facts.came,
        "due": facts.due,
        "earlier": {(event, sign > 0) for event, sign in facts.earlier},
    }


def test_the_preset_is_what_the_text_says():
    table = Table.from_json(BODY)
    assert {code: row.line.code for code, row in table.rows.items()} == oracle.LINE
    assert {code: points(row.item.points) for code, row in table.rows.items()} == oracle.POINTS
    assert list(table.rows) == oracle.ORDER
    caps = {line.code: line.cap and points(line.cap) for line in table.lines if not line.is_automatic}
    assert caps == oracle.CAPS
    assert {line.code for line in table.lines if line.share == "split"} == oracle.SPLIT
    marks = {
        one.code: {code: (one.base[code] // 10, one.full[code] // 10) for code in one.base} for one in table.profiles
    }
    assert marks == oracle.MARKS


@many
@given(all_facts())
def test_they_agree_on_every_dimension(facts):
    landed = [(one.dimension, points(one.points)) for one in facts.corrections]
    told = oracle.dimensions(**as_told(facts), corrections=landed)
    sheet = make_sheet(facts, TABLE)
    assert {one.code: points(one.points) for one in sheet.dimensions} == told
    assert points(sheet.total) == sum(told.values())


@many
@given(all_facts())
def test_they_agree_on_every_line(facts):
    told = as_told(facts)
    del told["profile"]
    lines = make_sheet(facts, TABLE).lines
    counted = {line.code: points(line.points) for line in lines if line.rows or line.code == "PF-ATTEND"}
    assert counted == oracle.line_points(**told)


@given(all_facts(corrections=()), st.data())
def test_they_agree_on_a_late_reversal(facts, data):
    if closed := live(facts.entries):
        gone = data.draw(st.sampled_from(closed))
        told = oracle.late_reversal(**as_told(facts), gone_id=gone.id)
        assert {code: points(worth) for code, worth in correction(facts, gone, TABLE).items()} == told


@given(st.lists(st.none() | st.integers(0, 1000), max_size=4))
def test_they_agree_on_the_year(totals):
    result = year_result(totals, is_vetoed=False, is_probationary=False).points
    told = oracle.year([None if one is None else points(one) for one in totals])
    assert (None if result is None else points(result)) == told


@given(st.sampled_from(ADDS))
def test_they_agree_on_shares(item):
    assert points(share_points(item.points, leads=False)) == oracle.half(points(item.points))


pairs = st.integers(0, 7).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@st.composite
def groups(draw) -> GroupFacts:
    totals = tuple(draw(st.lists(st.integers(0, 1000), max_size=8)))
    rates = tuple(draw(st.lists(pairs.filter(lambda rate: rate[1]), max_size=len(totals))))
    (held, months), (closed, problems) = draw(pairs), draw(pairs)
    level = draw(st.sampled_from([None, *LEVELS]))
    return GroupFacts(totals, rates, held, months, draw(st.integers(0, len(totals))), closed, problems, level)


@many
@given(groups())
def test_they_agree_on_a_group(facts):
    told = oracle.group(
        [points(total) for total in facts.totals],
        facts.rates,
        (facts.months_held, facts.months_due),
        facts.reached,
        (facts.problems_closed, facts.problems_due),
        facts.appraisal and LEVELS[facts.appraisal][0],
    )
    sheet = group_score(facts)
    assert (None if sheet.total is None else points(sheet.total)) == told
    if sheet.total is not None:
        assert sheet.total == sum(line.points for line in sheet.lines if line.points is not None)
        assert 0 <= sheet.total <= 1000


def test_the_oracle_itself_knows_the_examples():
    worked = ["WP-TASK"] * 4 + ["WP-PROJECT-LEAD"] + ["SE-HAZARD-CLOSED"] * 5 + ["SE-VIOLATION-ORDINARY", "QI-SKILL"]
    worked += ["PF-SERVE"] * 4 + ["PF-SOLVE"]
    entries = [(number, item, oracle.POINTS[item], None, None) for number, item in enumerate(worked)]
    assert [oracle.total(profile, entries, 6, 7) for profile in oracle.MARKS] == [Decimal("83.6")] * 3
    assert oracle.total("line", [], 0, 0) == Decimal("67.0")
    rates = [(2, 3), (3, 3), (3, 3), (3, 3)]
    totals = [Decimal(one) for one in ("67.0", "71.0", "70.0", "67.5")]
    assert oracle.group(totals, rates, (3, 3), 3, (2, 3), "较好") == Decimal("78.0")
    assert oracle.group(totals, rates, (3, 3), 3, (2, 3), None) == Decimal("76.3")
    assert oracle.one_decimal(-1, 4) == Decimal("-0.3")

"""What holds for every sheet, whatever the facts (the last section of the scoring rules)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from partygroup.scores.lines import Correction, Entry, live
from partygroup.scores.sheets import Sheet, correction, make_sheet
from partygroup.scores.tables import DIMENSIONS
from tests.rules.scoring_facts import ADDS, DEDUCTIONS, PROFILES, Q2, TABLE, all_facts, points_by_dimension


def total(facts) -> int:
    return make_sheet(facts, TABLE).total


@given(all_facts(), st.randoms())
def test_the_order_of_facts_never_matters(facts, random):
    entries, corrections = list(facts.entries), list(facts.corrections)
    random.shuffle(entries)
    random.shuffle(corrections)
    shuffled = replace(facts, entries=tuple(entries), corrections=tuple(corrections))
    assert make_sheet(shuffled, TABLE) == make_sheet(facts, TABLE)


@given(all_facts())
def test_the_total_is_the_sum_of_the_lines(facts):
    sheet = make_sheet(facts, TABLE)
    assert sheet.total == sum(line.points for line in sheet.lines)
    for one in sheet.dimensions:
        assert one.points == sum(line.points for line in sheet.lines if line.dimension == one.code)
    assert sum(one.points for one in sheet.dimensions) == sheet.total


@given(all_facts())
def test_a_line_stays_within_its_cap_and_its_rows_say_what_counts(facts):
    for line in make_sheet(facts, TABLE).lines:
        if line.rows:
            net = sum(row.points for row in line.rows)
            assert line.claimed == sum(row.claimed for row in line.rows)
            assert line.points == (net if line.cap is None else sorted((-line.cap, net, line.cap))[1])
        assert all(row.points in (0, row.claimed) and bool(row.why) == (row.points == 0) for row in line.rows)


@given(all_facts())
def test_a_dimension_lies_between_nothing_and_its_full_mark(facts):
    sheet = make_sheet(facts, TABLE)
    assert all(0 <= one.points <= one.full for one in sheet.dimensions)
    assert 0 <= sheet.total <= 1000


@given(all_facts())
def test_each_line_stands_once_and_says_why(facts):
    lines = make_sheet(facts, TABLE).lines
    assert len({line.code for line in lines}) == len(lines)
    assert all(line.why and line.name for line in lines)
    assert {row.id for line in lines for row in line.rows} == {entry.id for entry in live(facts.entries)}


@given(all_facts(), st.sampled_from([*ADDS, *DEDUCTIONS]), st.sampled_from([None, "a", "z"]))
def test_an_entry_and_its_reversal_leave_no_trace(facts, item, event):
    entry = Entry(900, item.code, item.points, event)
    both = (entry, Entry(901, item.code, -item.points, event, undoes=900))
    assert make_sheet(replace(facts, entries=facts.entries + both), TABLE) == make_sheet(facts, TABLE)


@given(all_facts())
def test_one_more_attendance_never_lowers(facts):
    if facts.came < facts.due:
        assert total(replace(facts, came=facts.came + 1)) >= total(facts)


@given(all_facts(), st.sampled_from(ADDS))
def test_one_more_add_without_event_never_lowers(facts, item):
    assert total(replace(facts, entries=(*facts.entries, Entry(900, item.code, item.points)))) >= total(facts)


@given(all_facts(), st.sampled_from(DEDUCTIONS))
def test_one_more_deduction_never_raises(facts, item):
    assert total(replace(facts, entries=(*facts.entries, Entry(900, item.code, item.points)))) <= total(facts)


@given(all_facts())
def test_surplus_adds_never_pay_for_a_deduction(facts):
    facts = replace(facts, corrections=())
    without = tuple(entry for entry in live(facts.entries) if entry.points > 0)
    clean = points_by_dimension(make_sheet(replace(facts, entries=without), TABLE))
    sheet = make_sheet(facts, TABLE)
    for one in sheet.dimensions:
        lost = sum(line.points for line in sheet.lines if line.dimension == one.code and line.points < 0 and line.rows)
        assert one.points == max(0, clean[one.code] + lost)


@given(all_facts(), st.sampled_from(PROFILES))
def test_another_profile_moves_room_and_never_the_hundred(facts, profile):
    sheet = make_sheet(replace(facts, profile=profile), TABLE)
    assert sum(one.full for one in sheet.dimensions) == 1000
    assert sum(one.base for one in sheet.dimensions) == 610
    assert sum(TABLE.profile(profile).room(code) for code in DIMENSIONS) == 390
    before = {line.code: (line.points, line.rows) for line in make_sheet(facts, TABLE).lines if line.rows}
    assert before == {line.code: (line.points, line.rows) for line in sheet.lines if line.rows}


@given(all_facts(corrections=()), st.data())
def test_late_reversals_give_back_to_the_digit_whatever_their_order(facts, data):
    closed = live(facts.entries)
    gone = data.draw(st.lists(st.sampled_from(closed), unique=True, max_size=4)) if closed else []
    worth = dict.fromkeys(DIMENSIONS, 0)
    kept = facts
    for entry in gone:
        for code, points in correction(kept, entry, TABLE).items():
            worth[code] += points
        kept = replace(kept, entries=tuple(one for one in kept.entries if one.id != entry.id))
    before, after = (points_by_dimension(make_sheet(one, TABLE)) for one in (facts, kept))
    assert worth == {code: after[code] - before[code] for code in DIMENSIONS}


@given(all_facts(), st.lists(st.tuples(st.sampled_from(list(DIMENSIONS)), st.integers(-400, 400)), min_size=1))
def test_corrections_stay_within_nothing_and_full(facts, given_back):
    landed = tuple(Correction(Q2, code, points) for code, points in given_back)
    plain, sheet = (make_sheet(replace(facts, corrections=some), TABLE) for some in ((), landed))
    for before, after in zip(plain.dimensions, sheet.dimensions, strict=True):
        whole = before.points + sum(points for code, points in given_back if code == after.code)
        assert after.points == sorted((0, whole, after.full))[1]


@given(all_facts())
def test_an_event_counts_once_for_adds_and_once_for_deductions(facts):
    sheet = make_sheet(facts, TABLE)
    events = {entry.id: entry.event for entry in facts.entries}
    counting = [
        (events[row.id], row.points > 0) for line in sheet.lines for row in line.rows if row.points and events[row.id]
    ]
    assert len(set(counting)) == len(counting)
    assert not {(event, 1 if adds else -1) for event, adds in counting} & facts.earlier


@given(all_facts(scored_days=45))
def test_a_quarter_not_scored_has_lines_and_no_total(facts):
    sheet = make_sheet(facts, TABLE)
    assert (sheet.total, sheet.is_scored) == (None, False)
    assert sheet.lines == make_sheet(replace(facts, scored_days=46), TABLE).lines
    assert all(correction(facts, entry, TABLE) == {} for entry in live(facts.entries))


@given(all_facts())
def test_a_stored_sheet_reads_back(facts):
    sheet = make_sheet(facts, TABLE)
    assert Sheet.from_json(sheet.to_json()) == sheet


@given(all_facts())
def test_the_reasons_show_people_no_raw_number(facts):
    sheet = make_sheet(facts, TABLE)
    assert not [line.why for line in sheet.lines if "-" in line.why or "None" in line.why]

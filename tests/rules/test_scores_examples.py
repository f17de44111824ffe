"""The worked examples of the scoring rules, to the digit (2026 Q3: 92 days)."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from partygroup.clock import Quarter
from partygroup.points import said, tenths
from partygroup.scores.groups import GroupFacts, group_score
from partygroup.scores.lines import Correction, Entry, Facts, participation
from partygroup.scores.rules import Presence, is_counted, quarter_to_count_in, scored_days, share_points
from partygroup.scores.sheets import correction, is_enough, make_sheet, year_result
from partygroup.scores.tables import Table
from tests.rules.scoring_facts import (
    Q2,
    Q3,
    TABLE,
    entries_of,
    facts_of,
    points_by_dimension,
    points_by_line,
    sheet_of,
)

ATTEND = TABLE.lines_by_code["PF-ATTEND"]
WORKED = ("4 WP-TASK", "1 WP-PROJECT-LEAD", "5 SE-HAZARD-CLOSED", "1 SE-VIOLATION-ORDINARY", "1 QI-SKILL",
          "4 PF-SERVE", "1 PF-SOLVE")  # fmt: skip


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("1/20", 1), ("-1/4", -3), ("6/120", 1), ("0", 0), ("-1/20", -1), ("49/1000", 0), ("305/4", 763), ("5/2", 25)],
)
def test_rounding_is_half_up_by_magnitude(exact, rounded):
    assert tenths(Fraction(exact)) == rounded


@pytest.mark.parametrize(("points", "text"), [(25, "2.5"), (-3, "−0.3"), (0, "0.0"), (1000, "100.0"), (-20, "−2.0")])
def test_points_are_said_with_one_decimal(points, text):
    assert said(points) == text


@pytest.mark.parametrize(("came", "due", "points"), [(6, 7, 51), (1, 8, 8), (1, 120, 1), (0, 5, 0), (5, 5, 60)])
def test_1_participation(came, due, points):
    line = participation(came, due, ATTEND)
    assert line.points == points
    assert line.why == f"应到{due}次，参加{came}次（含补课）：6.0×{came}÷{due}"


@pytest.mark.parametrize(
    ("profile", "scores"),
    [
        (None, (280, 185, 130, 241)),
        ("line", (280, 185, 130, 241)),
        ("maintenance", (310, 185, 100, 241)),
        ("office", (310, 155, 130, 241)),
    ],
)
def test_2_a_sheet_under_each_profile(profile, scores):
    sheet = sheet_of(*WORKED, profile=profile, due=7, came=6)
    assert tuple(points_by_dimension(sheet).values()) == scores
    assert sheet.total == 836


def test_2_every_line_with_its_reason():
    sheet = sheet_of(*WORKED, due=7, came=6)
    assert [(line.code, line.claimed, line.cap, line.points, line.why) for line in sheet.lines] == [
        ("WP-BASE", 180, 180, 180, "一线操作，每季整额计入"),
        ("WP-TASK", 80, 60, 60, "4条，合计8.0，本项每季最多计6.0"),
        ("WP-PROJECT", 40, 60, 40, "1条，合计4.0"),
        ("SE-BASE", 180, 180, 180, "一线操作，每季整额计入"),
        ("SE-HAZARD", 25, 40, 25, "5条，合计2.5"),
        ("SE-VIOLATION", -20, None, -20, "1条，合计−2.0"),
        ("QI-BASE", 100, 100, 100, "一线操作，每季整额计入"),
        ("QI-SKILL", 30, 30, 30, "1条，合计3.0"),
        ("PF-BASE", 150, 150, 150, "一线操作，每季整额计入"),
        ("PF-ATTEND", 51, 60, 51, "应到7次，参加6次（含补课）：6.0×6÷7"),
        ("PF-SERVE", 40, 30, 30, "4条，合计4.0，本项每季最多计3.0"),
        ("PF-SOLVE", 10, 20, 10, "1条，合计1.0"),
    ]  # fmt: skip


def test_3_adds_are_limited_to_the_room_before_deductions():
    sheet = sheet_of("3 WP-TASK", "1 WP-PROJECT-LEAD", "1 WP-PROJECT-MEMBER", "1 WP-CRITICAL", "1 WP-MISSED")
    lines = points_by_line(sheet)
    assert (lines["WP-TASK"], lines["WP-PROJECT"], lines["WP-CRITICAL"]) == (60, 60, 20)
    assert (lines["WP-ROOM"], lines["WP-MISSED"]) == (-20, -20)
    assert points_by_dimension(sheet)["WP"] == 280
    assert next(line.why for line in sheet.lines if line.code == "WP-ROOM") == "加分合计14.0，本维度最多加12.0"


def test_4_a_dimension_stops_at_nothing():
    sheet = sheet_of("5 SE-VIOLATION-SERIOUS")
    assert points_by_line(sheet)["SE-FLOOR"] == 70
    assert points_by_dimension(sheet) == {"WP": 180, "SE": 0, "QI": 100, "PF": 210}
    assert sheet.total == 490
    assert next(line.why for line in sheet.lines if line.code == "SE-FLOOR") == "扣分后为−7.0，最低计0.0"


def test_4_nothing_at_all_and_nothing_due():
    sheet = sheet_of()
    assert sheet.total == 670
    assert next(line.why for line in sheet.lines if line.code == "PF-ATTEND") == "本季无应到，按满分计"


@pytest.mark.parametrize(("reversed_ones", "worth"), [(1, 0), (2, -20), (3, -40), (4, -60)])
def test_5_a_late_reversal_takes_back_what_the_entry_gave(reversed_ones, worth):
    corrections, kept = [], entries_of("4 WP-TASK")
    for entry in kept[:reversed_ones]:
        given = correction(Facts(entries=kept), entry, TABLE)
        corrections += [Correction(Q2, dimension, points) for dimension, points in given.items()]
        kept = tuple(one for one in kept if one.id != entry.id)
    sheet = sheet_of(corrections=tuple(corrections))
    assert points_by_dimension(sheet)["WP"] - points_by_dimension(sheet_of())["WP"] == worth
    assert points_by_line(sheet).get("WP-CORRECT", 0) == worth
    assert points_by_dimension(sheet_of("4 WP-TASK"))["WP"] == 240


def test_5_the_line_names_the_quarter_it_mends():
    sheet = sheet_of(corrections=(Correction(Q2, "WP", -20),))
    line = next(line for line in sheet.lines if line.code == "WP-CORRECT")
    assert (line.name, line.why, line.points) == ("更正2026年第二季度", "更正2026年第二季度：−2.0", -20)


def test_5_what_is_given_back_late_is_not_eaten_by_the_floor():
    sheet = sheet_of("5 SE-VIOLATION-SERIOUS", corrections=(Correction(Q2, "SE", 20),))
    lines = points_by_line(sheet)
    assert (lines["SE-FLOOR"], lines["SE-CORRECT"], points_by_dimension(sheet)["SE"]) == (70, 20, 20)


def test_5_what_is_taken_back_late_stops_at_nothing():
    sheet = sheet_of("3 SE-VIOLATION-SERIOUS", corrections=(Correction(Q2, "SE", -50),))
    line = next(line for line in sheet.lines if line.code == "SE-CORRECT")
    assert (line.claimed, line.points, points_by_dimension(sheet)["SE"]) == (-50, -30, 0)
    assert line.why == "更正2026年第二季度：−5.0，本维度在0.0至25.0之间，计−3.0"


def test_6_a_late_fact_counts_in_the_first_quarter_open():
    task = date(2026, 6, 30)
    assert quarter_to_count_in(task, closed=[Quarter(2026, 1)]) == Q2
    assert quarter_to_count_in(task, closed=[Quarter(2026, 1), Q2]) == Q3
    assert quarter_to_count_in(task, closed=[Q2, Q3]) == Quarter(2026, 4)


ALWAYS = ((date(2020, 1, 1), None),)


@pytest.mark.parametrize(
    ("joined", "exempt_until", "days", "scored"),
    [
        (date(2020, 1, 1), date(2026, 8, 15), 46, True),
        (date(2020, 1, 1), date(2026, 8, 16), 45, False),
        (date(2026, 8, 16), None, 46, True),
        (date(2026, 8, 17), None, 45, False),
    ],
)
def test_7_part_of_a_quarter(joined, exempt_until, days, scored):
    exempt = ((Q3.first, exempt_until + timedelta(days=1)),) if exempt_until else ()
    presence = Presence(((joined, None),), ALWAYS, exempt)
    assert scored_days(presence, Q3) == days
    assert is_enough(days, Q3.days) is scored
    assert is_counted(presence, Q3)
    sheet = sheet_of("1 WP-TASK", scored_days=days, days=Q3.days)
    assert sheet.total == (690 if scored else None)
    assert sheet.why == f"本季92天中计分{days}天，" + ("达到一半，计分。" if scored else "不到一半，本季不计分。")


GROUP = GroupFacts(
    totals=(670, 710, 700, 675), rates=((2, 3), (3, 3), (3, 3), (3, 3)), months_held=3, months_due=3, reached=3,
    problems_closed=2, problems_due=3, appraisal="better",
)  # fmt: skip


def test_8_a_group():
    sheet = group_score(GROUP)
    assert [line.points for line in sheet.lines] == [276, 192, 142, 170]
    assert sheet.total == 780


def test_8_a_group_not_appraised():
    sheet = group_score(replace(GROUP, appraisal=None))
    assert [line.points for line in sheet.lines] == [276, 192, 142, None, 153]
    assert (sheet.total, sheet.lines[-1].why) == (763, "已评部分61.0×100÷80")


@pytest.mark.parametrize(
    ("totals", "points", "quarters"),
    [
        ((836, None, 799, 852), 829, 3),
        ((899, 900, 899, 900), 900, 4),
        ((836, None, None, None), None, 1),
        ((), None, 0),
        ((700, None, 701, None), 701, 2),
    ],
)
def test_11_the_year(totals, points, quarters):
    result = year_result(totals, is_vetoed=False, is_probationary=False)
    assert (result.points, result.quarters) == (points, quarters)


def test_11_the_year_explains_itself():
    result = year_result((836, None, 799, 852), is_vetoed=False, is_probationary=False)
    assert (result.grade, result.why) == ("qualified", "3个季度平均：(83.6+79.9+85.2)÷3")


@pytest.mark.parametrize(
    ("points", "vetoed", "probationary", "grade"),
    [
        (900, False, False, "excellent"), (899, False, False, "qualified"), (750, False, False, "qualified"),
        (749, False, False, "remind"), (600, False, False, "remind"), (599, False, False, "help"),
        (0, False, False, "help"), (950, True, False, "remind"), (760, True, False, "remind"),
        (620, True, False, "remind"), (500, True, False, "help"), (950, False, True, None), (950, True, True, None),
    ],
)  # fmt: skip
def test_the_grade_suggested(points, vetoed, probationary, grade):
    result = year_result((points, points), is_vetoed=vetoed, is_probationary=probationary)
    assert (result.points, result.grade) == (points, grade)


def test_13_a_team_shares():
    spread = TABLE.rows["WP-SUGGEST-SPREAD"].item.points
    assert share_points(spread, leads=True) == 30
    assert sum(share_points(spread, leads=False) for _ in range(5)) == 75
    hazard = TABLE.rows["SE-HAZARD-CLOSED"].item.points
    assert [share_points(hazard, leads=leads) for leads in (True, False, False)] == [5, 3, 3]


SAME_EVENT = [
    # entries of one event (id, item, points) -> id of the one that counts
    ([(1, "WP-TASK", 20), (2, "WP-TASK", 20)], 1),
    ([(2, "WP-TASK", 20), (1, "WP-CRITICAL", 20)], 2),  # table order before id
    ([(1, "WP-TASK", 10), (2, "SE-HAZARD-MAJOR", 20)], 2),  # most points before table order
    ([(1, "WP-MISSED", -20), (2, "SE-VIOLATION-SERIOUS", -50)], 2),
]


@pytest.mark.parametrize(("several", "counting"), SAME_EVENT)
def test_one_event_counts_once_and_the_others_show_why_not(several, counting):
    entries = tuple(Entry(number, item, points, "activity:7") for number, item, points in several)
    rows = {row.id: row for line in make_sheet(Facts(entries=entries), TABLE).lines for row in line.rows}
    assert [number for number, row in rows.items() if row.points] == [counting]
    assert {row.why for number, row in rows.items() if number != counting} == {"同一事项只计一次"}


def test_an_add_and_a_deduction_of_one_event_both_stand():
    entries = (Entry(1, "WP-TASK", 20, "doc:3"), Entry(2, "WP-QUALITY", -30, "doc:3"))
    assert points_by_dimension(make_sheet(Facts(entries=entries), TABLE))["WP"] == 170


def test_an_event_of_an_earlier_quarter_counts_nothing_now():
    facts = Facts(entries=(Entry(1, "WP-TASK", 20, "doc:3"),), earlier=frozenset({("doc:3", 1)}))
    line = next(line for line in make_sheet(facts, TABLE).lines if line.code == "WP-TASK")
    assert (line.points, line.why, line.rows[0].why) == (
        0,
        "1条，其中1条同一事项不重复计，合计0.0",
        "同一事项以前季度已计",
    )


def test_an_entry_whose_item_is_gone_uses_the_row_of_its_own_version():
    body = TABLE.to_json()
    body["lines"] = [line for line in body["lines"] if line["code"] != "WP-TASK"]
    newer = Table.from_json(body)
    entries = tuple(Entry(n, "WP-TASK", 20, own=TABLE.rows["WP-TASK"]) for n in range(1, 5))
    assert points_by_line(make_sheet(Facts(entries=entries), newer))["WP-TASK"] == 60
    with pytest.raises(ValueError, match="no row for WP-TASK"):
        make_sheet(facts_of("1 WP-TASK"), newer)

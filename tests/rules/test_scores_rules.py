"""What may be claimed and shared, which quarter and day hold, and when a make-up is in time."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import Quarter
from partygroup.scores import rules
from partygroup.scores.rules import Presence
from tests.rules.scoring_facts import Q2, Q3, TABLE

CLAIMS = [
    # item, points, leads -> refused
    ("WP-TASK", 20, True, None),
    ("WP-TASK", 1, True, None),
    ("WP-TASK", 21, True, "“按期完成承诺的重点任务”最多2.0，请改小。"),
    ("WP-TASK", 0, True, "“按期完成承诺的重点任务”是加分项，请重新填写分值。"),
    ("WP-TASK", -20, True, "“按期完成承诺的重点任务”是加分项，请重新填写分值。"),
    ("WP-MISSED", -20, True, None),
    ("WP-MISSED", 20, True, "“承诺任务无故未完成”是扣分项，请重新填写分值。"),
    ("WP-MISSED", -21, True, "“承诺任务无故未完成”最多−2.0，请改小。"),
    ("WP-QUALITY", -50, True, None),
    ("WP-QUALITY", -30, True, None),
    ("WP-QUALITY", -29, True, "“负有责任的质量或交付事件”在−3.0至−5.0之间，请重新填写。"),
    ("WP-QUALITY", -51, True, "“负有责任的质量或交付事件”最多−5.0，请改小。"),
    ("QI-STAR", 30, True, None),
    ("QI-STAR", 15, True, "“星级员工晋星”每次计1.0，请填整数次。"),
    ("WP-SUGGEST-SPREAD", 15, False, None),
    ("WP-SUGGEST-SPREAD", 16, False, "“建议全厂推广”最多1.5，请改小。"),
    ("WP-SUGGEST-SPREAD", 30, True, None),
    ("SE-HAZARD-CLOSED", 3, False, None),
    ("SE-HAZARD-CLOSED", 4, False, "“一般隐患”最多0.3，请改小。"),
    ("WP-PROJECT-MEMBER", 20, False, None),
]


@pytest.mark.parametrize(("item", "points", "leads", "refused"), CLAIMS)
def test_what_an_entry_may_claim(item, points, leads, refused):
    assert rules.refusal_to_claim(TABLE.rows[item], points, leads=leads) == refused


SHARES = [
    # line, leaders, members -> refused
    ("SE-HAZARD", 1, 0, None),
    ("SE-HAZARD", 1, 5, None),
    ("SE-HAZARD", 1, 6, "“查出并整改隐患”除牵头人外最多5人，请减到5人。"),
    ("SE-HAZARD", 0, 2, "请先选出“查出并整改隐患”的牵头人。"),
    ("SE-HAZARD", 2, 0, "“查出并整改隐患”只能有一名牵头人，请改成一名。"),
    ("WP-PROJECT", 1, 5, None),
    ("WP-PROJECT", 1, 6, "“攻关项目达到节点”除牵头人外最多5人，请减到5人。"),
    ("PF-SERVE", 0, 30, None),
]


@pytest.mark.parametrize(("line", "leaders", "members", "refused"), SHARES)
def test_how_many_may_share(line, leaders, members, refused):
    assert rules.refusal_to_share(TABLE.lines_by_code[line], leaders, members) == refused


AWARDS = [
    # item, claimed, awarded, reason -> refused
    ("WP-TASK", 20, 20, "", None),
    ("WP-TASK", 20, 10, "只完成一半", None),
    ("WP-TASK", 20, 10, " ", "调低分值请写明原因。"),
    ("WP-TASK", 10, 20, "做得好", "分值只能调低，不能高于申报的1.0。"),
    ("WP-TASK", 20, 0, "没有", "分值不能改成0，也不能把加分改成扣分。不同意请退回或不予通过，并写明原因。"),
    ("WP-QUALITY", -50, -30, "次要责任", None),
    ("WP-QUALITY", -50, -20, "次要责任", "“负有责任的质量或交付事件”最少−3.0，请重新填写。"),
    ("WP-QUALITY", -30, -50, "主要责任", "分值只能调低，不能高于申报的−3.0。"),
    ("WP-QUALITY", -30, 30, "x", "分值不能改成0，也不能把加分改成扣分。不同意请退回或不予通过，并写明原因。"),
]


@pytest.mark.parametrize(("item", "claimed", "awarded", "reason", "refused"), AWARDS)
def test_points_may_be_lowered_with_a_reason_never_raised(item, claimed, awarded, reason, refused):
    assert rules.refusal_to_award(TABLE.rows[item].item, claimed, awarded, reason) == refused


IMPORTS = [
    # item, figure -> points of the entries, or what to mend
    ("SE-HAZARD-CLOSED", "3", (5, 5, 5)),
    ("SE-VIOLATION-SERIOUS", "1", (-50,)),
    ("QI-STAR", "2", (20,)),
    ("WP-QUALITY", "3", (-30,)),
    ("WP-QUALITY", "4.5", (-45,)),
    ("SE-HAZARD-CLOSED", "0", "“一般隐患”的数值是次数，请填1至50的整数。"),
    ("SE-HAZARD-CLOSED", "1.5", "“一般隐患”的数值是次数，请填1至50的整数。"),
    ("SE-HAZARD-CLOSED", "51", "“一般隐患”的数值是次数，请填1至50的整数。"),
    ("SE-HAZARD-CLOSED", "-1", "“一般隐患”的数值是次数，请填1至50的整数。"),
    ("WP-QUALITY", "2.9", "“负有责任的质量或交付事件”的数值是扣分，请填3.0至5.0，最多一位小数。"),
    ("WP-QUALITY", "5.1", "“负有责任的质量或交付事件”的数值是扣分，请填3.0至5.0，最多一位小数。"),
    ("WP-QUALITY", "3.05", "“负有责任的质量或交付事件”的数值是扣分，请填3.0至5.0，最多一位小数。"),
]


@pytest.mark.parametrize(("item", "figure", "expected"), IMPORTS)
def test_what_an_imported_figure_becomes(item, figure, expected):
    row, value = TABLE.rows[item], Fraction(figure)
    refused = rules.refusal_to_import(row, value)
    assert (refused or rules.imported_points(row, value)) == expected
    if not refused:
        assert [rules.refusal_to_claim(row, points) for points in expected] == [None] * len(expected)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
quarters = st.sampled_from([Quarter(2025, 4), Quarter(2026, 1), Q2, Q3, Quarter(2026, 4), Quarter(2027, 1)])


@given(days, st.sets(quarters))
def test_an_entry_lies_in_the_first_open_quarter_from_its_day(day, closed):
    quarter = rules.quarter_to_count_in(day, closed)
    assert quarter not in closed
    between = Quarter.of(day)
    while between != quarter:
        assert between in closed
        between = between.next()


def test_closing_waits_for_the_end_and_warns_before_day_16():
    assert rules.refusal_to_close(Q2, date(2026, 6, 30)) == "2026年第二季度还没有结束，请在7月1日以后结账。"
    assert rules.refusal_to_close(Q2, date(2026, 7, 1)) is None
    assert rules.warning_at_closing(Q2, date(2026, 7, 15)).startswith("7月16日以前还可能有补课")
    assert rules.warning_at_closing(Q2, date(2026, 7, 16)) is None
    assert rules.refusal_to_close(Quarter(2026, 4), date(2026, 12, 31)).endswith("请在1月1日以后结账。")


@pytest.mark.parametrize(("item", "own", "held", "refused"), [
    ("PF-DUES", "organisation_officer", "secretary organisation_officer", None),
    ("PF-DUES", "secretary", "secretary organisation_officer", "“经提醒仍迟交党费”由组织委员登记。"),
    ("PF-DUES", "secretary", "secretary", None),  # nobody keeps the dues
    ("PF-DUES", "propaganda_officer", "secretary propaganda_officer", "“经提醒仍迟交党费”由书记、副书记登记。"),
    ("WP-MISSED", "discipline_officer", "secretary discipline_officer", None),
    ("WP-MISSED", "secretary", "secretary discipline_officer", None),
    ("WP-MISSED", "organisation_officer", "secretary organisation_officer", "“承诺任务无故未完成”由书记登记。"),
    ("PF-DUES", "", "organisation_officer", "“经提醒仍迟交党费”由组织委员登记。"),
])  # fmt: skip
def test_who_enters_a_deduction_for_the_branch(item, own, held, refused):
    line = TABLE.rows[item].line
    assert rules.refusal_to_enter(line, own.split(), held.split()) == refused


HELD = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("next_held", "made_up", "in_time"),
    [
        (date(2026, 7, 8), date(2026, 7, 16), True),  # held day + 15, included
        (date(2026, 7, 8), date(2026, 7, 17), False),
        (date(2026, 8, 3), date(2026, 8, 3), True),  # the next one, included
        (date(2026, 8, 3), date(2026, 8, 4), False),
        (None, date(2026, 9, 30), True),  # open while there is none
        (date(2026, 8, 3), date(2026, 6, 30), False),
    ],
)
def test_a_make_up_in_time(next_held, made_up, in_time):
    assert rules.is_made_up_in_time(made_up, HELD, next_held) is in_time


def test_closing_the_quarter_ends_the_time_for_making_up():
    assert rules.make_up_until(HELD, None, date(2026, 10, 16)) == date(2026, 10, 16)
    assert rules.make_up_until(HELD, date(2026, 8, 3), date(2026, 10, 16)) == date(2026, 8, 3)
    assert rules.make_up_until(HELD, None) is None


def test_an_absence_is_proposed_only_when_the_window_ended_without_make_up():
    until = date(2026, 7, 16)
    asked = {"is_absent": True, "made_up": False, "until": until, "day": date(2026, 7, 17)}
    assert rules.proposes_absence(**asked)
    assert not rules.proposes_absence(**asked | {"day": until})
    assert not rules.proposes_absence(**asked | {"made_up": True})
    assert not rules.proposes_absence(**asked | {"is_absent": False})
    assert not rules.proposes_absence(**asked | {"until": None})


def spans(first=date(2026, 6, 1), last=date(2026, 10, 31)):
    day = st.dates(first, last)
    span = st.tuples(day, st.none() | day).filter(lambda one: one[1] is None or one[0] <= one[1])
    return st.lists(span, max_size=3).map(tuple)


def covered(some, day) -> bool:
    return any(start <= day and (until is None or day < until) for start, until in some)


EVERY_DAY = [Q3.first + timedelta(days=n) for n in range(Q3.days)]


@given(spans(), spans(), spans())
def test_scored_days_are_those_in_a_branch_in_a_scored_state_not_exempt(belongs, standing, exempt):
    presence = Presence(belongs, standing, exempt)
    member = [day for day in EVERY_DAY if covered(belongs, day) and covered(standing, day)]
    assert rules.scored_days(presence, Q3) == sum(not covered(exempt, day) for day in member)
    assert rules.as_of(presence, Q3) == (member[-1] if member else None)
    assert rules.is_counted(presence, Q3) == (Q3.last in member)


@given(spans(), st.integers(0, 91), st.integers(0, 91))
def test_a_veto_is_in_force_when_it_covers_any_day(some, one, other):
    first, last = EVERY_DAY[min(one, other)], EVERY_DAY[max(one, other)]
    asked = [day for day in EVERY_DAY if first <= day <= last]
    assert rules.in_force(some, first, last) == any(covered(some, day) for day in asked)


@pytest.mark.parametrize(
    ("span", "held"),
    [
        ((Q3.last, None), True),
        ((Q3.first - timedelta(days=9), Q3.first), False),  # ended before the first day: half-open
        ((Q3.first - timedelta(days=9), Q3.first + timedelta(days=1)), True),
        ((Q3.next().first, None), False),
        ((Q3.first, Q3.first), False),  # withdrawn at once
    ],
)
def test_a_veto_at_the_edges_of_the_quarter(span, held):
    assert rules.in_force([span], Q3.first, Q3.last) is held

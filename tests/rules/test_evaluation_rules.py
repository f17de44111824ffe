"""The life of an evaluation period (domain.md 13)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import Quarter
from partygroup.evaluation import rules
from partygroup.evaluation.rules import ACTION_NAMES, NEXT, STATE_NAMES, State

FIRST, LAST, AFTER = date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)
STRAIGHT = ["open", "collect", "freeze", "self_score", "review", "publish", "finish"]


def walked(*actions: str) -> State:
    state = State.CONFIGURED
    for action in actions:
        assert rules.refusal_to_step(state, action) is None
        state = NEXT[state][action]
    return state


def test_the_straight_way_leads_to_the_end():
    assert walked(*STRAIGHT) == State.FINAL
    assert walked("open", "collect", "freeze", "reopen", "freeze") == State.FROZEN


@pytest.mark.parametrize(
    ("quarter", "said"),
    [((2025, 3), "过去一年多"), ((2025, 4), None), ((2026, 4), None), ((2027, 1), None), ((2027, 2), "还早")],
)
def test_an_evaluation_is_set_up_for_quarters_near(quarter, said):
    reason = rules.refusal_to_evaluate(Quarter(*quarter), AFTER)
    assert said in reason if said else reason is None


def test_what_comes_after_freezing_is_told():
    q1, q2, q3 = (Quarter(2026, number) for number in (1, 2, 3))
    assert rules.word_of_late_entry({}) == rules.word_of_late_veto({}) == ""
    assert rules.word_of_late_entry({q3: State.FROZEN}).startswith("2026年第三季度的考评数据已经冻结，不改变")
    assert "2026年第二季度、2026年第三季度等3个季度" in rules.word_of_late_entry(dict.fromkeys((q3, q1, q2), "final"))
    both = rules.word_of_late_veto({q2: State.FINAL, q3: State.IN_PUBLICITY})
    assert "2026年第三季度的结果还没有确定" in both and "2026年第二季度的结果已经确定" in both


def test_every_state_and_step_has_its_name():
    assert set(STATE_NAMES) == set(NEXT) == set(State)
    assert {action for steps in NEXT.values() for action in steps} == set(ACTION_NAMES)


@given(st.lists(st.sampled_from(sorted(ACTION_NAMES)), max_size=15))
def test_no_walk_skips_a_step(actions):
    state, behind = State.CONFIGURED, []
    for action in actions:
        if rules.refusal_to_step(state, action) is None:
            state = NEXT[state][action]
            behind = ["open", "collect"] if action == "reopen" else [*behind, action]
    assert behind == STRAIGHT[: len(behind)] and walked(*behind) == state


@pytest.mark.parametrize(
    ("state", "action", "reason"),
    [
        ("configured", "freeze", "这次考评现在是“已设定”，不能冻结数据。下一步是启动考评。"),
        ("frozen", "publish", "这次考评现在是“数据已冻结”，不能开始公示。下一步是提交自评或重新收集。"),
        ("self_scored", "reopen", "这次考评现在是“支部已自评”，不能重新收集。下一步是完成复核。"),
        ("final", "reopen", "这次考评已确定，不能再重新收集。"),
    ],
)
def test_a_step_out_of_turn_says_what_comes_next(state, action, reason):
    assert rules.refusal_to_step(state, action) == reason


def test_a_quarter_is_set_up_once():
    assert rules.refusal_to_configure(False) is None
    assert "已经设定过了" in rules.refusal_to_configure(True)


def test_opening_waits_for_the_quarter_and_freezing_for_its_end():
    assert rules.refusal_to_open("configured", FIRST, FIRST) is None
    assert "2026年7月1日才开始" in rules.refusal_to_open("configured", FIRST, date(2026, 6, 30))
    assert "下一步是冻结数据" in rules.refusal_to_open("collecting", FIRST, FIRST)
    assert rules.refusal_to_freeze("collecting", LAST, AFTER) is None
    assert "2026年9月30日才结束" in rules.refusal_to_freeze("collecting", LAST, LAST)
    assert "下一步是开始收集数据" in rules.refusal_to_freeze("open", LAST, AFTER)


@pytest.mark.parametrize(
    ("state", "by", "reason", "words"),
    [
        ("frozen", 3, "安全数据有误", None),
        ("frozen", 4, "安全数据有误", "只有设定这次考评的党委"),
        ("frozen", 3, "  ", "写一句重新收集的原因"),
        ("self_scored", 3, "安全数据有误", "下一步是完成复核"),
        ("collecting", 3, "安全数据有误", "下一步是冻结数据"),
        ("final", 3, "安全数据有误", "已确定"),
    ],
)
def test_reopening_by_those_who_configured_it_with_a_reason(state, by, reason, words):
    refusal = rules.refusal_to_reopen(state, 3, by, reason)
    assert (words in refusal) if words else refusal is None


def test_a_review_waits_for_every_branch():
    assert rules.refusal_to_review("self_scored", [1, 2], [2, 1]) is None
    assert rules.refusal_to_review("self_scored", [1, 2, 3], [2]) == "还有 2 个支部没有自评，请等他们提交。"
    assert "下一步是提交自评" in rules.refusal_to_review("frozen", [1], [1])


def test_the_result_is_final_after_publicity():
    until = date(2026, 10, 20)
    assert rules.refusal_to_finish("in_publicity", until, date(2026, 10, 21), 0) is None
    assert "公示到2026年10月20日" in rules.refusal_to_finish("in_publicity", until, until, 0)
    assert "还没有定公示到哪一天" in rules.refusal_to_finish("in_publicity", None, until, 0)
    assert "2 条异议" in rules.refusal_to_finish("in_publicity", until, date(2026, 10, 21), 2)
    assert "下一步是开始公示" in rules.refusal_to_finish("reviewed", until, date(2026, 10, 21), 0)


def test_figures_count_until_the_freeze():
    taking = [state for state in State if rules.takes_figures(state)]
    assert taking == [State.CONFIGURED, State.OPEN, State.COLLECTING]


@pytest.mark.parametrize(
    ("state", "today", "text", "words"),
    [
        ("in_publicity", date(2026, 10, 20), "隐患数不对", None),
        ("in_publicity", date(2026, 10, 20), " ", "写一句哪里不对"),
        ("in_publicity", date(2026, 10, 21), "隐患数不对", "公示到 2026-10-20 已经结束"),
        ("reviewed", date(2026, 10, 20), "隐患数不对", "现在是“已复核”，公示期间才能提异议"),
        ("final", date(2026, 10, 20), "隐患数不对", "公示期间才能提异议"),
    ],
)
def test_objecting_while_in_publicity(state, today, text, words):
    reason = rules.refusal_to_object(state, date(2026, 10, 20), today, text.strip())
    assert (words in reason) if words else reason is None


@pytest.mark.parametrize(
    ("answered", "by", "text", "words"),
    [
        (False, 2, "核过了", None),
        (True, 2, "核过了", "已经答复过"),
        (False, 1, "核过了", "由别人答复"),
        (False, 2, "", "写一句答复"),
    ],
)
def test_answering_once_and_by_another(answered, by, text, words):
    reason = rules.refusal_to_answer(1, answered, by, text)
    assert (words in reason) if words else reason is None

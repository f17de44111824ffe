"""The life of a declaration: every state, act and actor, then any walk through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from partygroup.scores import states
from partygroup.scores.states import NEXT, STATE_NAMES, State
from partygroup.workdays import WorkCalendar, preset_days
from tests.rules.scoring_facts import TABLE

OWNER, MAKER, REVIEWER, CONFIRMER, OTHER, UNIT = PEOPLE = range(1, 7)
DAY = date(2026, 9, 21)
CALENDAR = WorkCalendar({row["day"]: row["working"] for row in preset_days()})
TASK = TABLE.rows["WP-TASK"].item
QUALITY = TABLE.rows["WP-QUALITY"].item


@dataclass
class Declaration:
    state: str = State.DRAFT
    person_id: int = OWNER
    made_by: int = MAKER
    reviewed_by: int | None = None
    confirmed_by: int | None = None
    points: int = 20
    awarded: int | None = None
    public_until: date | None = None


def asked(act: str, one: Declaration, who: int) -> str | None:
    """Return the refusal to one act, everything but state and actor being in order."""
    answered = {"objector_id": OTHER, "item": TASK, "points": 10 if act == "amend" else None}
    return {
        "submit": lambda: states.refusal_to_submit(one, who),
        "withdraw": lambda: states.refusal_to_withdraw(one, who),
        "edit": lambda: states.refusal_to_edit(one, who),
        "review": lambda: states.refusal_to_review(one, who),
        "adjust": lambda: states.refusal_to_adjust(one, who, TASK, 10, "只完成一半"),
        "return_": lambda: states.refusal_to_return_(one, who, "时间不对"),
        "confirm": lambda: states.refusal_to_confirm(one, who, TASK, 20),
        "reject": lambda: states.refusal_to_reject(one, who, "没有完成"),
        "publish": lambda: states.refusal_to_publish(one),
        "object": lambda: states.refusal_to_object(one, DAY, "不是他做的", of_branch=True),
        "appeal": lambda: states.refusal_to_appeal(one, who, DAY, "确实做了", answered=True, appealed=False),
        "uphold": lambda: states.refusal_to_answer(one, who, "uphold", "查过，属实", **answered),
        "amend": lambda: states.refusal_to_answer(one, who, "amend", "只完成一半", **answered),
        "cancel": lambda: states.refusal_to_answer(one, who, "cancel", "不属实", **answered),
        "grant": lambda: states.refusal_to_decide_appeal(one, who, "grant", "属实", item=TASK, answered_by=OTHER),
        "dismiss": lambda: states.refusal_to_decide_appeal(one, who, "dismiss", "不实", item=TASK, answered_by=OTHER),
        "reverse": lambda: states.refusal_to_reverse(one, who, "重复登记"),
    }[act]()


EVERYBODY = set(PEOPLE)
#: (state, act) → who may; whatever is not here nobody may.
MAY = {
    ("draft", "submit"): {OWNER, MAKER},
    ("draft", "edit"): {OWNER, MAKER},
    ("returned", "edit"): {OWNER, MAKER},
    ("submitted", "withdraw"): {OWNER, MAKER},
    ("submitted", "review"): EVERYBODY - {OWNER},
    ("submitted", "adjust"): EVERYBODY - {OWNER},
    ("submitted", "return_"): EVERYBODY - {OWNER},
    ("group_reviewed", "confirm"): EVERYBODY - {OWNER, REVIEWER},
    ("group_reviewed", "reject"): EVERYBODY - {OWNER, REVIEWER},
    ("confirmed", "publish"): EVERYBODY,
    ("in_publicity", "object"): EVERYBODY,
    ("in_publicity", "appeal"): {OWNER},
    ("rejected", "appeal"): {OWNER},
    ("disputed", "uphold"): EVERYBODY - {OWNER, CONFIRMER, OTHER},
    ("disputed", "amend"): EVERYBODY - {OWNER, CONFIRMER, OTHER},
    ("disputed", "cancel"): EVERYBODY - {OWNER, CONFIRMER, OTHER},
    ("under_appeal", "grant"): EVERYBODY - {OWNER, REVIEWER, CONFIRMER, OTHER},
    ("under_appeal", "dismiss"): EVERYBODY - {OWNER, REVIEWER, CONFIRMER, OTHER},
    ("effective", "reverse"): EVERYBODY - {OWNER},
}
ACTS = sorted({act for _, act in MAY})


@pytest.mark.parametrize(("state", "act"), list(product(State, ACTS)))
def test_who_may_do_what_in_which_state(state, act):
    for who in PEOPLE:
        one = Declaration(state, reviewed_by=REVIEWER, confirmed_by=CONFIRMER, public_until=DAY)
        refused = asked(act, one, who)
        assert (refused is None) == (who in MAY.get((state, act), ())), (who, refused)
        assert refused is None or refused.endswith("。")


def test_every_state_has_a_name_and_every_act_an_end():
    assert set(NEXT) == set(STATE_NAMES) == set(State)
    timers = {("submitted", "lapse"), ("in_publicity", "settle"), ("draft", "pass_on")}
    edits_of_drafts = {("draft", "edit")}
    assert {(state, act) for state, acts in NEXT.items() for act in acts} == set(MAY) - edits_of_drafts | timers
    assert NEXT[State.REVERSED] == {}
    with pytest.raises(KeyError):
        states.next_state("reversed", "reverse")


@pytest.mark.parametrize("state", State)
def test_a_tap_is_undone_by_who_tapped_until_somebody_else_has_looked(state):
    for reviewer, who in product((None, MAKER, REVIEWER), PEOPLE):
        refused = states.refusal_to_take_back(Declaration(state, reviewed_by=reviewer), who)
        unseen = state in (State.SUBMITTED, State.GROUP_REVIEWED) and reviewer != REVIEWER
        assert (refused is None) == (unseen and who == MAKER)


REASONS = [
    (lambda: states.refusal_to_review(Declaration("submitted"), OWNER), states.OWN),
    (lambda: states.refusal_to_return_(Declaration("submitted"), REVIEWER, " "), states.NO_REASON),
    (lambda: states.refusal_to_reject(Declaration("group_reviewed"), OTHER, ""), states.NO_REASON),
    (lambda: states.refusal_to_reverse(Declaration("effective"), OTHER, ""), states.NO_REASON),
    (lambda: states.refusal_to_adjust(Declaration("submitted"), OTHER, TASK, 10, ""), "调低分值请写明原因。"),
    (
        lambda: states.refusal_to_adjust(Declaration("submitted", points=10), OTHER, TASK, 20, "好"),
        "分值只能调低，不能高于申报的1.0。",
    ),
    (
        lambda: states.refusal_to_confirm(Declaration("group_reviewed", awarded=10), OTHER, TASK, 20, "好"),
        "分值只能调低，不能高于申报的1.0。",
    ),
    (
        lambda: states.refusal_to_confirm(Declaration("group_reviewed", points=-50), OTHER, QUALITY, -20, "轻"),
        "“负有责任的质量或交付事件”最少−3.0，请重新填写。",
    ),
    (
        lambda: states.refusal_to_confirm(Declaration("group_reviewed", reviewed_by=OTHER), OTHER, TASK, 20),
        "这条是您在小组核实的，请由另一位支委确认。",
    ),
    (
        lambda: states.refusal_to_confirm(Declaration("group_reviewed"), OTHER, TASK, 20, of_secretary=True),
        "支部书记的申报由上级党委党群部门确认。",
    ),
    (
        lambda: states.refusal_to_confirm(
            Declaration("group_reviewed"), UNIT, TASK, 20, of_secretary=True, at_unit=True
        ),
        None,
    ),
    (
        lambda: states.refusal_to_object(Declaration("in_publicity", public_until=DAY), DAY, "不对", of_branch=False),
        "公示在本支部范围内进行，请由本支部党员提出异议。",
    ),
    (
        lambda: states.refusal_to_object(
            Declaration("in_publicity", public_until=DAY), DAY + timedelta(days=1), "不对", of_branch=True
        ),
        "公示期已过。发现有误，请向支委会说明，由支委会更正。",
    ),
    (
        lambda: states.refusal_to_object(Declaration("in_publicity", public_until=DAY), DAY, " ", of_branch=True),
        "请写明对哪里有异议。",
    ),
    (
        lambda: states.refusal_to_object(Declaration("disputed", public_until=DAY), DAY, "不对", of_branch=True),
        "这条已有异议在处理，答复后还会再公示，届时可以再提。",
    ),
    (
        lambda: states.refusal_to_answer(
            Declaration("disputed", confirmed_by=CONFIRMER), CONFIRMER, "uphold", "属实", objector_id=OTHER, item=TASK
        ),
        "这条是您确认的，异议请由另一位支委答复。",
    ),
    (
        lambda: states.refusal_to_answer(Declaration("disputed"), UNIT, "amend", "减", objector_id=OTHER, item=TASK),
        "请填写调整后的分值；分值不变请选维持。",
    ),
    (
        lambda: states.refusal_to_answer(Declaration("disputed"), UNIT, "praise", "好", objector_id=OTHER, item=TASK),
        "请选答复的结果：维持、调整或取消。",
    ),
    (
        lambda: states.refusal_to_answer(Declaration("disputed"), UNIT, "uphold", "", objector_id=OTHER, item=TASK),
        "请写明答复，提出的人和本人都会看到。",
    ),
    (
        lambda: states.refusal_to_appeal(Declaration("rejected"), OWNER, DAY, "我做了", answered=False, appealed=True),
        "上级党委已经复核过一次，结论是最终的。",
    ),
    (
        lambda: states.refusal_to_appeal(
            Declaration("in_publicity", public_until=DAY), OWNER, DAY, "我做了", answered=False, appealed=False
        ),
        "公示中的申报，有异议先请支委会答复；对答复不服再申请复核。",
    ),
    (
        lambda: states.refusal_to_appeal(
            Declaration("in_publicity", public_until=DAY), OWNER, DAY + timedelta(days=1), "我做了", answered=True,
            appealed=False,
        ),
        "公示期已过，不能再申请复核。发现有误，请向支委会说明，由支委会更正。",
    ),
    (
        lambda: states.refusal_to_decide_appeal(Declaration("under_appeal"), UNIT, "grant", "高", item=TASK, points=21),
        "分值只能调低，不能高于申报的2.0。",
    ),
    (
        lambda: states.refusal_to_decide_appeal(Declaration("under_appeal"), UNIT, "maybe", "再看", item=TASK),
        "请选复核的结果：支持或不支持。",
    ),
    (
        lambda: states.refusal_to_reverse(Declaration("reversed"), OTHER, "错了"),
        "这条已经更正过。如需恢复，请重新申报一条。",
    ),
    (
        lambda: states.refusal_to_withdraw(Declaration("group_reviewed"), OWNER),
        "这条申报现在是“待支委会确认”，请刷新后再看能做什么。",
    ),
    (lambda: states.refusal_to_edit(Declaration("returned"), OTHER), "只有本人或填报的人能改这条申报。"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "reason"), REASONS, ids=[f"{n}" for n in range(len(REASONS))])
def test_a_refusal_says_why_and_what_to_do(ask, reason):
    assert ask() == reason


@pytest.mark.parametrize(
    ("by", "has_reviewer", "state"),
    [("GC", True, "submitted"), ("GC", False, "group_reviewed"), ("C", True, "group_reviewed"),
     ("C", False, "group_reviewed")],
)  # fmt: skip
def test_a_submission_goes_to_the_group_or_on_to_the_committee(by, has_reviewer, state):
    assert states.next_state("draft", states.act_of_submitting(by=by, has_reviewer=has_reviewer)) == state


def test_the_times_of_the_law():
    assert states.publicity_until(date(2026, 9, 30), CALENDAR) == date(2026, 10, 13)
    assert states.answer_due(date(2026, 9, 30), CALENDAR) == date(2026, 10, 13)
    assert not states.has_lapsed(date(2026, 9, 1), date(2026, 9, 8))
    assert states.has_lapsed(date(2026, 9, 1), date(2026, 9, 9))
    one = Declaration("in_publicity", public_until=date(2026, 9, 28))
    assert not states.is_over(one, date(2026, 9, 28))
    assert states.is_over(one, date(2026, 9, 29))
    assert not states.is_over(Declaration("disputed", public_until=date(2026, 9, 28)), date(2026, 9, 29))


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 20))
def test_an_answer_never_shortens_publicity(published, days_later):
    one = Declaration("disputed", public_until=states.publicity_until(published, CALENDAR))
    answered = published + timedelta(days=days_later)
    until = states.publicity_after_answer(one, answered, CALENDAR)
    assert until >= one.public_until
    assert until >= CALENDAR.after(answered, 3)
    assert until in (one.public_until, CALENDAR.after(answered, 3))


actors = st.sampled_from(PEOPLE)
#: How far below the standing points somebody sets them: not at all, mostly; negative would raise them.
lowered = st.sampled_from([0, 0, 0, 1, 3, 20, -1])
texts = st.sampled_from(["写明了", "写明了", "写明了", ""])


def during(*those):
    """Let a rule be tried in these states only, so that walks get far; the table above tries all the others."""
    return precondition(lambda self: self.one.state in those)


class Life(RuleBasedStateMachine):
    """Anybody tries what the state may allow, on any day; what is not refused happens as the actions will do it."""

    @initialize(by=st.sampled_from(["C", "GC"]), made_by=actors, claimed=st.integers(1, 20))
    def declare(self, by, made_by, claimed):
        self.one = Declaration(made_by=made_by, points=claimed)
        self.by, self.day = by, DAY
        self.submitted_on = self.objector = self.answered_by = self.published_on = None
        self.appealed = self.disputed = False

    def move(self, act, **changes):
        self.one.state = states.next_state(self.one.state, act)
        for name, value in changes.items():
            setattr(self.one, name, value)

    @rule(days=st.integers(1, 12))
    def time_passes(self, days):
        self.day += timedelta(days=days)
        if self.one.state == State.SUBMITTED and states.has_lapsed(self.submitted_on, self.day):
            self.move("lapse")
        if states.is_over(self.one, self.day):
            self.move("settle")
            assert self.day > CALENDAR.after(self.published_on, 5)
            assert not self.disputed or self.answered_by != self.one.confirmed_by

    @during(State.DRAFT)
    @rule(who=actors, has_reviewer=st.booleans())
    def submit(self, who, has_reviewer):
        if not states.refusal_to_submit(self.one, who):
            self.submitted_on = self.day
            self.move(states.act_of_submitting(by=self.by, has_reviewer=has_reviewer), reviewed_by=None, awarded=None)

    @during(State.SUBMITTED, State.RETURNED)
    @rule(who=actors)
    def take_back(self, who):
        if not states.refusal_to_withdraw(self.one, who):
            self.move("withdraw")
        elif not states.refusal_to_edit(self.one, who) and self.one.state == State.RETURNED:
            self.move("edit")

    @during(State.SUBMITTED)
    @rule(who=actors, less=lowered, reason=texts)
    def review(self, who, less, reason):
        set_to = states.standing(self.one) - less
        if not states.refusal_to_adjust(self.one, who, TASK, set_to, reason):
            self.move("adjust", reviewed_by=who, awarded=set_to)
        elif not states.refusal_to_return_(self.one, who, reason):
            self.move("return_")

    @during(State.GROUP_REVIEWED)
    @rule(who=actors, less=lowered, reason=texts)
    def confirm(self, who, less, reason):
        set_to = states.standing(self.one) - less
        if not states.refusal_to_confirm(self.one, who, TASK, set_to, reason):
            self.move("confirm", confirmed_by=who, awarded=set_to)
        elif not states.refusal_to_reject(self.one, who, reason):
            self.move("reject", confirmed_by=who)

    @during(State.CONFIRMED)
    @rule()
    def publish(self):
        if not states.refusal_to_publish(self.one):
            self.published_on = self.day
            self.move("publish", public_until=states.publicity_until(self.day, CALENDAR))

    @during(State.IN_PUBLICITY)
    @rule(who=actors, text=texts)
    def object(self, who, text):
        if not states.refusal_to_object(self.one, self.day, text, of_branch=who != UNIT):
            self.objector, self.disputed = who, True
            self.move("object")

    @during(State.DISPUTED)
    @rule(who=actors, outcome=st.sampled_from(["uphold", "amend", "cancel"]), less=lowered, text=texts)
    def answer(self, who, outcome, less, text):
        set_to = states.standing(self.one) - less
        given_points = {"objector_id": self.objector or OTHER, "item": TASK, "points": set_to}
        if not states.refusal_to_answer(self.one, who, outcome, text, **given_points):
            self.answered_by = who
            until = states.publicity_after_answer(self.one, self.day, CALENDAR)
            awarded = set_to if outcome == "amend" else self.one.awarded
            self.move(outcome, public_until=until, awarded=awarded)

    @during(State.REJECTED, State.IN_PUBLICITY)
    @rule(who=actors, text=texts)
    def appeal(self, who, text):
        answered = self.answered_by is not None
        asks = {"answered": answered, "appealed": self.appealed}
        if not states.refusal_to_appeal(self.one, who, self.day, text, **asks):
            assert who == OWNER
            self.move("appeal")

    @during(State.UNDER_APPEAL)
    @rule(who=actors, outcome=st.sampled_from(["grant", "dismiss"]), less=lowered, text=texts)
    def decide_appeal(self, who, outcome, less, text):
        set_to = states.standing(self.one) - less
        asks = {"item": TASK, "points": set_to, "answered_by": self.answered_by}
        if not states.refusal_to_decide_appeal(self.one, who, outcome, text, **asks):
            assert not self.appealed
            self.appealed = True
            changes = {"confirmed_by": who, "awarded": set_to} if outcome == "grant" else {}
            self.move(outcome, **changes)

    @during(State.EFFECTIVE, State.REVERSED)
    @rule(who=actors, reason=texts)
    def reverse(self, who, reason):
        if not states.refusal_to_reverse(self.one, who, reason):
            assert who != OWNER and reason
            self.move("reverse")

    @invariant()
    def nobody_decides_on_own_entries(self):
        assert OWNER not in (self.one.reviewed_by, self.one.confirmed_by, self.answered_by)

    @invariant()
    def nobody_decides_twice(self):
        assert self.one.confirmed_by is None or self.one.confirmed_by != self.one.reviewed_by

    @invariant()
    def what_counts_was_confirmed(self):
        if self.one.state in (State.CONFIRMED, State.IN_PUBLICITY, State.DISPUTED, State.EFFECTIVE, State.REVERSED):
            assert self.one.confirmed_by is not None

    @invariant()
    def points_are_never_raised(self):
        assert self.one.awarded is None or 0 < self.one.awarded <= self.one.points

    @invariant()
    def publicity_has_an_end(self):
        assert (self.one.state not in (State.IN_PUBLICITY, State.DISPUTED)) or self.one.public_until is not None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

"""支部考评: a branch's evaluation with the rows behind every line, and the steps of its period (E4, E3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.evaluation import entering, evidence, objecting, periods
from partygroup.evaluation.facts import Known, known_of
from partygroup.evaluation.formulas import needed, with_unit
from partygroup.evaluation.models import BranchAward, UnitVeto
from partygroup.evaluation.queries import (
    BranchResult,
    branch_sheets,
    medians,
    past_results,
    periods_of,
    provenance_of,
    standing_sheets,
    vetoes_of,
)
from partygroup.evaluation.rules import STATE_NAMES, State
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.schemes import get_scheme, grounds_known, scheme_for
from partygroup.evaluation.sheets import star_name
from partygroup.meetings.queries import last_held
from partygroup.org.models import UnitKind
from partygroup.people.queries import names_of
from partygroup.points import tenths
from partygroup.policy import Can, may
from partygroup.scores.queries import distribution
from partygroup.web.asked import day_meant, number_typed, quarter_asked, quarter_typed, text_typed
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.points import quarters_around
from partygroup.web.respond import done, respond

pages = Blueprint("evaluation", __name__)
#: A median over fewer branches would name one of them.
MEDIAN_FROM = 3
#: Years from an election to the end of the longest term.
LONGEST_TERM = 5
#: What the branch goes through from freezing on.
STEPS = (State.FROZEN, State.SELF_SCORED, State.REVIEWED, State.IN_PUBLICITY, State.FINAL)
STEP_NAMES = ("冻结", "自评", "复核", "公示", "确定")


@dataclass(frozen=True)
class Dial:
    """A dimension as the gauge and the bars want it."""

    code: str
    name: str
    full: int
    points: int | None


def scheme_of(quarter: Quarter, result: BranchResult, own) -> Scheme:
    """Return the scheme of the branch's period, else the one in force."""
    version = get_scheme(db.session, own.scheme_id) if own else scheme_for(db.session, quarter)
    return Scheme.from_json(version.body)


@pages.get("/branches/<id:unit_id>/evaluation")
@needs(Can.SEE_EVALUATION, branch_of)
def show(unit: SeenUnit):
    """Show the branch's quarter: total, dimensions, every line with its rows, groups, members without names."""
    return branch_page(unit, quarter_asked(clock.today()))


def branch_page(unit: SeenUnit, quarter: Quarter, *, problem: str | None = None, status: int = 200):
    """Return the branch's page; after a refusal with its sentence and what was typed."""
    at, today = clock.now(), clock.today()
    beside = _branches_beside(unit, quarter)
    compared = beside if "compare" in request.args else list(standing_sheets(db.session, beside, quarter))
    results = branch_sheets(db.session, list(dict.fromkeys([unit.id, *compared])), quarter, at=at)
    result, middle = results[unit.id], _middle([results[one] for one in compared])
    line_up = [unit.id, *(above[0] for above in unit.above)]
    own = next(iter(periods_of(db.session, line_up, quarter)), None)
    scheme = scheme_of(quarter, result, own)
    known = result.known or _known_when_frozen(result, quarter, scheme)
    objections = objecting.objections_to(db.session, result.stored) if result.stored else []
    handles = may(current_user, Can.REVIEW_EVALUATION, unit.place)
    objectors = names_of(db.session, [one.by_id for one in objections]) if handles else {}
    past = past_results(db.session, unit.id, quarter)
    enters = any(may(current_user, can, unit.place) for can in (Can.GIVE_AWARD, Can.ENTER_UNIT_VETO, Can.SET_TERM))
    return respond(
        "evaluation/branch.html",
        status=status, unit=unit, quarter=quarter, tabs=quarters_around(today), result=result, sheet=result.sheet,
        dials=[Dial(one.code, one.name, one.full, one.points) for one in result.sheet.dimensions],
        dimensions=DIMENSIONS, known=known, scheme=scheme, period=own, problem=problem, typed=request.form,
        state=_state(result, own), state_names=STATE_NAMES, step=_step(result), step_names=STEP_NAMES,
        used=_used(result, scheme), reported=provenance_of(db.session, unit.id, quarter), specs=scheme.figures,
        needs={indicator.code: needed(indicator) for indicator in scheme.indicators},
        turnout=evidence.turnout_of(db.session, known.people, quarter),
        deeds=evidence.deeds_of(db.session, unit.id, quarter), kinds=evidence.names_of_kinds(db.session),
        groups=evidence.group_means(known), means=evidence.means_of(known.counted), bands=distribution(known.people),
        past=past, before=past[0] if past else None, middle=middle, compares=len(beside) >= MEDIAN_FROM,
        star_name=star_name, today=today,
        awards=entering.awards_of(db.session, unit.id, quarter), vetoes=vetoes_of(db.session, [unit.id]),
        grounds=grounds_known(db.session), objections=objections, objectors=objectors,
        sees_roll=may(current_user, Can.SEE_ROLL, unit.place),
        enters=enters, elected_on=last_held(db.session, unit.id, "election") if enters else None,
    )  # fmt: skip


def _known_when_frozen(result: BranchResult, quarter: Quarter, scheme: Scheme) -> Known:
    """Return the rows behind a frozen sheet as they were known then."""
    at = result.stored.frozen_at
    return known_of(db.session, [result.branch_id], quarter, scheme, at=at, known_at=at)[result.branch_id]


def _state(result: BranchResult, own) -> str | None:
    if result.stored:
        return STATE_NAMES[State(result.stored.state)]
    return STATE_NAMES[State(own.state)] if own else None


def _step(result: BranchResult) -> int | None:
    """Return how many steps are done from freezing on (publicity once it is over); None before."""
    if not result.stored:
        return None
    state = State(result.stored.state)
    return STEPS.index(state) + (state != State.IN_PUBLICITY)


def _used(result: BranchResult, scheme: Scheme) -> dict[str, tuple[str, tuple]]:
    """Return code → (value in words, ids of the readings it is from)."""
    return {
        code: (with_unit(scheme.figures[code], figure.value), figure.sources)
        for code, figure in result.figures.items()
        if code in scheme.figures
    }


def _branches_beside(unit: SeenUnit, quarter: Quarter) -> list[int]:
    """Return the branches of the same unit committee, this one among them; none where there is no committee."""
    committee = next((above for above in unit.above if above[1] == UnitKind.UNIT_COMMITTEE), None)
    return periods.branches_below(db.session, committee[0], min(quarter.last, clock.today())) if committee else []


def _middle(results: list[BranchResult]) -> dict[str, int]:
    """Return dimension (and `total`) → median over branches, in tenths; empty over few."""
    if len(results) < MEDIAN_FROM:
        return {}
    return {code: tenths(middle / 10) for code, middle in medians(results).items()}


# --- the steps from freezing on --------------------------------------------------------------------------------------


def _act(unit: SeenUnit, act, words: str):
    """Do something to the branch's frozen sheet, and go back; a refusal keeps what was typed."""
    quarter = quarter_typed()
    stored = standing_sheets(db.session, [unit.id], quarter).get(unit.id)
    if stored is None:
        raise Refused(f"{quarter.label}的考评数据还没有冻结，冻结以后再办。")

    def step() -> None:
        act(stored)

    return _save(unit, quarter, step, words)


def _save(unit: SeenUnit, quarter: Quarter, act, words: str):
    """Do something and go back, with what it has to say; a refusal keeps what was typed."""
    try:
        with transaction(db.session):
            more = act()
    except Refused as refusal:
        return branch_page(unit, quarter, problem=refusal.reason, status=422)
    return done(words + (more or ""), "evaluation.show", unit_id=unit.id, quarter=quarter.code)


def _by() -> dict:
    return {"by": current_user.id, "at": clock.now()}


@pages.post("/branches/<id:unit_id>/evaluation/self-score")
@needs(Can.SELF_SCORE, branch_of)
def self_score(unit: SeenUnit):
    """Hand in the branch's own word on its frozen figures."""
    opinion = text_typed("opinion", 300)
    return _act(unit, lambda sheet: periods.self_score(db.session, sheet, opinion=opinion, **_by()), "自评已提交。")


@pages.post("/branches/<id:unit_id>/evaluation/review")
@needs(Can.REVIEW_EVALUATION, branch_of)
def review(unit: SeenUnit):
    """Finish the review of what the branch handed in."""
    said = text_typed("review", 300)
    return _act(unit, lambda sheet: periods.review_sheet(db.session, sheet, review=said, **_by()), "复核已完成。")


@pages.post("/branches/<id:unit_id>/evaluation/publicity")
@needs(Can.REVIEW_EVALUATION, branch_of)
def publish(unit: SeenUnit):
    """Show the result in the branch for five working days."""
    return _act(unit, lambda sheet: periods.publish_sheet(db.session, sheet, **_by()), "公示已开始。")


@pages.post("/branches/<id:unit_id>/evaluation/result")
@needs(Can.FINALISE_EVALUATION, branch_of)
def finish(unit: SeenUnit):
    """Make the result final."""
    return _act(unit, lambda sheet: periods.finish_sheet(db.session, sheet, **_by()), "结果已确定。")


@pages.post("/branches/<id:unit_id>/evaluation/objections")
@needs(Can.OBJECT_EVALUATION, branch_of)
def object_to(unit: SeenUnit):
    """Say what is wrong with the result in publicity."""
    text = text_typed("objection", 300)
    return _act(unit, lambda sheet: objecting.object_to(db.session, sheet, text=text, **_by()),
                "异议已提交，答复以前结果不会确定。")  # fmt: skip


@pages.post("/branches/<id:unit_id>/evaluation/answers")
@needs(Can.REVIEW_EVALUATION, branch_of)
def answer(unit: SeenUnit):
    """Answer an objection."""
    text, objection_id = text_typed("answer", 300), number_typed("objection_id")
    return _act(unit, lambda sheet: objecting.answer(db.session, sheet, objection_id, text=text, **_by()),
                "已答复，支部的人都看得到。")  # fmt: skip


# --- what no figure says ----------------------------------------------------------------------------------------------


def _enter(unit: SeenUnit, act, words: str):
    """Enter something or take it back, and say what it means for quarters already frozen."""
    return _save(unit, quarter_typed(), lambda: entering.told_when_late(db.session, act()), words)


@pages.post("/branches/<id:unit_id>/awards")
@needs(Can.GIVE_AWARD, branch_of)
def give_award(unit: SeenUnit):
    """Enter an award or an accepted practice."""
    sort, _, level = request.form.get("level", "").partition(":")
    given = {"sort": sort, "level": level, "text": text_typed("text", 100), "document": text_typed("document", 60),
             "event": text_typed("event", 60)}  # fmt: skip

    def act():
        return entering.give_award(db.session, unit.id, **given, on_day=day_meant("on_day", "文件日期"), **_by())

    return _enter(unit, act, "已登记，按文件日期所在的季度算。")


@pages.post("/branches/<id:unit_id>/vetoes")
@needs(Can.ENTER_UNIT_VETO, branch_of)
def enter_veto(unit: SeenUnit):
    """Enter a veto on the branch."""
    given = {"ground": request.form.get("ground", ""), "document": text_typed("veto_document", 60)}

    def act():
        days = {"from_on": day_meant("from_on", "从哪一天起"), "until_on": day_meant("until_on", "到哪一天止")}
        return entering.enter_veto(db.session, unit.id, **given, **days, **_by())

    return _enter(unit, act, "一票否决已登记。")


@pages.post("/branches/<id:unit_id>/terms")
@needs(Can.SET_TERM, branch_of)
def set_term(unit: SeenUnit):
    """Say when the committee was elected and how long its term lasts."""
    given = {"extended": "extended" in request.form, "document": text_typed("term_document", 60)}

    def act():
        elected, until = day_meant("elected_on", "选举的日期"), day_meant("term_until", "任期到哪一天", LONGEST_TERM)
        return entering.set_term(db.session, unit.id, from_on=elected, until_on=until, **given, **_by())

    return _enter(unit, act, "任期已登记。")


@pages.post("/branches/<id:unit_id>/awards/withdrawal")
@needs(Can.GIVE_AWARD, branch_of)
def withdraw_award(unit: SeenUnit):
    """Take back an award, for a reason."""
    return _withdraw(unit, BranchAward, "表彰已撤销。")


@pages.post("/branches/<id:unit_id>/vetoes/withdrawal")
@needs(Can.ENTER_UNIT_VETO, branch_of)
def withdraw_veto(unit: SeenUnit):
    """Take back a veto, for a reason."""
    return _withdraw(unit, UnitVeto, "一票否决已撤销。")


def _withdraw(unit: SeenUnit, model, words: str):
    row = entering.find_entered(db.session, model, unit.id, number_typed("row"))
    if row is None:
        raise Refused("没有这条登记，请刷新页面再看。")
    reason = text_typed("reason", 200)

    def act():
        entering.withdraw(db.session, row, reason=reason, **_by())
        return row

    return _enter(unit, act, words)

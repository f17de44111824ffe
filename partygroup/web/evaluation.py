"""支部考评: a branch's evaluation with the rows behind every line, and the steps of its period (E4, E3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.evaluation import entering, evidence, periods
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
from partygroup.evaluation.schemes import get_scheme, scheme_for
from partygroup.evaluation.sheets import star_name
from partygroup.org.models import UnitKind
from partygroup.points import tenths
from partygroup.policy import Can, may
from partygroup.scores.queries import distribution
from partygroup.text import clean
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.points import quarter_asked, quarters_around
from partygroup.web.respond import done, respond

pages = Blueprint("evaluation", __name__)
#: A median over fewer branches would name one of them.
MEDIAN_FROM = 3
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
    result = branch_sheets(db.session, [unit.id], quarter, at=at)[unit.id]
    line_up = [unit.id, *(above[0] for above in unit.above)]
    own = next(iter(periods_of(db.session, line_up, quarter)), None)
    scheme = scheme_of(quarter, result, own)
    known = result.known or _known_when_frozen(result, quarter, scheme)
    middle = _median_of_unit(unit, quarter)
    past = past_results(db.session, unit.id, quarter.first)
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
        past=past, before=past[0] if past else None, middle=middle, star_name=star_name, today=today,
        awards=entering.awards_of(db.session, unit.id, quarter), vetoes=vetoes_of(db.session, [unit.id]),
        sees_roll=may(current_user, Can.SEE_ROLL, unit.place),
        enters=any(may(current_user, can, unit.place) for can in (Can.GIVE_AWARD, Can.ENTER_UNIT_VETO, Can.SET_TERM)),
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
    """Return how many steps are done from freezing on; None before."""
    if not result.stored:
        return None
    return STEPS.index(State(result.stored.state)) + 1


def _used(result: BranchResult, scheme: Scheme) -> dict[str, tuple[str, tuple]]:
    """Return code → (value in words, ids of the readings it is from)."""
    return {
        code: (with_unit(scheme.figures[code], figure.value), figure.sources)
        for code, figure in result.figures.items()
        if code in scheme.figures
    }


def _median_of_unit(unit: SeenUnit, quarter: Quarter) -> dict[str, int]:
    """Return dimension → median, in tenths, over the frozen sheets of the unit committee's branches; empty if few."""
    committee = next((above for above in unit.above if above[1] == UnitKind.UNIT_COMMITTEE), None)
    if committee is None:
        return {}
    branch_ids = periods.branches_below(db.session, committee[0], min(quarter.last, clock.today()))
    frozen = standing_sheets(db.session, branch_ids, quarter)
    if len(frozen) < MEDIAN_FROM:
        return {}
    results = branch_sheets(db.session, list(frozen), quarter, at=clock.now()).values()
    return {code: tenths(middle / 10) for code, middle in medians(results).items()}


# --- the steps from freezing on --------------------------------------------------------------------------------------


def quarter_typed() -> Quarter:
    """Return the quarter of a form; raise Refused for anything else."""
    quarter = Quarter.parse(request.form.get("quarter", ""))
    if quarter is None:
        raise Refused("请选一个季度，再试一次。")
    return quarter


def _act(unit: SeenUnit, act, words: str):
    """Do something to the branch's frozen sheet, and go back; a refusal keeps what was typed."""
    quarter = quarter_typed()
    stored = standing_sheets(db.session, [unit.id], quarter).get(unit.id)
    if stored is None:
        raise Refused(f"{quarter.label}的考评数据还没有冻结，冻结以后再办。")
    return _save(unit, quarter, lambda: act(stored), words)


def _save(unit: SeenUnit, quarter: Quarter, act, words: str):
    try:
        with transaction(db.session):
            act()
    except Refused as refusal:
        return branch_page(unit, quarter, problem=refusal.reason, status=422)
    return done(words, "evaluation.show", unit_id=unit.id, quarter=quarter.code)


def _by() -> dict:
    return {"by": current_user.id, "at": clock.now()}


def _text(name: str, limit: int) -> str:
    return clean(request.form.get(name), limit)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


@pages.post("/branches/<id:unit_id>/evaluation/self-score")
@needs(Can.SELF_SCORE, branch_of)
def self_score(unit: SeenUnit):
    """Hand in the branch's own word on its frozen figures."""
    opinion = _text("opinion", 300)
    return _act(unit, lambda sheet: periods.self_score(db.session, sheet, opinion=opinion, **_by()), "自评已提交。")


@pages.post("/branches/<id:unit_id>/evaluation/review")
@needs(Can.REVIEW_EVALUATION, branch_of)
def review(unit: SeenUnit):
    """Finish the review of what the branch handed in."""
    said = _text("review", 300)
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


# --- what no figure says ----------------------------------------------------------------------------------------------


@pages.post("/branches/<id:unit_id>/awards")
@needs(Can.GIVE_AWARD, branch_of)
def give_award(unit: SeenUnit):
    """Enter an award or an accepted practice."""
    sort, _, level = request.form.get("level", "").partition(":")
    given = {"sort": sort, "level": level, "text": _text("text", 100), "document": _text("document", 60),
             "event": _text("event", 60), "on_day": _day("on_day")}  # fmt: skip
    return _save(unit, quarter_typed(), lambda: entering.give_award(db.session, unit.id, **given, **_by()),
                 "已登记，计入文件日期所在的季度。")  # fmt: skip


@pages.post("/branches/<id:unit_id>/vetoes")
@needs(Can.ENTER_UNIT_VETO, branch_of)
def enter_veto(unit: SeenUnit):
    """Enter a veto on the branch."""
    given = {"ground": request.form.get("ground", ""), "document": _text("veto_document", 60),
             "from_on": _day("from_on"), "until_on": _day("until_on")}  # fmt: skip
    return _save(unit, quarter_typed(), lambda: entering.enter_veto(db.session, unit.id, **given, **_by()),
                 "一票否决已登记。")  # fmt: skip


@pages.post("/branches/<id:unit_id>/terms")
@needs(Can.SET_TERM, branch_of)
def set_term(unit: SeenUnit):
    """Say when the committee was elected and how long its term lasts."""
    given = {"from_on": _day("elected_on"), "until_on": _day("term_until"), "extended": "extended" in request.form,
             "document": _text("term_document", 60)}  # fmt: skip
    return _save(unit, quarter_typed(), lambda: entering.set_term(db.session, unit.id, **given, **_by()),
                 "任期已登记。")  # fmt: skip


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
    row = entering.find_entered(db.session, model, unit.id, request.form.get("row", type=int))
    if row is None:
        raise Refused("没有这条登记，请刷新页面再看。")
    reason = _text("reason", 200)
    return _save(unit, quarter_typed(), lambda: entering.withdraw(db.session, row, reason=reason, **_by()), words)

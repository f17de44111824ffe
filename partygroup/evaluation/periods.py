"""The evaluation of a quarter: set up, opened, collected, frozen, opened again; then each branch by itself (E3).

Everything that moves a period or a frozen sheet locks its row first and reads it anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import rules
from partygroup.evaluation.models import EvaluationPeriod, ReportedFigure, SchemeVersion, StoredBranch
from partygroup.evaluation.objecting import objections_to
from partygroup.evaluation.queries import open_results, periods_of
from partygroup.evaluation.rules import State
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.schemes import scheme_for
from partygroup.evaluation.storing import digest_of_branch, figures_to_json, to_json
from partygroup.evaluation.vetoes import sheets_held
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.org.queries import lineage, subtree_ids, units_named
from partygroup.workdays import load_calendar

PUBLIC_DAYS = 5


def branches_below(session, unit_id: int, day: date) -> list[int]:
    """Return the branches of a committee on a day, in the organisation's order."""
    below = units_named(session, subtree_ids([unit_id], day), day)
    return [unit.id for unit in below if unit.kind == UnitKind.BRANCH]


def exists_around(session, unit_id: int, quarter: Quarter, day: date) -> bool:
    """Say whether the unit, one above or one below it has set up the quarter's evaluation: one is enough."""
    above = [unit[0] for unit in lineage(session, unit_id, day)]
    below = list(session.scalars(subtree_ids([unit_id], day)))
    return bool(periods_of(session, {*above, *below}, quarter))


def hold_figures(session) -> None:
    """Let nobody else set up, import or freeze before this transaction ends: what comes first is known, or is not."""
    session.execute(sa.select(Unit.id).where(Unit.kind == UnitKind.COMPANY).with_for_update())


def configure_period(session, unit_id: int, quarter: Quarter, *, by: int, at: datetime) -> EvaluationPeriod:
    """Set up a quarter's evaluation for the branches below a committee, with the scheme in force. Raise Refused."""
    if reason := rules.refusal_to_evaluate(quarter, day_of(at)):
        raise Refused(reason)
    hold_figures(session)
    scheme = scheme_for(session, quarter)
    if reason := rules.refusal_to_configure(exists_around(session, unit_id, quarter, day_of(at))):
        raise Refused(reason, 409)
    period = EvaluationPeriod(unit_id=unit_id, year=quarter.year, quarter=quarter.number, scheme_id=scheme.id,
                              state=State.CONFIGURED, configured_by=by, configured_at=at)  # fmt: skip
    session.add(period)
    after = {"quarter": quarter.label, "version": scheme.version}
    witness(session, "evaluation.period.configure", period, at=at, by=by, unit_id=unit_id, after=after)
    return period


def open_period(session, period: EvaluationPeriod, *, by: int, at: datetime) -> None:
    """Open the evaluation; the branches see it. Raise Refused."""
    _lock(session, period)
    facts = _step(period, "open", rules.refusal_to_open(period.state, period.of.first, day_of(at)))
    witness(session, "evaluation.period.open", period, at=at, by=by, **facts)


def collect(session, period: EvaluationPeriod, *, by: int, at: datetime) -> None:
    """Begin to collect figures. Raise Refused."""
    _lock(session, period)
    facts = _step(period, "collect", rules.refusal_to_step(period.state, "collect"))
    witness(session, "evaluation.period.collect", period, at=at, by=by, **facts)


def freeze_period(session, period: EvaluationPeriod, *, by: int, at: datetime) -> int:
    """Store the sheets of all branches as they are now, with their figures; return how many. Raise Refused."""
    hold_figures(session)
    _lock(session, period)
    if reason := rules.refusal_to_freeze(period.state, period.of.last, day_of(at)):
        raise Refused(reason, 409)
    scheme = Scheme.from_json(session.get(SchemeVersion, period.scheme_id).body)
    branch_ids = branches_on_last_day(session, period)
    newest = session.scalar(sa.select(ReportedFigure.at).order_by(ReportedFigure.id.desc()).limit(1))
    at = max(at, newest or at)  # a clock read before waiting may be behind what was imported meanwhile
    results = open_results(session, branch_ids, period.of, at=at, scheme=scheme)
    for branch_id, result in results.items():
        body = {"sheet": to_json(result.sheet), "figures": figures_to_json(result.figures)}
        body |= {"headcount": len(result.known.counted)}
        row = StoredBranch(
            period_id=period.id, branch_id=branch_id, state=State.FROZEN, total=result.sheet.total,
            stars=result.sheet.stars, body=body, frozen_at=at,
            digest=digest_of_branch(branch_id, period.of, period.scheme_id, body),
        )  # fmt: skip
        session.add(row)
        after = {"points": result.sheet.summary}
        witness(session, "evaluation.sheet.freeze", row, at=at, by=by, unit_id=branch_id, after=after)
    period.frozen_at, period.frozen_by = at, by
    witness(session, "evaluation.period.freeze", period, at=at, by=by, **_step(period, "freeze", None))
    return len(results)


def branches_on_last_day(session, period: EvaluationPeriod) -> list[int]:
    """Return the branches that stood below the period's committee on the quarter's last day."""
    rows = units_named(session, subtree_ids([period.unit_id], period.of.last), period.of.last)
    return [row.id for row in rows if row.kind == UnitKind.BRANCH]


def reopen_period(session, period: EvaluationPeriod, *, reason: str, by_unit: int, by: int, at: datetime) -> None:
    """Collect again what was frozen, for a reason, while no branch has gone on; the old sheets are kept."""
    _lock(session, period)
    if refusal := rules.refusal_to_reopen(period.state, period.unit_id, by_unit, reason):
        raise Refused(refusal)
    frozen = standing_of(session, period)
    if any(row.state != State.FROZEN for row in frozen):
        raise Refused("已经有支部提交了自评，不能再重新收集数据。", 409)
    for row in frozen:
        row.replaced_at = at
        witness(session, "evaluation.sheet.replace", row, at=at, by=by, unit_id=row.branch_id, reason=reason)
    period.frozen_at, period.frozen_by, period.reopened_reason = None, None, reason
    facts = _step(period, "reopen", None)
    witness(session, "evaluation.period.reopen", period, at=at, by=by, reason=reason, **facts)


def standing_of(session, period: EvaluationPeriod) -> list[StoredBranch]:
    """Return the frozen sheets of a period that stand."""
    rows = sa.select(StoredBranch).where(StoredBranch.period_id == period.id, StoredBranch.replaced_at.is_(None))
    return list(session.scalars(rows.order_by(StoredBranch.id)))


def states_of_branches(session, found: Collection[EvaluationPeriod]) -> dict[int, list[sa.Row]]:
    """Return period → (branch_id, state) of its frozen sheets that stand; by one statement, without their bodies."""
    rows = session.execute(
        sa.select(StoredBranch.period_id, StoredBranch.branch_id, StoredBranch.state)
        .where(StoredBranch.period_id.in_([period.id for period in found]), StoredBranch.replaced_at.is_(None))
        .order_by(StoredBranch.id)
    )
    states: dict[int, list[sa.Row]] = {period.id: [] for period in found}
    for row in rows:
        states[row.period_id].append(row)
    return states


def state_of(period: EvaluationPeriod, sheets: Collection[StoredBranch | sa.Row]) -> State:
    """Return where an evaluation stands as a whole: once frozen, as far as its last branch."""
    order = list(State)
    if period.state != State.FROZEN or not sheets:
        return State(period.state)
    return min((State(row.state) for row in sheets), key=order.index)


def _lock(session, row) -> None:
    session.refresh(row, with_for_update=True)


def _step(period: EvaluationPeriod, action: str, refusal: str | None) -> dict:
    """Take a step and return what its witness says; raise Refused."""
    if refusal:
        raise Refused(refusal, 409)
    before, period.state = period.state, rules.NEXT[State(period.state)][action]
    names = rules.STATE_NAMES
    return {
        "unit_id": period.unit_id,
        "before": {"state": names[State(before)]},
        "after": {"state": names[State(period.state)]},
    }


# --- one branch ------------------------------------------------------------------------------------------------------


def self_score(session, sheet: StoredBranch, *, opinion: str, by: int, at: datetime) -> None:
    """Hand in the branch's own word on its frozen figures. Raise Refused."""
    _lock(session, sheet)
    _refuse(sheet, "self_score")
    if len(opinion) < 2:
        raise Refused("请写一句自评意见，例如“数据属实，没有异议”。")
    sheet.opinion, sheet.self_scored_by, sheet.self_scored_at = opinion, by, at
    whose = _go_on(sheet, "self_score")
    witness(session, "evaluation.sheet.self_score", sheet, at=at, by=by, after={"note": opinion}, **whose)


def review_sheet(session, sheet: StoredBranch, *, review: str, by: int, at: datetime) -> None:
    """Finish the review above of what the branch handed in. Raise Refused."""
    _lock(session, sheet)
    _refuse(sheet, "review")
    if sheet.self_scored_by == by:
        raise Refused("自评和复核要由两个人办，请另一位同事复核。")
    sheet.review, sheet.reviewed_by, sheet.reviewed_at = review or None, by, at
    whose = _go_on(sheet, "review")
    witness(session, "evaluation.sheet.review", sheet, at=at, by=by, after={"note": review or "无"}, **whose)


def publish_sheet(session, sheet: StoredBranch, *, by: int, at: datetime) -> None:
    """Show the result in the branch for five working days. Raise Refused."""
    _lock(session, sheet)
    _refuse(sheet, "publish")
    today = day_of(at)
    sheet.public_from = today
    sheet.public_until = load_calendar(session, today).after(today, PUBLIC_DAYS)
    whose = _go_on(sheet, "publish")
    witness(
        session,
        "evaluation.sheet.publish",
        sheet,
        at=at,
        by=by,
        after={"until_on": sheet.public_until.isoformat()},
        **whose,
    )


def finish_sheet(session, sheet: StoredBranch, *, by: int, at: datetime) -> None:
    """Make the result final when publicity has ended and every objection is answered; vetoes entered by now hold.

    Raise Refused.
    """
    _lock(session, sheet)
    waiting = sum(one.answered_at is None for one in objections_to(session, sheet))
    if reason := rules.refusal_to_finish(sheet.state, sheet.public_until, day_of(at), waiting):
        raise Refused(reason, 409)
    result = sheets_held(session, [sheet])[sheet.id]
    sheet.finished_by, sheet.finished_at = by, at
    whose = _go_on(sheet, "finish")
    witness(session, "evaluation.sheet.finish", sheet, at=at, by=by, after={"points": result.summary}, **whose)


def _refuse(sheet: StoredBranch, action: str) -> None:
    if reason := rules.refusal_to_step(sheet.state, action):
        raise Refused(reason, 409)


def _go_on(sheet: StoredBranch, action: str) -> dict:
    """Take a branch's next step and return whose it is, for the witness."""
    sheet.state = rules.NEXT[State(sheet.state)][action]
    return {"unit_id": sheet.branch_id}


def default_quarter(today: date) -> Quarter:
    """Return the last quarter that has ended: the one usually evaluated."""
    return Quarter.of(Quarter.of(today).first - timedelta(days=1))


def get_period(session, period_id: int) -> EvaluationPeriod:
    """Return an evaluation by its id; raise NotFound."""
    found = session.get(EvaluationPeriod, period_id)
    if found is None:
        raise NotFound
    return found


def names_below(session, unit_ids: Collection[int], day: date) -> dict[int, str]:
    """Return unit → name of some units and all below them, as of a day."""
    return names_on(session, list(session.scalars(subtree_ids(unit_ids, day))), day)


def names_on(session, unit_ids: Collection[int], day: date) -> dict[int, str]:
    """Return unit → the last name it bore by a day, ended units too."""
    rows = session.execute(
        sa.select(Placement.unit_id, Placement.name)
        .where(Placement.unit_id.in_(unit_ids), Placement.from_on <= day)
        .order_by(Placement.from_on)
    )
    return dict(map(tuple, rows))

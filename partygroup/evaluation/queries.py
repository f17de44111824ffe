"""Reading evaluations: the sheets of branches, frozen ones as stored and others as things are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from statistics import median

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.evaluation.automatic import automatic_figures
from partygroup.evaluation.facts import Known, known_of
from partygroup.evaluation.figures import Figure, Reading, months_of, pick_figures
from partygroup.evaluation.models import (
    BranchAward,
    EvaluationPeriod,
    FigureImport,
    ReportedFigure,
    StoredBranch,
    UnitVeto,
)
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.schemes import grounds_known, scheme_for
from partygroup.evaluation.sheets import Award, BranchSheet, Veto, branch_sheet
from partygroup.evaluation.storing import figures_from_json
from partygroup.evaluation.vetoes import sheets_held, stars_held
from partygroup.people.models import Person
from partygroup.text import alike


@dataclass(frozen=True)
class BranchResult:
    """A branch's quarter: its sheet, the figures it was made of just now, or the stored row once it is frozen.

    beside: what else the sheet was made from, as `branch_sheet` takes it.
    """

    branch_id: int
    sheet: BranchSheet
    made_of: Mapping[str, Figure] | None
    stored: StoredBranch | None = None
    known: Known | None = None
    beside: Mapping | None = None

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Return the figures by code; stored ones are read only when asked for: pages of many branches do not."""
        return figures_from_json(self.stored.body["figures"]) if self.stored else self.made_of


def standing_sheets(session, branch_ids: Collection[int], quarter: Quarter) -> dict[int, StoredBranch]:
    """Return branch → its frozen sheet of a quarter that stands."""
    rows = session.scalars(
        sa.select(StoredBranch)
        .join(EvaluationPeriod, EvaluationPeriod.id == StoredBranch.period_id)
        .where(
            StoredBranch.branch_id.in_(branch_ids),
            StoredBranch.replaced_at.is_(None),
            EvaluationPeriod.year == quarter.year,
            EvaluationPeriod.quarter == quarter.number,
        )
    )
    return {row.branch_id: row for row in rows}


def branch_sheets(session, branch_ids: Collection[int], quarter: Quarter, *, at: datetime) -> dict[int, BranchResult]:
    """Return branch → result in the order asked: stored where the quarter is frozen, made now otherwise.

    A stored one stands under the vetoes that hold for it, also those entered since (see `sheets_held`).
    By a constant number of statements, however many branches, members and years there are.
    """
    stored = standing_sheets(session, branch_ids, quarter)
    still_open = [branch_id for branch_id in branch_ids if branch_id not in stored]
    made = open_results(session, still_open, quarter, at=at) if still_open else {}
    sheets = sheets_held(session, stored.values()) if stored else {}
    frozen = {branch_id: _frozen(row, sheets[row.id]) for branch_id, row in stored.items()}
    return {branch_id: (made | frozen)[branch_id] for branch_id in branch_ids}


def _frozen(row: StoredBranch, sheet: BranchSheet) -> BranchResult:
    return BranchResult(row.branch_id, sheet, None, row)


def open_results(
    session, branch_ids: Collection[int], quarter: Quarter, *, at: datetime, scheme: Scheme | None = None,
    known_at: datetime | None = None,
) -> dict[int, BranchResult]:  # fmt: skip
    """Return branch → result as things are now, or were known at a moment; `scheme`: of the period, else in force."""
    scheme = scheme or Scheme.from_json(scheme_for(session, quarter).body)
    known = known_of(session, branch_ids, quarter, scheme, at=at, known_at=known_at)
    readings = _readings(session, branch_ids, quarter, known_at)
    awards, earlier = _awards(session, branch_ids, quarter, known_at)
    vetoes = _vetoes(session, branch_ids, quarter, scheme, known_at)
    results = {}
    for branch_id in branch_ids:
        one = known[branch_id]
        figures = automatic_figures(one.facts, scheme) | pick_figures(readings[branch_id], scheme, quarter)
        beside = {"headcount": len(one.counted), "awards": awards[branch_id], "vetoes": vetoes[branch_id],
                  "counted_before": earlier[branch_id]}  # fmt: skip
        sheet = branch_sheet(figures, scheme, **beside)
        results[branch_id] = BranchResult(branch_id, sheet, figures, None, one, beside)
    return results


def _readings(
    session, branch_ids: Collection[int], quarter: Quarter, known_at: datetime | None
) -> dict[int, list[Reading]]:
    """Return branch → the newest readings of the year's periods."""
    known = sa.true() if known_at is None else ReportedFigure.at <= known_at
    newest = (
        sa.select(sa.func.max(ReportedFigure.id))
        .where(ReportedFigure.unit_id.in_(branch_ids), _of_year(quarter), known)
        .group_by(ReportedFigure.unit_id, ReportedFigure.code, ReportedFigure.period)
    )
    rows = session.execute(
        sa.select(
            ReportedFigure.unit_id, ReportedFigure.id, ReportedFigure.code, ReportedFigure.period, ReportedFigure.value
        ).where(ReportedFigure.id.in_(newest))
    )
    found: dict[int, list[Reading]] = defaultdict(list)
    for unit_id, reading_id, code, period, value in rows:
        found[unit_id].append(Reading(reading_id, code, period, Fraction(value)))
    return found


def _of_year(quarter: Quarter):
    return sa.and_(ReportedFigure.period >= str(quarter.year), ReportedFigure.period < str(quarter.year + 1))


def _stands(model, known_at: datetime | None):
    """Return the condition that an entered row counts, or counted at a moment."""
    if known_at is None:
        return model.withdrawn_at.is_(None)
    return sa.and_(model.entered_at <= known_at, sa.or_(model.withdrawn_at.is_(None), model.withdrawn_at > known_at))


def _awards(session, branch_ids: Collection[int], quarter: Quarter, known_at: datetime | None) -> tuple[dict, dict]:
    """Return branch → awards of the quarter, and branch → events that awards of earlier quarters have counted."""
    rows = session.scalars(
        sa.select(BranchAward)
        .where(
            BranchAward.unit_id.in_(branch_ids),
            BranchAward.on_day <= quarter.last,
            _stands(BranchAward, known_at),
        )
        .order_by(BranchAward.id)
    )
    now: dict[int, list[Award]] = defaultdict(list)
    earlier: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.on_day >= quarter.first:
            now[row.unit_id].append(Award(row.id, row.sort, row.level, row.text, alike(row.event) or None))
        elif row.event:
            earlier[row.unit_id].add(alike(row.event))
    return now, earlier


def _vetoes(
    session, branch_ids: Collection[int], quarter: Quarter, scheme: Scheme, known_at: datetime | None
) -> dict[int, list[Veto]]:
    """Return branch → vetoes in force; one whose ground the scheme no longer has is told by its words."""
    found: dict[int, list[Veto]] = defaultdict(list)
    rows = vetoes_of(session, branch_ids, known_at=known_at)
    former = grounds_known(session) if any(row.ground not in scheme.vetoes for row in rows) else {}
    for row in rows:
        ground = row.ground if row.ground in scheme.vetoes else former[row.ground]
        veto = Veto(ground, row.document, row.from_on, row.until_on)
        if veto.in_force(quarter.first, quarter.last):
            found[row.unit_id].append(veto)
    return found


def vetoes_of(session, branch_ids: Collection[int], *, known_at: datetime | None = None) -> list[UnitVeto]:
    """Return the vetoes of branches that were not withdrawn, now or at a moment, the earliest first."""
    return list(
        session.scalars(
            sa.select(UnitVeto)
            .where(UnitVeto.unit_id.in_(branch_ids), _stands(UnitVeto, known_at))
            .order_by(UnitVeto.from_on, UnitVeto.id)
        )
    )


# --- where a figure comes from ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Provenance:
    """A figure as reported: what, for when, from which report, in which file and row, by whom, when."""

    id: int
    code: str
    period: str
    value: str
    source: str
    note: str | None
    file_name: str
    row_no: int
    by_name: str | None
    at: datetime


def provenance_of(session, branch_id: int, quarter: Quarter) -> dict[str, list[Provenance]]:
    """Return code → all that was reported for a branch of the quarter, its months or its year, the newest first."""
    periods = [quarter.code, *months_of(quarter), str(quarter.year)]
    rows = session.execute(
        sa.select(
            ReportedFigure.id, ReportedFigure.code, ReportedFigure.period, ReportedFigure.value, ReportedFigure.source,
            ReportedFigure.note, FigureImport.file_name, ReportedFigure.row_no, Person.name, ReportedFigure.at,
        )
        .join(FigureImport, FigureImport.id == ReportedFigure.import_id)
        .outerjoin(Person, Person.id == ReportedFigure.by_id)
        .where(ReportedFigure.unit_id == branch_id, ReportedFigure.period.in_(periods))
        .order_by(ReportedFigure.id.desc())
    )  # fmt: skip
    found: dict[str, list[Provenance]] = defaultdict(list)
    for row in rows:
        found[row.code].append(Provenance(*row))
    return found


# --- periods ----------------------------------------------------------------------------------------------------------


def periods_of(session, unit_ids: Collection[int], quarter: Quarter) -> list[EvaluationPeriod]:
    """Return the evaluations of a quarter that some units have set up."""
    return list(
        session.scalars(
            sa.select(EvaluationPeriod)
            .where(
                EvaluationPeriod.unit_id.in_(unit_ids),
                EvaluationPeriod.year == quarter.year,
                EvaluationPeriod.quarter == quarter.number,
            )
            .order_by(EvaluationPeriod.id)
        )
    )


def recent_periods(session, unit_ids) -> list[EvaluationPeriod]:
    """Return the evaluations set up by these units (ids or a SELECT of ids), the latest quarter first."""
    return list(
        session.scalars(
            sa.select(EvaluationPeriod)
            .where(EvaluationPeriod.unit_id.in_(unit_ids))
            .order_by(EvaluationPeriod.year.desc(), EvaluationPeriod.quarter.desc(), EvaluationPeriod.id)
            .limit(60)
        )
    )


@dataclass(frozen=True)
class PastResult:
    """A frozen quarter of a branch."""

    quarter: Quarter
    state: str
    total: int | None
    stars: int | None


def past_results(session, branch_id: int, before: Quarter) -> list[PastResult]:
    """Return the frozen quarters of a branch before one, the latest first; at most eight."""
    period = EvaluationPeriod
    rows = session.execute(
        sa.select(
            StoredBranch.id, period.year, period.quarter, StoredBranch.state, StoredBranch.total, StoredBranch.stars
        )
        .join(period, period.id == StoredBranch.period_id)
        .where(StoredBranch.branch_id == branch_id, StoredBranch.replaced_at.is_(None))
        .where(4 * period.year + period.quarter < 4 * before.year + before.number)
        .order_by(period.year.desc(), period.quarter.desc())
        .limit(8)
    ).all()
    held = stars_held(session, branch_id, [row.id for row in rows])
    return [
        PastResult(Quarter(row.year, row.quarter), row.state, row.total, held.get(row.id, row.stars)) for row in rows
    ]


def medians(results: Iterable[BranchResult]) -> dict[str, Fraction]:
    """Return dimension (and `total`) → median over the branches that have it, in tenths."""
    points: dict[str, list[int]] = defaultdict(list)
    for result in results:
        for dimension in result.sheet.dimensions:
            if dimension.points is not None:
                points[dimension.code].append(dimension.points)
        if result.sheet.total is not None:
            points["total"].append(result.sheet.total)
    return {code: Fraction(median(some)) for code, some in points.items()}

"""Vetoes hold until a result is final, whenever they were entered: a frozen number stays, stars and honours follow.

Source: scoring.md 7, “in force on a day of the quarter: at most two, no honours, number unchanged”. What a veto does to
a frozen sheet is made from the rows each time; the frozen sheet itself is never written again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.evaluation.models import EvaluationPeriod, SchemeVersion, StoredBranch, UnitVeto
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.schemes import grounds_known
from partygroup.evaluation.sheets import BranchSheet, Veto, under_vetoes
from partygroup.evaluation.storing import from_json


def sheets_held(session, rows: Collection[StoredBranch]) -> dict[int, BranchSheet]:
    """Return frozen sheet → what it says under the vetoes entered by now, or by the moment its result became final.

    By three statements at most, however many sheets there are.
    """
    sheets = {row.id: from_json(row.body["sheet"]) for row in rows}
    vetoes = _vetoes_ever(session, {row.branch_id for row in rows})
    concerned = [row for row in rows if row.branch_id in vetoes]
    periods = _periods(session, {row.period_id for row in concerned}) if concerned else {}
    names = grounds_known(session) if concerned else {}
    for row in concerned:
        quarter, scheme = periods[row.period_id]
        known = [_veto(one, scheme, names) for one in vetoes[row.branch_id] if _is_known(one, row.finished_at)]
        holding = [veto for veto in known if veto.in_force(quarter.first, quarter.last)]
        figures = {code: Fraction(value) for code, (value, *_rest) in row.body["figures"].items()}
        sheets[row.id] = under_vetoes(sheets[row.id], figures, holding, scheme)
    return sheets


def stars_held(session, branch_id: int, sheet_ids: Collection[int]) -> dict[int, int | None]:
    """Return frozen sheet → stars as `sheets_held` has them; empty for a branch that never had a veto."""
    if not _vetoes_ever(session, [branch_id]):
        return {}
    rows = session.scalars(sa.select(StoredBranch).where(StoredBranch.id.in_(sheet_ids))).all()
    return {row_id: sheet.stars for row_id, sheet in sheets_held(session, rows).items()}


def _vetoes_ever(session, branch_ids: Collection[int]) -> dict[int, list[UnitVeto]]:
    found: dict[int, list[UnitVeto]] = defaultdict(list)
    for row in session.scalars(sa.select(UnitVeto).where(UnitVeto.unit_id.in_(branch_ids))):
        found[row.unit_id].append(row)
    return found


def _veto(row: UnitVeto, scheme: Scheme, names: Mapping[str, str]) -> Veto:
    """Return a veto; one whose ground the scheme no longer has is told by its words."""
    ground = row.ground if row.ground in scheme.vetoes else names[row.ground]
    return Veto(ground, row.document, row.from_on, row.until_on)


def _is_known(veto: UnitVeto, at: datetime | None) -> bool:
    """Say whether a veto stands at a moment; None: now."""
    if at is None:
        return veto.withdrawn_at is None
    return veto.entered_at <= at and (veto.withdrawn_at is None or veto.withdrawn_at > at)


def _periods(session, period_ids: Collection[int]) -> dict[int, tuple[Quarter, Scheme]]:
    rows = session.execute(
        sa.select(EvaluationPeriod, SchemeVersion.body)
        .join(SchemeVersion, SchemeVersion.id == EvaluationPeriod.scheme_id)
        .where(EvaluationPeriod.id.in_(period_ids))
    )
    return {period.id: (period.of, Scheme.from_json(body)) for period, body in rows}

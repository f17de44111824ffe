"""Objections to a branch's result in publicity: made by the branch, answered by the office above, before it is final.

The row about the sheet names nobody: who objects is known to the handlers only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import rules
from partygroup.evaluation.models import EvaluationObjection as Objection
from partygroup.evaluation.models import StoredBranch


def object_to(session, sheet: StoredBranch, *, text: str, by: int, at: datetime) -> Objection:
    """Object to a result in publicity. Raise Refused."""
    session.refresh(sheet, with_for_update=True)
    if refusal := rules.refusal_to_object(sheet.state, sheet.public_until, day_of(at), text):
        raise Refused(refusal)
    objection = Objection(sheet_id=sheet.id, by_id=by, text=text, at=at)
    session.add(objection)
    witness(session, "evaluation.objection.make", objection, at=at, by=by, person_id=by)
    witness(session, "evaluation.sheet.object", sheet, at=at, by=None, unit_id=sheet.branch_id, reason=text)
    return objection


def answer(session, sheet: StoredBranch, objection_id: int | None, *, text: str, by: int, at: datetime) -> None:
    """Answer an objection to this result. Raise NotFound or Refused."""
    session.refresh(sheet, with_for_update=True)
    own = sa.and_(Objection.id == objection_id, Objection.sheet_id == sheet.id)
    objection = session.scalar(sa.select(Objection).where(own).with_for_update())
    if objection is None:
        raise NotFound
    if refusal := rules.refusal_to_answer(objection.by_id, objection.answered_at is not None, by, text):
        raise Refused(refusal)
    objection.answer, objection.answered_by, objection.answered_at = text, by, at
    witness(session, "evaluation.objection.answer", objection, at=at, by=by, person_id=objection.by_id, reason=text)
    witness(session, "evaluation.sheet.answer", sheet, at=at, by=by, unit_id=sheet.branch_id, reason=text)


def objections_to(session, sheet: StoredBranch) -> list[Objection]:
    """Return the objections to a result, the earliest first."""
    return list(session.scalars(sa.select(Objection).where(Objection.sheet_id == sheet.id).order_by(Objection.id)))


def open_objections(session, sheets: Iterable[StoredBranch]) -> dict[int, int]:
    """Return branch → how many objections to these results wait for an answer; branches without any left out."""
    rows = session.execute(
        sa.select(StoredBranch.branch_id, sa.func.count())
        .join(Objection, Objection.sheet_id == StoredBranch.id)
        .where(StoredBranch.id.in_([sheet.id for sheet in sheets]), Objection.answered_at.is_(None))
        .group_by(StoredBranch.branch_id)
    )
    return dict(map(tuple, rows))


def branches_waiting(session, period_ids: Collection[int]) -> dict[int, set[int]]:
    """Return evaluation → its branches in which an objection waits for an answer; evaluations without any left out."""
    rows = session.execute(
        sa.select(StoredBranch.period_id, StoredBranch.branch_id)
        .join(Objection, Objection.sheet_id == StoredBranch.id)
        .where(StoredBranch.period_id.in_(period_ids), StoredBranch.replaced_at.is_(None))
        .where(Objection.answered_at.is_(None))
    )
    found: dict[int, set[int]] = {}
    for period_id, branch_id in rows:
        found.setdefault(period_id, set()).add(branch_id)
    return found

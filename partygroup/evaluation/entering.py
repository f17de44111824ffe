"""Entering what no figure says: awards and accepted practices, vetoes of a branch, terms of its committee."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.evaluation import rules
from partygroup.evaluation.models import BranchAward, CommitteeTerm, EvaluationPeriod, StoredBranch, UnitVeto
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.schemes import FIRST_DAY, scheme_in_force

LONGEST_TERM_DAYS = 5 * 366


def _scheme_on(session, day: date) -> Scheme:
    """Return the scheme of a day; of one before all schemes, the first."""
    return scheme_in_force(session, Quarter.of(max(day, FIRST_DAY)))


def give_award(
    session, unit_id: int, *, sort: str, level: str, text: str, document: str, event: str, on_day: date | None,
    by: int, at: datetime,
) -> BranchAward:  # fmt: skip
    """Enter an award or an accepted practice by its document; it counts in the quarter of that day. Raise Refused.

    event: the same for documents about one thing, which counts once; empty for a thing of its own.
    """
    if on_day is None or on_day > day_of(at):
        raise Refused("请写上文件的日期，不能晚于今天。")
    levels = _scheme_on(session, on_day).levels
    if level not in levels.get(sort, {}):
        raise Refused("请选是表彰还是经验推广，以及它的级别。")
    if not text or not document:
        raise Refused("请写明得了什么，并写上文件号。")
    row = BranchAward(unit_id=unit_id, sort=sort, level=level, text=text, document=document, event=event or None,
                      on_day=on_day, entered_by=by, entered_at=at)  # fmt: skip
    session.add(row)
    after = {"name": text, "level": levels[sort][level].name, "document": document}
    witness(session, "evaluation.award.give", row, at=at, by=by, unit_id=unit_id, after=after)
    return row


def enter_veto(
    session, unit_id: int, *, ground: str, document: str, from_on: date | None, until_on: date | None, by: int,
    at: datetime,
) -> UnitVeto:  # fmt: skip
    """Enter a veto on a branch with the number of its document. Raise Refused."""
    if from_on is None or from_on > day_of(at):
        raise Refused("请写上从哪一天起，不能晚于今天。")
    if until_on is not None and until_on <= from_on:
        raise Refused("结束的日期要在开始之后，请改一改。")
    grounds = _scheme_on(session, from_on).vetoes
    if ground not in grounds or not document:
        raise Refused("请选一种否决情形，并写上文件号。")
    row = UnitVeto(unit_id=unit_id, ground=ground, document=document, from_on=from_on, until_on=until_on,
                   entered_by=by, entered_at=at)  # fmt: skip
    session.add(row)
    after = {"reason": grounds[ground], "document": document, "from_on": from_on.isoformat()}
    witness(session, "evaluation.veto.enter", row, at=at, by=by, unit_id=unit_id, after=after)
    return row


def withdraw(session, row: BranchAward | UnitVeto, *, reason: str, by: int, at: datetime) -> None:
    """Take back an award or a veto, for a reason; it stays readable. Raise Refused."""
    session.refresh(row, with_for_update=True)
    if row.withdrawn_at:
        return
    if len(reason) < 2:
        raise Refused("请写明撤销的原因。")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = at, by, reason
    if isinstance(row, BranchAward):
        witness(session, "evaluation.award.withdraw", row, at=at, by=by, unit_id=row.unit_id, reason=reason)
    else:
        witness(session, "evaluation.veto.withdraw", row, at=at, by=by, unit_id=row.unit_id, reason=reason)


def told_when_late(session, row: BranchAward | UnitVeto | CommitteeTerm) -> str:
    """Return what to say of an entry, or of its withdrawal, about quarters already frozen; empty if there are none."""
    if isinstance(row, UnitVeto):
        return rules.word_of_late_veto(_frozen(session, row.unit_id, row.from_on, row.until_on))
    if isinstance(row, BranchAward):
        return rules.word_of_late_entry(_frozen(session, row.unit_id, row.on_day, row.on_day + timedelta(days=1)))
    return rules.word_of_late_entry(_frozen(session, row.branch_id, row.from_on, None))


def _frozen(session, branch_id: int, from_on: date, until_on: date | None) -> dict[Quarter, str]:
    """Return the quarters with a day in [from_on, until_on) that are frozen for a branch, and where each stands."""
    rows = session.execute(
        sa.select(EvaluationPeriod.year, EvaluationPeriod.quarter, StoredBranch.state)
        .join(StoredBranch, StoredBranch.period_id == EvaluationPeriod.id)
        .where(StoredBranch.branch_id == branch_id, StoredBranch.replaced_at.is_(None))
    )
    found = {Quarter(year, number): state for year, number, state in rows}
    return {
        quarter: state
        for quarter, state in found.items()
        if quarter.last >= from_on and (until_on is None or quarter.first < until_on)
    }


def find_entered(session, model, unit_id: int, row_id: int | None) -> BranchAward | UnitVeto | None:
    """Return an award or a veto of the very branch; None for any other."""
    return session.scalar(sa.select(model).where(model.id == row_id, model.unit_id == unit_id))


def set_term(
    session, branch_id: int, *, from_on: date | None, until_on: date | None, extended: bool, document: str, by: int,
    at: datetime,
) -> CommitteeTerm:  # fmt: skip
    """Say when the branch's committee was elected and to what day its term lasts. Raise Refused."""
    if from_on is None or until_on is None or from_on > day_of(at):
        raise Refused("请写上选举的日期和任期到哪一天，选举的日期不能晚于今天。")
    if not 0 < (until_on - from_on).days <= LONGEST_TERM_DAYS:
        raise Refused("任期要在选举之后，一般 3 年，最多 5 年，请核对。")
    if extended and not document:
        raise Refused("延期换届要有批复，请写上文件号。")
    row = CommitteeTerm(branch_id=branch_id, from_on=from_on, until_on=until_on, extended=extended,
                        document=document or None, entered_by=by, entered_at=at)  # fmt: skip
    session.add(row)
    after = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat(), "document": document or "无"}
    witness(session, "evaluation.term.set", row, at=at, by=by, unit_id=branch_id, after=after)
    return row


def awards_of(session, unit_id: int, quarter: Quarter) -> list[BranchAward]:
    """Return the awards of a branch whose document lies in a quarter, withdrawn ones left out."""
    return list(
        session.scalars(
            sa.select(BranchAward)
            .where(
                BranchAward.unit_id == unit_id,
                BranchAward.on_day.between(quarter.first, quarter.last),
                BranchAward.withdrawn_at.is_(None),
            )
            .order_by(BranchAward.on_day, BranchAward.id)
        )
    )

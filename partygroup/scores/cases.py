"""Writing what stands beside points: exemptions, vetoes, and the branch's appraisal of a group."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import NotFound, Refused
from partygroup.scores.closing import hold_book
from partygroup.scores.groups import LEVELS
from partygroup.scores.models import Exemption, GroupAppraisal, VetoCase
from partygroup.scores.queries import closed_quarters

NO_REASON = "请写明原因，本人会看到。"


def _refuse_own(person_id: int, by: int) -> None:
    """Raise Refused for somebody who sees to their own matter."""
    if by == person_id:
        raise Refused("自己的事要由别人来办。", 403)


def _days(from_on: date, until_on: date | None) -> dict:
    """Return the days as they are witnessed; raise Refused for an end before the beginning."""
    if until_on is not None and until_on <= from_on:
        raise Refused("结束的日子要在开始以后。")
    return {"from_on": from_on.isoformat(), "until_on": until_on and until_on.isoformat()}


def exempt(
    session, person_id: int, *, unit_id: int, reason: str, reasons: dict[str, str], approved_by: str, from_on: date,
    until_on: date | None, by: int, at: datetime,
) -> Exemption:  # fmt: skip
    """Leave somebody outside the scheme for some days; `reasons`: those of the rules in force. Raise Refused.

    Closed quarters stay as they are.
    """
    _refuse_own(person_id, by)
    if reason not in reasons:
        raise Refused("请选一条免予计分的原因。")
    after = {"reason": reasons[reason], "approved_by": approved_by} | _days(from_on, until_on)
    row = Exemption(person_id=person_id, reason=reason, approved_by=approved_by, from_on=from_on, until_on=until_on)
    session.add(row)
    witness(session, "scores.exemption.make", row, at=at, by=by, person_id=person_id, unit_id=unit_id, after=after)
    return row


def end_exemption(session, row_id: int, person_id: int, *, unit_id: int, until_on: date, by: int, at: datetime) -> None:
    """Let somebody count again from a day on. Raise NotFound or Refused."""
    row = _one(session, Exemption, row_id, person_id)
    _refuse_own(person_id, by)
    before = {"until_on": row.until_on and row.until_on.isoformat()}
    row.until_on = max(row.from_on, until_on)
    witness(session, "scores.exemption.end", row, at=at, by=by, person_id=person_id, unit_id=unit_id,
            before=before, after={"until_on": row.until_on.isoformat()})  # fmt: skip


def enter_veto(
    session, person_id: int, *, unit_id: int, ground: str, grounds: dict[str, str], document: str, from_on: date,
    until_on: date | None, by: int, at: datetime,
) -> VetoCase:  # fmt: skip
    """Enter a veto with the number of its document; `grounds`: those of the rules in force. Raise Refused."""
    _refuse_own(person_id, by)
    if ground not in grounds:
        raise Refused("请选一种否决情形。")
    if len(document) < 2:
        raise Refused("请写文件号：没有文件不能登记一票否决。")
    after = {"ground": grounds[ground], "document": document} | _days(from_on, until_on)
    row = VetoCase(person_id=person_id, ground=ground, document=document, from_on=from_on, until_on=until_on,
                   entered_by=by, entered_at=at)  # fmt: skip
    session.add(row)
    witness(session, "scores.veto.enter", row, at=at, by=by, person_id=person_id, unit_id=unit_id, after=after)
    return row


def withdraw_veto(session, row_id: int, person_id: int, *, unit_id: int, reason: str, by: int, at: datetime) -> None:
    """Withdraw a veto: it drops out as if it had not been. Raise NotFound or Refused."""
    row = _one(session, VetoCase, row_id, person_id)
    _refuse_own(person_id, by)
    if row.withdrawn_at:
        return
    if len(reason) < 2:
        raise Refused(NO_REASON)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = at, by, reason
    witness(session, "scores.veto.withdraw", row, at=at, by=by, person_id=person_id, unit_id=unit_id,
            before={"document": row.document}, reason=reason)  # fmt: skip


def _one(session, model, row_id: int, person_id: int):
    row = session.scalar(sa.select(model).where(model.id == row_id, model.person_id == person_id).with_for_update())
    if row is None:
        raise NotFound
    return row


def cases_of(session, person_id: int) -> tuple[list[Exemption], list[VetoCase]]:
    """Return exemptions and vetoes of a person, the newest first."""
    exemptions, vetoes = (
        list(session.scalars(sa.select(model).where(model.person_id == person_id).order_by(model.id.desc())))
        for model in (Exemption, VetoCase)
    )
    return exemptions, vetoes


def appraise_group(
    session, *, branch_id: int, group_id: int, quarter: Quarter, level: str, sentence: str, by: int, at: datetime
) -> GroupAppraisal:
    """Say how the branch sees a group's quarter: a level and one sentence; the newest counts. Raise Refused."""
    hold_book(session, branch_id)
    if quarter in closed_quarters(session, branch_id):
        raise Refused(f"{quarter.label}已经结账，评价不能再改。", 409)
    if day_of(at) < quarter.first:
        raise Refused(f"{quarter.label}还没有开始，到时候再评价。")
    if level not in LEVELS:
        raise Refused("请选一个等次。")
    if len(sentence) < 2:
        raise Refused("请写一句评价，党小组会看到。")
    row = GroupAppraisal(group_id=group_id, year=quarter.year, quarter=quarter.number, level=level, sentence=sentence,
                         by_id=by, at=at)  # fmt: skip
    session.add(row)
    after = {"quarter": quarter.label, "level": LEVELS[level][0], "sentence": sentence}
    witness(session, "scores.group.appraise", row, at=at, by=by, unit_id=group_id, after=after)
    return row

"""Deciding: the group leader reviews, the committee confirms or rejects; nobody decides on own ones."""

from __future__ import annotations

from datetime import datetime

from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.declaring import seize
from partygroup.scores.doubts import doubts_of
from partygroup.scores.models import Declaration, RuleTable
from partygroup.scores.people import is_at_unit, is_secretary, officers_of
from partygroup.scores.states import (
    next_state,
    refusal_to_adjust,
    refusal_to_confirm,
    refusal_to_reject,
    refusal_to_return_,
    standing,
)
from partygroup.scores.tables import Item, Table

MEETING_LENGTH, REASON_LENGTH = 60, 200
NOT_AT_UNIT = "这条由支委会确认，上级党委只办理支部书记的，和支部里没有别人能确认的。"


def item_of(session, declaration: Declaration) -> Item:
    """Return the item of a declaration, by the version of the table it cites."""
    body = session.get(RuleTable, declaration.rule_table_id).body
    return Table.from_json(body).rows[declaration.item].item


def review(
    session, declaration, *, by: int, at: datetime, points: int | None = None, reason: str = "", version=None
) -> None:
    """Pass a declaration on to the committee; with lower points and a reason if asked."""
    seize(session, declaration, version)
    points = standing(declaration) if points is None else points
    refused = refusal_to_adjust(declaration, by, item_of(session, declaration), points, reason)
    if refused := refused or doubts_of(session, [declaration]).get(declaration.id):
        raise Refused(refused)
    before, after = {"points": said(standing(declaration))}, {"points": said(points)}
    declaration.state = next_state(declaration.state, "review")
    declaration.awarded, declaration.reason = points, reason or None
    declaration.reviewed_by, declaration.reviewed_at = by, at
    witness(session, "scores.declaration.review", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, before=before, after=after, reason=reason or None)  # fmt: skip


def return_(session, declaration, *, reason: str, by: int, at: datetime, version=None) -> None:
    """Give a declaration back to whoever made it, with a reason."""
    seize(session, declaration, version)
    if refused := refusal_to_return_(declaration, by, reason):
        raise Refused(refused)
    declaration.state, declaration.reason = next_state(declaration.state, "return_"), reason
    witness(session, "scores.declaration.return", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, reason=reason)  # fmt: skip


def confirm(
    session, declaration, *, meeting: str, by: int, at: datetime, at_unit: bool = False, points: int | None = None,
    reason: str = "", version=None,
) -> None:  # fmt: skip
    """Confirm a declaration with the committee's meeting as reference; at_unit: the unit office does it."""
    seize(session, declaration, version)
    points = standing(declaration) if points is None else points
    of_secretary = _refuse_wrong_level(session, declaration, at_unit, at)
    refused = refusal_to_confirm(
        declaration, by, item_of(session, declaration), points, reason, of_secretary=of_secretary, at_unit=at_unit
    )
    refused = refused or doubts_of(session, [declaration]).get(declaration.id)
    if refused or not meeting:
        raise Refused(refused or "请写明是哪次会议定的，如“11月支委会”。")
    declaration.state = next_state(declaration.state, "confirm")
    declaration.awarded, declaration.meeting_ref, declaration.reason = points, meeting, reason or None
    declaration.confirmed_by, declaration.confirmed_at = by, at
    after = {"points": said(points), "meeting_ref": meeting}
    witness(session, "scores.declaration.confirm", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, after=after, reason=reason or None)  # fmt: skip


def reject(
    session, declaration, *, meeting: str, reason: str, by: int, at: datetime, at_unit: bool = False, version=None
) -> None:
    """Reject a declaration with a reason; the member may appeal to the unit committee's office."""
    seize(session, declaration, version)
    of_secretary = _refuse_wrong_level(session, declaration, at_unit, at)
    if refused := refusal_to_reject(declaration, by, reason, of_secretary=of_secretary, at_unit=at_unit):
        raise Refused(refused)
    declaration.state, declaration.reason = next_state(declaration.state, "reject"), reason
    declaration.meeting_ref, declaration.confirmed_by, declaration.confirmed_at = meeting or None, by, at
    witness(session, "scores.declaration.reject", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, after={"meeting_ref": meeting}, reason=reason)  # fmt: skip


def _refuse_wrong_level(session, declaration: Declaration, at_unit: bool, at: datetime) -> bool:
    """Refuse the unit office where the committee decides; return whether the beneficiary is the secretary."""
    officers = officers_of(session, [declaration.branch_id], day_of(at))
    if at_unit and not is_at_unit(officers, declaration.person_id, declaration.reviewed_by):
        raise Refused(NOT_AT_UNIT)
    return is_secretary(officers, declaration.person_id)

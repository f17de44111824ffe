"""公示 and what follows: publishing, objections and their answers, appeals, and reversing what took effect."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores import book
from partygroup.scores.declaring import seize
from partygroup.scores.models import Appeal, Declaration, Objection
from partygroup.scores.people import is_nobody_left, officers_of
from partygroup.scores.reviewing import item_of
from partygroup.scores.states import (
    State,
    answer_due,
    next_state,
    publicity_after_answer,
    publicity_until,
    refusal_to_answer,
    refusal_to_appeal,
    refusal_to_decide_appeal,
    refusal_to_object,
    refusal_to_publish,
    refusal_to_reverse,
    standing,
)
from partygroup.workdays import load_calendar

OBJECTION_LENGTH = 300
NOT_AT_UNIT_TO_ANSWER = "异议先由支委会答复；不服的，本人再申请上级党委复核。"
OUTCOMES = {"uphold": "维持", "amend": "调整", "cancel": "取消", "grant": "支持", "dismiss": "不支持"}


def publish(session, declaration: Declaration, *, by: int, at: datetime, version: int | None = None) -> date:
    """Put a confirmed declaration on publicity; return its last day, the fifth working day after today."""
    seize(session, declaration, version)
    if refused := refusal_to_publish(declaration):
        raise Refused(refused)
    today = day_of(at)
    declaration.state, declaration.public_from = next_state(declaration.state, "publish"), today
    declaration.public_until = publicity_until(today, load_calendar(session, today))
    witness(session, "scores.declaration.publish", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, after={"public_until": declaration.public_until.isoformat()})  # fmt: skip
    return declaration.public_until


def object_to(
    session, declaration: Declaration, *, text: str, of_branch: bool, by: int, at: datetime, version=None
) -> Objection:
    """Object to a line in publicity. The row about the line names nobody: who objects is known to the handlers only."""
    seize(session, declaration, version)
    today = day_of(at)
    if refused := refusal_to_object(declaration, today, text, of_branch=of_branch):
        raise Refused(refused)
    due = answer_due(today, load_calendar(session, today))
    objection = Objection(declaration_id=declaration.id, by_id=by, text=text, at=at, answer_due_on=due)
    session.add(objection)
    declaration.state = next_state(declaration.state, "object")
    witness(session, "scores.objection.make", objection, at=at, by=by, person_id=by)
    witness(session, "scores.declaration.object", declaration, at=at, by=None, person_id=declaration.person_id,
            unit_id=declaration.branch_id, reason=text)  # fmt: skip
    return objection


def open_objection(session, declaration_id: int) -> Objection | None:
    """Return the objection to a declaration that waits for an answer; None if none does."""
    open_one = sa.and_(Objection.declaration_id == declaration_id, Objection.answered_at.is_(None))
    return session.scalar(sa.select(Objection).where(open_one).order_by(Objection.id.desc()).limit(1))


def answer(
    session, declaration: Declaration, *, outcome: str, text: str, points: int | None, by: int, at: datetime,
    at_unit: bool = False, version: int | None = None,
) -> None:  # fmt: skip
    """Answer the open objection: uphold, amend (lower points) or cancel; at_unit: the unit office does it."""
    seize(session, declaration, version)
    officers = officers_of(session, [declaration.branch_id], day_of(at))
    if at_unit and not is_nobody_left(officers, declaration.person_id, declaration.confirmed_by):
        raise Refused(NOT_AT_UNIT_TO_ANSWER)
    objection = open_objection(session, declaration.id)
    refused = refusal_to_answer(
        declaration, by, outcome, text, objector_id=objection.by_id if objection else 0,
        item=item_of(session, declaration), points=points,
    )  # fmt: skip
    if refused:
        raise Refused(refused)
    before = {"points": said(standing(declaration))}
    objection.outcome, objection.answer, objection.answered_by, objection.answered_at = outcome, text, by, at
    today = day_of(at)
    declaration.state, declaration.reason = next_state(declaration.state, outcome), text
    if outcome == "amend":
        declaration.awarded = points
    if declaration.state == State.IN_PUBLICITY:
        calendar = load_calendar(session, today)
        declaration.public_until = publicity_after_answer(declaration, today, calendar)
    witness(session, "scores.objection.answer", objection, at=at, by=by, person_id=objection.by_id,
            after={"outcome": OUTCOMES[outcome]}, reason=text)  # fmt: skip
    witness(session, "scores.declaration.answer", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, before=before,
            after={"points": said(standing(declaration)), "outcome": OUTCOMES[outcome]}, reason=text)  # fmt: skip


def appeal(session, declaration: Declaration, *, text: str, by: int, at: datetime, version=None) -> Appeal:
    """Ask the unit committee's office to look again: once, by the member concerned."""
    seize(session, declaration, version)
    answered = session.scalar(
        sa.select(sa.func.count()).where(Objection.declaration_id == declaration.id, Objection.answered_at.is_not(None))
    )
    appealed = session.scalar(sa.select(sa.func.count()).where(Appeal.declaration_id == declaration.id))
    refused = refusal_to_appeal(declaration, by, day_of(at), text, answered=bool(answered), appealed=bool(appealed))
    if refused:
        raise Refused(refused)
    made = Appeal(declaration_id=declaration.id, by_id=by, text=text, at=at)
    session.add(made)
    declaration.state = next_state(declaration.state, "appeal")
    witness(session, "scores.appeal.make", made, at=at, by=by, person_id=by, unit_id=declaration.branch_id)
    witness(session, "scores.declaration.appeal", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, reason=text)  # fmt: skip
    return made


def decide_appeal(
    session, declaration: Declaration, *, outcome: str, text: str, points: int | None, by: int, at: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Decide the appeal: grant makes it effective at once, dismiss rejects it. Both are final."""
    seize(session, declaration, version)
    answerers = sa.select(Objection.answered_by).where(Objection.declaration_id == declaration.id)
    last = session.scalar(answerers.where(Objection.answered_by == by).limit(1))
    refused = refusal_to_decide_appeal(
        declaration, by, outcome, text, item=item_of(session, declaration), points=points, answered_by=last
    )
    if refused:
        raise Refused(refused)
    made = session.scalars(sa.select(Appeal).where(Appeal.declaration_id == declaration.id)).one()
    made.outcome, made.answer, made.answered_by, made.answered_at = outcome, text, by, at
    declaration.state, declaration.reason = next_state(declaration.state, outcome), text
    if outcome == "grant":
        declaration.awarded = declaration.points if points is None else points
        declaration.confirmed_by, declaration.confirmed_at, declaration.meeting_ref = by, at, None
    witness(session, "scores.appeal.decide", made, at=at, by=by, person_id=made.by_id,
            unit_id=declaration.branch_id, after={"outcome": OUTCOMES[outcome]}, reason=text)  # fmt: skip
    after = {"outcome": OUTCOMES[outcome], "points": said(standing(declaration))}
    witness(session, "scores.declaration.decide", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, after=after, reason=text)  # fmt: skip
    if outcome == "grant":
        book.make_entry(session, declaration, at=at)


def reverse(session, declaration: Declaration, *, reason: str, by: int, at: datetime, version=None) -> None:
    """Reverse what took effect, with a reason: the entry stays, what undoes it is a row of its own."""
    seize(session, declaration, version)
    if refused := refusal_to_reverse(declaration, by, reason):
        raise Refused(refused)
    book.reverse_entry(session, declaration, by=by, reason=reason, at=at)
    declaration.state, declaration.reason = next_state(declaration.state, "reverse"), reason
    witness(session, "scores.declaration.reverse", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, reason=reason)  # fmt: skip

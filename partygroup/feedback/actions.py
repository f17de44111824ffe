"""Giving feedback and answering it."""

from __future__ import annotations

from datetime import datetime

from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.feedback.models import Feedback
from partygroup.feedback.rules import refusal_of_answer, refusal_of_text


def give_feedback(session, *, path: str, text: str, branch_id: int | None, by: int, at: datetime) -> Feedback:
    """Keep what somebody says about the software, with the page it is about."""
    if reason := refusal_of_text(text):
        raise Refused(reason)
    row = Feedback(person_id=by, branch_id=branch_id, path=path, text=text, at=at)
    session.add(row)
    witness(session, "feedback.give", row, at=at, by=by, person_id=by, unit_id=branch_id)
    return row


def answer_feedback(session, feedback: Feedback, *, answer: str, by: int, at: datetime) -> None:
    """Answer in public. The first answer stands: a second one is refused (409), the same one again is no fault."""
    if reason := refusal_of_answer(answer):
        raise Refused(reason)
    session.refresh(feedback, ["answer", "answered_at"], with_for_update=True)
    if feedback.answer == answer:
        return
    if feedback.answered_at:
        raise Refused("这条意见已经有人答复了，请刷新看看。", 409)
    feedback.answer, feedback.answered_by, feedback.answered_at = answer, by, at
    witness(
        session, "feedback.answer", feedback, at=at, by=by, person_id=feedback.person_id, unit_id=feedback.branch_id
    )

"""Deciding on a declaration: review, confirmation, objection and its answer, appeal, reversal (domain.md 13)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup.db import db
from partygroup.people.models import OFFICER_ROLES
from partygroup.policy import Can
from partygroup.scores import publicity, reviewing
from partygroup.scores.listing import units_held
from partygroup.scores.publicity import OBJECTION_LENGTH
from partygroup.scores.reviewing import MEETING_LENGTH
from partygroup.web.asked import text_typed
from partygroup.web.declared import as_shown, carry_out, declaration_of, level_of, points_typed, reason_typed
from partygroup.web.needs import needs

pages = Blueprint("deciding", __name__)


@pages.post("/declarations/<id:declaration_id>/review")
@needs(Can.REVIEW_DECLARATION, declaration_of)
def review(seen):
    """Pass it on to the committee, or give it back, with a reason."""

    def act():
        if request.form.get("act") == "return":
            return reviewing.return_(db.session, seen.declaration, reason=reason_typed(), **as_shown())
        points = points_typed(seen)
        return reviewing.review(db.session, seen.declaration, points=points, reason=reason_typed(), **as_shown())

    return carry_out(
        seen, act, "已退回，本人会看到原因。" if request.form.get("act") == "return" else "已核实，转支委会。"
    )


@pages.post("/declarations/<id:declaration_id>/confirmation")
@needs(Can.CONFIRM_DECLARATION, declaration_of)
def confirm(seen):
    """Confirm it with the meeting as reference, or reject it, with a reason."""
    at_unit, _ = level_of(seen)
    is_officer = seen.declaration.branch_id in units_held(current_user, *OFFICER_ROLES)
    facts = {"meeting": text_typed("meeting", MEETING_LENGTH), "reason": reason_typed(),
             "at_unit": at_unit or not is_officer}  # fmt: skip

    def act():
        if request.form.get("act") == "reject":
            return reviewing.reject(db.session, seen.declaration, **facts, **as_shown())
        points = points_typed(seen)
        return reviewing.confirm(db.session, seen.declaration, points=points, **facts, **as_shown())

    words = "未予通过，本人会看到原因。" if request.form.get("act") == "reject" else "已确认，等公示。"
    return carry_out(seen, act, words)


@pages.post("/declarations/<id:declaration_id>/answer")
@needs(Can.ANSWER_OBJECTION, declaration_of)
def answer(seen):
    """Answer the open objection."""

    def act():
        points = points_typed(seen) if request.form.get("outcome") == "amend" else None
        at_unit = seen.declaration.branch_id not in units_held(current_user, *OFFICER_ROLES)
        publicity.answer(
            db.session, seen.declaration, outcome=request.form.get("outcome", ""),
            text=text_typed("text", OBJECTION_LENGTH), points=points, at_unit=at_unit, **as_shown(),
        )  # fmt: skip

    return carry_out(seen, act, "已答复，本人和提出的人都会看到。", "text")


@pages.post("/declarations/<id:declaration_id>/appeal")
@needs(Can.APPEAL, declaration_of)
def appeal(seen):
    """Ask the unit committee's office to look again."""
    text = text_typed("text", OBJECTION_LENGTH)
    return carry_out(seen, lambda: publicity.appeal(db.session, seen.declaration, text=text, **as_shown()),
                "已提出，由上级党委党群部门复核。", "text")  # fmt: skip


@pages.post("/declarations/<id:declaration_id>/decision")
@needs(Can.DECIDE_APPEAL, declaration_of)
def decide(seen):
    """Decide an appeal, finally."""

    def act():
        publicity.decide_appeal(
            db.session, seen.declaration, outcome=request.form.get("outcome", ""),
            text=text_typed("text", OBJECTION_LENGTH),
            points=points_typed(seen), **as_shown(),
        )  # fmt: skip

    return carry_out(seen, act, "已办结，本人会看到。", "text")


@pages.post("/declarations/<id:declaration_id>/reversal")
@needs(Can.REVERSE_ENTRY, declaration_of)
def reverse(seen):
    """Reverse what took effect, with a reason."""
    return carry_out(seen, lambda: publicity.reverse(db.session, seen.declaration, reason=reason_typed(), **as_shown()),
                "已更正，原来的记录还在。")  # fmt: skip

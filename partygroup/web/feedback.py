"""意见建议: said from any page, answered in public (G4)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Differs, NotFound, Refused
from partygroup.feedback import actions, queries
from partygroup.feedback.models import TEXT_LENGTH, Feedback
from partygroup.org.queries import company, lineage
from partygroup.policy import Can, Place, may, units_where
from partygroup.text import clean
from partygroup.web.asked import number_asked
from partygroup.web.identity import own_path
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.respond import done, respond

pages = Blueprint("feedback", __name__)


@dataclass(frozen=True)
class SeenFeedback:
    """A piece of feedback and the place at which the policy is asked: the branch of whoever gave it."""

    row: Feedback
    place: Place


def feedback_of(feedback_id: int) -> SeenFeedback:
    """Return feedback that this person sees: own, answered, or theirs to answer; raise NotFound."""
    row = queries.get_feedback(db.session, feedback_id)
    line = lineage(db.session, row.branch_id, clock.today()) if row.branch_id else []
    place = Place(tuple(unit[0] for unit in line) or (company(db.session).id,), row.person_id)
    is_visible = row.answered_at or row.person_id == current_user.id or may(current_user, Can.ANSWER_FEEDBACK, place)
    if not is_visible:
        raise NotFound
    return SeenFeedback(row, place)


@pages.get("/feedback")
@needs(Can.GIVE_FEEDBACK)
def index():
    """Show the form, prefilled with the page one comes from, own open ones, and what was answered."""
    return feedback_page(own_path(request.args.get("from")) or "")


def feedback_page(path: str, *, text: str = "", status: int = 200, errors: dict | None = None, before=None):
    """Return the page with what was typed."""
    rows = queries.answered(db.session, before=number_asked("before"))
    return respond(
        "feedback/index.html",
        status=status,
        path=path,
        text=text,
        errors=errors or {},
        answered=rows,
        is_full=len(rows) == queries.PAGE,
        mine=queries.open_of(db.session, current_user.id),
        limit=TEXT_LENGTH,
        answers=bool(units_where(current_user, Can.ANSWER_FEEDBACK)),
        key=key_of(before),
        before=before,
    )


@pages.post("/feedback")
@needs(Can.GIVE_FEEDBACK)
def give():
    """Keep what was said; a double tap keeps it once."""
    who, at = current_user._get_current_object(), clock.now()
    path, text = own_path(request.form.get("path")) or "", clean(request.form.get("text"), TEXT_LENGTH + 1, lines=True)

    def act() -> int:
        given = actions.give_feedback(db.session, path=path[:200], text=text, branch_id=who.branch_id, by=who.id, at=at)
        return given.id

    try:
        do_once(act, at=at)
    except Differs as twice:
        stands = feedback_of(int(twice.kept)).row
        both = Before(url_for("feedback.index"), {"写的": stands.text}, {"写的": text})
        return feedback_page(path, text=text, status=twice.status, before=both)
    except Refused as refusal:
        return feedback_page(path, text=text, status=refusal.status, errors={"text": refusal.reason})
    return done("收到了，答复会写在这一页。", "feedback.index")


@pages.get("/feedback/open")
@needs(Can.ANSWER_FEEDBACK)
def waiting():
    """List what waits for an answer, the oldest first."""
    return respond("feedback/open.html", waiting=queries.waiting(db.session, clock.today()), limit=TEXT_LENGTH)


@pages.get("/feedback/<id:feedback_id>/answer")
@needs(Can.ANSWER_FEEDBACK, feedback_of)
def ask_answer(seen):
    """Show one piece of feedback with the form for its answer."""
    return answer_page(seen)


def answer_page(seen: SeenFeedback, *, status: int = 200, errors: dict | None = None, text: str = ""):
    """Return the page of an answer with what was typed."""
    return respond(
        "feedback/answer.html", status=status, row=seen.row, errors=errors or {}, text=text, limit=TEXT_LENGTH
    )


@pages.post("/feedback/<id:feedback_id>/answer")
@needs(Can.ANSWER_FEEDBACK, feedback_of)
def answer(seen):
    """Answer a piece of feedback in public."""
    text = clean(request.form.get("answer"), TEXT_LENGTH + 1, lines=True)
    try:
        with transaction(db.session):
            actions.answer_feedback(db.session, seen.row, answer=text, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return answer_page(seen, status=refusal.status, errors={"answer": refusal.reason}, text=text)
    return done("已答复，大家都看得到。", "feedback.waiting")

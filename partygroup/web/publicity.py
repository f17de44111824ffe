"""公示: what a branch shows its members before it counts, and objecting to a line (D5)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.org.models import UnitKind
from partygroup.people.models import MEMBERS
from partygroup.policy import Can
from partygroup.scores import publicity
from partygroup.scores.listing import in_publicity
from partygroup.scores.publicity import OBJECTION_LENGTH
from partygroup.scores.tables import DIMENSIONS
from partygroup.web.asked import text_typed
from partygroup.web.declared import declaration_of, version_shown
from partygroup.web.needs import needs
from partygroup.web.org import find_seen
from partygroup.web.respond import done, respond

pages = Blueprint("publicity", __name__)


def branch_of(unit_id: int):
    """Return the branch if this person may see what it shows; raise NotFound."""
    return find_seen(unit_id, (UnitKind.BRANCH,), Can.SEE_UNIT, Can.SEE_PUBLICITY)


@pages.get("/branches/<id:unit_id>/publicity")
@needs(Can.SEE_PUBLICITY, branch_of)
def show(branch):
    """Show what is on publicity, by group and name, never by points."""
    return show_page(branch)


def show_page(branch, *, status: int = 200, problems: dict | None = None, at_id: int | None = None):
    """Return the page; `at_id`: the line whose form had something wrong."""
    rows = in_publicity(db.session, branch.id)
    groups: dict[str, list] = {}
    for one in rows:
        groups.setdefault(one.group_name or "没有编入党小组", []).append(one)
    may_object = current_user.branch_id == branch.id and current_user.standing in MEMBERS
    return respond(
        "publicity/show.html", status=status, branch=branch, groups=groups, count=len(rows), may_object=may_object,
        problems=problems or {}, at_id=at_id, typed=request.form, dimensions=DIMENSIONS, length=OBJECTION_LENGTH,
        today=clock.today(),
    )  # fmt: skip


@pages.post("/declarations/<id:declaration_id>/objections")
@needs(Can.OBJECT, declaration_of)
def object_(seen):
    """Object to a line in publicity; only the handlers learn who did."""
    declaration = seen.declaration
    of_branch = current_user.branch_id == declaration.branch_id and current_user.standing in MEMBERS
    try:
        with transaction(db.session):
            publicity.object_to(
                db.session, declaration, text=text_typed("text", OBJECTION_LENGTH), of_branch=of_branch,
                by=current_user.id, at=clock.now(), version=version_shown(),
            )  # fmt: skip
    except Refused as refusal:
        branch = branch_of(declaration.branch_id)
        return show_page(branch, status=refusal.status, problems={f"text-{seen.id}": refusal.reason}, at_id=seen.id)
    words = "已收到，支委会 5 个工作日内答复，只有经办的人和审计员看得到是您提的。"
    return done(words, "publicity.show", unit_id=declaration.branch_id)

"""补课: who of a branch or group missed what, recorded in one tap, and confirmed by the member in one (B12)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.makeups import answer_make_up, record_make_up
from partygroup.attendance.models import MAKE_UP_NAMES
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.meetings.queries import visible_to
from partygroup.org.models import UnitKind
from partygroup.policy import Can
from partygroup.scores.missed import entries_of, missed_in, people_due
from partygroup.text import whole_number
from partygroup.web.asked import day_typed, number_typed
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import do_once
from partygroup.web.org import SeenUnit, find_seen
from partygroup.web.respond import done, respond

pages = Blueprint("makeups", __name__)


def branch_of(unit_id: int) -> SeenUnit:
    """Return the branch as it stands today; raise NotFound."""
    return find_seen(unit_id, (UnitKind.BRANCH,), Can.SEE_UNIT, Can.MAKE_UP)


def group_of(unit_id: int) -> SeenUnit:
    """Return the group as it stands today; raise NotFound."""
    return find_seen(unit_id, (UnitKind.PARTY_GROUP,), Can.SEE_UNIT, Can.MAKE_UP)


@pages.get("/branches/<id:unit_id>/make-ups")
@needs(Can.MAKE_UP, branch_of)
def branch(unit):
    """Show who of a branch missed what and can still make up for it."""
    return _page(unit)


@pages.get("/groups/<id:unit_id>/make-ups")
@needs(Can.MAKE_UP, group_of)
def group(unit):
    """Show who of a group missed what and can still make up for it."""
    return _page(unit)


def _page(unit: SeenUnit):
    today = clock.today()
    missed = missed_in(db.session, visible_to(current_user, today), entries_of(unit.kind, unit.id), today=today)
    return respond(
        "attendance/makeups.html", unit=unit, missed=missed, ways=MAKE_UP_NAMES, today=today,
        here=f"/{'groups' if unit.kind == UnitKind.PARTY_GROUP else 'branches'}/{unit.id}",
    )  # fmt: skip


@pages.post("/branches/<id:unit_id>/make-ups")
@needs(Can.MAKE_UP, branch_of)
def record_of_branch(unit):
    """Record that people of a branch made up for a meeting."""
    return _record(unit, "makeups.branch")


@pages.post("/groups/<id:unit_id>/make-ups")
@needs(Can.MAKE_UP, group_of)
def record_of_group(unit):
    """Record that people of a group made up for a meeting."""
    return _record(unit, "makeups.group")


def _record(unit: SeenUnit, page: str):
    """Record a make-up for each person named, several at once; who has one keeps it."""
    at, on_day = clock.now(), day_typed("on_day")
    chosen = set(filter(None, map(whole_number, request.form.get("people", "").split(","))))
    if not chosen or on_day is None:
        raise Refused("请点谁补了课，并写清哪天补的。")
    met = meeting_of(number_typed("gathering") or 0)
    if chosen - people_due(db.session, met.id, entries_of(unit.kind, unit.id)):
        raise Refused("选的人里有不在这次应到名单里的，请刷新再点。")
    with transaction(db.session):
        made = sum(
            record_make_up(
                db.session, met.gathering, person_id=person_id, way=request.form.get("way", ""), on_day=on_day,
                by=current_user.id, at=at,
            )
            for person_id in sorted(chosen)
        )  # fmt: skip
    words = f"{made} 人的补课已登记，本人在首页一点就确认；7 天没有说，按登记的算。" if made else "已经登记过了。"
    return done(words, page, unit_id=unit.id)


@pages.post("/meetings/<id:gathering_id>/make-up-answers")
@needs(Can.ANSWER_MAKE_UP, meeting_of)
def answer(met):
    """Confirm one's own make-up, or say that it is not so."""
    at, said = clock.now(), request.form.get("answer", "")
    if said not in ("yes", "no"):
        raise Refused("请点“补了”或“没有补”。")

    def act() -> int:
        answer_make_up(db.session, met.gathering, person_id=current_user.id, is_so=said == "yes", at=at)
        return met.id

    do_once(act, at=at)
    return done("收到。" if said == "yes" else "收到，这次补课撤销了，主持人会看到。", "home.home")

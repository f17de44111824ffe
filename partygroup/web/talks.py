"""谈心谈话: one's own talks and the form to enter one; a branch's year; what was said, opened by a button (B15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.audit import readings_of
from partygroup.db import db, transaction
from partygroup.errors import Differs, NotFound, Refused
from partygroup.meetings.queries import talks_a_year
from partygroup.org.models import UnitKind
from partygroup.org.queries import units_named
from partygroup.policy import Can, Place, may, units_where
from partygroup.talks import actions, queries
from partygroup.talks.models import REASON_LENGTH, SUMMARY_LENGTH
from partygroup.talks.queries import Circle, Told
from partygroup.talks.rules import TOPICS, Entered
from partygroup.text import clean
from partygroup.web.asked import FIRST_LEDGER, day_typed, last_seen, number_typed, text_typed, year_asked
from partygroup.web.filters import full_day
from partygroup.web.loaders import place_of_unit
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.org import branch_of
from partygroup.web.respond import done, respond
from partygroup.web.restricted import note_opened, place_about

pages = Blueprint("talks", __name__)
#: What a talk is called in the log of readings.
SORT = "heart_talk"


@dataclass(frozen=True)
class SeenTalk:
    """A talk and its place: of each of the two, their own."""

    told: Told
    place: Place

    @property
    def id(self) -> int:
        return self.told.id


def talk_of(talk_id: int) -> SeenTalk:
    """Return a talk to the two and to the branch's secretary; raise NotFound."""
    told = queries.get_talk(db.session, talk_id)
    place = place_about(place_of_unit(told.talk.branch_id).lineage, told.talk.two)
    if not may(current_user, Can.READ_RESTRICTED, place):
        raise NotFound
    return SeenTalk(told, place)


# --- entering one -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """The form: for which branch, with whom there, and whether whoever asks may enter talks of others."""

    branch_id: int
    name: str
    circle: Circle
    for_others: bool
    branches: list = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Say whether whoever asks has a talk to enter here."""
        return self.for_others or current_user.id in self.circle.names


def _desk(asked: str | None) -> Desk | None:
    """Return the form of the branch that is asked for, of the own one otherwise; None for who has no branch."""
    today = clock.today()
    ids = units_where(current_user, Can.ENTER_TALK)
    units = [unit for unit in units_named(db.session, ids, today) if unit.kind == UnitKind.BRANCH]
    units.sort(key=lambda unit: (str(unit.id) != asked, unit.id != current_user.branch_id))
    if not units:
        return None
    unit = units[0]
    for_others = may(current_user, Can.ENTER_TALK_OF_OTHERS, place_of_unit(unit.id))
    return Desk(unit.id, unit.name, queries.circle_of(db.session, unit.id, today), for_others, units)


@pages.get("/talks")
@needs(Can.SEE_OWN)
def mine():
    """Show the form, filled in but for with whom, and my own talks."""
    return _page(_desk(request.args.get("branch")), request.args)


def _page(desk: Desk | None, typed, *, status: int = 200, problems: dict | None = None, before=None):
    rows = queries.talks_with(db.session, current_user.id, before=last_seen())
    return respond(
        "talks/mine.html", status=status, desk=desk if desk and desk.is_open else None, typed=typed, rows=rows,
        is_full=len(rows) == queries.PAGE, today=clock.today(), topics=TOPICS, problems=problems or {}, before=before,
        key=key_of(before), limit=SUMMARY_LENGTH,
    )  # fmt: skip


@pages.post("/talks")
@needs(Can.ENTER_TALK)
def enter():
    """Keep a talk; a double tap keeps it once."""
    at, desk = clock.now(), _desk(request.form.get("branch"))
    if desk is None:
        raise NotFound
    talk = Entered(
        number_typed("one") or current_user.id, number_typed("with"), day_typed("day"), request.form.get("topic"),
        clean(request.form.get("summary"), SUMMARY_LENGTH + 1, lines=True),
    )  # fmt: skip

    def act() -> int:
        return actions.enter_talk(
            db.session, talk, branch_id=desk.branch_id, circle=desk.circle, for_others=desk.for_others,
            by=current_user.id, at=at,
        )  # fmt: skip

    try:
        do_once(act, at=at)
    except Differs as twice:
        both = _before(queries.get_talk(db.session, int(twice.kept)), talk, desk)
        return _page(desk, request.form, status=twice.status, before=both)
    except Refused as refusal:
        return _page(desk, request.form, status=refusal.status, problems={refusal.field or "with": refusal.reason})
    if request.form.get("to") == "branch":
        return done("记下了。", "talks.branch", unit_id=desk.branch_id)
    return done("记下了，对方在自己的“谈心谈话”里看得到。", "talks.mine")


def _before(stands: Told, talk: Entered, desk: Desk) -> Before:
    """Return the talk that the form was kept as, beside what it would be now; of what was said only whether it was."""
    names = desk.circle.names
    kept = {"谁和谁": f"{stands.first}、{stands.second}", "哪天": full_day(stands.talk.held_on), "类别": stands.topic}
    two = sorted(one for one in (talk.one, talk.other) if one)
    now = {"谁和谁": "、".join(names.get(one, "") for one in two), "哪天": full_day(talk.held_on)}
    now |= {"类别": TOPICS.get(talk.topic, ""), "内容": "写了" if talk.summary else ""}
    return Before(url_for("talks.show", talk_id=stands.id), kept | {"内容": stands.talk.has_summary and "写了"}, now)


# --- one talk ---------------------------------------------------------------------------------------------------------


@pages.get("/talks/<id:talk_id>")
@needs(Can.READ_RESTRICTED, talk_of)
def show(seen):
    """Show a talk; what was said stays closed."""
    return _show(seen)


def _show(seen: SeenTalk, *, text: str | None = None, status: int = 200, problems: dict | None = None):
    is_mine = seen.place.person_id is not None
    back = "/talks" if is_mine else f"/branches/{seen.told.talk.branch_id}/talks"
    readings = readings_of(db.session, SORT, seen.id, current_user.id) if is_mine else []
    return respond(
        "talks/show.html", status=status, seen=seen, told=seen.told, talk=seen.told.talk, text=text, back=back,
        readings=readings, problems=problems or {}, typed=request.form, limit=REASON_LENGTH,
    )  # fmt: skip


@pages.post("/talks/<id:talk_id>/readings")
@needs(Can.READ_RESTRICTED, talk_of)
def read(seen):
    """Write the reading down, then answer with what was said."""
    if not seen.told.talk.has_summary:
        return done("", "talks.show", talk_id=seen.id)
    note_opened(SORT, seen.id, seen.told.talk.two)
    return _show(seen, text=queries.summary_of(db.session, seen.id))


@pages.post("/talks/<id:talk_id>/withdrawal")
@needs(Can.WITHDRAW_TALK, talk_of)
def withdraw(seen):
    """Withdraw a talk with a reason."""
    try:
        with transaction(db.session):
            reason = text_typed("reason", REASON_LENGTH)
            actions.withdraw_talk(db.session, seen.told.talk, reason=reason, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return _show(talk_of(seen.id), status=refusal.status, problems={"reason": refusal.reason})
    return done("已撤回，原因写明了。", "talks.show", talk_id=seen.id)


# --- a branch's year --------------------------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/talks")
@needs(Can.SEE_TALKS, branch_of)
def branch(unit):
    """Show whom nobody has talked with in a year, and which talks there were: that they were, not what was said."""
    today = clock.today()
    year = year_asked(today)
    circle, owed = queries.circle_of(db.session, unit.id, min(today, date(year, 12, 31))), talks_a_year(db.session)
    return respond(
        "talks/branch.html", unit=unit, year=year, this_year=today.year, first_year=FIRST_LEDGER, names=circle.names,
        cover=queries.coverage_of(db.session, circle, year, owed=owed), owed=owed, members=len(circle.reminded),
        talks=queries.talks_of_year(db.session, unit.id, year),
        opens=may(current_user, Can.READ_RESTRICTED, unit.place),
        for_others=may(current_user, Can.ENTER_TALK_OF_OTHERS, unit.place),
    )  # fmt: skip

"""组织生活会: a checklist of stages with their days, the problems it listed, criticism opinions for few (B15)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.models import TEXT_LENGTH
from partygroup.activities.problems import problems_at, visible_problems
from partygroup.audit import readings_of
from partygroup.db import db, transaction
from partygroup.errors import Differs, NotFound, Refused
from partygroup.meetings.models import State
from partygroup.orglife import actions
from partygroup.orglife.models import OPINION_LENGTH, STAGE_NAMES, STAGES, Stage
from partygroup.orglife.queries import Opinion, get_opinion, opinion_of, opinions_of, org_life_of
from partygroup.policy import Can, Grant, Place, grant, may
from partygroup.text import clean
from partygroup.web.asked import day_meant, number_typed, text_typed
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import do_once, key_of
from partygroup.web.respond import done, respond
from partygroup.web.restricted import note_opened, place_about

pages = Blueprint("orglife", __name__)
#: What an opinion is called in the log of readings.
SORT = "criticism"


class Life:
    """The organisational-life meeting of a gathering, with the place at which the policy is asked."""

    def __init__(self, met):
        self.met, self.place = met, met.place
        self.life = org_life_of(db.session, met.gathering)

    @property
    def there(self) -> dict:
        return {"gathering_id": self.met.id}

    @property
    def branch_id(self) -> int:
        """Return the branch to which its problems belong: the unit, or the one above a group."""
        return self.place.lineage[self.met.gathering.circle == "group" and len(self.place.lineage) > 1]


def life_of(gathering_id: int) -> Life:
    """Return the organisational-life meeting one may see; raise NotFound."""
    return Life(meeting_of(gathering_id))


class SeenOpinion:
    """An opinion and its place: of the one it is about and of its writer, their own."""

    def __init__(self, life: Life, opinion: Opinion):
        self.life, self.opinion = life, opinion
        self.place = place_about(life.place.lineage, opinion.concerns)


def seen_opinion(gathering_id: int, opinion_id: int) -> SeenOpinion:
    """Return an opinion to whom it is about, to its writer and to the branch's secretary; raise NotFound."""
    life = life_of(gathering_id)
    seen = SeenOpinion(life, get_opinion(db.session, life.life.meeting.id, opinion_id))
    if not may(current_user, Can.READ_RESTRICTED, seen.place):
        raise NotFound
    return seen


def own_opinion(gathering_id: int, opinion_id: int) -> SeenOpinion:
    """Return an opinion with its writer as the one concerned; raise NotFound as `seen_opinion`."""
    seen = seen_opinion(gathering_id, opinion_id)
    seen.place = Place(seen.life.place.lineage, seen.opinion.row.by_id)
    return seen


@pages.get("/meetings/<id:gathering_id>/org-life")
@needs(Can.SEE_MEETING, life_of)
def show(life):
    """Show stages and problems; and of opinions, without their texts, those about me or by me."""
    return _page(life)


@pages.get("/meetings/<id:gathering_id>/org-life/criticisms")
@needs(Can.READ_RESTRICTED, life_of)
def criticisms(life):
    """Show the secretary about whom there are opinions, and by whom, without their texts."""
    return _page(life)


def _page(life: Life, *, status: int = 200, problems: dict | None = None, opened: int | None = None, text: str = ""):
    met, today = life.met, clock.today()
    runs = grant(current_user, Can.RUN_ORG_LIFE, life.place) is Grant.YES
    shows_all = request.endpoint in ("orglife.criticisms", "orglife.read")
    shows_all = shows_all and grant(current_user, Can.READ_RESTRICTED, life.place) is Grant.YES
    opinions = opinions_of(db.session, life.life.meeting.id, of=None if shows_all else current_user.id)
    mine = any(current_user.id in one.concerns for one in opinions if one.id == opened)
    people = list(life.life.people.items())
    return respond(
        "orglife/show.html", status=status, met=met, life=life.life, stages=STAGES, stage_names=STAGE_NAMES, runs=runs,
        taken=problems_at(db.session, visible_problems(current_user, today), life.life.meeting.id), today=today,
        opinions=opinions, opened=opened, text=text, cancelled=met.state == State.CANCELLED,
        readings=readings_of(db.session, SORT, opened, current_user.id) if mine else (),
        people=people, others=[one for one in people if one[0] != current_user.id], shows_all=shows_all,
        criticises=may(current_user, Can.CRITICISE, life.place) and current_user.id in life.life.people,
        problems=problems or {}, typed=request.form, key=key_of(), own_id=current_user.id,
        text_length=TEXT_LENGTH, opinion_length=OPINION_LENGTH,
    )  # fmt: skip


@pages.post("/meetings/<id:gathering_id>/org-life/stages")
@needs(Can.RUN_ORG_LIFE, life_of)
def date(life):
    """Keep on which day a stage was done."""
    stage = request.form.get("stage", "")
    if stage not in STAGES:
        raise Refused("请选是哪一步。")
    stage = Stage(stage)
    try:
        on = day_meant("on", "日期")
        with transaction(db.session):
            actions.date_stage(db.session, life.met.gathering, life.life, stage, on=on, by=current_user.id,
                               at=clock.now())  # fmt: skip
    except Refused as refusal:
        return _page(life_of(life.met.id), status=refusal.status, problems={stage: refusal.reason})
    return done(f"“{STAGE_NAMES[stage]}”记下了。", "orglife.show", **life.there)


@pages.post("/meetings/<id:gathering_id>/org-life/problems")
@needs(Can.RUN_ORG_LIFE, life_of)
def list_problem(life):
    """List a problem of the branch or of somebody, with who sees to it until when; a double tap lists one."""
    at = clock.now()

    def act() -> int:
        problem = actions.list_problem(
            db.session, life.met.gathering, life.life, branch_id=life.branch_id,
            text=text_typed("text", TEXT_LENGTH), about_id=number_typed("of"), owner_id=number_typed("owner"),
            due_on=day_meant("due_on", "期限"), by=current_user.id, at=at,
        )  # fmt: skip
        return problem.id

    return _once(life, act, "列进问题清单了。", "text")


@pages.post("/meetings/<id:gathering_id>/org-life/criticisms")
@needs(Can.CRITICISE, life_of)
def criticise(life):
    """Keep my opinion about somebody; a double tap keeps one."""
    at, text = clock.now(), clean(request.form.get("opinion"), OPINION_LENGTH + 1, lines=True)

    def act() -> int:
        return actions.criticise(
            db.session, life.met.gathering, life.life, about_id=number_typed("about"), text=text, by=current_user.id,
            at=at,
        ).id  # fmt: skip

    return _once(life, act, "记下了，只有本人、您和支部书记看得到。", "opinion")


def _once(life: Life, act, words: str, field: str):
    try:
        do_once(act, at=clock.now())
    except Differs:
        raise
    except Refused as refusal:
        problems = {refusal.field or field: refusal.reason}
        return _page(life_of(life.met.id), status=refusal.status, problems=problems)
    return done(words, "orglife.show", **life.there)


@pages.post("/meetings/<id:gathering_id>/org-life/criticisms/<id:opinion_id>/reading")
@needs(Can.READ_RESTRICTED, seen_opinion)
def read(seen):
    """Show an opinion, once the reading is written down."""
    opinion = seen.opinion
    note_opened(SORT, opinion.id, opinion.concerns)
    return _page(life_of(seen.life.met.id), opened=opinion.id, text=opinion_of(db.session, opinion))


@pages.post("/meetings/<id:gathering_id>/org-life/criticisms/<id:opinion_id>/withdrawal")
@needs(Can.WITHDRAW_CRITICISM, own_opinion)
def withdraw(seen):
    """Take my opinion back, with its text."""
    with transaction(db.session):
        actions.withdraw_criticism(db.session, seen.opinion.id, by=current_user.id, at=clock.now())
    return done("撤回了，内容不再保留。", "orglife.show", **seen.life.there)

"""记一笔: jotting an activity, its page, changing, adding to, withdrawing and answering it (C1, C3)."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, current_app, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.activities import actions
from partygroup.activities.coverage import members_of_branch
from partygroup.activities.models import REASON_LENGTH, REMARK_LENGTH
from partygroup.activities.photos import MAX_BYTES, discard, store
from partygroup.activities.presets import BRANDS, DIMENSIONS, MINUTES, SORTS, TWO_WAYS
from partygroup.activities.queries import Jotted, get_jotted, habit_of, visible_to
from partygroup.activities.rules import MAX_PHOTOS, refusal_to_edit, settles_on
from partygroup.activities.themes import chosen, counted
from partygroup.db import db, transaction
from partygroup.errors import Differs, Refused
from partygroup.org.models import UnitKind
from partygroup.policy import Can, may
from partygroup.scores.from_activity import Offer, offer_of
from partygroup.web.asked import number_asked, text_typed
from partygroup.web.jotting import (
    Choice,
    Draft,
    all_of,
    choices_for,
    chosen_of,
    facts_of,
    form_page,
    near_themes,
    people_of,
    pictures_sent,
    preset_of,
    still_missing,
    theme_typed,
)
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.outbox import written_at
from partygroup.web.respond import done, of_today, respond

pages = Blueprint("activities", __name__)
#: The forms around the photos.
ROOM_FOR_FORM = 256 * 1024
WITH_PHOTOS = ("activities.jot", "activities.revise")


@pages.before_request
def make_room_for_photos() -> None:
    """Let the two forms that carry photos carry three; everything else stays small.

    They are received whole before anybody is looked up: a slow phone must not hold the write lock meanwhile.
    """
    if request.endpoint in WITH_PHOTOS:
        request.max_content_length = MAX_PHOTOS * MAX_BYTES + ROOM_FOR_FORM
        _ = request.files


# --- the thing --------------------------------------------------------------------------------------------------------


def activity_of(activity_id: int) -> Jotted:
    """Return the activity if this person may see it; raise NotFound."""
    today = clock.today()
    return get_jotted(db.session, activity_id, visible_to(current_user, today), today)


# --- jotting ----------------------------------------------------------------------------------------------------------


@pages.get("/activities/new")
@needs(Can.JOT_ACTIVITY)
def new():
    """Show the form filled: the own group, what one jotted last, everybody named, today, half an hour.

    For a branch nobody is named yet: it is rarely all of it. For the next part of a theme, who was not reached yet.
    """
    today = clock.today()
    choices = choices_for(Can.JOT_ACTIVITY, today)
    choice = chosen_of(choices, request.args.get("unit"))
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else habit_of(db.session, choice.id, current_user.id)
    draft = Draft(sort=sort, day=today.isoformat())
    if choice.is_group:
        draft = replace(draft, people=all_of(choice, members_of_branch(db.session, choice.branch_id, today)))
    if theme := chosen(near_themes(choice, today=today), number_asked("topic")):
        missing = still_missing(counted(db.session, theme, today), choice, number_asked("team"))
        draft = replace(draft, theme=str(theme.id), people=tuple(str(one.id) for one in missing))
    of_today()
    return _new_page(draft, choice, choices)


def _new_page(draft: Draft, choice: Choice, choices: list[Choice], *, before: Before | None = None, **more):
    """Return the page of the form; of the themes those that run today, and the one that was chosen."""
    today = clock.today()
    near = near_themes(choice, today=today)
    return form_page(
        "activities/new.html", draft, choice, choices=choices, key=key_of(before), before=before,
        themes=[one for one in near if one.covers(today) or str(one.id) == draft.theme], **more,
    )  # fmt: skip


@pages.post("/activities")
@needs(Can.JOT_ACTIVITY)
def jot():
    """Keep an activity; a double tap keeps one."""
    today = clock.today()
    choices = choices_for(Can.JOT_ACTIVITY, today)
    choice, draft = chosen_of(choices, request.form.get("unit")), Draft.typed()
    if shown := preset_of(draft, choice):
        return _new_page(shown, choice, choices)
    problems = draft.problems(today)
    if request.form.get("unit") not in {str(one.id) for one in choices}:
        problems["unit"] = "请选自己能记的组织。"
    if problems:
        return _new_page(draft, choice, choices, status=422, problems=problems)
    try:
        theme_typed(draft, choice, today)
        pictures = pictures_sent()
        activity_id = _jot(draft, choice, pictures)
    except Differs as twice:
        before = _before(draft, choice, pictures, activity_of(int(twice.kept)))
        return _new_page(draft, choice, choices, before=before, status=twice.status)
    except Refused as refusal:
        problems = {refusal.field or "text": refusal.reason}
        return _new_page(draft, choice, choices, status=refusal.status, problems=problems)
    return done("记好了。有名字的人在首页能看到，7 天内可以说有出入。", "activities.show", activity_id=activity_id)


def _before(draft: Draft, choice: Choice, pictures: list, stands: Jotted) -> Before:
    """Return what the form was kept as, beside what it is now."""
    named = {str(one.id): one.name for one in members_of_branch(db.session, choice.branch_id, draft.date)}
    names, sent = [named[key] for key in draft.people if key in named], f"{len(pictures)} 张"
    kept = f"{len(stands.photos)} 张"
    if sent == kept and {one.digest for one in pictures} != {one.digest for one in stands.photos}:
        sent += "，不是同样的"
    theme = theme_typed(draft, choice, clock.today())
    return Before(
        url_for("activities.show", activity_id=stands.id),
        facts_of(Draft.of(stands), stands.unit_name, stands.theme, [one.name for one in stands.people], kept),
        facts_of(draft, choice.name, theme, names, sent),
    )


def _jot(draft: Draft, choice: Choice, pictures: list) -> int:
    at, folder = clock.now(), current_app.config["SETTINGS"].data_dir
    stored, kept = [store(folder, picture) for picture in pictures], []

    def act() -> int:
        note = draft.note(people_of(choice, draft.date), theme_typed(draft, choice, clock.day_of(at)))
        activity = actions.jot(
            db.session, unit_id=choice.id, branch_id=choice.branch_id, note=note, photos=stored,
            by=current_user.id, at=at, written_at=written_at(at),
        )  # fmt: skip
        kept.extend(stored)
        return activity.id

    try:
        return do_once(act, at=at, photos=[photo.digest for photo in stored])
    except BaseException:
        kept.clear()
        raise
    finally:
        discard(folder, [one for one in stored if one not in kept])


# --- one activity -----------------------------------------------------------------------------------------------------


@pages.get("/activities/<id:activity_id>")
@needs(Can.SEE_ACTIVITY, activity_of)
def show(jotted):
    """Show one activity: who took part and what they say to it, photos, and what its reader may do."""
    return show_page(jotted)


def show_page(jotted: Jotted, *, status: int = 200, problems: dict | None = None):
    """Return the page of an activity with what was typed into one of its forms."""
    activity, at = jotted.activity, clock.now()
    own = may(current_user, Can.EDIT_ACTIVITY, jotted.place)
    return respond(
        "activities/show.html", status=status, jotted=jotted, activity=activity, kind=activity.kind,
        mine=jotted.of(current_user.id), is_settled=jotted.is_settled(at), settles_on=settles_on(activity.jotted_at),
        why_not=_why_not(jotted, at) if own else None, own=own, problems=problems or {}, typed=request.form,
        dimensions=DIMENSIONS, brands=BRANDS, two_ways=TWO_WAYS, minutes=MINUTES, offer=_offer(jotted, at),
        remark_length=REMARK_LENGTH, reason_length=REASON_LENGTH,
    )  # fmt: skip


def _offer(jotted: Jotted, at) -> Offer | None:
    """Return what one tap would declare here, where this person may and nothing is left to choose first."""
    if not may(current_user, Can.DECLARE_ACTIVITY, jotted.place):
        return None
    try:
        return offer_of(db.session, jotted.activity, at=at)
    except Refused:
        return None


def _why_not(jotted: Jotted, at) -> str | None:
    """Return why the author can no longer change it; None if they can."""
    activity = jotted.activity
    return refusal_to_edit(
        withdrawn=activity.withdrawn_at is not None, answered_by_others=jotted.answered_by_others,
        jotted_at=activity.jotted_at, at=at,
    )  # fmt: skip


@pages.post("/activities/<id:activity_id>/answer")
@needs(Can.ANSWER_ACTIVITY, activity_of)
def answer(jotted):
    """Say 是, 否 or 有出入 to what one is named in; from the home page one goes back there."""
    remark, at = text_typed("remark", REMARK_LENGTH), clock.now()

    def act() -> int:
        said = request.form.get("answer", "")
        actions.answer(db.session, jotted.activity, person_id=current_user.id, answer=said, remark=remark, at=at)
        return jotted.id

    try:
        do_once(act, at=at)
    except Differs:
        raise  # another word under the same key: a person decides
    except Refused as refusal:
        return show_page(activity_of(jotted.id), status=refusal.status, problems={"remark": refusal.reason})
    if request.form.get("to") == "home":
        return done("收到。", "home.home")
    return done("收到。", "activities.show", activity_id=jotted.id)


@pages.post("/activities/<id:activity_id>/remarks")
@needs(Can.EDIT_ACTIVITY, activity_of)
def remark(jotted):
    """Add a dated remark: what came of it."""
    words = text_typed("words", REMARK_LENGTH)
    try:
        with transaction(db.session):
            actions.add_remark(db.session, jotted.activity, words=words, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return show_page(activity_of(jotted.id), status=refusal.status, problems={"words": refusal.reason})
    return done("补记好了。", "activities.show", activity_id=jotted.id)


@pages.post("/activities/<id:activity_id>/withdrawal")
@needs(Can.WITHDRAW_ACTIVITY, activity_of)
def withdraw(jotted):
    """Take it back with a reason that stays on its page."""
    reason = text_typed("reason", REASON_LENGTH)
    try:
        with transaction(db.session):
            actions.withdraw(db.session, jotted.activity, reason=reason, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return show_page(activity_of(jotted.id), status=refusal.status, problems={"reason": refusal.reason})
    return done("已撤回，原因写在这一页。", "activities.show", activity_id=jotted.id)


# --- changing it ------------------------------------------------------------------------------------------------------


def _choice_of(jotted: Jotted) -> Choice:
    activity = jotted.activity
    kind = UnitKind.BRANCH if activity.unit_id == activity.branch_id else UnitKind.PARTY_GROUP
    return Choice(activity.unit_id, kind, jotted.unit_name, activity.branch_id)


def _edit_page(jotted: Jotted, draft: Draft, **more):
    return form_page("activities/edit.html", draft, _choice_of(jotted), jotted=jotted, **more)


@pages.get("/activities/<id:activity_id>/edit")
@needs(Can.EDIT_ACTIVITY, activity_of)
def edit(jotted):
    """Show the form of an activity that its author may still change."""
    if reason := _why_not(jotted, clock.now()):
        raise Refused(reason)
    return _edit_page(jotted, Draft.of(jotted))


@pages.post("/activities/<id:activity_id>/edit")
@needs(Can.EDIT_ACTIVITY, activity_of)
def revise(jotted):
    """Change an activity that nobody else has answered yet."""
    draft, choice = Draft.typed(), _choice_of(jotted)
    if shown := preset_of(draft, choice):
        return _edit_page(jotted, shown)
    if problems := draft.problems(clock.today()):
        return _edit_page(jotted, draft, status=422, problems=problems)
    try:
        _revise(jotted, draft, choice, pictures_sent())
    except Refused as refusal:
        problems = {refusal.field or "text": refusal.reason}
        return _edit_page(activity_of(jotted.id), draft, status=refusal.status, problems=problems)
    return done("改好了。", "activities.show", activity_id=jotted.id)


def _revise(jotted: Jotted, draft: Draft, choice: Choice, pictures: list) -> None:
    folder = current_app.config["SETTINGS"].data_dir
    stored = [store(folder, picture) for picture in pictures]
    drop = {photo.id for photo in jotted.photos if str(photo.id) in request.form.getlist("drop")}
    try:
        with transaction(db.session):
            named = {person.person_id: (choice.branch_id, None) for person in jotted.people}
            note = draft.note(named | people_of(choice, draft.date))
            actions.revise(db.session, jotted, note=note, photos=stored, drop=drop, by=current_user.id, at=clock.now())
    except BaseException:
        discard(folder, stored)
        raise

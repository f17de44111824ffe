"""The agenda of a meeting, and the vote calculator: figures are typed, who may vote and what passed never is."""

from __future__ import annotations

import secrets

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.voting import REASON_LENGTH, absent_for_cause, electorate_of, people_for, record_vote
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.meetings.agenda import TITLE_LENGTH, Item, add_item, agenda_of, drop_item, get_item
from partygroup.meetings.rules import refusal_to_add_item, refusal_to_vote
from partygroup.meetings.sorts import SORTS, TOPIC, TOPIC_PROMPTS, ItemSort
from partygroup.minutes.queries import is_written_about
from partygroup.policy import Can
from partygroup.text import whole_number
from partygroup.web.asked import number_typed, text_typed
from partygroup.web.ballots import Draft, draft_of
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.once import do_once
from partygroup.web.respond import done, respond

pages = Blueprint("agenda", __name__)
OTHER = ("", "不在名单里，自己写")


@pages.get("/meetings/<id:gathering_id>/agenda")
@needs(Can.SET_AGENDA, meeting_of)
def edit(met):
    """Show the agenda, and the form for one more item of the sort in `?sort=`."""
    sort = SORTS.get(request.args.get("sort", ""), SORTS[TOPIC])
    return _edit_page(met, sort)


def _edit_page(met, sort: ItemSort, *, problems=None, status=200):
    fitting = {code: one for code, one in SORTS.items() if _fitting(met, one)}
    sort = sort if sort.code in fitting else SORTS[TOPIC]
    agenda, people = agenda_of(db.session, met.gathering), people_for(db.session, met.gathering, sort)
    return respond(
        "agenda/edit.html", status=status, met=met, agenda=agenda, sort=sort, sorts=fitting.values(),
        why_no_vote=None if len(fitting) > 1 else _refusal(met, met.gathering.meetings[0], SORTS["decision"]),
        meetings=[(one.id, one.kind.rules.name) for one in _fitting(met, sort)], prompts=_prompts(met, sort, agenda),
        people=people, options=[*((one.person_id, one.name) for one in people), OTHER], problems=problems or {},
        typed=request.form, picked=set(request.form.getlist("people")), title_length=TITLE_LENGTH,
    )  # fmt: skip


def _refusal(met, meeting, sort: ItemSort) -> str | None:
    facts = {"state": met.state, "sittings": len(met.gathering.sittings)}
    return refusal_to_add_item(sort, meeting.kind.rules, met.gathering.circle, **facts)


def _fitting(met, sort: ItemSort) -> list:
    """Return the meetings of the gathering on whose agenda such an item may stand."""
    return [meeting for meeting in met.gathering.meetings if _refusal(met, meeting, sort) is None]


def _prompts(met, sort: ItemSort, agenda) -> list[tuple[int, str]]:
    """Return (meeting, topic) of what its kind usually talks about and is not on the agenda yet."""
    there = {(item.row.meeting_id, item.title) for item in agenda}
    usual = [(one.id, topic) for one in met.gathering.meetings for topic in TOPIC_PROMPTS.get(one.kind.code, ())]
    return [one for one in usual if one not in there] if sort.code == TOPIC else []


@pages.post("/meetings/<id:gathering_id>/agenda")
@needs(Can.SET_AGENDA, meeting_of)
def add(met):
    """Put an item on the agenda."""
    sort = SORTS.get(request.form.get("sort", TOPIC))
    if sort is None:
        raise Refused("请选一种事项。")
    try:
        with transaction(db.session):
            meeting_id = _add(met, sort)
    except Refused as refusal:
        problems = {refusal.field or "title": refusal.reason}
        return _edit_page(meeting_of(met.id), sort, problems=problems, status=refusal.status)
    if request.form.get("to") == "minutes":
        return done("议题加上了。", "minutes.show", gathering_id=met.id, meeting_id=meeting_id)
    return done("议程里加上了。", "agenda.edit", gathering_id=met.id)


def _add(met, sort: ItemSort) -> int:
    """Add the item and return the meeting on whose agenda it stands."""
    fitting = [meeting.id for meeting in _fitting(met, sort)]
    chosen = number_typed("meeting")
    meeting_id = (chosen if chosen in fitting or not fitting else fitting[0]) or met.gathering.meetings[0].id
    people = _chosen(people_for(db.session, met.gathering, sort))
    add_item(
        db.session, met.gathering, meeting_id, sort,
        title=text_typed("title", TITLE_LENGTH), person=people[0] if sort.about and people else None,
        candidates=people if sort.elects else (), seats=number_typed("seats"), by=current_user.id, at=clock.now(),
    )  # fmt: skip
    return meeting_id


def _chosen(people: list) -> list:
    """Return whom the form picked, of those who may be picked."""
    picked = set(filter(None, map(whole_number, request.form.getlist("people"))))
    if not picked <= {one.person_id for one in people}:
        raise Refused("选的人不在这次能选的范围里，请刷新再选。")
    return [one for one in people if one.person_id in picked]


class Point:
    """An item on the agenda of a meeting, with the place at which the policy is asked."""

    def __init__(self, met, item: Item):
        self.met, self.item, self.place = met, item, met.place


def point_of(gathering_id: int, item_id: int) -> Point:
    """Return an item of a meeting one may see; raise NotFound."""
    met = meeting_of(gathering_id)
    return Point(met, get_item(db.session, met.gathering, item_id))


@pages.post("/meetings/<id:gathering_id>/agenda/<id:item_id>/dropping")
@needs(Can.SET_AGENDA, point_of)
def drop(point):
    """Take an item off the agenda that was not voted on, and of which the minutes say nothing yet."""
    if is_written_about(db.session, point.item.id):
        raise Refused("记录里已经写了这一条，不能去掉。要去掉，先在会议记录里把要点和议定的事清空。")
    with transaction(db.session):
        drop_item(db.session, point.met.gathering, point.item, by=current_user.id, at=clock.now())
    return done("从议程里去掉了。", "agenda.edit", gathering_id=point.met.id)


@pages.get("/meetings/<id:gathering_id>/agenda/<id:item_id>/vote")
@needs(Can.RECORD_VOTE, point_of)
def calculate(point):
    """Show the vote calculator; with figures in the address, what they would mean. Nothing is written."""
    return _vote_page(point, _draft(point, request.args))


def _is_sealed(point) -> bool:
    return any(one.sealed_at for one in point.met.gathering.meetings if one.id == point.item.row.meeting_id)


def _draft(point, typed) -> Draft:
    """Return the figures of a form, beside who is due and there: as recorded, or by the list as it stands now."""
    item = point.item
    if not item.sort.votes:
        raise NotFound
    stays = item.vote is not None and "recount" not in typed
    electorate = item.electorate if stays else electorate_of(db.session, point.met.id)
    return draft_of(item, electorate, typed)


def _vote_page(point, draft: Draft, *, problem: str | None = None, status=200):
    met, item = point.met, point.item
    return respond(
        "agenda/vote.html", fragment="agenda/_reckoning.html", status=status, met=met, item=item, draft=draft,
        refusal=refusal_to_vote(met.state, is_sealed=_is_sealed(point)), problem=problem,
        key=request.form.get("key") or secrets.token_hex(16),
        excused=absent_for_cause(db.session, met.id) | dict(item.opinions) if item.sort.takes_opinions else {},
        listed=electorate_of(db.session, met.id) if item.vote else None, reason_length=REASON_LENGTH,
    )  # fmt: skip


@pages.post("/meetings/<id:gathering_id>/agenda/<id:item_id>/vote")
@needs(Can.RECORD_VOTE, point_of)
def record(point):
    """Record how the vote fell, or correct it; a double tap records once."""
    draft, at, item = _draft(point, request.form), clock.now(), point.item
    if draft.problem:
        return _vote_page(point, draft, problem=draft.problem, status=422)

    def act() -> int:
        record_vote(
            db.session, point.met.gathering, item, draft.ballot, opinions=draft.opinions,
            version=number_typed("version") or 0, recount="recount" in request.form,
            reason=text_typed("reason", REASON_LENGTH), by=current_user.id, at=at,
        )  # fmt: skip
        return item.id

    try:
        do_once(act, at=at)
    except Refused as refusal:
        again = point_of(point.met.id, item.id)
        return _vote_page(again, _draft(again, request.form), problem=refusal.reason, status=refusal.status)
    return done(f"记下了：{draft.told.word}。", "meetings.show", gathering_id=point.met.id)

"""Meetings for the phone's calendar (B4): a secret address for each member, and one meeting's file to take along."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.mine import my_calendar
from partygroup.db import db, transaction
from partygroup.errors import NotFound
from partygroup.meetings.changes import changes_of
from partygroup.meetings.ics import ALARM_BEFORE, Page, calendar_of, events_of
from partygroup.org.queries import lineage
from partygroup.people import feeds
from partygroup.people.patterns import crew_names, teams_over
from partygroup.policy import Can
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

pages = Blueprint("feed", __name__)
#: How far back a calendar goes.
WEEKS_BACK = timedelta(weeks=8)


def base_url() -> str:
    """Return our own address without a path: the public one, else the one that was asked."""
    return current_app.config["SETTINGS"].base_url or request.host_url.rstrip("/")


def _page_url(gathering_id: int) -> str:
    return base_url() + url_for("meetings.show", gathering_id=gathering_id)


def _file(events, name: str, how: str):
    """Return events as an answer that a calendar app takes."""
    disposition = f'{how}; filename="{name}"'
    return (
        calendar_of(events),
        200,
        {"Content-Type": "text/calendar; charset=utf-8", "Content-Disposition": disposition},
    )


@pages.get("/me/calendar/<code>.ics")
def feed(code: str):
    """Give a calendar app the meetings of whoever owns the address; a void address is like one that never was."""
    today = clock.today()
    who = feeds.find_subscriber(db.session, code, today)
    if who is None:
        raise NotFound
    rests = _night_rests(who, today)
    meetings = my_calendar(db.session, who, today - WEEKS_BACK)
    changes = changes_of(db.session, [met.id for met in meetings])
    events = [
        event
        for met in meetings
        for event in events_of(met, Page(_page_url(met.id), changes.get(met.id), lambda start: not rests(start)))
    ]
    return _file(events, "luhuo.ics", "inline")


def _night_rests(who, today):
    """Return whether the reminder of a start would ring in somebody's night shift, or in the sleep around it."""
    crew = crew_names(db.session, [who.id], today).get(who.id)
    own = who.group_id or who.branch_id
    line = [unit_id for unit_id, _kind, _name in lineage(db.session, own, today)] if own and crew else []
    team = teams_over(db.session, line).named(crew) if line else None
    return lambda start: team is not None and team.rests_for_night(start - ALARM_BEFORE)


@pages.get("/me/calendar")
@needs(Can.SEE_OWN)
def mine():
    """Show my calendar address, and how to subscribe to it."""
    own = feeds.own_feed(db.session, current_user.id, current_app.config["SECRET_KEYS"])
    address = base_url() + url_for("feed.feed", code=own.secret) if own and own.secret else None
    webcal = "webcal" + address.removeprefix("https").removeprefix("http") if address else None
    return respond("me/calendar.html", own=own, address=address, webcal=webcal)


@pages.post("/me/calendar")
@needs(Can.SEE_OWN)
def make():
    """Make my calendar address, or another one instead."""
    with transaction(db.session):
        is_first = feeds.make_feed(
            db.session, current_user.id, key=current_app.config["SECRET_KEYS"][0], at=clock.now()
        )
    words = "地址好了，加到手机日历里就行。" if is_first else "换好了，以前的地址不能用了。"
    return done(words, "feed.mine")


@pages.post("/me/calendar/ending")
@needs(Can.SEE_OWN)
def end():
    """Make my calendar address void."""
    with transaction(db.session):
        feeds.end_feed(db.session, current_user.id, at=clock.now())
    return done("已停用，手机日历不再更新。手机里订阅的那一份，请自己删掉。", "feed.mine")


@pages.get("/meetings/<id:gathering_id>/notice.ics")
@needs(Can.SEE_MEETING, meeting_of)
def notice(met):
    """Give one meeting as a file. It may be passed on, so that it reminds nobody: whose sleep it is, is not known."""
    changes = changes_of(db.session, [met.id])
    return _file(events_of(met, Page(_page_url(met.id), changes.get(met.id))), f"meeting-{met.id}.ics", "attachment")

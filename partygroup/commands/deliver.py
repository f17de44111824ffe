"""The operator's command `flask deliver`: let robots tell chat groups what waits for them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import click
from flask.cli import with_appcontext

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound
from partygroup.logs import log
from partygroup.meetings.agenda import agenda_of
from partygroup.meetings.queries import describe
from partygroup.robots import actions, posting
from partygroup.robots.models import News
from partygroup.robots.queries import all_waiting
from partygroup.robots.rules import GIVE_UP, NO_ANSWER, OVER, TOLD_LATER, Waiting, is_quiet, newest
from partygroup.web.notices import TEST_TEXT, notice_of


@click.command()
@with_appcontext
def deliver() -> None:
    """Send what waits for chat groups: for a timer of a few minutes. Nothing between 22:00 and 7:00.

    Each message is claimed before it is sent, so that two runs at once send it once. Where the answer is lost on the
    way nobody can know whether it arrived: then it is sent again.
    """
    told = Counter()
    if not is_quiet(clock.now()):
        with transaction(db.session):
            waiting = all_waiting(db.session)
        silent: set[int] = set()
        for one in waiting:
            outcome = _deliver(one, newest(waiting), silent, at=clock.now())
            told[outcome] += 1
    click.echo(f"{told['sent']} messages sent, {told['failed']} to be tried again, {told['dropped']} dropped")


def _deliver(one: Waiting, latest: set[int], silent: set[int], *, at: datetime) -> str:
    """Send a message if it is its time, or end it; return what became of it. `silent`: robots that gave no answer."""
    with transaction(db.session):
        if one.id not in latest or at > one.queued_at + GIVE_UP:
            reason = TOLD_LATER if one.id not in latest else one.fault or NO_ANSWER
            actions.drop(db.session, one, reason, at=at)
            return "dropped"
        if one.next_at > at or one.robot_id in silent:
            return "waiting"
        text = _text_of(one, at)
        if text is None:
            actions.drop(db.session, one, OVER, at=at)
            return "dropped"
        if not actions.claim(db.session, one, at=at):
            return "waiting"
    fault = posting.say(one.sort, one.key, text)
    with transaction(db.session):
        actions.note_try(db.session, one.id, fault, at=clock.now())
    if fault is None:
        return "sent"
    log.warning("robot", message=one.id, sort=one.sort, tries=one.tries + 1, fault=fault)
    silent.add(one.robot_id)
    return "failed"


def _text_of(one: Waiting, at: datetime) -> str | None:
    """Return what a message says by what now holds; None once the gathering has begun, or its unit is gone."""
    if one.news == News.TEST:
        return TEST_TEXT
    try:
        met = describe(db.session, one.gathering_id)
    except NotFound:
        return None
    if met.sittings[-1].starts_at <= at:
        return None
    return notice_of(met, agenda_of(db.session, met.gathering), News(one.news))

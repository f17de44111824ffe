"""群机器人: the chat group of a unit hears of its meetings (B4). Nothing is sent while somebody waits for a page."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.org.models import UnitKind
from partygroup.policy import Can
from partygroup.robots import actions
from partygroup.robots.models import NEWS_NAMES
from partygroup.robots.queries import find_robot, last_messages
from partygroup.robots.rules import GIVE_UP, SORTS, last_of
from partygroup.text import clean
from partygroup.web.needs import needs
from partygroup.web.org import find_seen
from partygroup.web.respond import done, respond

pages = Blueprint("robots", __name__)
KINDS = (UnitKind.UNIT_COMMITTEE, UnitKind.GENERAL_BRANCH, UnitKind.BRANCH)


def unit_of(unit_id: int):
    """Return the unit if this person may see it; raise NotFound."""
    return find_seen(unit_id, KINDS, Can.SEE_UNIT)


@pages.get("/units/<id:unit_id>/robot")
@needs(Can.SET_ROBOT, unit_of)
def show(unit):
    """Show whose robot a unit has, never its key, and how the last messages went."""
    return _page(unit)


def _page(unit, *, status=200, typed="", problems=()):
    robot = find_robot(db.session, unit.id)
    messages = last_messages(db.session, robot.id) if robot else []
    recent = clock.now() - 7 * GIVE_UP
    return respond(
        "org/robot.html",
        status=status,
        unit=unit,
        robot=robot,
        sort_name=SORTS[robot.sort].name if robot else None,
        ending=last_of(robot.key) if robot else None,
        messages=messages,
        news_names=NEWS_NAMES,
        lost=next((one for one in messages if one.dropped_at and one.tries and one.dropped_at > recent), None),
        is_late=any(map(_is_late, messages)),
        typed=typed,
        problems=dict(problems),
    )


def _is_late(message) -> bool:
    """Say whether nobody has tried to send a message for longer than any night: the delivery does not run."""
    is_untouched = not (message.tries or message.sent_at or message.dropped_at)
    return is_untouched and clock.now() - message.queued_at > GIVE_UP / 2


@pages.post("/units/<id:unit_id>/robot")
@needs(Can.SET_ROBOT, unit_of)
def save(unit):
    """Take the address of a robot."""
    typed = clean(request.form.get("address"), 500)
    try:
        with transaction(db.session):
            actions.set_robot(db.session, unit.id, address=typed, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return _page(unit, status=422, typed=typed, problems={refusal.field: refusal.reason})
    return done("群机器人设好了。点“试发一条”看看群里收不收得到。", "robots.show", unit_id=unit.id)


@pages.post("/units/<id:unit_id>/robot/test")
@needs(Can.SET_ROBOT, unit_of)
def test(unit):
    """Queue a message that says only that it works."""
    with transaction(db.session):
        actions.queue_test(db.session, unit.id, by=current_user.id, at=clock.now())
    return done("排上了，几分钟内发到群里；夜里的，早上 7 点后发。", "robots.show", unit_id=unit.id)


@pages.post("/units/<id:unit_id>/robot/removal")
@needs(Can.SET_ROBOT, unit_of)
def remove(unit):
    """Forget the robot."""
    with transaction(db.session):
        actions.remove_robot(db.session, unit.id, by=current_user.id, at=clock.now())
    return done("已停用，不再往群里发。", "robots.show", unit_id=unit.id)

"""Writing robots: setting and removing one, queueing what it shall say, and noting how that went."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.robots.models import News, Robot, RobotMessage
from partygroup.robots.queries import find_robot_for, hold_robot
from partygroup.robots.rules import REFUSED, SORTS, Waiting, pause_after, read_address


def set_robot(session, unit_id: int, *, address: str, by: int, at: datetime) -> None:
    """Let a unit's chat group hear of its meetings by the robot of an address, instead of a former one.

    Raise Refused for an address that is none. The witness tells whose robot it is, never its key.
    """
    read = read_address(address)
    if read is None:
        raise Refused(REFUSED, field="address")
    sort, key = read
    new = {"unit_id": unit_id, "sort": sort, "key": key, "set_at": at}
    insert_once(session, Robot, new, unless=["unit_id"])
    robot = hold_robot(session, unit_id)
    robot.sort, robot.key, robot.set_at = sort, key, at
    witness(session, "robots.robot.set", robot, at=at, by=by, unit_id=unit_id, after={"sort": SORTS[sort].name})


def remove_robot(session, unit_id: int, *, by: int, at: datetime) -> None:
    """Forget a unit's robot with its messages. Twice is no fault."""
    robot = hold_robot(session, unit_id)
    if robot is None:
        return
    before = {"sort": SORTS[robot.sort].name}
    session.execute(sa.delete(RobotMessage).where(RobotMessage.robot_id == robot.id))
    session.execute(sa.delete(Robot).where(Robot.id == robot.id))
    witness_row(session, "robots.robot.remove", "robot", robot.id, at=at, by=by, unit_id=unit_id, before=before)


def queue(session, gathering_id: int, news: News, *, unit_id: int, circle: str, at: datetime) -> None:
    """Queue what a gathering's robot shall say of it, if there is one: in the transaction of the change itself."""
    robot_id = find_robot_for(session, unit_id, circle, day_of(at))
    if robot_id:
        session.add(_message(robot_id, gathering_id, news, at))


def queue_test(session, unit_id: int, *, by: int, at: datetime) -> None:
    """Queue a message that says only that it works; raise Refused without a robot."""
    robot = hold_robot(session, unit_id)
    if robot is None:
        raise Refused("还没有群机器人，先填地址。")
    session.add(_message(robot.id, None, News.TEST, at))
    witness_row(session, "robots.message.test", "robot", robot.id, at=at, by=by, unit_id=unit_id)


def _message(robot_id: int, gathering_id: int | None, news: News, at: datetime) -> RobotMessage:
    return RobotMessage(
        robot_id=robot_id, gathering_id=gathering_id, news=news, queued_at=at, next_at=at, tries=0
    )  # fmt: skip


def claim(session, one: Waiting, *, at: datetime) -> bool:
    """Take a message for one try, so that no other run sends it meanwhile; say whether it was still to be had."""
    return _change(session, one, tries=one.tries + 1, next_at=at + pause_after(one.tries + 1))


def drop(session, one: Waiting, fault: str, *, at: datetime) -> None:
    """End a message that is not sent, with the reason."""
    _change(session, one, dropped_at=at, fault=fault[:60])


def note_try(session, message_id: int, fault: str | None, *, at: datetime) -> None:
    """Note how a try went: sent, or why not."""
    ended = {"sent_at": at, "fault": None} if fault is None else {"fault": fault[:60]}
    session.execute(sa.update(RobotMessage).where(RobotMessage.id == message_id).values(**ended))


def _change(session, one: Waiting, **values) -> bool:
    """Change a message if it still stands as it was read; say whether it did."""
    as_read = (
        RobotMessage.id == one.id,
        RobotMessage.tries == one.tries,
        RobotMessage.sent_at.is_(None),
        RobotMessage.dropped_at.is_(None),
    )
    return session.execute(sa.update(RobotMessage).where(*as_read).values(**values)).rowcount == 1

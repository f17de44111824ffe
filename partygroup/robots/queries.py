"""Reading robots: a unit's own, its last messages, and what waits to be sent."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from partygroup.db import holds_on
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.robots.models import Robot, RobotMessage
from partygroup.robots.rules import Waiting

SHOWN = 6


def find_robot(session, unit_id: int) -> Robot | None:
    """Return the robot of a unit."""
    return session.scalar(sa.select(Robot).where(Robot.unit_id == unit_id))


def hold_robot(session, unit_id: int) -> Robot | None:
    """Return the robot of a unit, held for whoever changes or removes it."""
    return session.scalar(sa.select(Robot).where(Robot.unit_id == unit_id).with_for_update())


def last_messages(session, robot_id: int) -> list[RobotMessage]:
    """Return the newest messages of a robot."""
    query = sa.select(RobotMessage).where(RobotMessage.robot_id == robot_id).order_by(RobotMessage.id.desc())
    return list(session.scalars(query.limit(SHOWN)))


def find_robot_for(session, unit_id: int, circle: str, day: date) -> int | None:
    """Return the id of the robot that tells of a gathering of a unit: its own, of a group the branch's.

    A branch's chat is its members': what its committee meets for is not told there. Nobody removes the robot before
    the message is kept.
    """
    above = sa.select(Placement.parent_id).where(Placement.unit_id == unit_id, holds_on(Placement, day))
    whose = Robot.unit_id == (above.scalar_subquery() if circle == "group" else unit_id)
    query = sa.select(Robot.id).join(Unit, Unit.id == Robot.unit_id).where(whose)
    if circle == "committee":
        query = query.where(Unit.kind.not_in((UnitKind.BRANCH, UnitKind.GENERAL_BRANCH)))
    return session.scalar(query.with_for_update(read=True, key_share=True, of=Robot))


def all_waiting(session) -> list[Waiting]:
    """Return the messages that have not ended, the oldest first, with their robots."""
    query = (
        sa.select(
            RobotMessage.id, Robot.id, Robot.sort, Robot.key, RobotMessage.gathering_id, RobotMessage.news,
            RobotMessage.queued_at, RobotMessage.next_at, RobotMessage.tries, RobotMessage.fault,
        )
        .join(Robot, Robot.id == RobotMessage.robot_id)
        .where(RobotMessage.sent_at.is_(None), RobotMessage.dropped_at.is_(None))
        .order_by(RobotMessage.id)
    )  # fmt: skip
    return [Waiting(*row) for row in session.execute(query)]

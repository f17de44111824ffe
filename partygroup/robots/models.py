"""A unit's robot, and the messages that wait for it or were sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime


class News(StrEnum):
    """What a message tells."""

    CALLED = "called"
    MOVED = "moved"
    ADDED = "added"
    CANCELLED = "cancelled"
    TEST = "test"


NEWS_NAMES = {
    News.CALLED: "会议通知",
    News.MOVED: "会议改期",
    News.ADDED: "会议加场",
    News.CANCELLED: "会议取消",
    News.TEST: "试发",
}


class Robot(Audited, Base):
    """The robot of a unit's chat group: whose it is and its key. The address is made of both, never of what was typed.

    The key is needed as it is, so it lies here in plain; no page, witness or line of the log shows it.
    """

    __tablename__ = "robot"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), unique=True)
    sort: Mapped[str] = mapped_column(sa.String(10))
    key: Mapped[str] = mapped_column(sa.String(80))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RobotMessage(Base):
    """One message: queued with the change it tells, claimed before each try, in the end sent or dropped with a reason.

    Its text is made when it is sent, so that it tells what then holds. Without a gathering it is a test.
    """

    __tablename__ = "robot_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    robot_id: Mapped[int] = mapped_column(sa.ForeignKey("robot.id"), index=True)
    gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"))
    news: Mapped[str] = mapped_column(sa.String(10))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int]
    fault: Mapped[str | None] = mapped_column(sa.String(60))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.CheckConstraint("sent_at IS NULL OR dropped_at IS NULL", name="one_end"),
        sa.Index(
            "ix_robot_message_waiting",
            "id",
            sqlite_where=sa.text("sent_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dropped_at IS NULL"),
        ),
    )

"""What an organisational-life meeting has besides minutes: stages and opinions. Its problems are in activities."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime
from partygroup.people.models import kept

OPINION_LENGTH = 500
#: The kind of meeting that has all this.
KIND = "org_life_meeting"


class Stage(StrEnum):
    """What belongs to such a meeting, before, at and after it."""

    STUDY = "study"
    TALKS = "talks"
    OPINIONS = "opinions_collected"
    SELF_CHECK = "self_check"
    CRITICISM = "criticism"
    ACTIONS = "actions"
    CLOSURE = "closure"


STAGE_NAMES = {
    Stage.STUDY: "会前学习",
    Stage.TALKS: "谈心谈话",
    Stage.OPINIONS: "征求意见",
    Stage.SELF_CHECK: "对照检查",
    Stage.CRITICISM: "批评和自我批评",
    Stage.ACTIONS: "列出整改事项",
    Stage.CLOSURE: "整改完成",
}
STAGES = tuple(Stage)


class OrgLifeStage(Audited, Base):
    """A stage that was done, with its day."""

    __tablename__ = "org_life_stage"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    stage: Mapped[Stage] = mapped_column(sa.String(20))
    happened_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    __table_args__ = (sa.UniqueConstraint("meeting_id", "stage"),)


class Criticism(Audited, Base):
    """An opinion about somebody of the meeting. Its text is restricted: `queries.opinion_of` alone loads it."""

    __tablename__ = "criticism"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    about_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text: Mapped[str | None] = mapped_column(
        sa.Text, deferred=True, deferred_raiseload=True,
        info=kept("组织生活会批评意见：本人、写的人和支部书记看，每次查看都留下记录", "到写的人撤回为止"),
    )  # fmt: skip
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.CheckConstraint("about_id <> by_id", name="of_another"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (text IS NOT NULL)", name="withdrawn_without_text"),
    )

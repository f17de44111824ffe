"""The appraisal of a branch's members for a year (domain.md 5.1, 13): its steps, and what each person was graded."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime
from partygroup.people.models import kept

REASON_LENGTH = 200


class Step(StrEnum):
    """Where an appraisal stands: one step after another, in this order."""

    PREPARED = "prepared"
    SELF = "self"
    MUTUAL = "mutual"
    POLLED = "polled"
    PROPOSED = "committee_proposal"
    DECIDED = "decided"
    FED_BACK = "fed_back"
    ARCHIVED = "archived"


STEP_NAMES = {
    Step.PREPARED: "学习准备",
    Step.SELF: "个人自评",
    Step.MUTUAL: "党员互评",
    Step.POLLED: "民主测评",
    Step.PROPOSED: "提出建议等次",
    Step.DECIDED: "支部评定",
    Step.FED_BACK: "反馈本人",
    Step.ARCHIVED: "归档",
}
STEPS = tuple(Step)
#: What is entered with its people goes by its own page; the other steps are a date only.
WITH_PEOPLE = (Step.POLLED, Step.PROPOSED, Step.DECIDED)


class Grade(StrEnum):
    """What people find somebody to be. Nothing reckons it."""

    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    BASICALLY = "basically_qualified"
    UNQUALIFIED = "unqualified"


GRADE_NAMES = {
    Grade.EXCELLENT: "优秀",
    Grade.QUALIFIED: "合格",
    Grade.BASICALLY: "基本合格",
    Grade.UNQUALIFIED: "不合格",
}


class Appraisal(Audited, Base):
    """The appraisal of a branch for a year; `version` grows by every change of tallies and grades.

    over_reason: why more are excellent than a third, which the text only says "generally" is the most.
    """

    __tablename__ = "appraisal"
    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    over_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    version: Mapped[int]
    __table_args__ = (sa.UniqueConstraint("branch_id", "year"),)


class AppraisalStep(Audited, Base):
    """A step that was taken: the day it happened, and who entered it when."""

    __tablename__ = "appraisal_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    appraisal_id: Mapped[int] = mapped_column(sa.ForeignKey("appraisal.id"))
    step: Mapped[Step] = mapped_column(sa.String(20))
    happened_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    __table_args__ = (sa.UniqueConstraint("appraisal_id", "step"),)


class Appraised(Base):
    """A member who takes part: sums of ballots (none is joined to a voter), grades, and the own word 已知晓.

    Probationary members take part and are not graded.
    """

    __tablename__ = "appraised"
    id: Mapped[int] = mapped_column(primary_key=True)
    appraisal_id: Mapped[int] = mapped_column(sa.ForeignKey("appraisal.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    is_graded: Mapped[bool]
    ballots: Mapped[int | None]
    excellent: Mapped[int | None] = mapped_column(info=kept("民主测评四个等次各几票，不记谁投的；少于 5 票只给书记看"))
    qualified: Mapped[int | None]
    basically: Mapped[int | None]
    unqualified: Mapped[int | None]
    proposed: Mapped[Grade | None] = mapped_column(sa.String(20))
    decided: Mapped[Grade | None] = mapped_column(
        sa.String(20), info=kept("支部评定的等次，反馈本人；支部班子和上级党委看")
    )
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.UniqueConstraint("appraisal_id", "person_id"),
        sa.CheckConstraint(
            "excellent >= 0 AND qualified >= 0 AND basically >= 0 AND unqualified >= 0", name="votes_counted"
        ),
        sa.CheckConstraint("excellent + qualified + basically + unqualified = ballots", name="votes_add_up"),
        sa.CheckConstraint("is_graded OR (ballots IS NULL AND proposed IS NULL AND decided IS NULL)", name="graded"),
    )

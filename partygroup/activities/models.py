"""Activities, who took part, their photos, themes done in parts; and the problems that were taken up (问题清单)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.activities.presets import SORTS, Sort
from partygroup.db import Audited, Base, UtcDateTime

TEXT_LENGTH, RESULT_LENGTH, REMARK_LENGTH, REASON_LENGTH, TITLE_LENGTH = 200, 500, 100, 100, 40


class Answer(StrEnum):
    """What somebody named says to it (C3)."""

    YES = "yes"
    NO = "no"
    DIFFERS = "differs"


class Theme(Audited, Base):
    """What a group or branch does in parts (化整为零, C5): every activity jotted under it is one of them."""

    __tablename__ = "theme"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    __table_args__ = (
        sa.Index("ix_theme_branch_id_ends_on", "branch_id", "ends_on"),
        sa.CheckConstraint("ends_on >= starts_on", name="days_in_order"),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name="ended_pair"),
    )

    @property
    def last_on(self) -> date:
        """Return its last day: as planned, or the one on which it was ended."""
        return min(self.ends_on, self.ended_on or self.ends_on)

    @property
    def pair(self) -> tuple[int, str]:
        """Return it as a choice of a form."""
        return self.id, self.title

    def covers(self, day: date) -> bool:
        """Say whether what happened on a day can be a part of it."""
        return self.starts_on <= day <= self.last_on


class Activity(Audited, Base):
    """Something a group or branch did: what, when, how long, in one line."""

    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("theme.id"))
    sort: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    result: Mapped[str | None] = mapped_column(sa.String(RESULT_LENGTH))
    happened_on: Mapped[date]
    minutes: Mapped[int | None]
    dimension: Mapped[str | None] = mapped_column(sa.String(10))
    brand: Mapped[str | None] = mapped_column(sa.String(10))
    two_way: Mapped[str | None] = mapped_column(sa.String(10))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    jotted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When it was written, by the phone's clock, if it waited there; jotted_at is when it arrived.
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    __table_args__ = (
        sa.Index("ix_activity_branch_id_happened_on", "branch_id", "happened_on", "id"),
        sa.Index("ix_activity_unit_id_happened_on", "unit_id", "happened_on", "id"),
        sa.Index("ix_activity_happened_on", "happened_on", "id"),
        sa.Index("ix_activity_theme_id", "theme_id"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_pair"),
    )

    @property
    def kind(self) -> Sort:
        """Return the preset of its sort; of a sort that was taken out, the last one (其他)."""
        return SORTS.get(self.sort, SORTS["other"])


class Participation(Audited, Base):
    """Somebody named in an activity, in branch and group as of its day; `answer` is the own word on it."""

    __tablename__ = "participation"
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    leads: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str | None] = mapped_column(sa.String(10))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str | None] = mapped_column(sa.String(REMARK_LENGTH))
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "person_id"),
        sa.Index("ix_participation_person_id_activity_id", "person_id", "activity_id"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_pair"),
    )


class Photo(Audited, Base):
    """A photo of an activity: re-encoded, without metadata, under a random name in DATA_DIR/photos."""

    __tablename__ = "photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Problem(Audited, Base):
    """A problem taken up by a group or branch: who sees to it until when, and how it was solved.

    meeting_id: the organisational-life meeting that listed it; about_id: whose it is, none where it is the unit's own.
    """

    __tablename__ = "problem"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    raised_on: Mapped[date]
    due_on: Mapped[date]
    closed_on: Mapped[date | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_how: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    cancel_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    activity_id: Mapped[int | None] = mapped_column(sa.ForeignKey("activity.id"))
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.Index("ix_problem_unit_id_due_on", "unit_id", "due_on"),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_by IS NULL)", name="closed_pair"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_pair"),
        sa.CheckConstraint("closed_on IS NULL OR cancelled_at IS NULL", name="one_end"),
        sa.CheckConstraint("due_on >= raised_on", name="days_in_order"),
    )

    @property
    def is_open(self) -> bool:
        """Say whether it is neither solved nor cancelled."""
        return self.closed_on is None and self.cancelled_at is None

"""Minutes of a meeting, the gist of each topic, what was resolved, and dated addenda (domain.md 5.7, 13; B11)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime

GIST_LENGTH, RESOLUTION_LENGTH, ADDENDUM_LENGTH, HOW_LENGTH = 2000, 120, 500, 120
GUEST_LENGTH, LINE_LENGTH, OUTLINE_LENGTH = 40, 100, 2000


class Minutes(Audited, Base):
    """The minutes of one meeting. `version` grows by every change.

    Chair and recorder confirm the same content, known by `confirmed_digest`: attendance and votes are part of it, which
    others may still change. Then it is sealed: `body` is all of it as JSON text, `digest` its SHA-256.
    """

    __tablename__ = "minutes"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), unique=True)
    chair_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    recorder_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    chair_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorder_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_digest: Mapped[str | None] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[str | None] = mapped_column(sa.Text)
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    __table_args__ = (
        sa.CheckConstraint("chair_id <> recorder_id", name="two_people"),
        sa.CheckConstraint("(sealed_at IS NULL) = (body IS NULL)", name="sealed_body"),
        sa.CheckConstraint("(sealed_at IS NULL) = (digest IS NULL)", name="sealed_digest"),
        sa.CheckConstraint(
            "sealed_at IS NULL OR (chair_confirmed_at IS NOT NULL AND recorder_confirmed_at IS NOT NULL)",
            name="sealed_by_two",
        ),
    )


class Gist(Base):
    """What was said to a topic, in the recorder's own words; a line a speaker."""

    __tablename__ = "gist"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), unique=True)
    text: Mapped[str] = mapped_column(sa.Text)


class Extra(Base):
    """One thing that minutes of a kind say beside their topics (meetings/extras.py): somebody, with years, or words.

    A lecturer is a person or a guest's name; each form of a theme day, each political birthday has a row of its own.
    """

    __tablename__ = "minutes_extra"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str | None] = mapped_column(sa.Text)
    years: Mapped[int | None]
    __table_args__ = (sa.CheckConstraint("(person_id IS NULL) <> (text IS NULL)", name="someone_or_words"),)


class Progress(StrEnum):
    """Where something resolved stands (domain.md 13, action item)."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"


PROGRESS_NAMES = {Progress.OPEN: "办理中", Progress.DONE: "已办", Progress.VERIFIED: "办结"}


class Resolution(Audited, Base):
    """Something resolved (议定事项); with an owner it is a task, shown at the next meetings until it is verified."""

    __tablename__ = "resolution"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    text: Mapped[str] = mapped_column(sa.String(RESOLUTION_LENGTH))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None]
    progress: Mapped[Progress] = mapped_column(sa.String(10))
    how: Mapped[str | None] = mapped_column(sa.String(HOW_LENGTH))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    __table_args__ = (
        sa.Index("ix_resolution_unit_id_progress", "unit_id", "progress"),
        sa.CheckConstraint("due_on IS NULL OR owner_id IS NOT NULL", name="due_with_owner"),
    )


class Addendum(Audited, Base):
    """A dated addition to sealed minutes, which stay as they are."""

    __tablename__ = "addendum"
    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(ADDENDUM_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))

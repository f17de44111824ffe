"""Kinds, gatherings, sittings, meetings (architecture.md 3): people come to a gathering, at one of its sittings;
it yields one or more meetings, each of a kind. In the ordinary case the three are one form and one page.

A meeting has an agenda; some items are put to the vote. What came of a vote is no column: figures are, it is reckoned.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partygroup.db import Audited, Base, UtcDateTime
from partygroup.meetings.presets import KindSpec


class State(StrEnum):
    """Where a gathering stands (domain.md 13)."""

    NOTIFIED = "notified"
    IN_SESSION = "in_session"
    HELD = "held"
    CANCELLED = "cancelled"


STATE_NAMES = {
    State.NOTIFIED: "已通知",
    State.IN_SESSION: "签到中",
    State.HELD: "已召开",
    State.CANCELLED: "已取消",
}
NEXT = {
    State.NOTIFIED: {"open": State.IN_SESSION, "reschedule": State.NOTIFIED, "cancel": State.CANCELLED},
    State.IN_SESSION: {"close": State.HELD},
    State.HELD: {},
    State.CANCELLED: {},
}


#: What `Gathering.state` is read from; an action locks and rereads these first.
STATE_COLUMNS = ("opened_at", "closed_at", "cancelled_at")


class Kind(Base):
    """One version of a meeting kind's rules: data, not code. The newest version of a code is in force."""

    __tablename__ = "kind"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(30))
    version: Mapped[int]
    spec: Mapped[dict] = mapped_column(sa.JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.UniqueConstraint("code", "version"),)

    @property
    def rules(self) -> KindSpec:
        """Return the version's rules as a value."""
        return KindSpec.from_json(self.spec)


class Gathering(Audited, Base):
    """People coming together once: for one circle of one unit, at one or more sittings."""

    __tablename__ = "gathering"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    circle: Mapped[str] = mapped_column(sa.String(10))
    day: Mapped[date] = mapped_column(index=True)
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    called_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    cancel_reason: Mapped[str | None] = mapped_column(sa.String(100))
    sittings: Mapped[list[Sitting]] = relationship(order_by="Sitting.starts_at", lazy="raise_on_sql")
    meetings: Mapped[list[Meeting]] = relationship(order_by="Meeting.id", lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_gathering_unit_id_day", "unit_id", "day"),
        sa.CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name="opened_pair"),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_pair"),
    )

    @property
    def state(self) -> State:
        """Return where the gathering stands, from its own row alone."""
        if self.cancelled_at:
            return State.CANCELLED
        if self.closed_at:
            return State.HELD
        return State.IN_SESSION if self.opened_at else State.NOTIFIED


class Sitting(Base):
    """One time and place of a gathering (场次), with its host."""

    __tablename__ = "sitting"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    place: Mapped[str] = mapped_column(sa.String(60))
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class Meeting(Base):
    """What a gathering was, under one kind: its record. From `sealed_at` on the minutes stand, and what they say."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), index=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("kind.id"))
    theme: Mapped[str | None] = mapped_column(sa.String(100))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kind: Mapped[Kind] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.UniqueConstraint("gathering_id", "kind_id"),)


class Invitation(Audited, Base):
    """A branch asked to hold a gathering together with its host: each has its own, linked here (联合).

    `changed_at`: the host moved or cancelled its own after the yes; `noted_at`: an officer of the branch has read so.
    """

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    invited_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    accepted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(sa.String(100))
    guest_gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"), unique=True)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.UniqueConstraint("gathering_id", "branch_id"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_pair"),
        sa.CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered_how"),
        sa.CheckConstraint("guest_gathering_id IS NULL OR accepted", name="guest_accepted"),
    )


class AgendaItem(Audited, Base):
    """Something on the agenda of a meeting; `sort` says whether and how it is voted on (sorts.py)."""

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    ordinal: Mapped[int]
    sort: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(100))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    seats: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "ordinal"),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name="seats_positive"),
    )


class Vote(Audited, Base):
    """The figures of a vote: who was due and present with a vote when it was recorded, and how votes fell.

    In an election each candidate has votes of their own. A correction leaves its witness; the last one shows here.
    """

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), unique=True)
    due: Mapped[int]
    present: Mapped[int]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstained: Mapped[int | None]
    written_for: Mapped[int]
    written_against: Mapped[int]
    written_abstained: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    version: Mapped[int]
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corrected_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    correction: Mapped[str | None] = mapped_column(sa.String(100))
    __table_args__ = (
        sa.CheckConstraint("present >= 0 AND present <= due", name="present_of_due"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstained >= 0", name="votes_counted"),
        sa.CheckConstraint("votes_for + votes_against + abstained <= present", name="votes_of_present"),
        sa.CheckConstraint(
            "written_for >= 0 AND written_against >= 0 AND written_abstained >= 0", name="written_counted"
        ),
        sa.CheckConstraint(
            "written_for + written_against + written_abstained <= due - present", name="written_of_absent"
        ),
        sa.CheckConstraint("(corrected_at IS NULL) = (corrected_by IS NULL)", name="corrected_pair"),
    )


class AgendaCandidate(Base):
    """Somebody who stands in an election, with the votes once they are counted. No ballot is joined to a voter."""

    __tablename__ = "agenda_candidate"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstained: Mapped[int | None]
    __table_args__ = (
        sa.UniqueConstraint("item_id", "person_id"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstained >= 0", name="votes_counted"),
    )


class WrittenOpinion(Base):
    """Somebody absent for cause handed in a written opinion before the meeting; how it counts is in the sums only."""

    __tablename__ = "written_opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(sa.ForeignKey("vote.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    __table_args__ = (sa.UniqueConstraint("vote_id", "person_id"),)

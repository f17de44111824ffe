"""Kinds, gatherings, sittings, meetings (architecture.md 3): people come to a gathering, at one of its sittings;
it yields one or more meetings, each of a kind. In the ordinary case the three are one form and one page."""

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
    """What a gathering was, under one kind: its record."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"), index=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("kind.id"))
    theme: Mapped[str | None] = mapped_column(sa.String(100))
    kind: Mapped[Kind] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.UniqueConstraint("gathering_id", "kind_id"),)

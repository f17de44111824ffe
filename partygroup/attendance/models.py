"""Due entries, marks and leave."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime


class Counting(StrEnum):
    """How a person stands in the due list of a gathering."""

    DUE = "due"
    NOT_COUNTED = "not_counted"
    OBSERVER = "observer"


class Door(StrEnum):
    """How a mark was made; every door has equal worth (security.md 6)."""

    CODE = "code"
    SPOKEN = "spoken"
    TICK = "tick"
    SCAN_MEMBER = "scan_member"
    PAPER = "paper"
    OFFLINE = "offline"


DOOR_NAMES = {
    Door.CODE: "扫码",
    Door.SPOKEN: "口令",
    Door.TICK: "补签",
    Door.SCAN_MEMBER: "扫本人码",
    Door.PAPER: "纸质",
    Door.OFFLINE: "补传",
}


class LeaveSort(StrEnum):
    """Why someone cannot come (domain.md 5.5). For sickness the word only, no diagnosis."""

    DUTY = "leave_duty"
    SICK = "leave_sick"
    PERSONAL = "leave_personal"


LEAVE_NAMES = {LeaveSort.DUTY: "公假", LeaveSort.SICK: "病假", LeaveSort.PERSONAL: "事假"}
#: The cause of the leave that the shift calendar proposes.
ON_DUTY = "当班"


class DueEntry(Audited, Base):
    """One person in the frozen due list of a gathering, with branch, group and vote as of its day."""

    __tablename__ = "due_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    branch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    standing: Mapped[str] = mapped_column(sa.String(30))
    counting: Mapped[str] = mapped_column(sa.String(12))
    may_vote: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(sa.String(60))
    __table_args__ = (
        sa.UniqueConstraint("gathering_id", "person_id"),
        sa.Index("ix_due_entry_person_id_gathering_id", "person_id", "gathering_id"),
    )


def of_entry(model) -> sa.ColumnElement:
    """Return whether a mark, leave, make-up or declaration is of a due entry: the same gathering, the same person."""
    return sa.and_(model.gathering_id == DueEntry.gathering_id, model.person_id == DueEntry.person_id)


def stands_for_entry(model) -> sa.ColumnElement:
    """Return whether a mark or make-up is of a due entry and was not undone."""
    return sa.and_(of_entry(model), model.undone_at.is_(None))


class Mark(Base):
    """Someone came: when it happened, when it arrived, by which door, by whom. Undone, never deleted."""

    __tablename__ = "mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("sitting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    door: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(sa.String(60))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    undone_reason: Mapped[str | None] = mapped_column(sa.String(100))
    __table_args__ = (
        sa.Index(
            "uq_mark_effective",
            "gathering_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
        sa.Index("ix_mark_gathering_id", "gathering_id", "id"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_pair"),
    )


class Leave(Audited, Base):
    """Leave from one gathering: asked by the member, or entered by the host; granted or refused by another person."""

    __tablename__ = "leave"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    sort: Mapped[str] = mapped_column(sa.String(20))
    cause: Mapped[str | None] = mapped_column(sa.String(40))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(sa.String(100))
    __table_args__ = (
        sa.UniqueConstraint("gathering_id", "person_id"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_pair"),
    )


class MakeUpWay(StrEnum):
    """How a missed gathering was made up (domain.md 5.6)."""

    SECOND_SESSION = "second_session"
    BRIEFING = "briefing"
    HOME_DELIVERY = "home_delivery"
    SELF_STUDY = "self_study"


MAKE_UP_NAMES = {
    MakeUpWay.SECOND_SESSION: "参加另一场",
    MakeUpWay.BRIEFING: "一对一传达",
    MakeUpWay.HOME_DELIVERY: "送学上门",
    MakeUpWay.SELF_STUDY: "自学交流",
}


class MakeUp(Audited, Base):
    """A missed gathering made up on a later day (补课). It overlays the status and never counts for a vote.

    It counts from being recorded; who it is about confirms it, or says within seven days that it is not so.
    """

    __tablename__ = "make_up"
    id: Mapped[int] = mapped_column(primary_key=True)
    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gathering.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    way: Mapped[str] = mapped_column(sa.String(20))
    on_day: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    undone_reason: Mapped[str | None] = mapped_column(sa.String(100))
    __table_args__ = (
        sa.Index(
            "uq_make_up_effective", "gathering_id", "person_id", unique=True,
            sqlite_where=sa.text("undone_at IS NULL"), postgresql_where=sa.text("undone_at IS NULL"),
        ),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_pair"),
    )  # fmt: skip

"""What the ledger is told by hand because nothing else knows it: as little as a section needs (domain.md 12.1)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime
from partygroup.people.models import kept

LINE = 60
YEARLY = "随年度台账保留"


class PlanLine(Audited, Base):
    """A line of a branch's yearly plan: a meeting of a kind in a month, or a line of text. Whether done is reckoned."""

    __tablename__ = "plan_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    month: Mapped[int]
    kind: Mapped[str | None] = mapped_column(sa.String(40))
    text: Mapped[str | None] = mapped_column(sa.String(LINE))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.UniqueConstraint("branch_id", "year", "month", "kind"),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="month_of_year"),
        sa.CheckConstraint("kind IS NOT NULL OR text IS NOT NULL", name="says_something"),
    )


class AdmissionStep(Audited, Base):
    """A step of somebody on the way into the party. Standings are the roster's and votes the meeting's: not here."""

    __tablename__ = "admission_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    step: Mapped[str] = mapped_column(sa.String(20), info=kept("发展党员到了哪一步"))
    on_day: Mapped[date]
    #: Of an extended probation: its last day.
    until_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.UniqueConstraint("person_id", "step", "on_day"),)


class DuesPayment(Audited, Base):
    """Somebody has paid the dues of a month (2026-11). No row: not yet. What was paid is kept nowhere."""

    __tablename__ = "dues_payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    month: Mapped[str] = mapped_column(sa.String(7), info=kept("党费交没交，不记交多少", YEARLY))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.UniqueConstraint("person_id", "month"),
        sa.Index("ix_dues_payment_branch_id_month", "branch_id", "month"),
    )


class Honour(Audited, Base):
    """An honour of a member. A branch's own are its awards (evaluation), a contest's or a certificate is an entry."""

    __tablename__ = "honour"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(sa.String(LINE), info=kept("荣誉"))
    level: Mapped[str] = mapped_column(sa.String(20))
    awarded_by: Mapped[str] = mapped_column(sa.String(LINE))
    awarded_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.Index("ix_honour_branch_id_awarded_on", "branch_id", "awarded_on"),)


class CareVisit(Audited, Base):
    """Somebody of the branch was called on: when, on what occasion, by whom; a line if it helps, never about health."""

    __tablename__ = "care_visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    occasion: Mapped[str] = mapped_column(sa.String(20), info=kept("看望慰问", YEARLY))
    on_day: Mapped[date]
    visitor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str | None] = mapped_column(sa.String(LINE), info=kept("看望时记的一句话，不写病情", YEARLY))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.Index("ix_care_visit_branch_id_on_day", "branch_id", "on_day"),)

"""Versions of the scheme, figures as they came in, awards, vetoes, terms, periods and frozen sheets of branches."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.clock import Quarter
from partygroup.db import Audited, Base, UtcDateTime, open_days
from partygroup.spreadsheets.previews import SheetImport
from partygroup.versions import Version

SOURCE_LENGTH, NOTE_LENGTH, DOCUMENT_LENGTH, REASON_LENGTH, OPINION_LENGTH = 100, 200, 60, 200, 300


class SchemeVersion(Version, Audited, Base):
    """One version of the scheme."""

    __tablename__ = "scheme"


class FigureImport(SheetImport, Base):
    """A file of figures that was read and previewed; nothing of it is written until it is confirmed."""

    __tablename__ = "figure_import"


class ReportedFigure(Base):
    """A figure of a branch as reported for a period; never changed. The newest of a unit, code and period counts."""

    __tablename__ = "figure"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    period: Mapped[str] = mapped_column(sa.String(7))
    value: Mapped[str] = mapped_column(sa.String(30))
    source: Mapped[str] = mapped_column(sa.String(SOURCE_LENGTH))
    note: Mapped[str | None] = mapped_column(sa.String(NOTE_LENGTH))
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("figure_import.id"), index=True)
    row_no: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.Index("ix_figure_unit_id_period", "unit_id", "period", "code"),)


class BranchAward(Audited, Base):
    """A named award or an accepted practice of a branch (附加分); counts in the quarter of its document."""

    __tablename__ = "award"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    sort: Mapped[str] = mapped_column(sa.String(10))
    level: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.String(100))
    document: Mapped[str] = mapped_column(sa.String(DOCUMENT_LENGTH))
    event: Mapped[str | None] = mapped_column(sa.String(DOCUMENT_LENGTH))
    on_day: Mapped[date]
    entered_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    __table_args__ = (sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_pair"),)


class UnitVeto(Audited, Base):
    """一票否决 in force on a branch during [from_on, until_on), with its document; withdrawn ones drop out."""

    __tablename__ = "unit_veto"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    ground: Mapped[str] = mapped_column(sa.String(20))
    document: Mapped[str] = mapped_column(sa.String(DOCUMENT_LENGTH))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    entered_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    __table_args__ = (
        open_days("unit_veto"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_pair"),
    )


class CommitteeTerm(Audited, Base):
    """The term of a branch's committee or secretary, elected on from_on; `until_on` is its last day.

    Extended with approval, the row of the same election with the later last day counts: the newest one of them.
    """

    __tablename__ = "committee_term"
    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    extended: Mapped[bool] = mapped_column(default=False)
    document: Mapped[str | None] = mapped_column(sa.String(DOCUMENT_LENGTH))
    entered_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.CheckConstraint("until_on > from_on", name="days_in_order"),)


class EvaluationPeriod(Audited, Base):
    """The evaluation of a quarter, set up by a committee for the branches below it; it stays with its scheme.

    The period goes up to `frozen`; from there each branch goes on by itself (`StoredBranch.state`).
    """

    __tablename__ = "evaluation_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("scheme.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    configured_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    configured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "year", "quarter"),
        sa.CheckConstraint("(frozen_at IS NULL) = (frozen_by IS NULL)", name="frozen_pair"),
    )

    @property
    def of(self) -> Quarter:
        """Return the quarter."""
        return Quarter(self.year, self.quarter)


class StoredBranch(Audited, Base):
    """A branch's sheet as frozen, with the digest of what it says. At most one of a period stands; others are kept."""

    __tablename__ = "branch_sheet"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_period.id"))
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    total: Mapped[int | None]
    stars: Mapped[int | None]
    body: Mapped[dict] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(64))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opinion: Mapped[str | None] = mapped_column(sa.String(OPINION_LENGTH))
    self_scored_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    self_scored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review: Mapped[str | None] = mapped_column(sa.String(OPINION_LENGTH))
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    public_from: Mapped[date | None]
    public_until: Mapped[date | None]
    finished_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_branch_sheet_standing", "period_id", "branch_id", unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"), postgresql_where=sa.text("replaced_at IS NULL"),
        ),
        sa.CheckConstraint("(self_scored_at IS NULL) = (self_scored_by IS NULL)", name="self_scored_pair"),
        sa.CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed_pair"),
        sa.CheckConstraint("(finished_at IS NULL) = (finished_by IS NULL)", name="finished_pair"),
    )  # fmt: skip


class EvaluationObjection(Audited, Base):
    """Somebody of the branch says what is wrong with its result in publicity; the office that reviewed it answers."""

    __tablename__ = "evaluation_objection"
    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("branch_sheet.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.String(OPINION_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.String(OPINION_LENGTH))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_pair"),)

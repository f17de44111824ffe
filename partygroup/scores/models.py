"""Rule tables, declarations and what becomes of them, entries, closings with their sheets. Points are whole tenths."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime, open_days
from partygroup.versions import Version


class Source(StrEnum):
    """Where a declaration comes from."""

    DECLARED = "declared"
    ACTIVITY = "activity"
    ATTENDANCE = "attendance"
    PROJECT = "project"
    IMPORT = "import"
    BRANCH = "branch"


SOURCE_NAMES = {
    Source.DECLARED: "本人申报",
    Source.ACTIVITY: "活动记录",
    Source.ATTENDANCE: "到会记录",
    Source.PROJECT: "项目节点",
    Source.IMPORT: "部门数据",
    Source.BRANCH: "支部登记",
}


class RuleTable(Version, Audited, Base):
    """One version of the rules for members."""

    __tablename__ = "rule_table"


class Declaration(Audited, Base):
    """Something said to deserve points, on its way (states: domain.md 13). `points` claimed, `awarded` as reviewed.

    event: the same for everything that comes from one event, such as `activity:12`. branch, group: as of the day.
    """

    __tablename__ = "declaration"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    rule_table_id: Mapped[int] = mapped_column(sa.ForeignKey("rule_table.id"))
    item: Mapped[str] = mapped_column(sa.String(40))
    points: Mapped[int]
    awarded: Mapped[int | None]
    leads: Mapped[bool] = mapped_column(default=True)
    happened_on: Mapped[date]
    event: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    text: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(12))
    activity_id: Mapped[int | None] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"), index=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unreviewed: Mapped[bool] = mapped_column(default=False)
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    meeting_ref: Mapped[str | None] = mapped_column(sa.String(60))
    public_from: Mapped[date | None]
    public_until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index("ix_declaration_branch_id_state", "branch_id", "state"),
        sa.Index("ix_declaration_group_id_state", "group_id", "state"),
        sa.Index("ix_declaration_reviewed_by_reviewed_at", "reviewed_by", "reviewed_at"),
        sa.Index("ix_declaration_confirmed_by_confirmed_at", "confirmed_by", "confirmed_at"),
        sa.Index(
            "uq_declaration_absence", "gathering_id", "person_id", unique=True,
            sqlite_where=sa.text("source = 'attendance'"), postgresql_where=sa.text("source = 'attendance'"),
        ),
    )  # fmt: skip


class Objection(Audited, Base):
    """A member of the branch says that a line in publicity is wrong; a committee member answers."""

    __tablename__ = "objection"
    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(sa.ForeignKey("declaration.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_due_on: Mapped[date]
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    answer: Mapped[str | None] = mapped_column(sa.String(300))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Appeal(Audited, Base):
    """The member asks the unit committee's office to look again; its decision is final."""

    __tablename__ = "appeal"
    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(sa.ForeignKey("declaration.id"), unique=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    answer: Mapped[str | None] = mapped_column(sa.String(300))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EntrySort(StrEnum):
    """What a row of the book is: an entry, its counter-entry in an open quarter, or its correction after closing."""

    ENTRY = "entry"
    COUNTER = "counter"
    CORRECTION = "correction"


class Entry(Audited, Base):
    """A row of the book that sheets are made from; never changed. The quarter is set once, when it is made.

    A counter-entry names what it undoes; a correction (one row a dimension) the quarter it mends.
    """

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(sa.ForeignKey("declaration.id"))
    sort: Mapped[str] = mapped_column(sa.String(12))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    rule_table_id: Mapped[int] = mapped_column(sa.ForeignKey("rule_table.id"))
    item: Mapped[str] = mapped_column(sa.String(40))
    dimension: Mapped[str] = mapped_column(sa.String(2))
    points: Mapped[int]
    event: Mapped[str | None] = mapped_column(sa.String(80))
    happened_on: Mapped[date]
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id"), unique=True)
    mends_year: Mapped[int | None]
    mends_quarter: Mapped[int | None]
    confirmed_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.UniqueConstraint("declaration_id", "sort", "dimension"),
        sa.Index("ix_entry_person_id_year_quarter", "person_id", "year", "quarter"),
        sa.Index("ix_entry_year_quarter", "year", "quarter"),
        sa.Index("ix_entry_event_person_id", "event", "person_id"),
        sa.CheckConstraint("confirmed_by <> person_id", name="confirmed_by_another"),
    )


class Exemption(Audited, Base):
    """A member outside the points scheme during [from_on, until_on) (domain.md 4.3)."""

    __tablename__ = "exemption"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(30))
    approved_by: Mapped[str] = mapped_column(sa.String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("exemption"),)


class VetoCase(Audited, Base):
    """一票否决 in force on a member during [from_on, until_on), with its document; withdrawn ones drop out."""

    __tablename__ = "veto_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    ground: Mapped[str] = mapped_column(sa.String(20))
    document: Mapped[str] = mapped_column(sa.String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    entered_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(100))
    __table_args__ = (open_days("veto_case"),)


class GroupAppraisal(Audited, Base):
    """What the branch says of a group's quarter: a level of `groups.LEVELS` and one sentence. The newest counts."""

    __tablename__ = "group_appraisal"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    level: Mapped[str] = mapped_column(sa.String(10))
    sentence: Mapped[str] = mapped_column(sa.String(200))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (sa.Index("ix_group_appraisal_group_id_year_quarter", "group_id", "year", "quarter"),)


class Closing(Audited, Base):
    """The closing of a branch's quarter. At most one stands; a reopened one is kept with its sheets."""

    __tablename__ = "closing"
    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    rule_table_id: Mapped[int] = mapped_column(sa.ForeignKey("rule_table.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reopened_reason: Mapped[str | None] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.Index(
            "uq_closing_standing", "branch_id", "year", "quarter", unique=True,
            sqlite_where=sa.text("reopened_at IS NULL"), postgresql_where=sa.text("reopened_at IS NULL"),
        ),
    )  # fmt: skip


class StoredSheet(Base):
    """A member's sheet as closed, with the digest of the facts it was made from; `verify` makes it again."""

    __tablename__ = "stored_sheet"
    id: Mapped[int] = mapped_column(primary_key=True)
    closing_id: Mapped[int] = mapped_column(sa.ForeignKey("closing.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    is_counted: Mapped[bool]
    total: Mapped[int | None]
    due: Mapped[int]
    came: Mapped[int]
    facts: Mapped[dict] = mapped_column(sa.JSON)
    body: Mapped[dict] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("closing_id", "person_id"),)


class StoredGroup(Base):
    """A group's score as closed with its branch's quarter."""

    __tablename__ = "stored_group"
    id: Mapped[int] = mapped_column(primary_key=True)
    closing_id: Mapped[int] = mapped_column(sa.ForeignKey("closing.id"))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    total: Mapped[int | None]
    body: Mapped[dict] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("closing_id", "group_id"),)

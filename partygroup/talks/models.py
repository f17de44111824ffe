"""The one table of talks."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column

from partygroup.db import Audited, Base, UtcDateTime
from partygroup.people.models import kept

SUMMARY_LENGTH, REASON_LENGTH = 1000, 100


class Talk(Audited, Base):
    """A talk between two people, the lower id first, entered in a branch; `pair`: which sort of two they were then.

    `summary` is restricted: it is loaded by `queries.summary_of` only, and goes when the talk is withdrawn.
    """

    __tablename__ = "talk"
    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    held_on: Mapped[date]
    topic: Mapped[str] = mapped_column(sa.String(20), info=kept("谈心双方回看；支部书记掌握谈心情况"))
    pair: Mapped[str] = mapped_column(sa.String(20))
    summary: Mapped[str | None] = mapped_column(
        sa.Text, deferred=True, deferred_raiseload=True,
        info=kept("谈心双方和支部书记回看，别人看不到，每次查看都留下记录", "到撤回为止"),
    )  # fmt: skip
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(REASON_LENGTH))
    has_summary: Mapped[bool] = column_property(summary.is_not(None))
    __table_args__ = (
        sa.CheckConstraint("first_id < second_id", name="two_people"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_pair"),
        sa.CheckConstraint("withdrawn_at IS NULL OR summary IS NULL", name="withdrawn_without_text"),
        sa.Index("ix_talk_branch_id_held_on", "branch_id", "held_on"),
        sa.Index("ix_talk_second_id_held_on", "second_id", "held_on"),
        sa.Index(
            "uq_talk_two_on_a_day", "first_id", "second_id", "held_on", unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def two(self) -> tuple[int, int]:
        """Return the two people."""
        return self.first_id, self.second_id

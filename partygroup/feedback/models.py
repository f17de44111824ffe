"""The one table of feedback."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime

TEXT_LENGTH = 500


class Feedback(Audited, Base):
    """Something a person said about the software, from which page, and the office's answer."""

    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    branch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_pair"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered_in_words"),
    )

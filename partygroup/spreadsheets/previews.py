"""A table that was sent: read and previewed first, nothing of it written until whoever sent it confirms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, UtcDateTime, witness_all
from partygroup.spreadsheets.reading import Sheet
from partygroup.spreadsheets.rows import Row

#: How long a preview that nobody confirms is kept, with the rows of the file in it.
PREVIEW_LIVES = timedelta(days=7)


class SheetImport(Audited):
    """The columns of a file that was read and previewed, one model for each sort of table."""

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(120))
    file_digest: Mapped[str] = mapped_column(sa.String(64))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[list] = mapped_column(sa.JSON)
    faults: Mapped[list] = mapped_column(sa.JSON)
    notes: Mapped[list] = mapped_column(sa.JSON)
    summary: Mapped[dict] = mapped_column(sa.JSON)

    @classmethod
    def draft(cls, sheet: Sheet, rows: Sequence[Row], records: list[dict], *, notes: list[str], summary: dict, **more):
        """Return a preview that is not stored yet. `records` are the good rows as they are kept, `more` columns."""
        faulty = [row.told for row in rows if row.faults]
        counts = {"rows": len(rows), "good": len(records), "faulty": len(faulty), "headers": sheet.titles}
        return cls(
            file_name=sheet.file_name,
            file_digest=sheet.digest,
            rows=records,
            faults=faulty,
            notes=sheet.notes + notes,
            summary=counts | summary,
            **more,
        )

    @property
    def faulty_cells(self) -> list[dict]:
        """Return all faults, cell by cell."""
        return [fault for row in self.faults for fault in row["faults"]]

    def refusal_to_apply(self, by: int | None, *, only_good_rows: bool) -> str | None:
        """Return why the preview may not be confirmed this way; None if it may (security.md 7)."""
        if self.by_id != by:
            return "这份表要由上传的人自己确认，请重新上传一份。"
        if not self.rows:
            return "这份表没有一行可以导入，请改好后重新上传。"
        if self.faults and not only_good_rows:
            return f"还有{len(self.faults)}行有问题。请改好后重新上传，或勾选“只导入没有问题的行”。"
        return None

    def close(self, outcome: dict, *, at: datetime) -> None:
        """Mark it as carried out; its rows are not kept any longer than needed."""
        self.applied_at, self.rows = at, []
        self.summary = self.summary | {"outcome": outcome}


def drop_previews(session, sort: type[SheetImport], witnessed: dict, *, at: datetime) -> int:
    """Drop previews that nobody confirmed within seven days, with all they hold. Return how many.

    `witnessed` is what the audit rows say beside which preview it was: their action.
    """
    stale = sa.and_(sort.applied_at.is_(None), sort.read_at <= at - PREVIEW_LIVES)
    dropped = session.execute(sa.delete(sort).where(stale).returning(sort.id, sort.unit_id)).all()
    about = witnessed | {"subject_type": sort.__tablename__, "at": at, "actor_id": None}
    witness_all(session, [about | {"subject_id": import_id, "unit_id": unit_id} for import_id, unit_id in dropped])
    return len(dropped)

"""The note of a person: what 备注 says, and each column that lands there, after its title."""

from __future__ import annotations

from partygroup.people.roster_cells import shown
from partygroup.people.roster_columns import COLUMNS, Column, Lands
from partygroup.spreadsheets.rows import RowFault

NOTE_LENGTH = 200


def joined_note(record: dict, noted: str | None) -> str | None:
    """Return the note of 备注 and of each column that lands there, after its title; None when all are empty.

    What was noted of columns that the record lacks stays. Raise RowFault when it is longer than a note can be.
    """
    columns = [column for column in COLUMNS if column.lands is Lands.NOTE]
    kept = {column.key: _noted_of(column, columns, noted) for column in columns}
    told = [_told_of(column, record[column.key]) if column.key in record else kept[column.key] for column in columns]
    note = "；".join(filter(None, told))
    if len(note) > NOTE_LENGTH:
        raise RowFault("note", f"和别的列合起来，备注最多{NOTE_LENGTH}个字，这里有{len(note)}个字，请缩短。")
    return note or None


def _told_of(column: Column, value) -> str:
    if value is None or value == "":
        return ""
    return shown(value) if column.key == "note" else f"{column.title}：{shown(value)}"


def _noted_of(column: Column, columns: list[Column], noted: str | None) -> str:
    """Return the part of a recorded note that a column wrote; of 备注, all that no other column wrote."""
    own = tuple(f"{other.title}：" for other in columns if other.key != "note")
    parts = (noted or "").split("；")
    if column.key == "note":
        return "；".join(part for part in parts if not part.startswith(own))
    return "；".join(part for part in parts if part.startswith(f"{column.title}："))

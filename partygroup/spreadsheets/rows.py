"""The rows of a table: what each cell means, and each fault with its cell, column, value and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from partygroup.spreadsheets.cells import BadValue, Column, as_typed, column_letters


class RowFault(Exception):
    """A row that cannot be carried out: the column's key and a sentence that says what to do."""


@dataclass
class Row:
    """One row: what was typed, what it means, and what is wrong with it.

    Each sort of table has its own: its `columns`, and `anchor`, the key of one that is always there.
    """

    number: int
    cells: list
    places: Mapping[str, int]
    values: dict = field(default_factory=dict)
    faults: list[dict] = field(default_factory=list)
    columns: ClassVar[Sequence[Column]]
    anchor: ClassVar[str]

    @property
    def told(self) -> dict:
        """Return the row as it is handed back: its number, its cells as typed, its faults."""
        return {"row": self.number, "cells": [as_typed(cell) for cell in self.cells], "faults": self.faults}

    def typed(self, key: str):
        """Return the raw value of a column; None where the table has none."""
        place = self.places.get(key)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def blame(self, key: str, reason: str) -> None:
        """Note a fault of a cell; a column the table lacks is blamed at the anchor."""
        key = key if key in self.places else self.anchor
        cell = f"{column_letters(self.places[key] + 1)}{self.number}"
        title, value = self._title(key), as_typed(self.typed(key))
        self.faults.append({"cell": cell, "column": title, "value": value, "reason": reason})

    def blamed(self, key: str) -> bool:
        """Say whether a fault of a column was noted."""
        return any(fault["column"] == self._title(key) for fault in self.faults)

    def _title(self, key: str) -> str:
        return next(column.title for column in self.columns if column.key == key)


def read_column(rows: Iterable[Row], column: Column, today: date) -> None:
    """Read a column cell by cell; what was typed before need not be understood again."""
    known: dict = {}
    for row in rows:
        raw = row.typed(column.key)
        key = (type(raw), raw)
        if key not in known:
            known[key] = _understood(column, raw, today)
        row.values[column.key], reason = known[key]
        if reason:
            row.blame(column.key, reason)


def _understood(column: Column, raw, today: date) -> tuple[object, str | None]:
    """Return the value of a cell, or the reason why it has none."""
    missing = f"“{column.title}”必填，请补上。" if column.required else None
    if raw is None or not as_typed(raw).strip():
        return column.empty, missing
    try:
        value = column.parse(raw, today)
    except BadValue as fault:
        return column.empty, str(fault)
    return value, missing if value is None else None

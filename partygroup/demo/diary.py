"""The demo company's trail in the order of time, and the deeds that can be done only when all before them is written.

What happened to single people is made up first and witnessed here. What a whole company did (a file imported, a
quarter closed, figures frozen) is a deed: done at its moment by the house's own actions, which witness by themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from partygroup.demo.rows import witness_rows


class Deed(NamedTuple):
    """Something done at a moment: `act(session, at)`."""

    at: datetime
    act: Callable


class Diary:
    """Writes witnesses and does deeds as time goes on; `rows`: the witnesses known from the beginning."""

    def __init__(self, session, rows: Iterable[dict], deeds: Iterable[Deed], *, done: Callable[[], None]):
        self.session, self.done = session, done
        self.rows, self.fresh = deque(sorted(rows, key=_at)), deque()
        self.deeds = deque(sorted(deeds, key=lambda deed: deed.at))

    def go_on(self, until: datetime, rows: Iterable[dict] = ()) -> None:
        """Write and do everything before a moment; `rows`: more witnesses, which came to light with the day."""
        self.fresh = deque(sorted([*self.fresh, *rows], key=_at))
        while self.deeds and self.deeds[0].at < until:
            deed = self.deeds.popleft()
            self._write(deed.at)
            deed.act(self.session, deed.at)
            self.done()
        self._write(until)

    def _write(self, until: datetime) -> None:
        """Write the witnesses of everything before a moment."""
        found = []
        for rows in (self.rows, self.fresh):
            while rows and rows[0]["at"] < until:
                found.append(rows.popleft())
        witness_rows(self.session, found)


def _at(row: dict) -> datetime:
    return row["at"]

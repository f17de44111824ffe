"""Reading a roster file."""

from __future__ import annotations

from partygroup.people.roster_columns import COLUMNS
from partygroup.spreadsheets.reading import Sheet, Sort, read_sheet

ROSTER = Sort("花名册", "人", COLUMNS)


def read_roster(stream, file_name: str) -> Sheet:
    """Return the sheet of a roster file; raise Refused for one that cannot be read (see `read_sheet`)."""
    return read_sheet(stream, file_name, ROSTER)

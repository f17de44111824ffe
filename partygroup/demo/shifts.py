"""The shift calendar of the demo's plants: four teams, three shifts, entered once for each that has shift teams."""

from __future__ import annotations

from datetime import date, datetime

from partygroup.demo.organisation import BranchPlace
from partygroup.demo.rows import insert_with_ids, trail_row, witness_rows
from partygroup.demo.shape import TEAMS
from partygroup.people.models import ShiftPattern
from partygroup.people.patterns import as_stored, told
from partygroup.people.shifts import USUAL_HOURS, USUAL_LETTERS, USUAL_TEAMS, TeamLine, read_hours


def write_shifts(session, places: list[BranchPlace], *, from_on: date, at: datetime) -> None:
    """Write a pattern for each committee with shift teams below it, in force from a day on."""
    plants = dict.fromkeys(place.committee_id for place in places if set(place.shape.teams) & set(TEAMS))
    teams = [TeamLine(*one) for one in USUAL_TEAMS]
    facts = {"from_on": from_on} | as_stored(USUAL_LETTERS, read_hours(USUAL_HOURS), teams)
    ids = insert_with_ids(session, ShiftPattern, [{"unit_id": unit_id} | facts for unit_id in plants])
    after = told(ShiftPattern(**facts))
    witness_rows(session, [
        trail_row("people.shifts.set", ("shift_pattern", its_id), at=at, by=None, unit_id=unit_id, after=after)
        for unit_id, its_id in zip(plants, ids, strict=True)
    ])  # fmt: skip

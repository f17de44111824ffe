"""A theme that the home branch does in parts, shift team by shift team; half of it is still to come."""

from __future__ import annotations

from datetime import timedelta

from partygroup import clock
from partygroup.activities.models import Activity, Answer, Participation, Theme
from partygroup.activities.presets import SORTS
from partygroup.demo.activities import Unit, jotted_row, named_rows, part_row, units_of
from partygroup.demo.cast import HOME
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.demo.staff import Member
from partygroup.people.models import MEMBERS

TITLE = "班前十分钟学安全"
#: How many days ago which group did its part, and what it jotted. Study becomes no points.
PARTS = ((4, 0, "班前学受限空间作业条例"), (2, 1, "班前学受限空间作业条例，说身边的险"))
BEGUN = 6


def write_theme(session, places: list[BranchPlace], crews: list[list[Member]], *, at) -> list[dict]:
    """Write the theme of the home branch with its parts, and return their witnesses."""
    place, crew = next(pair for pair in zip(places, crews, strict=True) if pair[0].shape.name == HOME)
    units = list(units_of(place, crew))
    today, author = clock.day_of(at), units[-1].author
    begun_at = clock.start_of(today - timedelta(days=BEGUN)) + timedelta(hours=9)
    row = {
        "unit_id": place.id, "branch_id": place.id, "title": TITLE, "starts_on": clock.day_of(begun_at),
        "ends_on": clock.Quarter.of(today).last, "by_id": author.id, "at": begun_at,
    }  # fmt: skip
    (theme_id,) = insert_with_ids(session, Theme, [row])
    days = {"starts_on": row["starts_on"].isoformat(), "ends_on": row["ends_on"].isoformat()}
    trail = [trail_row("activities.theme.set", ("theme", theme_id), at=begun_at, by=author.id, unit_id=place.id,
                       after={"theme": TITLE} | days)]  # fmt: skip
    for ago, number, text in PARTS:
        jotted_at = clock.start_of(today - timedelta(days=ago)) + timedelta(hours=8)
        trail += _write_part(session, units[number], theme_id, text, jotted_at)
    return trail


def _write_part(session, unit: Unit, theme_id: int, text: str, jotted_at) -> list[dict]:
    """Write one part with all of the group but one, who was off, and return the witnesses."""
    day = clock.day_of(jotted_at)
    row = {
        "unit_id": unit.id, "branch_id": unit.branch_id, "theme_id": theme_id, "sort": "study", "text": text,
        "result": None, "happened_on": day, "minutes": 15, "dimension": SORTS["study"].dimension, "brand": None,
        "two_way": None, "by_id": unit.author.id, "jotted_at": jotted_at,
    }  # fmt: skip
    people = [one for one in unit.people if one.standing_on(day) in MEMBERS and one is not unit.author][:-1]
    (activity_id,) = insert_with_ids(session, Activity, [row])
    named = [part_row(unit.author, Answer.YES, jotted_at), *(part_row(one, None, None) for one in people)]
    named = [one | {"activity_id": activity_id} for one in named]
    ids = insert_with_ids(session, Participation, named)
    told = [one for key, taking in zip(ids, named, strict=True) for one in named_rows(key, taking, row)]
    return [jotted_row(activity_id, row, len(named)), *told]

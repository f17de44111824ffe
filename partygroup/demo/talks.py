"""Talks of the home branch: its secretary has talked with most, the committee with some of each other."""

from __future__ import annotations

from datetime import timedelta

from partygroup import clock
from partygroup.demo.cast import HOME
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.demo.staff import COMMITTEE, Member
from partygroup.people.models import MEMBERS, Role
from partygroup.talks.models import Talk
from partygroup.talks.rules import TOPICS, pair_of

#: Of so many one is still open; a talk every so many days, the latest so many days ago.
STILL_OPEN, EVERY, LATEST = 4, 4, 3
#: What was written of every eighth talk.
SUMMARY = "聊了倒班带孩子的难处，商量好下月起和老师傅换到同一个白班。"
WRITTEN = 8


def write_talks(session, places: list[BranchPlace], crews: list[list[Member]], *, at) -> list[dict]:
    """Write the talks of the home branch and return their witnesses."""
    place, crew = next(pair for pair in zip(places, crews, strict=True) if pair[0].shape.name == HOME)
    today = clock.day_of(at)
    members = [one for one in crew if one.standing_on(today) in MEMBERS]
    officers = [one for one in members if one.holds(*COMMITTEE, Role.DEPUTY_SECRETARY, Role.COMMITTEE_MEMBER)]
    secretary = next(one for one in officers if one.holds(Role.SECRETARY))
    others = [one for one in members if one is not secretary]
    pairs = [(secretary, one) for number, one in enumerate(others) if number % STILL_OPEN] + [tuple(officers[1:3])]
    rows = [_row(place, two, number, officers, today) for number, two in enumerate(pairs) if len(two) == 2]
    rows.reverse()
    ids = insert_with_ids(session, Talk, rows)
    return [
        trail_row("talks.talk.enter", ("talk", talk_id), at=row["at"], by=row["by_id"], person_id=one,
                  after={"happened_on": row["held_on"].isoformat()})
        for talk_id, row in zip(ids, rows, strict=True) for one in (row["first_id"], row["second_id"])
    ]  # fmt: skip


def _row(place: BranchPlace, two: tuple[Member, Member], number: int, officers: list[Member], today) -> dict:
    first, second = sorted(one.id for one in two)
    held_on = today - timedelta(days=LATEST + EVERY * number)
    return {
        "branch_id": place.id, "first_id": first, "second_id": second, "held_on": held_on,
        "topic": [*TOPICS][number % len(TOPICS)], "pair": pair_of({one.id for one in officers}, first, second),
        "summary": SUMMARY if number % WRITTEN == 0 else None, "by_id": two[0].id,
        "at": clock.start_of(held_on) + timedelta(hours=17),
    }  # fmt: skip

"""Writing the people of the demo company: persons, their spans and posts, and the witness of each."""

from __future__ import annotations

from datetime import date, datetime

from partygroup.demo.rows import insert_rows, insert_with_ids, trail_row, witness_rows
from partygroup.demo.staff import Member
from partygroup.people.models import Belonging, Exclusion, Person, Post, StandingSpan, Workplace
from partygroup.people.names import search_columns

REASON = "演示公司"


def write_people(session, members: list[Member], *, from_on: date, at: datetime) -> None:
    """Write some people with all that is dated from the first day on; each gets an id."""
    for member, person_id in zip(members, insert_with_ids(session, Person, list(map(_person, members))), strict=True):
        member.id = person_id
    begun = {"from_on": from_on, "until_on": None}
    posts = [(one, {"person_id": one.id, **_post(*held), **begun}) for one in members for held in one.posts]
    insert_rows(session, StandingSpan, [row for one in members for row in _standing(one)])
    insert_rows(session, Belonging, [_belonging(one) | begun for one in members])
    insert_rows(session, Workplace, [_workplace(one) | begun for one in members])
    post_ids = insert_with_ids(session, Post, [row for _, row in posts])
    trail = [_added(one, at) for one in members]
    trail += [_granted(*post, post_id, at) for post, post_id in zip(posts, post_ids, strict=True)]
    witness_rows(session, trail)


def write_exclusions(session, members: list[Member], *, at: datetime) -> None:
    """Leave the few people who cannot come out of the due number, from their day on (domain.md 5.4)."""
    excluded = [one for one in members if one.exclusion]
    ids = insert_with_ids(session, Exclusion, list(map(_exclusion, excluded)))
    witness_rows(session, [_left_out(one, its_id, at) for one, its_id in zip(excluded, ids, strict=True)])


def _person(one: Member) -> dict:
    plain = ("staff_no", "name", "sex", "born_ym", "joined_on", "full_on", "phone", "key_technician")
    return {key: getattr(one, key) for key in plain} | search_columns(one.name)


def _standing(one: Member) -> list[dict]:
    return [
        {"person_id": one.id, "standing": standing, "from_on": start, "until_on": end}
        for standing, start, end in one.spans
    ]


def _belonging(one: Member) -> dict:
    return {"person_id": one.id, "branch_id": one.place.id, "group_id": one.group_id}


def _workplace(one: Member) -> dict:
    return {
        "person_id": one.id,
        "unit_id": one.place.team_ids[one.team],
        "job": one.job,
        "admin_post": one.admin_post,
        "profile": one.place.shape.profile,
        "star_level": one.star_level,
    }


def _post(unit_id: int, role: str) -> dict:
    return {"unit_id": unit_id, "role": role, "title": None}


def _exclusion(one: Member) -> dict:
    day = {"from_on": one.excluded_from, "until_on": None}
    return {"person_id": one.id, "reason": one.exclusion, "approved_by": one.place.committee_name} | day


def _added(one: Member, at: datetime) -> dict:
    after = {"branch_id": one.place.id, "group_id": one.group_id}
    facts = {"person_id": one.id, "unit_id": one.place.id, "after": after, "reason": REASON}
    return trail_row("people.roster.add", ("person", one.id), at=at, by=None, **facts)


def _granted(one: Member, row: dict, post_id: int, at: datetime) -> dict:
    facts = {"person_id": one.id, "unit_id": row["unit_id"], "after": {"role": row["role"]}, "reason": REASON}
    return trail_row("people.post.grant", ("post", post_id), at=at, by=None, **facts)


def _left_out(one: Member, exclusion_id: int, at: datetime) -> dict:
    facts = {"person_id": one.id, "unit_id": one.place.id, "after": {"reason": one.exclusion}}
    return trail_row("people.exclusion.make", ("exclusion", exclusion_id), at=at, by=None, **facts)

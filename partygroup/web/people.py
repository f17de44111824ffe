"""人员: finding people within one's reach, and a person's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.attendance.rules import EXCLUSION_REASONS
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.org.models import UnitKind
from partygroup.org.queries import lineage, subtree_ids, units_named
from partygroup.people.actions import change_phone
from partygroup.people.models import COMMITTEE_ROLES, ROLE_NAMES, Role
from partygroup.people.queries import PAGE, Profile, get_exclusion, get_profile, in_branch, matching, page_of
from partygroup.people.rules import seniority_years
from partygroup.policy import Can, Place, may, units_where, visible_people
from partygroup.text import narrow, squeeze
from partygroup.web.asked import number_asked
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

pages = Blueprint("people", __name__)
#: Kind of unit → the power to appoint in it, and the posts there are.
LEVELS = {
    UnitKind.PARTY_GROUP: (Can.GRANT_LEADER, (Role.GROUP_LEADER,)),
    UnitKind.BRANCH: (Can.GRANT_BRANCH_POST, COMMITTEE_ROLES),
    UnitKind.UNIT_COMMITTEE: (Can.GRANT_UNIT_POST, (Role.UNIT_OFFICE,)),
}


@dataclass(frozen=True)
class SeenPerson:
    """A person as of today, and the line of units they belong to, from the group or branch upwards."""

    profile: Profile
    line: tuple[tuple[int, str, str], ...]

    @property
    def id(self) -> int:
        return self.profile.person.id

    @property
    def name(self) -> str:
        return self.profile.person.name

    @property
    def is_self(self) -> bool:
        return self.id == current_user.id

    @property
    def place(self) -> Place:
        return self.place_in(0)

    def place_in(self, step: int) -> Place:
        """Return the place of a thing of this person in the unit that many steps up the line."""
        return Place(tuple(unit[0] for unit in self.line[step:]), self.id)

    @property
    def shows_all(self) -> bool:
        """Say whether the reader sees more than name, standing and posts: oneself and officers; a leader does not."""
        return self.is_self or may(current_user, Can.EDIT_PERSON, self.place)

    @property
    def open_roles(self) -> list[tuple[str, str]]:
        """Return (role, words) of further posts that the reader may give this person in the units of their line."""
        held = {post.role for post in self.profile.posts}
        return [
            (role, f"{name} {ROLE_NAMES[role]}")
            for step, (_id, kind, name) in enumerate(self.line)
            if kind in LEVELS and may(current_user, LEVELS[kind][0], self.place_in(step))
            for role in LEVELS[kind][1]
            if role not in held
        ]

    @property
    def posts_to_end(self) -> set[int]:
        """Return the ids of the posts that the reader may end."""
        open_units = {
            unit[0]: LEVELS[unit[1]][1]
            for step, unit in enumerate(self.line)
            if unit[1] in LEVELS and may(current_user, LEVELS[unit[1]][0], self.place_in(step))
        }
        return {post.id for post in self.profile.posts if post.role in open_units.get(post.unit_id, ())}


def find_person(person_id: int, *powers: Can) -> SeenPerson:
    """Return somebody over whom one of the powers is held; raise NotFound."""
    today = clock.today()
    profile = get_profile(db.session, person_id, today)
    units = [unit_id for unit_id in (profile.group_id, profile.branch_id) if unit_id]
    lines = (lineage(db.session, unit_id, today) for unit_id in units)
    seen = SeenPerson(profile, tuple(next((line for line in lines if line), ())))
    if not any(may(current_user, can, seen.place) for can in powers):
        raise NotFound
    return seen


def person_of(person_id: int) -> SeenPerson:
    """Return somebody whom this person may see; raise NotFound."""
    return find_person(person_id, Can.SEE_PERSON)


@pages.get("/people")
@needs(Can.SEE_PEOPLE)
def index():
    """List people of one's units in stroke order, found by name, pinyin, initials or staff number."""
    today, words, branch = clock.today(), squeeze(request.args.get("q"), 40), number_asked("branch")
    people = matching(visible_people(current_user, Can.SEE_PEOPLE, today), words)
    if branch:
        people = in_branch(people, branch)
    found = page_of(db.session, people, today, after=number_asked("after"))
    return respond(
        "people/index.html",
        people=found,
        words=words,
        branch=branch,
        branches=branches_in_reach(today),
        is_full=len(found) == PAGE,
        is_first="after" not in request.args,
    )


def branches_in_reach(day) -> list[tuple[int, str]]:
    """Return (id, name) of the branches whose people this person may list, namesakes with the units above them."""
    units = units_where(current_user, Can.SEE_PEOPLE)
    rows = {row.id: row for row in units_named(db.session, subtree_ids(units, day), day)}
    branches = [row for row in rows.values() if row.kind == UnitKind.BRANCH]
    counts = Counter(row.name for row in branches)
    return [(row.id, row.name if counts[row.name] == 1 else _full_name(row, rows)) for row in branches]


def _full_name(row, rows: dict) -> str:
    """Return a unit's name after those of the units above it, as far as they are among the rows; the company's not."""
    names, above = [row.name], rows.get(row.parent_id)
    while above and above.kind != UnitKind.COMPANY:
        names, above = [above.name, *names], rows.get(above.parent_id)
    return " ".join(names)


@pages.get("/people/<id:person_id>")
@needs(Can.SEE_PERSON, person_of)
def show(seen):
    """Show a person; how much depends on who reads."""
    return person_page(seen)


def person_page(seen: SeenPerson, *, status: int = 200, errors: dict | None = None):
    """Return a person's page; after a rejected form with its errors by field and everything typed."""
    profile = seen.profile
    return respond(
        "people/show.html",
        status=status,
        seen=seen,
        profile=profile,
        person=profile.person,
        seniority=seniority_years(profile.person.full_on, clock.today()),
        exclusion=get_exclusion(db.session, profile.exclusion_id, seen.id) if profile.exclusion_id else None,
        reasons=EXCLUSION_REASONS,
        today=clock.today(),
        errors=errors or {},
        typed=request.form,
    )


@pages.post("/people/<id:person_id>/contact")
@needs(Can.EDIT_PERSON, person_of)
def change_contact(seen):
    """Keep another phone number of a person, or none."""
    phone = narrow(request.form.get("phone"), 40)
    try:
        with transaction(db.session):
            change_phone(
                db.session, seen.profile.person, phone=phone, unit_id=seen.profile.branch_id,
                by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        return person_page(person_of(seen.id), status=refusal.status, errors={"phone": refusal.reason})
    return done("联系电话已改。", "people.show", person_id=seen.id)

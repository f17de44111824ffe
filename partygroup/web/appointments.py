"""任免: giving somebody a post and ending it. Which power is asked depends on the unit of the post."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.org.queries import lineage
from partygroup.people import actions
from partygroup.people.models import ROLE_NAMES, Post
from partygroup.people.queries import get_post
from partygroup.policy import Can, Place
from partygroup.web.needs import needs
from partygroup.web.people import LEVELS, SeenPerson, person_of, person_page
from partygroup.web.respond import done

pages = Blueprint("appointments", __name__)


@dataclass(frozen=True)
class Appointment:
    """A post to give: to whom, which, in which unit of the person's line; and where the policy is asked."""

    seen: SeenPerson
    role: str
    unit_id: int
    place: Place


@dataclass(frozen=True)
class HeldPost:
    """A post of a person, and where the policy is asked."""

    seen: SeenPerson
    post: Post
    kind: str
    place: Place


def appointment_of(seen: SeenPerson, role: str) -> tuple[Can, Appointment]:
    """Return the power that a post asks for, and the appointment to the nearest unit that has the post."""
    for step, (unit_id, kind, _name) in enumerate(seen.line):
        can, roles = LEVELS.get(kind, (None, ()))
        if role in roles:
            return can, Appointment(seen, role, unit_id, seen.place_in(step))
    raise Refused("请选一项职务。这位同志要先编入有这个职务的支部或党小组。")


@pages.post("/people/<id:person_id>/posts")
@needs(Can.SEE_PERSON, person_of)
def grant_post(seen):
    """Give a post of the person's own group, branch or unit committee; whoever held a single post gives it up."""
    can, appointment = appointment_of(seen, request.form.get("role", ""))
    return needs(can, lambda **_ids: appointment)(_grant)(person_id=seen.id)


def _grant(appointment: Appointment):
    seen, role = appointment.seen, appointment.role
    try:
        with transaction(db.session):
            actions.grant_post(
                db.session, seen.profile, role=role, unit_id=appointment.unit_id, by=current_user.id, at=clock.now()
            )
    except Refused as refusal:
        return person_page(person_of(seen.id), status=refusal.status, errors={"role": refusal.reason})
    return done(f"{seen.name}从今天起任{ROLE_NAMES[role]}。", "people.show", person_id=seen.id)


def post_of(person_id: int, post_id: int) -> HeldPost:
    """Return a post of somebody whom this person may see, in a unit whose posts are given here; raise NotFound."""
    seen = person_of(person_id)
    post = get_post(db.session, post_id, person_id)
    line = lineage(db.session, post.unit_id, clock.today())
    if not line or post.role not in LEVELS.get(line[0][1], (None, ()))[1]:
        raise NotFound
    return HeldPost(seen, post, line[0][1], Place(tuple(unit[0] for unit in line), person_id))


@pages.post("/people/<id:person_id>/posts/<id:post_id>/ending")
@needs(Can.SEE_PERSON, lambda person_id, post_id: person_of(person_id))
def end_post(seen):
    """End a post today."""
    held = post_of(seen.id, request.view_args["post_id"])
    return needs(LEVELS[held.kind][0], lambda **_ids: held)(_end)(person_id=seen.id)


def _end(held: HeldPost):
    with transaction(db.session):
        actions.end_post(db.session, held.post, by=current_user.id, at=clock.now())
    words = f"{held.seen.name}不再担任{ROLE_NAMES[held.post.role]}。"
    return done(words, "people.show", person_id=held.seen.id)

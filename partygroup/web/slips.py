"""激活码: for one person, or as slips for a whole branch. Codes are shown in the answer to the POST and never again."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.org.models import UnitKind
from partygroup.people import actions
from partygroup.people.logins import ACTIVATION_LIVES
from partygroup.people.queries import Listed, everybody_in_branch
from partygroup.policy import Can
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, find_seen
from partygroup.web.people import person_of
from partygroup.web.respond import done, respond
from partygroup.web.roll import qr_path

pages = Blueprint("slips", __name__)


@dataclass(frozen=True)
class Slip:
    """What a person gets on paper: name, staff number, code in two groups of five, and the code's address as QR."""

    name: str
    staff_no: str
    group_name: str | None
    code: str
    path: str
    size: int

    @property
    def parts(self) -> tuple[str, str]:
        return self.code[:5], self.code[5:]


def slip(person, group_name: str | None, code: str) -> Slip:
    """Return the slip of a person (anything with name and staff_no)."""
    path, size = qr_path(activation_address(no=person.staff_no))
    return Slip(person.name, person.staff_no, group_name, code, path, size)


def activation_address(**query) -> str:
    """Return the full address of the page of first use."""
    base = current_app.config["SETTINGS"].base_url or request.host_url
    return base.rstrip("/") + url_for("login.ask_activation", **query)


@pages.post("/people/<id:person_id>/activation")
@needs(Can.ISSUE_ACTIVATION, person_of)
def issue(seen):
    """Issue a code for one person and show it once."""
    at, person = clock.now(), seen.profile.person
    with transaction(db.session):
        codes = actions.issue_slips(db.session, [seen.id], unit_id=seen.profile.branch_id, by=current_user.id, at=at)
    return respond(
        "people/activation.html",
        seen=seen,
        slip=slip(person, seen.profile.group_name, codes[seen.id]),
        address=activation_address(),
        until=at + ACTIVATION_LIVES,
    )


@pages.post("/people/<id:person_id>/logins/ending")
@needs(Can.SIGN_OUT_OTHER, person_of)
def end_logins(seen):
    """Unlock a person's login and sign them out on every device: a phone was lost, or a password tried too often."""
    with transaction(db.session):
        ended = actions.unlock(
            db.session, seen.profile.person, unit_id=seen.profile.branch_id, by=current_user.id, at=clock.now()
        )
    return done(f"已解锁，{ended} 台设备已退出。", "people.show", person_id=seen.id)


def branch_of(unit_id: int) -> SeenUnit:
    """Return a branch that this person sees or issues codes for; raise NotFound."""
    return find_seen(unit_id, (UnitKind.BRANCH,), Can.SEE_UNIT, Can.ISSUE_ACTIVATION)


def candidates(unit: SeenUnit) -> list[Listed]:
    """Return everybody of a branch but oneself, in stroke order."""
    people = everybody_in_branch(db.session, unit.id, clock.today())
    return [one for one in people if one.id != current_user.id]


@pages.get("/branches/<id:unit_id>/slips")
@needs(Can.ISSUE_ACTIVATION, branch_of)
def choose(unit):
    """Ask who of a branch gets a slip; whoever has no password yet is ticked."""
    people = candidates(unit)
    return _choice(unit, people, picked={one.id for one in people if not one.has_password})


def _choice(unit: SeenUnit, people: list[Listed], *, picked: set[int], problem: str | None = None):
    """Return the page that asks who gets a slip, with what is wrong with the choice sent, if anything."""
    shown = {"unit": unit, "people": people, "picked": picked, "problem": problem, "lives": ACTIVATION_LIVES.days}
    return respond("people/slips.html", status=422 if problem else 200, **shown)


@pages.post("/branches/<id:unit_id>/slips")
@needs(Can.ISSUE_ACTIVATION, branch_of)
def print_slips(unit):
    """Issue codes for the chosen people of the branch and answer the page to print; nobody gets one beside others."""
    at, chosen, everybody = clock.now(), set(request.form.getlist("people")), candidates(unit)
    if not chosen:
        return _choice(unit, everybody, picked=set(), problem="请至少选一位同志，再出纸条。")
    people = [one for one in everybody if str(one.id) in chosen]
    if len(people) < len(chosen):
        problem = "选中的人里有不在这个支部的，名单已按现在的重列，请核对后再出纸条。"
        return _choice(unit, everybody, picked={one.id for one in people}, problem=problem)
    with transaction(db.session):
        codes = actions.issue_slips(db.session, [one.id for one in people], unit_id=unit.id, by=current_user.id, at=at)
    return respond(
        "people/printed.html",
        unit=unit,
        slips=[slip(one, one.group_name, codes[one.id]) for one in people],
        address=activation_address(),
        until=at + ACTIVATION_LIVES,
    )

"""What all pages of declarations share: the thing, its page, what can be done with it now and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import request
from flask_login import current_user

from partygroup import clock
from partygroup.audit import ACTION_NAMES, FIELD_NAMES, in_words
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people.models import OFFICER_ROLES, Role
from partygroup.policy import Can, Grant, grant, may
from partygroup.scores import states
from partygroup.scores.doubts import doubts_of
from partygroup.scores.listing import Seen, appeal_of, get_seen, objections_to, trace_of, units_held, visible_to
from partygroup.scores.models import SOURCE_NAMES
from partygroup.scores.people import Officer, is_at_unit, is_secretary, leader_of, officers_of
from partygroup.scores.publicity import OBJECTION_LENGTH, OUTCOMES
from partygroup.scores.reviewing import MEETING_LENGTH, REASON_LENGTH
from partygroup.scores.states import State
from partygroup.scores.tables import DIMENSIONS
from partygroup.text import squeeze
from partygroup.ways import unit_office
from partygroup.web.asked import text_typed
from partygroup.web.respond import done, respond

# --- the thing --------------------------------------------------------------------------------------------------------


def declaration_of(declaration_id: int) -> Seen:
    """Return the declaration if this person may see it; raise NotFound."""
    today = clock.today()
    return get_seen(db.session, declaration_id, visible_to(current_user, today), today)


def version_shown() -> int | None:
    """Return the version of the declaration that the form was made from; None if it carries none."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def points_typed(seen: Seen) -> int | None:
    """Return the points typed into a form as tenths with the sign of the item; None for none; raise Refused.

    It is an amount: a sign in front changes nothing.
    """
    typed = squeeze(request.form.get("points"), 10).replace("−", "-")
    if not typed:
        return None
    found = re.fullmatch(r"[+-]?([0-9]{1,3})(?:[.]([0-9]))?", typed)
    if not found:
        raise Refused("分值请写成1或0.5这样的数，最多一位小数。", field="points")
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    return tenths if seen.declaration.points > 0 else -tenths


def reason_typed() -> str:
    """Return the reason of a form."""
    return text_typed("reason", REASON_LENGTH)


# --- its page ---------------------------------------------------------------------------------------------------------


def show_page(seen: Seen, *, status: int = 200, problems: dict | None = None):
    """Return the page of a declaration; `problems`: what was wrong with a form on it."""
    declaration = seen.declaration
    objections = objections_to(db.session, seen.id)
    acts = acts_of(seen, objections)
    return respond(
        "declarations/show.html", status=status, seen=seen, told=seen.told, declaration=declaration, acts=acts,
        trace=trace_of(db.session, seen.id), objections=objections, appeal=appeal_of(db.session, seen.id),
        handles=handles(seen), words=ACTION_NAMES, states=State, state_names=states.STATE_NAMES, outcomes=OUTCOMES,
        source_names=SOURCE_NAMES, dimensions=DIMENSIONS, typed=request.form, problems=problems or {},
        doubt=doubts_of(db.session, [declaration]).get(seen.id), hands=next_hands(seen), field_names=FIELD_NAMES,
        in_words=in_words,
        today=clock.today(), limits={"reason": REASON_LENGTH, "meeting": MEETING_LENGTH, "text": OBJECTION_LENGTH},
    )  # fmt: skip


def handles(seen: Seen) -> bool:
    """Say whether this person handles objections here, and so may know who objects: never the member concerned."""
    return grant(current_user, Can.ANSWER_OBJECTION, seen.place) is Grant.YES


def acts_of(seen: Seen, objections: list) -> dict[str, str | None]:
    """Return what this person might do in this state by their posts: act → why not, None if they can."""
    declaration, who = seen.declaration, current_user
    at_unit, of_secretary = level_of(seen)
    item, points = seen.told.row.item, seen.told.points
    objector = next((one.by_id for one, _ in objections if one.answered_at is None), 0)
    today, may_ = clock.today(), lambda can: may(who, can, seen.place)
    is_theirs = who.id in (declaration.person_id, declaration.made_by)
    trials = {
        "submit": (is_theirs, lambda: states.refusal_to_submit(declaration, who.id)),
        "edit": (is_theirs, lambda: states.refusal_to_edit(declaration, who.id)),
        "withdraw": (is_theirs, lambda: states.refusal_to_withdraw(declaration, who.id)),
        "review": (is_led(seen), lambda: states.refusal_to_review(declaration, who.id)),
        "confirm": (is_near(seen, at_unit), lambda: states.refusal_to_confirm(
            declaration, who.id, item, points, of_secretary=of_secretary, at_unit=at_unit)),
        "answer": (is_near(seen, True), lambda: states.refusal_to_answer(
            declaration, who.id, "uphold", "-", objector_id=objector, item=item)),
        "decide": (may_(Can.DECIDE_APPEAL), lambda: states.refusal_to_decide_appeal(
            declaration, who.id, "grant", "-", item=item)),
        "reverse": (may_(Can.REVERSE_ENTRY), lambda: states.refusal_to_reverse(declaration, who.id, "-")),
        "appeal": (may_(Can.APPEAL), lambda: states.refusal_to_appeal(
            declaration, who.id, today, "-", answered=any(one.answered_at for one, _ in objections),
            appealed=appeal_of(db.session, seen.id) is not None)),
    }  # fmt: skip
    in_state = {"answer": "uphold", "decide": "grant"}
    now = states.NEXT[seen.told.state]
    return {
        act: refused()
        for act, (stands_near, refused) in trials.items()
        if stands_near and (in_state.get(act, act) in now or (act == "edit" and seen.told.state == State.DRAFT))
    }


def is_led(seen: Seen) -> bool:
    """Say whether this person leads the group that the declaration belongs to."""
    return seen.declaration.group_id in units_held(current_user, Role.GROUP_LEADER)


def is_near(seen: Seen, at_unit: bool) -> bool:
    """Say whether somebody stands where it is decided, own ones included: then the page says why they cannot."""
    is_officer = seen.declaration.branch_id in units_held(current_user, *OFFICER_ROLES)
    return is_officer or (at_unit and unit_office(current_user, seen.place))


def level_of(seen: Seen) -> tuple[bool, bool]:
    """Return whether the unit office decides here and this person is it; and whether the secretary is concerned."""
    declaration = seen.declaration
    officers = officers_of(db.session, [declaration.branch_id], clock.today())
    for_unit = is_at_unit(officers, declaration.person_id, declaration.reviewed_by)
    return for_unit and unit_office(current_user, seen.place), is_secretary(officers, declaration.person_id)


def next_hands(seen: Seen) -> str:
    """Return in whose hands it is now, in words; nothing when in nobody's."""
    declaration, state, today = seen.declaration, seen.told.state, clock.today()
    if state == State.SUBMITTED:
        leader = leader_of(db.session, declaration.group_id, today)
        return f"党小组长{leader.name}核实" if leader else "党小组长核实"
    if state == State.GROUP_REVIEWED:
        officers = officers_of(db.session, [declaration.branch_id], today)
        at_unit = is_at_unit(officers, declaration.person_id, declaration.reviewed_by)
        return _by(officers, "确认", declaration.person_id, declaration.reviewed_by, at_unit=at_unit)
    if state == State.DISPUTED:
        officers = officers_of(db.session, [declaration.branch_id], today)
        return _by(officers, "答复", declaration.person_id, declaration.confirmed_by)
    return {State.CONFIRMED: "支部公示", State.UNDER_APPEAL: "上级党委党群部门复核"}.get(state, "")


def _by(officers: list[Officer], deed: str, *without: int | None, at_unit: bool = False) -> str:
    names = dict.fromkeys(one.name for one in officers if one.person_id not in without)
    return f"支委（{'、'.join(names)}）{deed}" if names and not at_unit else f"上级党委党群部门{deed}"


def carry_out(seen: Seen, act: Callable[[], object], words: str, field: str = "reason"):
    """Do something in a transaction, and say so; a refusal is shown on the page with what was typed."""
    try:
        with transaction(db.session):
            act()
    except Refused as refusal:
        return show_page(
            declaration_of(seen.id), status=refusal.status, problems={refusal.field or field: refusal.reason}
        )
    return done(words, "declarations.show", declaration_id=seen.id)


def as_shown() -> dict:
    """Return who acts, when, and on which version: what every action takes."""
    return {"by": current_user.id, "at": clock.now(), "version": version_shown()}

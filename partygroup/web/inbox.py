"""待审: what waits for a leader, a branch's officers and the unit office; confirming and publishing in a batch (D2)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, g, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people.models import OFFICER_ROLES, Role
from partygroup.policy import Can, Grant, grant
from partygroup.scores import publicity, reviewing, states
from partygroup.scores.doubts import doubts_of
from partygroup.scores.inbox import Inbox, done_by, inbox_of
from partygroup.scores.listing import Seen, Told, seen_all, units_held, visible_to
from partygroup.scores.people import Officer, is_at_unit, is_secretary, officers_of
from partygroup.scores.reviewing import MEETING_LENGTH
from partygroup.scores.settling import settle
from partygroup.scores.tables import DIMENSIONS
from partygroup.text import whole_number
from partygroup.web.asked import text_typed
from partygroup.web.home import leaves_to_decide
from partygroup.web.needs import ask_password, needs
from partygroup.web.respond import done, respond

pages = Blueprint("inbox", __name__)
MOST = 100


@pages.get("/inbox")
@needs(Can.SEE_INBOX)
def show():
    """Show what waits, by what is to be done; or (`view=done`) on what one has decided."""
    who, today = current_user._get_current_object(), clock.today()
    if request.args.get("all") and not who.office_open:
        return ask_password()
    inbox = inbox_of(db.session, who, today)
    asleep = 0
    if who.holds(*OFFICER_ROLES, Role.UNIT_OFFICE) and not who.office_open:
        asleep, inbox = inbox.count - len(inbox.review), Inbox(review=inbox.review)
    leaves = leaves_to_decide(who, today)
    view_done = request.args.get("view") == "done"
    waits = [*inbox.confirm, *inbox.object]
    officers = officers_of(db.session, {one.declaration.branch_id for one in waits}, today) if waits else []
    why = whys(inbox, officers)
    g.waiting = inbox.count - len(why) + asleep + len(leaves)
    return respond(
        "inbox/index.html", inbox=inbox, asleep=asleep, leaves=leaves, view_done=view_done,
        past=done_by(db.session, who.id) if view_done else [], why=why, waiting=g.waiting, dimensions=DIMENSIONS,
        meeting=f"{today.month}月支委会", meeting_length=MEETING_LENGTH, state_names=states.STATE_NAMES,
    )  # fmt: skip


def whys(inbox, officers: list[Officer]) -> dict[int, str]:
    """Return declaration → why this person cannot decide on it, and who can; those one can decide on are left out."""
    found = {}
    for one in inbox.review:
        found[one.id] = states.refusal_to_review(one.declaration, current_user.id)
    for one in inbox.confirm:
        found[one.id] = _why_not_confirm(one, officers)
    for one in inbox.object:
        found[one.id] = _why_not_answer(one, officers)
    for key, doubt in doubts_of(db.session, [one.declaration for one in inbox.review + inbox.confirm]).items():
        found[key] = found[key] or doubt
    return {key: why for key, why in found.items() if why}


def _why_not_confirm(one: Told, officers: list[Officer]) -> str | None:
    declaration, me = one.declaration, current_user.id
    here = [officer for officer in officers if officer.unit_id == declaration.branch_id]
    others = _names(here, declaration.person_id, declaration.reviewed_by)
    at_unit = is_at_unit(here, declaration.person_id, declaration.reviewed_by)
    hands = "由上级党委党群部门确认" if at_unit else f"可以由{others}确认"
    if declaration.person_id == me:
        return f"这是您自己的申报，{hands}。"
    if declaration.reviewed_by == me:
        return f"这条是您在小组核实的，{hands}。"
    if is_secretary(here, declaration.person_id) and declaration.branch_id in units_held(current_user, *OFFICER_ROLES):
        return f"这是支部书记的申报，{hands}。"
    return None


def _why_not_answer(one: Told, officers: list[Officer]) -> str | None:
    declaration, me = one.declaration, current_user.id
    others = _names(
        [officer for officer in officers if officer.unit_id == declaration.branch_id],
        declaration.person_id, declaration.confirmed_by,
    ) or "上级党委党群部门"  # fmt: skip
    if declaration.person_id == me:
        return f"这是您自己的申报，由{others}答复。"
    return f"这条是您确认的，由{others}答复。" if declaration.confirmed_by == me else None


def _names(officers: list[Officer], *without: int | None) -> str:
    return "、".join(dict.fromkeys(one.name for one in officers if one.person_id not in without))


# --- batches ----------------------------------------------------------------------------------------------------------


def chosen() -> list[tuple[Seen, int]]:
    """Return the declarations ticked in a batch with the versions that were shown; those out of reach are left out."""
    versions, today = {}, clock.today()
    for typed in request.form.getlist("chosen")[:MOST]:
        declaration_id, version = map(whole_number, typed.partition(".")[::2])
        if declaration_id is not None and version is not None:
            versions[declaration_id] = version
    found = seen_all(db.session, versions, visible_to(current_user, today), today)
    if not found:
        raise Refused("请至少选一条。")
    return [(seen, versions[seen.id]) for seen in found]


def batch(can: Can, act: Callable, words: str):
    """Do something to each of the ticked declarations over which one has the power; say what could not be done.

    When nothing could be done, the first reason is the answer. A power that sleeps asks for the password first.
    """
    asleep = next((seen for seen, _ in chosen() if grant(current_user, can, seen.place) is Grant.ASLEEP), None)
    if asleep:
        return needs(can, lambda: asleep)(lambda _seen: _batch(can, act, words))()
    return _batch(can, act, words)


def _batch(can: Can, act: Callable, words: str):
    at, refused, count = clock.now(), [], 0
    with transaction(db.session):
        ticked = chosen()
        for branch_id in {seen.declaration.branch_id for seen, _ in ticked}:
            settle(db.session, at=at, branch_id=branch_id)
        for seen, version in ticked:
            if grant(current_user, can, seen.place) is not Grant.YES and seen.declaration.person_id != current_user.id:
                continue
            try:
                act(seen, by=current_user.id, at=at, version=version)
                count += 1
            except Refused as refusal:
                refused.append((seen, refusal))
        if refused and not count:
            raise refused[0][1]
    for seen, refusal in refused:
        flash(f"{seen.told.name}“{seen.told.row.item.name}”：{refusal.reason}", "warn")
    return done(words.format(count), "inbox.show")


@pages.post("/inbox/reviews")
@needs(Can.SEE_INBOX)
def review():
    """Pass several declarations of the group on to the committee, each with the points that were claimed."""
    return batch(
        Can.REVIEW_DECLARATION,
        lambda seen, **facts: reviewing.review(db.session, seen.declaration, **facts),
        "{} 条已核实，转支委会。",
    )


@pages.post("/inbox/confirmations")
@needs(Can.SEE_INBOX)
def confirm():
    """Confirm several declarations at once, with the committee's meeting as reference."""
    meeting = text_typed("meeting", MEETING_LENGTH)
    if not meeting:
        raise Refused("请写明是哪次会议定的，如“11月支委会”。")
    mine = units_held(current_user, *OFFICER_ROLES)

    def act(seen: Seen, **facts):
        at_unit = seen.declaration.branch_id not in mine
        reviewing.confirm(db.session, seen.declaration, meeting=meeting, at_unit=at_unit, **facts)

    return batch(Can.CONFIRM_DECLARATION, act, "{} 条已确认，等公示。")


@pages.post("/inbox/publications")
@needs(Can.SEE_INBOX)
def publish():
    """Put several confirmed declarations on publicity: five working days, inside the branch."""
    return batch(
        Can.PUBLISH_DECLARATIONS,
        lambda seen, **facts: publicity.publish(db.session, seen.declaration, **facts),
        "{} 条开始公示，支部里都看得到。",
    )

"""组织生活: what a branch owes by month, what was held, what is missing; and how the branches of a unit stand (B13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.clock import Quarter, months_after
from partygroup.db import db
from partygroup.evaluation.terms import SOON, terms_on
from partygroup.meetings.calendar import Book, book_of, called_between, standing_of
from partygroup.meetings.duty import STEP_NAMES, Cell, Duty, Met, Step, cells_of
from partygroup.meetings.presets import KindSpec
from partygroup.org.models import UnitKind
from partygroup.org.trees import Node
from partygroup.policy import Can, Place, may
from partygroup.web.asked import month_after, month_asked
from partygroup.web.joint import invitations_here
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of, committee_of, trees_on
from partygroup.web.respond import respond

pages = Blueprint("calendar", __name__)
PER_NAMES = {"month": "每月", "quarter": "每季", "year": "每年"}
#: How a unit's list shows what is not done, and in what colour.
STEPS_SHOWN = ((Step.MISSED, "late"), (Step.DUE, "due"))


@dataclass(frozen=True)
class Line:
    """A kind of meeting over the three months of a quarter."""

    kind: KindSpec
    often: str
    cells: list[Cell]


@dataclass(frozen=True)
class Ending:
    """A committee's term that is nearly or quite over, in words; the election called or held since, if one was."""

    words: str
    until_on: date
    is_over: bool
    election: Met | None


@dataclass(frozen=True)
class Owed:
    """A duty in words: whose it is, how it stands, and where one tap leads; None where this person may not call."""

    duty: Duty
    title: str
    step: Step
    url: str | None


@pages.get("/branches/<id:unit_id>/calendar")
@needs(Can.SEE_UNIT, branch_of)
def branch(unit):
    """Show a branch's duties of a quarter: first what is still missing, then kinds by month."""
    today = clock.today()
    quarter = _quarter_asked(today)
    book = book_of(db.session, [unit.id], quarter)
    sees_committee = may(current_user, Can.SEE_MEETING, Place(unit.place.lineage, circle="committee"))
    kinds = [kind for kind in book.kinds if sees_committee or kind.circles[0] != "committee"]
    return respond(
        "meetings/calendar.html",
        unit=unit, quarter=quarter, tabs=[Quarter(quarter.year, number) for number in range(1, 5)], today=today,
        step_names=STEP_NAMES, calls=may(current_user, Can.CALL_MEETING, unit.place),
        lines=[_line(book, unit.id, kind, quarter, today) for kind in kinds],
        owed=_owed(book, unit, {kind.code for kind in kinds}, today), ending=_ending(unit.id, today),
        asked=[one for one in _invitations(unit) if one.is_open and not one.invitation.answered_at],
    )  # fmt: skip


def _ending(branch_id: int, today: date) -> Ending | None:
    """Return what to say of the term of a branch's committee; None while it runs, and where none was entered."""
    term = terms_on(db.session, [branch_id], today).get(branch_id)
    if term is None or not term.is_due(today):
        return None
    met = called_between(db.session, [branch_id], max(term.from_on, months_after(term.until_on, -SOON)), date.max)
    elections = met.get(("election", "branch", branch_id), [])
    return Ending(term.words(today), term.until_on, term.until_on < today, elections[-1] if elections else None)


def _invitations(unit) -> list:
    return invitations_here([unit.id]) if may(current_user, Can.CALL_MEETING, unit.place) else []


def _quarter_asked(today: date) -> Quarter:
    """Return the quarter of `?quarter=2026Q3`, to the end of next year; the running one for none and for nonsense."""
    asked = Quarter.parse(request.args.get("quarter", ""))
    return asked if asked and asked.year <= today.year + 1 else Quarter.of(today)


def _line(book: Book, branch_id: int, kind: KindSpec, quarter: Quarter, today: date) -> Line:
    found = [duty for duty in book.duties[branch_id] if duty.item.kind == kind.code]
    often = f"{PER_NAMES[kind.per]} {kind.at_least} 次"
    return Line(kind, often, cells_of(found, book.met_of(branch_id, kind), quarter, today))


def _owed(book: Book, unit: SeenUnit, codes: set[str], today: date) -> list[Owed]:
    """Return what is missed, due or called, in this order, each by its last day."""
    order, names = (Step.MISSED, Step.DUE, Step.CALLED), {kind.code: kind.name for kind in book.kinds}
    found = []
    for duty in book.duties[unit.id]:
        step, item = duty.step(today), duty.item
        if step not in order or item.kind not in codes:
            continue
        place = Place(tuple(dict.fromkeys((item.unit_id, *unit.place.lineage))))
        of_group = f"{book.structures.names[item.unit_id]} · " if item.of == "group" else ""
        url = f"/meetings/new?unit={item.unit_id}&kind={item.kind}"
        if step == Step.CALLED:
            url = f"/meetings/{duty.met[-1].gathering_id}"
        elif not may(current_user, Can.CALL_MEETING, place):
            url = None
        found.append(Owed(duty, of_group + names[item.kind], step, url))
    return sorted(found, key=lambda one: (order.index(one.step), one.duty.item.last))


# --- a unit's branches ------------------------------------------------------------------------------------------------


@pages.get("/units/<id:unit_id>/calendar")
@needs(Can.SEE_UNIT, committee_of)
def committee(unit):
    """Show how the branches below a committee stand in a month, in the organisation's order."""
    today = clock.today()
    first = month_asked(today)
    (tree,) = trees_on(today, [unit.id], unit.place.lineage[1:])
    sections = [(top, branches) for top in _tops(tree) if (branches := list(_branches(top)))]
    stands = standing_of(db.session, [node.id for _, branches in sections for node in branches], first, today)
    return respond(
        "meetings/calendars.html",
        unit=unit,
        first=first,
        quarter=Quarter.of(first),
        before=months_after(first, -1),
        after=month_after(first, today),
        sections=sections,
        stands=stands,
        endings={
            branch_id: term
            for branch_id, term in terms_on(db.session, list(stands), today).items()
            if term.is_due(today)
        },
        today=today,
        steps=STEPS_SHOWN,
        step_names=STEP_NAMES,
    )


def _tops(tree: Node) -> list[Node]:
    """Return the units by which branches are listed: those right below; the unit itself where these are branches."""
    return [tree] if any(node.kind == UnitKind.BRANCH for node in tree.below) else tree.below


def _branches(node: Node) -> Iterator[Node]:
    """Yield the branches of a tree, in its order."""
    if node.kind == UnitKind.BRANCH:
        yield node
    for below in node.below:
        yield from _branches(below)

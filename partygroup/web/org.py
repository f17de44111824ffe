"""组织: the tree as of a day, and the pages of a committee, a branch and a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db
from partygroup.errors import NotFound
from partygroup.meetings.calendar import gatherings_between
from partygroup.meetings.queries import visible_to
from partygroup.org.models import KIND_NAMES, PARTY_KINDS, UnitKind
from partygroup.org.queries import lineage, subtree_ids, units_named
from partygroup.org.trees import Node, tree_of
from partygroup.people.branches import get_branch, members_by_unit, members_of_group, officers_of
from partygroup.policy import Can, Place, may, units_where
from partygroup.text import clean
from partygroup.web.needs import needs
from partygroup.web.respond import respond

pages = Blueprint("org", __name__)
COMMITTEES = (UnitKind.COMPANY, UnitKind.UNIT_COMMITTEE, UnitKind.GENERAL_BRANCH)


@dataclass(frozen=True)
class SeenUnit:
    """A unit as of a day, with the units above it then, and the place at which the policy is asked today."""

    id: int
    kind: str
    name: str
    above: tuple[tuple[int, str, str], ...]
    day: date
    place: Place

    @property
    def kind_name(self) -> str:
        return KIND_NAMES[self.kind]

    @property
    def is_past(self) -> bool:
        return self.day < clock.today()


def day_asked() -> date:
    """Return the day of `?on=`; today for none, for nonsense and for days to come."""
    try:
        return min(date.fromisoformat(request.args.get("on", "")), clock.today())
    except ValueError:
        return clock.today()


def day_faults() -> dict[str, str]:
    """Return what is wrong with the day of `?on=`, for which today is shown instead."""
    typed = clean(request.args.get("on"), 20)
    try:
        is_ahead = bool(typed) and date.fromisoformat(typed) > clock.today()
    except ValueError:
        return {"on": "没有这一天，请核对日期。这里先显示今天的。"}
    return {"on": "这一天还没有到，请换一个日期。这里先显示今天的。"} if is_ahead else {}


def page_of_day(template: str, **context):
    """Return a page as of the day asked; a day that cannot be shown is said at its field, with what was typed kept."""
    errors = day_faults()
    typed = clean(request.args.get("on"), 20) if errors else None
    return respond(template, errors=errors, typed_day=typed, **context)


def find_seen(unit_id: int, kinds, *powers: Can) -> SeenUnit:
    """Return a unit of one of the kinds if one of the powers is held over it; raise NotFound.

    Rights follow today's tree; of a unit that has ended, the tree of the day asked for.
    """
    day, today = day_asked(), clock.today()
    line = lineage(db.session, unit_id, day)
    now = line if day == today else lineage(db.session, unit_id, today) or line
    place = Place(tuple(unit[0] for unit in now))
    if not line or line[0][1] not in kinds or not any(may(current_user, can, place) for can in powers):
        raise NotFound
    return SeenUnit(*line[0], tuple(line[1:]), day, place)


def committee_of(unit_id: int) -> SeenUnit:
    """Return the company, unit committee or general branch; raise NotFound."""
    return find_seen(unit_id, COMMITTEES, Can.SEE_UNIT)


def branch_of(unit_id: int) -> SeenUnit:
    """Return the branch; raise NotFound."""
    return find_seen(unit_id, (UnitKind.BRANCH,), Can.SEE_UNIT)


def group_of(unit_id: int) -> SeenUnit:
    """Return the group; raise NotFound."""
    return find_seen(unit_id, (UnitKind.PARTY_GROUP,), Can.SEE_UNIT)


def trees_on(day: date, roots: list[int], above: tuple[int, ...] = ()) -> list[Node]:
    """Return the party's units from these roots down that this person may see, as of a day, by two statements.

    `above`: the units above the roots, from which a power may come.
    """
    rows = units_named(db.session, subtree_ids(roots, day), day)
    who = current_user._get_current_object()
    return tree_of(
        (row for row in rows if row.kind in PARTY_KINDS),
        members_by_unit(db.session, day),
        lambda line: may(who, Can.SEE_UNIT, Place(line + above)),
    )


@pages.get("/org")
@needs(Can.SEE_UNIT)
def index():
    """Show the tree below the units that this person may see."""
    day = day_asked()
    trees = trees_on(day, units_where(current_user, Can.SEE_UNIT))
    return page_of_day("org/index.html", day=day, is_past=day < clock.today(), trees=trees)


@pages.get("/units/<id:unit_id>")
@needs(Can.SEE_UNIT, committee_of)
def committee(unit):
    """Show a committee: its officers and what stands below it."""
    return page_of_day(
        "org/committee.html",
        unit=unit,
        node=trees_on(unit.day, [unit.id], unit.place.lineage[1:])[0],
        officers=officers_of(db.session, [unit.id], unit.day),
    )


@pages.get("/branches/<id:unit_id>")
@needs(Can.SEE_UNIT, branch_of)
def branch(unit):
    """Show a branch: officers in rank order, groups with leader and number, and for officers what to look at."""
    shown = get_branch(db.session, unit.id, unit.day)
    manages = may(current_user, Can.SEE_PEOPLE, unit.place)
    warnings = shown.warnings if manages or may(current_user, Can.SEE_AUDIT, unit.place) else []
    return page_of_day("org/branch.html", unit=unit, branch=shown, manages=manages, warnings=warnings)


@pages.get("/groups/<id:unit_id>")
@needs(Can.SEE_UNIT, group_of)
def group(unit):
    """Show a group: leader, members by name, and the meetings of the day's quarter."""
    quarter = clock.Quarter.of(unit.day)
    members = members_of_group(db.session, unit.id, unit.day)
    return page_of_day(
        "org/group.html",
        unit=unit,
        leaders=officers_of(db.session, [unit.id], unit.day),
        members=members,
        opens={one.id for one in members if may(current_user, Can.SEE_PERSON, Place(unit.place.lineage, one.id))},
        met=gatherings_between(
            db.session, visible_to(current_user, clock.today()), unit.id, quarter.first, quarter.next().first
        ),
        quarter=quarter,
    )

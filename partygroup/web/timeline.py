"""动态: what a group or branch has done in a quarter, newest first, with filters and coverage (C4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.coverage import Nameable, members_of_branch
from partygroup.activities.presets import BRANDS, DIMENSIONS, MINUTES, SORTS, TWO_WAYS
from partygroup.activities.queries import PAGE, Wanted, counts_by_sort, timeline, visible_to
from partygroup.activities.themes import themes_for
from partygroup.db import db
from partygroup.errors import NotFound
from partygroup.org.models import UnitKind
from partygroup.org.queries import lineage
from partygroup.policy import Can, Place, may, units_where
from partygroup.text import clean, whole_number
from partygroup.web.asked import last_seen, quarter_asked
from partygroup.web.needs import needs
from partygroup.web.respond import respond

pages = Blueprint("timeline", __name__)
#: How many quarters back the choice of quarters goes.
QUARTERS = 8


@dataclass(frozen=True)
class Shown:
    """The group or branch whose timeline is shown, with its branch."""

    id: int
    kind: str
    name: str
    branch_id: int
    branch_name: str
    place: Place

    @property
    def is_group(self) -> bool:
        return self.kind == UnitKind.PARTY_GROUP


def shown_unit(typed: str | None) -> Shown | None:
    """Return the unit asked for, else the own group or branch; None for somebody who has neither.

    Raise NotFound for a unit whose activities this person may not see.
    """
    asked = whole_number(typed)
    unit_id = current_user.group_id or current_user.branch_id if asked is None else asked
    if not unit_id:
        return None
    line = lineage(db.session, unit_id, clock.today())
    place = Place(tuple(unit[0] for unit in line) or (0,))
    branch = next((unit for unit in line if unit[1] == UnitKind.BRANCH), None)
    if branch is None or not may(current_user, Can.SEE_ACTIVITY, place):
        raise NotFound
    return Shown(*line[0], branch[0], branch[2], place)


@dataclass(frozen=True)
class Filter:
    """What the address asks for; nonsense asks for nothing, but a quarter that is none is not found."""

    quarter: clock.Quarter
    sort: str | None
    brand: str | None
    person_id: int | None
    words: str | None
    theme_id: int | None

    @classmethod
    def asked(cls, today: date) -> Filter:
        """Return the filter of the address."""
        args = request.args
        return cls(
            quarter_asked(today),
            args.get("sort") if args.get("sort") in SORTS else None,
            args.get("brand") if args.get("brand") in BRANDS else None,
            whole_number(args.get("person")),
            clean(args.get("q"), 40) or None,
            whole_number(args.get("topic")),  # `theme` is the colours everywhere
        )

    @property
    def wanted(self) -> Wanted:
        """Return it as the queries take it."""
        days = self.quarter.first, self.quarter.last
        return Wanted(*days, self.sort, self.brand, self.person_id, self.words, self.theme_id)

    def address(self, unit: Shown, **changes) -> str:
        """Return the query of an address with some of it changed."""
        asked = {
            "unit": unit.id, "quarter": self.quarter.code, "sort": self.sort, "brand": self.brand,
            "person": self.person_id, "q": self.words, "topic": self.theme_id,
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})


def _quarters(today: date) -> list[clock.Quarter]:
    """Return the running quarter and those before it, newest first."""
    found = [clock.Quarter.of(today)]
    while len(found) < QUARTERS:
        found.append(found[-1].previous())
    return found


@dataclass(frozen=True)
class Reach:
    """How far a quarter's activities reached in a group: names, in stroke order."""

    name: str
    reached: list[Nameable]
    missing: list[Nameable]


def coverage_of(members: list[Nameable]) -> list[Reach]:
    """Return the coverage of each group, in the organisation's order."""
    groups = []
    for name, some in groupby(members, key=lambda one: one.group_name):
        some = list(some)
        groups.append(Reach(name or "未编组", [m for m in some if m.reached], [m for m in some if not m.reached]))
    return groups


@pages.get("/activities")
@needs(Can.SEE_ACTIVITY)
def index():
    """Show a page of the timeline; the first page with numbers, filters and coverage."""
    today, unit = clock.today(), shown_unit(request.args.get("unit"))
    if unit is None:
        return respond("activities/nowhere.html")
    asked, seen = Filter.asked(today), last_seen()
    visible = visible_to(current_user, today)
    page = timeline(db.session, visible, unit.id, asked.wanted, before=seen)
    day = min(asked.quarter.last, today)
    near = members_of_branch(db.session, unit.branch_id, day, asked.quarter)
    members = [one for one in near if not unit.is_group or one.group_id == unit.id]
    counts = counts_by_sort(db.session, visible, unit.id, asked.wanted)
    days = asked.quarter.first, asked.quarter.last
    themes = themes_for(db.session, unit.branch_id, *days, unit_id=unit.id if unit.is_group else None)
    return respond(
        "activities/index.html", unit=unit, asked=asked, counts=counts, days=_by_day(page),
        groups=_groups_of(near), coverage=coverage_of(members), members=members, is_first=seen is None,
        older=f"{page[-1].activity.happened_on}-{page[-1].id}" if len(page) == PAGE else None,
        quarters=_quarters(today), sorts=SORTS.values(), brands=BRANDS, dimensions=DIMENSIONS, two_ways=TWO_WAYS,
        minutes=MINUTES, themes=themes, today=today, may_set=may(current_user, Can.SET_THEME, unit.place),
        may_jot=bool(units_where(current_user, Can.JOT_ACTIVITY)),
    )  # fmt: skip


def _by_day(page) -> list[tuple[date, list]]:
    return [(day, list(some)) for day, some in groupby(page, key=lambda one: one.activity.happened_on)]


def _groups_of(near: list[Nameable]) -> list[tuple[int, str]]:
    """Return the groups of a branch that have members, in the organisation's order."""
    return list(dict.fromkeys((one.group_id, one.group_name) for one in near if one.group_id))

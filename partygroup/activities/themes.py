"""Themes done in parts (化整为零, C5): setting and ending one, which are running, and whom its parts have reached.

A member counts once however many parts name them. A part is an activity like any other, jotted under the theme.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup import clock
from partygroup.activities.models import Activity, Answer, Participation, Theme
from partygroup.activities.queries import Jotted, activities_of, place_of
from partygroup.activities.rules import refusals_to_set_theme
from partygroup.db import holds_on, witness
from partygroup.errors import NotFound, Refused
from partygroup.org.models import Placement
from partygroup.people.models import MEMBERS, Belonging, Person, StandingSpan, Workplace
from partygroup.policy import Place

#: How many parts a theme's page shows.
SHOWN = 100


@dataclass(frozen=True)
class Counted:
    """Somebody whom a theme is for, with group and shift team as of its day; `reached`: named in a part of it."""

    id: int
    name: str
    group_id: int | None
    group_name: str | None
    team_id: int | None
    team_name: str | None
    reached: bool


@dataclass(frozen=True)
class Share:
    """How far a theme reached in a group or shift team: names, in stroke order."""

    id: int | None
    name: str
    reached: list[Counted]
    missing: list[Counted]


@dataclass
class Running:
    """A theme with the names that pages say; the one concerned in its `place` is its author."""

    theme: Theme
    author: str
    unit_name: str
    place: Place | None = None

    @property
    def id(self) -> int:
        return self.theme.id

    @property
    def is_for_group(self) -> bool:
        return self.theme.unit_id != self.theme.branch_id


def shares(members: Iterable[Counted], by: str, rest: str) -> list[Share]:
    """Return the members by `group` or by `team`, in the order in which they come; `rest`: what those of none are."""
    key, found = (lambda one: getattr(one, f"{by}_id") or 0), []
    for _, some in groupby(sorted(members, key=key), key):
        some = list(some)
        name, its_id = getattr(some[0], f"{by}_name") or rest, getattr(some[0], f"{by}_id")
        found.append(Share(its_id, name, [one for one in some if one.reached], missing_of(some)))
    return sorted(found, key=lambda one: one.id is None)


def missing_of(members: Iterable[Counted], *, group_id: int | None = None, team_id: int | None = None) -> list[Counted]:
    """Return those whom no part has reached yet; of one group or shift team only, if given."""
    return [
        one for one in members
        if not one.reached and group_id in (None, one.group_id) and team_id in (None, one.team_id)
    ]  # fmt: skip


# --- reading ----------------------------------------------------------------------------------------------------------


def get_running(session, theme_id: int, visible: sa.Select, day: date) -> Running:
    """Return a theme if it is among the visible ones; raise NotFound."""
    named = sa.select(Placement.name).where(Placement.unit_id == Theme.unit_id).order_by(Placement.from_on.desc())
    row = session.execute(
        visible.where(Theme.id == theme_id)
        .add_columns(Person.name, named.limit(1).scalar_subquery())
        .join(Person, Person.id == Theme.by_id)
    ).first()
    if row is None:
        raise NotFound
    running = Running(*row)
    running.place = place_of(session, running.theme.unit_id, running.theme.branch_id, day, running.theme.by_id)
    return running


def themes_for(session, branch_id: int, first: date, last: date, *, unit_id: int | None = None) -> list[Theme]:
    """Return the themes of a branch and its groups that run on some of these days, what ends first on top, by one
    statement. `unit_id`: only what is for this group, or for the branch alone.
    """
    last_on = sa.func.coalesce(Theme.ended_on, Theme.ends_on)
    query = sa.select(Theme).where(
        Theme.branch_id == branch_id, Theme.ends_on >= first, last_on >= first, Theme.starts_on <= last
    )
    if unit_id:
        query = query.where(Theme.unit_id.in_((unit_id, branch_id)))
    return list(session.scalars(query.order_by(Theme.ends_on, Theme.id)))


def counted(session, theme: Theme, day: date) -> list[Counted]:
    """Return everybody whom a theme is for as of a day, by group, in stroke order, by one statement.

    Reached is who is named in a part that stands and did not say 否; they count once.
    """
    group, team = aliased(Placement), aliased(Placement)
    named = (
        sa.select(Participation.person_id)
        .join(Activity, Activity.id == Participation.activity_id)
        .where(
            Activity.theme_id == theme.id,
            Activity.withdrawn_at.is_(None),
            sa.func.coalesce(Participation.answer, "") != Answer.NO,
        )
    )
    inside = Belonging.branch_id == theme.branch_id
    if theme.unit_id != theme.branch_id:
        inside = Belonging.group_id == theme.unit_id
    rows = session.execute(
        sa.select(
            Person.id, Person.name, Belonging.group_id, group.name, team.unit_id, team.name, Person.id.in_(named),
        )
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(group, sa.and_(group.unit_id == Belonging.group_id, holds_on(group, day)))
        .outerjoin(Workplace, sa.and_(Workplace.person_id == Person.id, holds_on(Workplace, day)))
        .outerjoin(team, sa.and_(team.unit_id == Workplace.unit_id, holds_on(team, day)))
        .where(inside, StandingSpan.standing.in_(MEMBERS))
        .order_by(group.sort, Belonging.group_id, Person.stroke_key, Person.id)
    )  # fmt: skip
    return [Counted(*row) for row in rows]


def parts_of(session, theme: Theme, visible: sa.Select) -> list[Jotted]:
    """Return the standing parts of a theme in the order of their days, by three statements."""
    standing = visible.where(Activity.theme_id == theme.id, Activity.withdrawn_at.is_(None))
    return activities_of(session, standing.order_by(Activity.happened_on, Activity.id).limit(SHOWN))


def chosen(themes: Collection[Theme], theme_id: int | None) -> Theme | None:
    """Return the theme of that id among those that can be chosen."""
    return next((one for one in themes if one.id == theme_id), None)


# --- writing ----------------------------------------------------------------------------------------------------------


def set_theme(
    session, *, unit_id: int, branch_id: int, title: str, starts_on: date | None, ends_on: date | None, by: int,
    at: datetime,
) -> Theme:  # fmt: skip
    """Set a theme for a group or branch and return it; raise Refused."""
    refusals = refusals_to_set_theme(title=title, starts_on=starts_on, ends_on=ends_on, today=clock.day_of(at))
    for name, reason in refusals.items():
        raise Refused(reason, field=name)
    theme = Theme(
        unit_id=unit_id, branch_id=branch_id, title=title, starts_on=starts_on, ends_on=ends_on, by_id=by, at=at
    )
    session.add(theme)
    session.flush()
    after = {"theme": title, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    witness(session, "activities.theme.set", theme, at=at, by=by, unit_id=unit_id, after=after)
    return theme


def end_theme(session, theme: Theme, *, by: int, at: datetime) -> None:
    """End a theme today, before its day; what is jotted later for a day until then is still a part of it.

    One that has ended stays as it is.
    """
    session.refresh(theme, ["ended_on", "ended_by"], with_for_update=True)
    today = clock.day_of(at)
    if theme.last_on < today or theme.ended_on:
        return
    theme.ended_on, theme.ended_by = today, by
    after = {"theme": theme.title, "ended_on": today.isoformat()}
    witness(session, "activities.theme.end", theme, at=at, by=by, unit_id=theme.unit_id, after=after)

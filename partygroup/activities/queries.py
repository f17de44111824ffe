"""Reading activities: what a person may see, one of them, a page of the timeline, what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.activities.models import Activity, Answer, Participation, Photo, Theme
from partygroup.activities.presets import SORTS, USUAL_SORT
from partygroup.activities.rules import SILENCE, is_settled
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.org.models import Placement, UnitKind
from partygroup.org.queries import lineage, subtree_ids
from partygroup.people.models import OFFICER_ROLES, Person, Role
from partygroup.policy import Place

PAGE = 20
OFFICES = (Role.UNIT_OFFICE, Role.COMPANY_OFFICE, Role.AUDITOR)


@dataclass(frozen=True)
class Taker:
    """Somebody who took part, by name, with the own word on it."""

    person_id: int
    name: str
    answer: str | None
    remark: str | None
    leads: bool = False


@dataclass
class Jotted:
    """An activity with what pages say of it. `place` is where the policy is asked: its author is the one concerned."""

    activity: Activity
    author: str
    unit_name: str
    theme: Theme | None = None
    place: Place | None = None
    people: list[Taker] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.activity.id

    @property
    def answered_by_others(self) -> bool:
        """Say whether somebody other than the author has answered."""
        return any(one.answer and one.person_id != self.activity.by_id for one in self.people)

    @property
    def silent(self) -> list[Taker]:
        """Return those who have not answered."""
        return [one for one in self.people if not one.answer]

    @property
    def differing(self) -> list[Taker]:
        """Return those who said 否 or 有出入."""
        return [one for one in self.people if one.answer in (Answer.NO, Answer.DIFFERS)]

    def of(self, person_id: int) -> Taker | None:
        """Return somebody's part in it; None if they are not named."""
        return next((one for one in self.people if one.person_id == person_id), None)

    def is_settled(self, at: datetime) -> bool:
        """Say whether nothing more is waited for: all have answered, or silence counts."""
        return not self.silent or is_settled(self.activity.jotted_at, at)


def visible_to(who, day: date, model=Activity) -> sa.Select:
    """Return *the* select of activities (or themes, problems) that a person may see: own branch, offices, subtrees."""
    own = [who.branch_id] if who.branch_id else []
    own += [post.unit_id for post in who.posts if post.role in OFFICER_ROLES and post.unit_kind == UnitKind.BRANCH]
    above = [post.unit_id for post in who.posts if post.role in OFFICES]
    ways = [model.branch_id.in_(own)]
    if above:
        ways.append(model.branch_id.in_(subtree_ids(above, day)))
    return sa.select(model).where(sa.or_(*ways))


def place_of(session, unit_id: int, branch_id: int, day: date, person_id: int | None = None) -> Place:
    """Return where a thing of a branch or one of its groups belongs today."""
    line = [unit[0] for unit in lineage(session, branch_id, day)] or [branch_id]
    return Place(tuple(dict.fromkeys([unit_id, *line])), person_id)


def _named(activities: sa.Select) -> sa.Select:
    """Return the select with the author's name, the unit's name on the activity's day, and the theme."""
    author, unit = aliased(Person), aliased(Placement)
    return (
        activities.add_columns(author.name, unit.name, Theme)
        .join(author, author.id == Activity.by_id)
        .join(unit, sa.and_(unit.unit_id == Activity.unit_id, holds_on(unit, Activity.happened_on)))
        .outerjoin(Theme, Theme.id == Activity.theme_id)
    )


def get_jotted(session, activity_id: int, visible: sa.Select, day: date) -> Jotted:
    """Return an activity if it is among the visible ones, by four statements; raise NotFound."""
    row = session.execute(_named(visible.where(Activity.id == activity_id))).first()
    if row is None:
        raise NotFound
    jotted = Jotted(*row)
    activity = jotted.activity
    jotted.place = place_of(session, activity.unit_id, activity.branch_id, day, activity.by_id)
    _add_details(session, [jotted])
    return jotted


def _add_details(session, page: list[Jotted]) -> None:
    """Fill in people (in stroke order) and photos of a page, by two statements."""
    by_id = {one.id: one for one in page}
    people = session.execute(
        sa.select(
            Participation.activity_id, Person.id, Person.name, Participation.answer, Participation.remark,
            Participation.leads,
        )
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.activity_id.in_(by_id))
        .order_by(Person.stroke_key, Person.id)
    )  # fmt: skip
    for activity_id, *facts in people:
        by_id[activity_id].people.append(Taker(*facts))
    for photo in session.scalars(sa.select(Photo).where(Photo.activity_id.in_(by_id)).order_by(Photo.id)):
        by_id[photo.activity_id].photos.append(photo)


@dataclass(frozen=True)
class Wanted:
    """What of a timeline is asked for: days from `first` to `last`, and whatever else is not None."""

    first: date
    last: date
    sort: str | None = None
    brand: str | None = None
    person_id: int | None = None
    words: str | None = None
    theme_id: int | None = None


def _in_unit(visible: sa.Select, unit_id: int, wanted: Wanted) -> sa.Select:
    """Return the standing activities of a branch, with all its groups, or of a group, within the days."""
    return visible.where(
        sa.or_(Activity.unit_id == unit_id, Activity.branch_id == unit_id),
        Activity.withdrawn_at.is_(None),
        Activity.happened_on >= wanted.first,
        Activity.happened_on <= wanted.last,
    )


def _matching(query: sa.Select, wanted: Wanted) -> sa.Select:
    if wanted.brand:
        query = query.where(Activity.brand == wanted.brand)
    if wanted.theme_id:
        query = query.where(Activity.theme_id == wanted.theme_id)
    if wanted.person_id:
        named = sa.exists().where(Participation.activity_id == Activity.id, Participation.person_id == wanted.person_id)
        query = query.where(named)
    if wanted.words:
        said = [column.contains(wanted.words, autoescape=True) for column in (Activity.text, Activity.result)]
        query = query.where(sa.or_(*said))
    return query


def counts_by_sort(session, visible: sa.Select, unit_id: int, wanted: Wanted) -> dict[str, int]:
    """Return sort → number of activities, whatever sort is asked for."""
    query = _matching(_in_unit(visible, unit_id, wanted), wanted)
    rows = session.execute(query.with_only_columns(Activity.sort, sa.func.count()).group_by(Activity.sort))
    return {row.sort: row[1] for row in rows}


def timeline(
    session, visible: sa.Select, unit_id: int, wanted: Wanted, *, before: tuple[date, int] | None = None
) -> list[Jotted]:
    """Return one page of activities, the newest day first, after the last row seen; by three statements."""
    query = _matching(_in_unit(visible, unit_id, wanted), wanted)
    if wanted.sort:
        query = query.where(Activity.sort == wanted.sort)
    if before:
        query = query.where(sa.tuple_(Activity.happened_on, Activity.id) < sa.tuple_(*map(sa.literal, before)))
    return activities_of(session, query.order_by(Activity.happened_on.desc(), Activity.id.desc()).limit(PAGE))


def activities_of(session, query: sa.Select) -> list[Jotted]:
    """Return the activities of a select with all that pages say of them, by three statements."""
    page = [Jotted(*row) for row in session.execute(_named(query))]
    _add_details(session, page)
    return page


def habit_of(session, unit_id: int, person_id: int) -> str:
    """Return the sort that a person jotted last for a unit; the usual one where there was none."""
    last = sa.select(Activity.sort).where(Activity.unit_id == unit_id, Activity.by_id == person_id)
    found = session.scalar(last.order_by(Activity.happened_on.desc(), Activity.id.desc()).limit(1))
    return found if found in SORTS else USUAL_SORT


def to_answer(who, at: datetime) -> sa.Select:
    """Return the select of the activities that a person is asked to confirm; after seven days silence has answered.

    Its columns: id, text, happened_on, author, and asked_at.
    """
    author, asked_at = Person.name.label("author"), Activity.jotted_at.label("asked_at")
    return (
        sa.select(Activity.id, Activity.text, Activity.happened_on, author, asked_at)
        .join(Participation, Participation.activity_id == Activity.id)
        .join(Person, Person.id == Activity.by_id)
        .where(
            Participation.person_id == who.id,
            Participation.answer.is_(None),
            Activity.withdrawn_at.is_(None),
            Activity.branch_id == who.branch_id,
            Activity.jotted_at > at - SILENCE,
        )
    )

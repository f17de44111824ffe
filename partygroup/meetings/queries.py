"""Reading meetings: the kinds in force, gatherings a person may see, what is due, and the habit of a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from partygroup import clock
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting, State
from partygroup.meetings.presets import PAIR
from partygroup.meetings.rules import SPREAD, circles_for, entered_late, nearest
from partygroup.org.models import Placement
from partygroup.org.queries import subtree_ids
from partygroup.people.models import COMMITTEE_ROLES, Role
from partygroup.policy import Place

PAGE = 20
USUAL_TIME = time(16, 30)
WITH_ALL = (joinedload(Gathering.sittings), joinedload(Gathering.meetings).joinedload(Meeting.kind))
_LEVELS = [aliased(Placement) for _ in range(4)]


@dataclass(frozen=True)
class Convened:
    """A gathering with what pages say of it: its unit's name and the units above, as of its day."""

    gathering: Gathering
    unit_name: str
    above_name: str | None
    place: Place

    @property
    def id(self) -> int:
        return self.gathering.id

    @property
    def state(self) -> State:
        return self.gathering.state

    @property
    def kinds(self) -> str:
        """Return the names of its kinds, the way a notice gives them."""
        return "、".join(meeting.kind.rules.name for meeting in self.gathering.meetings)

    @property
    def theme(self) -> str | None:
        return next((meeting.theme for meeting in self.gathering.meetings if meeting.theme), None)

    @property
    def starts_at(self) -> datetime:
        return self.gathering.sittings[0].starts_at

    @property
    def where(self) -> str:
        return self.gathering.sittings[0].place

    @property
    def host_id(self) -> int:
        return self.gathering.sittings[0].host_id

    @property
    def sittings(self) -> list[Sitting]:
        """Return the sittings in the order of their starts."""
        return sorted(self.gathering.sittings, key=lambda one: (one.starts_at, one.id))

    @property
    def is_split(self) -> bool:
        return len(self.gathering.sittings) > 1

    @property
    def days_late(self) -> int:
        """Return how many days after the meeting it was entered (补录): called, or its list begun; 0 when in time."""
        entered_at = self.gathering.opened_at or self.gathering.called_at
        return entered_late(self.sittings[-1].starts_at, entered_at)

    def is_past(self, at: datetime) -> bool:
        """Say whether its day is over although nobody has begun its list: it is entered from the paper sheet."""
        return self.state is State.NOTIFIED and entered_late(self.sittings[-1].starts_at, at) > 0

    def near(self, at: datetime) -> Sitting:
        """Return the sitting nearest to a moment: whose code is shown, at whose desk one signs in."""
        return self.sittings[nearest([one.starts_at for one in self.sittings], at)]

    def sitting(self, sitting_id: int | None, at: datetime) -> Sitting:
        """Return the sitting of an id, if it is one of these, else the nearest to a moment."""
        return next((one for one in self.sittings if one.id == sitting_id), None) or self.near(at)

    def called(self, sitting_id: int | None) -> str:
        """Return 第2场 for a sitting where there are several; else nothing."""
        ids = [one.id for one in self.sittings]
        return f"第{ids.index(sitting_id) + 1}场" if len(ids) > 1 and sitting_id in ids else ""

    @property
    def full_unit(self) -> str:
        """Return group and branch, or the unit alone."""
        return f"{self.above_name} · {self.unit_name}" if self.gathering.circle == "group" else self.unit_name


def with_units(gatherings: sa.Select) -> sa.Select:
    """Return the select of gatherings with their unit's name and line of units, in the same statement."""
    unit, *above = _LEVELS
    day = Gathering.day
    query = gatherings.add_columns(unit.name, above[0].name, *(level.parent_id for level in _LEVELS))
    query = query.join(unit, sa.and_(unit.unit_id == Gathering.unit_id, holds_on(unit, day)))
    below = unit
    for level in above:
        query = query.outerjoin(level, sa.and_(level.unit_id == below.parent_id, holds_on(level, day)))
        below = level
    return query


def convened(row) -> Convened:
    """Return a row of `with_units` as a value."""
    gathering, name, above, *parents = row[:7]
    lineage = (gathering.unit_id, *(parent for parent in parents if parent))
    return Convened(gathering, name, above, Place(lineage, circle=gathering.circle))


def kinds_in_force(session) -> list[Kind]:
    """Return the newest version of every kind, in the order in which the presets list them."""
    return list(session.scalars(_newest_kinds()))


def kinds_called(session) -> list[Kind]:
    """Return the kinds in force that somebody calls as a meeting: all but talks between two people."""
    return [kind for kind in kinds_in_force(session) if PAIR not in kind.rules.circles]


def talks_a_year(session) -> int:
    """Return how many talks a year the rules in force ask of each member; 0 where they ask for none."""
    rules = [kind.rules for kind in kinds_in_force(session) if kind.code == "heart_talk"]
    return sum({"month": 12, "quarter": 4, "year": 1}.get(one.per, 0) * one.at_least for one in rules)


def _newest_kinds() -> sa.Select:
    newer = aliased(Kind)
    is_newest = ~sa.exists().where(newer.code == Kind.code, newer.version > Kind.version)
    first = sa.select(sa.func.min(newer.id)).where(newer.code == Kind.code).scalar_subquery()
    return sa.select(Kind).where(is_newest).order_by(first)


def that_counts(kind=Kind):
    """Return the SQL condition that a version of a kind feeds participation (scoring.md 4)."""
    return sa.func.coalesce(kind.spec["counts"].as_boolean(), sa.true())


def visible_to(who, day: date) -> sa.Select:
    """Return *the* select of gatherings a person may see: own branch and groups, own committees, offices' subtrees.

    Committee meetings: the committee, the branch's officers and the offices above only.
    """
    above = [post.unit_id for post in who.posts if post.role in (Role.UNIT_OFFICE, Role.COMPANY_OFFICE, Role.AUDITOR)]
    led = [post.unit_id for post in who.posts if post.role in COMMITTEE_ROLES]
    ways = [sa.false()]
    if above:  # + 0: nearly all of them are seen, so the lists go by day and not through each unit's past
        ways.append((Gathering.unit_id + 0).in_(subtree_ids(above, day)))
    if who.branch_id:
        mine = subtree_ids([who.branch_id], day)
        ways.append(sa.and_(Gathering.unit_id.in_(mine), Gathering.circle != "committee"))
    if led:
        ways.append(Gathering.unit_id.in_(led))
    return sa.select(Gathering).where(sa.or_(*ways))


def get_convened(session, gathering_id: int, visible: sa.Select, *, held: bool = False) -> Convened:
    """Return a gathering if it is among the visible ones, by one statement; raise NotFound.

    held: nobody else writes about it before this transaction ends, nor closes a quarter that it belongs to. It is
    held first and read then: what is joined to a row that was waited for would be as it was before the waiting.
    """
    if held:
        session.execute(sa.select(Gathering.id).where(Gathering.id == gathering_id).with_for_update(key_share=True))
    query = with_units(visible.where(Gathering.id == gathering_id)).options(*WITH_ALL)
    row = session.execute(query).unique().first()
    if row is None:
        raise NotFound
    return convened(row)


def describe(session, gathering_id: int) -> Convened:
    """Return a gathering to somebody who holds its code or stands in its list, by one statement; raise NotFound."""
    return get_convened(session, gathering_id, sa.select(Gathering))


def describe_all(session, gathering_ids) -> dict[int, Convened]:
    """Return id → gathering, of several, by one statement; to somebody whom nobody keeps from any."""
    found = _convened_all(session, sa.select(Gathering).where(Gathering.id.in_(gathering_ids)))
    return {one.id: one for one in found}


def last_held(session, unit_id: int, code: str) -> date | None:
    """Return the day on which a unit last held a meeting of a kind."""
    held = sa.select(sa.func.max(Gathering.day)).join(Meeting).join(Kind, Kind.id == Meeting.kind_id)
    return session.scalar(held.where(Gathering.unit_id == unit_id, Gathering.closed_at.is_not(None), Kind.code == code))


def upcoming(session, visible: sa.Select, today: date, *, limit: int = 2 * PAGE) -> list[Convened]:
    """Return gatherings from today on, and the week's earlier ones not closed yet, soonest first; none cancelled."""
    still_open = sa.and_(Gathering.opened_at.is_not(None), Gathering.closed_at.is_(None))
    query = visible.where(
        Gathering.cancelled_at.is_(None),
        Gathering.day >= today - timedelta(days=7),
        sa.or_(Gathering.day >= today, still_open, sits_again(today)),
    )
    order = (Gathering.day, Gathering.id)
    return _convened_all(session, chosen(query.order_by(*order).limit(limit)).order_by(*order))


def sits_again(today: date):
    """Return the SQL condition that an unclosed gathering of the last days has a sitting today or later."""
    later = sa.exists().where(Sitting.gathering_id == Gathering.id, Sitting.starts_at >= clock.start_of(today))
    return sa.and_(Gathering.day >= today - SPREAD, Gathering.closed_at.is_(None), later)


def past(session, visible: sa.Select, today: date, *, before: tuple[date, int] | None = None) -> list[Convened]:
    """Return one page of gatherings before today, newest first, after the last row seen."""
    query = visible.where(Gathering.day < today)
    if before:
        query = query.where(sa.tuple_(Gathering.day, Gathering.id) < sa.tuple_(*map(sa.literal, before)))
    order = (Gathering.day.desc(), Gathering.id.desc())
    return _convened_all(session, chosen(query.order_by(*order).limit(PAGE)).order_by(*order))


def chosen(page: sa.Select) -> sa.Select:
    """Return the select of the gatherings of a limited select: which they are is found before names are joined."""
    ids = page.with_only_columns(Gathering.id, maintain_column_froms=True).subquery()
    return sa.select(Gathering).join(ids, ids.c.id == Gathering.id)


def _convened_all(session, gatherings: sa.Select) -> list[Convened]:
    return [convened(row) for row in session.execute(with_units(gatherings).options(*WITH_ALL)).unique()]


def still_due(session, units: list, today: date) -> list[tuple]:
    """Return (unit, kind) for each monthly or quarterly kind that a unit has not called in the running period.

    Only the kind's usual circle counts as its duty: a group owes group meetings, a branch the rest (domain.md 5.1).
    One statement: the kinds in force, each with the units that called it this quarter and when they did so last.
    """
    first = {"month": today.replace(day=1), "quarter": clock.Quarter.of(today).first}
    any_version = aliased(Kind)
    called = (
        sa.select(Gathering.unit_id, any_version.code, sa.func.max(Gathering.day).label("day"))
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(any_version, any_version.id == Meeting.kind_id)
        .where(
            Gathering.unit_id.in_([unit.id for unit in units]),
            Gathering.cancelled_at.is_(None),
            Gathering.day >= first["quarter"],
        )
        .group_by(Gathering.unit_id, any_version.code)
        .subquery()
    )
    found = _newest_kinds().outerjoin(called, called.c.code == Kind.code).add_columns(called.c.unit_id, called.c.day)
    rows = session.execute(found).all()
    kinds = list(dict.fromkeys(kind for kind, _, _ in rows))
    latest = {(unit_id, kind.code): day for kind, unit_id, day in rows if unit_id}
    return [
        (unit, kind)
        for unit in units
        for kind in kinds
        if kind.rules.per in first
        and kind.rules.circles[0] in circles_for(kind.rules, unit.kind)
        and latest.get((unit.id, kind.code), date.min) < first[kind.rules.per]
    ]


@dataclass(frozen=True)
class Habit:
    """Where and when a unit usually meets."""

    place: str
    starts_at: datetime


def habit_of(session, unit_id: int, *, at: datetime) -> Habit:
    """Return the place of the unit's last sitting and the next likely start: its usual hour, today if still ahead.

    Without a past: 16:30 today, or the next half hour when that is over.
    """
    last = session.execute(
        sa.select(Sitting.place, Sitting.starts_at)
        .join(Gathering, Gathering.id == Sitting.gathering_id)
        .where(Gathering.unit_id == unit_id, Gathering.cancelled_at.is_(None))
        .order_by(Sitting.starts_at.desc())
        .limit(1)
    ).first()
    here = at.astimezone(clock.BEIJING)
    hour = last.starts_at.astimezone(clock.BEIJING).time() if last else USUAL_TIME
    usual = datetime.combine(here.date(), hour, clock.BEIJING)
    soon = here + timedelta(minutes=30 - here.minute % 30)
    return Habit(last.place if last else "", usual if usual > here else soon.replace(second=0, microsecond=0))

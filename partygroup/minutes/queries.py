"""Reading minutes: the head that is known already, topics with their gist and what was resolved, open tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.attendance.leaves import leaves_of
from partygroup.attendance.roll import Roll, RollRow, get_roll, rolls_of
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.agenda import Item, agenda_of_all
from partygroup.meetings.extras import EXTRAS, ExtraSpec
from partygroup.meetings.models import AgendaItem, Gathering, Meeting
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.queries import Convened, describe_all
from partygroup.minutes.extras import Extras, extras_of
from partygroup.minutes.models import Addendum, Gist, Minutes, Progress, Resolution
from partygroup.minutes.rules import LONGEST, Topic, Written, gaps
from partygroup.people.models import Person, Post, Role


@dataclass(frozen=True)
class Resolved:
    """Something resolved, with the owner's name, and the day and kind of the meeting where a list spans several."""

    row: Resolution
    owner: str | None
    held_on: date
    gathering_id: int
    meeting_id: int

    @property
    def url(self) -> str:
        """Return the address of the minutes in which it stands."""
        return f"/meetings/{self.gathering_id}/minutes/{self.meeting_id}"

    def is_overdue(self, today: date) -> bool:
        return self.row.progress == Progress.OPEN and self.row.due_on is not None and self.row.due_on < today


@dataclass(frozen=True)
class Point:
    """An item of the agenda with its gist and what was resolved."""

    item: Item
    gist: str
    resolved: tuple[Resolved, ...]

    @property
    def id(self) -> int:
        return self.item.id

    @property
    def judged(self) -> Topic:
        """Return the point as rules judge it."""
        item = self.item
        return Topic(item.title, item.sort.votes, item.vote is not None, self.gist, len(self.resolved))


@dataclass(frozen=True)
class Added:
    """An addendum with its author's name."""

    row: Addendum
    by: str


@dataclass(frozen=True)
class Sheet:
    """The minutes of one meeting of a gathering, begun or not: what is known and what was written."""

    met: Convened
    meeting: Meeting
    minutes: Minutes | None
    roll: Roll
    points: tuple[Point, ...]
    chairs: frozenset[int]
    last_recorder: int | None
    leave_waiting: tuple[str, ...]
    added: tuple[Added, ...]
    extras: Extras = field(default_factory=dict)

    @property
    def specs(self) -> tuple[ExtraSpec, ...]:
        """Return what its kind records beside its topics; without what the theme says already."""
        alone = self.meeting.theme and len(self.met.gathering.meetings) == 1
        return tuple(one for one in EXTRAS.get(self.meeting.kind.code, ()) if not (one.themed and alone))

    @property
    def kind(self) -> KindSpec:
        return self.meeting.kind.rules

    @property
    def is_sealed(self) -> bool:
        return self.meeting.sealed_at is not None

    @property
    def last_start(self) -> datetime:
        """Return when its last sitting began: it ended after that."""
        return max(one.starts_at for one in self.met.sittings)

    @property
    def ended_at(self) -> datetime | None:
        """Return when it ended: as written, else when signing in was closed, if that was on the day; else None."""
        if self.minutes:
            return self.minutes.ended_at
        closed_at = self.met.gathering.closed_at
        return closed_at if closed_at and closed_at <= self.last_start + LONGEST else None

    @property
    def present(self) -> list[RollRow]:
        """Return who came and may be named in the minutes, in stroke order."""
        return [row for row in self.roll.rows if row.came]

    @property
    def chair_id(self) -> int | None:
        """Return who took the chair: as written, else the host, else whoever came and may."""
        if self.minutes:
            return self.minutes.chair_id
        came = [row.person_id for row in self.present if row.person_id in self.chairs]
        return self.met.host_id if self.met.host_id in came else next(iter(came), None)

    def recorder_id(self, reader_id: int) -> int | None:
        """Return who wrote: as written, else who wrote last time, else the reader; of those who came, not the chair."""
        if self.minutes:
            return self.minutes.recorder_id
        came = {row.person_id for row in self.present} - {self.chair_id}
        return next((one for one in (self.last_recorder, reader_id) if one in came), None)

    def name_of(self, person_id: int | None) -> str:
        """Return the name of somebody on the roll."""
        return next((row.name for row in self.roll.rows if row.person_id == person_id), "")

    @property
    def gaps(self) -> list[str]:
        """Return what is missing before the minutes can be confirmed."""
        one, met = self.minutes, self.met
        if one is None:
            return []
        present = frozenset(row.person_id for row in self.present)
        return gaps(
            Written(
                met.state, one.chair_id, one.recorder_id, present, self.chairs, met.starts_at, one.ended_at,
                self.leave_waiting, tuple(point.judged for point in self.points),
                tuple(spec.label for spec in self.specs if spec.needed and not self.extras.get(spec.code)),
            )
        )  # fmt: skip


def sheet_of(session, met: Convened, meeting_id: int) -> Sheet:
    """Return the minutes of one meeting of a gathering; raise NotFound."""
    meeting = _meeting_in(met, meeting_id)
    if meeting is None:
        raise NotFound
    minutes = session.scalar(sa.select(Minutes).where(Minutes.meeting_id == meeting_id))
    return Sheet(
        met=met, meeting=meeting, minutes=minutes, roll=get_roll(session, met.gathering),
        points=_points(session, [met.gathering], [meeting_id])[meeting_id],
        chairs=_chairs(session, met, meeting.kind.rules),
        last_recorder=None if minutes else _last_recorder(session, met.gathering.unit_id),
        leave_waiting=tuple(name for _leave, name in leaves_of(session, met.id)),
        added=_added(session, minutes) if minutes else (),
        extras=extras_of(session, [minutes.id])[minutes.id] if minutes else {},
    )  # fmt: skip


def written_sheets(session, written: Sequence[Minutes]) -> Iterator[Sheet]:
    """Yield the sheet of each of these minutes, with what they say only, by as many statements for many as for one."""
    ids = [one.meeting_id for one in written]
    where = sa.select(Meeting.gathering_id).where(Meeting.id.in_(ids))
    met_at = {meeting.id: met for met in describe_all(session, where).values() for meeting in met.gathering.meetings}
    gatherings = list({met.id: met.gathering for met in met_at.values()}.values())
    points, rolls = _points(session, gatherings, ids), rolls_of(session, gatherings)
    extras = extras_of(session, [one.id for one in written])
    for minutes in written:
        met = met_at[minutes.meeting_id]
        yield Sheet(
            met=met, meeting=_meeting_in(met, minutes.meeting_id), minutes=minutes, roll=rolls[met.id],
            points=points[minutes.meeting_id], chairs=frozenset(), last_recorder=None, leave_waiting=(), added=(),
            extras=extras[minutes.id],
        )  # fmt: skip


def _meeting_in(met: Convened, meeting_id: int) -> Meeting | None:
    return next((one for one in met.gathering.meetings if one.id == meeting_id), None)


def _points(session, gatherings: list[Gathering], meeting_ids: list[int]) -> dict[int, tuple[Point, ...]]:
    """Return meeting → its topics with what was said and resolved."""
    items = [item for item in agenda_of_all(session, gatherings) if item.row.meeting_id in meeting_ids]
    gists, resolved = _said(session, [item.id for item in items])
    found: dict[int, list[Point]] = {one: [] for one in meeting_ids}
    for item in items:
        found[item.row.meeting_id].append(Point(item, gists.get(item.id, ""), tuple(resolved[item.id])))
    return {one: tuple(points) for one, points in found.items()}


def _said(session, item_ids: list[int]) -> tuple[dict[int, str], dict[int, list[Resolved]]]:
    """Return item → gist, and item → what was resolved, in the order of entry."""
    if not item_ids:
        return {}, defaultdict(list)
    gists = dict(session.execute(sa.select(Gist.item_id, Gist.text).where(Gist.item_id.in_(item_ids))).all())
    resolved: dict[int, list[Resolved]] = defaultdict(list)
    for one in _resolved(session, Resolution.item_id.in_(item_ids)):
        resolved[one.row.item_id].append(one)
    return gists, resolved


def _resolved(session, *where) -> list[Resolved]:
    rows = session.execute(
        sa.select(Resolution, Person.name, Gathering.day, Gathering.id, Meeting.id)
        .join(AgendaItem, AgendaItem.id == Resolution.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Gathering, Gathering.id == Meeting.gathering_id)
        .outerjoin(Person, Person.id == Resolution.owner_id)
        .where(*where)
        .order_by(Resolution.id)
    )
    return [Resolved(*row) for row in rows]


def is_written_about(session, item_id: int) -> bool:
    """Say whether minutes have a gist of an item, or something resolved on it."""
    return any(
        session.scalar(sa.select(model.id).where(model.item_id == item_id).limit(1)) for model in (Gist, Resolution)
    )


def get_resolved(session, met: Convened, resolution_id: int) -> Resolved:
    """Return something resolved at a gathering, or still open from an earlier one of its unit; raise NotFound."""
    found = _resolved(session, Resolution.id == resolution_id, Resolution.unit_id == met.gathering.unit_id)
    if not found:
        raise NotFound
    return found[0]


def open_tasks(session, unit_id: int, before: Gathering) -> list[Resolved]:
    """Return the tasks that a unit set at earlier meetings and are not verified: the next one begins with them."""
    return _resolved(
        session,
        Resolution.unit_id == unit_id,
        Resolution.owner_id.is_not(None),
        Resolution.progress != Progress.VERIFIED,
        sa.tuple_(Gathering.day, Gathering.id) < sa.tuple_(sa.literal(before.day), sa.literal(before.id)),
    )


def tasks_of(session, person_id: int) -> list[Resolved]:
    """Return what somebody has still to do of what meetings resolved, the earliest due first."""
    found = _resolved(session, Resolution.owner_id == person_id, Resolution.progress == Progress.OPEN)
    return sorted(found, key=lambda one: (one.row.due_on or date.max, one.row.id))


def _chairs(session, met: Convened, kind: KindSpec) -> frozenset[int]:
    """Return who may take the chair of a kind on the gathering's day (domain.md 5.1).

    In a group's circle its leader may, whatever the kind, and the branch's officers who come to it.
    """
    of_group = met.gathering.circle == "group"
    held = sa.and_(Post.unit_id.in_(met.place.lineage[: 2 if of_group else 1]), Post.role.in_(kind.chair))
    if of_group:
        held = sa.or_(held, sa.and_(Post.unit_id == met.gathering.unit_id, Post.role == Role.GROUP_LEADER))
    return frozenset(session.scalars(sa.select(Post.person_id).where(held, holds_on(Post, met.gathering.day))))


def _last_recorder(session, unit_id: int) -> int | None:
    """Return who wrote a unit's latest minutes."""
    return session.scalar(
        sa.select(Minutes.recorder_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .join(Gathering, Gathering.id == Meeting.gathering_id)
        .where(Gathering.unit_id == unit_id)
        .order_by(Minutes.id.desc())
        .limit(1)
    )


def _added(session, minutes: Minutes) -> tuple[Added, ...]:
    rows = session.execute(
        sa.select(Addendum, Person.name)
        .join(Person, Person.id == Addendum.by_id)
        .where(Addendum.minutes_id == minutes.id)
        .order_by(Addendum.id)
    )
    return tuple(Added(*row) for row in rows)


def ended_of_others(session, meeting: Meeting) -> datetime | None:
    """Return when the other meetings of the gathering ended, the last of them, as their minutes say; else None."""
    others = sa.and_(Meeting.gathering_id == meeting.gathering_id, Meeting.id != meeting.id)
    return session.scalar(sa.select(sa.func.max(Minutes.ended_at)).join(Meeting).where(others))


def names_of(rows: Iterable[RollRow]) -> str:
    """Return names as a notice lists them."""
    return "、".join(row.name for row in rows)

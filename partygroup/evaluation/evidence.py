"""The rows behind a branch's lines: meetings, gatherings with who came, problems, activities; groups by means (E4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import sqlalchemy as sa

from partygroup.activities.models import Activity, Photo
from partygroup.attendance.turnout import turns_of
from partygroup.clock import Quarter
from partygroup.evaluation.facts import Known
from partygroup.meetings.models import Kind, Meeting
from partygroup.points import tenths
from partygroup.scores.facts import came
from partygroup.scores.queries import PersonSheet

MOST_ACTIVITIES = 100


@dataclass(frozen=True)
class Turnout:
    """A gathering of the quarter: which kinds, how many of the branch's counted members were due and came."""

    gathering_id: int
    on: date
    kinds: str
    due: int
    came: int


def turnout_of(session, people: Iterable[PersonSheet], quarter: Quarter) -> list[Turnout]:
    """Return the gatherings that make up the branch's participation, in time."""
    counted = [one for one in people if one.is_counted]
    turns = [turn for one in counted for turn in one.turns]
    if stored := [one.person_id for one in counted if one.closed_at]:  # stored sheets know numbers only
        turns += turns_of(session, stored, quarter.first, quarter.last)
    tally: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0])
    for turn in turns:
        tally[turn.day, turn.gathering_id][0] += 1
        tally[turn.day, turn.gathering_id][1] += came(turn)
    names = kind_names(session, [gathering_id for _, gathering_id in tally])
    return [
        Turnout(gathering_id, day, names.get(gathering_id, "会议"), *counts)
        for (day, gathering_id), counts in sorted(tally.items())
    ]


def kind_names(session, gathering_ids: Iterable[int]) -> dict[int, str]:
    """Return gathering → the names of its kinds."""
    rows = session.execute(
        sa.select(Meeting.gathering_id, Kind.spec["name"].as_string())
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(Meeting.gathering_id.in_(list(gathering_ids)))
        .order_by(Meeting.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for gathering_id, name in rows:
        found[gathering_id].append(name)
    return {gathering_id: "、".join(names) for gathering_id, names in found.items()}


def names_of_kinds(session) -> dict[str, str]:
    """Return code → the newest name of every kind."""
    rows = session.execute(sa.select(Kind.code, Kind.spec["name"].as_string()).order_by(Kind.version))
    return dict(map(tuple, rows))


@dataclass(frozen=True)
class Deed:
    """An activity of the quarter, with how many photos it has."""

    id: int
    on: date
    text: str
    photos: int


def deeds_of(session, branch_id: int, quarter: Quarter) -> list[Deed]:
    """Return the branch's activities of the quarter that stand, the newest first, as many as a page holds."""
    photos = sa.select(sa.func.count()).where(Photo.activity_id == Activity.id).scalar_subquery()
    rows = session.execute(
        sa.select(Activity.id, Activity.happened_on, Activity.text, photos)
        .where(
            Activity.branch_id == branch_id,
            Activity.happened_on.between(quarter.first, quarter.last),
            Activity.withdrawn_at.is_(None),
        )
        .order_by(Activity.happened_on.desc(), Activity.id.desc())
        .limit(MOST_ACTIVITIES)
    )
    return [Deed(*row) for row in rows]


@dataclass(frozen=True)
class GroupMeans:
    """A group beside the others: means of its counted members by dimension and in total, and its score; in tenths."""

    id: int
    name: str
    members: int
    means: dict[str, int | None]
    score: int | None


def group_means(known: Known) -> list[GroupMeans]:
    """Return the groups in the organisation's order, each with means over its own counted members."""
    found = []
    for group_id, name, sheet in known.groups:
        mine = [one for one in known.counted if one.group_id == group_id]
        found.append(GroupMeans(group_id, name, len(mine), means_of(mine), sheet.total))
    return found


def means_of(people: list[PersonSheet]) -> dict[str, int | None]:
    """Return dimension (and `total`) → mean over people, half up; None over nobody."""
    sums: dict[str, int] = defaultdict(int)
    for one in people:
        sums["total"] += one.total
        for dimension in one.sheet.dimensions:
            sums[dimension.code] += dimension.points
    codes = ("WP", "SE", "QI", "PF", "total")
    return {code: tenths(Fraction(sums[code], 10 * len(people))) if people else None for code in codes}

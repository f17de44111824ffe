"""What stands behind a sheet: evidence and confirmation of its entries, what is on its way, what is still open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.clock import Quarter
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.people.models import Person, Standing, StandingSpan
from partygroup.scores import models
from partygroup.scores.models import SOURCE_NAMES, Declaration, VetoCase
from partygroup.scores.queries import PastQuarter
from partygroup.scores.rules import in_force
from partygroup.scores.sheets import Sheet, YearResult, year_result
from partygroup.scores.states import PENDING, STATE_NAMES
from partygroup.scores.tables import Table

#: Endings of lines that are no line of the table.
OF_LIMITS = ("BASE", "ROOM", "FLOOR", "CORRECT")


@dataclass(frozen=True)
class Evidence:
    """Where an entry comes from and who stands for it."""

    text: str
    happened_on: date
    source: str
    reviewer: str | None
    confirmer: str | None
    meeting_ref: str | None
    activity_id: int | None
    gathering_id: int | None
    declaration_id: int


def evidence_of(session, entry_ids: Collection[int]) -> dict[int, Evidence]:
    """Return entry → evidence, by one statement."""
    reviewer, confirmer = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(models.Entry.id, Declaration.text, Declaration.happened_on, Declaration.source, reviewer.name,
                  confirmer.name, Declaration.meeting_ref, Declaration.activity_id, Declaration.gathering_id,
                  Declaration.id)
        .join(Declaration, Declaration.id == models.Entry.declaration_id)
        .join(confirmer, confirmer.id == models.Entry.confirmed_by)
        .outerjoin(reviewer, reviewer.id == Declaration.reviewed_by)
        .where(models.Entry.id.in_(entry_ids))
    )  # fmt: skip
    return {entry_id: Evidence(text, day, SOURCE_NAMES[source], *rest) for entry_id, text, day, source, *rest in rows}


@dataclass(frozen=True)
class OnTheWay:
    """A declaration that is confirmed and does not count yet (待生效)."""

    name: str
    text: str
    points: int
    state: str
    until: date | None
    happened_on: date
    declaration_id: int


def on_the_way(session, person_id: int, quarter: Quarter, table: Table) -> list[OnTheWay]:
    """Return what is confirmed, in publicity or disputed, of things that happened in the quarter."""
    rows = session.scalars(
        sa.select(Declaration)
        .where(
            Declaration.person_id == person_id,
            Declaration.state.in_(PENDING),
            Declaration.happened_on.between(quarter.first, quarter.last),
        )
        .order_by(Declaration.happened_on, Declaration.id)
    )
    return [
        OnTheWay(
            table.rows[row.item].item.name if row.item in table.rows else row.item, row.text,
            row.points if row.awarded is None else row.awarded, STATE_NAMES[row.state], row.public_until,
            row.happened_on, row.id,
        )
        for row in rows
    ]  # fmt: skip


def kinds_of(session, gathering_ids: Collection[int]) -> dict[int, str]:
    """Return gathering → names of its kinds, by one statement."""
    rows = session.execute(
        sa.select(Meeting.gathering_id, Kind.spec["name"].as_string())
        .join(Kind, Kind.id == Meeting.kind_id)
        .join(Gathering, Gathering.id == Meeting.gathering_id)
        .where(Gathering.id.in_(gathering_ids))
        .order_by(Meeting.id)
    )
    names: dict[int, list[str]] = {}
    for gathering_id, name in rows:
        names.setdefault(gathering_id, []).append(name)
    return {gathering_id: "、".join(kinds) for gathering_id, kinds in names.items()}


@dataclass(frozen=True)
class Chance:
    """A line that may still bring points this quarter: at most so many, by its own cap and the room left."""

    code: str
    name: str
    dimension: str
    most: int
    origin: str


def chances(sheet: Sheet, table: Table) -> list[Chance]:
    """Return what is still open under each cap, in table order; lines that only take points are none."""
    profile, counted = table.profile(sheet.profile), {line.code: line.points for line in sheet.lines}
    found = []
    for line in table.lines:
        if line.is_automatic or line.items[0].points < 0:
            continue
        adds = sum(
            one.points
            for one in sheet.lines
            if one.dimension == line.dimension and one.points > 0 and one.code[3:] not in OF_LIMITS
        )
        room = max(0, profile.room(line.dimension) - adds)
        left = room if line.cap is None else min(room, line.cap - counted.get(line.code, 0))
        found.append(Chance(line.code, line.name, line.dimension, left, line.origin))
    return [one for one in found if one.most > 0]


def year_of(session, person_id: int, year: int, quarters: list[PastQuarter]) -> YearResult:
    """Return a person's year by the quarters closed so far, with vetoes and standing at its end; two statements."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    vetoes = session.execute(
        sa.select(VetoCase.from_on, VetoCase.until_on).where(
            VetoCase.person_id == person_id, VetoCase.withdrawn_at.is_(None)
        )
    )
    standing = session.scalar(
        sa.select(StandingSpan.standing)
        .where(StandingSpan.person_id == person_id, StandingSpan.from_on <= last)
        .order_by(StandingSpan.from_on.desc())
        .limit(1)
    )
    return year_result(
        [one.total for one in quarters if one.quarter.year == year],
        is_vetoed=in_force((tuple(row) for row in vetoes), first, last),
        is_probationary=standing == Standing.PROBATIONARY,
    )

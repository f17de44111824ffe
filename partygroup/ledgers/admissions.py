"""People on the way into the party: what the roster, the steps entered here, and the votes say of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.db import holds_on
from partygroup.ledgers.models import AdmissionStep
from partygroup.ledgers.rules import ON_THE_WAY, STEPS, Due, Next, next_steps
from partygroup.meetings.agenda import Item
from partygroup.meetings.models import AgendaItem, Gathering, Kind, Meeting, Vote
from partygroup.people.models import STANDING_NAMES, Belonging, Person, StandingSpan

#: Agenda items that decide on membership.
DECIDING = ("admission", "full_membership")


@dataclass(frozen=True)
class Decision:
    """A vote on somebody: on which day, on what, what became of it, and the gathering where it is shown."""

    on_day: date
    title: str
    word: str
    passed: bool
    gathering_id: int


@dataclass(frozen=True)
class OnTheWay:
    """Somebody on the way: standing and since when, earlier ones, steps entered, decisions, and what is next."""

    person_id: int
    name: str
    branch_id: int
    group_id: int | None
    standing: str
    since: date
    joined_on: date | None
    stages: tuple[tuple[str, date], ...]
    steps: tuple[AdmissionStep, ...]
    decisions: tuple[Decision, ...]
    next: tuple[Next, ...]

    @property
    def standing_name(self) -> str:
        return STANDING_NAMES[self.standing]

    @property
    def done(self) -> list[tuple[str, date, date | None]]:
        """Return the steps as the rules want them."""
        return [(one.step, one.on_day, one.until_on) for one in self.steps]

    @property
    def step_choices(self) -> list[tuple[str, str]]:
        """Return (code, name) of what may be entered now."""
        entered = {one.step for one in self.steps}
        return [
            (code, sort.name) for code, sort in STEPS.items()
            if self.standing in sort.of and (sort.again or code not in entered)
        ]  # fmt: skip

    def worst(self, today: date) -> Due:
        """Return how the most pressing of what is next stands."""
        return self.next[0].stands(today) if self.next else Due.AHEAD


def on_the_way(session, unit_id: int, today: date, *, person_id: int | None = None) -> list[OnTheWay]:
    """Return who is on the way in a branch or group today, nearest to membership first; by four statements."""
    people = session.execute(
        sa.select(
            Person.id, Person.name, Belonging.branch_id, Belonging.group_id, StandingSpan.standing,
            StandingSpan.from_on, Person.joined_on,
        )
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, today)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, today)))
        .where(
            sa.or_(Belonging.branch_id == unit_id, Belonging.group_id == unit_id),
            StandingSpan.standing.in_(ON_THE_WAY), sa.true() if person_id is None else Person.id == person_id,
        )
        .order_by(Person.stroke_key, Person.id)
    ).all()  # fmt: skip
    ids = [one.id for one in people]
    stages, steps, decisions = _stages(session, ids), _steps(session, ids), _decisions(session, ids)
    found = []
    for one in people:
        done = [(step.step, step.on_day, step.until_on) for step in steps[one.id]]
        found.append(OnTheWay(*one, tuple(stages[one.id]), tuple(steps[one.id]), tuple(decisions[one.id]),
                              tuple(next_steps(one.standing, one.from_on, one.joined_on, done, today))))  # fmt: skip
    return sorted(found, key=lambda one: -ON_THE_WAY.index(one.standing))


def _stages(session, ids: list[int]) -> dict[int, list[tuple[str, date]]]:
    """Return person → (name, from when) of each stage the roster knows, in order."""
    rows = session.execute(
        sa.select(StandingSpan.person_id, StandingSpan.standing, StandingSpan.from_on)
        .where(StandingSpan.person_id.in_(ids), StandingSpan.standing.in_(ON_THE_WAY))
        .order_by(StandingSpan.from_on, StandingSpan.id)
    )
    found = defaultdict(list)
    for its, standing, from_on in rows:
        found[its].append((STANDING_NAMES[standing], from_on))
    return found


def _steps(session, ids: list[int]) -> dict[int, list[AdmissionStep]]:
    query = sa.select(AdmissionStep).where(AdmissionStep.person_id.in_(ids))
    found = defaultdict(list)
    for row in session.scalars(query.order_by(AdmissionStep.on_day, AdmissionStep.id)):
        found[row.person_id].append(row)
    return found


def _decisions(session, ids: list[int]) -> dict[int, list[Decision]]:
    """Return person → the votes on membership, told as the meeting tells them."""
    rows = session.execute(
        sa.select(AgendaItem, Kind, Vote, Gathering.day, Gathering.id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .join(Gathering, Gathering.id == Meeting.gathering_id)
        .outerjoin(Vote, Vote.item_id == AgendaItem.id)
        .where(AgendaItem.person_id.in_(ids), AgendaItem.sort.in_(DECIDING), Gathering.cancelled_at.is_(None))
        .order_by(Gathering.day, AgendaItem.id)
    )
    found = defaultdict(list)
    for item, kind, vote, day, gathering_id in rows:
        told = Item(item, kind.rules, None, vote, {}, {}, {}).told
        word, passed = (told.word, told.passed) if told else ("没有表决", False)
        found[item.person_id].append(Decision(day, item.title, word, passed, gathering_id))
    return found

"""Reading an appraisal: its steps, everybody in it, the meeting it was held at; and a member's own grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.appraisal.models import STEPS, Appraisal, AppraisalStep, Appraised, Grade, Step
from partygroup.appraisal.rules import LATE_FROM, Tally, most_excellent, over_the_cap
from partygroup.clock import day_of
from partygroup.db import holds_on
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.org.models import Placement
from partygroup.people.models import MEMBERS, OFFICER_ROLES, Belonging, Person, Post, Standing, StandingSpan
from partygroup.scores.models import VetoCase

#: Kinds of meetings at which members are appraised; the second is often held together with it.
KINDS = ("appraisal", "org_life_meeting")


@dataclass(frozen=True)
class Line:
    """Somebody in an appraisal; `row` is None before the poll, when the list is still the branch's of today."""

    person_id: int
    name: str
    is_graded: bool
    row: Appraised | None = None
    has_veto: bool = False

    @property
    def tally(self) -> Tally | None:
        """Return how the ballots fell, once they are entered."""
        row = self.row
        if row is None or row.ballots is None:
            return None
        return Tally(row.excellent, row.qualified, row.basically, row.unqualified)

    @property
    def proposed(self) -> Grade | None:
        return self.row and self.row.proposed

    @property
    def decided(self) -> Grade | None:
        return self.row and self.row.decided


@dataclass(frozen=True)
class Board:
    """An appraisal as its pages show it, people in surname-stroke order."""

    row: Appraisal
    steps: Mapping[Step, AppraisalStep]
    lines: tuple[Line, ...]

    @property
    def days(self) -> dict[Step, date]:
        """Return the steps that were taken, with their days."""
        return {step: one.happened_on for step, one in self.steps.items()}

    @property
    def state(self) -> Step:
        """Return the last step that was taken."""
        return next(step for step in reversed(STEPS) if step in self.steps)

    @property
    def following(self) -> Step | None:
        """Return the step that comes next."""
        return next((step for step in STEPS if step not in self.steps), None)

    @property
    def graded(self) -> list[Line]:
        return [one for one in self.lines if one.is_graded]

    @property
    def most(self) -> int:
        """Return how many may generally be excellent."""
        return most_excellent(len(self.graded))

    @property
    def acknowledged(self) -> int:
        """Return how many have said that they know their grade."""
        return sum(one.row is not None and one.row.acknowledged_at is not None for one in self.graded)

    @property
    def warning(self) -> str | None:
        """Return the sentence on more excellent than a third, by the newest grades."""
        return over_the_cap([one.decided or one.proposed for one in self.graded], len(self.graded))

    def late_days(self, step: Step) -> int | None:
        """Return how many days after it happened a step was entered, if that is late."""
        late = (day_of(self.steps[step].at) - self.steps[step].happened_on).days
        return late if late >= LATE_FROM else None


def find_board(session, branch_id: int, year: int, today: date) -> Board | None:
    """Return a branch's appraisal of a year, by four statements; None if it has not begun."""
    row = session.scalar(sa.select(Appraisal).where(Appraisal.branch_id == branch_id, Appraisal.year == year))
    return row and board_of(session, row, today)


def board_of(session, row: Appraisal, today: date) -> Board:
    """Return an appraisal with its steps and people; before the poll, those of the branch today."""
    taken = session.scalars(sa.select(AppraisalStep).where(AppraisalStep.appraisal_id == row.id))
    steps = {Step(one.step): one for one in taken}
    people = session.execute(
        sa.select(Person.id, Person.name, Appraised)
        .join(Appraised, Appraised.person_id == Person.id)
        .where(Appraised.appraisal_id == row.id)
        .order_by(Person.stroke_key, Person.id)
    ).all()
    if people:
        lines = [Line(person_id, name, one.is_graded, one) for person_id, name, one in people]
    else:
        lines = members_on(session, row.branch_id, today)
    vetoed = _vetoed(session, [one.person_id for one in lines], row.year)
    lines = [Line(one.person_id, one.name, one.is_graded, one.row, one.person_id in vetoed) for one in lines]
    return Board(row, {step: steps[step] for step in STEPS if step in steps}, tuple(lines))


def members_on(session, branch_id: int, day: date) -> list[Line]:
    """Return the members of a branch on a day; probationary ones are not graded."""
    rows = session.execute(
        sa.select(Person.id, Person.name, StandingSpan.standing)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .where(Belonging.branch_id == branch_id, StandingSpan.standing.in_(MEMBERS))
        .order_by(Person.stroke_key, Person.id)
    )
    return [Line(person_id, name, standing != Standing.PROBATIONARY) for person_id, name, standing in rows]


def _vetoed(session, person_ids: list[int], year: int) -> set[int]:
    """Return those of some people on whom a veto was in force on a day of the year."""
    return set(
        session.scalars(
            sa.select(VetoCase.person_id).where(
                VetoCase.person_id.in_(person_ids),
                VetoCase.withdrawn_at.is_(None),
                VetoCase.from_on <= date(year, 12, 31),
                sa.or_(VetoCase.until_on.is_(None), VetoCase.until_on > date(year, 1, 1)),
            )
        )
    )


def is_only_officer(session, branch_id: int, person_id: int, day: date) -> bool:
    """Say whether a branch has no other officer on a day, who could enter what concerns this one."""
    others = sa.select(Post.id).where(
        Post.unit_id == branch_id, Post.role.in_(OFFICER_ROLES), Post.person_id != person_id, holds_on(Post, day)
    )
    return session.scalar(others.limit(1)) is None


def meetings_of(session, branch_id: int, year: int) -> dict[int, tuple[int, date, str]]:
    """Return meeting → (gathering, day, name of kind) at which a branch can have held its appraisal of a year."""
    rows = session.execute(
        sa.select(Meeting.id, Gathering.id, Gathering.day, Kind)
        .join(Gathering, Gathering.id == Meeting.gathering_id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(
            Gathering.unit_id == branch_id, Kind.code.in_(KINDS), Gathering.cancelled_at.is_(None),
            Gathering.circle == "members", Gathering.day.between(date(year, 1, 1), date(year + 1, 12, 31)),
        )
        .order_by(Gathering.day, Meeting.id)
    )  # fmt: skip
    return {meeting_id: (gathering_id, day, kind.rules.name) for meeting_id, gathering_id, day, kind in rows}


@dataclass(frozen=True)
class Own:
    """A grade that was told to a member, with the branch that decided it."""

    appraisal_id: int
    year: int
    branch: str
    grade: Grade
    decided_on: date
    acknowledged_at: datetime | None


def own_grades(session, person_id: int) -> list[Own]:
    """Return the grades that a member has been told, the newest year first."""
    told, decided = (sa.orm.aliased(AppraisalStep) for _ in range(2))
    rows = session.execute(
        sa.select(
            Appraisal.id, Appraisal.year, Placement.name, Appraised.decided, decided.happened_on,
            Appraised.acknowledged_at,
        )
        .join(Appraised, Appraised.appraisal_id == Appraisal.id)
        .join(told, sa.and_(told.appraisal_id == Appraisal.id, told.step == Step.FED_BACK))
        .join(decided, sa.and_(decided.appraisal_id == Appraisal.id, decided.step == Step.DECIDED))
        .join(Placement, sa.and_(Placement.unit_id == Appraisal.branch_id, holds_on(Placement, decided.happened_on)))
        .where(Appraised.person_id == person_id, Appraised.decided.is_not(None))
        .order_by(Appraisal.year.desc(), Appraisal.id)
    )  # fmt: skip
    return [Own(*row) for row in rows]

"""The list of problems of a group or branch: reading it, taking one up, closing and cancelling it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup import clock
from partygroup.activities.models import Problem
from partygroup.activities.queries import place_of, visible_to
from partygroup.activities.rules import refusal_to_end, refusal_to_raise
from partygroup.db import holds_on, witness
from partygroup.errors import NotFound, Refused
from partygroup.org.models import Placement, UnitKind
from partygroup.people.models import OFFICER_ROLES, Person
from partygroup.policy import Place

PAGE = 20


@dataclass
class Taken:
    """A problem with the names that pages say; the one concerned in its `place` is its owner."""

    problem: Problem
    owner: str
    unit_name: str
    closer: str | None
    about: str | None
    place: Place | None = None

    @property
    def id(self) -> int:
        return self.problem.id

    def is_late(self, today: date) -> bool:
        """Say whether it is open past its day."""
        return self.problem.is_open and self.problem.due_on < today


def visible_problems(who, day: date) -> sa.Select:
    """Return *the* select of problems that a person may see.

    One of a person, listed by an organisational-life meeting, is for that person, whoever sees to it or wrote it down,
    and the officers of the branch: nobody else of the branch, and nobody above.
    """
    near = [post.unit_id for post in who.posts if post.role in OFFICER_ROLES and post.unit_kind == UnitKind.BRANCH]
    own = sa.or_(Problem.about_id == who.id, Problem.owner_id == who.id, Problem.by_id == who.id)
    return visible_to(who, day, Problem).where(sa.or_(Problem.about_id.is_(None), own, Problem.branch_id.in_(near)))


def _named(problems: sa.Select) -> sa.Select:
    owner, unit, closer, about = aliased(Person), aliased(Placement), aliased(Person), aliased(Person)
    return (
        problems.add_columns(owner.name, unit.name, closer.name, about.name)
        .join(owner, owner.id == Problem.owner_id)
        .join(unit, sa.and_(unit.unit_id == Problem.unit_id, holds_on(unit, Problem.raised_on)))
        .outerjoin(closer, closer.id == sa.func.coalesce(Problem.closed_by, Problem.cancelled_by))
        .outerjoin(about, about.id == Problem.about_id)
    )


def get_taken(session, problem_id: int, visible: sa.Select, day: date) -> Taken:
    """Return a problem if it is among the visible ones; raise NotFound."""
    row = session.execute(_named(visible.where(Problem.id == problem_id))).first()
    if row is None:
        raise NotFound
    taken = Taken(*row)
    taken.place = place_of(session, taken.problem.unit_id, taken.problem.branch_id, day, taken.problem.owner_id)
    return taken


def _of_unit(visible: sa.Select, unit_id: int) -> sa.Select:
    return _named(visible.where(sa.or_(Problem.unit_id == unit_id, Problem.branch_id == unit_id)))


def open_problems(session, visible: sa.Select, unit_id: int) -> list[Taken]:
    """Return the open problems of a group, or of a branch with its groups: what is due first stands first."""
    query = _of_unit(visible, unit_id).where(Problem.closed_on.is_(None), Problem.cancelled_at.is_(None))
    return [Taken(*row) for row in session.execute(query.order_by(Problem.due_on, Problem.id).limit(200))]


def ended_problems(session, visible: sa.Select, unit_id: int, *, before: int | None = None) -> list[Taken]:
    """Return one page of those closed or cancelled, the newest first."""
    query = _of_unit(visible, unit_id).where(sa.or_(Problem.closed_on.is_not(None), Problem.cancelled_at.is_not(None)))
    if before:
        query = query.where(Problem.id < before)
    return [Taken(*row) for row in session.execute(query.order_by(Problem.id.desc()).limit(PAGE))]


def problems_at(session, visible: sa.Select, meeting_id: int) -> list[Taken]:
    """Return the problems that a meeting listed, the open ones first, what is due first on top."""
    ended = sa.or_(Problem.closed_on.is_not(None), Problem.cancelled_at.is_not(None))
    query = _named(visible.where(Problem.meeting_id == meeting_id))
    return [Taken(*row) for row in session.execute(query.order_by(ended, Problem.due_on, Problem.id))]


def problems_count(session, unit_ids, quarter) -> dict[int, tuple[int, int]]:
    """Return unit → (due, closed) in a quarter (scoring.md 6), by one statement.

    Due: its day is on or before the last day, not cancelled, not closed before the first; closed: by the last day.
    What an organisational-life meeting listed of a person is no matter of points.
    """
    closed = sa.case((Problem.closed_on <= quarter.last, 1), else_=0)
    rows = session.execute(
        sa.select(Problem.unit_id, sa.func.count(), sa.func.sum(closed))
        .where(
            Problem.unit_id.in_(unit_ids),
            Problem.due_on <= quarter.last,
            Problem.cancelled_at.is_(None),
            Problem.about_id.is_(None),
            sa.or_(Problem.closed_on.is_(None), Problem.closed_on >= quarter.first),
        )
        .group_by(Problem.unit_id)
    )
    return {unit_id: (due, closed) for unit_id, due, closed in rows}


def raise_problem(
    session, *, unit_id: int, branch_id: int, text: str, owner_id: int, due_on: date | None, by: int, at: datetime,
    activity_id: int | None = None, on: date | None = None, meeting_id: int | None = None, about_id: int | None = None,
) -> Problem:  # fmt: skip
    """Take up a problem for a unit, with somebody who sees to it until a day; return it. `on`: an earlier day than
    `at`, on which it was written if it waited on a phone.
    """
    today = on or clock.day_of(at)
    if reason := refusal_to_raise(text=text, due_on=due_on, today=today):
        raise Refused(reason)
    problem = Problem(
        unit_id=unit_id, branch_id=branch_id, text=text, owner_id=owner_id, raised_on=today, due_on=due_on,
        activity_id=activity_id, meeting_id=meeting_id, about_id=about_id, by_id=by, at=at,
    )  # fmt: skip
    session.add(problem)
    witness(session, "activities.problem.raise", problem, at=at, by=by, person_id=owner_id,
            **_told(problem, {"text": text, "due_on": due_on.isoformat()}))  # fmt: skip
    return problem


def close_problem(session, problem: Problem, *, how: str, by: int, at: datetime, on: date | None = None) -> None:
    """Close a problem with a line on how it was solved; `on`: an earlier day than `at`, if it waited on a phone."""
    _end(session, problem, how)
    closed_on = max(on or clock.day_of(at), problem.raised_on)
    problem.closed_on, problem.closed_by, problem.closed_how = closed_on, by, how
    witness(session, "activities.problem.close", problem, at=at, by=by, person_id=problem.owner_id,
            **_told(problem, {"closed_how": how}))  # fmt: skip


def cancel_problem(session, problem: Problem, *, reason: str, by: int, at: datetime) -> None:
    """Cancel a problem that turned out not to be one, with a reason."""
    _end(session, problem, reason)
    problem.cancelled_at, problem.cancelled_by, problem.cancel_reason = at, by, reason
    witness(session, "activities.problem.cancel", problem, at=at, by=by, person_id=problem.owner_id,
            **_told(problem, None), reason=None if problem.about_id else reason)  # fmt: skip


def _told(problem: Problem, after: dict | None) -> dict:
    """Return unit and fields of a witness; of a person's problem neither: the trail is read above the branch, too."""
    return {} if problem.about_id else {"unit_id": problem.unit_id, "after": after}


def _end(session, problem: Problem, words: str) -> None:
    session.refresh(problem, ["closed_on", "cancelled_at"], with_for_update=True)
    if refusal := refusal_to_end(words, is_open=problem.is_open):
        raise Refused(refusal)

"""Reading talks: one's own, a branch's, who can be entered, and whom nobody has talked with in a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.people.branches import officers_of
from partygroup.people.models import COMMITTEE_ROLES, MEMBERS, Belonging, Exclusion, Person, StandingSpan
from partygroup.talks.models import Talk
from partygroup.talks.rules import PAIRS, TOPICS, Coverage, coverage

PAGE = 50


@dataclass(frozen=True)
class Told:
    """A talk with the names of the two; never its summary."""

    talk: Talk
    first: str
    second: str

    @property
    def id(self) -> int:
        return self.talk.id

    @property
    def topic(self) -> str:
        """Return what it was about, as one of a few words."""
        return TOPICS.get(self.talk.topic, TOPICS["other"])

    @property
    def pair(self) -> str:
        """Return which sort of two they were."""
        return PAIRS[self.talk.pair]

    def other_than(self, person_id: int) -> str:
        """Return the name of the other one."""
        return self.second if person_id == self.talk.first_id else self.first


def _told() -> sa.Select:
    first, second = aliased(Person), aliased(Person)
    return (
        sa.select(Talk, first.name, second.name)
        .join(first, first.id == Talk.first_id)
        .join(second, second.id == Talk.second_id)
    )


def get_talk(session, talk_id: int) -> Told:
    """Return a talk; raise NotFound."""
    row = session.execute(_told().where(Talk.id == talk_id)).first()
    if row is None:
        raise NotFound
    return Told(*row)


def summary_of(session, talk_id: int) -> str | None:
    """Return the restricted text of a talk, to be shown once its reading is written down; None if there is none."""
    return session.scalar(sa.select(Talk.summary).where(Talk.id == talk_id))


def talks_with(session, person_id: int, *, before: tuple[date, int] | None = None) -> list[Told]:
    """Return one page of the talks of a person, withdrawn ones too, the latest first; `before`: the last one seen."""
    query = _told().where(sa.or_(Talk.first_id == person_id, Talk.second_id == person_id))
    if before:
        query = query.where(sa.tuple_(Talk.held_on, Talk.id) < sa.tuple_(*map(sa.literal, before)))
    return [Told(*row) for row in session.execute(query.order_by(Talk.held_on.desc(), Talk.id.desc()).limit(PAGE))]


def talks_of_year(session, branch_id: int, year: int) -> list[Told]:
    """Return the talks of a year entered in a branch, without those withdrawn, the latest first."""
    query = _told().where(Talk.branch_id == branch_id, _in(year)).order_by(Talk.held_on.desc(), Talk.id.desc())
    return [Told(*row) for row in session.execute(query)]


def _in(year: int):
    """Return the condition of a talk that counts in a year."""
    return sa.and_(Talk.held_on.between(date(year, 1, 1), date(year, 12, 31)), Talk.withdrawn_at.is_(None))


@dataclass(frozen=True)
class Circle:
    """Who can have talked in a branch on a day: its members in stroke order, and its committee by rank.

    `names`: everybody's; `reminded`: the members but for those who are not counted as due (domain.md 5.4).
    """

    names: dict[int, str]
    officers: tuple[int, ...]
    reminded: tuple[int, ...]


def circle_of(session, branch_id: int, day: date) -> Circle:
    """Return who can have talked in a branch, by two statements."""
    left_out = sa.select(Exclusion.person_id).where(holds_on(Exclusion, day))
    members = session.execute(
        sa.select(Person.id, Person.name, Person.id.in_(left_out))
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .where(Belonging.branch_id == branch_id, StandingSpan.standing.in_(MEMBERS))
        .order_by(Person.stroke_key, Person.id)
    ).all()
    posts = [post for post in officers_of(session, [branch_id], day) if post.role in COMMITTEE_ROLES]
    officers = {post.person_id: post.name for post in posts}
    names = {person_id: name for person_id, name, _ in members} | officers
    return Circle(names, tuple(officers), tuple(person_id for person_id, _, is_out in members if not is_out))


def coverage_of(session, circle: Circle, year: int, *, owed: int = 1) -> Coverage:
    """Return who of a circle is still open in a year, wherever they talked, by one statement; `owed`: talks a year."""
    return coverage(circle.reminded, circle.officers, _talked(session, circle.names, year), owed)


def _talked(session, person_ids: Collection[int], year: int) -> list[tuple[int, int]]:
    of_them = sa.or_(Talk.first_id.in_(person_ids), Talk.second_id.in_(person_ids))
    return [tuple(row) for row in session.execute(sa.select(Talk.first_id, Talk.second_id).where(_in(year), of_them))]

"""Reading people: one person's profile as of a day, lists and search within what one may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.org.models import Placement
from partygroup.people.models import (
    MEMBERS,
    PROFILE_NAMES,
    ROLE_NAMES,
    STANDING_NAMES,
    Account,
    Belonging,
    Exclusion,
    Person,
    Post,
    StandingSpan,
    Workplace,
)

PAGE = 50
_LETTERS = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class PostHeld:
    """A post in words."""

    id: int
    role: str
    title: str
    unit_id: int
    unit_name: str
    from_on: date


@dataclass(frozen=True)
class Profile:
    """A person as of a day: standing, branch and group, workplace, posts."""

    person: Person
    standing: str | None
    branch_id: int | None
    branch_name: str | None
    group_id: int | None
    group_name: str | None
    job: str | None
    admin_post: str | None
    profile: str | None
    star_level: int | None
    team_name: str | None
    has_password: bool
    exclusion_id: int | None
    exclusion: str | None
    posts: tuple[PostHeld, ...]

    @property
    def standing_name(self) -> str:
        return STANDING_NAMES.get(self.standing, "不在册")

    @property
    def is_member(self) -> bool:
        return self.standing in MEMBERS

    @property
    def profile_name(self) -> str | None:
        return PROFILE_NAMES.get(self.profile)


def get_profile(session, person_id: int, day: date) -> Profile:
    """Return a person as of a day, by two statements; raise NotFound."""
    branch, group, team = aliased(Placement), aliased(Placement), aliased(Placement)
    row = session.execute(
        sa.select(
            Person,
            StandingSpan.standing,
            Belonging.branch_id,
            branch.name,
            Belonging.group_id,
            group.name,
            Workplace.job,
            Workplace.admin_post,
            Workplace.profile,
            Workplace.star_level,
            team.name,
            Account.password.is_not(None),
            Exclusion.id,
            Exclusion.reason,
        )
        .outerjoin(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .outerjoin(branch, sa.and_(branch.unit_id == Belonging.branch_id, holds_on(branch, day)))
        .outerjoin(group, sa.and_(group.unit_id == Belonging.group_id, holds_on(group, day)))
        .outerjoin(Workplace, sa.and_(Workplace.person_id == Person.id, holds_on(Workplace, day)))
        .outerjoin(team, sa.and_(team.unit_id == Workplace.unit_id, holds_on(team, day)))
        .outerjoin(Account, Account.person_id == Person.id)
        .outerjoin(Exclusion, sa.and_(Exclusion.person_id == Person.id, holds_on(Exclusion, day)))
        .where(Person.id == person_id)
    ).first()
    if row is None:
        raise NotFound
    return Profile(*row, _posts(session, person_id, day))


def name_of(session, person_id: int) -> str:
    """Return a person's name; raise NotFound."""
    name = session.scalar(sa.select(Person.name).where(Person.id == person_id))
    if name is None:
        raise NotFound
    return name


def _posts(session, person_id: int, day: date) -> tuple[PostHeld, ...]:
    rows = session.execute(
        sa.select(Post.id, Post.role, Post.title, Post.unit_id, Placement.name, Post.from_on)
        .outerjoin(Placement, sa.and_(Placement.unit_id == Post.unit_id, holds_on(Placement, day)))
        .where(Post.person_id == person_id, holds_on(Post, day))
        .order_by(Post.id)
    )
    return tuple(
        PostHeld(post_id, role, title or ROLE_NAMES[role], unit_id, name or "", from_on)
        for post_id, role, title, unit_id, name, from_on in rows
    )


def get_post(session, post_id: int, person_id: int) -> Post:
    """Return a post of a person, held or past; raise NotFound."""
    return _one_of(session, Post, post_id, person_id)


def exclusion_on(session, person_id: int, day: date) -> Exclusion | None:
    """Return why somebody is left out of the due number on a day, if they are."""
    return session.scalar(sa.select(Exclusion).where(Exclusion.person_id == person_id, holds_on(Exclusion, day)))


def get_exclusion(session, exclusion_id: int, person_id: int) -> Exclusion:
    """Return an exclusion of a person, running or past; raise NotFound."""
    return _one_of(session, Exclusion, exclusion_id, person_id)


def _one_of(session, model, row_id: int, person_id: int):
    found = session.scalar(sa.select(model).where(model.id == row_id, model.person_id == person_id))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Listed:
    """One line of a list of people."""

    id: int
    name: str
    staff_no: str
    standing: str | None
    branch_name: str | None
    group_name: str | None
    has_password: bool
    posts: tuple[str, ...] = ()

    @property
    def standing_name(self) -> str:
        return STANDING_NAMES.get(self.standing, "不在册")


def matching(people: sa.Select, words: str) -> sa.Select:
    """Return the select narrowed to names, pinyin, initials (zjg) or staff numbers that fit what was typed."""
    if not words:
        return people
    if not _LETTERS.fullmatch(words):
        return people.where(Person.name.contains(words, autoescape=True))
    low = words.lower()
    ways = (
        Person.initials.startswith(low),
        Person.pinyin.startswith(low),
        Person.staff_no.startswith(words.upper()),
        sa.func.lower(Person.name).startswith(low),
    )
    return people.where(sa.or_(*ways))


def in_branch(people: sa.Select, branch_id: int) -> sa.Select:
    """Return a select of people with their belonging narrowed to one branch."""
    return people.where(Belonging.branch_id == branch_id)


def everybody_in_branch(session, branch_id: int, day: date) -> list[Listed]:
    """Return everybody of a branch, members and those on the way, in surname-stroke order."""
    people = sa.select(Person).join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
    return page_of(session, in_branch(people, branch_id), day, limit=None)


def page_of(
    session, people: sa.Select, day: date, *, after: int | None = None, limit: int | None = PAGE
) -> list[Listed]:
    """Return one page of people in surname-stroke order after the last one seen, by two statements."""
    branch, group = aliased(Placement), aliased(Placement)
    ids = people.with_only_columns(Person.id)
    rows = (
        sa.select(
            Person.id, Person.name, Person.staff_no, StandingSpan.standing, branch.name, group.name,
            Account.password.is_not(None),
        )
        .outerjoin(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .outerjoin(branch, sa.and_(branch.unit_id == Belonging.branch_id, holds_on(branch, day)))
        .outerjoin(group, sa.and_(group.unit_id == Belonging.group_id, holds_on(group, day)))
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id.in_(ids))
        .order_by(Person.stroke_key, Person.id)
        .limit(limit)
    )  # fmt: skip
    if after:
        last = sa.select(Person.stroke_key).where(Person.id == after).scalar_subquery()
        rows = rows.where(sa.tuple_(Person.stroke_key, Person.id) > sa.tuple_(last, sa.literal(after)))
    found = session.execute(rows).all()
    titles = _titles(session, [row.id for row in found], day)
    return [Listed(*row, tuple(titles.get(row.id, ()))) for row in found]


def _titles(session, person_ids: list[int], day: date) -> dict[int, list[str]]:
    """Return person_id → titles of the posts held on a day."""
    rows = session.execute(
        sa.select(Post.person_id, Post.role, Post.title)
        .where(Post.person_id.in_(person_ids), holds_on(Post, day))
        .order_by(Post.id)
    )
    titles: dict[int, list[str]] = {}
    for person_id, role, title in rows:
        titles.setdefault(person_id, []).append(title or ROLE_NAMES[role])
    return titles


def names_of(session, person_ids) -> dict[int, str]:
    """Return person → name."""
    return dict(map(tuple, session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))))

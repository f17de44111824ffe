"""Reading people: one person's profile as of a day, lists and search within what one may see."""

from __future__ import annotations

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


def _posts(session, person_id: int, day: date) -> tuple[PostHeld, ...]:
    rows = session.execute(
        sa.select(Post.id, Post.role, Post.title, Post.unit_id, Placement.name, Post.from_on)
        .outerjoin(Placement, sa.and_(Placement.unit_id == Post.unit_id, holds_on(Placement, day)))
        .where(Post.person_id == person_id, holds_on(Post, day))
        .order_by(Post.id)
    )
    return tuple(PostHeld(i, role, title or ROLE_NAMES[role], u, name or "", on) for i, role, title, u, name, on in rows)

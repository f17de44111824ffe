"""What the database says today about the people a roster names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from partygroup.org.models import Unit, UnitKind
from partygroup.people.models import Belonging, Person, Post, StandingSpan, Workplace
from partygroup.people.roster_posts import ROSTER_ROLES

#: Bound parameters of one statement; SQLite takes 32,766.
CHUNK = 5000


def chunks(things: Iterable) -> Iterator[list]:
    """Yield lists of at most CHUNK things."""
    things = list(things)
    for start in range(0, len(things), CHUNK):
        yield things[start : start + CHUNK]


@dataclass
class Known:
    """A person as recorded: plain columns, the latest span of each kind, all standings, the posts an import may end."""

    person: sa.Row
    belonging: sa.Row | None = None
    standing: sa.Row | None = None
    workplace: sa.Row | None = None
    standings: list[sa.Row] = field(default_factory=list)
    posts: list[sa.Row] = field(default_factory=list)


def known_people(session, staff_numbers: Iterable[str]) -> dict[str, Known]:
    """Return the recorded people by staff number, in a number of statements that grows by chunks only."""
    table = Person.__table__
    found: dict[int, Known] = {}
    for numbers in chunks(staff_numbers):
        for person in session.execute(sa.select(table).where(table.c.staff_no.in_(numbers))):
            found[person.id] = Known(person)
    for ids in chunks(found):
        _add_latest(session, found, ids, Belonging, "belonging")
        _add_latest(session, found, ids, StandingSpan, "standing")
        _add_latest(session, found, ids, Workplace, "workplace")
        for post in session.execute(_open_posts(Post.person_id.in_(ids))):
            found[post.person_id].posts.append(post)
    return {known.person.staff_no: known for known in found.values()}


def _add_latest(session, found: dict[int, Known], ids: list[int], model, attribute: str) -> None:
    spans = model.__table__
    for span in session.execute(
        sa.select(spans).where(spans.c.person_id.in_(ids)).order_by(spans.c.from_on, spans.c.id)
    ):
        setattr(found[span.person_id], attribute, span)
        if attribute == "standing":
            found[span.person_id].standings.append(span)


def _open_posts(condition) -> sa.Select:
    """Return the SELECT of open posts of branches and groups; office, account and auditor posts are left alone."""
    posts = sa.select(Post.__table__).join(Unit, Unit.id == Post.unit_id).order_by(Post.id)
    below = Unit.kind.in_((UnitKind.BRANCH, UnitKind.PARTY_GROUP))
    return posts.where(condition, below, Post.until_on.is_(None), Post.role.in_(ROSTER_ROLES))


def single_holders(session, places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], sa.Row]:
    """Return who holds each single post (unit, role) now: post id, person id, name and staff number."""
    wanted = set(places)
    found = {}
    for units in chunks({unit for unit, _role in wanted}):
        held = (
            sa.select(Post.id, Post.unit_id, Post.role, Post.from_on, Person.name, Person.staff_no)
            .join(Person, Person.id == Post.person_id)
            .where(Post.unit_id.in_(units), Post.until_on.is_(None))
        )
        found |= {(post.unit_id, post.role): post for post in session.execute(held)}
    return {place: post for place, post in found.items() if place in wanted}


def members_of(session, branch_ids: Iterable[int]) -> list[sa.Row]:
    """Return the people who belong to these branches and have not left: id, staff number, name, branch."""
    people = []
    for ids in chunks(branch_ids):
        people += session.execute(
            sa.select(Person.id, Person.staff_no, Person.name, Belonging.branch_id)
            .join(Belonging, Belonging.person_id == Person.id)
            .where(Belonging.branch_id.in_(ids), Belonging.until_on.is_(None))
            .order_by(Belonging.branch_id, Person.stroke_key, Person.id)
        ).all()
    return people

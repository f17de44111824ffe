"""Reading attendance: the desk of a sign-in, and who belongs to a circle on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.attendance.models import Counting, DueEntry, Mark
from partygroup.attendance.rules import Desk, Seat, seat_for
from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Invitation, Sitting
from partygroup.meetings.rules import nearest
from partygroup.org.queries import subtree_ids
from partygroup.people.models import COMMITTEE_ROLES, Belonging, Exclusion, Person, Post, StandingSpan

_GATHERING, _SITTING = Gathering.__table__, Sitting.__table__
_ENTRY, _MARK = DueEntry.__table__, Mark.__table__
_OF_PERSON = sa.bindparam("person_id")
_OTHER = _SITTING.alias("any_sitting")
_LAST_AT = (
    sa.select(sa.case((sa.func.count() > 1, sa.func.max(_OTHER.c.starts_at))))
    .where(_OTHER.c.gathering_id == _GATHERING.c.id)
    .scalar_subquery()
)
_DESK = (
    sa.select(
        _GATHERING.c.id,
        _SITTING.c.id,
        _SITTING.c.starts_at,
        _GATHERING.c.opened_at,
        _GATHERING.c.closed_at,
        _GATHERING.c.cancelled_at,
        _GATHERING.c.unit_id,
        _ENTRY.c.counting,
        _MARK.c.id,
        _LAST_AT,
    )
    .select_from(_GATHERING)
    .join(_SITTING, _SITTING.c.gathering_id == _GATHERING.c.id)
    .outerjoin(_ENTRY, sa.and_(_ENTRY.c.gathering_id == _GATHERING.c.id, _ENTRY.c.person_id == _OF_PERSON))
    .outerjoin(
        _MARK,
        sa.and_(_MARK.c.gathering_id == _GATHERING.c.id, _MARK.c.person_id == _OF_PERSON, _MARK.c.undone_at.is_(None)),
    )
)
_DESK_OF_SITTING = _DESK.where(_SITTING.c.id == sa.bindparam("sitting_id"))
_DESKS_OF_GATHERING = _DESK.where(_GATHERING.c.id == sa.bindparam("gathering_id")).order_by(
    _SITTING.c.starts_at, _SITTING.c.id
)


def find_desk(session, *, sitting_id: int, person_id: int | None) -> Desk | None:
    """Return the desk of a sitting as one person meets it (person_id None: a stranger)."""
    row = session.execute(_DESK_OF_SITTING, {"sitting_id": sitting_id, "person_id": person_id}).first()
    return Desk(*row) if row else None


def get_desks(session, *, gathering_id: int, person_id: int) -> list[Desk]:
    """Return the desks of a gathering's sittings in their order; raise NotFound."""
    rows = session.execute(_DESKS_OF_GATHERING, {"gathering_id": gathering_id, "person_id": person_id}).all()
    if not rows:
        raise NotFound
    return [Desk(*row) for row in rows]


def get_desk(session, *, gathering_id: int, person_id: int, at: datetime, sitting_id: int | None = None) -> Desk:
    """Return the desk of a gathering's sitting: the one named, else the nearest to a moment; raise NotFound."""
    desks = get_desks(session, gathering_id=gathering_id, person_id=person_id)
    named = next((desk for desk in desks if desk.sitting_id == sitting_id), None)
    return named or nearest_desk(desks, at)


# --- one code for several branches ------------------------------------------------------------------------------------

_INVITATION, _ANY = Invitation.__table__, Invitation.__table__.alias("any_invitation")
_TOLD = sa.bindparam("told_id", type_=sa.Integer)
_HOST = sa.func.coalesce(
    sa.select(_INVITATION.c.gathering_id).where(_INVITATION.c.guest_gathering_id == _TOLD).scalar_subquery(), _TOLD
)
#: The host's gathering and those of its guests, whichever of them was told.
_TOGETHER = sa.union_all(
    sa.select(_HOST),
    sa.select(_ANY.c.guest_gathering_id).where(_ANY.c.gathering_id == _HOST, _ANY.c.guest_gathering_id.is_not(None)),
)
#: Who has moved away goes alone: only at a common time is one's code another's.
_IN_COMMON = sa.and_(
    _SITTING.c.gathering_id.in_(_TOGETHER),
    _SITTING.c.gathering_id != _TOLD,
    _SITTING.c.starts_at.in_(sa.select(_OTHER.c.starts_at).where(_OTHER.c.gathering_id == _TOLD)),
)
_OWN_DESKS = _DESK.where(
    _IN_COMMON,
    _GATHERING.c.cancelled_at.is_(None),
    _ENTRY.c.counting.is_not(None),
).order_by(_ENTRY.c.counting != Counting.DUE, _GATHERING.c.id, _SITTING.c.starts_at, _SITTING.c.id)
_OTHER_SITTINGS = sa.select(_SITTING.c.gathering_id, _SITTING.c.id, _SITTING.c.starts_at).where(_IN_COMMON)


def own_desk(session, desk: Desk, person_id: int | None) -> Desk:
    """Return the desk at which a person signs who met this one: in whose list they stand, of those held together.

    The same desk for a stranger, for somebody of its list and where nothing is held together; a statement is asked
    only for somebody who is not in the list.
    """
    if person_id is None or desk.opened_at is None or desk.counting is not None:
        return desk
    rows = session.execute(_OWN_DESKS, {"told_id": desk.gathering_id, "person_id": person_id}).all()
    desks = [Desk(*row) for row in rows if row[0] == rows[0][0]]
    return nearest_desk(desks, desk.starts_at) if desks else desk


def nearest_desk(desks: list[Desk], at: datetime) -> Desk:
    """Return of the desks of one gathering the one whose sitting is nearest to a moment."""
    return desks[nearest([desk.starts_at for desk in desks], at)]


def other_sittings(session, gathering_id: int) -> list[sa.Row]:
    """Return (gathering_id, id, starts_at) of the sittings of the other gatherings held together with one."""
    return session.execute(_OTHER_SITTINGS, {"told_id": gathering_id}).all()


@dataclass(frozen=True)
class Candidate:
    """Somebody of a circle on a day, with the seat they would get in its due list."""

    person_id: int
    name: str
    branch_id: int | None
    group_id: int | None
    standing: str
    seat: Seat


def circle_of(session, *, unit_id: int, circle: str, day: date, welcomes: tuple[str, ...]) -> list[Candidate]:
    """Return everybody of a circle as of a day with their seats, in stroke order (domain.md 5.3–5.5)."""
    rows = session.execute(
        sa.select(
            Person.id,
            Person.name,
            Belonging.branch_id,
            Belonging.group_id,
            StandingSpan.standing,
            sa.func.min(Exclusion.reason).label("exclusion"),
        )
        .join(StandingSpan, sa.and_(StandingSpan.person_id == Person.id, holds_on(StandingSpan, day)))
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, day)))
        .outerjoin(Exclusion, sa.and_(Exclusion.person_id == Person.id, holds_on(Exclusion, day)))
        .where(_in_circle(unit_id, circle, day))
        .group_by(
            Person.id, Person.name, Person.stroke_key, Belonging.branch_id, Belonging.group_id, StandingSpan.standing
        )
        .order_by(Person.stroke_key, Person.id)
    )
    seated = ((row, seat_for(row.standing, row.exclusion, welcomes)) for row in rows)
    return [Candidate(*row[:5], seat) for row, seat in seated if seat]


def _in_circle(unit_id: int, circle: str, day: date):
    """Return the condition on Person and Belonging that picks the people of a circle."""
    if circle == "group":
        return Belonging.group_id == unit_id
    if circle == "members":
        return Belonging.branch_id.in_(subtree_ids([unit_id], day))
    holders = sa.select(Post.person_id).where(
        Post.unit_id == unit_id, Post.role.in_(COMMITTEE_ROLES), holds_on(Post, day)
    )
    return Person.id.in_(holders)

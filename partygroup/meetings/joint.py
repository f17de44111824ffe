"""Gatherings that several branches hold together (联合): who was invited, what each answered, whose follow the host's.

Each branch has its own gathering, with its own list, marks and minutes; an invitation links it to the host's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.meetings.models import Gathering, Invitation, State
from partygroup.meetings.queries import WITH_ALL, Convened, convened, get_convened, with_units
from partygroup.meetings.rules import keeps_together
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.org.queries import find_unit, lineage, subtree_ids
from partygroup.policy import Place

#: How long after its day an invitation is still shown.
SHOWN = timedelta(days=7)
_own = aliased(Gathering)


@dataclass(frozen=True)
class Invited:
    """An invitation as the invited branch meets it: the host's gathering, the own branch, the own gathering."""

    invitation: Invitation
    host: Convened
    branch_name: str
    place: Place
    own: Gathering | None = None

    @property
    def id(self) -> int:
        return self.invitation.id

    @property
    def is_open(self) -> bool:
        """Say whether the branch can still say yes."""
        return not self.invitation.accepted and self.host.state in (State.NOTIFIED, State.IN_SESSION)

    @property
    def is_along(self) -> bool:
        """Say whether the own gathering still has a sitting in common with the host's."""
        return keeps_together(*([one.starts_at for one in some.sittings] for some in (self.host.gathering, self.own)))

    @property
    def is_news(self) -> bool:
        """Say whether the host changed something that no officer of the branch has noted."""
        changed, noted = self.invitation.changed_at, self.invitation.noted_at
        return changed is not None and (noted is None or noted < changed)


def _waits():
    """Return the SQL condition that an invitation, beside the host's and the own gathering, waits for somebody."""
    unanswered = sa.and_(Invitation.answered_at.is_(None), Gathering.cancelled_at.is_(None))
    unread = sa.or_(Invitation.noted_at.is_(None), Invitation.noted_at < Invitation.changed_at)
    news = sa.and_(Invitation.changed_at.is_not(None), unread, _own.opened_at.is_(None), _own.cancelled_at.is_(None))
    return sa.and_(Gathering.closed_at.is_(None), sa.or_(unanswered, news))


def _invitations(branch_ids: Sequence[int], today: date, *columns) -> sa.Select:
    return (
        sa.select(*columns)
        .select_from(Invitation)
        .join(Gathering, Gathering.id == Invitation.gathering_id)
        .outerjoin(_own, _own.id == Invitation.guest_gathering_id)
        .where(Invitation.branch_id.in_(branch_ids), Gathering.day >= today - SHOWN)
    )


def waiting_select(branch_ids: Sequence[int], today: date) -> sa.Select:
    """Return the select of one number: how many invitations of branches wait for an answer or to be read."""
    return _invitations(branch_ids, today, sa.func.count()).where(_waits())


def invitations_to(session, branch_ids: Sequence[int], today: date) -> list[Invited]:
    """Return the invitations of branches whose day is not long past, soonest first, by one statement."""
    if not branch_ids:
        return []
    named = sa.and_(Placement.unit_id == Invitation.branch_id, holds_on(Placement, today))
    query = with_units(_invitations(branch_ids, today, Gathering).order_by(Gathering.day, Invitation.id))
    query = query.join(Placement, named).add_columns(Invitation, Placement.name, _own).options(*WITH_ALL)
    rows = session.execute(query).unique()
    return [Invited(row[7], convened(row), row[8], Place((row[7].branch_id,)), row[9]) for row in rows]


def get_invited(session, invitation_id: int, today: date, *, held: bool = False) -> Invited:
    """Return an invitation; raise NotFound. The caller asks the policy at its place.

    held: nobody else writes about the host's gathering or the invitation before this transaction ends.
    """
    found = session.execute(
        sa.select(Invitation.gathering_id, Invitation.branch_id).where(Invitation.id == invitation_id)
    ).first()
    if found is None:
        raise NotFound
    if held:
        _hold(session, Gathering.id == found.gathering_id)
    host = get_convened(session, found.gathering_id, sa.select(Gathering))
    invitation = session.get(Invitation, invitation_id, populate_existing=True, with_for_update=held or None)
    line = lineage(session, found.branch_id, today)
    return Invited(
        invitation, host, line[0][2] if line else "", Place(tuple(one[0] for one in line) or (found.branch_id,))
    )


def _hold(session, condition) -> None:
    """Let nobody else write about some gatherings until the transaction ends. What is read after it is how they stand.

    A statement that locks and joins at once may show the joined rows as they were before it waited (PostgreSQL).
    """
    session.execute(sa.select(Gathering.id).where(condition).order_by(Gathering.id).with_for_update())


def host_of(session, gathering) -> Invited | None:
    """Return the invitation by which a gathering was called, with the host's; None for one of its own."""
    query = sa.select(Gathering).join(Invitation, Invitation.gathering_id == Gathering.id)
    query = with_units(query.where(Invitation.guest_gathering_id == gathering.id)).add_columns(Invitation)
    row = session.execute(query.options(*WITH_ALL)).unique().first()
    return Invited(row[7], convened(row), "", Place((row[7].branch_id,)), gathering) if row else None


# --- whom to invite ---------------------------------------------------------------------------------------------------


def branches_to_invite(session, met: Convened, words: str) -> list[sa.Row]:
    """Return (id, name) of the branches of the same committee, or those of the whole company whose name has the words.

    Left out are the host's and those invited already; in the organisation's order, 40 at most.
    """
    day, (own, *above) = met.gathering.day, met.place.lineage
    invited = sa.select(Invitation.branch_id).where(Invitation.gathering_id == met.id)
    query = (
        sa.select(Unit.id, Placement.name)
        .join(Placement, sa.and_(Placement.unit_id == Unit.id, holds_on(Placement, day)))
        .where(Unit.kind == UnitKind.BRANCH, Unit.id != own, Unit.id.not_in(invited))
    )
    near = Unit.id.in_(subtree_ids(above[:1], day))
    query = query.where(Placement.name.contains(words, autoescape=True) if words else near)
    return session.execute(query.order_by(Placement.sort, Unit.id).limit(40)).all()


def stands(session, branch_id: int, day: date) -> bool:
    """Say whether a unit is a branch on a day."""
    unit = find_unit(session, branch_id, day)
    return unit is not None and unit.kind == UnitKind.BRANCH


# --- those that follow ------------------------------------------------------------------------------------------------


def guests_of(session, gathering) -> list[Gathering]:
    """Return the gatherings that go along with a host's, held for writing; those that moved away are left out."""
    guests = sa.select(Invitation.guest_gathering_id).where(
        Invitation.gathering_id == gathering.id, Invitation.guest_gathering_id.is_not(None)
    )
    _hold(session, Gathering.id.in_(guests))
    query = sa.select(Gathering).where(Gathering.id.in_(guests)).order_by(Gathering.id).options(*WITH_ALL)
    found = session.scalars(query, execution_options={"populate_existing": True}).unique()
    starts = [one.starts_at for one in gathering.sittings]
    return [one for one in found if keeps_together(starts, [sitting.starts_at for sitting in one.sittings])]


def tell_guests(session, gathering_ids: Sequence[int], *, at: datetime) -> None:
    """Put it before the officers of guests that the host changed something about their gatherings."""
    if gathering_ids:
        told = sa.update(Invitation).where(Invitation.guest_gathering_id.in_(gathering_ids))
        session.execute(told.values(changed_at=at))

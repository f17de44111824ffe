"""What waits for somebody: to review, to confirm, to publish, objections to answer, appeals to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.attendance.mine import attendance_select
from partygroup.clock import Quarter
from partygroup.db import holds_on
from partygroup.org.queries import subtree_ids
from partygroup.people.models import OFFICER_ROLES, Post, Role
from partygroup.scores.listing import Told, by_group_and_name, told, units_held
from partygroup.scores.models import Closing, Declaration, StoredSheet
from partygroup.scores.states import State
from partygroup.ways import PUBLISHER_ROLES

MOST = 100
SECTIONS = ("review", "confirm", "publish", "object", "appeal")


@dataclass
class Inbox:
    """All that waits, by section, in the order of publicity."""

    review: list[Told] = field(default_factory=list)
    confirm: list[Told] = field(default_factory=list)
    publish: list[Told] = field(default_factory=list)
    object: list[Told] = field(default_factory=list)
    appeal: list[Told] = field(default_factory=list)
    #: There is more than is shown.
    more: bool = False

    @property
    def count(self) -> int:
        return sum(len(getattr(self, name)) for name in SECTIONS)


def _is_secretary(day: date):
    """Return the SQL condition that the beneficiary is the secretary of the declaration's branch."""
    post = aliased(Post)
    return sa.exists().where(
        post.unit_id == Declaration.branch_id, post.role == Role.SECRETARY, post.person_id == Declaration.person_id,
        holds_on(post, day),
    )  # fmt: skip


def _nobody_but(day: date, done_by):
    """Return the SQL condition that the branch has no officer but the beneficiary and whoever did the step before."""
    post = aliased(Post)
    return ~sa.exists().where(
        post.unit_id == Declaration.branch_id, post.role.in_(OFFICER_ROLES), holds_on(post, day),
        post.person_id != Declaration.person_id, post.person_id != sa.func.coalesce(done_by, 0),
    )  # fmt: skip


def _conditions(who, day: date) -> dict[str, list]:
    """Return by section the SQL conditions under which something waits for this person, own ones included."""
    groups, branches = units_held(who, Role.GROUP_LEADER), units_held(who, *OFFICER_ROLES)
    ways: dict[str, list] = {name: [] for name in SECTIONS}
    if groups:
        ways["review"].append(sa.and_(Declaration.state == State.SUBMITTED, Declaration.group_id.in_(groups)))
    if branches:
        own = Declaration.branch_id.in_(branches)
        ways["confirm"].append(sa.and_(Declaration.state == State.GROUP_REVIEWED, own))
        ways["object"].append(sa.and_(Declaration.state == State.DISPUTED, own))
    if publishing := units_held(who, *PUBLISHER_ROLES):
        ways["publish"].append(sa.and_(Declaration.state == State.CONFIRMED, Declaration.branch_id.in_(publishing)))
    if offices := units_held(who, Role.UNIT_OFFICE):
        below = Declaration.branch_id.in_(subtree_ids(offices, day))
        alone = sa.or_(_is_secretary(day), _nobody_but(day, Declaration.reviewed_by))
        ways["confirm"].append(sa.and_(Declaration.state == State.GROUP_REVIEWED, below, alone))
        alone = _nobody_but(day, Declaration.confirmed_by)
        ways["object"].append(sa.and_(Declaration.state == State.DISPUTED, below, alone))
        ways["appeal"].append(sa.and_(Declaration.state == State.UNDER_APPEAL, below))
    return ways


def _decidable(who, day: date) -> list:
    """Return the SQL conditions that leave out what this person may not decide: own, decided before, a secretary's."""
    state, me = Declaration.state, who.id
    for_unit = bool(units_held(who, Role.UNIT_OFFICE))
    conditions = [
        sa.or_(Declaration.person_id != me, state == State.CONFIRMED),
        sa.or_(sa.func.coalesce(Declaration.reviewed_by, 0) != me, state != State.GROUP_REVIEWED),
        sa.or_(sa.func.coalesce(Declaration.confirmed_by, 0) != me, state != State.DISPUTED),
    ]
    return conditions if for_unit else [*conditions, sa.or_(state != State.GROUP_REVIEWED, ~_is_secretary(day))]


def inbox_of(session, who, day: date) -> Inbox:
    """Return what waits for somebody by the posts held today, first what has a term; by two statements."""
    ways = {name: sa.or_(*conditions) for name, conditions in _conditions(who, day).items() if conditions}
    if not ways:
        return Inbox()
    has_term = sa.case((Declaration.state.in_((State.DISPUTED, State.UNDER_APPEAL)), 0), else_=1)
    waiting = sa.select(Declaration).where(sa.or_(*ways.values())).order_by(has_term)
    found = told(session, by_group_and_name(waiting).limit(MOST + 1))
    inbox = Inbox(more=len(found) > MOST)
    states = {
        State.SUBMITTED: inbox.review, State.GROUP_REVIEWED: inbox.confirm, State.CONFIRMED: inbox.publish,
        State.DISPUTED: inbox.object, State.UNDER_APPEAL: inbox.appeal,
    }  # fmt: skip
    for one in found[:MOST]:
        states[one.state].append(one)
    return inbox


def count_waiting(session, who, day: date) -> int:
    """Return how many declarations somebody can decide on now, by one statement or none."""
    counted = _waiting(who, day)
    return 0 if counted is None else session.scalar(counted)


@dataclass(frozen=True)
class LastSheet:
    """The newest closed quarter of a person: total (None where not scored) and the four dimensions, in tenths."""

    quarter: Quarter
    total: int | None
    dimensions: list[dict]


@dataclass(frozen=True)
class HomeFigures:
    """The own attendance of the quarter, how many declarations wait, and the newest closed sheet if there is one."""

    came: int
    due: int
    waiting: int
    last: LastSheet | None


def home_figures(session, who, day: date) -> HomeFigures:
    """Return what the home page says in numbers, by one statement."""
    quarter = Quarter.of(day)
    own = attendance_select(who.id, quarter.first, quarter.next().first).subquery()
    counted = _waiting(who, day)
    waiting = sa.literal(0) if counted is None else counted.scalar_subquery()
    newest = (
        sa.select(Closing.year, Closing.quarter, StoredSheet.total, StoredSheet.body["dimensions"].label("dimensions"))
        .join(Closing, Closing.id == StoredSheet.closing_id)
        .where(StoredSheet.person_id == who.id, Closing.reopened_at.is_(None))
        .order_by(Closing.year.desc(), Closing.quarter.desc())
        .limit(1)
        .subquery()
    )
    told = sa.select(own.c.came, own.c.due, waiting, newest).select_from(own.outerjoin(newest, sa.true()))
    came, due, waiting, year, number, total, dimensions = session.execute(told).one()
    last = LastSheet(Quarter(year, number), total, dimensions) if year else None
    return HomeFigures(came, due, waiting, last)


def _waiting(who, day: date) -> sa.Select | None:
    """Return the select that counts what somebody can decide on; None for those who decide nothing."""
    ways = [condition for conditions in _conditions(who, day).values() for condition in conditions]
    if not ways:
        return None
    can = _decidable(who, day)
    return sa.select(sa.func.count()).select_from(Declaration).where(sa.or_(*ways), *can)


def done_by(session, person_id: int) -> list[Told]:
    """Return the latest on which somebody has decided, newest first; read by key, however many there were."""
    own = [
        sa.select(Declaration.id).where(by == person_id).order_by(at.desc()).limit(MOST).subquery()
        for by, at in (
            (Declaration.reviewed_by, Declaration.reviewed_at),
            (Declaration.confirmed_by, Declaration.confirmed_at),
        )
    ]
    latest = Declaration.id.in_(sa.union_all(*(sa.select(some.c.id) for some in own)))
    done_at = sa.case((Declaration.confirmed_by == person_id, Declaration.confirmed_at), else_=Declaration.reviewed_at)
    query = sa.select(Declaration).where(latest).order_by(done_at.desc(), Declaration.id.desc()).limit(MOST)
    return told(session, query)

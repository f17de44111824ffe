"""Reading declarations: what a person may see, one with its trace, the lists of publicity. Constant statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.activities.models import Activity
from partygroup.db import AuditRow, holds_on
from partygroup.errors import NotFound
from partygroup.org.models import Placement
from partygroup.org.queries import lineage, subtree_ids
from partygroup.people.models import OFFICER_ROLES, Person, Role
from partygroup.policy import Place
from partygroup.scores.models import Appeal, Declaration, Objection, RuleTable
from partygroup.scores.states import State, standing
from partygroup.scores.tables import Row, Table

PAGE = 50
#: What the branch sees on its publicity page.
SHOWN = (State.IN_PUBLICITY, State.DISPUTED)
_OFFICES = (Role.UNIT_OFFICE, Role.COMPANY_OFFICE, Role.AUDITOR)


@dataclass(frozen=True)
class Told:
    """A declaration with what pages say of it: whose, where, by which row of its table."""

    declaration: Declaration
    name: str
    group_name: str | None
    branch_name: str | None
    maker: str
    row: Row

    @property
    def id(self) -> int:
        return self.declaration.id

    @property
    def points(self) -> int:
        """Return the points as they stand."""
        return standing(self.declaration)

    @property
    def state(self) -> State:
        return State(self.declaration.state)

    @property
    def key(self) -> str:
        """Return id and version, as a check box of a batch carries them."""
        return f"{self.declaration.id}.{self.declaration.version}"


def units_held(who, *roles: str) -> list[int]:
    """Return the units in which somebody holds one of these posts today."""
    return [post.unit_id for post in who.posts if post.role in roles]


def visible_to(who, day: date) -> sa.Select:
    """Return *the* select of declarations a person may see: own and made ones, by posts, and what is public."""
    above = units_held(who, *_OFFICES)
    ways = [
        Declaration.person_id == who.id,
        Declaration.group_id.in_(units_held(who, Role.GROUP_LEADER)),
        Declaration.branch_id.in_(units_held(who, *OFFICER_ROLES)),
        sa.and_(Declaration.branch_id == (who.branch_id or 0), Declaration.state.in_(SHOWN)),
    ]
    if above:
        ways.append(Declaration.branch_id.in_(subtree_ids(above, day)))
    return sa.select(Declaration).where(sa.or_(*ways))


#: Where a declaration belongs, as of its day.
_GROUP, _BRANCH = aliased(Placement), aliased(Placement)


def told(session, declarations: sa.Select) -> list[Told]:
    """Return the declarations of a select as told, in its order, by two statements."""
    group, branch, maker = _GROUP, _BRANCH, aliased(Person)
    day = Declaration.happened_on
    rows = session.execute(
        declarations.add_columns(Person.name, group.name, branch.name, maker.name)
        .join(Person, Person.id == Declaration.person_id)
        .join(maker, maker.id == Declaration.made_by)
        .outerjoin(group, sa.and_(group.unit_id == Declaration.group_id, holds_on(group, day)))
        .outerjoin(branch, sa.and_(branch.unit_id == Declaration.branch_id, holds_on(branch, day)))
    ).all()
    tables = _tables(session, {row[0].rule_table_id for row in rows})
    return [Told(*row, tables[row[0].rule_table_id].rows[row[0].item]) for row in rows]


def _tables(session, ids: set[int]) -> dict[int, Table]:
    if not ids:
        return {}
    rows = session.execute(sa.select(RuleTable.id, RuleTable.body).where(RuleTable.id.in_(ids)))
    return {row.id: Table.from_json(row.body) for row in rows}


def by_group_and_name(declarations: sa.Select) -> sa.Select:
    """Return the select, for `told`, in the order of publicity: organisation, name by strokes, day. Never by points."""
    return declarations.order_by(
        _BRANCH.sort,
        Declaration.branch_id,
        Declaration.group_id.is_(None),
        _GROUP.sort,
        Declaration.group_id,
        Person.stroke_key,
        Person.id,
        Declaration.happened_on,
        Declaration.id,
    )


# --- one --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """One declaration and where the policy is asked: its group, branch and what is above today, and the beneficiary."""

    told: Told
    place: Place

    @property
    def id(self) -> int:
        return self.told.id

    @property
    def declaration(self) -> Declaration:
        return self.told.declaration


def get_seen(session, declaration_id: int, visible: sa.Select, day: date) -> Seen:
    """Return a declaration if it is among the visible ones; raise NotFound."""
    found = told(session, visible.where(Declaration.id == declaration_id))
    if not found:
        raise NotFound
    declaration = found[0].declaration
    return Seen(found[0], place_of(session, declaration.branch_id, declaration.group_id, declaration.person_id, day))


def seen_all(session, declaration_ids, visible: sa.Select, day: date) -> list[Seen]:
    """Return those of some declarations that are among the visible ones, by id: two statements, and one a branch."""
    rows = told(session, visible.where(Declaration.id.in_(declaration_ids)).order_by(Declaration.id))
    branches = dict.fromkeys(one.declaration.branch_id for one in rows)
    lines = {branch_id: place_of(session, branch_id, None, None, day).lineage for branch_id in branches}
    return [Seen(one, _place(lines[one.declaration.branch_id], one.declaration)) for one in rows]


def _place(line: tuple[int, ...], declaration: Declaration) -> Place:
    return Place((declaration.group_id, *line) if declaration.group_id else line, declaration.person_id)


def place_of(session, branch_id: int, group_id: int | None, person_id: int | None, day: date) -> Place:
    """Return where a declaration of somebody in a branch and group belongs on a day."""
    line = [unit[0] for unit in lineage(session, branch_id, day)] or [branch_id]
    return Place((group_id, *line) if group_id else tuple(line), person_id)


@dataclass(frozen=True)
class Step:
    """A step in the life of a declaration: what, who (None: by itself, or not told), when, why, and what changed."""

    action: str
    at: datetime
    name: str | None
    reason: str | None
    after: dict | None
    actor_id: int | None


def trace_of(session, declaration_id: int) -> list[Step]:
    """Return all that happened to a declaration, oldest first."""
    rows = session.execute(
        sa.select(AuditRow.action, AuditRow.at, Person.name, AuditRow.reason, AuditRow.after, AuditRow.actor_id)
        .outerjoin(Person, Person.id == AuditRow.actor_id)
        .where(AuditRow.subject_type == Declaration.__tablename__, AuditRow.subject_id == declaration_id)
        .order_by(AuditRow.id)
    )
    return [Step(*row) for row in rows]


def objections_to(session, declaration_id: int) -> list[tuple[Objection, str]]:
    """Return (objection, objector's name) of a declaration, oldest first. The name is for the handlers only."""
    query = sa.select(Objection, Person.name).join(Person, Person.id == Objection.by_id)
    rows = session.execute(query.where(Objection.declaration_id == declaration_id).order_by(Objection.id))
    return [tuple(row) for row in rows]


def appeal_of(session, declaration_id: int) -> Appeal | None:
    """Return the appeal of a declaration; None if there is none."""
    return session.scalar(sa.select(Appeal).where(Appeal.declaration_id == declaration_id))


# --- lists ------------------------------------------------------------------------------------------------------------


def declarations_of(session, person_id: int, *, before: int | None = None) -> list[Told]:
    """Return one page of what concerns a person or was made by them, newest first."""
    older = [Declaration.id < before] if before else []
    own = [
        sa.select(Declaration.id).where(who == person_id, *older).order_by(Declaration.id.desc()).limit(PAGE).subquery()
        for who in (Declaration.person_id, Declaration.made_by)
    ]
    mine = Declaration.id.in_(sa.union_all(*(sa.select(some.c.id) for some in own)))
    return told(session, sa.select(Declaration).where(mine).order_by(Declaration.id.desc()).limit(PAGE))


def made_from(session, activity_id: int) -> list[Told]:
    """Return what was declared from an activity, in stroke order."""
    query = sa.select(Declaration).where(Declaration.activity_id == activity_id)
    return told(session, by_group_and_name(query))


def in_publicity(session, branch_id: int) -> list[Told]:
    """Return what is on publicity in a branch, by group and name."""
    query = sa.select(Declaration).where(Declaration.branch_id == branch_id, Declaration.state.in_(SHOWN))
    return told(session, by_group_and_name(query))


def get_activity(session, activity_id: int, who, day: date) -> Activity:
    """Return an activity of one's own branch, of the branch of a post, or below one's office; raise NotFound."""
    ways = [Activity.branch_id.in_([who.branch_id or 0, *units_held(who, *OFFICER_ROLES)])]
    if above := units_held(who, *_OFFICES):
        ways.append(Activity.branch_id.in_(subtree_ids(above, day)))
    found = session.scalar(sa.select(Activity).where(Activity.id == activity_id, sa.or_(*ways)))
    if found is None:
        raise NotFound
    return found

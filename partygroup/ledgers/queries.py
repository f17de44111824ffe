"""Reading what the ledger was told by hand, beside what others know of the same: plan, dues, honours, visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.activities.coverage import members_of_branch
from partygroup.clock import Quarter
from partygroup.evaluation.models import BranchAward
from partygroup.evaluation.schemes import scheme_in_force
from partygroup.ledgers.models import CareVisit, DuesPayment, Honour, PlanLine
from partygroup.ledgers.rules import LEVELS, Fulfilled, fulfilled, period_of
from partygroup.meetings.calendar import called_between
from partygroup.meetings.duty import OF_CIRCLE
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.queries import kinds_called
from partygroup.people.models import Person
from partygroup.people.structures import Structure, lived_through, structures_of
from partygroup.scores.models import Declaration, Entry, EntrySort

#: Lines of the points' rules whose entries are honours of a member: contests, certificates, patents.
HONOUR_LINES = ("QI-CONTEST", "QI-SKILL", "QI-PATENT")


def year_of(year: int) -> tuple[date, date]:
    """Return the first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


# --- the yearly plan --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """A line of the plan: what it is called, and how it stands by what was held; None where it is only text."""

    row: PlanLine
    name: str
    stands: Fulfilled | None


@dataclass(frozen=True)
class Plan:
    """A branch's plan of a year: its lines by month, what may be planned, and what was held."""

    by_month: dict[int, list[Planned]]
    kinds: list[KindSpec]
    structure: Structure
    #: Kind → how often it was held in the year, by the branch, its committee or its groups.
    held: Counter[str]

    @property
    def lines(self) -> list[Planned]:
        """Return all lines, by month."""
        return [line for month in sorted(self.by_month) for line in self.by_month[month]]


def lines_of(session, branch_id: int, year: int) -> list[PlanLine]:
    """Return the rows of a branch's plan of a year: by month, meetings first."""
    no_kind = sa.case((PlanLine.kind.is_(None), 1), else_=0)
    query = sa.select(PlanLine).where(PlanLine.branch_id == branch_id, PlanLine.year == year)
    return list(session.scalars(query.order_by(PlanLine.month, no_kind, PlanLine.id)))


def plan_of(session, branch_id: int, year: int, today: date) -> Plan:
    """Return a branch's plan of a year, and how its lines stand; by five statements."""
    kinds = {kind.code: kind.rules for kind in kinds_called(session)}
    found = structures_of(session, [branch_id], *year_of(year))
    structure, met = found.by_branch[branch_id], called_between(session, found.unit_ids, *year_of(year))
    by_month, seen = defaultdict(list), defaultdict(int)
    for row in lines_of(session, branch_id, year):
        kind = kinds.get(row.kind)
        if kind is None:
            by_month[row.month].append(Planned(row, row.text or "", None))
            continue
        period = (kind.code, period_of(year, row.month, kind.per))
        units = _owing(structure, kind, row)
        of = OF_CIRCLE[kind.circles[0]] if units != [branch_id] or kind.circles[0] != "group" else "branch"
        called = [met.get((kind.code, of, unit_id), []) for unit_id in units]
        stands = fulfilled(called, seen[period], year, row.month, kind.per, today)
        seen[period] += 1
        by_month[row.month].append(Planned(row, kind.name, stands))
    held = Counter(code for (code, _of, _unit), some in met.items() for one in some if one.held)
    return Plan(by_month, list(kinds.values()), structure, held)


def _owing(structure: Structure, kind: KindSpec, row: PlanLine) -> list[int]:
    """Return who owes a planned meeting: the branch, or each group that stands through the month."""
    first, last = period_of(row.year, row.month, "month")
    groups = [unit_id for unit_id, spans in structure.groups if lived_through(spans, first, last)]
    return groups if kind.circles[0] == "group" and groups else [structure.branch_id]


# --- dues -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Payer:
    """A member in a month: whether the dues are paid."""

    id: int
    name: str
    group_name: str | None
    paid: bool


def payers_of(session, branch_id: int, group_id: int | None, month: date, day: date) -> list[Payer]:
    """Return the members of a branch, or of one of its groups, on a day, and whether each has paid a month."""
    members = members_of_branch(session, branch_id, day)
    members = [one for one in members if group_id is None or one.group_id == group_id]
    paid = set(session.scalars(
        sa.select(DuesPayment.person_id).where(
            DuesPayment.person_id.in_([one.id for one in members]), DuesPayment.month == month_code(month)
        )
    ))  # fmt: skip
    return [Payer(one.id, one.name, one.group_name, one.id in paid) for one in members]


def month_code(month: date) -> str:
    """Return 2026-11."""
    return f"{month:%Y-%m}"


# --- honours and visits -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Honoured:
    """An honour: whose, what, which level, from whom, when. `row_id`: of those entered here; else it is known."""

    on_day: date
    who: str | None
    title: str
    level: str
    awarded_by: str = ""
    row_id: int | None = None


def honours_of(session, branch_id: int, year: int, *, person_id: int | None = None) -> list[Honoured]:
    """Return the honours of a branch's members in a year, newest first: those entered here, and confirmed entries."""
    first, last = year_of(year)
    mine = sa.true() if person_id is None else Person.id == person_id
    rows = session.execute(
        sa.select(Honour, Person.name)
        .join(Person, Person.id == Honour.person_id)
        .where(Honour.branch_id == branch_id, Honour.awarded_on.between(first, last), mine)
    ).all()
    undone = aliased(Entry)
    earned = session.execute(
        sa.select(Entry.happened_on, Person.name, Declaration.text)
        .join(Declaration, Declaration.id == Entry.declaration_id)
        .join(Person, Person.id == Entry.person_id)
        .where(
            Declaration.branch_id == branch_id, Entry.sort == EntrySort.ENTRY, mine,
            Entry.happened_on.between(first, last), sa.or_(*(Entry.item.startswith(line) for line in HONOUR_LINES)),
            ~sa.exists().where(undone.undoes_id == Entry.id),
        )
    ).all()  # fmt: skip
    found = [
        Honoured(row.awarded_on, name, row.title, LEVELS.get(row.level, row.level), row.awarded_by, row.id)
        for row, name in rows
    ] + [Honoured(on_day, name, text, "") for on_day, name, text in earned]
    return sorted(found, key=lambda one: one.on_day, reverse=True)


def awards_of_year(session, branch_id: int, year: int) -> list[Honoured]:
    """Return a branch's own awards of a year as the offices above entered them for its evaluation, newest first."""
    first, last = year_of(year)
    rows = session.scalars(
        sa.select(BranchAward)
        .where(
            BranchAward.unit_id == branch_id, BranchAward.on_day.between(first, last),
            BranchAward.withdrawn_at.is_(None),
        )
        .order_by(BranchAward.on_day.desc(), BranchAward.id)
    ).all()  # fmt: skip
    levels = scheme_in_force(session, Quarter(year, 4)).levels if rows else {}
    named = [(row, levels.get(row.sort, {}).get(row.level)) for row in rows]
    return [Honoured(row.on_day, None, row.text, level.name if level else "", row.document) for row, level in named]


@dataclass(frozen=True)
class Visit:
    """A visit with the names: who was called on, by whom."""

    row: CareVisit
    who: str
    visitor: str


def visits_of(session, branch_id: int, year: int, *, person_id: int | None = None) -> list[Visit]:
    """Return the visits of a branch in a year, newest first; of one person only, if given."""
    who, visitor = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(CareVisit, who.name, visitor.name)
        .join(who, who.id == CareVisit.person_id)
        .join(visitor, visitor.id == CareVisit.visitor_id)
        .where(
            CareVisit.branch_id == branch_id, CareVisit.on_day.between(*year_of(year)),
            sa.true() if person_id is None else CareVisit.person_id == person_id,
        )
        .order_by(CareVisit.on_day.desc(), CareVisit.id.desc())
    )  # fmt: skip
    return [Visit(*row) for row in rows]


def months_paid_by(session, person_id: int, year: int) -> list[str]:
    """Return the months of a year of which somebody has paid the dues, in order."""
    query = sa.select(DuesPayment.month).where(DuesPayment.person_id == person_id)
    return list(session.scalars(query.where(DuesPayment.month.startswith(f"{year}-")).order_by(DuesPayment.month)))

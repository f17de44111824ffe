"""What was due in a quarter by itself: meetings (PF1), the structure's soundness (PF3), projects (WP3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from partygroup.clock import said
from partygroup.evaluation.figures import QuarterPair, days_of, months_of, quarter_code
from partygroup.evaluation.scheme import DueMeeting

#: Days [from, until) during which something existed; until None: still does.
Span = tuple[date, date | None]
#: From so many full members on a branch has a committee with these officers.
COMMITTEE_FROM = 7
OFFICERS = {
    "organisation_officer": "组织委员",
    "propaganda_officer": "宣传委员",
    "discipline_officer": "纪检委员",
}
GROUP_AT_LEAST = 3


def lived_through(spans: Iterable[Span], first: date, last: date) -> bool:
    """Say whether the spans together cover every day from first to last, both included."""
    reached = first
    for start, end in sorted(spans, key=lambda span: span[0]):
        if start > reached:
            break
        if end is None or end > last:
            return True
        reached = max(reached, end)
    return False


@dataclass(frozen=True)
class Structure:
    """A branch's own life, its committee's, and its groups' (by unit id), as spans of days."""

    branch_id: int
    branch: tuple[Span, ...]
    committee: tuple[Span, ...] = ()
    groups: tuple[tuple[int, tuple[Span, ...]], ...] = ()


@dataclass(frozen=True, order=True)
class DueItem:
    """A meeting of a kind, of a branch, its committee or one group, due between two days (both included)."""

    first: date
    last: date
    kind: str
    of: str
    unit_id: int


@dataclass(frozen=True)
class HeldMeeting:
    """A kind held on a day by a branch, its committee or a group; one gathering of two kinds makes two of these."""

    kind: str
    of: str
    unit_id: int
    on: date


def due_items(structure: Structure, meetings: Collection[DueMeeting], quarter: QuarterPair) -> list[DueItem]:
    """Return the meetings due in a quarter; due only where the unit existed on every day of the period.

    Those due once a year are asked for in the fourth quarter, for the whole year.
    """
    units = {
        "branch": [(structure.branch_id, structure.branch)],
        "committee": [(structure.branch_id, structure.committee)],
        "group": structure.groups,
    }
    return sorted(
        DueItem(first, last, meeting.kind, meeting.of, unit_id)
        for meeting in meetings
        for first, last in _periods(meeting.per, quarter)
        for unit_id, spans in units[meeting.of]
        if lived_through(spans, first, last)
    )


def _periods(per: str, quarter: QuarterPair) -> list[tuple[date, date]]:
    if per == "month":
        return [days_of(month) for month in months_of(quarter)]
    if per == "quarter":
        return [days_of(quarter_code(quarter))]
    return [days_of(str(quarter[0]))] if quarter[1] == 4 else []


def items_held(items: Iterable[DueItem], held: Iterable[HeldMeeting]) -> dict[DueItem, bool]:
    """Return for each due item whether such a meeting was held in its period; more than one earns nothing."""
    days: dict[tuple, list[date]] = {}
    for meeting in held:
        days.setdefault((meeting.kind, meeting.of, meeting.unit_id), []).append(meeting.on)
    return {
        item: any(item.first <= day <= item.last for day in days.get((item.kind, item.of, item.unit_id), ()))
        for item in items
    }


@dataclass(frozen=True)
class Project:
    """The days of a tackling project; the planned one after approved extensions."""

    planned_on: date
    accepted_on: date | None = None
    verified_on: date | None = None
    terminated_on: date | None = None


@dataclass(frozen=True)
class ProjectCount:
    """Projects due in a quarter; of these accepted; of these verified by finance."""

    due: int
    accepted: int
    verified: int


def projects_due(projects: Iterable[Project], quarter: QuarterPair) -> ProjectCount:
    """Return the count of projects due: overdue ones stay in until accepted; accepted early, they count then."""
    first, last = days_of(quarter_code(quarter))
    due = [project for project in projects if _project_is_due(project, first, last)]
    accepted = [project for project in due if project.accepted_on and project.accepted_on <= last]
    verified = [project for project in accepted if project.verified_on and project.verified_on <= last]
    return ProjectCount(len(due), len(accepted), len(verified))


def _project_is_due(project: Project, first: date, last: date) -> bool:
    if project.terminated_on and project.terminated_on <= last:
        return False
    if project.accepted_on and project.accepted_on < first:
        return False
    return project.planned_on <= last or bool(project.accepted_on and project.accepted_on <= last)


@dataclass(frozen=True)
class GroupShape:
    """A party group on the last day: its members, how many are full ones, and whether a full one of it leads."""

    name: str
    members: int
    full_members: int
    led_by_own_full_member: bool


@dataclass(frozen=True)
class BranchShape:
    """A branch on the last day of the quarter. `term_until`: the last day of the term; None where none is kept."""

    has_secretary: bool
    full_members: int
    has_committee: bool
    officers: frozenset[str]
    term_until: date | None
    groups: tuple[GroupShape, ...] = ()
    outside_groups: int = 0


@dataclass(frozen=True)
class Check:
    """One check of the structure; `passed` None: cannot be told."""

    name: str
    passed: bool | None
    why: str


def structure_checks(shape: BranchShape, day: date) -> list[Check]:
    """Return the four checks of PF3, each worth the same, as of a day."""
    return [_secretary(shape), _committee(shape), _term(shape, day), _groups(shape)]


def _secretary(shape: BranchShape) -> Check:
    return Check("书记在任", shape.has_secretary, "书记在任" if shape.has_secretary else "没有书记")


def _committee(shape: BranchShape) -> Check:
    name = "支委会健全"
    if shape.full_members < COMMITTEE_FROM:
        return Check(name, True, f"正式党员 {shape.full_members} 人，不满 {COMMITTEE_FROM} 人，不要求支委会")
    if not shape.has_committee:
        return Check(name, False, f"正式党员 {shape.full_members} 人，没有支委会")
    missing = [title for role, title in OFFICERS.items() if role not in shape.officers]
    return Check(name, not missing, f"缺{'、'.join(missing)}" if missing else "组织、宣传、纪检委员齐全")


def _term(shape: BranchShape, day: date) -> Check:
    name = "任期未超"
    if shape.term_until is None:
        return Check(name, None, "没有登记任期")
    until = said(shape.term_until)
    passed = day <= shape.term_until
    return Check(name, passed, f"任期到{until}" if passed else f"任期{until}已满，没有换届")


def _groups(shape: BranchShape) -> Check:
    name = "党小组健全"
    if not shape.groups:
        return Check(name, True, "没有划分党小组")
    faults = [fault for group in shape.groups if (fault := _fault_of(group))]
    if shape.outside_groups:
        faults.append(f"有 {shape.outside_groups} 名党员不在任何党小组")
    return Check(name, not faults, "；".join(faults) or f"{len(shape.groups)} 个党小组都健全")


def _fault_of(group: GroupShape) -> str | None:
    if group.members < GROUP_AT_LEAST:
        return f"{group.name}只有 {group.members} 人"
    if not group.full_members:
        return f"{group.name}没有正式党员"
    if not group.led_by_own_full_member:
        return f"{group.name}没有由本组正式党员担任的组长"
    return None

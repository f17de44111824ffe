"""What is looked at in a quarter by itself: the structure's soundness (PF3), projects (WP3). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from partygroup.clock import said
from partygroup.evaluation.figures import QuarterPair, days_of, quarter_code

#: From so many full members on a branch has a committee with these officers.
COMMITTEE_FROM = 7
OFFICERS = {
    "organisation_officer": "组织委员",
    "propaganda_officer": "宣传委员",
    "discipline_officer": "纪检委员",
}
GROUP_AT_LEAST = 3


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

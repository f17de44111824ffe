"""What the scores of groups are made from beside their members' sheets (scoring.md 6), by five statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.activities.coverage import reached
from partygroup.activities.problems import problems_count
from partygroup.clock import Quarter
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.scores.groups import GroupFacts
from partygroup.scores.models import GroupAppraisal

GROUP_MEETING = "group_meeting"


@dataclass(frozen=True)
class GroupOfQuarter:
    """A group that stood under a branch in the quarter: its last name there, and its days."""

    id: int
    name: str
    branch_id: int
    spans: tuple[tuple[date, date | None], ...]

    def existed_on_all(self, first: date, last: date) -> bool:
        """Say whether the group existed on every day from first to last."""
        day = first
        for start, until in sorted(self.spans):
            if start <= day and (until is None or until > day):
                if until is None or until > last:
                    return True
                day = until
        return False


def groups_of(session, branch_ids: Collection[int], quarter: Quarter) -> list[GroupOfQuarter]:
    """Return the groups that stood under these branches in the quarter, in the organisation's order."""
    places = session.execute(
        sa.select(Placement.unit_id, Placement.name, Placement.parent_id, Placement.from_on, Placement.until_on)
        .join(Unit, Unit.id == Placement.unit_id)
        .where(
            Unit.kind == UnitKind.PARTY_GROUP,
            Placement.parent_id.in_(branch_ids),
            Placement.from_on <= quarter.last,
            sa.or_(Placement.until_on.is_(None), Placement.until_on > quarter.first),
        )
        .order_by(Placement.sort, Placement.unit_id, Placement.from_on)
    )
    by_id: dict[int, list] = {}
    for row in places:
        by_id.setdefault(row.unit_id, []).append(row)
    return [
        GroupOfQuarter(unit_id, rows[-1].name, rows[-1].parent_id, tuple((row.from_on, row.until_on) for row in rows))
        for unit_id, rows in by_id.items()
    ]


def group_facts(
    session, groups: list[GroupOfQuarter], people: Iterable, quarter: Quarter, today: date
) -> dict[int, GroupFacts]:
    """Return group → facts, given the sheets of all people of the branches. A running quarter counts as far as it is.

    People: sheets with person_id, group_id, is_counted, sheet, due, came. A running month is due once it has its
    meeting.
    """
    ids = [group.id for group in groups]
    counted: dict[int, list] = {group_id: [] for group_id in ids}
    for one in people:
        if one.is_counted and one.group_id in counted:
            counted[one.group_id].append(one)
    held = _months_held(session, ids, quarter)
    named = reached(session, [one.person_id for some in counted.values() for one in some], quarter)
    problems = problems_count(session, ids, quarter)
    levels = appraisals_of(session, ids, quarter)
    found = {}
    for group in groups:
        members = counted[group.id]
        due = [month for month in quarter.months if _is_due(group, *month, today, held)]
        found[group.id] = GroupFacts(
            totals=tuple(one.sheet.total for one in members),
            rates=tuple((one.came, one.due) for one in members if one.due),
            months_held=sum((group.id, first.month) in held for first, _ in due),
            months_due=len(due),
            reached=sum(one.person_id in named for one in members),
            problems_closed=problems.get(group.id, (0, 0))[1],
            problems_due=problems.get(group.id, (0, 0))[0],
            appraisal=levels[group.id].level if group.id in levels else None,
            has_ended=not group.existed_on_all(*[min(quarter.last, max(today, quarter.first))] * 2),
        )
    return found


def _is_due(group: GroupOfQuarter, first: date, last: date, today: date, held: set) -> bool:
    is_over = last < today or (group.id, first.month) in held
    return is_over and group.existed_on_all(first, last)


def _months_held(session, group_ids: list[int], quarter: Quarter) -> set[tuple[int, int]]:
    rows = session.execute(
        sa.select(Gathering.unit_id, Gathering.day)
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(
            Gathering.unit_id.in_(group_ids),
            Gathering.day.between(quarter.first, quarter.last),
            Gathering.closed_at.is_not(None),
            Gathering.cancelled_at.is_(None),
            Kind.code == GROUP_MEETING,
        )
    )
    return {(unit_id, day.month) for unit_id, day in rows}


def appraisals_of(session, group_ids: list[int], quarter: Quarter) -> dict[int, GroupAppraisal]:
    """Return group → the newest appraisal of its quarter."""
    rows = session.scalars(
        sa.select(GroupAppraisal)
        .where(
            GroupAppraisal.group_id.in_(group_ids),
            GroupAppraisal.year == quarter.year,
            GroupAppraisal.quarter == quarter.number,
        )
        .order_by(GroupAppraisal.id)
    )
    return {row.group_id: row for row in rows}

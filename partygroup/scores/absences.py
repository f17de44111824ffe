"""Absences that nobody made up in time, proposed to the committee: set-wise, by six statements (scoring.md 3.2, 4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.attendance.models import Counting, DueEntry, Leave, MakeUp, Mark, of_entry, stands_for_entry
from partygroup.attendance.turnout import has_next_before, next_held
from partygroup.clock import Quarter, day_of
from partygroup.db import holds_on, insert_all_once, witness_all
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.meetings.queries import that_counts
from partygroup.points import said
from partygroup.scores.models import Closing, Declaration, Exemption, RuleTable, Source
from partygroup.scores.rules import is_made_up_in_time, make_up_until, proposes_absence
from partygroup.scores.states import State
from partygroup.scores.tables import Item, Table

ABSENT = "PF-ABSENT"


def propose_absences(session, *, at: datetime) -> int:
    """Propose a deduction for who missed a gathering without leave and without making up for it in time.

    Where the time for making up ended in this quarter or the last: at the next gathering of the kind, or when the
    quarter was closed. Once a gathering and person; return how many.
    """
    today = day_of(at)
    since = Quarter.of(Quarter.of(today).first - timedelta(days=1)).first
    missed = _missed(session, since, today)
    following = next_held(session, {one.id for one in missed})
    closings = closings_of(session, {one.branch_id for one in missed})
    due = []
    for one in missed:
        next_on, closed_at = following.get(one.id), closings.get((one.branch_id, Quarter.of(one.day)))
        until = make_up_until(one.day, next_on, closed_at and day_of(closed_at))
        made_up = one.on_day is not None and is_made_up_in_time(one.on_day, one.day, next_on)
        made_up = made_up and (closed_at is None or one.at <= closed_at)
        if proposes_absence(is_absent=True, made_up=made_up, until=until, day=today) and until >= since:
            due.append(one)
    return _propose(session, due, at=at)


def _missed(session, since: date, today: date) -> list[sa.Row]:
    """Return who was due at a held gathering and stayed away without leave, with the make-up if there is one.

    Left out: what was proposed before, and gatherings whose next of the kind was held before `since`.
    """
    of_both = [(Mark, Mark.undone_at.is_(None)), (Leave, Leave.granted.is_(True))]
    of_both.append((Declaration, Declaration.source == Source.ATTENDANCE))
    none_of = [~sa.exists().where(of_entry(model), condition) for model, condition in of_both]
    exempt = sa.exists().where(Exemption.person_id == DueEntry.person_id, holds_on(Exemption, Gathering.day))
    counts = sa.exists().where(Meeting.gathering_id == Gathering.id, Kind.id == Meeting.kind_id, that_counts())
    return session.execute(
        sa.select(Gathering.id, Gathering.day, Gathering.closed_by, DueEntry.person_id, DueEntry.branch_id,
                  DueEntry.group_id, MakeUp.on_day, MakeUp.at)
        .join(DueEntry, DueEntry.gathering_id == Gathering.id)
        .outerjoin(MakeUp, stands_for_entry(MakeUp))
        .where(Gathering.closed_at.is_not(None), Gathering.cancelled_at.is_(None), Gathering.day < today)
        .where(sa.or_(Gathering.day >= since, ~has_next_before(since)), counts, ~exempt, *none_of)
        .where(DueEntry.counting == Counting.DUE, DueEntry.branch_id.is_not(None))
        .order_by(Gathering.id, DueEntry.person_id)
    ).all()  # fmt: skip


def closings_of(session, branch_ids: set[int]) -> dict[tuple[int, Quarter], datetime]:
    """Return (branch, quarter) → when it was closed."""
    rows = session.execute(
        sa.select(Closing.branch_id, Closing.year, Closing.quarter, Closing.closed_at).where(
            Closing.branch_id.in_(branch_ids), Closing.reopened_at.is_(None)
        )
    )
    return {(branch_id, Quarter(year, number)): closed_at for branch_id, year, number, closed_at in rows}


def _propose(session, missed: list[sa.Row], *, at: datetime) -> int:
    """Write the proposals by the rules of their quarters, leaving alone what somebody else proposes meanwhile."""
    tables = session.scalars(
        sa.select(RuleTable)
        .where(RuleTable.published_at.is_not(None))
        .order_by(RuleTable.in_force_from.desc(), RuleTable.version.desc())
    ).all()
    items = {table.id: row.item for table in tables if (row := Table.from_json(table.body).rows.get(ABSENT))}
    rows = []
    for one in missed:
        first = Quarter.of(one.day).first
        table_id = next((table.id for table in tables if table.in_force_from <= first), None)
        if table_id in items:
            rows.append(_proposal(one, table_id, items[table_id], at))
    made = insert_all_once(
        session, Declaration, rows, unless=["gathering_id", "person_id"], where="source = 'attendance'",
        returning=[Declaration.id, Declaration.person_id, Declaration.branch_id, Declaration.rule_table_id],
    )  # fmt: skip
    witness_all(session, [_witness(one, items[one.rule_table_id], at) for one in made])
    return len(made)


def _proposal(one, table_id: int, item: Item, at: datetime) -> dict:
    return {
        "person_id": one.person_id, "rule_table_id": table_id, "item": ABSENT, "points": item.points,
        "happened_on": one.day, "event": f"meeting:{one.id}", "gathering_id": one.id, "source": Source.ATTENDANCE,
        "text": f"{one.day.month}月{one.day.day}日的会没有到，没有请假，到期也没有补课", "branch_id": one.branch_id,
        "group_id": one.group_id, "state": State.GROUP_REVIEWED, "made_by": one.closed_by, "made_at": at,
        "submitted_at": at,
    }  # fmt: skip


def _witness(made, item: Item, at: datetime) -> dict:
    return {
        "at": at, "actor_id": None, "action": "scores.proposal.make", "subject_type": "declaration",
        "subject_id": made.id, "person_id": made.person_id, "unit_id": made.branch_id,
        "after": {"item": item.name, "points": said(item.points)},
    }  # fmt: skip

"""Closing a branch's quarter: sheets of people and groups are stored with what they were made from (scoring.md 3.8).

Everything that adds to a branch's book takes `hold_book` first, and so does closing: on PostgreSQL the lock of the
branch's row, on SQLite the one write lock. Whoever comes first is in the quarter, whoever comes second finds it closed
and lands in the next one that is open. Attendance goes by the clock: whoever writes about a meeting, and whoever closes
the quarter, reads it when the meeting's row is theirs, so that what was written before is what had been known.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from types import SimpleNamespace

import sqlalchemy as sa

from partygroup.attendance.models import DueEntry
from partygroup.clock import Quarter, day_of
from partygroup.db import digest_of, witness
from partygroup.errors import Refused
from partygroup.meetings.models import Gathering
from partygroup.org.models import Unit
from partygroup.people.models import Belonging
from partygroup.scores import facts, rules
from partygroup.scores.groupfacts import group_facts, groups_of
from partygroup.scores.groups import group_score
from partygroup.scores.models import Closing, Declaration, Entry, StoredGroup, StoredSheet
from partygroup.scores.queries import PersonSheet, closed_quarters, closings_of, open_sheets

#: How many quarters before the running one can still be closed though nothing was booked in them.
OLDEST = 4


def hold_book(session, branch_id: int) -> None:
    """Let nobody else close the branch's quarter, or add to its book, before this transaction ends."""
    session.execute(sa.select(Unit.id).where(Unit.id == branch_id).with_for_update(key_share=True)).one()


def hold_quarter(session, branch_id: int, quarter: Quarter) -> None:
    """Hold the branch's book, and every meeting of the quarter for which one of its people stands in the list."""
    hold_book(session, branch_id)
    theirs = (
        sa.select(DueEntry.gathering_id)
        .join(Belonging, Belonging.person_id == DueEntry.person_id)
        .where(Belonging.branch_id == branch_id, Belonging.from_on <= quarter.last)
        .where(sa.or_(Belonging.until_on.is_(None), Belonging.until_on > quarter.first))
    )
    meetings = sa.select(Gathering.id).where(
        Gathering.day.between(quarter.first, quarter.last), Gathering.id.in_(theirs)
    )
    session.execute(meetings.order_by(Gathering.id).with_for_update())


def refusal_to_close(session, branch_id: int, quarter: Quarter, *, at: datetime) -> str | None:
    """Return why a quarter cannot be closed now; None if it can. Quarters close in their order."""
    closed = closed_quarters(session, branch_id)
    if quarter in closed:
        return f"{quarter.label}已经结账。"
    if reason := rules.refusal_to_close(quarter, day_of(at)):
        return reason
    booked = _quarters_with_entries(session, branch_id)
    if quarter not in booked and quarter.since(Quarter.of(day_of(at))) < -OLDEST:
        return f"{quarter.label}过去一年多了，也没有记过分，不用再结账。"
    left = [one for one in booked if one < quarter and one not in closed]
    return f"请先结{min(left).label}的账，再结这个季度。" if left else None


def _quarters_with_entries(session, branch_id: int) -> set[Quarter]:
    rows = session.execute(
        sa.select(Entry.year, Entry.quarter)
        .join(Declaration, Declaration.id == Entry.declaration_id)
        .where(Declaration.branch_id == branch_id)
        .distinct()
    )
    return {Quarter(*row) for row in rows}


def close_quarter(session, branch_id: int, quarter: Quarter, *, by: int, at: datetime) -> Closing:
    """Store the quarter's sheets and groups; nothing counts in it any more. Raise Refused.

    `at` is read after `hold_quarter`.
    """
    hold_quarter(session, branch_id, quarter)
    if reason := refusal_to_close(session, branch_id, quarter, at=at):
        raise Refused(reason, 409)
    people = [one for _, one in sorted(open_sheets(session, [branch_id], quarter), key=lambda pair: pair[0])]
    groups = [group for group in groups_of(session, [branch_id], quarter) if group.branch_id == branch_id]
    of_groups = group_facts(session, groups, people, quarter, day_of(at))
    table_id = facts.rule_table_for(session, quarter).id
    at = max([at, *_times_of_entries(session, people)])
    closing = Closing(branch_id=branch_id, year=quarter.year, quarter=quarter.number, rule_table_id=table_id,
                      closed_at=at, closed_by=by)  # fmt: skip
    session.add(closing)
    session.flush()
    session.add_all(StoredSheet(**sheet_row(closing, one)) for one in people)
    session.add_all(StoredGroup(**group_row(closing, group_id, one)) for group_id, one in of_groups.items())
    after = {"quarter": quarter.label, "sheets": len(people)}
    witness(session, "scores.quarter.close", closing, at=at, by=by, unit_id=branch_id, after=after)
    return closing


def _times_of_entries(session, people: list[PersonSheet]) -> list[datetime]:
    """Return when the newest entry of these sheets was made: a clock read before waiting may be behind it."""
    ids = [entry.id for one in people for entry in one.facts.entries]
    newest = session.scalar(sa.select(sa.func.max(Entry.made_at)).where(Entry.id.in_(ids)))
    return [newest] if newest else []


def sheet_row(closing: Closing, one: PersonSheet) -> dict:
    """Return the columns of a stored sheet, its digest included."""
    row = {
        "closing_id": closing.id, "person_id": one.person_id, "group_id": one.group_id, "is_counted": one.is_counted,
        "total": one.total, "due": one.due, "came": one.came, "facts": facts.to_json(one.facts),
        "body": one.sheet.to_json(),
    }  # fmt: skip
    return row | {"digest": digest_of_sheet(SimpleNamespace(**row), closing)}


def group_row(closing: Closing, group_id: int, of_group) -> dict:
    """Return the columns of a stored group, its digest included."""
    sheet = group_score(of_group)
    row = {"closing_id": closing.id, "group_id": group_id, "total": sheet.total}
    row["body"] = {"facts": asdict(of_group), "sheet": asdict(sheet)}
    return row | {"digest": digest_of_group(SimpleNamespace(**row), closing)}


def digest_of_sheet(row: StoredSheet, closing: Closing) -> str:
    """Return the digest of all that a stored sheet says, and of whose and which quarter's it is."""
    said = [row.person_id, row.group_id, row.is_counted, row.total, row.due, row.came, row.facts, row.body]
    return digest_of([*_of_closing(closing), *said])


def digest_of_group(row: StoredGroup, closing: Closing) -> str:
    """Return the digest of all that a stored group says, and of which quarter's it is."""
    return digest_of([*_of_closing(closing), row.group_id, row.total, row.body])


def _of_closing(closing: Closing) -> list:
    return [closing.branch_id, closing.year, closing.quarter, closing.rule_table_id]


def reopen_quarter(session, branch_id: int, quarter: Quarter, *, reason: str, by: int, at: datetime) -> None:
    """Let a closed quarter count again, for a reason; its sheets are kept as they were. Raise Refused."""
    hold_book(session, branch_id)
    closing = closings_of(session, [branch_id], quarter).get(branch_id)
    if closing is None:
        raise Refused(f"{quarter.label}没有结账，不用重新打开。", 409)
    if len(reason) < 2:
        raise Refused("请写明重新打开的原因，支部会看到。")
    closing.reopened_at, closing.reopened_by, closing.reopened_reason = at, by, reason
    witness(session, "scores.quarter.reopen", closing, at=at, by=by, unit_id=branch_id,
            before={"quarter": quarter.label}, reason=reason)  # fmt: skip

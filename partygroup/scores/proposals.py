"""Proposals from imported rows; they wait for the committee (scoring.md 3.2, 3.4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import sqlalchemy as sa

from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.declaring import table_on
from partygroup.scores.models import Declaration, Source
from partygroup.scores.people import memberships
from partygroup.scores.rules import most_of, refusal_to_claim
from partygroup.scores.states import State


@dataclass(frozen=True)
class ImportedRow:
    """A row of a department's list: a person, an item, how often (QI-STAR: stars; WP-QUALITY: points 3 to 5).

    event: the document or list and its row, the same when the row comes again. leads: of a shared achievement.
    """

    person_id: int
    item: str
    figure: Fraction | int
    happened_on: date
    event: str
    text: str
    leads: bool = True


def imported_events(session, person_ids: Collection[int]) -> set[tuple[int, str]]:
    """Return (person, event) of all proposals made from imported rows; those of a row of several times end in /1 …"""
    rows = session.execute(
        sa.select(Declaration.person_id, Declaration.event).where(
            Declaration.source == Source.IMPORT, Declaration.person_id.in_(person_ids)
        )
    )
    return set(map(tuple, rows))


def propose_from_import(session, rows: list[ImportedRow], *, by: int, at: datetime) -> list[Declaration]:
    """Make proposals of imported rows, ready for the committee; return the new ones.

    A row that came before is left out. Raise Refused when an item is not imported, or somebody was no member then.
    """
    known = imported_events(session, {row.person_id for row in rows})
    made = []
    for row in rows:
        made += _from_row(session, row, known, by=by, at=at)
    return made


def _from_row(session, row: ImportedRow, known: set, *, by: int, at: datetime) -> list[Declaration]:
    stored, table = table_on(session, row.happened_on)
    cited = table.rows.get(row.item)
    if cited is None or Source.IMPORT not in cited.line.sources:
        raise Refused(f"“{row.item}”不是由部门数据导入的计分内容，请核对指标。")
    standing = memberships(session, [row.person_id], row.happened_on).get(row.person_id)
    if standing is None:
        raise Refused(f"“{row.text}”：那一天还不是支部里计分的党员，请核对工号和日期。")
    times, points = _times_and_points(cited, row)
    if reason := refusal_to_claim(cited, points, leads=row.leads):
        raise Refused(reason)
    events = [row.event, *(f"{row.event}/{number}" for number in range(2, times + 1))]
    fresh = [event for event in events if (row.person_id, event) not in known]
    known.update((row.person_id, event) for event in fresh)
    return [_from_list(session, row, standing, stored.id, cited, points, event, by=by, at=at) for event in fresh]


def _from_list(session, row: ImportedRow, standing, table_id: int, cited, points: int, event: str, *, by, at):
    declaration = Declaration(
        person_id=row.person_id, rule_table_id=table_id, item=row.item, points=points, leads=row.leads,
        happened_on=row.happened_on, event=event, text=row.text, source=Source.IMPORT, branch_id=standing.branch_id,
        group_id=standing.group_id, state=State.GROUP_REVIEWED, made_by=by, made_at=at, submitted_at=at,
    )  # fmt: skip
    session.add(declaration)
    witness(session, "scores.proposal.make", declaration, at=at, by=by, person_id=row.person_id,
            unit_id=standing.branch_id, after={"item": cited.item.name, "points": said(points)})  # fmt: skip
    return declaration


def _times_and_points(cited, row: ImportedRow) -> tuple[int, int]:
    """Return how many entries a row makes and what each is worth: stars and ranged items are one entry."""
    tenths = row.figure * 10
    if row.figure <= 0 or tenths.denominator != 1:
        raise Refused(f"“{row.text}”的数值要大于0，最多一位小数，请核对。")
    if cited.item.least is not None:
        return 1, int(tenths) * (1 if cited.item.points > 0 else -1)
    if row.figure.denominator != 1:
        raise Refused(f"“{row.text}”的数值是次数，请填整数。")
    if cited.item.counted:
        return 1, cited.item.points * int(row.figure)
    return int(row.figure), most_of(cited, leads=row.leads)

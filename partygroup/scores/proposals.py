"""Proposals: absences from attendance, rows from imports; they wait for the committee (scoring.md 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from partygroup.attendance.models import Counting, DueEntry, Leave, MakeUp, Mark
from partygroup.clock import Quarter, day_of
from partygroup.db import holds_on, witness
from partygroup.errors import Refused
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.points import said
from partygroup.scores.declaring import table_on
from partygroup.scores.models import Declaration, Exemption, Source
from partygroup.scores.people import memberships
from partygroup.scores.rules import make_up_until, most_of, proposes_absence, refusal_to_claim
from partygroup.scores.states import State

ABSENT = "PF-ABSENT"


# --- absences ---------------------------------------------------------------------------------------------------------


def propose_absences(session, *, at: datetime, branch_id: int | None = None) -> int:
    """Propose a deduction for who missed a gathering of this or the last quarter without leave or make-up.

    Only when the time for making up has ended; once a gathering and person. Return how many.
    """
    today = day_of(at)
    since = Quarter.of(Quarter.of(today).first - timedelta(days=1)).first
    missed = _missed(session, since, today, branch_id)
    if not missed:
        return 0
    until = _make_up_ends(session, {one.id for one in missed})
    made = 0
    for one in missed:
        if proposes_absence(is_absent=True, made_up=False, until=until.get(one.id), day=today):
            made += _propose_absence(session, one, at=at)
    return made


def _counts(kind):
    """Return the SQL condition that somebody is due at meetings of this kind (scoring.md 4)."""
    return sa.func.coalesce(kind.spec["counts"].as_boolean(), sa.true())


def _missed(session, since: date, today: date, branch_id: int | None) -> list[sa.Row]:
    """Return (gathering id, day, closed_by, person, branch, group) of due people without mark, leave or make-up."""
    of_both = [(Mark, Mark.undone_at.is_(None)), (MakeUp, MakeUp.undone_at.is_(None)), (Leave, Leave.granted.is_(True))]
    of_both.append((Declaration, Declaration.source == Source.ATTENDANCE))
    none_of = [
        ~sa.exists().where(
            model.gathering_id == DueEntry.gathering_id, model.person_id == DueEntry.person_id, condition
        )
        for model, condition in of_both
    ]
    exempt = sa.exists().where(Exemption.person_id == DueEntry.person_id, holds_on(Exemption, Gathering.day))
    counts = sa.exists().where(Meeting.gathering_id == Gathering.id, Kind.id == Meeting.kind_id, _counts(Kind))
    query = (
        sa.select(Gathering.id, Gathering.day, Gathering.closed_by, DueEntry.person_id, DueEntry.branch_id,
                  DueEntry.group_id)
        .join(DueEntry, DueEntry.gathering_id == Gathering.id)
        .where(Gathering.closed_at.is_not(None), Gathering.cancelled_at.is_(None))
        .where(Gathering.day >= since, Gathering.day < today, DueEntry.counting == Counting.DUE)
        .where(DueEntry.branch_id.is_not(None), counts, ~exempt, *none_of)
        .order_by(Gathering.id, DueEntry.person_id)
    )  # fmt: skip
    return session.execute(query.where(DueEntry.branch_id == branch_id) if branch_id else query).all()


def _make_up_ends(session, gathering_ids: set[int]) -> dict[int, date | None]:
    """Return by gathering the last day for making it up; None while no later one of its kind was held."""
    later, later_meeting, later_kind = sa.orm.aliased(Gathering), sa.orm.aliased(Meeting), sa.orm.aliased(Kind)
    rows = session.execute(
        sa.select(Gathering.id, Gathering.day, sa.func.min(later.day))
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, sa.and_(Kind.id == Meeting.kind_id, _counts(Kind)))
        .outerjoin(later_kind, later_kind.code == Kind.code)
        .outerjoin(later_meeting, later_meeting.kind_id == later_kind.id)
        .outerjoin(later, sa.and_(
            later.id == later_meeting.gathering_id, later.unit_id == Gathering.unit_id,
            later.circle == Gathering.circle, later.day > Gathering.day, later.closed_at.is_not(None),
            later.cancelled_at.is_(None),
        ))
        .where(Gathering.id.in_(gathering_ids))
        .group_by(Gathering.id, Gathering.day)
    )  # fmt: skip
    return {gathering_id: make_up_until(day, next_day) for gathering_id, day, next_day in rows}


def _propose_absence(session, one, *, at: datetime) -> int:
    stored, table = table_on(session, one.day)
    row = table.rows.get(ABSENT)
    if row is None:
        return 0
    declaration = Declaration(
        person_id=one.person_id, rule_table_id=stored.id, item=ABSENT, points=row.item.points, happened_on=one.day,
        event=f"meeting:{one.id}", text=f"{one.day.month}月{one.day.day}日的会没有到，没有请假，到期也没有补课",
        source=Source.ATTENDANCE, gathering_id=one.id, branch_id=one.branch_id, group_id=one.group_id,
        state=State.GROUP_REVIEWED, made_by=one.closed_by, made_at=at, submitted_at=at,
    )  # fmt: skip
    session.add(declaration)
    witness(session, "scores.proposal.make", declaration, at=at, by=None, person_id=one.person_id,
            unit_id=one.branch_id, after={"item": row.item.name, "points": said(row.item.points)})  # fmt: skip
    return 1


# --- imports ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ImportedRow:
    """A row of a department's list: a person, an item, how often (QI-STAR: stars; WP-QUALITY: points 3 to 5).

    event: the document or list and its row, the same when the file comes again. leads: of a shared achievement.
    """

    person_id: int
    item: str
    figure: Fraction | int
    happened_on: date
    event: str
    text: str
    leads: bool = True


def propose_from_import(session, rows: list[ImportedRow], *, by: int, at: datetime) -> list[Declaration]:
    """Make proposals of imported rows, ready for the committee; return the new ones.

    A row that came before is left out. Raise Refused when an item is not imported, or somebody was no member then.
    """
    before = session.execute(
        sa.select(Declaration.person_id, Declaration.event).where(
            Declaration.source == Source.IMPORT, Declaration.person_id.in_({row.person_id for row in rows})
        )
    )
    known = {(person_id, event) for person_id, event in before}
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

"""Recomputing what is stored: sheets, groups, the book, due lists (D7). A check yields a sentence for every fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from partygroup.attendance.models import Counting, DueEntry, Mark
from partygroup.clock import Quarter
from partygroup.db import AuditRow, digest_of
from partygroup.meetings.models import Gathering
from partygroup.people.models import Person
from partygroup.scores import models
from partygroup.scores.closing import digest_of_group, digest_of_sheet
from partygroup.scores.facts import from_json, known_of, to_json
from partygroup.scores.groups import GroupFacts, group_score
from partygroup.scores.models import Closing, Declaration, EntrySort, RuleTable, StoredGroup, StoredSheet
from partygroup.scores.queries import group_from_json
from partygroup.scores.sheets import Sheet, make_sheet
from partygroup.scores.states import State
from partygroup.scores.tables import Table

#: What of the facts is read again from the rows. Days, profile and group may be corrected in the roster later.
FROM_ROWS = {
    "entries": "分录",
    "earlier": "以前已计的事项",
    "corrections": "更正",
    "due": "应到次数",
    "came": "参加次数",
}
#: Two requests that wait for one lock may come out a little later than they went in.
GRACE = timedelta(minutes=1)
#: How many rows of the book are held at once.
PAGE = 1000


def faults(session) -> Iterator[str]:
    """Yield a sentence for everything that is not as the rows say; nothing when all is well."""
    people = session.execute(sa.select(Person.id, Person.name, Person.staff_no))
    names = {row.id: f"{row.name}（{row.staff_no}）" for row in people}
    tables = {row.id: Table.from_json(row.body) for row in session.scalars(sa.select(RuleTable))}
    yield from _of_lost_sheets(session)
    for closing in session.scalars(sa.select(Closing).order_by(Closing.id)).all():
        yield from _of_closing(session, closing, tables[closing.rule_table_id], names)
    yield from _of_book(session, names)
    yield from _of_due_lists(session, names)


# --- sheets and groups -----------------------------------------------------------------------------------------------


def _of_closing(session, closing: Closing, table: Table, names: dict[int, str]) -> Iterator[str]:
    quarter = Quarter(closing.year, closing.quarter)
    sheets = session.scalars(
        sa.select(StoredSheet).where(StoredSheet.closing_id == closing.id).order_by(StoredSheet.id)
    ).all()
    known = known_of(session, [row.person_id for row in sheets], quarter, known_at=closing.closed_at)
    for row in sheets:
        where = f"{names[row.person_id]} {quarter.label}"
        yield from (f"{where}：{what}" for what in _of_sheet(row, closing, table))
        now = known.get(row.person_id)
        yield from (f"{where}：{what}" for what in _against_rows(row.facts, now and to_json(now.facts)))
    for group in session.scalars(sa.select(StoredGroup).where(StoredGroup.closing_id == closing.id)).all():
        yield from (f"党小组{group.group_id} {quarter.label}：{what}" for what in _of_group(group, closing, sheets))


def _of_sheet(row: StoredSheet, closing: Closing, table: Table) -> Iterator[str]:
    """Yield what is wrong with a stored sheet in itself."""
    if row.digest != digest_of_sheet(row, closing):
        yield "计分表和它的摘要不一致"
    facts, stored = from_json(row.facts), Sheet.from_json(row.body)
    made = make_sheet(facts, table)
    for code, (was, now) in _lines_that_differ(stored, made).items():
        yield f"{code} 存的是{was}，重算是{now}"
    if (row.total, stored.total) != (made.total, made.total):
        yield f"总分存的是{row.total}，重算是{made.total}"
    if (row.due, row.came) != (facts.due, facts.came):
        yield f"应到和参加存的是{row.due}和{row.came}，依据是{facts.due}和{facts.came}"


def _lines_that_differ(stored: Sheet, made: Sheet) -> dict[str, tuple]:
    was, now = ({line.code: line for line in sheet.lines} for sheet in (stored, made))
    return {
        code: (was[code].points if code in was else None, now[code].points if code in now else None)
        for code in was | now
        if was.get(code) != now.get(code)
    }


def _against_rows(stored: dict, now: dict | None) -> Iterator[str]:
    """Yield what of the stored facts the rows say otherwise, as they were known when the quarter was closed."""
    if now is None:
        yield "按现在的花名册，这个季度没有党员身份"
        return
    for key, name in FROM_ROWS.items():
        if digest_of(stored[key]) != digest_of(now[key]):
            yield f"{name}存的是{_short(stored[key])}，按记录是{_short(now[key])}"


def _short(value) -> str:
    if not isinstance(value, list):
        return str(value)
    return f"{len(value)}条" + "".join(f" {one['id']}:{one['points']}" for one in value if isinstance(one, dict))


def _of_group(row: StoredGroup, closing: Closing, sheets: list[StoredSheet]) -> Iterator[str]:
    if row.digest != digest_of_group(row, closing):
        yield "党小组分和它的摘要不一致"
    body = row.body["facts"]
    facts = GroupFacts(**{**body, "totals": tuple(body["totals"]), "rates": tuple(map(tuple, body["rates"]))})
    made, stored = group_score(facts), group_from_json(row.body["sheet"])
    if (row.total, stored) != (made.total, made):
        yield f"存的是{row.total}，重算是{made.total}"
    counted = [one for one in sheets if one.group_id == row.group_id and one.is_counted]
    if sorted(facts.totals) != sorted(one.total for one in counted):
        yield "组员总分和各人的计分表不一致"
    if sorted(facts.rates) != sorted((one.came, one.due) for one in counted if one.due):
        yield "组员参与率和各人的计分表不一致"


def _of_lost_sheets(session) -> Iterator[str]:
    """Yield closings of which not as many sheets stand as were stored."""
    rows = session.execute(
        sa.select(AuditRow.unit_id, AuditRow.after["quarter"].as_string(), AuditRow.after["sheets"].as_integer(),
                  sa.func.count(StoredSheet.id))
        .outerjoin(StoredSheet, StoredSheet.closing_id == AuditRow.subject_id)
        .where(AuditRow.subject_type == Closing.__tablename__, AuditRow.action == "scores.quarter.close")
        .group_by(AuditRow.id)
        .order_by(AuditRow.id)
    )  # fmt: skip
    for unit_id, quarter, then, now in rows:
        if then != now:
            yield f"党支部{unit_id} {quarter}：结账时有{then}张计分表，现在有{now}张"


# --- the book --------------------------------------------------------------------------------------------------------


def _of_book(session, names: dict[int, str]) -> Iterator[str]:
    closed = _times_closed(session)
    rows = session.execute(
        sa.select(models.Entry, Declaration).join(Declaration, Declaration.id == models.Entry.declaration_id)
        .order_by(models.Entry.id)
        .execution_options(yield_per=PAGE)
    )  # fmt: skip
    entered = set()
    for entry, declared in rows:
        entered |= {declared.id} if entry.sort == EntrySort.ENTRY else set()
        where = f"{names[entry.person_id]} {Quarter(entry.year, entry.quarter).label} {entry.item} 分录{entry.id}"
        yield from (f"{where}：{what}" for what in _of_entry(entry, declared, closed))
    in_effect = session.execute(
        sa.select(Declaration.id, Declaration.person_id, Declaration.item).where(
            Declaration.state.in_((State.EFFECTIVE, State.REVERSED))
        )
    )
    for declaration_id, person_id, item in in_effect:
        if declaration_id not in entered:
            yield f"{names[person_id]} {item}：申报{declaration_id}已生效，却没有分录"


def _times_closed(session) -> dict[tuple[str, int, Quarter], list[tuple[datetime, datetime | None]]]:
    """Return the spans during which each quarter was closed, for branches and for people with a sheet in it."""
    spans: dict[tuple, list] = {}
    for closing in session.scalars(sa.select(Closing)):
        key = ("branch", closing.branch_id, Quarter(closing.year, closing.quarter))
        spans.setdefault(key, []).append((closing.closed_at, closing.reopened_at))
    stored = session.execute(
        sa.select(StoredSheet.person_id, Closing.year, Closing.quarter, Closing.closed_at, Closing.reopened_at)
        .join(Closing, Closing.id == StoredSheet.closing_id)
    )  # fmt: skip
    for person_id, year, number, since, until in stored:
        spans.setdefault(("person", person_id, Quarter(year, number)), []).append((since, until))
    return spans


def _of_entry(entry: models.Entry, declared: Declaration, closed: dict) -> Iterator[str]:
    if entry.confirmed_by == entry.person_id:
        yield "确认人就是本人"
    if entry.person_id != declared.person_id:
        yield "不是申报的那个人"
    if declared.state not in (State.EFFECTIVE, State.REVERSED):
        yield f"申报{declared.id}没有生效"
    if entry.sort != EntrySort.ENTRY:
        return
    standing = declared.points if declared.awarded is None else declared.awarded
    if entry.points != standing:
        yield f"分值{entry.points}，申报确认的是{standing}"
    for key in ("item", "event", "happened_on", "rule_table_id"):
        if getattr(entry, key) != getattr(declared, key):
            yield f"{key}和申报不一致"
    if entry.dimension != entry.item[:2]:
        yield "维度和计分内容不一致"
    yield from _of_its_quarter(entry, declared, closed)


def _of_its_quarter(entry: models.Entry, declared: Declaration, closed: dict) -> Iterator[str]:
    """Yield whether the quarter was closed when the entry was made, and whether open ones were passed over."""
    own, lies = Quarter.of(entry.happened_on), Quarter(entry.year, entry.quarter)
    if lies < own:
        yield f"事情发生在{own.label}"
    keys = [("branch", declared.branch_id), ("person", entry.person_id)]
    while own < lies:
        spans = [span for key in keys for span in closed.get((*key, own), ())]
        if not any(since - GRACE <= entry.made_at for since, _ in spans):
            yield f"{own.label}当时没有结账"
        own = own.next()
    spans = [span for key in keys for span in closed.get((*key, lies), ())]
    if any(since + GRACE < entry.made_at and (until is None or entry.made_at < until) for since, until in spans):
        yield f"{lies.label}当时已经结账"


# --- due lists -------------------------------------------------------------------------------------------------------


def _of_due_lists(session, names: dict[int, str]) -> Iterator[str]:
    """Yield due lists that are not as frozen, and marks of people who are not in the list."""
    rows = session.execute(_frozen_and_now()).all()
    for gathering_id, day, frozen, now in rows:
        if (frozen or {}).get("due") != now:
            yield f"{day}的会{gathering_id}：开始签到时应到{(frozen or {}).get('due')}人，名单是{now}人"
    strangers = session.execute(
        sa.select(Mark.id, Mark.person_id, Mark.gathering_id)
        .outerjoin(DueEntry, sa.and_(DueEntry.gathering_id == Mark.gathering_id, DueEntry.person_id == Mark.person_id))
        .where(DueEntry.id.is_(None))
    )
    for mark_id, person_id, gathering_id in strangers:
        yield f"{names[person_id]}：签到{mark_id}不在会{gathering_id}的应到名单里"


def _frozen_and_now() -> sa.Select:
    """Return the select of gatherings with what opening said, and the due list with later changes taken back."""
    later = sa.orm.aliased(AuditRow)
    changed = (
        sa.select(later.before["counting"].as_string())
        .where(later.subject_type == "due_entry", later.subject_id == DueEntry.id)
        .order_by(later.id)
        .limit(1)
        .scalar_subquery()
    )
    was_due = sa.func.coalesce(changed, DueEntry.counting) == Counting.DUE
    now = sa.func.coalesce(sa.func.sum(sa.case((was_due, 1), else_=0)), 0)
    return (
        sa.select(Gathering.id, Gathering.day, AuditRow.after, now)
        .join(AuditRow, sa.and_(AuditRow.subject_type == "gathering", AuditRow.subject_id == Gathering.id))
        .outerjoin(DueEntry, DueEntry.gathering_id == Gathering.id)
        .where(AuditRow.action == "meeting.signin.open")
        .group_by(AuditRow.id, Gathering.id)
        .order_by(Gathering.id)
    )

"""Importing a roster: preview first, nothing written until it is confirmed, and the same file twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.org.models import Unit, UnitKind
from partygroup.org.queries import company
from partygroup.people.models import Role, RosterImport
from partygroup.people.names import search_columns
from partygroup.people.roster_apply import end_people, write_plan
from partygroup.people.roster_plan import SECTIONS, Plan, crowded_posts, make_plan, single_posts_begun
from partygroup.people.roster_rows import RosterRow, read_rows
from partygroup.people.roster_state import known_people, members_of, single_holders
from partygroup.people.roster_tree import Tree
from partygroup.spreadsheets.previews import drop_previews
from partygroup.spreadsheets.reading import Sheet


@dataclass(frozen=True)
class Outcome:
    """How many people an import touched, by section, and how many units of the party and of the works it founded.

    `already`: it was done before.
    """

    joined: int = 0
    moved: int = 0
    standing: int = 0
    posts: int = 0
    other: int = 0
    ended: int = 0
    units: int = 0
    works: int = 0
    already: bool = False


def preview_roster(
    session, sheet: Sheet, *, scope_unit_id: int, valid_from: date, by: int | None, at: datetime
) -> RosterImport:
    """Return a stored preview: see `draft_roster`."""
    draft = draft_roster(session, sheet, scope_unit_id=scope_unit_id, valid_from=valid_from, by=by, at=at)
    return store_preview(session, draft, by=by, at=at)


def draft_roster(
    session, sheet: Sheet, *, scope_unit_id: int, valid_from: date, by: int | None, at: datetime
) -> RosterImport:
    """Return a preview that is not stored yet: good rows, faults, notes, and what would change on `valid_from`.

    It only reads, so that a long file holds no write lock. `scope_unit_id` is the company, or the one unit committee
    whose rows may be imported. Raise Refused for a day to come, since nobody's record can begin later than today.
    """
    if valid_from > day_of(at):
        raise Refused("生效日期不能晚于今天，请改成今天或更早的一天。")
    rows = read_rows(sheet, day_of(at))
    plan = _plan_without_faults(session, rows, scope_unit_id, valid_from)
    good = [row for row in rows if not row.faults]
    return RosterImport.draft(
        sheet,
        rows,
        [_record(row) for row in good],
        notes=_notes(good, plan),
        summary=_summary(plan) | {"absent": _absent(session, rows, plan)},
        unit_id=scope_unit_id,
        by_id=by,
        read_at=at,
        valid_from=valid_from,
    )


def store_preview(session, draft: RosterImport, *, by: int | None, at: datetime) -> RosterImport:
    """Store a drafted preview and return it."""
    session.add(draft)
    after = {"file_name": draft.file_name, "rows": draft.summary["rows"], "valid_from": draft.valid_from.isoformat()}
    witness(session, "people.roster.preview", draft, at=at, by=by, unit_id=draft.unit_id, after=after)
    return draft


def _plan_without_faults(session, rows: list[RosterRow], scope_unit_id: int, day: date) -> Plan:
    """Return the plan of the good rows; rows that cannot be carried out are blamed and left out, until all can."""
    by_number = {row.number: row for row in rows}
    records = {row.number: _record(row) for row in rows if not row.faults}
    while True:
        plan = _plan(session, list(records.values()), scope_unit_id, day)
        if not plan.faults:
            return plan
        for number, key, reason in plan.faults:
            by_number[number].blame(key, reason)
            records.pop(number, None)


def _plan(session, records: list[dict], scope_unit_id: int, day: date) -> Plan:
    company_id = company(session).id
    scope = None if scope_unit_id == company_id else scope_unit_id
    known = known_people(session, [record["staff_no"] for record in records])
    plan = make_plan(records, known, Tree(session, company_id, day), scope)
    holders = single_holders(session, single_posts_begun(plan))
    plan.faults += crowded_posts(plan, holders)
    return plan


def _record(row: RosterRow) -> dict:
    """Return a good row as it is stored: days as text, with the columns that names are found by."""
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in row.values.items()}
    return {"row": row.number, **plain, "search": search_columns(row.values["name"])}


def _notes(good: list[RosterRow], plan: Plan) -> list[str]:
    notes = []
    unknown: dict[str, list[int]] = defaultdict(list)
    for row in good:
        for post in row.values.get("posts") or ():
            if post["role"] == Role.OTHER:
                unknown[post["title"]].append(row.number)
    for title, numbers in unknown.items():
        shown = "、".join(map(str, numbers[:5])) + ("等" if len(numbers) > 5 else "")
        notes.append(f"不认识的职务“{title}”，只作记载，不带权限（第{shown}行）。")
    return notes + plan.tree.doubtful() + plan.tree.look_alikes()


def _summary(plan: Plan) -> dict:
    changes: dict[str, list] = {section: [] for section in SECTIONS}
    for change in plan.changes:
        for section, text in change.told.items():
            told = {"row": change.row, "staff_no": change.staff_no, "name": change.name, "text": text}
            changes[section].append(told)
    party, works = plan.tree.drafts_told()
    return {"digest": plan.digest, "changes": changes, "units": party, "works": works}


def _absent(session, rows: list[RosterRow], plan: Plan) -> list[dict]:
    """Return the people of the branches named whom the file leaves out; being left out alone ends nobody."""
    named = {row.values.get("staff_no") for row in rows}
    people = members_of(session, sorted(branch for branch in plan.branches if branch > 0))
    return [
        {"id": person.id, "staff_no": person.staff_no, "name": person.name, "branch": plan.tree.label(person.branch_id)}
        for person in people
        if person.staff_no not in named
    ]


def apply_roster(
    session,
    roster_import: RosterImport,
    *,
    by: int | None,
    at: datetime,
    only_good_rows: bool = False,
    ended: list[int] = (),
    ended_on: date | None = None,
) -> Outcome:
    """Carry out a previewed import and return how much it changed; a second time changes nothing.

    `ended` are ids of people the file leaves out, who leave their branches on `ended_on`.
    Raise Refused when rows are faulty and `only_good_rows` is not asked, when somebody else previewed it,
    or when the people concerned were changed since the preview.
    """
    session.execute(sa.select(Unit.id).where(Unit.kind == UnitKind.COMPANY).with_for_update())
    session.refresh(roster_import)
    if roster_import.applied_at:
        return Outcome(**roster_import.summary["outcome"], already=True)
    if reason := roster_import.refusal_to_apply(by, only_good_rows=only_good_rows):
        raise Refused(reason)
    plan = _plan(session, roster_import.rows, roster_import.unit_id, roster_import.valid_from)
    if plan.faults or plan.digest != roster_import.summary["digest"]:
        raise Refused("名单在预览之后有人改动过，请重新上传核对。")
    because = f"花名册导入：{roster_import.file_name}"
    write_plan(session, plan, by=by, at=at, reason=because)
    absent = {person["id"] for person in roster_import.summary["absent"]}
    left = end_people(session, ended, absent, ended_on=ended_on, by=by, at=at, reason=because)
    outcome = _outcome(plan, len(left))
    changes = roster_import.summary["changes"] | {"ended": _left(roster_import, left, ended_on)}
    roster_import.summary = roster_import.summary | {"changes": changes}
    counts = {name: count for name, count in asdict(outcome).items() if name != "already"}
    roster_import.close(counts, at=at)
    witness(session, "people.roster.apply", roster_import, at=at, by=by, unit_id=roster_import.unit_id, after=counts)
    return outcome


def _left(roster_import: RosterImport, left: set[int], ended_on: date | None) -> list[dict]:
    """Return those who left as they are told: number, name, and which branch on which day."""
    return [
        {key: one[key] for key in ("staff_no", "name")} | {"text": f"{one['branch']}，{ended_on}离开"}
        for one in roster_import.summary["absent"]
        if one["id"] in left
    ]


def _outcome(plan: Plan, left: int) -> Outcome:
    counts = {section: sum(section in change.told for change in plan.changes) for section in SECTIONS}
    party, works = plan.tree.drafts_told()
    return Outcome(**counts, ended=left, units=len(party), works=len(works))


def purge_previews(session, *, at: datetime) -> int:
    """Drop previews that nobody confirmed within seven days, with all they hold of people. Return how many."""
    return drop_previews(session, RosterImport, {"action": "people.roster.purge"}, at=at)

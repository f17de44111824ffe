"""Writing a plan: everything set-wise, so that the write lock is held for a moment only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.db import witness_all
from partygroup.errors import Refused
from partygroup.org.models import Placement, Unit
from partygroup.people.models import Belonging, Login, Person, Post, Role, StandingSpan, Workplace
from partygroup.people.roster_change import WORKPLACE, Change
from partygroup.people.roster_columns import COLUMNS, Lands
from partygroup.people.roster_plan import Plan
from partygroup.people.roster_posts import ROSTER_ROLES
from partygroup.people.roster_state import chunks

_SPANS = {"belonging": Belonging, "standing": StandingSpan, "workplace": Workplace}
_SEARCH = ("pinyin", "initials", "stroke_key")
#: What a new person's columns hold where the file has no such column.
_BLANK = {column.key: column.empty for column in COLUMNS if column.lands is Lands.PERSON} | {"note": None}


def write_plan(session, plan: Plan, *, by: int | None, at: datetime, reason: str) -> None:
    """Found the units, end and begin spans, set plain columns, and witness each person once."""
    trace = {"at": at, "actor_id": by, "reason": reason}
    units = _found_units(session, plan, trace)
    _move_standings(session, plan.changes)
    _end_spans(session, plan.changes, plan.tree.day)
    people = _write_people(session, plan.changes)
    _begin_spans(session, plan, people, units)
    witness_all(session, [_witness_of(change, people, units, trace) for change in plan.changes])


def _insert(session, model, rows: list[dict]) -> None:
    if rows:
        session.execute(sa.insert(model.__table__), rows)


def _found_units(session, plan: Plan, trace: dict) -> dict[int, int]:
    """Insert the drafted units and return their ids by draft number."""
    drafts, tree = plan.tree.drafts, plan.tree
    if not drafts:
        return {}
    inserted = sa.insert(Unit.__table__).returning(Unit.id, sort_by_parameter_order=True)
    ids = session.scalars(inserted, [{"kind": draft.kind} for draft in drafts]).all()
    units = {-number: unit_id for number, unit_id in enumerate(ids, 1)}
    places = [
        {
            "unit_id": units[-number],
            "parent_id": units.get(draft.parent, draft.parent),
            "name": draft.name,
            "sort": tree.last_sort + number,
            "from_on": tree.day,
            "until_on": None,
        }
        for number, draft in enumerate(drafts, 1)
    ]
    _insert(session, Placement, places)
    witness_all(session, [_witness_of_unit(place, draft, trace) for place, draft in zip(places, drafts, strict=True)])
    return units


def _witness_of_unit(place: dict, draft, trace: dict) -> dict:
    after = {"kind": draft.kind, "name": draft.name, "parent_id": place["parent_id"]}
    subject = {"action": "org.unit.found", "subject_type": "unit", "subject_id": place["unit_id"]}
    whom = {"person_id": None, "unit_id": place["unit_id"]}
    return trace | subject | whom | {"before": None, "after": after | {"from_on": place["from_on"].isoformat()}}


def _move_standings(session, changes: list[Change]) -> None:
    """Give standings other days: taken away and put back, since moved one by one they would overlap for a moment."""
    table = StandingSpan.__table__
    rows = [(change.person_id, *move) for change in changes for move in change.moves]
    for ids in chunks(row[1] for row in rows):
        session.execute(sa.delete(table).where(table.c.id.in_(ids)))
    _insert(session, StandingSpan, [_moved(*row) for row in rows])


def _moved(person_id: int, span_id: int, standing: str, start: str, end: str | None) -> dict:
    (row,) = _standing_rows(person_id, [(standing, start, end)], None, {})
    return {"id": span_id} | row


def _end_spans(session, changes: list[Change], day: date) -> None:
    for what, model in _SPANS.items():
        if model is not StandingSpan:
            _end(session, model, [change.ends[what] for change in changes if what in change.ends], day)
    _end_standings(session, [change for change in changes if "standing" in change.ends])
    _end(session, Post, [post for change in changes for post in change.ends.get("posts", ())], day)


def _end_standings(session, changes: list[Change]) -> None:
    """End each standing on the day on which the next one begins, which is each person's own."""
    table = StandingSpan.__table__
    ended = sa.update(table).where(table.c.id == sa.bindparam("its_id")).values(until_on=sa.bindparam("its_end"))
    rows = [
        {"its_id": change.ends["standing"], "its_end": date.fromisoformat(change.begins["standing"][0][1])}
        for change in changes
    ]
    if rows:
        session.connection().execute(ended, rows)


def _end(session, model, ids: Iterable[int], day: date) -> None:
    table = model.__table__
    for some in chunks(ids):
        session.execute(sa.update(table).where(table.c.id.in_(some)).values(until_on=day))


def _write_people(session, changes: list[Change]) -> dict[str, int]:
    """Insert new people, set changed columns of known ones, and return ids by staff number."""
    people = {change.staff_no: change.person_id for change in changes if change.person_id}
    new = [change for change in changes if not change.person_id]
    _insert(session, Person, [_BLANK | _typed(change.values) for change in new])
    for numbers in chunks(change.staff_no for change in new):
        found = sa.select(Person.staff_no, Person.id).where(Person.staff_no.in_(numbers))
        people |= dict(session.execute(found).all())
    _update_people(session, [change for change in changes if change.person_id and change.values])
    return people


def _update_people(session, changes: list[Change]) -> None:
    """Set plain columns: one statement for all people in whom the same columns change."""
    table = Person.__table__
    alike: dict[tuple, list[dict]] = defaultdict(list)
    for change in changes:
        alike[tuple(sorted(change.values))].append({"its_id": change.person_id, **_typed(change.values)})
    for keys, rows in alike.items():
        values = {key: sa.bindparam(key) for key in keys}
        session.connection().execute(sa.update(table).where(table.c.id == sa.bindparam("its_id")).values(values), rows)


def _typed(values: dict) -> dict:
    return {key: date.fromisoformat(value) if value and key.endswith("_on") else value for key, value in values.items()}


def _begin_spans(session, plan: Plan, people: dict[str, int], units: dict[int, int]) -> None:
    rows: dict[str, list[dict]] = {"belonging": [], "standing": [], "workplace": [], "posts": []}
    for change in plan.changes:
        person_id = people[change.staff_no]
        for what, begun in change.begins.items():
            rows[what] += _ROWS[what](person_id, begun, plan.tree.day, units)
    for what, model in (*_SPANS.items(), ("posts", Post)):
        _insert(session, model, rows[what])


def _begin(person_id: int, day: date, **columns) -> dict:
    return {"person_id": person_id, "from_on": day, "until_on": None, **columns}


def _belonging_rows(person_id: int, begun, day: date, units: dict[int, int]) -> list[dict]:
    branch, group = (units.get(unit, unit) for unit in begun)
    return [_begin(person_id, day, branch_id=branch, group_id=group)]


def _standing_rows(person_id: int, begun, day: date, units: dict[int, int]) -> list[dict]:
    return [
        {
            "person_id": person_id,
            "standing": standing,
            "from_on": date.fromisoformat(start),
            "until_on": end and date.fromisoformat(end),
        }
        for standing, start, end in begun
    ]


def _workplace_rows(person_id: int, begun, day: date, units: dict[int, int]) -> list[dict]:
    unit, *told = begun
    if all(word is None for word in begun):
        return []
    return [_begin(person_id, day, unit_id=units.get(unit, unit), **dict(zip(WORKPLACE, told, strict=True)))]


def _post_rows(person_id: int, begun, day: date, units: dict[int, int]) -> list[dict]:
    return [
        _begin(person_id, day, unit_id=units.get(unit, unit), role=role, title=title) for unit, role, title in begun
    ]


_ROWS = {
    "belonging": _belonging_rows,
    "standing": _standing_rows,
    "workplace": _workplace_rows,
    "posts": _post_rows,
}


def _witness_of(change: Change, people: dict[str, int], units: dict[int, int], trace: dict) -> dict:
    person_id = people[change.staff_no]
    values = {key: value for key, value in change.values.items() if key not in _SEARCH}
    told = {section: text for section, text in change.told.items() if section != "other" or not values}
    return trace | {
        "action": "people.person.import",
        "subject_type": "person",
        "subject_id": person_id,
        "person_id": person_id,
        "unit_id": units.get(change.branch, change.branch),
        "before": change.before or None,
        "after": values | told,
    }


def end_people(
    session,
    ended: list[int],
    absent: set[int],
    *,
    ended_on: date | None,
    by: int | None,
    at: datetime,
    reason: str,
) -> set[int]:
    """End belonging, posts and workplace of ticked people whom the file leaves out; their devices are signed out.

    Return the ids of those who left. Raise Refused for people not on that list, without a day, or who hold an office.
    """
    ids = sorted(set(ended))
    if not ids:
        return set()
    if not set(ids) <= absent:
        raise Refused("勾选的人不在“文件里没有的人”之中，请重新打开预览再选。")
    if not ended_on:
        raise Refused("请写上这些人离开的日期。")
    belongings = _leavings(session, ids, ended_on)
    for model in (Belonging, Workplace, Post):
        _end_all_open(session, model, ids, ended_on)
    for some in chunks(ids):
        session.execute(sa.delete(Login).where(Login.person_id.in_(some)))
    witness_all(session, [_witness_of_leaving(row, ended_on, at=at, by=by, reason=reason) for row in belongings])
    return {row.person_id for row in belongings}


def _leavings(session, ids: list[int], day: date) -> list[sa.Row]:
    """Return the open belongings of people who leave on a day; raise Refused when one may not."""
    offices = tuple(set(Role) - set(ROSTER_ROLES))
    table, rows = Belonging.__table__, []
    for some in chunks(ids):
        held = sa.select(Person.name).join(Post, Post.person_id == Person.id)
        held = held.where(Person.id.in_(some), Post.until_on.is_(None), Post.role.in_(offices))
        if name := session.scalar(held.limit(1)):
            raise Refused(f"{name}还担任机关职务，请先由账号管理员免去，再办离开。")
        rows += session.execute(sa.select(table).where(table.c.person_id.in_(some), table.c.until_on.is_(None))).all()
    if rows and (latest := max(row.from_on for row in rows)) > day:
        raise Refused(f"离开的日期要在{latest.isoformat()}或以后，请改一改。")
    return rows


def _end_all_open(session, model, ids: list[int], day: date) -> None:
    """End the open spans on a day; one that began later is ended on the day it began."""
    table = model.__table__
    until = sa.case((table.c.from_on > day, table.c.from_on), else_=day)
    for some in chunks(ids):
        still_open = sa.and_(table.c.person_id.in_(some), table.c.until_on.is_(None))
        session.execute(sa.update(table).where(still_open).values(until_on=until))


def _witness_of_leaving(row: sa.Row, day: date, *, at: datetime, by: int | None, reason: str) -> dict:
    return {
        "at": at,
        "actor_id": by,
        "reason": reason,
        "action": "people.person.leave",
        "subject_type": "person",
        "subject_id": row.person_id,
        "person_id": row.person_id,
        "unit_id": row.branch_id,
        "before": {"branch_id": row.branch_id, "group_id": row.group_id},
        "after": {"until_on": day.isoformat()},
    }

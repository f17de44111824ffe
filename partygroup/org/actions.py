"""Founding, renaming and ending a unit. A place is never overwritten, only ended and begun."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.db import holds_on, witness
from partygroup.errors import Refused
from partygroup.org.models import KIND_NAMES, Placement, Unit
from partygroup.org.queries import children, find_unit
from partygroup.org.rules import NAME_LENGTH, refusal_to_found
from partygroup.text import squeeze


def found_unit(
    session, kind: str, *, name: str, parent_id: int | None, from_on: date, by: int | None, at: datetime, sort: int = 0
) -> Unit:
    """Return a new unit, standing under its parent from a day on.

    Raise Refused when the kind cannot stand there, or a unit of the same kind and name already does.
    """
    name = squeeze(name, NAME_LENGTH + 1)
    parent = parent_id and find_unit(session, parent_id, from_on)
    if parent_id and not parent:
        raise Refused(f"上级单位在{from_on:%Y年%-m月%-d日}还没有设立或已经撤销，请换一个日期或上级。")
    if reason := refusal_to_found(kind, parent.kind if parent else None, name):
        raise Refused(reason)
    _refuse_namesake(session, kind, name, parent_id, from_on)
    unit = Unit(kind=kind)
    session.add(unit)
    session.flush()
    session.add(Placement(unit_id=unit.id, parent_id=parent_id, name=name, sort=sort, from_on=from_on))
    after = {"kind": kind, "name": name, "parent_id": parent_id, "from_on": from_on.isoformat()}
    witness(session, "org.unit.found", unit, at=at, by=by, unit_id=unit.id, after=after)
    return unit


def _refuse_namesake(session, kind: str, name: str, parent_id: int | None, day: date) -> None:
    if parent_id and any(other.name == name for other in children(session, parent_id, day, kind)):
        raise Refused(f"这里已经有名叫“{name}”的{KIND_NAMES[kind]}，请换一个名称。")


def rename_unit(session, unit: Unit, *, name: str, from_on: date, by: int | None, at: datetime) -> None:
    """Give a unit another name from a day on; the former name stays for the days before."""
    place = _open_place(session, unit, from_on)
    name = squeeze(name, NAME_LENGTH + 1)
    if not name or len(name) > NAME_LENGTH:
        raise Refused(f"单位名称要有1到{NAME_LENGTH}个字，请改一改。")
    if name == place.name:
        return
    _refuse_namesake(session, unit.kind, name, place.parent_id, from_on)
    place.until_on = from_on
    again = Placement(unit_id=unit.id, parent_id=place.parent_id, name=name, sort=place.sort, from_on=from_on)
    session.add(again)
    change = {"before": {"name": place.name}, "after": {"name": name, "from_on": from_on.isoformat()}}
    witness(session, "org.unit.rename", unit, at=at, by=by, unit_id=unit.id, **change)


def end_unit(session, unit: Unit, *, until_on: date, by: int | None, at: datetime) -> None:
    """End a unit on a day; refused while units still stand under it."""
    place = _open_place(session, unit, until_on)
    if below := children(session, unit.id, until_on):
        raise Refused(f"“{place.name}”下面还有{len(below)}个单位，请先处理下级单位。")
    place.until_on = until_on
    after = {"until_on": until_on.isoformat()}
    witness(session, "org.unit.end", unit, at=at, by=by, unit_id=unit.id, before={"until_on": None}, after=after)


def _open_place(session, unit: Unit, day: date) -> Placement:
    """Return the place that holds on a day and has no end; raise Refused otherwise."""
    place = session.scalar(sa.select(Placement).where(Placement.unit_id == unit.id, holds_on(Placement, day)))
    if not place:
        raise Refused(f"这个单位在{day:%Y年%-m月%-d日}还没有设立或已经撤销，请换一个日期。")
    if place.until_on:
        raise Refused(f"这个单位已定于{place.until_on:%Y年%-m月%-d日}变动，请换到那一天之后。")
    return place

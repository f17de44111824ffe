"""The tree as of a day: who stands under whom, and under what name."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from partygroup.db import holds_on
from partygroup.errors import NotFound
from partygroup.org.models import Placement, Unit, UnitKind


def _places(day: date) -> sa.Select:
    return (
        sa.select(
            Unit.id.label("unit_id"),
            Unit.kind,
            Placement.name,
            Placement.parent_id,
            Placement.sort,
            Placement.from_on,
        )
        .join(Placement, Placement.unit_id == Unit.id)
        .where(holds_on(Placement, day))
    )


def company(session) -> Unit:
    """Return the one company; raise NotFound before it is founded."""
    found = session.scalar(sa.select(Unit).where(Unit.kind == UnitKind.COMPANY).order_by(Unit.id).limit(1))
    if not found:
        raise NotFound
    return found


def placements_on(session, day: date) -> list[sa.Row]:
    """Return all units of a day as (unit_id, kind, name, parent_id, sort, from_on), in the organisation's order."""
    return session.execute(_places(day).order_by(Placement.sort, Unit.id)).all()


def find_unit(session, unit_id: int, day: date) -> sa.Row | None:
    """Return a unit's place on a day as in `placements_on`; None if it did not stand then."""
    return session.execute(_places(day).where(Unit.id == unit_id)).first()


def children(session, parent_id: int, day: date, kind: str | None = None) -> list[sa.Row]:
    """Return the units directly under one on a day, of one kind if asked, in the organisation's order."""
    below = _places(day).where(Placement.parent_id == parent_id)
    if kind:
        below = below.where(Unit.kind == kind)
    return session.execute(below.order_by(Placement.sort, Unit.id)).all()


def lineage(session, unit_id: int, day: date) -> list[tuple[int, str, str]]:
    """Return (unit_id, kind, name) of a unit and all above it on a day, from the unit upwards."""
    here = sa.select(Placement.unit_id, Placement.parent_id, Placement.name, sa.literal(0).label("step"))
    upwards = here.where(Placement.unit_id == unit_id, holds_on(Placement, day)).cte("upwards", recursive=True)
    above = sa.select(Placement.unit_id, Placement.parent_id, Placement.name, upwards.c.step + 1)
    above = above.join(upwards, Placement.unit_id == upwards.c.parent_id).where(holds_on(Placement, day))
    upwards = upwards.union_all(above)
    named = sa.select(upwards.c.unit_id, Unit.kind, upwards.c.name).join(Unit, Unit.id == upwards.c.unit_id)
    return [tuple(row) for row in session.execute(named.order_by(upwards.c.step))]


def subtree_ids(unit_ids: list[int], day: date) -> sa.Select:
    """Return a SELECT of the ids of these units and all below them on a day, for use in IN (…)."""
    top = sa.select(Placement.unit_id).where(Placement.unit_id.in_(unit_ids), holds_on(Placement, day))
    below = top.cte(recursive=True)  # no name: a statement may hold several
    next_level = sa.select(Placement.unit_id).join(below, Placement.parent_id == below.c.unit_id)
    below = below.union(next_level.where(holds_on(Placement, day)))
    return sa.select(below.c.unit_id)


def units_named(session, unit_ids: list[int], day: date) -> list[sa.Row]:
    """Return the units of these ids that stand on a day: (id, kind, name, parent_id), in the organisation's order."""
    places = (
        sa.select(Unit.id, Unit.kind, Placement.name, Placement.parent_id)
        .join(Placement, Placement.unit_id == Unit.id)
        .where(Unit.id.in_(unit_ids), holds_on(Placement, day))
    )
    return session.execute(places.order_by(Placement.sort, Unit.id)).all()

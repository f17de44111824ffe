"""The moment at which the demo company is looked at, and its units."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from partygroup import clock
from partygroup.org.models import Placement, Unit, UnitKind

AT = clock.beijing("2026-11-24 15:40")
TODAY = date(2026, 11, 24)


def units_of(session, kind: UnitKind) -> dict[int, str]:
    rows = sa.select(Unit.id, Placement.name).join(Placement, Placement.unit_id == Unit.id).where(Unit.kind == kind)
    return dict(session.execute(rows).all())

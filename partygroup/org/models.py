"""Units and their dated place in the tree."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, open_days


class UnitKind(StrEnum):
    """The levels of both trees: the party's (domain.md 3.1) and the works' (厂→车间→作业区→班组)."""

    COMPANY = "company"
    UNIT_COMMITTEE = "unit_committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    PARTY_GROUP = "party_group"
    PLANT = "plant"
    WORKSHOP = "workshop"
    WORK_AREA = "work_area"
    SHIFT_TEAM = "shift_team"


KIND_NAMES = {
    UnitKind.COMPANY: "公司党委",
    UnitKind.UNIT_COMMITTEE: "二级党委",
    UnitKind.GENERAL_BRANCH: "党总支",
    UnitKind.BRANCH: "党支部",
    UnitKind.PARTY_GROUP: "党小组",
    UnitKind.PLANT: "厂",
    UnitKind.WORKSHOP: "车间",
    UnitKind.WORK_AREA: "作业区",
    UnitKind.SHIFT_TEAM: "班组",
}
PARTY_KINDS = tuple(UnitKind)[:5]


class Unit(Audited, Base):
    """One unit of the party organisation or of the works, for as long as it lives."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))


class Placement(Base):
    """A unit's name and parent during [from_on, until_on); never overwritten, only ended and begun."""

    __tablename__ = "placement"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    sort: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("placement"),)

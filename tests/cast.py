"""The world of most tests: a company, two unit committees, four branches, eight groups, and people with names.

Every unit's texts carry a word of its own (`canary`): seen on a page of somebody who may not see the unit, it tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import sqlalchemy as sa

from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.people.models import Account, Belonging, Person, Post, Role, Standing, StandingSpan
from partygroup.people.names import search_columns
from partygroup.people.passwords import hash_password
from tests.factories import LONG_AGO

PASSWORD = "春风又绿江南岸2026"
#: canary → canaries below: committees, branches, groups.
TREE = {
    "青松": {"红柳": ("朱雀", "玄武"), "白桦": ("苍龙", "麒麟")},
    "黑土": {"蓝田": ("飞燕", "灵犀"), "紫金": ("青鸾", "金乌")},
}
#: role in the tests → name, group, standing, post, canary of the post's unit.
CAST = {
    "member": ("田富", "朱雀", Standing.FULL, None, None),
    "leader": ("章志刚", "朱雀", Standing.FULL, Role.GROUP_LEADER, "朱雀"),
    "probationer": ("田大利", "朱雀", Standing.PROBATIONARY, None, None),
    "activist": ("孟晓东", "朱雀", Standing.ACTIVIST, None, None),
    "neighbour": ("邹丽萍", "玄武", Standing.FULL, Role.GROUP_LEADER, "玄武"),
    "secretary": ("宋玉梅", "玄武", Standing.FULL, Role.SECRETARY, "红柳"),
    "deputy": ("罗少华", "玄武", Standing.FULL, Role.DEPUTY_SECRETARY, "红柳"),
    "sister": ("敖春林", "苍龙", Standing.FULL, Role.SECRETARY, "白桦"),
    "unit_officer": ("简文斌", "苍龙", Standing.FULL, Role.UNIT_OFFICE, "青松"),
    "stranger": ("涂建平", "飞燕", Standing.FULL, Role.SECRETARY, "蓝田"),
    "company_officer": ("晏海波", "金乌", Standing.FULL, Role.COMPANY_OFFICE, "钢城"),
    "account_officer": ("龙新华", "青鸾", Standing.FULL, Role.ACCOUNT_OFFICER, "钢城"),
    "auditor": ("王海生", "青鸾", Standing.FULL, Role.AUDITOR, "钢城"),
}
GROUP_SIZE, SURNAMES = 5, "丁方石吴何"


@dataclass(frozen=True)
class Actor:
    """Somebody of the cast."""

    id: int
    name: str
    staff_no: str
    branch_id: int
    group_id: int
    password: str = PASSWORD


@dataclass(frozen=True)
class Spot:
    """A unit of the world."""

    id: int
    kind: str
    name: str
    canary: str
    parent_id: int | None


@dataclass
class World:
    """Units by canary, and the cast by role; the units around `member` have names of their own."""

    units: dict[str, Spot]
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Actor:
        try:
            return self.__dict__["actors"][role]
        except KeyError:
            raise AttributeError(role) from None

    @property
    def company(self) -> Spot:
        return self.units["钢城"]

    @property
    def committee(self) -> Spot:
        return self.units["青松"]

    @property
    def branch(self) -> Spot:
        return self.units["红柳"]

    @property
    def group(self) -> Spot:
        return self.units["朱雀"]

    @property
    def sister_branch(self) -> Spot:
        return self.units["白桦"]

    @property
    def foreign_branch(self) -> Spot:
        return self.units["蓝田"]

    @property
    def foreign_group(self) -> Spot:
        return self.units["飞燕"]

    def below(self, spot: Spot) -> list[Spot]:
        """Return a unit and everything below it."""
        lower = [one for other in self.units.values() if other.parent_id == spot.id for one in self.below(other)]
        return [spot, *lower]

    def canaries_outside(self, *spots: Spot) -> set[str]:
        """Return the words that must not be seen by somebody who sees these units and what is below them only."""
        inside = {one.id for spot in spots for one in self.below(spot)}
        return {canary for canary, spot in self.units.items() if spot.id not in inside}


@cache
def password_hash() -> str:
    """Return the hash of everybody's password, made once: hashing is slow on purpose."""
    return hash_password(PASSWORD)


def _insert(session, model, rows: list[dict]) -> list[int]:
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


def _planned_units() -> Iterator[tuple[str, str, str | None]]:
    """Yield kind, canary and the canary above of every unit, from the top."""
    yield UnitKind.COMPANY, "钢城", None
    for committee, branches in TREE.items():
        yield UnitKind.UNIT_COMMITTEE, committee, "钢城"
        for branch, groups in branches.items():
            yield UnitKind.BRANCH, branch, committee
            yield from ((UnitKind.PARTY_GROUP, group, branch) for group in groups)


ENDINGS = {"company": "公司党委", "unit_committee": "厂党委", "branch": "车间党支部", "party_group": "党小组"}


def build_units(session) -> dict[str, Spot]:
    """Insert the units and return them by canary."""
    planned = list(_planned_units())
    ids = _insert(session, Unit, [{"kind": kind} for kind, _, _ in planned])
    id_by_canary = {canary: unit_id for (_, canary, _), unit_id in zip(planned, ids, strict=True)}
    spots = {
        canary: Spot(id_by_canary[canary], kind, canary + ENDINGS[kind], canary, id_by_canary.get(above))
        for kind, canary, above in planned
    }
    rows = [
        {"unit_id": spot.id, "parent_id": spot.parent_id, "name": spot.name, "sort": number, "from_on": LONG_AGO}
        for number, spot in enumerate(spots.values())
    ]
    session.execute(sa.insert(Placement), rows)
    return spots


def _planned_people() -> Iterator[tuple[str | None, str, str, str]]:
    """Yield role in the tests (or None), name, group and standing: the cast, then enough others for every group."""
    size = {}
    for role, (name, group, standing, _post, _unit) in CAST.items():
        size[group] = size.get(group, 0) + 1
        yield role, name, group, standing
    for _kind, group, _branch in (unit for unit in _planned_units() if unit[0] == UnitKind.PARTY_GROUP):
        for surname in SURNAMES[size.get(group, 0) : GROUP_SIZE]:
            yield None, surname + group, group, Standing.FULL


def build_people(session, spots: dict[str, Spot]) -> dict[str, Actor]:
    """Insert everybody with standing, belonging and password; return the cast by role."""
    planned = list(_planned_people())
    rows = [
        {"staff_no": f"G{10001 + number}", "name": name, "key_technician": False, "phone": f"1380000{number:04}",
         "joined_on": LONG_AGO, "full_on": LONG_AGO if standing == Standing.FULL else None, **search_columns(name)}
        for number, (_, name, _, standing) in enumerate(planned)
    ]  # fmt: skip
    ids = _insert(session, Person, rows)
    spans, belongings, accounts, actors = [], [], [], {}
    for person_id, row, (role, name, group, standing) in zip(ids, rows, planned, strict=True):
        spot = spots[group]
        spans.append({"person_id": person_id, "standing": standing, "from_on": LONG_AGO})
        belongings.append(
            {"person_id": person_id, "branch_id": spot.parent_id, "group_id": spot.id, "from_on": LONG_AGO}
        )
        accounts.append({"person_id": person_id, "password": password_hash()})
        if role:
            actors[role] = Actor(person_id, name, row["staff_no"], spot.parent_id, spot.id)
    for model, some in ((StandingSpan, spans), (Belonging, belongings), (Account, accounts)):
        session.execute(sa.insert(model), some)
    return actors


def build_world(session) -> World:
    """Insert the whole world by a dozen statements and return it."""
    spots = build_units(session)
    world = World(spots, build_people(session, spots))
    posts = [
        {"person_id": world.actors[role].id, "unit_id": spots[unit].id, "role": post, "from_on": LONG_AGO}
        for role, (_, _, _, post, unit) in CAST.items()
        if post
    ]
    session.execute(sa.insert(Post), posts)
    return world

"""Who in the demo company can log in: one person of each role, with easy numbers and one password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.demo.people import REASON
from partygroup.demo.rows import insert_with_ids, trail_row, witness_rows
from partygroup.demo.staff import Member
from partygroup.org.models import Placement
from partygroup.people.models import Account, Belonging, Person, Post, Role, Standing
from partygroup.people.passwords import hash_password, is_password

DEMO_PASSWORD = "xianchang-yanshi"
HOME, AWAY = "转炉车间党支部", "生产技术部党支部"
LEADER_NO, NEIGHBOUR_NO, SECRETARY_NO = "100003", "100004", "100005"


@dataclass(frozen=True)
class Part:
    """A role in the demo, who plays it, and whom in the company the player stands for."""

    role: str
    staff_no: str
    name: str
    sex: str
    fits: Callable[[Member], bool]


def _at_home(one: Member, group: int) -> bool:
    """Say whether somebody belongs to a group of the demo's own branch."""
    return one.place.shape.name == HOME and one.group_id == one.place.group_ids[group]


def _secretary_of(one: Member, branch: str) -> bool:
    return one.place.shape.name == branch and (one.place.id, Role.SECRETARY) in one.posts


def _ordinary(one: Member) -> bool:
    return not one.posts and one.spans[-1][0] == Standing.FULL


CAST = (
    Part("党员", "100001", "田守勤", "男", lambda one: _at_home(one, 0) and _ordinary(one)),
    Part("预备党员", "100002", "阿依别·塔什克", "男",
         lambda one: _at_home(one, 0) and one.spans[-1][0] == Standing.PROBATIONARY),
    Part("党小组长", LEADER_NO, "陆长根", "男", lambda one: _at_home(one, 0) and one.holds(Role.GROUP_LEADER)),
    Part("党小组长（另一小组）", NEIGHBOUR_NO, "欧阳铭", "男",
         lambda one: _at_home(one, 1) and one.holds(Role.GROUP_LEADER)),
    Part("支部书记", SECRETARY_NO, "石厚朴", "男", lambda one: _secretary_of(one, HOME)),
    Part("支部组织委员", "100006", "叶素兰", "女",
         lambda one: one.place.shape.name == HOME and one.holds(Role.ORGANISATION_OFFICER)),
    Part("支部书记（外单位）", "100007", "孔望川", "男", lambda one: _secretary_of(one, AWAY)),
    Part("二级党委干事", "100008", "贺秀芝", "女", lambda one: one.holds(Role.UNIT_OFFICE)),
    Part("公司党群工作部", "100009", "顾启明", "男", lambda one: one.holds(Role.COMPANY_OFFICE)),
    Part("账号管理员", "100010", "方谨", "男", lambda one: one.holds(Role.ACCOUNT_OFFICER)),
    Part("审计员", "100011", "尹洁", "女", lambda one: one.holds(Role.AUDITOR)),
)  # fmt: skip


def is_cast(one: Member) -> bool:
    """Say whether somebody plays a part and can log in."""
    return one.staff_no in {part.staff_no for part in CAST}


def cast_parts(members: list[Member]) -> dict[str, Member]:
    """Let the first fitting person play each part, under its name and number; return the players by number."""
    players = {part.staff_no: next(filter(part.fits, members)) for part in CAST}
    for part in CAST:
        player = players[part.staff_no]
        player.staff_no, player.name, player.sex = part.staff_no, part.name, part.sex
    return players


def open_accounts(session, players: dict[str, Member], *, at: datetime) -> None:
    """Give the players their password. It is hashed once: these accounts are meant to be known."""
    password = hash_password(DEMO_PASSWORD)
    rows = [{"person_id": one.id, "password": password, "password_at": at} for one in players.values()]
    ids = insert_with_ids(session, Account, rows)
    trail = [
        trail_row("people.password.set", ("account", account_id), at=at, by=None, person_id=one.id, reason=REASON)
        for one, account_id in zip(players.values(), ids, strict=True)
    ]
    witness_rows(session, trail)


def demo_logins(session) -> list[tuple[str, str, str, str, str]]:
    """Return (role, staff number, name, password, unit) of each demo login that works now, in the cast's order."""
    roles = {part.staff_no: part.role for part in CAST}
    rows = session.execute(_players(list(roles))).all()
    opens = {row.password: is_password(row.password, DEMO_PASSWORD) for row in rows}
    return [
        (roles[row.staff_no], row.staff_no, row.name, DEMO_PASSWORD, _unit_text(row))
        for row in rows
        if opens[row.password]
    ]


def _players(numbers: list[str]) -> sa.Select:
    branch, group, above = aliased(Placement), aliased(Placement), aliased(Placement)
    held = (
        sa.select(sa.func.min(Post.id))
        .where(Post.person_id == Person.id, Post.until_on.is_(None), Post.role != Role.GROUP_LEADER)
        .correlate(Person)
        .scalar_subquery()
    )
    return (
        sa.select(
            Person.staff_no,
            Person.name,
            Account.password,
            branch.name.label("branch"),
            group.name.label("group"),
            above.name.label("office"),
        )
        .join(Account, Account.person_id == Person.id)
        .outerjoin(Belonging, sa.and_(Belonging.person_id == Person.id, Belonging.until_on.is_(None)))
        .outerjoin(branch, _stands(branch, Belonging.branch_id))
        .outerjoin(group, _stands(group, Belonging.group_id))
        .outerjoin(Post, Post.id == held)
        .outerjoin(above, _stands(above, Post.unit_id))
        .where(Person.staff_no.in_(numbers))
        .order_by(Person.staff_no)
    )


def _stands(place, unit_id):
    return sa.and_(place.unit_id == unit_id, place.until_on.is_(None))


def _unit_text(row) -> str:
    """Return where the post lies; for members and leaders their branch and group."""
    return row.office or " · ".join(filter(None, (row.branch, row.group)))

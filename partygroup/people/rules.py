"""Pure rules about people: seniority, posts held together, being left out of the due number, a branch's make-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from partygroup.people.models import LONE_ROLES, ROLE_NAMES, Standing

LEAST_FULL, MOST_MEMBERS, LEAST_IN_GROUP = 3, 50, 3
COMMITTEE_FROM, COMMITTEE_SIZE = 7, (3, 5)


def seniority_years(full_on: date | None, today: date) -> int | None:
    """Return whole years in the party since becoming a full member; None while probationary (domain.md 4.4)."""
    if full_on is None or full_on > today:
        return None
    return today.year - full_on.year - ((today.month, today.day) < (full_on.month, full_on.day))


def refusal_to_grant(role: str, held: list[str], standing: str | None) -> str | None:
    """Return why somebody cannot take a post; None if they can.

    Three-person separation (security.md 2): account officer and auditor hold nothing else. A leader is a full member
    (domain.md 3.3).
    """
    if role in held:
        return f"已经是{ROLE_NAMES[role]}了。"
    if (role in LONE_ROLES and held) or any(one in LONE_ROLES for one in held):
        return "账号管理员和审计员不能兼任其他职务。请先免去原来的职务。"
    if role not in LONE_ROLES and standing != Standing.FULL:
        return "只有正式党员可以担任这个职务。"
    return None


def refusal_to_appoint(role: str, held: list[str], standing: str | None, belongs: bool) -> str | None:
    """Return why somebody of a unit's circle cannot take a post in it; None if they can.

    `belongs`: to that very group or branch; a leader comes from the group, an officer from the branch (domain.md 14.5).
    """
    if reason := refusal_to_grant(role, held, standing):
        return reason
    return None if belongs else f"{ROLE_NAMES[role]}要从本单位的党员里产生。请先把这位同志编入这个单位。"


def refusal_to_exclude(reason: str, reasons, approved_by: str, from_on: date, until_on: date | None) -> str | None:
    """Return why somebody cannot be left out of the due number, `reasons` being the permitted ones (domain.md 5.4)."""
    if reason not in reasons:
        return "请选一条不计入应到的原因。"
    if len(approved_by) < 2:
        return "请写明由谁批准，如“支部党员大会”。"
    if until_on and until_on <= from_on:
        return "结束日期要在开始日期之后，请核对。"
    return None


def refusal_of_phone(phone: str) -> str | None:
    """Return why a phone number cannot be kept; None if it can. Empty means: none is kept."""
    return None if re.fullmatch(r"(\+?[0-9][0-9 -]{4,18})?", phone) else "请写 5 到 20 位的电话号码，可以带 + 和短横。"


@dataclass(frozen=True)
class GroupFacts:
    """What the rules ask of a group: members, full ones among them, its leader."""

    name: str
    members: int
    full: int
    leader: str | None = None
    leader_fits: bool = True


def branch_warnings(*, members: int, full: int, committee: int, groups=(), ungrouped: int = 0) -> list[str]:
    """Return what a branch should look at, in plain words (domain.md 3.1–3.3, 14.1–14.9). Reminders, never blocks."""
    found = [*_size_warnings(members, full), *_committee_warnings(full, committee)]
    for group in groups:
        found += _group_warnings(group)
    if groups and ungrouped:
        found.append(f"还有 {ungrouped} 名党员没有编入党小组。")
    return found


def _size_warnings(members: int, full: int):
    if full < LEAST_FULL:
        yield f"正式党员 {full} 名，不足 {LEAST_FULL} 名，要考虑并入别的支部或成立联合支部。"
    if members > MOST_MEMBERS:
        yield f"党员 {members} 名，支部一般不超过 {MOST_MEMBERS} 名。"


def _committee_warnings(full: int, committee: int):
    if full >= COMMITTEE_FROM and committee < COMMITTEE_SIZE[0]:
        yield f"正式党员 {full} 名，7 名以上应设支委会，一般 3 至 5 名委员，现有 {committee} 名。"
    if committee > COMMITTEE_SIZE[1]:
        yield f"支委会现有 {committee} 名委员，一般 3 至 5 名，最多 7 名。"


def _group_warnings(group: GroupFacts):
    if group.members < LEAST_IN_GROUP:
        yield f"{group.name}有党员 {group.members} 名，党小组至少 {LEAST_IN_GROUP} 名。"
    if group.members and not group.full:
        yield f"{group.name}没有正式党员，党小组至少要有 1 名。"
    if group.leader is None:
        yield f"{group.name}还没有党小组长。"
    elif not group.leader_fits:
        yield f"{group.name}的组长{group.leader}不是本组的正式党员，请重新明确组长。"

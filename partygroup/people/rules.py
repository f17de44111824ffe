"""Pure rules about people: seniority, posts held together."""

from __future__ import annotations

from datetime import date

from partygroup.people.models import LONE_ROLES, ROLE_NAMES, Standing


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

"""Writing people: posts, exclusions from the due number, contact data, activation slips, unlocking."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from partygroup.clock import day_of
from partygroup.db import holds_on, witness, witness_all, witness_row
from partygroup.errors import Refused
from partygroup.people.logins import ACTIVATION_LIVES, end_login, forget_failures_of
from partygroup.people.models import COMMITTEE_ROLES, SINGLE_ROLES, Account, Exclusion, Person, Post, Role
from partygroup.people.passwords import digest_of_code, new_activation_code
from partygroup.people.queries import Profile
from partygroup.people.rules import refusal_of_phone, refusal_to_appoint, refusal_to_exclude

#: Posts whose holder belongs to the very unit; an office of a committee is held by anybody.
MEMBERS_OF_UNIT = (*COMMITTEE_ROLES, Role.GROUP_LEADER)


def grant_post(session, profile: Profile, *, role: str, unit_id: int, by: int, at: datetime) -> Post:
    """Give somebody a post from today on; the former holder of a single post gives it up the same day.

    Raise Refused when the rules of people/rules.py say no, or somebody else was quicker (409).
    """
    held = [post.role for post in profile.posts]
    belongs = role not in MEMBERS_OF_UNIT or unit_id in (profile.branch_id, profile.group_id)
    if reason := refusal_to_appoint(role, held, profile.standing, belongs):
        raise Refused(reason)
    today = day_of(at)
    if role in SINGLE_ROLES:
        _end_holders(session, role, unit_id, by=by, at=at)
    post = Post(person_id=profile.person.id, unit_id=unit_id, role=role, from_on=today)
    session.add(post)
    try:
        session.flush()
    except sa.exc.IntegrityError:
        raise Refused("刚刚有别人任命了这个职务。请刷新后核对。", 409) from None
    after = {"role": role, "from_on": today.isoformat()}
    witness(session, "people.post.grant", post, at=at, by=by, person_id=post.person_id, unit_id=unit_id, after=after)
    return post


def _end_holders(session, role: str, unit_id: int, *, by: int, at: datetime) -> None:
    is_held = sa.and_(Post.unit_id == unit_id, Post.role == role, holds_on(Post, day_of(at)))
    for post in session.scalars(sa.select(Post).where(is_held).with_for_update()):
        end_post(session, post, by=by, at=at)


def end_post(session, post: Post, *, by: int, at: datetime) -> None:
    """End a post today, with all its powers at once. Ending twice changes nothing."""
    today = day_of(at)
    if post.until_on and post.until_on <= today:
        return
    post.until_on = max(post.from_on, today)
    change = {"before": {"role": post.role, "until_on": None}, "after": {"until_on": post.until_on.isoformat()}}
    witness(session, "people.post.end", post, at=at, by=by, person_id=post.person_id, unit_id=post.unit_id, **change)


def exclude(
    session, profile: Profile, *, reason: str, reasons, approved_by: str, from_on: date, until_on: date | None, by, at
) -> Exclusion:
    """Leave somebody out of the due number for one of the permitted reasons, with approval (domain.md 5.4)."""
    if refusal := refusal_to_exclude(reason, reasons, approved_by, from_on, until_on):
        raise Refused(refusal)
    if _is_excluded(session, profile.person.id, from_on, until_on):
        raise Refused("这段时间已经登记过不计入应到。请先恢复原来的，再登记新的。")
    row = Exclusion(
        person_id=profile.person.id, reason=reason, approved_by=approved_by, from_on=from_on, until_on=until_on
    )
    session.add(row)
    after = {"reason": reasons[reason], "approved_by": approved_by, "from_on": from_on.isoformat()}
    witness(session, "people.exclusion.make", row, at=at, by=by, person_id=row.person_id, unit_id=profile.branch_id,
            after=after)  # fmt: skip
    return row


def _is_excluded(session, person_id: int, from_on: date, until_on: date | None) -> bool:
    """Say whether an exclusion of the person overlaps [from_on, until_on)."""
    overlaps = sa.and_(
        Exclusion.person_id == person_id,
        Exclusion.from_on < (until_on or date.max),
        sa.func.coalesce(Exclusion.until_on, date.max) > from_on,
        sa.func.coalesce(Exclusion.until_on, date.max) > Exclusion.from_on,
    )
    return session.scalar(sa.select(sa.exists().where(overlaps)))


def end_exclusion(session, exclusion: Exclusion, *, unit_id: int | None, by: int, at: datetime) -> None:
    """Count somebody in the due number again from today on. Ending twice changes nothing."""
    today = day_of(at)
    if exclusion.until_on and exclusion.until_on <= today:
        return
    before = exclusion.until_on and exclusion.until_on.isoformat()
    exclusion.until_on = max(exclusion.from_on, today)
    witness(session, "people.exclusion.end", exclusion, at=at, by=by, person_id=exclusion.person_id, unit_id=unit_id,
            before={"until_on": before}, after={"until_on": exclusion.until_on.isoformat()})  # fmt: skip


def change_phone(session, person: Person, *, phone: str, unit_id: int | None, by: int, at: datetime) -> None:
    """Keep another phone number, or none. The witness keeps the last digits only: numbers go when somebody leaves."""
    if reason := refusal_of_phone(phone):
        raise Refused(reason)
    if (person.phone or "") == phone:
        return
    change = {"before": {"phone": _tail(person.phone)}, "after": {"phone": _tail(phone)}}
    person.phone = phone or None
    witness(session, "people.contact.change", person, at=at, by=by, person_id=person.id, unit_id=unit_id, **change)


def _tail(phone: str | None) -> str | None:
    return f"尾号 {phone[-4:]}" if phone else None


def unlock(session, person: Person, *, unit_id: int | None, by: int, at: datetime) -> int:
    """Forget failed tries and sign the person out on every device. Return how many devices that were."""
    forget_failures_of(session, person.staff_no)
    ended = end_login(session, person_id=person.id, by=by, at=at)
    witness_row(session, "people.login.unlock", "person", person.id, at=at, by=by, person_id=person.id, unit_id=unit_id)
    return ended


def issue_slips(session, person_ids: list[int], *, unit_id: int | None, by: int, at: datetime) -> dict[int, str]:
    """Make a new activation code for each person and return person_id → code, by two statements however many.

    Codes are kept as digests only and void 14 days later, after use, or when the next one is issued.
    """
    codes = {person_id: new_activation_code() for person_id in person_ids}
    if not codes:
        return {}
    until = {"activation_until": at + ACTIVATION_LIVES}
    rows = [{"person_id": i, "activation": digest_of_code(code)} | until for i, code in codes.items()]
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    upsert = insert(Account).values(rows)
    renewed = {name: upsert.excluded[name] for name in ("activation", "activation_until")}
    upsert = upsert.on_conflict_do_update(index_elements=["person_id"], set_=renewed)
    issued = session.execute(upsert.returning(Account.id, Account.person_id)).all()
    witness_all(session, [_slip_row(*one, unit_id, by, at) for one in issued])
    return codes


def _slip_row(account_id: int, person_id: int, unit_id: int | None, by: int, at: datetime) -> dict:
    """Return the witness of one issued code."""
    return {
        "at": at, "actor_id": by, "action": "people.activation.issue", "subject_type": "account",
        "subject_id": account_id, "person_id": person_id, "unit_id": unit_id,
    }  # fmt: skip

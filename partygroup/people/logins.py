"""Logging in: accounts, devices, failures counted, and who stands behind a cookie."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import holds_on, insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.org.models import Placement, Unit
from partygroup.people.models import Account, Belonging, FailedTry, Login, Person, Post, StandingSpan
from partygroup.people.passwords import (
    digest_of_code,
    digest_of_secret,
    hash_password,
    needs_rehash,
    new_activation_code,
    refusal_of_password,
)
from partygroup.text import squeeze

IDLE, AT_MOST = timedelta(days=60), timedelta(days=180)
NOTED_EACH = timedelta(days=1)
ACTIVATION_LIVES = timedelta(days=14)
LOCK = timedelta(minutes=15)
TRIES, TRIES_OF_ADDRESS = 5, 100
WRONG = "工号或密码不对。忘了密码请找支部组织委员重发激活码。"
WRONG_CODE = "工号或激活码不对，或者激活码已过期。请核对，或找支部组织委员重发。"
LOCKED = "试错次数多了，请过 15 分钟再试，或找支部组织委员解锁。"


@dataclass(frozen=True)
class Held:
    """A post held today."""

    role: str
    unit_id: int
    unit_kind: str
    unit_name: str


@dataclass(frozen=True)
class Who:
    """Who asks: the person behind a login, with belonging, standing and posts as of today."""

    id: int
    name: str
    staff_no: str
    full_on: date | None
    standing: str | None
    branch_id: int | None
    group_id: int | None
    branch_name: str | None
    group_name: str | None
    posts: tuple[Held, ...]
    login_id: int
    office_at: datetime | None
    office_open: bool = False
    seen_at: datetime | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the id that Flask-Login asks for."""
        return str(self.login_id)

    @property
    def is_here(self) -> bool:
        """Say whether the person belongs to a branch or holds a post today; who does neither has left."""
        return self.branch_id is not None or bool(self.posts)

    def holds(self, *roles: str) -> bool:
        """Say whether the person holds one of the posts anywhere today."""
        return any(post.role in roles for post in self.posts)


_TODAY = sa.bindparam("today", type_=sa.Date)
_LOGIN, _PERSON, _POST, _UNIT = (model.__table__ for model in (Login, Person, Post, Unit))
_STANDING, _BELONGING = StandingSpan.__table__, Belonging.__table__
_BRANCH, _GROUP, _POSTED = (Placement.__table__.alias(name) for name in ("branch", "own_group", "posted"))


def _on_today(table, condition):
    return sa.and_(condition, holds_on(table.c, _TODAY))


_WHO = (
    sa.select(
        _PERSON.c.id,
        _PERSON.c.name,
        _PERSON.c.staff_no,
        _PERSON.c.full_on,
        _STANDING.c.standing,
        _BELONGING.c.branch_id,
        _BELONGING.c.group_id,
        _BRANCH.c.name,
        _GROUP.c.name,
        _LOGIN.c.id,
        _LOGIN.c.office_at,
        _LOGIN.c.seen_at,
        _POST.c.role,
        _POST.c.unit_id,
        _UNIT.c.kind,
        _POSTED.c.name,
    )
    .select_from(_LOGIN)
    .join(_PERSON, _PERSON.c.id == _LOGIN.c.person_id)
    .outerjoin(_STANDING, _on_today(_STANDING, _STANDING.c.person_id == _PERSON.c.id))
    .outerjoin(_BELONGING, _on_today(_BELONGING, _BELONGING.c.person_id == _PERSON.c.id))
    .outerjoin(_BRANCH, _on_today(_BRANCH, _BRANCH.c.unit_id == _BELONGING.c.branch_id))
    .outerjoin(_GROUP, _on_today(_GROUP, _GROUP.c.unit_id == _BELONGING.c.group_id))
    .outerjoin(_POST, _on_today(_POST, _POST.c.person_id == _PERSON.c.id))
    .outerjoin(_UNIT, _UNIT.c.id == _POST.c.unit_id)
    .outerjoin(_POSTED, _on_today(_POSTED, _POSTED.c.unit_id == _POST.c.unit_id))
    .where(
        _LOGIN.c.digest == sa.bindparam("digest"),
        _LOGIN.c.seen_at > sa.bindparam("idle_since"),
        _LOGIN.c.made_at > sa.bindparam("made_since"),
    )
)


def find_who(session, secret: str, *, at: datetime) -> Who | None:
    """Return who stands behind a cookie, by one statement.

    None when the login ended, idled out or never was, and for somebody who has left (S3).
    """
    asked = {
        "digest": digest_of_secret(secret),
        "today": day_of(at),
        "idle_since": at - IDLE,
        "made_since": at - AT_MOST,
    }
    rows = session.execute(_WHO, asked).all()
    if not rows:
        return None
    posts = dict.fromkeys(Held(*row[12:]) for row in rows if row.role)
    who = Who(*rows[0][:9], tuple(posts), *rows[0][9:11], seen_at=rows[0].seen_at)
    return who if who.is_here else None


def note_seen(session, who: Who, *, at: datetime) -> None:
    """Keep a login alive that is in use: noted once a day, so that hardly a request writes for it."""
    if who.seen_at and at - who.seen_at >= NOTED_EACH:
        session.execute(sa.update(Login).where(Login.id == who.login_id).values(seen_at=at))


def begin_login(session, person_id: int, *, device: str, at: datetime, office: bool = False) -> str:
    """Begin a login on a device and return its secret, which only the cookie keeps."""
    secret = secrets.token_urlsafe(32)
    login = Login(
        digest=digest_of_secret(secret),
        person_id=person_id,
        device=device[:60] or "未知设备",
        made_at=at,
        seen_at=at,
        office_at=at if office else None,
    )
    session.add(login)
    session.flush()
    witness_row(session, "people.login.begin", "login", login.id, at=at, by=person_id, person_id=person_id,
                after={"device": login.device})  # fmt: skip
    return secret


def renew_login(session, login_id: int, *, at: datetime, office: bool) -> str:
    """Give a login a new secret (the old one is dead at once), and open its office if asked. Return the secret."""
    secret = secrets.token_urlsafe(32)
    values = {"digest": digest_of_secret(secret), "seen_at": at} | ({"office_at": at} if office else {})
    session.execute(sa.update(Login).where(Login.id == login_id).values(**values))
    return secret


def end_login(session, *, person_id: int, login_id: int | None = None, keep: int | None = None, by: int, at) -> int:
    """End one login of a person, or all of them but `keep`. Return how many ended."""
    which = sa.and_(Login.person_id == person_id, Login.id == login_id if login_id else Login.id != (keep or 0))
    ended = session.execute(sa.delete(Login).where(which).returning(Login.id)).all()
    for row in ended:
        witness_row(session, "people.login.end", "login", row.id, at=at, by=by, person_id=person_id)
    return len(ended)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def counters(staff_no: str, device_secret: str | None, address: str) -> dict[str, int]:
    """Return the failure counters of a try and their limits.

    A device that has logged in here before has its own counter, so nobody can lock a colleague out of their phone.
    """
    device = _digest("device", device_secret or "")[:32]
    return {digest_of_number(staff_no) + device: TRIES, _digest("address", address): TRIES_OF_ADDRESS}


def digest_of_number(staff_no: str, kind: str = "number") -> str:
    """Return the digest of a staff number; by it the keys of all its failure counters begin, whatever the device."""
    return _digest(kind, squeeze(staff_no, 40).upper())[:32]


def is_locked(session, limits: dict[str, int], *, at: datetime) -> bool:
    """Say whether one of the counters has reached its limit within the lock's time."""
    rows = session.execute(sa.select(FailedTry).where(FailedTry.key.in_(limits), FailedTry.since > at - LOCK)).scalars()
    return any(row.count >= limits[row.key] for row in rows)


def count_failure(session, limits: dict[str, int], *, at: datetime) -> None:
    """Count a failure under each counter; a counter older than the lock starts anew. Same writes, known or not."""
    for key in limits:
        insert_once(
            session, FailedTry, {"key": key, "count": 0, "since": at}, unless=["key"], returning=[FailedTry.key]
        )
        stale = FailedTry.since <= at - LOCK
        session.execute(
            sa.update(FailedTry)
            .where(FailedTry.key == key)
            .values(
                count=sa.case((stale, 1), else_=FailedTry.count + 1), since=sa.case((stale, at), else_=FailedTry.since)
            )
        )


def forget_failures(session, limits: dict[str, int]) -> None:
    """Forget the failures of a number after its good login; those of the address stay, whoever logs in there."""
    own = [key for key, limit in limits.items() if limit != TRIES_OF_ADDRESS]
    session.execute(sa.delete(FailedTry).where(FailedTry.key.in_(own)))


def forget_failures_of(session, staff_no: str) -> None:
    """Forget the failures of a staff number on every device: when an officer unlocks."""
    session.execute(sa.delete(FailedTry).where(FailedTry.key.startswith(digest_of_number(staff_no))))


def find_account(session, staff_no: str, *, today: date):
    """Return (person_id, name, staff_no, password, activation, activation_until) of a staff number.

    None where nobody has it, or whoever has it has left: no branch and no post today.
    """
    belongs = sa.exists().where(Belonging.person_id == Person.id, holds_on(Belonging, today))
    serves = sa.exists().where(Post.person_id == Person.id, holds_on(Post, today))
    return session.execute(
        sa.select(
            Person.id, Person.name, Person.staff_no, Account.password, Account.activation, Account.activation_until
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.staff_no == squeeze(staff_no, 40).upper(), sa.or_(belongs, serves))
    ).first()


def stronger_hash(stored: str, password: str) -> str | None:
    """Return a new hash of a right password if the stored one was made with weaker settings. Slow, like hashing."""
    return hash_password(password) if needs_rehash(stored) else None


def keep_stronger(session, person_id: int, hashed: str, *, at: datetime) -> None:
    """Keep the stronger hash of the same password."""
    account = _account(session, person_id)
    account.password = hashed
    witness(session, "people.password.rehash", account, at=at, by=person_id, person_id=person_id)


def stored_password(session, person_id: int) -> str | None:
    """Return the stored hash of a person's password."""
    return session.scalar(sa.select(Account.password).where(Account.person_id == person_id))


def is_activation(found, code: str, *, at: datetime) -> bool:
    """Say whether the code is the account's open activation code."""
    if found is None or found.activation is None or found.activation_until <= at:
        return False
    return secrets.compare_digest(found.activation, digest_of_code(code))


def prepare_password(password: str, *, staff_no: str, name: str) -> str:
    """Return the hash of a new password; raise Refused with what would do. Slow: call it outside a transaction."""
    if reason := refusal_of_password(password, staff_no=staff_no, name=name):
        raise Refused(reason)
    return hash_password(password)


def set_password(session, person_id: int, hashed: str, *, activation: str | None = None, by: int, at) -> None:
    """Set a person's own password, void the activation code and end every login they have.

    `activation`: the digest of the code that allowed it; raise Refused if somebody used it meanwhile.
    """
    account = _account(session, person_id)
    if activation is not None and account.activation != activation:
        raise Refused(WRONG_CODE)
    account.password, account.password_at = hashed, at
    account.activation = account.activation_until = None
    witness(session, "people.password.set", account, at=at, by=by, person_id=person_id)
    end_login(session, person_id=person_id, by=by, at=at)


def issue_activation(session, person_id: int, *, by: int | None, at: datetime) -> str:
    """Make a new one-time activation code and return it: shown once, kept as digest, void after 14 days or use."""
    account = _account(session, person_id)
    code = new_activation_code()
    account.activation, account.activation_until = digest_of_code(code), at + ACTIVATION_LIVES
    witness(session, "people.activation.issue", account, at=at, by=by, person_id=person_id)
    return code


def _account(session, person_id: int) -> Account:
    account = session.scalar(sa.select(Account).where(Account.person_id == person_id).with_for_update())
    if account is None:
        account = Account(person_id=person_id)
        session.add(account)
    return account


def devices_of(session, person_id: int) -> list[Login]:
    """Return a person's logins, the last seen first."""
    return list(session.scalars(sa.select(Login).where(Login.person_id == person_id).order_by(Login.seen_at.desc())))

"""A member's calendar address: a secret that can be shown again to its owner, and found again by its digest.

It is made of a nonce in the database and the app's key, which is not there: neither alone gives the address. The digest
finds it, so that an address goes on working when keys change.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.db import insert_once, witness, witness_row
from partygroup.people.models import CalendarFeed
from partygroup.people.passwords import digest_of_secret
from partygroup.people.queries import PostHeld, get_profile


def secret_of(key: str, nonce: str) -> str:
    """Return the secret of a nonce: 160 bits in 40 letters, which look the same in any case."""
    return hmac.new(key.encode(), f"calendar-feed {nonce}".encode(), hashlib.sha256).hexdigest()[:40]


def make_feed(session, person_id: int, *, key: str, at: datetime) -> bool:
    """Give a person a new calendar address; a former one is void. Say whether there was none."""
    nonce = secrets.token_hex(16)
    new = {"nonce": nonce, "digest": digest_of_secret(secret_of(key, nonce)), "made_at": at}
    is_first = insert_once(session, CalendarFeed, new | {"person_id": person_id}, unless=["person_id"]) is not None
    feed = session.scalar(sa.select(CalendarFeed).where(CalendarFeed.person_id == person_id).with_for_update())
    for name, value in new.items():
        setattr(feed, name, value)
    witness(session, "people.calendar.make", feed, at=at, by=person_id, person_id=person_id)
    return is_first


def end_feed(session, person_id: int, *, at: datetime) -> None:
    """Make a person's calendar address void. Twice is no fault."""
    ended = sa.delete(CalendarFeed).where(CalendarFeed.person_id == person_id).returning(CalendarFeed.id)
    for feed_id in session.scalars(ended).all():
        witness_row(session, "people.calendar.end", "calendar_feed", feed_id, at=at, by=person_id, person_id=person_id)


@dataclass(frozen=True)
class OwnFeed:
    """A person's calendar address as its owner sees it; `secret` None: made under a key that is gone."""

    made_at: datetime
    secret: str | None


def own_feed(session, person_id: int, keys: Sequence[str]) -> OwnFeed | None:
    """Return a person's calendar address; None where there is none."""
    feed = session.scalar(sa.select(CalendarFeed).where(CalendarFeed.person_id == person_id))
    if feed is None:
        return None
    made = (secret_of(key, feed.nonce) for key in keys)
    return OwnFeed(feed.made_at, next((one for one in made if digest_of_secret(one) == feed.digest), None))


@dataclass(frozen=True)
class Subscriber:
    """Whose calendar an address is, as of today: what decides which gatherings concern them."""

    id: int
    standing: str | None
    branch_id: int | None
    group_id: int | None
    posts: tuple[PostHeld, ...]


def find_subscriber(session, secret: str, today: date) -> Subscriber | None:
    """Return whose calendar address a secret is.

    None for a secret that never was one, for one that was ended, and for somebody who has left (S3).
    """
    asked = sa.select(CalendarFeed.person_id).where(CalendarFeed.digest == digest_of_secret(secret))
    person_id = session.scalar(asked)
    if person_id is None:
        return None
    seen = get_profile(session, person_id, today)
    who = Subscriber(person_id, seen.standing, seen.branch_id, seen.group_id, seen.posts)
    return who if who.branch_id or who.posts else None

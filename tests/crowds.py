"""Many people at once: rows for a whole hall, each of them logged in with a secret that their id tells."""

from __future__ import annotations

import sqlalchemy as sa

from partygroup import clock
from partygroup.people.models import Belonging, Login, Person, Standing, StandingSpan
from partygroup.people.names import search_columns
from partygroup.people.passwords import digest_of_secret
from tests.factories import LONG_AGO


def secret_of(person_id: int) -> str:
    """Return the secret in the cookie of somebody whom `give_logins` logged in."""
    return f"secret-{person_id}"


def enlist(session, group, number: int) -> list[int]:
    """Put that many logged-in people into a group and return their ids."""
    rows = [
        {"staff_no": f"C{20001 + one}", "name": f"余小{one}", "key_technician": False, **search_columns("余小满")}
        for one in range(number)
    ]
    ids = list(session.scalars(sa.insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    spans = [{"person_id": one, "standing": Standing.FULL, "from_on": LONG_AGO} for one in ids]
    session.execute(sa.insert(StandingSpan), spans)
    belongings = [
        {"person_id": one, "branch_id": group.parent_id, "group_id": group.id, "from_on": LONG_AGO} for one in ids
    ]
    session.execute(sa.insert(Belonging), belongings)
    give_logins(session, ids)
    return ids


def give_logins(session, ids) -> None:
    """Log people in, the office open."""
    now = clock.now()
    logins = [
        {"digest": digest_of_secret(secret_of(one)), "person_id": one, "device": "手机", "made_at": now,
         "seen_at": now, "office_at": now}
        for one in ids
    ]  # fmt: skip
    session.execute(sa.insert(Login), logins)

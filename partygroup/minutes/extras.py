"""What minutes of a kind say beside their topics: read, prefilled where it is known, kept (domain.md 5.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.minutes.models import Extra, Minutes
from partygroup.minutes.rules import Said, birthday_months, years_in
from partygroup.people.models import Person

Extras = Mapping[str, tuple[Said, ...]]


def extras_of(session, minutes_ids: Sequence[int]) -> dict[int, Extras]:
    """Return minutes → code → what they say, by one statement."""
    found: dict[int, dict] = {one: defaultdict(tuple) for one in minutes_ids}
    for row in session.scalars(sa.select(Extra).where(Extra.minutes_id.in_(minutes_ids)).order_by(Extra.id)):
        found[row.minutes_id][row.code] += (Said(row.person_id, row.text, row.years),)
    return {one: dict(said) for one, said in found.items()}


def keep_extras(session, minutes: Minutes, changed: Extras) -> None:
    """Keep what changed; what was said before under the same codes goes."""
    if not changed:
        return
    session.execute(sa.delete(Extra).where(Extra.minutes_id == minutes.id, Extra.code.in_(changed)))
    rows = [
        {"minutes_id": minutes.id, "code": code, "person_id": one.person_id, "text": one.text, "years": one.years}
        for code, said in changed.items()
        for one in said
    ]
    if rows:
        session.execute(sa.insert(Extra), rows)


def birthdays_of(session, gathering: Gathering, code: str, person_ids: Sequence[int]) -> dict[int, int]:
    """Return person → years, of those whose anniversary of joining falls between a unit's last such meeting and this.

    By the month, so that nobody is left out between two meetings (`birthday_months`).
    """
    first, last = birthday_months(gathering.day, _day_of_last(session, gathering, code))
    joined = sa.select(Person.id, Person.joined_on).where(Person.id.in_(person_ids), Person.joined_on.is_not(None))
    found = {person_id: years_in(joined_on, first, last) for person_id, joined_on in session.execute(joined)}
    return {one: found[one] for one in person_ids if found.get(one)}


def _day_of_last(session, gathering: Gathering, code: str) -> date | None:
    """Return the day of the unit's last meeting of the kind before this one."""
    return session.scalar(
        sa.select(sa.func.max(Gathering.day))
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(
            Gathering.unit_id == gathering.unit_id, Gathering.day < gathering.day, Gathering.cancelled_at.is_(None),
            Kind.code == code,
        )
    )  # fmt: skip

"""Versions of the scheme: the preset, and the one in force in a quarter."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import Quarter
from partygroup.evaluation.models import SchemeVersion
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import Scheme

#: The preset is in force from the beginning, so that quarters of the past find a scheme.
FIRST_DAY = date(2020, 1, 1)


def install_scheme(session, *, at: datetime) -> int:
    """Put the preset scheme in force as version 1 unless there is a scheme. Return how many were added."""
    if session.scalar(sa.select(sa.func.count(SchemeVersion.id))):
        return 0
    values = {"version": 1, "body": BODY, "in_force_from": FIRST_DAY, "made_at": at, "published_at": at}
    session.execute(sa.insert(SchemeVersion).values(values))
    return 1


def get_scheme(session, scheme_id: int) -> SchemeVersion:
    """Return a version by its id."""
    return session.get_one(SchemeVersion, scheme_id)


def scheme_for(session, quarter: Quarter) -> SchemeVersion:
    """Return the version in force on the quarter's first day: the newest published one of those begun by then."""
    found = session.scalar(
        sa.select(SchemeVersion)
        .where(SchemeVersion.published_at.is_not(None), SchemeVersion.in_force_from <= quarter.first)
        .order_by(SchemeVersion.in_force_from.desc(), SchemeVersion.version.desc())
        .limit(1)
    )
    if found is None:
        raise LookupError("no scheme: run flask init")
    return found


def scheme_in_force(session, quarter: Quarter) -> Scheme:
    """Return the scheme of a quarter as a value."""
    return Scheme.from_json(scheme_for(session, quarter).body)

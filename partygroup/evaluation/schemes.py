"""Versions of the scheme: the preset, the one in force in a quarter, a draft and its publication by another person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from partygroup import versions
from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.evaluation.models import EvaluationPeriod, SchemeVersion
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import AUTOMATIC, Scheme
from partygroup.evaluation.scheme_faults import faults
from partygroup.evaluation.wording import things_of
from partygroup.org.models import Unit, UnitKind

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
    """Return the version in force on the quarter's first day."""
    return versions.in_force(session, SchemeVersion, quarter)


def scheme_in_force(session, quarter: Quarter) -> Scheme:
    """Return the scheme of a quarter as a value."""
    return Scheme.from_json(scheme_for(session, quarter).body)


# --- a draft ---------------------------------------------------------------------------------------------------------


def begin_draft(session, *, by: int, at: datetime) -> SchemeVersion:
    """Copy the newest scheme as the draft of the next version. Raise Refused if there is a draft."""
    draft = versions.begin(session, SchemeVersion, by=by, at=at)
    witness(session, "evaluation.scheme.draft", draft, at=at, by=by, after={"version": draft.version})
    return draft


def revise_draft(session, draft: SchemeVersion, body: dict, *, by: int, at: datetime) -> list[str]:
    """Keep another text of the draft and return what changed. Whoever changed it last cannot publish it."""
    changes = list(differences(draft.body, body))
    if changes:
        draft.body, draft.made_by = body, by
        witness(session, "evaluation.scheme.revise", draft, at=at, by=by, after={"changes": changes[:20]})
    return changes


def drop_draft(session, *, by: int, at: datetime) -> None:
    """Give the draft up."""
    draft = versions.get_draft(session, SchemeVersion)
    session.delete(draft)
    witness(session, "evaluation.scheme.drop", draft, at=at, by=by, before={"version": draft.version})


def publish_draft(session, *, note: str, by: int, at: datetime) -> SchemeVersion:
    """Put the draft in force from the next quarter on; by another person than who changed it last. Raise Refused.

    A quarter whose evaluation is set up already stays with its scheme.
    """
    session.execute(sa.select(Unit.id).where(Unit.kind == UnitKind.COMPANY).with_for_update())
    draft = versions.get_draft(session, SchemeVersion)
    if refusal := refusal_of_quarter(session, Quarter.of(day_of(at)).next()):
        raise Refused(refusal, 409)
    draft.body = draft.body | {"name": versions.OWN_NAME}
    after = versions.publish(draft, faults(draft.body), note=note, by=by, at=at)
    witness(session, "evaluation.scheme.publish", draft, at=at, by=by, after=after, reason=note or None)
    return draft


def refusal_of_quarter(session, quarter: Quarter) -> str | None:
    """Return why a scheme cannot come into force with a quarter; None if it can."""
    begun = sa.tuple_(EvaluationPeriod.year, EvaluationPeriod.quarter) >= sa.tuple_(quarter.year, quarter.number)
    if session.scalar(sa.select(sa.func.count(EvaluationPeriod.id)).where(begun)):
        return f"{quarter.label}的考评已经按现在的方案设定，不能再换。请等{quarter.label}开始以后再发布。"
    return None


def differences(old: dict, new: dict) -> Iterator[str]:
    """Yield, in sentences, what differs between two bodies of a scheme."""
    return versions.compare(things_of(old), things_of(new))


# --- what any version knew -------------------------------------------------------------------------------------------


def codes_used(session) -> set[str]:
    """Return every code that any version has: of indicators, figures and grounds of a veto."""
    used = set(AUTOMATIC)
    for body in _bodies(session):
        used |= {row["code"] for key in ("indicators", "figures") for row in body[key]}
        used |= {code for code, _name in body["vetoes"]}
    return used


def grounds_known(session) -> dict[str, str]:
    """Return the grounds of a veto of every version, told as the newest tells them: code → name."""
    return {code: name for body in _bodies(session) for code, name in body["vetoes"]}


def _bodies(session) -> list[dict]:
    return list(session.scalars(sa.select(SchemeVersion.body).order_by(SchemeVersion.version)))

"""An invented company to look at: a few units, or with `full` all 247 branches; the same for the same moment.

`fill` writes by Core statements in portions and witnesses everything; the caller's transaction commits.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import sqlalchemy as sa

from partygroup import clock
from partygroup.demo.cast import DEMO_PASSWORD, cast_parts, demo_logins, open_accounts
from partygroup.demo.history import write_days, write_gatherings
from partygroup.demo.organisation import BranchPlace, found_company
from partygroup.demo.people import write_exclusions, write_people
from partygroup.demo.schedule import Planned, Scheduler, history_months
from partygroup.demo.shape import company_shape
from partygroup.demo.staff import Member, Recruiter
from partygroup.meetings.actions import install_presets
from partygroup.meetings.queries import kinds_in_force
from partygroup.org.models import Unit
from partygroup.people.models import Person
from partygroup.scores.tabling import install_rule_table

__all__ = ["DEMO_PASSWORD", "demo_logins", "fill", "is_empty"]

SEED = 247


def is_empty(session) -> bool:
    """Say whether the database knows neither a unit nor a person yet."""
    return not any(session.scalar(sa.select(model.id).limit(1)) for model in (Unit, Person))


def fill(session, *, full: bool, at: datetime, progress) -> None:
    """Write the demo company into an empty database, as it stands at a moment; `progress` is rich's bar."""
    today = clock.day_of(at)
    first = date(today.year - 1, 1, 1)
    founded_at = clock.start_of(first) + timedelta(hours=8)
    rng = Random(SEED)
    install_presets(session, at=at)
    install_rule_table(session, at=at)
    places = found_company(session, company_shape(full, rng), from_on=first, at=founded_at)
    crews, players = _recruit(places, rng, first=first, today=today)
    task = progress.add_task("people", total=len(crews))
    for crew in crews:
        write_people(session, crew, from_on=first, at=founded_at)
        progress.advance(task)
    everybody = [member for crew in crews for member in crew]
    write_exclusions(session, everybody, at=clock.start_of(history_months(today)[0]))
    _write_history(session, _plan(places, crews, rng, at=at), rng, progress)
    open_accounts(session, players, at=at)


def _recruit(places: list[BranchPlace], rng: Random, *, first: date, today: date):
    """Return the people of each branch, and those among them who can log in."""
    recruiter = Recruiter(rng, first=first, today=today, excluded_from=history_months(today)[0])
    crews = [recruiter.branch(place) for place in places]
    return crews, cast_parts([member for crew in crews for member in crew])


def _plan(places: list[BranchPlace], crews: list[list[Member]], rng: Random, *, at: datetime) -> list[Planned]:
    """Return all gatherings in the order of their starts."""
    scheduler = Scheduler(rng, at=at)
    plans = [plan for place, crew in zip(places, crews, strict=True) for plan in scheduler.branch(place, crew)]
    return sorted(plans, key=lambda plan: (plan.starts_at, plan.unit_id, plan.kinds))


def _write_history(session, plans: list[Planned], rng: Random, progress) -> None:
    kinds = {kind.code: kind for kind in kinds_in_force(session)}
    written = write_gatherings(session, plans, kinds)
    task = progress.add_task("meetings", total=len(written))
    for count in write_days(session, written, kinds, rng):
        progress.advance(task, count)

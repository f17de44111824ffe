"""An invented company to look at: a few units, or with `full` all 247 branches; the same for the same moment.

`fill` writes by Core statements in portions and witnesses everything; the caller's transaction commits.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import sqlalchemy as sa

from partygroup import clock
from partygroup.demo.activities import write_activities
from partygroup.demo.cast import DEMO_PASSWORD, cast_parts, demo_logins, open_accounts
from partygroup.demo.closings import Calendar, closing_calendar, closing_deeds
from partygroup.demo.desks import Desk, desks_of
from partygroup.demo.diary import Diary
from partygroup.demo.evaluation import evaluation_deeds
from partygroup.demo.flow import Times
from partygroup.demo.history import turnouts_of, write_days, write_gatherings
from partygroup.demo.ledger import ledger_deeds
from partygroup.demo.missed import write_missed
from partygroup.demo.organisation import BranchPlace, found_company
from partygroup.demo.people import write_exclusions, write_people
from partygroup.demo.points import all_cases, times_at, write_beside, write_cases
from partygroup.demo.schedule import Planned, Scheduler, history_months
from partygroup.demo.shape import company_shape
from partygroup.demo.shifts import write_shifts
from partygroup.demo.staff import Member, Recruiter
from partygroup.demo.talks import write_talks
from partygroup.demo.themes import write_theme
from partygroup.evaluation.schemes import install_scheme
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
    install_scheme(session, at=at)
    places = found_company(session, company_shape(full, rng), from_on=first, at=founded_at)
    write_shifts(session, places, from_on=first, at=founded_at)
    crews, players = _recruit(places, rng, first=first, today=today)
    task = progress.add_task("people", total=len(crews))
    for crew in crews:
        write_people(session, crew, from_on=first, at=founded_at)
        progress.advance(task)
    everybody = [member for crew in crews for member in crew]
    write_exclusions(session, everybody, at=clock.start_of(history_months(today)[0]))
    plans = _plan(places, crews, rng, at=at)
    done = write_activities(session, places, crews, Random(SEED), at=at)
    done += [*write_theme(session, places, crews, at=at), *write_talks(session, places, crews, at=at)]
    done.sort(key=lambda row: row["at"])
    desks = desks_of(places, crews, plans, today)
    _write_history(session, plans, desks, rng, progress, done, at=at)
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


def _write_history(session, plans: list[Planned], desks: list[Desk], rng: Random, progress, done, *, at) -> None:
    """Write gatherings and points and, in the order of time, the witnesses of them and of what else was `done`."""
    kinds = {kind.code: kind for kind in kinds_in_force(session)}
    written = write_gatherings(session, plans, kinds)
    turnouts = turnouts_of(written, kinds, rng)
    closed, times = closing_calendar(at), times_at(session, at, history_months(clock.day_of(at))[0])
    done += _write_points(session, desks, turnouts, closed, times)
    deeds = closing_deeds(desks, closed, times.table_id)
    deeds += evaluation_deeds(desks, times.calendar, closed, Random(SEED), at=at) + ledger_deeds(desks, at)
    task, beside = (
        progress.add_task(name, total=len(some)) for name, some in (("meetings", written), ("deeds", deeds))
    )
    diary = Diary(session, done, deeds, done=lambda: progress.advance(beside))
    for count in write_days(session, written, turnouts, diary):
        progress.advance(task, count)
    diary.go_on(at + timedelta(days=1))


def _write_points(session, desks: list[Desk], turnouts, closed: Calendar, times: Times) -> list[dict]:
    """Write all that points are made from, but for closings and their sheets; return the witnesses."""
    trail, absent = write_missed(session, times, desks, turnouts, Random(SEED))
    rng = Random(SEED)
    trail += write_cases(session, all_cases(session, times, desks, absent, rng), closed)
    return trail + write_beside(session, desks, closed, rng)

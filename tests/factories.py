"""The smallest valid things. What a test does not name does not matter to it.

All of them write by Core, as rows that were always there: no witness is needed, the test's session only reads them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Participation, Problem, Theme
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from partygroup.org.models import Placement, Unit
from partygroup.people.models import (
    Account,
    Belonging,
    Exclusion,
    Person,
    Post,
    ShiftPattern,
    Standing,
    StandingSpan,
    Workplace,
)
from partygroup.people.names import search_columns
from partygroup.people.shifts import USUAL_TEAMS
from partygroup.scores.models import Declaration, RuleTable, Source
from partygroup.talks.models import Talk

LONG_AGO = date(2020, 1, 1)
CIRCLES = {"party_group": "group", "branch": "members"}
_numbers = count(90001)


def add(session, model, **values) -> int:
    """Insert one row and return its id."""
    return session.scalar(sa.insert(model).values(**values).returning(model.id))


def unit(
    session, kind: str, name: str = "新设单位", *, under: int | None = None, on: date = LONG_AGO, until=None
) -> Unit:
    """Return a unit that stands under another from a day on."""
    unit_id = add(session, Unit, kind=kind)
    add(session, Placement, unit_id=unit_id, parent_id=under, name=name, from_on=on, until_on=until)
    return session.get(Unit, unit_id)


def person(
    session,
    name: str = "余小满",
    *,
    branch: int | None = None,
    group: int | None = None,
    standing: str = Standing.FULL,
    on: date = LONG_AGO,
    password: str | None = None,
    **columns,
) -> Person:
    """Return somebody of a standing, in a branch and group if given; `password`: a hash."""
    columns = {"staff_no": f"N{next(_numbers)}", "full_on": on if standing == Standing.FULL else None} | columns
    person_id = add(session, Person, name=name, key_technician=False, **search_columns(name) | columns)
    add(session, StandingSpan, person_id=person_id, standing=standing, from_on=on)
    if branch:
        add(session, Belonging, person_id=person_id, branch_id=branch, group_id=group, from_on=on)
    if password:
        add(session, Account, person_id=person_id, password=password)
    return session.get(Person, person_id)


def post(session, person_id: int, unit_id: int, role: str, *, on: date = LONG_AGO, until: date | None = None) -> Post:
    """Return a post that somebody holds in a unit."""
    values = {"person_id": person_id, "unit_id": unit_id, "role": role, "from_on": on, "until_on": until}
    return session.get(Post, add(session, Post, **values))


def exclusion(session, person_id: int, reason: str = "retired", *, on: date = LONG_AGO, until=None) -> Exclusion:
    """Return an exclusion of somebody from the due number."""
    values = {"reason": reason, "approved_by": "支部党员大会", "from_on": on, "until_on": until}
    return session.get(Exclusion, add(session, Exclusion, person_id=person_id, **values))


def gathering(
    session,
    unit_id: int,
    *,
    by: int,
    kinds: tuple[str, ...] = ("group_meeting",),
    starts_at: datetime | None = None,
    place: str = "会议室",
    theme: str | None = None,
    circle: str | None = None,
    **moments,
) -> Gathering:
    """Return a gathering called a day before its start; `moments` are columns such as opened_at with opened_by."""
    starts_at = starts_at or clock.now()
    circle = circle or CIRCLES.get(session.scalar(sa.select(Unit.kind).where(Unit.id == unit_id)), "committee")
    called = {"called_at": starts_at - timedelta(days=1), "called_by": by}
    day = clock.day_of(starts_at)
    gathering_id = add(session, Gathering, unit_id=unit_id, circle=circle, day=day, **called | moments)
    add(session, Sitting, gathering_id=gathering_id, starts_at=starts_at, place=place, host_id=by)
    for code in kinds:
        newest = sa.select(sa.func.max(Kind.id)).where(Kind.code == code).scalar_subquery()
        add(session, Meeting, gathering_id=gathering_id, kind_id=newest, theme=theme)
    return session.get(Gathering, gathering_id)


def activity(
    session,
    unit_id: int,
    branch: int,
    *,
    by: int,
    people=(),
    at: datetime | None = None,
    sort: str = "hazard",
    text: str = "铁水包工位查隐患",
    **columns,
) -> Activity:
    """Return an activity jotted on its day; `people`: those named, or (person, columns) pairs, or person → answer."""
    at = at or clock.now()
    values = {"unit_id": unit_id, "branch_id": branch, "by_id": by, "jotted_at": at, "sort": sort, "text": text}
    values |= {"happened_on": clock.day_of(at), "dimension": "SE", "minutes": 30} | columns
    activity_id = add(session, Activity, **values)
    named = people.items() if isinstance(people, dict) else people
    for one in named:
        person_id, more = one if isinstance(one, tuple) else (one, {})
        if not isinstance(more, dict):
            more = {"answer": more, "answered_at": at if more else None}
        where = {"branch_id": branch, "group_id": unit_id if unit_id != branch else None, "leads": False}
        add(session, Participation, activity_id=activity_id, person_id=person_id, **where | more)
    return session.get(Activity, activity_id)


def problem(
    session, unit_id: int, *, branch: int, owner: int, due_on: date, on: date | None = None, **columns
) -> Problem:
    """Return a problem taken up by a unit on its due day at the latest."""
    raised = min(on or clock.day_of(clock.now()), due_on)
    values = {"unit_id": unit_id, "branch_id": branch, "owner_id": owner, "by_id": owner, "due_on": due_on}
    values |= {"text": "阀门渗油", "raised_on": raised, "at": clock.start_of(raised)} | columns
    return session.get(Problem, add(session, Problem, **values))


def theme(session, unit_id: int, branch: int, *, by: int, on: date | None = None, **columns) -> Theme:
    """Return a theme of a unit that has run for a week and runs for another."""
    day = on or clock.today()
    values = {"unit_id": unit_id, "branch_id": branch, "title": "班前学安全", "by_id": by, "at": clock.start_of(day)}
    values |= {"starts_on": day - timedelta(days=7), "ends_on": day + timedelta(days=7)} | columns
    return session.get(Theme, add(session, Theme, **values))


def declaration(session, person_id: int, branch_id: int, *, by: int | None = None, **columns) -> Declaration:
    """Return a declaration of a task done today, a draft unless another state is given."""
    at = clock.now()
    table_id = session.scalar(sa.select(sa.func.min(RuleTable.id)))
    values = {
        "rule_table_id": table_id, "item": "WP-TASK", "points": 20, "happened_on": clock.day_of(at),
        "text": "按期完成检修", "source": Source.DECLARED, "state": "draft", "made_by": by or person_id,
        "made_at": at, "submitted_at": at,
        "leads": True, "unreviewed": False, "version": 1,
    }  # fmt: skip
    made = add(session, Declaration, person_id=person_id, branch_id=branch_id, **values | columns)
    return session.get(Declaration, made)


def talk(session, branch: int, one: int, other: int, *, by: int | None = None, at=None, on=None, **columns) -> int:
    """Insert a talk of two people and return its id: the row itself never loads its summary."""
    at = at or clock.now()
    first, second = sorted((one, other))
    values = {"branch_id": branch, "first_id": first, "second_id": second, "held_on": on or clock.day_of(at), "at": at}
    values |= {"topic": "work", "pair": "members", "by_id": by or one}
    return add(session, Talk, **values | columns)


def crew(session, name: str, people, *, under: int) -> Unit:
    """Return a 班组 below a unit of the works, in which some people work."""
    made = unit(session, "shift_team", name, under=under)
    for person_id in people:
        add(session, Workplace, person_id=person_id, unit_id=made.id, from_on=LONG_AGO)
    return made


def shifts(session, unit_id: int, *, on: date = date(2026, 1, 1)) -> ShiftPattern:
    """Return the usual pattern of four teams and three shifts, entered for a unit; 甲班 begins with early shifts."""
    values = {"letters": "早早中中夜夜休休", "teams": [[name, day, []] for name, day in USUAL_TEAMS], "from_on": on}
    values["hours"] = {"早": ["08:00", "16:00"], "中": ["16:00", "00:00"], "夜": ["00:00", "08:00"]}
    return session.get(ShiftPattern, add(session, ShiftPattern, unit_id=unit_id, **values))

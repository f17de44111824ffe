"""Pages of points, evaluation and lists send as many statements for years, crowds and many branches as for a start."""

from __future__ import annotations

from datetime import datetime

import pytest

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import transaction
from partygroup.evaluation import periods
from partygroup.scores.closing import close_quarter
from tests.factories import activity, person, problem, unit
from tests.scorebook import entry, held, make_up, noon

RUNNING, PAST = Quarter(2026, 3), Quarter(2026, 2)
NOW = "2026-08-20 10:00"
#: Address → who opens it, and the most statements it may send.
PAGES = {
    "/me/points": ("member", 24),
    f"/me/points?quarter={PAST.code}": ("member", 24),
    "/declarations": ("member", 4),
    "/me/attendance": ("member", 3),
    "/branches/{branch}/points": ("secretary", 28),
    f"/branches/{{branch}}/points?quarter={PAST.code}": ("secretary", 28),
    "/branches/{branch}/evaluation": ("secretary", 56),
    f"/branches/{{branch}}/evaluation?quarter={PAST.code}": ("secretary", 56),
    "/evaluation": ("company_officer", 7),
    f"/evaluation/{RUNNING.code}": ("company_officer", 40),
    f"/evaluation/{PAST.code}": ("company_officer", 6),
    "/inbox?view=done": ("secretary", 8),
    "/activities": ("leader", 8),
    "/meetings": ("company_officer", 4),
    "/audit": ("unit_officer", 4),
}


def live(session, world, quarter: Quarter, unit_ids: dict[int, int], person_id: int) -> None:
    """Let somebody have a quarter in some groups (group → branch): meetings, one made up, an activity, a problem."""
    for group_id, branch_id in unit_ids.items():
        for month in range(2):
            day = quarter.first.replace(month=quarter.first.month + month, day=6)
            met = held(session, group_id, day, by=world.leader.id, due=[person_id], came=[person_id][month:])
        make_up(session, met, person_id, day.replace(day=9), by=world.leader.id)
        begun = noon(day)
        activity(session, group_id, branch_id, by=world.leader.id, people={person_id: "yes"}, at=begun)
        ended = {"closed_on": day.replace(day=20), "closed_by": person_id, "closed_how": "换了阀门"}
        problem(session, group_id, branch=branch_id, owner=person_id, on=day, due_on=day.replace(day=25), **ended)
        entry(session, person_id, branch=branch_id, on=day, by=world.secretary.id, event=f"task:{quarter.code}")


def close(session, world, branch_id: int, quarter: Quarter) -> None:
    with transaction(session):
        close_quarter(session, branch_id, quarter, by=world.secretary.id, at=clock.now())


def freeze(session, world, quarter: Quarter) -> None:
    """Evaluate a quarter up to freezing."""
    facts = {"by": world.company_officer.id, "at": noon(quarter.next().first)}
    with transaction(session):
        period = periods.configure_period(session, world.company.id, quarter, **facts)
        for step in (periods.open_period, periods.collect, periods.freeze_period):
            step(session, period, **facts)


@pytest.fixture
def begun(session, world, at) -> datetime:
    """Give one member a past quarter, closed and frozen, and a running one."""
    now = at(NOW)
    for quarter in (PAST, RUNNING):
        live(session, world, quarter, {world.group.id: world.branch.id}, world.member.id)
    close(session, world, world.branch.id, PAST)
    freeze(session, world, PAST)
    return now


def grow(session, world) -> None:
    """Give the branch more groups, each of them and of the other branches a member, and all of them years."""
    groups = {spot.id: spot.parent_id for spot in world.units.values() if spot.kind == "party_group"}
    for number in range(4):
        more = unit(session, "party_group", f"第{number}党小组", under=world.branch.id)
        groups[more.id] = world.branch.id
    newcomers = {
        group_id: person(session, f"余小{number}", branch=branch_id, group=group_id).id
        for number, (group_id, branch_id) in enumerate(groups.items())
    }
    for quarter in (Quarter(2024, 4), Quarter(2025, 1), Quarter(2025, 4), Quarter(2026, 1)):
        live(session, world, quarter, {world.group.id: world.branch.id}, world.member.id)
        close(session, world, world.branch.id, quarter)
        freeze(session, world, quarter)
    for group_id, person_id in newcomers.items():
        for quarter in (Quarter(2025, 4), RUNNING):
            live(session, world, quarter, {group_id: groups[group_id]}, person_id)


def test_history_and_crowds_cost_no_statement(begun, app, session, world, statements):
    clients = {role: app.test_client().sign_on(getattr(world, role), office=True) for role, _ in PAGES.values()}

    def spent() -> dict[str, int]:
        counts = {}
        for address, (role, _) in PAGES.items():
            with statements() as seen:
                assert clients[role].get(address.format(branch=world.branch.id)).status_code == 200
            counts[address] = len(seen)
        return counts

    few = spent()
    grow(session, world)
    assert spent() == few
    assert {address: count for address, count in few.items() if count > PAGES[address][1]} == {}

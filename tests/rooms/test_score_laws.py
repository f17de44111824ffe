"""Laws of the book that hold whatever happens, through rows: who confirms, what a reversal gives back, old rules."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import transaction
from partygroup.errors import Refused
from partygroup.scores import declaring, publicity, reviewing
from partygroup.scores.checking import faults
from partygroup.scores.closing import close_quarter
from partygroup.scores.facts import facts_of, table_in_force
from partygroup.scores.models import Declaration, Entry, EntrySort
from partygroup.scores.queries import sheet_of, sheets_of
from partygroup.scores.settling import settle
from partygroup.scores.sheets import make_sheet
from partygroup.scores.tabling import begin_draft, publish_draft, revise_draft
from tests.scorebook import POINTS, Q2, Q3, Q4, entry, held

ROLES = ("member", "leader", "probationer", "neighbour", "secretary", "deputy", "unit_officer")
MEMBERS = ROLES[:-1]


# --- nobody confirms the own ------------------------------------------------------------------------------------------


def try_something(flow, random: Random, at) -> None:
    """Let anybody try anything on any declaration, own ones above all; the pages' policy does not stand in the way."""
    declarations = flow.session.scalars(sa.select(Declaration).order_by(Declaration.id)).all()
    one, facts = random.choice(declarations), {"at": at}
    by = random.choice([one.person_id, *(flow.world.actors[role].id for role in ROLES)])
    text, points = random.choice(["查过了", "查过了", ""]), random.choice([None, None, one.points, 1])
    outcome = random.choice(["uphold", "amend", "cancel"])
    meeting = {"meeting": "会", "at_unit": by == flow.world.unit_officer.id}
    acts = [
        lambda: flow.do(declaring.submit, one, by=by, **facts),
        lambda: flow.do(reviewing.review, one, by=by, points=points, reason=text, **facts),
        lambda: flow.do(reviewing.confirm, one, by=by, **meeting, **facts),
        lambda: flow.do(reviewing.confirm, one, by=by, **meeting, points=points, reason=text, **facts),
        lambda: flow.do(reviewing.reject, one, reason=text, by=by, **meeting, **facts),
        lambda: flow.do(publicity.publish, one, by=by, **facts),
        lambda: flow.do(publicity.object_to, one, text=text, of_branch=True, by=by, **facts),
        lambda: flow.do(publicity.answer, one, outcome=outcome, text=text, points=points, by=by, **facts),
        lambda: flow.do(publicity.appeal, one, text=text, by=by, **facts),
        lambda: flow.do(publicity.decide_appeal, one, outcome="grant", text=text, points=points, by=by, **facts),
        lambda: flow.do(publicity.reverse, one, reason=text, by=by, **facts),
    ]  # fmt: skip
    try:
        random.choice(acts)()
    except Refused:
        flow.session.expire_all()


@pytest.mark.parametrize("seed", range(3))
def test_no_entry_has_the_owner_for_its_confirmer(flow, session, seed):
    random, at = Random(seed), flow.at
    for role in MEMBERS:
        for item in ("SE-STOP", "WP-TASK"):
            flow.declared(flow.world.actors[role], item)
    for _ in range(500):
        try_something(flow, random, at)
        if random.random() < 0.05:
            at += timedelta(days=random.choice([1, 8]))
            flow.do(settle, at=at)
    flow.do(settle, at=at + timedelta(days=30))
    rows = session.execute(sa.select(Entry.person_id, Entry.confirmed_by, Entry.sort, Declaration.reviewed_by)
                           .join(Declaration, Declaration.id == Entry.declaration_id)).all()  # fmt: skip
    assert {row.sort for row in rows} == {EntrySort.ENTRY, EntrySort.COUNTER}
    confirmers = {row.confirmed_by for row in rows if row.sort == EntrySort.ENTRY}
    assert len(confirmers) > 1
    for row in rows:
        assert row.person_id not in (row.confirmed_by, row.reviewed_by)
    assert all(row.confirmed_by for row in rows) and list(faults(session)) == []


# --- a reversal gives back exactly what was given ---------------------------------------------------------------------


def some_entries(session, world, random: Random, quarter, count: int) -> list[int]:
    """Put entries of a quarter into the member's book, some of them of one event."""
    where = {"branch": world.branch.id, "by": world.secretary.id}
    days = [quarter.first + timedelta(days=random.randrange(80)) for _ in range(count)]
    events = [random.choice([None, "doc:1", "doc:2"]) for _ in days]
    return [
        entry(session, world.member.id, random.choice(list(POINTS)), on=day, event=event, **where)
        for day, event in zip(days, events, strict=True)
    ]


def reverse(session, world, entry_id: int, at: str) -> None:
    session.commit()
    declared = session.get(Declaration, session.get(Entry, entry_id).declaration_id)
    with transaction(session):
        publicity.reverse(session, declared, reason="记错了人", by=world.deputy.id, at=clock.beijing(at))


def by_dimension(sheet) -> dict[str, int]:
    return {one.code: one.points for one in sheet.dimensions}


def points_of(session, world, quarter) -> dict[str, int]:
    return by_dimension(sheet_of(session, world.member.id, quarter).sheet)


@pytest.mark.parametrize("seed", range(4))
def test_in_an_open_quarter_nothing_is_left_of_what_was_reversed(session, world, seed):
    random = Random(seed)
    some_entries(session, world, random, Q3, 8)
    before = sheet_of(session, world.member.id, Q3).sheet
    more = some_entries(session, world, random, Q3, 5)
    changed = sheet_of(session, world.member.id, Q3).sheet
    random.shuffle(more)
    for entry_id in more:
        reverse(session, world, entry_id, "2026-09-28 10:00")
    assert changed != before and sheet_of(session, world.member.id, Q3).sheet == before
    assert session.scalar(sa.select(sa.func.count()).where(Entry.sort == EntrySort.ENTRY)) == 13


@pytest.mark.parametrize("seed", range(4))
def test_after_closing_the_corrections_give_back_what_the_entries_gave(session, world, seed):
    """Reversed in any order: the closed sheet stands, and what lands later is what it would have been less."""
    random = Random(seed)
    some_entries(session, world, random, Q3, 6)
    without = points_of(session, world, Q3)
    gone = some_entries(session, world, random, Q3, 6)
    given = points_of(session, world, Q3)
    session.commit()
    with transaction(session):
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=clock.beijing("2026-10-20 18:00"))
    random.shuffle(gone)
    for entry_id in gone:
        reverse(session, world, entry_id, "2026-10-21 10:00")
    assert points_of(session, world, Q3) == given
    landed = dict.fromkeys(given, 0)
    for row in session.scalars(sa.select(Entry).where(Entry.sort == EntrySort.CORRECTION)):
        assert (row.year, row.quarter, row.mends_year, row.mends_quarter) == (*Q4, *Q3)
        landed[row.dimension] += row.points
    assert landed == {code: without[code] - given[code] for code in given}
    assert list(faults(session)) == []


# --- old rules for old quarters ---------------------------------------------------------------------------------------


def other_rules(body: dict, random: Random) -> dict:
    """Return a table in which much is different: caps, points, bases, and lines that are gone."""
    changed = copy.deepcopy(body)
    changed["lines"] = [line for line in changed["lines"] if random.random() < 0.8 or not line["items"]]
    for line in changed["lines"]:
        line["cap"] = line["cap"] and max(1, line["cap"] // random.choice([1, 2, 3]))
        for item in line["items"]:
            item["points"] = item["points"] // random.choice([1, 2]) or item["points"]
            item["least"] = None
    for profile in changed["profiles"]:
        profile["base"] = {code: base - random.choice([0, 10, 50]) for code, base in profile["base"].items()}
    return changed


def publish(session, world, random: Random, at: str) -> None:
    """Let the office change the rules, and another one publish them: from the next quarter on."""
    moment = clock.beijing(at)
    with transaction(session):
        draft = begin_draft(session, by=world.company_officer.id, at=moment)
        revise_draft(session, draft, other_rules(draft.body, random), by=world.company_officer.id, at=moment)
        publish_draft(session, note="调整", by=world.auditor.id, at=moment)


@pytest.mark.parametrize("seed", range(4))
def test_another_table_moves_no_quarter_that_has_begun(session, world, seed):
    random = Random(seed)
    gone, *_rest = some_entries(session, world, random, Q2, 8)
    for quarter in (Q3, Q4):
        some_entries(session, world, random, quarter, 8)
    held(session, world.group.id, date(2026, 8, 5), by=world.leader.id, due=[world.member.id])
    session.commit()
    with transaction(session):
        close_quarter(session, world.branch.id, Q2, by=world.secretary.id, at=clock.beijing("2026-07-20 18:00"))
    at = clock.beijing("2026-11-01 10:00")
    before = {quarter: sheets_of(session, [world.branch.id], quarter, at=at) for quarter in (Q2, Q3, Q4)}
    old = table_in_force(session, Q2)
    publish(session, world, random, "2026-08-10 10:00")
    after = {quarter: sheets_of(session, [world.branch.id], quarter, at=at) for quarter in (Q2, Q3, Q4)}
    assert (after[Q2], after[Q3]) == (before[Q2], before[Q3]) and after[Q4] != before[Q4]
    reverse(session, world, gone, "2026-11-01 10:00")
    worth = {row.dimension: row.points for row in session.scalars(sa.select(Entry).where(Entry.sort == "correction"))}
    facts = next(one.facts for one in before[Q2] if one.person_id == world.member.id)
    less = [one for one in facts.entries if one.id != gone]
    had, has = (by_dimension(make_sheet(one, old)) for one in (facts, type(facts)(**vars(facts) | {"entries": less})))
    given_back = {code: has[code] - had[code] for code in had if has[code] != had[code]}
    assert {code: points for code, points in worth.items() if points} == given_back
    assert sheets_of(session, [world.branch.id], Q2, at=at) == before[Q2] and list(faults(session)) == []
    assert facts_of(session, [world.member.id], Q3)[world.member.id].corrections

"""Closing a branch's quarter: what is stored stays, what comes late counts later, two at once close one (R4, D6)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Participation, Problem
from partygroup.attendance.actions import close_meeting, tick_present
from partygroup.attendance.makeups import record_make_up
from partygroup.attendance.queries import get_desk
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import get_convened
from partygroup.org.models import Placement
from partygroup.people.models import Belonging
from partygroup.scores.checking import faults
from partygroup.scores.closing import close_quarter, hold_book, hold_quarter, reopen_quarter
from partygroup.scores.models import Closing, Entry, GroupAppraisal, StoredGroup, StoredSheet
from partygroup.scores.queries import (
    closed_for,
    closed_quarters,
    distribution,
    group_sheets,
    person_quarters,
    sheet_of,
    sheets_of,
)
from partygroup.scores.rules import quarter_to_count_in
from tests.factories import add, person
from tests.scorebook import Q2, Q3, Q4, entry, held, make_up, noon

CLOSING = clock.beijing("2026-10-20 18:00")


@pytest.fixture
def close(session, world):
    """Return a function that closes a quarter of the branch."""

    def act(quarter=Q3, *, at=CLOSING, branch_id=None) -> Closing:
        with transaction(session):
            return close_quarter(session, branch_id or world.branch.id, quarter, by=world.secretary.id, at=at)

    return act


def tasks(session, world, count: int = 1, *, on=date(2026, 8, 1), **columns) -> list[int]:
    return [
        entry(session, world.member.id, branch=world.branch.id, on=on, by=world.secretary.id, **columns)
        for _ in range(count)
    ]


def dump(session, closing_id: int) -> list:
    return [
        list(session.execute(sa.select(model.__table__).where(model.closing_id == closing_id).order_by(model.id)))
        for model in (StoredSheet, StoredGroup)
    ]


def test_a_closed_quarter_reads_as_it_was_made(session, world, close):
    tasks(session, world, 2)
    met = held(session, world.group.id, date(2026, 8, 5), by=world.leader.id, due=[world.member.id])
    before = sheets_of(session, [world.branch.id], Q3, at=CLOSING)
    groups = group_sheets(session, [world.branch.id], Q3, at=CLOSING)
    closing = close()
    after = sheets_of(session, [world.branch.id], Q3, at=CLOSING)
    assert [(one.name, one.sheet, one.due, one.came, one.facts) for one in after] == [
        (one.name, one.sheet, one.due, one.came, one.facts) for one in before
    ]
    assert group_sheets(session, [world.branch.id], Q3, at=CLOSING) == groups
    kept = dump(session, closing.id)
    tasks(session, world)
    make_up(session, met, world.member.id, date(2026, 8, 6), by=world.leader.id, at=clock.beijing("2026-10-21 08:00"))
    session.execute(sa.update(Placement).values(name="改了名"))
    assert dump(session, closing.id) == kept
    assert [one.sheet for one in sheets_of(session, [world.branch.id], Q3, at=CLOSING)] == [one.sheet for one in after]


def test_a_late_fact_counts_in_the_next_open_quarter(session, world, close):
    close(Q2)
    close(Q3)
    assert quarter_to_count_in(date(2026, 6, 30), closed_quarters(session, world.branch.id)) == Q4
    assert quarter_to_count_in(date(2026, 6, 30), closed_quarters(session, world.sister_branch.id)) == Q2


def test_reopening_keeps_the_old_sheets(session, world, close):
    first = close()
    kept = dump(session, first.id)
    with transaction(session):
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一条", by=world.unit_officer.id, at=CLOSING)
    assert closed_quarters(session, world.branch.id) == set()
    tasks(session, world)
    again = close(at=clock.beijing("2026-10-25 09:00"))
    assert again.id != first.id and dump(session, first.id) == kept
    totals = {row.closing_id: row.total for row in session.scalars(
        sa.select(StoredSheet).where(StoredSheet.person_id == world.member.id))}  # fmt: skip
    assert totals[again.id] == totals[first.id] + 20
    assert [(one.quarter, one.total) for one in person_quarters(session, world.member.id)] == [(Q3, totals[again.id])]


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("一", 422)])
def test_reopening_wants_a_reason(session, world, close, reason, status):
    close()
    with pytest.raises(Refused) as refused:
        reopen_quarter(session, world.branch.id, Q3, reason=reason, by=world.unit_officer.id, at=CLOSING)
    assert refused.value.status == status


def test_what_is_not_closed_cannot_be_reopened(session, world):
    with pytest.raises(Refused, match="没有结账"):
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一条", by=world.unit_officer.id, at=CLOSING)


def test_a_quarter_closes_once_after_its_end_and_in_order(session, world, close):
    tasks(session, world, on=date(2026, 5, 1))
    with pytest.raises(Refused, match="请先结2026年第二季度的账"):
        close(Q3)
    with pytest.raises(Refused, match="还没有结束"):
        close(Q4)
    close(Q2)
    close(Q3)
    with pytest.raises(Refused, match="已经结账"):
        close(Q3)


def test_a_quarter_not_begun_has_no_sheets(session, world):
    assert sheets_of(session, [world.branch.id], Quarter(2027, 1), at=CLOSING) == []


def test_who_has_a_sheet_elsewhere_has_none_here(session, world, close):
    close(branch_id=world.branch.id)
    other = sheets_of(session, [world.branch.id, world.sister_branch.id], Q3, at=CLOSING)
    assert [one.name for one in other if one.person_id == world.member.id] == [world.member.name]
    assert closed_for(session, world.member.id, world.sister_branch.id) == {Q3}


def test_only_the_last_day_says_where_somebody_counts(session, world):
    leaver = person(session, "乐小山")
    where = {"person_id": leaver.id, "group_id": None}
    add(session, Belonging, branch_id=world.branch.id, from_on=date(2020, 1, 1), until_on=date(2026, 8, 16), **where)
    add(session, Belonging, branch_id=world.sister_branch.id, from_on=date(2026, 8, 16), **where)
    here, there = (
        [one for one in sheets_of(session, [branch], Q3, at=CLOSING) if one.person_id == leaver.id]
        for branch in (world.branch.id, world.sister_branch.id)
    )
    assert here == [] and there[0].is_counted and there[0].total == 670
    gone = person(session, "乐大山", branch=world.branch.id)
    session.execute(sa.update(Belonging).where(Belonging.person_id == gone.id).values(until_on=date(2026, 9, 1)))
    one = sheet_of(session, gone.id, Q3)
    assert one.total == 670 and not one.is_counted
    assert sheet_of(session, gone.id, Q4) is None


def test_a_groups_score_is_made_of_all_its_parts(session, world):
    """The example of scoring.md 8.8, as far as rows make it: three months held, some reached, problems, appraisal."""
    group, by = world.group.id, world.leader.id
    for month in (7, 8, 9):
        held(
            session, group, date(2026, month, 3), by=by, due=[world.member.id, world.leader.id], came=[world.leader.id]
        )
    activity = add(session, Activity, unit_id=group, branch_id=world.branch.id, sort="hazard", text="查隐患",
                   happened_on=date(2026, 8, 2), by_id=by, jotted_at=noon(date(2026, 8, 2)))  # fmt: skip
    for person_id, answer in ((world.member.id, None), (world.leader.id, "no"), (world.probationer.id, "yes")):
        answered = {"answer": answer, "answered_at": noon(date(2026, 8, 3))} if answer else {}
        add(session, Participation, activity_id=activity, person_id=person_id, branch_id=world.branch.id,
            group_id=group, leads=False, **answered)  # fmt: skip
    asked = {"unit_id": group, "branch_id": world.branch.id, "text": "漏水", "owner_id": by, "by_id": by,
             "raised_on": date(2026, 7, 1), "at": noon(date(2026, 7, 1))}  # fmt: skip
    add(session, Problem, due_on=date(2026, 8, 1), closed_on=date(2026, 8, 9), closed_by=by, **asked)
    add(session, Problem, due_on=date(2026, 8, 1), **asked)
    for level in ("poor", "better"):
        add(session, GroupAppraisal, group_id=group, year=2026, quarter=3, level=level, sentence="不错",
            by_id=world.secretary.id, at=CLOSING)  # fmt: skip
    people = [one for one in sheets_of(session, [world.branch.id], Q3, at=CLOSING) if one.group_id == group]
    counted = [one for one in people if one.is_counted]
    lines = {line.code: line for line in group_sheets(session, [world.branch.id], Q3, at=CLOSING)[group].lines}
    assert lines["members"].why.startswith(f"{len(counted)}人合计")
    assert lines["ceremony"].why == "应开党小组会3个月，开了3个月；2人参与率平均50.0%"
    assert lines["flexibility"].why == f"{len(counted)}人中2人参加了活动；到期问题2项，办结1项"
    assert lines["appraisal"].points == 170
    assert sum(number for _, number in distribution(people)) == len(counted)


# --- two at once ------------------------------------------------------------------------------------------------------


def at_once(app, *works) -> list:
    """Run functions of a session at the same time, each in a transaction of its own; return results or refusals."""
    results, gate = [None] * len(works), threading.Barrier(len(works))

    def run(number: int, work) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction(db.session):
                    results[number] = work(db.session)
            except Refused as refusal:
                results[number] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_close_at_once_close_once(app, session, world):
    session.commit()

    def close(own):
        return close_quarter(own, world.branch.id, Q3, by=world.secretary.id, at=CLOSING).id

    results = at_once(app, close, close, close)
    assert sum(isinstance(one, Refused) for one in results) == 2
    assert session.scalar(sa.select(sa.func.count(Closing.id))) == 1


def test_what_becomes_effective_while_closing_lands_in_exactly_one_quarter(app, session, world):
    session.commit()

    def enter(own) -> int:
        hold_book(own, world.branch.id)
        quarter = quarter_to_count_in(date(2026, 8, 1), closed_quarters(own, world.branch.id))
        return entry(own, world.member.id, branch=world.branch.id, on=date(2026, 8, 1), by=world.secretary.id,
                     quarter=quarter, made_at=CLOSING)  # fmt: skip

    def close(own) -> int:
        return close_quarter(own, world.branch.id, Q3, by=world.secretary.id, at=CLOSING).id

    made = at_once(app, enter, close, enter, enter)
    stored = session.scalar(
        sa.select(StoredSheet).where(StoredSheet.closing_id == made[1], StoredSheet.person_id == world.member.id)
    )
    inside = {one["id"] for one in stored.facts["entries"]}
    quarters = dict(map(tuple, session.execute(sa.select(Entry.id, Entry.quarter))))
    assert {number for number, quarter in quarters.items() if quarter == 3} == inside
    assert set(quarters) == {made[0], made[2], made[3]} and set(quarters.values()) <= {3, 4}


def test_what_is_written_about_meetings_while_closing_is_in_or_out(app, session, world):
    """Whichever comes first: the stored sheets are what the rows say was known when the quarter was closed."""
    due = [world.member.id, world.leader.id, world.probationer.id]
    mets = [held(session, world.group.id, date(2026, 8, day), by=world.leader.id, due=due) for day in (3, 10, 17, 24)]
    still_open = held(session, world.group.id, date(2026, 9, 28), by=world.leader.id, due=due, came=due, closed_at=None,
                      closed_by=None)  # fmt: skip
    session.commit()
    seconds = count()

    def stamp():
        return CLOSING + timedelta(seconds=next(seconds))

    def about(gathering_id: int, act):
        def work(own):
            met = get_convened(own, gathering_id, sa.select(Gathering), held=True).gathering
            act(own, met, by=world.leader.id, at=stamp())

        return work

    def make_up_for(own, met, **facts):
        record_make_up(own, met, person_id=world.member.id, way="briefing", on_day=date(2026, 9, 1), **facts)

    def tick(own, met, **facts):
        desk = get_desk(own, gathering_id=met.id, person_id=world.leader.id, at=facts["at"])
        tick_present(own, desk, person_id=world.leader.id, **facts)

    def close(own) -> int:
        hold_quarter(own, world.branch.id, Q3)
        return close_quarter(own, world.branch.id, Q3, by=world.secretary.id, at=stamp()).id

    writers = [about(met, act) for met, act in zip(mets, (make_up_for, tick, make_up_for, tick), strict=True)]
    made = at_once(app, *writers[:2], about(still_open, close_meeting), close, *writers[2:])
    assert [one for one in made if one] == [made[3]]
    assert list(faults(session)) == []


def test_closing_waits_for_a_writer_and_a_writer_for_closing(session, world):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one writer in at a time")
    met = held(session, world.group.id, date(2026, 8, 3), by=world.leader.id, due=[world.member.id])
    session.commit()

    def write(own):
        get_convened(own, met, sa.select(Gathering), held=True)

    def close(own):
        hold_quarter(own, world.branch.id, Q3)

    for first, second in ((write, close), (close, write), (write, write)):
        with sa.orm.Session(db.engine) as one, sa.orm.Session(db.engine) as other:
            first(one)
            other.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                second(other)

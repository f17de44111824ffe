"""What other rooms read of activities and problems, and what is left of photos without rows."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities import actions, photos
from partygroup.activities.coverage import reached
from partygroup.activities.models import Participation, Photo
from partygroup.activities.problems import problems_count
from partygroup.activities.queries import get_jotted, visible_to
from partygroup.clock import Quarter
from partygroup.db import AuditRow, transaction
from partygroup.errors import Refused
from partygroup.people.models import Belonging
from partygroup.scores.queries import group_sheets
from tests.factories import activity, add, person, problem
from tests.rules.test_photo_rules import picture
from tests.web.corners import who_is

FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)
IN_FIRST = clock.beijing("2026-03-31 16:20")


def test_reached_are_those_named_who_do_not_say_no(session, world):
    people = {world.member.id: "no", world.leader.id: "yes", world.probationer.id: None}
    activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=people, at=IN_FIRST)
    withdrawn = {"withdrawn_at": IN_FIRST, "withdrawn_by": world.neighbour.id}
    activity(
        session, world.units["玄武"].id, branch=world.branch.id, by=world.neighbour.id, people=(world.neighbour.id,),
        at=IN_FIRST, **withdrawn,
    )  # fmt: skip
    everybody = [*people, world.neighbour.id]
    assert reached(session, everybody, FIRST) == {world.leader.id, world.probationer.id}
    assert reached(session, everybody, SECOND) == reached(session, [], FIRST) == set()


def test_who_says_differs_was_there(session, world):
    people = {world.member.id: "differs"}
    activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=people, at=IN_FIRST)
    assert reached(session, [world.member.id], FIRST) == {world.member.id}


def test_reached_counts_for_the_group_of_the_last_day(session, world):
    mover = person(session, "余小满", branch=world.branch.id, group=world.group.id)
    activity(
        session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(mover.id,),
        at=clock.beijing("2026-02-01 16:20"),
    )  # fmt: skip
    moved_on = date(2026, 3, 1)
    session.execute(sa.update(Belonging).where(Belonging.person_id == mover.id).values(until_on=moved_on))
    other = world.units["玄武"].id
    add(session, Belonging, person_id=mover.id, branch_id=world.branch.id, group_id=other, from_on=moved_on)
    sheets = group_sheets(session, [world.branch.id], FIRST, at=IN_FIRST)
    told = {group_id: next(line.why for line in sheets[group_id].lines if line.code == "flexibility")
            for group_id in (world.group.id, other)}  # fmt: skip
    assert "人中0人参加了活动" in told[world.group.id] and "人中1人参加了活动" in told[other]


def test_reached_is_one_statement_however_many(session, world, statements):
    def count():
        with statements() as seen:
            reached(session, [world.member.id, world.leader.id], FIRST)
        return len(seen)

    before = count()
    for _ in range(10):
        activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(world.member.id,),
                 at=IN_FIRST)  # fmt: skip
    assert count() == before == 1


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ({"due_on": FIRST.last}, (1, 0)),
        ({"due_on": FIRST.last + timedelta(days=1)}, None),
        ({"due_on": FIRST.last, "closed_on": FIRST.last}, (1, 1)),
        ({"due_on": FIRST.last, "closed_on": FIRST.last + timedelta(days=1)}, (1, 0)),
        ({"due_on": FIRST.first - timedelta(days=9), "closed_on": FIRST.first - timedelta(days=1)}, None),
        ({"due_on": FIRST.first - timedelta(days=9), "closed_on": FIRST.first}, (1, 1)),
        ({"due_on": FIRST.first - timedelta(days=9)}, (1, 0)),
        ({"due_on": FIRST.last + timedelta(days=9), "closed_on": FIRST.last}, None),
        ({"due_on": FIRST.last, "cancelled": True}, None),
    ],
)
def test_problems_that_are_due_in_a_quarter(session, world, facts, counted):
    """scoring.md 6: due on or before the last day, not cancelled, not closed before the first; closed by the last."""
    who = world.member.id
    columns = {"closed_by": who if "closed_on" in facts else None}
    if facts.get("cancelled"):
        columns |= {"cancelled_at": IN_FIRST, "cancelled_by": who}
    columns |= {key: value for key, value in facts.items() if key != "cancelled"}
    problem(session, world.group.id, branch=world.branch.id, owner=who, on=date(2025, 1, 1), **columns)
    found = problems_count(session, [world.group.id, world.branch.id], FIRST)
    assert found == ({} if counted is None else {world.group.id: counted})


def test_every_change_leaves_a_row_that_the_named_can_read(session, world):
    done = activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(world.member.id,))
    at = clock.now()
    with transaction(session):
        actions.answer(session, done, person_id=world.member.id, answer="differs", remark="早一天", at=at)
        actions.answer(session, done, person_id=world.member.id, answer="differs", remark="早一天", at=at)
        actions.withdraw(session, done, reason="记重了", by=world.leader.id, at=at)
    rows = session.scalars(sa.select(AuditRow).order_by(AuditRow.id)).all()
    assert [(row.action, row.person_id, row.reason) for row in rows] == [
        ("activities.answer", world.member.id, None), ("activities.withdraw", None, "记重了"),
    ]  # fmt: skip
    assert rows[0].after == {"confirmed": "differs", "remark": "早一天"}


def test_the_database_refuses_naming_somebody_twice(session, world):
    done = activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(world.member.id,))
    with pytest.raises(sa.exc.IntegrityError):
        add(session, Participation, activity_id=done.id, person_id=world.member.id, branch_id=world.branch.id)
    session.rollback()


def test_an_activity_costs_as_many_statements_with_many_people(session, world, statements):
    who, today = who_is(world, "leader", awake=False), clock.today()
    everybody = session.scalars(sa.select(Belonging.person_id).where(Belonging.branch_id == world.branch.id)).all()
    counts = []
    for people in (everybody[:1], everybody):
        done = activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=tuple(people))
        with statements() as seen:
            get_jotted(session, done.id, visible_to(who, today), today)
        counts.append(len(seen))
    assert counts == [4, 4]


# --- files ------------------------------------------------------------------------------------------------------------


def aged(file, hours: int, at) -> None:
    moment = (at - timedelta(hours=hours)).timestamp()
    os.utime(file, (moment, moment))


def test_the_sweep_removes_only_old_files_without_a_row(session, world, tmp_path):
    at = clock.now()
    kept, left, young = (photos.store(tmp_path, photos.repaint(picture())) for _ in range(3))
    done = activity(session, world.group.id, branch=world.branch.id, by=world.leader.id)
    add(session, Photo, activity_id=done.id, by_id=world.leader.id, at=at, **kept.columns)
    folder = tmp_path / "photos"
    part, foreign = folder / f".{'a' * 32}.part", folder / "README"
    part.write_bytes(b"half")
    foreign.write_bytes(b"not ours")
    for file in folder.iterdir():
        aged(file, 0 if file.name.startswith(young.name) else 2, at)
    assert photos.sweep(session, tmp_path, at=at) == 3
    assert {file.name for file in folder.iterdir()} == {
        "README", *(f"{one.name}{ending}.jpg" for one in (kept, young) for ending in ("", "-s")),
    }  # fmt: skip
    assert photos.sweep(session, tmp_path, at=at) == 0


def test_nothing_half_written_stays_when_the_disk_is_full(monkeypatch, tmp_path):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)
    with pytest.raises(Refused) as refusal:
        photos.store(tmp_path, photos.repaint(picture()))
    assert refusal.value.status == 503
    assert list((tmp_path / "photos").iterdir()) == []

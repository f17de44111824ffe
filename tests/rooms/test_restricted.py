"""The log of readings: a row for each person concerned, in no unit's trail, without the text."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.audit import readings_of, rows_about, rows_of_units
from partygroup.db import AuditRow
from partygroup.people.models import Role
from partygroup.restricted import ONESELF, SORT_NAMES, note_reading


@pytest.fixture
def read(session, world):
    """Return a function that lets somebody read a text about member and leader."""

    def read_as(by, capacity=Role.SECRETARY, record_id=7, sort="heart_talk"):
        concerns = {world.member.id, world.leader.id}
        note_reading(session, sort, record_id, concerns=concerns, capacity=capacity, by=by.id, at=clock.now())

    return read_as


def test_each_reading_leaves_a_row_for_each_person_concerned(session, world, read):
    read(world.secretary)
    read(world.secretary)
    rows = session.execute(sa.select(AuditRow.actor_id, AuditRow.person_id, AuditRow.subject_type, AuditRow.subject_id))
    expected = [(world.secretary.id, one.id, "heart_talk", 7) for one in (world.member, world.leader)] * 2
    assert sorted(map(tuple, rows)) == sorted(expected)


def test_those_concerned_read_who_read_it_and_in_which_post(session, world, read):
    read(world.secretary)
    read(world.leader, ONESELF)
    read(world.secretary, record_id=8)
    told = [(one.actor, one.what, one.change) for one in rows_about(session, world.member.id)]
    secretary = (world.secretary.name, "看限阅内容", "类别：谈心内容；身份：书记")
    assert told == [secretary, (world.leader.name, "看限阅内容", "类别：谈心内容；身份：本人"), secretary]
    assert [one.actor for one in readings_of(session, "heart_talk", 7, world.member.id)] == [
        world.leader.name, world.secretary.name,
    ]  # fmt: skip
    assert readings_of(session, "heart_talk", 7, world.neighbour.id) == []


def test_no_unit_reads_of_it(session, world, read):
    read(world.secretary)
    assert rows_of_units(session, sa.select(sa.literal(world.branch.id).label("unit_id"))) == []
    assert session.scalars(sa.select(AuditRow.unit_id)).all() == [None, None]


def test_a_sort_without_words_is_a_mistake(world, read):
    assert all(SORT_NAMES.values())
    with pytest.raises(ValueError, match="diary"):
        read(world.secretary, sort="diary")

"""Due lists as of a day, the timer's closing, statements that stay few."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.actions import ask_leave, close_overdue, open_sign_in
from partygroup.attendance.models import Counting, DueEntry
from partygroup.attendance.queries import circle_of
from partygroup.attendance.roll import get_roll
from partygroup.db import transaction
from partygroup.errors import Refused
from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import WITH_ALL, describe
from partygroup.people.models import Belonging, Role, Standing, StandingSpan
from tests import factories

AT = clock.beijing("2026-03-05 16:20")
DAY = date(2026, 3, 5)


def call(session, world, unit, **others) -> Gathering:
    row = factories.gathering(session, unit.id, by=world.leader.id, starts_at=AT + timedelta(minutes=10), **others)
    return session.scalars(sa.select(Gathering).where(Gathering.id == row.id).options(*WITH_ALL)).unique().one()


def circle(session, unit, kind="members", day=DAY, welcomes=()):
    return circle_of(session, unit_id=unit.id, circle=kind, day=day, welcomes=welcomes)


def test_the_branch_is_due_with_its_probationary_members_but_only_full_ones_vote(session, world):
    people = circle(session, world.branch)
    assert len(people) == 9
    assert sum(one.seat.may_vote for one in people) == 8
    assert [one.name for one in people if not one.seat.may_vote] == [world.probationer.name]


def test_activists_are_welcome_observers_where_the_kind_says_so(session, world):
    people = circle(session, world.branch, welcomes=("activist",))
    observers = [one for one in people if one.seat.counting == Counting.OBSERVER]
    assert [one.person_id for one in observers] == [world.activist.id]


def test_the_excluded_stand_apart_with_their_reason(session, world):
    factories.exclusion(session, world.member.id, "bedridden")
    (out,) = [one for one in circle(session, world.branch) if one.seat.counting == Counting.NOT_COUNTED]
    assert (out.person_id, out.seat.may_vote, out.seat.reason) == (world.member.id, False, "长期卧病、生活不能自理")


def test_an_exclusion_that_ended_counts_again(session, world):
    factories.exclusion(session, world.member.id, "abroad", until=DAY)
    assert all(one.seat.counting == Counting.DUE for one in circle(session, world.branch))


def test_belonging_and_standing_hold_as_of_the_meetings_day(session, world):
    moved = sa.update(Belonging).where(Belonging.person_id == world.member.id)
    session.execute(moved.values(until_on=DAY))
    factories.add(session, Belonging, person_id=world.member.id, branch_id=world.foreign_branch.id, from_on=DAY)
    session.execute(sa.update(StandingSpan).where(StandingSpan.person_id == world.probationer.id).values(until_on=DAY))
    factories.add(session, StandingSpan, person_id=world.probationer.id, standing=Standing.FULL, from_on=DAY)
    before = {one.person_id: one.seat for one in circle(session, world.group, "group", DAY - timedelta(days=1))}
    after = {one.person_id: one.seat for one in circle(session, world.group, "group")}
    assert world.member.id in before and world.member.id not in after
    assert not before[world.probationer.id].may_vote and after[world.probationer.id].may_vote


def test_the_committee_is_who_holds_a_post_that_day(session, world):
    factories.post(session, world.member.id, world.branch.id, Role.COMMITTEE_MEMBER, until=DAY)
    names = {one.person_id for one in circle(session, world.branch, "committee")}
    assert names == {world.secretary.id, world.deputy.id}
    earlier = {one.person_id for one in circle(session, world.branch, "committee", DAY - timedelta(days=1))}
    assert world.member.id in earlier


def test_leading_members_are_due_in_branch_and_committee(session, world):
    factories.post(session, world.member.id, world.committee.id, Role.COMMITTEE_MEMBER)
    assert [one.person_id for one in circle(session, world.committee, "committee")] == [world.member.id]
    assert world.member.id in {one.person_id for one in circle(session, world.branch)}


def test_the_frozen_list_does_not_move_afterwards(session, world):
    gathering = call(session, world, world.group)
    with transaction(session):
        open_sign_in(session, gathering, by=world.leader.id, at=AT)
    session.execute(sa.update(Belonging).where(Belonging.person_id == world.member.id).values(until_on=DAY))
    roll = get_roll(session, gathering)
    assert world.member.id in {row.person_id for row in roll.due}
    assert len(roll.due) == len(roll.present) + len(roll.on_leave) + len(roll.missing)


def test_a_list_of_nobody_is_refused_and_nothing_is_written(session, world):
    empty = factories.unit(session, "party_group", "空组", under=world.branch.id)
    gathering = call(session, world, empty)
    session.commit()
    with pytest.raises(Refused, match="没有应到的党员"), transaction(session):
        open_sign_in(session, gathering, by=world.leader.id, at=AT)
    session.expire_all()
    assert session.scalar(sa.select(Gathering.opened_at).where(Gathering.id == gathering.id)) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(DueEntry)) == 0


def test_what_was_left_open_is_closed_after_twelve_hours(session, world):
    gathering = call(session, world, world.group)
    with transaction(session):
        open_sign_in(session, gathering, by=world.leader.id, at=AT)
    with transaction(session):
        assert close_overdue(session, at=AT + timedelta(hours=11)) == 0
        assert close_overdue(session, at=AT + timedelta(hours=13)) == 1
        assert close_overdue(session, at=AT + timedelta(hours=14)) == 0


def test_a_change_nobody_witnessed_is_refused(session, world):
    gathering = call(session, world, world.group)
    with pytest.raises(RuntimeError, match="without a witness"), transaction(session):
        gathering.cancel_reason = "没人看见"


@pytest.mark.parametrize("many", [3, 60])
def test_a_circle_is_read_by_one_statement(session, world, statements, many):
    for number in range(many):
        factories.person(session, f"余{number}", branch=world.branch.id, group=world.group.id)
    session.flush()
    with statements() as seen:
        circle(session, world.branch)
    assert len(seen) == 1


def test_of_sickness_only_the_word_is_kept(session, world, at):
    now = at("2026-03-05 10:00")
    starts = clock.beijing("2026-03-05 16:30")
    met = factories.gathering(session, world.group.id, by=world.leader.id, starts_at=starts)
    found = describe(session, met.id).gathering
    leave = ask_leave(session, found, person_id=world.member.id, sort="leave_sick", cause="腰伤复查",
                      by=world.member.id, at=now)  # fmt: skip
    assert (leave.sort, leave.cause) == ("leave_sick", None)

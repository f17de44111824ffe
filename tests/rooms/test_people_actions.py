"""Posts, exclusions, phones and slips in the database: what holds, what is witnessed, what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow, transaction
from partygroup.errors import NotFound, Refused
from partygroup.people import actions
from partygroup.people.branches import get_branch, members_by_unit
from partygroup.people.models import Exclusion, Post, Role, Standing
from partygroup.people.queries import get_exclusion, get_post, get_profile
from tests.factories import exclusion, person, post

NOW = clock.beijing("2026-03-05 10:00")
TODAY = date(2026, 3, 5)


@pytest.fixture
def appoint(session, world):
    """Return a function that gives somebody a post at the group, branch or committee around the member."""

    def give(person_id: int, role: str, unit_id: int):
        with transaction(session):
            return actions.grant_post(
                session,
                get_profile(session, person_id, TODAY),
                role=role,
                unit_id=unit_id,
                by=world.secretary.id,
                at=NOW,
            )

    return give


def holders(session, unit_id: int, role: str, day: date = TODAY) -> list[int]:
    running = sa.and_(Post.from_on <= day, sa.or_(Post.until_on.is_(None), Post.until_on > day))
    return list(session.scalars(sa.select(Post.person_id).where(Post.unit_id == unit_id, Post.role == role, running)))


def test_one_secretary_at_a_time_and_the_day_before_stays(session, world, appoint):
    appoint(world.member.id, Role.SECRETARY, world.branch.id)
    assert holders(session, world.branch.id, Role.SECRETARY) == [world.member.id]
    assert holders(session, world.branch.id, Role.SECRETARY, TODAY - timedelta(days=1)) == [world.secretary.id]


def test_several_committee_members_stand_side_by_side(session, world, appoint):
    for one in (world.member, world.leader):
        appoint(one.id, Role.COMMITTEE_MEMBER, world.branch.id)
    assert len(holders(session, world.branch.id, Role.COMMITTEE_MEMBER)) == 2


def test_named_twice_in_a_day_leaves_one_leader(session, world, appoint):
    appoint(world.member.id, Role.GROUP_LEADER, world.group.id)
    appoint(world.leader.id, Role.GROUP_LEADER, world.group.id)
    assert holders(session, world.group.id, Role.GROUP_LEADER) == [world.leader.id]


@pytest.mark.parametrize("standing", [one for one in Standing if one != Standing.FULL])
def test_only_full_members_hold_posts(session, world, appoint, standing):
    somebody = person(session, branch=world.branch.id, group=world.group.id, standing=standing)
    with pytest.raises(Refused, match="正式党员"):
        appoint(somebody.id, Role.GROUP_LEADER, world.group.id)


def test_a_leader_belongs_to_the_group(session, world, appoint):
    with pytest.raises(Refused, match="编入"):
        appoint(world.neighbour.id, Role.COMMITTEE_MEMBER, world.sister_branch.id)
    with pytest.raises(Refused, match="编入"):
        appoint(world.deputy.id, Role.GROUP_LEADER, world.group.id)
    assert holders(session, world.group.id, Role.GROUP_LEADER) == [world.leader.id]


@pytest.mark.parametrize("lone", ["auditor", "account_officer"])
def test_three_person_separation(session, world, appoint, lone):
    officer = world.actors[lone]
    with pytest.raises(Refused, match="不能兼任"):
        appoint(officer.id, Role.GROUP_LEADER, officer.group_id)


def test_the_database_has_the_last_word_on_single_posts(session, world):
    with pytest.raises(sa.exc.IntegrityError):
        post(session, world.member.id, world.group.id, Role.GROUP_LEADER)


def test_a_post_begun_and_ended_in_a_day_never_held(session, world, appoint):
    given = appoint(world.member.id, Role.COMMITTEE_MEMBER, world.branch.id)
    with transaction(session):
        actions.end_post(session, given, by=world.secretary.id, at=NOW)
        actions.end_post(session, given, by=world.secretary.id, at=NOW + timedelta(days=9))
    assert (given.from_on, given.until_on) == (TODAY, TODAY)
    assert holders(session, world.branch.id, Role.COMMITTEE_MEMBER) == []


def test_posts_and_exclusions_are_found_under_their_person_only(session, world):
    given = post(session, world.member.id, world.branch.id, Role.COMMITTEE_MEMBER)
    left_out = exclusion(session, world.member.id)
    assert get_post(session, given.id, world.member.id) is given
    assert get_exclusion(session, left_out.id, world.member.id) is left_out
    with pytest.raises(NotFound):
        get_post(session, given.id, world.leader.id)
    with pytest.raises(NotFound):
        get_exclusion(session, left_out.id, world.leader.id)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("2026-01-01", None), ("2026-02-01", None), True),
        (("2026-01-01", "2026-02-01"), ("2026-02-01", None), False),
        (("2026-03-01", None), ("2026-01-01", "2026-03-01"), False),
        (("2026-03-01", None), ("2026-01-01", "2026-03-02"), True),
        (("2026-03-01", "2026-03-01"), ("2026-01-01", None), False),
    ],
)
def test_exclusions_of_a_person_never_overlap(session, world, first, second, clash):
    first, second = ([day and date.fromisoformat(day) for day in days] for days in (first, second))
    exclusion(session, world.member.id, on=first[0], until=first[1])
    session.commit()

    def leave_out():
        with transaction(session):
            actions.exclude(
                session, get_profile(session, world.member.id, TODAY), reason="ill", reasons={"ill": "病"},
                approved_by="支部党员大会", from_on=second[0], until_on=second[1], by=world.secretary.id, at=NOW,
            )  # fmt: skip

    if clash:
        with pytest.raises(Refused, match="已经登记过"):
            leave_out()
    else:
        leave_out()
    assert len(session.scalars(sa.select(Exclusion)).all()) == 2 - clash


def test_an_exclusion_still_to_come_ends_before_it_begins(session, world):
    row = exclusion(session, world.member.id, on=date(2026, 9, 1))
    with transaction(session):
        actions.end_exclusion(session, row, unit_id=world.branch.id, by=world.secretary.id, at=NOW)
    assert row.until_on == row.from_on


def test_slips_keep_passwords_and_make_accounts(session, world):
    new = person(session, branch=world.branch.id)
    with transaction(session):
        codes = actions.issue_slips(
            session, [new.id, world.member.id], unit_id=world.branch.id, by=world.secretary.id, at=NOW
        )
    assert set(codes) == {new.id, world.member.id} and len(set(codes.values())) == 2
    assert get_profile(session, world.member.id, TODAY).has_password
    assert not get_profile(session, new.id, TODAY).has_password
    witnessed = session.execute(sa.select(AuditRow.person_id, AuditRow.unit_id, AuditRow.after)).all()
    assert {tuple(row) for row in witnessed} == {
        (new.id, world.branch.id, None),
        (world.member.id, world.branch.id, None),
    }


def test_no_slips_for_nobody(session, world):
    assert actions.issue_slips(session, [], unit_id=world.branch.id, by=world.secretary.id, at=NOW) == {}


def test_a_branch_counts_each_member_once(session, world):
    person(session, branch=world.branch.id)
    branch = get_branch(session, world.branch.id, TODAY)
    assert (branch.members, branch.full, branch.probationary, branch.on_the_way, branch.ungrouped) == (10, 9, 1, 1, 1)
    assert sum(group.members for group in branch.groups) + branch.ungrouped == branch.members
    assert members_by_unit(session, TODAY)[world.branch.id] == branch.members
    assert "还有 1 名党员没有编入党小组。" in branch.warnings

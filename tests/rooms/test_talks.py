"""Entering and withdrawing talks: once a day for two people, the trail without the text, a branch's year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from partygroup import clock
from partygroup.db import AuditRow, transaction
from partygroup.errors import NotFound, Refused
from partygroup.people.names import stroke_key
from partygroup.selfcheck.queries import year_of
from partygroup.selfcheck.rules import gaps_of
from partygroup.talks.actions import enter_talk, withdraw_talk
from partygroup.talks.models import Talk
from partygroup.talks.queries import PAGE, circle_of, coverage_of, get_talk, summary_of, talks_of_year, talks_with
from partygroup.talks.rules import Entered
from tests.factories import exclusion, talk

SAID = "夜莺在唱"
DAY = date(2026, 11, 26)


@pytest.fixture
def enter(session, world, at):
    """Return a function that enters a talk of the member with somebody, by the member."""
    moment = at("2026-11-26 10:00")

    def do(other="leader", *, by="member", one="member", held_on=DAY, summary=SAID, for_others=False) -> int:
        entered = Entered(world.actors[one].id, world.actors[other].id, held_on, "work", summary)
        circle = circle_of(session, world.branch.id, DAY)
        with transaction(session):
            return enter_talk(session, entered, branch_id=world.branch.id, circle=circle, for_others=for_others,
                              by=world.actors[by].id, at=moment)  # fmt: skip

    return do


def test_both_have_it_in_their_list_and_nobody_confirms(session, world, enter):
    talk_id = enter()
    for one, other in ((world.member, world.leader), (world.leader, world.member)):
        (told,) = talks_with(session, one.id)
        assert (told.id, told.other_than(one.id), told.topic, told.pair) == (talk_id, other.name, "工作", "党员之间")
    assert talks_with(session, world.neighbour.id) == []


@pytest.mark.parametrize(
    ("one", "other", "pair"), [("member", "secretary", "委员和党员"), ("secretary", "deputy", "委员之间")]
)
def test_the_pair_follows_from_the_posts(session, enter, one, other, pair):
    assert get_talk(session, enter(other, one=one, by=one)).pair == pair


def test_two_people_are_entered_once_a_day_whoever_does_it(session, world, enter):
    enter()
    with pytest.raises(Refused) as refusal:
        enter("member", one="leader", by="leader", summary="")
    assert refusal.value.status == 409
    enter("member", one="leader", by="leader", held_on=date(2026, 11, 25))
    assert session.scalar(sa.select(sa.func.count(Talk.id))) == 2


def test_the_list_is_turned_by_day_and_id(session, world):
    for number in range(PAGE + 3):
        talk(session, world.branch.id, world.member.id, world.leader.id, on=DAY - timedelta(days=number * 7 % 100))
    first = talks_with(session, world.member.id)
    last = talks_with(session, world.member.id, before=(first[-1].talk.held_on, first[-1].id))
    days = [told.talk.held_on for told in (*first, *last)]
    assert len(first) == PAGE and len({told.id for told in (*first, *last)}) == PAGE + 3
    assert days == sorted(days, reverse=True)


def test_who_is_of_another_branch_or_no_member_is_not_entered(enter):
    for other in ("sister", "activist", "stranger"):
        with pytest.raises(Refused, match="请选和谁谈的"):
            enter(other)


def test_the_text_is_loaded_only_where_it_is_asked_for(session, enter):
    talk_id = enter()
    told = get_talk(session, talk_id)
    assert told.talk.has_summary
    with pytest.raises(InvalidRequestError):
        _ = told.talk.summary
    assert summary_of(session, talk_id) == SAID


def test_the_trail_tells_the_two_and_no_unit_and_never_the_text(session, world, enter):
    talk_id = enter()
    with transaction(session):
        withdraw_talk(session, get_talk(session, talk_id).talk, reason="记错了", by=world.leader.id, at=clock.now())
    rows = session.scalars(sa.select(AuditRow)).all()
    assert [(row.action, row.unit_id) for row in rows] == [("talks.talk.enter", None)] * 2 + [
        ("talks.talk.withdraw", None)
    ] * 2
    assert {row.person_id for row in rows} == {world.member.id, world.leader.id}
    assert all(SAID not in repr((row.before, row.after, row.reason)) for row in rows)


def test_a_withdrawn_talk_has_no_text_counts_no_more_and_can_be_entered_anew(session, world, enter):
    talk_id = enter()
    with transaction(session):
        withdraw_talk(session, get_talk(session, talk_id).talk, reason="记错了", by=world.leader.id, at=clock.now())
    session.expire_all()
    assert summary_of(session, talk_id) is None
    assert talks_of_year(session, world.branch.id, 2026) == []
    assert world.member.id in coverage_of(session, circle_of(session, world.branch.id, DAY), 2026).members
    with pytest.raises(Refused), transaction(session):
        withdraw_talk(session, get_talk(session, talk_id).talk, reason="再来一次", by=world.leader.id, at=clock.now())
    assert enter() != talk_id
    assert [told.talk.withdrawn_at is None for told in talks_with(session, world.member.id)] == [True, False]


def test_the_database_keeps_talks_dated_and_of_two(session, world):
    for change in ({"held_on": None}, {"first_id": world.leader.id, "second_id": world.leader.id}):
        with pytest.raises(IntegrityError):
            talk(session, world.branch.id, world.member.id, world.leader.id, **change)
        session.rollback()
    with pytest.raises(NotFound):
        get_talk(session, 1)


def test_a_branch_owes_its_members_and_its_committee_talks(session, world, enter):
    circle = circle_of(session, world.branch.id, DAY)
    assert set(circle.officers) == {world.secretary.id, world.deputy.id}
    assert world.activist.id not in circle.names
    before = coverage_of(session, circle, 2026)
    assert set(before.members) == set(circle.reminded) and before.officers == (circle.officers,)
    enter("secretary")
    enter("deputy", one="secretary", by="secretary", held_on=date(2026, 1, 1))
    enter("leader", held_on=date(2025, 12, 31))
    after = coverage_of(session, circle, 2026)
    assert set(before.members) - set(after.members) == {world.member.id, world.secretary.id, world.deputy.id}
    assert after.officers == ()


def test_names_stand_in_stroke_order_without_who_is_not_counted(session, world):
    circle = circle_of(session, world.branch.id, DAY)
    names = [circle.names[one] for one in circle.reminded]
    assert names == sorted(names, key=stroke_key) and len(names) == 9
    exclusion(session, world.member.id)
    circle = circle_of(session, world.branch.id, DAY)
    assert world.member.id not in circle.reminded and world.member.id in circle.names


@pytest.mark.parametrize(("today", "told"), [(date(2026, 9, 30), False), (DAY, True)])
def test_the_self_check_names_who_is_open_from_the_fourth_quarter_on(session, world, enter, today, told):
    enter()
    year = year_of(session, world.branch.id, 2026, today)
    words = [gap for gap in gaps_of(year, today) if "谈过心" in gap.words]
    assert bool(words) is told
    if told:
        assert words[0].url == f"/branches/{world.branch.id}/talks?year=2026"
        assert world.member.name not in words[0].words and "等 " in words[0].words

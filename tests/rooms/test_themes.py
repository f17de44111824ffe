"""A theme done in parts: whom it has reached, each once, however many parts name them; and that it gives one claim."""

from __future__ import annotations

from random import Random

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities import actions
from partygroup.activities.themes import counted, end_theme, themes_for
from partygroup.db import AuditRow, transaction
from partygroup.people.models import Workplace
from partygroup.scores import declaring, from_activity
from partygroup.scores.declaring import Claim
from partygroup.scores.models import Declaration
from tests.factories import LONG_AGO, activity, add, person, theme, unit

NOW = clock.beijing("2026-03-05 12:00")
TODAY, A_YEAR_AGO = clock.day_of(NOW), clock.day_of(clock.beijing("2025-03-05 12:00"))


@pytest.fixture(autouse=True)
def now(at):
    at("2026-03-05 12:00")


@pytest.fixture
def safety(session, world):
    """Return a theme of the member's branch."""
    return theme(session, world.branch.id, world.branch.id, by=world.secretary.id)


@pytest.fixture
def part(session, world, safety):
    """Return a function that jots a part of the theme with some people named, or person → answer."""

    def jot(people, sort="service", **columns):
        return activity(
            session, world.group.id, world.branch.id, by=world.leader.id, people=people, at=NOW, sort=sort,
            theme_id=safety.id, **columns,
        )  # fmt: skip

    return jot


def reached(session, of) -> set[int]:
    return {one.id for one in counted(session, of, TODAY) if one.reached}


def test_whoever_is_named_and_does_not_say_no_is_reached_once(session, world, safety, part):
    part({world.member.id: None, world.leader.id: "yes", world.probationer.id: "no"})
    part({world.member.id: "differs"})
    part([world.neighbour.id], withdrawn_at=NOW, withdrawn_by=world.leader.id)
    everybody = counted(session, safety, TODAY)
    assert len({one.id for one in everybody}) == len(everybody)
    assert reached(session, safety) == {world.member.id, world.leader.id}


def test_any_parts_reach_just_their_union(session, world, safety, part):
    everybody, random = [one.id for one in counted(session, safety, TODAY)], Random(5)
    assert len(everybody) > 5
    for _ in range(12):
        before = reached(session, safety)
        named = {one: random.choice([None, "yes", "no", "differs"]) for one in random.sample(everybody, 3)}
        is_withdrawn = random.random() < 0.3
        gone = {"withdrawn_at": NOW, "withdrawn_by": world.leader.id} if is_withdrawn else {}
        part(named, **gone)
        more = set() if is_withdrawn else {one for one, said in named.items() if said != "no"}
        assert reached(session, safety) == before | more
        assert [one.id for one in counted(session, safety, TODAY)] == everybody


def test_a_theme_is_for_the_members_of_its_unit(session, world, safety):
    own = theme(session, world.group.id, world.branch.id, by=world.leader.id)
    told = {one.id for one in counted(session, own, TODAY)}
    assert world.member.id in told and world.activist.id not in told and world.neighbour.id not in told
    assert told < {one.id for one in counted(session, safety, TODAY)}


def test_the_shift_team_is_known_from_the_workplace(session, world, safety):
    team = unit(session, "shift_team", "甲班")
    add(session, Workplace, person_id=world.member.id, unit_id=team.id, from_on=LONG_AGO)
    teams = {one.id: (one.team_id, one.team_name) for one in counted(session, safety, TODAY)}
    assert teams[world.member.id] == (team.id, "甲班") and teams[world.leader.id] == (None, None)


def test_counting_is_one_statement_however_many(session, world, safety, part, statements):
    def count() -> int:
        with statements() as seen:
            counted(session, safety, TODAY)
        return len(seen)

    before = count()
    for number in range(10):
        part([person(session, f"余小{number}", branch=world.branch.id, group=world.group.id).id, world.member.id])
    assert count() == before == 1


def test_which_themes_can_be_chosen(session, world, safety):
    own = theme(session, world.group.id, world.branch.id, by=world.leader.id, ends_on=TODAY)
    others = theme(session, world.units["玄武"].id, world.branch.id, by=world.neighbour.id)
    over = theme(session, world.branch.id, world.branch.id, by=world.secretary.id, on=A_YEAR_AGO)
    theme(session, world.foreign_branch.id, world.foreign_branch.id, by=world.stranger.id)
    near = {"unit_id": world.group.id}
    assert themes_for(session, world.branch.id, TODAY, TODAY, **near) == [own, safety]
    assert themes_for(session, world.branch.id, TODAY, TODAY) == [own, safety, others]
    assert themes_for(session, world.branch.id, over.starts_on, over.ends_on, **near) == [over]


def test_ending_it_twice_ends_it_once(session, world, safety):
    for _ in range(2):
        with transaction(session):
            end_theme(session, safety, by=world.secretary.id, at=NOW)
    assert safety.last_on == safety.ended_on == TODAY
    rows = sa.select(sa.func.count()).where(AuditRow.action == "activities.theme.end")
    assert session.scalar(rows) == 1


# --- points -----------------------------------------------------------------------------------------------------------


def declare(session, one, world, **more) -> list[Declaration]:
    with transaction(session):
        return from_activity.declare_activity(session, one, item="", by=world.leader.id, at=NOW, **more)


def test_nobody_gets_a_second_claim_from_another_part(session, world, part):
    first, second = part([world.member.id, world.leader.id]), part([world.member.id, world.probationer.id])
    offered = from_activity.offer_of(session, second, at=NOW)
    assert (len(offered.people), offered.elsewhere) == (2, 0)
    made = declare(session, first, world)
    offered = from_activity.offer_of(session, second, at=NOW)
    assert ([one.person_id for one in offered.people], offered.elsewhere) == ([world.probationer.id], 1)
    made += declare(session, second, world)
    assert declare(session, second, world) == declare(session, first, world) == []
    assert sorted(one.person_id for one in made) == sorted([world.member.id, world.leader.id, world.probationer.id])
    assert {one.event for one in made} == {f"theme:{first.theme_id}"}


def test_taken_back_it_can_be_claimed_from_the_other_part(session, world, part):
    first, second = part([world.member.id]), part([world.member.id])
    declare(session, first, world)
    with transaction(session):
        from_activity.take_back(session, first, by=world.leader.id, at=NOW)
    assert [one.activity_id for one in declare(session, second, world)] == [second.id]


def test_activities_of_no_theme_stay_apart(session, world):
    for _ in range(2):
        alone = activity(session, world.group.id, world.branch.id, by=world.leader.id, people=[world.member.id],
                         at=NOW, sort="service")  # fmt: skip
        (made,) = declare(session, alone, world)
        assert made.event == f"activity:{alone.id}"


def test_each_part_of_a_theme_has_a_lead_of_its_own(session, world, part):
    """Shared items are shared within a part: a returned one can be mended though the theme has two who led."""
    first, second = part([world.leader.id, world.member.id], "hazard"), part([world.neighbour.id], "hazard")
    made = declare(session, first, world) + declare(session, second, world)
    assert sorted(one.leads for one in made) == [False, True, True]
    one = made[-1]
    session.execute(sa.update(Declaration).where(Declaration.id == one.id).values(state="returned"))
    session.commit()
    claim = Claim(one.item, one.happened_on, "查了吊具，换了限位")
    with transaction(session):
        declaring.edit(session, one, claim, by=world.leader.id, at=NOW)
    assert one.text == "查了吊具，换了限位"


def test_a_part_keeps_its_theme_and_its_days(session, world, safety):
    note = actions.Note("study", "班前学条例", TODAY, None, actions.Tags(), {world.member.id: (world.branch.id, None)},
                        safety)  # fmt: skip
    with transaction(session):
        jotted = actions.jot(session, unit_id=world.group.id, branch_id=world.branch.id, note=note,
                             by=world.leader.id, at=NOW)  # fmt: skip
    assert jotted.theme_id == safety.id
    told = session.scalar(sa.select(AuditRow.after).where(AuditRow.action == "activities.jot"))
    assert told["theme"] == safety.title

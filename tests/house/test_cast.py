"""The world of the tests is what it promises: a tree with canaries, groups of four and more, people who can log in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.people.logins import find_account
from partygroup.people.models import Belonging
from partygroup.people.passwords import is_password
from tests.cast import PASSWORD
from tests.factories import gathering, person, post, unit

pytestmark = pytest.mark.postgres


def test_the_world_is_a_company_in_small(world):
    kinds = [spot.kind for spot in world.units.values()]
    assert [kinds.count(kind) for kind in ("company", "unit_committee", "branch", "party_group")] == [1, 2, 4, 8]
    assert {spot.canary for spot in world.below(world.branch)} == {"红柳", "朱雀", "玄武"}
    assert "蓝田" in world.canaries_outside(world.branch)


def test_every_group_has_four_and_more(world, session):
    sizes = session.execute(sa.select(Belonging.group_id, sa.func.count()).group_by(Belonging.group_id))
    assert all(size >= 4 for _group, size in sizes)


def test_everybody_logs_in_with_the_same_password(world, session):
    found = find_account(session, world.member.staff_no, today=clock.today())
    assert found.name == world.member.name and is_password(found.password, PASSWORD)


def test_factories_make_the_smallest_valid_thing(world, session):
    group = unit(session, "party_group", under=world.branch.id)
    somebody = person(session, branch=world.branch.id, group=group.id)
    post(session, somebody.id, group.id, "group_leader")
    assert gathering(session, group.id, by=somebody.id).circle == "group"

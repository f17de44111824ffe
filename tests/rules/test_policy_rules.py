"""The mechanism of the policy: ways, sleeping offices, never oneself."""

from dataclasses import dataclass, field

import pytest

from partygroup.people.logins import Held
from partygroup.policy import POLICY, Can, Grant, Place, grant, may, units_where

COMPANY, UNIT, BRANCH, GROUP, OTHER_GROUP, OTHER_BRANCH = 1, 2, 3, 4, 5, 6
IN_GROUP, IN_BRANCH = (GROUP, BRANCH, UNIT, COMPANY), (BRANCH, UNIT, COMPANY)
KINDS = {COMPANY: "company", UNIT: "unit_committee", BRANCH: "branch", GROUP: "party_group", OTHER_GROUP: "party_group"}


@dataclass
class Someone:
    """As much of a person as the policy asks about."""

    id: int = 10
    branch_id: int | None = BRANCH
    group_id: int | None = GROUP
    office_open: bool = True
    posts: list = field(default_factory=list)


def holding(role, unit, **others):
    return Someone(posts=[Held(role, unit, KINDS[unit], "单位")], **others)


MEMBER = Someone()
LEADER = holding("group_leader", GROUP)
SECRETARY = holding("secretary", BRANCH)


@pytest.mark.parametrize(
    ("who", "can", "lineage", "expected"),
    [
        (MEMBER, Can.SEE_MEETING, IN_GROUP, Grant.YES),
        (MEMBER, Can.SEE_MEETING, (OTHER_BRANCH, UNIT, COMPANY), Grant.NO),
        (MEMBER, Can.SHOW_CODE, IN_GROUP, Grant.NO),
        (LEADER, Can.SHOW_CODE, IN_GROUP, Grant.YES),
        (LEADER, Can.CALL_MEETING, IN_BRANCH, Grant.NO),
        (LEADER, Can.CALL_MEETING, (OTHER_GROUP, BRANCH, UNIT, COMPANY), Grant.NO),
        (SECRETARY, Can.CALL_MEETING, IN_GROUP, Grant.YES),
        (SECRETARY, Can.CALL_MEETING, (OTHER_BRANCH, UNIT, COMPANY), Grant.NO),
        (SECRETARY, Can.IMPORT_ROSTER, IN_BRANCH, Grant.NO),
        (holding("unit_office", UNIT), Can.IMPORT_ROSTER, IN_BRANCH, Grant.YES),
        (holding("unit_office", UNIT), Can.SHOW_CODE, IN_BRANCH, Grant.NO),
        (holding("company_office", COMPANY), Can.IMPORT_ROSTER, (COMPANY,), Grant.YES),
        (holding("auditor", COMPANY), Can.SEE_AUDIT, (COMPANY,), Grant.YES),
        (holding("auditor", COMPANY), Can.IMPORT_ROSTER, (COMPANY,), Grant.NO),
        (holding("account_officer", COMPANY), Can.ISSUE_ACTIVATION, IN_BRANCH, Grant.YES),
        (holding("account_officer", COMPANY), Can.SEE_ROLL, IN_GROUP, Grant.NO),
        (holding("secretary", UNIT), Can.SEE_PEOPLE, IN_BRANCH, Grant.NO),
        (SECRETARY, Can.READ_RESTRICTED, IN_GROUP, Grant.YES),
        (SECRETARY, Can.READ_RESTRICTED, (OTHER_BRANCH, UNIT, COMPANY), Grant.NO),
        *(
            (holding(role, unit), Can.READ_RESTRICTED, IN_GROUP, Grant.NO)
            for role, unit in [
                ("deputy_secretary", BRANCH),
                ("discipline_officer", BRANCH),
                ("group_leader", GROUP),
                ("secretary", UNIT),
                ("unit_office", UNIT),
                ("company_office", COMPANY),
                ("account_officer", COMPANY),
                ("auditor", COMPANY),
            ]
        ),
    ],
)
def test_powers_follow_posts_and_units(who, can, lineage, expected):
    assert grant(who, can, Place(lineage)) is expected


def test_powers_of_a_post_sleep_but_the_shop_floor_does_not():
    leader, secretary = (
        holding("group_leader", GROUP, office_open=False),
        holding("secretary", BRANCH, office_open=False),
    )
    assert grant(leader, Can.CALL_MEETING, Place(IN_GROUP)) is Grant.YES
    assert grant(leader, Can.GRANT_LEAVE, Place(IN_GROUP, 99)) is Grant.YES
    assert grant(secretary, Can.CALL_MEETING, Place(IN_BRANCH)) is Grant.ASLEEP
    assert grant(secretary, Can.TICK, Place(IN_BRANCH)) is Grant.YES
    assert grant(secretary, Can.SEE_PEOPLE, Place(IN_BRANCH)) is Grant.ASLEEP
    assert may(secretary, Can.SEE_PEOPLE, Place(IN_BRANCH))


NEVER_OWN = [Can.GRANT_LEAVE, Can.COUNT_OUT, Can.EDIT_PERSON, Can.GRANT_LEADER, Can.GRANT_BRANCH_POST,
             Can.GRANT_UNIT_POST, Can.ISSUE_ACTIVATION, Can.SIGN_OUT_OTHER]  # fmt: skip


@pytest.mark.parametrize("can", NEVER_OWN)
@pytest.mark.parametrize("role", ["secretary", "group_leader", "unit_office", "company_office", "account_officer"])
def test_nobody_decides_on_themselves(can, role):
    unit = {"secretary": BRANCH, "group_leader": GROUP, "unit_office": UNIT}.get(role, COMPANY)
    assert not may(holding(role, unit), can, Place(IN_GROUP, person_id=10))


def test_committee_matters_are_for_the_committee():
    committee = Place(IN_BRANCH, circle="committee")
    assert not may(MEMBER, Can.SEE_MEETING, committee)
    assert may(SECRETARY, Can.SEE_MEETING, committee)
    assert may(holding("committee_member", BRANCH), Can.SEE_MEETING, committee)
    assert may(holding("committee_member", UNIT), Can.SEE_MEETING, Place((UNIT, COMPANY), circle="committee"))


def test_where_a_power_is_held():
    assert units_where(LEADER, Can.CALL_MEETING) == [GROUP]
    assert units_where(SECRETARY, Can.CALL_MEETING) == [BRANCH]
    assert units_where(MEMBER, Can.CALL_MEETING) == []


def test_the_table_is_whole_and_every_way_has_a_sentence():
    assert set(POLICY) == set(Can)
    assert all(way.__doc__ for ways in POLICY.values() for way in ways)

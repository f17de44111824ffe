"""Declarations from an activity in one tap; proposals from imported lists."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Participation
from partygroup.clock import day_of
from partygroup.db import AuditRow
from partygroup.scores import declaring, from_activity, reviewing
from partygroup.scores.declaring import Claim
from partygroup.scores.models import Declaration, Source
from partygroup.scores.proposals import ImportedRow, propose_from_import
from tests.factories import activity
from tests.rooms.flow import TODAY

# --- from an activity -------------------------------------------------------------------------------------------------


def test_an_activity_in_one_tap(flow, world, session):
    people = [
        world.member.id, (world.leader.id, {"leads": True}),
        (world.probationer.id, {"answer": "no", "answered_at": flow.at}), world.activist.id,
    ]  # fmt: skip
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id, people=people)
    made = flow.do(from_activity.declare_activity, done, item="", by=world.leader.id)
    assert {(one.person_id, one.item, one.points, one.state, one.event, one.reviewed_by) for one in made} == {
        (world.member.id, "PF-SERVE", 10, "group_reviewed", f"activity:{done.id}", world.leader.id),
        (world.leader.id, "PF-SERVE", 10, "group_reviewed", f"activity:{done.id}", None),
    }
    assert flow.do(from_activity.declare_activity, done, item="PF-SOLVE", by=world.leader.id) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Declaration)) == 2


def test_a_shared_activity_gives_the_leader_all_and_members_half(flow, world, session):
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, sort="hazard",
                    people=[(world.leader.id, {"leads": True}), world.member.id, world.probationer.id])  # fmt: skip
    made = flow.do(from_activity.declare_activity, done, item="SE-HAZARD-CLOSED", by=world.leader.id)
    assert {one.person_id: one.points for one in made} == {
        world.leader.id: 5, world.member.id: 3, world.probationer.id: 3
    }  # fmt: skip


def test_a_second_tap_makes_no_second_leader(flow, world, session):
    people = [(world.leader.id, {}), (world.member.id, {"answer": "differs", "answered_at": flow.at})]
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, sort="hazard", people=people)

    def declare(lead: int):
        return flow.do(from_activity.declare_activity, done, item="SE-HAZARD-CLOSED", lead=lead, by=world.leader.id)

    declare(world.leader.id)
    session.execute(sa.update(Participation).where(Participation.person_id == world.member.id).values(answer="yes"))
    (second,) = declare(world.member.id)
    assert (second.person_id, second.leads, second.points) == (world.member.id, False, 3)


def test_a_tap_is_taken_back_and_another_item_chosen(flow, world, session):
    people = [world.member.id, (world.leader.id, {"leads": True})]
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id, people=people)
    flow.do(from_activity.declare_activity, done, item="", by=world.leader.id)
    assert "不是您填的" in flow.refused(from_activity.take_back, done, by=world.secretary.id).reason
    assert flow.do(from_activity.take_back, done, by=world.leader.id) == 2
    assert session.scalars(sa.select(Declaration)).all() == []
    told = session.scalars(sa.select(AuditRow.person_id).where(AuditRow.action == "scores.declaration.drop"))
    assert set(told) == {world.member.id, world.leader.id}
    made = flow.do(from_activity.declare_activity, done, item="PF-SOLVE", by=world.leader.id)
    assert {one.item for one in made} == {"PF-SOLVE"}


def test_what_somebody_has_looked_at_is_not_taken_back(flow, world, session):
    people = [world.member.id, (world.leader.id, {"leads": True})]
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id, people=people)
    first, second = flow.do(from_activity.declare_activity, done, item="", by=world.leader.id)
    flow.do(reviewing.confirm, first, meeting="7月支委会", by=world.secretary.id)
    assert flow.do(from_activity.take_back, done, by=world.leader.id) == 1
    assert "已经有人办理" in flow.refused(from_activity.take_back, done, by=world.leader.id).reason
    late = flow.refused(reviewing.confirm, second, meeting="7月支委会", by=world.secretary.id)
    assert late.status == 409 and "刚刚撤回了" in late.reason
    (again,) = flow.do(from_activity.declare_activity, done, item="", by=world.leader.id)
    assert again.person_id == second.person_id


def test_the_offer_leaves_out_who_has_one_already(flow, world, session):
    people = [
        world.member.id,
        (world.leader.id, {"leads": True}),
        (world.probationer.id, {"answer": "no", "answered_at": flow.at}),
    ]
    done = activity(session, world.group.id, world.branch.id, sort="hazard", by=world.leader.id, people=people)
    flow.do(from_activity.declare_activity, done, item="", by=world.leader.id)
    offer = flow.do(from_activity.offer_of, done)
    assert (offer.row.item.code, offer.people, offer.done) == ("SE-HAZARD-CLOSED", [], 2)
    session.execute(sa.update(Participation).values(answer="yes", answered_at=flow.at))
    offer = flow.do(from_activity.offer_of, done)
    assert [one.person_id for one in offer.people] == [world.probationer.id]
    assert (offer.leads(world.leader.id), offer.leads(world.probationer.id)) == (True, False)


def test_activities_that_make_nothing(flow, world, session):
    facts = {"by": world.leader.id, "people": [world.member.id, world.probationer.id]}
    shared = activity(session, world.group.id, world.branch.id, sort="hazard", **facts)
    assert "牵头人" in flow.refused(from_activity.declare_activity, shared, item="", by=world.leader.id).reason
    study = activity(session, world.group.id, world.branch.id, sort="study", **facts)
    assert "不用申报" in flow.refused(from_activity.declare_activity, study, item="", by=world.leader.id).reason
    served = activity(session, world.group.id, world.branch.id, sort="service", **facts)
    assert "列出的" in flow.refused(from_activity.declare_activity, served, item="WP-TASK", by=world.leader.id).reason
    gone = activity(
        session,
        world.group.id,
        world.branch.id,
        sort="service",
        withdrawn_at=flow.at,
        withdrawn_by=world.leader.id,
        **facts,
    )
    assert "已经撤回" in flow.refused(from_activity.declare_activity, gone, item="", by=world.leader.id).reason


def test_what_an_activity_says_stays_when_its_declaration_is_edited(flow, world, session):
    done = activity(
        session, world.group.id, world.branch.id, sort="service", by=world.secretary.id, people=[world.member.id]
    )
    (made,) = flow.do(from_activity.declare_activity, done, item="", by=world.secretary.id)
    flow.do(reviewing.return_, made, reason="写清楚", by=world.leader.id)
    flow.do(declaring.edit, made, Claim("QI-TEACH", TODAY, "修好三处水管"), by=world.member.id)
    assert (made.item, made.text, made.event) == ("PF-SERVE", "修好三处水管", f"activity:{done.id}")


# --- imported lists --------------------------------------------------------------------------------------------------


def test_imported_rows_wait_for_the_committee(flow, world, session):
    day = date(2026, 6, 30)
    rows = [
        ImportedRow(world.member.id, "SE-VIOLATION-ORDINARY", 2, day, "import:安全部门/4", "安全部门第二季度通报"),
        ImportedRow(world.member.id, "QI-STAR", 2, day, "import:人力部门/1", "晋升两星"),
        ImportedRow(world.member.id, "WP-QUALITY", 4, day, "import:质量部门/9", "质量事件"),
        ImportedRow(world.leader.id, "QI-PATENT", 1, day, "import:技术部门/2", "专利登记", leads=False),
    ]
    made = flow.do(propose_from_import, rows, by=world.unit_officer.id)
    assert [(one.item, one.points, one.event) for one in made] == [
        ("SE-VIOLATION-ORDINARY", -20, "import:安全部门/4"), ("SE-VIOLATION-ORDINARY", -20, "import:安全部门/4/2"),
        ("QI-STAR", 20, "import:人力部门/1"), ("WP-QUALITY", -40, "import:质量部门/9"),
        ("QI-PATENT", 15, "import:技术部门/2"),
    ]  # fmt: skip
    assert {(one.state, one.source, one.branch_id) for one in made} == {("group_reviewed", "import", world.branch.id)}
    assert flow.do(propose_from_import, rows, by=world.unit_officer.id) == []


def test_a_day_before_all_rules_is_refused(flow, world):
    row = ImportedRow(world.member.id, "QI-SKILL", 1, date(2019, 12, 31), "import:x/1", "某事")
    assert "还没有积分规则" in flow.refused(propose_from_import, [row], by=world.unit_officer.id).reason


def test_a_row_that_says_a_higher_number_later_adds_the_difference(flow, world):
    said = [
        ImportedRow(world.member.id, "SE-HAZARD-CLOSED", times, TODAY, "import:安全部门/4", "查隐患")
        for times in (1, 3)
    ]
    assert [len(flow.do(propose_from_import, [row], by=world.unit_officer.id)) for row in said] == [1, 2]


@pytest.mark.parametrize(("person", "item", "figure", "said"), [
    ("member", "WP-TASK", 1, "不是由部门数据"), ("member", "NONE", 1, "不是由部门数据"),
    ("activist", "QI-SKILL", 1, "计分的党员"), ("member", "QI-SKILL", 0, "大于0"), ("member", "WP-QUALITY", 6, "最多"),
    ("member", "WP-QUALITY", 2, "之间"),
])  # fmt: skip
def test_imported_rows_that_are_refused(flow, world, person, item, figure, said):
    row = ImportedRow(world.actors[person].id, item, figure, TODAY, "import:x/1", "某事")
    assert said in flow.refused(propose_from_import, [row], by=world.unit_officer.id).reason


def test_officers_enter_what_the_branch_knows(flow, world):
    made = flow.submitted(world.member, "WP-MISSED", by=world.secretary, source=Source.BRANCH)
    assert (made.points, made.state, made.source) == (-20, "group_reviewed", "branch")
    assert day_of(made.submitted_at) == TODAY

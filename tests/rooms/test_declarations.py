"""The life of a declaration up to publicity (domain.md 13): every step, who may not decide, the timers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.errors import Refused
from partygroup.people.models import Belonging, Post, Role
from partygroup.scores import declaring, publicity, reviewing
from partygroup.scores.declaring import Claim
from partygroup.scores.models import (
    Source,
)
from partygroup.scores.settling import Settled, settle
from tests.factories import add, declaration, post
from tests.rooms.flow import NEXT_MONDAY, TODAY

# --- the straight way -------------------------------------------------------------------------------------------------


def test_from_draft_to_the_book(flow, world, session):
    made = flow.declared()
    assert (made.state, made.points, made.branch_id, made.group_id) == ("draft", 5, world.branch.id, world.group.id)
    flow.do(declaring.submit, made, by=world.member.id)
    assert made.state == "submitted"
    flow.do(reviewing.review, made, by=world.leader.id)
    assert (made.state, made.awarded, made.reviewed_by) == ("group_reviewed", 5, world.leader.id)
    flow.do(reviewing.confirm, made, meeting="7月支委会", by=world.secretary.id)
    assert (made.state, made.meeting_ref, made.confirmed_by) == ("confirmed", "7月支委会", world.secretary.id)
    assert flow.do(publicity.publish, made, by=world.deputy.id) == NEXT_MONDAY
    assert flow.do(settle, at=clock.beijing("2026-07-13 23:59")) == Settled(0, 0, 0)
    assert flow.do(settle, at=clock.beijing("2026-07-14 00:00")) == Settled(0, 1, 0)
    assert flow.do(settle, at=clock.beijing("2026-07-14 00:00")) == Settled(0, 0, 0)
    (entry,) = flow.entries()
    assert (entry.sort, entry.year, entry.quarter, entry.item, entry.dimension, entry.points, entry.confirmed_by) == (
        "entry", 2026, 3, "SE-STOP", "SE", 5, world.secretary.id
    )  # fmt: skip
    steps = session.scalars(
        sa.select(AuditRow.action).where(AuditRow.subject_type == "declaration").order_by(AuditRow.id)
    ).all()
    assert [step.rsplit(".", 1)[1] for step in steps] == ["make", "submit", "review", "confirm", "publish", "settle"]


@pytest.mark.parametrize(("item", "who", "state"), [
    ("SE-STOP", "member", "submitted"),
    ("WP-TASK", "member", "group_reviewed"),
    ("SE-STOP", "leader", "group_reviewed"),
    ("SE-STOP", "neighbour", "group_reviewed"),
])  # fmt: skip
def test_where_a_submission_goes(flow, world, item, who, state):
    assert flow.submitted(world.actors[who], item).state == state


def test_without_a_leader_it_goes_up(flow, world, session):
    session.execute(sa.delete(Post).where(Post.role == Role.GROUP_LEADER))
    made = flow.submitted()
    assert (made.state, made.reviewed_by) == ("group_reviewed", None)


def test_what_the_leader_declares_for_a_member_needs_no_second_look(flow, world):
    made = flow.submitted(world.member, by=world.leader)
    assert (made.state, made.reviewed_by) == ("group_reviewed", world.leader.id)


def test_taking_back_editing_and_handing_in_again(flow, world):
    made = flow.submitted()
    flow.do(declaring.withdraw, made, by=world.member.id)
    assert made.state == "draft"
    claim = Claim("QI-TEACH", TODAY - timedelta(days=1), "给新工讲课")
    flow.do(declaring.edit, made, claim, by=world.member.id)
    assert (made.item, made.points, made.happened_on) == ("QI-TEACH", 10, date(2026, 7, 5))
    flow.do(declaring.submit, made, by=world.member.id)
    flow.do(reviewing.return_, made, reason="写明是哪一课", by=world.leader.id)
    assert (made.state, made.reason) == ("returned", "写明是哪一课")
    flow.do(declaring.edit, made, claim, by=world.member.id)
    assert made.state == "draft"


def test_only_the_member_and_who_made_it_change_it(flow, world):
    made = flow.declared()
    for act in (declaring.submit, declaring.withdraw):
        assert flow.refused(act, made, by=world.neighbour.id)
    assert (
        "只有本人或填报的人"
        in flow.refused(declaring.edit, made, Claim("SE-STOP", TODAY, "别人改"), by=world.neighbour.id).reason
    )


@pytest.mark.parametrize(("claim", "said"), [
    ({"happened_on": date(2026, 7, 7)}, "今天以后"),
    ({"happened_on": date(2025, 5, 31)}, "400天以内"),
    ({"item": "PF-ABSENT"}, "计分内容"),
    ({"item": "SE-VIOLATION-SERIOUS"}, "计分内容"),
    ({"item": "PF-SERVE"}, "计分内容"),
    ({"item": "NONE"}, "计分内容"),
    ({"text": ""}, "一句话"),
])  # fmt: skip
def test_what_cannot_be_declared(flow, world, claim, said):
    facts = {"item": "SE-STOP", "happened_on": TODAY, "text": "制止一次违章"} | claim
    refusal = flow.refused(
        declaring.declare, Claim(**facts), person_id=world.member.id, source=Source.DECLARED, by=world.member.id
    )
    assert said in refusal.reason


def test_the_oldest_day_is_400_days_ago(flow):
    assert flow.declared(happened_on=TODAY - timedelta(days=400)).state == "draft"


def test_an_activist_has_no_points(flow, world):
    refusal = flow.refused(
        declaring.declare, Claim("SE-STOP", TODAY, "制止一次违章"), person_id=world.activist.id,
        source=Source.DECLARED, by=world.activist.id,
    )  # fmt: skip
    assert "计分的党员" in refusal.reason


def test_it_belongs_where_the_member_was_on_the_day(flow, world, session):
    since = date(2026, 7, 1)
    session.execute(sa.update(Belonging).where(Belonging.person_id == world.member.id).values(until_on=since))
    where = {"branch_id": world.sister_branch.id, "group_id": world.units["苍龙"].id}
    add(session, Belonging, person_id=world.member.id, from_on=since, **where)
    old, new = flow.declared(happened_on=date(2026, 6, 30)), flow.declared()
    assert (old.branch_id, new.branch_id) == (world.branch.id, world.sister_branch.id)


def test_members_of_a_prize_get_half_and_a_sixth_is_refused(flow, world, session):
    of_branch = sa.select(Belonging.person_id).where(Belonging.branch_id == world.branch.id)
    standing = session.scalars(of_branch.where(Belonging.person_id != world.activist.id)).all()
    claim = {"item": "QI-CONTEST-PLANT", "happened_on": TODAY, "text": "厂里竞赛获奖", "event": "doc:赛1"}

    def declare(person_id, leads):
        return flow.do(
            declaring.declare, Claim(**claim, leads=leads), person_id=person_id, source="declared", by=person_id
        )

    assert declare(standing[0], True).points == 10
    assert [declare(one, False).points for one in standing[1:6]] == [5] * 5
    with pytest.raises(Refused, match="最多5人"):
        declare(standing[6], False)
    session.expire_all()
    with pytest.raises(Refused, match="一名牵头人"):
        declare(standing[7], True)


# --- the group and the committee --------------------------------------------------------------------------------------


def test_points_are_lowered_with_a_reason_and_never_raised(flow, world):
    made = flow.submitted(item="QI-TEACH")
    leader = {"by": world.leader.id}
    assert "写明原因" in flow.refused(reviewing.review, made, points=5, reason="", **leader).reason
    assert "不能高于" in flow.refused(reviewing.review, made, points=11, reason="很好", **leader).reason
    assert flow.refused(reviewing.review, made, points=-5, reason="错", **leader)
    flow.do(reviewing.review, made, points=5, reason="只讲了半课", **leader)
    assert (made.points, made.awarded, made.reason) == (10, 5, "只讲了半课")
    flow.do(reviewing.confirm, made, points=3, reason="按课时", meeting="7月支委会", by=world.secretary.id)
    assert made.awarded == 3


def test_returning_and_rejecting_need_a_reason(flow, world):
    made = flow.submitted()
    assert "写明原因" in flow.refused(reviewing.return_, made, reason=" ", by=world.leader.id).reason
    other = flow.reviewed()
    facts = {"meeting": "7月支委会", "by": world.secretary.id}
    assert "写明原因" in flow.refused(reviewing.reject, other, reason="", **facts).reason
    assert "哪次会议" in flow.refused(reviewing.confirm, other, meeting="", by=world.secretary.id).reason
    flow.do(reviewing.reject, other, reason="不属实", **facts)
    assert (other.state, other.reason) == ("rejected", "不属实")


def test_the_leader_never_reviews_own_ones(flow, world, session):
    own = declaration(session, world.leader.id, world.branch.id, group_id=world.group.id, state="submitted")
    assert "自己的申报" in flow.refused(reviewing.review, own, by=world.leader.id).reason
    assert "自己的申报" in flow.refused(reviewing.return_, own, reason="退", by=world.leader.id).reason


def test_an_officer_never_confirms_own_ones_nor_those_reviewed(flow, world, session):
    own = flow.reviewed(world.deputy, "WP-TASK")
    facts = {"meeting": "7月支委会", "by": world.deputy.id}
    assert "自己的申报" in flow.refused(reviewing.confirm, own, **facts).reason
    assert "自己的申报" in flow.refused(reviewing.reject, own, reason="不", **facts).reason
    post(session, world.leader.id, world.branch.id, Role.DISCIPLINE_OFFICER)
    reviewed = flow.reviewed()
    assert "在小组核实" in flow.refused(reviewing.confirm, reviewed, meeting="会", by=world.leader.id).reason
    flow.do(reviewing.confirm, reviewed, meeting="会", by=world.deputy.id)
    assert reviewed.state == "confirmed"


def test_the_secretarys_go_to_the_unit_office(flow, world):
    own = flow.reviewed(world.secretary, "WP-TASK")
    assert "自己的申报" in flow.refused(reviewing.confirm, own, meeting="会", by=world.secretary.id).reason
    assert "上级党委" in flow.refused(reviewing.confirm, own, meeting="会", by=world.deputy.id).reason
    assert "上级党委" in flow.refused(reviewing.reject, own, meeting="会", reason="不", by=world.deputy.id).reason
    flow.do(reviewing.confirm, own, meeting="党委会", by=world.unit_officer.id, at_unit=True)
    assert own.confirmed_by == world.unit_officer.id


def test_the_unit_office_leaves_the_rest_to_the_branch(flow, world, session):
    made = flow.reviewed()
    facts = {"meeting": "党委会", "by": world.unit_officer.id, "at_unit": True}
    assert "由支委会确认" in flow.refused(reviewing.confirm, made, **facts).reason
    session.execute(sa.delete(Post).where(Post.role == Role.SECRETARY, Post.unit_id == world.branch.id))
    alone = flow.reviewed(world.deputy, "WP-TASK")
    flow.do(reviewing.confirm, alone, **facts)
    assert alone.state == "confirmed"


def test_the_second_decider_is_told(flow, world):
    made = flow.submitted()
    version = made.version
    flow.do(reviewing.review, made, by=world.leader.id, version=version)
    refusal = flow.refused(reviewing.return_, made, reason="退", by=world.leader.id, version=version)
    assert (refusal.status, refusal.reason) == (409, "这条刚刚有人处理过，现在是“待支委会确认”。请刷新后再看。")
    assert made.state == "group_reviewed"


STEPS = {
    "submit": lambda flow, made: flow.refused(declaring.submit, made, by=made.person_id),
    "withdraw": lambda flow, made: flow.refused(declaring.withdraw, made, by=made.person_id),
    "review": lambda flow, made: flow.refused(reviewing.review, made, by=flow.world.leader.id),
    "return": lambda flow, made: flow.refused(reviewing.return_, made, reason="退", by=flow.world.leader.id),
    "confirm": lambda flow, made: flow.refused(reviewing.confirm, made, meeting="会", by=flow.world.deputy.id),
    "reject": lambda flow, made: flow.refused(
        reviewing.reject, made, meeting="会", reason="不", by=flow.world.deputy.id),
    "publish": lambda flow, made: flow.refused(publicity.publish, made, by=flow.world.deputy.id),
    "answer": lambda flow, made: flow.refused(
        publicity.answer, made, outcome="uphold", text="属实", points=None, by=flow.world.deputy.id),
    "decide": lambda flow, made: flow.refused(
        publicity.decide_appeal, made, outcome="grant", text="属实", points=None, by=flow.world.unit_officer.id),
    "reverse": lambda flow, made: flow.refused(publicity.reverse, made, reason="错", by=flow.world.deputy.id),
    "object": lambda flow, made: flow.refused(
        publicity.object_to, made, text="不对", of_branch=True, by=flow.world.neighbour.id),
}  # fmt: skip
ALLOWED = {
    "draft": ("submit",), "submitted": ("withdraw", "review", "return"), "returned": (),
    "group_reviewed": ("confirm", "reject"), "confirmed": ("publish",), "in_publicity": ("object",),
    "disputed": ("answer",), "under_appeal": ("decide",), "effective": ("reverse",), "rejected": (), "reversed": (),
}  # fmt: skip


@pytest.mark.parametrize("state", ALLOWED)
def test_nothing_happens_out_of_turn(flow, world, session, state):
    made = declaration(session, world.member.id, world.branch.id, group_id=world.group.id, state=state,
                       public_until=NEXT_MONDAY)  # fmt: skip
    for step, attempt in STEPS.items():
        if step not in ALLOWED[state]:
            refusal = attempt(flow, made)
            assert refusal.status == 422 and refusal.reason.endswith("。"), step
    assert (made.state, made.version) == (state, 1)


# --- timers -----------------------------------------------------------------------------------------------------------


def test_a_review_lapses_after_seven_days(flow):
    made = flow.submitted()
    assert flow.do(settle, at=clock.beijing("2026-07-13 23:59")).lapsed == 0
    assert flow.do(settle, at=clock.beijing("2026-07-14 00:01")).lapsed == 1
    assert (made.state, made.unreviewed, made.reviewed_by) == ("group_reviewed", True, None)


def test_settling_one_branch_leaves_the_others(flow, world):
    made = flow.submitted()
    late = {"at": flow.at + timedelta(days=9)}
    assert flow.do(settle, branch_id=world.sister_branch.id, **late) == Settled(0, 0, 0)
    assert flow.do(settle, branch_id=world.branch.id, **late).lapsed == 1
    assert made.state == "group_reviewed"


def test_holidays_make_publicity_longer(flow):
    made = flow.confirmed()
    eve = clock.beijing("2026-09-29 10:00")
    assert flow.do(publicity.publish, made, by=flow.world.secretary.id, at=eve) == date(2026, 10, 12)

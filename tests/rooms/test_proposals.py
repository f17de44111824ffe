"""Declarations from an activity in one tap; proposals from attendance and from imported lists."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, Leave, MakeUp, Mark
from partygroup.clock import day_of
from partygroup.meetings.models import Sitting
from partygroup.scores import declaring, reviewing
from partygroup.scores.declaring import Claim
from partygroup.scores.models import (
    Declaration,
    Exemption,
    Source,
)
from partygroup.scores.proposals import ImportedRow, propose_from_import
from partygroup.scores.settling import settle
from tests.factories import activity, add, gathering
from tests.rooms.flow import TODAY

# --- from an activity -------------------------------------------------------------------------------------------------


def test_an_activity_in_one_tap(flow, world, session):
    people = [
        world.member.id, (world.leader.id, {"leads": True}),
        (world.probationer.id, {"answer": "no", "answered_at": flow.at}), world.activist.id,
    ]  # fmt: skip
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id, people=people)
    made = flow.do(declaring.declare_activity, done, item="", by=world.leader.id)
    assert {(one.person_id, one.item, one.points, one.state, one.event, one.reviewed_by) for one in made} == {
        (world.member.id, "PF-SERVE", 10, "group_reviewed", f"activity:{done.id}", world.leader.id),
        (world.leader.id, "PF-SERVE", 10, "group_reviewed", f"activity:{done.id}", None),
    }
    assert flow.do(declaring.declare_activity, done, item="PF-SOLVE", by=world.leader.id) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Declaration)) == 2


def test_a_shared_activity_gives_the_leader_all_and_members_half(flow, world, session):
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, sort="hazard",
                    people=[(world.leader.id, {"leads": True}), world.member.id, world.probationer.id])  # fmt: skip
    made = flow.do(declaring.declare_activity, done, item="SE-HAZARD-CLOSED", by=world.leader.id)
    assert {one.person_id: one.points for one in made} == {
        world.leader.id: 5, world.member.id: 3, world.probationer.id: 3
    }  # fmt: skip


def test_activities_that_make_nothing(flow, world, session):
    facts = {"by": world.leader.id, "people": [world.member.id, world.probationer.id]}
    shared = activity(session, world.group.id, world.branch.id, sort="hazard", **facts)
    assert "牵头人" in flow.refused(declaring.declare_activity, shared, item="", by=world.leader.id).reason
    study = activity(session, world.group.id, world.branch.id, sort="study", **facts)
    assert "不用申报" in flow.refused(declaring.declare_activity, study, item="", by=world.leader.id).reason
    served = activity(session, world.group.id, world.branch.id, sort="service", **facts)
    assert "列出的" in flow.refused(declaring.declare_activity, served, item="WP-TASK", by=world.leader.id).reason
    gone = activity(
        session,
        world.group.id,
        world.branch.id,
        sort="service",
        withdrawn_at=flow.at,
        withdrawn_by=world.leader.id,
        **facts,
    )
    assert "已经撤回" in flow.refused(declaring.declare_activity, gone, item="", by=world.leader.id).reason


def test_what_an_activity_says_stays_when_its_declaration_is_edited(flow, world, session):
    done = activity(
        session, world.group.id, world.branch.id, sort="service", by=world.secretary.id, people=[world.member.id]
    )
    (made,) = flow.do(declaring.declare_activity, done, item="", by=world.secretary.id)
    flow.do(reviewing.return_, made, reason="写清楚", by=world.leader.id)
    flow.do(declaring.edit, made, Claim("QI-TEACH", TODAY, "修好三处水管"), by=world.member.id)
    assert (made.item, made.text, made.event) == ("PF-SERVE", "修好三处水管", f"activity:{done.id}")


# --- proposals --------------------------------------------------------------------------------------------------------


def meeting(session, world, day: str, *, absent=(), **columns):
    """Return a held group meeting with these people due and absent."""
    starts_at = clock.beijing(f"{day} 16:30")
    held = {"opened_at": starts_at, "opened_by": world.leader.id, "closed_at": starts_at, "closed_by": world.leader.id}
    met = gathering(session, world.group.id, by=world.leader.id, starts_at=starts_at, **held | columns)
    for person in absent:
        seat = {"standing": "full", "counting": "due", "may_vote": True}
        add(session, DueEntry, gathering_id=met.id, person_id=person.id, branch_id=world.branch.id,
            group_id=world.group.id, **seat)  # fmt: skip
    return met


def test_an_absence_is_proposed_when_making_up_has_ended(flow, world, session):
    met = meeting(session, world, "2026-06-01", absent=[world.member])
    assert flow.do(settle).proposed == 0
    meeting(session, world, "2026-06-10")
    assert flow.do(settle, at=clock.beijing("2026-06-16 23:00")).proposed == 0
    assert flow.do(settle, at=clock.beijing("2026-06-17 00:10")).proposed == 1
    assert flow.do(settle).proposed == 0
    made = session.scalars(sa.select(Declaration)).one()
    assert (made.item, made.points, made.state, made.source) == ("PF-ABSENT", -20, "group_reviewed", "attendance")
    assert (made.event, made.gathering_id, made.person_id) == (f"meeting:{met.id}", met.id, world.member.id)


def test_the_next_meeting_may_be_later_than_fifteen_days(flow, world, session):
    meeting(session, world, "2026-06-01", absent=[world.member])
    meeting(session, world, "2026-07-01")
    assert flow.do(settle, at=clock.beijing("2026-07-01 23:00")).proposed == 0
    assert flow.do(settle, at=clock.beijing("2026-07-02 01:00")).proposed == 1


@pytest.mark.parametrize("why", ["mark", "leave", "make_up", "exempt", "talk", "cancelled", "long ago"])
def test_nothing_is_proposed(flow, world, session, why):
    day = "2026-03-20" if why == "long ago" else "2026-06-01"
    more = {"kinds": ("heart_talk",)} if why == "talk" else {}
    more |= {"cancelled_at": flow.at, "cancelled_by": world.leader.id} if why == "cancelled" else {}
    met = meeting(session, world, day, absent=[world.member], **more)
    meeting(session, world, "2026-06-10", kinds=("group_meeting", "heart_talk"))
    if why in HOLDS:
        model, values = HOLDS[why]
        made = values(met.id, flow.at, world.leader.id)
        if why == "mark":
            made["sitting_id"] = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == met.id))
        add(session, model, person_id=world.member.id, **made)
    assert flow.do(settle).proposed == 0


#: What keeps an absence from being proposed: model → its columns by meeting, moment and who entered it.
HOLDS = {
    "mark": (Mark, lambda met, at, by: {
        "gathering_id": met, "happened_at": at, "arrived_at": at, "door": "tick", "by_id": by}),
    "leave": (Leave, lambda met, at, by: {
        "gathering_id": met, "sort": "leave_duty", "asked_at": at, "asked_by": by, "decided_at": at, "decided_by": by,
        "granted": True}),
    "make_up": (MakeUp, lambda met, at, by: {
        "gathering_id": met, "way": "briefing", "on_day": date(2026, 6, 5), "by_id": by, "at": at}),
    "exempt": (Exemption, lambda met, at, by: {
        "reason": "ill", "approved_by": "支部党员大会", "from_on": date(2026, 5, 1)}),
}  # fmt: skip


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

"""Objections, appeals, reversals, and the book that comes of it (domain.md 8.3, scoring.md 3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import AuditRow
from partygroup.scores import publicity, reviewing
from partygroup.scores.facts import to_json
from partygroup.scores.lines import Entry as FactEntry
from partygroup.scores.lines import Facts
from partygroup.scores.models import (
    Closing,
    EntrySort,
    Objection,
    RuleTable,
    StoredSheet,
)
from partygroup.scores.settling import settle
from tests.factories import add
from tests.rooms.flow import NEXT_MONDAY

# --- objection and appeal ---------------------------------------------------------------------------------------------


def test_an_objection_stops_the_clock_and_hides_its_author(flow, world, session):
    made = flow.disputed()
    (objection,) = session.scalars(sa.select(Objection)).all()
    assert (made.state, objection.answer_due_on) == ("disputed", NEXT_MONDAY)
    assert flow.do(settle, at=flow.at + timedelta(days=60)).effective == 0
    rows = session.scalars(sa.select(AuditRow).where(AuditRow.action.like("%.object%"))).all()
    about_line = [row for row in rows if row.subject_type == "declaration"]
    assert [row.actor_id for row in about_line] == [None]
    seen_by_others = [row for row in rows if row.person_id == world.member.id or row.unit_id == world.branch.id]
    assert world.neighbour.id not in [row.actor_id for row in seen_by_others]


def test_only_the_branch_objects_and_only_once_at_a_time(flow, world):
    made = flow.published()
    stranger = {"text": "不对", "of_branch": False, "by": world.stranger.id}
    assert "本支部" in flow.refused(publicity.object_to, made, **stranger).reason
    facts = {"of_branch": True, "by": world.neighbour.id}
    assert "写明" in flow.refused(publicity.object_to, made, text=" ", **facts).reason
    late = clock.beijing("2026-07-14 08:00")
    assert "公示期已过" in flow.refused(publicity.object_to, made, text="不对", at=late, **facts).reason
    flow.do(publicity.object_to, made, text="不对", at=clock.beijing("2026-07-13 20:00"), **facts)
    assert "已有异议" in flow.refused(publicity.object_to, made, text="也不对", **facts).reason


def test_who_answers(flow, world):
    made = flow.disputed()
    facts = {"outcome": "uphold", "text": "属实", "points": None}
    assert "您确认的" in flow.refused(publicity.answer, made, by=world.secretary.id, **facts).reason
    assert "您提的" in flow.refused(publicity.answer, made, by=world.neighbour.id, **facts).reason
    assert "自己的" in flow.refused(publicity.answer, made, by=world.member.id, **facts).reason
    assert "写明答复" in flow.refused(publicity.answer, made, by=world.deputy.id, **facts | {"text": ""}).reason
    assert "结果" in flow.refused(publicity.answer, made, by=world.deputy.id, **facts | {"outcome": "grant"}).reason


@pytest.mark.parametrize(("outcome", "points", "state", "counts"), [
    ("uphold", None, "in_publicity", 5), ("amend", 3, "in_publicity", 3), ("cancel", None, "rejected", None),
])  # fmt: skip
def test_an_answer(flow, world, outcome, points, state, counts):
    made = flow.disputed()
    answered = clock.beijing("2026-07-10 10:00")
    flow.do(publicity.answer, made, outcome=outcome, text="查过了", points=points, by=world.deputy.id, at=answered)
    assert made.state == state
    if counts:
        assert made.public_until == date(2026, 7, 15)
        assert flow.do(settle, at=clock.beijing("2026-07-16 08:00")).effective == 1
        assert [entry.points for entry in flow.entries()] == [counts]
    else:
        assert flow.entries() == []


def test_an_answer_never_shortens_publicity(flow, world):
    made = flow.disputed()
    flow.do(publicity.answer, made, outcome="uphold", text="属实", points=None, by=world.deputy.id)
    assert made.public_until == NEXT_MONDAY


def rejected(flow):
    made = flow.reviewed()
    flow.do(reviewing.reject, made, meeting="会", reason="不属实", by=flow.world.secretary.id)
    return made


def test_an_appeal_that_is_granted_counts_at_once(flow, world):
    made = rejected(flow)
    flow.do(publicity.appeal, made, text="有照片", by=world.member.id)
    assert made.state == "under_appeal"
    facts = {"outcome": "grant", "text": "支持"}
    assert "不能高于" in flow.refused(publicity.decide_appeal, made, points=6, by=world.unit_officer.id, **facts).reason
    flow.do(publicity.decide_appeal, made, points=None, by=world.unit_officer.id, **facts)
    assert (made.state, [entry.points for entry in flow.entries()]) == ("effective", [5])
    assert flow.entries()[0].confirmed_by == world.unit_officer.id


def test_an_appeal_that_is_dismissed_is_final(flow, world):
    made = rejected(flow)
    flow.do(publicity.appeal, made, text="有照片", by=world.member.id)
    flow.do(publicity.decide_appeal, made, outcome="dismiss", text="查无此事", points=None, by=world.unit_officer.id)
    assert (made.state, flow.entries()) == ("rejected", [])
    assert "最终" in flow.refused(publicity.appeal, made, text="再看看", by=world.member.id).reason


def test_who_appeals_and_who_decides(flow, world, session):
    made = rejected(flow)
    assert "本人" in flow.refused(publicity.appeal, made, text="有照片", by=world.neighbour.id).reason
    assert "理由" in flow.refused(publicity.appeal, made, text=" ", by=world.member.id).reason
    flow.do(publicity.appeal, made, text="有照片", by=world.member.id)
    facts = {"outcome": "grant", "text": "支持", "points": None}
    assert "参与过" in flow.refused(publicity.decide_appeal, made, by=world.leader.id, **facts).reason
    assert "参与过" in flow.refused(publicity.decide_appeal, made, by=world.secretary.id, **facts).reason
    public = flow.published()
    assert "先请支委会答复" in flow.refused(publicity.appeal, public, text="低了", by=world.member.id).reason


def test_after_an_answer_the_member_may_appeal(flow, world):
    made = flow.disputed()
    flow.do(publicity.answer, made, outcome="amend", text="低些", points=3, by=world.deputy.id)
    flow.do(publicity.appeal, made, text="应是原分", by=world.member.id)
    decided = {"outcome": "grant", "text": "支持", "points": None}
    assert "参与过" in flow.refused(publicity.decide_appeal, made, by=world.deputy.id, **decided).reason
    flow.do(publicity.decide_appeal, made, by=world.unit_officer.id, **decided)
    assert [entry.points for entry in flow.entries()] == [5]


# --- reversal and closed quarters -------------------------------------------------------------------------------------


def close(session, branch, quarter, person_id=None, facts=None):
    """Close a quarter as a row, with one sheet if asked."""
    table_id = session.scalar(sa.select(sa.func.min(RuleTable.id)))
    closing = {"branch_id": branch.id, "year": quarter.year, "quarter": quarter.number, "rule_table_id": table_id}
    closing_id = add(session, Closing, **closing, closed_at=clock.now(), closed_by=1)
    if person_id:
        add(session, StoredSheet, closing_id=closing_id, person_id=person_id, is_counted=True, due=0, came=0,
            facts=to_json(facts), body={}, digest="x")  # fmt: skip


def test_an_open_quarter_is_undone_by_a_counter_entry(flow, world):
    made = flow.effective()
    assert "自己的" in flow.refused(publicity.reverse, made, reason="错", by=world.member.id).reason
    assert "写明原因" in flow.refused(publicity.reverse, made, reason=" ", by=world.deputy.id).reason
    flow.do(publicity.reverse, made, reason="记错了人", by=world.deputy.id)
    entry, counter = flow.entries()
    assert (made.state, counter.sort, counter.undoes_id, counter.points) == ("reversed", "counter", entry.id, -5)
    assert (counter.year, counter.quarter, counter.confirmed_by) == (2026, 3, world.deputy.id)
    assert "已经更正" in flow.refused(publicity.reverse, made, reason="再来", by=world.deputy.id).reason


def test_a_late_fact_counts_in_the_first_open_quarter(flow, world, session):
    made = flow.published(happened_on=date(2026, 6, 30))
    close(session, world.branch, Quarter(2026, 2))
    flow.do(settle, at=flow.at + timedelta(days=8))
    assert [(entry.quarter, entry.happened_on) for entry in flow.entries()] == [(3, date(2026, 6, 30))]
    assert made.state == "effective"


def test_a_closed_quarter_is_mended_by_what_the_entry_gave(flow, world, session):
    """Scoring.md 8.5: four tasks claim 8.0, 6.0 count; reversing takes back 0, then 2.0, then 2.0, then 2.0."""
    june = {"happened_on": date(2026, 6, 10), "text": "按期完成任务"}
    tasks = [flow.published(item="WP-TASK", **june) for _ in range(4)]
    flow.do(settle, at=flow.at + timedelta(days=8))
    entries = flow.entries()
    assert {(entry.year, entry.quarter) for entry in entries} == {(2026, 2)}
    facts = Facts(entries=tuple(FactEntry(entry.id, entry.item, entry.points) for entry in entries))
    close(session, world.branch, Quarter(2026, 2), world.member.id, facts)
    worth = []
    for made in tasks:
        before = len(flow.entries())
        flow.do(publicity.reverse, made, reason="没有完成", by=world.deputy.id)
        worth.append([(row.sort, row.dimension, row.points, row.quarter, row.mends_quarter)
                      for row in flow.entries()[before:]])  # fmt: skip
    correction = [(EntrySort.CORRECTION, "WP", -20, 3, 2)]
    nothing = [(EntrySort.CORRECTION, "WP", 0, 3, 2)]
    assert worth == [nothing, correction, correction, correction]

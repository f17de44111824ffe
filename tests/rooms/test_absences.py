"""Absences that nobody made up in time become proposals: when, for whom, once, and by how many statements."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, Leave, MakeUp, Mark
from partygroup.clock import Quarter
from partygroup.meetings.models import Sitting
from partygroup.scores.absences import propose_absences
from partygroup.scores.closing import close_quarter, reopen_quarter
from partygroup.scores.models import Declaration, Exemption
from partygroup.scores.settling import settle
from tests.factories import add, gathering
from tests.scorebook import make_up


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


def proposed(flow, day: str) -> int:
    """Return how many absences a run of the timer at noon of a day proposes."""
    return flow.do(settle, at=clock.beijing(f"{day} 12:00")).proposed


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
    day = "2025-12-20" if why == "long ago" else "2026-06-01"
    more = {"kinds": ("heart_talk",)} if why == "talk" else {}
    more |= {"cancelled_at": flow.at, "cancelled_by": world.leader.id} if why == "cancelled" else {}
    met = meeting(session, world, day, absent=[world.member], **more)
    later = "2026-03-31" if why == "long ago" else "2026-06-10"
    meeting(session, world, later, kinds=("group_meeting", "heart_talk"))
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


# --- kinds of a year, late make-ups, closed quarters ------------------------------------------------------------------


def test_a_yearly_kind_is_open_until_the_next_one(flow, world, session):
    """The 组织生活会 of one year may be made up until that of the next: then it is proposed, a year later."""
    met = meeting(session, world, "2025-01-20", absent=[world.member], kinds=("org_life_meeting",))
    assert proposed(flow, "2026-01-05") == 0
    meeting(session, world, "2025-02-10", kinds=("group_meeting",))
    assert proposed(flow, "2026-01-05") == 0
    meeting(session, world, "2026-01-12", kinds=("org_life_meeting",))
    assert (proposed(flow, "2026-01-12"), proposed(flow, "2026-01-13"), proposed(flow, "2026-01-14")) == (0, 1, 0)
    made = session.scalars(sa.select(Declaration)).one()
    assert (made.gathering_id, made.happened_on, made.made_by) == (met.id, date(2025, 1, 20), world.leader.id)


@pytest.mark.parametrize(("on_day", "count"), [
    (date(2026, 6, 16), 0), (date(2026, 6, 17), 1), (date(2026, 6, 30), 1),
])  # fmt: skip
def test_only_a_make_up_in_time_holds_it_off(flow, world, session, on_day, count):
    """Until the fifteenth day, which is included; what came later is proposed all the same."""
    met = meeting(session, world, "2026-06-01", absent=[world.member])
    meeting(session, world, "2026-06-10")
    make_up(session, met.id, world.member.id, on_day, by=world.leader.id)
    assert proposed(flow, "2026-07-06") == count


def closed(flow, world, quarter: Quarter, at: str) -> None:
    flow.do(close_quarter, world.branch.id, quarter, by=world.secretary.id, at=clock.beijing(at))


@pytest.mark.parametrize(("recorded", "count"), [(None, 1), ("2026-07-16 17:00", 0), ("2026-07-16 19:00", 1)])
def test_closing_the_quarter_ends_the_time(flow, world, session, recorded, count):
    """No next one was held; what was recorded before the closing counts, what came after it does not."""
    met = meeting(session, world, "2026-06-01", absent=[world.member])
    if recorded:
        make_up(session, met.id, world.member.id, date(2026, 6, 20), by=world.leader.id, at=clock.beijing(recorded))
    closed(flow, world, Quarter(2026, 2), "2026-07-16 18:00")
    assert proposed(flow, "2026-07-16") == 0
    assert proposed(flow, "2026-07-17") == count


def test_reopening_opens_the_time_again(flow, world, session):
    meeting(session, world, "2026-06-01", absent=[world.member])
    closed(flow, world, Quarter(2026, 2), "2026-07-16 18:00")
    flow.do(reopen_quarter, world.branch.id, Quarter(2026, 2), reason="漏了补课", by=world.unit_officer.id)
    assert proposed(flow, "2026-07-20") == 0


def test_each_branch_by_its_own_closing(flow, world, session):
    met = meeting(session, world, "2026-06-01", absent=[world.member])
    seat = {"standing": "full", "counting": "due", "may_vote": True}
    add(session, DueEntry, gathering_id=met.id, person_id=world.sister.id, branch_id=world.sister.branch_id, **seat)
    closed(flow, world, Quarter(2026, 2), "2026-07-16 18:00")
    assert proposed(flow, "2026-07-20") == 1
    assert session.scalars(sa.select(Declaration.person_id)).all() == [world.member.id]


def test_as_many_statements_for_many_as_for_one(flow, world, session, statements):
    """Six: who stayed away, next ones, closings, rules; the proposals and their witnesses."""
    counts = []
    for month, absent in ((3, [world.member]), (5, [world.member, world.leader, world.probationer])):
        for day in (1, 2, 3)[: len(absent)]:
            meeting(session, world, f"2026-0{month}-0{day}", absent=absent)
        meeting(session, world, f"2026-0{month}-25")
        session.commit()
        with statements() as seen:
            made = flow.do(propose_absences, at=clock.beijing(f"2026-0{month}-26 12:00"))
        assert made == len(absent) ** 2
        counts.append(sum(not one.startswith(("BEGIN", "PRAGMA")) for one in seen))
    assert counts == [6, 6]

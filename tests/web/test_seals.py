"""`flask verify` reads sealed minutes by the page: as many statements for thirty as for three, and the same answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry
from partygroup.meetings.models import AgendaItem, Meeting
from partygroup.meetings.queries import describe
from partygroup.minutes import sealing
from partygroup.minutes.models import Gist, Minutes, Resolution
from partygroup.minutes.queries import sheet_of
from tests.factories import add, gathering
from tests.scorebook import mark

FIRST = clock.beijing("2026-01-05 16:30")


def seal(session, world, number: int) -> int:
    """Put a held group meeting with sealed minutes into the past; return the id of the meeting."""
    leader, member, start = world.leader.id, world.member.id, FIRST + timedelta(days=number)
    by = {"opened_by": leader, "closed_by": leader, "opened_at": start, "closed_at": start + timedelta(hours=1)}
    row = gathering(session, world.group.id, by=leader, starts_at=start, **by)
    for person_id in (leader, member):
        due = {"standing": "full", "counting": "due", "may_vote": True, "group_id": world.group.id}
        add(session, DueEntry, gathering_id=row.id, person_id=person_id, **due)
        mark(session, row.id, person_id, at=start)
    meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == row.id))
    topic = {"ordinal": 1, "sort": "topic", "title": f"第{number}件事", "added_at": start, "added_by": leader}
    item_id = add(session, AgendaItem, meeting_id=meeting_id, **topic)
    add(session, Gist, item_id=item_id, text=f"组长讲了{number}点")
    done = {"text": "每班点检", "progress": "open", "moved_at": start, "moved_by": leader}
    add(session, Resolution, item_id=item_id, unit_id=world.group.id, **done)
    end = start + timedelta(hours=1)
    written = {"begun_at": end, "begun_by": member, "edited_at": end, "edited_by": member, "ended_at": end}
    written |= {"chair_confirmed_at": end, "recorder_confirmed_at": end, "version": 1}
    made = add(session, Minutes, meeting_id=meeting_id, chair_id=leader, recorder_id=member, **written)
    session.flush()
    body = sealing.body_of(sheet_of(session, describe(session, row.id), meeting_id))
    sealed = {"body": body, "digest": sealing.digest_of_body(body), "sealed_at": end}
    session.execute(sa.update(Minutes).where(Minutes.id == made).values(sealed))
    session.execute(sa.update(Meeting).where(Meeting.id == meeting_id).values(sealed_at=end))
    return meeting_id


@pytest.fixture
def verified(session, statements):
    """Return a function that compares all seals: what was found, and the statements that it took."""

    def verify() -> tuple[list[str], list[str]]:
        session.commit()
        session.expunge_all()
        with statements() as seen:
            found = list(sealing.faults(session))
        return found, seen

    return verify


def test_many_seals_cost_as_many_statements_as_few(session, world, verified):
    for number in range(3):
        seal(session, world, number)
    found, few = verified()
    for number in range(3, 30):
        seal(session, world, number)
    found_of_many, many = verified()
    assert found == found_of_many == []
    assert len(many) == len(few) <= 9


def test_each_page_finds_what_was_changed_in_it_and_nothing_else(session, world, verified, monkeypatch):
    monkeypatch.setattr(sealing, "PAGE", 3)
    meetings = [seal(session, world, number) for number in range(8)]
    assert verified()[0] == []
    told = {
        0: (sa.update(Meeting).where(Meeting.id == meetings[0]).values(theme="别的"), "theme"),
        4: (sa.update(Minutes).where(Minutes.meeting_id == meetings[4]).values(body="{}"), "文字被改过"),
        7: (sa.delete(Minutes).where(Minutes.meeting_id == meetings[7]), "时间对不上"),
    }
    for change, _ in told.values():
        session.execute(change)
    found = verified()[0]
    assert len(found) == len(told)
    for line, (number, (_, said)) in zip(found, told.items(), strict=True):
        gathering_id = session.scalar(sa.select(Meeting.gathering_id).where(Meeting.id == meetings[number]))
        assert line.startswith(f"会议 {gathering_id} 的记录：") and said in line

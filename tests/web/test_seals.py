"""`flask verify` reads sealed minutes by the page: as many statements for thirty as for three, and the same answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.meetings.models import Meeting
from partygroup.minutes import sealing
from partygroup.minutes.models import Minutes
from tests.web.desks import seal

pytestmark = pytest.mark.postgres


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

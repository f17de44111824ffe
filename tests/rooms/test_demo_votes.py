"""Every members' meeting of the demo company voted, with figures of its list, and a witness for each row."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from partygroup.attendance.voting import electorate_of
from partygroup.db import AuditRow
from partygroup.meetings.agenda import agenda_of
from partygroup.meetings.models import AgendaItem, Gathering, Kind, Meeting, Vote


def test_members_meetings_voted_by_their_lists(company):
    loaded = selectinload(Gathering.meetings).options(joinedload(Meeting.kind))
    query = sa.select(Gathering).join(Meeting).join(Kind).where(Kind.code == "member_meeting").options(loaded)
    gatherings = company.scalars(query.where(Gathering.closed_at.is_not(None))).unique().all()
    assert len(gatherings) >= 8
    words = set()
    for gathering in gatherings:
        topic, decision = agenda_of(company, gathering)
        assert (topic.told, decision.electorate) == (None, electorate_of(company, gathering.id))
        assert gathering.opened_at < decision.vote.at < gathering.closed_at
        assert decision.ballot.tally.total == decision.vote.present
        words.add(decision.told.word)
    assert "通过" in words


def test_agendas_have_their_witnesses(company):
    for model, action in ((AgendaItem, "meeting.agenda.add"), (Vote, "meeting.vote.record")):
        rows = set(company.scalars(sa.select(model.id)))
        assert rows == set(company.scalars(sa.select(AuditRow.subject_id).where(AuditRow.action == action)))

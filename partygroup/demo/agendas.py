"""What the members' meetings of the demo company had on their agendas, and how their votes fell."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.meetings.models import AgendaItem, Kind, Meeting, Vote
from partygroup.meetings.sorts import SORTS, TOPIC

DECISION = "通过下一季度支部工作计划"
#: How long after the start the vote was recorded.
VOTED_AFTER = timedelta(minutes=30)


def write_agendas(session, turnouts: list) -> list[dict]:
    """Write a topic and a decision, with its vote, for each members' meeting of a day; return their witnesses."""
    held = {one.id: (one, some) for one, some in turnouts if "member_meeting" in one.plan.kinds}
    if not held:
        return []
    found = sa.select(Meeting.gathering_id, Meeting.id).join(Kind).where(Kind.code == "member_meeting")
    meetings = dict(session.execute(found.where(Meeting.gathering_id.in_(held)).order_by(Meeting.id)).all())
    trail, decisions = [], []
    for number, (sort, title) in enumerate(((TOPIC, None), ("decision", DECISION)), start=1):
        rows = [_item(held[its][0], meeting_id, number, sort, title) for its, meeting_id in meetings.items()]
        decisions = insert_with_ids(session, AgendaItem, rows)
        trail += [_added(held[its][0], row, item) for its, row, item in zip(meetings, rows, decisions, strict=True)]
    votes = [_vote(*held[its], item) for its, item in zip(meetings, decisions, strict=True)]
    ids = insert_with_ids(session, Vote, votes)
    return trail + [_voted(held[its][0], vote, one) for its, vote, one in zip(meetings, votes, ids, strict=True)]


def _item(one, meeting_id: int, number: int, sort: str, title: str | None) -> dict:
    return {
        "meeting_id": meeting_id,
        "ordinal": number,
        "sort": sort,
        "title": title or one.plan.theme,
        "added_at": one.plan.opened_at,
        "added_by": one.plan.host.id,
    }


def _added(one, row: dict, item_id: int) -> dict:
    facts = {"unit_id": one.plan.unit_id, "after": {"sort": SORTS[row["sort"]].name, "text": row["title"]}}
    return trail_row("meeting.agenda.add", ("agenda_item", item_id), at=row["added_at"], by=row["added_by"], **facts)


def _vote(one, turnouts: list, item_id: int) -> dict:
    """Return how the vote fell: all who were there for it, but for one in every third meeting, who abstained."""
    voters = [turnout for turnout in turnouts if turnout.seat.may_vote]
    present = sum(turnout.came is not None and turnout.came.undone_at is None for turnout in voters)
    abstained = min(present, one.id % 3 == 0)
    counted = {"votes_for": present - abstained, "votes_against": 0, "abstained": int(abstained)}
    written = {"written_for": 0, "written_against": 0, "written_abstained": 0}
    made = {"at": one.plan.starts_at + VOTED_AFTER, "by_id": one.plan.host.id, "version": 1}
    return {"item_id": item_id, "due": len(voters), "present": present} | counted | written | made


def _voted(one, vote: dict, vote_id: int) -> dict:
    told = ("due", "present", "votes_for", "votes_against", "abstained")
    facts = {"unit_id": one.plan.unit_id, "after": {name: vote[name] for name in told}}
    return trail_row("meeting.vote.record", ("vote", vote_id), at=vote["at"], by=vote["by_id"], **facts)

"""Recording votes: who may vote is read from the frozen list and its marks, how votes fell is counted by people."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from partygroup.attendance.models import Counting, DueEntry, Leave, Mark, of_entry, stands_for_entry
from partygroup.attendance.queries import Candidate, circle_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.meetings.agenda import Item, is_sealed
from partygroup.meetings.models import STATE_COLUMNS, AgendaCandidate, Vote, WrittenOpinion
from partygroup.meetings.rules import refusal_to_vote
from partygroup.meetings.sorts import ItemSort
from partygroup.meetings.votes import Ballot, Electorate, refusal_of_ballot
from partygroup.people.models import Person

REASON_LENGTH = 100
_CAME = stands_for_entry(Mark)


def electorate_of(session, gathering_id: int) -> Electorate:
    """Return how many with a vote are due, and how many of them are there, by the list as it stands now."""
    due, present = session.execute(
        sa.select(sa.func.count(DueEntry.id), sa.func.count(Mark.id))
        .outerjoin(Mark, _CAME)
        .where(DueEntry.gathering_id == gathering_id, DueEntry.may_vote, DueEntry.counting == Counting.DUE)
    ).one()
    return Electorate(due, present)


def absent_for_cause(session, gathering_id: int) -> dict[int, str]:
    """Return person → name of those with a vote who are on leave and not there: whose written opinions count."""
    query = (
        sa.select(Person.id, Person.name)
        .join(DueEntry, DueEntry.person_id == Person.id)
        .join(Leave, of_entry(Leave))
        .outerjoin(Mark, _CAME)
        .where(DueEntry.gathering_id == gathering_id, DueEntry.may_vote, DueEntry.counting == Counting.DUE)
        .where(Leave.granted, Mark.id.is_(None))
        .order_by(Person.stroke_key, Person.id)
    )
    return dict(session.execute(query).all())


def people_for(session, gathering, sort: ItemSort) -> list[Candidate]:
    """Return whom an item of a sort may concern, or who may stand in an election, in stroke order."""
    if not (sort.about or sort.elects):
        return []
    circle = "members" if sort.about else gathering.circle
    found = circle_of(session, unit_id=gathering.unit_id, circle=circle, day=gathering.day, welcomes=sort.about)
    return [one for one in found if (one.seat.may_vote if sort.elects else one.standing in sort.about)]


def record_vote(
    session, gathering, item: Item, ballot: Ballot, *, opinions: frozenset[int], version: int, recount: bool = False,
    reason: str = "", by: int, at: datetime,
) -> Vote:  # fmt: skip
    """Record how a vote fell, or correct it for a reason; `version` is what the form was made from. Raise Refused.

    opinions: who handed in a written one. Who was due and present is kept from the first time unless `recount`.
    """
    session.refresh(gathering, STATE_COLUMNS, with_for_update=True)
    if refusal := refusal_to_vote(gathering.state, is_sealed=is_sealed(session, item.row.meeting_id)):
        raise Refused(refusal)
    vote = session.scalar(sa.select(Vote).where(Vote.item_id == item.id).with_for_update())
    if version != (vote.version if vote else 0):
        raise Refused("刚刚有别人记过这次表决，请刷新看看再改。", 409)
    if vote and len(reason) < 2:
        raise Refused("更正要写一句原因，会和原来的数字一起留下。", field="reason")
    electorate = electorate_of(session, gathering.id) if vote is None or recount else item.electorate
    excused = absent_for_cause(session, gathering.id) | dict(item.opinions)
    if not opinions <= excused.keys():
        raise Refused("书面意见只算准了假、没有到会的正式党员的。请核对名字。")
    if refusal := refusal_of_ballot(item.sort, ballot, electorate, opinions=len(opinions), seats=item.row.seats):
        raise Refused(refusal)
    columns, names = _columns(item, ballot, electorate), [excused[one] for one in excused if one in opinions]
    before, after = _changes(item, vote, columns | _told(item, ballot.by_candidate, names))
    facts = {"person_id": item.row.person_id, "unit_id": gathering.unit_id, "after": after}
    if vote is None:
        vote = Vote(item_id=item.id, at=at, by_id=by, version=1, **columns)
        session.add(vote)
        witness(session, "meeting.vote.record", vote, at=at, by=by, **facts)
    else:
        _correct(vote, columns, reason, by=by, at=at)
        witness(session, "meeting.vote.correct", vote, at=at, by=by, before=before, reason=reason, **facts)
    _write_people(session, item, vote, ballot, opinions)
    return vote


def _correct(vote: Vote, columns: dict, reason: str, *, by: int, at: datetime) -> None:
    for name, number in columns.items():
        setattr(vote, name, number)
    vote.version += 1
    vote.corrected_at, vote.corrected_by, vote.correction = at, by, reason


def _changes(item: Item, vote: Vote | None, new: dict) -> tuple[dict, dict]:
    """Return what of a vote changes, before and after, as the trail tells it."""
    if vote is None:
        return {}, {name: one for name, one in new.items() if one is not None}
    old = {name: getattr(vote, name, None) for name in new} | _told(item, item.tallies, item.opinions.values())
    changed = [name for name in new if old[name] != new[name]]
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}


def _columns(item: Item, ballot: Ballot, electorate: Electorate) -> dict[str, int | None]:
    """Return the figures of a vote by column; an election has votes of its candidates only."""
    tally, written = None if item.sort.elects else ballot.tally, ballot.written
    return {
        "due": electorate.due,
        "present": electorate.present,
        "votes_for": tally and tally.votes_for,
        "votes_against": tally and tally.votes_against,
        "abstained": tally and tally.abstained,
        "written_for": written.votes_for,
        "written_against": written.votes_against,
        "written_abstained": written.abstained,
    }


def _told(item: Item, tallies, opinions) -> dict[str, str | None]:
    """Return candidates with their votes, and who handed in opinions, as the trail tells them."""
    told = [f"{name} {tallies[one].votes_for}票" for one, name in item.candidates.items() if one in tallies]
    return {"candidates": "、".join(told) or None, "opinions": "、".join(opinions) or None}


def _write_people(session, item: Item, vote: Vote, ballot: Ballot, opinions) -> None:
    """Write the votes of candidates, and who handed in a written opinion."""
    for person_id, tally in ballot.by_candidate.items():
        own = sa.and_(AgendaCandidate.item_id == item.id, AgendaCandidate.person_id == person_id)
        counted = {"votes_for": tally.votes_for, "votes_against": tally.votes_against, "abstained": tally.abstained}
        session.execute(sa.update(AgendaCandidate).where(own).values(counted))
    session.execute(sa.delete(WrittenOpinion).where(WrittenOpinion.vote_id == vote.id))
    session.add_all(WrittenOpinion(vote_id=vote.id, person_id=one) for one in sorted(opinions))
    session.flush()

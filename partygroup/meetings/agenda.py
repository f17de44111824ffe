"""The agenda of a gathering's meetings: what stands on it, how its votes came out, adding and taking off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.db import witness, witness_row
from partygroup.errors import NotFound, Refused
from partygroup.meetings.models import AgendaCandidate, AgendaItem, Meeting, Vote, WrittenOpinion
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.results import Told, tell
from partygroup.meetings.rules import (
    SEALED,
    refusal_of_seats,
    refusal_to_add_item,
    refusal_to_drop_item,
)
from partygroup.meetings.sorts import SORTS, ItemSort, Reading
from partygroup.meetings.votes import Ballot, Electorate, Tally
from partygroup.people.models import Person

TITLE_LENGTH = 60


@dataclass(frozen=True)
class Item:
    """An item of an agenda, with its vote if there was one; candidates in surname-stroke order."""

    row: AgendaItem
    kind: KindSpec
    person: str | None
    vote: Vote | None
    candidates: Mapping[int, str]
    tallies: Mapping[int, Tally]
    opinions: Mapping[int, str]

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def sort(self) -> ItemSort:
        return SORTS[self.row.sort]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return self.sort.readings_for(self.kind)

    @property
    def electorate(self) -> Electorate | None:
        """Return who was due and present when the vote was recorded."""
        return Electorate(self.vote.due, self.vote.present) if self.vote else None

    @property
    def ballot(self) -> Ballot | None:
        """Return how the votes fell, as recorded."""
        vote = self.vote
        if vote is None:
            return None
        tally = Tally(vote.votes_for or 0, vote.votes_against or 0, vote.abstained or 0)
        return Ballot(tally, Tally(vote.written_for, vote.written_against, vote.written_abstained), self.tallies)

    @property
    def told(self) -> Told | None:
        """Return what became of the vote, reckoned from its figures; None before it."""
        return self.tell(self.electorate, self.ballot) if self.vote else None

    def tell(self, electorate: Electorate, ballot: Ballot) -> Told:
        """Return what would become of the vote with other figures."""
        return tell(self.sort, self.readings, electorate, ballot, seats=self.row.seats, names=self.candidates)


def agenda_of(session, gathering) -> list[Item]:
    """Return the agenda of a gathering's meetings in order, by at most three statements."""
    return agenda_of_all(session, [gathering])


def agenda_of_all(session, gatherings: Sequence) -> list[Item]:
    """Return the agendas of several gatherings' meetings, each in order, by at most three statements."""
    rows = session.execute(
        sa.select(AgendaItem, Person.name, Vote)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Person, Person.id == AgendaItem.person_id)
        .outerjoin(Vote, Vote.item_id == AgendaItem.id)
        .where(Meeting.gathering_id.in_([one.id for one in gatherings]))
        .order_by(AgendaItem.meeting_id, AgendaItem.ordinal)
    ).all()
    kinds = {meeting.id: meeting.kind.rules for one in gatherings for meeting in one.meetings}
    elections = [item.id for item, _, _ in rows if SORTS[item.sort].elects]
    counted = [vote.id for item, _, vote in rows if vote and SORTS[item.sort].takes_opinions]
    names, tallies = _candidates(session, elections)
    opinions = _opinions(session, counted)
    return [
        Item(
            item, kinds[item.meeting_id], name, vote, names[item.id], tallies[item.id], opinions[vote.id if vote else 0]
        )
        for item, name, vote in rows
    ]


def _candidates(session, item_ids: list[int]) -> tuple[dict, dict]:
    """Return item → person → name in stroke order, and item → person → votes."""
    names, tallies = defaultdict(dict), defaultdict(dict)
    if item_ids:
        query = (
            sa.select(AgendaCandidate, Person.name)
            .join(Person, Person.id == AgendaCandidate.person_id)
            .where(AgendaCandidate.item_id.in_(item_ids))
            .order_by(Person.stroke_key, Person.id)
        )
        for row, name in session.execute(query):
            names[row.item_id][row.person_id] = name
            if row.votes_for is not None:
                tallies[row.item_id][row.person_id] = Tally(row.votes_for, row.votes_against, row.abstained)
    return names, tallies


def _opinions(session, vote_ids: list[int]) -> dict[int, dict[int, str]]:
    """Return vote → person → name of who handed in an opinion, in stroke order."""
    found = defaultdict(dict)
    if vote_ids:
        query = (
            sa.select(WrittenOpinion.vote_id, Person.id, Person.name)
            .join(Person, Person.id == WrittenOpinion.person_id)
            .where(WrittenOpinion.vote_id.in_(vote_ids))
            .order_by(Person.stroke_key, Person.id)
        )
        for vote_id, person_id, name in session.execute(query):
            found[vote_id][person_id] = name
    return found


def get_item(session, gathering, item_id: int) -> Item:
    """Return an item of a gathering's agenda; raise NotFound."""
    item = next((one for one in agenda_of(session, gathering) if one.id == item_id), None)
    if item is None:
        raise NotFound
    return item


def vote_sorts(session, gathering_id: int) -> dict[int, list[ItemSort]]:
    """Return meeting → sorts of the votes on its agenda, each once, in order."""
    rows = session.execute(
        sa.select(AgendaItem.meeting_id, AgendaItem.sort)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Meeting.gathering_id == gathering_id)
        .order_by(AgendaItem.meeting_id, AgendaItem.ordinal)
    )
    found = defaultdict(dict)
    for meeting_id, code in rows:
        if SORTS[code].votes:
            found[meeting_id][code] = SORTS[code]
    return {meeting_id: list(sorts.values()) for meeting_id, sorts in found.items()}


def add_item(
    session, gathering, meeting_id: int, sort: ItemSort, *, title: str = "", person=None, candidates=(), seats=None,
    by: int, at: datetime,
) -> AgendaItem:  # fmt: skip
    """Put an item at the end of a meeting's agenda. `person` and `candidates` have `person_id` and `name`.

    Without a title it is the sort's own, with the person's name. The same again adds nothing.
    """
    meeting = next((one for one in gathering.meetings if one.id == meeting_id), None)
    if meeting is None:
        raise NotFound
    if is_sealed(session, meeting_id):
        raise Refused(SEALED, 409)
    facts = {"state": gathering.state, "sittings": len(gathering.sittings)}
    if reason := refusal_to_add_item(sort, meeting.kind.rules, gathering.circle, **facts):
        raise Refused(reason)
    if sort.elects and (reason := refusal_of_seats(len(candidates), seats or 0)):
        raise Refused(reason)
    title = title or _own_title(sort, person)
    if len(title) < 2:
        raise Refused("请选是哪位同志，或写一句话。" if sort.about else "请写一句话：议什么。", field="title")
    if item := _waiting(session, meeting_id, sort, title):
        return item
    last = sa.select(sa.func.coalesce(sa.func.max(AgendaItem.ordinal), 0)).where(AgendaItem.meeting_id == meeting_id)
    item = AgendaItem(
        meeting_id=meeting_id, ordinal=session.scalar(last) + 1, sort=sort.code, title=title,
        person_id=person.person_id if person else None, seats=seats if sort.elects else None, added_at=at, added_by=by,
    )  # fmt: skip
    session.add(item)
    after = {"sort": sort.name, "text": title}
    witness(session, "meeting.agenda.add", item, at=at, by=by, unit_id=gathering.unit_id, after=after)
    session.add_all(AgendaCandidate(item_id=item.id, person_id=one.person_id) for one in candidates if sort.elects)
    session.flush()
    return item


def _waiting(session, meeting_id: int, sort: ItemSort, title: str) -> AgendaItem | None:
    """Return the same item where it stands already and was not voted on: a second tap adds nothing."""
    same = sa.and_(AgendaItem.meeting_id == meeting_id, AgendaItem.sort == sort.code, AgendaItem.title == title)
    return session.scalar(sa.select(AgendaItem).outerjoin(Vote).where(same, Vote.id.is_(None)).limit(1))


def _own_title(sort: ItemSort, person) -> str:
    if not sort.about:
        return sort.title
    return sort.title.format(f"{person.name}同志") if person else ""


def is_sealed(session, meeting_id: int) -> bool:
    """Say whether the minutes of a meeting are sealed, as it stands at this moment."""
    return session.scalar(sa.select(Meeting.sealed_at).where(Meeting.id == meeting_id)) is not None


def drop_item(session, gathering, item: Item, *, by: int, at: datetime) -> None:
    """Take an item off the agenda that was not voted on; the trail keeps that it was there."""
    if reason := refusal_to_drop_item(item.vote is not None, is_sealed=is_sealed(session, item.row.meeting_id)):
        raise Refused(reason)
    session.execute(sa.delete(AgendaCandidate).where(AgendaCandidate.item_id == item.id))
    session.execute(sa.delete(AgendaItem).where(AgendaItem.id == item.id))
    before = {"sort": item.sort.name, "text": item.title}
    witness_row(session, "meeting.agenda.drop", "agenda_item", item.id, at=at, by=by, unit_id=gathering.unit_id,
                before=before)  # fmt: skip

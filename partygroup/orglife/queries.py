"""Reading an organisational-life meeting: its people, stages, problems and, by whom they concern, the opinions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from partygroup.activities.models import Problem
from partygroup.attendance.actions import expected_people
from partygroup.attendance.models import Counting, DueEntry
from partygroup.errors import NotFound
from partygroup.meetings.models import Meeting
from partygroup.orglife.models import KIND, STAGES, Criticism, OrgLifeStage, Stage
from partygroup.people.models import Person


@dataclass(frozen=True)
class Opinion:
    """A criticism opinion without its text: about whom, by whom."""

    row: Criticism
    about: str
    by: str

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def concerns(self) -> tuple[int, int]:
        """Return whom it concerns: the one it is about, and its writer."""
        return self.row.about_id, self.row.by_id


@dataclass(frozen=True)
class OrgLife:
    """What is known of one: stages with their days; people who belong to it, id → name, in stroke order."""

    meeting: Meeting
    stages: dict[Stage, OrgLifeStage]
    people: dict[int, str]


def meeting_in(gathering) -> Meeting:
    """Return the organisational-life meeting of a gathering; raise NotFound where it has none."""
    found = next((one for one in gathering.meetings if one.kind.code == KIND), None)
    if found is None:
        raise NotFound
    return found


def org_life_of(session, gathering) -> OrgLife:
    """Return the organisational-life meeting of a gathering, by at most three statements; raise NotFound."""
    meeting = meeting_in(gathering)
    rows = session.scalars(sa.select(OrgLifeStage).where(OrgLifeStage.meeting_id == meeting.id))
    stages = {Stage(one.stage): one for one in rows}
    return OrgLife(meeting, {one: stages[one] for one in STAGES if one in stages}, people_of(session, gathering))


def people_of(session, gathering) -> dict[int, str]:
    """Return who belongs to a gathering, observers left out: its due list, or who would stand there."""
    if gathering.opened_at is None:
        expected = expected_people(session, gathering)
        return {one.person_id: one.name for one in expected if one.seat.counting != Counting.OBSERVER}
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .join(DueEntry, DueEntry.person_id == Person.id)
        .where(DueEntry.gathering_id == gathering.id, DueEntry.counting != Counting.OBSERVER)
        .order_by(Person.stroke_key, Person.id)
    )
    return dict(rows.all())


def stages_and_open(session, meeting_ids: Collection[int]) -> tuple[dict[int, set[str]], Counter[int]]:
    """Return meeting → its dated stages, and meeting → how many of its problems are open, whoever may see them."""
    dated: dict[int, set[str]] = defaultdict(set)
    stages = sa.select(OrgLifeStage.meeting_id, OrgLifeStage.stage).where(OrgLifeStage.meeting_id.in_(meeting_ids))
    for meeting_id, stage in session.execute(stages):
        dated[meeting_id].add(stage)
    is_open = sa.and_(Problem.closed_on.is_(None), Problem.cancelled_at.is_(None))
    waiting = sa.select(Problem.meeting_id).where(Problem.meeting_id.in_(meeting_ids), is_open)
    return dated, Counter(session.scalars(waiting))


def _opinions() -> sa.Select:
    about, by = aliased(Person), aliased(Person)
    return (
        sa.select(Criticism, about.name, by.name)
        .join(about, about.id == Criticism.about_id)
        .join(by, by.id == Criticism.by_id)
        .where(Criticism.withdrawn_at.is_(None))
        .order_by(about.stroke_key, about.id, Criticism.id)
    )


def opinions_of(session, meeting_id: int, *, of: int | None) -> list[Opinion]:
    """Return the opinions of a meeting without their texts; `of`: only those about this person, or by them."""
    query = _opinions().where(Criticism.meeting_id == meeting_id)
    if of is not None:
        query = query.where(sa.or_(Criticism.about_id == of, Criticism.by_id == of))
    return [Opinion(*row) for row in session.execute(query)]


def get_opinion(session, meeting_id: int, opinion_id: int) -> Opinion:
    """Return an opinion of a meeting without its text; raise NotFound."""
    row = session.execute(_opinions().where(Criticism.meeting_id == meeting_id, Criticism.id == opinion_id)).first()
    if row is None:
        raise NotFound
    return Opinion(*row)


def opinion_of(session, opinion: Opinion) -> str:
    """Return the restricted text; whoever shows it has written the reading down."""
    return session.scalar(sa.select(Criticism.text).where(Criticism.id == opinion.id))

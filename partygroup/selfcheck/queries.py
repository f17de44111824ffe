"""What is known of a branch's year, read for the self-check by a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from partygroup.activities.models import Problem
from partygroup.appraisal.models import STEP_NAMES, Step
from partygroup.appraisal.queries import find_board
from partygroup.attendance.models import Counting, DueEntry, Leave, MakeUp, Mark, of_entry, stands_for_entry
from partygroup.clock import Quarter, day_of
from partygroup.evaluation.due import structure_checks
from partygroup.evaluation.structure import standings_of
from partygroup.meetings.calendar import Book, book_of
from partygroup.meetings.models import AgendaItem, Gathering, Kind, Meeting, Vote
from partygroup.meetings.queries import talks_a_year
from partygroup.meetings.sorts import SORTS
from partygroup.minutes.models import Addendum, Gist, Minutes, Progress, Resolution
from partygroup.orglife.models import KIND
from partygroup.orglife.queries import stages_and_open
from partygroup.orglife.rules import stages_missed
from partygroup.people.models import Person
from partygroup.people.structures import Structures
from partygroup.selfcheck.rules import Attendance, Graded, Kept, Life, Raised, Task, Topic, Year
from partygroup.talks.queries import circle_of, coverage_of
from partygroup.talks.rules import is_time_to_remind

#: Of the structure, the term stands as a gap of its own.
OWN_GAP = "任期未超"


def year_of(session, branch_id: int, year: int, today: date) -> Year:
    """Return what is known of a branch and its groups in a year, up to today."""
    books = [book_of(session, [branch_id], Quarter(year, number)) for number in range(1, 5)]
    unit_ids = books[-1].structures.unit_ids
    last = min(today, date(year, 12, 31))
    standings = standings_of(session, [branch_id], Quarter.of(last), last)
    shape = standings.shapes[branch_id]
    checks = [one for one in structure_checks(shape, last) if one.passed is False and one.name != OWN_GAP]
    return Year(
        branch_id=branch_id,
        duties=tuple(_duties(books, branch_id)),
        meetings=tuple(_meetings(session, books[-1].structures, date(year, 1, 1), last)),
        tasks=tuple(_tasks(session, unit_ids)),
        problems=tuple(_problems(session, branch_id, year)),
        checks=tuple((one.name, one.why) for one in checks),
        term_until=shape.term_until,
        not_talked=tuple(_not_talked(session, branch_id, year, last)) if is_time_to_remind(year, today) else (),
        number=year,
        lives=tuple(_lives(session, unit_ids, year, today)),
        appraisal=_appraisal(session, branch_id, year, today),
    )


def _duties(books: Iterable[Book], branch_id: int):
    for book in books:
        names = {kind.code: kind.name for kind in book.kinds}
        for duty in book.duties[branch_id]:
            item = duty.item
            yield duty, names[item.kind], book.structures.names.get(item.unit_id) if item.of == "group" else None


def _meetings(session, structures: Structures, first: date, last: date):
    added = sa.exists().where(Addendum.minutes_id == Minutes.id)
    rows = session.execute(
        sa.select(Gathering, Meeting, Kind, Minutes, added)
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .options(joinedload(Gathering.sittings))
        .where(
            Gathering.unit_id.in_(structures.unit_ids), Gathering.day.between(first, last),
            Gathering.cancelled_at.is_(None), Gathering.opened_at.is_not(None),
        )
        .order_by(Gathering.day, Gathering.id, Meeting.id)
    ).unique().all()  # fmt: skip
    people = _people(session, [gathering.id for gathering, *_ in rows])
    topics = _topics(session, [meeting.id for _, meeting, *_ in rows])
    for gathering, meeting, kind, minutes, explained in rows:
        sitting, came = gathering.sittings[0], people[gathering.id]
        yield Kept(
            gathering_id=gathering.id, meeting_id=meeting.id, unit_id=gathering.unit_id, kind=kind.code,
            name=kind.rules.name, place=sitting.place, starts_at=sitting.starts_at, on=gathering.day,
            decides=kind.rules.quorum is not None, closed=gathering.closed_at is not None, written=minutes is not None,
            sealed=meeting.sealed_at is not None, waits_for=_waits_for(minutes, came) if minutes else (),
            topics=tuple(topics[meeting.id]), people=tuple(came),
            group=structures.names[gathering.unit_id] if gathering.circle == "group" else "",
            explained=bool(explained), until=day_of(max(one.starts_at for one in gathering.sittings)),
        )  # fmt: skip


def _waits_for(minutes: Minutes, people: Iterable[Attendance]) -> tuple[str, ...]:
    """Return the names of those of the two who have not confirmed."""
    names = {one.person_id: one.name for one in people}
    two = ((minutes.chair_id, minutes.chair_confirmed_at), (minutes.recorder_id, minutes.recorder_confirmed_at))
    return tuple(names[person_id] for person_id, at in two if at is None and person_id in names)


def _people(session, gathering_ids: Collection[int]) -> dict[int, list[Attendance]]:
    rows = session.execute(
        sa.select(
            DueEntry.gathering_id, Person.id, Person.name, Mark.happened_at, Leave.granted, Leave.id,
            Leave.decided_at, MakeUp.id,
        )
        .join(Person, Person.id == DueEntry.person_id)
        .outerjoin(Mark, stands_for_entry(Mark))
        .outerjoin(Leave, of_entry(Leave))
        .outerjoin(MakeUp, stands_for_entry(MakeUp))
        .where(DueEntry.gathering_id.in_(gathering_ids), DueEntry.counting == Counting.DUE)
        .order_by(Person.stroke_key, Person.id)
    )  # fmt: skip
    found: dict[int, list[Attendance]] = defaultdict(list)
    for gathering_id, person_id, name, came_at, granted, leave_id, decided_at, make_up_id in rows:
        waits = leave_id is not None and decided_at is None and came_at is None
        one = Attendance(person_id, name, came_at, bool(granted), waits, make_up_id is not None)
        found[gathering_id].append(one)
    return found


def _topics(session, meeting_ids: Collection[int]) -> dict[int, list[Topic]]:
    resolved = sa.select(sa.func.count(Resolution.id)).where(Resolution.item_id == AgendaItem.id).scalar_subquery()
    rows = session.execute(
        sa.select(AgendaItem.meeting_id, AgendaItem.title, AgendaItem.sort, Vote.id, Gist.text, resolved)
        .outerjoin(Vote, Vote.item_id == AgendaItem.id)
        .outerjoin(Gist, Gist.item_id == AgendaItem.id)
        .where(AgendaItem.meeting_id.in_(meeting_ids))
        .order_by(AgendaItem.meeting_id, AgendaItem.ordinal)
    )
    found: dict[int, list[Topic]] = defaultdict(list)
    for meeting_id, title, sort, vote_id, gist, count in rows:
        found[meeting_id].append(Topic(title, SORTS[sort].votes, vote_id is not None, gist or "", count))
    return found


def _tasks(session, unit_ids: Collection[int]):
    rows = session.execute(
        sa.select(Meeting.gathering_id, Meeting.id, Resolution.text, Person.name, Resolution.due_on)
        .join(AgendaItem, AgendaItem.id == Resolution.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Person, Person.id == Resolution.owner_id)
        .where(Resolution.unit_id.in_(unit_ids), Resolution.progress == Progress.OPEN)
        .order_by(Resolution.due_on, Resolution.id)
    )
    return [Task(*row) for row in rows]


def _not_talked(session, branch_id: int, year: int, last: date) -> list[str]:
    """Return the names of the members who have not talked with anybody in a year as often as the rules ask."""
    circle = circle_of(session, branch_id, last)
    return [circle.names[one] for one in coverage_of(session, circle, year, owed=talks_a_year(session)).members]


def _lives(session, unit_ids: Collection[int], year: int, today: date):
    """Yield the organisational-life meetings held in a year, with the stages that they lack."""
    rows = session.execute(
        sa.select(Gathering.id, Gathering.day, Meeting.id)
        .join(Meeting, Meeting.gathering_id == Gathering.id)
        .join(Kind, Kind.id == Meeting.kind_id)
        .where(
            Gathering.unit_id.in_(unit_ids), Gathering.closed_at.is_not(None), Kind.code == KIND,
            Gathering.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(Gathering.day, Gathering.id)
    ).all()  # fmt: skip
    dated, waiting = stages_and_open(session, [meeting_id for *_, meeting_id in rows])
    for gathering_id, day, meeting_id in rows:
        missed = stages_missed(dated[meeting_id], day, today, waiting[meeting_id])
        yield Life(gathering_id, day, tuple(missed))


def _appraisal(session, branch_id: int, year: int, today: date) -> Graded | None:
    board = find_board(session, branch_id, year, today)
    if board is None:
        return None
    return Graded(STEP_NAMES[board.state], board.state == Step.ARCHIVED, board.warning)


def _problems(session, branch_id: int, year: int):
    """Return the problems of this year and the year before that were not cancelled."""
    rows = session.scalars(
        sa.select(Problem)
        .where(
            Problem.branch_id == branch_id, Problem.cancelled_at.is_(None),
            Problem.raised_on.between(date(year - 1, 1, 1), date(year, 12, 31)),
        )
        .order_by(Problem.raised_on, Problem.id)
    )  # fmt: skip
    return [Raised(row.id, row.text, row.raised_on, row.due_on, row.closed_on is not None) for row in rows]

"""The facts of a quarter, read set-wise, against a reading of every row by hand, in worlds made by chance."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from partygroup.attendance.models import DueEntry, MakeUp, Mark
from partygroup.clock import Quarter
from partygroup.meetings.models import Gathering, Kind, Meeting
from partygroup.people.models import Belonging, StandingSpan, Workplace
from partygroup.scores import models
from partygroup.scores.facts import facts_of, from_json, to_json
from partygroup.scores.models import Exemption, RuleTable
from tests.factories import add, person
from tests.scorebook import POINTS, Q2, Q3, Q4, due_entry, entry, held, make_up, mark, noon, undo

SCORED = ("full", "probationary", "full_on_probation_discipline")


# --- a reading by hand ------------------------------------------------------------------------------------------------


class Rows:
    """Every row of the tables that facts come from."""

    def __init__(self, session):
        wanted = (Gathering, Meeting, Kind, DueEntry, Mark, MakeUp, Belonging, StandingSpan, Workplace, Exemption)
        self.of = {model: session.scalars(sa.select(model)).all() for model in (*wanted, models.Entry)}

    def spans(self, model, person_id: int, day: date) -> list:
        mine = [row for row in self.of[model] if row.person_id == person_id]
        return [row for row in mine if row.from_on <= day and (row.until_on is None or day < row.until_on)]

    def is_member(self, person_id: int, day: date) -> bool:
        standing = [one.standing for one in self.spans(StandingSpan, person_id, day)]
        return bool(self.spans(Belonging, person_id, day)) and any(one in SCORED for one in standing)

    def codes(self, gathering_id: int) -> set[str]:
        kinds = {kind.id: kind for kind in self.of[Kind]}
        mine = [kinds[one.kind_id] for one in self.of[Meeting] if one.gathering_id == gathering_id]
        return {kind.code for kind in mine if kind.rules.counts}

    def held(self) -> list:
        return [one for one in self.of[Gathering] if one.closed_at and not one.cancelled_at]

    def window_ends(self, met) -> date | None:
        later = [
            one.day
            for one in self.held()
            if (one.unit_id, one.circle) == (met.unit_id, met.circle)
            and one.day > met.day
            and self.codes(one.id) & self.codes(met.id)
        ]
        return max(met.day + timedelta(days=15), min(later)) if later else None

    def turnout(self, person_id: int, quarter: Quarter) -> tuple[int, int]:
        due = came = 0
        for met in self.held():
            stood = [one for one in self.of[DueEntry] if (one.gathering_id, one.person_id) == (met.id, person_id)]
            if Quarter.of(met.day) != quarter or not self.codes(met.id) or not stood or stood[0].counting != "due":
                continue
            if self.spans(Exemption, person_id, met.day):
                continue
            due += 1
            came += self.came(person_id, met)
        return due, came

    def came(self, person_id: int, met) -> bool:
        marks, made_up = (
            [one for one in self.of[model] if self.is_of(one, person_id, met)] for model in (Mark, MakeUp)
        )
        until = self.window_ends(met)
        return bool(marks) or any(met.day <= one.on_day and (not until or one.on_day <= until) for one in made_up)

    @staticmethod
    def is_of(row, person_id: int, met) -> bool:
        return (row.gathering_id, row.person_id, row.undone_at) == (met.id, person_id, None)

    def live(self, person_id: int, quarter: Quarter) -> list:
        mine = [row for row in self.of[models.Entry] if row.person_id == person_id]
        undone = {row.undoes_id for row in mine if row.sort == "counter"}
        return [
            row for row in mine if (row.year, row.quarter, row.sort) == (*quarter, "entry") and row.id not in undone
        ]

    def counted(self, person_id: int, quarter: Quarter, first: Quarter) -> set[tuple[str, int]]:
        """Return what counted before a quarter, quarter by quarter: one entry of an event and sign, the first time."""
        counted: dict[tuple[str, int], int] = {}
        corrected = {row.undoes_id for row in self.of[models.Entry] if row.sort == "correction"}
        while first < quarter:
            for row in self.live(person_id, first):
                if row.event and row.id not in corrected:
                    counted.setdefault((row.event, 1 if row.points > 0 else -1), row.id)
            first = first.next()
        return set(counted)


def check(session, people: list[int], quarter: Quarter, first: Quarter) -> None:
    rows, found = Rows(session), facts_of(session, people, quarter)
    days = [quarter.first + timedelta(days=step) for step in range(quarter.days)]
    for person_id in people:
        member = [day for day in days if rows.is_member(person_id, day)]
        assert (person_id in found) is bool(member)
        if not member:
            continue
        facts, last = found[person_id], member[-1]
        assert (facts.due, facts.came) == rows.turnout(person_id, quarter)
        exempt = [day for day in member if rows.spans(Exemption, person_id, day)]
        assert facts.scored_days == len(member) - len(exempt)
        work = rows.spans(Workplace, person_id, last)
        assert facts.profile == (work[0].profile if work else None)
        undone = {one.undoes for one in facts.entries if one.undoes}
        live = [one for one in facts.entries if one.undoes is None and one.id not in undone]
        assert [one.id for one in live] == [row.id for row in rows.live(person_id, quarter)]
        events = {one.event for one in facts.entries}
        expected = {pair for pair in rows.counted(person_id, quarter, first) if pair[0] in events}
        assert facts.earlier == expected
        assert from_json(to_json(facts)) == facts


# --- worlds by chance -------------------------------------------------------------------------------------------------


def some_day(random: Random) -> date:
    return date(2026, 3, 20) + timedelta(days=random.randrange(220))


def fill(session, world, random: Random) -> list[int]:
    """Put people with changing days, entries, meetings and make-ups into the branch; return the people."""
    people = [one_person(session, world, random) for _ in range(6)]
    for person_id in people:
        for _ in range(random.randrange(6)):
            some_entry(session, world, person_id, random)
    for _ in range(14):
        some_meeting(session, world, people, random)
    return people


def one_person(session, world, random: Random) -> int:
    person_id = person(session).id
    joined, left = sorted(some_day(random) for _ in range(2))
    start = random.choice([date(2020, 1, 1), joined])
    until = random.choice([None, None, left if left > start else None])
    add(session, Belonging, person_id=person_id, branch_id=world.branch.id, group_id=world.group.id, from_on=start,
        until_on=until)  # fmt: skip
    if random.random() < 0.4:
        first, last = sorted(some_day(random) for _ in range(2))
        add(session, Exemption, person_id=person_id, reason="ill", approved_by="支部", from_on=first, until_on=last)
    if random.random() < 0.5:
        add(session, Workplace, person_id=person_id, profile="office", from_on=some_day(random))
    return person_id


def some_entry(session, world, person_id: int, random: Random) -> None:
    day, item = some_day(random), random.choice(list(POINTS))
    event = random.choice([None, "doc:1", "doc:2"])
    made = entry(session, person_id, item, branch=world.branch.id, on=day, by=world.secretary.id, event=event)
    fate = random.random()
    if fate < 0.2:
        undo(session, made)
    elif fate < 0.4:
        undo(session, made, sort="correction", quarter=Quarter.of(day).next())


def some_meeting(session, world, people: list[int], random: Random) -> None:
    kinds = random.choice([("group_meeting",), ("theme_day", "oath_review"), ("oath_review",), ("party_lecture",)])
    day, by = some_day(random), world.leader.id
    state = random.choice([{}, {}, {}, {"closed_at": None, "closed_by": None}])
    met = held(session, world.group.id, day, by=by, kinds=kinds, **state)
    for person_id in people:
        fate = random.random()
        if fate < 0.15:
            continue
        due_entry(session, met, person_id, random.choice(["due", "due", "due", "not_counted", "observer"]))
        if fate < 0.5:
            undone = {"undone_at": noon(day), "undone_by": by} if random.random() < 0.2 else {}
            mark(session, met, person_id, at=noon(day), **undone)
        elif fate < 0.8:
            undone = {"undone_at": noon(day), "undone_by": by} if random.random() < 0.2 else {}
            make_up(session, met, person_id, day + timedelta(days=random.randrange(40)), by=by, **undone)


@pytest.mark.parametrize("seed", range(8))
def test_facts_are_what_the_rows_say(session, world, seed):
    people = fill(session, world, Random(seed))
    for quarter in (Q2, Q3, Q4):
        check(session, people, quarter, Quarter(2026, 1))


# --- single sentences of the law --------------------------------------------------------------------------------------


@pytest.fixture
def told(session, world):
    """Return a function that gives the member's facts of the third quarter."""
    return lambda: facts_of(session, [world.member.id], Q3)[world.member.id]


@pytest.mark.parametrize(("made_up", "came"), [("2026-07-16", 1), ("2026-07-20", 1), ("2026-07-21", 0)])
def test_a_make_up_counts_until_the_next_meeting_of_the_kind(session, world, told, made_up, came):
    where = {"by": world.leader.id}
    met = held(session, world.group.id, date(2026, 7, 1), due=[world.member.id], **where)
    held(session, world.group.id, date(2026, 7, 10), kinds=("theme_day",), **where)
    held(session, world.group.id, date(2026, 7, 20), **where)
    make_up(session, met, world.member.id, date.fromisoformat(made_up), by=world.leader.id)
    assert (told().due, told().came) == (1, came)


@pytest.mark.parametrize(("made_up", "came"), [("2026-07-16", 1), ("2026-07-17", 0)])
def test_a_make_up_has_fifteen_days_at_least(session, world, told, made_up, came):
    met = held(session, world.group.id, date(2026, 7, 1), by=world.leader.id, due=[world.member.id])
    held(session, world.group.id, date(2026, 7, 3), by=world.leader.id)
    make_up(session, met, world.member.id, date.fromisoformat(made_up), by=world.leader.id)
    assert told().came == came


def test_the_window_is_open_while_there_is_no_next_meeting(session, world, told):
    met = held(session, world.group.id, date(2026, 7, 1), by=world.leader.id, due=[world.member.id])
    make_up(session, met, world.member.id, date(2026, 9, 29), by=world.leader.id)
    assert told().came == 1


def test_gatherings_on_exempt_days_are_left_out_on_both_sides(session, world, told):
    mine = [world.member.id]
    for day in (date(2026, 7, 1), date(2026, 8, 1)):
        held(session, world.group.id, day, by=world.leader.id, due=mine, came=mine)
    add(session, Exemption, person_id=world.member.id, reason="ill", approved_by="支部", from_on=date(2026, 7, 1),
        until_on=date(2026, 8, 1))  # fmt: skip
    assert (told().due, told().came, told().scored_days) == (1, 1, 61)


def test_an_event_counts_anew_once_it_was_taken_back_after_closing(session, world, told):
    what = {"branch": world.branch.id, "by": world.secretary.id, "event": "doc:1"}
    former = entry(session, world.member.id, on=date(2026, 5, 1), **what)
    entry(session, world.member.id, on=date(2026, 8, 1), **what)
    assert told().earlier == {("doc:1", 1)}
    undo(session, former, sort="correction", quarter=Q3, points=-20)
    assert told().earlier == frozenset()
    assert [(one.quarter, one.points) for one in told().corrections] == [(Q2, -20)]


def test_an_entry_keeps_the_row_of_its_own_version(session, world, told):
    what = {"branch": world.branch.id, "by": world.secretary.id}
    entry(session, world.member.id, "QI-SKILL", on=date(2026, 8, 1), **what)
    assert told().entries[0].own is None
    first = session.get(RuleTable, 1) or session.scalar(sa.select(RuleTable))
    lines = [line for line in first.body["lines"] if line["code"] != "QI-SKILL"]
    add(session, RuleTable, version=2, body=first.body | {"lines": lines}, in_force_from=date(2026, 7, 1),
        made_at=noon(date(2026, 5, 1)), published_at=noon(date(2026, 5, 2)))  # fmt: skip
    assert told().entries[0].own.item.code == "QI-SKILL"
    assert from_json(to_json(told())) == told()


def test_statements_are_as_many_for_many_members_with_a_long_history(session, world, statements):
    def spent(people) -> int:
        with statements() as seen:
            facts_of(session, people, Q3)
        return len(seen)

    few = spent([world.member.id])
    people = fill(session, world, Random(1)) + fill(session, world, Random(2))
    for year in (2023, 2024, 2025):
        for month in range(1, 13):
            held(session, world.group.id, date(year, month, 5), by=world.leader.id, due=people, came=people[:3])
            entry(session, people[0], branch=world.branch.id, on=date(year, month, 5), by=world.secretary.id,
                  event=f"doc:{year}{month}")  # fmt: skip
    assert spent([world.member.id, *people]) == few <= 11

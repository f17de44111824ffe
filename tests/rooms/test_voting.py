"""Agendas and votes with a database: figures from the frozen list, corrections with a trace, one sitting."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.actions import ask_leave, count_out, decide_leave, open_sign_in, tick_present
from partygroup.attendance.queries import get_desk
from partygroup.attendance.voting import absent_for_cause, electorate_of, people_for, record_vote
from partygroup.db import AuditRow, Base, transaction
from partygroup.errors import NotFound, Refused
from partygroup.meetings.actions import add_sitting
from partygroup.meetings.agenda import add_item, agenda_of, drop_item, get_item, vote_sorts
from partygroup.meetings.models import AgendaCandidate, AgendaItem, Gathering, Sitting, Vote, WrittenOpinion
from partygroup.meetings.queries import WITH_ALL
from partygroup.meetings.sorts import SORTS
from partygroup.meetings.votes import Ballot, Electorate, Tally
from partygroup.people.models import Person
from partygroup.settings import ROOT
from tests import factories

AT = clock.beijing("2026-03-05 16:20")
#: The names of fields in templates, written out or handed to a macro.
NAMED = re.compile(r"""(?:name=|(?:field|text_area|select|chips|check)\()["']([\w-]+)["']""")


class Room:
    """A branch's meeting in a test, and what its secretary does."""

    def __init__(self, session, world, kinds=("member_meeting",), circle=None):
        self.session, self.world, self.by = session, world, world.secretary.id
        row = factories.gathering(
            session, world.branch.id, by=self.by, starts_at=AT + timedelta(minutes=10), kinds=kinds, circle=circle
        )
        self.gathering_id = row.id

    @property
    def gathering(self) -> Gathering:
        """Return the gathering as a page would load it: a refusal lets go of everything."""
        query = sa.select(Gathering).where(Gathering.id == self.gathering_id).options(*WITH_ALL)
        return self.session.scalars(query).unique().one()

    def add(self, sort: str, title="", **more):
        with transaction(self.session):
            meeting = self.gathering.meetings[0].id
            item = add_item(self.session, self.gathering, meeting, SORTS[sort], title=title, by=self.by, at=AT, **more)
        return item.id

    def item(self, item_id: int):
        return get_item(self.session, self.gathering, item_id)

    def open(self) -> None:
        with transaction(self.session):
            open_sign_in(self.session, self.gathering, by=self.by, at=AT)

    def come(self, *people: int) -> None:
        with transaction(self.session):
            for person_id in people:
                desk = get_desk(self.session, gathering_id=self.gathering.id, person_id=person_id, at=AT)
                tick_present(self.session, desk, person_id=person_id, by=self.by, at=AT)

    def excuse(self, person_id: int) -> None:
        with transaction(self.session):
            leave = ask_leave(self.session, self.gathering, person_id=person_id, sort="leave_duty", cause="当班",
                              by=person_id, at=AT)  # fmt: skip
            decide_leave(self.session, leave, granted=True, answer=None, by=self.by, at=AT,
                         unit_id=self.gathering.unit_id)  # fmt: skip

    def vote(self, item_id: int, *tally: int, written=(0, 0, 0), opinions=(), version=0, **more):
        ballot = Ballot(Tally(*tally), Tally(*written), more.pop("by_candidate", {}))
        with transaction(self.session):
            record_vote(self.session, self.gathering, self.item(item_id), ballot, opinions=frozenset(opinions),
                        version=version, by=self.by, at=AT, **more)  # fmt: skip
        return self.item(item_id)

    def voters(self) -> list[int]:
        """Return who may vote, the secretary first."""
        people = [one.person_id for one in people_for(self.session, self.gathering, SORTS["election"])]
        return sorted(people, key=lambda one: one != self.by)


@pytest.fixture
def room(session, world):
    return Room(session, world)


def rows(session, model) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_figures_come_from_the_list_and_its_marks(room, session, world):
    item = room.add("decision", "通过年度工作计划")
    room.open()
    voters = room.voters()
    room.come(*voters[:6], world.probationer.id)
    assert electorate_of(session, room.gathering.id) == Electorate(8, 6)
    found = room.vote(item, 5, 1)
    assert (found.vote.due, found.vote.present, found.vote.version) == (8, 6, 1)
    assert found.told.passed and found.told.sentence == "5票赞成，超过应到有表决权8人的半数，通过。"
    assert found.told.counts == "应到有表决权8人，到会6人；赞成5票，反对1票，弃权0票。"
    room.come(voters[6])
    assert room.item(item).vote.present == 6


def test_what_became_of_a_vote_stands_in_no_column_and_no_form():
    words = re.compile("pass(ed|es)?$|elect|outcome|verdict|carried")
    ours = [Base.metadata.tables[name] for name in ("agenda_item", "vote", "agenda_candidate", "written_opinion")]
    assert [str(column) for table in ours for column in table.c if words.search(column.name)] == []
    every = [str(column) for table in Base.metadata.sorted_tables for column in table.c]
    assert [name for name in every if re.search(r"\.(is_)?(passed|elected|carried)$", name)] == []
    typed = {name for page in (ROOT / "templates").rglob("*.html") for name in NAMED.findall(page.read_text("utf-8"))}
    assert (
        "reason" in typed
        and [name for name in typed if re.fullmatch("(is_)?(passed|elected|carried|verdict)", name)] == []
    )


def test_a_correction_keeps_the_figures_of_its_time_and_a_trace(room, session):
    item = room.add("decision", "通过年度工作计划")
    room.open()
    voters = room.voters()
    room.come(*voters[:5])
    room.vote(item, 5)
    room.come(voters[5])
    with pytest.raises(Refused, match="写一句原因"):
        room.vote(item, 4, 1, version=1)
    with pytest.raises(Refused, match="刚刚有别人"):
        room.vote(item, 4, 1, version=0, reason="点错了")
    with pytest.raises(Refused, match="比到会有表决权的 5 人多"):
        room.vote(item, 5, 1, version=1, reason="漏了一人")
    found = room.vote(item, 4, 1, version=1, reason="点错了")
    assert (found.vote.present, found.vote.correction, found.told.word) == (5, "点错了", "未通过")
    found = room.vote(item, 5, 1, version=2, reason="漏点一人签到", recount=True)
    assert (found.vote.present, found.told.word, found.vote.version) == (6, "通过", 3)
    trail = session.scalars(sa.select(AuditRow).where(AuditRow.subject_type == "vote").order_by(AuditRow.id)).all()
    assert [row.action for row in trail] == ["meeting.vote.record", *["meeting.vote.correct"] * 2]
    assert trail[1].before == {"votes_for": 5, "votes_against": 0}
    assert trail[1].after == {"votes_for": 4, "votes_against": 1} and trail[1].reason == "点错了"


def test_whoever_is_counted_out_later_changes_no_vote(room, session):
    item = room.add("decision", "通过年度工作计划")
    room.open()
    voters = room.voters()
    room.come(*voters[:6])
    room.vote(item, 4, 2)
    with transaction(session):
        count_out(session, room.gathering, person_id=voters[7], reason="retired", by=room.by, at=AT)
    assert electorate_of(session, room.gathering.id).due == 7
    assert room.item(item).vote.due == 8 and not room.item(item).told.passed


def test_written_opinions_of_those_on_leave(room, session, world):
    item = room.add("full_membership", person=person_named(session, world.probationer))
    room.open()
    voters = room.voters()
    room.come(*voters[:5])
    room.excuse(voters[5])
    assert list(absent_for_cause(session, room.gathering.id)) == [voters[5]]
    with pytest.raises(Refused, match="准了假、没有到会"):
        room.vote(item, 4, 1, written=(1, 0, 0), opinions=[voters[6]])
    with pytest.raises(Refused, match="交书面意见的有 1 人"):
        room.vote(item, 4, 1, opinions=[voters[5]])
    found = room.vote(item, 4, 1, written=(1, 0, 0), opinions=[voters[5]])
    assert list(found.opinions) == [voters[5]] and found.told.passed
    assert found.told.sentence == "5票赞成（其中书面意见1票），超过应到有表决权8人的半数，通过。"
    room.come(voters[5])
    found = room.vote(item, 4, 1, version=1, reason="他后来到会了", recount=True)
    assert not found.opinions and found.vote.present == 6 and rows(session, WrittenOpinion) == 0


def person_named(session, actor):
    return SimpleNamespace(person_id=actor.id, name=session.get(Person, actor.id).name)


def test_an_election_by_candidates(room, session, world):
    room.open()
    voters = people_for(session, room.gathering, SORTS["election"])
    assert [one.name for one in voters] == [one.name for one in sorted(voters, key=lambda one: key_of(session, one))]
    item = room.add("election", candidates=voters[:3], seats=2)
    room.come(*room.voters()[:7])
    ids = [one.person_id for one in voters[:3]]
    counted = dict(zip(ids, (Tally(6, 1), Tally(5, 1, 1), Tally(3, 4)), strict=True))
    found = room.vote(item, by_candidate=counted)
    assert list(found.candidates) == ids and found.tallies == counted and found.vote.votes_for is None
    assert found.told.passed and [one.is_elected for one in found.told.standings] == [True, True, False]
    assert found.told.word == "当选 2／2"
    with pytest.raises(Refused, match="不会超过 14 票"):
        room.vote(item, by_candidate={one: Tally(7) for one in ids}, version=1, reason="重新数过")


def key_of(session, candidate) -> tuple:
    return session.get(Person, candidate.person_id).stroke_key, candidate.person_id


def test_an_election_too_few_came_to(room, session):
    room.open()
    voters = people_for(session, room.gathering, SORTS["election"])
    item = room.add("election", candidates=voters[:1], seats=1)
    room.come(*room.voters()[:6])
    found = room.vote(item, by_candidate={voters[0].person_id: Tally(6)})
    assert found.told.word == "无效" and "未达到应到有表决权8人的五分之四" in found.told.sentence


def test_items_stand_in_order_and_are_taken_off_until_voted(room, session):
    first, second = room.add("topic", "支部工作报告"), room.add("decision", "通过决议")
    assert [one.id for one in agenda_of(session, room.gathering)] == [first, second]
    with transaction(session):
        drop_item(session, room.gathering, room.item(first), by=room.by, at=AT)
    third = room.add("topic", "散会前通报")
    assert [one.id for one in agenda_of(session, room.gathering)] == [second, third]
    room.open()
    room.come(*room.voters()[:5])
    room.vote(second, 5)
    with pytest.raises(Refused, match="不能去掉"), transaction(session):
        drop_item(session, room.gathering, room.item(second), by=room.by, at=AT)
    with pytest.raises(NotFound):
        room.item(first)


def test_before_signing_in_nothing_is_voted(room):
    item = room.add("decision", "通过决议")
    with pytest.raises(Refused, match="应到名单没有定"):
        room.vote(item, 0)


def test_a_vote_item_refuses_a_second_sitting(room, session, world):
    room.add("topic", "支部工作报告")
    room.add("decision", "通过决议")
    more = {"starts_at": AT + timedelta(hours=5), "place": "东区食堂", "by": room.by, "at": AT}
    with pytest.raises(Refused, match="不能再加一场"):
        add_sitting(session, room.gathering, **more)
    (sorts,) = vote_sorts(session, room.gathering.id).values()
    assert [one.code for one in sorts] == ["decision"]


def test_a_gathering_of_two_sittings_takes_no_vote_item(session, world):
    room = Room(session, world)
    factories.add(
        session,
        Sitting,
        gathering_id=room.gathering.id,
        starts_at=AT + timedelta(hours=9),
        place="值班室",
        host_id=room.by,
    )
    session.refresh(room.gathering, ["sittings"])
    room.add("topic", "支部工作报告")
    with pytest.raises(Refused, match="同一场"):
        room.add("decision", "通过决议")
    assert rows(session, AgendaItem) == 1


@pytest.mark.parametrize(
    "columns",
    [{"votes_for": 7}, {"votes_against": -1}, {"present": 9}, {"written_for": 4}, {"abstained": 3}],
    ids=lambda columns: next(iter(columns)),
)
def test_the_database_takes_no_figures_that_cannot_be(room, session, columns):
    item = room.add("decision", "通过决议")
    figures = {"due": 8, "present": 6, "votes_for": 4, "votes_against": 0, "abstained": 0}
    figures |= {"written_for": 0, "written_against": 0, "written_abstained": 0}
    with pytest.raises(sa.exc.IntegrityError):
        factories.add(session, Vote, item_id=item, at=AT, by_id=room.by, version=1, **figures | columns)
    session.rollback()


def test_a_committee_votes_among_itself(session, world):
    room = Room(session, world, kinds=("committee_meeting",), circle="committee")
    item = room.add("decision", "确认积分申报")
    with pytest.raises(Refused, match="支部党员大会表决"):
        room.add("admission", "接收发展对象")
    room.open()
    room.come(world.secretary.id, world.deputy.id)
    assert room.vote(item, 2).told.sentence == "2票赞成，超过应到有表决权2人的半数，通过。"
    assert rows(session, AgendaCandidate) == 0

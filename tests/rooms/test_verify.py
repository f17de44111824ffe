"""`flask verify` is silent over honest rows and names every row that was changed behind the house's back (D7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.actions import add_to_list, close_meeting, count_out, open_sign_in
from partygroup.attendance.makeups import answer_make_up
from partygroup.attendance.models import DueEntry, MakeUp, Mark
from partygroup.db import transaction
from partygroup.meetings.queries import describe
from partygroup.scores.checking import faults
from partygroup.scores.closing import close_quarter, reopen_quarter
from partygroup.scores.models import Closing, Declaration, Entry, StoredGroup, StoredSheet
from tests.factories import gathering, person
from tests.scorebook import Q3, Q4, entry, make_up, mark, noon, undo

CLOSING = clock.beijing("2026-10-20 18:00")
DAY = date(2026, 8, 5)


@pytest.fixture
def honest(session, world):
    """Fill a quarter of the member's branch by the house's own ways, and close it; return ids by name."""
    where = {"branch": world.branch.id, "by": world.secretary.id}
    made = entry(session, world.member.id, on=DAY, event="doc:1", **where)
    undo(session, entry(session, world.member.id, "PF-SERVE", on=DAY, **where))
    met = gathering(session, world.group.id, by=world.leader.id, starts_at=noon(DAY))
    with transaction(session):
        met = describe(session, met.id).gathering
        open_sign_in(session, met, by=world.leader.id, at=noon(DAY))
        close_meeting(session, met, by=world.leader.id, at=noon(DAY) + timedelta(hours=1))
    marked = mark(session, met.id, world.leader.id, at=noon(DAY))
    late = make_up(session, met.id, world.member.id, DAY + timedelta(days=1), by=world.leader.id)
    with transaction(session):
        closing = close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=CLOSING)
    return {"entry": made, "mark": marked, "make_up": late, "gathering": met, "closing": closing.id}


def found(session) -> list[str]:
    session.commit()
    session.expire_all()
    return list(faults(session))


def test_all_is_well(session, honest):
    assert found(session) == []


def test_what_happens_after_closing_is_no_fault(session, world, honest):
    later = clock.beijing("2026-10-21 09:00")
    with transaction(session):
        count_out(session, honest["gathering"], person_id=world.leader.id, reason="ill", by=world.leader.id, at=later)
    session.execute(sa.update(Mark).where(Mark.id == honest["mark"]).values(undone_at=later, undone_by=world.leader.id))
    make_up(session, honest["gathering"].id, world.probationer.id, DAY, by=world.leader.id, at=later)
    entry(session, world.member.id, branch=world.branch.id, on=DAY, by=world.secretary.id, quarter=Q4, made_at=later)
    undo(session, honest["entry"], sort="correction", quarter=Q4)
    assert found(session) == []
    with transaction(session):
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一条", by=world.unit_officer.id, at=later)
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=later + timedelta(hours=1))
    assert found(session) == []


def test_a_word_against_a_make_up_leaves_a_closed_quarter_alone(session, world, honest):
    """Recorded the day before the closing, denied the day after: the sheet stands, and so do its rows."""
    came = sa.select(StoredSheet.came).join(Closing, Closing.id == StoredSheet.closing_id)
    came = came.where(StoredSheet.person_id == world.probationer.id, Closing.reopened_at.is_(None))
    hour, met = timedelta(hours=1), honest["gathering"]
    with transaction(session):
        reopen_quarter(session, world.branch.id, Q3, reason="有人补课", by=world.unit_officer.id, at=CLOSING + hour)
    make_up(session, met.id, world.probationer.id, DAY, by=world.leader.id, at=CLOSING + hour)
    with transaction(session):
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=CLOSING + 2 * hour)
    assert session.scalar(came) == 1
    with transaction(session):
        answer_make_up(session, met, person_id=world.probationer.id, is_so=False, at=CLOSING + 24 * hour)
    assert session.scalar(came) == 1 and found(session) == []


@pytest.mark.parametrize("at", [CLOSING - timedelta(days=1), CLOSING + timedelta(days=1)])
def test_who_was_missing_in_the_list_counts_from_when_they_were_added(session, world, honest, at):
    """Before the closing it is of the quarter, after it of none; the list stays explained either way."""
    new = person(session, "安秋分", branch=world.branch.id, group=world.group.id)
    begun = CLOSING - timedelta(days=2)
    with transaction(session):
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一人", by=world.unit_officer.id, at=begun)
    for act in (add, close) if at < CLOSING else (close, add):
        with transaction(session):
            act(session, world, honest["gathering"], new, at)
    assert found(session) == []
    stored = session.scalars(sa.select(StoredSheet).where(StoredSheet.person_id == new.id)).one()
    assert stored.due == (at < CLOSING)


def add(session, world, met, who, at):
    add_to_list(session, met, person_id=who.id, by=world.leader.id, at=at)


def close(session, world, *_):
    close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=CLOSING)


TAMPERED = {
    "a mark taken away": (lambda ids: sa.delete(Mark).where(Mark.id == ids["mark"]), "参加次数存的是1，按记录是0"),
    "a mark added": (
        lambda ids: sa.insert(Mark).from_select(
            ["gathering_id", "sitting_id", "person_id", "happened_at", "arrived_at", "door", "by_id"],
            sa.select(Mark.gathering_id, Mark.sitting_id, sa.literal(ids["other"]), Mark.happened_at, Mark.arrived_at,
                      Mark.door, Mark.by_id).where(Mark.id == ids["mark"]),
        ),
        "田大利（",
    ),
    "a mark given to another": (
        lambda ids: sa.update(Mark).where(Mark.id == ids["mark"]).values(person_id=ids["other"]),
        "参加次数存的是1，按记录是0",
    ),
    "a mark of a stranger": (
        lambda ids: sa.update(Mark).where(Mark.id == ids["mark"]).values(person_id=ids["stranger"]),
        "不在会",
    ),
    "a make-up moved": (
        lambda ids: sa.update(MakeUp).where(MakeUp.id == ids["make_up"]).values(on_day=date(2026, 8, 4)),
        "参加次数存的是1，按记录是0",
    ),
    "a due entry": (
        lambda ids: sa.update(DueEntry).where(DueEntry.person_id == ids["member"]).values(counting="not_counted"),
        "应到次数存的是1，按记录是0",
    ),
    "a due list": (
        lambda ids: sa.update(DueEntry).where(DueEntry.person_id == ids["member"]).values(counting="observer"),
        "开始签到时应到4人，名单是3人",
    ),
    "the points of an entry": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(points=60), "分值60，申报确认的是20",
    ),
    "the quarter of an entry": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(quarter=4), "2026年第三季度当时没有结账",
    ),
    "an entry of an earlier quarter": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(quarter=2), "事情发生在2026年第三季度",
    ),
    "an entry made after closing": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(made_at=CLOSING + timedelta(days=1)),
        "2026年第三季度当时已经结账",
    ),
    "the person of an entry": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(person_id=ids["other"]), "不是申报的那个人",
    ),
    "the event of an entry": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(event="doc:2"), "event和申报不一致",
    ),
    "the dimension of an entry": (
        lambda ids: sa.update(Entry).where(Entry.id == ids["entry"]).values(dimension="SE"), "维度和计分内容不一致",
    ),
    "an entry taken away": (
        lambda ids: sa.delete(Entry).where(Entry.id == ids["entry"]), "已生效，却没有分录",
    ),
    "the state of a declaration": (
        lambda ids: sa.update(Declaration).where(Declaration.event == "doc:1").values(state="draft"), "没有生效",
    ),
    "a stored total": (
        lambda ids: sa.update(StoredSheet).where(StoredSheet.person_id == ids["member"]).values(total=999),
        "总分存的是999，重算是",
    ),
    "a stored digest": (
        lambda ids: sa.update(StoredSheet).where(StoredSheet.person_id == ids["member"]).values(digest="x"),
        "计分表和它的摘要不一致",
    ),
    "a stored number of turns": (
        lambda ids: sa.update(StoredSheet).where(StoredSheet.person_id == ids["member"]).values(came=9),
        "应到和参加存的是1和9",
    ),
    "a stored sheet taken out of the means": (
        lambda ids: sa.update(StoredSheet).where(StoredSheet.person_id == ids["member"]).values(is_counted=False),
        "组员总分和各人的计分表不一致",
    ),
    "a stored sheet taken away": (
        lambda ids: sa.delete(StoredSheet).where(StoredSheet.person_id == ids["member"]),
        "2026年第三季度：结账时有9张计分表，现在有8张",
    ),
    "a stored group": (
        lambda ids: sa.update(StoredGroup).where(StoredGroup.group_id == ids["group"]).values(total=1000),
        "存的是1000，重算是",
    ),
}  # fmt: skip


def test_what_was_changed_is_found(session, world, honest):
    """All in one honest quarter, each change taken back before the next."""
    ids = honest | {"member": world.member.id, "other": world.probationer.id, "stranger": world.stranger.id,
                    "group": world.group.id}  # fmt: skip
    missed = {}
    for what, (change, sentence) in TAMPERED.items():
        with session.begin_nested() as step:
            session.execute(change(ids))
            session.expire_all()
            named = list(faults(session))
            step.rollback()
        if not [fault for fault in named if sentence in fault]:
            missed[what] = named
    assert missed == {}
    assert found(session) == []


def test_a_changed_group_is_named(session, world, honest):
    row = session.scalar(sa.select(StoredGroup).where(StoredGroup.group_id == world.group.id))
    changed = row.body | {"facts": row.body["facts"] | {"reached": 5}}
    session.execute(sa.update(StoredGroup).where(StoredGroup.id == row.id).values(body=changed))
    where = f"党小组{world.group.id} 2026年第三季度"
    assert [fault.partition("：")[0] for fault in found(session)] == [where] * 2


@pytest.mark.parametrize("key", ["facts", "body"])
def test_a_changed_line_is_named(session, world, honest, key):
    row = session.scalar(sa.select(StoredSheet).where(StoredSheet.person_id == world.member.id))
    if key == "body":
        changed = row.body | {"lines": [dict(line, points=5) if line["code"] == "WP-TASK" else line
                                        for line in row.body["lines"]]}  # fmt: skip
    else:
        changed = row.facts | {"entries": [dict(one, points=40) for one in row.facts["entries"]]}
    session.execute(sa.update(StoredSheet).where(StoredSheet.id == row.id).values({key: changed}))
    named = [fault for fault in found(session) if "WP-TASK" in fault]
    assert named and named[0].startswith("田富（") and "2026年第三季度" in named[0]


def test_the_command_prints_faults_and_fails(app, session, world, honest):
    session.commit()
    runner = app.test_cli_runner()
    session.execute(sa.update(Entry).where(Entry.id == honest["entry"]).values(points=60))
    silent = runner.invoke(args=["verify"])  # it neither waits for somebody who writes nor sees it
    assert (silent.exit_code, silent.output) == (0, "")
    session.commit()
    result = runner.invoke(args=["verify"])
    assert result.exit_code == 1
    assert any("田富" in line and "WP-TASK" in line for line in result.output.splitlines())

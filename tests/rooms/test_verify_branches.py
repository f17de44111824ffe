"""`flask verify` over frozen sheets of branches: silent while all is honest, and every change behind the back named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Problem
from partygroup.activities.problems import cancel_problem
from partygroup.clock import Quarter
from partygroup.db import transaction
from partygroup.evaluation import periods
from partygroup.evaluation.checking import faults
from partygroup.evaluation.entering import enter_veto, give_award, set_term, withdraw
from partygroup.evaluation.models import (
    BranchAward,
    CommitteeTerm,
    EvaluationPeriod,
    FigureImport,
    ReportedFigure,
    StoredBranch,
    UnitVeto,
)
from partygroup.evaluation.storing import digest_of_branch
from partygroup.meetings.models import Gathering
from partygroup.people.actions import end_post
from partygroup.people.models import Post, Workplace
from partygroup.scores.closing import close_quarter, reopen_quarter
from partygroup.scores.models import StoredSheet
from tests.factories import add
from tests.rooms.test_evaluation import EXAMPLE
from tests.rooms.test_figures import Desk, line
from tests.scorebook import held

Q3 = Quarter(2026, 3)
FIGURES = EXAMPLE | {"QI4": "90%", "QI2.STAFF": "40%"}


@pytest.fixture
def desk(session, world, at) -> Desk:
    return Desk(session, world, at("2026-10-08 09:00"))


@pytest.fixture
def honest(desk, world) -> dict:
    """Fill a quarter of the branch from every door, close it, freeze it; return rows by name."""
    session, by = desk.session, {"by": world.unit_officer.id, "at": desk.at}
    everybody = [world.member.id, world.leader.id, world.secretary.id]
    add(session, Workplace, person_id=world.member.id, star_level=2, from_on=date(2026, 1, 1))
    met = held(session, world.branch.id, date(2026, 7, 10), by=world.secretary.id, due=everybody, came=everybody[:2],
               kinds=("theme_day",))  # fmt: skip
    columns = {"branch_id": world.branch.id, "owner_id": world.leader.id, "raised_on": date(2026, 7, 1),
               "by_id": world.leader.id, "at": desk.at - timedelta(days=90), "due_on": date(2026, 9, 1)}  # fmt: skip
    closed = {"closed_on": date(2026, 8, 1), "closed_by": world.leader.id}
    solved = add(session, Problem, unit_id=world.group.id, text="更衣柜不够用", **columns, **closed)
    still = add(session, Problem, unit_id=world.branch.id, text="照明偏暗", **columns)
    desk.send(*(line(code, value) for code, value in FIGURES.items()))
    desk.send(line("WP1", "88%", period="2026-10"))
    with transaction(session):
        term = set_term(session, world.branch.id, from_on=date(2025, 1, 1), until_on=date(2027, 12, 31),
                        extended=False, document="", **by)  # fmt: skip
        award = give_award(session, world.branch.id, sort="award", level="company", text="先进党支部",
                           document="党发5号", event="", on_day=date(2026, 9, 1), **by)  # fmt: skip
        veto = enter_veto(session, world.branch.id, ground="accident", document="安发1号", from_on=date(2026, 9, 30),
                          until_on=None, **by)  # fmt: skip
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=desk.at)
    period = freeze(desk, world)
    sheet = next(row for row in periods.standing_of(session, period) if row.branch_id == world.branch.id)
    return {"met": met, "solved": solved, "still": still, "term": term, "award": award, "veto": veto, "period": period,
            "sheet": sheet, "later": desk.at + timedelta(days=1)}  # fmt: skip


def freeze(desk, world, period=None) -> EvaluationPeriod:
    by = {"by": world.company_officer.id, "at": desk.at + timedelta(hours=1)}
    with transaction(desk.session):
        if period is None:
            period = periods.configure_period(desk.session, world.company.id, Q3, **by)
            periods.open_period(desk.session, period, **by)
            periods.collect(desk.session, period, **by)
        periods.freeze_period(desk.session, period, **by)
    return period


def found(session) -> list[str]:
    session.commit()
    session.expire_all()
    return list(faults(session))


def rewritten(sheet: StoredBranch, change) -> sa.Update:
    """Return the statement of somebody who knows the digest too."""
    body = change(sheet.body)
    digest = digest_of_branch(sheet.branch_id, Q3, 1, body)
    return sa.update(StoredBranch).where(StoredBranch.id == sheet.id).values(body=body, digest=digest)


def with_line(body: dict, code: str, **changed) -> dict:
    sheet = body["sheet"]
    dimensions = [
        dimension | {"lines": [one | changed if one["code"] == code else one for one in dimension["lines"]]}
        for dimension in sheet["dimensions"]
    ]
    return body | {"sheet": sheet | {"dimensions": dimensions}}


def with_figure(body: dict, code: str, value: str) -> dict:
    return body | {"figures": body["figures"] | {code: [value, value, body["figures"][code][2]]}}


def of(row) -> tuple:
    return type(row).id == row.id


def test_all_is_well(desk, honest):
    assert honest["sheet"].total is not None and honest["sheet"].stars == 2
    assert found(desk.session) == []


def test_what_happens_after_freezing_is_no_fault(desk, world, honest):
    session, later = desk.session, honest["later"]
    by = {"by": world.unit_officer.id, "at": later}
    with transaction(session):
        withdraw(session, honest["award"], reason="文件有误", **by)
        withdraw(session, honest["veto"], reason="认定有误", **by)
        set_term(session, world.branch.id, from_on=date(2025, 1, 1), until_on=date(2026, 1, 1), extended=False,
                 document="", **by)  # fmt: skip
        cancel_problem(session, session.get(Problem, honest["still"]), reason="不是问题", **by)
        reopen_quarter(session, world.branch.id, Q3, reason="漏了一条", **by)
        close_quarter(session, world.sister_branch.id, Q3, by=world.sister.id, at=later)
        end_post(session, session.scalars(sa.select(Post).where(Post.person_id == world.leader.id)).one(), **by)
    desk.at = later
    desk.send(line("WP1", "50%"))
    assert found(session) == []
    with transaction(session):
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=later + timedelta(minutes=30))
        periods.reopen_period(session, honest["period"], reason="漏了数据", by_unit=world.company.id,
                              by=world.company_officer.id, at=later)  # fmt: skip
    freeze(desk, world, honest["period"])
    assert len(session.scalars(sa.select(StoredBranch).where(StoredBranch.branch_id == world.branch.id)).all()) == 2
    assert found(session) == []


def figure(code: str, period: str = "2026Q3") -> tuple:
    return sa.and_(ReportedFigure.code == code, ReportedFigure.period == period)


TAMPERED = {
    "a total": (lambda one: sa.update(StoredBranch).where(of(one["sheet"])).values(total=999), "总分存的是99.9"),
    "stars": (lambda one: sa.update(StoredBranch).where(of(one["sheet"])).values(stars=5), "星级存的是5"),
    "a digest": (lambda one: sa.update(StoredBranch).where(of(one["sheet"])).values(digest="x"), "摘要不一致"),
    "a whole sheet": (lambda one: sa.delete(StoredBranch).where(of(one["sheet"])), "不见了"),
    "when it was frozen": (
        lambda one: sa.update(StoredBranch).where(of(one["sheet"])).values(frozen_at=one["later"]), "不是记录的那样",
    ),
    "a body": (
        lambda one: sa.update(StoredBranch).where(of(one["sheet"])).values(body=one["sheet"].body | {"headcount": 4}),
        "考评表和它的摘要不一致",
    ),
    "a line, digest and all": (
        lambda one: rewritten(one["sheet"], lambda body: with_line(body, "WP1", points=100)),
        "WP1 存的是10.0，重算是9.8",
    ),
    "the reason of a line": (
        lambda one: rewritten(one["sheet"], lambda body: with_line(body, "SE2", why="好。")),
        "SE2 存的是4.6，重算是4.6",
    ),
    "a stored figure, digest and all": (
        lambda one: rewritten(one["sheet"], lambda body: with_figure(body, "WP1", "99")), "指标 WP1 存的是99（",
    ),
    "the number of members": (
        lambda one: rewritten(one["sheet"], lambda body: body | {"headcount": 90}), "指标 H 存的是90，按记录是",
    ),
    "a figure": (lambda one: sa.update(ReportedFigure).where(figure("WP1")).values(value="50"), "指标 WP1 存的是97.5"),
    "a figure taken away": (lambda one: sa.delete(ReportedFigure).where(figure("WP4")), "按记录是没有"),
    "a figure of an open quarter": (
        lambda one: sa.update(ReportedFigure).where(figure("WP1", "2026-10")).values(value="98"), "“九月指标.csv”",
    ),
    "a figure's source": (
        lambda one: sa.update(ReportedFigure).where(figure("WP1")).values(source="口头"), "“九月指标.csv”",
    ),
    "an award": (lambda one: sa.delete(BranchAward), "BONUS 存的是2.0，重算是没有"),
    "an award's level": (lambda one: sa.update(BranchAward).values(level="nation"), "BONUS 存的是2.0，重算是5.0"),
    "a veto": (lambda one: sa.delete(UnitVeto), "限制存的是一票否决"),
    "a term": (lambda one: sa.update(CommitteeTerm).values(until_on=date(2026, 1, 1)), "指标 PF3.PASSED 存的是"),
    "a meeting": (
        lambda one: sa.update(Gathering).where(Gathering.id == one["met"]).values(closed_at=one["later"]),
        "指标 PF1.HELD 存的是1，按记录是0",
    ),
    "a problem": (
        lambda one: sa.update(Problem).where(Problem.id == one["solved"]).values(due_on=date(2026, 12, 1)),
        "指标 PF6.CLOSED 存的是1，按记录是0",
    ),
    "a post": (lambda one: sa.delete(Post).where(Post.role == "group_leader"), "指标 PF3.PASSED 存的是"),
    "a star": (lambda one: sa.update(Workplace).values(star_level=None), "指标 QI2.STARRED 存的是1，按记录是0"),
    "who counts": (lambda one: sa.update(StoredSheet).values(is_counted=False), "指标 PF5 存的是"),
}  # fmt: skip


def test_what_was_changed_is_found(desk, honest):
    """All in one honest quarter, each change taken back before the next."""
    missed = {}
    for what, (change, sentence) in TAMPERED.items():
        with desk.session.begin_nested() as step:
            desk.session.execute(change(honest))
            desk.session.expire_all()
            named = list(faults(desk.session))
            step.rollback()
        if not [fault for fault in named if sentence in fault]:
            missed[what] = named
    assert missed == {}
    assert found(desk.session) == []


def test_a_fault_names_branch_and_quarter(desk, honest):
    desk.session.execute(sa.update(StoredBranch).where(of(honest["sheet"])).values(total=999))
    assert found(desk.session) == ["红柳车间党支部 2026年第三季度：总分存的是99.9和71.4，重算是71.4"]


def test_as_many_statements_for_all_branches(desk, world, honest, statements):
    with statements() as every:
        found(desk.session)
    desk.session.execute(sa.delete(StoredBranch).where(StoredBranch.branch_id != world.branch.id))
    with statements() as one:
        found(desk.session)
    assert len(one) == len(every)


def test_an_import_of_before_is_passed_over(desk, honest):
    for row in desk.session.scalars(sa.select(FigureImport)):
        summary = {key: value for key, value in row.summary.items() if key != "written"}
        desk.session.execute(sa.update(FigureImport).where(FigureImport.id == row.id).values(summary=summary))
    assert found(desk.session) == []

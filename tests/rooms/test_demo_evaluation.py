"""The demo company's evaluations: two past quarters final, the running one open, every step by somebody who may."""

from __future__ import annotations

from collections import Counter, defaultdict

import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Problem
from partygroup.clock import Quarter
from partygroup.db import AuditRow
from partygroup.evaluation.checking import faults
from partygroup.evaluation.models import (
    BranchAward,
    CommitteeTerm,
    EvaluationPeriod,
    FigureImport,
    ReportedFigure,
    StoredBranch,
    UnitVeto,
)
from partygroup.evaluation.queries import branch_sheets
from partygroup.evaluation.rules import State
from partygroup.evaluation.storing import from_json
from partygroup.org.models import UnitKind
from partygroup.people.models import Belonging, Person, Post, Role
from tests.rooms.democompany import AT, units_of

Q2, Q3, Q4 = (Quarter(2026, number) for number in (2, 3, 4))


def frozen(session) -> list[tuple[Quarter, StoredBranch]]:
    rows = session.execute(
        sa.select(EvaluationPeriod, StoredBranch)
        .join(StoredBranch, StoredBranch.period_id == EvaluationPeriod.id)
        .order_by(StoredBranch.id)
    )
    return [(period.of, row) for period, row in rows]


def test_frozen_sheets_are_as_their_rows_say(company):
    assert list(faults(company)) == []


def test_two_past_quarters_are_final_and_the_running_one_collects(company):
    periods = company.scalars(sa.select(EvaluationPeriod).order_by(EvaluationPeriod.id)).all()
    assert [(one.of, one.state) for one in periods] == [(Q2, "frozen"), (Q3, "frozen"), (Q4, "collecting")]
    of = defaultdict(set)
    for quarter, row in frozen(company):
        assert (row.state, row.replaced_at) == (State.FINAL, None)
        of[quarter].add(row.branch_id)
    branches = units_of(company, UnitKind.BRANCH).keys()
    assert of == {Q2: set(branches), Q3: set(branches)}


def test_steps_come_in_their_order_each_with_its_witness(company):
    witnessed = defaultdict(dict)
    for row in company.scalars(sa.select(AuditRow).where(AuditRow.subject_type == "branch_sheet")):
        witnessed[row.subject_id][row.action.rsplit(".", 1)[1]] = row
    for _, row in frozen(company):
        seen = witnessed[row.id]
        steps = [seen[name] for name in ("freeze", "self_score", "review", "publish", "finish")]
        assert sorted(steps, key=lambda step: step.at) == steps and steps[-1].at < AT
        moments = [row.frozen_at, row.self_scored_at, row.reviewed_at, None, row.finished_at]
        assert all(moment in (step.at, None) for moment, step in zip(moments, steps, strict=True))
        assert clock.day_of(steps[3].at) == row.public_from
        assert row.public_from < row.public_until < clock.day_of(row.finished_at)
        assert row.opinion


def test_nobody_decides_on_the_own_branch(company):
    home = dict(company.execute(sa.select(Belonging.person_id, Belonging.branch_id)).all())
    posts = defaultdict(set)
    for post in company.scalars(sa.select(Post)):
        posts[post.person_id].add(post.role)
    for _, row in frozen(company):
        assert home[row.self_scored_by] == row.branch_id
        for above in (row.reviewed_by, row.finished_by):
            assert home[above] != row.branch_id and above != row.self_scored_by
        assert posts[row.reviewed_by] & {Role.UNIT_OFFICE, Role.COMPANY_OFFICE}
        assert Role.COMPANY_OFFICE in posts[row.finished_by]
    for model, unit in ((BranchAward, "unit_id"), (UnitVeto, "unit_id"), (CommitteeTerm, "branch_id")):
        for row in company.scalars(sa.select(model)):
            assert home[row.entered_by] != getattr(row, unit) and row.entered_at < AT


def test_results_are_believable_and_something_is_not_assessed(company):
    sheets = [(row.branch_id, from_json(row.body["sheet"])) for _, row in frozen(company)]
    assert all(700 <= sheet.total <= 1000 for _, sheet in sheets)
    assert len({sheet.stars for _, sheet in sheets}) >= 3 and len({sheet.total for _, sheet in sheets}) > 10
    missing = Counter(line.code for _, sheet in sheets for line in sheet.lines if line.points is None)
    assert missing["WP3"] == len(sheets) and missing["PF7"] and missing["WP2"] < len(sheets)
    limited = [limit for _, sheet in sheets for limit in sheet.limits]
    assert any("一票否决" in limit for limit in limited) and any("满意度" in limit for limit in limited)
    bonus = [line for _, sheet in sheets for line in sheet.bonus_lines]
    assert any(line.points for line in bonus) and any("只计一次" in line.why for line in bonus)
    assert company.scalar(sa.select(sa.func.count(UnitVeto.id))) == 1


def test_the_running_quarter_is_known_as_far_as_it_is(company):
    for result in branch_sheets(company, list(units_of(company, UnitKind.BRANCH)), Q4, at=AT).values():
        assert result.stored is None and result.sheet.total is None
        assert 3 <= result.sheet.assessed < result.sheet.of


def test_figures_came_in_files_and_say_where_from(company):
    imports = {one.id: one for one in company.scalars(sa.select(FigureImport))}
    officer = company.scalar(sa.select(Person.id).where(Person.staff_no == "100009"))
    assert all(one.applied_at and one.by_id == officer and not one.faults for one in imports.values())
    figures = company.scalars(sa.select(ReportedFigure)).all()
    assert all(one.source and one.row_no >= 2 and one.at == imports[one.import_id].applied_at for one in figures)
    assert {len(one.period) for one in figures} == {4, 6, 7}, "years, quarters and months"
    told = Counter((one.unit_id, one.code, one.period) for one in figures)
    assert sorted(told.values())[-2:] == [2, 2], "of the home branch one number was put right in each quarter"


def test_problems_were_due_and_closed_in_each_quarter(company):
    for quarter in (Q2, Q3):
        due = company.scalars(
            sa.select(Problem).where(Problem.due_on.between(quarter.first, quarter.last))
        ).all()  # fmt: skip
        closed = [one for one in due if one.closed_on]
        assert len({one.branch_id for one in due}) >= 6 and 0 < len(closed) < len(due)


def test_three_weeks_into_a_quarter_the_last_one_is_final_already(filled):
    with filled("early", clock.beijing("2026-10-24 10:00")) as session:
        assert {(quarter, row.state) for quarter, row in frozen(session)} == {(Q2, State.FINAL), (Q3, State.FINAL)}

"""The index of a branch's ledger of a year: what each of its 23 sections holds, and where it is (domain.md 12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.activities.models import Activity, Problem
from partygroup.db import holds_on
from partygroup.evaluation.models import BranchAward, EvaluationPeriod, StoredBranch
from partygroup.evaluation.terms import terms_on
from partygroup.ledgers.models import AdmissionStep, CareVisit, DuesPayment
from partygroup.ledgers.queries import Plan, honours_of, month_code, plan_of, year_of
from partygroup.ledgers.rules import ON_THE_WAY
from partygroup.meetings.duty import Step
from partygroup.people.branches import get_branch
from partygroup.people.models import Belonging, StandingSpan
from partygroup.policy import Can
from partygroup.scores.models import Declaration
from partygroup.talks.models import Talk


@dataclass(frozen=True)
class Section:
    """A section: its number, name, and what it holds in words; None: nothing here feeds it yet.

    path: where it is. can: what one needs for that page. circle: whose meetings it tells of.
    """

    number: int
    name: str
    holds: str | None = None
    path: str | None = None
    can: Can = Can.SEE_UNIT
    circle: str | None = None


def sections_of(session, branch_id: int, year: int, today: date) -> list[Section]:
    """Return all sections of a branch's ledger of a year, by a constant number of statements."""
    day = min(today, year_of(year)[1])
    plan, numbers = plan_of(session, branch_id, year, today), _numbers(session, branch_id, year, day)
    here = f"/branches/{branch_id}"
    return sorted(
        [
            *_who(session, branch_id, day, here),
            *_meetings(plan, year, here),
            *_kept(plan, numbers, year, today, here),
            *_done(plan, numbers, branch_id, year, today, here),
            Section(16, "组织关系转接和流动党员"), Section(19, "项目、先锋岗、责任区"), Section(23, "年度总结"),
        ],
        key=lambda one: one.number,
    )  # fmt: skip


def _who(session, branch_id: int, day: date, here: str) -> list[Section]:
    branch, term = get_branch(session, branch_id, day), terms_on(session, [branch_id], day).get(branch_id)
    committee = len({one.person_id for one in branch.officers})
    told = f"任期到{term.until_on.year}年{term.until_on.month}月" if term else "任期没有登记"
    way = f"，另有 {branch.on_the_way} 名还不是党员" if branch.on_the_way else ""
    return [
        Section(1, "支部概况", f"党员 {branch.members} 名：正式 {branch.full}、预备 {branch.probationary}", here),
        Section(2, "支委会和分工", f"班子 {committee} 名，{told}", here),
        Section(3, "党小组", f"{len(branch.groups)} 个" if branch.groups else "没有划分", here),
        Section(4, "党员花名册", f"{branch.members} 名{way}", f"/people?branch={branch_id}", Can.SEE_PEOPLE),
    ]


#: Number, name and kind of the sections that are meetings.
MEETINGS = (
    (6, "支部党员大会", "member_meeting", None),
    (7, "支部委员会会议", "committee_meeting", "committee"),
    (8, "党小组会", "group_meeting", None),
    (9, "党课", "party_lecture", None),
    (10, "主题党日", "theme_day", None),
    (11, "组织生活会", "org_life_meeting", None),
    (12, "民主评议党员", "appraisal", None),
)


def _meetings(plan: Plan, year: int, here: str) -> list[Section]:
    path = f"{here}/calendar?quarter={year}Q"
    return [
        Section(number, name, f"开了 {plan.held[kind]} 次", f"{path}{4 if number > 10 else 1}", circle=circle)
        for number, name, kind, circle in MEETINGS
    ]


def _kept(plan: Plan, numbers: dict[str, int], year: int, today: date, here: str) -> list[Section]:
    """Return the sections that have a page of their own here."""
    lines = plan.lines
    done = sum(line.stands is not None and line.stands.step == Step.DONE for line in lines)
    members = f"{today.month}月已交 {numbers['paid']} 名" if year == today.year else f"全年记了 {numbers['dues']} 人次"
    year_of_page = f"?year={year}"
    month = f"?month={month_code(today if year == today.year else date(year, 12, 1))}"
    return [
        Section(5, "年度计划和每月安排", f"计划 {len(lines)} 项，已开 {done} 项" if lines else "还没有定",
                f"{here}/plan{year_of_page}"),
        Section(13, "谈心谈话", f"记了 {numbers['talks']} 次", f"{here}/talks{year_of_page}", Can.SEE_TALKS),
        Section(14, "发展党员", f"在发展 {numbers['on_the_way']} 名（含预备党员），本年记了 {numbers['steps']} 步",
                f"{here}/admissions", Can.SEE_ADMISSIONS),
        Section(15, "党费", members, f"{here}/dues{month}", Can.SEE_DUES),
        Section(20, "荣誉", f"支部 {numbers['awards']} 项，党员 {numbers['honours']} 项",
                f"{here}/honours{year_of_page}"),
        Section(20, "关怀", f"看望 {numbers['visits']} 次", f"{here}/care{year_of_page}", Can.SEE_CARE),
    ]  # fmt: skip


def _done(plan: Plan, numbers: dict[str, int], branch_id: int, year: int, today: date, here: str) -> list[Section]:
    """Return the sections that other rooms feed."""
    unit, quarter = f"?unit={branch_id}", f"?quarter={year}Q4" if year < today.year else ""
    told = f"党课 {plan.held['party_lecture']} 次，学习活动 {numbers['study']} 次"
    seen = Can.SEE_ACTIVITY
    return [
        Section(17, "学习和培训", told, f"/activities{unit}", seen),
        Section(18, "活动和志愿服务", f"{numbers['activities']} 次，其中志愿服务 {numbers['service']} 次",
                f"/activities{unit}", seen),
        Section(21, "公示", f"公示过 {numbers['public']} 条", f"{here}/publicity", Can.SEE_PUBLICITY),
        Section(22, "考评", f"有结果 {numbers['evaluated']} 个季度", f"{here}/evaluation{quarter}", Can.SEE_EVALUATION),
        Section(22, "检查和整改", f"问题 {numbers['problems']} 件，已解决 {numbers['solved']} 件",
                f"/problems{unit}", seen),
    ]  # fmt: skip


def _numbers(session, branch_id: int, year: int, day: date) -> dict[str, int]:
    """Return the counts that no page has, by three statements."""
    first, last = year_of(year)

    def count(model, *conditions):
        return sa.select(sa.func.count(model.id)).where(*conditions).scalar_subquery()

    acts = (Activity.branch_id == branch_id, Activity.withdrawn_at.is_(None),
            Activity.happened_on.between(first, last))  # fmt: skip
    raised = (Problem.branch_id == branch_id, Problem.cancelled_at.is_(None), Problem.about_id.is_(None),
              Problem.raised_on.between(first, last))  # fmt: skip
    dues = (DuesPayment.branch_id == branch_id,)
    way = (
        sa.select(sa.func.count(StandingSpan.id))
        .join(Belonging, sa.and_(Belonging.person_id == StandingSpan.person_id, holds_on(Belonging, day)))
        .where(Belonging.branch_id == branch_id, holds_on(StandingSpan, day), StandingSpan.standing.in_(ON_THE_WAY))
    )
    evaluated = (
        sa.select(sa.func.count(StoredBranch.id))
        .join(EvaluationPeriod, EvaluationPeriod.id == StoredBranch.period_id)
        .where(StoredBranch.branch_id == branch_id, StoredBranch.replaced_at.is_(None), EvaluationPeriod.year == year)
    )
    wanted = {
        "activities": count(Activity, *acts),
        "service": count(Activity, *acts, Activity.sort == "service"),
        "study": count(Activity, *acts, Activity.sort == "study"),
        "problems": count(Problem, *raised),
        "solved": count(Problem, *raised, Problem.closed_on.is_not(None)),
        "dues": count(DuesPayment, *dues, DuesPayment.month.startswith(f"{year}-")),
        "paid": count(DuesPayment, *dues, DuesPayment.month == month_code(day)),
        "talks": count(Talk, Talk.branch_id == branch_id, Talk.withdrawn_at.is_(None),
                       Talk.held_on.between(first, last)),
        "on_the_way": way.scalar_subquery(),
        "steps": count(AdmissionStep, AdmissionStep.branch_id == branch_id, AdmissionStep.on_day.between(first, last)),
        "awards": count(BranchAward, BranchAward.unit_id == branch_id, BranchAward.on_day.between(first, last),
                        BranchAward.withdrawn_at.is_(None)),
        "visits": count(CareVisit, CareVisit.branch_id == branch_id, CareVisit.on_day.between(first, last)),
        "public": count(Declaration, Declaration.branch_id == branch_id, Declaration.public_from.between(first, last)),
        "evaluated": evaluated.scalar_subquery(),
    }  # fmt: skip
    row = session.execute(sa.select(*(column.label(name) for name, column in wanted.items()))).one()
    return row._asdict() | {"honours": len(honours_of(session, branch_id, year))}

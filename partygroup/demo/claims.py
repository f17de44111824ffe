"""What people of the demo company declare, and what lists and officers report of them, on the usual way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Answer, Participation
from partygroup.activities.presets import SORTS
from partygroup.activities.rules import SILENCE
from partygroup.attendance.rules import DUE_STANDINGS
from partygroup.demo.cast import HOME
from partygroup.demo.desks import Desk, evenings, months_of
from partygroup.demo.flow import Case, Claim, Times, begin
from partygroup.demo.schedule import history_months, weekdays
from partygroup.demo.staff import Member
from partygroup.scores.models import Source
from partygroup.scores.states import State

#: Own declarations: item → how often a month, and what people write.
OWN = {
    "WP-TASK": (0.36, ("按期完成本月承诺的设备点检优化", "按期完成重点任务：降低消耗", "提前完成承诺的备件清理",
                       "按期完成承诺的作业标准修订", "按期完成承诺的成本分析")),
    "SE-STOP": (0.07, ("提醒同事系好安全带", "制止跨越运行中的皮带", "提醒工友戴好防护眼镜")),
    "QI-TEACH": (0.04, ("给班组讲一课：应急处置", "徒弟通过上岗考试", "给新员工授课：岗位风险")),
    "QI-CONTEST-COMPANY": (0.015, ("公司技能比武获奖", "公司安全知识竞赛获奖")),
}  # fmt: skip
#: Lists of departments: item → how often a month, the list, what it says.
LISTS = {
    "SE-HAZARD-CLOSED": (0.025, "安全环保部隐患整改清单", "隐患整改完成：防护罩松动"),
    "WP-SUGGEST-ADOPTED": (0.025, "合理化建议采纳清单", "合理化建议被采纳：改进吊具存放"),
    "QI-STAR": (0.015, "人力资源部晋星名单", "星级员工晋升一星"),
    "QI-SKILL": (0.012, "人力资源部技能等级名单", "取得高级工证书"),
    "SE-GREEN": (0.006, "安全环保部节能改进清单", "节水改进保持 30 天"),
    "SE-VIOLATION-ORDINARY": (0.004, "安全环保部违章通报", "进入现场未系下颌带"),
}
#: What the branch's officers enter.
BRANCH = {"PF-DUES": (0.002, "经提醒仍迟交党费"), "WP-MISSED": (0.003, "承诺的任务到期没有完成，没有说明")}
ABSENT = "PF-ABSENT"
#: How much more the demo's own unit committee brings in, and how differently people take part.
LIVELY, ZEAL, AT_MOST = 2.2, (0.3, 1.7), 0.92
DECLARED_FAR, DECLARED_NEAR, DECLARED_AT_HOME = 0.3, 0.55, 0.85
#: How much of what is new since the last committee meeting waits in the demo's own branch: an inbox one can read.
KEPT = 0.45
RETURNED, LOWERED, REJECTED, EXCUSED = 0.03, 0.04, 0.03, 0.25
TOO_THIN, TOO_MUCH, NO_RECORD = "请写明具体做了什么", "内容和上月一条相近，适当调低", "没有找到记录，请补材料后再报"
SHIFTED = "当天顶岗，班长已经证明，不扣分"
#: Until when a list of a month arrives, at the latest.
LIST_DAY = 3


def go_on(case: Case, rng: Random) -> Case:
    """Take a case the usual way: group, committee, publicity, effect; now and then with a detour."""
    if case.is_stopped:
        return case
    if case.row["state"] == State.SUBMITTED:
        _through_the_group(case, rng)
    last = case.trail[-1]["at"]
    met = case.desk.next_meeting(last)
    if met is None:
        case.is_stopped = True
        return case
    confirmer = case.desk.confirmer(case.member, case.row["reviewed_by"])
    at_unit = confirmer is case.desk.unit_office
    decided = met + (timedelta(days=1) if at_unit else timedelta(minutes=rng.randint(10, 50)))
    meeting = f"{clock.day_of(met).month}月" + ("二级党委审核" if at_unit else "支委会")
    is_proposed = case.row["source"] in (Source.IMPORT, Source.BRANCH)
    odds = 0 if is_proposed else EXCUSED if case.row["item"] == ABSENT else REJECTED
    if rng.random() < odds:
        case.reject(decided, meeting, SHIFTED if case.row["item"] == ABSENT else NO_RECORD)
        return case
    case.confirm(decided, meeting, confirmer)
    case.publish(clock.start_of(clock.day_of(decided) + timedelta(days=1)) + timedelta(hours=8, minutes=40))
    case.settle()
    return case


def _through_the_group(case: Case, rng: Random) -> None:
    submitted = clock.day_of(case.trail[-1]["at"])
    if rng.random() < RETURNED:
        case.return_(evenings(rng, submitted, 1, 1), TOO_THIN)
        case.mend(evenings(rng, submitted, 2, 2), f"{case.row['text']}，有班组记录")
        case.submit(case.trail[-1]["at"] + timedelta(minutes=2))
        submitted += timedelta(days=2)
    luck, at = rng.random(), evenings(rng, submitted, 1, 4)
    if luck < LOWERED and case.points >= 10:
        case.review(at, case.points // 2, TOO_MUCH)
    else:
        case.review(at)


# --- from activities --------------------------------------------------------------------------------------------------


def from_activities(session, times: Times, desks: list[Desk], rng: Random) -> Iterator[Case]:
    """Yield what leaders and secretaries declared from activities, once people have had their time to answer."""
    named = defaultdict(list)
    stands = sa.or_(Participation.answer.is_(None), Participation.answer == Answer.YES)
    for activity_id, person_id in session.execute(
        sa.select(Participation.activity_id, Participation.person_id).where(stands).order_by(Participation.id)
    ):
        named[activity_id].append(person_id)
    by_branch = {desk.place.id: (desk, {one.id: one for one in desk.people}) for desk in desks}
    columns = ("id", "branch_id", "sort", "text", "happened_on", "by_id", "jotted_at")
    for activity in session.execute(sa.select(*(getattr(Activity, name) for name in columns)).order_by(Activity.id)):
        desk, people = by_branch[activity.branch_id]
        items = SORTS[activity.sort].items
        at = activity.jotted_at + SILENCE * (0.3 if desk.place.shape.name == HOME else 1.0) + timedelta(hours=2)
        odds = DECLARED_NEAR if desk.place.committee_id == _home(desks) else DECLARED_FAR
        odds = DECLARED_AT_HOME if desk.place.shape.name == HOME else odds
        if not items or at >= times.now or rng.random() >= odds or not _is_kept(desk, at, rng):
            continue
        line = times.table.rows[items[0]].line
        if line.team is None or len(named[activity.id]) <= line.team + 1:
            for person_id in named[activity.id]:
                leads = line.team is None or person_id == activity.by_id
                claim = Claim(items[0], activity.happened_on, activity.text, Source.ACTIVITY,
                              f"activity:{activity.id}", leads, activity.id)  # fmt: skip
                case = begin(times, desk, people[person_id], claim, at, activity.by_id)
                case.submit(at, by=activity.by_id)
                yield go_on(case, rng)


def _home(desks: list[Desk]) -> int:
    return next(desk.place.committee_id for desk in desks if desk.place.shape.name == HOME)


def _is_kept(desk: Desk, at: datetime, rng: Random) -> bool:
    return desk.place.shape.name != HOME or bool(desk.next_meeting(at)) or rng.random() < KEPT


# --- by oneself, from lists, from officers ----------------------------------------------------------------------------


def from_people(times: Times, desks: list[Desk], rng: Random) -> Iterator[Case]:
    """Yield what members declared themselves, and what lists and officers reported of them."""
    today = clock.day_of(times.now)
    months = dict(months_of(today))
    for desk in desks:
        lively = LIVELY if desk.place.committee_id == _home(desks) else 1.0
        zeal = [lively * rng.uniform(*ZEAL) for _ in desk.people]
        for month in history_months(today):
            days = list(weekdays(month, 1, 28))
            for member, much in zip(desk.people, zeal, strict=True):
                yield from _own(times, desk, member, much, rng, days)
                if month in months:
                    yield from _listed(times, desk, member, months[month], much, rng)
                    yield from _entered(times, desk, member, months[month], rng)


def _own(times: Times, desk: Desk, member: Member, zeal: float, rng: Random, days: list[date]) -> Iterator[Case]:
    for item, (odds, texts) in OWN.items():
        if rng.random() < min(AT_MOST, odds * zeal):
            day = rng.choice(days)
            at, text = evenings(rng, day, 0, 2), rng.choice(texts)
            if member.standing_on(day) in DUE_STANDINGS and at < times.now and _is_kept(desk, at, rng):
                event = f"doc:{day:%Y%m%d}-{member.staff_no}" if item.startswith("QI-CONTEST") else None
                case = begin(times, desk, member, Claim(item, day, text, Source.DECLARED, event), at, member.id)
                case.submit(at + timedelta(minutes=1))
                yield go_on(case, rng)


def _listed(times: Times, desk: Desk, member: Member, last: date, zeal: float, rng: Random) -> Iterator[Case]:
    at = clock.start_of(last + timedelta(days=LIST_DAY)) + timedelta(hours=10)
    for item, (odds, source, text) in LISTS.items():
        much = zeal if times.table.rows[item].item.points > 0 else 1
        if rng.random() < odds * much and member.standing_on(last) in DUE_STANDINGS and at < times.now:
            claim = Claim(item, last, text, Source.IMPORT, f"{source}{last:%Y-%m}:{member.staff_no}")
            by = desk.company_office if member is not desk.company_office else desk.unit_office
            yield go_on(begin(times, desk, member, claim, at, by.id, proposed=True), rng)


def _entered(times: Times, desk: Desk, member: Member, last: date, rng: Random) -> Iterator[Case]:
    at = clock.start_of(last + timedelta(days=1)) + timedelta(hours=17)
    for item, (odds, text) in BRANCH.items():
        if rng.random() < odds and member.standing_on(last) in DUE_STANDINGS and at < times.now:
            others = [one for one in desk.officers if one is not member]
            named = [one for one in others if any(map(one.holds, times.table.rows[item].line.entered_by))]
            if by := next(iter(named + others), None):
                case = begin(times, desk, member, Claim(item, last, text, Source.BRANCH), at, by.id)
                case.submit(at + timedelta(minutes=1), by=by.id)
                yield go_on(case, rng)


def from_absence(times: Times, desk: Desk, member: Member, gathering, at: datetime, rng: Random) -> Case:
    """Return the deduction proposed for a gathering nobody made up for."""
    day = gathering.plan.day
    text = f"{day.month}月{day.day}日的会没有到，没有请假，到期也没有补课"
    claim = Claim(ABSENT, day, text, Source.ATTENDANCE, f"meeting:{gathering.id}", gathering_id=gathering.id)
    return go_on(begin(times, desk, member, claim, at, gathering.plan.host.id, proposed=True), rng)

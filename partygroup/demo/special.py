"""What the demo's own branch has to show: a case in every state today, and what was argued about last quarter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.demo.cast import HOME, LEADER_NO, SECRETARY_NO
from partygroup.demo.claims import go_on
from partygroup.demo.desks import Desk
from partygroup.demo.flow import Case, Claim, Times, begin
from partygroup.demo.staff import Member
from partygroup.scores.models import Source

MEMBER_NO, PROBATIONARY_NO = "100001", "100002"


def special_cases(times: Times, desks: list[Desk]) -> Iterator[Case]:
    """Yield the cases of the demo's own branch that are told one by one."""
    desk = next(one for one in desks if one.place.shape.name == HOME)
    yield from _last_quarter(times, desk)
    yield from _now(times, desk)


def _by_number(desk: Desk, staff_no: str) -> Member:
    return next(one for one in desk.people if one.staff_no == staff_no)


def _ordinary(desk: Desk, group: int, place: int) -> Member:
    """Return a member without post or login: the `place`-th of a group."""
    group_id = desk.place.group_ids[group]
    members = [one for one in desk.people if one.group_id == group_id and not one.posts and one.full_on]
    return [one for one in members if one.staff_no[0] != "1" and not one.exclusion][place]


def _declared(times: Times, desk: Desk, member: Member, item: str, text: str, at: datetime, **more) -> Case:
    """Return what a member declared and handed in at a moment, of the day before."""
    claim = Claim(item, clock.day_of(at) - timedelta(days=1), text, Source.DECLARED, **more)
    case = begin(times, desk, member, claim, at, member.id)
    case.submit(at + timedelta(minutes=1))
    return case


# --- last quarter -----------------------------------------------------------------------------------------------------


def _last_quarter(times: Times, desk: Desk) -> Iterator[Case]:
    first = Quarter.of(clock.day_of(times.now)).previous().first
    evening = clock.start_of(first + timedelta(days=3)) + timedelta(hours=19)
    member, rng = _by_number(desk, MEMBER_NO), Random(0)
    yield _argued(times, desk, _ordinary(desk, 1, 0), evening, "amend", "核对了验收单，实际完成一半，调为1.0", 10)
    yield _argued(times, desk, _ordinary(desk, 1, 1), evening, "uphold", "已核对：任务清单和验收都有，维持", None)
    yield _appealed(times, desk, _ordinary(desk, 2, 0), evening)
    wrong = _declared(times, desk, _ordinary(desk, 2, 1), "WP-TASK", "完成承诺的能耗台账", evening)
    go_on(wrong, _Straight())
    wrong.reverse(clock.start_of(first.replace(month=first.month + 1, day=28)) + timedelta(hours=10),
                  "登记重复，已与本人核实")  # fmt: skip
    yield wrong
    yield go_on(_declared(times, desk, member, "WP-TASK", "按期完成承诺的枪位操作卡修订", evening), _Straight())
    yield from _shared(times, desk, first, rng)


class _Straight(Random):
    """Luck that never leaves the usual way."""

    def random(self) -> float:
        return 0.99


def _confirmed(case: Case) -> datetime:
    """Let the committee's next meeting confirm a case and publish it the next morning; return that moment."""
    met = case.desk.next_meeting(case.trail[-1]["at"])
    if met is None:
        case.is_stopped = True
        return case.times.now
    morning = clock.start_of(clock.day_of(met) + timedelta(days=1)) + timedelta(hours=8, minutes=40)
    case.confirm(met + timedelta(minutes=10), f"{clock.day_of(met).month}月支委会")
    case.publish(morning)
    return morning


def _argued(times: Times, desk: Desk, member: Member, at: datetime, outcome: str, text: str, points) -> Case:
    case = _declared(times, desk, member, "WP-TASK", "按期完成承诺的钢包热修流程改进", at)
    published = _confirmed(case)
    case.object(published + timedelta(hours=11), _ordinary(desk, 3, 0), "这项任务好像没有全部完成，请核对")
    case.answer(published + timedelta(days=1, hours=9), outcome, text, points)
    case.settle()
    return case


def _appealed(times: Times, desk: Desk, member: Member, at: datetime) -> Case:
    case = _declared(times, desk, member, "WP-TASK", "按期完成承诺的炉衬检查表", at)
    met = desk.next_meeting(case.trail[-1]["at"])
    if met is None:
        case.is_stopped = True
        return case
    case.reject(met + timedelta(minutes=15), f"{clock.day_of(met).month}月支委会", "没有看到检查表，暂不通过")
    case.ask_again(met + timedelta(days=2), "检查表交在设备科，附了签收记录，请再核对")
    case.decide(met + timedelta(days=5), "已向设备科核实，签收记录属实，支持")
    return case


def _shared(times: Times, desk: Desk, first: date, rng: Random) -> Iterator[Case]:
    """Yield a suggestion of three: the leader has it in full, the others half each."""
    day = first + timedelta(days=30)
    at, team = clock.start_of(day + timedelta(days=3)) + timedelta(hours=10), [_by_number(desk, LEADER_NO)]
    team += [_by_number(desk, MEMBER_NO), _ordinary(desk, 0, 0)]
    for number, member in enumerate(team):
        claim = Claim("WP-SUGGEST-SPREAD", day, "合理化建议全厂推广：钢包烘烤节气", Source.IMPORT,
                      f"合理化建议推广清单{day:%Y-%m}:12", leads=number == 0)  # fmt: skip
        yield go_on(begin(times, desk, member, claim, at, desk.company_office.id, proposed=True), rng)


# --- today ------------------------------------------------------------------------------------------------------------


def _now(times: Times, desk: Desk) -> Iterator[Case]:
    now = times.now
    member, newcomer = _by_number(desk, MEMBER_NO), _by_number(desk, PROBATIONARY_NO)
    colleague, neighbour, another = _ordinary(desk, 0, 0), _ordinary(desk, 1, 0), _ordinary(desk, 2, 0)
    yesterday, lately, before = now - timedelta(hours=21), now - timedelta(days=2, hours=4), now - timedelta(days=5)
    draft = begin(times, desk, member, Claim("WP-TASK", clock.day_of(lately), "按期完成承诺的氧枪操作小结",
                                             Source.DECLARED), yesterday, member.id)  # fmt: skip
    yield draft
    yield _declared(times, desk, member, "SE-STOP", "提醒外协人员走安全通道", yesterday)
    yield _declared(times, desk, newcomer, "SE-STOP", "提醒师傅戴好面罩", lately)
    yield _declared(times, desk, colleague, "QI-TEACH", "给班组讲一课：煤气报警处置", lately)
    back = _declared(times, desk, member, "QI-TEACH", "讲了一课", before)
    back.return_(lately, "请写明讲了什么、谁参加，再交上来")
    yield back
    passed = _declared(times, desk, newcomer, "QI-TEACH", "给同批新员工讲测温取样要点", before)
    passed.review(lately)
    yield passed
    yield _declared(times, desk, _by_number(desk, SECRETARY_NO), "WP-TASK", "按期完成承诺的支部联建方案", before)
    yield _declared(times, desk, desk.officers[0], "WP-TASK", "按期完成承诺的党员档案整理", before)
    for who, text in ((colleague, "按期完成承诺的炉后合金核对"), (neighbour, "按期完成承诺的交接班本改版")):
        yield _decided(_declared(times, desk, who, "WP-TASK", text, before), lately)
    for who, text in ((member, "按期完成承诺的终点命中率分析"), (another, "按期完成承诺的渣罐周转优化")):
        yield _public(_declared(times, desk, who, "WP-TASK", text, before))
    for who, is_secretary in ((neighbour, False), (another, True)):
        case = _declared(times, desk, who, "WP-TASK", "按期完成承诺的天车联锁试验", before)
        _public(case, desk.secretary if is_secretary else desk.officers[0])
        case.object(now - timedelta(hours=5), _ordinary(desk, 3, 1), "试验只做了一半，请支委会核对")
        yield case
    refused = _declared(times, desk, _ordinary(desk, 3, 0), "WP-TASK", "完成承诺的任务", before)
    refused.reject(lately, f"{clock.day_of(lately).month}月支委会", "没有写明是哪项任务，承诺清单里也没有")
    yield refused
    asked = _declared(times, desk, _ordinary(desk, 1, 1), "WP-TASK", "按期完成承诺的钢包周转看板", before)
    asked.reject(lately, f"{clock.day_of(lately).month}月支委会", "看板还没有投用，投用后再报")
    asked.ask_again(now - timedelta(hours=20), "看板上周已经投用，有照片和班组签字，请再核对")
    yield asked
    old = _declared(times, desk, member, "WP-TASK", "按期完成承诺的出钢口更换准备", now - timedelta(days=22))
    _decided(old, now - timedelta(days=21))
    old.publish(now - timedelta(days=20, hours=20))
    old.settle()
    yield old


def _decided(case: Case, at: datetime, by: Member | None = None) -> Case:
    case.confirm(at, f"{clock.day_of(at).month}月支委会", by)
    return case


def _public(case: Case, by: Member | None = None) -> Case:
    """Let a case be confirmed and put up yesterday."""
    _decided(case, case.times.now - timedelta(days=2, hours=2), by)
    case.publish(case.times.now - timedelta(days=1, hours=3))
    return case

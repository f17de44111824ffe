"""What the demo company's groups did in the months past: activities, answers, problems, each with its witness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from partygroup import clock
from partygroup.activities.models import Activity, Answer, Participation, Problem
from partygroup.activities.presets import SORTS
from partygroup.activities.rules import SILENCE
from partygroup.demo.cast import LEADER_NO
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.demo.schedule import history_months, weekdays
from partygroup.demo.staff import Member
from partygroup.people.models import MEMBERS, Role

#: Sort → lines, what came of it, brand.
LINES = {
    "hazard": (("班前查隐患，整改 2 处", "操作台急停按钮复查", "行车限位和吊具检查"), "当场整改，已回看", "green"),
    "overhaul": (("利用停机间隙清理除尘器", "帮检修紧固输送辊道螺栓"), "设备按时投用", None),
    "tackling": (("讨论降低钢铁料消耗的三条办法", "对照曲线找波动原因"), "定了两条措施，下周试", "quality"),
    "teaching": (("测温取样手法，一对一练", "带新员工认设备、认风险点"), None, None),
    "study": (("学习安全条例，结合岗位讨论", "读一篇先进事迹，谈体会"), None, None),
    "service": (("清扫厂区南门道路", "给夜班工友送热水和雨具", "帮退休党员搬家"), None, "green"),
    "talk": (("和新调来的同志聊聊", "了解倒班同志的困难"), None, None),
    "critical": (("抢修漏水的冷却管路", "雨夜排水保生产"), "两小时恢复", None),
    "other": (("整理班组工具柜", "更新党员责任区牌"), None, "integrity"),
}
WEIGHTS = (5, 3, 2, 2, 3, 3, 1, 1, 1)
PROBLEMS = (
    "二号泵基础螺栓松动",
    "更衣室热水不足",
    "检修平台护栏缺一段",
    "夜班照明偏暗",
    "工具借还没有登记",
    "排水沟盖板破损",
)
SOLVED = ("已更换并验收", "和设备科一起修好了", "补齐并挂牌", "定了办法，写进交接班本")
REMARK = "时间应是前一天"
ANSWERED, DIFFERED, REFUSED = 0.62, 0.65, 0.66
#: The demo's member, of the demo leader's group: named in whatever it does, so that there is something to answer.
MEMBER_NO = "100001"
BY_GROUP, BY_BRANCH = (1, 3), (0, 1)


@dataclass
class Unit:
    """A group or branch that does something: its id, its branch, who jots for it, its people."""

    id: int
    branch_id: int
    author: Member
    people: list[Member]
    is_group: bool


@dataclass
class Books:
    """Rows yet without ids: activities with their participations, and problems."""

    activities: list[dict] = field(default_factory=list)
    named: list[list[dict]] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)


def write_activities(session, places: list[BranchPlace], crews: list[list[Member]], rng: Random, *, at: datetime):
    """Write the activities and problems of all groups and branches; return the witnesses, in the order of time."""
    books = Books()
    for place, crew in zip(places, crews, strict=True):
        for unit in units_of(place, crew):
            for month in history_months(clock.day_of(at)):
                _fill_month(books, unit, month, rng, at=at)
    ids = insert_with_ids(session, Activity, books.activities)
    rows = [row | {"activity_id": key} for key, some in zip(ids, books.named, strict=True) for row in some]
    named = insert_with_ids(session, Participation, rows)
    taken = insert_with_ids(session, Problem, books.problems)
    trail = [jotted_row(key, row, len(some)) for key, row, some in zip(ids, books.activities, books.named, strict=True)]
    by_id = dict(zip(ids, books.activities, strict=True))
    trail += [
        one for key, row in zip(named, rows, strict=True) for one in named_rows(key, row, by_id[row["activity_id"]])
    ]
    trail += [one for key, row in zip(taken, books.problems, strict=True) for one in _taken(key, row)]
    return sorted(trail, key=lambda row: row["at"])


def units_of(place: BranchPlace, crew: list[Member]) -> Iterator[Unit]:
    """Yield the groups of a branch and the branch itself, each with its people and who jots for it."""
    for group_id in place.group_ids:
        people = [one for one in crew if one.group_id == group_id]
        yield Unit(group_id, place.id, _holder(people, group_id, Role.GROUP_LEADER), people, True)
    yield Unit(place.id, place.id, _holder(crew, place.id, Role.SECRETARY), crew, not place.group_ids)


def _holder(people: list[Member], unit_id: int, role: Role) -> Member:
    return next(one for one in people if (unit_id, role) in one.posts)


def _fill_month(books: Books, unit: Unit, month: date, rng: Random, *, at: datetime) -> None:
    for _ in range(rng.randint(*(BY_GROUP if unit.is_group else BY_BRANCH))):
        day = rng.choice(list(weekdays(month, 1, 28)))
        jotted_at = clock.start_of(day) + timedelta(hours=rng.randint(8, 20), minutes=rng.randint(0, 59))
        _jot(books, unit, jotted_at, rng, at=at)
    if rng.random() < (0.5 if unit.is_group else 0.3):
        _take_up(books, unit, rng.choice(list(weekdays(month, 1, 28))), rng, at=at)
    is_running = month == history_months(clock.day_of(at))[-1]
    if is_running and unit.is_group and unit.author.staff_no == LEADER_NO:
        _jot(books, unit, at - timedelta(hours=1), rng, at=at)


def _jot(books: Books, unit: Unit, jotted_at: datetime, rng: Random, *, at: datetime) -> None:
    """Enter an activity that was jotted before `at`; later ones have not happened yet."""
    if jotted_at >= at:
        return
    day = clock.day_of(jotted_at)
    sort = rng.choices(list(LINES), WEIGHTS)[0]
    lines, result, brand = LINES[sort]
    people = [one for one in unit.people if one.standing_on(day) in MEMBERS and one is not unit.author]
    chosen = rng.sample(people, min(len(people), rng.randint(2, 7)))
    chosen += [one for one in people if one.staff_no == MEMBER_NO and one not in chosen]
    books.activities.append({
        "unit_id": unit.id, "branch_id": unit.branch_id, "sort": sort, "text": rng.choice(lines), "result": result,
        "happened_on": day, "minutes": rng.choice((15, 30, 30, 60, 120)), "dimension": SORTS[sort].dimension,
        "brand": brand, "two_way": rng.choice(("promote", None, None)), "by_id": unit.author.id, "jotted_at": jotted_at,
    })  # fmt: skip
    own = part_row(unit.author, Answer.YES, jotted_at)
    books.named.append([own, *(part_row(one, *_answer(jotted_at, rng, at=at)) for one in chosen)])


def part_row(member: Member, answer: str | None, answered_at: datetime | None) -> dict:
    """Return the row of somebody named in an activity, yet without its id."""
    return {
        "person_id": member.id, "branch_id": member.place.id, "group_id": member.group_id, "leads": False,
        "answer": answer, "answered_at": answered_at, "remark": REMARK if answer == Answer.DIFFERS else None,
    }  # fmt: skip


def _answer(jotted_at: datetime, rng: Random, *, at: datetime) -> tuple[str | None, datetime | None]:
    """Return what somebody said and when; nothing where the time to say it has not come."""
    luck, moment = rng.random(), jotted_at + SILENCE * rng.random()
    if luck >= REFUSED or moment >= at:
        return None, None
    return (Answer.YES if luck < ANSWERED else Answer.DIFFERS if luck < DIFFERED else Answer.NO), moment


def _take_up(books: Books, unit: Unit, day: date, rng: Random, *, at: datetime) -> None:
    raised_at = clock.start_of(day) + timedelta(hours=10)
    if raised_at >= at:
        return
    owner = rng.choice([one for one in unit.people if one.standing_on(day) in MEMBERS])
    closed_on = day + timedelta(days=rng.randint(3, 28))
    is_closed = rng.random() < 0.8 and closed_on < clock.day_of(at)
    books.problems.append({
        "unit_id": unit.id, "branch_id": unit.branch_id, "text": rng.choice(PROBLEMS), "owner_id": owner.id,
        "raised_on": day, "due_on": day + timedelta(days=rng.randint(10, 30)),
        "closed_on": closed_on if is_closed else None, "closed_by": unit.author.id if is_closed else None,
        "closed_how": rng.choice(SOLVED) if is_closed else None, "by_id": unit.author.id, "at": raised_at,
    })  # fmt: skip


def jotted_row(activity_id: int, row: dict, people: int) -> dict:
    """Return the witness of an activity that was jotted."""
    after = {key: row[key] for key in ("sort", "text", "result", "minutes", "dimension", "brand", "two_way")}
    after |= {"happened_on": row["happened_on"].isoformat(), "people": people, "photos": 0}
    subject = ("activity", activity_id)
    return trail_row("activities.jot", subject, at=row["jotted_at"], by=row["by_id"], unit_id=row["unit_id"],
                     after=after)  # fmt: skip


def named_rows(participation_id: int, row: dict, activity: dict) -> Iterator[dict]:
    """Yield the witnesses of somebody who was named, and of the own word on it."""
    subject, facts = (
        ("participation", participation_id),
        {"person_id": row["person_id"], "unit_id": activity["unit_id"]},
    )
    yield trail_row("activities.name", subject, at=activity["jotted_at"], by=activity["by_id"],
                    after={"text": activity["text"]}, **facts)  # fmt: skip
    if row["answer"] and row["person_id"] != activity["by_id"]:
        said = {"confirmed": row["answer"], "remark": row["remark"]}
        yield trail_row("activities.answer", subject, at=row["answered_at"], by=row["person_id"], after=said, **facts)


def _taken(problem_id: int, row: dict) -> Iterator[dict]:
    subject, facts = ("problem", problem_id), {"person_id": row["owner_id"], "unit_id": row["unit_id"]}
    after = {"text": row["text"], "due_on": row["due_on"].isoformat()}
    yield trail_row("activities.problem.raise", subject, at=row["at"], by=row["by_id"], after=after, **facts)
    if row["closed_on"]:
        closed_at = clock.start_of(row["closed_on"]) + timedelta(hours=15)
        how = {"closed_how": row["closed_how"]}
        yield trail_row("activities.problem.close", subject, at=closed_at, by=row["closed_by"], after=how, **facts)

"""The year as a table: what the frequencies of domain.md 5.1 ask for, and what is special about some of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.web.year.people import BRANCH, COMMITTEE, IN_GROUP, LEADERS, MEMBERS, RECORDER, SECRETARY

YEAR = 2026
NAMES = {
    "committee_meeting": "支部委员会会议", "group_meeting": "党小组会", "member_meeting": "支部党员大会",
    "theme_day": "主题党日", "party_lecture": "党课", "org_life_meeting": "组织生活会", "appraisal": "民主评议党员",
    "election": "换届选举", "oath_review": "重温入党誓词", "political_birthday": "政治生日",
}  # fmt: skip
#: What each kind talks about, tapped from the prompts of its agenda.
TOPICS = {
    "committee_meeting": ["研究本月党建工作"], "group_meeting": ["传达支部安排"], "member_meeting": ["支部工作报告"],
    "theme_day": ["集体学习"], "party_lecture": ["讲课"], "election": ["通过选举办法"],
    "org_life_meeting": ["对照检查", "批评和自我批评", "定整改清单"], "appraisal": ["个人自评", "党员互评"],
    "oath_review": ["面向党旗宣誓"], "political_birthday": ["同志们说几句"],
}  # fmt: skip
#: What was said in each month: no two alike.
SAID = (
    "铁水预处理的用料要省下来，先从称量抓起。", "春节前后岗位不能空，替班的名单今天就定。",
    "热风炉换炉时间缩短半分钟，算法写在白板上。", "渣口漏水的事故原因要讲透，下周逐个班组讲。",
    "新来的三名青工由老师傅带，带到能独立顶岗为止。", "防汛沙袋清点过了，泵房那一侧还差二十只。",
    "高温天的茶水和轮换由工会配合，记在班前会上。", "大修工期紧，党员先上炉顶，安全带一人一检。",
    "质量月里把硅偏差的数据贴出来，谁的炉次谁来说。", "消防通道堆的备件本周清走，由点检组牵头。",
    "冬季防冻的阀门表重新核一遍，缺的保温补上。", "全年的账对齐了，没办完的事列到明年一月。",
)  # fmt: skip


@dataclass(frozen=True)
class Ballot:
    """Something voted on: its sort, whom it is about, the figures as typed into the calculator, what came of it."""

    sort: str
    title: str = ""
    about: tuple[str, ...] = ()
    seats: int = 0
    typed: dict = field(default_factory=dict)
    opinions: tuple[str, ...] = ()
    word: str = "通过"


@dataclass(frozen=True, eq=False)
class Line:
    """One gathering of the year.

    called, entered: the days on which it was called and played, `entered` later than `day` where it was entered later.
    leave: name → (sort, cause, granted). absent: who neither came nor asked. split: the times of all its sittings.
    held_up: the step that is left out until the self-check tells of it (`faults.py`), left: until which day, where the
    calendar shows it. copies: the month whose words are written again. within: the days for what is resolved.
    paper: who did not scan signed a sheet. proposed: the sittings are those that the shift calendar proposes.
    """

    day: date
    unit: str
    kinds: tuple[str, ...]
    time: str = "16:30"
    circle: str = "members"
    called: date | None = None
    entered: date | None = None
    leave: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    scans: int = 2
    task: bool = False
    cancelled: str = ""
    held_up: str = ""
    left: date | None = None
    copies: int = 0
    within: int = 35
    paper: bool = False
    proposed: bool = False
    place: str = ""

    @property
    def host(self) -> str:
        return LEADERS.get(self.unit, SECRETARY)

    @property
    def recorder(self) -> str:
        """Return who keeps the minutes: of a group somebody of it, else the organisation officer."""
        return IN_GROUP[self.unit][-2] if self.unit in IN_GROUP else RECORDER

    @property
    def due(self) -> list[str]:
        if self.circle == "committee":
            return list(COMMITTEE)
        return IN_GROUP.get(self.unit, MEMBERS)

    @property
    def came(self) -> list[str]:
        away = {name for name, (_, _, granted) in self.leave.items() if granted} | set(self.absent)
        return [name for name in self.due if name not in away]

    @property
    def called_on(self) -> date:
        return self.called or (self.entered or self.day - timedelta(days=2))

    @property
    def held_on(self) -> date | None:
        """Return the day from whose end on it stands as held; None for one that was cancelled."""
        if self.cancelled:
            return None
        return self.left or self.entered or self.day


def on(month: int, day: int) -> date:
    """Return a day of the year."""
    return date(YEAR, month, day)


DUTY, SICK, PERSONAL = ("leave_duty", "当班", True), ("leave_sick", "", True), ("leave_personal", "孩子家长会", True)
#: (kind, unit, month) → what is special about a meeting of every month.
SPECIAL: dict[tuple[str, str, int], dict] = {
    ("theme_day", BRANCH, 1): {"scans": 24, "leave": {"袁新生": DUTY, "谭玉珍": SICK}, "absent": ("潘志远",)},
    ("committee_meeting", BRANCH, 2): {"held_up": "close", "left": on(2, 7)},
    ("group_meeting", "热风", 2): {"held_up": "decide_leave", "leave": {"于海涛": DUTY}},
    ("theme_day", BRANCH, 3): {"day": on(3, 19), "called": on(3, 18), "split": ("03-19 14:30", "03-19 16:30"),
                               "proposed": True, "leave": {"于海涛": PERSONAL}},
    ("committee_meeting", BRANCH, 4): {"held_up": "resolve"},
    ("group_meeting", "炉前", 4): {"held_up": "resolve", "copies": 3},
    ("group_meeting", "点检", 5): {"held_up": "confirm"},
    ("theme_day", BRANCH, 5): {"held_up": "call", "entered": on(6, 1), "scans": 0, "leave": {"石磊": DUTY}},
    ("committee_meeting", BRANCH, 6): {"held_up": "write"},
    ("group_meeting", "点检", 6): {"held_up": "mark"},
    ("theme_day", BRANCH, 4): {"scans": 3, "paper": True},
    ("theme_day", BRANCH, 6): {"kinds": ("theme_day", "oath_review", "political_birthday"),
                               "called": on(5, 28), "leave": {"崔志刚": PERSONAL, "石磊": SICK}},
    ("theme_day", BRANCH, 7): {"split": ("07-20 10:30", "07-21 16:30"), "leave": {"廖春生": DUTY}},
    ("group_meeting", "点检", 7): {"leave": {"石磊": ("leave_personal", "想睡一觉", False)}},
    ("group_meeting", "点检", 8): {"copies": 7},
    ("committee_meeting", BRANCH, 9): {"within": 10},
    ("group_meeting", "炉前", 9): {"held_up": "carry_on", "scans": 0},
    ("group_meeting", "热风", 10): {"entered": on(10, 13), "called": on(10, 13), "scans": 0},
    ("committee_meeting", BRANCH, 11): {"called": on(10, 30), "leave": {"罗红梅": DUTY}},
}  # fmt: skip


def monthly() -> Iterator[Line]:
    """Yield what is due every month: the committee, the three groups, the theme day."""
    for month in range(1, 13):
        rows = [
            Line(on(month, 5), BRANCH, ("committee_meeting",), "15:00", "committee", task=True, place="支部会议室"),
            *(Line(on(month, 8 + n), group, ("group_meeting",), task=n == 0, place=f"{group}操作室")
              for n, group in enumerate(LEADERS)),
            Line(on(month, 20), BRANCH, ("theme_day",), place="车间活动室"),
        ]  # fmt: skip
        for row in rows:
            if (row.kinds, month) != (("theme_day",), 9):  # in September it is one of three kinds
                yield replace(row, **SPECIAL.get((row.kinds[0], row.unit, month), {}))


def seldom() -> Iterator[Line]:
    """Yield what is due every quarter, year and term."""
    hall = {"place": "车间活动室"}
    yield Line(on(2, 25), BRANCH, ("party_lecture",), split=("02-25 10:30", "02-25 16:30"), leave={"彭玉兰": DUTY},
               held_up="make_up", **hall)  # fmt: skip
    plan = Ballot("decision", "通过年度工作计划", typed={"room__for": 20, "room__against": 1, "room__abstained": 2})
    yield Line(
        on(3, 12), BRANCH, ("member_meeting",), ballots=(plan,), leave={"马文海": SICK}, scans=6, held_up="vote", **hall
    )
    yield Line(on(5, 26), BRANCH, ("party_lecture",), **hall)
    full = Ballot("full_membership", about=("董晓光",), typed={"room__for": 24})
    yield Line(on(6, 18), BRANCH, ("member_meeting",), ballots=(full,), called=on(5, 30), **hall)
    yield Line(on(7, 14), BRANCH, ("election",), held_up="call", ballots=(Ballot(
        "election", about=(*COMMITTEE, "冯桂芳"), seats=5, word="当选 5／5",
        typed=dict(zip((*COMMITTEE, "冯桂芳"), (23, 22, 21, 21, 20, 8), strict=True))),), leave={"邓国强": DUTY},
        **hall)  # fmt: skip
    yield Line(on(9, 8), BRANCH, ("committee_meeting",), "16:40", "committee", copies=2, place="支部会议室")
    yield Line(on(9, 20), BRANCH, ("theme_day", "party_lecture", "member_meeting"), leave={"苏小燕": PERSONAL}, **hall)
    yield Line(on(11, 25), BRANCH, ("party_lecture",), leave={"范德才": DUTY}, **hall)
    admitted = Ballot("admission", about=("侯亚楠",), typed={"room__for": 20, "room__abstained": 1},
                      opinions=("冯桂芳", "曹建军"))  # fmt: skip
    away = {"冯桂芳": DUTY, "曹建军": SICK, "谢永红": DUTY}
    yield Line(on(12, 12), BRANCH, ("member_meeting",), ballots=(admitted,), leave=away, **hall)
    yield Line(on(12, 22), BRANCH, ("org_life_meeting", "appraisal"), scans=5, **hall)
    yield Line(on(8, 18), BRANCH, ("theme_day",), cancelled="炉况不顺，全员上炉", called=on(8, 12), **hall)


def gist(line: Line, number: int, month: int = 0) -> str:
    """Return what somebody said, another sentence each month and for each topic."""
    who, other = line.came[number % len(line.came)], line.came[-1]
    month = (month or line.day.month) - 1
    return f"{who}：{SAID[(month + number) % 12]}\n{other}：{SAID[(month + number * 5 + 3) % 12]}"


def lines() -> list[Line]:
    """Return the whole year, by day."""
    return sorted([*monthly(), *seldom()], key=lambda line: (line.day, line.time))

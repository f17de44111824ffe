"""When the demo company met: two past quarters, the running one up to yesterday, and what is called for now.

Each sort of gathering has its days of the month, so that nobody is due in two places at once (domain.md 5.1, 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from partygroup import clock
from partygroup.demo.cast import LEADER_NO, NEIGHBOUR_NO, SECRETARY_NO
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.staff import Member
from partygroup.people.models import COMMITTEE_ROLES, Profile, Role

AFTER_DAY, AFTER_NIGHT, EVENING = time(16, 30), time(8, 30), time(19, 30)
COMMITTEE_DAYS, THEME_DAYS, GROUP_DAYS, MEETING_DAYS = (8, 10), (11, 15), (16, 25), (26, 28)
GROUP_PLACES = ("三楼活动室", "班组学习室", "交接班室", "党员活动室", "{craft}操作室")
BRANCH_PLACES = ("党员活动室", "三楼会议室", "{workplace}会议室")
GROUP_THEMES = ("本月工作小结", "下月工作安排", "身边隐患排查", "操作经验交流", "学习讨论", None)
BRANCH_THEMES = ("查身边隐患", "节能降耗", "质量攻关交流", "师带徒经验交流", "学习讨论", "修旧利废", "清扫工作现场")
MEETING_THEMES = ("听取支部工作报告", "讨论下季度工作", "讨论党员发展计划")
CANCEL_REASON = "当班抢修，改到后天"
#: How soon after `at` the demo leader's meeting may begin, and until when it waits for a change of shift.
SOONEST, LATEST = timedelta(minutes=20), timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Planned:
    """A gathering to be: its circle, host, kinds, time and place, and how it went."""

    unit_id: int
    circle: str
    kinds: tuple[str, ...]
    starts_at: datetime
    place: str
    host: Member
    people: tuple[Member, ...]
    called_at: datetime
    theme: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def day(self) -> date:
        """Return the Beijing day of the start."""
        return clock.day_of(self.starts_at)


@dataclass(frozen=True)
class Circle:
    """Whom a gathering gathers: its unit, host and people, and where and at what hour it usually meets."""

    unit_id: int
    name: str
    host: Member
    people: tuple[Member, ...]
    place: str
    hour: time


class Scheduler:
    """Plans the gatherings of all branches, always the same ones for the same seed and moment."""

    def __init__(self, rng: Random, *, at: datetime):
        self.rng, self.today = rng, clock.day_of(at)
        self.soon = starts_soon(at)
        self.tomorrow = _at_hour(self.today + timedelta(days=1), AFTER_DAY)

    def branch(self, place: BranchPlace, members: list[Member]) -> Iterator[Planned]:
        """Yield the gatherings of a branch and its groups, and those now called for the demo's own."""
        groups = [self._group(place, group_id, members) for group_id in place.group_ids]
        branch = self._circle(place, place.id, "members", members, AFTER_DAY)
        council = [one for one in members if any((place.id, role) in one.posts for role in COMMITTEE_ROLES)]
        committee = self._circle(place, place.id, "committee", council, AFTER_DAY)
        apart = self.rng.random() < 0.3
        for month in history_months(self.today):
            if len(council) > 1:
                yield from self._held(committee, ("committee_meeting",), month, COMMITTEE_DAYS)
            yield from self._branch_month(branch, month, apart)
            for group in groups:
                yield from self._group_month(group, month)
        yield from self._called(branch, groups)

    def _circle(self, place, unit_id: int, name: str, people: list[Member], hour: time) -> Circle:
        host = next(one for one in people if (place.id, Role.SECRETARY) in one.posts)
        where = _named(self.rng.choice(BRANCH_PLACES), place)
        return Circle(unit_id, name, host, tuple(people), where, hour)

    def _group(self, place: BranchPlace, group_id: int, members: list[Member]) -> Circle:
        people = tuple(one for one in members if one.group_id == group_id)
        host = next(one for one in people if (group_id, Role.GROUP_LEADER) in one.posts)
        on_shifts = place.shape.profile == Profile.LINE
        where = self.rng.choice(GROUP_PLACES if on_shifts else BRANCH_PLACES)
        hour = self.rng.choice((AFTER_DAY, AFTER_NIGHT, EVENING)) if on_shifts else AFTER_DAY
        return Circle(group_id, "group", host, people, _named(where, place), hour)

    def _branch_month(self, branch: Circle, month: date, apart: bool) -> Iterator[Planned]:
        """Yield theme day, lecture and members' meeting; most branches hold the lecture within a theme day."""
        turn = (month.month - 1) % 3
        with_lecture = turn == 0 and not apart
        kinds = ("theme_day", "party_lecture") if with_lecture else ("theme_day",)
        if not (branch.host.staff_no == SECRETARY_NO and _same_month(month, self.tomorrow)):
            yield from self._held(branch, kinds, month, THEME_DAYS, BRANCH_THEMES)
        if turn == 0 and apart:
            yield from self._held(branch, ("party_lecture",), month, MEETING_DAYS, BRANCH_THEMES)
        if turn == 1:
            yield from self._held(branch, ("member_meeting",), month, MEETING_DAYS, MEETING_THEMES)

    def _group_month(self, group: Circle, month: date) -> Iterator[Planned]:
        if group.host.staff_no == LEADER_NO and _same_month(month, self.soon):
            return
        for held in self._held(group, ("group_meeting",), month, GROUP_DAYS, GROUP_THEMES):
            if group.host.staff_no == NEIGHBOUR_NO and month == history_months(self.today)[-2]:
                yield _cancelled_before(held)
            yield held

    def _held(self, circle: Circle, kinds, month: date, days: tuple[int, int], themes=(None,)) -> Iterator[Planned]:
        """Yield the gathering of a month if its day is past."""
        day = self.rng.choice(list(weekdays(month, *days)))
        planned = self._plan(circle, kinds, _at_hour(day, circle.hour), self.rng.choice(themes))
        opened, lasted = self.rng.randint(8, 16), self.rng.randint(35, 80)
        if day < self.today:
            yield replace(
                planned,
                opened_at=planned.starts_at - timedelta(minutes=opened),
                closed_at=planned.starts_at + timedelta(minutes=lasted),
            )

    def _plan(self, circle: Circle, kinds, starts_at: datetime, theme: str | None) -> Planned:
        called = _at_hour(clock.day_of(starts_at) - timedelta(days=self.rng.randint(3, 6)), time(9))
        called += timedelta(minutes=self.rng.randrange(7 * 60))
        return Planned(
            circle.unit_id, circle.name, kinds, starts_at, circle.place, circle.host, circle.people, called, theme
        )

    def _called(self, branch: Circle, groups: list[Circle]) -> Iterator[Planned]:
        """Yield what is called for today by the demo's leader and for tomorrow by the demo's secretary."""
        for group in groups:
            if group.host.staff_no == LEADER_NO:
                yield self._plan(group, ("group_meeting",), self.soon, GROUP_THEMES[0])
        if branch.host.staff_no == SECRETARY_NO:
            yield self._plan(branch, ("theme_day",), self.tomorrow, BRANCH_THEMES[0])


def history_months(today: date) -> list[date]:
    """Return the first days of the months of the two past quarters and the running one up to today."""
    year, quarter = clock.Quarter.of(today)
    index = year * 12 + 3 * (quarter - 3)
    return [date(one // 12, one % 12 + 1, 1) for one in range(index, today.year * 12 + today.month)]


def weekdays(month: date, first: int, last: int) -> Iterator[date]:
    """Yield Monday to Friday between two days of a month."""
    days = (month.replace(day=number) for number in range(first, last + 1))
    return (day for day in days if day.weekday() < 5)


def starts_soon(at: datetime) -> datetime:
    """Return when the demo leader's meeting begins: at the next change of shift if it is near, else within the hour.

    Always later than `at`, and today as long as today has half an hour left.
    """
    today = clock.day_of(at)
    changes = [_at_hour(today, hour) for hour in (AFTER_NIGHT, AFTER_DAY, EVENING)]
    near = [moment for moment in changes if SOONEST <= moment - at <= LATEST]
    if near:
        return near[0]
    steps = (at + SOONEST - clock.start_of(today)) // timedelta(minutes=30) + 1
    last = _at_hour(today, time(23, 30))
    soon = clock.start_of(today) + steps * timedelta(minutes=30)
    return min(soon, last) if last > at else soon


def _cancelled_before(held: Planned) -> Planned:
    """Return the meeting first called for two days earlier, and cancelled an hour before its start."""
    starts_at = held.starts_at - timedelta(days=2)
    cancelled = {"opened_at": None, "closed_at": None, "cancelled_at": starts_at - timedelta(hours=1)}
    return replace(held, starts_at=starts_at, called_at=held.called_at - timedelta(days=2), **cancelled)


def _named(pattern: str, place: BranchPlace) -> str:
    """Return a place by its pattern: 转炉一车间 has 转炉一车间会议室 and 转炉操作室."""
    workplace = place.shape.workplace
    return pattern.format(workplace=workplace, craft=workplace.removesuffix("车间").rstrip("一二三四五"))


def _at_hour(day: date, hour: time) -> datetime:
    return clock.start_of(day) + timedelta(hours=hour.hour, minutes=hour.minute)


def _same_month(month: date, moment: datetime) -> bool:
    return clock.day_of(moment).replace(day=1) == month

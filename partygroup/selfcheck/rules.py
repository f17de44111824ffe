"""Pure rules of the self-check: each takes what is known of a year and yields gaps, with where to mend each.

What inspectors look at: domain.md 9.3. Nothing is counted, added up, or shown to anybody above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

from partygroup.clock import Quarter, said
from partygroup.meetings.duty import Duty, Step

#: Days after which minutes are missed, and a made-up meeting is (domain.md 5.6).
MINUTES_WITHIN, MAKE_UP_WITHIN = timedelta(days=3), timedelta(days=15)
#: Days after the meeting within which an appraisal is told to everybody and filed.
CLOSED_WITHIN = timedelta(days=30)
#: Texts this long and this like each other are one text written twice.
LONG, ALIKE = 20, 0.9
#: How many names a line tells.
NAMED = 5
#: Who is at two places within this time.
BETWEEN_PLACES = timedelta(minutes=45)


class Heading(StrEnum):
    """What a gap is about (the four words of the company's method)."""

    SOUND = "规范"
    TOGETHER = "协同"
    PROMPT = "高效"
    LEAN = "精干"


@dataclass(frozen=True)
class Gap:
    """Something an inspector would find: in words, and the address where it is mended."""

    heading: Heading
    words: str
    url: str


@dataclass(frozen=True)
class Attendance:
    """Somebody due at a meeting: whether they came (and when), had leave, wait for its answer, or made it up."""

    person_id: int
    name: str
    came_at: datetime | None
    on_leave: bool
    waits: bool
    made_up: bool


@dataclass(frozen=True)
class Topic:
    """An item of an agenda: whether it is voted on and was, its gist, how many things were resolved."""

    title: str
    votes: bool
    voted: bool
    gist: str
    resolved: int


@dataclass(frozen=True)
class Kept:
    """One meeting as kept: its minutes' people and state; `decides`: its kind decides things.

    until: the day of its last sitting, where it has several. explained: its sealed minutes have an addendum, which is
    all that can still be said of them.
    """

    gathering_id: int
    meeting_id: int
    unit_id: int
    kind: str
    name: str
    place: str
    starts_at: datetime
    on: date
    decides: bool
    closed: bool
    written: bool
    sealed: bool
    waits_for: tuple[str, ...]
    topics: tuple[Topic, ...]
    people: tuple[Attendance, ...]
    group: str = ""
    explained: bool = False
    until: date | None = None

    @property
    def last_on(self) -> date:
        """Return the day of its last sitting."""
        return self.until or self.on

    @property
    def told(self) -> str:
        """Return day and kind as people say them, with the group whose meeting it was."""
        return f"{self.on.month}月{self.on.day}日{self.group and self.group + '的'}{self.name}"

    @property
    def url(self) -> str:
        return f"/meetings/{self.gathering_id}"

    @property
    def minutes_url(self) -> str:
        return f"{self.url}/minutes/{self.meeting_id}"


@dataclass(frozen=True)
class Task:
    """Something that a meeting resolved, with who sees to it."""

    gathering_id: int
    meeting_id: int
    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True)
class Raised:
    """A problem taken up by the branch or a group."""

    problem_id: int
    text: str
    raised_on: date
    due_on: date
    closed: bool


@dataclass(frozen=True)
class Life:
    """An organisational-life meeting that was held: which stages nobody dated."""

    gathering_id: int
    on: date
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Graded:
    """The year's appraisal of members: its last step, and the sentence on more excellent than a third."""

    state: str
    is_over: bool
    over: str | None


@dataclass(frozen=True)
class Year:
    """All that is known of a branch's year, as the rules look at it."""

    branch_id: int
    duties: tuple[tuple[Duty, str, str | None], ...]
    meetings: tuple[Kept, ...]
    tasks: tuple[Task, ...]
    problems: tuple[Raised, ...]
    checks: tuple[tuple[str, str], ...]
    term_until: date | None
    #: Names of members with whom nobody has talked, from the fourth quarter on.
    not_talked: tuple[str, ...] = ()
    number: int = 0
    lives: tuple[Life, ...] = ()
    appraisal: Graded | None = None


def gaps_of(year: Year, today: date) -> list[Gap]:
    """Return every gap of a year, by heading and then as they are found."""
    rules = (
        _missed, _term, _unclosed, _two_places, _waiting_leave, _without_reason, _not_made_up, _without_minutes,
        _not_confirmed, _votes, _no_result, _alike, _overdue, _late_problems, _twice, _org_life, _appraisal,
        _not_talked, _structure,
    )  # fmt: skip
    found = [gap for rule in rules for gap in rule(year, today)]
    order = list(Heading)
    return sorted(found, key=lambda gap: order.index(gap.heading))


def _missed(year: Year, today: date) -> Iterator[Gap]:
    missed = defaultdict(list)
    for duty, name, of in year.duties:
        if duty.step(today) == Step.MISSED:
            missed[duty.item.first, duty.item.last, name].append((duty.item, of))
    for (first, last, name), owed in missed.items():
        groups = "、".join(of for _, of in owed if of)
        words = f"{_span(first, last)}{name}没有开{'：' + groups if groups else ''}。"
        call = f"/meetings/new?unit={owed[0][0].unit_id}&kind={owed[0][0].kind}"
        several = f"/branches/{year.branch_id}/calendar?quarter={Quarter.of(last).code}"
        yield Gap(Heading.SOUND, words, call if len(owed) == 1 else several)


def _span(first: date, last: date) -> str:
    """Return 3月, 一季度 or 全年."""
    if first.month == last.month:
        return f"{first.month}月"
    return f"{'一二三四'[Quarter.of(first).number - 1]}季度" if last.month - first.month == 2 else "全年"


def _term(year: Year, today: date) -> Iterator[Gap]:
    if year.term_until and year.term_until < today:
        words = f"支委会任期到{said(year.term_until)}，已经满了，还没有换届。"
        yield Gap(Heading.SOUND, words, f"/meetings/new?unit={year.branch_id}&kind=election")


def _unclosed(year: Year, today: date) -> Iterator[Gap]:
    for one in year.meetings:
        if not one.closed and one.last_on < today:
            yield Gap(Heading.SOUND, f"{one.told}没有结束签到，没有散会时间。", f"{one.url}/code")


def _two_places(year: Year, today: date) -> Iterator[Gap]:
    came = defaultdict(list)
    for one in year.meetings:
        for person in one.people:
            if person.came_at:
                came[person.name, person.person_id].append((person.came_at, one.gathering_id, one.place, one))
    at_both = defaultdict(list)
    for (name, _), times in came.items():
        for (at, first, place, one), (then, second, other, two) in pairwise(sorted(times, key=lambda time: time[:2])):
            near = first != second and place != other and then - at < BETWEEN_PLACES
            if near and not (one.explained or two.explained):
                at_both[one.told, one.url, place, other].append(name)
    for (told, url, place, other), names in at_both.items():
        yield Gap(Heading.SOUND, f"{told}，{'、'.join(names)}同时签到在“{place}”和“{other}”。", url)


def _waiting_leave(year: Year, today: date) -> Iterator[Gap]:
    for one in _once(year.meetings):
        if names := [person.name for person in one.people if person.waits and one.closed]:
            yield Gap(Heading.TOGETHER, f"{one.told}，{'、'.join(names)}的请假还没有批。", one.url)


def _without_reason(year: Year, today: date) -> Iterator[Gap]:
    for one in _once(year.meetings):
        absent = [person for person in one.people if not (person.came_at or person.on_leave or person.waits)]
        if one.closed and (names := [person.name for person in absent if not person.made_up]):
            yield Gap(Heading.TOGETHER, f"{one.told}，{'、'.join(names)}缺席，没有原因，也没有补课。", one.url)


def _not_made_up(year: Year, today: date) -> Iterator[Gap]:
    for one in _once(year.meetings):
        if one.closed and one.last_on + MAKE_UP_WITHIN < today:
            left = [person.name for person in one.people if person.on_leave and not (person.came_at or person.made_up)]
            if left:
                yield Gap(Heading.TOGETHER, f"{one.told}，{'、'.join(left)}请假，还没有补课。", one.url)


def _once(meetings: Iterable[Kept]) -> Iterator[Kept]:
    """Yield one meeting of each gathering: who came is the same for all of them."""
    seen = set()
    for one in meetings:
        if one.gathering_id not in seen:
            seen.add(one.gathering_id)
            yield one


def _without_minutes(year: Year, today: date) -> Iterator[Gap]:
    for one in year.meetings:
        if one.closed and not one.written and one.last_on + MINUTES_WITHIN < today:
            yield Gap(Heading.PROMPT, f"{one.told}还没有写会议记录。", one.minutes_url)


def _not_confirmed(year: Year, today: date) -> Iterator[Gap]:
    for one in year.meetings:
        if one.written and not one.sealed and one.last_on + MINUTES_WITHIN < today:
            who = "、".join(one.waits_for)
            yield Gap(Heading.PROMPT, f"{one.told}的记录还没有确认{f'，等{who}' if who else ''}。", one.minutes_url)


def _votes(year: Year, today: date) -> Iterator[Gap]:
    for one in year.meetings:
        for topic in one.topics:
            if one.closed and topic.votes and not topic.voted:
                yield Gap(Heading.SOUND, f"{one.told}，“{topic.title}”没有记表决结果。", one.url)


def _no_result(year: Year, today: date) -> Iterator[Gap]:
    for one in year.meetings:
        idle = [topic.title for topic in one.topics if not (topic.votes or topic.resolved)]
        if one.decides and one.written and not one.sealed and idle:
            words = f"{one.told}，“{'”“'.join(idle)}”议了，没有记议定的事。"
            yield Gap(Heading.PROMPT, words, one.minutes_url)


def _alike(year: Year, today: date) -> Iterator[Gap]:
    kept = defaultdict(list)
    for one in sorted(year.meetings, key=lambda meeting: meeting.starts_at):
        text = "\n".join(topic.gist for topic in one.topics if topic.gist)
        if len(text) >= LONG:
            kept[one.unit_id, one.kind].append((text, one))
    for row in kept.values():
        for (before, first), (after, second) in pairwise(row):
            if not second.explained and is_alike(before, after):
                sealed = "已封存的，在补充说明里写清不同。" if second.sealed else ""
                words = f"{second.told}的记录和{first.on.month}月{first.on.day}日的几乎一样。{sealed}"
                yield Gap(Heading.PROMPT, words, second.minutes_url)


def is_alike(one: str, other: str) -> bool:
    """Say whether two texts are one text written twice."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _overdue(year: Year, today: date) -> Iterator[Gap]:
    for one in year.tasks:
        if one.due_on and one.due_on < today:
            words = f"议定的“{one.text}”到{said(one.due_on)}，{one.owner}还没有办结。"
            yield Gap(Heading.PROMPT, words, f"/meetings/{one.gathering_id}/minutes/{one.meeting_id}")


def _late_problems(year: Year, today: date) -> Iterator[Gap]:
    for one in year.problems:
        if not one.closed and one.due_on < today:
            words = f"问题“{one.text}”到{said(one.due_on)}还没有解决。"
            yield Gap(Heading.PROMPT, words, f"/problems/{one.problem_id}")


def _twice(year: Year, today: date) -> Iterator[Gap]:
    by_text = defaultdict(list)
    for one in sorted(year.problems, key=lambda problem: problem.raised_on):
        by_text["".join(one.text.split())].append(one)
    for row in by_text.values():
        for before, after in pairwise(row):
            if after.raised_on.year == before.raised_on.year + 1 and not after.closed:
                words = f"问题“{after.text}”去年列过，今年又列了，解决时请写清这次怎么根治。"
                yield Gap(Heading.PROMPT, words, f"/problems/{after.problem_id}")


def _not_talked(year: Year, today: date) -> Iterator[Gap]:
    if names := year.not_talked:
        told = "、".join(names[:NAMED]) + (f"等 {len(names)} 人" if len(names) > NAMED else "")
        yield Gap(
            Heading.TOGETHER, f"这一年还没有谈过心：{told}。", f"/branches/{year.branch_id}/talks?year={year.number}"
        )


def _org_life(year: Year, today: date) -> Iterator[Gap]:
    for one in year.lives:
        if one.missed:
            words = f"{one.on.month}月{one.on.day}日组织生活会还没有记：{'、'.join(one.missed)}。"
            yield Gap(Heading.PROMPT, words, f"/meetings/{one.gathering_id}/org-life")


def _appraisal(year: Year, today: date) -> Iterator[Gap]:
    url = f"/branches/{year.branch_id}/appraisal?year={year.number}"
    held = [one.on for one in year.meetings if one.kind == "appraisal" and one.closed]
    if year.appraisal is None:
        if held and max(held) + CLOSED_WITHIN < today:
            yield Gap(Heading.PROMPT, f"{year.number} 年民主评议的会开了，步骤和等次还没有记。", url)
        return
    if not year.appraisal.is_over and (today.year > year.number or (held and max(held) + CLOSED_WITHIN < today)):
        yield Gap(Heading.PROMPT, f"{year.number} 年民主评议停在“{year.appraisal.state}”，还没有归档。", url)
    if year.appraisal.over:
        yield Gap(Heading.SOUND, year.appraisal.over, url)


def _structure(year: Year, today: date) -> Iterator[Gap]:
    for name, why in year.checks:
        yield Gap(Heading.LEAN, f"{name}：{why}。", f"/branches/{year.branch_id}")

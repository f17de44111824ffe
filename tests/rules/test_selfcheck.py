"""The self-check: a sound year has no gaps; each fault is told, and where it is mended (domain.md 9.3)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from partygroup import clock
from partygroup.meetings.duty import DueItem, Duty, Met
from partygroup.selfcheck.rules import (
    Attendance,
    Graded,
    Heading,
    Kept,
    Life,
    Raised,
    Task,
    Topic,
    Year,
    gaps_of,
    is_alike,
)

TODAY = date(2026, 12, 20)
START = clock.beijing("2026-11-05 16:30")
CAME = Attendance(1, "田富", START, False, False, False)
ABSENT = replace(CAME, person_id=2, name="章志刚", came_at=None)
GIST = "田富：把文件念了一遍，讲了三点要求。章志刚：甲班的点检卡还差两张。"
HELD = Kept(
    gathering_id=7, meeting_id=70, unit_id=4, kind="group_meeting", name="党小组会", place="会议室", starts_at=START,
    on=date(2026, 11, 5), decides=False, closed=True, written=True, sealed=True, waits_for=(),
    topics=(Topic("学习", False, False, GIST, 0),), people=(CAME,),
)  # fmt: skip
DECIDED = replace(
    HELD, gathering_id=8, meeting_id=80, unit_id=3, kind="member_meeting", name="支部党员大会", decides=True
)
DUE = DueItem(date(2026, 11, 1), date(2026, 11, 30), "group_meeting", "group", 4)
DONE = (Duty(DUE, (Met(date(2026, 11, 5), 7, True),)), "党小组会", "甲班党小组")
SOUND = Year(3, (DONE,), (HELD,), (), (), (), date(2027, 12, 31))


def with_meeting(**change) -> Year:
    return replace(SOUND, meetings=(replace(HELD, **change),))


def with_people(*people: Attendance, **change) -> Year:
    return with_meeting(people=people, **change)


OTHER = replace(
    HELD, gathering_id=9, place="东区食堂", starts_at=START + timedelta(minutes=10),
    people=(replace(CAME, came_at=START + timedelta(minutes=10)),), topics=(),
)  # fmt: skip
AGAIN = replace(HELD, gathering_id=9, meeting_id=90, starts_at=clock.beijing("2026-12-03 16:30"), on=date(2026, 12, 3),
                people=(replace(CAME, came_at=clock.beijing("2026-12-03 16:30")),))  # fmt: skip
PROBLEM = Raised(5, "行车限位不灵", date(2026, 3, 1), date(2026, 12, 31), False)

FAULTS = {
    "frequency": (
        replace(SOUND, duties=((Duty(DUE, ()), "党小组会", "甲班党小组"),)),
        Heading.SOUND,
        "11月党小组会没有开：甲班党小组",
        "/meetings/new?unit=4&kind=group_meeting",
    ),
    "term": (
        replace(SOUND, term_until=date(2026, 12, 19)),
        Heading.SOUND,
        "还没有换届",
        "/meetings/new?unit=3&kind=election",
    ),
    "end time": (with_meeting(closed=False), Heading.SOUND, "没有结束签到", "/meetings/7/code"),
    "two places": (
        replace(SOUND, meetings=(HELD, OTHER)),
        Heading.SOUND,
        "田富同时签到在“会议室”和“东区食堂”",
        "/meetings/7",
    ),
    "no reason": (with_people(CAME, ABSENT), Heading.TOGETHER, "章志刚缺席，没有原因", "/meetings/7"),
    "leave waits": (with_people(replace(ABSENT, waits=True)), Heading.TOGETHER, "章志刚的请假还没有批", "/meetings/7"),
    "not made up": (
        with_people(replace(ABSENT, on_leave=True)),
        Heading.TOGETHER,
        "章志刚请假，还没有补课",
        "/meetings/7",
    ),
    "no minutes": (
        with_meeting(written=False, sealed=False),
        Heading.PROMPT,
        "还没有写会议记录",
        "/meetings/7/minutes/70",
    ),
    "signature": (with_meeting(sealed=False, waits_for=("田富",)), Heading.PROMPT, "等田富", "/meetings/7/minutes/70"),
    "vote": (with_meeting(topics=(Topic("转正", True, False, "", 0),)), Heading.SOUND, "没有记表决结果", "/meetings/7"),
    "no decision": (
        replace(SOUND, meetings=(replace(DECIDED, sealed=False, on=TODAY),)),
        Heading.PROMPT,
        "没有记议定的事",
        "/meetings/8/minutes/80",
    ),
    "alike": (replace(SOUND, meetings=(HELD, AGAIN)), Heading.PROMPT, "几乎一样", "/meetings/9/minutes/90"),
    "follow-up": (
        replace(SOUND, tasks=(Task(7, "挂点检卡", "田富", date(2026, 12, 1)),)),
        Heading.PROMPT,
        "田富还没有办结",
        "/meetings/7/minutes",
    ),
    "problem late": (
        replace(SOUND, problems=(replace(PROBLEM, due_on=date(2026, 4, 1)),)),
        Heading.PROMPT,
        "还没有解决",
        "/problems/5",
    ),
    "problem twice": (
        replace(SOUND, problems=(replace(PROBLEM, problem_id=4, raised_on=date(2025, 3, 1), closed=True), PROBLEM)),
        Heading.PROMPT,
        "去年列过",
        "/problems/5",
    ),
    "structure": (
        replace(SOUND, checks=(("党小组健全", "甲班党小组只有 2 人"),)),
        Heading.LEAN,
        "只有 2 人",
        "/branches/3",
    ),
}


def test_a_sound_year_has_no_gaps():
    made_up = replace(ABSENT, on_leave=True, made_up=True)
    sound = replace(SOUND, meetings=(replace(HELD, people=(CAME, made_up)), DECIDED), problems=(PROBLEM,))
    assert gaps_of(sound, TODAY) == []


@pytest.mark.parametrize(("year", "heading", "words", "url"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_told_alone_with_where_it_is_mended(year, heading, words, url):
    (gap,) = gaps_of(year, TODAY)
    assert (gap.heading, gap.url) == (heading, url) and words in gap.words


def test_gaps_stand_under_their_headings():
    all_of_them = replace(
        SOUND, duties=FAULTS["frequency"][0].duties, meetings=(FAULTS["no minutes"][0].meetings[0],),
        checks=FAULTS["structure"][0].checks,
    )  # fmt: skip
    assert [gap.heading for gap in gaps_of(all_of_them, TODAY)] == [Heading.SOUND, Heading.PROMPT, Heading.LEAN]


def test_what_can_still_be_done_in_time_is_no_gap():
    young = with_people(CAME, replace(ABSENT, on_leave=True), on=TODAY - timedelta(days=3), written=False, sealed=False)
    assert gaps_of(young, TODAY) == []
    task = Task(7, "挂点检卡", "田富", TODAY)
    last_day = replace(SOUND, tasks=(task,), term_until=TODAY, problems=(replace(PROBLEM, due_on=TODAY),))
    assert gaps_of(last_day, TODAY) == []


@pytest.mark.parametrize(("other", "same"), [
    (GIST, True), (GIST.replace("两张", "三张"), True),
    ("章志刚：讲了安全生产月的安排，分了三个小组包区，各组组长领了任务。", False),
])  # fmt: skip
def test_texts_that_are_one_text_written_twice(other, same):
    assert is_alike(GIST, other) is same


def test_several_kinds_in_one_gathering_are_told_once():
    two = replace(SOUND, meetings=tuple(
        replace(HELD, meeting_id=number, kind=kind, people=(CAME, ABSENT), topics=())
        for number, kind in ((70, "theme_day"), (71, "party_lecture"))
    ))  # fmt: skip
    assert len(gaps_of(two, TODAY)) == 1


def test_groups_that_missed_the_same_month_are_told_in_one_line():
    other = replace(DUE, unit_id=5)
    owed = ((Duty(DUE, ()), "党小组会", "甲班党小组"), (Duty(other, ()), "党小组会", "乙班党小组"))
    (gap,) = gaps_of(replace(SOUND, duties=owed), TODAY)
    assert gap.words == "11月党小组会没有开：甲班党小组、乙班党小组。"
    assert gap.url == "/branches/3/calendar?quarter=2026Q4"


@pytest.mark.parametrize(("first", "last", "said"), [
    (date(2026, 1, 1), date(2026, 3, 31), "一季度"), (date(2026, 1, 1), date(2026, 12, 31), "全年"),
    (date(2026, 3, 1), date(2026, 3, 31), "3月"),
])  # fmt: skip
def test_how_a_period_is_said(first, last, said):
    owed = (Duty(DueItem(first, last, "party_lecture", "branch", 3), ()), "党课", None)
    (gap,) = gaps_of(replace(SOUND, duties=(owed,)), date(2027, 6, 1))
    assert gap.words == f"{said}党课没有开。"


# --- organisational life and the yearly appraisal ---------------------------------------------------------------------

APPRAISED = replace(HELD, kind="appraisal", name="民主评议党员", unit_id=3, topics=())
OVER = "优秀一般不超过三分之一：评定 26 人，最多 8 人，现在 9 人。"


def test_stages_that_nobody_dated_are_told():
    year = replace(SOUND, lives=(Life(7, date(2026, 11, 5), ("对照检查", "整改完成")), Life(8, date(2026, 11, 6), ())))
    (gap,) = gaps_of(year, TODAY)
    assert gap.words == "11月5日组织生活会还没有记：对照检查、整改完成。" and gap.url == "/meetings/7/org-life"


@pytest.mark.parametrize(("meetings", "appraisal", "today", "said"), [
    ((APPRAISED,), None, TODAY, "步骤和等次还没有记"),
    ((APPRAISED,), None, date(2026, 12, 5), None),
    ((), None, TODAY, None),
    ((APPRAISED,), Graded("支部评定", False, None), TODAY, "停在“支部评定”"),
    ((APPRAISED,), Graded("支部评定", False, None), date(2026, 12, 5), None),
    ((), Graded("支部评定", False, None), TODAY, None),
    ((), Graded("支部评定", False, None), date(2027, 1, 1), "停在“支部评定”"),
    ((APPRAISED,), Graded("归档", True, None), date(2027, 6, 1), None),
    ((APPRAISED,), Graded("归档", True, OVER), TODAY, OVER),
])  # fmt: skip
def test_an_appraisal_without_its_end_and_too_many_excellent_are_told(meetings, appraisal, today, said):
    found = gaps_of(replace(SOUND, number=2026, duties=(), meetings=meetings, appraisal=appraisal), today)
    assert [gap.url for gap in found] == ["/branches/3/appraisal?year=2026"] * (said is not None)
    assert said is None or said in found[0].words

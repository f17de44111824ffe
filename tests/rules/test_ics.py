"""Calendar files: what an event says and leaves out, and that hostile text stays text (S8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from partygroup.clock import beijing, day_of
from partygroup.meetings.changes import Changes
from partygroup.meetings.ics import ALARM_BEFORE, Page, calendar_of, events_of
from partygroup.meetings.models import Gathering, Kind, Meeting, Sitting
from partygroup.meetings.presets import KINDS
from partygroup.meetings.queries import Convened
from partygroup.policy import Place
from partygroup.text import clean

START = beijing("2026-03-05 16:30")
SPECS = {spec.code: spec for spec in KINDS}
PAGE = Page("https://luhuo.example.com/meetings/7")
HOSTILE = [
    "学习\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:假的会",
    "a;b,c\\n\\,d:e\"f'",
    "BEGIN:VALARM\nACTION:AUDIO\nATTACH:http://evil.example/x.mp3",
    "\u2028\u2029\x85行",
    "会" * 100,
    "<script>alert(1)</script> =1+1 {{ 7*7 }}",
    "😀" * 60,
]


def met_of(*codes: str, starts=(START,), theme=None, circle="group", **columns) -> Convened:
    gathering = Gathering(id=7, unit_id=3, circle=circle, day=day_of(starts[0]), called_at=START - timedelta(days=2))
    for name, value in columns.items():
        setattr(gathering, name, value)
    gathering.sittings = [Sitting(id=40 + n, starts_at=at, place=f"{n}号会议室") for n, at in enumerate(starts, 1)]
    kinds = [Kind(code=code, version=1, spec=SPECS[code].to_json()) for code in codes or ("group_meeting",)]
    gathering.meetings = [Meeting(kind=kind, theme=theme) for kind in kinds]
    return Convened(gathering, "朱雀党小组", "红柳党支部", Place((3, 2, 1), circle=circle))


def parsed(met: Convened, page: Page = PAGE) -> list:
    return list(Calendar.from_ical(calendar_of(events_of(met, page))).events)


def test_an_event_says_what_when_where():
    (event,) = parsed(met_of("member_meeting", "theme_day", theme="学讲话"))
    assert event["summary"] == "支部党员大会、主题党日" and event["location"] == "1号会议室"
    assert event.start == START and event.end - event.start == timedelta(hours=1)
    assert event["dtstart"].to_ical() == b"20260305T083000Z"
    assert event["uid"] == "sitting-41@luhuo" and event["status"] == "CONFIRMED" and event["sequence"] == 0
    assert event["url"] == PAGE.url
    assert event["description"].split("\n") == ["红柳党支部 · 朱雀党小组", "学讲话", "来不了请在炉火里请假。"]
    assert not event.walk("VALARM")


def test_the_same_gathering_makes_the_same_bytes():
    assert calendar_of(events_of(met_of(), PAGE)) == calendar_of(events_of(met_of(), PAGE))


def test_a_change_raises_the_sequence():
    changed = Page(PAGE.url, Changes(3, START, True))
    (event,) = parsed(met_of(), changed)
    assert event["sequence"] == 3 and event.LAST_MODIFIED == event.DTSTAMP == START


def test_each_sitting_is_an_event_and_says_that_one_is_enough():
    first, second = parsed(met_of(starts=(START, START + timedelta(days=1))))
    assert (first["uid"], second["uid"]) == ("sitting-41@luhuo", "sitting-42@luhuo")
    assert "分 2 场，这是第1场。按班次来一场就行。" in first["description"]
    assert "这是第2场" in second["description"] and second["location"] == "2号会议室"


def test_a_cancelled_one_stays_and_says_so():
    off = met_of(cancelled_at=START, cancelled_by=1, cancel_reason="张三病了")
    (event,) = parsed(off, Page(PAGE.url, Changes(1, START, False), lambda _start: True))
    assert event["status"] == "CANCELLED" and event["summary"] == "已取消：党小组会"
    assert not event.walk("VALARM") and "张三" not in event["description"] and "不用来了" in event["description"]


def test_a_reminder_comes_half_an_hour_before_where_it_may():
    page = Page(PAGE.url, reminds=lambda start: start == START)
    first, second = parsed(met_of(starts=(START, START + timedelta(days=1))), page)
    (alarm,) = first.walk("VALARM")
    assert alarm["trigger"].dt == -ALARM_BEFORE == -timedelta(minutes=30) and alarm["action"] == "DISPLAY"
    assert not second.walk("VALARM")


@pytest.mark.parametrize("codes", [("heart_talk",), ("group_meeting", "heart_talk")])
def test_a_confidential_kind_is_not_named(codes):
    page = Page(PAGE.url, reminds=lambda _start: True)
    file = calendar_of(events_of(met_of(*codes, theme="和田富谈心"), page)).decode()
    assert "谈心" not in file and "田富" not in file and "SUMMARY:组织生活" in file


@pytest.mark.parametrize("theme", HOSTILE)
def test_hostile_text_stays_text(theme):
    taken = clean(theme, 100)
    file = calendar_of(events_of(met_of(theme=taken), PAGE))
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert file.count(b"\r\nBEGIN:VEVENT") == 1 and b"\r\nBEGIN:VALARM" not in file and b"\r\nATTACH" not in file
    (event,) = Calendar.from_ical(file).events
    assert event["summary"] == "党小组会"
    assert event["description"].split("\n")[1:-1] == [taken]


@given(st.text(max_size=100))
def test_any_theme_comes_back_whole(theme):
    taken = clean(theme, 100)
    (event,) = parsed(met_of(theme=taken or None))
    assert event["description"].split("\n")[1:-1] == ([taken] if taken else [])

"""Minutes of the demo's own branch, sealed but for the last two weeks: written by the house's own actions (B11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from partygroup import clock
from partygroup.demo.diary import Deed
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.staff import Member
from partygroup.meetings.agenda import add_item
from partygroup.meetings.queries import describe
from partygroup.meetings.sorts import SORTS, TOPIC, TOPIC_PROMPTS
from partygroup.minutes.actions import Head, confirm, resolve, write_minutes
from partygroup.minutes.queries import Sheet, sheet_of
from partygroup.minutes.rules import Said
from partygroup.minutes.sealing import content_digest

#: Minutes are written on the evening of the next day; those of the last days wait for whoever looks at the demo.
WRITTEN_AT, WAITING = timedelta(hours=20), timedelta(days=14)
#: What was said, by turns: never the same twice in a row.
WORDS = (
    "把通报念了一遍，讲了本班要防的三件事",
    "二号炉口的围栏松了，已经报修，修好以前绕行",
    "新来的两位同志由老师傅带着上岗",
    "上个月的点检卡有两张没签，这个月每班收齐",
    "节电从空压机做起，夜里少开一台",
    "建议把备件柜按常用不常用重新摆",
    "学了文件，联系岗位谈了怎么抓质量",
    "天车司机反映视线不好，请车间补一盏灯",
    "家里有困难的同志，支部已经去看过",
    "下个月检修忙，学习放在交接班前",
    "操作法又改了一处，贴在操作室墙上",
)
TASK = "操作室的备件柜重新摆一遍"


@dataclass(frozen=True)
class Plan:
    """Who writes the minutes of a gathering with whom, who speaks, and from which of the words on."""

    gathering_id: int
    chair: Member
    recorder: Member
    place: int
    due_on: date | None


def minutes_deeds(home: BranchPlace, turnouts: Iterable, *, at: datetime) -> list[Deed]:
    """Return the writing of minutes of all that a branch, its committee and its groups held."""
    units, last, found = (home.id, *home.group_ids), {}, []
    for one, some in turnouts:
        came = [turnout.member for turnout in some if turnout.came and not turnout.came.undone_at]
        recorder = next((member for member in came if member is not one.plan.host), None)
        if one.plan.unit_id in units and one.plan.closed_at and recorder and one.plan.starts_at < at - WAITING:
            last[one.plan.unit_id] = one.id
            found.append((one, recorder))
    places, deeds = Counter(), []
    for one, recorder in found:
        plan = one.plan
        due_on = clock.day_of(at + WAITING) if last[plan.unit_id] == one.id else None
        what = Plan(one.id, plan.host, recorder, places[plan.unit_id], due_on)
        deeds.append(Deed(clock.start_of(plan.day + timedelta(days=1)) + WRITTEN_AT, partial(_write, what)))
        places[plan.unit_id] += 3
    return deeds


def _write(plan: Plan, session, at: datetime) -> None:
    """Write and seal the minutes of each meeting of a gathering."""
    met, by = describe(session, plan.gathering_id), plan.chair.id
    for number, meeting in enumerate(met.gathering.meetings):
        sheet = sheet_of(session, met, meeting.id)
        if not sheet.points:
            for title in TOPIC_PROMPTS[meeting.kind.code][:2]:
                add_item(session, met.gathering, meeting.id, SORTS[TOPIC], title=title, by=by, at=at)
            sheet = sheet_of(session, met, meeting.id)
        words = dict(_gists(plan, sheet, plan.place + number))
        head = Head(plan.chair.id, plan.recorder.id, met.gathering.closed_at)
        extras = {spec.code: _said(plan, spec, sheet) for spec in sheet.specs if spec.needed}
        write_minutes(session, sheet, head=head, gists=words, extras=extras, version=0, by=by, at=at)
        if plan.due_on and not number:
            task = {"text": TASK, "owner_id": plan.recorder.id, "due_on": plan.due_on}
            resolve(session, sheet, sheet.points[0].id, **task, by=by, at=at)
        sheet = sheet_of(session, met, meeting.id)
        for one in (plan.chair, plan.recorder):
            confirm(session, sheet, seen=content_digest(sheet), by=one.id, at=at)


def _gists(plan: Plan, sheet: Sheet, place: int) -> Iterator[tuple[int, str]]:
    for number, point in enumerate(sheet.points):
        said = [WORDS[(place + number + step) % len(WORDS)] for step in (0, 4)]
        yield (
            point.id,
            "\n".join(f"{who.name}：{what}。" for who, what in zip((plan.chair, plan.recorder), said, strict=True)),
        )


def _said(plan: Plan, spec, sheet: Sheet) -> tuple[Said, ...]:
    if spec.sort == "person":
        return (Said(plan.chair.id),)
    return (Said(text=spec.choices[0] if spec.choices else sheet.meeting.theme or spec.label),)

"""Sittings for shifts: times proposed, called in several, each with its own code; whoever comes to one has come."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import Door, DueEntry, Mark
from partygroup.meetings.models import Gathering, Sitting
from partygroup.people.models import Person
from tests.factories import add, crew, gathering, shifts, unit
from tests.web.conftest import met_of
from tests.web.test_meetings import form_of

pytestmark = pytest.mark.postgres
FIRST, SECOND = "2026-03-06 14:30", "2026-03-06 16:30"
TYPED = {"kinds": "group_meeting", "starts_at": "2026-03-09T09:00", "place": "炉前", "theme": ""}
SLOTS = "2026-03-06T14:30,2026-03-06T16:30"


@pytest.fixture
def plant(session, world):
    """Let the leader's committee run four teams in three shifts; one of the group in each of them."""
    shifts(session, world.committee.id)
    works = unit(session, "plant", "炼铁厂", under=world.company.id)
    other = session.scalar(sa.select(Person.id).where(Person.name == "何朱雀"))
    people = (world.leader.id, world.member.id, world.probationer.id, other)
    for name, person_id in zip(("甲班", "乙班", "丙班", "丁班"), people, strict=True):
        crew(session, name, [person_id], under=works.id)


@pytest.fixture
def split(app, session, world, at, plant):
    """Return a group meeting in two sittings: before the middle shift, and after the early one."""
    at("2026-03-06 14:20")
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing(FIRST))
    second = add(session, Sitting, gathering_id=row.id, starts_at=clock.beijing(SECOND), place="三楼活动室",
                 host_id=world.leader.id)  # fmt: skip
    met = met_of(app, session, row)
    met.other = met_of(app, session, row)
    met.other.sitting_id = second
    return met


def digits_on(page) -> str:
    """Return the six digits that a page shows."""
    return "".join(re.findall(r"\d", re.search(r'class="passcode[^>]*>(.*?)</span>\s*<', page.text, re.S)[1]))


def test_the_form_proposes_the_time_at_which_most_can_come(plant, at, world, client):
    at("2026-03-05 12:00")
    page = client.sign_on(world.leader).get("/meetings/new").text
    assert 'name="starts_at" type="datetime-local" value="2026-03-06T16:30"' in page
    assert "明天 16:30 甲班下早班后 · 3/4 有空" in page
    assert "甲班下早班后，4 人中 3 人在家或刚下班；乙班 1 人当班。" in page
    assert f'value="{SLOTS}"' in page and "分 2 场，各班都轮到" in page and "第 2 场" not in page


def test_without_a_shift_calendar_the_habit_decides(at, world, client):
    at("2026-03-05 12:00")
    page = client.sign_on(world.leader).get("/meetings/new").text
    assert 'value="2026-03-05T16:30"' in page and "按倒班表" not in page


def test_choosing_a_split_keeps_what_was_typed_and_calls_both(plant, at, world, client, session):
    at("2026-03-05 12:00")
    typed = {
        "unit": world.group.id,
        "kinds": "theme_day",
        "starts_at": "2026-03-09T09:00",
        "place": "炉前",
        "theme": "学",
    }
    page = client.sign_on(world.leader).get("/meetings/new", query_string=typed | {"slots": SLOTS}).text
    assert 'value="学"' in page and re.search(r'value="theme_day" checked', page)
    fields = dict(re.findall(r'name="(starts_at(?:_2)?|place(?:_2)?)" type="[a-z-]+" value="([^"]*)"', page))
    assert fields == {
        "starts_at": "2026-03-06T14:30",
        "starts_at_2": "2026-03-06T16:30",
        "place": "炉前",
        "place_2": "炉前",
    }
    answer = client.post("/meetings", data=form_of(page) | typed | fields | {"place_2": ""})
    assert answer.status_code == 303
    sittings = session.execute(sa.select(Sitting.starts_at, Sitting.place).order_by(Sitting.starts_at)).all()
    assert sittings == [(clock.beijing(FIRST), "炉前"), (clock.beijing(SECOND), "炉前")]
    assert str(session.scalar(sa.select(Gathering.day))) == "2026-03-06"
    page = client.get(answer.location).text
    assert "第1场 明天 14:30" in page and "第2场 明天 16:30" in page and "来一场就行" in page
    assert "乙班上中班前，4 人中 2 人在家或刚下班；甲班 1 人当班、丙班 1 人下夜班休息。" in page
    assert "还轮不到" not in page and "第1场：2026年3月6日 14:30" in page


def test_one_more_row_that_stays_empty_is_no_sitting(plant, at, world, client, session):
    at("2026-03-05 12:00")
    typed = {
        "unit": world.group.id,
        "kinds": "group_meeting",
        "starts_at": "2026-03-09T09:00",
        "place": "炉前",
        "theme": "",
    }
    page = client.sign_on(world.leader).get("/meetings/new", query_string=typed | {"more": "1"}).text
    assert "第 2 场" in page and 'value="2026-03-09T09:00"' in page
    client.post("/meetings", data=form_of(page) | typed | {"starts_at_2": "", "place_2": ""})
    assert session.scalar(sa.select(sa.func.count(Sitting.id))) == 1


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("2026-03-09T09:00", "有两场的时间一样"),
        ("2026-03-17T09:00", "各场要在 7 天之内"),
        ("2026-02-30T09:00", "核对日期是否存在"),
    ],
)
def test_sittings_that_cannot_be(at, world, client, session, second, said):
    at("2026-03-05 12:00")
    page = client.sign_on(world.leader).get("/meetings/new").text
    answer = client.post("/meetings", data=form_of(page) | TYPED | {"starts_at_2": second})
    assert answer.status_code == 422 and said in answer.text and f'value="{second}"' in answer.text
    assert session.scalar(sa.select(sa.func.count(Gathering.id))) == 0


def test_each_sitting_has_its_code_and_the_meeting_counts_everybody_once(split, at, world, client, session):
    host, guest = client, client.application.test_client()
    host.sign_on(world.leader).post(f"{split.url}/opening")
    at("2026-03-06 14:36")
    assert "第1场 今天 14:30</a>" in host.get(f"{split.url}/code").text
    guest.sign_on(world.member).get(split.code())
    guest.post(f"{split.url}/sign-ins")
    at("2026-03-06 16:25")
    assert digits_on(host.get(f"{split.url}/code")) == split.other.spoken()
    assert digits_on(host.get(f"{split.url}/code?sitting={split.sitting_id}")) == split.spoken()
    late = guest.sign_on(world.probationer)
    late.get(split.other.code())
    late.post(f"{split.url}/sign-ins")
    guest.sign_on(world.member).get(split.other.code())
    guest.post(f"{split.url}/sign-ins")
    marks = session.execute(sa.select(Mark.person_id, Mark.sitting_id).order_by(Mark.id)).all()
    assert marks == [(world.member.id, split.sitting_id), (world.probationer.id, split.other.sitting_id)]
    page = host.get(split.url).text
    assert "第1场，扫码，迟到 6 分钟" in page and re.search("第2场，扫码</td>", page)
    assert "应到 4 = 实到 2" in page
    reach = page[page.index("按班看") : page.index("到会情况")]
    assert [reach.index(name) for name in ("丁班", "甲班", "丙班")] == sorted(
        map(reach.index, ("丁班", "甲班", "丙班"))
    )
    assert "还没到：何朱雀" in reach and "1/1" in reach and "0/1" in reach
    assert "共 2 场，来一场就行" in guest.sign_on(world.leader).get("/").text


def test_the_spoken_digits_of_either_sitting_are_taken_for_that_sitting(split, at, world, client, session):
    client.sign_on(world.leader).post(f"{split.url}/opening")
    at("2026-03-06 14:40")
    client.sign_on(world.member).post(f"{split.url}/sign-ins", data={"spoken": split.other.spoken()})
    client.sign_on(world.probationer).post(f"{split.url}/sign-ins", data={"spoken": split.spoken()})
    marks = session.execute(sa.select(Mark.person_id, Mark.sitting_id).order_by(Mark.id)).all()
    assert marks == [(world.member.id, split.other.sitting_id), (world.probationer.id, split.sitting_id)]


def test_a_code_scanned_without_a_network_counts_for_its_own_sitting(split, at, world, client, session):
    client.sign_on(world.leader).post(f"{split.url}/opening")
    at("2026-03-06 14:28")
    seen = split.code()
    at("2026-03-06 17:40")
    assert client.sign_on(world.member).post("/sign-ins", data={"code": seen}).status_code == 303
    (mark,) = split.marks(session)
    assert (mark.sitting_id, mark.door) == (split.sitting_id, Door.OFFLINE)
    assert mark.happened_at == clock.beijing("2026-03-06 14:28")


def test_a_tick_names_the_sitting_or_means_the_nearest(split, at, world, client, session):
    client.sign_on(world.leader).post(f"{split.url}/opening")
    at("2026-03-06 16:40")
    assert "到的哪一场" in client.get(f"{split.url}/ticks").text
    client.post(f"{split.url}/ticks", data={"people": world.member.id, "sitting": split.sitting_id})
    client.post(f"{split.url}/ticks", data={"people": world.probationer.id})
    marks = session.execute(sa.select(Mark.sitting_id, Mark.happened_at).order_by(Mark.id)).all()
    assert marks == [
        (split.sitting_id, clock.beijing(FIRST)), (split.other.sitting_id, clock.beijing(SECOND)),
    ]  # fmt: skip


def test_one_more_sitting_on_another_day_keeps_the_list_and_the_door_open(split, at, world, client, session):
    client.sign_on(world.leader).post(f"{split.url}/opening")
    due = session.scalars(sa.select(DueEntry.person_id)).all()
    form = {"starts_at": "2026-03-08T16:30", "place": "操作室"}
    assert client.post(f"{split.url}/sittings", data=form).status_code == 303
    third = session.scalar(sa.select(sa.func.max(Sitting.id)))
    at("2026-03-08 16:35")
    page = client.get("/").text
    assert "今天 16:30" in page and "操作室" in page and "第3场，共 3 场" in page
    split.sitting_id = third
    client.sign_on(world.member).get(split.code())
    assert client.post(f"{split.url}/sign-ins").status_code == 303
    assert session.scalars(sa.select(Mark.sitting_id)).all() == [third]
    assert session.scalars(sa.select(DueEntry.person_id)).all() == due
    client.sign_on(world.leader).post(f"{split.url}/closing")
    assert "已经结束或取消" in client.post(f"{split.url}/sittings", data=form).text


def test_closing_warns_while_a_sitting_is_still_to_come(split, at, world, client):
    client.sign_on(world.leader).post(f"{split.url}/opening")
    at("2026-03-06 15:00")
    assert "还有一场没开，今天 16:30 开始" in client.get(f"{split.url}/closing").text
    at("2026-03-06 17:00")
    assert "还有一场没开" not in client.get(f"{split.url}/closing").text


def test_a_sitting_is_moved_by_itself(split, world, client, session):
    client.sign_on(world.leader)
    form = {"starts_at": "2026-03-05T19:00", "place": "食堂", "sitting": split.other.sitting_id}
    assert client.post(f"{split.url}/moving", data=form).status_code == 303
    starts = dict(session.execute(sa.select(Sitting.id, Sitting.starts_at)).all())
    assert starts == {split.sitting_id: clock.beijing(FIRST), split.other.sitting_id: clock.beijing("2026-03-05 19:00")}
    assert str(session.scalar(sa.select(Gathering.day))) == "2026-03-05"


def test_presences_of_two_sittings_are_never_added_up_for_a_vote(app, session, world, at, client):
    at("2026-03-06 14:20")
    row = gathering(session, world.branch.id, by=world.secretary.id, kinds=("member_meeting",),
                    starts_at=clock.beijing(FIRST))  # fmt: skip
    add(
        session, Sitting, gathering_id=row.id, starts_at=clock.beijing(SECOND), place="食堂", host_id=world.secretary.id
    )
    met = met_of(app, session, row)
    host = client.sign_on(world.secretary, office=True)
    host.post(f"{met.url}/opening")
    for moment, people in ((FIRST, [world.member.id, world.leader.id]), (SECOND, [world.secretary.id])):
        at(moment)
        host.post(f"{met.url}/ticks", data={"people": people})
    assert "第2场：有表决权的党员到会 1／8" in host.get(f"{met.url}/code").text
    assert "第1场：有表决权的党员到会 2／8" in host.get(f"{met.url}/code?sitting={met.sitting_id}").text

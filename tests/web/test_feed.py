"""手机日历: a secret address for each member, read by a calendar app that cannot log in (B4)."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.meetings.models import Sitting
from partygroup.people.models import Belonging, CalendarFeed, ShiftPattern
from tests.factories import add, crew, gathering, unit
from tests.web.corners import all_rows

MAKE, PAGE = "/me/calendar", "/me/calendar"
STATEMENTS = 8


@pytest.fixture
def noon(at):
    return at("2026-03-05 12:00")


@pytest.fixture
def address(app, world, noon):
    """Return a function that makes an address for somebody and returns its path, as their page shows it."""

    def make(person) -> str:
        page = app.test_client().sign_on(person).post(MAKE, follow_redirects=True).text
        return re.search(r'id="address">http://localhost(/me/calendar/[0-9a-f]{40}\.ics)<', page)[1]

    return make


def events(client, path: str) -> dict[str, object]:
    """Return the events of an address by their titles."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.data).events}


def call(session, world, *, days: int = 1, hour: str = "16:30", **columns):
    starts_at = clock.beijing(f"2026-03-05 {hour}") + timedelta(days=days)
    unit_id = columns.pop("unit_id", world.group.id)
    return gathering(session, unit_id, by=columns.pop("by", world.leader.id), starts_at=starts_at, **columns)


def test_a_phone_reads_the_own_meetings_without_logging_in(world, client, session, address):
    ahead = call(session, world, days=200, kinds=("party_lecture",), theme="学讲话", place="三楼")
    call(session, world, days=-40)
    call(session, world, days=-60, kinds=("theme_day",))
    call(session, world, unit_id=world.units["玄武"].id, kinds=("oath_review",))
    call(session, world, unit_id=world.branch.id, kinds=("committee_meeting",), circle="committee")
    call(session, world, unit_id=world.branch.id, kinds=("member_meeting",))
    path = address(world.member)
    told = events(client, path)
    assert told.keys() == {"党课", "党小组会", "支部党员大会"}
    event = told["党课"]
    assert event.start == clock.beijing("2026-09-21 16:30") and event["location"] == "三楼"
    assert event["url"] == f"http://localhost/meetings/{ahead.id}" and "学讲话" in event["description"]
    assert len(event.walk("VALARM")) == 1
    assert "支部委员会会议" in events(client, address(world.secretary))
    assert events(client, address(world.activist)) == {}


def test_an_opened_meeting_follows_the_due_list(world, client, session, address):
    call(session, world, unit_id=world.units["玄武"].id, kinds=("oath_review",), days=0, hour="13:00")
    mine = call(session, world, days=0, hour="13:00")
    client.sign_on(world.leader).post(f"/meetings/{mine.id}/opening")
    assert events(client, address(world.member)).keys() == {"党小组会"}


def test_what_changes_keeps_its_event_and_raises_it(world, client, session, address):
    met = call(session, world, called_at=clock.beijing("2026-03-01 08:00"))
    path = address(world.member)
    before = events(client, path)["党小组会"]
    leader = client.sign_on(world.leader)
    moved = {"starts_at": "2026-03-08T09:00", "place": "食堂"}
    assert leader.post(f"/meetings/{met.id}/moving", data=moved).status_code == 303
    after = events(client, path)["党小组会"]
    assert (after["uid"], after["sequence"], before["sequence"]) == (before["uid"], 1, 0)
    assert after.start == clock.beijing("2026-03-08 09:00") and after["location"] == "食堂"
    assert after.LAST_MODIFIED > before.LAST_MODIFIED
    more = {"starts_at": "2026-03-09T20:30", "place": "食堂"}
    assert leader.post(f"/meetings/{met.id}/sittings", data=more).status_code == 303
    sittings = Calendar.from_ical(client.get(path).data).events
    assert [one["sequence"] for one in sittings] == [2, 2] and len({one["uid"] for one in sittings}) == 2
    assert all("分 2 场" in one["description"] for one in sittings)
    assert leader.post(f"/meetings/{met.id}/cancellation", data={"reason": "检修"}).status_code == 303
    off = Calendar.from_ical(client.get(path).data).events
    assert [(one["status"], one["sequence"], one["summary"]) for one in off] == [
        ("CANCELLED", 3, "已取消：党小组会")
    ] * 2
    assert not any(one.walk("VALARM") for one in off)


def test_another_address_makes_the_former_void(world, client, session, address):
    first = address(world.member)
    second = address(world.member)
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    client.sign_on(world.member).post(f"{PAGE}/ending")
    assert client.get(second).status_code == 404
    assert session.scalars(sa.select(CalendarFeed)).all() == []
    actions = session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == world.member.id)).all()
    assert actions.count("people.calendar.make") == 2 and actions.count("people.calendar.end") == 1
    client.post(f"{PAGE}/ending")
    assert "生成我的日历地址" in client.get(PAGE).text


def test_void_unknown_and_nonsense_look_the_same(world, client, address):
    void = address(world.member)
    address(world.member)
    bodies = set()
    for path in (void, f"/me/calendar/{'0' * 40}.ics", "/me/calendar/x.ics", f"/me/calendar/{'长' * 90}.ics"):
        answer = client.get(path)
        assert answer.status_code == 404
        bodies.add(answer.text.replace(answer.headers["X-Request-Id"], ""))
    assert len(bodies) == 1


def test_whoever_left_the_branch_has_no_calendar_any_more(world, client, session, address):
    path = address(world.member)
    session.execute(
        sa.update(Belonging).where(Belonging.person_id == world.member.id).values(until_on=date(2026, 3, 5))
    )
    assert client.get(path).status_code == 404


def test_the_address_is_nowhere_but_on_the_own_page(world, client, session, app, address, caplog):
    caplog.set_level(logging.DEBUG)
    path = address(world.member)
    secret = path[len("/me/calendar/") : -len(".ics")]
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "same-origin"
    client.get(path + "?x=1")
    client.get(path.replace(secret[:2], "zz"))
    assert secret not in " ".join(record.getMessage() for record in caplog.records if record.name == "luhuo")
    assert secret not in repr(all_rows(session))
    assert secret in client.sign_on(world.member).get(PAGE).text
    assert secret not in client.sign_on(world.leader).get(PAGE).text


def test_an_address_outlives_a_change_of_keys(world, client, app, address, monkeypatch):
    path = address(world.member)
    monkeypatch.setitem(app.config, "SECRET_KEYS", ("n" * 64, *app.config["SECRET_KEYS"]))
    assert path in client.sign_on(world.member).get(PAGE).text and client.get(path).status_code == 200
    monkeypatch.setitem(app.config, "SECRET_KEYS", ("n" * 64,))
    page = client.get(PAGE).text
    assert "地址显示不出来" in page and "换一个地址" in page and client.get(path).status_code == 200


def test_a_feed_costs_the_same_however_much_there_is(world, client, session, address, statements):
    crew(session, "甲班", [world.member.id], under=unit(session, "plant", "炼铁厂", under=world.company.id).id)
    _nights(session, world.branch.id)
    path, spent = address(world.member), []
    for number in range(12):
        if number in (1, 11):
            with statements() as seen:
                assert len(events(client, path)) == 1
            spent.append(len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))]))
        call(session, world, days=number)
    assert spent[0] == spent[1] <= STATEMENTS


# --- nights -----------------------------------------------------------------------------------------------------------


def _nights(session, unit_id: int) -> None:
    """Let 甲班 of a unit work from 22:00 to 6:00 in the night from the 5th of March, every fourth day."""
    values = {"letters": "夜休休休", "hours": {"夜": ["22:00", "06:00"]}, "teams": [["甲班", 1, []]]}
    add(session, ShiftPattern, unit_id=unit_id, from_on=date(2026, 3, 5), **values)


@pytest.mark.parametrize(
    ("days", "hour", "rings"),
    [
        (0, "18:20", True),
        (0, "18:30", False),
        (0, "23:00", False),
        (1, "00:10", False),
        (1, "09:00", False),
        (1, "14:20", False),
        (1, "14:30", True),
        (2, "09:00", True),
    ],
)
def test_no_reminder_rings_in_the_night_shift_and_the_rest_around_it(
    world, client, session, address, days, hour, rings
):
    crew(session, "1号炉甲班", [world.member.id], under=unit(session, "plant", "炼铁厂", under=world.company.id).id)
    _nights(session, world.committee.id)
    call(session, world, days=days, hour=hour)
    assert bool(events(client, address(world.member))["党小组会"].walk("VALARM")) is rings
    assert events(client, address(world.probationer))["党小组会"].walk("VALARM")


# --- one meeting's file -----------------------------------------------------------------------------------------------


def test_one_meeting_is_a_file_to_take_along(world, client, session, noon):
    met = call(session, world, theme="a;b,c\\n")
    page = client.sign_on(world.member).get(f"/meetings/{met.id}").text
    path = f"/meetings/{met.id}/notice.ics"
    assert f'href="{path}" download' in page
    answer = client.get(path)
    (event,) = Calendar.from_ical(answer.data).events
    assert answer.headers["Content-Disposition"] == f'attachment; filename="meeting-{met.id}.ics"'
    sitting = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == met.id))
    assert event["uid"] == f"sitting-{sitting}@luhuo" and "a;b,c\\n" in event["description"]
    assert not event.walk("VALARM")
    assert client.sign_on(world.stranger).get(path).status_code == 404


def test_the_text_to_paste_follows_what_happened(world, client, session, noon):
    met = call(session, world, kinds=("theme_day", "party_lecture"), theme="学讲话")
    leader = client.sign_on(world.leader)

    def notice() -> str:
        return re.search(r'id="notice">(.*?)</pre>', leader.get(f"/meetings/{met.id}").text, re.DOTALL)[1]

    whole = f"{world.branch.name} · {world.group.name}\n主题党日、党课：学讲话\n"
    assert notice() == (
        f"【会议通知】{whole}时间：2026年3月6日 16:30（星期五）\n地点：会议室\n"
        "请相关同志准时参加，到会场扫码签到。来不了请在炉火里请假。"
    )
    leader.post(f"/meetings/{met.id}/agenda", data={"title": "学文件"})
    leader.post(f"/meetings/{met.id}/moving", data={"starts_at": "2026-03-08T09:00", "place": "食堂"})
    assert notice().startswith(f"【会议改期】{whole}时间：2026年3月8日 09:00（星期日）\n地点：食堂\n")
    assert notice().endswith("\n时间地点有改动，以这次为准。请相关同志准时参加，到会场扫码签到。来不了请在炉火里请假。")
    leader.post(f"/meetings/{met.id}/sittings", data={"starts_at": "2026-03-09T20:30", "place": "食堂"})
    assert "第1场：2026年3月8日 09:00（星期日），食堂\n第2场：2026年3月9日 20:30（星期一），食堂\n" in notice()
    assert "按班次选一场准时参加" in notice()
    leader.post(f"/meetings/{met.id}/cancellation", data={"reason": "检修"})
    assert notice() == (
        f"【会议取消】{whole}原定第1场：2026年3月8日 09:00（星期日），食堂\n"
        "原定第2场：2026年3月9日 20:30（星期一），食堂\n"
        "取消原因：检修\n会议取消了，不用来了。炉火里已经改好。"
    )
    assert 'id="notice"' not in client.sign_on(world.member).get(f"/meetings/{met.id}").text

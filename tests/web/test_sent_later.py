"""What was written or scanned without a network and sent later (补传): which moment counts, and who is shown both (B8).

A member's scan counts at the code's own time. A host's scan of an own code and a jotted activity have only the phone's
word, which is measured by the phone's clock at both ends and bounded by the meeting, and by thirty days.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity
from partygroup.attendance import codes
from partygroup.attendance.models import Door, DueEntry
from partygroup.clock import Quarter
from partygroup.db import transaction
from partygroup.people.models import Belonging
from partygroup.scores.checking import faults
from partygroup.scores.closing import close_quarter, hold_quarter
from tests.factories import gathering
from tests.web.conftest import met_of

FROM_US = {"Sec-Fetch-Site": "same-origin"}
Q1 = Quarter(2026, 1)


def words_of(written=None, sent=None) -> dict:
    """Return what a phone says of its own clock."""
    said = {"Written-At": written, "Sent-At": sent}
    return {name: moment.isoformat() for name, moment in said.items() if moment}


@pytest.fixture
def outbox(app, world):
    """Return a function by which somebody's phone sends what waited there."""

    def send(who: str, url: str, form: dict, **headers):
        actor = world.actors[who]
        given = {"Outbox": str(actor.id), "Idempotency-Key": "k" * 32} | FROM_US | headers
        return app.test_client().sign_on(actor).post(url, data=form, headers=given)

    return send


@pytest.fixture
def scan(outbox, opened, app, world):
    """Return a function by which the leader's phone sends a member's own code."""

    def send(who: str = "member", **headers):
        code = codes.personal_code(app.config["SECRET_KEYS"][0], world.actors[who].id)
        return outbox("leader", f"{opened.url}/scans", {"code": code}, **headers)

    return send


@pytest.fixture
def late(outbox):
    """Return a function by which a member's phone sends the meeting's code."""
    return lambda code, who="member", **headers: outbox(who, "/sign-ins", {"code": code}, **headers)


def closed_by_leader(app, opened, world) -> None:
    assert app.test_client().sign_on(world.leader).post(f"{opened.url}/closing").status_code == 303


# --- the phone's clock ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(hours=7), timedelta(days=-3000), timedelta(days=900)])
def test_a_clock_that_is_wrong_at_both_ends_tells_the_truth(scan, opened, session, at, wrong_by):
    seen = clock.now()
    now = at("2026-03-05 18:05")
    assert scan(**words_of(seen + wrong_by, now + wrong_by)).json["state"] == "stored"
    (mark,) = opened.marks(session)
    assert (mark.happened_at, mark.arrived_at, mark.door) == (seen, now, Door.SCAN_MEMBER)


@pytest.mark.parametrize("waited", [timedelta(hours=-5), timedelta(seconds=5), timedelta(days=40)])
def test_a_wait_that_is_not_believed_counts_as_now(scan, opened, session, at, waited):
    now = at("2026-03-05 17:05")
    assert scan(**words_of(now - waited, now)).json["state"] == "stored"
    (mark,) = opened.marks(session)
    assert mark.happened_at == mark.arrived_at == now


def test_before_the_opening_it_counts_as_the_opening(scan, opened, session, at):
    opening = clock.now()
    now = at("2026-03-05 17:05")
    assert scan(**words_of(now - timedelta(hours=3), now)).json["state"] == "stored"
    assert opened.marks(session)[0].happened_at == opening


def test_the_member_s_phone_is_not_asked_for_the_time(late, opened, session, at):
    code, seen = opened.code(), clock.now()
    now = at("2026-03-05 18:05")
    assert late(code, **words_of(now - timedelta(days=2), now)).json["state"] == "stored"
    assert opened.marks(session)[0].happened_at == clock.moment(codes.step_of(seen, 15) * 15)


@pytest.mark.parametrize(("waited", "kept"), [(timedelta(hours=9), True), (timedelta(days=31), False)])
def test_when_an_activity_was_written(outbox, world, session, at, waited, kept):
    now = at("2026-03-05 23:00")
    form = {"sort": "hazard", "text": "查隐患", "day": "2026-03-05", "unit": world.group.id, "people": world.leader.id}
    behind = timedelta(days=365)
    answer = outbox("leader", "/activities", form, **words_of(now - waited - behind, now - behind))
    assert answer.json["state"] == "stored"
    (row,) = session.scalars(sa.select(Activity)).all()
    assert (row.jotted_at, row.written_at) == (now, now - waited if kept else None)


# --- what happened to the meeting meanwhile ---------------------------------------------------------------------------


def test_after_closing_the_sheet_still_adds_up(late, scan, opened, app, world, session, at):
    code, seen = opened.code(), clock.now()
    at("2026-03-05 17:00")
    closed_by_leader(app, opened, world)
    leader = app.test_client().sign_on(world.leader)
    assert "应到 4 = 实到 0 + 请假 0 + 缺席 4" in leader.get(opened.url).text
    now = at("2026-03-07 09:00")
    assert late(code).json["state"] == "stored"
    assert scan("probationer", **words_of(seen, now)).json["state"] == "stored"
    page = leader.get(opened.url).text
    assert "应到 4 = 实到 2 + 请假 0 + 缺席 2" in page and page.count("3月7日 09:00 传到") == 2
    assert list(faults(session)) == []


def test_scanned_after_closing_it_comes_back(scan, opened, app, world, session, at):
    at("2026-03-05 17:00")
    closed_by_leader(app, opened, world)
    now = at("2026-03-05 19:00")
    answer = scan(**words_of(now - timedelta(hours=1), now))
    assert answer.json["state"] == "returned" and "请补签" in answer.json["words"] and opened.marks(session) == []


def test_after_a_week_the_host_decides(scan, opened, session, at):
    seen, now = clock.now(), at("2026-03-13 09:00")
    answer = scan(**words_of(seen, now))
    assert answer.json["state"] == "returned" and "过了 7 天" in answer.json["words"]


@pytest.fixture
def at_the_edge(app, session, world, at):
    """Return a meeting of the last day of a quarter that was held and closed, with its code and when it was seen."""
    seen = at("2026-03-31 16:20")
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-03-31 16:30"))
    met = met_of(app, session, row)
    assert app.test_client().sign_on(world.leader).post(f"{met.url}/opening").status_code == 303
    met.seen, met.wall = seen, met.code()
    at("2026-03-31 17:30")
    closed_by_leader(app, met, world)
    return met


def close_q1(session, world) -> None:
    with transaction(session):
        hold_quarter(session, world.branch.id, Q1)
        close_quarter(session, world.branch.id, Q1, by=world.secretary.id, at=clock.now())


def test_when_the_quarter_is_closed_it_comes_back_with_the_sentence(at_the_edge, late, outbox, app, world, session, at):
    at("2026-04-05 12:00")
    close_q1(session, world)
    now = at("2026-04-05 18:00")
    code = codes.personal_code(app.config["SECRET_KEYS"][0], world.probationer.id)
    scans = f"{at_the_edge.url}/scans"
    for answer in (late(at_the_edge.wall), outbox("leader", scans, {"code": code}, **words_of(at_the_edge.seen, now))):
        assert answer.json["state"] == "returned" and "已经结账" in answer.json["words"]
    assert at_the_edge.marks(session) == [] and list(faults(session)) == []


def test_what_arrived_before_the_closing_of_the_quarter_counts_in_it(at_the_edge, late, world, session, at):
    at("2026-04-03 09:00")
    assert late(at_the_edge.wall).json["state"] == "stored"
    at("2026-04-05 12:00")
    close_q1(session, world)
    assert late(at_the_edge.wall).json["state"] == "stored"  # sent again: it stands already
    assert len(at_the_edge.marks(session)) == 1 and list(faults(session)) == []


def test_a_cancelled_meeting_says_so(late, met, app, world, session, at):
    code = met.code()
    app.test_client().sign_on(world.leader).post(f"{met.url}/cancellation", data={"reason": "设备抢修"})
    at("2026-03-05 18:00")
    answer = late(code)
    assert answer.json["state"] == "returned" and "已经取消" in answer.json["words"] and met.marks(session) == []


def test_before_the_opening_it_comes_back_and_may_be_sent_again(late, met, app, world, session, at):
    code = met.code()
    at("2026-03-05 16:25")
    assert "还没有开始" in late(code).json["words"]
    app.test_client().sign_on(world.leader).post(f"{met.url}/opening")
    at("2026-03-05 16:40")
    assert late(code).json["state"] == "stored"
    assert met.marks(session)[0].happened_at == clock.beijing("2026-03-05 16:25")


def test_who_was_moved_to_another_group_meanwhile_stands_in_the_frozen_list(late, opened, world, session, at):
    code = opened.code()
    moved = sa.update(Belonging).where(Belonging.person_id == world.member.id)
    session.execute(moved.values(group_id=world.neighbour.group_id))
    session.commit()
    at("2026-03-06 09:00")
    assert late(code).json["state"] == "stored" and len(opened.marks(session)) == 1
    entry = session.scalar(sa.select(DueEntry).where(DueEntry.person_id == world.member.id))
    assert entry.group_id == world.group.id


# --- both times are shown ---------------------------------------------------------------------------------------------


def test_the_host_is_shown_both_times_and_the_flag(late, scan, opened, app, world, at):
    code, seen = opened.code(), clock.now()
    now = at("2026-03-05 18:05")
    late(code)
    scan("probationer", **words_of(seen, now))
    leader = app.test_client().sign_on(world.leader)
    board = leader.get(f"{opened.url}/sign-ins").text
    assert "补传：没有网络时扫的，后来传到" in board
    assert board.count('<span class="tiny">补传') == 2
    for who in (world.member, world.probationer):
        page = leader.get(f"{opened.url}/people/{who.id}").text
        assert "扫码 今天 16:20 · 传到 今天 18:05" in page


def test_what_came_at_once_carries_no_flag(scan, opened, app, world):
    scan()
    board = app.test_client().sign_on(world.leader).get(f"{opened.url}/sign-ins").text
    assert "补传" not in board


def test_the_member_is_shown_both_times(late, opened, app, world, at):
    code = opened.code()
    at("2026-03-06 09:00")
    late(code)
    member = app.test_client().sign_on(world.member)
    assert "16:20 扫码，3月6日 09:00 传到" in member.get(f"{opened.url}/receipt").text
    assert "您 16:20 签到，补传，3月6日 09:00 传到。" in member.get(opened.url).text
    closed_by_leader(app, opened, world)
    assert "16:20 补传，3月6日 09:00 传到" in member.get("/me/attendance").text


def test_an_activity_shows_when_it_was_written_and_when_it_came(outbox, world, app, at):
    now = at("2026-03-05 16:00")
    form = {"sort": "hazard", "text": "查隐患", "day": "2026-03-05", "unit": world.group.id, "people": world.leader.id}
    there = outbox("leader", "/activities", form, **words_of(now - timedelta(hours=5), now)).json["to"]
    assert "写于 今天 11:00 · 收到 今天 16:00" in app.test_client().sign_on(world.leader).get(there).text

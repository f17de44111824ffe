"""`flask deliver`: what is queued with a change is said once, by day, again after a failure, given up after a day."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import ProxyHandler, build_opener

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import transaction
from partygroup.meetings import actions, queries
from partygroup.org.models import Placement
from partygroup.robots import actions as robots
from partygroup.robots import posting
from partygroup.robots.models import News, RobotMessage
from partygroup.robots.queries import all_waiting
from partygroup.robots.rules import NO_ANSWER, OVER, SORTS
from tests.rooms.test_closing import at_once
from tests.rules.test_robots import KEY, WECOM

OK = (200, b'{"errcode":0,"errmsg":"ok"}')


@dataclass
class Chat:
    """A throw-away server in the place of a chat app: what came, and what it answers (None: it hangs up)."""

    address: str = ""
    answer: tuple[int, bytes] | None = OK
    came: list = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"]["content"] for _path, body in self.came]


def _handler(chat: Chat):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 – the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            chat.came.append((self.path, body))
            if chat.answer is None:
                self.connection.close()
                return
            status, said = chat.answer
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_rest):
            """Say nothing."""

    return Handler


@pytest.fixture
def chat(monkeypatch):
    chat = Chat()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(chat))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    chat.address = f"http://127.0.0.1:{server.server_port}/send?key="
    monkeypatch.setitem(SORTS, "wecom", replace(SORTS["wecom"], begins=chat.address))
    monkeypatch.setattr(posting, "_OPENER", build_opener(ProxyHandler({}), posting._NoRedirect))
    yield chat
    server.shutdown()
    server.server_close()


@pytest.fixture
def robot(session, world, at, monkeypatch):
    """Give the branch a robot at noon; its address is real, what is asked is the throw-away server."""
    now = at("2026-03-05 12:00")
    with monkeypatch.context() as real:
        real.setitem(SORTS, "wecom", replace(SORTS["wecom"], begins=WECOM.removesuffix(KEY)))
        with transaction(session):
            robots.set_robot(session, world.branch.id, address=WECOM, by=world.secretary.id, at=now)


def deliver(app) -> str:
    answer = app.test_cli_runner().invoke(args=["deliver"])
    assert answer.exit_code == 0, answer.output
    return answer.output.strip().splitlines()[-1]


def said(sent=0, failed=0, dropped=0) -> str:
    return f"{sent} messages sent, {failed} to be tried again, {dropped} dropped"


def call(session, world, *, kind="group_meeting", unit=None, kind_of="party_group", circle="group", hours=26):
    at = clock.now()
    kinds = [one for one in queries.kinds_in_force(session) if one.code == kind]
    with transaction(session):
        return actions.call_meeting(
            session, unit_id=(unit or world.group).id, unit_kind=kind_of, circle=circle, kinds=kinds,
            starts_at=at + timedelta(hours=hours), place="会议室", theme="学讲话", by=world.leader.id, at=at,
        )  # fmt: skip


def rows(session) -> list[RobotMessage]:
    session.expire_all()
    return list(session.scalars(sa.select(RobotMessage).order_by(RobotMessage.id)))


def test_a_call_is_said_once(app, session, world, chat, robot):
    call(session, world)
    assert chat.came == []
    assert deliver(app) == said(sent=1)
    assert deliver(app) == said()
    ((asked, _body),) = chat.came
    assert asked == f"/send?key={KEY}"
    assert chat.texts[0].startswith(f"【会议通知】{world.branch.name} · {world.group.name}\n党小组会：学讲话\n时间：")
    assert "炉火" in chat.texts[0] and world.member.name not in chat.texts[0]
    assert rows(session)[0].sent_at is not None


def test_moving_and_cancelling_are_said_too(app, session, world, chat, robot):
    met, now = call(session, world), clock.now()
    deliver(app)
    with transaction(session):
        actions.reschedule(session, met, starts_at=now + timedelta(hours=50), place="食堂", by=world.leader.id, at=now)
    deliver(app)
    with transaction(session):
        actions.add_sitting(session, met, starts_at=now + timedelta(hours=52), place="食堂", by=world.leader.id, at=now)
    deliver(app)
    with transaction(session):
        actions.cancel(session, met, reason="检修", by=world.leader.id, at=now)
        actions.cancel(session, met, reason="检修", by=world.leader.id, at=now)
    deliver(app)
    assert [text[1:5] for text in chat.texts] == ["会议通知", "会议改期", "会议加场", "会议取消"]
    assert "以这次为准" in chat.texts[1] and "加了一场" in chat.texts[2] and "取消原因：检修" in chat.texts[3]


def test_of_what_waits_only_the_last_is_said(app, session, world, chat, robot):
    met, now = call(session, world), clock.now()
    with transaction(session):
        actions.reschedule(session, met, starts_at=now + timedelta(hours=50), place="食堂", by=world.leader.id, at=now)
        actions.cancel(session, met, reason="检修", by=world.leader.id, at=now)
    assert deliver(app) == said(sent=1, dropped=2)
    assert [text[1:5] for text in chat.texts] == ["会议取消"]


def test_the_night_is_quiet(app, session, world, chat, robot, at):
    at("2026-03-05 22:30")
    call(session, world)
    for time in ("2026-03-05 22:30", "2026-03-06 00:10", "2026-03-06 06:59"):
        at(time)
        assert deliver(app) == said()
    at("2026-03-06 07:00")
    assert deliver(app) == said(sent=1) and len(chat.came) == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((200, b'{"errcode":93000,"errmsg":"no"}'), "对方没有收，代码 93000"),
        ((503, b""), "对方回了 503"),
        ((302, b""), "对方回了 302"),
        (None, NO_ANSWER),
    ],
)
def test_a_failure_is_tried_again_after_growing_pauses_and_given_up_after_a_day(
    app, session, world, chat, robot, at, answer, fault
):
    chat.answer = answer
    call(session, world, hours=72)
    tries = {"12:00": 1, "12:04": 1, "12:05": 2, "12:14": 2, "12:15": 3, "12:35": 4}
    for time, count in tries.items():
        at(f"2026-03-05 {time}")
        deliver(app)
        assert len(chat.came) == count, time
    (row,) = rows(session)
    assert (row.tries, row.fault, row.sent_at, row.dropped_at) == (4, fault, None, None)
    at("2026-03-06 12:01")
    assert deliver(app) == said(dropped=1)
    (row,) = rows(session)
    assert row.fault == fault and row.dropped_at is not None and len(chat.came) == 4
    assert all(asked.startswith("/send?") for asked, _body in chat.came)


def test_a_lost_answer_is_said_again(app, session, world, chat, robot, at):
    chat.answer = None
    call(session, world)
    assert deliver(app) == said(failed=1)
    chat.answer = OK
    at("2026-03-05 12:05")
    assert deliver(app) == said(sent=1)
    assert len(chat.came) == 2 and chat.texts[0] == chat.texts[1]


def test_a_robot_that_fails_holds_up_nobody(app, session, world, chat, robot):
    with transaction(session):
        for _ in range(3):
            robots.queue_test(session, world.branch.id, by=world.secretary.id, at=clock.now())
    chat.answer = (500, b"")
    assert deliver(app) == said(failed=1) and len(chat.came) == 1


def test_what_has_begun_is_not_announced(app, session, world, chat, robot, at):
    call(session, world, hours=1)
    at("2026-03-05 13:00")
    assert deliver(app) == said(dropped=1) and chat.came == []
    assert rows(session)[0].fault == OVER


def test_a_meeting_of_a_unit_that_is_gone_holds_up_nobody(app, session, world, chat, robot):
    call(session, world)
    session.execute(sa.update(Placement).where(Placement.unit_id == world.group.id).values(until_on=clock.today()))
    with transaction(session):
        robots.queue_test(session, world.branch.id, by=world.secretary.id, at=clock.now())
    assert deliver(app) == said(sent=1, dropped=1) and chat.texts[0].startswith("【试发】")


def test_nothing_is_queued_for_what_stays_inside_or_lies_behind(session, world, robot):
    call(session, world, kind="committee_meeting", unit=world.branch, kind_of="branch", circle="committee")
    call(session, world, hours=-1)
    call(session, world, unit=world.foreign_group)
    call(session, world, kind="committee_meeting", unit=world.committee, kind_of="unit_committee", circle="committee")
    assert rows(session) == []
    with transaction(session):
        robots.set_robot(session, world.committee.id, address=WECOM, by=world.unit_officer.id, at=clock.now())
    call(session, world, kind="committee_meeting", unit=world.committee, kind_of="unit_committee", circle="committee")
    call(session, world, kind="member_meeting", unit=world.branch, kind_of="branch", circle="members")
    assert len(rows(session)) == 2


def test_what_is_rolled_back_was_never_queued(session, world, robot):
    kinds = [one for one in queries.kinds_in_force(session) if one.code == "group_meeting"]
    at = clock.now()
    with pytest.raises(ZeroDivisionError), transaction(session):
        actions.call_meeting(
            session, unit_id=world.group.id, unit_kind="party_group", circle="group", kinds=kinds,
            starts_at=at + timedelta(hours=2), place="会议室", by=world.leader.id, at=at,
        )  # fmt: skip
        raise ZeroDivisionError
    assert rows(session) == []


def test_two_runs_at_once_claim_a_message_once(session, world, robot):
    call(session, world)
    (one,) = all_waiting(session)
    with transaction(session):
        assert [robots.claim(session, one, at=clock.now()) for _run in range(2)] == [True, False]


def test_the_key_is_in_no_output_and_no_log(app, session, world, chat, robot, caplog):
    chat.answer = (500, KEY.encode())
    call(session, world)
    answer = app.test_cli_runner().invoke(args=["deliver"])
    told = answer.output + " ".join(record.getMessage() for record in caplog.records)
    assert "对方回了 500" in told and KEY not in told


@pytest.mark.postgres
def test_a_robot_removed_meanwhile_keeps_nobody_from_calling(app, session, world, robot):
    """On PostgreSQL the message of a call may come while the robot goes: neither of the two fails for it."""
    gathering_id, at = call(session, world).id, clock.now()
    told = {"unit_id": world.group.id, "circle": "group", "at": at}

    def remove(own) -> bool:
        robots.remove_robot(own, world.branch.id, by=world.secretary.id, at=at)
        return True

    def queue(own) -> bool:
        robots.queue(own, gathering_id, News.CALLED, **told)
        own.flush()
        return True

    for _ in range(10):
        assert at_once(app, queue, remove, queue, queue) == [True] * 4
        assert rows(session) == []
        with transaction(session):
            robots.set_robot(session, world.branch.id, address=WECOM, by=world.secretary.id, at=at)

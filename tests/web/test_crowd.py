"""A crowd at once, against the really served app: every mark once, every answer a normal one, on both databases."""

from __future__ import annotations

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import Counting, DueEntry, Mark
from partygroup.attendance.roll import get_roll
from partygroup.db import AuditRow, db
from partygroup.meetings.models import Gathering
from partygroup.meetings.queries import describe
from tests.crowds import enlist, give_logins, secret_of
from tests.factories import gathering
from tests.web.conftest import AT, START, met_of

PHONES, TIMES, HANDS = 300, 3, 40


@dataclass
class Phone:
    """A browser with its cookies, as small as it can be: many of them ask at once."""

    server: str
    cookies: dict[str, str]

    def ask(self, method: str, path: str, **form):
        """Return (status, address to go on to, text)."""
        place = urlsplit(self.server)
        line = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            line.request(method, path, urlencode(form, doseq=True) if method == "POST" else None, headers)
            answer = line.getresponse()
            self._keep(answer)
            return answer.status, answer.headers.get("Location"), answer.read().decode()
        finally:
            line.close()

    def _keep(self, answer) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value


def at_once(acts, hands: int = HANDS) -> list:
    """Return what the acts return, carried out by that many threads that begin together."""
    together = Barrier(hands)
    with ThreadPoolExecutor(hands, initializer=together.wait) as pool:
        return list(pool.map(lambda act: act(), acts))


def together(*acts) -> list:
    """Return what a few acts return that are let go in the same moment."""
    gate = Barrier(len(acts))

    def let_go(act):
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(let_go, acts))


@pytest.fixture
def phone_of(live_server):
    """Return a function that makes the phone of somebody who is logged in."""
    return lambda person_id: Phone(live_server, {"sid": secret_of(person_id)})


@pytest.fixture
def crowd(app, live_server, world, backstage, at) -> list[int]:
    """Return the ids of 300 logged-in people of the leader's group, where leader and neighbours are logged in too."""
    at(AT)
    with backstage() as session:
        ids = enlist(session, world.group, PHONES)
        give_logins(session, [actor.id for actor in world.actors.values()])
    return ids


@pytest.fixture
def hall(app, crowd, world, backstage, phone_of):
    """Return the crowd's meeting, sign-in begun by the leader."""
    with backstage() as session:
        met = met_of(app, session, gathering(session, world.group.id, by=world.leader.id,
                                             starts_at=clock.beijing(START)))  # fmt: skip
    assert phone_of(world.leader.id).ask("POST", f"{met.url}/opening")[0] == 303
    return met


def roll_now(backstage, met):
    with backstage() as session:
        found = describe(session, met.id)
        return get_roll(session, found.gathering)


def adds_up(roll) -> bool:
    return len(roll.due) == len(roll.present) + len(roll.on_leave) + len(roll.missing)


def test_300_phones_post_the_same_code_three_times_each(hall, crowd, phone_of, backstage):
    phones = [phone_of(one) for one in crowd]
    scans = at_once([lambda phone=phone: phone.ask("GET", hall.code()) for phone in phones])
    assert Counter(status for status, _, _ in scans) == {200: PHONES}
    sent = at_once([lambda phone=phone: phone.ask("POST", f"{hall.url}/sign-ins") for phone in phones * TIMES])
    assert Counter((status, there) for status, there, _ in sent) == {(303, f"{hall.url}/receipt"): PHONES * TIMES}
    with backstage() as session:
        marks = session.scalars(sa.select(Mark.person_id).where(Mark.gathering_id == hall.id)).all()
        witnesses = sa.select(AuditRow.person_id).where(AuditRow.action == "attendance.mark.make")
        assert sorted(marks) == sorted(crowd) == sorted(session.scalars(witnesses))
    roll = roll_now(backstage, hall)
    assert adds_up(roll) and len(roll.present) == PHONES


def test_two_recorders_tick_and_undo_the_same_person(hall, world, crowd, phone_of, backstage):
    recorders = [phone_of(world.leader.id), phone_of(world.secretary.id)]
    seat = f"{hall.url}/people/{crowd[0]}"
    for _ in range(6):
        ticked = together(*(lambda r=r: r.ask("POST", f"{hall.url}/ticks", people=crowd[0]) for r in recorders))
        assert [status for status, _, _ in ticked] == [303, 303]
        undone = together(*(lambda r=r: r.ask("POST", f"{seat}/undoing", reason="认错了人") for r in recorders))
        assert {status for status, _, _ in undone} <= {303, 422} and 303 in [status for status, _, _ in undone]
    with backstage() as session:
        marks = session.scalars(sa.select(Mark).where(Mark.person_id == crowd[0])).all()
        told = Counter(session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == crowd[0])))
        assert len(marks) == 6 and all(mark.undone_at for mark in marks)
        assert (told["attendance.mark.make"], told["attendance.mark.undo"]) == (6, 6)


def test_one_recorder_ticks_while_the_other_undoes(hall, world, crowd, phone_of, backstage):
    leader, secretary = phone_of(world.leader.id), phone_of(world.secretary.id)
    seat = f"{hall.url}/people/{crowd[0]}"
    for _ in range(6):
        both = together(
            lambda: leader.ask("POST", f"{hall.url}/ticks", people=crowd[0]),
            lambda: secretary.ask("POST", f"{seat}/undoing", reason="认错了人"),
        )
        assert both[0][0] == 303 and both[1][0] in (303, 422)
    with backstage() as session:
        marks = session.scalars(sa.select(Mark).where(Mark.person_id == crowd[0]).order_by(Mark.id)).all()
        told = Counter(session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == crowd[0])))
        assert told["attendance.mark.make"] == len(marks)
        assert told["attendance.mark.undo"] == sum(mark.undone_at is not None for mark in marks)
        assert all(mark.undone_at for mark in marks[:-1])
    assert adds_up(roll_now(backstage, hall))


def test_closing_while_people_sign(hall, world, crowd, phone_of, backstage):
    late = [phone_of(one) for one in crowd[:90]]
    for phone in late:
        assert phone.ask("GET", hall.code())[0] == 200
    acts = [lambda phone=phone: phone.ask("POST", f"{hall.url}/sign-ins") for phone in late]
    acts.insert(45, lambda: phone_of(world.leader.id).ask("POST", f"{hall.url}/closing"))
    sent = at_once(acts)
    assert sent.pop(45)[:2] == (303, hall.url)
    assert {status for status, _, _ in sent} <= {303, 422}, Counter(status for status, _, _ in sent)
    assert all("签到已经结束" in text for status, _, text in sent if status == 422)
    counted = {one for one, (status, _, _) in zip(crowd, sent, strict=False) if status == 303}
    roll = roll_now(backstage, hall)
    assert {row.person_id for row in roll.present} == counted and adds_up(roll)
    with backstage() as session:
        due = sa.select(sa.func.count()).where(DueEntry.gathering_id == hall.id, DueEntry.counting == Counting.DUE)
        assert len(roll.due) == session.scalar(due) == PHONES + 4


def test_two_leaders_open_and_close_the_same_meeting(app, crowd, world, backstage, phone_of):
    with backstage() as session:
        met = met_of(app, session, gathering(session, world.group.id, by=world.leader.id,
                                             starts_at=clock.beijing(START)))  # fmt: skip
    both = [phone_of(world.leader.id), phone_of(world.secretary.id)]
    for act in ("opening", "closing"):
        sent = together(*(lambda r=r, act=act: r.ask("POST", f"{met.url}/{act}") for r in both))
        assert [status for status, _, _ in sent] == [303, 303]
    with backstage() as session:
        told = Counter(session.scalars(sa.select(AuditRow.action).where(AuditRow.subject_type == "gathering")))
        assert (told["meeting.signin.open"], told["meeting.close"]) == (1, 1)
        assert session.scalar(sa.select(sa.func.count()).select_from(DueEntry)) == PHONES + 4


def test_two_officers_call_and_one_of_them_taps_three_times(crowd, world, phone_of, backstage):
    typed = {"unit": world.branch.id, "kinds": "member_meeting", "starts_at": "2026-03-06T16:30", "place": "会议室"}
    taps = [(world.secretary.id, "a" * 32)] * 3 + [(world.deputy.id, "b" * 32)]
    calls = (partial(phone_of(who).ask, "POST", "/meetings", key=key, **typed) for who, key in taps)
    sent = together(*calls)
    assert [status for status, _, _ in sent] == [303] * 4
    assert len({there for _, there, _ in sent[:3]}) == 1
    with backstage() as session:
        called = session.scalars(sa.select(Gathering.called_by)).all()
    assert sorted(called) == sorted((world.secretary.id, world.deputy.id))


def test_who_waits_too_long_is_told_so_and_nothing_is_lost(hall, world, crowd, phone_of, app, monkeypatch):
    if str(app.config["SETTINGS"].database_url).startswith("postgresql"):
        pytest.skip("PostgreSQL lets writers in side by side")
    monkeypatch.setattr(import_module("partygroup.db"), "SECONDS_IN_QUEUE", 0.05)
    phone = phone_of(crowd[0])
    phone.ask("GET", hall.code())
    with app.app_context(), db.engine.begin() as slow:
        slow.execute(sa.select(1))
        assert phone.ask("POST", f"{hall.url}/sign-ins")[0] == 503
    assert phone.ask("POST", f"{hall.url}/sign-ins")[0] == 303

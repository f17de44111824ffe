"""The host scans sixty members' own codes in one run, repeats and strangers among them, also without a network (B8)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.actions import open_sign_in, tick_present
from partygroup.attendance.models import Door, Mark
from partygroup.attendance.queries import get_desk
from partygroup.meetings.queries import describe
from tests.browser.films import code_picture, photo_of, seen_by_hand
from tests.browser.phones import Phone, wait_until
from tests.browser.servers import Server
from tests.browser.test_outbox import WORKER_STANDS
from tests.crowds import enlist
from tests.factories import gathering

BASE, MANY = "HTTPS://LUHUO.EXAMPLE", 60
PER_SECOND, LONG = 6, 90  # frames of the film, two for each code; seconds to wait for the slowest machine
#: Notes all that the scanner says, in the page.
LISTEN = """
  const said = (globalThis.said = new Set()), status = document.querySelector("[data-scanner] [role=status]");
  new MutationObserver(() => said.add(status.textContent)).observe(status, { childList: true, subtree: true });
"""
ROWS = """[...document.querySelectorAll('[data-scan-list] li')].map((row) =>
  [...row.children].map((one) => one.textContent))"""
SCANNER = "document.querySelector('[data-scanner]').dataset"
STATES = "[...document.querySelectorAll('[data-outbox-list] [data-state]')].map((one) => one.textContent)"


class Queue:
    """Sixty members before the host's phone, and who else holds a code into its camera."""

    def __init__(self, app, world, backstage):
        self.world, self.backstage, self.key = world, backstage, app.config["SECRET_KEYS"][0]
        with backstage() as session:
            self.members = enlist(session, world.group, MANY)
            made = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.now())
            self.id = made.id
            open_sign_in(session, describe(session, made.id).gathering, by=world.leader.id, at=clock.now())
            desk = get_desk(session, gathering_id=self.id, person_id=world.member.id, at=clock.now())
            tick_present(session, desk, person_id=world.member.id, by=world.leader.id, at=clock.now(), note="手机没电")

    def own(self, person_id: int) -> str:
        return f"{BASE}/P/{codes.personal_code(self.key, person_id)}"

    def codes(self) -> list[str]:
        """Return what is shown one after another: everybody's code; each tenth again, twenty later; foreign ones."""
        shown = [self.own(one) for one in self.members]
        for number in range(20, MANY, 10):
            shown.insert(number + number // 10, self.own(self.members[number - 20]))
        forged = self.own(self.world.probationer.id)[:-4] + "AAAA"
        others = {15: self.own(self.world.neighbour.id), 25: forged, 35: "https://menu.example/t/17",
                  45: self.own(self.world.member.id)}  # fmt: skip
        for number, text in others.items():
            shown.insert(number, text)
        return shown

    def film(self) -> list:
        """Return two frames of each code: as it is held under the lamp, and turned out of its glare."""
        return [seen_by_hand(code_picture(text), number, is_lit=is_lit) for number, text in enumerate(self.codes())
                for is_lit in (True, False)]  # fmt: skip

    def marks(self) -> list[Mark]:
        with self.backstage() as session:
            marks = session.scalars(sa.select(Mark).where(Mark.gathering_id == self.id)).all()
            session.expunge_all()
            return [one for one in marks if one.person_id != self.world.member.id]


@pytest.fixture
def queue(app, world, backstage) -> Queue:
    return Queue(app, world, backstage)


def at_scanner(queue: Queue, phone: Phone) -> Phone:
    """Return the host's phone at the scanner of members' codes."""
    phone.sign_on(queue.backstage, queue.world.leader.id).open(f"/meetings/{queue.id}/scanning").page.evaluate(LISTEN)
    return phone


@pytest.fixture
def host(queue, camera_phone) -> Phone:
    """The host's phone, whose camera sees the queue pass by."""
    return at_scanner(queue, camera_phone(queue.film(), per_second=PER_SECOND))


def run(host: Phone, is_over: str) -> Phone:
    """Open the camera and wait until all have passed before it."""
    wait_until(host.tap("打开相机").page, is_over, seconds=LONG)
    return host


def rows_of(phone: Phone) -> dict[str, str]:
    """Return the list on the screen: by name, what became of it; no name stands there twice."""
    rows = phone.page.evaluate(ROWS)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def names_of(queue: Queue) -> list[str]:
    return [f"余小{number}" for number in range(MANY)]


def everybody_is_marked_once(queue: Queue) -> None:
    marks = queue.marks()
    assert Counter(one.person_id for one in marks) == dict.fromkeys(queue.members, 1)
    assert {(one.door, one.by_id) for one in marks} == {(Door.SCAN_MEMBER, queue.world.leader.id)}


def test_sixty_members_in_one_run(queue, host):
    run(host, f"{ROWS}.length === {MANY + 3} && [...said].filter((one) => one.endsWith('已经签过了')).length >= 5")
    host.until(f"{ROWS}.every(([, words]) => words && !words.includes('存'))")
    host.sees(f"已扫 {MANY + 1} 人").tap("停下")
    everybody_is_marked_once(queue)
    world, rows = queue.world, rows_of(host)
    said = host.page.evaluate("[...said]")
    assert {rows[name] for name in names_of(queue)} <= {"签到了。", "已经签过了。"}
    assert rows[world.member.name] == "已经签过了" and f"{world.member.name}已经签过了" in said
    assert {f"{name}已经签过了" for name in names_of(queue)[:40:10]} <= set(said)
    assert f"{world.neighbour.name}不在应到名单里" in rows["名单外的人"]
    assert "不是本人码，没有签到" in rows[world.probationer.name]
    assert any("这不是本人码。请让本人打开“我的 · 本人码”" in one for one in said)


def test_on_a_line_that_hangs_and_breaks_all_wait_and_are_judged_later(queue, host, monkeypatch):
    scans = f"**/meetings/{queue.id}/scans"
    held = []
    host.page.route(scans, lambda route: route.abort() if held else held.append(route))
    run(host, f"{ROWS}.length === {MANY + 3}").tap("停下")
    rows = rows_of(host)
    assert queue.marks() == [] and all("存在手机里" in rows[name] for name in names_of(queue))
    later = clock.now() + timedelta(minutes=30)
    host.page.clock.set_system_time(later)
    held[0].abort()  # what hung is lost, too
    monkeypatch.setattr(clock, "now", lambda: later)
    host.page.unroute(scans)
    host.open("/outbox").sees("不在应到名单里", "这不是本人码")
    host.until(f"{STATES}.filter((state) => state === '退回').length === 2 && !{STATES}.includes('待发')")
    host.noise.clear()  # of the line that broke, which is told of when it likes
    everybody_is_marked_once(queue)
    assert all(one.arrived_at - one.happened_at > timedelta(minutes=20) for one in queue.marks())


def test_the_scanner_opens_where_there_is_no_network(queue, camera_phone, app):
    server = Server(app)
    film = [seen_by_hand(code_picture(queue.own(one)), one) for one in queue.members[:3] for _again in range(2)]
    phone = camera_phone(film, workers="allow", home=f"http://127.0.0.1:{server.port}")
    phone.sign_on(queue.backstage, queue.world.leader.id).open("/").until(WORKER_STANDS)
    phone.open("/scan").tap("打开相机扫码").sees("这是本人码")  # once opened, the scanner stays on the phone
    at_scanner(queue, phone).until(f"caches.match({SCANNER}.wasm).then(Boolean)")
    server.stop()
    at_scanner(queue, phone).tap("打开相机").sees("已扫 3 人", "存在手机里").tap("停下")
    assert queue.marks() == []
    server.start()
    phone.open("/outbox").sees("都交上去了")
    assert sorted(one.person_id for one in queue.marks()) == queue.members[:3]
    server.stop()
    phone.noise.clear()


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_phone_that_keeps_nothing_sends_at_once_or_says_so(queue, new_phone, is_cut_off):
    phone = new_phone()
    phone.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    if is_cut_off:
        phone.page.route("**/scans", lambda route: route.abort())
    photo = at_scanner(queue, phone).page.get_by_label("拍一张照片认")
    photo.set_input_files(photo_of(seen_by_hand(code_picture(queue.own(queue.members[0])))))
    phone.sees("这部手机存不下，没有签到，请按名单补签" if is_cut_off else "签到了。")
    assert [one.person_id for one in queue.marks()] == ([] if is_cut_off else queue.members[:1])
    phone.noise.clear()

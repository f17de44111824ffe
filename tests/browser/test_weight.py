"""What a visit weighs on the wire, counted by the server: page, style, script, icon, manifest, and the worker beside.

Weighed are head and body of every answer as the app itself compresses it (brotli, for which browsers ask over HTTPS and
on this machine), whoever asks: the page, the browser that judges whether it can be installed, the worker.
"""

from __future__ import annotations

import json

import pytest
import qrcode
import sqlalchemy as sa
from playwright.sync_api import expect
from werkzeug.test import Client

from partygroup import clock
from partygroup.attendance import codes
from partygroup.db import db, transaction
from partygroup.demo.cast import LEADER_NO
from partygroup.meetings.models import Gathering, Sitting
from partygroup.people.logins import begin_login
from partygroup.people.models import Person
from partygroup.web.assets import DIST, asset
from tests.browser.phones import wait_until

FIRST, REQUESTS, LATER, SCRIPTS = 60 * 1024, 6, 6 * 1024, 30 * 1024
HALF_A_MINUTE = 30_000
MEMBER_NO, SECRETARY_NO = "100001", "100005"
WORKER_STANDS = "navigator.serviceWorker.ready.then(() => caches.match('/offline')).then(Boolean)"
#: What a member, a leader and a secretary open on most days; `{met}` is the leader's next meeting.
DAILY = {
    MEMBER_NO: ("/", "/scan", "/meetings/{met}/sign-in", "/me/points", "/activities", "/declarations/new", "/me"),
    LEADER_NO: ("/", "/meetings/{met}", "/meetings/{met}/sign-ins", "/meetings/new", "/activities/new", "/inbox"),
    SECRETARY_NO: ("/", "/meetings", "/activities/new", "/inbox", "/me/points"),
}  # fmt: skip


class Scales:
    """Weighs what the server sends: path → bytes of head and body, and how often it was asked."""

    def __init__(self, app, monkeypatch):
        self.sent, self.asked, self.inner = {}, 0, app.wsgi_app
        monkeypatch.setattr(app, "wsgi_app", self._weigh)

    def _weigh(self, environ, start_response):
        heads = []

        def note(status, headers, *rest):
            heads.append(len(status) + sum(len(name) + len(value) + 4 for name, value in headers))
            return start_response(status, headers, *rest)

        answer = self.inner(environ, note)
        parts = list(answer)
        getattr(answer, "close", lambda: None)()
        path = environ["PATH_INFO"]
        self.sent[path] = self.sent.get(path, 0) + heads[0] + sum(map(len, parts))
        self.asked += 1
        return parts

    def clear(self) -> None:
        self.sent.clear()
        self.asked = 0

    @property
    def total(self) -> int:
        return sum(self.sent.values())

    @property
    def of_scanner(self) -> set[str]:
        return {asset("scan.js"), asset("zxing.wasm")} & self.sent.keys()


@pytest.fixture
def scales(app, monkeypatch) -> Scales:
    return Scales(app, monkeypatch)


class Town:
    """The demo company: logins by staff number, and the leader's next meeting, open for signing in."""

    def __init__(self, app, session):
        people = dict(session.execute(sa.select(Person.staff_no, Person.id)).all())
        now = clock.now()
        self.secrets = {
            staff_no: begin_login(session, people[staff_no], device="手机", at=now, office=True) for staff_no in DAILY
        }
        called = sa.select(Gathering.id, Sitting.id).join(Sitting, Sitting.gathering_id == Gathering.id)
        next_one = called.where(Gathering.called_by == people[LEADER_NO], Gathering.day >= clock.today())
        self.met, self.sitting = session.execute(next_one.order_by(Gathering.day)).first()
        self.settings = app.config["SETTINGS"]

    def scanned(self) -> str:
        """Return the address in the code on the wall."""
        step = codes.step_of(clock.now(), self.settings.step_seconds)
        return f"/q/{codes.code_at(self.settings.secret_keys[0], self.met, self.sitting, step)}"

    def cookies(self, staff_no: str, home: str) -> list[dict]:
        return [{"name": "sid", "value": self.secrets[staff_no], "url": home}]


@pytest.fixture
def town(app, demo_server) -> Town:
    with app.app_context(), transaction(db.session) as session:
        made = Town(app, session)
    client = app.test_client()
    client.set_cookie("sid", made.secrets[LEADER_NO])
    assert client.post(f"/meetings/{made.met}/opening").status_code == 303
    return made


def compressed(name: str, ending: str) -> int:
    return (DIST / f"{asset(name).rsplit('/', 1)[1]}{ending}").stat().st_size


@pytest.mark.parametrize("ending", [".br", ".gz"])
def test_our_scripts_are_small(ending):
    assert compressed("luhuo.js", ending) <= SCRIPTS
    assert (
        compressed("scan.js", ending) + compressed("zxing.wasm", ending) > 10 * SCRIPTS
    )  # why they come when asked for


@pytest.mark.parametrize(
    ("staff_no", "path"),
    [
        (None, "/login"),
        (MEMBER_NO, "/"),
        (LEADER_NO, "/"),
        (SECRETARY_NO, "/"),
        (None, "code"),
        (MEMBER_NO, "code"),
        (LEADER_NO, "/activities/new"),
    ],
    ids=lambda value: str(value).strip("/") or "home",
)
def test_a_first_visit_is_light(phone, town, demo_server, scales, staff_no, path):
    if staff_no:
        phone.add_cookies(town.cookies(staff_no, demo_server))
    page = phone.new_page()
    page.goto(town.scanned() if path == "code" else path, wait_until="networkidle")
    wait_until(page, WORKER_STANDS)
    judged = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in judged] == ["in-incognito"]  # as all contexts of Playwright are
    assert (page.locator("form[data-signout]").count() == 1) is bool(staff_no)
    assert {"/sw.js", "/manifest.webmanifest", asset("luhuo.js"), asset("icon-192.png")} < scales.sent.keys()
    assert scales.total <= FIRST, scales.sent
    assert scales.asked <= REQUESTS, scales.sent
    assert not scales.of_scanner


def test_the_second_visit_costs_the_page_and_a_line(phone, town, demo_server, scales):
    phone.add_cookies(town.cookies(LEADER_NO, demo_server))
    page = phone.new_page()
    page.goto("/", wait_until="networkidle")
    wait_until(page, WORKER_STANDS)
    scales.clear()
    page.goto("/activities/new", wait_until="networkidle")
    assert scales.sent.keys() <= {"/activities/new", "/sw.js"}
    assert scales.total <= LATER + 1024, scales.sent


def test_pages_of_every_day_are_small(app, town):
    """The body as the app compresses it; without photos. Pages of branches have a limit of their own."""
    heavy, seen = {}, 0
    for staff_no, paths in DAILY.items():
        client = Client(app)  # the careful one reads pages as text
        client.set_cookie("sid", town.secrets[staff_no])
        for path in paths:
            answer = client.get(path.format(met=town.met), headers={"Accept-Encoding": "br"})
            assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "br"), path
            seen += len(answer.data)
            if len(answer.data) > LATER:
                heavy[staff_no, path] = len(answer.data)
    assert heavy == {} and seen > 30 * 1024


# --- the scanner ------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(tmp_path) -> str:
    """Return a picture of a code that is not ours: read, and said so."""
    path = tmp_path / "code.png"
    qrcode.make("https://example.com/else").save(path)
    return str(path)


def open_scanner(phone, photo: str) -> None:
    """Open the scanner; there is no camera, so that a photo is read."""
    phone.tap("打开相机扫码").sees("用下面的办法")
    phone.page.locator("[data-scan-photo]").set_input_files(photo)
    phone.sees("这不是签到码")


@pytest.mark.parametrize("visits", [0, 1], ids=["first", "later"])
def test_the_scanner_is_loaded_when_it_is_opened_and_kept(
    new_phone, server, scales, world, backstage, photo, visits
):  # fmt: skip
    phone = new_phone(service_workers="allow", home=f"http://127.0.0.1:{server.port}").sign_on(
        backstage, world.member.id
    )
    phone.page.clock.install()
    for path in ("/", "/me", "/scan")[-1 - 2 * visits :]:
        phone.open(path).until(WORKER_STANDS)
        phone.page.clock.fast_forward(HALF_A_MINUTE)
        phone.page.wait_for_load_state("networkidle")
    assert bool(visits) is phone.page.evaluate("Boolean(navigator.serviceWorker.controller)")
    assert not scales.of_scanner
    open_scanner(phone, photo)
    assert len(scales.of_scanner) == 2
    for name in ("scan.js", "zxing.wasm"):
        phone.until(f"caches.match({json.dumps(asset(name))}).then(Boolean)")
    phone.open("/scan").until("caches.match('/scan').then(Boolean)")
    server.stop()
    phone.open("/scan").sees("没有网络，照常用")
    open_scanner(phone, photo)
    expect(phone.page.locator("video")).to_be_hidden()
    server.start()
    phone.noise.clear()


def test_a_host_s_scanner_waits_to_be_opened(phone, town, demo_server, scales):
    phone.add_cookies(town.cookies(LEADER_NO, demo_server))
    page = phone.new_page()
    page.clock.install()
    for _ in range(2):  # the second time by the worker
        page.goto(f"/meetings/{town.met}/scanning", wait_until="networkidle")
        wait_until(page, WORKER_STANDS)
        page.clock.fast_forward(HALF_A_MINUTE)
        page.wait_for_load_state("networkidle")
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)") and not scales.of_scanner

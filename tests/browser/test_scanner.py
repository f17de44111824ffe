"""The in-page scanner of who signs in: a real camera's film, and every way on where there is no camera (B8)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import expect

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.actions import open_sign_in
from partygroup.attendance.models import Mark
from partygroup.meetings.queries import describe
from tests.browser.films import SIDE, WALL, code_picture, photo_of, seen_by_hand
from tests.browser.phones import Phone
from tests.factories import gathering

NOW, STEP = "2026-03-05 16:25", 15
BASE = "HTTPS://LUHUO.EXAMPLE"
#: Cameras that do not open, as browsers have them.
REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NAME'))"
SILENT = """navigator.mediaDevices.getUserMedia = () => {
  const { track } = new RTCPeerConnection().addTransceiver('video').receiver;
  return Promise.resolve(new MediaStream([track]));
}"""
BLACK = """navigator.mediaDevices.getUserMedia = () => {
  const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
  setInterval(() => context.fillRect(0, 0, 300, 150), 50);
  return Promise.resolve(canvas.captureStream(20));
}"""
#: What Chromium and the decoder say of a file that does not come.
CUT_OFF = re.compile("Failed to load resource: net::ERR_FAILED|.*wasm|falling back to ArrayBuffer")


class Hall:
    """A meeting of the leader's group in session, whose code hangs on the wall."""

    def __init__(self, app, world, backstage, meeting_id: int, sitting_id: int):
        self.world, self.backstage = world, backstage
        self.id, self.sitting_id, self.key = meeting_id, sitting_id, app.config["SECRET_KEYS"][0]

    def code(self, *, steps_ago: int = 0) -> str:
        """Return what the wall shows now, or showed some steps ago."""
        step = codes.step_of(clock.now(), STEP) - steps_ago
        return f"{BASE}/Q/{codes.code_at(self.key, self.id, self.sitting_id, step)}"

    def spoken(self) -> str:
        return codes.spoken_at(self.key, self.id, self.sitting_id, codes.step_of(clock.now(), STEP))

    def own_code(self) -> str:
        return f"{BASE}/P/{codes.personal_code(self.key, self.world.member.id)}"

    def signed(self) -> list[int]:
        with self.backstage() as session:
            return list(session.scalars(sa.select(Mark.person_id).where(Mark.gathering_id == self.id)))

    def at_scan(self, phone: Phone) -> Phone:
        """Return the member's phone at the page that offers the ways to sign in."""
        return phone.sign_on(self.backstage, self.world.member.id).open("/scan")


@pytest.fixture
def hall(app, world, backstage, at) -> Hall:
    at(NOW)
    with backstage() as session:
        made = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-03-05 16:30"))
        described = describe(session, made.id)
        open_sign_in(session, described.gathering, by=world.leader.id, at=clock.now())
        return Hall(app, world, backstage, made.id, described.gathering.sittings[0].id)


def film_of(*texts: str) -> list[Image.Image]:
    """Return a film of codes that follow each other before a hand-held camera: four frames each, none like another."""
    return [seen_by_hand(code_picture(text), 10 * number + frame) for number, text in enumerate(texts)
            for frame in range(4)]  # fmt: skip


# --- with a camera ----------------------------------------------------------------------------------------------------


def test_the_rotating_code_is_filmed_and_signs_in(hall, camera_phone):
    film = film_of(hall.code(steps_ago=1), hall.code())
    phone = hall.at_scan(camera_phone(film)).tap("打开相机扫码").is_at("/q/*")
    phone.tap("签到", within="#main", exact=True).sees("已到会", f"{hall.world.member.name}同志")
    assert hall.signed() == [hall.world.member.id]


def test_a_code_of_a_minute_ago_says_what_to_do(hall, camera_phone):
    phone = hall.at_scan(camera_phone(film_of(hall.code(steps_ago=4)))).tap("打开相机扫码")
    phone.sees("这个码过期了", "再扫").tap("再扫一次").is_at("/scan")
    assert hall.signed() == []


@pytest.mark.parametrize(("foreign", "said"), [
    ("https://menu.example/t/17", "这不是签到码，请对准会场屏幕"), (None, "这是本人码。签到请扫会场屏幕上的码"),
])  # fmt: skip
def test_other_codes_say_so_and_the_camera_goes_on(hall, camera_phone, foreign, said):
    film = film_of(*[foreign or hall.own_code()] * 4, *[hall.code()] * 4)
    phone = hall.at_scan(camera_phone(film, per_second=4))
    phone.tap("打开相机扫码").sees(said).is_at("/q/*")


def test_the_camera_stops_and_starts_again(hall, camera_phone):
    film = [Image.new("L", (SIDE, SIDE), WALL)] * 2
    phone = hall.at_scan(camera_phone(film)).tap("打开相机扫码").tap("停下").sees("相机停了")
    phone.until("document.querySelector('video').srcObject.getTracks().every((one) => one.readyState === 'ended')")
    phone.tap("打开相机扫码")
    phone.until("document.querySelector('video').srcObject.getTracks().some((one) => one.readyState === 'live')")
    expect(phone.find("停下")).to_be_visible()
    expect(phone.page.get_by_role("button", name="开灯")).to_have_count(0)


def test_the_torch_and_the_lit_screen_where_there_are_such(hall, camera_phone):
    phone = camera_phone([Image.new("L", (SIDE, SIDE), WALL)])
    phone.page.add_init_script("""
      globalThis.asked = [];
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
      MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => asked.push(advanced[0].torch);
      navigator.wakeLock.request = async (what) => (asked.push(what), { release: async () => asked.push('released') });
    """)
    hall.at_scan(phone).tap("打开相机扫码").tap("开灯").until("asked.length === 2")
    expect(phone.find("开灯")).to_have_attribute("aria-pressed", "true")
    phone.tap("开灯").tap("停下")
    phone.until("asked.join() === 'screen,true,false,released'")


def test_a_code_scanned_without_a_network_is_sent_later(hall, camera_phone, at):
    phone = camera_phone(film_of(hall.code()))
    for lost in ("**/healthz", "**/sign-ins", "**/q/*"):
        phone.page.route(lost, lambda route: route.abort())
    hall.at_scan(phone).tap("打开相机扫码").sees("存在手机里了", "签到")
    assert hall.signed() == []
    at("2026-03-05 18:00")
    phone.page.unroute_all()
    phone.tap("现在试一次").sees("都交上去了", "已收")
    assert hall.signed() == [hall.world.member.id]
    phone.noise[:] = [one for one in phone.noise if not CUT_OFF.match(one)]


def test_without_a_network_and_without_a_store_it_says_so(hall, camera_phone):
    phone = camera_phone(film_of(hall.code()))
    phone.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    for path in ("healthz", "sign-ins"):
        phone.page.route(f"**/{path}", lambda route: route.abort())
    hall.at_scan(phone).tap("打开相机扫码").sees("没连上，这部手机也存不下").page.unroute_all()
    phone.tap("打开相机扫码").is_at("/q/*")
    phone.noise[:] = [one for one in phone.noise if not CUT_OFF.match(one)]


# --- without one ------------------------------------------------------------------------------------------------------


def sees_every_other_way(hall: Hall, phone: Phone, *, photo: bool = True) -> None:
    """See the ways on, and sign in by one of them."""
    phone.sees("一样算数", "用微信“扫一扫”或手机相机对准会场屏幕", "扫不了？输口令", "请主持人补签")
    expect(phone.find("打开相机扫码")).to_be_enabled()
    if photo:
        signs_in_by_photo(hall, phone)
        return
    phone.tap("党小组会").type("签到口令", hall.spoken()).tap("签到", within="#main", exact=True).sees("已到会")
    assert hall.signed() == [hall.world.member.id]


def signs_in_by_photo(hall: Hall, phone: Phone) -> None:
    """Take a photo of a wall without a code, then of the code."""
    photo = phone.page.get_by_label("拍一张照片认")
    photo.set_input_files(photo_of(Image.new("L", (SIDE, SIDE), WALL)))
    phone.sees("照片里没认出码", "再拍一张")
    photo.set_input_files({"name": "IMG_0002.HEIC", "mimeType": "image/heic", "buffer": b"no picture at all"})
    phone.sees("照片里没认出码")
    photo.set_input_files(photo_of(seen_by_hand(code_picture(hall.code()), 3)))
    phone.is_at("/q/*").tap("签到", within="#main", exact=True).sees("已到会")
    assert hall.signed() == [hall.world.member.id]


@pytest.mark.parametrize(("script", "said"), [
    (REFUSED.replace("NAME", "NotAllowedError"), "没有用相机的权限"),
    (REFUSED.replace("NAME", "NotReadableError"), "相机被别的应用占着"),
    (REFUSED.replace("NAME", "AbortError"), "相机没有打开"),
    (SILENT, "相机没有画面"),
    (BLACK, "相机没有画面"),
    ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })", "这个浏览器不让网页用相机"),
], ids=["denied", "occupied", "other", "silent", "black", "missing"])  # fmt: skip
def test_where_the_camera_does_not_open_a_photo_signs_in(hall, new_phone, script, said):
    phone = new_phone()
    phone.page.add_init_script(script)
    hall.at_scan(phone).tap("打开相机扫码").sees(said)
    sees_every_other_way(hall, phone)


def test_where_there_is_no_camera_at_all(hall, new_phone):
    phone = hall.at_scan(new_phone()).tap("打开相机扫码").sees("没有找到相机")
    sees_every_other_way(hall, phone)


def test_without_https_browsers_give_no_camera(hall, camera_phone, live_server):
    port = live_server.rsplit(":", 1)[1]
    flags = ["--host-resolver-rules=MAP luhuo.test 127.0.0.1"]
    phone = camera_phone([Image.new("L", (SIDE, SIDE), WALL)], flags=flags, home=f"http://luhuo.test:{port}")
    hall.at_scan(phone).until("!isSecureContext").tap("打开相机扫码").sees("这个浏览器不让网页用相机")
    sees_every_other_way(hall, phone)
    phone.noise[:] = [one for one in phone.noise if "Cross-Origin-Opener-Policy header has been ignored" not in one]


@pytest.mark.parametrize("lost", ["**/scan-*.js", "**/zxing-*.wasm"])
def test_where_the_decoder_does_not_load(hall, new_phone, lost):
    phone = new_phone()
    phone.page.route(lost, lambda route: route.abort())
    hall.at_scan(phone).tap("打开相机扫码").sees("扫码的部件没有装上")
    expect(phone.page.get_by_text("拍一张照片认")).to_be_hidden()
    sees_every_other_way(hall, phone, photo=False)
    phone.noise[:] = [one for one in phone.noise if not CUT_OFF.match(one)]


def test_the_decoder_is_fetched_again(hall, new_phone):
    phone = hall.at_scan(new_phone())
    phone.page.route("**/zxing-*.wasm", lambda route: route.abort())
    phone.tap("打开相机扫码").sees("扫码的部件没有装上")
    phone.page.unroute("**/zxing-*.wasm")
    phone.tap("打开相机扫码").sees("没有找到相机")
    signs_in_by_photo(hall, phone)
    phone.noise[:] = [one for one in phone.noise if not CUT_OFF.match(one)]


def test_nothing_of_the_scanner_is_fetched_before_it_is_opened(hall, new_phone):
    phone, asked = new_phone(), []
    phone.page.on("request", lambda request: asked.append(request.url))
    hall.at_scan(phone).page.wait_for_load_state("networkidle")
    assert asked and not [url for url in asked if "scan-" in url or ".wasm" in url]

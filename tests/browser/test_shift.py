"""A shift without a network: what phones do meanwhile, and how it stands when the server is there again (C2, B8)."""

from __future__ import annotations

import io

import pytest
import qrcode
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import expect

from partygroup import clock
from partygroup.activities.models import Activity, Photo
from partygroup.attendance import codes
from partygroup.attendance.models import Door, Mark
from partygroup.meetings.models import Sitting
from partygroup.web.assets import asset
from tests.browser.phones import Phone
from tests.factories import gathering

DAY = "2026-03-05"
WORKER_STANDS = "navigator.serviceWorker.ready.then(() => caches.match('/outbox')).then(Boolean)"


def kept(path: str) -> str:
    return f"caches.match({path!r}).then(Boolean)"


def picture_of(text: str) -> dict:
    """Return a photo of a code, as a file to choose."""
    file = io.BytesIO()
    qrcode.make(text, box_size=8).save(file)
    return {"name": "code.png", "mimeType": "image/png", "buffer": file.getvalue()}


def photo() -> dict:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#556677").save(file, "jpeg")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


class Shift:
    """A meeting of the leader's group, the phones of those who are there, and one clock for all of them."""

    def __init__(self, app, server, world, backstage, new_phone, at):
        self.app, self.server, self.world, self.backstage, self.at = app, server, world, backstage, at
        self.new_phone, self.phones, self.key = new_phone, [], app.config["SECRET_KEYS"][0]
        at(f"{DAY} 16:20")
        with backstage() as session:
            row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing(f"{DAY} 16:30"))
            self.id = row.id
            self.sitting_id = session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == row.id))
        self.url = f"/meetings/{self.id}"

    def phone_of(self, who: str) -> Phone:
        """Return somebody's phone with the worker standing, logged in from an earlier day."""
        phone = self.new_phone(service_workers="allow", home=self.server.home)
        phone.page.context.clock.set_fixed_time(clock.now())
        self.phones.append(phone)
        phone.sign_on(self.backstage, self.world.actors[who].id).open("/").until(WORKER_STANDS)
        return phone.open("/")

    def it_is(self, time: str) -> None:
        """Let the server's clock and the phones' show a time."""
        self.at(f"{DAY} {time}")
        for phone in self.phones:
            phone.page.context.clock.set_fixed_time(clock.now())

    def wall_code(self) -> str:
        """Return the address that the wall shows now."""
        return "/Q/" + codes.code_at(self.key, self.id, self.sitting_id, codes.step_of(clock.now(), 15))

    def own_code(self, who: str) -> str:
        """Return what stands in the picture of somebody's own code."""
        return f"{self.server.home}/p/{codes.personal_code(self.key, self.world.actors[who].id)}".upper()

    def marks(self) -> dict:
        """Return person → (door, when it happened, when it came)."""
        with self.backstage() as session:
            rows = session.scalars(sa.select(Mark).where(Mark.gathering_id == self.id)).all()
            return {row.person_id: (row.door, row.happened_at, row.arrived_at) for row in rows}


@pytest.fixture
def shift(app, server, world, backstage, new_phone, at) -> Shift:
    shift = Shift(app, server, world, backstage, new_phone, at)
    yield shift
    for phone in shift.phones:
        phone.noise.clear()  # the browser says that it could not reach the server


def shown(phone: Phone, code: str, said: str) -> None:
    """Show a code to the host's scanner, by a photo: this machine has no camera."""
    phone.page.locator("[data-scan-photo]").set_input_files([picture_of(code)])
    phone.sees(said)


def test_a_shift_without_a_network(shift, world):
    leader, member = shift.phone_of("leader"), shift.phone_of("member")
    leader.tap("开始签到").is_at(f"{shift.url}/code").sees("签到开始了").open("/")
    for path in (
        "/scan",
        "/activities/new",
        shift.url,
        *(f"{shift.url}/{page}" for page in ("ticks", "scanning")),
        asset("zxing.wasm"),
    ):
        leader.until(kept(path))
    member.until(kept("/me/code")).until(kept(shift.url))
    wall = shift.wall_code()
    shift.server.stop()

    shift.it_is("16:24")
    member.open("/").sees("没有网络，照常用", "这一页是").open(shift.url).sees("没有网络，照常用", "党小组会")
    member.open("/me/code").sees("本人码")
    member.open(wall).is_at("/outbox*").sees("存在手机里了", "签到", "待发", "扫于 16:24")
    member.open(wall[:-1] + ("A" if wall[-1] != "A" else "B")).is_at("/outbox*")
    expect(member.page.locator("[data-outbox-list] li")).to_have_count(2)

    leader.open("/").sees("没有网络，照常用").open(shift.url).sees("党小组会")
    leader.open(f"{shift.url}/code").sees("签到码换不了")
    expect(leader.page.locator(".qr")).to_be_hidden()
    leader.open("/activities/new").type("一句话", "没有信号时查的隐患")
    leader.page.locator("input[name=photos]").set_input_files([photo()])
    leader.sees("选了 1 张").tap("记好了").is_at("/outbox*").sees("没有信号时查的隐患", "1 张照片", "写于 16:24")
    leader.open(f"{shift.url}/scanning").tap("打开相机").sees("用下面的办法，一样算数")
    shown(leader, shift.own_code("probationer"), "存在手机里，联网后自动交")
    shown(leader, shift.own_code("neighbour"), "名单外的人")
    rows = "[...document.querySelectorAll('[data-scan-list] li')]"
    leader.until(f"{rows}.every((row) => row.textContent.includes('存在手机里'))")
    leader.open(f"{shift.url}/ticks").choose("何朱雀").tap("本人在场，补签").is_at("/outbox*").sees("补签", "何朱雀")
    leader.open("/").sees("手机里还有 4 条没交上去，联网后自动发。")
    assert shift.marks() == {}

    shift.it_is("17:05")
    shift.server.start()
    leader.open("/outbox").sees("不在应到名单里", "名单里少了人", "退回")
    member.open("/outbox").sees("认不出这个签到码", "请主持人补签", "退回")
    for phone, back in ((leader, 1), (member, 1)):
        expect(phone.page.locator(".tag-late")).to_have_count(back)
        expect(phone.page.locator(".tag-due")).to_have_count(0)
    phone_said, now = clock.beijing(f"{DAY} 16:24"), clock.beijing(f"{DAY} 17:05")
    marks = shift.marks()
    assert marks.pop(world.member.id) == (Door.OFFLINE, clock.beijing(f"{DAY} 16:20"), now)
    assert marks.pop(world.probationer.id) == (Door.SCAN_MEMBER, phone_said, now)
    assert [door for door, *_ in marks.values()] == [Door.TICK]

    leader.open(f"{shift.url}/sign-ins").sees("补传：没有网络时扫的，后来传到")
    assert leader.page.locator(".roll-chip .tiny").filter(has_text="补传").count() == 2
    leader.open(f"{shift.url}/people/{world.member.id}").sees("扫码 今天 16:20 · 传到 今天 17:05")
    member.open(f"{shift.url}/receipt").sees("16:20 扫码，17:05 传到")
    with shift.backstage() as session:
        (activity,) = session.scalars(sa.select(Activity)).all()
        photos = session.scalar(sa.select(sa.func.count(Photo.id)).where(Photo.activity_id == activity.id))
        assert (activity.text, activity.written_at, photos) == ("没有信号时查的隐患", phone_said, 1)
    leader.open(f"/activities/{activity.id}").sees("写于 今天 16:24 · 收到 今天 17:05")

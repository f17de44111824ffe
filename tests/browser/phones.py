"""Phones in the tests: tapping is counted, and the code on a screen is read from its picture, as a camera does."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from partygroup import clock
from partygroup.people.logins import begin_login

VIEWPORT = {"width": 390, "height": 844}
HANDHELD = {"viewport": VIEWPORT, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
TAPPED = ("link", "button")
WALL = {"viewport": {"width": 1920, "height": 1080}, "has_touch": False, "is_mobile": False, "device_scale_factor": 1}
#: Chromium says so of every page that is answered with 4xx, which refusals are; Playwright, where workers are blocked.
NO_NOISE = re.compile(r"Failed to load resource: the server responded with a status of 4|Service Worker reg.*blocked")


class Phone:
    """A phone with one page open: `taps` and `fields` typed since `count_taps`; `noise`: the console's complaints."""

    def __init__(self, page: Page, home: str):
        self.page, self.home, self.taps, self.fields, self.noise = page, home, 0, 0, []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.noise.append(str(error)))

    def _note(self, message) -> None:
        if message.type in ("error", "warning") and not NO_NOISE.match(message.text):
            self.noise.append(message.text)

    def count_taps(self) -> Phone:
        self.taps = self.fields = 0
        return self

    def open(self, path: str) -> Phone:
        """Go to an address: typed, scanned, or found in the group chat. No tap in the page."""
        self.page.goto(self.home + path if path.startswith("/") else path)
        return self

    def find(self, name: str, *, within: str = "body", exact: bool = False):
        """Return what can be tapped under a name."""
        area = self.page.locator(within)
        link, button = (area.get_by_role(role, name=name, exact=exact) for role in TAPPED)
        return link.or_(button).first

    def tap(self, name: str, **where) -> Phone:
        """Tap a link or a button."""
        return self.tap_on(self.find(name, **where))

    def unfold(self, title: str) -> Phone:
        """Tap a part that opens."""
        return self.tap_on(self.page.locator("#main summary").filter(has_text=title).first)

    def choose(self, text: str) -> Phone:
        """Tap a chip, a name or a box to be ticked."""
        self.page.locator("#main label").filter(has_text=text).locator("input").first.check()
        self.taps += 1
        return self

    def tap_on(self, target) -> Phone:
        target.tap() if self._has_touch() else target.click()
        self.taps += 1
        return self

    def _has_touch(self) -> bool:
        return self.page.viewport_size == VIEWPORT

    def type(self, label: str, text: str) -> Phone:
        """Fill in a field: one tap to get there."""
        self.page.get_by_label(re.compile(rf"^{label}")).first.fill(text)
        self.taps += 1
        self.fields += 1
        return self

    def attach(self, name: str, picture: bytes) -> Phone:
        """Choose a photo for a field: one tap to get to the phone's own camera or album."""
        file = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": picture}
        self.page.locator(f"input[name={name}]").set_input_files([file])
        self.taps += 1
        return self

    def sees(self, *texts: str) -> Phone:
        """Wait until all the texts can be seen."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()
        return self

    def sees_no(self, text: str) -> Phone:
        expect(self.page.get_by_text(text)).to_have_count(0)
        return self

    def until(self, expression: str) -> Phone:
        """Wait for a JavaScript expression, which may be a promise (`wait_for_function` takes one to be true)."""
        wait_until(self.page, expression)
        return self

    @property
    def path(self) -> str:
        """Return where the page is."""
        return urlsplit(self.page.url).path

    def is_at(self, path: str) -> Phone:
        """Wait for an address; `*` stands for one part of it."""
        self.page.wait_for_url("**" + path, wait_until="domcontentloaded")
        return self

    def log_in(self, actor) -> Phone:
        """Fill in the login form that is open, and send it."""
        return self.type("工号", actor.staff_no).type("密码", actor.password).tap("登录", within="#main", exact=True)

    def sign_on(self, backstage, person_id: int, *, office: bool = False) -> Phone:
        """Be logged in from an earlier day."""
        with backstage() as session:
            secret = begin_login(session, person_id, device="测试用的手机", at=clock.now(), office=office)
        self.page.context.add_cookies([{"name": "sid", "value": secret, "url": self.home}])
        return self


def wait_until(page: Page, expression: str, *, seconds: int = 15) -> None:
    """Wait until an expression, or what it promises, is true in the page."""
    for _ in range(seconds * 20):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true in the page: {expression}")


def shot_of(part) -> Image.Image:
    """Return the picture of a part of the page."""
    return Image.open(io.BytesIO(part.screenshot())).convert("L")


def picture_of_code(page: Page, pixels: int) -> Image.Image:
    """Return what a camera sees of the code when each module is that many pixels wide.

    The picture is cut from the page's, since the element may be replaced by the next code meanwhile.
    """
    shown = page.locator(".qr")
    modules = int(shown.locator(".qr-code").get_attribute("viewBox").split()[2])
    side = round(modules * pixels / _share_of_code(page))
    picture = Image.open(io.BytesIO(page.screenshot(clip=shown.bounding_box()))).convert("L")
    return picture.resize((side, side), Image.Resampling.BOX)


def _share_of_code(page: Page) -> float:
    """Return how much of the white square's width the modules take."""
    return page.locator(".qr-code").evaluate(
        "code => { const style = getComputedStyle(code), box = code.getBoundingClientRect();"
        "return (box.width - parseFloat(style.paddingLeft) * 2) / code.parentElement.getBoundingClientRect().width; }"
    )


def read_code(page: Page, pixels: int = 4) -> str:
    """Return the text of the code on a screen, read by an independent decoder."""
    found = zxingcpp.read_barcodes(picture_of_code(page, pixels), formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1, f"{len(found)} codes read at {pixels} pixels a module"
    return found[0].text

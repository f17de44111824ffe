"""The code on displays: several at once, reloaded, with a wrong clock, in the dark; it turns by itself and ends."""

from __future__ import annotations

import pytest
import zxingcpp
from playwright.sync_api import expect

from partygroup import clock
from partygroup.attendance.actions import close_meeting, open_sign_in
from partygroup.db import transaction
from partygroup.meetings.queries import describe
from tests.browser.phones import WALL, Phone, read_code, shot_of
from tests.factories import gathering

#: Three seconds before the code turns, which is how long the display waits, and then just after.
LAST, NEXT, AFTER_NEXT = "2026-03-05 16:25:12", "2026-03-05 16:25:15", "2026-03-05 16:25:30"
HOUR_OFF = """
  const Real = Date, ahead = HOURS * 3600e3;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + ahead])); }
    static now() { return Real.now() + ahead; }
  };
"""


class Room:
    """A meeting in session, and what hangs on its walls."""

    def __init__(self, world, backstage, new_phone, meeting_id: int):
        self.world, self.backstage, self.new_phone = world, backstage, new_phone
        self.meeting_id, self.path = meeting_id, f"/meetings/{meeting_id}"

    def display(self, view: str = "", *, hours_off: int = 0, **options) -> Phone:
        """Return a display of the leader's: the wall's page on a projector, or the page of the phone."""
        display = self.new_phone(**(WALL if view else {}) | options)
        if hours_off:
            display.page.add_init_script(HOUR_OFF.replace("HOURS", str(hours_off)))
        display.sign_on(self.backstage, self.world.leader.id)
        return display.open(f"{self.path}/code{view}")

    def scan(self, role: str, code: str) -> Phone:
        return self.new_phone().sign_on(self.backstage, self.world.actors[role].id).open(code)

    def close(self) -> None:
        with self.backstage() as session, transaction(session):
            met = describe(session, self.meeting_id).gathering
            close_meeting(session, met, by=self.world.leader.id, at=clock.now())


@pytest.fixture
def room(world, backstage, new_phone, at) -> Room:
    at("2026-03-05 16:20")
    with backstage() as session:
        made = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-03-05 16:30"))
        meeting_id = made.id
        open_sign_in(session, describe(session, meeting_id).gathering, by=world.leader.id, at=clock.now())
    return Room(world, backstage, new_phone, meeting_id)


def takes(phone: Phone) -> None:
    """Sign in with what was scanned."""
    phone.tap("签到", within="#desk", exact=True).sees("已到会")


def turned(display: Phone, before: str) -> str:
    """Wait until the display shows another code, without touching it, and read that."""
    expect(display.page.locator(".qr-code path")).not_to_have_attribute("d", before)
    return read_code(display.page)


def drawing(display: Phone) -> str:
    return display.page.locator(".qr-code path").get_attribute("d")


def test_two_displays_show_codes_that_work_and_after_a_reload_too(room, at):
    at("2026-03-05 16:25:03")
    wall, phone = room.display("?view=wall"), room.display()
    on_wall, on_phone = read_code(wall.page), read_code(phone.page)
    takes(room.scan("member", on_wall))
    takes(room.scan("probationer", on_phone))
    wall.page.reload()
    takes(room.scan("leader", read_code(wall.page)))
    wall.page.reload()
    wall.sees("3／4 人到会", room.world.actors["member"].name)
    assert wall.page.evaluate("document.documentElement.scrollHeight") <= 1080


@pytest.mark.parametrize("view", ["?view=wall", ""], ids=["wall", "phone"])
def test_the_code_turns_by_itself_and_the_old_one_is_taken_for_one_more_step(room, at, view):
    at(LAST)
    display = room.display(view)
    old, before = read_code(display.page), drawing(display)
    at(NEXT)
    new = turned(display, before)
    assert new != old
    takes(room.scan("member", new))
    takes(room.scan("probationer", old))
    at(AFTER_NEXT)
    room.scan("leader", old).sees("这个码过期了").sees_no("已到会")
    takes(room.scan("leader", new))


@pytest.mark.parametrize("hours", [1, -1])
def test_a_display_whose_clock_is_an_hour_off_shows_the_right_code(room, at, hours):
    at(LAST)
    right, wrong = room.display(), room.display("?view=wall", hours_off=hours)
    seen = wrong.page.evaluate("Date.now()") - right.page.evaluate("Date.now()")
    assert abs(seen - hours * 3600e3) < 60e3
    before = drawing(wrong)
    takes(room.scan("member", read_code(wrong.page)))
    at(NEXT)
    takes(room.scan("probationer", turned(wrong, before)))
    expect(wrong.page.get_by_role("timer")).to_contain_text("秒后换码")
    assert 0 <= int(wrong.page.locator("[data-countdown]").inner_text()) <= 15


@pytest.mark.parametrize("view", ["?view=wall", ""], ids=["wall", "phone"])
def test_when_the_meeting_is_closed_the_code_goes_away_by_itself(room, at, view):
    at(LAST)
    display = room.display(view)
    last = read_code(display.page)
    at(NEXT)
    room.close()
    display.is_at(room.path)
    expect(display.page.locator(".qr")).to_have_count(0)
    room.scan("member", last).sees("签到已经结束。您若到会，请会议主持人补签。")


@pytest.mark.parametrize(
    ("view", "options"),
    [("?view=wall", {}), ("", {}), ("", {"color_scheme": "dark"}), ("?view=wall&theme=dark", {}), ("?theme=dark", {})],
)
def test_the_code_is_read_down_to_three_pixels_a_module(room, view, options):
    display = room.display(view, **options)
    read = {read_code(display.page, pixels) for pixels in (3, 4, 8)}
    (whole,) = zxingcpp.read_barcodes(shot_of(display.page), formats=zxingcpp.BarcodeFormat.QRCode)
    assert read == {whole.text}
    expect(display.page.locator(".qr")).to_have_css("background-color", "rgb(255, 255, 255)")

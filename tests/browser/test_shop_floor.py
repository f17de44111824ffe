"""The pages of the shop floor as they really stand: large and dark, by keyboard, on paper, under big fingers (G5)."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from partygroup import clock
from tests.browser.phones import Phone
from tests.browser.test_access import AXE, RUN_AXE, TOO_SMALL, TOO_WIDE, UNFOLD
from tests.factories import activity, gathering, theme

LOOKS = [("standard", "light"), ("standard", "dark"), ("large", "light"), ("large", "dark")]
#: A phone's narrowest, and the usual small one.
NARROW = (320, 360)
#: A4, in the pixels of a browser.
PAPER = {"width": 794, "height": 1123}
REFUSED = '{"state": "returned", "words": "会议已经结束，这一笔没有收。请改记在补记里，或请主持人补签，再看一看日期。"}'
CONFLICT = '{"state": "conflict", "words": "这份表单已经交过一次，内容不一样。", "stored": "查吊具"}'


@pytest.fixture
def leader(world, backstage, new_phone) -> Phone:
    phone = new_phone().sign_on(backstage, world.leader.id)
    phone.page.add_init_script(path=AXE)
    yield phone
    phone.noise.clear()


@pytest.fixture
def floor(world, backstage) -> dict[str, str]:
    """Fill the shop floor; return the addresses of this issue's pages."""
    with backstage() as session:
        long_title = {"title": "班前十分钟学受限空间作业条例并说说身边的险情和办法"}
        topic = theme(session, world.branch.id, world.branch.id, by=world.secretary.id, **long_title)
        who = {"by": world.leader.id, "people": [world.member.id, world.leader.id]}
        activity(session, world.group.id, world.branch.id, theme_id=topic.id, **who)
        met = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.now(),
                        opened_at=clock.now(), opened_by=world.leader.id)  # fmt: skip
        return {
            "scan": "/scan", "code": "/me/code", "scanning": f"/meetings/{met.id}/scanning",
            "theme": f"/themes/{topic.id}", "again": f"/activities/new?topic={topic.id}", "new": "/themes/new",
            "timeline": "/activities",
        }  # fmt: skip


def faults(page) -> list[str]:
    """Return what is wrong with the page that is open: for axe, for fingers, on narrow phones."""
    page.evaluate(UNFOLD)
    found = page.evaluate(RUN_AXE) + page.evaluate(TOO_SMALL)
    usual = page.viewport_size
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 640})
        found += [f"{width}: {one}" for one in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(usual)
    return found


@pytest.mark.parametrize(("size", "colours"), LOOKS)
def test_every_page_in_every_look(leader, floor, size, colours):
    leader.open(f"/me?size={size}").open(f"/me?theme={colours}")
    wrong = []
    for name, path in floor.items():
        leader.open(path)
        wrong += [f"{name}: {fault}" for fault in faults(leader.page)]
    assert wrong == []


@pytest.mark.parametrize(("size", "colours"), LOOKS)
def test_the_outbox_with_something_in_it(leader, size, colours):
    """Waiting, sent back with a long sentence, and kept twice: each with its buttons."""
    leader.open(f"/me?size={size}").open(f"/me?theme={colours}")
    page, answers = leader.page, [REFUSED, CONFLICT]
    page.route("**/activities", lambda route: route.abort())
    for line in ("第一条", "第二条", "三号铁水包工位查隐患并且把吊具限位和急停按钮都复查了一遍"):
        leader.open("/activities/new").type("一句话", line).tap("记好了").sees("存在手机里了")
    page.unroute("**/activities")

    def answer(route):
        route.fulfill(body=answers.pop(0), content_type="application/json") if answers else route.abort()

    page.route("**/activities", answer)
    leader.tap("现在试一次")
    leader.sees("退回", "两份不一样", "待发")
    assert faults(page) == []


def test_the_form_is_filled_in_by_keyboard_alone(leader, floor, backstage):
    """Tab goes through it in the order of reading; arrows choose, space ticks, Enter sends."""
    page = leader.open(floor["again"]).page
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.name || document.activeElement.textContent.trim().slice(0, 9)")
        )
        assert page.evaluate(
            "(() => { const box = document.activeElement.closest('label, button, a, summary, input');"
            "const { bottom, top } = box.getBoundingClientRect(); return bottom > 0 && top < innerHeight; })()"
        ), seen
        if seen[-1] == "记好了":
            break
        if seen[-1] == "text":
            page.keyboard.type("只用键盘记的")
    order = [name for name in ("sort", "text", "theme", "preset", "people", "day", "minutes", "photos") if name in seen]
    assert [seen.index(name) for name in order] == sorted(seen.index(name) for name in order) and len(order) == 8
    assert seen[0] == "跳到正文" and seen[-1] == "记好了"
    page.keyboard.press("Enter")
    leader.sees("只用键盘记的", "按姓氏笔画")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_personal_code_on_paper(leader, world, colours):
    page = leader.open(f"/me/code?theme={colours}").page
    page.emulate_media(media="print", color_scheme=colours)
    page.set_viewport_size(PAPER)
    paint = "getComputedStyle(document.querySelector('{}')).{}"
    assert page.evaluate(paint.format("body", "backgroundColor")) == "rgb(255, 255, 255)"
    assert page.evaluate(paint.format("#main h2", "color")) == "rgb(0, 0, 0)"
    leader.sees(world.leader.name, f"工号尾号 {world.leader.staff_no[-4:]}")
    for gone in (".nav", ".topbar-btn", ".no-print"):
        assert page.locator(gone).locator("visible=true").count() == 0, gone
    side = page.locator(".qr-code path").bounding_box()["width"]
    assert side / 96 * 2.54 > 6  # centimetres, of the modules alone: read from an arm's length
    picture = Image.open(io.BytesIO(page.locator(".qr").screenshot())).convert("L")
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert "/P/" in found.text

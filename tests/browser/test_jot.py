"""Jotting a hazard check by phone: five people of a group of eight in six taps and one line, with scripts and without.

Counted are all taps from 今天 (the home page) on, those on 记一笔 in the nav and into the line's field included.
Everybody of the group comes named, and what one jotted last, at first a hazard check, is chosen: 记一笔, the field,
three who were elsewhere, 记好了. Another sort is one tap more.
"""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from partygroup.activities.models import Activity, Participation, Photo
from tests.factories import person

LINE = "三号铁水包工位查隐患"


@pytest.fixture
def eight(world, backstage) -> list[str]:
    """Make the leader's group one of eight members; return the names of three who were elsewhere."""
    names = ["余小满", "安秋分", "冯立夏", "邱谷雨"]
    with backstage() as session:
        for name in names:
            person(session, name, branch=world.branch.id, group=world.group.id)
    return names[:3]


def jot(phone, elsewhere, chip: str = "") -> None:
    """Jot from the home page on, under a theme if its chip is named."""
    phone.open("/").count_taps()
    phone.tap("记一笔", within=".nav").is_at("/activities/new")
    phone.type("一句话", LINE)
    for name in elsewhere:
        phone.tap_on(phone.page.locator("label.person").filter(has_text=name))
    if chip:
        phone.choose(chip)
    phone.tap("记好了").is_at("/activities/*")


@pytest.mark.postgres
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_hazard_check_takes_six_taps_and_one_line(world, eight, backstage, new_phone, scripts):
    leader = new_phone(java_script_enabled=scripts).sign_on(backstage, world.leader.id)
    jot(leader, eight)
    leader.sees(LINE, "5 人 · 按姓氏笔画")
    assert leader.taps == 6
    with backstage() as session:
        row = session.scalars(sa.select(Activity)).one()
        named = session.scalar(sa.select(sa.func.count()).select_from(Participation))
    assert (row.sort, row.text, row.unit_id, named) == ("hazard", LINE, world.group.id, 5)


def test_the_named_says_yes_at_home_in_one_tap(world, eight, backstage, new_phone):
    jot(new_phone().sign_on(backstage, world.leader.id), eight)
    member = new_phone().sign_on(backstage, world.member.id).open("/").count_taps()
    member.sees("请您确认", LINE).tap("是", within="#main", exact=True).sees("收到。").sees_no("请您确认")
    assert member.taps == 1
    with backstage() as session:
        answers = sa.select(Participation.answer).where(Participation.person_id == world.member.id)
        assert session.scalars(answers).all() == ["yes"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_everybody_and_nobody(world, eight, backstage, new_phone, scripts):
    leader = new_phone(java_script_enabled=scripts).sign_on(backstage, world.leader.id).open("/activities/new")
    picked = leader.page.locator(".people input:checked")
    assert picked.count() == 8
    leader.type("一句话", LINE).tap("清空")
    leader.page.wait_for_function("!document.querySelector('.people input:checked')")
    leader.tap("全员")
    leader.page.wait_for_function("document.querySelectorAll('.people input:checked').length === 8")
    assert leader.page.locator("#text").input_value() == LINE


def big_photo() -> bytes:
    """Return a photo as a phone makes it: larger than what is kept."""
    out = io.BytesIO()
    Image.effect_noise((3200, 2400), 60).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


def test_a_photo_is_made_small_on_the_phone(world, eight, backstage, new_phone):
    leader, photo = new_phone().sign_on(backstage, world.leader.id).open("/activities/new"), big_photo()
    chosen = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo}
    leader.page.locator("input[name=photos]").set_input_files([chosen])
    leader.sees("选了 1 张")
    sent = leader.page.evaluate("document.querySelector('input[name=photos]').files[0].size")
    assert sent < len(photo) / 2
    leader.type("一句话", LINE).tap("记好了").sees("按姓氏笔画")
    shown = leader.page.locator("#main .photo img")
    shown.scroll_into_view_if_needed()
    leader.page.wait_for_function("document.querySelector('#main .photo img').naturalWidth === 480")
    with backstage() as session:
        row = session.scalars(sa.select(Photo)).one()
    assert (row.width, row.height) == (2048, 1536)


def test_sent_at_once_it_waits_for_the_photo(world, eight, backstage, new_phone):
    leader = new_phone().sign_on(backstage, world.leader.id).open("/activities/new").type("一句话", LINE)
    chosen = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": big_photo()}
    with leader.page.expect_request("**/activities") as request:
        leader.page.locator("input[name=photos]").set_input_files([chosen])
        leader.page.evaluate("document.querySelector('.sticky-bar button').click()")
    assert int(request.value.all_headers()["content-length"]) < len(chosen["buffer"]) / 2
    leader.sees("按姓氏笔画")


@pytest.mark.parametrize("path", ["/activities/new", "/activities", "/problems", "/problems/new"])
def test_pages_fit_a_phone_and_take_big_fingers(world, eight, backstage, new_phone, path):
    leader = new_phone().sign_on(backstage, world.leader.id)
    for size in ("standard", "large"):
        leader.open(f"{path}?size={size}")
        assert leader.page.evaluate("document.documentElement.scrollWidth") == 390, size
        small = leader.page.evaluate(
            "[...document.querySelectorAll('main a, main button, main select, main summary')]"
            ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML)"
        )
        assert small == [], size

"""The essential acts as people do them on a phone, from the home page or the scanned code on."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image

from tests.browser.phones import Phone, read_code
from tests.cast import PASSWORD

LINE = "三号铁水包工位查隐患"


@cache
def photo() -> bytes:
    """Return a small photo as a file."""
    file = io.BytesIO()
    Image.effect_noise((80, 60), 50).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def log_in(phone: Phone, actor) -> None:
    phone.open("/login").log_in(actor).sees(f"{actor.name}同志，")


def call(leader: Phone) -> None:
    """Call this month's meeting of the group, with time and place as the last time."""
    leader.open("/").tap("本月党小组会还没召集").tap("召集", within="#main", exact=True).sees("已召集")


def open_meeting(leader: Phone) -> str:
    """Begin the sign-in and return the address on the screen, read as a camera does."""
    leader.open("/").tap("开始签到").sees("现场签到")
    return read_code(leader.page)


def sign_in(phone: Phone, code: str) -> None:
    phone.open(code).tap("签到", within="#main", exact=True).sees("已到会")


def sign_in_logged_out(phone: Phone, code: str, actor) -> None:
    phone.open(code).sees("码是对的").type("工号", actor.staff_no).type("密码", PASSWORD).tap("登录，接着签到")
    phone.tap("签到", within="#main", exact=True).sees("已到会")


def type_digits(phone: Phone, digits: str) -> None:
    """Sign in by the six digits on the page that asks for them."""
    phone.type("签到口令", digits).tap("签到", within="#main", exact=True).sees("已到会")


def sign_in_spoken(phone: Phone, digits: str) -> None:
    type_digits(phone.open("/").tap("扫不了？输口令"), digits)


def tick(leader: Phone, name: str) -> None:
    """Tick one who is there without a phone; the board is open."""
    leader.tap("一次补签几个人").choose(name).tap("本人在场，补签").sees("补签了 1 人")


def close(leader: Phone) -> None:
    """Close the meeting; the board is open."""
    leader.tap("结束签到").tap("人记缺席，结束").sees("签到已结束")


def jot(leader: Phone, elsewhere=(), picture: bytes | None = None) -> None:
    """Jot what everybody of the group did but those who were elsewhere."""
    leader.open("/").tap("记一笔", within=".nav").is_at("/activities/new").type("一句话", LINE)
    for name in elsewhere:
        leader.tap_on(leader.page.locator("label.person").filter(has_text=name))
    if picture:
        leader.attach("photos", picture)
    leader.tap("记好了").sees("按姓氏笔画")


def answer(member: Phone) -> None:
    member.open("/").sees("请您确认").tap("是", within="#main", exact=True).sees("收到。")


def declare(member: Phone, words: str) -> None:
    member.open("/").tap("申报积分").tap("申报一件事").choose("制止违章").type("做了什么", words)
    member.tap("交上去").sees("已交上去")


def grant_leave(leader: Phone, name: str) -> None:
    leader.open("/").tap(name, within="#main").tap("准假", exact=True).sees("已准假")

"""The main job on real input: a roster, slips, a meeting called and signed by phone, a sheet that adds up (issue 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import zxingcpp
from playwright.sync_api import expect

from partygroup import clock
from partygroup.org.models import Placement, UnitKind
from partygroup.people.models import Person, Role
from tests.browser.phones import Phone, read_code, shot_of
from tests.cast import PASSWORD, password_hash
from tests.factories import gathering, person, post, unit
from tests.rosters import EXCEL, FAULTS, large_roster, spoilt, workbook

SIZE, DAY = 300, "2026-03-05"
CALLED, SHOWN, OPENED, BEGUN, OVER = (f"{DAY} {time}" for time in ("16:05", "16:18", "16:20", "16:30", "17:30"))
GROUP, BRANCH = "第一党小组", "高炉一车间党支部"
#: The first group, by the number of the roster's row; the secretary and somebody else are of the second.
LEADER, READY, NEW, STALE, TWICE, EARLY, SPOKEN, TICKED, ON_LEAVE, UNDONE, AWAY, LATE = range(12)
STRANGER, SECRETARY = 12, 13
NAMES = {
    LEADER: "章志刚", READY: "田富", NEW: "田大利", STALE: "孟晓东", TWICE: "罗少华", EARLY: "敖春林", SPOKEN: "简文斌",
    TICKED: "涂建平", ON_LEAVE: "晏海波", UNDONE: "龙新华", AWAY: "王海生", LATE: "余小满",
    STRANGER: "邹丽萍", SECRETARY: "宋玉梅",
}  # fmt: skip


@dataclass
class Story:
    """Who holds which phone, and what has been handed out."""

    at: Callable
    backstage: Callable
    new_phone: Callable
    office: Phone | None = None
    leader: Phone | None = None
    phones: dict[int, Phone] = field(default_factory=dict)
    slips: dict[str, tuple[str, str]] = field(default_factory=dict)
    meeting: str = ""

    def person_id(self, number: int) -> int:
        with self.backstage() as session:
            return session.scalar(sa.select(Person.id).where(Person.staff_no == f"{number + 1:06d}"))

    def phone_of(self, number: int, **options) -> Phone:
        """Return somebody's phone, logged in from an earlier day."""
        if number not in self.phones:
            phone = self.new_phone(**options)
            self.phones[number] = phone.sign_on(self.backstage, self.person_id(number))
        return self.phones[number]

    def code(self, *, pixels: int = 4) -> str:
        """Return what a camera reads now from the leader's screen."""
        return read_code(self.leader.open(f"{self.meeting}/code").page, pixels)

    def scans(self, number: int, **options) -> Phone:
        return self.phone_of(number, **options).open(self.code())

    def signs(self, number: int) -> Phone:
        return self.scans(number).tap("签到", within="#main", exact=True).sees("已到会", f"{NAMES[number]}同志")


@pytest.fixture
def story(new_phone, backstage, at) -> Story:
    """A company in which there is nothing yet but its office, and the office's phone."""
    at(f"{DAY} 09:00")
    with backstage() as session:
        company = unit(session, UnitKind.COMPANY, "炉火钢铁公司党委")
        officer = person(session, "纪明", password=password_hash(), staff_no="G00001")
        post(session, officer.id, company.id, Role.COMPANY_OFFICE)
    return Story(at, backstage, new_phone)


def test_from_the_roster_to_a_sheet_that_adds_up(story):
    the_office_imports_the_roster(story)
    the_office_hands_out_slips(story)
    the_leader_starts_with_a_slip_and_calls_the_meeting(story)
    the_code_is_read_from_afar_by_day_and_night(story)
    somebody_scans_early(story)
    the_leader_opens_and_the_early_one_is_asked_at_once(story)
    one_logged_in_signs_in_two_taps_and_twice_is_once(story)
    one_with_a_slip_takes_five_minutes(story)
    an_old_code_says_what_to_do(story)
    another_group_is_refused_politely(story)
    one_reads_the_six_digits_and_so_does_the_leader(story)
    one_asks_leave_and_gets_it(story)
    one_is_ticked(story)
    one_is_undone_with_trace(story)
    one_comes_late(story)
    the_leader_closes_and_the_sheet_adds_up(story)
    the_homes_agree(story)


# --- before the meeting -----------------------------------------------------------------------------------------------


def send_roster(phone: Phone, rows: list[dict]) -> None:
    file = {"name": "花名册.xlsx", "mimeType": EXCEL, "buffer": workbook(rows)}
    phone.tap("导入", within="nav", exact=True)
    phone.page.get_by_label("花名册").first.set_input_files(file)
    phone.type("生效日期", "2026-01-01").tap("上传并预览").sees("导入预览")


def the_office_imports_the_roster(story):
    story.office = story.new_phone().open("/")
    story.office.type("工号", "G00001").type("密码", PASSWORD).tap("登录", within="main", exact=True).sees(
        "还没有花名册"
    )
    sound = large_roster(SIZE, **{f"p{number}": name for number, name in NAMES.items()})
    bad, expected = spoilt(sound, every=6)
    send_roster(story.office, bad)
    told = story.office.page.locator("#faults .row-main").all_inner_texts()
    wrong = [(text, cell) for text, (cell, words) in zip(told, expected, strict=True)
             if not (text.startswith(f"{cell} ") and words in text)]  # fmt: skip
    assert wrong == []
    story.office.tap("确认导入").sees("还没有导入", f"还有{len(FAULTS)}行有问题")
    story.office.open("/")
    send_roster(story.office, sound)
    story.office.sees_no("有问题的格子").tap("确认导入").sees("导入结果", f"新加入 {SIZE} 人")


def the_office_hands_out_slips(story):
    with story.backstage() as session:
        branch_id = session.scalar(sa.select(Placement.unit_id).where(Placement.name == BRANCH))
    page = story.office.open(f"/branches/{branch_id}").tap("发激活码").tap("出纸条").sees("48 条，只显示这一次").page
    for number in (LEADER, NEW):
        slip = page.get_by_label(NAMES[number], exact=True)
        (found,) = zxingcpp.read_barcodes(shot_of(slip.locator(".slip-qr")), formats=zxingcpp.BarcodeFormat.QRCode)
        code = slip.locator(".slip-code").inner_text()
        story.slips[number] = found.text, re.sub(r"^激活码|\s", "", code)


def starts_with_slip(phone: Phone, slip: tuple[str, str], password: str) -> Phone:
    """Fill in the page of first use: the staff number comes with the slip's picture."""
    phone.type("激活码", slip[1]).type("新密码", password).type("再输一遍", password)
    return phone.tap("开始用", within="#main")


def the_leader_starts_with_a_slip_and_calls_the_meeting(story):
    story.at(CALLED)
    with story.backstage() as session:
        group_id = session.scalar(
            sa.select(Placement.unit_id).where(Placement.name == GROUP).order_by(Placement.unit_id).limit(1)
        )
        before = {"starts_at": clock.beijing("2026-02-05 16:30"), "place": "一号高炉休息室"}
        over = {"closed_at": clock.beijing("2026-02-05 17:30"), "opened_at": clock.beijing("2026-02-05 16:20")}
        by = session.scalar(sa.select(Person.id).where(Person.name == NAMES[LEADER]))
        gathering(session, group_id, by=by, opened_by=by, closed_by=by, **before, **over)
    story.leader = story.phones[LEADER] = story.new_phone()
    address, _code = story.slips[LEADER]
    starts_with_slip(story.leader.open(address), story.slips[LEADER], "高炉出铁一三五七九").sees("章志刚同志，下午好")
    story.leader.count_taps().tap("本月党小组会还没召集").sees("召集会议")
    expect(story.leader.page.get_by_label("地点")).to_have_value("一号高炉休息室")
    expect(story.leader.page.get_by_label("时间")).to_have_value(f"{DAY}T16:30")
    story.leader.tap("召集", within="#main", exact=True).sees("已召集", "一号高炉休息室")
    assert story.leader.taps <= 3
    story.meeting = story.leader.path


# --- at the meeting ---------------------------------------------------------------------------------------------------


def the_code_is_read_from_afar_by_day_and_night(story):
    story.at(SHOWN)
    story.leader.tap("先把签到码放出来").sees("现场签到")
    night = story.new_phone(color_scheme="dark").sign_on(story.backstage, story.person_id(SECRETARY))
    night.open(f"{story.meeting}/code")
    read = {read_code(phone.page, pixels) for phone in (story.leader, night) for pixels in (3, 4, 6)}
    assert len(read) == 1
    assert re.fullmatch(r"HTTP://127\.0\.0\.1:\d+/Q/[A-Z2-7]{17,}", read.pop())


def somebody_scans_early(story):
    story.scans(EARLY).sees("码收好了", "主持人开始签到后").sees_no("已到会")


def the_leader_opens_and_the_early_one_is_asked_at_once(story):
    story.at(OPENED)
    story.leader.tap("开始签到").sees("应到名单已定")
    expect(story.leader.page.locator("#board")).to_contain_text("未到 12 人")
    early = story.phones[EARLY]  # its page asks by itself
    early.tap("签到", within="#desk", exact=True).sees("已到会", "16:18")


def one_logged_in_signs_in_two_taps_and_twice_is_once(story):
    ready = story.scans(READY).count_taps().tap("签到", within="#main", exact=True).sees("已到会", "田富同志")
    assert ready.taps <= 2
    story.signs(TWICE)
    story.scans(TWICE).sees("已到会", "罗少华同志").is_at("/receipt")
    assert "3／12" in re.sub(r"\s", "", story.phones[TWICE].page.locator("dl").inner_text())


def one_with_a_slip_takes_five_minutes(story):
    story.at(f"{DAY} 16:21")
    new = story.phones[NEW] = story.new_phone().open(story.code()).sees("码是对的", "扫码时间已经记下")
    story.at(f"{DAY} 16:26")
    new.tap("第一次用").type("工号", "000003")
    starts_with_slip(new, story.slips[NEW], "铁水奔流二四六八").sees(GROUP)
    new.tap("签到", within="#main", exact=True).sees("已到会", "田大利同志", "16:21")


def an_old_code_says_what_to_do(story):
    old = story.code()
    story.at(f"{DAY} 16:27")
    stale = story.phone_of(STALE).open(old)
    stale.sees("这个码过期了", "请对准会场屏幕再扫", "请主持人给您补签").sees_no("已到会")
    story.signs(STALE)


def another_group_is_refused_politely(story):
    story.scans(STRANGER).sees("这次签不了", "您不在这次会议的应到名单里。名单有误，请主持人在“名单里少了人”里补上。")


def one_reads_the_six_digits_and_so_does_the_leader(story):
    spoken = story.leader.open(f"{story.meeting}/code").page.locator(".passcode").inner_text()
    phone = story.phone_of(SPOKEN).open("/").tap("扫不了？输口令")
    phone.type("签到口令", "000 000" if spoken != "000 000" else "000 001").tap("签到", within="#main", exact=True)
    phone.sees("口令不对或已经换了")
    phone.type("签到口令", spoken).tap("签到", within="#main", exact=True).sees("已到会", "简文斌同志")
    story.leader.open("/").tap("我自己签到").tap("党小组会", within="#main")
    story.leader.type("签到口令", spoken).tap("签到", within="#main", exact=True).sees("已到会", "章志刚同志")


def one_asks_leave_and_gets_it(story):
    away = story.phone_of(ON_LEAVE).open(story.meeting).unfold("请假").type("原因", "当班")
    away.tap("请假", within="#main form", exact=True).sees("请假待批")
    story.leader.open("/").sees("请假待批").tap(NAMES[ON_LEAVE]).tap("准假", exact=True).sees("已准假")
    away.open("/").sees("已准假")


def one_is_ticked(story):
    story.leader.open(f"{story.meeting}/code").tap(NAMES[TICKED]).choose("手机没电").tap("本人在场，补签")
    story.leader.sees("补签了 1 人")


def one_is_undone_with_trace(story):
    story.signs(UNDONE)
    story.leader.open(f"{story.meeting}/code").tap(NAMES[UNDONE]).type("撤销这次签到的原因", "替别人点的，本人没来")
    story.leader.tap("撤销签到").sees("已撤销，原记录留有痕迹")
    story.phones[UNDONE].open("/").sees("签到中")


def one_comes_late(story):
    story.at(f"{DAY} 16:37")
    story.signs(LATE).sees("晚到 7 分钟，如实记下了")


# --- after the meeting ------------------------------------------------------------------------------------------------

WHY = {
    LEADER: "口令", READY: "扫码", NEW: "扫码", STALE: "扫码", TWICE: "扫码", EARLY: "扫码",
    SPOKEN: "口令", TICKED: "补签（章志刚），手机没电", LATE: "扫码，迟到 7 分钟", ON_LEAVE: "公假，当班",
    UNDONE: "没有请假", AWAY: "没有请假",
}  # fmt: skip
PRESENT = (LEADER, READY, NEW, STALE, TWICE, EARLY, SPOKEN, TICKED, LATE)


def the_leader_closes_and_the_sheet_adds_up(story):
    story.at(OVER)
    story.leader.open(f"{story.meeting}/code").tap("结束签到").tap("人记缺席，结束").sees("签到已结束")
    story.leader.sees("应到 12 = 实到 9 + 请假 1 + 缺席 2。").sees("实到 9 人", "请假 1 人", "缺席 2 人")
    rows = story.leader.page.locator("table.sheet tr")
    told = {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows.all()}
    assert told == {NAMES[number]: why for number, why in WHY.items()}
    story.leader.sees("龙新华 16:27 的签到，章志刚 于", "替别人点的，本人没来")


def the_homes_agree(story):
    for number in WHY:
        came = "应到 1 次，实到 1 次" if number in PRESENT else "应到 1 次，实到 0 次"
        story.phone_of(number).open("/").sees(came)
    story.phones[READY].sees("已到会").tap("看回执").sees("田富同志")
    story.leader.sees("已到会").sees_no("本月党小组会还没召集")
    story.phones[AWAY].open("/me/attendance").sees("缺席")
    secretary = story.phone_of(SECRETARY).open("/meetings").tap("党小组会", within="#main")
    secretary.sees("应到 12 = 实到 9 + 请假 1 + 缺席 2。")
    row = story.office.open("/").page.get_by_role("row").filter(has_text="第一炼铁厂党委")
    expect(row).to_contain_text("1／25")

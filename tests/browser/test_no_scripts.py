"""With scripts off everything works: logging in, meetings, jotting, declaring, importing, feedback."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import Phone, read_code
from tests.cast import PASSWORD
from tests.rosters import EXCEL, large_roster, workbook

DAY = "2026-03-05"


@pytest.fixture
def plain_phone(new_phone):
    """Return a function that makes a phone whose browser runs no scripts."""
    return lambda: new_phone(java_script_enabled=False)


def logged_in(phone: Phone, actor) -> Phone:
    return phone.open("/").sees("党小组工作台").log_in(actor).sees(f"{actor.name}同志，")


def called(leader: Phone) -> str:
    """Call the meeting of the leader's group from 今天 and return its address."""
    leader.tap("本月党小组会还没召集").type("地点", "一号高炉休息室").tap("召集", within="#main", exact=True)
    return leader.sees("已召集").path


def test_a_meeting_from_calling_to_closing(plain_phone, world, at):
    at(f"{DAY} 16:20:01")
    leader = logged_in(plain_phone(), world.leader).sees("下午好")
    path = called(leader)
    early = logged_in(plain_phone(), world.probationer).open(f"{path}/sign-in").sees("签到还没开始")
    code = read_code(leader.tap("开始签到").sees("现场签到").page)
    member = plain_phone().open(code).sees("码是对的").type("工号", world.member.staff_no).type("密码", PASSWORD)
    member.tap("登录，接着签到").tap("签到", within="#main", exact=True).sees("已到会")
    at(f"{DAY} 16:20:46")
    leader.tap("刷新签到码和名单")
    spoken = leader.page.locator(".passcode").inner_text()
    assert read_code(leader.page) != code
    expect(leader.page.locator("#board")).to_contain_text("实到 1 人")
    early.tap("刷新看看").type("签到口令", spoken).tap("签到", within="#main", exact=True).sees("已到会")
    leader.tap("一次补签几个人").choose(world.leader.name).tap("本人在场，补签").sees("补签了 1 人")
    leader.tap("刷新名单").sees("实到 3 人")
    leader.tap("签到码", within="#main").tap("结束签到").tap("1 人记缺席，结束")
    leader.sees("应到 4 = 实到 3 + 请假 0 + 缺席 1。")


def test_the_wall_turns_by_itself(plain_phone, world, at, backstage):
    at(f"{DAY} 16:20:12")
    leader = plain_phone().sign_on(backstage, world.leader.id).open("/")
    path = called(leader)
    leader.open(f"{path}/code?view=wall")
    before = leader.page.locator(".passcode").inner_text()
    at(f"{DAY} 16:20:15")
    expect(leader.page.locator(".passcode")).not_to_have_text(before)


def test_asking_leave_and_getting_it(plain_phone, world, at, backstage):
    at(f"{DAY} 16:20")
    leader = plain_phone().sign_on(backstage, world.leader.id).open("/")
    member = plain_phone().sign_on(backstage, world.member.id).open(called(leader))
    member.unfold("请假").type("原因", "当班").tap("请假", within="#main form", exact=True).sees("请假已提交")
    leader.open("/").tap(world.member.name).tap("准假", exact=True).sees("已准假")
    member.open("/").sees("已准假")


def test_jotting_and_finding_it_again(plain_phone, world, at, backstage):
    at(f"{DAY} 09:00")
    leader = plain_phone().sign_on(backstage, world.leader.id).open("/").tap("记一笔", within=".nav")
    leader.type("一句话", "三号铁水包工位查隐患").tap("记好了").sees("三号铁水包工位查隐患", "按姓氏笔画")
    leader.open("/activities").unfold("筛选").page.get_by_label("找字").fill("铁水包")
    leader.tap("筛选", within="#main").sees("三号铁水包工位查隐患").tap("不筛了").sees("三号铁水包工位查隐患")
    member = plain_phone().sign_on(backstage, world.member.id).open("/").sees("请您确认")
    member.tap("是", within="#main", exact=True).sees("收到。")


def test_declaring_until_it_is_public(plain_phone, world, at, backstage):
    at(f"{DAY} 09:00")
    member = plain_phone().sign_on(backstage, world.member.id).open("/").tap("申报积分").tap("申报一件事")
    member.choose("制止违章").type("做了什么", "提醒吊运区不站人").tap("交上去").sees("已交上去")
    leader = plain_phone().sign_on(backstage, world.leader.id).open("/inbox").sees("提醒吊运区不站人")
    leader.tap("选中的属实，报支委会").sees("1 条已核实，转支委会。")
    secretary = plain_phone().sign_on(backstage, world.secretary.id, office=True).open("/inbox")
    secretary.tap("一起确认选中的").sees("1 条已确认，等公示。").tap("公示选中的").sees("1 条开始公示")
    member.open("/me/points").sees("待生效", "提醒吊运区不站人").unfold("基础分").sees("每季整额计入")


def test_importing_a_roster(plain_phone, world, at):
    at(f"{DAY} 09:00")
    office = logged_in(plain_phone(), world.company_officer).tap("导入", within="nav", exact=True)
    file = {"name": "花名册.xlsx", "mimeType": EXCEL, "buffer": workbook(large_roster(12))}
    office.page.get_by_label("花名册").first.set_input_files(file)
    office.tap("上传并预览").sees("新加入 12 人").tap("确认导入").sees("名单已导入")


def test_saying_what_is_not_easy_and_being_answered(plain_phone, world, at):
    at(f"{DAY} 09:00")
    member = logged_in(plain_phone(), world.member).tap("意见建议")
    member.type("哪里不好用", "签到码再大一点").tap("提交").sees("收到了")
    office = logged_in(plain_phone(), world.company_officer).tap("意见建议").tap("待答复的意见").tap("签到码再大一点")
    office.type("答复", "已经放大了").tap("公开答复").sees("已答复")
    member.open("/feedback").sees("签到码再大一点", "已经放大了")


def test_first_use_and_leaving(plain_phone, world, at):
    at(f"{DAY} 09:00")
    secretary = logged_in(plain_phone(), world.secretary).open(f"/people/{world.member.id}").tap("发激活码")
    code = secretary.page.locator(".slip-code").inner_text().replace("激活码", "")
    member = plain_phone().open("/activate").type("工号", world.member.staff_no).type("激活码", code)
    member.type("新密码", "铁水奔流二四六八").type("再输一遍", "铁水奔流二四六八").tap("开始用").sees("早上好", "退出")
    member.tap("退出", exact=True).sees("党小组工作台").open("/me").sees("党小组工作台").log_in(world.member)
    member.sees("工号或密码不对")

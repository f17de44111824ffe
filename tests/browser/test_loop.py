"""The loop of the mission by phones of 390 px (issue 3): jotted, confirmed, declared, decided, public, in effect.

A leader jots a hazard check with five people; it ends as a line on a member's sheet that says by which rule, on what
evidence, confirmed by whom, under which cap; and the branch closes its quarter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partygroup import clock
from partygroup.db import transaction
from partygroup.people.models import Person
from partygroup.scores.models import Declaration, Entry
from partygroup.scores.settling import settle
from tests.browser.phones import Phone
from tests.cast import World
from tests.factories import person

LINE = "三号铁水包工位查隐患"
ELSEWHERE = ["余小满", "安秋分", "冯立夏"]
JOTTED, DECIDED, PUBLIC, OBJECTED, ANSWERED = (f"2026-07-06 {hour}:00" for hour in ("09", "14", "15", "16", "17"))
AFTER, CLOSING = "2026-07-14 08:00", "2026-10-20 09:00"


@dataclass
class Story:
    """Who holds which phone, and where things are."""

    at: Callable
    backstage: Callable
    new_phone: Callable
    world: World
    ids: dict[str, int]
    phones: dict[str, Phone] = field(default_factory=dict)
    activity: str = ""

    def phone(self, name: str) -> Phone:
        """Return somebody's phone, logged in from an earlier day, its office closed."""
        if name not in self.phones:
            self.phones[name] = self.new_phone().sign_on(self.backstage, self.ids[name])
        return self.phones[name]

    def office(self, name: str, path: str) -> Phone:
        """Open a page that asks an officer for the password, which is given once."""
        phone = self.phone(name).open(path)
        if phone.page.locator("#office_password").count():
            phone.type("密码", self.world.secretary.password).tap("确认，接着办")
        return phone

    def states(self) -> dict[tuple[str, str], str]:
        """Return (name, item) → state of every declaration."""
        names = {number: name for name, number in self.ids.items()}
        with self.backstage() as session:
            rows = session.execute(sa.select(Declaration.person_id, Declaration.item, Declaration.state))
            return {(names[row.person_id], row.item): row.state for row in rows}


@pytest.fixture
def story(world, new_phone, backstage, at) -> Story:
    """The leader's group has eight members; three of them were elsewhere."""
    at(JOTTED)
    with backstage() as session:
        for name in [*ELSEWHERE, "邱谷雨"]:
            person(session, name, branch=world.branch.id, group=world.group.id)
    with backstage() as session:
        ids = dict(map(tuple, session.execute(sa.select(Person.name, Person.id))))
    return Story(at, backstage, new_phone, world, ids)


def test_from_a_hazard_check_to_a_line_that_explains_itself(story):
    the_leader_jots_with_five_people_in_six_taps(story)
    the_named_confirm_and_one_differs(story)
    one_tap_declares_for_all_who_took_part(story)
    a_member_declares_and_the_group_looks(story)
    own_ones_are_routed_upward(story)
    the_committee_confirms_in_a_batch(story)
    it_is_put_on_publicity(story)
    one_objection_is_upheld(story)
    it_takes_effect(story)
    the_reason_is_two_taps_from_home(story)
    the_branch_closes_its_quarter(story)


# --- what was done ----------------------------------------------------------------------------------------------------


def the_leader_jots_with_five_people_in_six_taps(story):
    leader = story.phone("章志刚").open("/").count_taps()
    leader.tap("记一笔", within=".nav").is_at("/activities/new").type("一句话", LINE)
    for name in ELSEWHERE:
        leader.tap_on(leader.page.locator("label.person").filter(has_text=name))
    leader.tap("记好了").is_at("/activities/*").sees(LINE, "5 人 · 按姓氏笔画")
    assert leader.taps <= 6
    story.activity = leader.path


def the_named_confirm_and_one_differs(story):
    for name in ("田富", "何朱雀"):
        yes = story.phone(name).open("/").count_taps().sees("请您确认", LINE)
        yes.tap("是", within="#main", exact=True).sees("收到。").sees_no("请您确认")
        assert yes.taps == 1
    other = story.phone("田大利").open("/").tap("有出入", within="#main", exact=True)
    other.type("哪里有出入", "我去的是二号工位").tap("有出入", within="#differs", exact=True).sees("收到。", "说有出入")
    story.phone("章志刚").open("/activities").sees("1 人说有出入")


def one_tap_declares_for_all_who_took_part(story):
    """From the activity itself; a tap by mistake is taken back, and another item may be chosen instead."""
    expected = {(name, "SE-HAZARD-CLOSED"): "group_reviewed" for name in ("章志刚", "田富", "何朱雀", "邱谷雨")}
    leader = story.phone("章志刚").open(story.activity).sees("说没参加、有出入的不在内", "选别的项")
    leader.count_taps().tap("为 4 人申报 一般隐患 +0.5").sees("已为 4 人申报", "已经申报")
    assert leader.taps == 1 and story.states() == expected
    leader.tap("点错了，撤回这次申报").is_at("/activities/*").sees("已撤回 4 人的申报")
    assert story.states() == {}
    leader.tap("为 4 人申报 一般隐患 +0.5").sees("+0.5", "+0.3")
    assert story.states() == expected
    leader.open(story.activity).sees("已为 4 人申报").sees_no("一般隐患 +0.5")


# --- what members declare themselves, and who decides -----------------------------------------------------------------


def declares(story, name: str, item: str, text: str) -> Phone:
    phone = story.phone(name).open("/declarations").tap("申报一件事").choose(item).type("做了什么", text)
    return phone.tap("交上去").sees("已交上去")


def a_member_declares_and_the_group_looks(story):
    declares(story, "田富", "制止违章", "提醒吊运区不站人").sees("党小组长章志刚核实")
    leader = story.phone("章志刚").open("/").sees("1 件积分申报等您办").tap("1 件积分申报等您办")
    leader.sees("提醒吊运区不站人").tap("选中的属实，报支委会").sees("1 条已核实，转支委会。", "没有等您办的")


def own_ones_are_routed_upward(story):
    """The leader's goes to the committee, the deputy's to the other officer, the secretary's to the unit's office."""
    own = declares(story, "章志刚", "制止违章", "叫停无票动火").sees("支委（宋玉梅、罗少华）确认").sees_no("属实")
    own.open("/inbox").sees("没有等您办的")
    declares(story, "罗少华", "按期完成", "完成换辊").sees("支委（宋玉梅）确认")
    declares(story, "宋玉梅", "按期完成", "完成定修").sees("上级党委党群部门确认")
    deputy = story.office("罗少华", "/inbox").sees("完成换辊", "这是您自己的申报，可以由宋玉梅确认。")
    deputy.sees("这是支部书记的申报，由上级党委党群部门确认。")
    boxes = deputy.page.locator("#main input[name=chosen]")
    assert boxes.count() == 6
    deputy.tap("看罗少华的这条").sees("自己的申报要由别人来定").sees_no("确认 +2.0")


def the_committee_confirms_in_a_batch(story):
    story.at(DECIDED)
    secretary = story.phone("宋玉梅").open("/").tap("待审", within=".nav")
    secretary.type("密码", story.world.secretary.password).tap("确认，接着办")
    secretary.count_taps().sees("支委会确认").tap("一起确认选中的").sees("7 条已确认，等公示。")
    assert secretary.taps == 1
    secretary.sees("由上级党委党群部门确认").sees_no("一起确认选中的")
    office = story.office("简文斌", "/inbox").sees("完成定修").tap("一起确认选中的")
    office.sees("1 条已确认，等公示。")
    assert set(story.states().values()) == {"confirmed"}


# --- publicity --------------------------------------------------------------------------------------------------------


def it_is_put_on_publicity(story):
    story.at(PUBLIC)
    story.office("宋玉梅", "/inbox").sees("等公示").tap("公示选中的").sees("8 条开始公示")
    assert set(story.states().values()) == {"in_publicity"}


def one_objection_is_upheld(story):
    """Somebody of the branch says that a line is wrong; whoever did not confirm it looks, and it stands."""
    story.at(OBJECTED)
    other = story.phone("邹丽萍").open("/").tap("我的", within=".nav").tap("积分公示")
    line = other.page.locator("#main li").filter(has_text="田富").filter(has_text=LINE)
    other.tap_on(line.locator("summary"))
    line.get_by_label("哪里不对").fill("那天他在顶班")
    other.tap_on(line.get_by_role("button", name="提出异议")).sees("已收到", "有异议，等答复")
    assert story.states()["田富", "SE-HAZARD-CLOSED"] == "disputed"
    story.at(ANSWERED)
    story.office("宋玉梅", "/inbox").sees("有异议，等答复", "这条是您确认的，由罗少华答复")
    deputy = story.office("罗少华", "/inbox").tap(LINE).sees("那天他在顶班", "邹丽萍提出")
    deputy.choose("维持").page.locator("#text").fill("班组记录写明他在场")
    deputy.tap("答复", within="#main", exact=True).sees("已答复")
    mine = story.phone("田富").open("/me").tap("积分公示").sees("公示到7月13日")
    mine.open("/declarations").tap(LINE).sees("班组记录写明他在场").sees_no("邹丽萍")


def it_takes_effect(story):
    story.at("2026-07-13 20:00")
    assert effective(story) == 0
    story.at(AFTER)
    assert effective(story) == 8
    assert set(story.states().values()) == {"effective"}
    with story.backstage() as session:
        rows = session.execute(sa.select(Entry.person_id, Entry.confirmed_by)).all()
    assert len(rows) == 8 and all(whose != by for whose, by in rows)


def effective(story) -> int:
    """Let the hourly timer run; return how many took effect."""
    with story.backstage() as session, transaction(session):
        return settle(session, at=clock.now()).effective


# --- why --------------------------------------------------------------------------------------------------------------


def the_reason_is_two_taps_from_home(story):
    """18.0 + 18.8 + 10.0 + 21.0: from the total to the reason of a line it is one tap, from home two."""
    mine = story.phone("田富").open("/").count_taps().tap("先锋分", within=".nav").sees("67.8", "没有结账")
    line = mine.page.locator("#SE-HAZARD")
    mine.tap_on(line.locator("summary"))
    for words in (
        "1条，合计0.3", "一般隐患 +0.5", "每季最多 4.0", "（SE-HAZARD）", LINE, "7月6日", "看活动",
        "确认：宋玉梅（7月支委会）",
    ):  # fmt: skip
        expect(line).to_contain_text(words)
    assert mine.taps == 2
    stopped = mine.page.locator("#SE-STOP")
    mine.tap_on(stopped.locator("summary"))
    expect(stopped).to_contain_text("核实：章志刚 · 确认：宋玉梅（7月支委会）")
    mine.tap_on(line.get_by_role("link", name="看活动")).sees(LINE, "5 人 · 按姓氏笔画")
    differing = story.phone("田大利").open("/me/points").sees("67.0")
    expect(differing.page.locator("#SE-HAZARD")).to_have_count(0)


def the_branch_closes_its_quarter(story):
    story.at(CLOSING)
    story.phones.clear()  # in three months they have all logged in again
    where = f"/branches/{story.world.branch.id}"
    secretary = story.office("宋玉梅", where).tap("积分", within="#main")
    secretary.tap("2026年 三季度").sees("计分 13 人", "67.8").tap("结账", within="#main", exact=True)
    secretary.type("密码", story.world.secretary.password).tap("确认，接着办")
    secretary.sees("2026年第三季度已结账。", "10月20日 已结账").sees_no("再等几天")
    mine = story.phone("田富").open("/me/points?quarter=2026Q3").sees("67.8", "10月20日 已结账")
    mine.tap_on(mine.page.locator("#SE-HAZARD summary")).sees("确认：宋玉梅（7月支委会）")

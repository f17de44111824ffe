"""待发箱 on the phone: what it accepted lands once, or stands there with a sentence, whatever the network does (C2)."""

from __future__ import annotations

from random import Random

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partygroup.activities.models import Activity
from partygroup.people.models import Login
from tests.browser.phones import Phone

DRAFTS = """indexedDB.databases().then((all) => all.some((one) => one.name === "luhuo") && new Promise((told) => {
  const asked = indexedDB.open("luhuo");
  asked.onsuccess = () => {
    const counted = asked.result.transaction("drafts").objectStore("drafts").count();
    counted.onsuccess = () => { asked.result.close(); told(counted.result > 0); };
  };
}))"""
WORKER_STANDS = "navigator.serviceWorker.ready.then(() => caches.match('/outbox')).then(Boolean)"


class BadLine:
    """A network that loses requests on their way to the server, and answers on their way back."""

    def __init__(self, seed: int, share: float = 0.3):
        self.random, self.share, self.lost = Random(seed), share, 0

    def __call__(self, route) -> None:
        on_the_way, on_the_way_back = (self.random.random() < self.share for _ in range(2))
        if route.request.method != "POST" or not (on_the_way or on_the_way_back):
            route.continue_()
            return
        self.lost += 1
        if not on_the_way:
            route.fetch()
        route.abort()


def jot(phone: Phone, line: str) -> None:
    """Jot from the form, and wait until the phone has it."""
    phone.open("/activities/new").type("一句话", line).tap("记好了")
    phone.page.wait_for_url(lambda url: not url.endswith("/activities/new"))


def jotted(backstage) -> list[str]:
    with backstage() as session:
        return sorted(session.scalars(sa.select(Activity.text)))


@pytest.fixture
def leader(world, backstage, new_phone) -> Phone:
    """The leader's phone, whose browser complains of every lost request."""
    phone = new_phone().sign_on(backstage, world.leader.id)
    yield phone
    phone.noise.clear()


@pytest.mark.postgres
def test_on_a_bad_line_everything_lands_once(leader, backstage):
    line = BadLine(seed=4)
    leader.page.route("**/activities", line)
    lines = [f"第{number}次查隐患" for number in range(8)]
    for text in lines:
        jot(leader, text)
    leader.page.unroute("**/activities")
    leader.open("/outbox").sees("都交上去了")
    assert line.lost > 2 and jotted(backstage) == sorted(lines)


def test_without_a_network_it_waits_and_says_so(leader, backstage):
    leader.page.route("**/activities", lambda route: route.abort())
    jot(leader, "没有信号时写的")
    leader.sees("存在手机里了", "没有信号时写的", "待发")
    leader.open("/").sees("手机里还有 1 条没交上去")
    assert jotted(backstage) == []
    leader.open("/outbox").until("document.documentElement.dataset.net === 'down'")
    leader.page.unroute("**/activities")
    leader.tap("现在试一次").sees("都交上去了", "已收")
    assert jotted(backstage) == ["没有信号时写的"]


def test_whoever_goes_back_after_sending_finds_the_form_empty(leader, backstage):
    """A form still filled in looks as if it had not been sent, and would be sent as another one."""
    leader.page.route("**/activities", lambda route: route.abort())
    for line in ("没连上时记的", "连上了记的"):
        jot(leader, line)
        leader.page.go_back(wait_until="load")
        expect(leader.page.get_by_label("一句话")).to_have_value("")
        leader.page.unroute_all()
    leader.open("/outbox").sees("都交上去了")
    assert jotted(backstage) == ["没连上时记的", "连上了记的"]


def test_nobody_else_on_this_phone_sees_or_sends_it(leader, world, backstage):
    leader.page.route("**/activities", lambda route: route.abort())
    jot(leader, "组长自己的一条")
    page = leader.sees("存在手机里了").page
    page.context.clear_cookies()
    page.unroute("**/activities")
    leader.sign_on(backstage, world.member.id).open("/").open("/outbox").sees("由本人登录后发").sees_no(
        "组长自己的一条"
    )
    assert jotted(backstage) == []
    page.context.clear_cookies()
    leader.sign_on(backstage, world.leader.id).open("/").open("/outbox").sees("组长自己的一条", "已收")
    assert jotted(backstage) == ["组长自己的一条"]


def test_an_ended_login_loses_nothing(leader, world, backstage):
    leader.open("/activities/new").type("一句话", "登录过期前写的")
    with backstage() as session:
        session.execute(sa.delete(Login))
    leader.tap("记好了").sees("存在手机里了", "登录过期前写的", "登录已经到期，登录后接着发。")
    leader.tap("去登录").log_in(world.leader).sees("都交上去了", "已收")
    assert jotted(backstage) == ["登录过期前写的"]


def test_a_page_left_open_does_not_take_the_phone_back(leader, world, backstage):
    leader.page.route("**/activities", lambda route: route.abort())
    jot(leader, "组长自己的一条")
    left_open = leader.sees("存在手机里了").open("/").sees("手机里还有 1 条没交上去").page
    left_open.context.clear_cookies()
    other = Phone(left_open.context.new_page(), leader.home).sign_on(backstage, world.member.id).open("/")
    with left_open.expect_request("**/activities"):  # the page left open tries to send what is its own
        left_open.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.page.context.clear_cookies()  # the page as it lies on the phone for when there is no network: nobody's
    other.open("/outbox").sees("由本人登录后发").sees_no("组长自己的一条")


def test_one_that_the_server_cannot_take_holds_up_no_other(leader, backstage):
    leader.page.route("**/activities", lambda route: route.abort())
    for line in ("服务器出错的一条", "后面的一条"):
        jot(leader, line)

    def fail_one(route) -> None:
        if "服务器出错".encode() in route.request.post_data_buffer:
            route.fulfill(status=500, json={"state": "waiting", "words": ""})
        else:
            route.continue_()

    leader.page.route("**/activities", fail_one)
    leader.open("/outbox").sees("已收", "待发")
    assert jotted(backstage) == ["后面的一条"]


def test_what_was_deleted_stays_so_though_an_answer_comes_late(leader):
    leader.page.route("**/activities", lambda route: route.abort())
    jot(leader, "写错了的一条")
    held = []
    leader.sees("存在手机里了").until("document.documentElement.dataset.net === 'down'")
    leader.page.unroute("**/activities")
    leader.page.route("**/activities", lambda route: held.append(route))
    with leader.page.expect_request("**/activities"):
        leader.tap("现在试一次")
    leader.tap("删掉").tap("确定删掉").sees("都交上去了")
    held[0].fulfill(status=422, json={"state": "returned", "words": "谁参加了？"})
    leader.until("document.documentElement.dataset.net === 'up'")
    leader.open("/outbox").sees("都交上去了").sees_no("写错了的一条")


def test_what_is_refused_stays_in_its_form(leader, backstage):
    leader.open("/activities/new").tap("清空").type("一句话", "没有人参加").tap("记好了")
    leader.sees("谁参加了。")
    expect(leader.page.get_by_label("一句话")).to_have_value("没有人参加")
    assert leader.path == "/activities/new" and jotted(backstage) == []


def test_a_phone_that_keeps_nothing_sends_at_once(new_phone, world, backstage):
    phone = new_phone().sign_on(backstage, world.leader.id)
    phone.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    jot(phone, "不让存的浏览器")
    assert jotted(backstage) == ["不让存的浏览器"]


def test_a_draft_is_there_again(leader):
    leader.open("/activities/new").type("一句话", "写到一半")
    leader.until(DRAFTS)
    leader.open("/").open("/activities/new").sees("接着上次没写完的")
    expect(leader.page.get_by_label("一句话")).to_have_value("写到一半")
    leader.tap("清空重写")
    expect(leader.page.get_by_label("一句话")).to_have_value("")


def test_today_opens_without_a_network(new_phone, server, world, backstage):
    phone = new_phone(service_workers="allow", home=server.home).sign_on(backstage, world.leader.id).open("/")
    phone.until(WORKER_STANDS)
    phone.open("/").open("/activities/new")
    phone.until("caches.keys().then(names => names.some(name => name.startsWith('today-')))")
    phone.until("caches.match('/activities/new').then(Boolean)")
    server.stop()
    phone.open("/").sees("没有网络，照常用", world.leader.name)
    jot(phone, "离线写的")
    phone.sees("存在手机里了", "离线写的")
    server.start()
    phone.open("/outbox").sees("已收")
    assert jotted(backstage) == ["离线写的"]
    phone.noise.clear()


def test_two_that_differ_stand_side_by_side_until_a_person_decides(leader, world, backstage):
    leader.open("/activities/new").type("一句话", "第一次写的")
    key = leader.page.locator("input[name=key]").input_value()
    leader.tap("记好了").sees("按姓氏笔画")
    for text in ("第二次写的", "第三次写的"):
        leader.open("/activities/new").type("一句话", text)
        leader.page.evaluate("(key) => { document.querySelector('input[name=key]').value = key; }", key)
        leader.tap("记好了").sees("两份不一样", "存下的", "手机里的", "第一次写的", text)
        if text == "第二次写的":
            leader.tap("看存下的").sees("按姓氏笔画", "第一次写的").open("/outbox").tap("作为另一条再发").sees("已收")
    assert jotted(backstage) == ["第一次写的", "第二次写的"]
    leader.tap("删掉").sees("第三次写的").tap("确定删掉").sees("都交上去了").sees_no("两份不一样")
    assert jotted(backstage) == ["第一次写的", "第二次写的"]

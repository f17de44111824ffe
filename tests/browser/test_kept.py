"""The copy of today on a phone: whose it is, how old it may be, and that it is wiped with its login (S7, C2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partygroup import clock
from partygroup.activities.models import Activity
from partygroup.people.models import Login
from tests.browser.phones import Phone
from tests.factories import gathering

WORKER_STANDS = "navigator.serviceWorker.ready.then(() => caches.match('/outbox')).then(Boolean)"
KEPT = "caches.match('/activities/new').then(Boolean)"
COPIES = "caches.keys().then(names => names.filter(name => name.startsWith('today-')).join())"
#: Make every kept page so many hours older than it is.
AGE = """async (hours) => {
  const name = (await caches.keys()).find((one) => one.startsWith("today-")), copy = await caches.open(name);
  for (const request of await copy.keys()) {
    const page = await copy.match(request), headers = new Headers(page.headers);
    headers.set("Kept-At", new Date(Date.parse(headers.get("Kept-At")) - hours * 3600000).toISOString());
    await copy.put(request, new Response(await page.text(), { headers }));
  }
}"""


@pytest.fixture
def leader(world, backstage, new_phone, server, at) -> Phone:
    """The leader's phone, on which the worker has kept today."""
    at("2026-03-05 22:00")
    phone = new_phone(service_workers="allow", home=server.home).sign_on(backstage, world.leader.id).open("/")
    phone.until(WORKER_STANDS).open("/").until(KEPT)
    yield phone
    phone.noise.clear()  # the browser says that it could not reach the server


def jot(phone: Phone, line: str) -> None:
    phone.open("/activities/new").type("一句话", line).tap("记好了").is_at("/outbox*").sees(line)


def jotted(backstage, column=Activity.text) -> list:
    with backstage() as session:
        return sorted(session.scalars(sa.select(column)))


def test_the_very_first_page_is_kept_too(world, backstage, new_phone, server):
    phone = new_phone(service_workers="allow", home=server.home).sign_on(backstage, world.leader.id).open("/")
    phone.until("caches.match('/').then(Boolean)")
    server.stop()
    phone.open("/").sees("没有网络，照常用", world.leader.name)
    phone.noise.clear()


def test_two_jots_from_one_kept_page_are_two(leader, server, backstage):
    server.stop()
    jot(leader, "第一条")
    jot(leader, "第二条")
    server.start()
    leader.open("/outbox").sees("都交上去了")
    assert jotted(backstage) == ["第一条", "第二条"]


def test_a_kept_page_says_of_when_it_is_and_when_a_new_one_can_be_had(leader, server):
    server.stop()
    leader.open("/").sees("没有网络，照常用", f"这一页是 {datetime.now(ZoneInfo('Asia/Shanghai')):%H:}")
    leader.page.evaluate(AGE, 23)
    leader.open("/").sees("没有网络，照常用").until(
        "/昨天 |月/.test(document.querySelector('[data-kept-note]').textContent)"
    )
    server.start()
    leader.page.evaluate("dispatchEvent(new Event('online'))")
    leader.sees("连上了").tap("换成新的一页")
    expect(leader.page.locator("html[data-kept]")).to_have_count(0)


def test_after_midnight_today_is_the_new_day(leader, server, backstage, at):
    server.stop()
    leader.page.context.clock.set_fixed_time(datetime.now(ZoneInfo("UTC")) + timedelta(days=1))
    jot(leader, "过了零点写的")
    at("2026-03-06 07:00")
    server.start()
    leader.open("/outbox").sees("都交上去了")
    assert jotted(backstage, Activity.happened_on) == [clock.day_of(clock.beijing("2026-03-06 07:00"))]


def test_a_page_left_open_over_night_has_the_new_day(leader, server, backstage, at):
    """As long as nothing is written in it; what was begun keeps the day that was meant."""
    day = "document.querySelector('input[name=day]:checked')?.value"
    page = leader.open("/activities/new").page
    leader.until(f"{day} === '2026-03-05'")
    page.context.clock.set_fixed_time(datetime.now(ZoneInfo("UTC")) + timedelta(days=1))
    at("2026-03-06 07:00")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    leader.until(f"{day} === '2026-03-06'").type("一句话", "交班前记的")
    page.context.clock.set_fixed_time(datetime.now(ZoneInfo("UTC")) + timedelta(days=2))
    at("2026-03-07 07:00")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    leader.until(f"{day} === '2026-03-06'")
    expect(page.get_by_label("昨天")).to_be_checked()
    page.context.clock.set_fixed_time(datetime.now(ZoneInfo("UTC")) + timedelta(days=5))
    at("2026-03-10 07:00")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    leader.until("document.querySelector('input[name=other_day]').value === '2026-03-06'")
    leader.tap("记好了").sees("交班前记的", "记好了。")
    assert [str(one) for one in jotted(backstage, Activity.happened_on)] == ["2026-03-06"]


def test_a_copy_older_than_a_day_is_shown_to_nobody(leader, server):
    leader.page.evaluate(AGE, 25)
    server.stop()
    leader.open("/").sees("现在没有网络").until(f"{COPIES}.then(names => !names)")


def test_an_ended_login_takes_the_copy_along(leader, backstage):
    leader.open("/activities/new").type("一句话", "登录到期后写的")
    with backstage() as session:
        session.execute(sa.delete(Login))
    leader.tap("记好了").is_at("/outbox*").sees("登录到期后写的").until(f"{COPIES}.then(names => !names)")


def test_what_needs_the_network_says_so_and_keeps_what_is_typed(leader, server, world, backstage):
    """A form that does not wait on the phone ends in no error page of the browser."""
    with backstage() as session:
        met = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.now() + timedelta(hours=1)).id
    leader.open(f"/meetings/{met}").until(f"caches.match('/meetings/{met}').then(Boolean)")
    server.stop()
    leader.open(f"/meetings/{met}").sees("没有网络，照常用").unfold("取消会议").type("为什么取消", "停炉检修")
    cancel = leader.page.locator("form[action$=cancellation]")
    leader.tap_on(cancel.get_by_role("button")).sees("这一步要有网络才能办")
    expect(cancel.get_by_label("为什么取消")).to_have_value("停炉检修")
    server.start()
    leader.tap_on(cancel.get_by_role("button")).sees("已取消", "停炉检修")


def test_leaving_without_a_network_wipes_the_copy_and_says_that_one_is_still_logged_in(leader, server):
    server.stop()
    leader.open("/").tap("退出", exact=True).sees("还没有退出", "有信号时请再点一次")
    leader.until(f"{COPIES}.then(one => !one)")
    server.start()
    leader.tap("退出", exact=True).sees("党小组工作台")


def test_another_person_takes_its_place(leader, world, backstage, server):
    leader.page.context.clear_cookies()
    leader.sign_on(backstage, world.member.id).open("/").sees(world.member.name)
    leader.until(f"{COPIES}.then(names => names === 'today-{world.member.id}')")
    server.stop()
    leader.open("/").sees(world.member.name).sees_no(world.leader.name)


def test_it_keeps_the_large_type(leader, server):
    leader.open("/?size=large").until("document.documentElement.dataset.size === 'large'")
    leader.until("caches.match('/').then(page => page.text()).then(html => html.includes('data-size=\"large\"'))")
    server.stop()
    for path in ("/", "/outbox"):
        leader.open(path).until("document.documentElement.dataset.size === 'large'")


def test_what_waits_is_sent_when_any_call_gets_through(leader, server, world, backstage):
    with backstage() as session:
        times = {"opened_at": clock.now(), "opened_by": world.leader.id}
        met = gathering(session, world.group.id, by=world.leader.id, **times).id
    leader.open(f"/meetings/{met}/sign-ins").sees("签到名单")
    server.stop()
    leader.open("/activities/new").until("document.documentElement.dataset.net === 'down'")
    jot(leader, "一有信号就交")
    leader.open(f"/meetings/{met}/sign-ins").sees("没有网络，照常用")
    server.start()
    leader.sees("连上了")
    leader.until("!document.documentElement.hasAttribute('data-waits')")
    assert jotted(backstage) == ["一有信号就交"]

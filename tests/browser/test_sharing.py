"""One phone, two people: B neither sees nor sends nor is handed what is A's, and A finds everything again (C2)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Activity
from partygroup.web import pwa
from tests.browser.phones import Phone
from tests.browser.test_outbox import DRAFTS, jot, jotted

WAITING, TYPED = "甲没交上去的一条", "甲写到一半的一句"
#: Notes every text that the phone's store hands to a page, whatever reads it.
WATCH = """window.handed = [];
const result = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "result");
const value = Object.getOwnPropertyDescriptor(IDBCursorWithValue.prototype, "value");
const note = (what) => {
  try { window.handed.push(JSON.stringify(what)); } catch { /* a database or a cursor, which has no text */ }
  return what;
};
const watch = (kind, name, how) =>
  Object.defineProperty(kind.prototype, name, { ...how, get() { return note(how.get.call(this)); } });
watch(IDBRequest, "result", result);
watch(IDBCursorWithValue, "value", value);"""
COPIES = "caches.keys().then((names) => names.filter((name) => name.startsWith('today-')).join(' '))"


def shut(phone: Phone) -> None:
    """Lose every activity on its way."""

    def lose(route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    phone.page.context.route("**/activities", lose)


def change_hands(phone: Phone, backstage, person_id: int) -> Phone:
    """Log somebody else in on the same phone; whoever was there has not signed out."""
    phone.page.context.clear_cookies()
    return phone.sign_on(backstage, person_id)


@pytest.fixture
def filled(world, backstage, new_phone) -> Phone:
    """A's phone (the leader's), with an item that waits, and a draft."""
    phone = new_phone().sign_on(backstage, world.leader.id)
    shut(phone)
    jot(phone, WAITING)
    phone.open("/activities/new").type("一句话", TYPED)
    phone.until(DRAFTS)
    yield phone
    phone.noise.clear()


def everything_is_there(phone: Phone, backstage) -> None:
    """A finds draft and item again, and the item is sent."""
    phone.open("/activities/new").sees("手机里还有 1 条没交上去", "接着上次没写完的")
    assert phone.page.get_by_label("一句话").input_value() == TYPED
    phone.page.context.unroute_all()
    phone.open("/outbox").sees(WAITING, "已收")
    assert jotted(backstage) == [WAITING]


def test_b_is_handed_nothing_of_a_s_and_a_finds_all_again(filled, world, backstage):
    page = change_hands(filled, backstage, world.member.id).page
    page.add_init_script(WATCH)
    for path in ("/", "/activities/new", "/outbox", "/me"):
        filled.open(path)
        filled.until("window.handed.length > 0")
        filled.sees_no(WAITING).sees_no(TYPED)
        assert not page.locator("[data-waiting]:visible").count()
        handed = page.evaluate("window.handed.join(' ')")
        assert WAITING not in handed and TYPED not in handed
        if path == "/outbox":
            filled.sees("这部手机里还有别人没发的 1 条，由本人登录后发。", "都交上去了")
            assert page.locator("[data-outbox-list] li").count() == 0
    filled.tap("退出", exact=True).sees("党小组工作台").open("/outbox").sees("这部手机里还有别人没发的 1 条")
    filled.sees_no(WAITING)
    change_hands(filled, backstage, world.leader.id)
    everything_is_there(filled, backstage)


def test_a_tab_left_open_is_asked_for_anew(filled, world, backstage):
    page, other = filled.page, filled.page.context.new_page()
    filled.open("/outbox").sees(WAITING)
    page.context.clear_cookies()
    second = Phone(other, filled.home).sign_on(backstage, world.member.id).open("/").sees(world.member.name)
    page.context.unroute_all()
    page.evaluate("document.querySelector('[data-send]').click()")  # A's page sends under B's login: refused
    second.open("/outbox").sees("别人没发的 1 条").sees_no(WAITING)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody looks at the tab again
    filled.sees("别人没发的 1 条").sees_no(WAITING)
    assert jotted(backstage) == []
    with backstage() as session:
        assert session.scalar(sa.select(sa.func.count(Activity.id))) == 0


def test_a_new_password_loses_nothing(filled, world, backstage):
    filled.open("/me/password").type("现在的密码", world.leader.password).type("新密码", "铁水奔流二四六八")
    filled.type("再输一遍", "铁水奔流二四六八").tap("改密码", within="#main").sees("密码已改")
    filled.page.context.clear_cookies()
    filled.open("/login").type("工号", world.leader.staff_no).type("密码", "铁水奔流二四六八")
    filled.tap("登录", within="#main", exact=True).sees(f"{world.leader.name}同志，")
    everything_is_there(filled, backstage)


def test_a_new_version_loses_nothing(app, world, backstage, new_phone, monkeypatch):
    phone = new_phone(service_workers="allow").sign_on(backstage, world.leader.id).open("/")
    phone.until("navigator.serviceWorker.ready.then(() => caches.match('/outbox')).then(Boolean)")
    shut(phone)
    jot(phone.open("/"), WAITING)
    phone.open("/activities/new").type("一句话", TYPED)
    phone.until(DRAFTS)
    with app.app_context():
        former = pwa._worker()
    monkeypatch.setattr(pwa, "_worker", lambda: former + b"\n// the next version")
    phone.open("/").sees("有新版本")
    with phone.page.expect_event("load"):  # the new one takes over, and the page is asked for anew
        phone.tap("现在换上")
    phone.until("navigator.serviceWorker.getRegistration().then((one) => !one.waiting && Boolean(one.active))")
    everything_is_there(phone, backstage)
    phone.noise.clear()


def test_the_copy_of_today_goes_with_its_person(world, backstage, new_phone):
    phone = new_phone(service_workers="allow").sign_on(backstage, world.leader.id).open("/")
    phone.until("navigator.serviceWorker.ready.then(() => caches.match('/outbox')).then(Boolean)")
    phone.open("/").until(f"{COPIES}.then((names) => names === 'today-{world.leader.id}')")
    change_hands(phone, backstage, world.member.id).open("/me").sees(world.member.staff_no)  # no page of today
    phone.until(f"{COPIES}.then((names) => !names.includes('today-{world.leader.id}'))")

"""Phones are shared: what is left of somebody after logging out, and what shows when the server is gone."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.browser.phones import Phone

LEFT = """async () => {
  const names = await caches.keys(), kept = [];
  for (const name of names)
    for (const one of await (await caches.open(name)).keys()) kept.push(new URL(one.url).pathname);
  const done = (asked) => new Promise((told) => { asked.onsuccess = () => told(asked.result); });
  let rows = 0;
  for (const { name } of await indexedDB.databases()) {
    const box = await done(indexedDB.open(name));
    for (const store of box.objectStoreNames) rows += await done(box.transaction(store).objectStore(store).count());
    box.close();
  }
  return { local: localStorage.length, session: sessionStorage.length, cookies: document.cookie, kept, rows };
}"""
WORKER_STANDS = "navigator.serviceWorker.ready.then(() => caches.match('/offline')).then(Boolean)"


@pytest.fixture
def member_phone(new_phone, world) -> Phone:
    """The phone of a member who has logged in and looked around, the worker standing."""
    phone = new_phone(service_workers="allow").open("/login").log_in(world.member).sees(f"{world.member.name}同志，")
    phone.until(WORKER_STANDS)
    return phone.open("/me").sees(world.member.staff_no)


def public(paths: list[str]) -> bool:
    """Say whether nothing but our own files and the pages without data is there."""
    return all(path.startswith("/static/dist/") or path in ("/offline", "/outbox") for path in paths)


def test_logging_out_leaves_nothing_of_the_member(member_phone, world):
    page = member_phone.page
    page.evaluate("sessionStorage.setItem('typed', '草稿')")
    assert not public(page.evaluate(LEFT)["kept"])  # the copy of today
    with page.expect_response("**/logout") as left:
        member_phone.tap("退出", exact=True)
    assert '"cache"' in left.value.all_headers()["clear-site-data"]
    member_phone.sees("党小组工作台")
    found = page.evaluate(LEFT)
    assert (found["local"], found["session"], found["cookies"], found["rows"]) == (0, 0, "", 0)
    assert public(found["kept"])
    assert {one["name"] for one in page.context.cookies()} <= {"device"}
    page.go_back()
    member_phone.sees("党小组工作台").sees_no(world.member.staff_no).sees_no(world.member.name)


def test_a_page_under_way_while_somebody_leaves_is_not_kept(member_phone, app, monkeypatch):
    """On a slow line the answer for the copy of today may come after the copy was wiped."""
    made, under_way, let_go = app.wsgi_app, threading.Event(), threading.Event()

    def slow(environ, start):
        answer = made(environ, start)
        if "HTTP_TODAY" in environ:
            under_way.set()
            let_go.wait(20)
        return answer

    monkeypatch.setattr(app, "wsgi_app", slow)
    page = member_phone.page
    page.evaluate("void fetch('/me/code', { headers: { Today: '1' } }).catch(() => {})")
    assert under_way.wait(10)
    member_phone.tap("退出", exact=True).sees("党小组工作台")
    let_go.set()
    page.wait_for_timeout(1000)
    assert public(page.evaluate(LEFT)["kept"])


def test_the_old_cookie_opens_nothing(member_phone, world):
    page = member_phone.page
    (secret,) = (one for one in page.context.cookies() if one["name"] == "sid")
    assert (secret["httpOnly"], secret["sameSite"]) == (True, "Lax")
    member_phone.tap("退出", exact=True).sees("党小组工作台")
    page.context.add_cookies([secret])
    member_phone.open("/me").sees("党小组工作台")


def test_without_a_server_the_offline_page_shows_and_nothing_private(new_phone, app, world, backstage):
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        phone = new_phone(service_workers="allow", home=f"http://127.0.0.1:{listener.server_port}")
        phone.open("/login").log_in(world.member).sees(f"{world.member.name}同志，")
        phone.until(WORKER_STANDS)
        phone.open("/me").sees(world.member.staff_no)
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
    phone.open("/me").sees("现在没有网络", "一样算数").sees_no(world.member.staff_no).sees_no(world.member.name)
    expect(phone.page.locator(".btn-primary")).to_have_css("min-height", "60px")  # the style came from the cache
    phone.noise.clear()  # the browser says that it could not reach the server

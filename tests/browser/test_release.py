"""A new release reaches phones: said in one line, taken on a tap, nothing lost, and the former one's files still there.

Releases are built for real, by build.mjs in a folder of their own; each tells its number by a property in its style.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from werkzeug.test import Client

import partygroup
from partygroup.web import assets, pwa
from tests.browser.phones import Phone, wait_until
from tests.browser.test_outbox import jot, jotted
from tests.browser.test_weight import WORKER_STANDS
from tests.house.source import ROOT

NUMBER = "getComputedStyle(document.documentElement).getPropertyValue('--release').trim()"
KEPT = "caches.keys().then((names) => names.filter((name) => name.startsWith('luhuo-')))"
OFFER = "有新版本"


class Releases:
    """The app's built files, made anew for each release; `shut`: whether what people send is turned away (503)."""

    def __init__(self, app, folder: Path):
        self.app, self.folder, self.shut = app, folder, False
        for name in ("build.mjs", "package.json"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(ROOT / "static", folder / "static")
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        self.style = (folder / "static/css/luhuo.css").read_text("utf-8")

    def build(self, number: int) -> dict[str, str]:
        """Build a release and return its names: logical → hashed."""
        (self.folder / "static/css/luhuo.css").write_text(f"{self.style}\n:root {{ --release: {number}; }}\n", "utf-8")
        subprocess.run(["node", "build.mjs"], cwd=self.folder, check=True)
        return json.loads((assets.DIST / "assets.json").read_text("utf-8"))

    def ship(self, number: int) -> dict[str, str]:
        """Build a release and serve it, as a server that was started anew does."""
        names = self.build(number)
        forget()
        self.app.wsgi_app = Flask.wsgi_app.__get__(self.app)
        partygroup._serve_static(self.app, self.app.config["SETTINGS"])
        served = self.app.wsgi_app

        def door(environ, start_response):
            if self.shut and environ["REQUEST_METHOD"] == "POST":
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
            return served(environ, start_response)

        self.app.wsgi_app = door
        return names


def forget() -> None:
    assets._names.cache_clear()
    pwa._worker.cache_clear()


@pytest.fixture
def releases(app, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(assets, "DIST", tmp_path / "static" / "dist")
        patched.setattr(app, "wsgi_app", app.wsgi_app)
        yield Releases(app, tmp_path)
    forget()


@pytest.fixture
def leader(releases, new_phone, server, world, backstage) -> Phone:
    """The leader's phone under release 1, its worker in charge, today kept."""
    releases.ship(1)
    phone = new_phone(service_workers="allow", home=f"http://127.0.0.1:{server.port}").sign_on(
        backstage, world.leader.id
    )
    phone.open("/").until(WORKER_STANDS).open("/activities/new").until("caches.match('/activities/new').then(Boolean)")
    yield phone
    phone.noise.clear()


def take(phone: Phone) -> None:
    """Agree to the new release, and wait for the page that its worker makes."""
    with phone.page.expect_navigation():
        phone.tap("现在换上")


def test_nothing_changes_until_somebody_agrees(leader, releases):
    other = leader.page.context.new_page()
    other.goto(f"{leader.home}/activities/new")
    other.get_by_label("一句话").fill("写了一半")
    expect(leader.page.get_by_text(OFFER)).to_be_hidden()
    (first,) = leader.page.evaluate(KEPT)
    releases.ship(2)
    leader.open("/me").sees(OFFER)
    assert leader.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))")
    leader.page.evaluate("window.before = true")
    leader.until(f"{KEPT}.then((names) => names.length === 2)")
    assert leader.page.evaluate("window.before") and other.evaluate(NUMBER) == "1"
    take(leader)
    assert leader.page.evaluate(NUMBER) == "2"
    expect(leader.page.get_by_text(OFFER)).to_be_hidden()
    assert not leader.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))")
    assert leader.page.evaluate(KEPT)[0] == first
    assert (other.get_by_label("一句话").input_value(), other.evaluate(NUMBER)) == ("写了一半", "1")


def test_another_tab_may_agree_afterwards(leader, releases):
    other = Phone(leader.page.context.new_page(), leader.home)
    releases.ship(2)
    leader.open("/me").sees(OFFER)
    other.open("/me").sees(OFFER)
    take(leader)
    take(other)
    assert other.page.evaluate(NUMBER) == "2"
    expect(other.page.get_by_text(OFFER)).to_be_hidden()


def test_what_waits_on_the_phone_survives_the_new_release(leader, releases, backstage):
    releases.shut = True
    jot(leader, "旧版写的")
    leader.sees("存在手机里了", "旧版写的")
    releases.ship(2)
    leader.open("/me").sees(OFFER, "手机里还有 1 条没交上去")
    take(leader)
    leader.sees("手机里还有 1 条没交上去")
    assert jotted(backstage) == []
    releases.shut = False
    leader.open("/outbox").sees("已收")
    assert jotted(backstage) == ["旧版写的"]


def test_a_page_kept_by_the_former_release_is_whole_without_a_network(leader, releases, server):
    scanner = [f"/static/dist/{name}" for name in (releases.build(1)["scan.js"], releases.build(1)["zxing.wasm"])]
    leader.page.evaluate("(files) => Promise.all(files.map((one) => fetch(one)))", scanner)  # as opening it does
    (first,) = leader.page.evaluate(KEPT)
    releases.ship(2)
    leader.open("/me").sees(OFFER)
    take(leader)
    server.stop()
    leader.open("/activities/new").sees("没有网络，照常用")
    assert leader.page.evaluate(NUMBER) == "1"
    leader.open("/me").sees("现在没有网络")
    assert leader.page.evaluate(NUMBER) == "2"
    server.start()
    releases.ship(3)
    leader.open("/me").sees(OFFER)
    take(leader)
    names = leader.page.evaluate(KEPT)
    assert len(names) == 2 and first not in names
    for file in scanner:
        newest = leader.page.evaluate(
            "([file, name]) => caches.match(file, { cacheName: name }).then(Boolean)", [file, names[-1]]
        )
        assert newest


def test_the_server_keeps_the_files_of_the_former_release(releases):
    first, again, second = releases.build(1), releases.build(1), releases.ship(2)
    assert first == again and first["luhuo.css"] != second["luhuo.css"] and first["luhuo.js"] == second["luhuo.js"]
    assert releases.ship(2) == second
    client = Client(releases.app)
    old, new = (f"/static/dist/{names['luhuo.css']}" for names in (first, second))
    assert [client.get(one, buffered=True).status_code for one in (old, new)] == [200, 200]
    assert "immutable" in client.get(old, buffered=True).headers["Cache-Control"]
    third = f"/static/dist/{releases.ship(3)['luhuo.css']}"
    assert [client.get(one, buffered=True).status_code for one in (old, new, third)] == [404, 200, 200]
    assert not [path.name for path in assets.DIST.iterdir() if first["luhuo.css"] in path.name]


def test_without_a_worker_a_release_passes_unnoticed(releases, new_phone, server, world, backstage):
    releases.ship(1)
    phone = (
        new_phone(home=f"http://127.0.0.1:{server.port}").sign_on(backstage, world.leader.id).open("/activities/new")
    )
    phone.type("一句话", "版本之间写的")
    releases.ship(2)
    phone.tap("记好了").sees("版本之间写的")
    expect(phone.page.get_by_text(OFFER)).to_be_hidden()
    wait_until(phone.page, f"{NUMBER} === '2'")
    assert jotted(backstage) == ["版本之间写的"]

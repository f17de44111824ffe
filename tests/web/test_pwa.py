"""What makes the site installable: manifest, icons, the worker as it is sent, and the one line that tells how."""

from __future__ import annotations

import json
import re

import pytest
from PIL import Image

from partygroup.web.assets import DIST
from tests.house.source import ROOT

pytestmark = pytest.mark.one_database
SIZES = {"any": {192, 512}, "maskable": {512}}
#: What every mask leaves, as a share of the icon's width: the safe zone of the manifest's own specification.
SAFE = 0.4
ANDROID = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Version/16.5 Mobile Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
IN_APPS = (f"{ANDROID} MicroMessenger/8.0.47", f"{IPHONE} MicroMessenger/8.0.47", f"{ANDROID} DingTalk/7.0")


@pytest.fixture
def manifest(client) -> dict:
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    return json.loads(answer.data)


def picture(address: str) -> Image.Image:
    with Image.open(DIST / address.rsplit("/", 1)[-1]) as found:
        return found.convert("RGBA")


def test_it_can_be_installed(manifest):
    named = {name: manifest[name] for name in ("id", "start_url", "scope", "display", "lang")}
    assert named == {"id": "/", "start_url": "/", "scope": "/", "display": "standalone", "lang": "zh-CN"}
    assert manifest["name"] == manifest["short_name"] == "炉火"
    for does in ("签到", "记活动", "先锋分"):
        assert does in manifest["description"]


def test_icons_are_as_large_as_they_say(manifest, client):
    sizes = {}
    for icon in manifest["icons"]:
        answer = client.get(icon["src"], buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, icon["type"])
        assert icon["sizes"] == "{}x{}".format(*picture(icon["src"]).size)
        sizes.setdefault(icon["purpose"], set()).add(picture(icon["src"]).width)
    assert sizes == SIZES


def test_no_mask_cuts_the_mark(manifest):
    (masked,) = (picture(icon["src"]) for icon in manifest["icons"] if icon["purpose"] == "maskable")
    middle, ground = masked.width / 2, masked.getpixel((0, 0))
    assert ground[3] == 255
    drawn = [
        ((x - middle) ** 2 + (y - middle) ** 2) ** 0.5
        for x in range(masked.width)
        for y in range(masked.height)
        if sum(abs(one - other) for one, other in zip(masked.getpixel((x, y)), ground, strict=True)) > 48
    ]
    assert 0.2 * masked.width < max(drawn) <= SAFE * masked.width


def test_the_app_starts_on_the_ground_of_its_icon(manifest):
    (masked,) = (picture(icon["src"]) for icon in manifest["icons"] if icon["purpose"] == "maskable")
    ground = "#{:02x}{:02x}{:02x}".format(*masked.getpixel((0, 0))[:3])
    assert manifest["background_color"] == manifest["theme_color"] == ground


@pytest.mark.parametrize("who", ["member", "leader", "secretary"])
def test_shortcuts_open(manifest, client, world, who):
    client.sign_on(getattr(world, who))
    assert [one["name"] for one in manifest["shortcuts"]] == ["记一笔", "签到", "待发箱"]
    assert [client.get(one["url"]).status_code for one in manifest["shortcuts"]] == [200, 200, 200]


@pytest.mark.parametrize(("theme", "colours"), [("auto", 2), ("light", 1), ("dark", 1)])
def test_the_bar_of_the_phone_has_the_ground_of_the_page(client, theme, colours):
    light, dark = re.findall(r"--bg: (#\w+);", (ROOT / "static/css/tokens.css").read_text("utf-8"))[:2]
    client.set_cookie("theme", theme)
    found = re.findall(r'name="theme-color" content="(#\w+)"( media="[^"]+dark)?', client.get("/about").text)
    assert found == [(dark, ' media="(prefers-color-scheme: dark')] * (colours - 1) + [
        (dark if theme == "dark" else light, "")
    ]


def test_an_iphone_knows_name_and_icon(client):
    page = client.get("/login").text
    assert '<meta name="apple-mobile-web-app-title" content="炉火">' in page
    (touch,) = re.findall(r'<link rel="apple-touch-icon" href="/static/dist/([^"]+)">', page)
    assert picture(touch).width >= 180
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page


# --- the worker -------------------------------------------------------------------------------------------------------


def test_the_worker_is_the_same_for_everybody(world, client, at):
    at("2026-03-05 19:30")
    first = client.get("/sw.js")
    client.sign_on(world.leader)
    client.set_cookie("theme", "dark")
    client.set_cookie("size", "large")
    at("2026-03-06 08:10")
    again = client.get("/sw.js")
    assert again.data == first.data and first.mimetype == "text/javascript"
    assert world.leader.name not in again.text and "data-person" not in again.text


def test_it_brings_the_pages_for_no_network(client):
    release = json.loads(re.match(r"const RELEASE=(\{.*\});\n", client.get("/sw.js").text)[1])
    assert set(release["pages"]) == {"/offline", "/outbox"}
    assert "现在没有网络" in release["pages"]["/offline"] and "待发箱" in release["pages"]["/outbox"]
    assert release["csp"] == client.get("/offline").headers["Content-Security-Policy"]


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_an_unchanged_worker_costs_a_line(client, encoding):
    accepted = {"Accept-Encoding": encoding}
    first = client.get("/sw.js", headers=accepted)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/sw.js", headers=accepted | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# --- how to put it on the home screen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("agent", "way"), [(ANDROID, "浏览器菜单"), (IPHONE, "Safari")])
def test_a_browser_is_told_how_once(client, world, agent, way):
    client.sign_on(world.member)
    page = client.get("/me", headers={"User-Agent": agent}).text
    assert page.count("添加到主屏幕") == 1 and way in page
    assert "添加到主屏幕" not in client.get("/", headers={"User-Agent": agent}).text


@pytest.mark.parametrize("agent", [*IN_APPS, DESK])
def test_who_cannot_is_not_told(client, world, agent):
    assert "添加到主屏幕" not in client.sign_on(world.member).get("/me", headers={"User-Agent": agent}).text

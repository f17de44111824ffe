"""What makes the site installable and able to open without network: worker, manifest, offline page.

All three are public and the same for everybody (security.md 5).
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request

from partygroup.web import assets
from partygroup.web.assets import asset
from partygroup.web.security import CSP

pages = Blueprint("pwa", __name__)

#: The ground of the icon: what stands behind it while the app starts.
GROUND = "#171d22"
DAY = 86400
#: Apps that open pages and cannot put them on the home screen; and how phones do it.
IN_APP = ("MicroMessenger", "DingTalk")
WAYS = {
    "iPhone": "想点图标就打开？在 Safari 里点“分享”，选“添加到主屏幕”。",
    "Android": "想点图标就打开？点浏览器菜单，选“添加到主屏幕”。",
}
#: Pages that open without network, for everybody: they go with the worker. The last one says that it has them all.
NEUTRAL = {"/outbox": "pwa/outbox.html", "/offline": "pwa/offline.html"}


@pages.get("/sw.js")
def worker() -> Response:
    """Return the service worker, asked anew each time so that a release reaches every phone; unchanged costs a line."""
    script = _worker()
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(sha256(script).hexdigest()[:16])
    g.may_store = True
    return response.make_conditional(request)


@cache
def _worker() -> bytes:
    """Return the worker, and in front of it what it needs of the server: one request brings all of it."""
    built = (assets.DIST / "sw.js").read_bytes()
    neutral = {path: _for_nobody(path, template) for path, template in NEUTRAL.items()}
    version = sha256(json.dumps(neutral).encode() + built).hexdigest()[:10]
    release = json.dumps({"version": version, "csp": CSP, "pages": neutral}, ensure_ascii=False)
    return f"const RELEASE={release};\n".encode() + built


def _for_nobody(path: str, template: str) -> str:
    """Return a page as somebody sees it who is not logged in and has chosen nothing, whoever asks."""
    app = current_app._get_current_object()
    with app.app_context(), app.test_request_context(path):
        return render_template(template)


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """Return the web app manifest; the icon is our own drawing, never the emblem (domain.md 15.3)."""
    response = jsonify(
        id="/",
        name="炉火",
        short_name="炉火",
        description="党小组的工作台：会议签到、记活动、看先锋分",
        lang="zh-CN",
        start_url="/",
        scope="/",
        display="standalone",
        theme_color=GROUND,
        background_color=GROUND,
        shortcuts=[
            {"name": "记一笔", "url": "/activities/new"},
            {"name": "签到", "url": "/scan"},
            {"name": "待发箱", "url": "/outbox"},
        ],
        icons=[_png("icon-192.png", 192), _png("icon-512.png", 512), _png("icon-maskable.png", 512, "maskable")],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    g.may_store = True
    return response


@pages.get("/offline")
def offline() -> str:
    """Return the page that the worker shows when there is no network."""
    return render_template("pwa/offline.html")


def way_to_home_screen(agent: str) -> str | None:
    """Return how this phone puts the app on its home screen; None where it cannot, or is no phone."""
    if any(app in agent for app in IN_APP):
        return None
    return next((words for phone, words in WAYS.items() if phone in agent), None)


def _png(name: str, size: int, purpose: str = "any") -> dict:
    return {"src": asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

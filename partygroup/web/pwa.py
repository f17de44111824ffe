"""What makes the site installable and able to open without network: worker, manifest, offline page.

All three are public and the same for everybody (security.md 5).
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from partygroup.web.assets import DIST, asset

pages = Blueprint("pwa", __name__)

DARK = "#14181b"


@pages.get("/sw.js")
def worker() -> Response:
    """Return the service worker, asked anew each time so that a release reaches every phone."""
    response = Response((DIST / "sw.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """Return the web app manifest; the icon is our own drawing, never the emblem (domain.md 15.3)."""
    response = jsonify(
        id="/",
        name="炉火",
        short_name="炉火",
        description="党小组的会议、签到和意见",
        lang="zh-CN",
        start_url="/",
        scope="/",
        display="standalone",
        theme_color=DARK,
        background_color=DARK,
        shortcuts=[
            {"name": "记一笔", "url": "/activities/new"},
            {"name": "签到", "url": "/scan"},
            {"name": "待发箱", "url": "/outbox"},
        ],
        icons=[_png("icon-192.png", 192), _png("icon-512.png", 512), _png("icon-maskable.png", 512, "maskable")],
    )
    response.mimetype = "application/manifest+json"
    return response


@pages.get("/offline")
def offline() -> str:
    """Return the page that the worker shows when there is no network."""
    return render_template("pwa/offline.html")


def _png(name: str, size: int, purpose: str = "any") -> dict:
    return {"src": asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

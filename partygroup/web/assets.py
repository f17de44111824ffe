"""Built files, icons and the mark for templates. The one reviewed place where markup is made by hand (security.md 5).

Nothing that a person typed passes here except `label`, and that is escaped.
"""

from __future__ import annotations

import json
import re
from functools import cache

from markupsafe import Markup, escape

from partygroup.settings import ROOT

DIST = ROOT / "static" / "dist"
ICONS = ROOT / "static" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="(?P<id>[\w-]+)" viewBox="(?P<box>[\d ]+)">(?P<drawing>.*?)</symbol>', re.S)


class NotBuilt(RuntimeError):
    """The assets were not built; the message says how."""


def asset(name: str) -> str:
    """Return the address of a built file by its logical name, such as `luhuo.css`."""
    return f"/static/dist/{_names()[name]}"


def icon(name: str, label: str | None = None) -> Markup:
    """Return an icon as inline SVG: decoration, or with `label` a picture that says so to a screen reader."""
    drawing = _drawings()[f"i-{name}"]
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" {_spoken(label)}>{drawing}</svg>')


def mark() -> Markup:
    """Return the mark (a ladle, molten steel, four sparks) as inline SVG; the name stands beside it."""
    return Markup(f'<svg class="mark" viewBox="0 0 48 48" aria-hidden="true">{_drawings()["mark"]}</svg>')


def _spoken(label: str | None) -> str:
    return f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'


@cache
def _names() -> dict[str, str]:
    """Return logical name → hashed name, as build.mjs wrote it; read once, since a new build means a new start."""
    try:
        return json.loads((DIST / "assets.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotBuilt("static/dist/assets.json is missing: run `node build.mjs` first") from error


@cache
def _drawings() -> dict[str, str]:
    """Return symbol id → its inner SVG, from our own file."""
    return {found["id"]: found["drawing"] for found in _SYMBOL.finditer(ICONS.read_text("utf-8"))}

"""Reading points out of pages by the words beside them, not by how they are drawn."""

from __future__ import annotations

import re
from html import unescape


def texts(html: str) -> list[str]:
    """Return the texts of a piece of a page in order, one for each element."""
    return [text for piece in re.split(r"<[^>]*>", html) if (text := " ".join(unescape(piece).split()))]


def pieces(html: str, tag: str, mark: str = "") -> list[str]:
    """Return what stands in the elements of a tag whose attributes hold a mark."""
    return re.findall(rf"<{tag}\b[^>]*{mark}[^>]*>(.*?)</{tag}>", html, re.DOTALL)


def section(page: str, label: str) -> str:
    """Return the card that is called so; nothing if there is none."""
    return next(iter(pieces(page, "section", f'aria-label="{label}"')), "")


def points(told: list[str]) -> str:
    """Return the first of some texts that is a number of points; nothing for what is not assessed."""
    return next((text for text in told if re.fullmatch(r"[+−]?\d+\.\d", text)), "")


def full_mark(told: list[str]) -> str:
    """Return the full mark that stands behind points."""
    return next((text[1:] for text in told if re.fullmatch(r"/\d+\.\d", text)), "")

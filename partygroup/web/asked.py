"""What an address asks for and a form carries beside its text: numbers, days, texts, the last row seen.

Nonsense is none.
"""

from __future__ import annotations

from datetime import date

from flask import request

from partygroup.errors import Refused
from partygroup.text import clean, whole_number


def number_asked(name: str) -> int | None:
    """Return a number from the address, such as an id; None for none and for nonsense."""
    return whole_number(request.args.get(name))


def number_typed(name: str) -> int | None:
    """Return a number from the form, such as an id; None for none and for nonsense."""
    return whole_number(request.form.get(name))


def text_typed(name: str, limit: int) -> str:
    """Return a text from the form, cleaned; raise Refused for one that is too long: nothing is cut in silence."""
    text = clean(request.form.get(name), limit + 1)
    if len(text) > limit:
        raise Refused(f"写得太长了，最多 {limit} 个字。请改短一点再交。", field=name)
    return text


def day_typed(name: str) -> date | None:
    """Return a day from the form; None for none and for nonsense."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


def last_seen() -> tuple[date, int] | None:
    """Return day and id of the last row seen, `?before=` in the address; None for none and for nonsense."""
    day, _, number = request.args.get("before", "").rpartition("-")
    try:
        return date.fromisoformat(day), min(int(number), 2**31 - 1)
    except ValueError:
        return None

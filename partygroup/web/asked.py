"""What an address asks for and a form carries beside its text: numbers, days, the last row seen. Nonsense is none."""

from __future__ import annotations

from datetime import date

from flask import request

from partygroup.text import whole_number


def number_asked(name: str) -> int | None:
    """Return a number from the address, such as an id; None for none and for nonsense."""
    return whole_number(request.args.get(name))


def number_typed(name: str) -> int | None:
    """Return a number from the form, such as an id; None for none and for nonsense."""
    return whole_number(request.form.get(name))


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

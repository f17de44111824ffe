"""What a quarter's sheets are made from, as a stored sheet keeps it in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from partygroup.clock import Quarter
from partygroup.scores.lines import Correction, Entry, Facts
from partygroup.scores.tables import Item, LineRule, Row


def to_json(facts: Facts) -> dict:
    """Return facts as plain JSON, as a closing stores them."""
    body = asdict(facts)
    body["earlier"] = sorted(map(list, facts.earlier))
    body["corrections"] = [[one.quarter.code, one.dimension, one.points] for one in facts.corrections]
    body["entries"] = [{key: value for key, value in one.items() if value is not None} for one in body["entries"]]
    return body


def from_json(body: Mapping) -> Facts:
    """Return the facts of a stored sheet."""
    parts = {
        "entries": tuple(Entry(**{**one, "own": _row(one.get("own"))}) for one in body["entries"]),
        "earlier": frozenset((event, sign_) for event, sign_ in body["earlier"]),
        "corrections": tuple(
            Correction(Quarter.parse(code), dimension, points) for code, dimension, points in body["corrections"]
        ),
    }
    return Facts(**{**body, **parts})


def _row(body: Mapping | None) -> Row | None:
    return body and Row(Item(**body["item"]), LineRule.from_json(body["line"]))

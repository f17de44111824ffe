"""Sheets of branches as JSON, as a frozen period keeps them, with the figures they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction

from partygroup.clock import Quarter
from partygroup.db import digest_of
from partygroup.evaluation.figures import Figure
from partygroup.evaluation.formulas import shown
from partygroup.evaluation.sheets import BranchSheet, DimensionSheet, Line


def to_json(sheet: BranchSheet) -> dict:
    """Return a sheet as plain JSON."""
    body = asdict(sheet)
    for line in [line for dimension in body["dimensions"] for line in dimension["lines"]] + list(body["bonus_lines"]):
        line["sources"] = list(line["sources"])
    for dimension in body["dimensions"]:
        dimension["lines"] = list(dimension["lines"])
    return body | {name: list(body[name]) for name in ("dimensions", "bonus_lines", "limits")}


def from_json(body: Mapping) -> BranchSheet:
    """Return the sheet of a stored body."""
    dimensions = tuple(
        DimensionSheet(**{**dimension, "lines": tuple(map(_line, dimension["lines"]))})
        for dimension in body["dimensions"]
    )
    parts = {
        "dimensions": dimensions,
        "bonus_lines": tuple(map(_line, body["bonus_lines"])),
        "limits": tuple(body["limits"]),
    }
    return BranchSheet(**{**body, **parts})


def _line(body: Mapping) -> Line:
    return Line(**{**body, "sources": tuple(body["sources"])})


def figures_to_json(figures: Mapping[str, Figure]) -> dict:
    """Return code → (exact value as a fraction, as people read it, sources)."""
    return {code: [str(one.value), shown(one.value), list(one.sources)] for code, one in sorted(figures.items())}


def figures_from_json(body: Mapping) -> dict[str, Figure]:
    """Return the figures of a stored body."""
    return {code: Figure(Fraction(value), tuple(sources)) for code, (value, _, sources) in body.items()}


def digest_of_branch(branch_id: int, quarter: Quarter, scheme_id: int, body: Mapping) -> str:
    """Return the digest of all that a frozen sheet says, and of whose, which quarter's and which scheme's it is."""
    return digest_of([branch_id, quarter.code, scheme_id, body])

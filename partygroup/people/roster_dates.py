"""Correcting the day on which a standing began, where a roster corrects the date that the day was taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from partygroup.people.models import Standing
from partygroup.people.roster_state import Known

DATES = ("joined_on", "full_on")


@dataclass
class Span:
    """A recorded standing: the days it has, and the days it is to have."""

    id: int
    standing: str
    began_on: date
    from_on: date
    until_on: date | None

    @property
    def stored(self) -> list:
        """Return it as it is kept in a plan: id, standing, from, until."""
        return [self.id, self.standing, self.from_on.isoformat(), self.until_on and self.until_on.isoformat()]


def corrected_spans(known: Known, values: dict, *, ended: int | None, day: date) -> list[Span] | None:
    """Return the standings whose days a row's corrected dates move; None where one would cross another.

    A standing follows a date only if it began on the very day recorded there before; one that an import or a decision
    began on another day stays. `ended` is the standing that the same row ends on `day`.
    """
    spans = [Span(row.id, row.standing, row.from_on, row.from_on, row.until_on) for row in known.standings]
    touched: dict[int, Span] = {}
    for key in DATES:
        old, new = getattr(known.person, key), values.get(key)
        begun = _begun_by(key, old, spans, known) if old and new else None
        if begun:
            touched |= _move(spans, begun, date.fromisoformat(new))
    limits = [day if span.id == ended else span.until_on for span in spans]
    lasting = all(until is None or span.from_on < until for span, until in zip(spans, limits, strict=True))
    apart = all(one.until_on is None or one.until_on <= other.from_on for one, other in pairwise(spans))
    return list(touched.values()) if not touched or lasting and apart else None


def _begun_by(key: str, old: date, spans: list[Span], known: Known) -> Span | None:
    """Return the standing that began on the day in a column: the probation, or being a full member."""
    full = key == "full_on" or known.person.full_on is None
    follows = [Standing.FULL] * full + [Standing.PROBATIONARY] * (key == "joined_on")
    return next((span for span in spans if span.began_on == old and span.standing in follows), None)


def _move(spans: list[Span], begun: Span, new: date) -> dict[int, Span]:
    """Let a standing begin on another day, and the one that lasted until it end there; return both by id."""
    before = [span for span in spans if span.until_on == begun.from_on and span is not begun]
    for span in before:
        span.until_on = new
    begun.from_on = new
    return {span.id: span for span in (*before, begun)}

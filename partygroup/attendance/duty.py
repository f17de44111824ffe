"""Who is kept from a meeting by the shift: the preset for leave, by the plant's shift calendar (domain.md 6)."""

from __future__ import annotations

from collections.abc import Iterable

from partygroup.meetings.sittings import is_kept_on_shift
from partygroup.people.patterns import crew_names, teams_over


def kept_on_shift(session, met, person_ids: Iterable[int]) -> set[int]:
    """Return who of some people is on duty at a meeting's time and reached by none of its sittings; two statements."""
    ids, starts = list(person_ids), [one.starts_at for one in met.sittings]
    teams = teams_over(session, met.place.lineage) if ids else None
    if teams is None or not teams.all:
        return set()
    crews = {person_id: teams.named(name) for person_id, name in crew_names(session, ids, met.gathering.day).items()}
    kept = {id(team) for team in teams.all if is_kept_on_shift(team, starts)}
    return {person_id for person_id, team in crews.items() if id(team) in kept}

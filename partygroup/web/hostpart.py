"""What the page of a meeting shows to those alone who see its list by name: who, on leave or on duty, by teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_login import current_user

from partygroup.attendance.actions import expected_people
from partygroup.attendance.leaves import leave_words, leaves_of
from partygroup.attendance.models import Counting
from partygroup.attendance.reach import crews_of, reach_by_team, slots_of, teams_of
from partygroup.attendance.roll import Roll, undone_marks
from partygroup.db import db
from partygroup.meetings.models import State
from partygroup.people.patterns import teams_over
from partygroup.policy import Can, Grant, grant
from partygroup.web.dutyleave import duty_of


@dataclass(frozen=True)
class HostPart:
    """The list by name and what hangs on it; of nobody and nothing to whoever may not see it.

    asked: leave that waits. expected: before the opening, who will stand in the list, with `leave_words` and whom the
    shift keeps (`duty`). slots, unreached: whom the sittings will reach by the shift calendar; reach: whom they did.
    """

    sees_roll: bool = False
    asked: Sequence = ()
    undone: Sequence = ()
    expected: Sequence = ()
    leave_words: Mapping[int, str] = field(default_factory=dict)
    duty: Sequence = ()
    slots: Sequence = ()
    unreached: Sequence = ()
    reach: Sequence = ()


def host_part(met, roll: Roll | None) -> HostPart:
    """Return what the page shows to the host; `roll`: the frozen list of an opened meeting."""
    if grant(current_user, Can.SEE_ROLL, met.place) is not Grant.YES:
        return HostPart()
    asked = leaves_of(db.session, met.id)
    if roll:
        undone = undone_marks(db.session, met.id)
        return HostPart(True, asked, undone, reach=_reach(met, roll))
    expected = expected_people(db.session, met.gathering)
    if not expected:
        return HostPart(True, asked)
    slots, unreached = _reaching(met, [one.person_id for one in expected if one.seat.counting == Counting.DUE])
    return HostPart(
        True, asked, expected=expected, leave_words=leave_words(db.session, met.id),
        duty=duty_of(met, expected=expected), slots=slots, unreached=unreached,
    )  # fmt: skip


def _reach(met, roll: Roll) -> Sequence:
    """Return how many came of each team; nothing without a shift calendar."""
    teams = teams_over(db.session, met.place.lineage)
    if not teams.all:
        return ()
    return reach_by_team(roll, teams_of(db.session, teams, [row.person_id for row in roll.due], met.gathering.day))


def _reaching(met, due: list[int]) -> tuple[Sequence, Sequence]:
    """Return of each sitting whom it will reach, and the crews that none reaches; nothing without a shift calendar."""
    if met.state is State.CANCELLED:
        return (), ()
    crews = crews_of(db.session, teams_over(db.session, met.place.lineage), due, met.gathering.day)
    if not any(crew.team for crew in crews):
        return (), ()
    slots = slots_of(db.session, crews, [one.starts_at for one in met.sittings])
    reached = {name for slot in slots for name in slot.free}
    return slots, [crew for crew in crews if crew.name not in reached]

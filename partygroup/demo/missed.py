"""What came of meetings missed in the demo company: some were made up for, the rest are proposed as absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from random import Random

from partygroup import clock
from partygroup.attendance.models import Counting, MakeUp, MakeUpWay
from partygroup.demo.claims import from_absence
from partygroup.demo.desks import Desk
from partygroup.demo.flow import Case, Times
from partygroup.demo.history import Written
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.demo.turnout import Turnout
from partygroup.scores.rules import make_up_until

#: How often somebody on leave makes up for it, and how often somebody who just stayed away.
AFTER_LEAVE, AFTER_ABSENCE = 0.5, 0.55
WAYS = (MakeUpWay.BRIEFING, MakeUpWay.SELF_STUDY, MakeUpWay.HOME_DELIVERY)


def write_missed(
    session, times: Times, desks: list[Desk], turnouts: list[tuple[Written, list[Turnout]]], rng: Random
) -> tuple[list[dict], list[Case]]:
    """Write the make-ups; return their witnesses, and the absences proposed because nobody made up in time."""
    desk_of = {desk.place.id: desk for desk in desks}
    following = _next_days(one for one, _ in turnouts)
    rows, units, absent = [], [], []
    for one, turnout in _missed(turnouts):
        day, host = one.plan.day, one.plan.host
        on_day = day + timedelta(days=rng.randint(2, 10))
        at = clock.start_of(on_day) + timedelta(hours=17, minutes=rng.randint(0, 59))
        if rng.random() < (AFTER_LEAVE if turnout.excused else AFTER_ABSENCE):
            if at < times.now:
                said_at = at + timedelta(hours=2)  # two of three confirm, the third says nothing
                said_at = said_at if len(rows) % 3 and said_at < times.now else None
                rows.append({"gathering_id": one.id, "person_id": turnout.member.id, "way": rng.choice(WAYS),
                             "on_day": on_day, "by_id": host.id, "at": at, "confirmed_at": said_at})  # fmt: skip
                units.append(one.plan.unit_id)
        elif not turnout.excused and (until := make_up_until(day, following.get(one.id))):
            over = clock.start_of(until + timedelta(days=1)) + timedelta(minutes=20)
            absent.append(from_absence(times, desk_of[turnout.member.place.id], turnout.member, one, over, rng))
    ids = insert_with_ids(session, MakeUp, rows)
    made = list(zip(rows, units, ids, strict=True))
    return [_made_up(*one) for one in made] + [_confirmed(*one) for one in made if one[0]["confirmed_at"]], absent


def _missed(turnouts: Iterable) -> Iterator[tuple[Written, Turnout]]:
    for one, some in turnouts:
        for turnout in some:
            came = turnout.came and not turnout.came.undone_at
            if turnout.seat.counting == Counting.DUE and not came:
                yield one, turnout


def _next_days(held: Iterable[Written]) -> dict:
    """Return gathering → day of the next held one of its circle that shares a kind."""
    later: dict = defaultdict(dict)
    found = {}
    for one in sorted(held, key=lambda one: one.plan.starts_at, reverse=True):
        circle = later[one.plan.unit_id, one.plan.circle]
        days = [circle[kind] for kind in one.plan.kinds if kind in circle]
        if days:
            found[one.id] = min(days)
        circle.update(dict.fromkeys(one.plan.kinds, one.plan.day))
    return found


def _made_up(row: dict, unit_id: int, its_id: int) -> dict:
    after = {"way": row["way"], "on_day": row["on_day"].isoformat()}
    return trail_row("attendance.make_up.make", ("make_up", its_id), at=row["at"], by=row["by_id"],
                     person_id=row["person_id"], unit_id=unit_id, after=after)  # fmt: skip


def _confirmed(row: dict, unit_id: int, its_id: int) -> dict:
    return trail_row("attendance.make_up.confirm", ("make_up", its_id), at=row["confirmed_at"], by=row["person_id"],
                     person_id=row["person_id"], unit_id=unit_id)  # fmt: skip

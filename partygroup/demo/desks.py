"""Who reviews, confirms and publishes in each branch of the demo company, and when its committee meets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from partygroup import clock
from partygroup.attendance.rules import DUE_STANDINGS
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.schedule import Planned, history_months
from partygroup.demo.staff import Member
from partygroup.people.models import Role

#: Who confirms, in this order, unless it is their own.
CONFIRMERS = (
    Role.ORGANISATION_OFFICER,
    Role.SECRETARY,
    Role.DEPUTY_SECRETARY,
    Role.PROPAGANDA_OFFICER,
    Role.DISCIPLINE_OFFICER,
)
#: When the secretary of a branch without a committee decides.
LONE_DAY, LONE_HOUR = 9, time(16, 30)


@dataclass(frozen=True)
class Desk:
    """A branch with its people: officers in the order in which they confirm, leaders by group, offices above.

    meetings: when its committee has met, in order.
    """

    place: BranchPlace
    people: list[Member]
    officers: list[Member]
    leaders: dict[int, Member]
    unit_office: Member
    company_office: Member
    meetings: list[datetime]

    @property
    def secretary(self) -> Member:
        """Return the branch's secretary."""
        return next(one for one in self.officers if one.holds(Role.SECRETARY))

    def members_on(self, day: date) -> list[Member]:
        """Return who may have points on a day."""
        return [one for one in self.people if one.standing_on(day) in DUE_STANDINGS]

    def leader_of(self, member: Member) -> Member | None:
        """Return who reviews what a member declares; None if nobody but the member could."""
        leader = self.leaders.get(member.group_id)
        return None if leader is member else leader

    def confirmer(self, person: Member, *done: int | None) -> Member:
        """Return who decides for a member when some people have had their part already: never the member."""
        free = [one for one in self.officers if one is not person and one.id not in done]
        return free[0] if free and person is not self.secretary else self.unit_office

    def next_meeting(self, after: datetime) -> datetime | None:
        """Return when the committee next decided; None if it has not met since."""
        place = bisect_right(self.meetings, after)
        return self.meetings[place] if place < len(self.meetings) else None


def desks_of(places: list[BranchPlace], crews: list[list[Member]], plans: Iterable[Planned], today: date) -> list[Desk]:
    """Return the desks of all branches, in the organisation's order."""
    everybody = [one for crew in crews for one in crew]
    offices = {unit_id: one for one in everybody for unit_id, role in one.posts if role == Role.UNIT_OFFICE}
    company = next(one for one in everybody if one.holds(Role.COMPANY_OFFICE))
    met: dict[int, list[datetime]] = {}
    for plan in plans:
        if plan.circle == "committee" and plan.closed_at:
            met.setdefault(plan.unit_id, []).append(plan.closed_at)
    return [
        Desk(
            place, crew, _officers(place, crew), _leaders(place, crew), offices[place.committee_id], company,
            met.get(place.id) or _alone(today),
        )
        for place, crew in zip(places, crews, strict=True)
    ]  # fmt: skip


def _officers(place: BranchPlace, crew: list[Member]) -> list[Member]:
    return [one for role in CONFIRMERS for one in crew if (place.id, role) in one.posts]


def _leaders(place: BranchPlace, crew: list[Member]) -> dict[int, Member]:
    held = {group_id: (group_id, Role.GROUP_LEADER) for group_id in place.group_ids}
    return {group_id: next(one for one in crew if post in one.posts) for group_id, post in held.items()}


def _alone(today: date) -> list[datetime]:
    """Return when a secretary without a committee decides: once a month."""
    days = [month.replace(day=LONE_DAY) for month in history_months(today)]
    return [clock.start_of(day) + timedelta(hours=LONE_HOUR.hour, minutes=LONE_HOUR.minute) for day in days]


def evenings(rng: Random, day: date, first: int, last: int) -> datetime:
    """Return an hour of leisure between `first` and `last` days after a day."""
    later = day + timedelta(days=rng.randint(first, last))
    return clock.start_of(later) + timedelta(hours=rng.randint(12, 21), minutes=rng.randint(0, 59))


def months_of(today: date) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of each month that is over."""
    for month in history_months(today):
        following = (month + timedelta(days=31)).replace(day=1)
        if following <= today:
            yield month, following - timedelta(days=1)

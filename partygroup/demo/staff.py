"""The people of the demo company on paper: standing, dates, group, work, posts (domain.md 3.2, 3.3, 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from partygroup.demo.naming import invented_name, invented_phone, staff_number
from partygroup.demo.organisation import BranchPlace
from partygroup.demo.shape import JOBS
from partygroup.people.models import Role, Standing

COMMITTEE = (Role.SECRETARY, Role.ORGANISATION_OFFICER, Role.PROPAGANDA_OFFICER, Role.DISCIPLINE_OFFICER)
#: From seven full members on there must be a committee (domain.md 3.2); a big branch has a deputy too.
COMMITTEE_FROM, DEPUTY_FROM = 7, 25
EXCLUSIONS = ("bedridden", "abroad", "ill")


@dataclass(slots=True)
class Member:
    """One person: everything but the id is decided before anything is written."""

    place: BranchPlace
    staff_no: str
    name: str
    sex: str
    born_ym: str
    joined_on: date | None
    full_on: date | None
    spans: list[tuple[Standing, date, date | None]]
    phone: str
    group_id: int | None = None
    team: str = ""
    job: str = ""
    admin_post: str | None = None
    star_level: int | None = None
    key_technician: bool = False
    exclusion: str | None = None
    excluded_from: date | None = None
    posts: list[tuple[int, Role]] = field(default_factory=list)
    id: int = 0

    def standing_on(self, day: date) -> Standing | None:
        """Return the standing on a day."""
        return next((what for what, start, end in self.spans if start <= day and (end is None or day < end)), None)

    def exclusion_on(self, day: date) -> str | None:
        """Return why the member is left out of the due number on a day."""
        return self.exclusion if self.exclusion and self.excluded_from <= day else None

    def holds(self, *roles: Role) -> bool:
        """Say whether the person holds one of the posts anywhere."""
        return any(role in roles for _, role in self.posts)


class Recruiter:
    """Makes up the people of one branch after another, always the same ones for the same seed and day."""

    def __init__(self, rng: Random, *, first: date, today: date, excluded_from: date):
        self.rng, self.first, self.today, self.excluded_from = rng, first, today, excluded_from
        self.numbers = map(staff_number, count())

    def branch(self, place: BranchPlace) -> list[Member]:
        """Return the members of a branch, those with posts first, then ordinary, new, probationary, activists."""
        size = place.shape.size
        probationary, recent = round(size / 20), round(size / 25)
        makers = [self._long_full] * (size - probationary - recent)
        makers += [self._recently_full] * recent + [self._probationary] * probationary + [self._activist] * (size // 15)
        members = [self._person(place, *make()) for make in makers]
        self._place_in_groups(place, members)
        _fill_posts(place, members, full=size - probationary)
        if size % 3 == 0 and size >= 18:
            ordinary = members[size - probationary - recent - 1]
            ordinary.exclusion, ordinary.excluded_from = self.rng.choice(EXCLUSIONS), self.excluded_from
        return members

    def _person(self, place: BranchPlace, spans, joined_on: date | None, full_on: date | None) -> Member:
        rng, sex = self.rng, "女" if self.rng.random() < 0.22 else "男"
        born = (joined_on or self.today).year - rng.randint(22, 30)
        return Member(
            place=place,
            staff_no=next(self.numbers),
            name=invented_name(rng, sex),
            sex=sex,
            born_ym=f"{born}-{rng.randint(1, 12):02d}",
            joined_on=joined_on,
            full_on=full_on,
            spans=spans,
            phone=invented_phone(rng),
            job=rng.choice(place.shape.jobs or JOBS[place.shape.profile]),
            star_level=rng.choice((None, 1, 1, 2, 2, 3, 3, 4, 5)),
            key_technician=rng.random() < 0.12,
        )

    def _place_in_groups(self, place: BranchPlace, members: list[Member]) -> None:
        groups = place.shape.groups
        for index, member in enumerate(members):
            if not groups:
                member.team = place.shape.teams[0]
                continue
            number, turn = index % len(groups), index // len(groups)
            teams = groups[number].teams
            member.group_id, member.team = place.group_ids[number], teams[turn % len(teams)]

    def _long_full(self):
        """Return standing and dates of somebody who was a full member before the demo's first day."""
        year = self.rng.randint(self.today.year - 28, self.first.year - 2)
        joined = date(year, self.rng.randint(1, 12), self.rng.randint(1, 28))
        return self._spans(joined, joined.replace(year=year + 1))

    def _recently_full(self):
        full = self.today - timedelta(days=self.rng.randint(10, 240))
        return self._spans(full.replace(year=full.year - 1, day=min(full.day, 28)), full)

    def _probationary(self):
        return self._spans(self.today - timedelta(days=self.rng.randint(20, 330)), None)

    def _activist(self):
        return [(Standing.ACTIVIST, self.first, None)], None, None

    def _spans(self, joined: date, full: date | None):
        """Return standing as spans without a gap from the first day on, and the two dates."""
        before = [(Standing.CANDIDATE, self.first, joined)] if joined > self.first else []
        after = [(Standing.FULL, full, None)] if full else []
        return [*before, (Standing.PROBATIONARY, joined, full), *after], joined, full


def _fill_posts(place: BranchPlace, members: list[Member], *, full: int) -> None:
    """Give the branch its officers, each group a leader, and the offices above their people."""
    roles = [*COMMITTEE] if full >= COMMITTEE_FROM else [Role.SECRETARY]
    if full >= DEPUTY_FROM:
        roles.append(Role.DEPUTY_SECRETARY)
    posts = [(place.id, role) for role in roles]
    chief, foreman = place.shape.heads
    members[0].admin_post = chief
    for post, member in zip(posts, members, strict=False):
        member.posts.append(post)
    for group_id in place.group_ids:
        leader = next(one for one in members if one.group_id == group_id and not one.posts)
        leader.posts.append((group_id, Role.GROUP_LEADER))
        leader.admin_post = foreman
    if place.shape.office:
        _fill_offices(place, [one for one in members if not one.posts])


def _fill_offices(place: BranchPlace, free: list[Member]) -> None:
    """Give posts above the branch: those of the unit committee, and in the company's office the company's."""
    committee, company = place.committee_id, place.company_id
    posts = [(committee, Role.SECRETARY), (committee, Role.DEPUTY_SECRETARY), (committee, Role.UNIT_OFFICE)]
    if place.shape.office == "company":
        posts += [(company, role) for role in (Role.COMPANY_OFFICE, Role.ACCOUNT_OFFICER, Role.AUDITOR)]
    if place.shape.office == "aide":
        posts = [(company, Role.COMPANY_OFFICE)]
    for post, member in zip(posts, free, strict=False):
        member.posts.append(post)

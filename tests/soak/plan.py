"""What the people of a soak are going to do, all of it by the seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from random import Random

MOST_PHOTOS = 3


@dataclass(frozen=True)
class Size:
    """How much happens. One person more than phones: the first phone is used by two, one after the other."""

    phones: int
    activities: int
    photos: int
    sign_ins: int
    meetings: int
    kills: int
    ended_logins: int
    closings: int
    tabs: int = 2

    @property
    def people(self) -> int:
        return self.phones + 1


FULL = Size(phones=10, activities=200, photos=300, sign_ins=200, meetings=20, kills=8, ended_logins=12, closings=2)
SMALL = Size(phones=3, activities=10, photos=8, sign_ins=6, meetings=2, kills=1, ended_logins=1, closings=0)


@dataclass(frozen=True)
class Jot:
    """An activity somebody jots; the line is its own. `nobody`: without anybody named at first, which is refused."""

    person: int
    line: str
    photos: tuple[int, ...]
    nobody: bool


@dataclass(frozen=True)
class SignIn:
    """A code somebody scans; `offline`: where there is no network."""

    person: int
    meeting: int
    offline: bool


@dataclass
class Shift:
    """What one person does on a phone until somebody else takes it: the acts of each tab, in order."""

    person: int
    tabs: list[list]


@dataclass
class Plan:
    """Everything that is going to happen. Events come when so many acts are done."""

    size: Size
    seed: int
    jots: list[Jot] = field(default_factory=list)
    sign_ins: list[SignIn] = field(default_factory=list)
    phones: list[list[Shift]] = field(default_factory=list)
    #: Acts done → what happens: ("kill", seconds away), ("end", person), ("close", meeting).
    events: list[tuple[int, str, float]] = field(default_factory=list)

    @property
    def acts(self) -> int:
        return sum(len(acts) for shifts in self.phones for shift in shifts for acts in shift.tabs)


def make_plan(size: Size, seed: int) -> Plan:
    """Return the plan of that size and seed."""
    chance, plan = Random(seed), Plan(size, seed)
    plan.jots = _jots(size, chance)
    everybody = list(product(range(size.people), range(size.meetings)))
    pairs = chance.sample(everybody, size.sign_ins)
    plan.sign_ins = [SignIn(person, meeting, chance.random() < 0.25) for person, meeting in pairs]
    again = chance.sample(plan.sign_ins, max(1, size.sign_ins // 12))
    acts = [*plan.jots, *plan.sign_ins, *again]
    chance.shuffle(acts)
    plan.phones = [_shifts(size, chance, acts, number) for number in range(size.phones)]
    plan.events = _events(size, chance, len(acts))
    return plan


def _jots(size: Size, chance: Random) -> list[Jot]:
    counts = [0] * size.activities
    while sum(counts) < size.photos:
        one = chance.randrange(size.activities)
        counts[one] = min(counts[one] + 1, MOST_PHOTOS)
    numbers, jots = iter(range(1, size.photos + 1)), []
    for number, count in enumerate(counts):
        photos = tuple(next(numbers) for _ in range(count))
        jots.append(Jot(number % size.people, f"第 {number + 1:03} 次巡检", photos, chance.random() < 0.04))
    return jots


def _shifts(size: Size, chance: Random, acts: list, phone: int) -> list[Shift]:
    """Return the shifts of a phone: the first is handed to and fro between two, the others are somebody's own."""
    users = (0, size.phones) if phone == 0 else (phone,)
    shifts = []
    for half in range(2 if len(users) > 1 else 1):
        for person in users:
            own = [act for act in acts if act.person == person]
            own = own[half :: 2 if len(users) > 1 else 1]
            tabs = [[] for _ in range(size.tabs)]
            for act in own:
                chance.choice(tabs).append(act)
            shifts.append(Shift(person, tabs))
    return shifts


def _events(size: Size, chance: Random, acts: int) -> list[tuple[int, str, float]]:
    last = acts * 7 // 8
    events = [(chance.randrange(acts // 8, last), "kill", chance.uniform(0, 3)) for _ in range(size.kills)]
    events += [(chance.randrange(last), "end", chance.randrange(size.people)) for _ in range(size.ended_logins)]
    closed = chance.sample(range(size.meetings), size.closings)
    events += [(chance.randrange(acts // 2, last), "close", meeting) for meeting in closed]
    return sorted(events)

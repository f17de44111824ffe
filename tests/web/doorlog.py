"""What a script of the branches' quarters wrote down for itself, and what the second model of scoring makes of it.

Plain facts as they happened, by name; nothing of `partygroup` is asked: days, windows, quarters, shares and means are
worked out here from the text of the rules, sheets and groups by `scoring_oracle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.rules import scoring_oracle as oracle

Quarter = tuple[int, int]
#: The branch that the script plays; the others stand by.
HOME = "红柳"
#: Kinds of meeting that the script calls and that count for nobody.
FOR_NOTHING = {"oath_review"}
LEVELS = {"good": "好", "better": "较好", "fair": "一般", "poor": "较差"}


def quarter_of(day: date) -> Quarter:
    return day.year, (day.month + 2) // 3


def after(quarter: Quarter) -> Quarter:
    year, number = quarter
    return (year, number + 1) if number < 4 else (year + 1, 1)


def days_of(quarter: Quarter) -> list[date]:
    year, number = quarter
    first = date(year, 3 * number - 2, 1)
    return [day for step in range(93) if quarter_of(day := first + timedelta(step)) == quarter]


def as_of(words, day: date):
    """Return the last of some dated words, (from, word), that holds on a day; None before the first."""
    found = None
    for begun, word in words:
        found = word if begun <= day else found
    return found


@dataclass
class Meeting:
    """A held gathering: of which unit, with which kinds, who was due, came, had leave, made up for it when."""

    path: str
    day: date
    unit: str
    kinds: tuple[str, ...]
    due: set[str]
    came: set[str]
    on_leave: set[str]
    made_up: dict[str, date] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        return bool(set(self.kinds) - FOR_NOTHING)


@dataclass
class Booked:
    """An entry that took effect: whose, what for, and in which quarter it lies."""

    number: int
    who: str
    item: str
    points: Decimal
    event: str | None
    quarter: Quarter
    undone: str = ""


@dataclass
class Done:
    """An activity: of which group, who is named, and who said they were not there."""

    day: date
    named: set[str]
    denied: set[str] = field(default_factory=set)


@dataclass
class Problem:
    """Something a group or the branch took up: on which branch's list, and how it ended."""

    path: str
    unit: str
    branch: str
    due_on: date
    closed_on: date | None = None
    cancelled: bool = False

    def is_due(self, quarter: Quarter) -> bool:
        """Say whether it is one of a quarter's: due by its last day, not cancelled, not closed before its first."""
        first, *_, last = days_of(quarter)
        return self.due_on <= last and not self.cancelled and (self.closed_on is None or self.closed_on >= first)

    def is_closed(self, quarter: Quarter) -> bool:
        return self.closed_on is not None and self.closed_on <= days_of(quarter)[-1]


@dataclass
class Log:
    """Everything the script has done. `closed`: quarter → what the own branch was told then.

    groups: group → (branch, first day). places: name → (from, branch, group or ""), one after the other.
    """

    groups: dict[str, tuple[str, date]]
    places: dict[str, list[tuple[date, str, str]]]
    profiles: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    exempt: dict[str, tuple[date, date]] = field(default_factory=dict)
    meetings: list[Meeting] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    corrections: list[tuple[str, Quarter, str, Decimal]] = field(default_factory=list)
    activities: list[Done] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    levels: dict[tuple[str, Quarter], str] = field(default_factory=dict)
    closed: dict[Quarter, dict] = field(default_factory=dict)

    # --- who is where ---

    def place(self, who: str, day: date) -> tuple[str, str]:
        """Return (branch, group) of somebody on a day, both "" for nowhere."""
        return as_of(((begun, tuple(place)) for begun, *place in self.places[who]), day) or ("", "")

    def members(self, unit: str, day: date) -> list[str]:
        """Return the members with points of a branch or group on a day."""
        return [who for who in self.places if unit in self.place(who, day)]

    def people(self, quarter: Quarter, branch: str = HOME) -> list[str]:
        return self.members(branch, days_of(quarter)[-1])

    def groups_of(self, branch: str, day: date) -> list[str]:
        return [group for group, (above, begun) in self.groups.items() if above == branch and begun <= day]

    # --- attendance ---

    def is_exempt(self, who: str, day: date) -> bool:
        first, until = self.exempt.get(who, (date.max, date.max))
        return first <= day < until

    def window_ends(self, met: Meeting) -> date | None:
        """Return the last day for making up: fifteen days, or the next of a kind in the circle; None if none is yet."""
        kinds = set(met.kinds) - FOR_NOTHING
        later = [
            one.day for one in self.meetings if one.unit == met.unit and one.day > met.day and kinds & set(one.kinds)
        ]
        return max(min(later), met.day + timedelta(15)) if later else None

    def turnout(self, who: str, quarter: Quarter) -> tuple[int, int]:
        """Return (due, came)."""
        mine = [one for one in self.meetings if quarter_of(one.day) == quarter and one.counts and who in one.due]
        mine = [one for one in mine if not self.is_exempt(who, one.day)]
        return len(mine), sum(self.has_come(who, one) for one in mine)

    def has_come(self, who: str, met: Meeting) -> bool:
        if who in met.came:
            return True
        ends = self.window_ends(met)
        return who in met.made_up and (ends is None or met.made_up[who] <= ends)

    def truants(self, today: date) -> list[tuple[Meeting, str]]:
        """Return who is to lose points for a meeting: no leave, no make-up, and the time for it is over.

        It is over when the window has ended, or the quarter was closed: then nobody can make up in time any more.
        """
        return [
            (met, who)
            for met in self.meetings
            if met.counts and today > min(self.window_ends(met) or date.max, self.closed_on(quarter_of(met.day)))
            for who in sorted(met.due - met.came - met.on_leave - set(met.made_up))
            if not self.is_exempt(who, met.day)
        ]

    # --- the book ---

    def book(self, who: str, item: str, points: Decimal, day: date, event: str | None) -> Booked:
        """Write down what takes effect now: in the quarter of its day, or the first that is still open."""
        quarter = quarter_of(day)
        while quarter in self.closed:
            quarter = after(quarter)
        self.booked.append(Booked(len(self.booked) + 1, who, item, points, event, quarter))
        return self.booked[-1]

    def reverse(self, entry: Booked) -> None:
        """Write down that an entry was a mistake: gone from an open quarter, else mended in the first open one."""
        if entry.quarter not in self.closed:
            entry.undone = "counter"
            return
        told = self.closed[entry.quarter]["facts"][entry.who]
        gone = [one.number for one in self.booked if one.undone == "correction"]
        facts = told | {"entries": [one for one in told["entries"] if one[0] not in gone]}
        entry.undone = "correction"
        landing = entry.quarter
        while landing in self.closed:
            landing = after(landing)
        if self.is_scored(entry.who, entry.quarter):
            for dimension, points in oracle.late_reversal(gone_id=entry.number, **facts).items():
                self.corrections.append((entry.who, landing, dimension, points))

    def facts(self, who: str, quarter: Quarter) -> dict:
        """Return what the model is told of somebody's quarter."""
        entries = []
        for one in (one for one in self.booked if (one.who, one.quarter) == (who, quarter)):
            entries.append((one.number, one.item, one.points, one.event, None))
            if one.undone == "counter":
                entries.append((1000 + one.number, one.item, -one.points, one.event, one.number))
        due, came = self.turnout(who, quarter)
        landed = [(code, points) for name, lies, code, points in self.corrections if (name, lies) == (who, quarter)]
        earlier = {(one.event, one.points > 0) for one in self.booked
                   if one.who == who and one.event and one.quarter < quarter and not one.undone}  # fmt: skip
        profile = as_of(self.profiles.get(who, ()), days_of(quarter)[-1]) or "line"
        return {"profile": profile, "entries": entries, "due": due, "came": came, "earlier": earlier,
                "corrections": landed}  # fmt: skip

    def is_scored(self, who: str, quarter: Quarter) -> bool:
        days = days_of(quarter)
        scored = [day for day in days if self.place(who, day)[0] and not self.is_exempt(who, day)]
        return 2 * len(scored) >= len(days)

    # --- what comes of it ---

    def closed_on(self, quarter: Quarter) -> date:
        """Return the day on which the own branch's quarter was closed; the last of all days while it is not."""
        return self.closed[quarter]["on"] if quarter in self.closed else date.max

    def sheets(self, quarter: Quarter, branch: str = HOME) -> dict[str, dict[str, Decimal]]:
        """Return name → the four scores of a branch's members; as they were told when its quarter was closed."""
        if branch == HOME and quarter in self.closed:
            return self.closed[quarter]["sheets"]
        return {who: oracle.dimensions(**self.facts(who, quarter)) for who in self.people(quarter, branch)}

    def totals(self, quarter: Quarter, branch: str = HOME) -> dict[str, Decimal | None]:
        """Return name → total; None for who is not scored."""
        sheets = self.sheets(quarter, branch)
        return {who: sum(sheets[who].values()) if self.is_scored(who, quarter) else None for who in sheets}

    def rates(self, quarter: Quarter, who: list[str], branch: str = HOME) -> list[tuple[int, int]]:
        """Return (came, due) of some people; as known when the branch's quarter was closed."""
        if branch == HOME and quarter in self.closed:
            told = self.closed[quarter]["facts"]
            return [(told[one]["came"], told[one]["due"]) for one in who]
        return [self.turnout(one, quarter)[::-1] for one in who]

    def group_totals(self, quarter: Quarter, branch: str = HOME) -> dict[str, Decimal | None]:
        """Return group → score of a quarter that is over."""
        if branch == HOME and quarter in self.closed:
            return self.closed[quarter]["groups"]
        groups = self.groups_of(branch, days_of(quarter)[-1])
        return {group: self.group_total(group, quarter) for group in groups}

    def months_held(self, group: str, quarter: Quarter) -> int:
        """Return in how many months of a quarter a group has met."""
        met = [one for one in self.meetings if one.unit == group and "group_meeting" in one.kinds]
        return len({one.day.month for one in met if quarter_of(one.day) == quarter} & self.months_due(group, quarter))

    def months_due(self, group: str, quarter: Quarter) -> set[int]:
        """Return the months of a quarter on all of whose days a group existed."""
        begun = self.groups[group][1]
        return {day.month for day in days_of(quarter)} - {day.month for day in days_of(quarter) if day < begun}

    def group_total(self, group: str, quarter: Quarter) -> Decimal | None:
        branch, last = self.groups[group][0], days_of(quarter)[-1]
        totals = self.totals(quarter, branch)
        counted = [who for who in self.members(group, last) if totals[who] is not None]
        rates = self.rates(quarter, counted, branch)
        near = [one for one in self.activities if quarter_of(one.day) == quarter]
        reached = {who for one in near for who in one.named - one.denied} & set(counted)
        mine = [one for one in self.problems if one.unit == group and one.is_due(quarter)]
        solved = sum(one.is_closed(quarter) for one in mine)
        level = LEVELS.get(self.levels.get((group, quarter)))
        months = self.months_held(group, quarter), len(self.months_due(group, quarter))
        means = [totals[who] for who in counted]
        return oracle.group(means, rates, months, len(reached), (solved, len(mine)), level)

    def close(self, quarter: Quarter, day: date) -> None:
        """Write down that a quarter is closed: what is told of it now is told for good."""
        facts = {who: self.facts(who, quarter) for who in self.people(quarter)}
        told = {"facts": facts, "sheets": self.sheets(quarter), "groups": self.group_totals(quarter)}
        self.closed[quarter] = told | {"on": day}

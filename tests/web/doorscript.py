"""What one branch does in its months: meetings, activities, declarations, lists, decisions, by chance and by plan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.web.branchdoors import BranchDoors, Listed
from tests.web.doorlog import HOME, days_of, quarter_of

GROUPS = {
    "朱雀": ["田富", "章志刚", "田大利", "何朱雀"],
    "玄武": ["邹丽萍", "宋玉梅", "罗少华", "吴玄武", "何玄武"],
}
REGULARS = [name for names in GROUPS.values() for name in names]
#: Who does the most, who never comes, who makes mistakes, who is away; and a guest, who always comes.
EAGER, TRUANT, CLUMSY, AWAY, GUEST = "田富", "何朱雀", "吴玄武", "何玄武", "石苍龙"
#: Who joins in the middle of a quarter.
FRESH = ["程小雨", "温立夏", "向朝阳"]
Q2, Q3, Q4 = (2026, 2), (2026, 3), (2026, 4)
CLAIMED = ["WP-TASK", "SE-STOP", "QI-TEACH", "QI-CONTEST-PLANT", "QI-CONTEST-COMPANY"]
SHOWN = {"service": ["PF-SERVE", "PF-SOLVE"], "hazard": ["SE-HAZARD-CLOSED"], "critical": ["WP-CRITICAL"],
         "tackling": ["WP-TASK"], "teaching": ["QI-TEACH"]}  # fmt: skip
LISTS = ["SE-HAZARD-MAJOR", "SE-VIOLATION-ORDINARY", "SE-ZONE", "QI-SKILL", "QI-STAR", "WP-SUGGEST-ADOPTED"]
THEMES = [("theme_day",), ("member_meeting", "theme_day"), ("theme_day", "party_lecture"), ("theme_day", "oath_review")]


class Script:
    """One branch's months, by chance; what must happen in every one of them is planned."""

    def __init__(self, doors: BranchDoors, random: Random):
        self.doors, self.log, self.random = doors, doors.log, random

    def some(self, names, most: int = 9) -> list[str]:
        return self.random.sample(sorted(names), min(len(names), self.random.randint(1, most)))

    # --- a month ---

    def month(self, year: int, month: int) -> None:
        """Play a month: on the 7th all meet and declare, and it is decided; on the 24th it counts."""
        self.before(date(year, month, 1))
        self.doors.on(date(year, month, 7))
        self.doors.settle()
        self.meetings(date(year, month, 7))
        self.problems()
        self.activities()
        self.declarations()
        self.lists()
        self.decisions()
        self.between(date(year, month, 15))
        self.doors.on(date(year, month, 24))
        self.doors.settle()
        self.make_ups()

    def before(self, day: date) -> None:
        """Do what else happens in the first days of a month."""

    def between(self, day: date) -> None:
        """Do what else happens in the middle of a month."""

    def meetings(self, day: date) -> None:
        for unit, kinds in self.plan(day.month):
            due = self.log.members(unit, day)
            if "committee_meeting" in kinds:
                due = sorted(self.doors.book.committee(unit, day))
            self.meeting(unit, kinds, due)

    def meeting(self, unit: str, kinds: tuple[str, ...], due: list[str]) -> None:
        """Hold a meeting: most come, some of the others ask for leave."""
        host = self.doors.leaders.get(unit, self.doors.secretary)
        around = [name for name in due if name != TRUANT]
        came = {name for name in around if name == GUEST or self.random.random() < 0.75}
        absent = set(around) - came - {host}
        on_leave = {name for name in sorted(absent) if self.random.random() < 0.3}
        self.doors.meet(unit, kinds, came, on_leave, due=set(due))

    def plan(self, month: int) -> list[tuple[str, tuple[str, ...]]]:
        planned = [("朱雀", ("group_meeting",)), ("朱雀", ("party_lecture",))]
        if month != 5 or self.random.random() < 0.5:
            planned.append((HOME, self.random.choice(THEMES)))
        if month % 3 or (month == 9 and self.random.random() < 0.5):
            planned.append(("玄武", self.random.choice([("group_meeting",), ("group_meeting", "oath_review")])))
        if month == 5:
            planned += [("玄武", ("oath_review",)), ("玄武", ("theme_day",))]
        if len(self.doors.book.committee(HOME, self.doors.day)) >= 3 and self.random.random() < 0.7:
            planned.append((HOME, ("committee_meeting",)))
        return planned

    def make_ups(self) -> None:
        """Let some of the absent make up: in time, or on a day that is too late."""
        for met in self.log.meetings:
            missed = met.due - met.came - set(met.made_up) - {TRUANT}
            if self.doors.day - met.day < timedelta(60):
                for name in sorted(missed):
                    if self.random.random() < 0.35:
                        back = self.random.choice([0, 1, 12])
                        self.doors.make_up(met, name, max(met.day, self.doors.day - timedelta(back)))

    def problems(self) -> None:
        """Let a group or the branch take up something; solve some, late or in time, and find that some are none."""
        doors, random = self.doors, self.random
        if random.random() < 0.8:
            doors.take_up("朱雀", doors.day + timedelta(random.choice([5, 20, 90])))
        doors.take_up(random.choice([HOME, "玄武"]), doors.day + timedelta(random.choice([0, 23, 54])))
        self.end_problems(0.4)

    def end_problems(self, share: float) -> None:
        """Solve a share of what is open, or find that it is no problem; what was taken up first stays."""
        for one in self.log.problems[1:]:
            if not one.closed_on and not one.cancelled and self.random.random() < share:
                (self.doors.solve if self.random.random() < 0.8 else self.doors.give_up)(one)

    def activities(self) -> None:
        for group, names in GROUPS.items():
            leader = self.doors.leaders[group]
            for sort in self.random.sample(sorted(SHOWN), 2):
                self.activity(group, leader, sort, {leader, *self.some(set(names) - {CLUMSY}, 4)})
        self.doors.jot("玄武", "study", {"邹丽萍", CLUMSY}, {CLUMSY: "no"})
        self.activity("朱雀", self.doors.leaders["朱雀"], "critical", {"章志刚", EAGER})

    def activity(self, group: str, leader: str, sort: str, named: set[str]) -> None:
        words = self.random.choice([["yes"], ["yes", "no"], ["differs", "yes", "no"]])
        asked = self.some(named - {leader, EAGER}, 3) if named - {leader, EAGER} else []
        answers = {name: self.random.choice(words) for name in asked}
        path, _done = self.doors.jot(group, sort, named, answers)
        if EAGER in named or self.random.random() < 0.8:
            willing = {name for name in named if answers.get(name, "yes") == "yes"}
            self.doors.declare_activity(group, path, self.random.choice(SHOWN[sort]), willing)

    def declarations(self) -> None:
        doors, day = self.doors, self.doors.day
        for name in self.some(REGULARS, 5):
            doors.declare(name, self.random.choice(CLAIMED), day - timedelta(self.random.randrange(6)))
        for _ in range(3):
            doors.declare(EAGER, "WP-TASK", day)
        doors.declare(EAGER, "QI-CONTEST-PLANT", day, number=f"奖{day.month}")
        doors.declare(EAGER, "QI-CONTEST-COMPANY", day, number=f"奖{day.month}", leads=self.random.random() < 0.5)
        if day.month in (4, 6, 8):
            doors.declare(EAGER, "QI-CONTEST-PROVINCE", day, number="省赛", leads=day.month == 4)
        for _ in range(7 if day.month in (4, 5) else 0):
            doors.enter(CLUMSY, "WP-MISSED", day)
        keeper = doors.book.holder("organisation_officer", HOME, day)
        for _ in range(2):
            doors.enter(self.random.choice([CLUMSY, AWAY, "宋玉梅"]), "PF-DUES", day, by=keeper)

    def lists(self) -> None:
        """Let the lists of a month come in as one table."""
        random, day = self.random, self.doors.day
        period = day.strftime("%Y-%m")
        last = max(one for one in days_of(quarter_of(day)) if one.month == day.month)
        rows = [(name, random.choice(LISTS), random.choice([1, 1, 2])) for name in self.some(REGULARS, 4)]
        rows += [(EAGER, "WP-SUGGEST-SPREAD", 1), (EAGER, "QI-SKILL", 1), (CLUMSY, "SE-VIOLATION-SERIOUS", 2)]
        rows.append((EAGER if day.month in (4, 7) else random.choice(REGULARS), "QI-STAR", 2))
        rows.append((random.choice(REGULARS), "WP-QUALITY", random.choice([3, 4])))
        listed = [Listed(name, item, period, last, figure) for name, item, figure in rows]
        if day.month == 7:
            listed.append(Listed(EAGER, "QI-STAR", "2026Q2", date(2026, 6, 30)))
        self.doors.from_lists(f"{period}清单", listed)

    # --- decisions ---

    def decisions(self) -> None:
        """Decide what waits: group, committee, publicity; some with fewer points, some rejected, some disputed."""
        doors = self.doors
        doors.recognise()
        doors.review(self.lowered("submitted"))
        waiting = [one.id for one in doors.waiting("reviewed") if one.id and one.item == "WP-TASK" and one.who != EAGER]
        rejected = set(waiting[:1])
        doors.confirm({key: value for key, value in self.lowered("reviewed").items() if key not in rejected}, rejected)
        for claim in [one for one in doors.waiting("rejected") if one.id in rejected and self.random.random() < 0.7]:
            doors.appeal(claim)
        doors.publish()
        self.objections()

    def lowered(self, at: str) -> dict[int, Decimal]:
        """Return a tenth less for some: ids → points."""
        waiting = [one for one in self.doors.waiting(at) if one.id and one.points > 0 and one.item != "QI-STAR"]
        chosen = [one for one in waiting if self.random.random() < 0.15]
        return {one.id: one.points - Decimal("0.1") for one in chosen if one.points > Decimal("0.1")}

    def objections(self) -> None:
        shown = [one for one in self.doors.waiting("public") if one.points > Decimal("0.5") and one.who != EAGER]
        for claim, outcome in zip(
            self.random.sample(shown, min(3, len(shown))), ("uphold", "amend", "cancel"), strict=False
        ):
            by = self.random.choice([name for name in ("田大利", "章志刚", "邹丽萍") if name != claim.who])
            self.doors.object_(claim, by, outcome, claim.points - Decimal("0.5") if outcome == "amend" else None)

    def reversals(self, quarter, most: int) -> None:
        """Take back some of what counts in a quarter; always one of what counted more than its cap, and a prize."""
        held = [one for one in self.doors.claims if one.entry and one.entry.quarter == quarter and not one.entry.undone]
        planned = [one for one in held if one.who == EAGER and one.item in ("WP-TASK", "QI-CONTEST-PROVINCE")][-3:]
        for claim in [*planned, *self.random.sample([one for one in held if one not in planned], most)]:
            self.doors.reverse(claim)

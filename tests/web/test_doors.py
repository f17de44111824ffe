"""The second model of scoring, told what was done through the app's own doors, comes to the same totals as its pages.

Three quarters of one branch, played by chance: meetings, make-ups, activities, declarations, review, confirmation,
publicity, objections, reversals, exemptions, profiles, appraisals, closing, and facts that came late. The script keeps
its own log (`doorlog.py`), the model its own arithmetic (`scoring_oracle.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from partygroup.people.models import Person
from partygroup.scores.models import Closing, Entry, StoredGroup, StoredSheet
from tests.rules import scoring_oracle as oracle
from tests.web.doorlog import Log, quarter_of
from tests.web.doors import Doors

GROUPS = {
    "朱雀": ["田富", "章志刚", "田大利", "何朱雀"],
    "玄武": ["邹丽萍", "宋玉梅", "罗少华", "吴玄武", "何玄武"],
}
#: Who does the most, who never comes, who makes mistakes, who is away; and everybody else.
EAGER, TRUANT, CLUMSY, AWAY = "田富", "何朱雀", "吴玄武", "何玄武"
Q2, Q3, Q4 = (2026, 2), (2026, 3), (2026, 4)
OWN = ["WP-TASK", "SE-STOP", "QI-TEACH", "QI-CONTEST-PLANT", "QI-CONTEST-COMPANY"]
SHOWN = {"service": ["PF-SERVE", "PF-SOLVE"], "hazard": ["SE-HAZARD-CLOSED"], "critical": ["WP-CRITICAL"],
         "tackling": ["WP-TASK"], "teaching": ["QI-TEACH"]}  # fmt: skip
LISTS = ["SE-HAZARD-MAJOR", "SE-VIOLATION-ORDINARY", "SE-ZONE", "QI-SKILL", "QI-STAR", "WP-SUGGEST-ADOPTED"]
THEMES = [("theme_day",), ("member_meeting", "theme_day"), ("theme_day", "party_lecture"), ("theme_day", "oath_review")]


class Script:
    """One branch's months, by chance; what must happen in every one of them is planned."""

    def __init__(self, doors: Doors, random: Random):
        self.doors, self.log, self.random = doors, doors.log, random

    def some(self, names, most: int = 9) -> list[str]:
        return self.random.sample(sorted(names), min(len(names), self.random.randint(1, most)))

    # --- a month ---

    def month(self, year: int, month: int) -> None:
        """Play a month: on the 7th all meet and declare, and it is decided; on the 24th it counts."""
        self.doors.on(date(year, month, 7))
        self.doors.settle()
        self.meetings(date(year, month, 7))
        self.problems()
        self.activities()
        self.declarations()
        self.lists()
        self.decisions()
        self.doors.on(date(year, month, 24))
        self.doors.settle()
        self.make_ups()

    def meetings(self, day: date) -> None:
        for unit, kinds in self.plan(day.month):
            due = self.log.groups.get(unit, self.log.people)
            host = self.doors.leaders.get(unit, self.doors.secretary)
            around = [name for name in due if name != TRUANT]
            came = {name for name in around if self.random.random() < 0.75}
            absent = set(around) - came - {host}
            self.doors.meet(unit, kinds, came, {name for name in absent if self.random.random() < 0.3})

    def plan(self, month: int) -> list[tuple[str, tuple[str, ...]]]:
        planned = [("朱雀", ("group_meeting",)), ("红柳", self.random.choice(THEMES)), ("朱雀", ("party_lecture",))]
        if month % 3 or self.random.random() < 0.5:
            planned.append(("玄武", self.random.choice([("group_meeting",), ("group_meeting", "heart_talk")])))
        return [*planned, ("玄武", ("oath_review",))] if month == 5 else planned

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
        if self.random.random() < 0.8:
            path, taken = self.doors.take_up("朱雀", self.doors.day + timedelta(self.random.choice([5, 20, 90])))
            if self.random.random() < 0.6:
                self.doors.solve(path, taken)

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
        for name in self.some(self.log.people, 5):
            doors.declare(name, self.random.choice(OWN), day - timedelta(self.random.randrange(6)))
        for _ in range(3):
            doors.declare(EAGER, "WP-TASK", day)
        doors.declare(EAGER, "QI-CONTEST-PLANT", day, number=f"奖{day.month}")
        doors.declare(EAGER, "QI-CONTEST-COMPANY", day, number=f"奖{day.month}", leads=self.random.random() < 0.5)
        if day.month in (4, 6, 8):
            doors.declare(EAGER, "QI-CONTEST-PROVINCE", day, number="省赛", leads=day.month == 4)
        for _ in range(7 if day.month in (4, 5) else 0):
            doors.enter(CLUMSY, "WP-MISSED", day)
        for _ in range(2):
            doors.enter(self.random.choice([CLUMSY, AWAY, "宋玉梅"]), "PF-DUES", day)

    def lists(self) -> None:
        doors, day = self.doors, self.doors.day
        for name in self.some(self.log.people, 4):
            doors.from_list(name, self.random.choice(LISTS), day, leads=self.random.random() < 0.7)
        doors.from_list(EAGER, "WP-SUGGEST-SPREAD", day)
        doors.from_list(EAGER, "QI-SKILL", day)
        doors.from_list(EAGER if day.month in (4, 7) else self.random.choice(self.log.people), "QI-STAR", day, figure=2)
        doors.from_list(self.random.choice(self.log.people), "WP-QUALITY", day, figure=self.random.choice([3, 4]))
        for _ in range(2):
            doors.from_list(CLUMSY, "SE-VIOLATION-SERIOUS", day)

    # --- decisions ---

    def decisions(self) -> None:
        """Decide what waits: group, committee, publicity; some with fewer points, some rejected, some disputed."""
        doors = self.doors
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


@pytest.fixture
def script(app, session, world, at):
    """Return a function that begins a script with a seed."""
    people = sa.select(Person.name, Person.id)
    ids = dict(map(tuple, session.execute(people)))

    def begin(seed: int) -> Script:
        return Script(Doors(app, at, world, ids, Log({group: list(names) for group, names in GROUPS.items()})),
                      Random(seed))  # fmt: skip

    return begin


def shown(points: Decimal | None) -> str:
    return "不计分" if points is None else f"{points:.1f}"


def compare(doors: Doors, quarter, *, groups: bool = True) -> None:
    """Compare the model's totals with what the branch's page and everybody's own page say."""
    totals, sheets = doors.log.totals(quarter), doors.log.sheets(quarter)
    assert doors.shown_totals(quarter) == {name: shown(total) for name, total in totals.items()}
    for name in doors.log.people:
        total = "本季不计分" if totals[name] is None else shown(totals[name])
        told = total, [shown(sheets[name][code]) for code in ("WP", "SE", "QI", "PF")]
        assert doors.shown_own(name, quarter) == told, (name, quarter)
    if groups:
        assert doors.shown_groups(quarter) == {
            name: shown(one) for name, one in doors.log.group_totals(quarter).items()
        }


def compare_stored(session, doors: Doors) -> None:
    """Compare what was stored at closing with what the model said then."""
    session.expire_all()
    names, groups = ({number: name for name, number in ids.items()} for ids in (doors.ids, doors.units))
    for quarter, told in doors.log.closed.items():
        closing = session.scalars(
            sa.select(Closing).where(Closing.year == quarter[0], Closing.quarter == quarter[1])
        ).one()
        rows = session.scalars(sa.select(StoredSheet).where(StoredSheet.closing_id == closing.id))
        totals = doors.log.totals(quarter)
        assert {names[row.person_id]: row.total for row in rows} == {
            name: None if total is None else int(total * 10) for name, total in totals.items()
        }
        rows = session.scalars(sa.select(StoredGroup).where(StoredGroup.closing_id == closing.id))
        assert {groups[row.group_id]: row.total for row in rows} == {
            name: int(total * 10) for name, total in told["groups"].items()
        }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_pages_say_what_the_model_says(session, script, app, seed):
    play = script(seed)
    doors = play.doors
    begin(play)
    for month in (4, 5, 6, 7):
        play.month(2026, month)
    late = doors.declare("章志刚", "QI-TEACH", date(2026, 6, 29))
    play.decisions()
    play.reversals(Q2, 2)
    compare(doors, Q2)
    doors.on(date(2026, 7, 27))
    doors.close(Q2)
    compare(doors, Q2)
    compare(doors, Q3, groups=False)
    play.month(2026, 8)
    assert late.entry.quarter == Q3
    play.reversals(Q2, 4)
    play.reversals(Q3, 2)
    play.month(2026, 9)
    compare(doors, Q3, groups=False)
    doors.on(date(2026, 10, 10))
    doors.settle()
    play.make_ups()
    play.decisions()
    doors.appraise("玄武", Q3, play.random.choice(["fair", "poor"]))
    doors.on(date(2026, 10, 26))
    compare(doors, Q3)
    doors.close(Q3)
    play.reversals(Q3, 4)
    for quarter in (Q2, Q3):
        compare(doors, quarter)
    compare(doors, Q4, groups=False)
    compare_stored(session, doors)
    assert app.test_cli_runner().invoke(args=["verify"]).output == ""
    assert missing(session, doors) == set()


def begin(play: Script) -> None:
    """Say who works where, who is away, and how the branch finds its groups."""
    doors = play.doors
    doors.on(date(2026, 3, 31))
    doors.set_profiles({EAGER: "line", "田大利": "maintenance", "罗少华": "office", "邹丽萍": "office"})
    doors.exempt(AWAY, date(2026, 4, 1), date(2026, 8, 16))
    doors.exempt("宋玉梅", date(2026, 6, 3), date(2026, 6, 25))
    doors.on(date(2026, 4, 2))
    doors.appraise("朱雀", Q2, play.random.choice(["good", "better"]))


# --- what a script must have reached ----------------------------------------------------------------------------------


def missing(session, doors: Doors) -> set[str]:
    """Return what should occur in every script and did not."""
    return {what for what, occurred in _reached(session, doors).items() if not occurred}


def _reached(session, doors: Doors) -> dict[str, bool]:
    log, claims = doors.log, doors.claims
    stored = session.scalars(sa.select(StoredSheet)).all()
    lines = [line for row in stored for line in row.body["lines"]]
    codes = {line["code"] for line in lines}
    parts = [line for row in session.scalars(sa.select(StoredGroup)) for line in row.body["sheet"]["lines"]]
    windows = [log.has_come(who, met) for met in log.meetings for who in met.made_up]
    told = [facts for closed in log.closed.values() for facts in closed["facts"].values()]
    return {
        **{f"a floor in {code}": f"{code}-FLOOR" in codes for code in ("WP", "SE", "PF")},
        **{f"no room left in {code}": f"{code}-ROOM" in codes for code in ("WP", "QI")},
        "a cap": any(line["rows"] and line["cap"] and abs(line["claimed"]) > abs(line["points"]) for line in lines),
        "a correction": any(code.endswith("-CORRECT") for code in codes) and bool(log.corrections),
        "somebody not scored": any(row.total is None for row in stored),
        "somebody away for a part only": any(row.total is not None and row.facts["scored_days"] < row.facts["days"]
                                             for row in stored),
        "made up in time": True in windows,
        "made up too late": False in windows,
        "a part of a group not assessed": any(line["points"] is None for line in parts),
        "named, but not there": all(CLUMSY not in one.named - one.denied for one in log.activities)
        and any(CLUMSY in one.denied for one in log.activities),
        "a month without a meeting": log.months_held("玄武", Q2) + log.months_held("玄武", Q3) < 6,
        "a problem not solved": any(not one.closed_on and one.due_on < date(2026, 9, 30) for one in log.problems),
        "one event twice": any(row["why"] == "同一事项只计一次" for line in lines for row in line["rows"]),
        "an event of an earlier quarter": any(facts["earlier"] for facts in told),
        "a late fact": any(one.entry and quarter_of(one.day) < one.entry.quarter for one in claims),
        "a reversal in an open quarter": any(one.undone == "counter" for one in log.booked),
        "a reversal after closing": any(one.undone == "correction" for one in log.booked),
        "an absence that counts": any(one.item == "PF-ABSENT" for one in log.booked),
        "an appeal": any(one.at == "over" and one.id and one.points == one.claimed and one.confirmed_by == doors.deputy
                         for one in claims),
        "a half share": any(one.claimed == oracle.half(oracle.POINTS[one.item]) for one in claims),
        "as many rows as were booked": session.scalar(
            sa.select(sa.func.count()).select_from(Entry).where(Entry.sort == "entry")) == len(log.booked),
        "nobody confirmed the own": not session.scalar(
            sa.select(sa.func.count()).select_from(Entry).where(Entry.confirmed_by == Entry.person_id)),
    }  # fmt: skip

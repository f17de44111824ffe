"""What happens to the branches beside their months: who comes and goes, what is reported, given, and comes too late."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tests.web.branchdoors import BranchDoors
from tests.web.branchfigures import Figures
from tests.web.doorlog import HOME
from tests.web.doorscript import AWAY, EAGER, FRESH, GUEST, Q2, Q3, Q4, Script

SISTER, STRANGER = "白桦", "蓝田"
#: Figures good enough for three stars, and those that leave nothing to divide by.
GOOD = {"WP1": "97.5", "WP4": "100", "SE1.A": "0", "SE1.B": "0", "SE4.A": "0", "SE4.B": "0", "QI1.N": "2", "QI3.N": "3"}
NOTHING = {"WP2.ALL": "0", "WP2.UP": "0", "SE2.DUE": "0", "SE2.CLOSED": "0", "QI2.STAFF": "0", "PF7": "59.9"}
OFFICERS = {"邹丽萍": "organisation_officer", "章志刚": "propaganda_officer", EAGER: "discipline_officer"}


class BranchScript(Script):
    """The months of a branch, and what the offices above do for all branches. `told`: quarter → what was frozen."""

    def __init__(self, doors: BranchDoors, random: Random):
        super().__init__(doors, random)
        self.told: dict = {}
        self.late = None

    def before(self, day: date) -> None:
        """Let a guest come in July; three officers make a committee in September again."""
        self.doors.on(day)
        if day.month == 7:
            self.doors.move([GUEST], HOME, "朱雀")
        elif day.month == 9:
            self.appoint()

    def between(self, day: date) -> None:
        """Let three officers make a committee in May; in August there is none for some days, and strangers join."""
        if day.month == 5:
            self.doors.on(day)
            self.appoint()
        elif day.month == 8:
            self.newcomers()
            for name, role in OFFICERS.items():
                self.doors.dismiss(name, role)

    def appoint(self) -> None:
        for name, role in OFFICERS.items():
            self.doors.appoint(name, role)

    def begin(self) -> None:
        """Say who works where and is away, how the branch finds its groups, and who is elected for how long."""
        doors, random = self.doors, self.random
        doors.on(date(2026, 3, 31))
        doors.set_profiles({EAGER: "line", "田大利": "maintenance", "罗少华": "office", "邹丽萍": "office"})
        doors.set_stars({EAGER: 3, AWAY: 5, "罗少华": 0, "宋玉梅": 1, GUEST: 2})
        doors.exempt(AWAY, date(2026, 4, 1), date(2026, 8, 16))
        doors.exempt("宋玉梅", date(2026, 6, 3), date(2026, 6, 25))
        doors.on(date(2026, 4, 2))
        doors.appraise("朱雀", Q2, random.choice(["good", "better"]))
        doors.begin_period(Q2)
        doors.set_term(HOME, date(2023, 7, 1), random.choice([date(2026, 6, 29), date(2026, 6, 30)]))
        doors.set_term(SISTER, date(2024, 1, 1), date(2026, 12, 31))
        doors.veto(STRANGER, Q2, date(2026, 3, 1), date(2026, 4, 1))
        doors.veto(SISTER, Q2, date(2026, 3, 1), date(2026, 4, 2))

    # --- the second quarter ---

    def figures_of_the_second_quarter(self) -> None:
        """Report everything of the own branch but satisfaction, and of the sister what makes nothing to divide by."""
        doors, random = self.doors, self.random
        own = Figures(random, HOME, Q2, lacking=["PF7"], yearly=["SE3.BASE", "QI1.N", "QI2.STAFF"])
        sister = Figures(random, SISTER, Q2, lacking=["WP4", "SE1.C", "QI4"])
        rows = [*own.rows(GOOD), *sister.rows(NOTHING), *sister.halves()]
        doors.report(rows, "二季度报表", by=doors.company_office, suffix=".xlsx")
        doors.report([*own.corrections(rows[:9], 3), *own.refused()], "更正")
        doors.award(HOME, Q2, "award:company", date(2026, 6, 30), event="攻关")
        doors.award(HOME, Q2, "award:unit", date(2026, 4, 1), event="攻关")
        doors.award(HOME, Q2, "practice:unit", date(2026, 7, 1))
        doors.award(SISTER, Q2, "practice:company", date(2026, 5, 1))

    def facts_after_freezing(self, quarter) -> None:
        """Do what would have changed the quarter, had it not been frozen the day before."""
        self.doors.on(self.doors.day + timedelta(1))
        doors, figures = self.doors, Figures(self.random, HOME, quarter)
        doors.award(HOME, quarter, "award:province", date(2026, 6, 1))
        rows = figures.rows(GOOD | {"PF7": "100", "WP1": "100", "QI4": "60"})
        doors.report(rows, "迟到的报表", suffix=".xlsx")
        doors.set_term(HOME, date(2023, 7, 1), date(2026, 9, 30), extended=True)
        self.end_problems(0.8)

    # --- the third quarter ---

    def newcomers(self) -> None:
        """Let three strangers join as a group of their own, half a quarter before its end or a day less."""
        self.doors.on(self.random.choice([date(2026, 8, 16), date(2026, 8, 17)]))
        self.doors.move(FRESH, HOME, "青龙")

    def last_days_of_the_third_quarter(self) -> None:
        """Let the guest leave on the last day or after it, and change what held on the last day a day later."""
        doors = self.doors
        doors.on(date(2026, 10, 2))
        doors.move([GUEST], SISTER, "苍龙", self.random.choice([date(2026, 9, 30), date(2026, 10, 1)]))
        doors.set_profiles({EAGER: "office", "田大利": "line"})
        doors.set_stars({EAGER: 0, "田大利": 4, "罗少华": 2})
        doors.on(date(2026, 10, 10))
        doors.settle()

    def figures_of_the_third_quarter(self) -> None:
        """Report what caps the stars, and more honours than count."""
        doors, random = self.doors, self.random
        doors.begin_period(Q3)
        own = Figures(random, HOME, Q3, lacking=["QI4"], yearly=["SE3.BASE", "QI1.N", "QI2.STAFF"])
        sister = Figures(random, SISTER, Q3, lacking=["PF7", "SE3.N"], yearly=["WP4", "QI1.N", "QI2.STAFF", "QI4"])
        rows = [*own.rows(GOOD | {"PF7": "59.9"}), *sister.rows(), *Figures(random, STRANGER, Q3).rows({"SE1.A": "1"})]
        doors.report(rows, "三季度报表", by=doors.company_office)
        doors.report([*sister.corrections(rows, 2), *sister.refused()], "更正", by=doors.company_office, suffix=".xlsx")
        doors.award(HOME, Q3, "award:province", date(2026, 7, 1), event="攻关")
        for kind in ("award:province", "practice:company", "award:unit"):
            doors.award(HOME, Q3, kind, date(2026, 9, 30))
        doors.withdraw(doors.award(HOME, Q3, "award:nation", date(2026, 8, 1)), Q3)
        doors.withdraw(doors.veto(SISTER, Q3, date(2026, 8, 1), date(2026, 9, 1)), Q3)

    # --- the fourth quarter ---

    def end_of_the_year(self) -> None:
        """Hold what is due once a year, lose a leader on the last days, and report nothing of one dimension."""
        doors = self.doors
        doors.begin_period(Q4)
        for day, unit, kinds in [
            (date(2026, 11, 9), HOME, ("org_life_meeting",)), (date(2026, 11, 9), "玄武", ("group_meeting",)),
            (date(2026, 12, 7), HOME, ("member_meeting", "theme_day")),
        ]:  # fmt: skip
            doors.on(day)
            self.meeting(unit, kinds, self.log.members(unit, day))
        doors.on(date(2026, 12, 28))
        doors.dismiss("邹丽萍", "group_leader")
        doors.dismiss(EAGER, OFFICERS[EAGER])
        doors.on(date(2027, 1, 1) + timedelta(10))
        doors.appoint("邹丽萍", "group_leader", "玄武")
        own = Figures(self.random, HOME, Q4, lacking=["WP1", "WP2.UP", "WP2.ALL", "WP4"])
        doors.report(own.rows(), "四季度报表", by=doors.company_office, suffix=".xlsx")

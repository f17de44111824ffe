"""What is reported of branches: figures by chance, in every form that the rules allow and in some that they refuse."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.web.branchdoors import Told
from tests.web.branchlog import FIGURES
from tests.web.doorlog import Quarter

RATES = {
    "WP1": ["60", "97.5", "100", "112.36"], "WP4": ["88", "92.35", "100"], "QI2.STAFF": ["25", "40", "62.5"],
    "QI4": ["70", "80.05", "100"], "PF7": ["60", "86", "91.7"],
}  # fmt: skip
COUNTS = {"SE1.C": 1, "SE1.B": 1, "SE1.A": 0, "SE4.B": 1, "SE4.A": 0, "QI1.N": 2, "QI3.N": 2}
PARTS = {"WP2.ALL": "WP2.UP", "SE2.DUE": "SE2.CLOSED"}
#: Violations, staff, base: between the bands of SE3, on each of their bounds, and at nothing.
VIOLATIONS = [(1, 100, "2"), (3, 125, "3"), (2, 100, "2"), (3, 125, "2"), (4, 90, "1.5"), (0, 80, "0"), (1, 80, "0")]
#: What nobody may report: below nothing, above everything, a part above its whole, a figure by a period it has not.
REFUSED = [("SE1.C", "{quarter}", "-1"), ("QI4", "{quarter}", "100.1%"), ("QI1.N", "{month}", "1"),
           ("SE3.N", "{year}", "2"), ("PF5", "{quarter}", "80"), ("WP1", "{quarter}", "很好"),
           ("WP9", "{quarter}", "3")]  # fmt: skip


def months_of(quarter: Quarter) -> list[str]:
    return [f"{quarter[0]}-{month:02}" for month in range(3 * quarter[1] - 2, 3 * quarter[1] + 1)]


class Figures:
    """The figures of a branch's quarter. `lacking`: those that nobody reports; `yearly`: those a year may tell."""

    def __init__(self, random: Random, branch: str, quarter: Quarter, *, lacking=(), yearly=()):
        self.random, self.branch, self.quarter, self.lacking, self.yearly = random, branch, quarter, lacking, yearly

    def rows(self, fixed: dict[str, str] | None = None) -> list[Told]:
        """Return the rows of a table; fixed: code → what it is to be in the whole quarter."""
        fixed, rows = fixed or {}, []
        for codes in [*({code} for code in (*RATES, *COUNTS)), *map(set, PARTS.items())]:
            if not codes & set(self.lacking):
                rows += self._told(sorted(codes), fixed)
        if "SE3.N" not in self.lacking:
            rows += self._violations()
        return rows

    def _violations(self) -> list[Told]:
        """Return the rows of SE3: in the second quarter the staff are told by months, the mean of which counts."""
        by_months = self.quarter[1] == 2
        count, staff, base = VIOLATIONS[1] if by_months else self.random.choice(VIOLATIONS)
        year = "SE3.BASE" in self.yearly and self.random.random() < 0.5
        staffs = zip(months_of(self.quarter), (staff - 5, staff + 15, staff - 10), strict=True)
        return [
            self._row("SE3.N", self._code(), count),
            self._row("SE3.BASE", f"{self.quarter[0]}" if year else self._code(), base),
            *(self._row("SE3.HEAD", *told) for told in (staffs if by_months else [(self._code(), staff)])),
        ]

    def _told(self, codes: list[str], fixed: dict[str, str]) -> list[Told]:
        """Return the rows of one figure, or of a part and its whole for the same periods."""
        rows = []
        for period in self._periods(codes[0], single=codes[0] in fixed):
            whole = self.random.choice([5, 8, 12])
            for code in codes:
                if code in PARTS or code in PARTS.values():
                    number = fixed.get(code, whole if code in PARTS else whole - self.random.choice([0, 1, 2]))
                else:
                    number = fixed.get(code) or self._value(code)
                rows.append(self._row(code, period, number))
        return rows

    def _value(self, code: str) -> str:
        return self.random.choice(RATES[code]) if code in RATES else str(self.random.randint(0, COUNTS[code]))

    def _periods(self, code: str, single: bool) -> list[str]:
        """Return for which periods a figure is told: one is enough, more show which of them counts."""
        own, year = self._code(), str(self.quarter[0])
        months, ways = months_of(self.quarter) if FIGURES[code][0] else [], [[own]]
        if months and not single:
            ways += [months, [*months, own]]
        if code in self.yearly and not single:
            ways += [[year], [year, own], *([[*months, year]] if months else [])]
        return self.random.choice(ways)

    def _code(self) -> str:
        return f"{self.quarter[0]}Q{self.quarter[1]}"

    def _row(self, code: str, period: str, number) -> Told:
        typed = f"{number}%" if code in RATES and self.random.random() < 0.7 else str(number)
        return Told(self.branch, code, period, typed, Fraction(str(number)))

    def corrections(self, rows: list[Told], most: int) -> list[Told]:
        """Return other words on some of what was told: they count instead; and an old quarter that counts nothing."""
        simple = [one for one in rows if one.code in (*RATES, *COUNTS) and one.period != str(self.quarter[0])]
        chosen = self.random.sample(simple, min(most, len(simple)))
        return [*(self._row(one.code, one.period, self._value(one.code)) for one in chosen),
                Told(self.branch, "WP1", "2025Q4", "70%", Fraction(70))]  # fmt: skip

    def refused(self) -> list[Told]:
        """Return rows that the preview must refuse."""
        words = {"quarter": self._code(), "month": months_of(self.quarter)[0], "year": self.quarter[0]}
        return [Told(self.branch, code, period.format(**words), typed) for code, period, typed in REFUSED]

    def halves(self) -> list[Told]:
        """Return what is told for two of the three months only: that is nothing."""
        return [self._row(code, month, self._value(code)) for code in ("WP4", "SE1.C", "QI4")
                for month in months_of(self.quarter)[:2]]  # fmt: skip

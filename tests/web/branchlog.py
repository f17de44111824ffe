"""What a script wrote down of the branches, and what the second model of their evaluation makes of it.

The figures that count, and those the app knows by itself, are worked out here from the text of the rules; points,
dimensions, total and stars by `evaluation_model`. Nothing of `partygroup` is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests import evaluation_model as model
from tests.web.doorlog import Log, Quarter, as_of, days_of

#: Figures reported from outside: whether three months add up or are averaged ("" : no months), whether a year will do.
FIGURES = {
    "WP1": ("mean", False), "WP2.UP": ("sum", False), "WP2.ALL": ("sum", False), "WP4": ("mean", True),
    "SE1.C": ("sum", False), "SE1.B": ("sum", False), "SE1.A": ("sum", False), "SE2.CLOSED": ("sum", False),
    "SE2.DUE": ("sum", False), "SE3.N": ("sum", False), "SE3.HEAD": ("mean", True), "SE3.BASE": ("", True),
    "SE4.B": ("sum", False), "SE4.A": ("sum", False), "QI1.N": ("", True), "QI2.STAFF": ("mean", True),
    "QI3.N": ("sum", False), "QI4": ("mean", True), "PF7": ("mean", True),
}  # fmt: skip
#: What the lines are called on the screen.
NAMES = {
    "WP1": "挂钩单位计划完成率", "WP2": "关键指标改善", "WP3": "项目验收与效益", "WP4": "下道工序或客户满意度",
    "SE1": "事故和事件", "SE2": "隐患按期整改", "SE3": "百人违章与基准比", "SE4": "环保达标",
    "QI1": "党员取得技能等级或职称", "QI2": "党员星级员工占比与全员比", "QI3": "人均建议、操作法、专利",
    "QI4": "带教和培训覆盖率", "PF1": "应开会议已开", "PF2": "参与率（含补课）", "PF3": "班子、任期和党小组健全",
    "PF4": "党小组达到良好", "PF5": "党员积分平均", "PF6": "查摆和反馈问题整改", "PF7": "职工群众满意度",
}  # fmt: skip
COMMITTEE = {"secretary", "deputy_secretary", "organisation_officer", "propaganda_officer", "discipline_officer",
             "committee_member"}  # fmt: skip
SORTS = {"award": "表彰", "practice": "经验推广"}
OFFICERS = {"organisation_officer", "propaganda_officer", "discipline_officer"}


@dataclass
class Post:
    """A post in a branch or group."""

    who: str
    role: str
    unit: str
    begun: date
    until: date = date.max

    def held(self, day: date) -> bool:
        return self.begun <= day < self.until


@dataclass
class Award:
    """An award or practice of a branch."""

    branch: str
    sort: str
    level: str
    text: str
    event: str | None
    day: date
    withdrawn: bool = False


@dataclass
class Veto:
    """A veto on a branch."""

    branch: str
    begun: date
    until: date
    withdrawn: bool = False


@dataclass
class BranchLog:
    """Everything the script has done to branches. readings: (branch, code, period, value) in their order.

    stars: name → (from, stars). terms: branch → (elected, last day) in their order. probationers: who has no full vote.
    """

    log: Log
    posts: list[Post]
    probationers: set[str]
    readings: list[tuple[str, str, str, Fraction]] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    vetoes: list[Veto] = field(default_factory=list)
    terms: dict[str, list[tuple[date, date]]] = field(default_factory=dict)
    stars: dict[str, list[tuple[date, int]]] = field(default_factory=dict)

    # --- what was reported ---

    def reported(self, branch: str, code: str, quarter: Quarter) -> Fraction | None:
        """Return the figure of a quarter: its own word, else its three months together, else the year's."""
        said = {period: value for whose, what, period, value in self.readings if (whose, what) == (branch, code)}
        (months, may_be_year), (year, number) = FIGURES[code], quarter
        if f"{year}Q{number}" in said:
            return said[f"{year}Q{number}"]
        three = [said.get(f"{year}-{month:02}") for month in (3 * number - 2, 3 * number - 1, 3 * number)]
        if months and None not in three:
            return sum(three) / (3 if months == "mean" else 1)
        return said.get(f"{year}") if may_be_year else None

    # --- what the app knows by itself ---

    def meetings(self, branch: str, quarter: Quarter) -> tuple[int, int]:
        """Return (held, due) of the meetings that a branch, its committee and its groups owe."""
        days, year = days_of(quarter), quarter[0]
        months = [[day for day in days if day.month == month] for month in sorted({day.month for day in days})]
        due = [("member_meeting", branch, days), ("party_lecture", branch, days)]
        due += [("theme_day", branch, month) for month in months]
        due += [("committee_meeting", branch, month) for month in months
                if all(len(self.committee(branch, day)) >= 3 for day in month)]  # fmt: skip
        due += [("group_meeting", group, month) for month in months for group in self.log.groups_of(branch, month[0])]
        if quarter[1] == 4:
            whole = [date(year, 1, 1), date(year, 12, 31)]
            due += [("org_life_meeting", branch, whole), ("appraisal", branch, whole)]
        held = [
            any(met.unit == unit and kind in met.kinds and days[0] <= met.day <= days[-1] for met in self.log.meetings)
            for kind, unit, days in due
        ]
        return sum(held), len(due)

    def committee(self, branch: str, day: date) -> set[str]:
        """Return who sits in the committee's posts on a day; three at least make a committee."""
        return {post.who for post in self.posts if post.unit == branch and post.role in COMMITTEE and post.held(day)}

    def holder(self, role: str, unit: str, day: date) -> str:
        """Return who holds a post on a day; "" if nobody does."""
        return next((one.who for one in self.posts if (one.role, one.unit) == (role, unit) and one.held(day)), "")

    def checks(self, branch: str, day: date) -> list[bool] | None:
        """Return whether the structure is sound in its four respects; None where no term is known."""
        term = self._term(branch, day)
        if term is None:
            return None
        held = [post for post in self.posts if post.held(day)]
        roles = {post.role for post in held if post.unit == branch}
        full = [who for who in self.log.members(branch, day) if who not in self.probationers]
        committee = len(full) < 7 or (len(self.committee(branch, day)) >= 3 and roles >= OFFICERS)
        groups = self.log.groups_of(branch, day)
        sound = all(self._is_sound(group, full, held, day) for group in groups)
        outside = [who for who in self.log.members(branch, day) if self.log.place(who, day)[1] not in groups]
        return ["secretary" in roles, committee, day <= term, sound and not (groups and outside)]

    def _term(self, branch: str, day: date) -> date | None:
        """Return the last day of the term: of the latest election by a day, as it was said last."""
        known = [(elected, number, last) for number, (elected, last) in enumerate(self.terms.get(branch, ()))
                 if elected <= day]  # fmt: skip
        return max(known)[2] if known else None

    def _is_sound(self, group: str, full: list[str], held: list[Post], day: date) -> bool:
        members = self.log.members(group, day)
        leads = any(post.unit == group and post.role == "group_leader" and post.who in full and post.who in members
                    for post in held)  # fmt: skip
        return len(members) >= 3 and bool(set(members) & set(full)) and leads

    # --- what comes of it ---

    def figures(self, branch: str, quarter: Quarter) -> tuple[dict[str, Fraction], int]:
        """Return every figure that is known, and how many members are counted."""
        last = days_of(quarter)[-1]
        said = {code: self.reported(branch, code, quarter) for code in FIGURES}
        known = {code: value for code, value in said.items() if value is not None}
        totals = {who: total for who, total in self.log.totals(quarter, branch).items() if total is not None}
        rates = [Fraction(came, due) for came, due in self.log.rates(quarter, list(totals), branch) if due]
        scores = [score for score in self.log.group_totals(quarter, branch).values() if score is not None]
        known["PF1.HELD"], known["PF1.DUE"] = map(Fraction, self.meetings(branch, quarter))
        problems = [one for one in self.log.problems if one.branch == branch and one.is_due(quarter)]
        known["PF6.DUE"], known["PF6.CLOSED"] = Fraction(len(problems)), Fraction(sum(
            one.is_closed(quarter) for one in problems
        ))  # fmt: skip
        known["PF4.GROUPS"], known["PF4.GOOD"] = Fraction(len(scores)), Fraction(sum(score >= 80 for score in scores))
        known["QI2.STARRED"] = Fraction(sum((as_of(self.stars.get(who, ()), last) or 0) >= 1 for who in totals))
        if rates:
            known["PF2"] = 100 * sum(rates) / len(rates)
        if totals:
            known["PF5"] = sum(map(Fraction, totals.values())) / len(totals)
        if (checks := self.checks(branch, last)) is not None:
            known["PF3.CHECKS"], known["PF3.PASSED"] = Fraction(4), Fraction(sum(checks))
        return known, len(totals)

    def sheet(self, branch: str, quarter: Quarter) -> dict:
        """Return what the model makes of a branch's quarter, in tenths; see `evaluation_model.evaluate`.

        bonuses: what each award is called → what it counts, and what is above the limit. vetoes: how many in force.
        """
        figures, heads = self.figures(branch, quarter)
        first, *_, last = days_of(quarter)
        mine = [one for one in self.awards if one.branch == branch and not one.withdrawn]
        before = {one.event for one in mine if one.event and one.day < first}
        now = [one for one in mine if first <= one.day <= last]
        counting = [(one.sort, one.level, one.event) for one in now if one.event not in before]
        vetoes = sum(one.branch == branch and not one.withdrawn and one.begun <= last and one.until > first
                     for one in self.vetoes)  # fmt: skip
        sheet = model.evaluate(figures, heads, counting, veto=vetoes > 0)
        return sheet | {"bonuses": self._bonuses(now, before), "vetoes": vetoes, "figures": figures}

    def _bonuses(self, awards: list[Award], before: set[str]) -> dict[str, int]:
        """Return what each award counts: of one event the highest only, and nothing if it counted earlier."""
        worth = {one.text: model.LEVELS[one.sort, one.level] for one in awards}
        told = {}
        for one in awards:
            rivals = [other for other in awards if one.event and other.event == one.event and other is not one]
            beaten = one.event in before or any(worth[other.text] > worth[one.text] for other in rivals)
            told[f"{SORTS[one.sort]}：{one.text}"] = 0 if beaten else worth[one.text]
        above = sum(told.values()) - 50
        return told | ({"附加分超过上限": -above} if above > 0 else {})

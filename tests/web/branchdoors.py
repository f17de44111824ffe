"""The doors of the branches: rosters, tables of figures, posts, problems, awards, vetoes, terms, periods; their pages.

Like `doors.py`: every step is a form that somebody sends, and goes into the log as the script knows it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import xlsxwriter

from tests.rules import scoring_oracle as oracle
from tests.web.branchlog import Award, BranchLog, Post, Veto
from tests.web.doorlog import HOME, Problem, Quarter
from tests.web.doors import Claim, Doors
from tests.web.pagetexts import full_mark, pieces, points, section, texts

DIMENSIONS = ("WP", "SE", "QI", "PF")
TITLES = {"group_leader": "党小组长", "organisation_officer": "组织委员", "propaganda_officer": "宣传委员",
          "discipline_officer": "纪检委员"}  # fmt: skip


def table(rows: list[list], name: str):
    """Return rows as a file to send, by the end of its name: .csv, or .xlsx with numbers as numbers."""
    if name.endswith(".csv"):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return io.BytesIO(text.getvalue().encode("utf-8-sig")), name
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    out.seek(0)
    return out, name


def quarter_code(quarter: Quarter) -> str:
    return f"{quarter[0]}Q{quarter[1]}"


@dataclass(frozen=True)
class Listed:
    """A row of a department's list: who, what, how often (stars, or points, as its item says), for which period."""

    who: str
    item: str
    period: str
    day: date
    figure: int = 1


@dataclass(frozen=True)
class Told:
    """A row of a table of figures: what is typed, and the number it means; None for one that must be refused."""

    branch: str
    code: str
    period: str
    typed: str
    number: Fraction | None = None


class BranchDoors(Doors):
    """The doors of one branch and of the offices above it and its sisters. `book`: what is known of branches."""

    def __init__(self, app, at, world, people, book: BranchLog):
        super().__init__(app, at, world, {name: one[0] for name, one in people.items()}, book.log)
        self.staff = {name: one[1] for name, one in people.items()}
        self.book = book
        self.unit_office, self.company_office = world.unit_officer.name, world.company_officer.name

    # --- the roster ---

    def roster(
        self, who: dict[str, str], title: str = "", place: tuple[str, str] | None = None, begun: date | None = None
    ) -> None:
        """Import a roster from a day on: name → word under a title; all stay where they are, or come to one place."""
        titles = ["工号", "姓名", "二级党委", "党支部", "党小组", "党员类别", *([title] if title else [])]
        rows = []
        for name, word in who.items():
            branch, group = place or self.log.place(name, self.day)
            standing = "预备党员" if name in self.book.probationers else "正式党员"
            staff = self.staff.setdefault(name, f"X{20000 + len(self.staff)}")
            row = [staff, name, "青松厂党委", f"{branch}车间党支部", group and f"{group}党小组", standing, word]
            rows.append(row[: len(titles)])
        typed = {"valid_from": str(begun or self.day), "unit_id": self.world.committee.id}
        path = self.send(self.unit_office, "/imports", file=table([titles, *rows], "花名册.csv"), **typed)
        self.send(self.unit_office, f"{path}/applying")

    def set_profiles(self, profiles: dict[str, str]) -> None:
        """Say what posts some people work at from today on."""
        words = {"line": "操作", "maintenance": "检修", "office": "管理"}
        self.roster({name: words[profile] for name, profile in profiles.items()}, "岗位类别")
        for name, profile in profiles.items():
            self.log.profiles.setdefault(name, []).append((self.day, profile))

    def set_stars(self, stars: dict[str, int]) -> None:
        """Say how many stars some people have from today on."""
        self.roster({name: str(number) for name, number in stars.items()}, "星级")
        for name, number in stars.items():
            self.book.stars.setdefault(name, []).append((self.day, number))

    def move(self, names: list[str], branch: str, group: str, begun: date | None = None) -> None:
        """Let people come to a branch and group from a day on, strangers too; a new group is founded."""
        begun = begun or self.day
        self.roster(dict.fromkeys(names, ""), place=(branch, group), begun=begun)
        self.log.groups.setdefault(group, (branch, begun))
        for name in names:
            self.log.places.setdefault(name, []).append((begun, branch, group))
            if name not in self.ids:
                found = self.get(self.unit_office, f"/people?q={self.staff[name]}")
                self.ids[name] = int(re.search(r'href="/people/(\d+)"', found)[1])

    def appoint(self, name: str, role: str, unit: str = HOME) -> None:
        self.send(self.unit_office, f"/people/{self.ids[name]}/posts", role=role)
        self.book.posts.append(Post(name, role, unit, self.day))

    def dismiss(self, name: str, role: str) -> None:
        """End somebody's post, found by what it is called on their page."""
        post = next(one for one in self.book.posts if (one.who, one.role) == (name, role) and one.held(self.day))
        rows = self.get(self.unit_office, f"/people/{self.ids[name]}").partition(f"<b>{TITLES[role]}</b>")[2]
        self.send(self.unit_office, re.search(rf"/people/{self.ids[name]}/posts/\d+/ending", rows)[0])
        post.until = self.day

    def officers(self) -> list[str]:
        first = super().officers()
        return [*first, *sorted(self.book.committee(HOME, self.day) - set(first))]

    # --- tables of figures ---

    def from_lists(self, source: str, rows: list[Listed]) -> None:
        """Let a department's list come in by the page: so many times, or as many stars or points as a row says."""
        titles = ["期间", "工号", "指标", "数值", "来源", "说明"]
        lines = [[one.period, self.staff[one.who], one.item, one.figure, source, f"第{number}行。"]
                 for number, one in enumerate(rows, 2)]  # fmt: skip
        self.import_figures(table([titles, *lines], "清单.xlsx"), len(rows))
        for number, one in enumerate(rows, 2):
            points, times = oracle.POINTS[one.item], one.figure
            if one.item in ("QI-STAR", "WP-QUALITY"):
                points, times = (-Decimal(times) if points < 0 else points * times), 1
            for time in range(times):
                event, text = f"{source}/{number}/{time}", f"{source}：第{number}行。"
                self.claims.append(Claim(one.who, one.item, points, one.day, event, text, "reviewed"))

    def report(self, rows: list[Told], source: str, *, by: str = "", suffix: str = ".csv") -> None:
        """Send a table of figures of branches, those that must be refused among them."""
        where = "党支部" if suffix == ".csv" else "单位"
        lines = [[one.period, f"{one.branch}车间党支部", one.code, one.typed, source] for one in rows]
        file = table([["期间", where, "指标", "数值", "来源"], *lines], f"指标{suffix}")
        good = [one for one in rows if one.number is not None]
        self.import_figures(file, len(good), len(rows) - len(good), by)
        self.book.readings += [(one.branch, one.code, one.period, one.number) for one in good]

    def import_figures(self, file, good: int, bad: int = 0, by: str = "") -> None:
        """Send a table of figures, look at its preview and confirm it, the good rows only if some are bad."""
        by = by or self.unit_office
        scope = self.world.company if by == self.company_office else self.world.committee
        path = self.send(by, "/imports/figures", unit_id=scope.id, file=file)
        page = self.get(by, path)
        told = [int(number) for number in re.findall(r"<dd>(\d+)<small>行", page)]
        assert told == [good + bad, good, bad], (told, texts(section(page, "有问题的格子")))
        digest = re.search(r'name="digest" value="(\w+)"', page)[1]
        self.send(by, f"{path}/applying", digest=digest, **({"only_good_rows": "y"} if bad else {}))

    # --- problems ---

    def take_up(self, unit: str, due_on: date) -> Problem:
        by = self.leaders.get(unit, self.secretary)
        path = self.send(by, "/problems", unit=self.units[unit], text="阀门渗油", owner=self.ids[by],
                         due_on=str(due_on))  # fmt: skip
        self.log.problems.append(Problem(path, unit, HOME, due_on))
        return self.log.problems[-1]

    def solve(self, problem: Problem) -> None:
        self.send(self.leaders.get(problem.unit, self.secretary), f"{problem.path}/closing", how="换了密封圈")
        problem.closed_on = self.day

    def give_up(self, problem: Problem) -> None:
        self.send(self.leaders.get(problem.unit, self.secretary), f"{problem.path}/cancellation", reason="不是问题")
        problem.cancelled = True

    # --- what no figure says ---

    def _enter(self, branch: str, what: str, quarter: Quarter, **typed) -> None:
        self.send(self.company_office, f"/branches/{self.units[branch]}/{what}", quarter=quarter_code(quarter), **typed)

    def award(self, branch: str, quarter: Quarter, kind: str, day: date, event: str = "") -> Award:
        """Enter an award or practice; kind: `award:company`."""
        text = f"第{len(self.book.awards) + 1}项"
        more = {"document": f"党发{text}", "on_day": str(day), "event": event}
        self._enter(branch, "awards", quarter, level=kind, text=text, **more)
        self.book.awards.append(Award(branch, *kind.split(":"), text, event or None, day))
        return self.book.awards[-1]

    def veto(self, branch: str, quarter: Quarter, begun: date, until: date) -> Veto:
        self._enter(branch, "vetoes", quarter, ground="accident", veto_document=f"安发{begun}", from_on=str(begun),
                    until_on=str(until))  # fmt: skip
        self.book.vetoes.append(Veto(branch, begun, until))
        return self.book.vetoes[-1]

    def withdraw(self, thing: Award | Veto, quarter: Quarter) -> None:
        """Take back an award or a veto, found by its words on the page."""
        what = "awards" if isinstance(thing, Award) else "vetoes"
        words = f"党发{thing.text}）" if isinstance(thing, Award) else f"安发{thing.begun}，"
        rows = self._page_of(thing.branch, quarter).partition(f"（{words}")[2]
        row = re.search(r'name="row" value="(\d+)"', rows)[1]
        self._enter(thing.branch, f"{what}/withdrawal", quarter, row=row, reason="文件有误")
        thing.withdrawn = True

    def set_term(self, branch: str, elected: date, last: date, extended: bool = False) -> None:
        more = {"extended": "y", "term_document": "批复1号"} if extended else {}
        self._enter(branch, "terms", (self.day.year, 1), elected_on=str(elected), term_until=str(last), **more)
        self.book.terms.setdefault(branch, []).append((elected, last))

    # --- periods ---

    def begin_period(self, quarter: Quarter) -> None:
        """Set up the evaluation of all branches for a quarter and open it, so that figures are collected."""
        self.send(self.company_office, "/evaluation", quarter=quarter_code(quarter), unit_id=self.world.company.id)
        path = re.search(r'action="(/evaluation/periods/\d+/opening)"', self.get(self.company_office, "/evaluation"))[1]
        self.send(self.company_office, path)

    def freeze(self, quarter: Quarter) -> None:
        self.send(self.company_office, self._step(quarter, "freezing"))

    def reopen_period(self, quarter: Quarter) -> None:
        self.send(self.company_office, self._step(quarter, "reopening"), reason="漏了数据")

    def _step(self, quarter: Quarter, step: str) -> str:
        """Return the address of a period's step, from the card of its quarter."""
        page = self.get(self.company_office, "/evaluation")
        card = page.partition(f"<h2>{quarter[0]}年第{'一二三四'[quarter[1] - 1]}季度</h2>")[2]
        return re.search(rf'action="(/evaluation/periods/\d+/{step})"', card.partition("</section>")[0])[1]

    # --- what the pages say ---

    def _page_of(self, branch: str, quarter: Quarter) -> str:
        path = f"/branches/{self.units[branch]}/evaluation?quarter={quarter_code(quarter)}"
        return self.get(self.company_office, path)

    def shown_branch(self, branch: str, quarter: Quarter) -> dict[str, str | int]:
        """Return everything with points on the page of a branch, by what it is called there."""
        page = self._page_of(branch, quarter)
        head, shown = section(page, "总分"), {}
        total = texts(pieces(head, "p", "gauge-num")[0])
        shown |= {"合计": total[0] if total[-1] == "分" else "", "星级": "".join(pieces(head, "b", "stars")),
                  "已评": "/".join(re.search(r"已评 (\d+) ?/ ?(\d+) 项", head).groups()),
                  "否决": head.count("一票否决（"), "满意度低": head.count("满意度") > 0}  # fmt: skip
        for code in DIMENSIONS:
            name, *told = texts(pieces(head, "li", f"d-{code.lower()}")[0])
            shown |= {code: points(told), f"{code} 满分": full_mark(told)}
            for line, *told in map(texts, pieces(section(page, name), "summary")):
                shown |= {f"{code} {line}": points(told), f"{code} {line} 满分": full_mark(told)}
        bonus = section(page, "附加分")
        shown["附加分"] = points(texts(bonus)[1:2])
        return shown | {f"附加分 {name}": points(told) for name, *told in map(texts, pieces(bonus, "li"))}

    def shown_branches(self, quarter: Quarter) -> dict[str, list[str]]:
        """Return branch → the four dimensions, the total and the stars, as they stand side by side."""
        committees = [spot.id for spot in self.world.units.values() if spot.kind == "unit_committee"]
        pages = [self.get(self.company_office, f"/evaluation/{quarter_code(quarter)}?unit={one}") for one in committees]
        found = {}
        for row in (row for page in pages for row in pieces(page, "tr") if "/evaluation?quarter=" in row):
            name, state, *_ = texts(row)
            stars = re.search("[一二三四五]星", state)
            cells = [points(texts(cell)) for cell in pieces(row, "td")]
            found[name.removesuffix("车间党支部")] = [*cells, stars[0] if stars else ""]
        return found

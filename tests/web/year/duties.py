"""What the duty calendar should say, reckoned from the plan alone (domain.md 5.1), and what its page says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape

from tests.web.pagetexts import texts
from tests.web.year.people import BRANCH, LEADERS, OFFICE, SECRETARY
from tests.web.year.plan import NAMES, YEAR, Line

MONTH, QUARTER, WHOLE = 1, 3, 12
OFTEN = {
    "group_meeting": MONTH, "committee_meeting": MONTH, "theme_day": MONTH, "member_meeting": QUARTER,
    "party_lecture": QUARTER, "org_life_meeting": WHOLE, "appraisal": WHOLE,
}  # fmt: skip
TOLD = {"missed": "没开", "due": "待开", "called": "已安排"}


def last_of(month: int) -> date:
    """Return the last day of a month of the year."""
    return date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def known(line: Line, today: date) -> str:
    """Return how a gathering stood in the morning of a day: held, called, or nothing (yet, or not any more)."""
    if line.held_on and line.held_on < today:
        return "held"
    gone = line.cancelled and line.day < today
    return "called" if line.called_on < today and not gone and line.held_up != "call" else ""


class Duties:
    """The model of one quarter as of one morning."""

    def __init__(self, plan: list[Line], quarter: int, today: date):
        self.months = range(quarter * 3 - 2, quarter * 3 + 1)
        self.quarter, self.today = quarter, today
        self.stands = [(line, known(line, today)) for line in plan]

    def met(self, kind: str, first: date, last: date, unit: str = "") -> list[tuple[Line, str]]:
        """Return what was called or held of a kind, by day."""
        found = [one for one in self.stands if kind in one[0].kinds and first <= one[0].day <= last and one[1]]
        return [one for one in found if not unit or one[0].unit == unit]

    def due(self, kind: str) -> list[tuple[str, date, date, str]]:
        """Return (whose, first day, last day, how it stands) of what is due of a kind in the quarter."""
        often, found = OFTEN[kind], []
        for month in self.months:
            if month % often == 0 or often == MONTH:
                first, last = date(YEAR, month - often + 1, 1), last_of(month)
                units = LEADERS if kind == "group_meeting" else (BRANCH,)
                found += [(unit, first, last, self.stand(kind, first, last, unit)) for unit in units]
        return found

    def stand(self, kind: str, first: date, last: date, unit: str) -> str:
        ways = {stand for _, stand in self.met(kind, first, last, unit)}
        if "held" in ways:
            return "done"
        if last < self.today:
            return "missed"
        return "called" if ways else "due" if first <= self.today else "ahead"

    def cells(self, kind: str) -> list[str]:
        """Return what the three months of a kind's row say."""
        found = []
        for month in self.months:
            met = self.met(kind, date(YEAR, month, 1), last_of(month))
            held = [f"{line.day.month}/{line.day.day}已开" for line, stand in met if stand == "held"]
            called = [f"{line.day.month}/{line.day.day}已安排" for line, stand in met if stand == "called"]
            if kind == "group_meeting" and len(held) > 1:
                held = [f"{len(held)} 次，已开"]
            ending = Counter(stand for _, _, last, stand in self.due(kind) if last.month == month)
            groups = "{} 组{}" if kind == "group_meeting" else "{1}"
            missing = [groups.format(ending[stand], TOLD[stand]) for stand in ("missed", "due") if ending[stand]]
            found.append("".join([*held, *called, *missing]) or "·")
        return found

    def owed(self) -> Counter:
        """Return (what, how it stands) of all that is missing or only called."""
        name = {unit: f"{unit}党小组 · " for unit in LEADERS} | {BRANCH: ""}
        return Counter(
            (name[unit] + NAMES[kind], TOLD[stand])
            for kind in OFTEN for unit, _, _, stand in self.due(kind) if stand in TOLD
        )  # fmt: skip


def shown(page: str) -> dict[str, list[str]]:
    """Return kind → the three months of its row, in words."""
    rows = re.findall(r'<tr><th scope="row">(.*?)<small>.*?</th>(.*?)</tr>', page, re.DOTALL)
    return {kind: ["".join(texts(cell)) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for kind, row in rows}


def owed(page: str) -> list[tuple[str, str, str]]:
    """Return (what, how it stands, where one tap leads) of what the page says is missing or only called."""
    card = page.split('id="owed"')[1].split("</section>")[0]
    rows = re.findall(r"<li>(.*?)</li>", card, re.DOTALL)
    return [(texts(row)[0], texts(row)[-1], unescape(re.search(r'href="([^"]+)"', row)[1])) for row in rows]


def compare(doors, plan: list[Line]) -> None:
    """Compare every quarter of the year's calendar with the model, kind by kind and month by month."""
    wrong = []
    for quarter in range(1, 5):
        page = doors.get(SECRETARY, f"{doors.branch}/calendar", quarter=f"{YEAR}Q{quarter}")
        model, rows = Duties(plan, quarter, doors.today), shown(page)
        assert set(rows) == {NAMES[kind] for kind in OFTEN}
        wrong += [f"{doors.today} {NAMES[kind]}: model {model.cells(kind)}, page {rows[NAMES[kind]]}"
                  for kind in OFTEN if model.cells(kind) != rows[NAMES[kind]]]  # fmt: skip
        told = owed(page)
        if (expected := model.owed()) != (found := Counter((what, how) for what, how, _ in told)):
            wrong.append(f"{doors.today} quarter {quarter}: model {expected - found}, page {found - expected}")
        for _, how, link in told:
            assert link.startswith("/meetings/new?unit=") != (how == "已安排")
    for first in (doors.today.replace(day=1), (doors.today.replace(day=1) - timedelta(days=1)).replace(day=1)):
        if first.year == YEAR:
            told, expected = line_of_unit(doors, first), expected_of_unit(plan, first, doors.today)
            wrong += [f"{doors.today} office, {first}: model {expected}, page {told}"] if told != expected else []
    assert not wrong, "\n".join(wrong)


def expected_of_unit(plan: list[Line], first: date, today: date) -> list[str]:
    """Return what the unit committee should read of the branch in a month: what touches it, by how it stands."""
    last = last_of(first.month)
    model = Duties(plan, (first.month + 2) // 3, today)
    due = [one for kind in OFTEN for one in model.due(kind) if one[1] <= last and one[2] >= first]
    stands = Counter(stand for *_, stand in due)
    told = f"已开 {stands['done']}／应开 {len(due) - stands['ahead']}"
    told += f" · 已安排 {stands['called']}" if stands["called"] else ""
    late = [f"{stands[stand]} 件{TOLD[stand]}" for stand in ("missed", "due") if stands[stand]]
    return [told, *(late or ([] if stands["called"] else ["齐了"]))]


def line_of_unit(doors, first: date) -> list[str]:
    """Return what the unit committee's page says of the branch in a month."""
    page = doors.get(OFFICE, f"/units/{doors.cast.committee_id}/calendar", month=f"{first:%Y-%m}")
    row = re.search(rf'<li><a href="{doors.branch}/calendar.*?</li>', page, re.DOTALL)[0]
    return [text for text in texts(row)[1:] if "任期" not in text and "换届" not in text]

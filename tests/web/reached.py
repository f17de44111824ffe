"""What every script must have reached: without it the comparison of model and pages would show less than it claims."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from partygroup.scores.models import Entry, StoredGroup, StoredSheet
from tests.rules import scoring_oracle as oracle
from tests.web.branchdoors import BranchDoors
from tests.web.branchlog import BranchLog
from tests.web.doorlog import HOME, days_of, quarter_of
from tests.web.doorscript import CLUMSY, GUEST, Q2, Q3, Q4


def missing(session, doors: BranchDoors, told: dict) -> set[str]:
    """Return what should occur in every script and did not. told: quarter → branch → the sheet that was frozen."""
    reached = _reached(session, doors) | _reached_by_branches(doors.book, told)
    return {what for what, occurred in reached.items() if not occurred}


def _reached(session, doors: BranchDoors) -> dict[str, bool]:
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


def _reached_by_branches(book: BranchLog, told: dict) -> dict[str, bool]:
    sheets = {(quarter, branch): sheet for quarter, of_all in told.items() for branch, sheet in of_all.items()}
    own = {quarter: sheets[quarter, HOME] for quarter in told}
    earned = {quarter: 1 + sum(sheet["total"] >= bound for bound in (600, 700, 800, 900))
              for quarter, sheet in own.items() if sheet["total"] is not None}  # fmt: skip
    periods = {len(period) for _branch, _code, period, _value in book.readings}
    figures = [sheet["figures"] for sheet in sheets.values()]
    unassessed = [line for sheet in sheets.values() for line, points in sheet["lines"].items() if points is None]
    checks = {tuple(book.checks(HOME, days_of(quarter)[-1])) for quarter in told}
    return {
        "stars capped by a veto": earned[Q2] > 2 == own[Q2]["stars"] and own[Q2]["vetoes"] == 1,
        "stars capped by satisfaction": earned[Q3] > 2 == own[Q3]["stars"] and own[Q3]["vetoes"] == 0,
        "a veto over before the quarter": (sheets[Q2, "蓝田"]["vetoes"], sheets[Q2, "白桦"]["vetoes"]) == (0, 1),
        "more bonus than counts": any("附加分超过上限" in sheet["bonuses"] for sheet in sheets.values()),
        "an event counted in an earlier quarter": own[Q3]["bonuses"]["表彰：第6项"] == 0,
        "no total": own[Q4]["total"] is None and own[Q4]["dimensions"]["WP"] is None,
        "figures by quarter, month and year": periods == {6, 7, 4},
        "a figure told anew": len(book.readings) > len({one[:3] for one in book.readings}),
        "nothing to divide by": all(f[code] == 0 for code in ("WP2.ALL", "SE2.DUE", "QI2.STAFF")
                                    for f in [sheets[Q2, "白桦"]["figures"]]),
        "zero reported, and nothing reported": any(f.get("SE1.A") == 0 for f in figures)
        and any("SE1.A" not in f for f in figures),
        "indicators not assessed": set("WP2 WP3 WP4 SE1 SE2 QI2 QI4 PF2 PF3 PF6".split()) <= set(unassessed),
        "a share of meetings held": any(0 < f["PF1.HELD"] < f["PF1.DUE"] for f in figures),
        "a committee for a part": {own[Q2]["figures"]["PF1.DUE"], own[Q3]["figures"]["PF1.DUE"]} == {12, 14},
        "a structure sound and not": all({check[number] for check in checks} == {True, False} for number in (1, 3)),
        "a guest's rate elsewhere": "PF2" in sheets[Q3, "白桦"]["figures"] or GUEST in book.log.people(Q3),
    }  # fmt: skip

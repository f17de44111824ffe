"""The second model of scoring, told what was done through the app's own doors, comes to the same as its pages.

Three quarters, played by chance: meetings, make-ups, activities, declarations, review, confirmation, publicity,
objections, reversals, exemptions, profiles, appraisals, closing, facts that came late; and for the branches rosters,
posts, terms, problems, figures, awards, vetoes, freezing. The script keeps its own log (`doorlog.py`, `branchlog.py`),
the model its own arithmetic (`scoring_oracle.py`, `evaluation_model.py`).
"""

from __future__ import annotations

import os
from datetime import date
from random import Random

import pytest
import sqlalchemy as sa

from partygroup.people.models import Person
from partygroup.scores.models import Closing, StoredGroup, StoredSheet
from tests.cast import CAST, GROUP_SIZE, SURNAMES, TREE
from tests.evaluation_model import BLOCKS
from tests.factories import LONG_AGO
from tests.web.branchdoors import BranchDoors
from tests.web.branchlog import NAMES, BranchLog, Post
from tests.web.branchscript import BranchScript
from tests.web.doorlog import HOME, Log
from tests.web.doorscript import Q2, Q3, Q4
from tests.web.reached import missing

BRANCHES = {branch: groups for branches in TREE.values() for branch, groups in branches.items()}
SEEDS = [1] if os.environ.get("TEST_DATABASE") == "postgresql" else [1, 2]
MEMBERS = {"probationary", "full"}
STARS = ["", "一星", "二星", "三星", "四星", "五星"]


def people_of_old() -> dict[str, list]:
    """Return everybody with points in the cast's world, and where: in their branch and group for long."""
    names: dict[str, list[str]] = {}
    for name, group, standing, _post, _unit in CAST.values():
        names.setdefault(group, []).append((name, standing))
    return {
        name: [(LONG_AGO, branch, group)]
        for branch, groups in BRANCHES.items()
        for group in groups
        for name, standing in [*names.get(group, []), *((f"{one}{group}", "full")
                               for one in SURNAMES[len(names.get(group, [])) : GROUP_SIZE])]
        if standing in MEMBERS
    }  # fmt: skip


@pytest.fixture
def script(app, session, world, at):
    """Return a function that begins a script with a seed."""
    rows = session.execute(sa.select(Person.name, Person.id, Person.staff_no))
    people = {name: (person_id, staff_no) for name, person_id, staff_no in rows}

    def begin(seed: int) -> BranchScript:
        groups = {group: (branch, LONG_AGO) for branch, groups in BRANCHES.items() for group in groups}
        posts = [Post(name, role, unit, LONG_AGO) for name, _group, _standing, role, unit in CAST.values() if role]
        book = BranchLog(Log(groups, people_of_old()), posts, {world.probationer.name})
        return BranchScript(BranchDoors(app, at, world, people, book), Random(seed))

    return begin


def tenths(number: int | None) -> str:
    """Return tenths as a page shows them; nothing for what is not assessed."""
    return "" if number is None else f"{'−' if number < 0 else ''}{abs(number) // 10}.{abs(number) % 10}"


def as_shown(sheet: dict) -> dict[str, str | int]:
    """Return all that the page of a branch should say of the model's sheet."""
    told = {}
    for code, (full, lines) in BLOCKS.items():
        points = [sheet["lines"][line] for line in lines]
        told |= {code: tenths(sheet["dimensions"][code]), f"{code} 满分": f"{full}.0"}
        for line, mark in lines.items():
            told |= {f"{code} {NAMES[line]}": tenths(sheet["lines"][line]), f"{code} {NAMES[line]} 满分": f"{mark}.0"}
        if None in points and sheet["dimensions"][code] is not None:
            spread = sheet["dimensions"][code] - sum(one for one in points if one is not None)
            told |= {f"{code} 未评分值摊回": tenths(spread), f"{code} 未评分值摊回 满分": ""}
        if sheet["dimensions"][code] is None:
            told[f"{code} 满分"] = ""
    for text, points in sheet["bonuses"].items():
        told[f"附加分 {text}"] = f"+{tenths(points)}" if points > 0 else tenths(points)
    bonus = f"+{tenths(sheet['bonus'])}" if sheet["bonus"] else "0.0"
    assessed = [points for points in sheet["lines"].values() if points is not None]
    return told | {
        "附加分": bonus if sheet["bonuses"] else "", "星级": STARS[sheet["stars"] or 0],
        "合计": tenths(sheet["total"]), "已评": f"{len(assessed)}/19", "否决": sheet["vetoes"],
        "满意度低": sheet["figures"].get("PF7", 100) < 60,
    }  # fmt: skip


def shown(points) -> str:
    return "不计分" if points is None else f"{points:.1f}"


def differences(expected: dict, found: dict, where: str) -> list[str]:
    """Return what differs between the model and a page, a line each."""
    keys = sorted(expected.keys() | found.keys())
    return [f"{where} {key}: model {expected.get(key, 'nothing')}, page {found.get(key, 'nothing')}"
            for key in keys if expected.get(key) != found.get(key)]  # fmt: skip


def compare(doors: BranchDoors, quarter, *, groups: bool = True) -> None:
    """Compare the model's totals with what the branch's page and everybody's own page say."""
    totals, sheets = doors.log.totals(quarter), doors.log.sheets(quarter)
    expected = {name: shown(total) for name, total in totals.items()}
    found = differences(expected, doors.shown_totals(quarter), f"{quarter} branch's page:")
    for name in totals:
        total = "本季不计分" if totals[name] is None else shown(totals[name])
        told = {code: shown(points) for code, points in sheets[name].items()} | {"total": total}
        found += differences(told, doors.shown_own(name, quarter), f"{quarter} own page of {name}:")
    if groups:
        told = {name: shown(one) for name, one in doors.log.group_totals(quarter).items()}
        found += differences(told, doors.shown_groups(quarter), f"{quarter} group")
    assert not found, "\n".join(found)


def compare_branches(doors: BranchDoors, quarter, told: dict | None = None) -> dict[str, dict]:
    """Compare every branch's page, and all side by side, with the model; return what that says.

    told: what it said before, which the own branch's page and all side by side must still say.
    """
    sheets, found = told or {branch: doors.book.sheet(branch, quarter) for branch in BRANCHES}, []
    for branch in [HOME] if told else BRANCHES:
        shown = doors.shown_branch(branch, quarter)
        found += differences(as_shown(sheets[branch]), shown, f"{quarter} {branch}")
    side_by_side = {branch: _in_a_row(sheet) for branch, sheet in sheets.items()}
    found += differences(side_by_side, doors.shown_branches(quarter), f"{quarter} side by side:")
    assert not found, "\n".join(found)
    return sheets


def _in_a_row(sheet: dict) -> list[str]:
    return [*map(tenths, [*sheet["dimensions"].values(), sheet["total"]]), STARS[sheet["stars"] or 0]]


def compare_stored(session, doors: BranchDoors) -> None:
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
        assert {groups.get(row.group_id, "青龙"): row.total for row in rows} == {
            name: None if total is None else int(total * 10) for name, total in told["groups"].items()
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pages_say_what_the_model_says(session, script, app, seed):
    play = script(seed)
    second_quarter(play)
    third_quarter(play)
    fourth_quarter(play)
    compare_stored(session, play.doors)
    assert app.test_cli_runner().invoke(args=["verify"]).output == ""
    assert missing(session, play.doors, play.told) == set()


def second_quarter(play: BranchScript) -> None:
    """Play April to July, close and freeze the quarter."""
    doors = play.doors
    play.begin()
    for month in (4, 5, 6, 7):
        play.month(2026, month)
    play.late = doors.declare("章志刚", "QI-TEACH", date(2026, 6, 29))
    play.decisions()
    play.reversals(Q2, 2)
    play.figures_of_the_second_quarter()
    compare(doors, Q2)
    compare_branches(doors, Q2)
    doors.on(date(2026, 7, 27))
    doors.close(Q2)
    compare(doors, Q2)
    compare(doors, Q3, groups=False)
    told = compare_branches(doors, Q2)
    doors.freeze(Q2)
    compare_branches(doors, Q2, told)
    play.facts_after_freezing(Q2)
    play.told[Q2] = compare_branches(doors, Q2, told)


def third_quarter(play: BranchScript) -> None:
    """Play August to October; what was frozen is opened, counted anew and frozen again."""
    doors = play.doors
    play.month(2026, 8)
    assert play.late.entry.quarter == Q3
    play.reversals(Q2, 4)
    play.reversals(Q3, 2)
    compare_branches(doors, Q2, play.told[Q2])
    doors.reopen_period(Q2)
    doors.veto(HOME, Q2, date(2026, 6, 30), date(2026, 7, 1))
    play.told[Q2] = compare_branches(doors, Q2)
    doors.freeze(Q2)
    play.month(2026, 9)
    compare(doors, Q3, groups=False)
    play.last_days_of_the_third_quarter()
    play.make_ups()
    play.decisions()
    doors.appraise("玄武", Q3, play.random.choice(["fair", "poor"]))
    play.figures_of_the_third_quarter()
    doors.on(date(2026, 10, 26))
    compare(doors, Q3)
    compare_branches(doors, Q3)
    doors.close(Q3)
    play.told[Q3] = compare_branches(doors, Q3)
    doors.freeze(Q3)
    play.reversals(Q3, 4)
    for quarter in (Q2, Q3):
        compare(doors, quarter)
    compare(doors, Q4, groups=False)


def fourth_quarter(play: BranchScript) -> None:
    """Play the end of the year, and freeze a quarter that is not closed."""
    doors = play.doors
    play.end_of_the_year()
    play.told[Q4] = compare_branches(doors, Q4)
    doors.freeze(Q4)
    for quarter, told in play.told.items():
        compare_branches(doors, quarter, told)

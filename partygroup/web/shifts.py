"""倒班表: how the teams of a unit work by shifts, typed as a short row of letters; its next weeks before saving."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.org.models import UnitKind
from partygroup.people import patterns
from partygroup.people.models import ShiftPattern
from partygroup.people.shifts import (
    MOST_TEAMS,
    SHIFT_NAMES,
    USUAL_HOURS,
    USUAL_LETTERS,
    USUAL_TEAMS,
    Team,
    TeamLine,
    Turn,
    clean_letters,
    hours_in_words,
    pattern_problems,
    read_hours,
)
from partygroup.policy import Can, may
from partygroup.text import clean, squeeze
from partygroup.web.asked import read_day
from partygroup.web.needs import needs
from partygroup.web.org import find_seen
from partygroup.web.respond import done, respond

pages = Blueprint("shifts", __name__)
KINDS = (UnitKind.UNIT_COMMITTEE, UnitKind.GENERAL_BRANCH, UnitKind.BRANCH)
DAYS_SHOWN = 28
_TEAM = re.compile(r"(.+?)[\s,，第]*(\d{1,3})\s*天?")


def unit_of(unit_id: int):
    """Return the unit if this person may see it; raise NotFound."""
    return find_seen(unit_id, KINDS, Can.SEE_UNIT)


@dataclass
class Typed:
    """A pattern as it was typed, what it means, and what is wrong with it by field."""

    letters: str
    hours: str
    teams: str
    from_on: str

    @classmethod
    def sent(cls, values) -> Typed:
        """Return what a form sent."""
        teams = clean(values.get("teams"), 1000, lines=True)
        hours = clean(values.get("hours"), 200, lines=True)
        return cls(clean(values.get("letters"), 200), hours, teams, values.get("from_on", ""))

    @classmethod
    def of(cls, pattern: ShiftPattern | None, today: date) -> Typed:
        """Return a pattern as it would be typed; without one, the usual one from today on."""
        lines = patterns.lines_of(pattern) if pattern else [TeamLine(*one) for one in USUAL_TEAMS]
        teams = "\n".join(f"{'、'.join((line.name, *line.others))} 第{line.day}天" for line in lines)
        if pattern is None:
            return cls(USUAL_LETTERS, USUAL_HOURS, teams, today.isoformat())
        hours = hours_in_words(patterns.hours_of(pattern), "\n")
        return cls(pattern.letters, hours, teams, pattern.from_on.isoformat())

    def read(self):
        """Return letters, hours, teams and first day, and field → sentence for what cannot be used."""
        problems, letters, hours = {}, clean_letters(self.letters), read_hours(self.hours)
        lines = [one for one in self.teams.splitlines() if one.strip()]
        teams = [team for line in lines if (team := _team(line))]
        try:
            from_on = read_day(self.from_on)
            problems |= {} if from_on else {"from_on": "请写从哪天起。"}
        except Refused as refusal:
            from_on, problems["from_on"] = None, refusal.reason
        problems |= pattern_problems(letters, hours, teams)
        if len(teams) < len(lines):
            problems["teams"] = "一行写一个班组，先写名称，再写那天是一轮的第几天，如“甲班 第1天”。"
        elif len(teams) > MOST_TEAMS:
            problems["teams"] = f"最多 {MOST_TEAMS} 个班组。"
        return letters, hours, teams, from_on, problems


def _team(text: str) -> TeamLine | None:
    found = _TEAM.fullmatch(text.strip())
    names = [name for one in re.split("[、/]", found[1]) if (name := squeeze(one, 20))] if found else []
    return TeamLine(names[0], int(found[2]), tuple(names[1:])) if names else None


@pages.get("/units/<id:unit_id>/shifts")
@needs(Can.SEE_UNIT, unit_of)
def show(unit):
    """Show the pattern in force with its next four weeks; typed into the form, what it would make of them."""
    known = patterns.patterns_over(db.session, unit.place.lineage)
    if "letters" in request.args and may(current_user, Can.EDIT_SHIFTS, unit.place):
        return _page(unit, known, Typed.sent(request.args), is_preview=True)
    return _page(unit, known, Typed.of(known[-1] if known else None, clock.today()))


@pages.post("/units/<id:unit_id>/shifts")
@needs(Can.EDIT_SHIFTS, unit_of)
def save(unit):
    """Let the teams of a unit work by what was typed, from its first day on."""
    typed = Typed.sent(request.form)
    letters, hours, teams, from_on, problems = typed.read()
    if problems:
        return _page(unit, patterns.patterns_over(db.session, unit.place.lineage), typed, status=422)
    with transaction(db.session):
        patterns.set_pattern(
            db.session, unit.id, from_on=from_on, letters=letters, hours=hours, teams=teams,
            by=current_user.id, at=clock.now(),
        )  # fmt: skip
    return done("倒班表已保存，召集会议时按它推荐时间。", "shifts.show", unit_id=unit.id)


def _page(unit, known: list[ShiftPattern], typed: Typed, *, status=200, is_preview=False):
    letters, hours, teams, from_on, problems = typed.read()
    is_tried = is_preview or status != 200
    shown = patterns.Teams(known).all
    if is_tried:
        shown = [] if problems else [_tried(team, letters, hours, from_on) for team in teams]
    first = max(clock.today(), from_on) if is_tried and from_on else clock.today()
    days = [first + timedelta(days=number) for number in range(DAYS_SHOWN)]
    names = {unit.id: unit.name} | {unit_id: name for unit_id, _kind, name in unit.above}
    return respond(
        "org/shifts.html",
        status=status,
        unit=unit,
        typed=typed,
        problems=problems if is_tried else {},
        is_preview=is_preview and not problems,
        known=known,
        whose=names.get(known[-1].unit_id) if known else None,
        days=days,
        weeks=[(team.name, [team.letter_on(day) for day in days]) for team in shown],
        names=SHIFT_NAMES,
        crews=_crews(unit, patterns.Teams(known)),
    )


def _tried(line: TeamLine, letters, hours, from_on: date) -> Team:
    return Team(line.name, (Turn(from_on, letters, line.day - 1, hours),))


def _crews(unit, teams: patterns.Teams) -> list[tuple[str, str | None, int]]:
    """Return (班组 of the roster, team it counts as, members) of the unit, in the order of the teams."""
    order = [team.name for team in teams.all] + [None]
    sizes = patterns.crew_sizes(db.session, unit.id, clock.today())
    crews = [(name, team.name if (team := teams.named(name)) else None, count) for name, count in sizes]
    return sorted(crews, key=lambda one: order.index(one[1]))

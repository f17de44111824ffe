"""签到表: the sheet to be signed on paper; what it says is entered in bulk as ticks (B8)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint

from partygroup.attendance.actions import expected_people
from partygroup.attendance.models import DOOR_NAMES, Counting
from partygroup.attendance.roll import get_roll
from partygroup.db import db
from partygroup.org.queries import units_named
from partygroup.people.models import Standing
from partygroup.policy import Can
from partygroup.web.filters import clock_time
from partygroup.web.loaders import meeting_of
from partygroup.web.needs import needs
from partygroup.web.respond import respond

pages = Blueprint("paper", __name__)
#: Lines left empty for whoever comes beside the list.
BLANK_LINES = 2
ON_SHEET = {Standing.FULL: "正式", Standing.PROBATIONARY: "预备"}


@dataclass(frozen=True)
class Line:
    """A line of the sheet; `signed`: how somebody has signed already, else empty for the pen."""

    name: str
    group: str
    standing: str
    counting: str
    signed: str = ""

    @property
    def status(self) -> str:
        """Return 正式, 预备 or 列席; nothing else of anybody belongs on a sheet that lies on the table."""
        return "列席" if self.counting == Counting.OBSERVER else ON_SHEET.get(self.standing, "")


@pages.get("/meetings/<id:gathering_id>/sheet")
@needs(Can.TICK, meeting_of)
def sheet(met):
    """Show the sheet to print, one for each sitting: who is expected, or the frozen list once there is one.

    Whoever is not counted is not listed: those of them who come write on an empty line.
    """
    is_open = met.gathering.opened_at is not None
    rows = get_roll(db.session, met.gathering).rows if is_open else expected_people(db.session, met.gathering)
    ids = {row.group_id for row in rows if row.group_id}
    groups = {unit.id: unit.name for unit in units_named(db.session, list(ids), met.gathering.day)} if ids else {}
    every = [_line(met, row, groups, is_open) for row in rows]
    lines = [line for counting in (Counting.DUE, Counting.OBSERVER) for line in every if line.counting == counting]
    return respond(
        "roll/sheet.html", met=met, lines=lines, blank_lines=BLANK_LINES, has_groups=len(groups) > 1,
        due=Counter(line.status for line in lines if line.counting == Counting.DUE),
    )  # fmt: skip


def _line(met, row, groups: dict[int, str], is_open: bool) -> Line:
    counting = row.counting if is_open else row.seat.counting
    signed = ""
    if is_open and row.came:
        signed = f"{met.called(row.sitting_id)} {DOOR_NAMES[row.door]} {clock_time(row.happened_at)}".strip()
    return Line(row.name, groups.get(row.group_id, ""), row.standing, counting, signed)

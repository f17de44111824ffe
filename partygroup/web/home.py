"""今天: what is due for each role, one action each (G3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.attendance.asked import asked_of
from partygroup.attendance.leaves import open_leaves
from partygroup.attendance.mine import my_gatherings
from partygroup.db import db
from partygroup.meetings import queries
from partygroup.meetings.models import State
from partygroup.meetings.overview import coverage_below
from partygroup.meetings.rules import refusal_to_open
from partygroup.people.models import OFFICER_ROLES, Role
from partygroup.policy import Can, Place, grant, may, units_where
from partygroup.scores.inbox import count_waiting, home_figures
from partygroup.web.assets import asset as asset_url
from partygroup.web.needs import needs
from partygroup.web.respond import of_today, respond
from partygroup.web.signing import ticket_held

pages = Blueprint("home", __name__)
DESK_ROLES = (Role.COMPANY_OFFICE, Role.UNIT_OFFICE, Role.AUDITOR, Role.ACCOUNT_OFFICER)


@pages.get("/")
@needs(Can.SIGN_IN)
def home():
    """Show today for the person's highest post."""
    of_today()
    return desk_home() if current_user.holds(*DESK_ROLES) else member_home()


def member_home():
    """Show a member's, leader's or officer's day: the next meeting, what is due to call, leave to decide."""
    who, today, at = current_user._get_current_object(), clock.today(), clock.now()
    held = ticket_held()
    mine = sorted(my_gatherings(db.session, who, today), key=lambda one: one.convened.id != held)
    callable_ids = units_where(who, Can.CALL_MEETING)
    leaves = leaves_to_decide(who, today) if callable_ids else []
    figures = home_figures(db.session, who, today)
    hosting = {one.convened.id for one in mine if may(who, Can.SHOW_CODE, one.convened.place)}
    may_jot = bool(units_where(who, Can.JOT_ACTIVITY))
    g.waiting = figures.waiting + len(leaves)
    return respond(
        "home/member.html",
        greeting=greeting(who.name),
        mine=mine,
        hosting=hosting,
        needed=needed_today(mine, hosting, may_jot, today),
        opening={
            one.convened.id for one in mine if not refusal_to_open(one.convened.state, one.convened.starts_at, at)
        },
        held=held,
        due=due_to_call(who, callable_ids, today) if callable_ids else [],
        leaves=leaves,
        figures=figures,
        dimensions=DIMENSIONS,
        place=Place((branch_held(who),)),
        leads=who.holds(Role.GROUP_LEADER, *OFFICER_ROLES),
        mends=make_ups_page(who),
        asked=asked_of(db.session, who, clock.now()),
        may_jot=may_jot,
    )


#: What a host works with at a meeting, also without a network.
HOST_PAGES = ("code", "sign-ins", "ticks", "scanning")


def needed_today(mine, hosting: set[int], may_jot: bool, today) -> list[str]:
    """Return the addresses that a phone keeps for today: signing in, jotting, today's meetings, a host's own pages."""
    paths = ["/scan", "/me/code"] + ["/activities/new"] * may_jot
    for one in (each.convened for each in mine):
        if one.gathering.day > today:
            continue
        paths.append(f"/meetings/{one.id}")
        if one.id in hosting and one.state == State.IN_SESSION:
            paths += [f"/meetings/{one.id}/{name}" for name in HOST_PAGES]
            paths += [asset_url("scan.js"), asset_url("zxing.wasm")]
    return list(dict.fromkeys(paths))


def branch_held(who) -> int:
    """Return the branch of which this person is an officer, else the own one; 0 for none."""
    held = [post.unit_id for post in who.posts if post.role in OFFICER_ROLES and post.unit_kind == "branch"]
    return held[0] if held else who.branch_id or 0


def make_ups_page(who) -> str | None:
    """Return the address where this person records make-ups: of the branch held, else of the group led."""
    kinds = {"branch": "branches", "party_group": "groups"}
    held = [post for post in who.posts if post.unit_kind in kinds and may(who, Can.MAKE_UP, Place((post.unit_id,)))]
    first = min(held, key=lambda post: list(kinds).index(post.unit_kind), default=None)
    return first and f"/{kinds[first.unit_kind]}/{first.unit_id}/make-ups"


def greeting(name: str) -> str:
    """Return a greeting by the hour in Beijing, with 同志 (design/README, 文字)."""
    hour = clock.now().astimezone(clock.BEIJING).hour
    part = next(
        word
        for until, word in ((5, "夜里好"), (11, "早上好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))
        if hour < until
    )
    return f"{name}同志，{part}"


def leaves_to_decide(who, today) -> list:
    """Return the open leave requests on which this person may decide."""
    asked = open_leaves(db.session, queries.visible_to(who, today), today)
    return [one for one in asked if may(who, Can.GRANT_LEAVE, _place_of(one))]


def _place_of(asked) -> Place:
    above = asked.convened.place.lineage
    return Place((asked.group_id, *above) if asked.group_id else above, asked.leave.person_id)


@dataclass(frozen=True)
class DueToCall:
    """A kind of meeting that a unit has not called yet in the running period."""

    unit_id: int
    unit_name: str
    code: str
    name: str
    period: str


@dataclass(frozen=True)
class Led:
    """A unit in which the reader holds a post: known from the login, so that it costs no statement."""

    id: int
    kind: str
    name: str


PERIOD_NAMES = {"month": "本月", "quarter": "本季度"}


def due_to_call(who, unit_ids: list[int], today) -> list[DueToCall]:
    """Return what the units one may call for have not called this month or quarter: a reminder, never a block."""
    units = {post.unit_id: Led(post.unit_id, post.unit_kind, post.unit_name) for post in who.posts}
    led = [units[one] for one in unit_ids if one in units]
    return [
        DueToCall(unit.id, unit.name, kind.code, kind.rules.name, PERIOD_NAMES[kind.rules.per])
        for unit, kind in queries.still_due(db.session, led, today)
    ]


def desk_home():
    """Show an office's day: how the month stands below, and what to do next."""
    who, today = current_user._get_current_object(), clock.today()
    roots = [post.unit_id for post in who.posts if post.role in DESK_ROLES]
    period = clock.month(today.year, today.month)
    g.waiting = count_waiting(db.session, who, today)
    return respond(
        "home/desk.html",
        greeting=greeting(who.name),
        waiting=g.waiting,
        below=coverage_below(db.session, roots, period, today),
        root=roots[0] if roots else None,
        mine=my_gatherings(db.session, who, today),
        asked=asked_of(db.session, who, clock.now()),
        may_jot=bool(units_where(who, Can.JOT_ACTIVITY)),
        sees_periods=bool(units_where(who, Can.SEE_PERIODS)),
        sees_meetings=not who.holds(Role.ACCOUNT_OFFICER),
        imports=grant(who, Can.IMPORT_ROSTER, Place(tuple(roots))),
    )

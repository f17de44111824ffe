"""What the demo's home branch told its ledger by hand: a plan, dues, steps of admission, honours, visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from partygroup import clock
from partygroup.clock import months_after
from partygroup.demo.cast import HOME
from partygroup.demo.desks import Desk
from partygroup.demo.diary import Deed
from partygroup.demo.schedule import history_months
from partygroup.demo.staff import Member
from partygroup.ledgers import actions
from partygroup.ledgers.admissions import on_the_way
from partygroup.ledgers.queries import payers_of
from partygroup.people.models import Role

#: On which day of the month dues are ticked, and at what hour things are entered.
DUES_DAY, HOUR = 12, timedelta(hours=16)
TITLE, GIVEN_BY = "优秀共产党员", "厂党委"


def ledger_deeds(desks: list[Desk], at: datetime) -> list[Deed]:
    """Return what the officers of the home branch entered, up to a moment."""
    desk = next(one for one in desks if one.place.shape.name == HOME)
    officer = next(one for one in desk.officers if one.holds(Role.ORGANISATION_OFFICER))
    return [deed for deed in _deeds(desk, officer, clock.day_of(at)) if deed.at < at]


def _on(day: date) -> datetime:
    return clock.start_of(day) + HOUR


def _deeds(desk: Desk, officer: Member, today: date) -> Iterator[Deed]:
    branch_id, months = desk.place.id, history_months(today)
    yield Deed(_on(max(months[0], date(today.year, 1, 1)) + timedelta(days=4)), partial(_plan, branch_id, officer.id))
    for month in months:
        yield Deed(_on(month.replace(day=DUES_DAY)), partial(_dues, branch_id, officer.id, month))
    yield Deed(_on(months[0] + timedelta(days=20)), partial(_steps, branch_id, officer.id))
    yield Deed(_on(today - timedelta(days=30)), partial(_honour, desk, officer.id))
    yield Deed(_on(today - timedelta(days=9)), partial(_visit, desk, officer.id))


def _plan(branch_id: int, by: int, session, at: datetime) -> None:
    year, entered = clock.day_of(at).year, {"by": by, "at": at}
    actions.propose_plan(session, branch_id, year, **entered)
    actions.keep_line(session, branch_id, year, line_id=None, month=7, kind="", text="看望离退休老党员", **entered)


def _dues(branch_id: int, by: int, month: date, session, at: datetime) -> None:
    """Tick the month but for one, who is late, and the one of the month before."""
    day, before = clock.day_of(at), months_after(month, -1)
    members = [one.id for one in payers_of(session, branch_id, None, month, day)]
    actions.tick_dues(session, branch_id, None, month, day, shown=(), ticked=members[:-1], by=by, at=at)
    if month != history_months(day)[0]:
        actions.tick_dues(session, branch_id, None, before, day, shown=(), ticked=members[-1:], by=by, at=at)


def _steps(branch_id: int, by: int, session, at: datetime) -> None:
    """Enter the first steps of everybody on the way, of each standing."""
    today = clock.day_of(at)
    for one in on_the_way(session, branch_id, today):
        step = next((ahead.step for ahead in one.next if ahead.step), None)
        if step:
            actions.enter_step(session, one, step=step, on_day=today, until_on=None, by=by, at=at)


def _honour(desk: Desk, by: int, session, at: datetime) -> None:
    day = clock.day_of(at)
    honoured = desk.members_on(day)[len(desk.officers)]
    actions.enter_honour(session, desk.place.id, honoured.id, title=TITLE, level="unit", awarded_by=GIVEN_BY,
                         awarded_on=day - timedelta(days=2), by=by, at=at)  # fmt: skip


def _visit(desk: Desk, by: int, session, at: datetime) -> None:
    day = clock.day_of(at)
    actions.enter_visit(session, desk.place.id, desk.members_on(day)[-1].id, occasion="ill", on_day=day,
                        visitor_id=desk.secretary.id, text="带去了支部学习材料", by=by, at=at)  # fmt: skip

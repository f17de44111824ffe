"""From an activity: one tap declares for everybody who took part, one more takes it back (D2).

The parts of a theme (C5) are one event: whoever has a declaration from one part gets none from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.activities.models import Activity, Answer, Participation, Theme
from partygroup.activities.presets import SORTS
from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.declaring import refusal_of_day, row_for, submit, table_on
from partygroup.scores.models import Declaration, Source
from partygroup.scores.people import memberships
from partygroup.scores.rules import most_of, refusal_to_share
from partygroup.scores.states import State, refusal_to_take_back
from partygroup.scores.tables import Row, Table


@dataclass(frozen=True)
class Offer:
    """What one tap would declare: an item by its table, and for whom; those done already are only counted."""

    table_id: int
    row: Row
    people: list[Participation]
    led_by: int | None
    done: int
    #: How many of those named have one from another part of the theme.
    elsewhere: int = 0

    def leads(self, person_id: int) -> bool:
        """Say whether somebody gets all of it: who led, and everybody where nothing is shared."""
        return self.row.line.team is None or person_id == self.led_by


def offer_of(session, activity: Activity, *, at: datetime, item: str = "", lead: int | None = None) -> Offer:
    """Return what an activity offers to everybody named who did not say 否 or 有出入; raise Refused.

    Without `item` the first one of its sort, without `lead` the usual one; once somebody was declared to have led,
    nobody else can be. Whoever has a declaration from this activity gets no second one, so that a second tap changes
    nothing.
    """
    if activity.withdrawn_at:
        raise Refused("这次活动已经撤回，不能申报。")
    if reason := refusal_of_day(activity.happened_on, day_of(at)):
        raise Refused(reason)
    stored, table = table_on(session, activity.happened_on)
    row = row_for_activity(activity, table, item)
    named, from_others = willing(session, activity), claimed_elsewhere(session, activity)
    free = [one for one in named if one.person_id not in from_others]
    done = session.scalars(sa.select(Declaration).where(Declaration.activity_id == activity.id)).all()
    shared = [one for one in done if one.item == row.item.code and one.state not in (State.REJECTED, State.REVERSED)]
    led_by = next((one.person_id for one in shared if one.leads), None) or lead or usual_lead(activity, free)
    has_one = from_others | {one.person_id for one in done}
    members = memberships(session, [one.person_id for one in named], activity.happened_on)
    people = [one for one in named if one.person_id in members and one.person_id not in has_one]
    sharing = {one.person_id for one in [*people, *shared]}
    if reason := refusal_to_share(row.line, int(led_by in sharing), len(sharing - {led_by})):
        raise Refused(reason)
    return Offer(stored.id, row, people, led_by, len(done), len(named) - len(free))


def claimed_elsewhere(session, activity: Activity) -> set[int]:
    """Return who has a declaration from another part of the activity's theme; nobody where there is no theme."""
    if activity.theme_id is None:
        return set()
    parts = sa.select(Activity.id).where(Activity.theme_id == activity.theme_id, Activity.id != activity.id)
    return set(session.scalars(sa.select(Declaration.person_id).where(Declaration.activity_id.in_(parts))))


def event_of(activity: Activity) -> str:
    """Return the event that a claim from an activity is about: its theme, or itself."""
    return f"theme:{activity.theme_id}" if activity.theme_id else f"activity:{activity.id}"


def declare_activity(
    session, activity: Activity, *, item: str, by: int, at: datetime, lead: int | None = None
) -> list[Declaration]:
    """Make and hand in what `offer_of` offers; return the new declarations."""
    session.refresh(activity, with_for_update=True)
    if activity.theme_id:  # parts of it wait for each other
        session.get(Theme, activity.theme_id, with_for_update=True)
    offer = offer_of(session, activity, at=at, item=item, lead=lead)
    return [_declare(session, activity, offer, one, by=by, at=at) for one in offer.people]


def _declare(session, activity, offer: Offer, one: Participation, *, by: int, at: datetime) -> Declaration:
    row, leads = offer.row, offer.leads(one.person_id)
    declaration = Declaration(
        person_id=one.person_id, rule_table_id=offer.table_id, item=row.item.code, points=most_of(row, leads=leads),
        leads=leads, happened_on=activity.happened_on, event=event_of(activity), text=activity.text,
        source=Source.ACTIVITY, activity_id=activity.id, branch_id=one.branch_id, group_id=one.group_id,
        state=State.DRAFT, made_by=by, made_at=at,
    )  # fmt: skip
    session.add(declaration)
    witness(session, "scores.declaration.make", declaration, at=at, by=by, person_id=one.person_id,
            unit_id=one.branch_id, after={"item": row.item.name, "points": said(declaration.points)})  # fmt: skip
    submit(session, declaration, by=by, at=at)
    return declaration


def take_back(session, activity: Activity, *, by: int, at: datetime) -> int:
    """Undo one's own tap where nobody else has looked yet; return how many went. Their trail stays. Raise Refused."""
    made = sa.select(Declaration).where(Declaration.activity_id == activity.id).order_by(Declaration.id)
    rows = session.scalars(made.with_for_update().execution_options(populate_existing=True)).all()
    refused = [refusal_to_take_back(one, by) for one in rows]
    if all(refused):
        raise Refused(next(iter(refused), "这次活动没有申报，不用撤回。"))
    free = [one for one, reason in zip(rows, refused, strict=True) if not reason]
    for one in free:
        session.delete(one)
        witness(session, "scores.declaration.drop", one, at=at, by=by, person_id=one.person_id,
                unit_id=one.branch_id, before={"points": said(one.points)})  # fmt: skip
    return len(free)


def row_for_activity(activity: Activity, table: Table, item: str) -> Row:
    """Return the row that an activity of this sort may become; the first of its items when none is named."""
    items = list(rows_for_activity(activity, table))
    if not items:
        raise Refused(f"“{activity.kind.name}”没有对应的计分内容，不用申报。")
    if item and item not in items:
        raise Refused("请从列出的计分内容里选一项。")
    return row_for(table, item or items[0], (Source.ACTIVITY, Source.DECLARED))


def rows_for_activity(activity: Activity, table: Table) -> dict[str, Row]:
    """Return what an activity of this sort may become, by code: its own items, then those of no sort at all."""
    of_sorts = {item for sort in SORTS.values() for item in sort.items}
    of_none = [code for code, row in table.rows.items() if Source.ACTIVITY in row.line.sources and code not in of_sorts]
    return {code: table.rows[code] for code in [*activity.kind.items, *of_none] if code in table.rows}


def willing(session, activity: Activity) -> list[Participation]:
    """Return who is named in an activity and did not say 否 or 有出入."""
    stands = sa.or_(Participation.answer.is_(None), Participation.answer == Answer.YES)
    query = sa.select(Participation).where(Participation.activity_id == activity.id, stands)
    return list(session.scalars(query.order_by(Participation.id)))


def usual_lead(activity: Activity, named: list[Participation]) -> int | None:
    """Return who led, as long as nobody says otherwise: who is marked so, else who jotted it, else the only one."""
    marked = [one.person_id for one in named if one.leads]
    wrote = [one.person_id for one in named if one.person_id == activity.by_id]
    alone = [one.person_id for one in named] if len(named) == 1 else []
    return next(iter(marked + wrote + alone), None)

"""Declaring: a draft by oneself, a leader or an officer; handing in, taking back; from an activity in one tap."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.activities.models import Activity, Answer, Participation
from partygroup.activities.presets import SORTS
from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.models import Declaration, RuleTable, Source
from partygroup.scores.people import Membership, leader_of, memberships
from partygroup.scores.queries import rule_table_for
from partygroup.scores.rules import most_of, refusal_to_claim, refusal_to_share
from partygroup.scores.states import (
    STATE_NAMES,
    State,
    act_of_submitting,
    next_state,
    refusal_to_edit,
    refusal_to_submit,
    refusal_to_withdraw,
)
from partygroup.scores.tables import Row, Table

OLDEST = timedelta(days=400)
TEXT_LENGTH = 200


@dataclass(frozen=True)
class Claim:
    """What somebody says deserves points. `event`: a document's number, the same for everybody who shares in it."""

    item: str
    happened_on: date
    text: str
    leads: bool = True
    times: int = 1
    event: str | None = None


def seize(session, declaration: Declaration, version: int | None) -> None:
    """Lock a declaration and read it anew. Raise Refused (409) if somebody changed it since this version was shown."""
    session.refresh(declaration, with_for_update=True)
    if version is not None and version != declaration.version:
        now = STATE_NAMES[State(declaration.state)]
        raise Refused(f"这条刚刚有人处理过，现在是“{now}”。请刷新后再看。", 409)


def table_on(session, day: date) -> tuple[RuleTable, Table]:
    """Return the rule table in force in the quarter of a day, as stored and as a value."""
    try:
        stored = rule_table_for(session, Quarter.of(day))
    except LookupError:
        raise Refused("那一天还没有积分规则，不能申报。请核对日期。") from None
    return stored, Table.from_json(stored.body)


def refusal_of_day(day: date, today: date) -> str | None:
    """Return why something that happened on a day cannot be declared today; None if it can."""
    if day > today:
        return "日期在今天以后，请核对。"
    if day < today - OLDEST:
        return f"只能申报{OLDEST.days}天以内的事，请核对日期。"
    return None


def declare(session, claim: Claim, *, person_id: int, source: Source, by: int, at: datetime) -> Declaration:
    """Return a new draft for somebody, in branch and group as of the day; raise Refused."""
    if reason := refusal_of_day(claim.happened_on, day_of(at)):
        raise Refused(reason)
    stored, table = table_on(session, claim.happened_on)
    row = _row_for(table, claim.item, (source,))
    member = _member_on(session, person_id, claim.happened_on)
    _refuse_too_many(session, row, claim, None)
    declaration = Declaration(
        person_id=person_id, rule_table_id=stored.id, item=claim.item, points=_worth(row, claim), leads=claim.leads,
        happened_on=claim.happened_on, event=claim.event, text=_text_of(claim), source=source,
        branch_id=member.branch_id, group_id=member.group_id, state=State.DRAFT, made_by=by, made_at=at,
    )  # fmt: skip
    session.add(declaration)
    witness(session, "scores.declaration.make", declaration, at=at, by=by, person_id=person_id,
            unit_id=member.branch_id, after={"item": row.item.name, "points": said(declaration.points)})  # fmt: skip
    return declaration


def edit(session, declaration: Declaration, claim: Claim, *, by: int, at: datetime, version: int | None = None) -> None:
    """Change a draft or a returned declaration, which becomes a draft again. What an activity says stays as it is."""
    seize(session, declaration, version)
    if reason := refusal_to_edit(declaration, by) or refusal_of_day(claim.happened_on, day_of(at)):
        raise Refused(reason)
    if declaration.source == Source.ACTIVITY:
        claim = replace(claim, item=declaration.item, happened_on=declaration.happened_on, event=declaration.event,
                        leads=declaration.leads)  # fmt: skip
    stored, table = table_on(session, claim.happened_on)
    row = _row_for(table, claim.item, (declaration.source, Source.DECLARED))
    member = _member_on(session, declaration.person_id, claim.happened_on)
    _refuse_too_many(session, row, claim, declaration.id)
    before = {"points": said(declaration.points)}
    declaration.rule_table_id, declaration.item, declaration.points = stored.id, claim.item, _worth(row, claim)
    declaration.happened_on, declaration.event, declaration.text = claim.happened_on, claim.event, _text_of(claim)
    declaration.leads, declaration.awarded, declaration.state = claim.leads, None, State.DRAFT
    declaration.branch_id, declaration.group_id = member.branch_id, member.group_id
    after = {"item": row.item.name, "points": said(declaration.points)}
    witness(session, "scores.declaration.edit", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, before=before, after=after)  # fmt: skip


def submit(session, declaration: Declaration, *, by: int, at: datetime, version: int | None = None) -> None:
    """Hand a draft in: to the group's leader where the item asks for review and another one leads, else upwards.

    What the leader hands in for a member of the own group needs no second look of the same leader.
    """
    seize(session, declaration, version)
    if reason := refusal_to_submit(declaration, by):
        raise Refused(reason)
    table = session.get(RuleTable, declaration.rule_table_id)
    line = Table.from_json(table.body).rows[declaration.item].line
    leader = leader_of(session, declaration.group_id, day_of(at))
    has_reviewer = leader is not None and leader.person_id != declaration.person_id
    act = act_of_submitting(by=line.by, has_reviewer=has_reviewer)
    if act == "submit" and leader.person_id == by:
        declaration.reviewed_by, declaration.reviewed_at, act = by, at, "pass_on"
    else:
        declaration.reviewed_by = declaration.reviewed_at = None
    declaration.submitted_at, declaration.unreviewed = at, False
    declaration.state = next_state(declaration.state, act)
    witness(session, "scores.declaration.submit", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id, after={"state": STATE_NAMES[declaration.state]})  # fmt: skip


def withdraw(session, declaration: Declaration, *, by: int, at: datetime, version: int | None = None) -> None:
    """Take a submitted declaration back to a draft, as long as nobody has looked at it."""
    seize(session, declaration, version)
    if reason := refusal_to_withdraw(declaration, by):
        raise Refused(reason)
    declaration.state = next_state(declaration.state, "withdraw")
    witness(session, "scores.declaration.withdraw", declaration, at=at, by=by, person_id=declaration.person_id,
            unit_id=declaration.branch_id)  # fmt: skip


# --- from an activity -------------------------------------------------------------------------------------------------


def declare_activity(
    session, activity: Activity, *, item: str, by: int, at: datetime, lead: int | None = None
) -> list[Declaration]:
    """Make and hand in a declaration for everybody named who did not say 否 or 有出入; return the new ones.

    `lead`: who led a shared achievement; the usual one is `usual_lead`. Whoever has a declaration from this activity
    already gets no second one, so that a second tap changes nothing.
    """
    session.refresh(activity, with_for_update=True)
    if activity.withdrawn_at:
        raise Refused("这次活动已经撤回，不能申报。")
    if reason := refusal_of_day(activity.happened_on, day_of(at)):
        raise Refused(reason)
    stored, table = table_on(session, activity.happened_on)
    row = row_for_activity(activity, table, item)
    named = willing(session, activity)
    led_by = lead or usual_lead(activity, named)
    leaders = sum(one.person_id == led_by for one in named)
    if reason := refusal_to_share(row.line, leaders, len(named) - leaders):
        raise Refused(reason)
    done = session.scalars(sa.select(Declaration.person_id).where(Declaration.activity_id == activity.id)).all()
    members = memberships(session, [one.person_id for one in named], activity.happened_on)
    made = []
    for one in named:
        if one.person_id in members and one.person_id not in done:
            leads = row.line.team is None or one.person_id == led_by
            made.append(_from_activity(session, activity, one, row, stored.id, leads=leads, by=by, at=at))
    return made


def row_for_activity(activity: Activity, table: Table, item: str) -> Row:
    """Return the row that an activity of this sort may become; the first of its items when none is named."""
    items = list(rows_for_activity(activity, table))
    if not items:
        raise Refused(f"“{activity.kind.name}”没有对应的计分内容，不用申报。")
    if item and item not in items:
        raise Refused("请从列出的计分内容里选一项。")
    return _row_for(table, item or items[0], (Source.ACTIVITY, Source.DECLARED))


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


def _from_activity(
    session, activity, one: Participation, row: Row, table_id: int, *, leads: bool, by: int, at: datetime
) -> Declaration:
    declaration = Declaration(
        person_id=one.person_id, rule_table_id=table_id, item=row.item.code, points=most_of(row, leads=leads),
        leads=leads, happened_on=activity.happened_on, event=f"activity:{activity.id}", text=activity.text,
        source=Source.ACTIVITY, activity_id=activity.id, branch_id=one.branch_id, group_id=one.group_id,
        state=State.DRAFT, made_by=by, made_at=at,
    )  # fmt: skip
    session.add(declaration)
    witness(session, "scores.declaration.make", declaration, at=at, by=by, person_id=one.person_id,
            unit_id=one.branch_id, after={"item": row.item.name, "points": said(declaration.points)})  # fmt: skip
    submit(session, declaration, by=by, at=at)
    return declaration


# --- parts ------------------------------------------------------------------------------------------------------------


def _member_on(session, person_id: int, day: date) -> Membership:
    found = memberships(session, [person_id], day).get(person_id)
    if found is None:
        raise Refused("那一天还不是支部里计分的党员，不能申报。请核对日期。")
    return found


def _row_for(table: Table, item: str, sources: Collection[str]) -> Row:
    row = table.rows.get(item)
    if row is None or not set(row.line.sources) & set(sources):
        raise Refused("请从列出的计分内容里选一项。")
    return row


def _worth(row: Row, claim: Claim) -> int:
    points = most_of(row, leads=claim.leads) * (claim.times if row.item.counted else 1)
    if reason := refusal_to_claim(row, points, leads=claim.leads):
        raise Refused(reason)
    return points


def _text_of(claim: Claim) -> str:
    if not claim.text:
        raise Refused("请用一句话写明做了什么。")
    return claim.text[:TEXT_LENGTH]


def _refuse_too_many(session, row: Row, claim: Claim, own_id: int | None) -> None:
    """Refuse a second leader or a sixth member of the achievement with this number."""
    if not claim.event or row.line.team is None:
        return
    others = sa.select(Declaration.leads, sa.func.count()).where(
        Declaration.event == claim.event, Declaration.item == claim.item, Declaration.id != (own_id or 0),
        Declaration.state.not_in((State.REJECTED, State.REVERSED)),
    )  # fmt: skip
    counts = dict(session.execute(others.group_by(Declaration.leads)).all())
    leaders, members = counts.get(True, 0) + claim.leads, counts.get(False, 0) + (not claim.leads)
    if reason := refusal_to_share(row.line, max(leaders, 1), members):
        raise Refused(reason)

"""Declaring: a draft by oneself, a leader or an officer; handing in, taking back; deductions of the branch."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import witness
from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.models import Declaration, RuleTable, Source
from partygroup.scores.people import Membership, leader_of, memberships, officers_of
from partygroup.scores.queries import rule_table_for
from partygroup.scores.rules import most_of, refusal_to_claim, refusal_to_enter, refusal_to_share
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
    try:
        session.refresh(declaration, with_for_update=True)
    except sa.exc.InvalidRequestError:
        raise Refused("这条刚刚撤回了，不用再办。", 409) from None
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
    row = row_for(table, claim.item, (source,))
    member = _member_on(session, person_id, claim.happened_on)
    if source == Source.BRANCH:
        _refuse_to_enter(session, row, member, by, day_of(at))
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
    for_branch = declaration.source == Source.BRANCH
    row = row_for(table, claim.item, (declaration.source, Source.BRANCH if for_branch else Source.DECLARED))
    member = _member_on(session, declaration.person_id, claim.happened_on)
    if for_branch:
        _refuse_to_enter(session, row, member, by, day_of(at))
    _refuse_too_many(session, row, claim, declaration.id, declaration.activity_id)
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


# --- deductions of the branch ----------------------------------------------------------------------------------------


def may_enter(session, branch_id: int, person_id: int, *, by: int, day: date) -> list[Row]:
    """Return what somebody may enter for a branch about a member by their posts there, in table order."""
    _, table = table_on(session, day)
    refused = _refusals(session, branch_id, person_id, by, day)
    return [row for row in table.rows.values() if Source.BRANCH in row.line.sources and not refused(row)]


def _refuse_to_enter(session, row: Row, member: Membership, by: int, day: date) -> None:
    if reason := _refusals(session, member.branch_id, member.person_id, by, day)(row):
        raise Refused(reason)


def _refusals(session, branch_id: int, person_id: int, by: int, day: date) -> Callable[[Row], str | None]:
    officers = officers_of(session, [branch_id], day)
    own = {one.role for one in officers if one.person_id == by}
    held = {one.role for one in officers if one.person_id != person_id}
    return lambda row: refusal_to_enter(row.line, own, held)


# --- parts ------------------------------------------------------------------------------------------------------------


def _member_on(session, person_id: int, day: date) -> Membership:
    found = memberships(session, [person_id], day).get(person_id)
    if found is None:
        raise Refused("那一天还不是支部里计分的党员，不能申报。请核对日期。")
    return found


def row_for(table: Table, item: str, sources: Collection[str]) -> Row:
    """Return the row of an item that may come from one of these sources; raise Refused."""
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


def _refuse_too_many(session, row: Row, claim: Claim, own_id: int | None, activity_id: int | None = None) -> None:
    """Refuse a second leader or a sixth member of the achievement: of the activity, or with this number."""
    if not claim.event or row.line.team is None:
        return
    same = Declaration.activity_id == activity_id if activity_id else Declaration.event == claim.event
    others = sa.select(Declaration.leads, sa.func.count()).where(
        same, Declaration.item == claim.item, Declaration.id != (own_id or 0),
        Declaration.state.not_in((State.REJECTED, State.REVERSED)),
    )  # fmt: skip
    counts = dict(session.execute(others.group_by(Declaration.leads)).all())
    leaders, members = counts.get(True, 0) + claim.leads, counts.get(False, 0) + (not claim.leads)
    if reason := refusal_to_share(row.line, max(leaders, 1), members):
        raise Refused(reason)

"""Writing rule tables: the preset, a draft of the next version, and its publication by another person (D1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import witness
from partygroup.errors import NotFound, Refused
from partygroup.points import said
from partygroup.scores.drafts import faults
from partygroup.scores.models import RuleTable
from partygroup.scores.presets import TABLE
from partygroup.scores.tables import DIMENSIONS, Table

#: The preset is in force from the beginning, so that facts of the past find a table.
FIRST_DAY = date(2020, 1, 1)


def install_rule_table(session, *, at: datetime) -> int:
    """Put the preset table in force as version 1 unless there is a table. Return how many were added."""
    if session.scalar(sa.select(sa.func.count(RuleTable.id))):
        return 0
    values = {"version": 1, "body": TABLE, "in_force_from": FIRST_DAY, "made_at": at, "published_at": at}
    session.execute(sa.insert(RuleTable).values(**values))
    return 1


def published(session) -> list[RuleTable]:
    """Return the published versions, newest first."""
    query = sa.select(RuleTable).where(RuleTable.published_at.is_not(None))
    return list(session.scalars(query.order_by(RuleTable.version.desc())))


def find_draft(session) -> RuleTable | None:
    """Return the draft of the next version, if there is one."""
    return session.scalar(sa.select(RuleTable).where(RuleTable.published_at.is_(None)))


def get_draft(session) -> RuleTable:
    """Return the draft of the next version, locked; raise NotFound."""
    draft = session.scalar(sa.select(RuleTable).where(RuleTable.published_at.is_(None)).with_for_update())
    if draft is None:
        raise NotFound
    return draft


def begin_draft(session, *, by: int, at: datetime) -> RuleTable:
    """Copy the newest table as the draft of the next version. Raise Refused if there is a draft."""
    newest = session.scalar(sa.select(RuleTable).order_by(RuleTable.version.desc()).limit(1).with_for_update())
    if newest.published_at is None:
        raise Refused("已经有一份草稿，请接着改。", 409)
    draft = RuleTable(version=newest.version + 1, body=newest.body, made_by=by, made_at=at)
    session.add(draft)
    witness(session, "scores.rules.draft", draft, at=at, by=by, after={"version": draft.version})
    return draft


def revise_draft(session, draft: RuleTable, body: dict, *, by: int, at: datetime) -> list[str]:
    """Keep another text of the draft and return what changed. Whoever changed it last cannot publish it."""
    changes = list(differences(draft.body, body))
    if changes:
        draft.body, draft.made_by = body, by
        witness(session, "scores.rules.revise", draft, at=at, by=by, after={"changes": changes[:20]})
    return changes


def drop_draft(session, *, by: int, at: datetime) -> None:
    """Give the draft up."""
    draft = get_draft(session)
    session.delete(draft)
    witness(session, "scores.rules.drop", draft, at=at, by=by, before={"version": draft.version})


def publish_draft(session, *, note: str, by: int, at: datetime) -> RuleTable:
    """Put the draft in force from the next quarter on; by another person than who changed it last. Raise Refused."""
    draft = get_draft(session)
    if by == draft.made_by:
        raise Refused("规则要由另一位同志发布：最后改草稿的人不能自己发布。", 403)
    if found := faults(draft.body):
        raise Refused(found[0])
    draft.in_force_from = Quarter.of(clock.day_of(at)).next().first
    draft.note, draft.published_by, draft.published_at = note or None, by, at
    after = {"version": draft.version, "from_on": draft.in_force_from.isoformat()}
    witness(session, "scores.rules.publish", draft, at=at, by=by, after=after, reason=note or None)
    return draft


# --- what differs ----------------------------------------------------------------------------------------------------


def differences(old: dict, new: dict) -> Iterator[str]:
    """Yield, in sentences, what differs between two bodies of a table."""
    for profile, other in _pairs(old["profiles"], new["profiles"]):
        yield from _profile_differs(profile, other)
    for line, other in _pairs(old["lines"], new["lines"]):
        yield from _line_differs(line, other)
    for veto, other in _pairs(old["vetoes"], new["vetoes"]):
        yield from _named("否决情形", veto, other)


def _pairs(old: list[dict], new: list[dict]) -> Iterator[tuple[dict | None, dict | None]]:
    before, after = ({one["code"]: one for one in ones} for ones in (old, new))
    return ((before.get(code), after.get(code)) for code in before | after)


def _named(what: str, old: dict | None, new: dict | None) -> Iterator[str]:
    if old is None:
        yield f"新增{what}“{new['name']}”"
    elif new is None:
        yield f"删去{what}“{old['name']}”"
    elif old["name"] != new["name"]:
        yield f"{what}“{old['name']}”改名为“{new['name']}”"


def _profile_differs(old: dict | None, new: dict | None) -> Iterator[str]:
    yield from _named("岗位类别", old, new)
    if not old or not new:
        return
    for part, word in (("base", "基础分"), ("full", "满分")):
        for code, name in DIMENSIONS.items():
            if old[part][code] != new[part][code]:
                yield f"“{new['name']}”{name}{word}：{said(old[part][code])} → {said(new[part][code])}"


def _line_differs(old: dict | None, new: dict | None) -> Iterator[str]:
    yield from _named("计分项", old, new)
    if not old or not new:
        return
    if old["cap"] != new["cap"]:
        yield f"“{new['name']}”每季上限：{_cap(old['cap'])} → {_cap(new['cap'])}"
    for item, other in _pairs(old["items"], new["items"]):
        if not (old["name"] == (item or {}).get("name") and new["name"] == (other or {}).get("name")):
            yield from _named("计分内容", item, other)
        if item and other and item["points"] != other["points"]:
            yield f"“{other['name']}”分值：{said(item['points'])} → {said(other['points'])}"


def _cap(cap: int | None) -> str:
    return "不设" if cap is None else said(cap)


def table_of(row: RuleTable) -> Table:
    """Return the rules of a version as a value."""
    return Table.from_json(row.body)

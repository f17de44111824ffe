"""Writing rule tables: the preset, a draft of the next version, and its publication by another person (D1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from partygroup import versions
from partygroup.db import witness
from partygroup.points import said, signed
from partygroup.scores.drafts import faults
from partygroup.scores.models import SOURCE_NAMES, RuleTable
from partygroup.scores.presets import TABLE
from partygroup.scores.tables import BY_NAMES, DIMENSIONS, SHARE_NAMES, Table
from partygroup.versions import NOTHING, Thing

#: The preset is in force from the beginning, so that facts of the past find a table.
FIRST_DAY = date(2020, 1, 1)


def install_rule_table(session, *, at: datetime) -> int:
    """Put the preset table in force as version 1 unless there is a table. Return how many were added."""
    if session.scalar(sa.select(sa.func.count(RuleTable.id))):
        return 0
    values = {"version": 1, "body": TABLE, "in_force_from": FIRST_DAY, "made_at": at, "published_at": at}
    session.execute(sa.insert(RuleTable).values(**values))
    return 1


def begin_draft(session, *, by: int, at: datetime) -> RuleTable:
    """Copy the newest table as the draft of the next version. Raise Refused if there is a draft."""
    draft = versions.begin(session, RuleTable, by=by, at=at)
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
    draft = versions.get_draft(session, RuleTable)
    session.delete(draft)
    witness(session, "scores.rules.drop", draft, at=at, by=by, before={"version": draft.version})


def publish_draft(session, *, note: str, by: int, at: datetime) -> RuleTable:
    """Put the draft in force from the next quarter on; by another person than who changed it last. Raise Refused."""
    draft = versions.get_draft(session, RuleTable)
    draft.body = draft.body | {"label": versions.OWN_NAME}
    after = versions.publish(draft, faults(draft.body), note=note, by=by, at=at)
    witness(session, "scores.rules.publish", draft, at=at, by=by, after=after, reason=note or None)
    return draft


def table_of(row: RuleTable) -> Table:
    """Return the rules of a version as a value."""
    return Table.from_json(row.body)


# --- what any version knew -------------------------------------------------------------------------------------------


def codes_used(session) -> set[str]:
    """Return every code that any version has: of lines, items, and grounds."""
    used = set()
    for body in _bodies(session):
        used |= {row["code"] for line in body["lines"] for row in [line, *line["items"]]}
        used |= {ground["code"] for part in ("exemptions", "vetoes") for ground in body[part]}
    return used


def names_known(session, part: str) -> dict[str, str]:
    """Return the grounds of exemptions or vetoes of every version, told as the newest tells them: code → name."""
    return {ground["code"]: ground["name"] for body in _bodies(session) for ground in body[part]}


def _bodies(session) -> list[dict]:
    return list(session.scalars(sa.select(RuleTable.body).order_by(RuleTable.version)))


# --- what differs ----------------------------------------------------------------------------------------------------


def differences(old: Mapping, new: Mapping) -> Iterator[str]:
    """Yield, in sentences, what differs between two bodies of a table."""
    return versions.compare(_things(old), _things(new))


def _things(body: Mapping) -> dict:
    grounds = (("exemptions", "免予计分的情形"), ("vetoes", "否决情形"))
    return {
        **{("profile", one["code"]): _profile(one) for one in body["profiles"]},
        **{("line", one["code"]): _line(one) for one in body["lines"]},
        **{(part, one["code"]): Thing(sort, one["name"]) for part, sort in grounds for one in body[part]},
    }


def _profile(profile: Mapping) -> Thing:
    words = {"base": "基础分", "full": "满分"}
    parts = ((part, code) for code in DIMENSIONS for part in words)
    told = {(part, code): (f"{DIMENSIONS[code]}{words[part]}", said(profile[part][code])) for part, code in parts}
    return Thing("岗位类别", profile["name"], told)


def _line(line: Mapping) -> Thing:
    told = {
        "cap": ("每季上限" if line["items"] else "满分", "不设" if line["cap"] is None else said(line["cap"])),
        "share": ("集体成果", SHARE_NAMES.get(line["share"], NOTHING)),
        "sources": ("来源", "、".join(SOURCE_NAMES[source] for source in line["sources"])),
        "origin": ("依据", line["origin"]),
        "by": ("谁定", BY_NAMES.get(line["by"], NOTHING)),
    }
    return Thing("计分项", line["name"], told | {item["code"]: ("内容", _item(item)) for item in line["items"]})


def _item(item: Mapping) -> str:
    least = "" if item["least"] is None else f"（{said(item['least'])}起）"
    return f"{item['name']} {signed(item['points'])}{least}"

"""Rules as versions of a body: one draft at most, compared, published by another person for the next quarter (D1, E1).

A room mixes `Version` into its model and writes the witness; what a body holds and when it is sound is the room's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.clock import Quarter, day_of
from partygroup.db import UtcDateTime
from partygroup.errors import NotFound, Refused

NAME_LENGTH, NOTE_LENGTH, MOST_GROUNDS, MOST_POINTS = 30, 200, 20, 1000
NOTHING = "无"
#: What the preset is called once the office has put a version of its own in force.
OWN_NAME = "本公司标准"
_POINTS = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?")


class Version:
    """One version of a body. A draft has no day; published ones hold from the first day of a quarter.

    made_by: who changed it last.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    body: Mapped[dict] = mapped_column(sa.JSON)
    note: Mapped[str | None] = mapped_column(sa.String(NOTE_LENGTH))
    in_force_from: Mapped[date | None] = mapped_column(index=True)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def in_force(session, model, quarter: Quarter):
    """Return the version in force on a quarter's first day: the newest published one of those begun by then."""
    found = session.scalar(
        sa.select(model)
        .where(model.published_at.is_not(None), model.in_force_from <= quarter.first)
        .order_by(model.in_force_from.desc(), model.version.desc())
        .limit(1)
    )
    if found is None:
        raise LookupError(f"no {model.__tablename__}: run flask init")
    return found


def published(session, model) -> list:
    """Return the published versions, newest first."""
    return list(session.scalars(sa.select(model).where(model.published_at.is_not(None)).order_by(model.version.desc())))


def find_draft(session, model):
    """Return the draft of the next version, if there is one."""
    return session.scalar(sa.select(model).where(model.published_at.is_(None)))


def get_draft(session, model):
    """Return the draft of the next version, locked; raise NotFound."""
    draft = session.scalar(sa.select(model).where(model.published_at.is_(None)).with_for_update())
    if draft is None:
        raise NotFound
    return draft


def begin(session, model, *, by: int, at: datetime):
    """Return a copy of the newest version as the draft of the next one. Raise Refused if there is a draft."""
    newest = session.scalar(sa.select(model).order_by(model.version.desc()).limit(1).with_for_update())
    if newest.published_at is None:
        raise Refused("已经有一份草稿，请接着改。", 409)
    draft = model(version=newest.version + 1, body=newest.body, made_by=by, made_at=at)
    session.add(draft)
    return draft


def refusal_to_publish(draft, faults: Collection[str], by: int) -> str | None:
    """Return why somebody cannot publish a draft; None if they can."""
    if by == draft.made_by:
        return "要由另一位同志发布：最后改草稿的人不能自己发布。"
    return next(iter(faults), None)


def publish(draft, faults: Collection[str], *, note: str, by: int, at: datetime) -> dict:
    """Put a draft in force from the next quarter on, and return what its witness says. Raise Refused."""
    if refusal := refusal_to_publish(draft, faults, by):
        raise Refused(refusal, 403 if by == draft.made_by else 422)
    draft.in_force_from = Quarter.of(day_of(at)).next().first
    draft.note, draft.published_by, draft.published_at = note or None, by, at
    return {"version": draft.version, "from_on": draft.in_force_from.isoformat()}


# --- what differs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """A thing in a body as the office calls it: its sort, its name, and what is said of it: key → (label, words)."""

    sort: str
    name: str
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def compare(old: Mapping, new: Mapping) -> Iterator[str]:
    """Yield, in sentences, what differs between the things of two bodies; both: key → Thing, in order."""
    for key in old | new:
        before, after = old.get(key), new.get(key)
        if before is None:
            told = "，".join(f"{label} {words}" for label, words in after.said.values())
            yield f"新增{after.sort}“{after.name}”" + (f"：{told}" if told else "")
        elif after is None:
            yield f"删去{before.sort}“{before.name}”"
        else:
            yield from _changed(before, after)


def _changed(before: Thing, after: Thing) -> Iterator[str]:
    if before.name != after.name:
        yield f"{before.sort}“{before.name}”改名为“{after.name}”"
    for key in before.said | after.said:
        label, was = before.said.get(key, ("", NOTHING))
        label, now = after.said.get(key, (label, NOTHING))
        if was != now:
            yield f"“{after.name}”{label}：{was} → {now}"


# --- what is typed into a draft's forms ------------------------------------------------------------------------------


def refuse_new(before: Collection[str], after: Iterable[str]) -> None:
    """Raise Refused with the first fault of a changed body that was not there before."""
    for fault in after:
        if fault not in before:
            raise Refused(fault)


def typed_points(text: str, what: str) -> int:
    """Return typed points as tenths: 2.5 → 25. Raise Refused with a sentence about `what`."""
    found = _POINTS.fullmatch(text.strip())
    if not found:
        raise Refused(f"“{what}”请填数字，最多一位小数，如2.5。")
    value = 10 * int(found[1]) + int(found[2] or 0)
    if value > MOST_POINTS:
        raise Refused(f"“{what}”最多100.0，请改小。")
    return value


def typed_name(text: str, what: str) -> str:
    """Return a typed name; raise Refused with a sentence about `what` for none, or one that is too long."""
    name = text.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Refused(f"请给“{what}”写一个名称，最多{NAME_LENGTH}个字。")
    return name


def shown_grounds(grounds: Mapping[str, str]) -> dict[str, str]:
    """Return the form of a list of grounds, code → name: `name-CODE`, and `new` for one more."""
    return {f"name-{code}": name for code, name in grounds.items()} | {"new": ""}


def typed_grounds(grounds: Mapping[str, str], typed: Mapping[str, str], used: Collection[str]) -> dict[str, str]:
    """Return the grounds as typed into their form: an emptied one goes, `new` comes with a code not yet used."""
    kept = {code: typed.get(f"name-{code}", "").strip() for code in grounds}
    kept = {code: typed_name(name, grounds[code]) for code, name in kept.items() if name}
    if typed.get("new", "").strip():
        kept[free_code("ground-{}", {*grounds, *used})] = typed_name(typed["new"], "新的情形")
    if len(kept) > MOST_GROUNDS:
        raise Refused(f"最多写{MOST_GROUNDS}种情形，请合并一些。")
    return kept


def free_code(pattern: str, used: Collection[str], first: int = 1) -> str:
    """Return the first code of a pattern such as `WP-{}` that is not used, counting up from `first`."""
    number = first
    while pattern.format(number) in used:
        number += 1
    return pattern.format(number)

"""What minutes of a kind ask for beside their topics, as fields filled in already where it is known; and read back."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request
from werkzeug.datastructures import MultiDict

from partygroup.db import db
from partygroup.errors import Refused
from partygroup.meetings.extras import ExtraSpec
from partygroup.minutes.extras import birthdays_of
from partygroup.minutes.models import GUEST_LENGTH, LINE_LENGTH, OUTLINE_LENGTH
from partygroup.minutes.queries import Sheet
from partygroup.minutes.rules import Said
from partygroup.people.models import MEMBERS
from partygroup.text import clean

LENGTHS = {"line": LINE_LENGTH, "text": OUTLINE_LENGTH, "person": GUEST_LENGTH}


@dataclass(frozen=True)
class Asked:
    """One thing asked for: what there is to choose from, what is chosen or typed, and what others kept meanwhile."""

    spec: ExtraSpec
    options: tuple[tuple[str | int, str], ...] = ()
    chosen: list[str] = field(default_factory=list)
    text: str = ""
    theirs: str = ""

    @property
    def guest(self) -> str:
        """Return the name of the field for somebody who is on no list."""
        return f"{self.spec.code}_guest"

    @property
    def limit(self) -> int:
        return LENGTHS[self.spec.sort]


def asked(sheet: Sheet, typed: MultiDict | None = None) -> list[Asked]:
    """Return what the minutes ask for; `typed`: a form that came back, whose words stay."""
    return [_asked(sheet, spec, typed if typed and spec.code in typed else None) for spec in sheet.specs]


def _asked(sheet: Sheet, spec: ExtraSpec, typed: MultiDict | None) -> Asked:
    said, options = sheet.extras.get(spec.code, ()), ()
    chosen = [str(one.person_id or one.text) for one in said]
    text = "".join(one.text or "" for one in said)
    if spec.sort == "person":
        options = tuple((row.person_id, row.name) for row in sheet.present)
    if spec.sort == "chips":
        options = tuple((one, one) for one in spec.choices)
    if spec.sort == "birthdays":
        years = _years(sheet, spec)
        options = tuple((one, f"{sheet.name_of(one)}，入党 {number} 年") for one, number in years.items())
        chosen = chosen if sheet.minutes else [str(one) for one in years]
    if spec.themed and sheet.minutes is None:
        text = sheet.meeting.theme or ""
    if typed is None:
        return Asked(spec, options, chosen, text)
    text = typed.get(f"{spec.code}_guest" if spec.sort == "person" else spec.code, "")
    same = _read(spec, typed, _years(sheet, spec)) == said
    return Asked(spec, options, typed.getlist(spec.code), text, "" if same else in_words(sheet, spec))


def _years(sheet: Sheet, spec: ExtraSpec) -> dict[int, int]:
    """Return person → years, of those with a political birthday: as kept, and as reckoned from when they joined."""
    if spec.sort != "birthdays":
        return {}
    members = [row.person_id for row in sheet.roll.rows if row.standing in MEMBERS]
    kept = {one.person_id: one.years for one in sheet.extras.get(spec.code, ())}
    found = birthdays_of(db.session, sheet.met.gathering, sheet.meeting.kind.code, members) | kept
    return {one: found[one] for one in members if one in found}


def extras_typed(sheet: Sheet) -> dict[str, tuple[Said, ...]]:
    """Return code → what the form says, of what it asked for; raise Refused for a text that is too long."""
    asked_for = [spec for spec in sheet.specs if spec.code in request.form]
    found = {spec.code: _read(spec, request.form, _years(sheet, spec)) for spec in asked_for}
    for spec in asked_for:
        limit = LENGTHS.get(spec.sort, LINE_LENGTH)
        if any(len(one.text or "") > limit for one in found[spec.code]):
            raise Refused(f"“{spec.label}”写得太长了，最多 {limit} 个字。", field=spec.code)
    return found


def _read(spec: ExtraSpec, typed: MultiDict, years: dict[int, int]) -> tuple[Said, ...]:
    if spec.sort in ("line", "text"):
        return tuple(Said(text=one) for one in (_text(spec, typed.get(spec.code, "")),) if one)
    picked = [one for one in dict.fromkeys(typed.getlist(spec.code)) if one]
    if spec.sort == "chips":
        return tuple(Said(text=one) for one in picked)
    people = [int(one) if one.isdecimal() and len(one) < 10 else 0 for one in picked]
    said = tuple(Said(one, years=years.get(one)) for one in people)
    guest = _text(spec, typed.get(f"{spec.code}_guest", "")) if spec.sort == "person" else ""
    return said + ((Said(text=guest),) if guest else ())


def _text(spec: ExtraSpec, typed: str) -> str:
    return clean(typed.replace("\r\n", "\n"), LENGTHS[spec.sort] + 1, lines=spec.sort == "text")


def in_words(sheet: Sheet, spec: ExtraSpec) -> str:
    """Return what minutes say under a code, as a reader is told."""
    told = [
        one.text or sheet.name_of(one.person_id) + (f"（{one.years} 年）" if one.years else "")
        for one in sheet.extras.get(spec.code, ())
    ]
    return "、".join(told)

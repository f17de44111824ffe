"""The form of an activity: for which unit, what stands in it as typed, its page, and the photos that came along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import request
from flask_login import current_user

from partygroup import clock
from partygroup.activities import themes
from partygroup.activities.actions import Note
from partygroup.activities.coverage import members_of_branch
from partygroup.activities.models import RESULT_LENGTH, TEXT_LENGTH, Theme
from partygroup.activities.photos import MAX_BYTES, repaint
from partygroup.activities.presets import BRANDS, DIMENSIONS, MINUTES, SORTS, TWO_WAYS, USUAL_MINUTES
from partygroup.activities.queries import Jotted
from partygroup.activities.rules import DAYS_BACK, MAX_PHOTOS, Tags
from partygroup.db import db
from partygroup.errors import Refused
from partygroup.org.models import UnitKind
from partygroup.org.queries import children, units_named
from partygroup.policy import Can, units_where
from partygroup.text import clean, whole_number
from partygroup.web.filters import full_day
from partygroup.web.respond import respond

NEAR_DAYS = ("今天", "昨天", "前天")
CODES = ("sort", "minutes", "dimension", "brand", "two_way", "theme")


@dataclass(frozen=True)
class Choice:
    """A unit for which somebody may jot: the own group first; for branch officers the branch and its groups too."""

    id: int
    kind: str
    name: str
    branch_id: int

    @property
    def is_group(self) -> bool:
        return self.kind == UnitKind.PARTY_GROUP


def choices_for(can: Can, today: date) -> list[Choice]:
    """Return the units for which this person holds a power, the own group first, by at most three statements."""
    units = units_named(db.session, units_where(current_user, can), today)
    own = [_choice(unit) for unit in units]
    led = [one.id for one in own if one.kind == UnitKind.BRANCH]
    below = [group for branch in led for group in children(db.session, branch, today, UnitKind.PARTY_GROUP)]
    known = {one.id for one in own}
    own += [Choice(row.unit_id, row.kind, row.name, row.parent_id) for row in below if row.unit_id not in known]
    return sorted(own, key=lambda one: one.id != current_user.group_id)


def _choice(unit) -> Choice:
    return Choice(unit.id, unit.kind, unit.name, unit.parent_id if unit.kind == UnitKind.PARTY_GROUP else unit.id)


def chosen_of(choices: list[Choice], typed: str | None) -> Choice:
    """Return the unit that was asked for, or the first; refuse one that is not to be chosen in a form."""
    return next((one for one in choices if str(one.id) == typed), choices[0])


@dataclass(frozen=True)
class Draft:
    """What stands in the form: codes, texts and ids as typed; nothing of it is believed yet."""

    sort: str = ""
    text: str = ""
    result: str = ""
    day: str = ""
    minutes: str = str(USUAL_MINUTES)
    dimension: str = ""
    brand: str = ""
    two_way: str = ""
    theme: str = ""
    people: tuple[str, ...] = ()

    @classmethod
    def typed(cls) -> Draft:
        """Return what came with the form; the day of the calendar wins over the chip."""
        form = request.form
        codes = {name: clean(form.get(name), 20) for name in CODES}
        return cls(
            text=clean(form.get("text"), TEXT_LENGTH + 1),
            result=clean(form.get("result"), RESULT_LENGTH + 1, lines=True),
            day=clean(form.get("other_day"), 10) or clean(form.get("day"), 10),
            people=tuple(form.getlist("people")[:500]),
            **codes,
        )

    @classmethod
    def of(cls, jotted: Jotted) -> Draft:
        """Return the form of an activity that stands."""
        one = jotted.activity
        return cls(
            one.sort, one.text, one.result or "", one.happened_on.isoformat(), str(one.minutes or ""),
            one.dimension or "", one.brand or "", one.two_way or "",
            str(one.theme_id or ""), tuple(str(who.person_id) for who in jotted.people),
        )  # fmt: skip

    def problems(self, today: date) -> dict[str, str]:
        """Return field → what is wrong with what was typed, before any rule is asked."""
        found = {}
        if self.sort not in SORTS:
            found["sort"] = "请选做了哪一种事。"
        if len(self.text) > TEXT_LENGTH:
            found["text"] = f"最多 {TEXT_LENGTH} 个字，请短一些。"
        elif not self.text:
            found["text"] = "请写一句做了什么。"
        if len(self.result) > RESULT_LENGTH:
            found["result"] = f"最多 {RESULT_LENGTH} 个字，请短一些。"
        if self.date is None:
            found["day"] = "请选是哪天的事。" if not self.day else "请核对日期，没有这一天。"
        return found

    @property
    def date(self) -> date | None:
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return None

    def note(self, people: dict[int, tuple[int, int | None]], theme: Theme | None = None) -> Note:
        """Return what is to be jotted, with unknown codes left out."""
        sort = SORTS[self.sort]
        tags = Tags(
            int(self.minutes) if self.minutes in map(str, MINUTES) else None,
            self.dimension if self.dimension in DIMENSIONS else sort.dimension,
            self.brand if self.brand in BRANDS else None,
            self.two_way if self.two_way in TWO_WAYS else None,
        )
        named = {key: value for key, value in people.items() if str(key) in self.people}
        return Note(sort.code, self.text, self.date, self.result or None, tags, named, theme)


def facts_of(draft: Draft, unit_name: str, theme: Theme | None, names: list[str], photos: str) -> dict[str, str]:
    """Return label → words of a sound form or an activity that stands, for whoever compares two."""
    sort = SORTS[draft.sort]
    return {
        "哪个组织": unit_name, "做了什么": sort.name, "一句话": draft.text, "结果": draft.result,
        "哪一天": full_day(draft.date), "多久": MINUTES.get(whole_number(draft.minutes), draft.minutes),
        "归到": DIMENSIONS.get(draft.dimension, DIMENSIONS[sort.dimension])[0], "品牌": BRANDS.get(draft.brand, ""),
        "双向": TWO_WAYS.get(draft.two_way, ""), "主题": theme.title if theme else "",
        "谁参加": "、".join(sorted(names)), "照片": photos,
    }  # fmt: skip


def people_of(choice: Choice, day: date) -> dict[int, tuple[int, int | None]]:
    """Return everybody who can be named on a day: the members of the branch, with branch and group."""
    return {one.id: (choice.branch_id, one.group_id) for one in members_of_branch(db.session, choice.branch_id, day)}


def near_themes(choice: Choice, *, today: date) -> list[Theme]:
    """Return the themes under which something may be jotted for a unit: those of any day that may be jotted."""
    first = today - timedelta(days=DAYS_BACK)
    return themes.themes_for(db.session, choice.branch_id, first, today, unit_id=choice.id)


def theme_typed(draft: Draft, choice: Choice, today: date) -> Theme | None:
    """Return the theme that the form names, None for none; raise Refused for one that is not the unit's."""
    if not draft.theme:
        return None
    found = themes.chosen(near_themes(choice, today=today), whole_number(draft.theme))
    if found is None:
        raise Refused("这个组织没有这个主题，请重新选。", field="theme")
    return found


def still_missing(members: list[themes.Counted], choice: Choice, team_id: int | None = None) -> list[themes.Counted]:
    """Return whom a theme's next part is for: those of a shift team, else of the unit for which it is jotted."""
    group_id = choice.id if choice.is_group and team_id is None else None
    return themes.missing_of(members, group_id=group_id, team_id=team_id)


def form_page(template: str, draft: Draft, choice: Choice, *, status=200, problems=None, **more):
    """Return the page of the form: the unit's people first, those of the branch's other groups in folds."""
    today = clock.today()
    near = members_of_branch(db.session, choice.branch_id, today)
    inside = [one for one in near if not choice.is_group or one.group_id == choice.id]
    others: dict[str, list] = {}
    for one in near:
        if one not in inside:
            others.setdefault(one.group_name or "未编组", []).append(one)
    return respond(
        template, status=status, draft=draft, unit=choice, problems=problems or {}, people=inside, others=others,
        sorts=SORTS.values(), dimensions=DIMENSIONS, brands=BRANDS, two_ways=TWO_WAYS, minutes=MINUTES,
        days=[(today - timedelta(days=back), word) for back, word in enumerate(NEAR_DAYS)],
        earliest=today - timedelta(days=DAYS_BACK), today=today, text_length=TEXT_LENGTH,
        result_length=RESULT_LENGTH, max_photos=MAX_PHOTOS,
        lost_photos=bool(problems) and any(one.filename for one in request.files.getlist("photos")), **more,
    )  # fmt: skip


def preset_of(draft: Draft, choice: Choice) -> Draft | None:
    """Return the form with everybody of the unit named, or nobody, as one of the two buttons asked; else None."""
    preset = request.form.get("preset")
    if preset not in ("all", "none"):
        return None
    near = members_of_branch(db.session, choice.branch_id, clock.today()) if preset == "all" else []
    return replace(draft, people=all_of(choice, near))


def all_of(choice: Choice, near) -> tuple[str, ...]:
    return tuple(str(one.id) for one in near if not choice.is_group or one.group_id == choice.id)


def pictures_sent() -> list:
    """Return the photos that came along, painted anew. No lock is held while they are decoded. Raise Refused."""
    files = [file for file in request.files.getlist("photos") if file.filename]
    if len(files) > MAX_PHOTOS:
        raise Refused(f"最多放 {MAX_PHOTOS} 张照片。", field="photos")
    if files:
        db.session.rollback()
    try:
        return [repaint(file.read(MAX_BYTES + 1)) for file in files]
    except Refused as refusal:
        refusal.field = "photos"
        raise

"""Rules as pages: their versions, and a draft with one page a part, compared and published by another person (D1, E1).

Rule tables and schemes differ in what `Drafting` is told; the pages around it are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock, versions
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.org.queries import company
from partygroup.people.queries import names_of
from partygroup.policy import Can, Place, units_where
from partygroup.text import clean
from partygroup.versions import NOTE_LENGTH
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

TYPED_LENGTH = 60
NEW = "new"


@dataclass(frozen=True)
class Part:
    """A part of a draft with a page of its own. Each function takes body and code ("" where there is one only).

    shown: the form as it stands; change: the body as typed, by (body, code, typed, codes used); remove: the body
    without it; more: what else the template needs. argument: the code in the address. They raise KeyError, Refused.
    """

    template: str
    shown: Callable[[dict, str], dict]
    change: Callable[[dict, str, Mapping, set], dict]
    remove: Callable[[dict, str], dict] | None = None
    more: Callable[[dict, str], dict] = lambda body, code: {}
    argument: str = ""
    adds: bool = False


@dataclass(frozen=True)
class SeenPart:
    """A part of the draft; rules are the company's."""

    part: Part
    code: str
    body: dict
    place: Place


class Drafting:
    """The pages of one sort of rules: `address` is where they are read, `room` the module that writes them.

    held_up: (session, quarter) → why no version can come into force then, or None. told: a body in words.
    """

    def __init__(
        self, pages: Blueprint, address: str, model, room: ModuleType, *, template: str,
        parts: Mapping[str, Part], edit: Can, publish: Can, held_up: Callable = lambda session, quarter: None,
        told: Callable[[dict], object] = lambda body: None,
    ):  # fmt: skip
        self.pages, self.address, self.model, self.room = pages, address, model, room
        self.template, self.held_up, self.told = template, held_up, told
        self.may_edit, self.may_publish = edit, publish
        self._add("/drafts", "begin", needs(edit)(self.begin), "POST")
        self._add("/draft", "draft", needs(edit)(self.draft), "GET")
        self._add("/draft/dropping", "drop", needs(edit)(self.drop), "POST")
        self._add("/draft/publication", "publish", needs(publish)(self.publish), "POST")
        for name, part in parts.items():
            self._add_part(name, part)

    def _add(self, rule: str, name: str, view, method: str) -> None:
        self.pages.add_url_rule(self.address + rule, name, view, methods=[method])

    def _add_part(self, name: str, part: Part) -> None:
        """Add the pages of a part: its form, saving it, taking it away, and a new one of its sort."""
        rule = f"/draft/{name}/<{part.argument}>" if part.argument else f"/draft/{name}"

        def load(**code) -> SeenPart:
            return self.seen(part, *code.values())

        self._add(rule, name, needs(self.may_edit, load)(self.show), "GET")
        self._add(rule, f"{name}_saving", needs(self.may_edit, load)(self.save), "POST")
        if part.remove:
            self._add(f"{rule}/removal", f"{name}_removal", needs(self.may_edit, load)(self.remove), "POST")
        if part.adds:
            load_new = needs(self.may_edit, lambda: self.seen(part, NEW))
            self._add(f"/draft/{name}/{NEW}", f"{name}_new", load_new(self.show), "GET")
            self._add(f"/draft/{name}/{NEW}", f"{name}_adding", load_new(self.save), "POST")

    # --- the versions ---

    def versions_shown(self, now) -> dict:
        """Return for a page: the version asked for, else `now`; all versions and who made them; the draft to edit."""
        known = versions.published(db.session, self.model)
        asked = request.args.get("version", "")
        edits = bool(units_where(current_user, self.may_edit))
        people = {person_id for row in known for person_id in (row.made_by, row.published_by) if person_id}
        return {
            "shown": next((row for row in known if str(row.version) == asked), now), "now_version": now.version,
            "versions": known, "names": names_of(db.session, people), "edits": edits, "address": self.address,
            "draft": versions.find_draft(db.session, self.model) if edits else None,
        }  # fmt: skip

    # --- the draft ---

    def begin(self):
        """Copy the newest version as a draft."""
        with transaction(db.session):
            self.room.begin_draft(db.session, **_by())
        return done("已起草下一版，改好后请另一位同志发布。", ".draft")

    def draft(self):
        """Show what differs from the version before, what has to be mended, and the parts."""
        return self.draft_page()

    def draft_page(self, error: str = "", status: int = 200):
        """Return the draft's page; after a refusal to publish with its sentence and the note typed."""
        row = versions.find_draft(db.session, self.model)
        if row is None:
            raise NotFound
        newest, comes = versions.published(db.session, self.model)[0], Quarter.of(clock.today()).next()
        return respond(
            self.template, status=status, draft=row, body=row.body, told=self.told(row.body), newest=newest,
            comes=comes, error=error, typed=request.form, is_mine=row.made_by == current_user.id,
            differences=list(self.room.differences(newest.body, row.body)), faults=self.room.faults(row.body),
            held_up=self.held_up(db.session, comes), address=self.address, dimensions=DIMENSIONS,
            note_length=NOTE_LENGTH,
        )  # fmt: skip

    def drop(self):
        """Give the draft up."""
        with transaction(db.session):
            self.room.drop_draft(db.session, **_by())
        return done("草稿已放弃。", ".index")

    def publish(self):
        """Put the draft in force from the next quarter, by another person than who changed it last."""
        note = clean(request.form.get("note"), NOTE_LENGTH)
        try:
            with transaction(db.session):
                row = self.room.publish_draft(db.session, note=note, **_by())
        except Refused as refusal:
            return self.draft_page(refusal.reason, refusal.status)
        return done(f"第{row.version}版已发布，从{Quarter.of(row.in_force_from).label}起执行。", ".index")

    # --- its parts ---

    def seen(self, part: Part, code: str = "") -> SeenPart:
        """Return a part of the draft; raise NotFound."""
        row = versions.find_draft(db.session, self.model)
        if row is None:
            raise NotFound
        try:
            part.shown(row.body, code)
        except KeyError:
            raise NotFound from None
        return SeenPart(part, code, row.body, Place((company(db.session).id,)))

    def show(self, seen: SeenPart):
        """Show a part's form."""
        return self.part_page(seen, seen.part.shown(seen.body, seen.code))

    def part_page(self, seen: SeenPart, typed: Mapping, *, error: str = "", status: int = 200):
        """Return a part's page with what is typed; after a refusal with its sentence."""
        return respond(
            seen.part.template, status=status, body=seen.body, code=seen.code, typed=typed, error=error,
            is_new=seen.code == NEW, removes=seen.part.remove is not None and seen.code != NEW,
            address=self.address, dimensions=DIMENSIONS, **seen.part.more(seen.body, seen.code),
        )  # fmt: skip

    def save(self, seen: SeenPart):
        """Keep a part as typed; a refusal keeps what was typed."""
        typed = {name: clean(value, TYPED_LENGTH) for name, value in request.form.items()}
        used = self.room.codes_used(db.session)
        return self._revise(seen, lambda body: seen.part.change(body, seen.code, typed, used), typed)

    def remove(self, seen: SeenPart):
        """Take a part away."""
        typed = seen.part.shown(seen.body, seen.code)
        return self._revise(seen, lambda body: seen.part.remove(body, seen.code), typed)

    def _revise(self, seen: SeenPart, change: Callable[[dict], dict], typed: Mapping):
        try:
            with transaction(db.session):
                row = versions.get_draft(db.session, self.model)
                changes = self.room.revise_draft(db.session, row, change(row.body), **_by())
        except KeyError:
            raise NotFound from None
        except Refused as refusal:
            return self.part_page(seen, typed, error=refusal.reason, status=refusal.status)
        return done("；".join(changes[:3]) or "没有改动。", ".draft")


def _by() -> dict:
    return {"by": current_user.id, "at": clock.now()}

"""The ledger of a soak: what people did beside what the database holds, thing by thing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Photo
from partygroup.activities.photos import FOLDER, path_of, sweep
from partygroup.attendance.codes import sitting_id_in
from partygroup.attendance.models import Mark
from partygroup.db import AuditRow, db, transaction
from tests.soak.photos import number_in
from tests.soak.plan import Jot, Plan, SignIn
from tests.soak.play import Notes
from tests.soak.world import World

ENDED = ("returned", "conflict")


class Ledger:
    """What the database holds at the end of a plan, to be compared with the notes of the people."""

    def __init__(self, plan: Plan, world: World, notes: Notes):
        self.plan, self.world, self.notes, self.told = plan, world, notes, Counter()
        self.told["acts that had to wait on the phone"] = notes.waited
        with world.app.app_context(), transaction(db.session):
            self.orphans = sweep(db.session, world.settings.data_dir, at=clock.now() + timedelta(hours=2))
        with world.app.app_context():
            self._read()
        self.waiting = [item for _, item in notes.items if item["state"] not in ENDED]
        self.ended = [(person, item) for person, item in notes.items if item["state"] in ENDED]

    def _read(self) -> None:
        self.activities, self.photos, self.marks = defaultdict(list), defaultdict(list), Counter()
        for one in db.session.scalars(sa.select(Activity)):
            self.activities[one.text].append(one)
        for one in db.session.scalars(sa.select(Photo)):
            self.photos[one.activity_id].append(one)
        effective = sa.select(Mark.gathering_id, Mark.person_id).where(Mark.undone_at.is_(None))
        self.marks.update(tuple(row) for row in db.session.execute(effective))
        witnessed = sa.select(AuditRow.action, AuditRow.subject_id).where(
            AuditRow.action.in_(("activities.jot", "attendance.mark.make"))
        )
        self.witnesses = Counter(tuple(row) for row in db.session.execute(witnessed))

    def faults(self) -> Iterator[str]:
        """Yield what was lost, doubled, mixed up, or is said wrongly."""
        yield from self.notes.faults
        yield from (f"still waits on a good line: {item['line'] or item['url']}" for item in self.waiting)
        yield from (f"no sentence: {item}" for _, item in self.ended if not (item["words"] or "").strip())
        for jot in self.plan.jots:
            yield from self._jot_faults(jot)
        for sign_in in self.plan.sign_ins:
            yield from self._mark_faults(sign_in)
        yield from self._strays()

    def _jot_faults(self, jot: Jot) -> Iterator[str]:
        rows = self.activities[jot.line]
        ended = [item for _, item in self.ended if item["line"] == jot.line]
        if len(rows) > 1 or len(ended) > 1 or (rows and ended):
            yield f"doubled: {jot.line}: {len(rows)} rows, outbox {[(one['state'], one['words']) for one in ended]}"
        elif ended:
            self.told["activities in the outbox with a sentence"] += 1
        elif not rows:
            if jot in self.notes.done:
                yield f"lost: {jot.line}"
        else:
            self.told["activities stored once"] += 1
            if rows[0].by_id != self.world.people[jot.person].id:
                yield f"{jot.line} stands under another person"
            yield from self._photo_faults(jot, self.photos[rows[0].id])

    def _photo_faults(self, jot: Jot, photos: list[Photo]) -> Iterator[str]:
        files = [path_of(self.world.settings.data_dir, one) for one in photos]
        shown = [number_in(file) if file.exists() else None for file in files]
        if sorted(shown, key=str) != sorted(jot.photos, key=str):
            yield f"{jot.line}: photos {shown} instead of {list(jot.photos)}"
        for one, file in zip(photos, files, strict=True):
            if file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() != one.digest:
                yield f"{jot.line}: photo {one.name} is not what its digest says"
        self.told["photos, each shown where it belongs"] += len(photos)

    def _mark_faults(self, act: SignIn) -> Iterator[str]:
        gathering_id, _ = self.world.meetings[act.meeting]
        marks = self.marks[gathering_id, self.world.people[act.person].id]
        ended = [item for person, item in self.ended if person == act.person and self._is_for(item, act.meeting)]
        if marks > 1 or (marks and ended):
            words = [one["words"] for one in ended]
            yield f"doubled: person {act.person}, meeting {act.meeting}: {marks} marks, outbox {words}"
        elif marks:
            self.told["sign-ins marked once"] += 1
        elif ended:
            self.told["sign-ins in the outbox with a sentence"] += 1
        elif act in self.notes.refused:
            self.told["sign-ins refused on the page"] += 1
        elif act in self.notes.done:
            yield f"lost: person {act.person}'s sign-in to meeting {act.meeting}"

    def _is_for(self, item: dict, meeting: int) -> bool:
        gathering_id, sitting_id = self.world.meetings[meeting]
        if item["url"] == f"/meetings/{gathering_id}/sign-ins":
            return True
        code = next((value for name, value in item["fields"] if name == "code"), "")
        return sitting_id_in(re.sub(r"^.*/", "", code)) == sitting_id

    def _strays(self) -> Iterator[str]:
        lines = {jot.line for jot in self.plan.jots}
        planned = {
            (self.world.meetings[one.meeting][0], self.world.people[one.person].id) for one in self.plan.sign_ins
        }
        yield from (f"nobody jotted {text}" for text, rows in self.activities.items() if rows and text not in lines)
        yield from (f"nobody signed in: {pair}" for pair in self.marks if pair not in planned)
        yield from (f"witnessed {count} times: {what}" for what, count in self.witnesses.items() if count != 1)
        stored = sum(len(rows) for rows in self.activities.values()) + sum(self.marks.values())
        if stored != len(self.witnesses):
            yield f"{stored} rows, {len(self.witnesses)} witnesses"
        folder = self.world.settings.data_dir / FOLDER
        files = len(list(folder.iterdir())) if folder.is_dir() else 0
        if files != 2 * sum(len(photos) for photos in self.photos.values()):
            yield f"{files} files lie in the folder of photos, {sum(map(len, self.photos.values()))} photos have rows"

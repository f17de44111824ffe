"""`./dev soak`: a quarter of simulated life through the pages: meetings called, signed, closed, and every sum holds."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from rich.progress import Progress

from partygroup import clock, create_app
from partygroup.attendance import codes
from partygroup.attendance.models import DueEntry, Mark
from partygroup.attendance.roll import get_roll
from partygroup.db import AuditRow, db, transaction
from partygroup.meetings.actions import install_presets
from partygroup.meetings.models import Gathering, Sitting
from partygroup.meetings.queries import describe
from partygroup.settings import Settings
from tests.cast import build_world
from tests.crowds import enlist, give_logins, secret_of

MEETINGS, PEOPLE, SHOWN_EACH = 600, 20, 100
FIRST = clock.beijing("2026-01-05 08:00")


class Life:
    """A group whose members hold one meeting after the other, at a clock that the soak moves."""

    def __init__(self, app: Flask):
        self.app, self.chance, self.signed = app, random.Random(5), 0
        with app.app_context(), transaction(db.session):
            install_presets(db.session, at=clock.now())
            world = build_world(db.session)
            people = enlist(db.session, world.group, PEOPLE)
            give_logins(db.session, [world.leader.id])
        self.group_id, self.leader = world.group.id, self.phone_of(world.leader.id)
        self.phones = [self.phone_of(one) for one in people]

    def phone_of(self, person_id: int):
        """Return the browser of somebody who is logged in."""
        phone = self.app.test_client()
        phone.set_cookie("sid", secret_of(person_id))
        return phone

    def send(self, phone, path: str, **form) -> str:
        """Post a form, which must be answered by going on to another page; return where."""
        answer = phone.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})
        if answer.status_code != 303:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer.location

    def meet(self, number: int) -> None:
        """Hold one meeting: called, opened, signed by some of them with repeats, one ticked by hand, closed."""
        starts_at = clock.now().astimezone(clock.BEIJING) + timedelta(minutes=10)
        url = self.send(
            self.leader, "/meetings", unit=self.group_id, kinds="group_meeting", place="会议室", key=f"soak-{number}",
            starts_at=f"{starts_at:%Y-%m-%dT%H:%M}",
        )  # fmt: skip
        meeting_id = int(url.rsplit("/", 1)[1])
        self.send(self.leader, f"{url}/opening")
        came = self.chance.sample(self.phones, self.chance.randint(PEOPLE // 2, PEOPLE))
        for phone in came:
            phone.get(self.code_of(meeting_id))
            for _ in range(self.chance.choice((1, 1, 1, 2))):
                self.send(phone, f"{url}/sign-ins")
                phone.get(self.code_of(meeting_id))
        self.leader.get(f"{url}/sign-ins")
        self.send(self.leader, f"{url}/closing")
        self.signed += len(came)
        self.check(meeting_id, len(came))

    def code_of(self, meeting_id: int) -> str:
        """Return the scanned address of this moment."""
        with self.app.app_context():
            sitting = db.session.scalar(sa.select(Sitting.id).where(Sitting.gathering_id == meeting_id))
        step = codes.step_of(clock.now(), self.app.config["SETTINGS"].step_seconds)
        return "/Q/" + codes.code_at(self.app.config["SECRET_KEYS"][0], meeting_id, sitting, step)

    def check(self, meeting_id: int, came: int) -> None:
        """Stop when a sheet does not add up."""
        with self.app.app_context():
            met = describe(db.session, meeting_id)
            roll = get_roll(db.session, met.gathering)
        if not len(roll.due) - len(roll.on_leave) - len(roll.missing) == len(roll.present) == came:
            raise RuntimeError(f"meeting {meeting_id}: {len(roll.present)} present of {len(roll.due)}, {came} came")

    def check_sums(self) -> None:
        """Stop when the tables together do not say what happened: each mark once, with its witness."""
        made = AuditRow.action == "attendance.mark.make"
        tables = ((Gathering, ()), (Mark, ()), (AuditRow, (made,)), (DueEntry, ()))
        with self.app.app_context():
            count = {one: db.session.scalar(sa.select(sa.func.count(one.id)).where(*where)) for one, where in tables}
        if list(count.values())[:3] != [MEETINGS, self.signed, self.signed]:
            raise RuntimeError(f"{MEETINGS} meetings and {self.signed} marks were made, the tables say {count}")
        print(f"{MEETINGS} meetings, {self.signed} marks, {count[DueEntry]} due entries: every sum holds")


def live(folder: Path) -> None:
    """Let a quarter pass; print the memory at its peak and the size of the file on the way."""
    now: list[datetime] = [FIRST]
    clock.now = lambda: now[0]
    file = folder / "soak.sqlite"
    app = create_app(Settings(f"sqlite:///{file}", folder, ("s" * 64,), log_level="error"))
    with app.app_context():
        app.extensions["alembic"].upgrade()
    life, unit = Life(app), 1024 * (1024 if sys.platform == "darwin" else 1)
    with Progress(transient=True) as progress:
        for number in progress.track(range(MEETINGS), description="meeting"):
            life.meet(number)
            now[0] += timedelta(hours=3, minutes=30)
            if number % SHOWN_EACH == SHOWN_EACH - 1:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
                progress.console.print(f"{number + 1:4} meetings  peak {peak:.0f} MiB  file {file.stat().st_size:,} B")
    life.check_sums()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        live(Path(place))

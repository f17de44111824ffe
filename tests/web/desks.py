"""The desk at which a test writes minutes: a held meeting, and the pages of its minutes as somebody uses them."""

from __future__ import annotations

import re

import sqlalchemy as sa

from partygroup.attendance.models import DueEntry, Mark
from partygroup.meetings.models import AgendaItem, Meeting
from partygroup.minutes.models import Minutes
from partygroup.minutes.sealing import faults

FROM_US = {"Sec-Fetch-Site": "same-origin"}


class Desk:
    """A held group meeting in a test, and the pages of its minutes as somebody uses them."""

    def __init__(self, app, session, met, world):
        self.app, self.session, self.met, self.world = app, session, met, world
        self.meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == met.id))
        self.url = f"{met.url}/minutes/{self.meeting_id}"

    def by(self, who: str, *, office: bool = False):
        return self.app.test_client().sign_on(self.world.actors[who], office=office)

    def page(self, who: str = "leader") -> str:
        return self.by(who).get(self.url).text

    def send(self, path: str, who: str = "leader", **form):
        return self.by(who).post(path, data=form, headers=FROM_US)

    def topic(self, title: str = "学习上级文件") -> int:
        self.send(f"{self.met.url}/agenda", title=title, meeting=self.meeting_id, to="minutes")
        return self.session.scalars(sa.select(AgendaItem.id).order_by(AgendaItem.id.desc())).first()

    def write(self, who: str = "leader", *, version: int | None = None, **said):
        """Send the form as its page filled it in, with gists by `gist_ID`, and other fields; the member writes."""
        page = self.page(who)
        form = {
            "chair": self.world.leader.id, "recorder": self.world.member.id,
            "ended_at": re.search(r'name="ended_at"[^>]*value="([^"]+)"', page)[1],
            "version": re.search(r'name="version" value="(\d+)"', page)[1] if version is None else version,
        }  # fmt: skip
        return self.send(self.url, who, **form | {name.replace("gist_", "gist-"): text for name, text in said.items()})

    def seen(self, who: str) -> str:
        return re.search(r'name="seen" value="(\w+)"', self.page(who))[1]

    def confirm(self, who: str, seen: str | None = None):
        return self.send(f"{self.url}/confirmation", who, seen=seen or self.seen(who))

    def seal(self) -> None:
        self.write(**{f"gist_{self.topic()}": "陆长根：把文件念了一遍，讲了三点。\n大家：议了怎么做。"})
        assert [self.confirm(who).status_code for who in ("leader", "member")] == [303, 303]

    def faults(self) -> list[str]:
        self.session.expire_all()
        return list(faults(self.session))

    def someone(self) -> int:
        """Return somebody due who did not come."""
        came = sa.select(Mark.person_id).where(Mark.gathering_id == self.met.id)
        return self.session.scalars(sa.select(DueEntry.person_id).where(DueEntry.person_id.not_in(came))).first()

    @property
    def minutes(self) -> Minutes:
        self.session.expire_all()
        return self.session.scalar(sa.select(Minutes))

"""The desk at which a test writes minutes: a held meeting, and the pages of its minutes as somebody uses them."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, Mark
from partygroup.meetings.models import AgendaItem, Meeting
from partygroup.meetings.queries import describe
from partygroup.minutes import sealing
from partygroup.minutes.models import Gist, Minutes, Resolution
from partygroup.minutes.queries import sheet_of
from partygroup.minutes.sealing import faults
from tests.factories import add, gathering
from tests.scorebook import mark

#: When the first of several sealed meetings began.
FIRST = clock.beijing("2026-01-05 16:30")
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


def seal(session, world, number: int) -> int:
    """Put a held group meeting with sealed minutes into the past; return the id of the meeting."""
    leader, member, start = world.leader.id, world.member.id, FIRST + timedelta(days=number)
    by = {"opened_by": leader, "closed_by": leader, "opened_at": start, "closed_at": start + timedelta(hours=1)}
    row = gathering(session, world.group.id, by=leader, starts_at=start, **by)
    for person_id in (leader, member):
        due = {"standing": "full", "counting": "due", "may_vote": True, "group_id": world.group.id}
        add(session, DueEntry, gathering_id=row.id, person_id=person_id, **due)
        mark(session, row.id, person_id, at=start)
    meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == row.id))
    topic = {"ordinal": 1, "sort": "topic", "title": f"第{number}件事", "added_at": start, "added_by": leader}
    item_id = add(session, AgendaItem, meeting_id=meeting_id, **topic)
    add(session, Gist, item_id=item_id, text=f"组长讲了{number}点")
    done = {"text": "每班点检", "progress": "open", "moved_at": start, "moved_by": leader}
    add(session, Resolution, item_id=item_id, unit_id=world.group.id, **done)
    end = start + timedelta(hours=1)
    written = {"begun_at": end, "begun_by": member, "edited_at": end, "edited_by": member, "ended_at": end}
    written |= {"chair_confirmed_at": end, "recorder_confirmed_at": end, "version": 1}
    made = add(session, Minutes, meeting_id=meeting_id, chair_id=leader, recorder_id=member, **written)
    session.flush()
    body = sealing.body_of(sheet_of(session, describe(session, row.id), meeting_id))
    sealed = {"body": body, "digest": sealing.digest_of_body(body), "sealed_at": end}
    session.execute(sa.update(Minutes).where(Minutes.id == made).values(sealed))
    session.execute(sa.update(Meeting).where(Meeting.id == meeting_id).values(sealed_at=end))
    return meeting_id

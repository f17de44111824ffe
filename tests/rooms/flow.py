"""What tests of declarations share: the steps of the way, each in a transaction of its own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup.db import transaction
from partygroup.errors import Refused
from partygroup.scores import declaring, publicity, reviewing
from partygroup.scores.declaring import Claim
from partygroup.scores.models import Entry, Source
from partygroup.scores.settling import settle

#: A Monday; the five working days after it end on the next Monday.
MONDAY, NEXT_MONDAY = "2026-07-06 10:00", date(2026, 7, 13)
TODAY = date(2026, 7, 6)


class Flow:
    """Steps of the way, each in a transaction of its own."""

    def __init__(self, session, world, at):
        self.session, self.world, self.at = session, world, at

    def do(self, act, *arguments, **facts):
        self.session.commit()
        with transaction(self.session):
            return act(self.session, *arguments, **{"at": self.at} | facts)

    def declared(self, person=None, item="SE-STOP", *, by=None, source=Source.DECLARED, **claim):
        person = person or self.world.member
        facts = {"item": item, "happened_on": TODAY, "text": "制止一次违章"} | claim
        return self.do(declaring.declare, Claim(**facts), person_id=person.id, source=source, by=(by or person).id)

    def submitted(self, person=None, item="SE-STOP", **more):
        made = self.declared(person, item, **more)
        self.do(declaring.submit, made, by=made.made_by)
        return made

    def reviewed(self, person=None, item="SE-STOP", **more):
        made = self.submitted(person, item, **more)
        if made.state == "submitted":
            self.do(reviewing.review, made, by=self.world.leader.id)
        return made

    def confirmed(self, person=None, item="SE-STOP", **more):
        made = self.reviewed(person, item, **more)
        self.do(reviewing.confirm, made, meeting="7月支委会", by=self.world.secretary.id)
        return made

    def published(self, person=None, item="SE-STOP", **more):
        made = self.confirmed(person, item, **more)
        self.do(publicity.publish, made, by=self.world.secretary.id)
        return made

    def effective(self, person=None, item="SE-STOP", **more):
        made = self.published(person, item, **more)
        assert self.do(settle, at=self.at + timedelta(days=8)).effective == 1
        return made

    def disputed(self, **more):
        made = self.published(**more)
        self.do(publicity.object_to, made, text="时间不对", of_branch=True, by=self.world.neighbour.id)
        return made

    def entries(self):
        return self.session.scalars(sa.select(Entry).order_by(Entry.id)).all()

    def refused(self, act, *arguments, **facts):
        with pytest.raises(Refused) as refusal:
            self.do(act, *arguments, **facts)
        self.session.expire_all()
        return refusal.value

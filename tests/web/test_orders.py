"""Names stand in the organisation's order and then by strokes, on every page of points; nowhere by points."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Activity, Participation
from partygroup.org.models import Placement
from partygroup.people.models import Person
from tests.factories import activity, add, declaration, person

pytestmark = pytest.mark.one_database
AT = "2026-07-06 10:00"
LISTS = {"ul", "ol", "select", "fieldset", "tbody"}
#: Inserted as they stand here: not by strokes, and the group that comes second has the first of them.
NAMES = {
    "朱雀": ["龚长河", "万里浪", "石破天", "丁小满", "黄山松"],
    "玄武": ["谢春雷", "卜秋实", "霍冬青", "方夏至", "毛立秋"],
}
STATES = ("submitted", "group_reviewed", "confirmed", "in_publicity", "disputed", "under_appeal")


class Lists(HTMLParser):
    """The texts of the lists of a page, each with those inside it."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self._open: list[list] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in LISTS or (tag == "div" and dict(attrs).get("class") in ("roll", "people")):
            self._open.append([tag, 0, ""])
        elif self._open and tag == self._open[-1][0]:
            self._open[-1][1] += 1

    def handle_endtag(self, tag):
        if self._open and tag == self._open[-1][0]:
            if self._open[-1][1]:
                self._open[-1][1] -= 1
                return
            text = self._open.pop()[2]
            self.found.append(text)

    def handle_data(self, data):
        for one in self._open:
            one[2] += data

    @property
    def names(self) -> list[list[str]]:
        """Return the names of each list with several, in the order in which each stands there first."""
        found = (list(dict.fromkeys(re.findall("|".join(sum(NAMES.values(), [])), text))) for text in self.found)
        return [names for names in found if len(names) > 1]


@pytest.fixture
def orders(session, world, at) -> tuple[list[str], ...]:
    """Fill the branch, whose second group comes first; return the orders in which its names may stand.

    By the organisation; by strokes alone where no groups are told; the own group first where its leader chooses.
    """
    now = at(AT)
    session.execute(sa.update(Placement).where(Placement.unit_id == world.units["玄武"].id).values(sort=-1))
    done = activity(session, world.branch.id, world.branch.id, by=world.secretary.id, sort="service")
    for number, (group, name) in enumerate((group, name) for group, names in NAMES.items() for name in names):
        member = person(session, name, branch=world.branch.id, group=world.units[group].id)
        add(session, Participation, activity_id=done.id, person_id=member.id, branch_id=world.branch.id, leads=False)
        for state in STATES:
            declaration(
                session, member.id, world.branch.id, group_id=world.units[group].id, state=state,
                points=number * 7 % 19 + 1, confirmed_by=world.deputy.id, public_from=now.date(),
                public_until=date(2026, 7, 13), activity_id=done.id if state == "submitted" else None,
            )  # fmt: skip
    strokes = dict(map(tuple, session.execute(sa.select(Person.name, Person.stroke_key))))
    first, second = (sorted(names, key=strokes.get) for names in NAMES.values())
    return second + first, sorted(first + second, key=strokes.get), first + second


#: Pages of activities, points and evaluation that name people, and how many lists the secretary finds there.
PAGES = {
    "/inbox": 3, "/inbox?view=done": 0, "/branches/{branch}/publicity": 2, "/branches/{branch}/points": 2,
    "/branches/{branch}/evaluation": 0, "/branches/{branch}/appraisals": 0, "/activities": 1,
    "/activities/{activity}": 1, "/activities/{activity}/declarations": 1, "/activities?unit={branch}": 1,
    "/activities/new": 2, "/declarations": 0, "/declarations/new": 1, "/declarations/new?source=branch": 1,
    "/problems/new": 1,
}  # fmt: skip


@pytest.mark.parametrize("role", ["secretary", "leader", "member", "unit_officer", "auditor"])
def test_names_stand_by_organisation_and_strokes(client, session, world, orders, role):
    done = session.scalar(sa.select(Activity.id))
    client.sign_on(world.actors[role], office=True)
    for page, many in PAGES.items():
        answer = client.get(page.format(branch=world.branch.id, activity=done))
        assert answer.status_code in (200, 403, 404)
        lists = Lists(answer.text).names
        assert role != "secretary" or len(lists) >= many, page
        for names in lists:
            assert names in [[one for one in order if one in names] for order in orders], page


def test_evaluation_names_no_member(client, world, orders):
    page = client.sign_on(world.member).get(f"/branches/{world.branch.id}/evaluation").text
    assert not [name for name in orders[0] if name in page]


def test_the_test_sees_another_order():
    text = "<ul><li>龚长河</li><li><ul><li>丁小满</li></ul></li></ul><p>黄山松</p>"
    assert Lists(text).names == [["龚长河", "丁小满"]]

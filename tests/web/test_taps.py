"""From any number to its evidence by the links that are there: three taps from the branch's, two from one's own."""

from __future__ import annotations

import re
from datetime import date
from heapq import heappop, heappush
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Photo
from partygroup.scores.models import Declaration, Source
from tests.factories import activity, add
from tests.scorebook import entry, held, noon

AT, DAY = "2026-08-20 10:00", date(2026, 8, 5)
#: Sorts before every address: what is shown is shown before anything else is tapped.
pytestmark = pytest.mark.one_database
THERE = ""
VOID = {"br", "col", "hr", "img", "input", "wbr"}


class Page(HTMLParser):
    """The main part of a page: every link and picture, and every text, with the taps that uncover it.

    A closed `details` costs one for all in it but its summary.
    """

    def __init__(self, html: str):
        super().__init__()
        self.links: dict[str, int] = {}
        self.texts: list[tuple[str, int]] = []
        self._open: list[str] = []
        self.feed(html.partition('id="main"')[2].partition("</main>")[0])

    @property
    def _taps(self) -> int:
        return self._open.count("details") - ("summary" in self._open)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        for address in (facts.get("href"), facts.get("src")):
            if address and address.startswith(("/", "?")):
                self.links[address] = min(self._taps, self.links.get(address, 9))
        if tag == "details" and "open" in facts or tag == "summary" and self._open[-1] != "details":
            tag = f"open {tag}"
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Leave `<path/>` and its like closed."""

    def handle_endtag(self, tag):
        while self._open and self._open.pop() not in (tag, f"open {tag}"):
            pass

    def handle_data(self, data):
        self.texts.append((data, self._taps))

    def taps_to(self, words: str) -> int:
        """Return after how many taps these words are seen."""
        return min(taps for text, taps in self.texts if words in text)


def taps_between(client, start: str, goal: str, words: str = "", *, most: int = 3) -> int | None:
    """Return the fewest taps from a page to where an address that fits `goal` shows these words, or a picture is seen.

    None beyond `most`. Only links that stand in the main part of a page are followed.
    """
    waiting, seen = [(0, start)], set()
    while waiting:
        taps, address = heappop(waiting)
        if address == THERE:
            return taps
        if address in seen or taps > most:
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page, path = Page(answer.text), address.partition("?")[0]
        if words and re.fullmatch(goal, path) and words in answer.text:
            heappush(waiting, (taps + page.taps_to(words), THERE))
        for there, hidden in page.links.items():
            if not words and re.fullmatch(goal, there):
                heappush(waiting, (taps + hidden, THERE))
            elif there.startswith("/") and "photos" not in there:
                heappush(waiting, (taps + hidden + 1, there))
    return None


@pytest.fixture
def quarter(session, world, at):
    """Fill the quarter: a meeting to which the member came, an activity with a photo that became points."""
    at(AT)
    held(session, world.group.id, DAY, by=world.leader.id, due=[world.member.id, world.leader.id],
         came=[world.member.id])  # fmt: skip
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, people=[world.member.id])
    add(session, Photo, activity_id=done.id, name="a" * 32, digest="b" * 64, width=4, height=3, size=9,
        by_id=world.leader.id, at=noon(DAY))  # fmt: skip
    entry(session, world.member.id, "SE-HAZARD-CLOSED", branch=world.branch.id, on=DAY, by=world.secretary.id,
          event=f"activity:{done.id}")  # fmt: skip
    session.execute(sa.update(Declaration).values(activity_id=done.id, source=Source.ACTIVITY, meeting_ref="8月支委会"))


MARK, PHOTO = r"/meetings/\d+(/sign-ins)?", r"/activities/\d+/photos/\d+\?small=1"


@pytest.mark.parametrize("role", ["secretary", "leader", "member", "unit_officer", "company_officer", "auditor"])
def test_from_the_branchs_total_to_a_mark_and_a_photo(client, world, quarter, role):
    client.sign_on(world.actors[role], office=True)
    start = f"/branches/{world.branch.id}/evaluation"
    mark = taps_between(client, start, MARK, "已到会" if role == "member" else world.member.name)
    photo = taps_between(client, start, PHOTO)
    assert mark and photo


@pytest.mark.parametrize("role", ["secretary", "deputy"])
def test_from_a_members_points_to_a_mark_and_a_photo(client, world, quarter, role):
    client.sign_on(world.actors[role], office=True)
    start = f"/branches/{world.branch.id}/points"
    assert taps_between(client, start, MARK, world.member.name) and taps_between(client, start, PHOTO)


def test_from_ones_own_total_to_its_reason(client, world, quarter):
    client.sign_on(world.member)
    page = Page(client.get("/me/points").text)
    assert page.taps_to("18.5") == 0
    reasons = ("一般隐患 +0.5", "每季最多 4.0", "看活动", "8月5日", "确认：宋玉梅（8月支委会）")
    assert {words: page.taps_to(words) for words in reasons} == dict.fromkeys(reasons, 1)
    assert taps_between(client, "/me/points", PHOTO, most=2) and taps_between(
        client, "/me/points", MARK, "已到会", most=2
    )


def test_the_count_sees_what_is_folded():
    page = Page("""<main id="main"><a href="/a">一</a><details><summary>二 <a href="/b">三</a></summary>四
        <details open><summary>五</summary>六<br><a href="/c"></a></details></details>七
        <details><p><a href="/a"></a></p></details></main>""")
    assert page.links == {"/a": 0, "/b": 0, "/c": 1}
    assert [page.taps_to(words) for words in "一二三四五六七"] == [0, 0, 0, 1, 1, 1, 0]

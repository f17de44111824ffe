"""自查: for the branch's officers alone, from rows, each line leading to a page that opens (B14)."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.scorebook import held


@pytest.fixture
def url(world):
    return f"/branches/{world.branch.id}/self-check"


def lines(client, url: str) -> dict[str, str]:
    """Return what is told → where it leads."""
    page = client.get(url)
    assert page.status_code == 200
    rows = re.findall(r'<li>\s*<a href="([^"]+)">(.*?)</a>', page.text, re.DOTALL)
    return {re.search(r"<b>(.*?)</b>", row)[1]: link.replace("&amp;", "&") for link, row in rows if "<b>" in row}


def test_what_is_missing_is_told_with_a_page_that_opens(world, client, session, at, url):
    at("2026-02-20 09:00")
    due = [world.leader.id, world.member.id]
    held(session, world.group.id, date(2026, 1, 8), by=world.leader.id, due=due, came=[world.leader.id])
    found = lines(client.sign_on(world.secretary, office=True), url)
    told = "".join(found)
    assert f"{world.member.name}缺席，没有原因" in told and "还没有写会议记录" in told and "主题党日没有开" in told
    assert {client.get(link, follow_redirects=True).status_code for link in found.values()} == {200}


def test_another_year_can_be_looked_at(world, client, at, url):
    at("2026-02-20 09:00")
    client.sign_on(world.secretary, office=True)
    assert "1月主题党日没有开" in "".join(lines(client, f"{url}?year=2025"))
    for nonsense in ("2999", "1999", "x", "1" * 3000):
        assert "2026 年有" in client.get(f"{url}?year={nonsense}").text


@pytest.mark.parametrize("who", ["member", "leader", "unit_officer", "company_officer", "auditor"])
def test_it_is_the_branchs_own(world, client, url, who):
    assert client.sign_on(world.actors[who], office=True).get(url).status_code == 403


def test_a_year_of_meetings_costs_no_more_statements(world, client, session, at, url, statements):
    at("2026-02-20 09:00")
    client.sign_on(world.secretary, office=True)
    held(session, world.group.id, date(2026, 1, 8), by=world.leader.id, due=[world.member.id])
    client.get(url)
    with statements() as few:
        client.get(url)
    for day in range(10, 20):
        held(session, world.group.id, date(2026, 1, day), by=world.leader.id, due=[world.member.id])
    with statements() as many:
        client.get(url)
    assert len(few) == len(many)

"""组织生活: what a branch owes by month, what was held and what is missing, one tap from calling it (B13)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from partygroup import clock
from partygroup.evaluation.models import CommitteeTerm
from tests.factories import add, gathering
from tests.scorebook import held
from tests.web.pagetexts import texts


def shown(client, url: str) -> dict[str, list[str]]:
    """Return kind → the three months of its row, in words."""
    page = client.get(url)
    assert page.status_code == 200
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)<small>.*?</th>(.*?)</tr>", page.text, re.DOTALL)
    return {
        kind: ["".join(texts(cell)) for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)] for kind, cells in rows
    }


def owed(client, url: str) -> list[tuple[str, str]]:
    """Return (what, where one tap leads) of what is still missing."""
    card = client.get(url).text.split('id="owed"')[1].split("</section>")[0]
    rows = re.findall(r"<li>(.*?)</li>", card, re.DOTALL)
    links = [re.search(r'href="([^"]+)"', row) for row in rows]
    return [
        (re.search(r"<b>(.*?)</b>", row)[1], link[1] if link else "") for row, link in zip(rows, links, strict=True)
    ]


@pytest.fixture
def url(world):
    return f"/branches/{world.branch.id}/calendar"


def test_every_month_shows_what_was_held_and_what_was_not(world, client, session, at, url):
    at("2026-03-05 09:00")
    held(session, world.branch.id, date(2026, 1, 22), by=world.secretary.id, kinds=("theme_day", "party_lecture"))
    for month, day in ((1, 8), (2, 6)):
        held(session, world.group.id, date(2026, month, day), by=world.leader.id)
    rows = shown(client.sign_on(world.secretary), url)
    assert rows["主题党日"] == ["1/22已开", "没开", "待开"]
    assert rows["党课"] == ["1/22已开", "·", "·"]
    assert rows["支部党员大会"] == ["·", "·", "待开"]
    assert rows["党小组会"][0].startswith("1/8已开") and "1 组没开" in rows["党小组会"][0]
    assert "谈心谈话" not in rows


def test_once_a_year_is_owed_at_its_end(world, client, session, at, url):
    at("2026-03-05 09:00")
    client.sign_on(world.secretary)
    assert shown(client, url)["组织生活会"] == ["·", "·", "·"]
    at("2026-12-01 09:00")
    client.sign_on(world.secretary)
    assert shown(client, url)["组织生活会"] == ["·", "·", "待开"]
    held(session, world.branch.id, date(2026, 2, 4), by=world.secretary.id, kinds=("org_life_meeting",))
    assert shown(client, url)["组织生活会"] == ["·", "·", "·"]
    assert shown(client, f"{url}?quarter=2026Q1")["组织生活会"] == ["·", "2/4已开", "·"]


def test_what_is_missing_is_one_tap_from_being_called(world, client, session, at, url):
    at("2026-03-31 09:00")
    held(session, world.group.id, date(2026, 3, 8), by=world.leader.id)
    found = owed(client.sign_on(world.secretary, office=True), url)
    assert ("支部党员大会", f"/meetings/new?unit={world.branch.id}&amp;kind=member_meeting") in found
    assert [what for what, _ in found].count(f"{world.group.name} · 党小组会") == 2
    page = client.get(f"/meetings/new?unit={world.branch.id}&kind=member_meeting").text
    assert re.search(
        r'<input[^>]*value="member_meeting"[^>]*\bchecked|<input[^>]*\bchecked[^>]*value="member_meeting"', page
    )
    at("2026-04-01 09:00")
    assert f"/meetings/new?unit={world.branch.id}&amp;kind=party_lecture" in dict(owed(client, url))["党课"]


def test_who_may_not_call_reads_only(world, client, at, url):
    at("2026-03-31 09:00")
    found = owed(client.sign_on(world.member), url)
    assert found and not any(link for _, link in found)
    assert "支部委员会会议" not in shown(client, url)
    leads = owed(client.sign_on(world.leader), url)
    assert {what for what, link in leads if link} == {f"{world.group.name} · 党小组会"}


def test_a_called_meeting_is_shown_with_its_day(world, client, session, at, url):
    at("2026-03-05 09:00")
    coming = {"opened_at": None, "opened_by": None, "closed_at": None, "closed_by": None}
    met = held(session, world.branch.id, date(2026, 3, 20), by=world.secretary.id, kinds=("theme_day",), **coming)
    client.sign_on(world.secretary)
    assert shown(client, url)["主题党日"][2] == "3/20已安排"
    assert dict(owed(client, url))["主题党日"] == f"/meetings/{met}"


def test_a_day_gone_by_without_a_list_is_told(world, client, session, at, url):
    at("2026-03-05 09:00")
    gathering(session, world.branch.id, by=world.secretary.id, kinds=("theme_day",),
              starts_at=clock.beijing("2026-03-06 14:00"))  # fmt: skip
    session.commit()
    assert "定在 3月6日" in (page := client.sign_on(world.secretary).get(url).text) and "还没有记到会" not in page
    at("2026-03-09 09:00")
    assert "定在 3月6日，还没有记到会" in client.sign_on(world.secretary).get(url).text


@pytest.mark.parametrize("quarter", ["nonsense", "2019Q1", "2999Q1", "2026Q9", "%00", "1" * 3000])
def test_nonsense_shows_the_running_quarter(world, client, at, url, quarter):
    at("2026-03-05 09:00")
    page = client.sign_on(world.member).get(f"{url}?quarter={quarter}")
    assert page.status_code == 200 and "本季度还差" in page.text


# --- a unit's branches ------------------------------------------------------------------------------------------------


def stands(client, url: str) -> dict[str, str]:
    rows = re.findall(r"<li><a href=\"/branches/.*?</li>", client.get(url).text, re.DOTALL)
    return {re.search(r"<b>(.*?)</b>", row)[1]: " ".join(texts(row)) for row in rows}


def test_a_unit_sees_how_its_branches_stand(world, client, session, at):
    at("2026-03-31 09:00")
    url = f"/units/{world.committee.id}/calendar"
    client.sign_on(world.unit_officer, office=True)
    before = stands(client, url)
    assert len(before) == len([one for one in before if "党支部" in one])
    held(session, world.branch.id, date(2026, 3, 20), by=world.secretary.id, kinds=("theme_day", "member_meeting"))
    after = stands(client, url)
    assert "已开 0" in before[world.branch.name] and "已开 2" in after[world.branch.name]
    assert {name for name in before if before[name] != after[name]} == {world.branch.name}
    assert "没开" in stands(client, f"{url}?month=2026-02")[world.branch.name]


@pytest.mark.parametrize("month", ["nonsense", "2999-01", "2026-13", "1999-12", "%00", "1" * 3000])
def test_a_month_that_cannot_be_shown_is_this_month(world, client, at, month):
    at("2026-03-05 09:00")
    page = client.sign_on(world.unit_officer, office=True).get(f"/units/{world.committee.id}/calendar?month={month}")
    assert page.status_code == 200 and "2026年3月" in page.text


def test_more_branches_and_meetings_cost_no_more_statements(world, client, session, at, statements):
    at("2026-03-31 09:00")
    client.sign_on(world.company_officer, office=True)
    url = f"/units/{world.company.id}/calendar"
    client.get(url)
    with statements() as few:
        client.get(url)
    for number in range(10):
        held(session, world.branch.id, date(2026, 3, 1) + timedelta(days=number), by=world.secretary.id)
    with statements() as many:
        client.get(url)
    assert len(few) == len(many)


# --- the end of a term ------------------------------------------------------------------------------------------------


@pytest.fixture
def term(world, session):
    given = {"entered_by": world.unit_officer.id, "entered_at": clock.now(), "extended": False}
    days = {"from_on": date(2023, 9, 21), "until_on": date(2026, 9, 20)}
    add(session, CommitteeTerm, branch_id=world.branch.id, **days | given)
    session.commit()


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2026-03-19", None),
        ("2026-03-20", "还有 6 个月换届"),
        ("2026-09-01", "还有 19 天换届"),
        ("2026-09-21", "任期已满"),
    ],
)
def test_the_end_of_a_term_is_told_half_a_year_before(world, client, at, url, term, today, words):
    at(f"{today} 09:00")
    page = client.sign_on(world.secretary).get(url).text
    above = client.sign_on(world.unit_officer, office=True).get(f"/units/{world.committee.id}/calendar").text
    if words is None:
        assert "换届" not in page and "换届" not in above
        return
    assert words in page and above.count(words) == 1
    link = re.search(r'href="(/meetings/new\?[^"]*kind=election)"', page)[1].replace("&amp;", "&")
    form = client.sign_on(world.secretary, office=True).get(link).text
    assert re.search('value="election" checked', form)


def test_an_election_called_or_held_is_told_instead(world, client, session, at, url, term):
    at("2026-09-01 09:00")
    by = {"by": world.secretary.id, "kinds": ("election",), "starts_at": clock.beijing("2026-09-10 15:00")}
    met = gathering(session, world.branch.id, **by)
    session.commit()
    page = client.sign_on(world.secretary).get(url).text
    assert "选举定在" in page and f"/meetings/{met.id}" in page and "kind=election" not in page
    held(session, world.branch.id, date(2026, 9, 11), by=world.secretary.id, kinds=("election",))
    at("2026-09-12 09:00")
    assert "选举过了，等上级党委登记新的任期" in client.sign_on(world.secretary).get(url).text


def test_a_member_reads_of_the_term_and_calls_nothing(world, client, at, url, term):
    at("2026-09-01 09:00")
    page = client.sign_on(world.member).get(url).text
    assert "还有 19 天换届" in page and "kind=election" not in page

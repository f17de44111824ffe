"""自查: for the branch's officers alone, from rows, each line leading to a page that opens (B14)."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.appraisal.models import STEPS, Appraisal, AppraisalStep
from partygroup.meetings.models import Meeting
from partygroup.orglife.models import STAGES, OrgLifeStage
from tests.factories import add, gathering
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


def test_an_appraisal_and_an_organisational_life_meeting_left_halfway_are_told(world, client, session, at, url):
    """Once the stages are dated and the appraisal is filed, both are gone."""
    at("2026-12-20 09:00")
    branch, by = world.branch.id, {"at": clock.now(), "by_id": world.secretary.id}
    met = gathering(session, branch, by=world.secretary.id, kinds=("org_life_meeting",),
                    starts_at=clock.beijing("2026-11-05 16:30"), opened_at=clock.beijing("2026-11-05 16:30"),
                    opened_by=world.secretary.id, closed_at=clock.beijing("2026-11-05 17:30"),
                    closed_by=world.secretary.id)  # fmt: skip
    meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == met.id))
    row_id = add(session, Appraisal, branch_id=branch, year=2026, version=1)
    for step in STEPS[:7]:
        add(session, AppraisalStep, appraisal_id=row_id, step=step, happened_on=date(2026, 12, 1), **by)
    at("2027-01-05 09:00")
    client.sign_on(world.secretary, office=True)
    found = lines(client, f"{url}?year=2026")
    life = next(words for words in found if "组织生活会还没有记" in words)
    halfway = next(words for words in found if "停在“反馈本人”" in words)
    assert (found[life], found[halfway]) == (f"/meetings/{met.id}/org-life", f"/branches/{branch}/appraisal?year=2026")
    for stage in STAGES:
        add(session, OrgLifeStage, meeting_id=meeting_id, stage=stage, happened_on=date(2026, 12, 1), **by)
    add(session, AppraisalStep, appraisal_id=row_id, step="archived", happened_on=date(2026, 12, 1), **by)
    assert not {life, halfway} & set(lines(client, f"{url}?year=2026"))

"""年度计划: proposed in one tap, edited, done by what was held; and how the branch's ledger adds up (G7)."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.evaluation.models import CommitteeTerm
from partygroup.ledgers.models import PlanLine
from tests.factories import activity, add, problem, talk
from tests.scorebook import held
from tests.web.pagetexts import texts


@pytest.fixture
def url(world, at):
    at("2026-03-05 09:00")
    return f"/branches/{world.branch.id}/plan"


@pytest.fixture
def secretary(world, client):
    return client.sign_on(world.secretary, office=True)


def rows(session) -> list[tuple]:
    query = sa.select(PlanLine.month, PlanLine.kind, PlanLine.text).order_by(PlanLine.month, PlanLine.id)
    return [tuple(row) for row in session.execute(query)]


def month(page: str, number: int) -> list[str]:
    """Return the words of a month of the plan."""
    found = re.search(rf"<summary><b>{number}月</b>.*?</details>", page, re.DOTALL)
    return texts(found[0])


def test_a_year_is_proposed_in_one_tap_and_never_twice(world, session, secretary, url):
    assert "2026 年还没有计划" in secretary.get(url).text
    answer = secretary.post(f"{url}/proposal", data={"year": 2026})
    assert answer.status_code == 303
    made = rows(session)
    assert len(made) == 12 + 12 + 4 + 4 + 1 + 1
    assert (11, "org_life_meeting", None) in made and (5, "party_lecture", None) in made
    secretary.post(f"{url}/proposal", data={"year": 2026})
    session.rollback()
    assert rows(session) == made


def test_what_the_branch_has_moved_stays_where_it_is(session, secretary, url):
    secretary.post(f"{url}/lines", data={"year": 2026, "month": 10, "kind": "org_life_meeting"})
    secretary.post(f"{url}/proposal", data={"year": 2026})
    assert [one[0] for one in rows(session) if one[1] == "org_life_meeting"] == [10]


def test_the_election_is_planned_where_the_term_ends(world, session, secretary, url):
    term = {"from_on": date(2023, 9, 21), "until_on": date(2026, 9, 20), "extended": False}
    add(session, CommitteeTerm, branch_id=world.branch.id, entered_by=world.unit_officer.id,
        entered_at=sa.func.current_timestamp(), **term)  # fmt: skip
    session.commit()
    secretary.post(f"{url}/proposal", data={"year": 2026})
    assert (9, "election", None) in rows(session)


def test_a_line_is_done_when_it_was_held(world, session, secretary, url):
    secretary.post(f"{url}/proposal", data={"year": 2026})
    held(session, world.branch.id, date(2026, 1, 22), by=world.secretary.id, kinds=("theme_day", "party_lecture"))
    held(session, world.group.id, date(2026, 1, 8), by=world.leader.id)
    page = secretary.get(url).text
    january = month(page, 1)
    assert "已开" in january[january.index("主题党日") :][:4] and "1／2 个小组开了" in january
    assert "没开" in january[january.index("党小组会") :][:4]
    assert "已开" in month(page, 2)  # the lecture of the first quarter
    assert "待开" in month(page, 3) and not {"待开", "没开", "已开"} & set(month(page, 4))


def test_a_line_of_text_is_kept_changed_and_taken_off(session, secretary, url):
    secretary.post(f"{url}/lines", data={"year": 2026, "month": 7, "kind": "", "text": "慰问老党员"})
    assert rows(session) == [(7, None, "慰问老党员")]
    (line,) = session.scalars(sa.select(PlanLine.id))
    assert "改这一项" in secretary.get(f"{url}?line={line}").text
    secretary.post(f"{url}/lines", data={"year": 2026, "line": line, "month": 6, "kind": "", "text": "慰问"})
    session.rollback()
    assert rows(session) == [(6, None, "慰问")]
    secretary.post(f"{url}/lines", data={"year": 2026, "line": line, "drop": "1"})
    session.rollback()
    assert rows(session) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"month": 13, "kind": "party_lecture"}, "请选是哪个月"),
        ({"month": 3}, "请选一种会，或写一句"),
        ({"month": 2, "kind": "party_lecture"}, "这个月已经有这一项了"),
        ({"month": 3, "kind": "nonsense"}, "请选一种会，或写一句"),
    ],
)
def test_nonsense_is_refused_with_what_was_typed(session, secretary, url, typed, said):
    secretary.post(f"{url}/lines", data={"year": 2026, "month": 2, "kind": "party_lecture"})
    answer = secretary.post(f"{url}/lines", data={"year": 2026} | typed)
    assert answer.status_code == 422 and said in answer.text and len(rows(session)) == 1


def test_a_line_of_another_branch_is_not_touched(world, session, secretary, url):
    by = {"by_id": world.sister.id, "at": sa.func.current_timestamp()}
    line = add(session, PlanLine, branch_id=world.sister_branch.id, year=2026, month=3, text="他们的事", **by)
    session.commit()
    for typed in ({"drop": "1"}, {"month": 4, "text": "改"}):
        assert secretary.post(f"{url}/lines", data={"year": 2026, "line": line} | typed).status_code == 422
    assert rows(session) == [(3, None, "他们的事")]


def test_members_read_it_and_officers_write_it(world, client, session, url):
    assert client.sign_on(world.member).get(url).status_code == 200
    assert client.sign_on(world.member).post(f"{url}/proposal", data={"year": 2026}).status_code == 403
    assert client.sign_on(world.stranger, office=True).get(url).status_code == 404


@pytest.mark.parametrize("year", ["", "2031", "1999", "x"])
def test_no_plan_is_made_for_nonsense(secretary, session, url, year):
    assert secretary.post(f"{url}/proposal", data={"year": year}).status_code == 422
    assert rows(session) == []


# --- the ledger -------------------------------------------------------------------------------------------------------


def sections(page: str) -> dict[str, tuple[str, str | None]]:
    """Return section → what it holds, and where it leads."""
    found = {}
    for row in re.findall(r"<li>(.*?)</li>", page.split("<main")[1].split("</main>")[0], re.DOTALL):
        name = re.search(r"<b>(?:<span.*?</span>)?(.*?)</b>", row)[1]
        link = re.search(r'href="([^"]+)"', row)
        found[name] = (texts(row)[-1], link and link[1].replace("&amp;", "&"))
    return found


def test_every_section_says_what_it_holds_by_rows(world, client, session, secretary, url):
    secretary.post(f"{url}/proposal", data={"year": 2026})
    held(session, world.branch.id, date(2026, 1, 22), by=world.secretary.id, kinds=("theme_day", "party_lecture"))
    activity(session, world.group.id, world.branch.id, by=world.leader.id, sort="service")
    problem(session, world.group.id, branch=world.branch.id, owner=world.member.id, due_on=date(2026, 3, 30))
    talk(session, world.branch.id, world.member.id, world.leader.id)
    session.commit()
    ledger = url.replace("/plan", "/ledger")
    found = sections(secretary.get(ledger).text)
    assert len({re.sub(r"\s", "", one) for one in found}) == 25  # 20 and 22 have two rows each
    assert found["主题党日"][0] == found["党课"][0] == "开了 1 次" and found["民主评议党员"][0] == "开了 0 次"
    assert found["年度计划和每月安排"][0] == "计划 34 项，已开 2 项"
    assert found["谈心谈话"] == ("记了 1 次", url.replace("/plan", "/talks?year=2026"))
    assert found["活动和志愿服务"][0] == "1 次，其中志愿服务 1 次"
    assert found["检查和整改"][0] == "问题 1 件，已解决 0 件"
    assert found["支部概况"][0].startswith("党员 9 名：正式 8、预备 1")
    for name in ("组织关系转接和流动党员", "项目、先锋岗、责任区", "年度总结"):
        assert found[name] == ("还没有", None)
    links = {link for _, link in found.values() if link}
    assert {client.get(link).status_code for link in links} == {200}


def test_a_member_is_led_only_to_pages_that_open(world, client, url):
    client.sign_on(world.member)
    found = sections(client.get(url.replace("/plan", "/ledger")).text)
    for name in ("支部委员会会议", "党费", "谈心谈话", "关怀"):
        assert found[name] == ("班子成员看", None)
    assert {client.get(link).status_code for _, link in found.values() if link} == {200}


def test_a_year_of_meetings_costs_no_more_statements(world, session, secretary, url, statements):
    ledger = url.replace("/plan", "/ledger")
    secretary.post(f"{url}/proposal", data={"year": 2026})
    counts = []
    for day in range(10, 14):
        held(session, world.group.id, date(2026, 1, day), by=world.leader.id, due=[world.member.id])
        with statements() as asked:
            secretary.get(ledger)
            secretary.get(url)
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_a_talk_is_no_meeting_to_be_planned(secretary, session, url):
    assert "谈心谈话" not in secretary.get(url).text
    line = {"year": 2026, "month": 11, "kind": "heart_talk", "text": ""}
    assert secretary.post(f"{url}/lines", data=line).status_code == 422
    assert rows(session) == []

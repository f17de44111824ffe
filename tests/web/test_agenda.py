"""Agenda and vote calculator: who may, what is prefilled, what it means, what stands on the meeting's page."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.queries import circle_of
from partygroup.meetings.models import AgendaItem, Meeting, Sitting, Vote
from tests.factories import add, gathering
from tests.web.conftest import AT, START, met_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def plenary(app, session, world, at):
    """Return a members' meeting of the branch, not opened yet."""
    at(AT)
    start = clock.beijing(START)
    row = gathering(session, world.branch.id, by=world.secretary.id, starts_at=start, kinds=("member_meeting",))
    return met_of(app, session, row)


@pytest.fixture
def host(client, world):
    return client.sign_on(world.secretary, office=True)


def voters(session, world) -> list[int]:
    people = circle_of(session, unit_id=world.branch.id, circle="members", day=clock.today(), welcomes=())
    return [one.person_id for one in people if one.seat.may_vote]


def begin(host, met, people=()):
    host.post(f"{met.url}/opening")
    if people:
        assert host.post(f"{met.url}/ticks", data={"people": people}).status_code == 303


def put(host, met, session, **form) -> str:
    """Put an item on the agenda and return the address of its vote."""
    answer = host.post(f"{met.url}/agenda", data=form)
    assert answer.status_code == 303, answer.text
    item_id = session.scalar(sa.select(sa.func.max(AgendaItem.id)))
    return f"{met.url}/agenda/{item_id}/vote"


def field(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def counted(yes, no=0, neither=0, **more) -> dict:
    return {"room-for": yes, "room-against": no, "room-abstained": neither, "version": 0} | more


# --- the agenda -------------------------------------------------------------------------------------------------------


def test_a_topic_is_one_line_on_the_meetings_page(met, world, client, session):
    client.sign_on(world.leader)
    assert client.post(f"{met.url}/agenda", data={"title": "本月安全隐患"}).status_code == 303
    assert client.post(f"{met.url}/agenda", data={"title": "本月安全隐患"}).status_code == 303
    assert session.scalars(sa.select(AgendaItem.title)).all() == ["本月安全隐患"]
    page = client.sign_on(world.member).get(met.url).text
    assert "本月安全隐患" in page and "加一条议题" not in page


def test_prompts_of_the_kind_are_added_by_a_tap(met, world, client, session):
    page = client.sign_on(world.leader).get(f"{met.url}/agenda").text
    assert "传达支部安排" in page and "党小组会不作表决" in page
    client.post(f"{met.url}/agenda", data={"title": "传达支部安排"})
    page = client.get(f"{met.url}/agenda").text
    assert page.count("传达支部安排") == 1
    assert "议程：1. 传达支部安排" in client.get(met.url).text


def test_a_topic_added_from_the_minutes_of_the_second_kind_leads_back_there(app, world, host, session, at):
    at(AT)
    row = gathering(session, world.branch.id, by=world.secretary.id, starts_at=clock.beijing(START),
                    kinds=("theme_day", "party_lecture"))  # fmt: skip
    met = met_of(app, session, row)
    meetings = session.scalars(sa.select(Meeting.id).where(Meeting.gathering_id == met.id).order_by(Meeting.id)).all()
    for one in meetings:
        answer = host.post(f"{met.url}/agenda", data={"title": "讲课", "meeting": one, "to": "minutes"})
        assert answer.headers["Location"] == f"{met.url}/minutes/{one}"


def test_a_group_decides_nothing(met, world, client, session):
    answer = client.sign_on(world.leader).post(f"{met.url}/agenda", data={"title": "通过决议", "sort": "decision"})
    assert answer.status_code == 422 and "党小组会不作表决" in answer.text
    assert session.scalars(sa.select(AgendaItem.id)).all() == []


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ({"title": " "}, "请写一句话"),
        ({"title": "长" * 61}, "写得太长了"),
        ({"title": "通过", "sort": "nonsense"}, "请选一种事项"),
        ({"sort": "admission"}, "请选是哪位同志"),
        ({"sort": "election", "title": "选举委员", "seats": "1"}, "请选候选人"),
        ({"sort": "full_membership", "people": "1"}, "不在这次能选的范围里"),
    ],
)
def test_an_item_that_cannot_be_says_why(plenary, host, session, form, part):
    answer = host.post(f"{plenary.url}/agenda", data=form)
    assert answer.status_code == 422 and part in answer.text
    assert session.scalars(sa.select(AgendaItem.id)).all() == []


def test_a_person_gives_the_item_its_words(plenary, host, world, session):
    page = host.get(f"{plenary.url}/agenda?sort=full_membership").text
    assert f'<option value="{world.probationer.id}" selected>{world.probationer.name}</option>' in page
    put(host, plenary, session, sort="full_membership", people=world.probationer.id)
    assert f"{world.probationer.name}同志转为正式党员" in host.get(plenary.url).text


def test_taking_off_leaves_a_trace(plenary, host, session, client, world):
    address = put(host, plenary, session, title="通过决议", sort="decision")
    assert host.post(address.replace("vote", "dropping")).status_code == 303
    assert session.scalars(sa.select(AgendaItem.id)).all() == []
    assert "去掉议程" in host.get(f"/audit?unit={world.branch.id}").text


@pytest.mark.parametrize(
    ("role", "agenda", "vote"),
    [("member", 403, 403), ("leader", 403, 403), ("deputy", 200, 401), ("sister", 404, 404), ("stranger", 404, 404),
     ("unit_officer", 403, 403), ("auditor", 403, 403)],
)  # fmt: skip
def test_who_may(plenary, host, world, client, session, role, agenda, vote):
    address = put(host, plenary, session, title="通过决议", sort="decision")
    begin(host, plenary)
    client.sign_on(getattr(world, role))
    assert client.get(f"{plenary.url}/agenda").status_code == agenda
    assert client.get(address).status_code == vote
    assert client.post(address, data=counted(0)).status_code == vote


# --- the calculator ---------------------------------------------------------------------------------------------------


def test_the_calculator_is_prefilled_and_reckons_as_one_types(plenary, host, world, session):
    address = put(host, plenary, session, title="通过年度工作计划", sort="decision")
    assert "应到名单没有定" in host.get(address).text
    begin(host, plenary, voters(session, world)[:6])
    page = host.get(address).text
    assert [field(page, f"room-{way}") for way in ("for", "against", "abstained")] == ["6", "0", "0"]
    assert "6票赞成，超过应到有表决权8人的半数，通过。" in page
    typed = {"room-for": 4, "room-against": 2, "room-abstained": 0}
    part = host.get(address, query_string=typed, headers=HTMX).text
    assert "4票赞成，未超过应到有表决权8人的半数，未通过。" in part and "<form" not in part
    whole = host.get(address, query_string=typed).text
    assert part.strip() in whole and field(whole, "room-for") == "4"
    assert session.scalars(sa.select(Vote.id)).all() == []


@pytest.mark.parametrize(
    ("typed", "part"),
    [(counted(6, 1), "加起来是 7，比到会有表决权的 6 人多"), (counted("六"), "请写成 0 以上的整数"),
     (counted("-1"), "请写成 0 以上的整数"), (counted("1.5"), "请写成 0 以上的整数")],
)  # fmt: skip
def test_figures_that_cannot_be_are_kept_and_refused(plenary, host, world, session, typed, part):
    address = put(host, plenary, session, title="通过决议", sort="decision")
    begin(host, plenary, voters(session, world)[:6])
    answer = host.post(address, data=typed)
    assert answer.status_code == 422 and part in answer.text
    assert field(answer.text, "room-for") == str(typed["room-for"])
    assert session.scalars(sa.select(Vote.id)).all() == []


def test_what_is_recorded_stands_on_the_meetings_page(plenary, host, world, client, session):
    address = put(host, plenary, session, title="通过年度工作计划", sort="decision")
    begin(host, plenary, voters(session, world)[:6])
    form = counted(4, 1, key="k" * 32)
    assert [host.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    page = client.sign_on(world.member).get(plenary.url).text
    assert "4票赞成，未超过应到有表决权8人的半数，未通过。" in page
    assert "赞成4票，反对1票，弃权0票，1人没有投票" in page and address not in page


def test_passed_can_nowhere_be_typed(plenary, host, world, session):
    address = put(host, plenary, session, title="通过决议", sort="decision", passed="1")
    begin(host, plenary, voters(session, world)[:6])
    lies = {"passed": "1", "due": "1", "present": "1", "elected": "1", "word": "通过"}
    page = host.get(address, query_string=counted(3, 3) | lies).text
    assert "未超过应到有表决权8人的半数，未通过。" in page
    assert set(re.findall(r'name="([\w-]+)"', page.split("<form", 1)[1].split("</form>")[0])) == {
        "key", "version", "room-for", "room-against", "room-abstained",
    }  # fmt: skip
    assert host.post(address, data=counted(3, 3) | lies).status_code == 303
    (vote,) = session.scalars(sa.select(Vote))
    assert (vote.due, vote.present, vote.votes_for) == (8, 6, 3)
    assert "未通过" in host.get(plenary.url).text


def test_a_correction_says_why_and_shows(plenary, host, world, session):
    address = put(host, plenary, session, title="通过决议", sort="decision")
    people = voters(session, world)
    begin(host, plenary, people[:5])
    host.post(address, data=counted(4, 1))
    host.post(f"{plenary.url}/ticks", data={"people": people[5]})
    host.post(f"{plenary.url}/closing")
    page = host.get(address).text
    assert "名单现在是应到 8、到会 6；记结果时是应到 8、到会 5" in page and field(page, "version") == "1"
    assert "写一句原因" in host.post(address, data=counted(5, version=1)).text
    again = counted(6, version=1, reason="漏点了一人", recount="1")
    assert host.post(address, data=again).status_code == 303
    assert host.post(address, data=again).status_code == 409
    page = host.get(plenary.url).text
    assert "6票赞成，超过应到有表决权8人的半数，通过。" in page and "更正过：漏点了一人" in page
    assert "赞成：4 → 6" in host.get(f"/audit?unit={world.branch.id}").text


def test_written_opinions_by_name(plenary, host, world, client, session):
    address = put(host, plenary, session, sort="full_membership", people=world.probationer.id)
    client.sign_on(world.member).post(f"{plenary.url}/leaves", data={"sort": "leave_duty", "cause": "当班"})
    (leave,) = plenary.leaves(session)
    client.sign_on(world.secretary, office=True)
    client.post(f"{plenary.url}/leaves/{leave.id}/decision", data={"granted": "1"})
    begin(host, plenary, [one for one in voters(session, world) if one != world.member.id][:5])
    assert f'name="opinions" value="{world.member.id}"' in host.get(address).text
    form = counted(4, 1, opinions=world.member.id)
    part = host.get(address, query_string=form, headers=HTMX).text
    assert "5票赞成（其中书面意见1票），超过应到有表决权8人的半数，通过。" in part
    wrong = form | {"written-for": 0, "written-against": 0, "written-abstained": 0}
    assert "交书面意见的有 1 人，书面的赞成、反对、弃权加起来是 0" in host.get(address, query_string=wrong).text
    assert host.post(address, data=form).status_code == 303
    assert "书面意见1份：赞成1、反对0、弃权0" in host.get(plenary.url).text


def test_an_election_candidate_by_candidate(plenary, host, world, session):
    people = voters(session, world)
    address = put(host, plenary, session, sort="election", title="选举支委", seats=2, people=people[:3])
    page = host.get(plenary.url).text
    names = re.search(r"候选人（按姓氏笔画）：(.+?)。", page)[1].split("、")
    assert "应选 2 人" in page and len(names) == 3
    begin(host, plenary, people[:7])
    assert "请写每位候选人的得票" in host.get(address).text
    form = {"version": 0}
    for person_id, votes in zip(people, (6, 4, 3), strict=False):
        form |= {f"{person_id}-for": votes, f"{person_id}-against": 7 - votes, f"{person_id}-abstained": 0}
    part = host.get(address, query_string=form, headers=HTMX).text
    assert f"应选2人，当选1人：{names[0]}；还缺1人。" in part
    assert f"赞成票按到会人数算，当选的是{names[0]}、{names[1]}。" in part
    assert host.post(address, data=form).status_code == 303
    page = host.get(plenary.url).text
    assert "当选 1／2" in page and "4票赞成，未超过应到有表决权8人的半数，未当选。" in page


def test_a_topic_has_no_calculator(met, world, host, plenary, session):
    address = put(host, plenary, session, title="支部工作报告")
    begin(host, plenary)
    assert host.get(address).status_code == 404 and host.post(address, data=counted(0)).status_code == 404


# --- the light on the board -------------------------------------------------------------------------------------------


def test_the_board_tells_what_each_vote_needs(plenary, host, world, session):
    begin(host, plenary, voters(session, world)[:4])
    asked = host.get(f"{plenary.url}/sign-ins", headers=HTMX)
    assert "到会 4／8，可以开会，但通过要 5 票赞成" in asked.text
    put(host, plenary, session, title="通过决议", sort="decision")
    put(host, plenary, session, sort="full_membership", people=world.probationer.id)
    put(host, plenary, session, sort="election", title="选举支委", seats=1, people=voters(session, world)[0])
    again = host.get(f"{plenary.url}/sign-ins", headers=HTMX | {"HX-PTag": asked.headers["HX-PTag"]})
    assert again.status_code == 200
    assert "表决事项：有表决权的党员到会 4／8，可以开会" in again.text
    assert "预备党员转正：有表决权的党员到会 4／8，还差 1 人才能开会表决。" in again.text
    assert "选举：有表决权的党员到会 4／8，还差 3 人才能开会表决。" in again.text


def test_a_gathering_of_two_sittings_offers_no_vote(plenary, host, session, world):
    add(session, Sitting, gathering_id=plenary.id, starts_at=clock.beijing("2026-03-06 08:30"), place="值班室",
        host_id=world.secretary.id)  # fmt: skip
    session.commit()
    page = host.get(f"{plenary.url}/agenda?sort=decision").text
    assert "表决要在同一场" in page and 'value="topic"' in page
    answer = host.post(f"{plenary.url}/agenda", data={"title": "通过决议", "sort": "decision"})
    assert answer.status_code == 422 and "表决要在同一场" in answer.text

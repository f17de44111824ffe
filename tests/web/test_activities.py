"""Jotting an activity, answering it, changing and withdrawing it, and the timeline (C1, C3, C4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Participation
from partygroup.activities.queries import PAGE
from tests.factories import activity

FORM = {"sort": "hazard", "text": "三号铁水包工位查隐患", "day": "2026-03-05", "minutes": "30"}


@pytest.fixture
def noon(at):
    at("2026-03-05 12:00")


def form_of(page: str) -> dict:
    """Return the hidden fields of the form as a browser would send them."""
    return dict(re.findall(r'<input type="hidden" name="(unit|key)" value="([^"]*)"', page))


def people_of(page: str, *, checked: bool = True) -> list[int]:
    mark = " checked" if checked else ""
    return [int(one) for one in re.findall(rf'name="people" value="(\d+)"{mark}>', page)]


@pytest.fixture
def done(session, world, noon) -> Activity:
    """Return what the leader jotted this noon, with the member and the probationer named."""
    people = {world.leader.id: "yes", world.member.id: None, world.probationer.id: None}
    return activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=people)


# --- jotting ----------------------------------------------------------------------------------------------------------


def test_the_form_comes_with_the_own_group_named(noon, world, client):
    page = client.sign_on(world.leader).get("/activities/new").text
    named = people_of(page)
    assert {world.member.id, world.leader.id, world.probationer.id} <= set(named) and len(named) == 4
    assert world.activist.id not in people_of(page, checked=False)
    assert "玄武党小组" in page and world.neighbour.name in page and "白桦" not in page
    assert 'value="2026-03-05" checked' in page and 'value="30" checked' in page
    assert 'value="hazard" required checked' in page
    client.post("/activities", data=FORM | {"sort": "study", "unit": world.group.id, "people": [world.member.id]})
    assert 'value="study" required checked' in client.get("/activities/new").text


def test_jotting_twice_with_one_form_jots_once(noon, world, client, session):
    page = client.sign_on(world.leader).get("/activities/new").text
    typed = form_of(page) | FORM | {"people": [world.member.id, world.neighbour.id], "brand": "green"}
    answers = [client.post("/activities", data=typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303] and answers[0].location == answers[1].location
    row = session.scalars(sa.select(Activity)).one()
    assert (row.unit_id, row.branch_id, row.by_id, row.sort, row.minutes, row.dimension, row.brand) == (
        world.group.id, world.branch.id, world.leader.id, "hazard", 30, "SE", "green",
    )  # fmt: skip
    rows = session.execute(sa.select(Participation.person_id, Participation.group_id, Participation.answer)).all()
    assert sorted(rows) == sorted(
        [(world.member.id, world.group.id, None), (world.neighbour.id, world.units["玄武"].id, None)]
    )
    assert client.post("/activities", data=typed | {"text": "别的事"}).status_code == 409


def test_the_header_of_a_queued_item_is_a_key_too(noon, world, client, session):
    client.sign_on(world.leader)
    headers = {"Sec-Fetch-Site": "same-origin", "Idempotency-Key": "k" * 32}
    typed = FORM | {"unit": world.group.id, "people": [world.member.id]}
    assert {client.post("/activities", data=typed, headers=headers).status_code for _ in range(2)} == {303}
    assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 1


def test_whoever_jots_is_asked_nothing(noon, world, client, session):
    client.sign_on(world.member).post("/activities", data=FORM | {"unit": world.group.id, "people": [world.member.id]})
    row = session.scalars(sa.select(Participation)).one()
    assert (row.person_id, row.answer) == (world.member.id, "yes")
    assert "请您确认" not in client.get("/").text


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sort": ""}, "哪一种事"),
        ({"sort": "party"}, "哪一种事"),
        ({"text": " "}, "写一句"),
        ({"text": "长" * 201}, "200"),
        ({"people": []}, "谁参加了"),
        ({"people": ["x", "99999999", "-1"]}, "谁参加了"),
        ({"day": ""}, "哪天"),
        ({"day": "2026-02-30"}, "没有这一天"),
        ({"day": "2026-03-06"}, "今天以后"),
        ({"day": "2026-03-05", "other_day": "2026-02-01"}, "31 天以内"),
        ({"unit": "0"}, "自己能记的组织"),
    ],
)
def test_bad_input_keeps_what_was_typed(noon, world, client, session, changes, part):
    client.sign_on(world.leader)
    typed = {"unit": world.group.id, "people": [world.member.id]} | FORM | {"result": "整改两处，已回看"}
    answer = client.post("/activities", data=typed | changes)
    assert answer.status_code == 422 and part in answer.text and "整改两处，已回看" in answer.text
    assert "长" in answer.text if "长" in changes.get("text", "") else True
    assert session.scalars(sa.select(Activity)).all() == []


def test_a_day_of_the_last_month_and_unknown_tags(noon, world, client, session):
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "other_day": "2026-02-02"}
    tags = {"minutes": "7", "brand": "gold", "two_way": "x", "dimension": "ZZ"}
    assert client.sign_on(world.leader).post("/activities", data=typed | tags).status_code == 303
    row = session.scalars(sa.select(Activity)).one()
    assert str(row.happened_on) == "2026-02-02"
    assert (row.minutes, row.brand, row.two_way, row.dimension) == (None, None, None, "SE")


@pytest.mark.parametrize(("preset", "number"), [("all", 4), ("none", 0)])
def test_everybody_and_nobody_without_scripts(noon, world, client, session, preset, number):
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "preset": preset}
    answer = client.sign_on(world.leader).post("/activities", data=typed)
    assert answer.status_code == 200 and len(people_of(answer.text)) == number
    assert FORM["text"] in answer.text and session.scalars(sa.select(Activity)).all() == []


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("member", "朱雀", 303), ("probationer", "朱雀", 303), ("leader", "朱雀", 303), ("secretary", "朱雀", 303),
        ("secretary", "红柳", 303), ("member", "玄武", 422), ("leader", "玄武", 422), ("leader", "红柳", 422),
        ("secretary", "苍龙", 422), ("activist", "朱雀", 403), ("unit_officer", "朱雀", 422),
    ],
)  # fmt: skip
def test_for_which_units_somebody_may_jot(noon, world, client, session, role, unit, status):
    """No office needs to be opened: it happens on the shop floor, is visible and can be withdrawn."""
    typed = FORM | {"unit": world.units[unit].id, "people": [world.member.id]}
    assert client.sign_on(world.actors[role]).post("/activities", data=typed).status_code == status
    assert len(session.scalars(sa.select(Activity)).all()) == (status == 303)


def test_only_people_of_the_branch_can_be_named(noon, world, client, session):
    people = [world.member.id, world.sister.id, world.stranger.id, world.activist.id]
    client.sign_on(world.leader).post("/activities", data=FORM | {"unit": world.group.id, "people": people})
    assert session.scalars(sa.select(Participation.person_id)).all() == [world.member.id]


def test_forms_name_their_fields(noon, world, client, session):
    more = {"by_id": world.member.id, "branch_id": world.sister_branch.id, "points": "99", "answer": "yes"}
    typed = FORM | {"unit": world.group.id, "people": [world.member.id]} | more
    client.sign_on(world.leader).post("/activities", data=typed)
    row = session.scalars(sa.select(Activity)).one()
    assert (row.by_id, row.branch_id) == (world.leader.id, world.branch.id)
    assert session.scalar(sa.select(Participation.answer)) is None


# --- answering --------------------------------------------------------------------------------------------------------


def said(session, person) -> tuple:
    where = Participation.person_id == person.id
    return tuple(session.execute(sa.select(Participation.answer, Participation.remark).where(where)).one())


def test_the_named_answers_by_one_tap_at_home(done, world, client, session):
    page = client.sign_on(world.member).get("/").text
    assert "请您确认" in page and done.text in page
    action = re.search(rf'action="(/activities/{done.id}/answer)"', page)[1]
    answer = client.post(action, data={"answer": "yes", "to": "home"})
    assert answer.status_code == 303 and answer.location == "/"
    assert said(session, world.member) == ("yes", None) and "请您确认" not in client.get("/").text


def test_differing_needs_a_line_and_everybody_sees_it(done, world, client, session):
    client.sign_on(world.member)
    path = f"/activities/{done.id}/answer"
    refused = client.post(path, data={"answer": "differs", "remark": ""})
    assert refused.status_code == 422 and "哪里有出入" in refused.text
    assert client.post(path, data={"answer": "differs", "remark": "是前一天的事"}).status_code == 303
    assert said(session, world.member) == ("differs", "是前一天的事")
    page = client.sign_on(world.leader).get(f"/activities/{done.id}").text
    assert "是前一天的事" in page and "说有出入" in page
    assert "1 人说有出入" in client.get("/activities").text


def test_one_may_change_ones_mind(done, world, client, session):
    client.sign_on(world.member)
    for answer in ("no", "yes", "yes"):
        assert client.post(f"/activities/{done.id}/answer", data={"answer": answer}).status_code == 303
    assert said(session, world.member) == ("yes", None)


@pytest.mark.parametrize(
    ("role", "status"), [("neighbour", 422), ("secretary", 422), ("sister", 404), ("auditor", 403)]
)
def test_only_the_named_answer(done, world, client, session, role, status):
    client.sign_on(world.actors[role], office=True)
    assert client.post(f"/activities/{done.id}/answer", data={"answer": "no"}).status_code == status
    assert session.scalars(sa.select(Participation.answer).where(Participation.answer == "no")).all() == []


def test_silence_counts_after_seven_days_and_the_page_says_so(done, world, client, at):
    client.sign_on(world.member)
    assert "到3月12日还没有异议，就按记的人的话算" in client.get(f"/activities/{done.id}").text
    at("2026-03-12 12:00")
    page = client.get(f"/activities/{done.id}").text
    assert "按记的人的话算" in page and "7 天没有异议" in page
    assert "请您确认" not in client.get("/").text
    assert client.post(f"/activities/{done.id}/answer", data={"answer": "no"}).status_code == 303


# --- changing and withdrawing -----------------------------------------------------------------------------------------


def test_the_author_changes_it_until_somebody_answers(done, world, client, session):
    client.sign_on(world.leader)
    page = client.get(f"/activities/{done.id}/edit").text
    assert done.text in page and set(people_of(page)) == {world.leader.id, world.member.id, world.probationer.id}
    typed = FORM | {"text": "四号工位", "people": [world.leader.id, world.member.id, world.neighbour.id]}
    assert client.post(f"/activities/{done.id}/edit", data=typed).status_code == 303
    assert session.scalar(sa.select(Activity.text)) == "四号工位"
    named = set(session.scalars(sa.select(Participation.person_id)))
    assert named == {world.leader.id, world.member.id, world.neighbour.id}
    client.sign_on(world.member).post(f"/activities/{done.id}/answer", data={"answer": "yes"})
    refused = client.sign_on(world.leader).post(f"/activities/{done.id}/edit", data=typed | {"text": "五号工位"})
    assert refused.status_code == 409 and "补记" in refused.text
    assert client.get(f"/activities/{done.id}/edit").status_code == 422
    assert session.scalar(sa.select(Activity.text)) == "四号工位"


def test_a_remark_can_always_be_added(done, world, client, session, at):
    at("2026-04-01 12:00")
    client.sign_on(world.leader)
    assert client.post(f"/activities/{done.id}/remarks", data={"words": ""}).status_code == 422
    assert client.post(f"/activities/{done.id}/remarks", data={"words": "防护栏已焊好"}).status_code == 303
    assert session.scalar(sa.select(Activity.result)) == "防护栏已焊好（4月1日补记）"
    for _ in range(12):
        last = client.post(f"/activities/{done.id}/remarks", data={"words": "长" * 100})
    assert last.status_code == 422 and len(session.scalar(sa.select(Activity.result))) <= 500


@pytest.mark.parametrize(
    ("role", "edit", "withdrawal"),
    [
        ("leader", 303, 303),
        ("member", 403, 403),
        ("neighbour", 403, 403),
        ("secretary", 403, 303),
        ("sister", 404, 404),
    ],
)
def test_who_changes_and_who_withdraws(done, world, client, role, edit, withdrawal):
    client.sign_on(world.actors[role], office=True)
    typed = FORM | {"people": [world.leader.id]}
    assert client.post(f"/activities/{done.id}/edit", data=typed).status_code == edit
    assert client.post(f"/activities/{done.id}/withdrawal", data={"reason": "记重了"}).status_code == withdrawal


def test_what_is_withdrawn_leaves_the_timeline_but_not_its_page(done, world, client, session):
    client.sign_on(world.leader)
    assert client.post(f"/activities/{done.id}/withdrawal", data={"reason": ""}).status_code == 422
    assert client.post(f"/activities/{done.id}/withdrawal", data={"reason": "记重了"}).status_code == 303
    assert done.text not in client.get("/activities").text
    page = client.sign_on(world.member).get(f"/activities/{done.id}").text
    assert "已撤回" in page and "记重了" in page
    assert "请您确认" not in client.get("/").text
    assert client.post(f"/activities/{done.id}/answer", data={"answer": "no"}).status_code == 422
    assert (
        client.sign_on(world.leader).post(f"/activities/{done.id}/remarks", data={"words": "再补"}).status_code == 422
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("member", 200), ("neighbour", 200), ("activist", 200), ("secretary", 200), ("unit_officer", 200),
     ("auditor", 200), ("sister", 404), ("stranger", 404), ("account_officer", 404)],
)  # fmt: skip
def test_who_sees_it(done, world, client, role, status):
    client.sign_on(world.actors[role], office=True)
    assert client.get(f"/activities/{done.id}").status_code == status
    assert client.get("/activities", query_string={"unit": world.group.id}).status_code == status


# --- the timeline -----------------------------------------------------------------------------------------------------


def test_filters_and_words(done, world, client, session):
    other = activity(
        session, world.units["玄武"].id, branch=world.branch.id, by=world.neighbour.id, people=(world.neighbour.id,),
        sort="study", text="学习 100% 的条例", brand="green",
    )  # fmt: skip
    old = activity(
        session, world.group.id, branch=world.branch.id, by=world.leader.id, text="去年的事",
        at=clock.beijing("2025-12-30 12:00"),
    )  # fmt: skip
    client.sign_on(world.member)

    def found(**asked) -> set[int]:
        page = client.get("/activities", query_string={"unit": world.branch.id} | asked).text
        return {int(one) for one in re.findall(r'<h3><a href="/activities/(\d+)"', page)}

    assert found() == {done.id, other.id}
    assert found(unit=world.group.id) == {done.id} and found(unit="") == {done.id}
    assert found(sort="study") == {other.id} and found(brand="green") == {other.id}
    assert found(person=world.member.id) == {done.id} and found(quarter="2025Q4") == {old.id}
    assert found(q="铁水包") == {done.id} and found(q="100%") == {other.id} and found(q="1_0") == set()
    nonsense = {"sort": "x", "brand": "x", "person": "x", "before": "x"}
    assert found(**nonsense) == {done.id, other.id}


def test_the_timeline_pages_by_the_last_row_seen(noon, world, client, session):
    for number in range(2 * PAGE + 5):
        activity(session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(world.member.id,),
                 at=clock.now() - timedelta(days=number % 20))  # fmt: skip
    client.sign_on(world.member)
    seen, page = [], client.get("/activities").text
    for _ in range(4):
        seen += [int(one) for one in re.findall(r'<h3><a href="/activities/(\d+)"', page)]
        if not (more := re.search(r'href="(\?[^"]*before=[^"]*)"', page)):
            break
        page = client.get("/activities" + more[1].replace("&amp;", "&")).text
    assert len(seen) == len(set(seen)) == 2 * PAGE + 5


def test_the_timeline_costs_the_same_for_3_and_30(noon, world, client, session, statements):
    client.sign_on(world.member)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            activity(session, world.group.id, branch=world.branch.id, by=world.leader.id,
                     people=(world.member.id, world.leader.id))  # fmt: skip
        session.commit()
        with statements() as seen:
            assert client.get("/activities").status_code == 200
        counts.append(len([one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH"))]))
    logging_in = 1
    assert counts[0] == counts[1] <= 7 + logging_in


def test_coverage_names_people_in_stroke_order_without_a_rank(done, world, client):
    page = client.sign_on(world.secretary).get("/activities", query_string={"unit": world.branch.id}).text
    assert "参与过：田富、田大利、章志刚" in page.replace("\n", "")
    assert "还没有：" in page and "3／4 人" in page and "第1名" not in page


def test_hostile_text_stays_text(noon, world, client):
    bad = "<b>x</b>\u202e\x00'\"=1+1{{7*7}}"
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "text": bad, "result": bad}
    client.sign_on(world.leader)
    page = client.get(client.post("/activities", data=typed).location).text
    assert "<b>x</b>" not in page and "&lt;b&gt;x&lt;/b&gt;" in page and "{{7*7}}" in page and "\u202e" not in page

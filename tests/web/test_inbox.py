"""待审: what waits for whom, batches, own ones shown with who decides, counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from partygroup.scores.inbox import MOST, done_by
from tests.factories import declaration, post


@pytest.fixture(autouse=True)
def now(at):
    return at("2026-07-06 10:00")


@pytest.fixture
def made(session, world):
    """Return a function that makes a declaration of somebody's in a state."""

    def make(state: str, who: str = "member", **columns):
        actor = world.actors[who]
        return declaration(session, actor.id, actor.branch_id, group_id=actor.group_id, state=state, **columns)

    return make


def key(one) -> str:
    return f"{one.id}.{one.version}"


# --- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [
    ("leader", 200), ("secretary", 200), ("unit_officer", 200), ("member", 403), ("company_officer", 403),
    ("auditor", 403), ("account_officer", 403),
])  # fmt: skip
def test_who_has_an_inbox(client, world, role, status):
    assert client.sign_on(world.actors[role], office=True).get("/inbox").status_code == status


@pytest.mark.parametrize(("role", "seen"), [
    ("leader", {"submitted"}),
    ("neighbour", set()),
    ("secretary", {"group_reviewed", "confirmed", "disputed"}),
    ("sister", set()),
    ("unit_officer", {"under_appeal"}),
])  # fmt: skip
def test_what_waits_for_whom(client, world, made, role, seen):
    states = ("draft", "submitted", "returned", "group_reviewed", "confirmed", "in_publicity", "disputed",
              "under_appeal", "effective", "rejected", "reversed")  # fmt: skip
    for state in states:
        made(state, text=f"此件{state}。", confirmed_by=world.deputy.id)
    page = client.sign_on(world.actors[role], office=True).get("/inbox").text
    assert {state for state in states if f"此件{state}。" in page} == seen
    assert f"待审 {len(seen)}" in page


def test_an_empty_inbox(client, world):
    assert "没有等您办的" in client.sign_on(world.leader).get("/inbox").text


def test_the_secretarys_wait_for_the_unit_office(client, world, made):
    made("group_reviewed", "secretary", text="书记的任务")
    office = client.sign_on(world.unit_officer, office=True).get("/inbox").text
    assert "书记的任务" in office and 'name="chosen"' in office
    own = client.sign_on(world.secretary, office=True).get("/inbox").text
    assert "由上级党委党群部门确认" in own and 'name="chosen"' not in own and "一起确认" not in own
    deputy = client.sign_on(world.deputy, office=True).get("/inbox").text
    assert "这是支部书记的申报，由上级党委党群部门确认" in deputy and 'name="chosen"' not in deputy


def test_own_and_reviewed_ones_are_shown_with_who_can(client, world, made, session):
    post(session, world.leader.id, world.branch.id, "discipline_officer")
    made("group_reviewed", "deputy", text="副书记的")
    made("group_reviewed", reviewed_by=world.leader.id, text="小组核实过的")
    page = client.sign_on(world.deputy, office=True).get("/inbox").text
    assert "这是您自己的申报，可以由宋玉梅、章志刚确认" in page and page.count('name="chosen"') == 1
    page = client.sign_on(world.leader, office=True).get("/inbox").text
    assert "这条是您在小组核实的，可以由宋玉梅、罗少华确认" in page and page.count('name="chosen"') == 1


def test_who_answers_an_objection(client, world, made):
    made("disputed", confirmed_by=world.secretary.id)
    page = client.sign_on(world.secretary, office=True).get("/inbox").text
    assert "这条是您确认的，由罗少华答复" in page


def test_objections_are_never_crowded_out(client, world, made):
    for _ in range(101):
        made("group_reviewed")
    made("disputed", "probationer", confirmed_by=world.deputy.id)
    page = client.sign_on(world.secretary, office=True).get("/inbox").text
    assert "异议" in page and "要办的多" in page


def test_the_unit_office_does_not_answer_for_the_branch(client, world, made):
    one = made("disputed", confirmed_by=world.deputy.id)
    client.sign_on(world.unit_officer, office=True)
    answer = client.post(f"/declarations/{one.id}/answer", data={"outcome": "uphold", "text": "属实"})
    assert answer.status_code in (403, 422) and one.state == "disputed"


# --- batches ----------------------------------------------------------------------------------------------------------


def test_a_leader_passes_several(client, world, made):
    ones = [made("submitted"), made("submitted", "probationer")]
    client.sign_on(world.leader)
    answer = client.post("/inbox/reviews", data={"chosen": [key(one) for one in ones]}, follow_redirects=True)
    assert "2 条已核实" in answer.text
    assert {(one.state, one.reviewed_by) for one in ones} == {("group_reviewed", world.leader.id)}


def test_the_committee_confirms_with_its_meeting(client, world, made):
    ones, own = [made("group_reviewed"), made("group_reviewed", "leader")], made("group_reviewed", "deputy")
    client.sign_on(world.deputy, office=True)
    chosen = {"chosen": [key(one) for one in (*ones, own)]}
    assert client.post("/inbox/confirmations", data=chosen).status_code == 422
    answer = client.post("/inbox/confirmations", data=chosen | {"meeting": "7月支委会"}, follow_redirects=True)
    assert "2 条已确认" in answer.text and "自己的申报要由别人来定" in answer.text
    assert [one.state for one in (*ones, own)] == ["confirmed", "confirmed", "group_reviewed"]
    assert {one.meeting_ref for one in ones} == {"7月支委会"}


def test_nothing_but_own_is_refused(client, world, made):
    own = made("group_reviewed", "secretary")
    client.sign_on(world.secretary, office=True)
    answer = client.post("/inbox/confirmations", data={"chosen": key(own), "meeting": "7月支委会"})
    assert answer.status_code == 422 and "自己的申报" in answer.text and own.state == "group_reviewed"


def test_a_second_confirmation_is_409(app, world, made):
    one = made("group_reviewed")
    data = {"chosen": key(one), "meeting": "7月支委会"}
    first, second = (app.test_client().sign_on(world.actors[role], office=True) for role in ("secretary", "deputy"))
    assert first.post("/inbox/confirmations", data=data).status_code == 303
    answer = second.post("/inbox/confirmations", data=data)
    assert answer.status_code == 409 and "刚刚有人处理过" in answer.text
    assert one.confirmed_by == world.secretary.id


def test_the_branch_publishes(client, world, made):
    one, own = made("confirmed", text="甲"), made("confirmed", "secretary", text="乙")
    client.sign_on(world.secretary, office=True)
    client.post("/inbox/publications", data={"chosen": [key(one), key(own)]})
    assert {(row.state, str(row.public_until)) for row in (one, own)} == {("in_publicity", "2026-07-13")}


def test_a_propaganda_officer_does_not_publish(client, world, made, session):
    post(session, world.member.id, world.branch.id, "propaganda_officer")
    one = made("confirmed", "leader")
    client.sign_on(world.member, office=True)
    assert "等公示" not in client.get("/inbox").text
    client.post("/inbox/publications", data={"chosen": key(one)})
    assert one.state == "confirmed"


@pytest.mark.parametrize("path", ["reviews", "confirmations", "publications"])
def test_nobody_decides_out_of_reach(client, world, made, path):
    ones = [made(state) for state in ("submitted", "group_reviewed", "confirmed")]
    client.sign_on(world.sister, office=True)
    data = {"chosen": [key(one) for one in ones], "meeting": "7月支委会"}
    assert client.post(f"/inbox/{path}", data=data).status_code == 422
    assert [one.version for one in ones] == [1, 1, 1]


@pytest.mark.parametrize("chosen", ["", "x.y", "1", "1.1.1", "９.１", "0.0", "9" * 30 + ".1", "-1.1"])
def test_odd_ticks(client, world, chosen):
    answer = client.sign_on(world.leader).post("/inbox/reviews", data={"chosen": chosen})
    assert answer.status_code == 422 and "请至少选一条" in answer.text


def test_a_batch_settles_its_branch_first(client, world, made, at):
    """What the group left for seven days is passed on, whoever confirms something else that day."""
    late, one = made("submitted", "probationer"), made("group_reviewed")
    at("2026-07-20 10:00")
    client.sign_on(world.deputy, office=True)
    client.post("/inbox/confirmations", data={"chosen": key(one), "meeting": "7月支委会"})
    assert (late.state, late.unreviewed, one.state) == ("group_reviewed", True, "confirmed")


def test_what_i_have_decided(client, world, made):
    made("effective", confirmed_by=world.deputy.id, text="办过的事")
    page = client.sign_on(world.deputy, office=True).get("/inbox?view=done").text
    assert "办过的事" in page
    assert "办过的事" not in client.sign_on(world.secretary, office=True).get("/inbox?view=done").text


def test_the_newest_of_my_decisions_come_first_and_a_page_of_them(session, world, made, now):
    def decided(minutes: int, act: str) -> dict:
        return {f"{act}_by": world.deputy.id, f"{act}_at": now + timedelta(minutes=minutes)}

    both = [made("effective", **decided(2 * one, "reviewed")) for one in range(MOST)]
    both += [made("effective", **decided(2 * one + 1, "confirmed")) for one in range(MOST)]
    others = {"confirmed_by": world.secretary.id, "confirmed_at": now + timedelta(days=9)}
    both.append(made("effective", **decided(-1, "reviewed"), **others))
    newest = sorted(both[:-1], key=lambda one: one.confirmed_at or one.reviewed_at, reverse=True)[:MOST]
    assert [one.id for one in done_by(session, world.deputy.id)] == [one.id for one in newest]


# --- asleep -----------------------------------------------------------------------------------------------------------


def test_officers_give_the_password_first(client, world, made):
    made("group_reviewed", text="支部的事")
    answer = client.sign_on(world.secretary).get("/inbox")
    assert answer.status_code == 401 and "支部的事" not in answer.text


def test_a_leader_with_a_post_sees_the_groups_at_once(client, world, made, session):
    post(session, world.leader.id, world.branch.id, "discipline_officer")
    made("submitted", text="小组的事")
    one = made("group_reviewed", "neighbour", text="支部的事")
    client.sign_on(world.leader)
    page = client.get("/inbox").text
    assert "小组的事" in page and "支部的事" not in page and "支部还有 1 件" in page
    assert client.get("/inbox?all=1").status_code == 401
    data = {"chosen": key(one), "meeting": "7月支委会"}
    assert client.post("/inbox/confirmations", data=data).status_code == 401
    assert one.state == "group_reviewed"
    assert (
        client.post("/inbox/confirmations", data=data | {"office_password": world.leader.password}).status_code == 303
    )
    assert one.state == "confirmed"


# --- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "count"), [("leader", 2), ("secretary", 1), ("unit_officer", 2), ("member", None)])
def test_home_counts_what_waits(client, world, made, role, count):
    made("submitted")
    made("submitted", "probationer")
    made("group_reviewed", "deputy")
    made("group_reviewed", "secretary")
    made("under_appeal")
    page = client.sign_on(world.actors[role]).get("/").text
    assert ("积分申报等您办" in page) == bool(count)
    if count:
        assert f"{count} 件积分申报等您办" in page and f'<span class="nav-dot">{count}' in page


def test_a_full_inbox_costs_no_more(client, world, made, statements):
    client.sign_on(world.secretary, office=True)

    def cost(path):
        with statements() as seen:
            client.get(path)
        return len(seen)

    made("group_reviewed")
    few = cost("/inbox"), cost("/")
    for _ in range(20):
        made("group_reviewed", "leader")
        made("confirmed", "probationer")
    assert (cost("/inbox"), cost("/")) == few
    assert few[0] <= 7

"""From an activity: declaring in one tap; and what becomes of it when the activity says otherwise later."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.scores.models import Declaration, Source
from tests.factories import activity, declaration, post


@pytest.fixture(autouse=True)
def now(at):
    return at("2026-07-06 10:00")


def all_of(session) -> list[Declaration]:
    return session.scalars(sa.select(Declaration).order_by(Declaration.id)).all()


def test_an_activity_in_one_tap(client, world, session):
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id,
                    people=[world.leader.id, world.member.id])  # fmt: skip
    page = client.sign_on(world.leader).get(f"/activities/{done.id}").text
    assert "为 2 人申报 支部任务、服务职工、志愿劳动 +1.0" in page and "选别的项" in page
    page = client.get(f"/activities/{done.id}/declarations").text
    assert "为 2 人申报" in page and "为职工解决实际问题 +1.0" in page
    client.post(f"/activities/{done.id}/declarations")
    assert [one.item for one in all_of(session)] == ["PF-SERVE", "PF-SERVE"]
    answer = client.post(f"/activities/{done.id}/declarations", follow_redirects=True)
    assert "没有重复申报" in answer.text and "已经申报" in answer.text
    assert len(all_of(session)) == 2


def test_a_tap_by_mistake_is_taken_back(app, world, session):
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id,
                    people=[world.leader.id, world.member.id])  # fmt: skip
    leader, secretary = (app.test_client().sign_on(one) for one in (world.leader, world.secretary))
    leader.post(f"/activities/{done.id}/declarations")
    assert "点错了" in leader.get(f"/activities/{done.id}/declarations").text
    assert "点错了" not in secretary.get(f"/activities/{done.id}/declarations").text
    undoing = f"/activities/{done.id}/declarations/undoing"
    assert secretary.post(undoing).status_code == 422
    assert app.test_client().sign_on(world.member).post(undoing).status_code == 403
    assert "已撤回 2 人的申报" in leader.post(undoing, follow_redirects=True).text
    assert all_of(session) == []
    assert leader.post(undoing).status_code == 422


def test_without_a_lead_there_is_something_to_choose_first(client, world, session):
    """A shared one that somebody outside jotted: the button leads to the choice, it does not fail."""
    done = activity(session, world.group.id, world.branch.id, sort="hazard", by=world.secretary.id,
                    people=[world.leader.id, world.member.id])  # fmt: skip
    page = client.sign_on(world.leader).get(f"/activities/{done.id}").text
    assert "为参加的人申报积分" in page and "一般隐患 +0.5" not in page


@pytest.mark.parametrize(("role", "status"), [
    ("leader", 303), ("secretary", 303), ("member", 403), ("neighbour", 403), ("stranger", 404), ("sister", 404),
    ("auditor", 403),
])  # fmt: skip
def test_who_declares_from_an_activity(client, world, session, role, status):
    done = activity(
        session, world.group.id, world.branch.id, sort="service", by=world.leader.id, people=[world.member.id]
    )
    answer = client.sign_on(world.actors[role]).post(f"/activities/{done.id}/declarations")
    assert answer.status_code == status
    assert len(all_of(session)) == (status == 303)


def test_a_study_is_not_counted(client, world, session):
    done = activity(
        session, world.group.id, world.branch.id, by=world.leader.id, sort="study", people=[world.member.id]
    )
    client.sign_on(world.leader)
    assert "这类活动不计分" in client.get(f"/activities/{done.id}/declarations").text
    assert client.post(f"/activities/{done.id}/declarations").status_code == 422


# --- effort -----------------------------------------------------------------------------------------------------------


def test_long_lists_cost_no_more(client, world, session, statements):
    client.sign_on(world.member)

    def cost(path):
        with statements() as seen:
            client.get(path)
        return len(seen)

    declaration(session, world.member.id, world.branch.id)
    few = cost("/declarations")
    for _ in range(20):
        declaration(session, world.member.id, world.branch.id)
    assert cost("/declarations") == few <= 4


def test_a_leader_with_a_post_answers_in_both_parts(client, world, session):
    post(session, world.leader.id, world.branch.id, "discipline_officer")
    one = declaration(session, world.member.id, world.branch.id, group_id=world.group.id, state="group_reviewed",
                      reviewed_by=world.leader.id)  # fmt: skip
    page = client.sign_on(world.leader, office=True).get(f"/declarations/{one.id}").text
    assert "在小组核实的，请由另一位支委确认" in page


# --- an activity that says otherwise today ---


@pytest.fixture
def from_service(world, session):
    """Return an activity and a declaration made from it that waits for the committee."""
    done = activity(session, world.group.id, world.branch.id, sort="service", by=world.leader.id,
                    people=[world.member.id])  # fmt: skip
    one = declaration(
        session, world.member.id, world.branch.id, group_id=world.group.id, state="group_reviewed", item="PF-SERVE",
        points=10, activity_id=done.id, source=Source.ACTIVITY,
    )  # fmt: skip
    return done, one


def confirmed(app, world, one):
    client = app.test_client().sign_on(world.secretary, office=True)
    return client.post(f"/declarations/{one.id}/confirmation", data={"act": "confirm", "meeting": "7月支委会"})


def test_a_withdrawn_activity_stops_its_declarations(app, client, world, from_service):
    done, one = from_service
    client.sign_on(world.leader).post(f"/activities/{done.id}/withdrawal", data={"reason": "记错了"})
    answer = confirmed(app, world, one)
    assert answer.status_code == 422 and "后来撤回了" in answer.text and one.state == "group_reviewed"
    inbox = app.test_client().sign_on(world.secretary, office=True).get("/inbox").text
    assert "后来撤回了" in inbox and 'name="chosen"' not in inbox


@pytest.mark.parametrize(("answer", "said"), [("no", "本人对这次活动说“否”"), ("differs", "有出入"), ("yes", None)])
def test_the_own_word_on_the_activity_is_heeded(app, client, world, from_service, answer, said):
    done, one = from_service
    client.sign_on(world.member).post(f"/activities/{done.id}/answer", data={"answer": answer, "remark": "那天我没去"})
    refused = confirmed(app, world, one)
    assert (refused.status_code == 303) if said is None else (said in refused.text and one.state == "group_reviewed")

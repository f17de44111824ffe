"""A declaration whose activity was withdrawn later, or of which the person says otherwise, is not passed on."""

from __future__ import annotations

import pytest

from partygroup.scores.models import Source
from tests.factories import activity, declaration


@pytest.fixture(autouse=True)
def now(at):
    return at("2026-07-06 10:00")


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

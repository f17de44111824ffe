"""补课: who missed what, recorded in one tap, confirmed by the member in one, or denied (B12)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, MakeUp
from partygroup.db import AuditRow
from tests.factories import add
from tests.scorebook import held

pytestmark = pytest.mark.postgres


def missed_meeting(session, world, day: date, *, missed, came=(), **more) -> int:
    """Insert a held meeting of the leader's group that some have missed; return its id."""
    met = held(session, world.group.id, day, by=world.leader.id, came=[one.id for one in came], **more)
    for one in (*missed, *came):
        add(session, DueEntry, gathering_id=met, person_id=one.id, branch_id=world.branch.id, group_id=world.group.id,
            standing="full", counting="due", may_vote=True)  # fmt: skip
    session.commit()
    return met


@pytest.fixture
def met(session, world, at) -> int:
    at("2026-03-05 12:00")
    return missed_meeting(session, world, date(2026, 3, 2), missed=[world.member, world.probationer],
                          came=[world.leader])  # fmt: skip


@pytest.fixture
def here(world) -> str:
    return f"/groups/{world.group.id}/make-ups"


def sent(met: int, *people, **more) -> dict:
    ids = ",".join(str(one.id) for one in people)
    return {"gathering": met, "people": ids, "way": "briefing", "on_day": "2026-03-04"} | more


def standing(session) -> list[int]:
    return sorted(session.scalars(sa.select(MakeUp.person_id).where(MakeUp.undone_at.is_(None))))


def test_one_tap_for_each_or_one_for_all(met, here, world, client, session):
    client.sign_on(world.leader)
    page = client.get(here).text
    assert "田富" in page and "田大利" in page and "章志刚" not in page and "下次开会以前补" in page
    assert "2 人都补了" in page and "没有请假" in page
    for _ in range(2):
        assert client.post(here, data=sent(met, world.member)).location == here
    assert standing(session) == [world.member.id]
    page = client.get(here).text
    assert "已补课 1 人" in page and "等本人确认" in page
    client.post(here, data=sent(met, world.member, world.probationer))
    assert len(standing(session)) == 2 and "没有要补课的人" in client.get(here).text


def test_the_branch_sees_its_groups(met, world, client, session):
    client.sign_on(world.secretary, office=True)
    page = client.get(f"/branches/{world.branch.id}/make-ups").text
    assert "田富" in page
    client.post(f"/branches/{world.branch.id}/make-ups", data=sent(met, world.member))
    assert standing(session) == [world.member.id]
    assert f"/branches/{world.branch.id}/make-ups" in client.get("/").text


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("neighbour", 403), ("stranger", 404)])
def test_others_see_and_record_nothing(met, here, world, client, session, role, status):
    client.sign_on(world.actors[role], office=True)
    assert client.get(here).status_code == client.post(here, data=sent(met, world.member)).status_code == status
    assert standing(session) == []


def test_only_people_of_the_list_and_a_day_that_is_one(met, here, world, client, session):
    client.sign_on(world.leader)
    for wrong in (sent(met, world.neighbour), sent(met, world.leader), sent(met), sent(met, world.member, on_day=""),
                  sent(met, world.member, way="nap"), sent(met, world.member, on_day="2026-03-06")):  # fmt: skip
        assert client.post(here, data=wrong).status_code == 422
    assert client.post(here, data=sent(0, world.member)).status_code == 404
    assert standing(session) == []


@pytest.mark.parametrize(("following", "shown"), [("2026-02-28", True), ("2026-02-10", False)])
def test_the_window_ends_on_the_fifteenth_day_or_with_the_next_meeting(
    here, world, client, session, at, following, shown
):
    at("2026-02-28 12:00")
    missed_meeting(session, world, date(2026, 2, 2), missed=[world.member])
    missed_meeting(session, world, date.fromisoformat(following), missed=[], came=[world.member])
    assert ("田富" in client.sign_on(world.leader).get(here).text) is shown


# --- the member's word ------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(met, here, world, app) -> int:
    """Record the member's make-up at noon of March 5th; return the meeting."""
    assert app.test_client().sign_on(world.leader).post(here, data=sent(met, world.member)).status_code == 303
    return met


def say(client, met: int, word: str):
    return client.post(f"/meetings/{met}/make-up-answers", data={"answer": word})


def test_the_member_confirms_in_one_tap(recorded, here, world, client, session):
    page = client.sign_on(world.member).get("/").text
    assert (
        "3月2日党小组会的补课" in page and "昨天一对一传达 · 章志刚登记的" in page and "7 天没有说，按登记的算" in page
    )
    for _ in range(2):
        assert say(client, recorded, "yes").location == "/"
    assert "请您确认" not in client.get("/").text
    assert session.scalar(sa.select(MakeUp)).confirmed_at == clock.now()
    words = session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == world.member.id)).all()
    assert words.count("attendance.make_up.confirm") == 1
    assert "您已确认" in client.get(f"/meetings/{recorded}").text
    assert say(client, recorded, "no").status_code == 422
    assert "本人已确认" in client.sign_on(world.leader).get(here).text


def test_a_word_against_it_undoes_it_and_returns_to_the_host(recorded, here, world, client, session):
    client.sign_on(world.member)
    for _ in range(2):
        assert say(client, recorded, "no").status_code == 303
    row = session.scalar(sa.select(MakeUp))
    assert (row.undone_by, row.undone_reason) == (world.member.id, "本人说没有补")
    assert say(client, recorded, "yes").status_code == 422
    client.sign_on(world.leader)
    assert "本人说没有补" in client.get(here).text
    client.post(here, data=sent(recorded, world.member))
    assert standing(session) == [world.member.id]


def test_after_a_week_silence_has_answered(recorded, here, world, client, at):
    client.sign_on(world.member)
    at("2026-03-12 11:59")
    assert "请您确认" in client.get("/").text
    at("2026-03-12 12:00")
    assert "请您确认" not in client.get("/").text
    refused = say(client, recorded, "no")
    assert refused.status_code == 422 and "按登记的算" in refused.text
    assert "7 天没有说，按登记的算" in client.sign_on(world.leader).get(here).text


@pytest.mark.parametrize(("role", "word", "status"), [("probationer", "yes", 422), ("member", "maybe", 422),
                                                      ("sister", "yes", 404)])  # fmt: skip
def test_a_word_that_is_none(recorded, world, client, session, role, word, status):
    assert say(client.sign_on(world.actors[role]), recorded, word).status_code == status
    assert session.scalar(sa.select(MakeUp)).confirmed_at is None


def test_ones_own_record_asks_nobody(session, world, here, client, at):
    at("2026-03-05 12:00")
    met = missed_meeting(session, world, date(2026, 3, 2), missed=[world.leader])
    client.sign_on(world.leader).post(here, data=sent(met, world.leader))
    assert "请您确认" not in client.get("/").text

"""Minutes at the same moment: two confirm, or one edits while the other confirms; nothing is lost or left unsaid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

pytestmark = pytest.mark.postgres
TIMES = 6


def at_once(*acts) -> list:
    """Return what a few acts return that are let go in the same moment."""
    gate = Barrier(len(acts))

    def let_go(act):
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(let_go, acts))


@pytest.fixture
def written(desk) -> int:
    """Return the topic of minutes that are written and wait for two."""
    item = desk.topic()
    desk.write(**{f"gist_{item}": "组长：讲了三点"})
    return item


def sending(desk, who: str, path: str, **form):
    """Return an act that sends a form as somebody, whose login is made before."""
    client = desk.by(who)
    return lambda: client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})


def test_two_who_confirm_at_once_seal_it_once(desk, written):
    seen = desk.seen("leader")
    acts = [sending(desk, who, f"{desk.url}/confirmation", seen=seen) for who in ("leader", "member") * 2]
    answers = at_once(*acts)
    assert {answer.status_code for answer in answers} <= {303, 409, 422}
    minutes = desk.minutes
    assert minutes.chair_confirmed_at and minutes.recorder_confirmed_at and minutes.sealed_at
    assert desk.faults() == [] and "已封存" in desk.page("member")


@pytest.mark.parametrize("turn", range(TIMES))
def test_one_edits_while_the_other_confirms(desk, written, turn):
    desk.confirm("member")
    seen, text = desk.seen("leader"), f"组长：讲了三点，还有第{turn + 4}点"
    version, gist = desk.minutes.version, {f"gist-{written}": text}
    form = {"chair": desk.world.leader.id, "recorder": desk.world.member.id, "ended_at": "2026-03-05T17:20"}
    confirms = sending(desk, "leader", f"{desk.url}/confirmation", seen=seen)
    edits = sending(desk, "member", desk.url, version=version, **form, **gist)
    confirmed, edited = at_once(confirms, edits)
    minutes, page = desk.minutes, desk.page("member")
    if confirmed.status_code == 303:
        assert minutes.sealed_at and edited.status_code in (409, 422) and text in edited.text
        assert "组长：讲了三点" in minutes.body and text not in minutes.body
    else:
        assert confirmed.status_code == 409 and "改过了，请看过再确认" in confirmed.text
        assert edited.status_code == 303 and minutes.sealed_at is None and text in page
    assert desk.faults() == []


def test_what_came_after_the_seal_is_given_back(desk, written):
    for who in ("leader", "member"):
        desk.confirm(who)
    form = {"chair": desk.world.leader.id, "recorder": desk.world.member.id, "ended_at": "2026-03-05T17:20"}
    said = {f"gist-{written}": "组长：讲了三点，<b>还有</b>第四点"}
    answer = desk.send(desk.url, "member", version=1, **form, **said)
    assert answer.status_code == 409 and "没有存下的" in answer.text
    assert "讲了三点，&lt;b&gt;还有&lt;/b&gt;第四点" in answer.text and "第四点" not in desk.page("member")

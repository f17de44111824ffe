"""会议记录: written from what is known, confirmed by two, sealed; addenda, tasks, and a seal that tells (B11)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import DueEntry, Leave, Mark
from partygroup.meetings.models import AgendaItem, Gathering, Meeting, Sitting
from partygroup.minutes.models import Addendum, Gist, Minutes, Resolution
from tests.factories import gathering
from tests.scorebook import mark
from tests.web.conftest import met_of
from tests.web.desks import FROM_US, Desk

# --- writing ----------------------------------------------------------------------------------------------------------


def test_nothing_known_already_is_asked(desk):
    assert "学习上级文件" in desk.page()
    desk.topic()
    page = desk.page()
    assert f'<option value="{desk.world.leader.id}" selected' in page
    assert re.search(r'name="ended_at"[^>]*value="2026-03-05T17:20"', page)
    assert page.count("<textarea") == 1


def test_two_confirm_and_it_is_sealed(desk):
    item = desk.topic()
    assert desk.write(**{f"gist_{item}": "组长：讲了要点"}).status_code == 303
    assert desk.confirm("member").status_code == 303 and desk.minutes.sealed_at is None
    assert desk.confirm("leader").status_code == 303
    minutes = desk.minutes
    assert minutes.sealed_at and len(minutes.digest) == 64 and desk.faults() == []
    page = desk.page("member")
    assert "已封存" in page and "组长：讲了要点" in page and 'name="gist-' not in page


@pytest.mark.parametrize(("field", "value", "said"), [
    ("recorder", "leader", "要是两个人"), ("recorder", "", "请选记录人"), ("chair", "", "请选主持人"),
    ("chair", "neighbour", "从名单里选"), ("ended_at", "2026-03-05T16:00", "散会时间要在开会以后"),
    ("ended_at", "2026-03-07T16:00", "一天以内"), ("ended_at", "", "请写散会的时间"), ("ended_at", "昨天", "请写成"),
])  # fmt: skip
def test_a_head_that_cannot_be_is_said_and_what_was_typed_stays(desk, field, value, said):
    item, ids = desk.topic(), desk.world.actors
    form = {"chair": desk.world.leader.id, "recorder": desk.world.member.id, "ended_at": "2026-03-05T17:20"}
    form |= {field: ids[value].id if value in ids else value, f"gist-{item}": "写了很久的要点", "version": 0}
    answer = desk.send(desk.url, **form)
    assert answer.status_code == 422 and said in answer.text and "写了很久的要点" in answer.text
    assert desk.minutes is None


@pytest.mark.parametrize(("gap", "said"), [
    ("open", "签到还没有结束"), ("topic", "没有议题"), ("gist", "还没有写要点"), ("chair", "主持人没有签到"),
    ("recorder", "记录人没有签到"),
])  # fmt: skip
def test_what_is_missing_is_said_before_confirming(app, session, opened, world, at, gap, said):
    """Each person due has a status, chair and recorder came, each topic says something (domain.md 14.16, 14.17)."""
    desk = Desk(app, session, opened, world)
    for who, missing in (("leader", "chair"), ("member", "recorder")):
        if gap != missing:
            mark(session, opened.id, world.actors[who].id, at=clock.now())
    session.commit()
    at("2026-03-05 17:20")
    if gap != "open":
        desk.send(f"{opened.url}/closing")
    desk.write(**({} if gap == "topic" else {f"gist_{desk.topic()}": "" if gap == "gist" else "要点"}))
    page = desk.page()
    assert said in page and 'name="seen"' not in page
    answer = desk.confirm("leader", seen="0" * 64)
    assert answer.status_code == 422 and said in answer.text and desk.minutes.sealed_at is None


def test_leave_that_waits_is_said(desk):
    other = desk.someone()
    asked = {"sort": "sick", "asked_at": clock.now(), "asked_by": other}
    desk.session.execute(sa.insert(Leave).values(gathering_id=desk.met.id, person_id=other, **asked))
    desk.session.commit()
    desk.write(**{f"gist_{desk.topic()}": "要点"})
    assert "请假还没有批" in desk.page()


def test_of_two_who_write_at_once_nothing_is_lost(desk):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "组长写的"})
    second = desk.write("member", version=0, **{f"gist_{item}": "记录人写的"})
    assert second.status_code == 409 and "组长写的" in second.text and "记录人写的" in second.text
    assert desk.session.scalar(sa.select(Gist.text)) == "组长写的"
    assert desk.write("member", **{f"gist_{item}": "组长写的\n记录人写的"}).status_code == 303


def test_a_slip_of_the_keys_takes_nothing_from_who_wrote_meanwhile(desk):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "组长写的"})
    slip = desk.write("member", version=0, ended_at="昨天", **{f"gist_{item}": "记录人写的"})
    assert slip.status_code == 422
    carried = int(re.search(r'name="version" value="(\d+)"', slip.text)[1])
    assert desk.write("member", version=carried, **{f"gist_{item}": "记录人写的"}).status_code == 409
    assert desk.session.scalar(sa.select(Gist.text)) == "组长写的"


def test_the_same_again_changes_nothing(desk):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    desk.confirm("leader")
    for version in (None, 0):  # a double tap sends what was read before the first one
        assert desk.write(version=version, **{f"gist_{item}": "要点"}).status_code == 303
    assert desk.minutes.version == 1 and desk.minutes.chair_confirmed_at


def test_what_the_minutes_speak_of_stays_on_the_agenda_until_it_is_emptied(desk):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    answer = desk.send(f"{desk.met.url}/agenda/{item}/dropping")
    assert answer.status_code == 422 and "记录里已经写了这一条" in answer.text
    desk.write(**{f"gist_{item}": ""})
    assert desk.send(f"{desk.met.url}/agenda/{item}/dropping").status_code == 303
    assert desk.session.scalar(sa.select(sa.func.count(AgendaItem.id))) == 0


# --- confirming -------------------------------------------------------------------------------------------------------


def test_editing_while_the_other_confirms_is_told(desk):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    seen = desk.seen("member")
    desk.confirm("leader")
    desk.write("member", **{f"gist_{item}": "要点，改过"})
    assert desk.minutes.chair_confirmed_at is None
    answer = desk.confirm("member", seen)
    assert answer.status_code == 409 and "改过了，请看过再确认" in answer.text and desk.minutes.sealed_at is None


@pytest.mark.parametrize(("path", "form"), [("confirmation", {"seen": "0" * 64}), ("resolutions", {"resolved": ""})])
def test_what_is_refused_elsewhere_on_the_page_leaves_the_head_as_it_was_kept(desk, path, form):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    answer = desk.send(f"{desk.url}/{path}", item=item, **form)
    assert answer.status_code in (409, 422)
    assert f'<option value="{desk.world.leader.id}" selected' in answer.text
    assert f'<option value="{desk.world.member.id}" selected' in answer.text
    assert re.search(r'name="ended_at"[^>]*value="2026-03-05T17:20"', answer.text)


def test_who_came_is_part_of_what_is_confirmed(desk, world):
    desk.write(**{f"gist_{desk.topic()}": "要点"})
    desk.confirm("leader")
    other = desk.someone()
    mark(desk.session, desk.met.id, other, at=clock.now())
    desk.session.commit()
    desk.confirm("member")
    minutes = desk.minutes
    assert minutes.recorder_confirmed_at and minutes.chair_confirmed_at is None and minutes.sealed_at is None
    desk.confirm("leader")
    assert desk.minutes.sealed_at and desk.faults() == []


def test_only_the_two_confirm(desk):
    desk.write(**{f"gist_{desk.topic()}": "要点"})
    answer = desk.by("secretary", office=True).post(
        f"{desk.url}/confirmation", data={"seen": desk.seen("leader")}, headers=FROM_US
    )
    assert answer.status_code == 422 and "各自确认" in answer.text


# --- sealed -----------------------------------------------------------------------------------------------------------


def test_what_is_sealed_cannot_be_changed_by_any_page(desk, world):
    desk.seal()
    item = desk.session.scalar(sa.select(AgendaItem.id))
    entry = desk.session.scalar(sa.select(DueEntry.person_id).where(DueEntry.person_id == world.member.id))
    marked = desk.session.scalar(sa.select(Mark.id).where(Mark.person_id == entry))
    tries = [
        (
            desk.url,
            {"chair": world.leader.id, "recorder": world.member.id, "ended_at": "2026-03-05T17:30"},
        ),
        (f"{desk.url}/resolutions", {"item": item, "resolved": "再议一件"}),
        (f"{desk.met.url}/agenda", {"title": "再加一条"}),
        (f"{desk.met.url}/agenda/{item}/dropping", {}),
        (f"{desk.met.url}/marks/{marked}/undoing", {"reason": "没来"}),
        (f"{desk.url}/confirmation", {"seen": "x"}),
    ]
    for path, form in tries:
        assert desk.send(path, **form).status_code in (404, 409, 422), path
    assert desk.faults() == []


def test_an_addendum_keeps_the_seal(desk):
    desk.seal()
    digest = desk.minutes.digest
    assert desk.send(f"{desk.url}/addenda", text="补：当天还学了一份通报。").status_code == 303
    assert desk.send(f"{desk.url}/addenda", text="补：当天还学了一份通报。").status_code == 303
    assert desk.session.scalars(sa.select(Addendum.text)).all() == ["补：当天还学了一份通报。"]
    assert desk.minutes.digest == digest and desk.faults() == [] and "当天还学了一份通报" in desk.page("member")


def test_before_the_seal_there_is_nothing_to_add_to(desk):
    desk.write(**{f"gist_{desk.topic()}": "要点"})
    assert desk.send(f"{desk.url}/addenda", text="补一句").status_code == 422


LATER = clock.beijing("2026-03-05 18:00")
CHANGES = [
    (Minutes, {"body": Minutes.body + " "}), (Minutes, {"digest": "0" * 64}), (Minutes, {"ended_at": LATER}),
    (Minutes, {"begun_at": LATER}), (Minutes, {"sealed_at": LATER}), (Minutes, {"chair_confirmed_at": LATER}),
    (Gist, {"text": Gist.text + "。"}), (AgendaItem, {"title": "别的"}), (AgendaItem, {"ordinal": 9}),
    (Resolution, {"text": "别的"}), (Resolution, {"due_on": None}),
    (Meeting, {"theme": "别的"}), (Meeting, {"sealed_at": None}),
    (Sitting, {"place": "别处"}), (Sitting, {"starts_at": clock.beijing("2026-03-05 15:00")}),
    (Gathering, {"closed_at": LATER}),
    (Mark, {"note": "没带手机"}), (Mark, {"happened_at": LATER}), (Mark, {"door": "tick"}),
    (DueEntry, {"may_vote": False}), (DueEntry, {"standing": "probationary"}),
]  # fmt: skip
NAMES = [f"{model.__tablename__}-{'-'.join(change)}" for model, change in CHANGES]


@pytest.mark.parametrize(("model", "change"), CHANGES, ids=NAMES)
def test_any_changed_byte_is_told(desk, world, model, change):
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    task = {"item": item, "resolved": "每班点检一次", "owner": world.member.id, "due_on": "2026-03-20"}
    assert desk.send(f"{desk.url}/resolutions", **task).status_code == 303
    for who in ("leader", "member"):
        desk.confirm(who)
    assert desk.minutes.sealed_at and desk.faults() == []
    desk.session.execute(sa.update(model).values(change))
    desk.session.commit()
    assert len(desk.faults()) == 1 and f"会议 {desk.met.id}" in desk.faults()[0]


def test_a_row_taken_out_or_put_in_is_told(desk, world):
    desk.seal()
    desk.session.execute(sa.delete(Gist))
    desk.session.commit()
    assert len(desk.faults()) == 1
    other = desk.someone()
    desk.session.execute(sa.insert(Gist).values(item_id=desk.session.scalar(sa.select(AgendaItem.id)), text="x"))
    mark(desk.session, desk.met.id, other, at=clock.now())
    desk.session.commit()
    assert len(desk.faults()) == 1


# --- what was resolved ------------------------------------------------------------------------------------------------


@pytest.fixture
def task(desk, world) -> int:
    item = desk.topic()
    form = {"item": item, "resolved": "每班点检一次", "owner": world.member.id, "due_on": "2026-03-20"}
    desk.write(**{f"gist_{item}": "要点"})
    for _ in range(2):
        assert desk.send(f"{desk.url}/resolutions", **form).status_code == 303
    return desk.session.scalars(sa.select(Resolution.id)).one()


def test_what_was_resolved_begins_the_next_meeting_until_it_is_verified(app, desk, session, world, at, task):
    at("2026-04-02 16:20")
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-04-02 16:30"))
    later = Desk(app, session, met_of(app, session, row), world)
    app.test_client().sign_on(world.leader).post(f"{later.met.url}/opening")
    assert "每班点检一次" in later.page() and "过期" in later.page()
    where = f"{later.met.url}/tasks/{task}"
    assert desk.send(where, "member", to="done", how="").status_code == 422
    assert desk.send(where, "member", to="done", how="点检卡已挂上").status_code == 303
    assert desk.send(where, "member", to="verified").status_code == 422
    assert desk.send(where, to="open", how="还差丁班").status_code == 303
    assert desk.send(where, "member", to="done", how="都挂上了").status_code == 303
    assert desk.send(where, to="verified").status_code == 303
    assert "每班点检一次" not in later.page()
    assert desk.send(where, to="open", how="再看").status_code == 422


@pytest.mark.parametrize(("change", "said"), [
    ({"resolved": ""}, "请写一句议定了什么"), ({"owner": ""}, "请选谁来办"),
    ({"due_on": "2026-03-01"}, "期限早于开会那天"), ({"due_on": "明天"}, "请写成"),
    ({"resolved": "长" * 200}, "写得太长"), ({"owner": "999999"}, "从名单里选"),
])  # fmt: skip
def test_a_task_that_cannot_be_is_said(desk, world, change, said):
    item = desk.topic()
    form = {"item": item, "resolved": "每班点检", "owner": world.member.id, "due_on": "2026-03-20"} | change
    answer = desk.send(f"{desk.url}/resolutions", **form)
    assert answer.status_code == 422 and said in answer.text
    assert desk.session.scalar(sa.select(sa.func.count(Resolution.id))) == 0


def test_it_can_be_taken_off_before_the_seal(desk, task):
    version = desk.minutes.version
    assert desk.send(f"{desk.url}/resolutions/{task}/dropping").status_code == 303
    assert desk.session.scalar(sa.select(sa.func.count(Resolution.id))) == 0 and desk.minutes.version == version + 1


def test_minutes_entered_later_say_so(desk, at):
    at("2026-03-15 09:00")
    desk.write(**{f"gist_{desk.topic()}": "要点"})
    assert "补录，晚 10 天" in desk.page()


def test_of_a_gathering_entered_later_the_end_is_asked_once(app, session, world, at):
    at("2026-03-05 16:20")
    row = gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-03-05 16:30"),
                    kinds=("group_meeting", "political_birthday"))  # fmt: skip
    desk = Desk(app, session, met_of(app, session, row), world)
    desk.send(f"{desk.met.url}/opening")
    for who in (world.leader, world.member):
        mark(session, desk.met.id, who.id, at=clock.now())
    session.commit()
    at("2026-03-09 09:00")
    desk.send(f"{desk.met.url}/closing")
    other = session.scalar(sa.select(sa.func.max(Meeting.id)).where(Meeting.gathering_id == desk.met.id))
    asks = f"{desk.met.url}/minutes/{other}"
    assert 'name="ended_at" type="datetime-local" value=""' in desk.by("leader").get(asks).text
    form = {"chair": world.leader.id, "recorder": world.member.id, "ended_at": "2026-03-05T17:40", "version": 0}
    assert desk.send(desk.url, **form).status_code == 303
    assert re.search(r'name="ended_at"[^>]*value="2026-03-05T17:40"', desk.by("leader").get(asks).text)

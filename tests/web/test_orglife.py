"""组织生活会: stages, problems of whom and for whose eyes, opinions that three may read (B15; domain.md 5.7)."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Problem
from partygroup.activities.problems import problems_count
from partygroup.db import AuditRow
from partygroup.meetings.models import Meeting
from partygroup.orglife.models import Criticism, OrgLifeStage, Stage
from tests.factories import gathering
from tests.web.corners import all_rows

FROM_US = {"Sec-Fetch-Site": "same-origin"}
CANARY, SECRET = "金丝雀说他工作不细", "白鹭说他学习不够"
START = "2026-12-20 14:00"


class Desk:
    """The branch's organisational-life meeting in a test, not opened yet, and its page as somebody uses it."""

    def __init__(self, app, session, world):
        self.app, self.session, self.world = app, session, world
        self.met = gathering(session, world.branch.id, by=world.secretary.id, kinds=("org_life_meeting",),
                             starts_at=clock.beijing(START))  # fmt: skip
        session.commit()
        self.url = f"/meetings/{self.met.id}/org-life"

    def by(self, who: str, *, office: bool = True):
        return self.app.test_client().sign_on(self.world.actors[who], office=office)

    def page(self, who: str = "secretary") -> str:
        return self.by(who).get(self.url).text

    def send(self, path: str, who: str = "secretary", **form):
        return self.by(who).post(f"{self.url}{path}", data=form, headers=FROM_US)

    def date(self, stage: str, on: str = "2026-12-20", who: str = "secretary"):
        return self.send("/stages", who, stage=stage, on=on)

    def list(self, text: str = "会议开得太长", who: str = "secretary", **more):
        form = {"of": "", "owner": self.world.secretary.id, "due_on": "2027-01-31"} | more
        return self.send("/problems", who, text=text, **form)

    def criticise(self, who: str = "leader", about: str = "member", text: str = CANARY, **more):
        return self.send("/criticisms", who, about=self.world.actors[about].id, opinion=text, **more)

    def rows(self, model) -> list:
        self.session.expire_all()
        return list(self.session.scalars(sa.select(model).order_by(model.id)))

    def opinion(self) -> int:
        return self.rows(Criticism)[-1].id


@pytest.fixture
def desk(app, session, world, at) -> Desk:
    at("2026-12-20 18:00")
    return Desk(app, session, world)


# --- stages -----------------------------------------------------------------------------------------------------------


def test_stages_are_dated_in_any_order(desk):
    for stage in (Stage.CRITICISM, Stage.STUDY):
        assert desk.date(stage).status_code == 303
    assert [one.stage for one in desk.rows(OrgLifeStage)] == ["criticism", "study"]
    assert "2/7" in desk.page()


def test_a_day_is_put_right_and_the_same_again_changes_nothing(desk):
    for on in ("2026-12-19", "2026-12-18", "2026-12-18"):
        assert desk.date("study", on).status_code == 303
    assert [one.happened_on for one in desk.rows(OrgLifeStage)] == [date(2026, 12, 18)]
    changes = [row.after["day"] for row in desk.rows(AuditRow) if row.action == "orglife.stage.date"]
    assert changes == ["2026-12-19", "2026-12-18"]


@pytest.mark.parametrize(("stage", "on", "said"), [
    ("supper", "2026-12-20", "请选是哪一步"), ("study", "2026-12-21", "还没有到"), ("study", "", "请写是哪一天"),
    ("study", "2026-02-30", "日期"),
])  # fmt: skip
def test_a_stage_that_cannot_be_is_told(desk, stage, on, said):
    answer = desk.date(stage, on)
    assert answer.status_code == 422 and said in answer.text and desk.rows(OrgLifeStage) == []


def test_closure_waits_for_the_problems_of_this_meeting(desk):
    desk.list()
    answer = desk.date("closure")
    assert answer.status_code == 422 and "还有 1 个问题没有解决" in answer.text
    problem = desk.rows(Problem)[0]
    desk.by("secretary").post(f"/problems/{problem.id}/closing", data={"how": "改成四十分钟"}, headers=FROM_US)
    assert desk.date("closure").status_code == 303


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("leader", 403), ("sister", 404), ("unit_officer", 403)])
def test_others_date_nothing_and_list_nothing(desk, who, status):
    assert desk.date("study", who=who).status_code == desk.list(who=who).status_code == status


def test_a_leader_runs_the_meeting_of_the_own_group(desk, session):
    world = desk.world
    met = gathering(session, world.group.id, by=world.leader.id, kinds=("org_life_meeting",))
    desk.url = f"/meetings/{met.id}/org-life"
    assert desk.date("study", who="leader").status_code == 303
    assert desk.list(who="leader", owner=world.member.id).status_code == 303
    assert [(one.unit_id, one.branch_id) for one in desk.rows(Problem)] == [(world.group.id, world.branch.id)]
    assert desk.date("study", who="neighbour").status_code == 403


def test_another_kind_of_meeting_has_no_such_page(desk, session):
    met = gathering(session, desk.world.branch.id, by=desk.world.secretary.id, kinds=("member_meeting",))
    assert desk.by("secretary").get(f"/meetings/{met.id}/org-life").status_code == 404


def test_the_meeting_leads_there(desk):
    assert f'href="{desk.url}"' in desk.by("member").get(f"/meetings/{desk.met.id}").text


def test_once_opened_its_people_are_those_of_the_due_list(desk):
    desk.by("secretary").post(f"/meetings/{desk.met.id}/opening", headers=FROM_US)
    page = desk.page()
    assert f'<option value="{desk.world.member.id}"' in page and desk.world.activist.name not in page
    assert desk.list(of=desk.world.member.id).status_code == 303


# --- problems ---------------------------------------------------------------------------------------------------------


def test_a_problem_of_the_branch_is_everybodys(desk):
    desk.list()
    assert [(one.meeting_id, one.about_id) for one in desk.rows(Problem)] == [
        (desk.session.scalar(sa.select(Meeting.id)), None)
    ]
    for who in ("member", "neighbour", "unit_officer"):
        assert "会议开得太长" in desk.page(who)
        assert "会议开得太长" in desk.by(who).get(f"/problems?unit={desk.world.branch.id}").text


@pytest.mark.parametrize("who", [
    "member", "leader", "secretary", "deputy", "neighbour", "probationer", "unit_officer", "company_officer", "auditor",
])  # fmt: skip
def test_a_problem_of_somebody_is_for_few(desk, who):
    """It is the member's, the leader sees to it, the branch's officers know."""
    world = desk.world
    desk.list(CANARY, of=world.member.id, owner=world.leader.id)
    problem = desk.rows(Problem)[0]
    sees, one = who in ("member", "leader", "secretary", "deputy"), desk.by(who)
    for path in (desk.url, f"/problems?unit={world.branch.id}", f"/branches/{world.branch.id}/evaluation", "/audit"):
        assert sees or CANARY not in one.get(path).text, path
    assert (CANARY in one.get(desk.url).text) == sees
    assert one.get(f"/problems/{problem.id}").status_code == (200 if sees else 404)
    assert problems_count(desk.session, [world.branch.id], clock.Quarter(2027, 1)) == {}


def test_the_ledger_counts_no_problem_of_somebody(desk):
    desk.list(of=desk.world.member.id)
    desk.list("更衣柜不够")
    page = desk.by("member").get(f"/branches/{desk.world.branch.id}/ledger").text
    assert "问题 1 件，已解决 0 件" in page


@pytest.mark.parametrize(("more", "said"), [
    ({"of": 77777}, "请从名单里选是谁的问题"), ({"owner": ""}, "请选谁来改"), ({"due_on": ""}, "请写什么时候解决"),
    ({"due_on": "2026-12-01"}, "期限已经过了"), ({"text": ""}, "请写一句是什么问题"),
])  # fmt: skip
def test_a_problem_that_cannot_be_is_told_and_what_was_typed_stays(desk, more, said):
    answer = desk.list(**{"text": "会议开得太长"} | more)
    assert answer.status_code == 422 and said in answer.text and desk.rows(Problem) == []
    assert more.get("text") == "" or 'value="会议开得太长"' in answer.text


def test_a_double_tap_lists_one(desk):
    assert [desk.list(key="k" * 20).status_code for _ in range(2)] == [303, 303]
    assert len(desk.rows(Problem)) == 1


# --- opinions ---------------------------------------------------------------------------------------------------------


def test_whom_it_concerns_and_the_secretary_read_it_and_each_reading_is_kept(desk):
    desk.criticise()
    path = f"/criticisms/{desk.opinion()}/reading"
    for who in ("member", "leader", "secretary"):
        assert CANARY not in desk.page(who)
        answer = desk.send(path, who)
        assert answer.status_code == 200 and CANARY in answer.text
    readers = {(row.actor_id, row.person_id) for row in desk.rows(AuditRow) if row.action == "restricted.text.read"}
    world = desk.world
    assert readers == {
        (reader.id, one.id)
        for reader in (world.member, world.leader, world.secretary)
        for one in (world.member, world.leader)
    }
    assert "看限阅内容" in desk.by("member").get("/me/records").text


@pytest.mark.parametrize(("who", "status"), [
    ("deputy", 404), ("neighbour", 404), ("probationer", 404), ("activist", 404), ("sister", 404), ("stranger", 404),
    ("unit_officer", 404), ("company_officer", 404), ("account_officer", 404), ("auditor", 404),
])  # fmt: skip
def test_nobody_else_finds_it_and_no_page_of_theirs_shows_it(desk, app, who, status):
    desk.criticise()
    assert desk.send(f"/criticisms/{desk.opinion()}/reading", who).status_code == status
    one = desk.by(who)
    for path in (
        desk.url, f"{desk.url}/criticisms", f"/meetings/{desk.met.id}", f"/meetings/{desk.met.id}/minutes", "/audit",
        f"/branches/{desk.world.branch.id}/self-check", f"/people/{desk.world.member.id}", "/me/records", "/problems",
    ):  # fmt: skip
        page = one.get(path).text
        assert CANARY not in page and "写的</span>" not in page


def test_the_secretary_sees_of_whom_only_with_the_office_open(desk):
    desk.criticise()
    assert "给田富的" not in desk.page() and "支部书记看全部意见" in desk.page()
    assert desk.by("secretary", office=False).get(f"{desk.url}/criticisms").status_code == 401
    page = desk.by("secretary").get(f"{desk.url}/criticisms").text
    assert "给田富的" in page and CANARY not in page


def test_the_text_stands_in_its_column_and_nowhere_else(desk):
    desk.criticise()
    desk.send(f"/criticisms/{desk.opinion()}/reading", "secretary")
    tables = [name for name, rows in all_rows(desk.session).items() if any(CANARY in row for row in rows)]
    assert tables == ["criticism"]


def test_the_log_says_nothing_of_it(desk, caplog):
    desk.criticise()
    desk.send(f"/criticisms/{desk.opinion()}/reading", "member")
    assert CANARY not in caplog.text


def test_the_writer_takes_it_back_with_its_text(desk):
    desk.criticise()
    path = f"/criticisms/{desk.opinion()}/withdrawal"
    for who in ("member", "secretary"):
        assert desk.send(path, who).status_code == 403
    assert desk.send(path, "leader").status_code == 303
    assert desk.send(f"/criticisms/{desk.opinion()}/reading", "member").status_code == 404
    assert not any(CANARY in row for rows in all_rows(desk.session).values() for row in rows)


@pytest.mark.parametrize(("about", "text", "said"), [
    ("leader", CANARY, "写进自己的对照检查"), ("sister", CANARY, "请从名单里选"), ("activist", CANARY, "请从名单里选"),
    ("member", "", "请写意见"), ("member", "长" * 501, "最多 500 个字"),
])  # fmt: skip
def test_an_opinion_that_cannot_be_is_told(desk, about, text, said):
    answer = desk.criticise(about=about, text=text)
    assert answer.status_code == 422 and said in answer.text and desk.rows(Criticism) == []


def test_a_double_tap_writes_one_and_another_text_is_another(desk):
    assert [desk.criticise(key="k" * 20).status_code for _ in range(2)] == [303, 303]
    assert desk.criticise(key="k" * 20, text=SECRET).status_code == 409
    assert len(desk.rows(Criticism)) == 1


def test_who_does_not_belong_to_the_meeting_writes_none(desk):
    for who, status in (("activist", 422), ("sister", 404), ("unit_officer", 403)):
        assert desk.criticise(who).status_code == status
    assert re.search("写一条意见", desk.page("member")) and "写一条意见" not in desk.page("activist")

"""计分规则: in force in words, drafted by one of the company office, published by another; the work calendar (D1)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.people.models import Role
from partygroup.scores import editing
from partygroup.scores.models import Exemption, RuleTable
from partygroup.scores.presets import TABLE
from partygroup.workdays import WorkDay
from tests.factories import activity, add, person, post
from tests.scorebook import entry

TASK = "/rules/draft/lines/WP-TASK"
LINE = {"name": "按期完成承诺的重点任务", "cap": "8", "sign": "plus", "code-1": "WP-TASK", "name-1": "重点任务",
        "points-1": "2.5", "source-declared": "1", "origin": "本人申报", "by": "C", "share": "each"}  # fmt: skip


@pytest.fixture
def office(world, client, at):
    at("2026-08-20 12:00")
    return client.sign_on(world.company_officer, office=True)


@pytest.fixture
def other(app, session, world):
    """Return the client of another person of the company office."""
    someone = person(session, "晏海生", branch=world.branch.id, group=world.group.id)
    post(session, someone.id, world.company.id, Role.COMPANY_OFFICE)
    return app.test_client().sign_on(someone, office=True)


def tables(session) -> list[RuleTable]:
    return list(session.scalars(sa.select(RuleTable).order_by(RuleTable.version)))


def test_everybody_reads_the_table_in_force(world, client):
    text = client.sign_on(world.member).get("/rules").text
    for said in (
        "第 1 版",
        "示例标准",
        "重大隐患",
        "牵头人全额，成员减半，除牵头人外最多 5 人",
        "18.0/30.0",
        "每季最多 6.0",
    ):
        assert said in text, said
    assert "/rules/drafts" not in text


def test_a_draft_is_made_compared_and_published_by_another(office, other, session, world, client):
    assert office.post("/rules/drafts").status_code == 303
    assert office.post("/rules/drafts").status_code == 409
    assert "还没有改动" in office.get("/rules/draft").text
    assert office.post(TASK, data=LINE).status_code == 303
    text = office.get("/rules/draft").text
    for said in (
        "每季上限：6.0 → 8.0",
        "按期完成承诺的重点任务 +2.0 → 重点任务 +2.5",
        "要由公司党群工作部的另一位同志发布",
    ):
        assert said in text, said
    assert office.post("/rules/draft/publication").status_code == 403
    assert "从2026年第四季度起执行" in other.get("/rules/draft").text
    assert other.post("/rules/draft/publication", data={"note": "提高任务分"}).status_code == 303
    first, second = tables(session)
    assert first.body == TABLE and second.body["label"] == "本公司标准"
    assert (second.in_force_from, second.note) == (date(2026, 10, 1), "提高任务分")
    assert "第 1 版" in office.get("/rules").text and "每季最多 8.0" in office.get("/rules?version=2").text
    assert office.get("/rules/draft").status_code == 404
    listed = client.sign_on(world.member).get("/rules").text
    assert "晏海波起草，晏海生2026年8月20日发布 · 提高任务分" in listed and "将执行" in listed


def test_who_changed_it_last_cannot_publish(office, other):
    office.post("/rules/drafts")
    other.post(TASK, data=LINE)
    assert other.post("/rules/draft/publication").status_code == 403
    assert office.post("/rules/draft/publication").status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cap": "x"}, "“每季上限”请填数字"),
        ({"points-1": "2.55"}, "“重点任务”请填数字"),
        ({"points-1": ""}, "“重点任务”请填数字"),
        ({"name": " "}, "写一个名称"),
        ({"by": ""}, "请选择由谁确认"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(office, session, typed, sentence):
    office.post("/rules/drafts")
    answer = office.post(TASK, data=LINE | typed)
    assert answer.status_code == 422 and sentence in answer.text and 'value="重点任务"' in answer.text
    assert tables(session)[1].body == TABLE


def test_a_line_comes_another_goes_and_old_entries_stay(office, other, session, world, app, at):
    where = {"branch": world.branch.id, "by": world.secretary.id}
    entry(session, world.member.id, "SE-STOP", on=date(2026, 10, 8), points=5, **where)
    session.commit()
    office.post("/rules/drafts")
    typed = {"dimension": "SE", "code": "IDEA", "name": "安全建议", "sign": "plus", "name-1": "建议采纳",
             "points-1": "1", "source-activity": "1", "source-declared": "1", "by": "C", "share": "each"}  # fmt: skip
    assert "编号" in office.get("/rules/draft/lines/new").text
    assert office.post("/rules/draft/lines/new", data=typed).status_code == 303
    assert office.post("/rules/draft/lines/SE-STOP/removal").status_code == 303
    text = office.get("/rules/draft").text
    assert "新增计分项“安全建议”" in text and "删去计分项“制止违章、提醒纠正工友”" in text
    assert other.post("/rules/draft/publication").status_code == 303
    at("2026-10-09 12:00")
    member = app.test_client().sign_on(world.member)
    page, choices = member.get("/me/points").text, member.get("/declarations/new").text
    assert "制止违章、提醒纠正工友" in page and "制止违章" not in choices and "建议采纳 +1.0" in choices
    done = activity(session, world.group.id, world.branch.id, by=world.leader.id, people=(world.member.id,))
    session.commit()
    assert "建议采纳 +1.0" in app.test_client().sign_on(world.leader).get(f"/activities/{done.id}/declarations").text
    assert member.get("/rules/draft/lines/SE-IDEA").status_code == 404


def test_a_profile_that_does_not_add_up_is_not_kept(office, session):
    office.post("/rules/drafts")
    marks = {f"{part}-{code}": "10" for part in ("base", "full") for code in ("WP", "SE", "QI", "PF")}
    answer = office.post("/rules/draft/profiles/line", data={"name": "操作"} | marks)
    assert answer.status_code == 422 and "满分合计是40.0，请调到100.0" in answer.text
    assert (
        office.post(
            "/rules/draft/profiles/line", data=editing.shown_profile(TABLE, "line") | {"base-WP": "17"}
        ).status_code
        == 303
    )
    assert "“一线操作”工作绩效基础分：18.0 → 17.0" in office.get("/rules/draft").text


def test_a_draft_with_faults_is_not_published(office, other, session):
    office.post("/rules/drafts")
    body = TABLE | {"lines": [line | {"by": None} for line in TABLE["lines"]]}
    session.execute(sa.update(RuleTable).where(RuleTable.version == 2).values(body=body))
    session.commit()
    assert "发布以前要改好" in other.get("/rules/draft").text
    answer = other.post("/rules/draft/publication", data={"note": "先这样"})
    assert answer.status_code == 422 and "请选择由谁确认" in answer.text


def test_grounds_come_and_go_and_what_was_entered_keeps_its_words(office, other, session, world, app, at):
    add(session, Exemption, person_id=world.member.id, reason="ill", approved_by="支委会", from_on=date(2026, 8, 1))
    session.commit()
    office.post("/rules/drafts")
    typed = editing.shown_part(TABLE, "vetoes") | {"name-incident": "", "new": "醉驾"}
    office.post("/rules/draft/vetoes", data=typed)
    office.post("/rules/draft/exemptions", data=editing.shown_part(TABLE, "exemptions") | {"name-ill": ""})
    names = [veto["name"] for veto in tables(session)[1].body["vetoes"]]
    assert (len(names), names[-1]) == (4, "醉驾")
    text = office.get("/rules/draft").text
    assert "删去否决情形“对伤亡、火灾、重大设备或污染事故负有责任”" in text and "删去免予计分的情形“长期生病”" in text
    other.post("/rules/draft/publication")
    at("2026-10-09 12:00")
    page = app.test_client().sign_on(world.secretary, office=True).get(f"/people/{world.member.id}/points/cases").text
    assert "<b>长期生病</b>" in page and ">长期生病</option>" not in page
    typed = {"reason": "ill", "approved_by": "支委会", "from_on": "2026-10-09"}
    answer = (
        app.test_client()
        .sign_on(world.secretary, office=True)
        .post(f"/people/{world.member.id}/points/exemptions", data=typed)
    )
    assert answer.status_code == 422 and "请选一条免予计分的原因" in answer.text


@pytest.mark.parametrize("path", ["lines/XX-NONE", "profiles/none", "profiles/new", "none"])
def test_a_part_that_is_none_is_not_found(office, path):
    office.post("/rules/drafts")
    assert office.get(f"/rules/draft/{path}").status_code == 404
    assert office.post(f"/rules/draft/{path}").status_code == 404


def test_a_draft_can_be_given_up(office, session):
    office.post("/rules/drafts")
    assert office.post("/rules/draft/dropping").status_code == 303
    assert len(tables(session)) == 1


def test_the_work_calendar_is_read_by_all_and_changed_by_the_office(office, session, world, app):
    assert "还没有这一年的安排" in app.test_client().sign_on(world.member).get("/rules/workdays?year=2027").text
    wrong = [{"day": day, "name": "春节"} for day in ("", "2026-02-30", "0001-01-01", "9999-12-31")]
    for typed in (*wrong, {"day": "2026-02-17", "name": ""}):
        assert office.post("/rules/workdays", data=typed).status_code == 422
    for works in ("0", "1"):
        typed = {"day": "2027-01-22", "name": "春节", "working": works}
        assert office.post("/rules/workdays", data=typed).status_code == 303
    of_2027 = session.scalars(sa.select(WorkDay).where(WorkDay.day > date(2027, 1, 1)))
    assert [(row.day, row.working) for row in of_2027] == [(date(2027, 1, 22), True)]
    assert "2027年1月22日 星期五" in office.get("/rules/workdays?year=2027").text
    assert app.test_client().sign_on(world.secretary, office=True).post("/rules/workdays").status_code == 403

"""计分规则: in force in words, drafted by one of the company office, published by another; the work calendar (D1)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.people.models import Role
from partygroup.scores.models import RuleTable
from partygroup.scores.presets import TABLE
from partygroup.workdays import WorkDay
from tests.factories import person, post

LINE = {"part": "line", "code": "WP-TASK", "name": "按期完成承诺的重点任务", "cap": "8", "name-WP-TASK": "重点任务",
        "points-WP-TASK": "2.5"}  # fmt: skip


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
    assert office.post("/rules/draft", data=LINE).status_code == 303
    text = office.get("/rules/draft").text
    for said in ("每季上限：6.0 → 8.0", "“重点任务”分值：2.0 → 2.5", "要由公司党群工作部的另一位同志发布"):
        assert said in text, said
    assert office.post("/rules/draft/publication").status_code == 403
    assert "从2026年第四季度起执行" in other.get("/rules/draft").text
    assert other.post("/rules/draft/publication", data={"note": "提高任务分"}).status_code == 303
    first, second = tables(session)
    assert first.body == TABLE
    assert (second.in_force_from, second.note) == (date(2026, 10, 1), "提高任务分")
    assert "第 1 版" in office.get("/rules").text and "每季最多 8.0" in office.get("/rules?version=2").text
    assert office.get("/rules/draft").status_code == 404


def test_who_changed_it_last_cannot_publish(office, other):
    office.post("/rules/drafts")
    other.post("/rules/draft", data=LINE)
    assert other.post("/rules/draft/publication").status_code == 403
    assert office.post("/rules/draft/publication").status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cap": "x"}, "“每季上限”请填数字"),
        ({"points-WP-TASK": "2.55"}, "“重点任务”请填数字"),
        ({"points-WP-TASK": ""}, "“重点任务”请填数字"),
        ({"name": " "}, "写一个名称"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(office, session, typed, sentence):
    office.post("/rules/drafts")
    answer = office.post("/rules/draft", data=LINE | typed)
    assert answer.status_code == 422 and sentence in answer.text and 'value="重点任务"' in answer.text
    assert tables(session)[1].body == TABLE


def test_a_draft_with_faults_is_not_published(office, other):
    office.post("/rules/drafts")
    marks = {f"{part}-{code}": "10" for part in ("base", "full") for code in ("WP", "SE", "QI", "PF")}
    assert (
        office.post("/rules/draft", data={"part": "profile", "code": "line", "name": "操作"} | marks).status_code == 303
    )
    assert "满分合计是40.0，请调到100.0" in other.get("/rules/draft").text
    assert other.post("/rules/draft/publication").status_code == 422


def test_grounds_of_a_veto_come_and_go(office, session):
    office.post("/rules/drafts")
    typed = {"part": "vetoes", "name-punishment": "处分期内", "name-incident": "", "name-law": "违法", "new": "醉驾"}
    office.post("/rules/draft", data=typed | {"name-falsification": "弄虚作假"})
    names = [veto["name"] for veto in tables(session)[1].body["vetoes"]]
    assert names == ["处分期内", "弄虚作假", "违法", "醉驾"]
    assert "删去否决情形" in office.get("/rules/draft").text


@pytest.mark.parametrize("typed", [{"part": "line", "code": "XX-NONE"}, {"part": "profile", "code": "none"}])
def test_a_part_that_is_none_is_not_found(office, typed):
    office.post("/rules/drafts")
    assert office.post("/rules/draft", data=typed).status_code == 404


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

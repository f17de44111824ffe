"""The pages of evaluation: a branch's lines with their rows, periods, all branches; who may what."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Problem
from partygroup.activities.problems import cancel_problem
from partygroup.db import transaction
from partygroup.evaluation import periods
from partygroup.evaluation.models import BranchAward, CommitteeTerm, UnitVeto
from partygroup.scores.closing import close_quarter
from tests.factories import add, unit
from tests.rooms.test_evaluation import frozen, in_publicity
from tests.rooms.test_figures import HEADER, Q3, Desk, hazard, line

KEPT = {"awards": ("text", "document"), "vetoes": ("veto_document",), "terms": ()}
MODELS = {"awards": BranchAward, "vetoes": UnitVeto, "terms": CommitteeTerm}


@pytest.fixture
def desk(session, world, at) -> Desk:
    return Desk(session, world, at("2026-10-08 09:00"))


@pytest.fixture
def url(desk, world) -> str:
    desk.send(line("WP1", "97.5%", note="按计划口径"))
    desk.session.commit()
    return f"/branches/{world.branch.id}/evaluation"


def upload(text: str):
    return {"file": (io.BytesIO(text.encode("utf-8-sig")), "指标.csv")}


def test_a_line_opens_into_where_its_figure_is_from(app, url, world):
    text = app.test_client().sign_on(world.member).get(f"{url}?quarter=2026Q3").text
    assert "生产月报（按计划口径）" in text
    assert "九月指标.csv 第 2 行" in text
    assert "/awards" not in text


def test_satisfaction_comes_in_with_its_source_only(app, world, desk):
    desk.send(line("PF7", "86%", source="工会问卷统计", note="回收31份"))
    text = app.test_client().sign_on(world.member).get(f"/branches/{world.branch.id}/evaluation?quarter=2026Q3").text
    told = text.split("<b>职工群众满意度</b>")[1].split("</li>")[0]
    for words in ("86%", "采用：2026Q3", "工会问卷统计（回收31份）", "晏海波", "九月指标.csv 第 2 行"):
        assert words in told
    office = app.test_client().sign_on(world.company_officer, office=True)
    sent = office.post("/imports/figures", data=upload(f"{HEADER}\n{line('PF7', '90%', source='')}")
                       | {"unit_id": world.company.id})  # fmt: skip
    assert "来源" in office.get(sent.location).text and "digest" not in office.get(sent.location).text


def test_a_branch_beside_its_own_past_and_the_middle_of_its_unit(app, world, desk):
    """The middle of all branches of the unit committee in the same quarter: asked for while it runs, else shown."""
    for name in ("榆树党支部", "杨树党支部"):
        unit(desk.session, "branch", name, under=world.committee.id)
    shares = {world.branch.name: "97.5%", world.sister_branch.name: "90%", "榆树党支部": "80%"}
    desk.send(*(line("WP1", share, branch=name) for name, share in shares.items()))
    client, url = app.test_client().sign_on(world.member), f"/branches/{world.branch.id}/evaluation?quarter=2026Q3"
    page = client.get(url).text
    assert "各支部的中位数比" in page and "中位数：" not in page
    assert "中位数：工作绩效 27.0" in client.get(f"{url}&compare=1").text
    by = {"by": world.company_officer.id, "at": desk.at}
    with transaction(desk.session):
        period = periods.configure_period(desk.session, world.company.id, Q3, **by)
        periods.open_period(desk.session, period, **by)
        periods.collect(desk.session, period, **by)
        assert periods.freeze_period(desk.session, period, **by) == 6
    assert "中位数：工作绩效 27.0" in client.get(url).text
    later, own = (client.get(url.replace("Q3", quarter)).text for quarter in ("Q4", "Q3"))
    assert '?quarter=2026Q3"' in later.split("往期")[-1] and "还没有往期考评" in own


def test_office_sends_figures_and_confirms_what_was_shown(app, world, desk):
    office = app.test_client().sign_on(world.unit_officer, office=True)
    sent = office.post(
        "/imports/figures", data=upload(f"{HEADER}\n{line('WP1', '97.5%')}") | {"unit_id": world.committee.id}
    )
    shown = office.get(sent.location).text
    digest = shown.split('name="digest" value="')[1].split('"')[0]
    assert office.post(f"{sent.location}/applying", data={"digest": "x"}).status_code == 409
    assert office.post(f"{sent.location}/applying", data={"digest": digest}).status_code == 303
    assert desk.points(world.branch.id, "WP1") == 98


def test_a_row_about_a_person_that_came_before_is_shown_as_such(app, world, desk):
    office = app.test_client().sign_on(world.company_officer, office=True)
    rows = f"{HEADER}\n{hazard(world)}\n"

    def send(text: str) -> tuple[str, str]:
        shown = office.post("/imports/figures", data=upload(text) | {"unit_id": world.company.id}).location
        return shown, office.get(shown).text

    shown, text = send(rows)
    assert "以前登记过" not in text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    office.post(f"{shown}/applying", data={"digest": digest})
    assert "转党支部确认 1 条。" in office.get(shown).text
    shown, text = send(rows + hazard(world, note="第二处"))
    assert "以前登记过，不再提" in text and "请核对不是同一件事" in text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    office.post(f"{shown}/applying", data={"digest": digest})
    assert "转党支部确认 1 条，以前登记过、没有再提的 1 行。" in office.get(shown).text


def test_a_file_of_faulty_rows_is_not_said_to_change_nothing(app, world, desk):
    office = app.test_client().sign_on(world.company_officer, office=True)
    faulty = upload(f"{HEADER}\n{line('WP1', '约97')}") | {"unit_id": world.company.id}
    text = office.get(office.post("/imports/figures", data=faulty).location).text
    assert "没有一行可以导入" in text and "没有要改的" not in text


@pytest.mark.parametrize("role", ["secretary", "member", "auditor"])
def test_others_send_no_figures(app, world, desk, role):
    client = app.test_client().sign_on(getattr(world, role), office=True)
    assert client.get("/imports/figures").status_code == 403


@pytest.mark.parametrize(
    "text", ["", "甲,乙\n1,2", "期间,指标,来源\n2026Q3,WP1,报表"], ids=["empty", "other", "no value"]
)
def test_a_file_that_is_no_table_of_figures_is_refused(app, world, desk, text):
    office = app.test_client().sign_on(world.company_officer, office=True)
    answer = office.post("/imports/figures", data=upload(text) | {"unit_id": world.company.id})
    assert answer.status_code == 422


def test_a_period_from_setting_up_to_the_own_word_of_a_branch(app, url, world):
    office = app.test_client().sign_on(world.company_officer, office=True)
    assert office.post("/evaluation", data={"quarter": "2026Q3", "unit_id": world.company.id}).status_code == 303
    assert office.post("/evaluation/periods/1/opening").status_code == 303
    assert office.post("/evaluation/periods/1/freezing").status_code == 303
    secretary = app.test_client().sign_on(world.secretary, office=True)
    given = {"quarter": "2026Q3", "opinion": "数据属实"}
    assert secretary.post(f"{url}/self-score", data=given).status_code == 303
    assert "数据属实" in secretary.get(f"{url}?quarter=2026Q3").text
    again = secretary.post(f"{url}/self-score", data=given | {"opinion": "再来一遍"})
    assert (again.status_code, "再来一遍" in again.text) == (422, False)
    assert secretary.post(f"{url}/review", data=given).status_code == 403


def test_the_branch_objects_the_office_answers_and_only_then_it_is_final(app, url, world, desk, at):
    in_publicity(desk, world)
    quarter, page = {"quarter": "2026Q3"}, f"{url}?quarter=2026Q3"

    def by(role: str):
        return app.test_client().sign_on(getattr(world, role), office=role != "member")

    assert by("member").post(f"{url}/objections", data=quarter | {"objection": " "}).status_code == 422
    assert by("member").post(f"{url}/objections", data=quarter | {"objection": "隐患数不对"}).status_code == 303
    assert by("stranger").post(f"{url}/objections", data=quarter).status_code == 404
    told = {role: by(role).get(page).text for role in ("member", "secretary", "unit_officer")}
    assert "，您提的" in told["member"] and all("隐患数不对" in text for text in told.values())
    assert (
        "田富提" in told["unit_officer"] and "田富提" not in told["secretary"] and "/answers" not in told["secretary"]
    )
    assert "有异议等答复 1 个" in by("company_officer").get("/evaluation").text
    assert "1 条异议等答复" in by("unit_officer").get("/evaluation/2026Q3").text
    at("2026-11-02 09:00")
    held = by("company_officer").post(f"{url}/result", data=quarter)
    assert held.status_code == 422 and "还有 1 条异议没有答复" in held.text
    given = quarter | {"objection_id": "1", "answer": "核过，数据属实"}
    assert by("secretary").post(f"{url}/answers", data=given).status_code == 403
    for wrong, status in (({"answer": ""}, 422), ({"objection_id": "9"}, 404), ({"objection_id": "x"}, 404), ({}, 303)):
        assert by("unit_officer").post(f"{url}/answers", data=given | wrong).status_code == status
    assert "核过，数据属实" in by("member").get(page).text
    assert "田富" not in by("secretary").get("/audit").text
    assert by("company_officer").post(f"{url}/result", data=quarter).status_code == 303


def test_a_unit_office_sees_its_branches_in_order_and_no_other(app, url, world):
    text = app.test_client().sign_on(world.unit_officer, office=True).get("/evaluation/2026Q3").text
    assert text.index(world.branch.name) < text.index(world.sister_branch.name)
    assert world.foreign_branch.canary not in text


def test_a_unit_office_sees_the_company_s_period_and_how_far_its_own_branches_are(app, url, world, desk):
    by = {"by": world.company_officer.id, "at": desk.at}
    with transaction(desk.session):
        period = periods.configure_period(desk.session, world.company.id, Q3, **by)
        periods.open_period(desk.session, period, **by)
        periods.collect(desk.session, period, **by)
        assert periods.freeze_period(desk.session, period, **by) == 4
    unit, company = (app.test_client().sign_on(one, office=True) for one in (world.unit_officer, world.company_officer))
    seen = unit.get("/evaluation").text
    assert world.company.name in seen and "数据已冻结 2 个" in seen and "重新收集" not in seen
    assert "数据已冻结 4 个" in company.get("/evaluation").text


def test_a_frozen_page_shows_the_rows_known_then(app, url, world, desk):
    session, by = desk.session, {"by": world.company_officer.id, "at": desk.at}
    columns = {"branch_id": world.branch.id, "unit_id": world.branch.id, "owner_id": world.leader.id,
               "by_id": world.leader.id, "at": desk.at, "raised_on": Q3.first, "due_on": Q3.last}  # fmt: skip
    problem = session.get(Problem, add(session, Problem, text="照明偏暗", **columns))
    with transaction(session):
        period = periods.configure_period(session, world.company.id, Q3, **by)
        periods.open_period(session, period, **by)
        periods.collect(session, period, **by)
        periods.freeze_period(session, period, **by)
        later = desk.at + timedelta(hours=1)
        cancel_problem(session, problem, reason="不是问题", by=world.leader.id, at=later)
        close_quarter(session, world.branch.id, Q3, by=world.secretary.id, at=later)
    text = app.test_client().sign_on(world.member).get(f"{url}?quarter=2026Q3").text
    assert "照明偏暗" in text and "计分 9 人" in text


def test_a_quarter_to_come_has_no_page_and_so_no_link(app, url, world, desk):
    with transaction(desk.session):
        for quarter in (Q3, Q3.next().next()):
            periods.configure_period(desk.session, world.company.id, quarter, by=world.company_officer.id, at=desk.at)
    text = app.test_client().sign_on(world.company_officer, office=True).get("/evaluation").text
    assert '<a href="/evaluation/2026Q3">' in text
    assert "2027年第一季度" in text and "/evaluation/2027Q1" not in text


@pytest.mark.parametrize("quarter", ["", "x", "1900Q1", "9999Q4"])
def test_a_quarter_that_is_none_is_refused_in_forms(app, url, world, session, quarter):
    office = app.test_client().sign_on(world.company_officer, office=True)
    answer = office.post("/evaluation", data={"quarter": quarter, "unit_id": world.company.id})
    assert answer.status_code == 422 and "请选一个季度" in answer.text
    typed = {
        "quarter": quarter,
        "level": "award:unit",
        "text": "先进党支部",
        "document": "党发5号",
        "on_day": "2026-09-01",
    }
    answer = office.post(f"/branches/{world.branch.id}/awards", data=typed)
    assert answer.status_code == 422 and "先进党支部" in answer.text


AWARD = {"level": "award:unit", "text": "先进党支部", "document": "党发5号", "on_day": "2026-09-01"}
VETO = {"ground": "accident", "veto_document": "安发1号", "from_on": "2026-09-01", "until_on": ""}
TERM = {"elected_on": "2026-01-05", "term_until": "2029-01-04"}


@pytest.mark.parametrize(
    ("what", "sound", "name"),
    [("awards", AWARD, "on_day"), ("vetoes", VETO, "from_on"), ("vetoes", VETO, "until_on"),
     ("terms", TERM, "elected_on"), ("terms", TERM, "term_until")],
)  # fmt: skip
@pytest.mark.parametrize("day", ["2026-02-30", "２０２６-10-01", "1900-01-01", "9999-12-31"])
def test_a_day_nobody_can_mean_is_refused_and_all_that_was_typed_kept(app, url, world, session, what, sound, name, day):
    office = app.test_client().sign_on(world.unit_officer, office=True)
    typed = {"quarter": "2026Q3"} | sound | {name: day}
    answer = office.post(f"/branches/{world.branch.id}/{what}", data=typed)
    assert answer.status_code == 422 and "还没有办成" in answer.text
    assert all(f'value="{typed[kept]}"' in answer.text for kept in (name, *KEPT[what]))
    assert session.scalar(sa.select(sa.func.count()).select_from(MODELS[what])) == 0


@pytest.mark.parametrize(
    ("what", "typed"),
    [("awards", AWARD), ("awards", AWARD | {"on_day": "2019-12-31"}), ("vetoes", VETO),
     ("vetoes", VETO | {"from_on": "2015-03-01"}), ("terms", TERM)],
)  # fmt: skip
def test_a_sound_day_is_taken(app, url, world, session, what, typed):
    office = app.test_client().sign_on(world.unit_officer, office=True)
    assert office.post(f"/branches/{world.branch.id}/{what}", data={"quarter": "2026Q3"} | typed).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(MODELS[what])) == 1


@pytest.mark.parametrize(
    ("what", "typed", "told"),
    [
        ("awards", AWARD, "不改变已冻结的结果"),
        ("vetoes", VETO, "结果还没有确定"),
        ("terms", TERM, "不改变已冻结的结果"),
    ],
)
def test_what_comes_after_freezing_is_said_to(app, desk, world, what, typed, told):
    frozen(desk, world)
    desk.session.commit()
    office = app.test_client().sign_on(world.unit_officer, office=True)
    sent = office.post(f"/branches/{world.branch.id}/{what}", data={"quarter": "2026Q3"} | typed)
    text = office.get(sent.location).text
    assert told in text and "一票否决在结果确定以前" in text


@pytest.mark.parametrize("number", ["x", "-1", "2147483648", "9" * 30])
def test_a_number_that_is_none_is_told(app, url, world, desk, number):
    office = app.test_client().sign_on(world.company_officer, office=True)
    assert office.get(f"/imports/figures?before={number}").status_code == 200
    typed = {"quarter": "2026Q3", "row": number, "reason": "文件有误"}
    for what in ("awards", "vetoes"):
        assert office.post(f"/branches/{world.branch.id}/{what}/withdrawal", data=typed).status_code == 422


@pytest.mark.parametrize("code", ["2026Q5", "1999", "2027Q1", "x", "1900Q1"])
def test_a_quarter_that_is_none_is_not_found(app, world, desk, code):
    assert app.test_client().sign_on(world.auditor, office=True).get(f"/evaluation/{code}").status_code == 404


def test_the_page_costs_as_many_statements_for_more_branches(app, url, world, statements, desk):
    with transaction(desk.session):
        periods.configure_period(desk.session, world.company.id, Q3, by=world.company_officer.id, at=desk.at)
    office = app.test_client().sign_on(world.company_officer, office=True)
    office.get("/evaluation/2026Q3")
    with statements() as one:
        office.get(f"/evaluation/2026Q3?unit={world.committee.id}")
    with statements() as every:
        office.get("/evaluation/2026Q3")
    assert len(every) == len(one)


def test_a_dimension_without_data_is_not_assessed_and_not_zero(client, world):
    page = client.sign_on(world.secretary, office=True).get(f"/branches/{world.branch.id}/evaluation").text
    assert "未评" in page and "0.0<small>/30.0</small>" not in page.split("往期")[0]

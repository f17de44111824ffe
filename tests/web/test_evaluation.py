"""The pages of evaluation: a branch's lines with their rows, periods, all branches; who may what."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from partygroup.activities.models import Problem
from partygroup.activities.problems import cancel_problem
from partygroup.db import transaction
from partygroup.evaluation import periods
from partygroup.scores.closing import close_quarter
from tests.factories import add
from tests.rooms.test_figures import HEADER, Q3, Desk, line


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


@pytest.mark.parametrize("code", ["2026Q5", "1999", "2027Q1", "x"])
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

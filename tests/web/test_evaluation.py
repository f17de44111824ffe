"""The pages of evaluation: a branch's lines with their rows, periods, all branches; who may what."""

from __future__ import annotations

import io

import pytest

from partygroup.db import transaction
from partygroup.evaluation import periods
from tests.rooms.test_evaluation import in_publicity
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

"""考评方案: read by all, drafted part by part by one of the company office, published by another (E1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.db import transaction
from partygroup.evaluation import editing, periods
from partygroup.evaluation.models import SchemeVersion
from partygroup.evaluation.presets import BODY
from partygroup.people.models import Role
from tests.factories import person, post
from tests.rooms.test_schemes import ENERGY, Q4

DRAFT = "/rules/scheme/draft"
WP1 = editing.shown_indicator(BODY, "WP1", "rate")


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


def bodies(session) -> list[dict]:
    return list(session.scalars(sa.select(SchemeVersion.body).order_by(SchemeVersion.version)))


def test_a_scheme_is_drafted_compared_published_and_read(office, other, session, world, app, at):
    assert office.post("/rules/scheme/drafts").status_code == 303
    assert office.post("/rules/scheme/drafts").status_code == 409
    assert "还没有改动" in office.get(DRAFT).text
    assert "按比率" in office.get(f"{DRAFT}/indicators/new").text
    assert "新数据1" in office.get(f"{DRAFT}/indicators/new?formula=rate").text
    assert office.post(f"{DRAFT}/indicators/new", data=ENERGY).status_code == 303
    text = office.get(DRAFT).text
    for said in ("新增指标“WP5 能耗达标率”：满分 5.0", "指标合计 35.0，要等于 30.0", "发布以前要改好"):
        assert said in text, said
    assert "发布以前要改好" in other.get(DRAFT).text and "/draft/publication" not in other.get(DRAFT).text
    assert other.post(f"{DRAFT}/publication", data={"note": "先这样"}).status_code == 422
    assert office.post(f"{DRAFT}/indicators/WP1", data=WP1 | {"full": "5"}).status_code == 303
    assert "“WP1 挂钩单位计划完成率”满分：10.0 → 5.0" in office.get(DRAFT).text
    assert office.post(f"{DRAFT}/publication").status_code == 403
    assert "从2026年第四季度起执行" in other.get(DRAFT).text
    assert other.post(f"{DRAFT}/publication", data={"note": "加能耗"}).status_code == 303
    assert office.get(DRAFT).status_code == 404 and bodies(session)[0] == BODY
    member = app.test_client().sign_on(world.member)
    now, coming = member.get("/rules/scheme").text, member.get("/rules/scheme?version=2").text
    assert "晏海波起草，晏海生2026年8月20日发布 · 加能耗" in now and "能耗达标率" not in now
    assert "能耗达标率达到 100%得满分" in coming and "/rules/scheme/drafts" not in coming
    at("2026-10-09 12:00")
    assert "能耗达标率" in app.test_client().sign_on(world.member).get("/rules/scheme").text
    text = app.test_client().sign_on(world.unit_officer, office=True).get("/imports/figures").text
    assert "WP5 · %" in text


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("indicators/WP1", WP1 | {"full": "十分", "name": "产量计划"}, "“满分”请填数字"),
        (
            "indicators/QI1",
            {"name": "产量计划", "full": "5", "count": "QI1.N", "heads": "H", "above_zero": "1"},
            "还没有分档",
        ),
        ("indicators/new", ENERGY | {"dimension": "", "name": "产量计划"}, "请选这项指标属于哪个维度"),
        ("indicators/new", ENERGY | {"new-unit-1": "", "name": "产量计划"}, "的单位"),
        ("figures/WP1", {"name": "产量计划", "months": "1"}, ""),
        ("weights", {"WP": "三十", "SE": "产量计划"}, "“工作绩效”请填数字"),
        ("bonus", {"most": "", "award-name-unit": "产量计划"}, "“附加分上限”请填数字"),
        ("vetoes", {"stars": "9", "new": "产量计划"}, "请选最多几颗星"),
        ("stars", {"bound-5": "产量计划"}, "“5星”请填数字"),
    ],
)
def test_what_cannot_stand_is_said_and_kept(office, session, path, typed, sentence):
    office.post("/rules/scheme/drafts")
    answer = office.post(f"{DRAFT}/{path}", data=typed)
    if sentence:
        assert answer.status_code == 422 and sentence in answer.text and "产量计划" in answer.text
        assert bodies(session)[1] == BODY
    else:
        assert answer.status_code == 303 and bodies(session)[1] != BODY


def test_an_indicator_is_removed_and_a_draft_given_up(office, session):
    office.post("/rules/scheme/drafts")
    assert office.post(f"{DRAFT}/indicators/SE1/removal").status_code == 303
    assert "删去指标“SE1 事故和事件”" in office.get(DRAFT).text
    assert office.get(f"{DRAFT}/indicators/SE1").status_code == 404
    assert office.post(f"{DRAFT}/dropping").status_code == 303
    assert bodies(session) == [BODY]


@pytest.mark.parametrize(
    "path", ["indicators/WP9", "indicators/new?formula=eval", "figures/PF2", "figures/new", "none"]
)
def test_a_part_that_is_none_is_not_found(office, path):
    office.post("/rules/scheme/drafts")
    assert office.get(f"{DRAFT}/{path}").status_code == 404


def test_a_quarter_already_set_up_is_said_before_anybody_tries(office, other, session, world, at):
    with transaction(session):
        periods.configure_period(session, world.company.id, Q4, by=world.company_officer.id, at=at("2026-08-20 12:00"))
    office.post("/rules/scheme/drafts")
    text = other.get(DRAFT).text
    assert "2026年第四季度的考评已经按现在的方案设定" in text and "/draft/publication" not in text
    assert other.post(f"{DRAFT}/publication").status_code == 409


@pytest.mark.parametrize("role", ["secretary", "unit_officer", "auditor", "member"])
def test_others_draft_nothing(app, world, office, role):
    office.post("/rules/scheme/drafts")
    client = app.test_client().sign_on(getattr(world, role), office=True)
    assert client.get(DRAFT).status_code == client.post(f"{DRAFT}/publication").status_code == 403

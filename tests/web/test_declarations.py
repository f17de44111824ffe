"""申报: the list, the form for oneself and others, the page of a declaration and what each may do on it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.people.models import Role
from partygroup.scores.models import Declaration, Source
from tests.factories import declaration, post

AT, TODAY = "2026-07-06 10:00", date(2026, 7, 6)
FORM = {"item": "SE-STOP", "text": "制止一次违章", "happened_on": "2026-07-05"}


@pytest.fixture(autouse=True)
def now(at):
    return at(AT)


@pytest.fixture
def made(session, world):
    """Return a function that makes a declaration of the member's, in a state."""

    def make(state: str = "submitted", who: str = "member", **columns):
        facts = {"group_id": world.actors[who].group_id, "state": state, "item": "SE-STOP", "points": 5} | columns
        return declaration(session, world.actors[who].id, world.branch.id, **facts)

    return make


def all_of(session) -> list[Declaration]:
    return session.scalars(sa.select(Declaration).order_by(Declaration.id)).all()


# --- the form ---------------------------------------------------------------------------------------------------------


def test_a_member_declares(client, world, session):
    page = client.sign_on(world.member).get("/declarations/new")
    assert "制止违章、提醒纠正工友 +0.5" in page.text and "给谁" not in page.text and "支部登记扣分" not in page.text
    answer = client.post("/declarations", data=FORM)
    (made,) = all_of(session)
    assert answer.headers["Location"] == f"/declarations/{made.id}"
    assert (made.state, made.person_id, made.happened_on, made.source) == (
        "submitted", world.member.id, date(2026, 7, 5), "declared"
    )  # fmt: skip
    assert "党小组长章志刚核实" in client.get(f"/declarations/{made.id}").text


def test_a_double_tap_makes_one(client, world, session):
    client.sign_on(world.member)
    answers = [client.post("/declarations", data=FORM | {"key": "k1"}) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == len(all_of(session)) == 1
    assert client.post("/declarations", data=FORM | {"key": "k1", "text": "另一件事"}).status_code == 409


def test_a_phone_s_key_makes_one(client, world, session):
    client.sign_on(world.member)
    answers = [
        client.post("/declarations", data=FORM, headers={"Idempotency-Key": "k2", "Sec-Fetch-Site": "same-origin"})
        for _ in range(2)
    ]
    assert len({answer.headers["Location"] for answer in answers}) == len(all_of(session)) == 1


def test_one_document_typed_in_three_ways_is_one_event(app, world, session):
    prize = FORM | {"item": "QI-CONTEST-COMPANY", "text": "技能赛", "leads": "yes"}
    for role, number in (("member", "证书a-1"), ("probationer", "证书 Ａ－１")):
        client = app.test_client().sign_on(world.actors[role])
        answer = client.post("/declarations", data=prize | {"number": number})
        assert answer.status_code == (303 if role == "member" else 422)
    assert [one.event for one in all_of(session)] == ["doc:证书A-1"]


def test_a_draft_is_kept_changed_and_handed_in(client, world, session):
    client.sign_on(world.member).post("/declarations", data=FORM | {"act": "keep"})
    (made,) = all_of(session)
    assert made.state == "draft"
    page = client.get(f"/declarations/{made.id}/edit")
    assert "制止一次违章" in page.text and "2026-07-05" in page.text
    client.post(f"/declarations/{made.id}/edit", data=FORM | {"text": "制止两次违章", "act": "keep"})
    assert (made.text, made.state) == ("制止两次违章", "draft")
    client.post(f"/declarations/{made.id}/submission")
    assert made.state == "submitted"
    client.post(f"/declarations/{made.id}/withdrawal")
    assert made.state == "draft"
    assert client.post(f"/declarations/{made.id}/edit", data=FORM).status_code == 303
    assert made.state == "submitted"
    assert client.get(f"/declarations/{made.id}/edit").status_code == 422


@pytest.mark.parametrize(("typed", "said"), [
    ({"item": ""}, "请选一项"), ({"text": " "}, "一句话"), ({"happened_on": ""}, "请写是哪一天"),
    ({"happened_on": "2026-02-30"}, "核对是否有这一天"), ({"happened_on": "2026-07-07"}, "今天以后"),
    ({"item": "PF-DUES"}, "列出的"), ({"item": "x" * 41}, "最多 40 个字"), ({"text": "长" * 201}, "最多 200 个字"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_kept(client, world, session, typed, said):
    answer = client.sign_on(world.member).post("/declarations", data=FORM | typed)
    assert answer.status_code == 422 and said in answer.text and all_of(session) == []
    assert "text" in typed or FORM["text"] in answer.text


def test_a_form_writes_no_other_fields(client, world, session):
    extra = {"branch_id": "1", "points": "99", "state": "effective", "person_id": world.leader.id, "role": "x"}
    client.sign_on(world.member).post("/declarations", data=FORM | extra)
    (made,) = all_of(session)
    assert (made.person_id, made.points, made.state, made.branch_id) == (
        world.member.id, 5, "submitted", world.branch.id
    )  # fmt: skip


def test_a_leader_declares_for_the_own_group(client, world, session):
    client.sign_on(world.leader)
    page = client.get("/declarations/new", query_string={"person": world.member.id})
    assert "为田富填报" in page.text and "邹丽萍" not in page.text
    assert client.post("/declarations", data=FORM | {"person": world.member.id}).status_code == 303
    (made,) = all_of(session)
    assert (made.person_id, made.made_by, made.state) == (world.member.id, world.leader.id, "group_reviewed")
    assert "章志刚填" in client.sign_on(world.member).get(f"/declarations/{made.id}").text


@pytest.mark.parametrize("role", ["member", "neighbour", "stranger", "leader"])
def test_nobody_declares_out_of_reach(client, world, session, role):
    person = world.secretary if role == "leader" else world.probationer
    answer = client.sign_on(world.actors[role]).post("/declarations", data=FORM | {"person": person.id})
    assert answer.status_code == 404 and all_of(session) == []


def test_officers_enter_deductions_with_the_office_open(app, world, session):
    asleep = app.test_client().sign_on(world.secretary)
    assert asleep.get("/declarations/new?source=branch").status_code == 401
    client = app.test_client().sign_on(world.secretary, office=True)
    page = client.get("/declarations/new?source=branch")
    assert "承诺任务无故未完成 −2.0" in page.text and "制止违章" not in page.text
    form = FORM | {"source": "branch", "person": world.member.id, "item": "PF-DUES", "text": "提醒后仍没有交"}
    assert client.post("/declarations", data=form).status_code == 303
    (made,) = all_of(session)
    assert (made.source, made.points, made.state) == (Source.BRANCH, -10, "group_reviewed")
    assert client.post("/declarations", data=form | {"person": world.secretary.id}).status_code == 404
    assert app.test_client().sign_on(world.leader).post("/declarations", data=form).status_code in (403, 404)


def test_each_officer_enters_what_the_table_gives_the_post(app, world, session):
    """Dues are the organisation officer's, a task missed without cause the secretary's; nothing is the publicist's."""
    keeper, publicist = world.neighbour, world.probationer
    post(session, keeper.id, world.branch.id, Role.ORGANISATION_OFFICER)
    post(session, publicist.id, world.branch.id, Role.PROPAGANDA_OFFICER)
    dues = FORM | {"source": "branch", "person": world.member.id, "item": "PF-DUES"}
    missed = dues | {"item": "WP-MISSED"}
    secretary, keeper, publicist = (
        app.test_client().sign_on(one, office=True) for one in (world.secretary, keeper, publicist)
    )
    page = secretary.get("/declarations/new?source=branch").text
    assert "WP-MISSED" in page and "PF-DUES" not in page
    refused = secretary.post("/declarations", data=dues)
    assert refused.status_code == 422 and "由组织委员登记" in refused.text
    assert secretary.post("/declarations", data=missed).status_code == 303
    assert keeper.post("/declarations", data=dues | {"act": "keep"}).status_code == 303
    *_, draft = all_of(session)
    changed = keeper.post(f"/declarations/{draft.id}/edit", data=missed)
    assert changed.status_code == 422 and "由书记、副书记登记" in changed.text
    assert [one.item for one in all_of(session)] == ["WP-MISSED", "PF-DUES"]
    assert "支部登记扣分" in keeper.get("/declarations/new").text
    assert "支部登记扣分" not in publicist.get("/declarations/new").text
    assert publicist.get("/declarations/new?source=branch").status_code == 422


def test_own_list(client, world, made):
    first = made()
    made("effective", text="第二件")
    other = made(who="neighbour", text="别人的")
    page = client.sign_on(world.member).get("/declarations").text
    assert f"/declarations/{first.id}" in page and "第二件" in page and other.text not in page
    assert page.index("第二件") < page.index(first.text)
    assert "还没有申报" in client.sign_on(world.probationer).get("/declarations").text


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [
    ("member", 200), ("leader", 200), ("secretary", 200), ("unit_officer", 200), ("company_officer", 200),
    ("auditor", 200), ("probationer", 404), ("neighbour", 404), ("sister", 404), ("stranger", 404),
    ("account_officer", 404),
])  # fmt: skip
def test_who_sees_a_declaration(client, world, made, role, status):
    one = made()
    assert client.sign_on(world.actors[role], office=True).get(f"/declarations/{one.id}").status_code == status


def test_the_whole_way_through_the_pages(app, world, session, at):
    def as_(role):
        return app.test_client().sign_on(world.actors[role], office=True)

    member, leader, secretary = as_("member"), as_("leader"), as_("secretary")
    url = member.post("/declarations", data=FORM).headers["Location"]
    assert leader.post(f"{url}/review", data={"act": "pass"}).status_code == 303
    assert secretary.post(f"{url}/confirmation", data={"meeting": "7月支委会", "act": "confirm"}).status_code == 303
    one = all_of(session)[0]
    secretary.post("/inbox/publications", data={"chosen": f"{one.id}.{one.version}"})
    at("2026-07-14 08:00")
    app.test_cli_runner().invoke(args=["settle"])
    page = as_("member").get(url).text
    for words in (
        "填写申报",
        "交上申报",
        "小组核实",
        "章志刚",
        "确认申报",
        "宋玉梅",
        "7月支委会",
        "公示期满，生效",
        "已生效",
    ):
        assert words in page
    assert as_("deputy").post(f"{url}/reversal", data={"reason": "记错了"}).status_code == 303
    session.expire_all()
    assert all_of(session)[0].state == "reversed"


def test_a_leader_returns_with_a_reason(client, world, made):
    one = made()
    client.sign_on(world.leader)
    answer = client.post(f"/declarations/{one.id}/review", data={"act": "return"})
    assert answer.status_code == 422 and "写明原因" in answer.text
    client.post(f"/declarations/{one.id}/review", data={"act": "return", "reason": "写明是哪天"})
    assert (one.state, one.reason) == ("returned", "写明是哪天")
    assert "写明是哪天" in client.sign_on(world.member).get(f"/declarations/{one.id}").text


@pytest.mark.parametrize(("typed", "awarded"), [("0.3", 3), ("−0.3", 3), ("０.３", 3), ("", 5)])
def test_a_leader_lowers_points(client, world, made, typed, awarded):
    one = made()
    client.sign_on(world.leader)
    client.post(f"/declarations/{one.id}/review", data={"act": "pass", "points": typed, "reason": "只提醒了一次"})
    assert one.awarded == awarded


@pytest.mark.parametrize("typed", ["abc", "0.33", "0.12", "0.01", "1..2", "9999", "²", "0.", ".5", "1e1", "--1"])
def test_odd_points_are_refused_at_their_field(client, world, made, typed):
    one = made()
    data = {"act": "pass", "points": typed, "reason": "调低"}
    answer = client.sign_on(world.leader).post(f"/declarations/{one.id}/review", data=data)
    assert answer.status_code == 422 and 'href="#points"' in answer.text and "最多一位小数" in answer.text
    assert one.awarded is None


def test_nothing_long_is_cut_in_silence(client, world, made):
    one = made()
    data = {"act": "return", "reason": "写" * 201}
    answer = client.sign_on(world.leader).post(f"/declarations/{one.id}/review", data=data)
    assert answer.status_code == 422 and "最多 200 个字" in answer.text and "写" * 201 in answer.text
    assert one.state == "submitted"


@pytest.mark.parametrize(("role", "status"), [("leader", 303), ("member", 403), ("secretary", 403), ("neighbour", 404)])
def test_who_reviews(client, world, made, role, status):
    one = made()
    client.sign_on(world.actors[role], office=True)
    assert client.post(f"/declarations/{one.id}/review", data={"act": "pass"}).status_code == status


@pytest.mark.parametrize(("role", "status"), [
    ("secretary", 303), ("deputy", 303), ("leader", 403), ("member", 403), ("unit_officer", 422), ("sister", 404),
    ("company_officer", 403),
])  # fmt: skip
def test_who_confirms(client, world, made, role, status):
    one = made("group_reviewed")
    client.sign_on(world.actors[role], office=True)
    data = {"meeting": "7月支委会", "act": "confirm"}
    assert client.post(f"/declarations/{one.id}/confirmation", data=data).status_code == status


def test_confirming_asks_for_the_password_and_goes_on(client, world, made):
    one = made("group_reviewed")
    data = {"meeting": "7月支委会", "act": "confirm"}
    client.sign_on(world.secretary)
    asked = client.post(f"/declarations/{one.id}/confirmation", data=data)
    assert asked.status_code == 401 and "7月支委会" in asked.text
    again = data | {"office_password": world.secretary.password}
    assert client.post(f"/declarations/{one.id}/confirmation", data=again).status_code == 303
    assert one.state == "confirmed"


def test_the_second_decider_gets_409(app, world, made):
    one = made("group_reviewed")
    data = {"meeting": "7月支委会", "act": "confirm", "version": one.version}
    first, second = (app.test_client().sign_on(world.actors[role], office=True) for role in ("secretary", "deputy"))
    assert first.post(f"/declarations/{one.id}/confirmation", data=data).status_code == 303
    answer = second.post(f"/declarations/{one.id}/confirmation", data=data | {"act": "reject", "reason": "不属实"})
    assert answer.status_code == 409 and "刚刚有人处理过，现在是“待公示”" in answer.text
    assert (one.state, one.confirmed_by) == ("confirmed", world.secretary.id)


@pytest.mark.parametrize("who", ["leader", "deputy", "secretary"])
def test_own_ones_say_who_decides(client, world, session, who):
    one = declaration(session, world.actors[who].id, world.branch.id, group_id=world.actors[who].group_id,
                      state="group_reviewed")  # fmt: skip
    page = client.sign_on(world.actors[who], office=True).get(f"/declarations/{one.id}").text
    waits = "上级党委党群部门确认" if who == "secretary" else "宋玉梅"
    assert waits in page and "确认 +2.0" not in page
    data = {"meeting": "7月支委会", "act": "confirm"}
    assert client.post(f"/declarations/{one.id}/confirmation", data=data).status_code == 403
    assert one.state == "group_reviewed"


def test_the_unit_office_confirms_the_secretarys(client, world, made):
    one = made("group_reviewed", who="secretary")
    client.sign_on(world.unit_officer, office=True)
    assert "确认 +0.5" in client.get(f"/declarations/{one.id}").text
    client.post(f"/declarations/{one.id}/confirmation", data={"meeting": "党委会", "act": "confirm"})
    assert (one.state, one.confirmed_by) == ("confirmed", world.unit_officer.id)


def test_appeal_and_decision(app, world, made):
    one = made("rejected", confirmed_by=world.secretary.id, reason="不属实")
    member = app.test_client().sign_on(world.member)
    assert "申请上级复核" in member.get(f"/declarations/{one.id}").text
    assert app.test_client().sign_on(world.leader).post(f"/declarations/{one.id}/appeal").status_code == 403
    assert member.post(f"/declarations/{one.id}/appeal", data={"text": ""}).status_code == 422
    assert member.post(f"/declarations/{one.id}/appeal", data={"text": "有照片"}).status_code == 303
    office = app.test_client().sign_on(world.unit_officer, office=True)
    assert "有照片" in office.get(f"/declarations/{one.id}").text
    decided = {"outcome": "grant", "text": "支持", "points": "0.4"}
    assert app.test_client().sign_on(world.secretary, office=True).post(
        f"/declarations/{one.id}/decision", data=decided
    ).status_code == 403  # fmt: skip
    assert office.post(f"/declarations/{one.id}/decision", data=decided).status_code == 303
    assert (one.state, one.awarded) == ("effective", 4)
    assert "支持" in member.get(f"/declarations/{one.id}").text

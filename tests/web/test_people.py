"""Finding people, a person's page, and what officers do there: each action climbs the ladder."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.org.models import UnitKind
from partygroup.people.logins import count_failure, counters, is_locked
from partygroup.people.models import Exclusion, FailedTry, Login, Person, Post, Role
from partygroup.people.queries import PAGE
from tests.factories import exclusion, person, post, unit

BAD_IDS = ("0", "2147483648", "9" * 300, "１", "%00")


def rows_of(session, action: str) -> int:
    return session.scalar(sa.select(sa.func.count()).where(AuditRow.action == action))


def open_posts(session, person_id: int) -> set[str]:
    return set(session.scalars(sa.select(Post.role).where(Post.person_id == person_id, Post.until_on.is_(None))))


# --- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["田大", "tdl", "TDL", "tiandali", " t d l ", "ｔｄｌ"])
def test_people_are_found_by_name_pinyin_and_initials(world, client, words):
    page = client.sign_on(world.secretary, office=True).get("/people", query_string={"q": words})
    assert "田大利" in page.text and "田富" not in page.text


def test_people_are_found_by_staff_number(world, client):
    page = client.sign_on(world.secretary, office=True).get(f"/people?q={world.member.staff_no.lower()}")
    assert "田富" in page.text and "田大利" not in page.text


def test_nobody_found_says_what_to_do(world, client):
    client.sign_on(world.secretary, office=True)
    for words in ("没有这个人", "%", "_", "'", "%00", "<b>", "x" * 3000):
        assert "没有找到" in client.get("/people", query_string={"q": words}).text or words == "%00"


def test_an_officer_lists_the_own_branch_only_in_stroke_order(world, client):
    page = client.sign_on(world.secretary, office=True).get("/people")
    assert page.text.index("田富") < page.text.index("田大利") < page.text.index("邹丽萍")
    assert not [word for word in world.canaries_outside(world.branch) if word in page.text]


def test_a_branch_filter_stays_within_reach(world, client):
    page = client.sign_on(world.unit_officer, office=True).get(f"/people?branch={world.branch.id}")
    assert "田富" in page.text and "敖春林" not in page.text
    assert "没有找到" in client.get(f"/people?branch={world.foreign_branch.id}").text


def test_branches_of_one_name_are_told_apart_by_their_committees(world, client, session):
    for committee in ("青松", "黑土"):
        unit(session, UnitKind.BRANCH, "机关党支部", under=world.units[committee].id)
    page = client.sign_on(world.company_officer, office=True).get("/people").text
    named = re.findall(r"<option value=.\d+.>(.*?)</option>", page)
    assert {"青松厂党委 机关党支部", "黑土厂党委 机关党支部", "红柳车间党支部"} <= set(named)
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("query", ["branch=x", "branch=" + "9" * 30, "after=-1", "after=１", "after=", "branch="])
def test_nonsense_in_the_address_is_no_fault(world, client, query):
    assert client.sign_on(world.secretary, office=True).get(f"/people?{query}").status_code == 200


def test_pages_follow_the_last_one_seen_and_miss_nobody(world, client, session):
    for number in range(PAGE):
        person(session, f"丁新{number}", branch=world.branch.id)
    client.sign_on(world.secretary, office=True)
    first = client.get("/people").text
    last = session.scalars(sa.select(Person).order_by(Person.stroke_key, Person.id)).all()
    people = [one for one in last if f'href="/people/{one.id}"' in first]
    assert len(people) == PAGE and f"after={people[-1].id}" in first
    second = client.get(f"/people?after={people[-1].id}").text
    assert not [one for one in people if f'href="/people/{one.id}"' in second]
    assert "邹丽萍" in second and "往下看" not in second


def test_the_list_takes_as_many_statements_for_few_as_for_many(world, client, session, statements):
    client.sign_on(world.secretary, office=True)
    with statements() as few:
        client.get("/people?q=tdl")
    for number in range(30):
        somebody = person(session, f"田多{number}", branch=world.branch.id, group=world.group.id)
        post(session, somebody.id, world.branch.id, Role.COMMITTEE_MEMBER)
    with statements() as many:
        client.get("/people?q=t")
    assert len(many) == len(few)


@pytest.mark.parametrize("role", ["member", "leader", "auditor"])
def test_no_list_of_people_for_members_leaders_and_auditor(world, client, role):
    assert client.sign_on(world.actors[role], office=True).get("/people").status_code == 403


def test_the_list_asks_for_the_password_first(world, client):
    assert client.sign_on(world.secretary).get("/people").status_code == 401


# --- one person -------------------------------------------------------------------------------------------------------


def test_an_officer_sees_all_of_a_person(world, client):
    page = client.sign_on(world.secretary, office=True).get(f"/people/{world.member.id}")
    assert world.member.staff_no in page.text and "党龄" in page.text and "13800000000" in page.text
    assert "发激活码" in page.text and "任命新职务" in page.text


def test_a_leader_sees_name_standing_and_posts(world, client):
    page = client.sign_on(world.leader).get(f"/people/{world.probationer.id}")
    assert "田大利" in page.text and "预备党员" in page.text
    assert world.probationer.staff_no not in page.text and "1380000" not in page.text and "<form" in page.text
    assert "发激活码" not in page.text and "任命" not in page.text


def test_one_sees_oneself_but_cannot_act(world, client):
    page = client.sign_on(world.secretary, office=True).get(f"/people/{world.secretary.id}")
    assert world.secretary.staff_no in page.text
    assert "任命" not in page.text and "发激活码" not in page.text


def test_the_account_officer_sees_logins_only(world, client):
    page = client.sign_on(world.account_officer, office=True).get(f"/people/{world.member.id}")
    assert "发激活码" in page.text and "党龄" not in page.text and "1380000" not in page.text


@pytest.mark.parametrize("role", ["member", "neighbour", "sister", "stranger", "auditor"])
def test_others_do_not_find_a_person(world, client, role):
    other = world.probationer if role == "member" else world.member
    assert client.sign_on(world.actors[role], office=True).get(f"/people/{other.id}").status_code == 404


@pytest.mark.parametrize("bad", BAD_IDS)
def test_bad_ids_are_not_found(world, client, bad):
    assert client.sign_on(world.company_officer, office=True).get(f"/people/{bad}").status_code == 404


# --- every action: colleague, stranger, not allowed, bad id, GET ------------------------------------------------------

ACTIONS = ["posts", "posts/1/ending", "exclusions", "exclusions/1/ending", "contact", "activation", "logins/ending"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ["neighbour", "sister", "stranger"])
def test_strangers_find_nobody_to_act_on(world, client, session, action, role):
    answer = client.sign_on(world.actors[role], office=True).post(f"/people/{world.member.id}/{action}")
    assert answer.status_code == 404


@pytest.mark.parametrize("action", ["exclusions", "contact", "activation", "logins/ending"])
@pytest.mark.parametrize("actor", ["leader", "member"])
def test_a_leader_and_oneself_may_not(world, client, action, actor):
    answer = client.sign_on(world.actors[actor], office=True).post(f"/people/{world.member.id}/{action}")
    assert answer.status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_an_officer_may_not_act_on_oneself(world, client, session, action):
    own = session.scalar(sa.select(Post.id).where(Post.person_id == world.secretary.id))
    action = action.replace("posts/1", f"posts/{own}")
    answer = client.sign_on(world.secretary, office=True).post(
        f"/people/{world.secretary.id}/{action}", data={"role": "committee_member"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("bad", BAD_IDS)
def test_actions_on_bad_ids_are_not_found(world, client, action, bad):
    assert client.sign_on(world.secretary, office=True).post(f"/people/{bad}/{action}").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_have_no_page(world, client, action):
    path = f"/people/{world.member.id}/{action}"
    assert client.sign_on(world.secretary, office=True).get(path).status_code == 405


@pytest.mark.parametrize("action", [action for action in ACTIONS if "/1/" not in action])
def test_actions_ask_for_the_password_first(world, client, session, action):
    client.sign_on(world.secretary)
    answer = client.post(f"/people/{world.member.id}/{action}", data={"role": "group_leader", "phone": "13912345678"})
    assert answer.status_code == 401
    assert open_posts(session, world.member.id) == set()
    assert session.scalar(sa.select(Person.phone).where(Person.id == world.member.id)) == "13800000000"


# --- posts ------------------------------------------------------------------------------------------------------------


def test_a_branch_officer_names_another_leader(world, client, session):
    path = f"/people/{world.member.id}"
    answer = client.sign_on(world.secretary, office=True).post(f"{path}/posts", data={"role": "group_leader"})
    assert answer.status_code == 303
    assert open_posts(session, world.member.id) == {"group_leader"}
    assert open_posts(session, world.leader.id) == set()
    assert (rows_of(session, "people.post.grant"), rows_of(session, "people.post.end")) == (1, 1)
    assert "从今天起任党小组长" in client.get(path).text


def test_the_former_leader_loses_the_power_at_once(world, client, session):
    client.sign_on(world.secretary, office=True)
    client.post(f"/people/{world.member.id}/posts", data={"role": "group_leader"})
    assert client.sign_on(world.leader).get(f"/people/{world.member.id}").status_code == 404


@pytest.mark.parametrize(
    ("by", "whom", "role", "status"),
    [
        ("secretary", "member", "secretary", 403),
        ("secretary", "member", "committee_member", 403),
        ("secretary", "member", "unit_office", 403),
        ("leader", "member", "group_leader", 403),
        ("account_officer", "member", "group_leader", 403),
        ("company_officer", "member", "unit_office", 303),
        ("unit_officer", "member", "discipline_officer", 303),
        ("unit_officer", "member", "unit_office", 403),
        ("unit_officer", "member", "group_leader", 303),
        ("secretary", "probationer", "group_leader", 422),
        ("secretary", "leader", "group_leader", 422),
        ("secretary", "member", "company_office", 422),
        ("secretary", "member", "auditor", 422),
        ("secretary", "member", "", 422),
        ("secretary", "member", "x" * 3000, 422),
    ],
)
def test_who_gives_which_post(world, client, session, by, whom, role, status):
    before = open_posts(session, world.actors[whom].id)
    client.sign_on(world.actors[by], office=True)
    answer = client.post(f"/people/{world.actors[whom].id}/posts", data={"role": role})
    assert answer.status_code == status
    assert open_posts(session, world.actors[whom].id) - before == ({role} if status == 303 else set())


def test_a_leader_comes_from_a_group(world, client, session):
    loner = person(session, "余小满", branch=world.branch.id)
    answer = client.sign_on(world.secretary, office=True).post(
        f"/people/{loner.id}/posts", data={"role": "group_leader"}
    )
    assert answer.status_code == 422 and "编入" in answer.text


def test_a_post_is_ended_once(world, client, session):
    leading = session.scalar(sa.select(Post.id).where(Post.person_id == world.leader.id))
    path = f"/people/{world.leader.id}/posts/{leading}/ending"
    client.sign_on(world.secretary, office=True)
    assert client.post(path).status_code == client.post(path).status_code == 303
    assert open_posts(session, world.leader.id) == set()
    assert rows_of(session, "people.post.end") == 1


def test_a_post_above_the_own_level_is_not_ended(world, client, session):
    office = post(session, world.member.id, world.committee.id, "unit_office")
    client.sign_on(world.secretary, office=True)
    assert client.post(f"/people/{world.member.id}/posts/{office.id}/ending").status_code == 403
    assert client.post(f"/people/{world.member.id}/posts/1999999999/ending").status_code == 404
    others = session.scalar(sa.select(Post.id).where(Post.person_id == world.leader.id))
    assert client.post(f"/people/{world.member.id}/posts/{others}/ending").status_code == 404


# --- exclusion --------------------------------------------------------------------------------------------------------

EXCLUSION = {"reason": "bedridden", "approved_by": "支部党员大会", "from_on": "2026-03-01", "until_on": ""}


def test_somebody_is_left_out_and_counted_again(world, client, session):
    path = f"/people/{world.member.id}"
    client.sign_on(world.secretary, office=True)
    assert client.post(f"{path}/exclusions", data=EXCLUSION).status_code == 303
    row = session.scalars(sa.select(Exclusion)).one()
    assert (row.reason, row.approved_by, row.from_on, row.until_on) == (
        "bedridden", "支部党员大会", date(2026, 3, 1), None,
    )  # fmt: skip
    page = client.get(path).text
    assert "长期卧病" in page and "支部党员大会" in page
    for _again in range(2):
        assert client.post(f"{path}/exclusions/{row.id}/ending").status_code == 303
    assert session.scalars(sa.select(Exclusion.until_on)).one() == clock.today()
    assert rows_of(session, "people.exclusion.end") == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("reason", "", "选一条"),
        ("reason", "当班", "选一条"),
        ("approved_by", "", "由谁批准"),
        ("approved_by", "长" * 3000, "最多 60 个字"),
        ("from_on", "", "从哪天起"),
        ("from_on", "2026-02-30", "这样的日期"),
        ("until_on", "2026-02-01", "之后"),
        ("until_on", "昨天", "这样的日期"),
    ],
)
def test_a_rejected_exclusion_keeps_what_was_typed(world, client, session, field, value, words):
    answer = client.sign_on(world.secretary, office=True).post(
        f"/people/{world.member.id}/exclusions", data=EXCLUSION | {"approved_by": "支部大会讨论"} | {field: value}
    )
    assert answer.status_code == 422 and words in answer.text
    assert field == "approved_by" or "支部大会讨论" in answer.text
    assert session.scalars(sa.select(Exclusion)).all() == []


def test_exclusions_do_not_overlap(world, client, session):
    exclusion(session, world.member.id, until=date(2027, 1, 1))
    answer = client.sign_on(world.secretary, office=True).post(f"/people/{world.member.id}/exclusions", data=EXCLUSION)
    assert answer.status_code == 422 and "已经登记过" in answer.text


def test_anothers_exclusion_is_not_found(world, client, session):
    row = exclusion(session, world.leader.id)
    client.sign_on(world.secretary, office=True)
    assert client.post(f"/people/{world.member.id}/exclusions/{row.id}/ending").status_code == 404


# --- phone ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"), [("139 1234 5678", "139 1234 5678"), ("１３９１２３４５６７８", "13912345678"), ("", None)]
)
def test_the_phone_is_changed(world, client, session, typed, kept):
    client.sign_on(world.secretary, office=True)
    assert client.post(f"/people/{world.member.id}/contact", data={"phone": typed}).status_code == 303
    assert session.scalar(sa.select(Person.phone).where(Person.id == world.member.id)) == kept
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "people.contact.change")).one()
    assert "1391234" not in str(row.after) and row.unit_id == world.branch.id


@pytest.mark.parametrize("typed", ["打不通", "12", "1" * 30, "<b>1391234567</b>"])
def test_a_phone_that_is_none_is_shown_back(world, client, session, typed):
    answer = client.sign_on(world.secretary, office=True).post(
        f"/people/{world.member.id}/contact", data={"phone": typed}
    )
    assert answer.status_code == 422 and "电话号码" in answer.text
    assert session.scalar(sa.select(Person.phone).where(Person.id == world.member.id)) == "13800000000"


def test_forms_change_nothing_but_their_fields(world, client, session):
    extra = {
        "phone": "13912345678",
        "name": "别人",
        "staff_no": "X1",
        "branch_id": "1",
        "person_id": "1",
        "role": "secretary",
    }
    client.sign_on(world.secretary, office=True).post(f"/people/{world.member.id}/contact", data=extra)
    row = session.scalars(sa.select(Person).where(Person.id == world.member.id)).one()
    assert (row.name, row.staff_no) == (world.member.name, world.member.staff_no)
    assert open_posts(session, world.member.id) == set()


# --- logins -----------------------------------------------------------------------------------------------------------


def test_unlocking_ends_every_device_and_forgets_failures(world, client, session, app):
    client.sign_on(world.member)
    assert client.get("/me").status_code == 200
    now = clock.now()
    devices = [counters(world.member.staff_no, device, "10.0.0.1") for device in (None, "d" * 30)]
    for limits in devices * 6:
        count_failure(session, limits, at=now)
    officer = app.test_client().sign_on(world.secretary, office=True)
    assert officer.post(f"/people/{world.member.id}/logins/ending").status_code == 303
    assert client.get("/me").status_code == 303
    assert session.scalars(sa.select(Login).where(Login.person_id == world.member.id)).all() == []
    assert not any(is_locked(session, limits, at=now + timedelta(seconds=1)) for limits in devices)
    assert len(session.scalars(sa.select(FailedTry)).all()) == 1
    assert rows_of(session, "people.login.unlock") == 1

"""Setting a theme, jotting its parts, seeing whom it has reached, and one more for those it has not (C5)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Activity, Theme
from partygroup.people.models import Workplace
from tests.factories import LONG_AGO, activity, add, theme, unit
from tests.web.test_activities import FORM, people_of

SET = {"title": "班前学安全", "starts_on": "2026-03-05", "ends_on": "2026-03-31"}


@pytest.fixture(autouse=True)
def noon(at):
    at("2026-03-05 12:00")


@pytest.fixture
def safety(session, world) -> Theme:
    """Return a theme of the member's branch."""
    return theme(session, world.branch.id, world.branch.id, by=world.secretary.id)


def part(session, world, of, people, **columns):
    return activity(session, world.group.id, world.branch.id, by=world.leader.id, people=people, theme_id=of.id,
                    **columns)  # fmt: skip


def chosen_theme(page: str) -> str:
    """Return the theme that the form has chosen."""
    return re.search(r'name="theme" value="(\d*)" checked', page)[1]


# --- setting and ending ----------------------------------------------------------------------------------------------


def test_the_form_comes_with_today_and_the_end_of_the_quarter(world, client):
    page = client.sign_on(world.leader).get("/themes/new").text
    assert 'value="2026-03-05"' in page and 'value="2026-03-31"' in page and "朱雀党小组" in page


def test_a_theme_is_set_once(world, client, session):
    client.sign_on(world.leader)
    typed = SET | {"unit": world.group.id, "key": "k1"}
    first, second = (client.post("/themes", data=typed) for _ in range(2))
    row = session.scalars(sa.select(Theme)).one()
    assert first.status_code == 303 and first.location == second.location == f"/themes/{row.id}"
    assert (row.unit_id, row.branch_id, row.by_id) == (world.group.id, world.branch.id, world.leader.id)
    assert "正在做" in client.get(first.location).text and "班前学安全" in client.get("/activities").text
    assert client.post("/themes", data=typed | {"title": "别的"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "请写主题叫什么"),
        ({"title": "长" * 41}, "40"),
        ({"starts_on": "2026-02-30"}, "核对是否有这一天"),
        ({"starts_on": ""}, "请写从哪天起"),
        ({"ends_on": "2026-03-01"}, "已经过了"),
        ({"unit": "0"}, "自己能定的组织"),
    ],
)
def test_what_cannot_be_set_is_shown_back(world, client, session, changes, words):
    answer = client.sign_on(world.leader).post("/themes", data=SET | {"unit": world.group.id} | changes)
    assert answer.status_code == 422 and words in answer.text
    assert session.scalars(sa.select(Theme)).all() == []


@pytest.mark.parametrize(("role", "status"), [
    ("leader", 200), ("secretary", 200), ("member", 403), ("unit_officer", 403), ("auditor", 403),
])  # fmt: skip
def test_who_sets_themes(world, client, role, status):
    assert client.sign_on(world.actors[role]).get("/themes/new").status_code == status


@pytest.mark.parametrize(("role", "status"), [
    ("secretary", 303), ("deputy", 303), ("leader", 403), ("member", 403), ("sister", 404), ("stranger", 404),
])  # fmt: skip
def test_who_ends_a_theme_of_the_branch(world, client, session, safety, role, status):
    path = f"/themes/{safety.id}"
    assert client.sign_on(world.actors[role]).post(f"{path}/ending").status_code == status
    assert (session.get(Theme, safety.id, populate_existing=True).ended_on is not None) is (status == 303)


def test_its_author_ends_it_and_the_day_still_counts(world, client, session):
    own = theme(session, world.group.id, world.branch.id, by=world.leader.id)
    page = client.sign_on(world.leader).post(f"/themes/{own.id}/ending", follow_redirects=True).text
    assert "结束了，记下的都留着" in page and "提前结束" not in page
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "theme": own.id}
    assert client.post("/activities", data=typed).status_code == 303
    assert session.scalars(sa.select(Activity.theme_id)).one() == own.id


# --- jotting its parts -----------------------------------------------------------------------------------------------


def test_the_form_asks_for_a_theme_only_while_one_runs(world, client, session):
    client.sign_on(world.leader)
    assert "属于哪个主题" not in client.get("/activities/new").text
    theme(session, world.units["玄武"].id, world.branch.id, by=world.neighbour.id, title="邻组的")
    theme(session, world.branch.id, world.branch.id, by=world.secretary.id, title="过了的", starts_on=LONG_AGO,
          ends_on=LONG_AGO)  # fmt: skip
    assert "属于哪个主题" not in client.get("/activities/new").text
    safety = theme(session, world.branch.id, world.branch.id, by=world.secretary.id)
    page = client.get("/activities/new").text
    assert f'name="theme" value="{safety.id}">' in page and chosen_theme(page) == ""


def test_a_part_is_jotted_like_anything_else(world, client, session, safety):
    client.sign_on(world.leader)
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "theme": safety.id}
    where = client.post("/activities", data=typed).location
    assert session.scalars(sa.select(Activity.theme_id)).one() == safety.id
    page = client.get(where).text
    assert f'href="/themes/{safety.id}"' in page and "主题：班前学安全" in page
    assert client.post(f"{where}/edit", data=typed | {"text": "改了一句", "theme": ""}).status_code == 303
    row = session.scalars(sa.select(Activity).execution_options(populate_existing=True)).one()
    assert (row.text, row.theme_id) == ("改了一句", safety.id)
    answer = client.post(f"{where}/edit", data=typed | {"day": "2026-02-10"})
    assert answer.status_code == 422 and "那天不算在内" in answer.text


@pytest.mark.parametrize(
    ("changes", "words"), [({"day": "2026-02-10"}, "那天不算在内"), ({"theme": "x"}, "没有这个主题")]
)
def test_what_is_no_part_of_it_is_shown_back(world, client, session, safety, changes, words):
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "theme": safety.id}
    answer = client.sign_on(world.leader).post("/activities", data=typed | changes)
    assert answer.status_code == 422 and words in answer.text and FORM["text"] in answer.text
    assert session.scalars(sa.select(Activity)).all() == []


def test_a_theme_of_others_is_not_known(world, client, session):
    foreign = theme(session, world.foreign_branch.id, world.foreign_branch.id, by=world.stranger.id, title="飞燕的")
    typed = FORM | {"unit": world.group.id, "people": [world.member.id], "theme": foreign.id}
    answer = client.sign_on(world.leader).post("/activities", data=typed)
    assert answer.status_code == 422 and "飞燕" not in answer.text
    assert client.get(f"/themes/{foreign.id}").status_code == 404


# --- whom it has reached ---------------------------------------------------------------------------------------------


def test_its_page_says_who_was_reached_and_who_not(world, client, session, safety):
    teams = [unit(session, "shift_team", name) for name in ("甲班", "乙班")]
    for team, role in zip(teams, ("member", "probationer"), strict=True):
        add(session, Workplace, person_id=world.actors[role].id, unit_id=team.id, from_on=LONG_AGO)
    part(session, world, safety, [world.member.id, world.leader.id])
    page = client.sign_on(world.leader).get(f"/themes/{safety.id}").text
    assert "按班组" in page and "按党小组" in page
    assert re.search(r"甲班</b><span[^>]*>1／1 人", page) and re.search(r"乙班</b><span[^>]*>0／1 人", page)
    assert f"还没轮到：{world.probationer.name}" in page and f'topic={safety.id}&amp;team={teams[1].id}"' in page
    again = client.get(f"/activities/new?unit={world.group.id}&topic={safety.id}&team={teams[1].id}").text
    assert people_of(again) == [world.probationer.id]


def test_one_more_is_for_just_those_who_are_missing(world, client, session, safety):
    part(session, world, safety, [world.member.id, world.leader.id])
    page = client.sign_on(world.leader).get(f"/themes/{safety.id}").text
    link = re.search(r'href="(/activities/new\?[^"]*)">.*?再记一场（(\d+) 人）', page)
    form = client.get(link[1].replace("&amp;", "&")).text
    named = set(people_of(form))
    assert world.probationer.id in named and not named & {world.member.id, world.leader.id, world.neighbour.id}
    assert len(named) == int(link[2]) and chosen_theme(form) == str(safety.id)
    form = client.sign_on(world.secretary).get(f"/activities/new?unit={world.branch.id}&topic={safety.id}").text
    assert named < set(people_of(form)) and world.neighbour.id in people_of(form)


def test_the_parts_stand_in_the_order_of_days(world, client, session, safety, at):
    for text, day in (("第二场", "2026-03-04 09:00"), ("第一场", "2026-03-02 09:00")):
        part(session, world, safety, [world.member.id], text=text, at=at(day))
    at("2026-03-05 12:00")
    page = client.sign_on(world.member).get(f"/themes/{safety.id}").text
    assert page.index("第一场") < page.index("第二场") and "再记一场" in page
    assert "再记一场" not in client.sign_on(world.auditor).get(f"/themes/{safety.id}").text


def test_the_timeline_names_the_theme_and_filters_by_it(world, client, session, safety):
    part(session, world, safety, [world.member.id], text="学条例")
    activity(session, world.group.id, world.branch.id, by=world.leader.id, people=[world.member.id], text="查吊具")
    page = client.sign_on(world.member).get("/activities").text
    assert "学条例" in page and "查吊具" in page and "主题：班前学安全" in page
    page = client.get(f"/activities?topic={safety.id}").text
    assert "学条例" in page and "查吊具" not in page


def test_in_another_part_nobody_is_declared_for_again(world, client, session, safety):
    first, second = (part(session, world, safety, [world.member.id], sort="service") for _ in range(2))
    client.sign_on(world.leader).post(f"/activities/{first.id}/declarations")
    page = client.get(f"/activities/{second.id}/declarations").text
    assert "这个主题里都报过了" in page
    again = client.post(f"/activities/{second.id}/declarations", follow_redirects=True)
    assert "没有重复申报" in again.text


def test_a_theme_page_takes_as_many_statements_with_many_parts(world, client, session, safety, statements):
    client.sign_on(world.leader)

    def count() -> int:
        with statements() as seen:
            assert client.get(f"/themes/{safety.id}").status_code == 200
        return len(seen)

    part(session, world, safety, [world.member.id])
    before = count()
    for _ in range(10):
        part(session, world, safety, [world.member.id, world.leader.id])
    assert count() == before <= 14

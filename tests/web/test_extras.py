"""What minutes of a kind record beside their topics: lecturer, form, leader of the oath, political birthdays."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.meetings.models import Kind, Meeting
from partygroup.minutes.models import Extra, Minutes
from partygroup.minutes.sealing import digest_of_body
from partygroup.people.models import Person
from tests.factories import gathering, person
from tests.scorebook import mark
from tests.web.conftest import met_of
from tests.web.desks import Desk

pytestmark = pytest.mark.postgres


@pytest.fixture
def desk_of(app, session, world, at):
    """Return a function that holds a meeting of kinds to which leader and member came, and returns its desk."""

    def held(*kinds: str, theme: str | None = None, on: str = "2026-03-05") -> Desk:
        at(f"{on} 16:20")
        what = {"kinds": kinds, "theme": theme, "starts_at": clock.beijing(f"{on} 16:30")}
        met = met_of(app, session, gathering(session, world.group.id, by=world.leader.id, **what))
        desk = Desk(app, session, met, world)
        assert desk.send(f"{met.url}/opening").status_code == 303
        for who in (world.leader, world.member):
            mark(session, met.id, who.id, at=clock.now())
        session.commit()
        at(f"{on} 17:20")
        assert desk.send(f"{met.url}/closing").status_code == 303
        return desk

    return held


def fields(page: str) -> set[str]:
    """Return the names of what the form of the minutes asks."""
    form = re.search(r'<form class="stack" method="post" action="[^"]*/minutes/\d+" data-draft>.*?</form>', page, re.S)[
        0
    ]
    return set(re.findall(r'name="([a-z_]+)"', form)) - {"version", "chair", "recorder", "ended_at"}


def seal(desk: Desk, **extras):
    """Write the minutes with what they record as well, and have both confirm; return what was sealed."""
    desk.write(**{f"gist_{desk.topic()}": "要点"}, **extras)
    assert [desk.confirm(who).status_code for who in ("leader", "member")] == [303, 303]
    assert desk.faults() == []
    return json.loads(desk.minutes.body)


# --- lecture ----------------------------------------------------------------------------------------------------------


def test_a_lecture_records_lecturer_title_and_outline(desk_of, world):
    desk = desk_of("party_lecture")
    assert fields(desk.page()) == {"lecturer", "lecturer_guest", "lecture_title", "outline"}
    what = {"lecturer": world.member.id, "lecture_title": "守住红线", "outline": "一、为什么\n二、怎么办"}
    sealed = seal(desk, **what)
    assert sealed["extras"] == {
        "lecturer": [[world.member.id, None, None]],
        "lecture_title": [[None, "守住红线", None]],
        "outline": [[None, "一、为什么\n二、怎么办", None]],
    }
    page = desk.page("probationer")
    assert "讲课人" in page and "守住红线" in page and "二、怎么办" in page and world.member.name in page


def test_the_theme_is_the_title_and_is_not_asked_twice(desk_of, world):
    desk = desk_of("party_lecture", theme="守住安全红线")
    assert fields(desk.page()) == {"lecturer", "lecturer_guest", "outline"}
    sealed = seal(desk, lecturer=world.leader.id)
    assert sealed["theme"] == "守住安全红线" and list(sealed["extras"]) == ["lecturer"]


def test_a_theme_that_several_share_is_offered_as_the_title(desk_of):
    desk = desk_of("party_lecture", "group_meeting", theme="安全生产月")
    assert re.search(r'name="lecture_title"[^>]*value="安全生产月"', desk.page())


def test_a_guest_lectures(desk_of):
    desk = desk_of("party_lecture", theme="守住安全红线")
    assert seal(desk, lecturer="", lecturer_guest="党校 何老师")["extras"]["lecturer"] == [[None, "党校 何老师", None]]
    assert "党校 何老师" in desk.page("member")


@pytest.mark.parametrize(("kind", "change", "said"), [
    ("party_lecture", {"lecturer": "leader", "lecturer_guest": "何老师"}, "不用再写外请的名字"),
    ("party_lecture", {"lecturer": "neighbour"}, "讲课人要从名单里选"),
    ("party_lecture", {"lecturer": "probationer"}, "讲课人要从名单里选"),
    ("party_lecture", {"lecturer": "x"}, "讲课人要从名单里选"),
    ("party_lecture", {"lecture_title": "长" * 101}, "写得太长"),
    ("oath_review", {"oath_leader": "stranger"}, "领誓人要从名单里选"),
    ("theme_day", {"theme_form": "游览"}, "形式要从给出的里面选"),
    ("political_birthday", {"birthdays": "neighbour"}, "要从名单里选"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_what_was_typed_stays(desk_of, world, kind, change, said):
    desk = desk_of(kind)
    typed = {name: world.actors[one].id if one in world.actors else one for name, one in change.items()}
    answer = desk.write(**{f"gist_{desk.topic()}": "写了很久的要点"}, **typed)
    assert answer.status_code == 422 and said in answer.text and "写了很久的要点" in answer.text
    assert desk.minutes is None and desk.session.scalar(sa.select(sa.func.count(Extra.id))) == 0


# --- what is needed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "said", "then"), [
    ("party_lecture", ("讲课人", "课题"), {"lecturer_guest": "何老师", "lecturer": "", "lecture_title": "红线"}),
    ("theme_day", ("形式",), {"theme_form": ["学习", "志愿服务"]}),
    ("oath_review", ("领誓人",), {"oath_leader_guest": "厂党委书记", "oath_leader": ""}),
])  # fmt: skip
def test_what_is_missing_is_said_before_two_confirm(desk_of, kind, said, then):
    desk = desk_of(kind)
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"})
    page = desk.page()
    assert all(f"“{label}”还没有填" in page for label in said) and 'name="seen"' not in page
    assert desk.write(**{f"gist_{item}": "要点"}, **then).status_code == 303
    assert 'name="seen"' in desk.page()


def test_other_kinds_ask_for_nothing_more(desk_of):
    desk = desk_of("group_meeting")
    assert fields(desk.page()) == set() and "extras" not in seal(desk)


def test_the_form_of_a_theme_day(desk_of):
    desk = desk_of("theme_day", theme="大干一百天")
    page = desk.page()
    assert (
        fields(page) == {"theme_form"} and "checked" not in re.search(r'id="theme_form".*?</fieldset>', page, re.S)[0]
    )
    sealed = seal(desk, theme_form=["", "学习", "民主议事"])
    assert sealed["extras"] == {"theme_form": [[None, "学习", None], [None, "民主议事", None]]}
    assert "学习、民主议事" in desk.page("member")


def test_the_words_of_the_oath_are_nowhere(desk_of, world):
    """They are shown exactly or not at all (domain.md 15.3)."""
    desk = desk_of("oath_review")
    seal(desk, oath_leader=world.leader.id)
    assert "我志愿" not in desk.page() and "领誓人" in desk.page() and world.leader.name in desk.page()


# --- political birthdays ----------------------------------------------------------------------------------------------


def joined(session, who, day: date) -> None:
    session.execute(sa.update(Person).where(Person.id == who.id).values(joined_on=day))


def ticked(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'name="birthdays" value="(\d+)" checked', page)]


def test_names_and_years_are_there_already_and_one_tap_leaves_somebody_out(desk_of, session, world):
    older = person(session, "余小满", branch=world.branch.id, group=world.group.id, joined_on=date(1996, 3, 30))
    joined(session, world.member, date(2011, 3, 1))
    joined(session, world.leader, date(2011, 4, 1))
    desk = desk_of("political_birthday")
    page = desk.page()
    assert set(ticked(page)) == {older.id, world.member.id} and "余小满，入党 30 年" in page and "入党 15 年" in page
    sealed = seal(desk, birthdays=["", older.id])
    assert sealed["extras"] == {"birthdays": [[older.id, None, 30]]}
    assert "余小满（30 年）" in desk.page("member") and "15 年" not in desk.page("member")


def test_who_was_left_out_stays_out_and_can_come_back(desk_of, session, world):
    joined(session, world.member, date(2011, 3, 1))
    desk = desk_of("political_birthday")
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"}, birthdays="")
    assert ticked(desk.page()) == [] and "入党 15 年" in desk.page()
    desk.write(**{f"gist_{item}": "要点"}, birthdays=["", world.member.id])
    assert ticked(desk.page()) == [world.member.id]


def test_the_months_since_the_last_time_are_made_up_for(desk_of, session, world):
    session.execute(sa.update(Person).values(joined_on=None))
    joined(session, world.member, date(2001, 12, 20))
    joined(session, world.leader, date(2002, 10, 8))
    desk_of("political_birthday", on="2025-10-09")
    desk = desk_of("political_birthday", on="2026-01-09")
    assert ticked(desk.page()) == [world.member.id] and "入党 24 年" in desk.page()


def test_a_month_without_any_is_said_and_keeps_nobody_from_confirming(desk_of):
    desk = desk_of("political_birthday")
    assert "这段时间没有" in desk.page()
    assert "extras" not in seal(desk, birthdays="")


# --- with the rest of the minutes -------------------------------------------------------------------------------------


def test_what_was_not_asked_stays_and_a_change_takes_confirmations_back(desk_of, world):
    desk = desk_of("party_lecture", theme="守住安全红线")
    item = desk.topic()
    desk.write(**{f"gist_{item}": "要点"}, lecturer=world.member.id, outline="一")
    desk.confirm("leader")
    desk.write(**{f"gist_{item}": "要点"})
    assert desk.minutes.version == 1 and desk.minutes.chair_confirmed_at
    seen = desk.seen("member")
    desk.write(**{f"gist_{item}": "要点"}, outline="一\n二")
    assert desk.minutes.version == 2 and desk.minutes.chair_confirmed_at is None
    assert desk.confirm("member", seen).status_code == 409
    said = desk.session.execute(sa.select(Extra.code, Extra.text).order_by(Extra.code)).all()
    assert said == [("lecturer", None), ("outline", "一\n二")]


def test_of_two_who_write_at_once_each_sees_the_other(desk_of, world):
    desk = desk_of("party_lecture", theme="守住安全红线")
    desk.write(lecturer=world.member.id, outline="组长写的")
    second = desk.write("member", version=0, lecturer=world.member.id, outline="记录人写的")
    assert second.status_code == 409 and "记录人写的" in second.text and "别人存下的提纲" in second.text
    assert "别人存下的讲课人" not in second.text and "组长写的" in second.text


@pytest.mark.parametrize("change", [{"text": "别的"}, {"code": "oath_leader"}, {"years": 3}], ids=str)
def test_any_changed_byte_is_told(desk_of, change):
    desk = desk_of("theme_day")
    seal(desk, theme_form=["", "学习"])
    desk.session.execute(sa.update(Extra).values(change))
    desk.session.commit()
    assert len(desk.faults()) == 1 and "extras" in desk.faults()[0]


def test_minutes_sealed_before_there_were_any_still_hold(desk_of):
    """A lecture sealed by the version before: its body says nothing of a lecturer."""
    desk = desk_of("group_meeting")
    body = seal(desk)
    assert "extras" not in body
    lecture = sa.select(sa.func.max(Kind.id)).where(Kind.code == "party_lecture").scalar_subquery()
    desk.session.execute(sa.update(Meeting).values(kind_id=lecture))
    told = json.dumps(body | {"kind": ["party_lecture", 1]}, ensure_ascii=False, sort_keys=True)
    desk.session.execute(sa.update(Minutes).values(body=told, digest=digest_of_body(told)))
    desk.session.commit()
    assert desk.faults() == []

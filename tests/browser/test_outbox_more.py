"""待发箱: what else waits on the phone than what is jotted: answers, problems, themes, feedback (C2)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Participation, Problem, Theme
from partygroup.feedback.models import Feedback
from tests.browser.phones import Phone
from tests.factories import activity, problem


@pytest.fixture
def leader(world, backstage, new_phone) -> Phone:
    """The leader's phone, whose browser complains of every lost request."""
    phone = new_phone().sign_on(backstage, world.leader.id)
    yield phone
    phone.noise.clear()


def test_what_else_waits(leader, world, backstage):
    """An answer, a problem, a theme, and feedback: kept without a network, sent when it is back, each once."""
    with backstage() as session:
        named = {world.leader.id: None}
        done = activity(session, world.group.id, world.branch.id, by=world.secretary.id, people=named, text="抢修水管")
        left = problem(session, world.group.id, branch=world.branch.id, owner=world.member.id, due_on=clock.today())
    page, off = leader.page, lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    page.route("**/*", off)
    leader.open("/").tap("是", within="#main", exact=True).sees("存在手机里了", "参加了吗：是", "抢修水管")
    leader.open(f"/problems/{left.id}").type("怎么解决的", "换了密封").tap("解决了", within="#main", exact=True)
    leader.sees("存在手机里了", "阀门渗油")
    leader.open("/problems/new").type("什么问题", "二号泵渗油")
    page.get_by_label("谁负责").select_option(str(world.member.id))
    page.get_by_label("什么时候解决").fill(clock.today().isoformat())
    leader.tap("记下来").sees("存在手机里了", "二号泵渗油")
    leader.open("/themes/new").type("主题", "班前学安全").tap("定下来").sees("存在手机里了", "班前学安全")
    leader.open("/feedback").type("哪里不好用", "码太小").tap("提交").sees("存在手机里了", "码太小")
    assert page.locator("[data-outbox-list] > li").count() == 5
    page.unroute("**/*")
    leader.tap("现在试一次").sees("都交上去了")
    with backstage() as session:
        assert session.scalars(sa.select(Participation.answer).where(Participation.activity_id == done.id)).all() == [
            "yes"
        ]
        assert sorted(session.execute(sa.select(Problem.text, Problem.closed_how)).all(), key=str) == [
            ("二号泵渗油", None),
            ("阀门渗油", "换了密封"),
        ]
        assert session.scalars(sa.select(Theme.title)).all() == ["班前学安全"]
        assert session.scalars(sa.select(Feedback.text)).all() == ["码太小"]


def test_what_is_refused_at_home_is_said_beside_its_buttons(leader, world, backstage):
    with backstage() as session:
        named = [world.leader.id]
        done = activity(session, world.group.id, world.branch.id, by=world.secretary.id, people=named).id
    leader.open("/").sees("请您确认")
    withdrawn = {"withdrawn_at": clock.now(), "withdrawn_by": world.secretary.id}
    with backstage() as session:
        session.execute(sa.update(Activity).where(Activity.id == done).values(**withdrawn))
    leader.tap("是", within="#main", exact=True).sees("撤回")
    assert leader.path == "/"

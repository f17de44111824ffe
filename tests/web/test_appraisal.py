"""民主评议党员: steps, tallies from paper, grades chosen by people, feedback (B15; domain.md 13, 14.38)."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.appraisal.models import Appraisal, AppraisalStep, Appraised, Step
from partygroup.db import AuditRow
from partygroup.people.models import Role
from partygroup.scores.models import VetoCase
from tests.factories import add, gathering, post

GRADED = 8
FROM_US = {"Sec-Fetch-Site": "same-origin"}


class Desk:
    """The appraisal of the world's branch in a test, and its pages as somebody uses them."""

    def __init__(self, app, session, world):
        self.app, self.session, self.world = app, session, world
        self.url = f"/branches/{world.branch.id}/appraisal"

    def by(self, who: str = "secretary", *, office: bool = True):
        return self.app.test_client().sign_on(self.world.actors[who], office=office)

    def page(self, path: str = "", who: str = "secretary") -> str:
        return self.by(who).get(f"{self.url}{path}").text

    def send(self, path: str = "", who: str = "secretary", **form):
        form = {"on": "2026-12-20"} | form
        return self.by(who).post(f"{self.url}{path}", data=form, headers=FROM_US)

    def version(self) -> int:
        return self.row.version

    @property
    def row(self) -> Appraisal:
        self.session.expire_all()
        return self.session.scalar(sa.select(Appraisal))

    @property
    def people(self) -> dict[int, Appraised]:
        self.session.expire_all()
        return {one.person_id: one for one in self.session.scalars(sa.select(Appraised))}

    def graded(self) -> list[int]:
        page = self.page("/poll")
        return [int(one) for one in re.findall(r'name="excellent-(\d+)"', page)]

    def poll(self, *, who: str = "secretary", ballots: int = 9, version: int | None = None, **more):
        tallies = {f"qualified-{one}": ballots for one in self.graded()}
        version = self.version() if version is None else version
        return self.send("/poll", who, version=version, ballots=ballots, **tallies | more)

    def grade(self, *, who: str = "secretary", excellent=(), version: int | None = None, **more):
        """Send the page of grades as it stands, with some tapped to excellent."""
        page = self.page("/grades", who)
        picked = dict(re.findall(r'name="(grade-\d+)" value="(\w+)" checked', page))
        picked |= dict(re.findall(r'type="hidden" name="(grade-\d+)" value="(\w+)"', page))
        picked |= {f"grade-{one}": "excellent" for one in excellent}
        step = re.search(r'name="step" value="(\w+)"', page)[1]
        version = self.version() if version is None else version
        return self.send("/grades", who, version=version, step=step, **picked | more)

    def until(self, last: Step) -> None:
        """Take the steps up to one."""
        ways = {
            Step.PREPARED: self.send, Step.POLLED: self.poll, Step.PROPOSED: self.grade, Step.DECIDED: self.grade,
        }  # fmt: skip
        for step in Step:
            answer = ways[step]() if step in ways else self.send("/steps", step=step)
            assert answer.status_code == 303, answer.text
            if step == last:
                return


@pytest.fixture
def desk(app, session, world, at) -> Desk:
    at("2026-12-20 10:00")
    return Desk(app, session, world)


# --- steps ------------------------------------------------------------------------------------------------------------


def test_a_year_goes_from_the_first_step_to_the_last(desk, session):
    desk.until(Step.ARCHIVED)
    assert [one.step for one in session.scalars(sa.select(AppraisalStep).order_by(AppraisalStep.id))] == list(Step)
    people = desk.people.values()
    assert [one.decided for one in people if one.is_graded] == ["qualified"] * GRADED
    assert [(one.person_id, one.decided) for one in people if not one.is_graded] == [(desk.world.probationer.id, None)]
    page = desk.page()
    assert "预备党员，不评等次" in page and 'name="on"' not in page
    assert desk.send("/steps", step="archived", on="2026-12-19").status_code == 422


def test_an_appraisal_begins_once(desk, session):
    assert [desk.send().status_code for _ in range(2)] == [303, 303]
    assert session.scalar(sa.select(sa.func.count(Appraisal.id))) == 1
    assert session.scalar(sa.select(sa.func.count(AuditRow.id)).where(AuditRow.action == "appraisal.step")) == 1


def test_late_is_said_and_not_refused(desk):
    desk.send(on="2026-03-01")
    assert "补录，晚 294 天" in desk.page()


def test_a_day_is_put_right_and_out_of_order_it_is_told(desk, session):
    desk.until(Step.SELF)
    assert desk.send("/steps", step="prepared", on="2026-12-18").status_code == 303
    answer = desk.send("/steps", step="self", on="2026-12-17")
    assert answer.status_code == 422 and "不能比它早" in answer.text
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "appraisal.step").order_by(AuditRow.id)).all()[
        -1
    ]
    assert (row.before, row.after["day"]) == ({"day": "2026-12-20"}, "2026-12-18")


@pytest.mark.parametrize(("path", "form", "said"), [
    ("/steps", {"step": "mutual"}, "先记“个人自评”"), ("/steps", {"step": "polled"}, "连同每个人"),
    ("/steps", {"step": "supper"}, "请选是哪一步"), ("/steps", {"step": "self", "on": "2026-12-21"}, "还没有到"),
    ("/steps", {"step": "self", "on": ""}, "请写是哪一天"), ("/steps", {"step": "self", "on": "昨天"}, "日期"),
    ("/poll", {"version": 1}, "先记“党员互评”"), ("/meeting", {"meeting": "77"}, "请从列出的会议里选"),
])  # fmt: skip
def test_what_cannot_be_is_told(desk, path, form, said):
    desk.send()
    answer = desk.send(path, **form)
    assert answer.status_code == 422 and said in answer.text


@pytest.mark.parametrize("path", ["/steps", "/meeting", "/poll", "/grades", "/looks"])
def test_before_the_beginning_nothing_is_entered(desk, path):
    assert desk.send(path, step="self").status_code == 422


def test_the_meeting_where_it_was_held_is_joined(desk, session):
    world = desk.world
    met = gathering(session, world.branch.id, by=world.secretary.id, kinds=("appraisal",))
    other = gathering(session, world.sister_branch.id, by=world.sister.id, kinds=("appraisal",))
    desk.send()
    options = re.findall(r'<option value="(\d+)"', desk.page())
    assert desk.send("/meeting", meeting=options[0]).status_code == 303
    assert f'href="/meetings/{met.id}"' in desk.page() and f"/meetings/{other.id}" not in desk.page()


# --- ballots ----------------------------------------------------------------------------------------------------------


def test_sums_that_do_not_add_up_are_told_by_name_and_what_was_typed_stays(desk):
    desk.until(Step.MUTUAL)
    member = desk.world.member
    answer = desk.poll(**{f"qualified-{member.id}": 8, f"excellent-{member.id}": 2})
    assert answer.status_code == 422 and f"{member.name}：加起来 10 票，收回 9 票，多 1 票。" in answer.text
    assert re.search(rf'id="excellent-{member.id}"[^>]*value="2"', answer.text) and desk.people == {}
    assert desk.poll(**{f"qualified-{member.id}": "好"}).status_code == 422


def test_what_is_archived_is_joined_to_no_other_meeting(desk, session):
    desk.until(Step.ARCHIVED)
    answer = desk.send("/meeting", meeting="")
    assert answer.status_code == 422 and "已经归档" in answer.text


def test_a_poll_without_any_tally_is_no_step(desk):
    desk.until(Step.MUTUAL)
    answer = desk.send("/poll", version=desk.version(), ballots=9)
    assert answer.status_code == 422 and "请填每个人的票数" in answer.text and not desk.people
    assert desk.poll().status_code == 303


def test_one_line_may_have_its_own_number_of_ballots(desk):
    desk.until(Step.MUTUAL)
    member = desk.world.member.id
    answer = desk.poll(**{f"qualified-{member}": 7, f"excellent-{member}": 1, f"ballots-{member}": 8})
    assert answer.status_code == 303
    row = desk.people[member]
    assert (row.excellent, row.qualified, row.basically, row.unqualified, row.ballots) == (1, 7, 0, 0, 8)


def test_sums_of_four_ballots_are_the_secretarys(desk):
    desk.until(Step.MUTUAL)
    assert desk.poll(ballots=4, who="deputy").status_code == 303
    assert "合格 4（4 票）" in desk.page() and "合格 4" not in desk.page(who="deputy")
    form = desk.page("/poll", "deputy")
    assert "只有书记能看、能改" in form and "excellent-" not in form
    member = desk.world.member.id
    other = {f"unqualified-{member}": 4, f"qualified-{member}": 0}
    assert desk.poll(ballots=4, who="deputy", **other).status_code == 422
    assert desk.poll(ballots=4, **other).status_code == 303


def test_the_list_stands_from_the_day_of_the_poll(desk, session):
    """Who came to the branch after the day that is entered late is not among the graded."""
    desk.until(Step.MUTUAL)
    session.execute(sa.update(AppraisalStep).values(happened_on=date(2026, 12, 1)))
    from tests.factories import person

    person(session, "新来者", branch=desk.world.branch.id, on=date(2026, 12, 10))
    answer = desk.send("/poll", version=desk.version(), ballots=9, on="2026-12-05",
                       **{f"qualified-{desk.world.member.id}": 9})  # fmt: skip
    assert answer.status_code == 303 and len(desk.people) == GRADED + 1
    assert "新来者" not in desk.page()


def test_of_two_who_count_at_once_the_second_is_shown_both(desk):
    desk.until(Step.MUTUAL)
    member, version = desk.world.member.id, desk.version()
    assert desk.poll(version=version).status_code == 303
    answer = desk.poll(who="deputy", version=version, **{f"qualified-{member}": 8, f"unqualified-{member}": 1})
    assert answer.status_code == 409 and "别人刚改过" in answer.text
    assert "合格 9（9 票）" in answer.text and re.search(rf'id="unqualified-{member}"[^>]*value="1"', answer.text)
    assert desk.people[member].qualified == 9


@pytest.mark.parametrize("slip", [{"on": "2026-13-01"}, {"ballots": "九"}])
def test_a_slip_of_the_keys_takes_nothing_from_who_counted_meanwhile(desk, slip):
    desk.until(Step.MUTUAL)
    member, version = desk.world.member.id, desk.version()
    assert desk.poll(version=version).status_code == 303
    answer = desk.poll(who="deputy", version=version, **{f"qualified-{member}": 8, f"unqualified-{member}": 1} | slip)
    assert answer.status_code == 422
    carried = int(re.search(r'name="version" value="(\d+)"', answer.text)[1])
    again = desk.poll(who="deputy", version=carried, **{f"qualified-{member}": 8, f"unqualified-{member}": 1})
    assert again.status_code == 409 and "别人刚改过" in again.text and desk.people[member].qualified == 9


# --- grades -----------------------------------------------------------------------------------------------------------


def test_what_is_sent_twice_over_one_version_is_kept_once_and_nobody_elses(desk):
    desk.until(Step.MUTUAL)
    version = desk.version()
    assert [desk.poll(version=version).status_code for _ in range(2)] == [303, 303]
    for step in ("committee_proposal", "decided"):
        counted = desk.version()
        picked = {f"grade-{one}": "qualified" for one in desk.people if desk.people[one].is_graded}
        form = picked | {"step": step, "version": counted}
        assert [desk.send("/grades", **form).status_code for _ in range(2)] == [303, 303]
        assert desk.version() == counted + 1
    late = desk.send("/grades", **form | {f"grade-{desk.world.member.id}": "excellent"})
    assert late.status_code == 409 and "别人刚改过" in late.text


def test_more_than_a_third_is_warned_with_heads_and_goes_on_with_a_reason(desk):
    desk.until(Step.POLLED)
    others = [one for one in desk.graded() if one != desk.world.secretary.id][:3]
    answer = desk.grade(excellent=others)
    assert answer.status_code == 422 and "评定 8 人，最多 2 人，现在 3 人" in answer.text
    assert answer.text.count('value="excellent" checked') == 3
    assert desk.grade(excellent=others, over_reason="三人都是攻关骨干").status_code == 303
    assert "三人都是攻关骨干" in desk.page()
    assert desk.grade(over_reason="三人都是攻关骨干").status_code == 303
    assert desk.row.over_reason == "三人都是攻关骨干"


def test_the_branch_begins_from_what_was_proposed(desk):
    desk.until(Step.POLLED)
    member = desk.world.member.id
    desk.grade(excellent=[member])
    assert desk.people[member].decided is None
    desk.grade()
    assert desk.people[member].decided == "excellent"


def test_of_two_who_grade_at_once_the_second_is_shown_both(desk):
    desk.until(Step.POLLED)
    member, version = desk.world.member.id, desk.version()
    assert desk.grade(excellent=[member]).status_code == 303
    stale = {f"grade-{one}": "qualified" for one in desk.people if one != desk.world.probationer.id}
    answer = desk.send("/grades", "deputy", version=version, step="committee_proposal",
                       **stale | {f"grade-{member}": "unqualified"})  # fmt: skip
    assert answer.status_code == 409 and "别人存下的：</span>优秀" in answer.text
    assert desk.people[member].proposed == "excellent"


def test_the_own_grade_is_for_another_officer(desk):
    desk.until(Step.POLLED)
    me = desk.world.secretary.id
    assert "请班子里另一位同志来改" in desk.page("/grades")
    assert desk.grade(excellent=[me]).status_code == 403
    assert desk.grade(who="deputy", excellent=[me]).status_code == 303
    assert desk.people[me].proposed == "excellent"


def test_a_branch_with_one_officer_is_not_stuck(desk, session):
    from partygroup.people.models import Post

    session.execute(sa.delete(Post).where(Post.person_id == desk.world.deputy.id))
    desk.until(Step.POLLED)
    assert desk.grade(excellent=[desk.world.secretary.id]).status_code == 303


def test_a_veto_in_force_is_noted_and_grades_nobody(desk, session):
    for until, told in ((date(2026, 1, 1), False), (None, True)):
        add(session, VetoCase, person_id=desk.world.member.id, ground="incident", document="安委〔2025〕3号",
            from_on=date(2025, 3, 1), until_on=until, entered_by=desk.world.deputy.id,
            entered_at=clock.now())  # fmt: skip
        session.commit()
        if desk.row is None:
            desk.until(Step.POLLED)
        assert ("建议不高于基本合格" in desk.page("/grades")) == told
    assert desk.grade(excellent=[desk.world.member.id]).status_code == 303


def test_a_change_after_the_decision_says_why_and_is_told_anew(desk, session):
    desk.until(Step.FED_BACK)
    member = desk.world.member
    desk.by("member").post("/me/appraisals", data={"appraisal": desk.row.id}, headers=FROM_US)
    assert desk.grade(excellent=[member.id]).status_code == 422
    assert desk.grade(excellent=[member.id], reason="支部大会复议").status_code == 303
    assert desk.people[member.id].acknowledged_at is None
    row = session.scalar(
        sa.select(AuditRow).where(AuditRow.action == "appraisal.decide", AuditRow.person_id == member.id)
    )
    assert (row.before, row.after, row.reason) == ({"grade": "合格"}, {"grade": "优秀"}, "支部大会复议")


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_a_member_sees_the_own_grade_alone_once_it_is_told(desk):
    desk.until(Step.DECIDED)
    member = desk.by("member")
    assert "还没有反馈" in member.get("/me/appraisals").text and "合格" not in member.get("/me/records").text
    assert member.post("/me/appraisals", data={"appraisal": desk.row.id}, headers=FROM_US).status_code == 404
    desk.send("/steps", step="fed_back")
    page = member.get("/me/appraisals").text
    assert "合格" in page and desk.world.leader.name not in page
    for _ in range(2):
        assert member.post("/me/appraisals", data={"appraisal": desk.row.id}, headers=FROM_US).status_code == 303
    assert "已知晓" in member.get("/me/appraisals").text and "已知晓 1/8 人" in desk.page()
    assert "反馈评议等次" in member.get("/me/records").text


@pytest.mark.parametrize("who", ["probationer", "activist", "stranger"])
def test_who_was_not_graded_has_nothing_to_know(desk, who):
    desk.until(Step.FED_BACK)
    one = desk.by(who)
    assert "还没有反馈" in one.get("/me/appraisals").text
    assert one.post("/me/appraisals", data={"appraisal": desk.row.id}, headers=FROM_US).status_code == 404


@pytest.mark.parametrize(("who", "status"), [
    ("member", 403), ("leader", 403), ("sister", 404), ("stranger", 404), ("company_officer", 403), ("auditor", 403),
    ("deputy", 200), ("unit_officer", 200),
])  # fmt: skip
def test_the_page_is_for_officers_and_the_unit_office(desk, who, status):
    desk.until(Step.DECIDED)
    assert desk.by(who).get(desk.url).status_code == status
    for path in ("/poll", "/grades"):
        assert desk.by(who).get(desk.url + path).status_code == {"unit_officer": 403}.get(who, status)


def test_the_unit_office_sees_grades_and_no_sums_and_the_look_is_kept(desk):
    desk.until(Step.MUTUAL)
    member = desk.world.member
    desk.poll(**{f"qualified-{member.id}": 0, f"basically-{member.id}": 9})
    desk.grade(excellent=[member.id])
    desk.grade()
    office = desk.by("unit_officer")
    assert member.name not in office.get(desk.url).text
    answer = office.post(f"{desk.url}/looks", headers=FROM_US)
    page = office.get(answer.location).text
    assert member.name in page and "优秀" in page and "基本合格" not in page and "票" not in page
    assert "上级看评议等次" in desk.by("member").get("/me/records").text
    assert member.name not in desk.by("unit_officer").get(desk.url).text


def test_an_officer_without_the_office_is_asked_for_the_password(desk):
    desk.send()
    assert desk.by(office=False).get(desk.url).status_code == 401


def test_a_post_is_what_opens_it(desk, session):
    post(session, desk.world.member.id, desk.world.branch.id, Role.ORGANISATION_OFFICER)
    assert desk.by("member").get(desk.url).status_code == 200

"""What several branches hold together: invited, answered, one code for all, each branch its own list (B2, B3)."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.models import Door, DueEntry, Mark
from partygroup.meetings.models import Gathering, Invitation, Meeting, Sitting
from partygroup.people.models import Person
from tests.factories import add, gathering
from tests.web.conftest import Met, met_of
from tests.web.test_scanning import phone_of

pytestmark = pytest.mark.postgres
START = "2026-03-05 16:30"
OFFICERS = {"红柳": "secretary", "白桦": "sister", "蓝田": "stranger"}


def person_of(session, name: str) -> SimpleNamespace:
    return SimpleNamespace(id=session.scalar(sa.select(Person.id).where(Person.name == name)), name=name)


class Joint:
    """A theme day of the secretary's branch, and the doings of the officers around it."""

    def __init__(self, app, session, world):
        self.app, self.session, self.world = app, session, world
        row = gathering(session, world.branch.id, by=world.secretary.id, starts_at=clock.beijing(START),
                        kinds=("theme_day",), theme="学先进", place="大礼堂")  # fmt: skip
        self.host = met_of(app, session, row)

    def as_officer(self, canary: str):
        """Return the phone of the secretary of a branch, the office open."""
        return self.app.test_client().sign_on(self.world.actors[OFFICERS[canary]], office=True)

    def phone(self, person):
        return self.app.test_client().sign_on(person)

    def invite(self, *canaries: str):
        ids = [self.world.units[one].id for one in canaries]
        return self.as_officer("红柳").post(f"{self.host.url}/invitations", data={"branches": ids})

    def invitation(self, canary: str) -> Invitation:
        self.session.rollback()
        return self.session.scalar(sa.select(Invitation).where(Invitation.branch_id == self.world.units[canary].id))

    def answer(self, canary: str, how: str = "acceptance", **form):
        url = f"/invitations/{self.invitation(canary).id}/{how}"
        return self.as_officer(canary).post(url, data=form)

    def join(self, *canaries: str) -> list[Met]:
        """Invite branches, let all accept, and return their own gatherings."""
        self.invite(*canaries)
        answers = [self.answer(one) for one in canaries]
        assert [answer.status_code for answer in answers] == [303] * len(canaries)
        return [self.met(int(answer.location.rsplit("/", 1)[1])) for answer in answers]

    def met(self, gathering_id: int) -> Met:
        return met_of(self.app, self.session, self.session.get(Gathering, gathering_id))

    def open(self):
        assert self.as_officer("红柳").post(f"{self.host.url}/opening").status_code == 303

    def marks(self) -> list[tuple]:
        self.session.rollback()
        return list(self.session.execute(sa.select(Mark.gathering_id, Mark.person_id, Mark.door).order_by(Mark.id)))


@pytest.fixture
def joint(app, session, world, at) -> Joint:
    at("2026-03-05 16:20")
    return Joint(app, session, world)


# --- inviting and answering -------------------------------------------------------------------------------------------


def test_the_invitation_is_made_from_the_meetings_page(joint, world):
    host = joint.as_officer("红柳")
    assert "请别的支部一起" in host.get(joint.host.url).text
    page = host.get(f"{joint.host.url}/invitations").text
    assert "白桦车间党支部" in page and "红柳" not in page.partition("<main")[2] and "蓝田" not in page
    assert "蓝田车间党支部" in host.get(f"{joint.host.url}/invitations?q=蓝田").text
    answer = host.post(f"{joint.host.url}/invitations", data={"branches": [world.sister_branch.id]})
    assert answer.status_code == 303
    page = host.get(joint.host.url).text
    assert "白桦车间党支部" in page and "等答复" in page
    host.post(f"{joint.host.url}/invitations", data={"branches": [world.sister_branch.id]})
    assert "选的支部都已经请过了" in host.get(joint.host.url).text


def test_accepting_is_one_tap_and_calls_the_own_meeting(joint, session, world):
    joint.invite("白桦")
    sister = joint.as_officer("白桦")
    assert "1 件等您看" in sister.get("/").text
    assert "别的支部请一起开" in sister.get(f"/branches/{world.sister_branch.id}/calendar").text
    page = sister.get("/invitations").text
    assert "红柳车间党支部" in page and "学先进" in page and "大礼堂" in page and "一起开</button>" in page
    action = re.search(r'action="(/invitations/\d+/acceptance)"', page)[1]
    first, again = sister.post(action), sister.post(action)
    assert first.status_code == again.status_code == 303 and first.location == again.location
    own = session.get(Gathering, int(first.location.rsplit("/", 1)[1]))
    sitting = session.scalars(sa.select(Sitting).where(Sitting.gathering_id == own.id)).one()
    assert (own.unit_id, own.circle) == (world.sister_branch.id, "members")
    assert (sitting.starts_at, sitting.place) == (clock.beijing(START), "大礼堂")
    assert session.scalars(sa.select(Meeting.theme).where(Meeting.gathering_id == own.id)).all() == ["学先进"]
    assert "和红柳车间党支部一起开" in sister.get(first.location).text and "等您看" not in sister.get("/").text
    assert "参加" in joint.as_officer("红柳").get(joint.host.url).text


def test_declining_says_a_sentence_and_a_yes_may_follow(joint):
    joint.invite("白桦")
    assert joint.answer("白桦", "refusal", answer="那天检修").status_code == 303
    page = joint.as_officer("红柳").get(joint.host.url).text
    assert "不参加" in page and "那天检修" in page
    assert "那天检修" not in joint.phone(joint.world.member).get(joint.host.url).text
    assert "等您看" not in joint.as_officer("白桦").get("/").text
    assert "改主意，一起开" in joint.as_officer("白桦").get("/invitations").text
    assert joint.answer("白桦").status_code == 303
    answer = joint.answer("白桦", "refusal")
    assert answer.status_code == 422 and "请取消自己的这次会议" in answer.text


@pytest.mark.parametrize(
    ("kinds", "circle", "said"),
    [
        (("member_meeting",), "members", "这种会各开各的"),
        (("appraisal",), "members", "这种会各开各的"),
        (("committee_meeting",), "committee", "支部全体党员的会"),
    ],
)
def test_what_decides_or_concerns_persons_is_not_held_together(joint, session, world, kinds, circle, said):
    row = gathering(session, world.branch.id, by=world.secretary.id, kinds=kinds, circle=circle)
    url, host = f"/meetings/{row.id}", joint.as_officer("红柳")
    assert "请别的支部一起" not in host.get(url).text
    for answer in (
        host.get(f"{url}/invitations"),
        host.post(f"{url}/invitations", data={"branches": [world.sister_branch.id]}),
    ):
        assert answer.status_code == 422 and said in answer.text


def test_only_the_kinds_without_a_vote_come_along(joint, session, world):
    row = gathering(session, world.branch.id, by=world.secretary.id, kinds=("member_meeting", "theme_day"),
                    starts_at=clock.beijing(START))  # fmt: skip
    joint.host = met_of(joint.app, session, row)
    (guest,) = joint.join("白桦")
    assert "主题党日" in joint.as_officer("白桦").get(guest.url).text
    assert session.scalar(sa.select(sa.func.count(Meeting.id)).where(Meeting.gathering_id == guest.id)) == 1


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ((), "请选一起开会的支部"),
        (("红柳",), "不是别的支部"),
        (("朱雀",), "不是别的支部"),
        (("青松",), "不是别的支部"),
    ],
)
def test_whom_one_cannot_invite(joint, session, chosen, said):
    answer = joint.invite(*chosen)
    assert answer.status_code == 422 and said in answer.text
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 0


@pytest.mark.parametrize("how", ["acceptance", "refusal", "notes"])
def test_only_officers_of_the_invited_branch_answer(joint, world, how):
    joint.invite("白桦")
    url = f"/invitations/{joint.invitation('白桦').id}/{how}"
    for role in ("secretary", "stranger", "member", "leader", "auditor"):
        assert joint.app.test_client().sign_on(world.actors[role], office=True).post(url).status_code == 404, role
    assert joint.invitation("白桦").answered_at is None


# --- one code for all -------------------------------------------------------------------------------------------------


def test_three_branches_sign_by_one_code_each_in_its_own_list(joint, session, world):
    sister, far = joint.join("白桦", "蓝田")
    joint.open()
    due = dict(session.execute(sa.select(DueEntry.gathering_id, sa.func.count()).group_by(DueEntry.gathering_id)).all())
    assert due == {joint.host.id: 9, sister.id: 10, far.id: 10}
    people = [world.member, person_of(session, "何麒麟"), person_of(session, "何灵犀")]
    for someone, met in zip(people, (joint.host, sister, far), strict=True):
        phone = joint.phone(someone)
        page = phone.get(joint.host.code())
        assert f'action="{met.url}/sign-ins"' in page.text
        for _twice in range(2):
            answer = phone.post(f"{met.url}/sign-ins", data={})
            assert answer.status_code == 303 and answer.location == f"{met.url}/receipt"
        assert phone.get(answer.location).status_code == 200
    assert joint.marks() == [
        (met.id, one.id, Door.CODE) for met, one in zip((joint.host, sister, far), people, strict=True)
    ]


def test_the_hosts_board_counts_the_branches_and_names_nobody(joint, session, world):
    joint.join("白桦", "蓝田")
    joint.open()
    host = joint.as_officer("红柳")
    before = host.get(f"{joint.host.url}/sign-ins", headers={"HX-Request": "true"}).headers["HX-PTag"]
    someone = person_of(session, "何麒麟")
    phone = joint.phone(someone)
    phone.get(joint.host.code())
    phone.post(f"{joint.met(joint.invitation('白桦').guest_gathering_id).url}/sign-ins")
    board = host.get(f"{joint.host.url}/sign-ins", headers={"HX-Request": "true", "HX-PTag": before})
    assert board.status_code == 200 and re.search("白桦车间党支部.*1/10.*蓝田车间党支部.*0/10", board.text, re.S)
    assert "白桦车间党支部 1／10" in host.get(f"{joint.host.url}/code?view=wall").text
    guest = joint.met(joint.invitation("白桦").guest_gathering_id)
    for officer, url, others in (
        (host, joint.host.url, ("苍龙", "麒麟", "飞燕", "灵犀")),
        (joint.as_officer("白桦"), guest.url, ("朱雀", "玄武", "飞燕", "灵犀")),
    ):
        pages = [officer.get(url + part).text for part in ("", "/sign-ins", "/code?view=wall", "/scanning", "/closing")]
        names = [one for one in session.scalars(sa.select(Person.name)) if one[-2:] in others]
        assert len(names) > 10 and not [name for name in names for page in pages if name in page]


def test_a_scan_before_logging_in_and_before_the_opening_finds_the_own_meeting(joint, session):
    (sister,) = joint.join("白桦")
    phone, someone = joint.app.test_client(), person_of(session, "何麒麟")
    phone.get(joint.host.code())
    phone.sign_on(someone)
    assert "码收好了" in phone.get(f"{joint.host.url}/sign-in").text
    joint.open()
    assert f'action="{sister.url}/sign-ins"' in phone.get(f"{joint.host.url}/sign-in").text
    assert phone.post(f"{sister.url}/sign-ins").location == f"{sister.url}/receipt"
    assert joint.marks() == [(sister.id, someone.id, Door.CODE)]


def test_the_form_of_the_hosts_desk_signs_in_the_own_meeting_too(joint, session):
    (sister,) = joint.join("白桦")
    someone = person_of(session, "何麒麟")
    phone = joint.phone(someone)
    phone.get(joint.host.code())
    joint.open()
    assert phone.post(f"{joint.host.url}/sign-ins").location == f"{sister.url}/receipt"
    assert joint.marks() == [(sister.id, someone.id, Door.CODE)]


def test_the_code_of_a_sitting_leads_to_the_own_sitting_of_that_time(joint, session, world, at):
    later = {"starts_at": clock.beijing("2026-03-05 20:30"), "place": "食堂", "host_id": world.secretary.id}
    second = add(session, Sitting, gathering_id=joint.host.id, **later)
    (sister,) = joint.join("白桦")
    joint.open()
    at("2026-03-05 20:25")
    joint.host.sitting_id = second
    phone = joint.phone(person_of(session, "何麒麟"))
    phone.get(joint.host.code())
    assert phone.post(f"{sister.url}/sign-ins").status_code == 303
    own = sa.select(Sitting.gathering_id, Sitting.starts_at).join(Mark, Mark.sitting_id == Sitting.id)
    assert session.execute(own).all() == [(sister.id, later["starts_at"])]


@pytest.mark.parametrize("at_host", [True, False])
def test_the_six_digits_of_the_host_are_right_at_the_own_desk(joint, session, at_host):
    (sister,) = joint.join("白桦")
    joint.open()
    someone = person_of(session, "何麒麟")
    url = (joint.host if at_host else sister).url
    answer = joint.phone(someone).post(f"{url}/sign-ins", data={"spoken": "000000"})
    assert answer.status_code in (404, 422) and joint.marks() == []
    answer = joint.phone(someone).post(f"{url}/sign-ins", data={"spoken": joint.host.spoken()})
    assert answer.location == f"{sister.url}/receipt"
    assert joint.marks() == [(sister.id, someone.id, Door.SPOKEN)]


@pytest.mark.parametrize("spoken", [True, False])
def test_the_code_of_a_host_is_none_of_a_branch_that_moved_away(joint, session, spoken):
    (sister,) = joint.join("白桦")
    joint.as_officer("白桦").post(f"{sister.url}/moving", data={"starts_at": "2026-03-05T19:30", "place": "本车间"})
    joint.open()
    assert joint.as_officer("白桦").post(f"{sister.url}/opening").status_code == 303
    phone = joint.phone(person_of(session, "何麒麟"))
    phone.get(joint.host.code())
    typed = {"spoken": joint.host.spoken()} if spoken else {}
    for met in (joint.host, sister):
        assert phone.post(f"{met.url}/sign-ins", data=typed).status_code in (404, 422)
    assert joint.marks() == []


def test_a_scan_without_a_network_counts_in_the_own_meeting(joint, session, at):
    (sister,) = joint.join("白桦")
    joint.open()
    someone, code = person_of(session, "何麒麟"), joint.host.code()
    at("2026-03-05 17:30")
    joint.as_officer("红柳").post(f"{joint.host.url}/closing")
    at("2026-03-05 18:05")
    answer = joint.phone(someone).post("/sign-ins", data={"code": code}, headers=phone_of(someone))
    assert answer.json["state"] == "stored" and answer.json["to"] == f"{sister.url}/receipt"
    assert joint.marks() == [(sister.id, someone.id, Door.OFFLINE)]


def test_the_host_scans_a_members_own_code_and_learns_the_branch(joint, session):
    (sister,) = joint.join("白桦")
    joint.open()
    someone, host = person_of(session, "何麒麟"), joint.as_officer("红柳")
    code = codes.personal_code(joint.host.key, someone.id)
    answer = host.post(f"{joint.host.url}/scans", data={"code": code}, headers=phone_of(joint.world.secretary))
    assert answer.json["words"] == "白桦车间党支部的同志，签到了。"
    assert (
        "白桦车间党支部的同志已经签过了"
        in host.get(host.post(f"{joint.host.url}/scans", data={"code": code}).location).text
    )
    assert joint.marks() == [(sister.id, someone.id, Door.SCAN_MEMBER)]
    other = codes.personal_code(joint.host.key, joint.world.member.id)
    guest = joint.as_officer("白桦").post(f"{sister.url}/scans", data={"code": other})
    assert guest.status_code == 303 and joint.marks()[1][:2] == (joint.host.id, joint.world.member.id)


def test_somebody_of_a_branch_not_invited_is_told_as_ever(joint, world):
    joint.join("白桦")
    joint.open()
    phone = joint.phone(world.stranger)
    assert "不在这次会议的应到名单里" in phone.get(joint.host.code()).text
    assert phone.post(f"{joint.host.url}/sign-ins").status_code == 422
    assert phone.post(f"{joint.host.url}/sign-ins", data={"spoken": joint.host.spoken()}).status_code in (404, 422)
    assert joint.marks() == []


def test_a_sign_in_costs_one_statement_more_at_the_scan_and_none_at_the_mark(joint, session, statements):
    (sister,) = joint.join("白桦")
    joint.open()
    phone = joint.phone(person_of(session, "何麒麟"))
    with statements() as scanned:
        phone.get(joint.host.code())
    with statements() as signed:
        assert phone.post(f"{sister.url}/sign-ins").status_code == 303
    assert len(scanned) <= 6 and len(signed) <= 5, (scanned, signed)


# --- each branch's own ------------------------------------------------------------------------------------------------


def test_closing_is_each_branchs_own_act(joint, session):
    (sister,) = joint.join("白桦")
    joint.open()
    joint.as_officer("红柳").post(f"{joint.host.url}/closing")
    someone = person_of(session, "何麒麟")
    phone = joint.phone(someone)
    phone.get(sister.code())
    assert phone.post(f"{sister.url}/sign-ins").status_code == 303
    assert joint.as_officer("红柳").post(f"{sister.url}/closing").status_code == 404
    assert joint.as_officer("白桦").post(f"{sister.url}/closing").status_code == 303
    page = joint.as_officer("白桦").get(sister.url).text
    assert "应到 10 = 实到 1" in page and joint.as_officer("白桦").get(joint.host.url).status_code == 404


def test_guests_are_told_of_a_move_until_an_officer_has_read_it(joint, session):
    (sister,) = joint.join("白桦")
    moved = {"starts_at": "2026-03-06T09:00", "place": "食堂"}
    assert joint.as_officer("红柳").post(f"{joint.host.url}/moving", data=moved).status_code == 303
    officer = joint.as_officer("白桦")
    assert "1 件等您看" in officer.get("/").text
    page = officer.get("/invitations").text
    assert "红柳车间党支部改了时间地点" in page and "明天 09:00" in page
    assert "食堂" in officer.get(sister.url).text
    officer.post(f"/invitations/{joint.invitation('白桦').id}/notes")
    assert "等您看" not in officer.get("/").text and "改了时间地点" not in officer.get(sister.url).text


def test_when_the_host_cancels_the_guests_meeting_stays_and_says_so(joint):
    (sister,) = joint.join("白桦")
    joint.invite("蓝田")
    joint.as_officer("红柳").post(f"{joint.host.url}/cancellation", data={"reason": "高炉休风"})
    officer = joint.as_officer("白桦")
    assert "1 件等您看" in officer.get("/").text
    page = officer.get(sister.url).text
    assert "红柳车间党支部取消了这次会议" in page and "高炉休风。本支部的会还在" in page and "开始签到</button>" in page
    assert "等您看" not in joint.as_officer("蓝田").get("/").text
    answer = joint.answer("蓝田")
    assert answer.status_code == 422 and "主办支部已经取消" in answer.text


def test_a_guest_opts_out_by_cancelling_its_own(joint, session):
    (sister,) = joint.join("白桦")
    joint.as_officer("白桦").post(f"{sister.url}/cancellation", data={"reason": "检修"})
    joint.open()
    assert "会取消了" in joint.as_officer("红柳").get(joint.host.url).text
    assert "不在这次会议的应到名单里" in joint.phone(person_of(session, "何麒麟")).get(joint.host.code()).text

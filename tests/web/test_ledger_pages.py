"""发展党员, 党费, 荣誉和关怀: entered in few taps, seen by whom they concern, never asked twice (G7)."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.db import AuditRow
from partygroup.evaluation.models import BranchAward
from partygroup.ledgers.models import AdmissionStep, CareVisit, DuesPayment, Honour
from partygroup.meetings.models import AgendaItem, Meeting, Vote
from tests.factories import add, gathering, person
from tests.scorebook import entry
from tests.web.pagetexts import texts

DAY = "2026-03-05"


@pytest.fixture
def here(world, at):
    at(f"{DAY} 09:00")
    return f"/branches/{world.branch.id}"


@pytest.fixture
def secretary(world, client):
    return client.sign_on(world.secretary, office=True)


def count(session, model) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model))


# --- admission --------------------------------------------------------------------------------------------------------


@pytest.fixture
def activist(world, session):
    where = {"branch": world.branch.id, "group": world.group.id}
    made = person(session, "施新宇", standing="activist", on=date(2025, 8, 1), **where)
    session.commit()
    return made


def card(page: str, person_id: int) -> str:
    return page.split(f'id="person-{person_id}"')[1].split("</section>")[0]


def test_who_is_on_the_way_is_shown_with_what_is_next(secretary, here, activist, world):
    page = secretary.get(f"{here}/admissions").text
    words = texts(card(page, activist.id))
    assert "入党积极分子，2025年8月1日起" in words and "定两名培养联系人" in words
    assert "2026年2月1日以前" in words and "过期" in words and "2026年8月1日起可以" in words
    assert page.index(world.probationer.name) < page.index(activist.name)


def test_a_step_is_entered_and_taken_off(secretary, here, activist, session):
    url, typed = f"{here}/admissions", {"person": activist.id, "step": "review", "on_day": DAY}
    assert "做了哪一步" in secretary.get(f"{url}?person={activist.id}").text
    assert secretary.post(url, data=typed).status_code == 303
    words = texts(card(secretary.get(url).text, activist.id))
    assert "2026年9月5日以前" in words and "2026年3月5日" in words
    twice = secretary.post(url, data=typed)
    assert twice.status_code == 422 and "这一天的已经记过" in twice.text
    row = session.scalar(sa.select(AdmissionStep.id))
    assert secretary.post(f"{url}/removal", data={"row": row}).status_code == 303
    assert count(session, AdmissionStep) == 0
    told = session.scalars(sa.select(AuditRow.action).where(AuditRow.person_id == activist.id).order_by(AuditRow.id))
    assert list(told) == ["ledgers.admission.enter", "ledgers.admission.drop"]


def test_a_standing_is_never_changed_here(secretary, here, activist, session, world):
    member = {"person": world.member.id, "step": "review", "on_day": DAY}
    assert secretary.post(f"{here}/admissions", data=member).status_code == 422
    wrong = secretary.post(f"{here}/admissions", data={"person": activist.id, "step": "approval", "on_day": DAY})
    assert wrong.status_code == 422 and count(session, AdmissionStep) == 0


def test_a_vote_is_shown_from_the_meeting_and_not_asked_again(secretary, here, world, session):
    moments = {"opened_at": clock.now(), "opened_by": world.secretary.id, "closed_at": clock.now()}
    met = gathering(session, world.branch.id, by=world.secretary.id, kinds=("member_meeting",), **moments)
    meeting = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == met.id))
    what = {"ordinal": 1, "sort": "full_membership", "title": f"{world.probationer.name}转为正式党员"}
    item = add(session, AgendaItem, meeting_id=meeting, person_id=world.probationer.id, added_at=clock.now(),
               added_by=world.secretary.id, **what)  # fmt: skip
    votes = {"due": 8, "present": 8, "votes_for": 8, "votes_against": 0, "abstained": 0}
    written = {"written_for": 0, "written_against": 0, "written_abstained": 0}
    add(session, Vote, item_id=item, at=clock.now(), by_id=world.secretary.id, version=1, **votes | written)
    session.commit()
    found = card(secretary.get(f"{here}/admissions").text, world.probationer.id)
    assert f'href="/meetings/{met.id}"' in found and "通过" in texts(found)
    assert "大会已经通过" in found and "full_membership" not in found


def test_who_sees_the_way(world, app, here, activist):
    def status(actor, path, office=True) -> int:
        return app.test_client().sign_on(actor, office=office).get(path).status_code

    group, other = f"/groups/{world.group.id}/admissions", f"/groups/{world.units['玄武'].id}/admissions"
    assert status(world.secretary, f"{here}/admissions", office=False) == 401
    assert status(world.leader, f"{here}/admissions") == status(world.member, f"{here}/admissions") == 403
    assert status(world.leader, group, office=False) == 200 and status(world.leader, other) == 403
    assert status(world.unit_officer, f"{here}/admissions") == 200
    assert status(world.stranger, f"{here}/admissions") == 404
    refused = app.test_client().sign_on(world.unit_officer, office=True)
    assert refused.post(f"{here}/admissions", data={"person": activist.id}).status_code == 403


# --- dues -------------------------------------------------------------------------------------------------------------


def ticked(page: str) -> set[str]:
    """Return the names that are ticked."""
    return {texts(label)[-1] for label in re.findall(r'<label class="person">.*?</label>', page, re.DOTALL)
            if " checked" in label}  # fmt: skip


def test_everybody_in_one_tap_then_the_exception(world, secretary, here, session):
    url, form = f"{here}/dues", {"month": "2026-03"}
    assert ticked(secretary.get(url).text) == set()
    assert secretary.post(url, data=form | {"all": "1"}).status_code == 303
    page = secretary.get(url).text
    everybody = [int(one) for one in re.findall(r'name="people" value="(\d+)"', page)]
    assert len(ticked(page)) == len(everybody) == count(session, DuesPayment) == 9
    left = [one for one in everybody if one != world.member.id]
    secretary.post(url, data=form | {"shown": everybody, "people": left})
    assert world.member.name not in ticked(secretary.get(url).text) and count(session, DuesPayment) == 8
    assert count(session, DuesPayment) == 8


def test_a_tick_of_meanwhile_is_not_lost(world, secretary, here, session):
    url, form = f"{here}/dues", {"month": "2026-03"}
    secretary.post(url, data=form | {"people": [world.member.id]})
    secretary.post(url, data=form | {"people": [world.leader.id]})  # from a page opened before that
    assert ticked(secretary.get(url).text) == {world.member.name, world.leader.name}


def test_a_leader_ticks_the_own_group_only(world, client, session, at):
    at(f"{DAY} 09:00")
    url = f"/groups/{world.group.id}/dues"
    client.sign_on(world.leader)
    client.post(url, data={"month": "2026-02", "people": [world.member.id, world.neighbour.id]})
    assert list(session.scalars(sa.select(DuesPayment.person_id))) == [world.member.id]
    assert client.post(f"/branches/{world.branch.id}/dues", data={"month": "2026-02"}).status_code == 403


def test_a_month_over_with_somebody_missing_leads_to_the_entry_that_exists(secretary, here):
    page = secretary.get(f"{here}/dues?month=2026-02").text
    link = re.search(r'href="(/declarations/new[^"]+)"', page)[1].replace("&amp;", "&")
    assert "2月还有 9 名没交" in page and secretary.get(link).status_code == 200
    assert "没交" not in texts(secretary.get(f"{here}/dues").text.split("<main")[1])


@pytest.mark.parametrize("month", ["", "2026-04", "2026-3", "x", "1999-01", "2026-13"])
def test_no_dues_of_a_month_that_is_none(secretary, here, session, month):
    assert secretary.post(f"{here}/dues", data={"month": month, "all": "1"}).status_code == 422
    assert secretary.get(f"{here}/dues?month={month}").status_code == 200 and count(session, DuesPayment) == 0


# --- honours and visits -----------------------------------------------------------------------------------------------


def test_honours_stand_beside_what_others_know(world, secretary, here, session):
    earned = entry(session, world.member.id, "QI-SKILL", branch=world.branch.id, on=date(2026, 2, 1),
                   by=world.secretary.id)  # fmt: skip
    given = {"entered_by": world.unit_officer.id, "entered_at": clock.now(), "document": "〔2026〕3号"}
    add(session, BranchAward, unit_id=world.branch.id, sort="award", level="company", text="先进基层党组织",
        on_day=date(2026, 1, 9), **given)  # fmt: skip
    session.commit()
    typed = {"person": world.leader.id, "title": "优秀共产党员", "level": "company", "awarded_by": "公司党委",
             "awarded_on": "2026-01-20"}  # fmt: skip
    assert earned and secretary.post(f"{here}/honours", data=typed).status_code == 303
    words = " ".join(texts(secretary.get(f"{here}/honours").text.split("<main")[1]))
    assert "先进基层党组织" in words and "优秀共产党员" in words and "按期完成" in words
    row = session.scalar(sa.select(Honour.id))
    assert secretary.post(f"{here}/honours/removal", data={"row": row}).status_code == 303
    assert count(session, Honour) == 0


def test_an_honour_of_nobody_here_is_refused(world, secretary, here, session):
    typed = {"title": "优秀", "level": "unit", "awarded_by": "厂党委", "awarded_on": DAY}
    for someone in ("", world.sister.id):
        answer = secretary.post(f"{here}/honours", data=typed | {"person": someone})
        assert answer.status_code == 422 and "请在名单里选人" in answer.text
    missing = secretary.post(f"{here}/honours", data=typed | {"person": world.member.id, "awarded_on": ""})
    assert missing.status_code == 422 and "授予的日期" in missing.text and count(session, Honour) == 0


def test_a_visit_is_for_the_officers_and_whom_it_concerns(world, app, secretary, here, session):
    typed = {
        "person": world.member.id,
        "occasion": "ill",
        "on_day": DAY,
        "visitor": world.deputy.id,
        "text": "送了水果",
    }
    assert secretary.post(f"{here}/care", data=typed).status_code == 303
    assert "送了水果" in secretary.get(f"{here}/care").text
    own = app.test_client().sign_on(world.member)
    assert "送了水果" in own.get("/me/ledger").text and own.get(f"{here}/care").status_code == 403
    assert "送了水果" not in app.test_client().sign_on(world.leader).get("/me/ledger").text
    assert app.test_client().sign_on(world.secretary).get(f"{here}/care").status_code == 401
    for nobody in (world.company_officer, world.auditor):
        assert app.test_client().sign_on(nobody, office=True).get(f"{here}/care").status_code == 403
    told = session.scalars(sa.select(AuditRow.after).where(AuditRow.action == "ledgers.visit.enter")).one()
    assert "送了水果" not in str(told)


def test_a_row_of_another_branch_is_not_taken_off(world, secretary, here, session):
    by = {"branch_id": world.sister_branch.id, "person_id": world.sister.id, "by_id": world.sister.id,
          "at": clock.now()}  # fmt: skip
    day = date(2026, 3, 1)
    rows = {
        "admissions": add(session, AdmissionStep, step="review", on_day=day, **by),
        "honours": add(session, Honour, title="优", level="unit", awarded_by="厂", awarded_on=day, **by),
        "care": add(session, CareVisit, occasion="ill", on_day=day, visitor_id=world.sister.id, **by),
    }
    session.commit()
    for page, row in rows.items():
        assert secretary.post(f"{here}/{page}/removal", data={"row": row}).status_code == 422
    assert [count(session, model) for model in (AdmissionStep, Honour, CareVisit)] == [1, 1, 1]


def test_ones_own_part_of_the_ledger(world, client, app, secretary, here):
    secretary.post(f"{here}/dues", data={"month": "2026-03", "people": [world.probationer.id]})
    page = app.test_client().sign_on(world.probationer).get("/me/ledger").text
    assert "入党的路" in page and "预备期满，讨论转正" in page and "已交：3月" in page
    page = app.test_client().sign_on(world.member).get("/me/ledger").text
    assert "入党的路" not in page and "已交" not in page


def test_a_double_tap_enters_once_and_another_word_is_asked_about(world, secretary, here, session):
    typed = {"person": world.member.id, "title": "标兵", "level": "unit", "awarded_by": "厂党委", "awarded_on": DAY}
    typed["key"] = re.search('name="key" value="([^"]+)"', secretary.get(f"{here}/honours").text)[1]
    assert [secretary.post(f"{here}/honours", data=typed).status_code for _ in range(2)] == [303, 303]
    assert count(session, Honour) == 1
    again = secretary.post(f"{here}/honours", data=typed | {"title": "先进"})
    assert again.status_code == 409 and "内容不一样" in again.text
    fresh = re.search('name="key" value="([^"]+)"', again.text)[1]
    assert secretary.post(f"{here}/honours", data=typed | {"title": "先进", "key": fresh}).status_code == 303
    assert count(session, Honour) == 2

"""Versions of the scheme: drafted, published for the next quarter by another person; what has begun never moves."""

from __future__ import annotations

import copy
from datetime import date
from random import Random

import pytest
import sqlalchemy as sa

from partygroup.clock import Quarter, beijing
from partygroup.db import AuditRow, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import editing, periods, schemes
from partygroup.evaluation.models import SchemeVersion, UnitVeto
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.queries import branch_sheets
from partygroup.evaluation.scheme_faults import faults
from partygroup.versions import find_draft, published
from tests.factories import add
from tests.rooms.test_figures import Desk, line

Q2, Q3, Q4 = Quarter(2026, 2), Quarter(2026, 3), Quarter(2026, 4)
#: 能耗达标率, worth 5.0 taken from WP1.
ENERGY = {"formula": "rate", "dimension": "WP", "name": "能耗达标率", "full": "5", "value": "new-1", "whole": "100",
          "new-name-1": "能耗达标率", "new-unit-1": "%"}  # fmt: skip


@pytest.fixture
def desk(session, world, at) -> Desk:
    return Desk(session, world, at("2026-10-08 09:00"))


def with_energy(body: dict) -> dict:
    body = editing.with_indicator(body, editing.NEW, ENERGY, {row["code"] for row in body["indicators"]})
    form = editing.shown_indicator(body, "WP1", "rate") | {"full": "5"}
    return editing.with_indicator(body, "WP1", form, set())


def publish(session, world, change, when: str) -> SchemeVersion:
    """Let one of the office change the scheme, and another one publish it."""
    at = beijing(when)
    with transaction(session):
        draft = schemes.begin_draft(session, by=world.company_officer.id, at=at)
        schemes.revise_draft(session, draft, change(draft.body), by=world.company_officer.id, at=at)
        return schemes.publish_draft(session, note="调整", by=world.auditor.id, at=at)


def refused(session, words: str, act) -> None:
    with pytest.raises(Refused, match=words), transaction(session):
        act()
    session.expire_all()


def test_one_draft_published_by_another_for_the_next_quarter(session, world):
    by, other, at = world.company_officer.id, world.auditor.id, beijing("2026-08-20 12:00")
    with transaction(session):
        draft = schemes.begin_draft(session, by=by, at=at)
    refused(session, "已经有一份草稿", lambda: schemes.begin_draft(session, by=other, at=at))
    with transaction(session):
        assert schemes.revise_draft(session, draft, BODY, by=other, at=at) == []
        assert schemes.revise_draft(session, draft, with_energy(BODY), by=by, at=at)[0].startswith("“WP1")
    refused(session, "另一位同志", lambda: schemes.publish_draft(session, note="", by=by, at=at))
    with transaction(session):
        made = schemes.publish_draft(session, note="加能耗", by=other, at=at)
    assert (made.version, made.in_force_from, made.made_by, made.published_by) == (2, date(2026, 10, 1), by, other)
    assert [schemes.scheme_for(session, quarter).version for quarter in (Q2, Q3, Q4)] == [1, 1, 2]
    rows = session.execute(sa.select(AuditRow.action, AuditRow.after).where(AuditRow.subject_type == "scheme"))
    told = dict(map(tuple, rows))
    assert set(told) == {f"evaluation.scheme.{verb}" for verb in ("draft", "revise", "publish")}
    assert "新增指标“WP5 能耗达标率”" in told["evaluation.scheme.revise"]["changes"][1]
    with pytest.raises(NotFound):
        schemes.publish_draft(session, note="", by=other, at=at)


def test_a_draft_whose_sums_do_not_come_out_waits(session, world):
    by, at = world.company_officer.id, beijing("2026-08-20 12:00")
    with transaction(session):
        draft = schemes.begin_draft(session, by=by, at=at)
        half = editing.without_indicator(BODY, "WP4")
        schemes.revise_draft(session, draft, half, by=by, at=at)
    refused(session, "“工作绩效”的满分是 30.0，它的指标合计是 24.0",
            lambda: schemes.publish_draft(session, note="", by=world.auditor.id, at=at))  # fmt: skip
    with transaction(session):
        schemes.drop_draft(session, by=by, at=at)
    assert find_draft(session, SchemeVersion) is None and len(published(session, SchemeVersion)) == 1


def test_a_quarter_whose_evaluation_is_set_up_stays_with_its_scheme(session, world):
    at = beijing("2026-09-28 12:00")
    with transaction(session):
        periods.configure_period(session, world.committee.id, Q4, by=world.unit_officer.id, at=at)
    refused(session, "2026年第四季度的考评已经按现在的方案设定",
            lambda: publish(session, world, with_energy, "2026-09-28 12:00"))  # fmt: skip
    assert find_draft(session, SchemeVersion) is None
    made = publish(session, world, with_energy, "2026-10-01 12:00")
    assert made.in_force_from == date(2027, 1, 1)


def test_a_new_figure_comes_in_for_the_quarters_that_know_it(desk, session, world):
    publish(session, world, with_energy, "2026-08-20 12:00")
    early = desk.preview(
        line("WP5", "90%"), line("能耗达标率", "90%", period="2026-09"), line("WP1", "90%", period="2015")
    )
    reasons = [fault["reason"] for row in early.faults for fault in row["faults"]]
    assert [reason[:10] for reason in reasons] == ["没有叫“WP5”的指", "没有叫“能耗达标率”", "“挂钩单位计划完成率"]
    desk.at = beijing("2027-01-08 09:00")
    desk.send(line("WP5", "80%", period="2026Q4"), line("WP1", "100%", period="2026Q4"), line("WP1", "90%"))
    lines = branch_sheets(session, [world.branch.id], Q4, at=desk.at)[world.branch.id].sheet.lines
    assert [one.points for one in lines if one.code in ("WP1", "WP5")] == [50, 40]
    assert desk.points(world.branch.id, "WP1") == 90


def other_scheme(body: dict, random: Random) -> dict:
    """Return a sound scheme in which much is different: an indicator gone, other bands, meetings, bonus and limits."""
    gone = random.choice([row for row in body["indicators"] if row["code"] in ("WP2", "WP3", "WP4")])
    changed = copy.deepcopy(editing.without_indicator(body, gone["code"]))
    changed["indicators"][0]["full"] += gone["full"]
    changed["stars"], changed["good_group"] = [[950, 5], [500, 2], [0, 1]], random.choice([500, 950])
    changed["bonus"]["most"], changed["veto_stars"] = 10, 1
    changed["due_meetings"] = random.sample(changed["due_meetings"], 3)
    return changed


@pytest.mark.parametrize("seed", range(4))
def test_another_scheme_moves_no_quarter_that_has_begun(desk, session, world, seed):
    """Q2 frozen, Q3 set up and open, Q4 not yet: only Q4 may look otherwise."""
    random, by = Random(seed), {"by": world.company_officer.id}
    figures = ["WP1", "WP4", "QI4", "PF7", "SE1.A", "SE1.B", "SE1.C", "SE2.CLOSED", "SE2.DUE", "WP2.UP", "WP2.ALL"]
    for code in figures:
        value = f"{random.randint(60, 99)}%" if code in ("WP1", "WP4", "QI4", "PF7") else "2"
        desk.send(*(line(code, value, period=period) for period in ("2026Q2", "2026Q3", "2026Q4")))
    add(session, UnitVeto, unit_id=world.sister_branch.id, ground="accident", document="通报1号",
        from_on=date(2026, 5, 1), entered_by=world.company_officer.id, entered_at=desk.at)  # fmt: skip
    session.commit()
    with transaction(session):
        first = periods.configure_period(session, world.company.id, Q2, **by, at=beijing("2026-07-08 09:00"))
        periods.open_period(session, first, **by, at=beijing("2026-07-08 09:00"))
        periods.collect(session, first, **by, at=beijing("2026-07-08 09:00"))
        periods.freeze_period(session, first, **by, at=beijing("2026-07-08 09:00"))
        periods.configure_period(session, world.company.id, Q3, **by, at=beijing("2026-07-08 09:00"))
    branches, at = [world.branch.id, world.sister_branch.id], beijing("2027-01-08 09:00")
    before = {quarter: branch_sheets(session, branches, quarter, at=at) for quarter in (Q2, Q3, Q4)}
    made = publish(session, world, lambda body: other_scheme(body, random), "2026-09-10 10:00")
    assert faults(made.body) == [] and made.in_force_from == Q4.first
    after = {quarter: branch_sheets(session, branches, quarter, at=at) for quarter in (Q2, Q3, Q4)}
    for branch_id in branches:
        for quarter in (Q2, Q3):
            assert after[quarter][branch_id].sheet == before[quarter][branch_id].sheet
        assert after[Q4][branch_id].sheet != before[Q4][branch_id].sheet
    with transaction(session):
        second = periods.configure_period(session, world.company.id, Q4, **by, at=at)
    assert second.scheme_id == made.id


def test_a_veto_whose_ground_is_gone_still_limits_and_keeps_its_words(desk, session, world):
    add(session, UnitVeto, unit_id=world.branch.id, ground="accident", document="通报1号", from_on=date(2026, 8, 1),
        entered_by=world.company_officer.id, entered_at=desk.at)  # fmt: skip
    session.commit()
    form = editing.shown_vetoes(BODY) | {"name-accident": ""}
    publish(session, world, lambda body: editing.with_vetoes(body, form, set()), "2026-09-10 10:00")
    sheet = branch_sheets(session, [world.branch.id], Q4, at=beijing("2027-01-08 09:00"))[world.branch.id].sheet
    assert sheet.limits == ("一票否决（事故，通报1号）：最高二星，不评先进，得分不变。",) and not sheet.honours

"""Importing figures: what is previewed, what is written, by whom, once; and where it shows."""

from __future__ import annotations

import io
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import AuditRow, transaction
from partygroup.errors import Refused
from partygroup.evaluation.importing import (
    apply_figures,
    draft_figures,
    latest_figures,
    purge_previews,
    read_figure_file,
    store_preview,
)
from partygroup.evaluation.models import FigureImport, ReportedFigure
from partygroup.evaluation.proposing import EVENT_LENGTH, propose
from partygroup.evaluation.queries import branch_sheets, provenance_of
from partygroup.scores.models import Declaration
from partygroup.spreadsheets.faulty import fault_sheet
from tests.factories import unit

Q3 = Quarter(2026, 3)
HEADER = "期间,党支部,二级党委,工号,指标,数值,来源,说明"
BRANCH, FOREIGN = "红柳车间党支部", "蓝田车间党支部"


def line(
    indicator: str, value: str, *, period="2026Q3", branch=BRANCH, committee="", staff="", source="生产月报", note=""
):
    return ",".join([period, branch, committee, staff, indicator, value, source, note])


class Desk:
    """Whoever sends figures in a test."""

    def __init__(self, session, world, at):
        self.session, self.world, self.at, self.propose = session, world, at, propose

    def preview(
        self, *lines: str, scope: int | None = None, header: str = HEADER, by: int | None = None
    ) -> FigureImport:
        text = "\n".join([HEADER, *lines])
        sheet = read_figure_file(io.BytesIO(text.encode("utf-8-sig")), "九月指标.csv")
        by = by or self.world.company_officer.id
        with transaction(self.session):
            scope = scope or self.world.company.id
            draft = draft_figures(self.session, sheet, scope_unit_id=scope, by=by, at=self.at)
            return store_preview(self.session, draft, by=by, at=self.at)

    def apply(self, found: FigureImport, **others):
        given = {"digest": found.summary["digest"], "by": self.world.company_officer.id} | others
        with transaction(self.session):
            return apply_figures(self.session, found, at=self.at, propose=self.propose, **given)

    def send(self, *lines: str, **others):
        return self.apply(self.preview(*lines), **others)

    def result(self, branch_id: int):
        return branch_sheets(self.session, [branch_id], Q3, at=self.at)[branch_id]

    def points(self, branch_id: int, code: str) -> int | None:
        return next(one.points for one in self.result(branch_id).sheet.lines if one.code == code)


@pytest.fixture
def desk(session, world, at) -> Desk:
    return Desk(session, world, at("2026-10-08 09:00"))


def rows(session) -> list[ReportedFigure]:
    return list(session.scalars(sa.select(ReportedFigure).order_by(ReportedFigure.id)))


def test_a_figure_shows_in_its_line_with_where_it_is_from(desk, world):
    assert desk.points(world.branch.id, "WP1") is None
    outcome = desk.send(line("WP1", "97.5%", note="按计划口径"))
    assert (outcome.figures, outcome.already) == (1, False)
    assert desk.points(world.branch.id, "WP1") == 98
    told = provenance_of(desk.session, world.branch.id, Q3)["WP1"][0]
    assert (told.value, told.source, told.note, told.row_no) == ("97.5", "生产月报", "按计划口径", 2)
    assert (told.file_name, told.by_name, told.at) == ("九月指标.csv", world.company_officer.name, desk.at)
    assert desk.result(world.branch.id).figures["WP1"].sources == (told.id,)


def test_a_preview_writes_nothing(desk, world):
    found = desk.preview(line("WP1", "97.5%"))
    assert rows(desk.session) == []
    assert [change["text"] for change in found.summary["changes"]] == ["挂钩单位计划完成率：97.5%（生产月报）"]


def test_the_same_file_twice_changes_nothing(desk, world):
    once = desk.preview(line("WP1", "97.5%"), line("SE1.C", "1"))
    assert desk.apply(once).figures == 2
    assert desk.apply(once).already
    again = desk.preview(line("WP1", "97.5%"), line("SE1.C", "1"))
    assert (again.summary["same"], again.summary["changes"]) == (2, [])
    assert desk.apply(again).figures == 0
    assert len(rows(desk.session)) == 2


def test_the_latest_counts_and_the_earlier_one_stays(desk, world):
    desk.send(line("WP1", "97.5%"))
    changed = desk.preview(line("WP1", "90%"))
    assert "原来是 97.5%" in changed.summary["changes"][0]["text"]
    desk.apply(changed)
    assert desk.points(world.branch.id, "WP1") == 90
    assert [one.value for one in provenance_of(desk.session, world.branch.id, Q3)["WP1"]] == ["90", "97.5"]


def test_faulty_rows_stop_it_unless_the_good_ones_are_wanted(desk, world):
    found = desk.preview(line("WP1", "97.5%"), line("WP4", "101%"))
    assert [(row["row"], row["faults"][0]["cell"]) for row in found.faults] == [(3, "F3")]
    with pytest.raises(Refused, match="还有1行有问题"):
        desk.apply(found)
    assert desk.apply(found, only_good_rows=True).figures == 1


def test_a_part_is_held_against_the_whole_that_came_before(desk, world):
    desk.send(line("SE2.DUE", "11"))
    found = desk.preview(line("SE2.CLOSED", "12"))
    assert "不能多于" in found.faults[0]["faults"][0]["reason"]
    assert desk.send(line("SE2.CLOSED", "11")).figures == 1
    assert desk.points(world.branch.id, "SE2") == 50


def test_confirming_names_the_preview(desk):
    found = desk.preview(line("WP1", "97.5%"))
    with pytest.raises(Refused, match="不是刚才看到的这份预览"):
        desk.apply(found, digest="0" * 64)
    assert rows(desk.session) == []


def test_only_the_sender_confirms(desk, world):
    found = desk.preview(line("WP1", "97.5%"))
    with pytest.raises(Refused, match="上传的人自己确认"):
        desk.apply(found, by=world.unit_officer.id)


def test_a_unit_office_reaches_its_own_branches_only(desk, world):
    mine = world.units["青松"].id
    found = desk.preview(line("WP1", "97.5%"), line("WP1", "90%", branch=FOREIGN), scope=mine)
    assert [row["row"] for row in found.faults] + [found.summary["good"]] == [3, 1]


def hazard(world, *, value="1", period="2026-09", source="安全部", note="") -> str:
    return line("SE-HAZARD-CLOSED", value, period=period, branch="", staff=world.member.staff_no, source=source,
                note=note)  # fmt: skip


def proposed(session) -> list[tuple[str, int]]:
    """Return what each proposal says, and its points."""
    return list(map(tuple, session.execute(sa.select(Declaration.text, Declaration.points).order_by(Declaration.id))))


def test_who_has_no_points_is_told_in_the_preview(desk, world):
    activist = line("SE-HAZARD-CLOSED", "1", period="2026-09", branch="", staff=world.activist.staff_no)
    found = desk.preview(activist, hazard(world))
    assert found.summary["good"] == 1
    assert "还不是计分的党员" in found.faults[0]["faults"][0]["reason"]


def test_rows_about_persons_become_proposals(desk, world):
    outcome = desk.send(hazard(world, value="2", note="3号炉前"))
    assert (outcome.figures, outcome.proposals, outcome.skipped) == (0, 2, [])
    made = desk.session.scalars(sa.select(Declaration).order_by(Declaration.id)).all()
    assert {(one.person_id, one.item, one.text) for one in made} == {
        (world.member.id, "SE-HAZARD-CLOSED", "安全部：3号炉前")
    }
    assert made[0].event.removesuffix("/1") == made[1].event.removesuffix("/2")


def test_rows_about_persons_that_came_before_are_said_to(desk, world):
    first, twice = hazard(world, note="第一处"), hazard(world, value="2", note="两处")
    desk.send(first, twice)
    again = desk.preview(first, hazard(world, note="第二处"), twice)
    assert [one["row"] for one in again.summary["known"]] == [2, 4]
    assert [one["row"] for one in again.summary["changes"]] == [3]
    assert "请核对不是同一件事" in again.summary["changes"][0]["text"]
    outcome = desk.apply(again)
    assert (outcome.proposals, outcome.skipped) == (1, [2, 4])
    assert [text for text, _points in proposed(desk.session)] == [
        "安全部：第一处",
        *["安全部：两处"] * 2,
        "安全部：第二处",
    ]


def test_a_row_that_came_since_the_preview_is_skipped_and_said_to_be(desk, world):
    earlier, later = desk.preview(hazard(world)), desk.preview(hazard(world))
    assert (desk.apply(earlier).proposals, desk.apply(later).proposals) == (1, 0)
    assert later.summary["outcome"]["skipped"] == [2]


def test_a_mended_fault_sheet_loses_no_row(desk, world):
    found = desk.preview(hazard(world, note="第一处"), hazard(world, value="1处", note="第二处"))
    desk.apply(found, only_good_rows=True)
    mended = fault_sheet(found.summary["headers"], [row | {"cells": [*row["cells"][:5], "1", *row["cells"][6:]]}
                                                    for row in found.faults])  # fmt: skip
    with transaction(desk.session):
        sheet, by = read_figure_file(io.BytesIO(mended), "改好.xlsx"), world.company_officer.id
        draft = draft_figures(desk.session, sheet, scope_unit_id=world.company.id, by=by, at=desk.at)
        sent = store_preview(desk.session, draft, by=by, at=desk.at)
    assert desk.apply(sent).proposals == 1
    assert [text for text, _points in proposed(desk.session)] == ["安全部：第一处", "安全部：第二处"]


def test_a_row_put_in_above_proposes_nothing_anew(desk, world):
    desk.send(hazard(world, note="第一处"), hazard(world, note="第二处"))
    outcome = desk.send(hazard(world, note="漏掉的一处"), hazard(world, note="第一处"), hazard(world, note="第二处"))
    assert (outcome.proposals, outcome.skipped) == (1, [3, 4])


def test_long_sources_that_begin_alike_are_told_apart(desk, world):
    outcome = desk.send(*(hazard(world, source="安全部" * 30 + end) for end in ("甲", "乙")))
    assert outcome.proposals == 2
    assert max(len(event) for event in desk.session.scalars(sa.select(Declaration.event))) <= EVENT_LENGTH


def test_the_command_says_how_many_proposals_it_made(app, desk, world, tmp_path):
    (tmp_path / "通报.csv").write_text(f"{HEADER}\n{hazard(world)}\n")
    words = ["import-figures", str(tmp_path / "通报.csv"), "--by", world.company_officer.staff_no, "--apply"]
    run = app.test_cli_runner()
    assert "转党支部确认 1 条。" in run.invoke(args=words).output
    again = run.invoke(args=words).output
    assert "和已有的一样 1 行。" in again and "转党支部确认 0 条。" in again


def test_all_or_nothing(desk, world, monkeypatch):
    def fail(*_args, **_others):
        raise Refused("不行。")

    desk.propose = fail
    found = desk.preview(line("WP1", "97.5%"), line("QI-SKILL", "1", branch="", staff=world.member.staff_no))
    with pytest.raises(Refused):
        desk.apply(found)
    assert rows(desk.session) == []
    assert desk.session.get(FigureImport, found.id, populate_existing=True).applied_at is None


def test_previews_nobody_confirms_are_dropped(desk, world):
    left, used = desk.preview(line("WP1", "97.5%")), desk.preview(line("WP4", "88%"))
    left_id, used_id = left.id, used.id
    desk.apply(used)
    with transaction(desk.session):
        assert purge_previews(desk.session, at=desk.at + timedelta(days=6)) == 0
    with transaction(desk.session):
        assert purge_previews(desk.session, at=desk.at + timedelta(days=7)) == 1
    assert list(desk.session.scalars(sa.select(FigureImport.id))) == [used_id]
    purged = sa.select(AuditRow.subject_id).where(AuditRow.action == "evaluation.figures.purge")
    assert list(desk.session.scalars(purged)) == [left_id]


@pytest.mark.parametrize(
    ("months", "points"), [(("90%", "95%", "100%"), 95), (("90%", "95%"), None)], ids=["all three", "two"]
)
def test_three_months_stand_for_the_quarter(desk, world, months, points):
    desk.send(*(line("WP1", value, period=f"2026-{7 + number:02}") for number, value in enumerate(months)))
    assert desk.points(world.branch.id, "WP1") == points


def test_figures_are_exact(desk, world):
    desk.send(line("WP1", "33.333333333333333%"))
    (known,) = latest_figures(desk.session, [world.branch.id]).values()
    assert Fraction(known.value) == Fraction("33.333333333333333")


def test_a_name_under_two_committees_needs_its_committee(desk, world):
    other = world.units["蓝田"].parent_id
    twin = unit(desk.session, "branch", BRANCH, under=other)
    unclear = desk.preview(line("WP1", "97.5%"))
    assert "请在“二级党委”一列写明" in unclear.faults[0]["faults"][0]["reason"]
    names = {spot.id: spot.name for spot in world.units.values()}
    desk.send(line("WP1", "97.5%", committee=names[other]))
    assert [row.unit_id for row in rows(desk.session)] == [twin.id]


def test_the_time_of_the_figures_is_kept_aware(desk, world):
    desk.send(line("WP1", "97.5%"))
    assert rows(desk.session)[0].at == clock.beijing("2026-10-08 09:00")

"""A branch's quarter through rows: what is known, what is frozen, who goes on; by a constant number of statements."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.activities.models import Problem
from partygroup.clock import Quarter, beijing
from partygroup.db import AuditRow, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import objecting, periods
from partygroup.evaluation.entering import enter_veto, give_award, set_term, told_when_late, withdraw
from partygroup.evaluation.models import BranchAward, EvaluationPeriod, StoredBranch
from partygroup.evaluation.queries import branch_sheets, past_results
from partygroup.evaluation.rules import State
from partygroup.evaluation.storing import digest_of_branch, from_json
from partygroup.org.models import Placement
from partygroup.people.models import Belonging, Workplace
from partygroup.people.structures import committee_spans
from tests.factories import add, person
from tests.rooms.test_figures import Desk, line
from tests.scorebook import held

Q3 = Quarter(2026, 3)
#: The figures of scoring.md 8.10.
EXAMPLE = {
    "WP1": "97.5%", "WP2.UP": "4", "WP2.ALL": "5", "WP4": "88%", "SE1.A": "0", "SE1.B": "0", "SE1.C": "1",
    "SE2.CLOSED": "11", "SE2.DUE": "12", "SE3.N": "1", "SE3.HEAD": "90", "SE3.BASE": "1.5", "SE4.A": "0", "SE4.B": "0",
    "PF7": "86%",
}  # fmt: skip


@pytest.fixture
def desk(session, world, at) -> Desk:
    return Desk(session, world, at("2026-10-08 09:00"))


def line_of(desk, world, code: str):
    return next(one for one in desk.result(world.branch.id).sheet.lines if one.code == code)


def members_of(session, branch_id: int) -> list[int]:
    return list(session.scalars(sa.select(Belonging.person_id).where(Belonging.branch_id == branch_id)))


def test_imported_figures_make_the_example_s_points(desk, world):
    desk.send(*(line(code, value) for code, value in EXAMPLE.items()))
    points = {one.code: one.points for one in desk.result(world.branch.id).sheet.lines}
    expected = {"WP1": 98, "WP2": 48, "WP4": 53, "SE1": 70, "SE2": 46, "SE3": 30, "SE4": 30, "PF7": 26}
    assert {code: points[code] for code in expected} == expected
    assert (points["WP3"], points["QI4"]) == (None, None)


def test_without_figures_a_dimension_is_not_assessed_and_there_is_no_total(desk, world):
    sheet = desk.result(world.branch.id).sheet
    assert (sheet.total, sheet.stars) == (None, None)
    assert {one.code: one.points is None for one in sheet.dimensions}["WP"]


def test_due_meetings_are_held_or_not_with_their_gathering(desk, world):
    by, everybody = world.secretary.id, members_of(desk.session, world.branch.id)
    gathering_id = held(desk.session, world.branch.id, date(2026, 7, 10), by=by, due=everybody, came=everybody[:4],
                        kinds=("theme_day", "member_meeting"))  # fmt: skip
    held(desk.session, world.branch.id, date(2026, 7, 20), by=by, kinds=("theme_day",))
    known = desk.result(world.branch.id).known
    held_items = [one for one in known.meetings if one.gathering_id]
    assert sorted((one.item.kind, one.gathering_id) for one in held_items) == [
        ("member_meeting", gathering_id), ("theme_day", gathering_id)
    ]  # fmt: skip
    # two quarterly, three monthly of the branch, three of each of two groups; no committee stands
    assert (len(held_items), len(known.meetings)) == (2, 11)
    assert line_of(desk, world, "PF1").points == 11


def test_a_term_makes_the_structure_assessable(desk, world):
    assert line_of(desk, world, "PF3").points is None
    with transaction(desk.session):
        set_term(desk.session, world.branch.id, from_on=date(2025, 1, 1), until_on=date(2026, 9, 29), extended=False,
                 document="", by=world.unit_officer.id, at=desk.at)  # fmt: skip
    assert "任期" in next(one.why for one in desk.result(world.branch.id).known.checks if one.name == "任期未超")
    overrun = line_of(desk, world, "PF3").points
    with transaction(desk.session):
        set_term(desk.session, world.branch.id, from_on=date(2025, 1, 1), until_on=date(2027, 9, 29), extended=True,
                 document="批复3号", by=world.unit_officer.id, at=desk.at)  # fmt: skip
    assert line_of(desk, world, "PF3").points == overrun + 10


def test_problems_of_branch_and_groups_count(desk, world):
    columns = {"branch_id": world.branch.id, "owner_id": world.leader.id, "raised_on": date(2026, 7, 1),
               "by_id": world.leader.id, "at": desk.at, "text": "更衣柜不够用"}  # fmt: skip
    add(desk.session, Problem, unit_id=world.group.id, due_on=date(2026, 9, 1), closed_on=date(2026, 8, 1),
        closed_by=world.leader.id, **columns)  # fmt: skip
    add(desk.session, Problem, unit_id=world.branch.id, due_on=date(2026, 9, 1), **columns)
    assert line_of(desk, world, "PF6").points == 20


def test_awards_and_vetoes(desk, world):
    desk.send(*(line(code, value) for code, value in (EXAMPLE | {"QI4": "100%"}).items()))
    by = {"by": world.unit_officer.id, "at": desk.at}
    with transaction(desk.session):
        award = give_award(desk.session, world.branch.id, sort="award", level="company", text="先进党支部",
                           document="党发5号", event="", on_day=date(2026, 9, 1), **by)  # fmt: skip
        veto = enter_veto(desk.session, world.branch.id, ground="accident", document="安发1号",
                          from_on=date(2026, 9, 30), until_on=None, **by)  # fmt: skip
    sheet = desk.result(world.branch.id).sheet
    assert (sheet.bonus, sheet.honours, len(sheet.limits)) == (20, False, 1)
    with transaction(desk.session):
        withdraw(desk.session, award, reason="文件有误", **by)
        withdraw(desk.session, veto, reason="认定有误", **by)
    sheet = desk.result(world.branch.id).sheet
    assert (sheet.bonus, sheet.honours) == (0, True)


def test_one_thing_counts_once_however_it_is_typed(desk, world):
    for level, event, day in (("unit", "煤气回收 A1", 9), ("company", "煤气回收Ａ１", 8), ("unit", "煤气 回收a1", 3)):
        with transaction(desk.session):
            given = {"sort": "award", "level": level, "text": "先进", "document": "党发5号", "event": event}
            give_award(desk.session, world.branch.id, on_day=date(2026, day, 1), by=world.unit_officer.id, at=desk.at,
                       **given)  # fmt: skip
    assert [one.points for one in desk.result(world.branch.id).sheet.bonus_lines] == [0, 0]
    desk.session.execute(sa.delete(BranchAward).where(BranchAward.on_day < date(2026, 4, 1)))
    assert [one.points for one in desk.result(world.branch.id).sheet.bonus_lines] == [20, 0]
    assert desk.session.scalars(sa.select(BranchAward.event)).all() == ["煤气回收 A1", "煤气回收Ａ１"]


def frozen(desk, world) -> tuple:
    """Return the period of the quarter and the frozen sheet of the branch."""
    by = {"by": world.company_officer.id, "at": desk.at}
    with transaction(desk.session):
        period = periods.configure_period(desk.session, world.company.id, Q3, **by)
        periods.open_period(desk.session, period, **by)
        periods.collect(desk.session, period, **by)
        assert periods.freeze_period(desk.session, period, **by) == 4
    return period, next(row for row in periods.standing_of(desk.session, period) if row.branch_id == world.branch.id)


def test_what_is_frozen_stands_whatever_comes_later(desk, world):
    desk.send(line("WP1", "97.5%"))
    period, stored = frozen(desk, world)
    before = desk.result(world.branch.id).sheet
    assert before == from_json(stored.body["sheet"])
    assert stored.digest == digest_of_branch(world.branch.id, Q3, period.scheme_id, stored.body)
    preview = desk.preview(line("WP1", "50%"))
    assert "已经冻结" in preview.notes[0]
    desk.apply(preview)
    assert desk.result(world.branch.id).sheet == before


def test_the_past_of_a_quarter_is_what_came_before_it(desk, world):
    """However many quarters were frozen since: eight at most, the latest first."""
    found, stored = frozen(desk, world)
    session, period = desk.session, columns_of(desk.session, EvaluationPeriod, found.id)
    for number in range(12):
        year, quarter = 2027 + number // 4, number % 4 + 1
        later = add(session, EvaluationPeriod, **period | {"year": year, "quarter": quarter})
        add(session, StoredBranch, **columns_of(session, StoredBranch, stored.id) | {"period_id": later})
    quarters = [[one.quarter.code for one in past_results(session, world.branch.id, before)]
                for before in (Q3, Quarter(2027, 2), Quarter(2030, 1))]  # fmt: skip
    assert quarters[:2] == [[], ["2027Q1", "2026Q3"]]
    assert quarters[2] == [f"{year}Q{quarter}" for year in (2029, 2028) for quarter in (4, 3, 2, 1)]


def columns_of(session, model, row_id: int) -> dict:
    """Return the columns of a stored row without its id."""
    row = session.execute(sa.select(model.__table__).where(model.id == row_id)).mappings().one()
    return {key: value for key, value in row.items() if key != "id"}


def test_reopening_keeps_the_old_sheet_and_counts_anew(desk, world):
    desk.send(line("WP1", "97.5%"))
    period, old = frozen(desk, world)
    by = {"by": world.company_officer.id, "at": desk.at, "by_unit": world.company.id}
    with pytest.raises(Refused, match="原因"), transaction(desk.session):
        periods.reopen_period(desk.session, period, reason="", **by)
    with transaction(desk.session):
        periods.reopen_period(desk.session, period, reason="漏了数据", **by)
    desk.send(line("WP1", "50%"))
    assert desk.points(world.branch.id, "WP1") == 50
    with transaction(desk.session):
        periods.freeze_period(desk.session, period, by=world.company_officer.id, at=desk.at)
    rows = desk.session.scalars(sa.select(StoredBranch).where(StoredBranch.branch_id == world.branch.id))
    assert [row.replaced_at is None for row in sorted(rows, key=lambda row: row.id)] == [False, True]
    assert old.body["figures"]["WP1"][1] == "97.5"


def test_a_branch_goes_from_frozen_to_final(desk, world):
    period, sheet = frozen(desk, world)
    session, at = desk.session, desk.at
    with transaction(session):
        periods.self_score(session, sheet, opinion="数据属实", by=world.secretary.id, at=at)
    with pytest.raises(Refused, match="两个人"), transaction(session):
        periods.review_sheet(session, sheet, review="", by=world.secretary.id, at=at)
    with transaction(session):
        periods.review_sheet(session, sheet, review="", by=world.unit_officer.id, at=at)
        periods.publish_sheet(session, sheet, by=world.unit_officer.id, at=at)
    assert periods.state_of(period, periods.standing_of(session, period)) == State.FROZEN
    with pytest.raises(Refused, match="公示到"), transaction(session):
        periods.finish_sheet(session, sheet, by=world.company_officer.id, at=at)
    with transaction(session):
        periods.finish_sheet(session, sheet, by=world.company_officer.id, at=beijing("2026-11-01 09:00"))
    assert sheet.state == State.FINAL
    with pytest.raises(Refused, match="已经有支部"), transaction(session):
        periods.reopen_period(session, period, reason="再看看", by_unit=world.company.id, by=1, at=at)


def in_publicity(desk, world) -> tuple:
    """Return the period and the branch's sheet, shown in the branch from this day on."""
    period, sheet = frozen(desk, world)
    with transaction(desk.session):
        periods.self_score(desk.session, sheet, opinion="数据属实", by=world.secretary.id, at=desk.at)
        periods.review_sheet(desk.session, sheet, review="", by=world.unit_officer.id, at=desk.at)
        periods.publish_sheet(desk.session, sheet, by=world.unit_officer.id, at=desk.at)
    return period, sheet


def ready_to_finish(desk, world) -> StoredBranch:
    """Return the branch's frozen sheet, with a total and all its stars, in publicity."""
    full = dict.fromkeys(("SE1.C", "SE1.B", "SE1.A", "SE4.A", "SE4.B", "SE3.N"), "0") | {"QI4": "100%", "PF7": "86%"}
    desk.send(*(line(code, value) for code, value in (EXAMPLE | full).items()))
    return in_publicity(desk, world)[1]


def late_veto(desk, world, at, *, from_on=date(2026, 9, 30), until_on=None):
    with transaction(desk.session):
        return enter_veto(desk.session, world.branch.id, ground="accident", document="安发1号", from_on=from_on,
                          until_on=until_on, by=world.unit_officer.id, at=at)  # fmt: skip


def shown(desk, world) -> tuple:
    sheet = desk.result(world.branch.id).sheet
    return sheet.total, sheet.stars, sheet.honours, len(sheet.limits)


def test_a_veto_entered_after_freezing_holds_until_the_result_is_final(desk, world):
    sheet, session = ready_to_finish(desk, world), desk.session
    total, stars, *_ = before = shown(desk, world)
    assert before == (total, stars, True, 0) and stars > 2
    veto = late_veto(desk, world, beijing("2026-10-10 09:00"))
    assert shown(desk, world) == (total, 2, False, 1)
    assert "结果还没有确定" in told_when_late(session, veto)
    late_veto(desk, world, beijing("2026-10-10 09:00"), from_on=date(2026, 10, 1))
    late_veto(desk, world, beijing("2026-10-10 09:00"), from_on=date(2026, 6, 1), until_on=date(2026, 7, 1))
    assert shown(desk, world) == (total, 2, False, 1)
    with transaction(session):
        periods.finish_sheet(session, sheet, by=world.company_officer.id, at=beijing("2026-11-01 09:00"))
    said = session.scalars(sa.select(AuditRow.after).where(AuditRow.action == "evaluation.sheet.finish")).one()
    assert said["points"].endswith("二星") and (sheet.stars, sheet.total) == (stars, total)
    with transaction(session):
        withdraw(session, veto, reason="认定有误", by=world.unit_officer.id, at=beijing("2026-11-02 09:00"))
    assert "已经确定，不再改变" in told_when_late(session, veto)
    assert shown(desk, world) == (total, 2, False, 1)
    (past,) = past_results(session, world.branch.id, Q3.next())
    assert (past.total, past.stars) == (total, 2)


def test_a_veto_taken_back_before_the_end_or_entered_after_it_limits_nothing(desk, world):
    sheet, session = ready_to_finish(desk, world), desk.session
    before = shown(desk, world)
    veto = late_veto(desk, world, beijing("2026-10-10 09:00"))
    with transaction(session):
        withdraw(session, veto, reason="认定有误", by=world.unit_officer.id, at=beijing("2026-10-11 09:00"))
        periods.finish_sheet(session, sheet, by=world.company_officer.id, at=beijing("2026-11-01 09:00"))
    late_veto(desk, world, beijing("2026-11-02 09:00"))
    assert shown(desk, world) == before


def test_a_veto_known_at_freezing_and_taken_back_since_drops_out(desk, world):
    veto = late_veto(desk, world, desk.at)
    ready_to_finish(desk, world)
    total, *rest = shown(desk, world)
    assert rest == [2, False, 1]
    with transaction(desk.session):
        withdraw(desk.session, veto, reason="认定有误", by=world.unit_officer.id, at=desk.at)
    assert shown(desk, world)[2:] == (True, 0)


def test_awards_and_terms_are_told_that_the_quarter_is_frozen(desk, world):
    frozen(desk, world)
    by = {"by": world.unit_officer.id, "at": desk.at}
    given = {"sort": "award", "level": "company", "text": "先进党支部", "document": "党发5号", "event": ""}
    days = {"from_on": date(2025, 1, 1), "until_on": date(2027, 12, 31)}
    with transaction(desk.session):
        mine, later = (give_award(desk.session, world.branch.id, on_day=day, **given, **by)
                       for day in (date(2026, 9, 1), date(2026, 10, 1)))  # fmt: skip
        term = set_term(desk.session, world.branch.id, extended=False, document="", **days, **by)
    assert [bool(told_when_late(desk.session, row)) for row in (mine, later, term)] == [True, False, True]


def test_an_open_objection_holds_the_result_up(desk, world):
    period, sheet = in_publicity(desk, world)
    session, later, by = desk.session, beijing("2026-11-01 09:00"), world.company_officer.id
    with transaction(session):
        made = objecting.object_to(session, sheet, text="隐患数不对", by=world.member.id, at=desk.at)
    assert objecting.open_objections(session, periods.standing_of(session, period)) == {world.branch.id: 1}
    with pytest.raises(Refused, match="还有 1 条异议没有答复"), transaction(session):
        periods.finish_sheet(session, sheet, by=by, at=later)
    with pytest.raises(Refused, match="别人答复"), transaction(session):
        objecting.answer(session, sheet, made.id, text="核过了", by=world.member.id, at=later)
    with transaction(session):
        objecting.answer(session, sheet, made.id, text="核过了，数据属实", by=world.unit_officer.id, at=later)
    with pytest.raises(Refused, match="已经答复过"), transaction(session):
        objecting.answer(session, sheet, made.id, text="再答一次", by=world.unit_officer.id, at=later)
    with pytest.raises(Refused, match="已经结束"), transaction(session):
        objecting.object_to(session, sheet, text="还有一处", by=world.member.id, at=later)
    with transaction(session):
        periods.finish_sheet(session, sheet, by=by, at=later)
    assert sheet.state == State.FINAL and objecting.open_objections(session, [sheet]) == {}
    rows = session.execute(sa.select(AuditRow.actor_id, AuditRow.unit_id).where(AuditRow.action.like("%.object%")))
    assert set(map(tuple, rows)) == {(world.member.id, None), (world.unit_officer.id, None), (None, world.branch.id)}


def test_an_objection_is_answered_at_its_own_sheet(desk, world):
    period, sheet = in_publicity(desk, world)
    with transaction(desk.session):
        made = objecting.object_to(desk.session, sheet, text="隐患数不对", by=world.member.id, at=desk.at)
    other = next(row for row in periods.standing_of(desk.session, period) if row.branch_id == world.sister_branch.id)
    with pytest.raises(NotFound), transaction(desk.session):
        objecting.answer(desk.session, other, made.id, text="核过了", by=world.company_officer.id, at=desk.at)


def test_one_evaluation_a_quarter_is_enough(desk, world):
    frozen(desk, world)
    with pytest.raises(Refused, match="已经设定过"), transaction(desk.session):
        periods.configure_period(desk.session, world.committee.id, Q3, by=world.unit_officer.id, at=desk.at)


def test_as_many_statements_for_all_branches_and_more_members(desk, world, statements):
    branches = [world.branch.id]
    with statements() as one:
        branch_sheets(desk.session, branches, Q3, at=desk.at)
    for number in range(20):
        person(desk.session, f"党员{number}", branch=world.branch.id, group=world.group.id)
    every = [spot.id for spot in world.units.values() if spot.kind == "branch"]
    with statements() as many:
        results = branch_sheets(desk.session, every, Q3, at=desk.at)
    assert list(results) == every
    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("spans", "starred"),
    [
        ([(date(2026, 1, 1), None, 2)], 1),
        ([(date(2026, 1, 1), None, 0)], 0),
        ([(date(2026, 1, 1), date(2026, 10, 1), 1), (date(2026, 10, 1), None, 0)], 1),
        ([(date(2026, 1, 1), date(2026, 9, 30), 1), (date(2026, 9, 30), None, None)], 0),
        ([(date(2026, 10, 1), None, 5)], 0),
    ],
)
def test_stars_of_counted_members_on_the_last_day(desk, world, spans, starred):
    for person_id in (world.member.id, world.activist.id):
        for begun, until, stars in spans:
            add(desk.session, Workplace, person_id=person_id, star_level=stars, from_on=begun, until_on=until)
    assert desk.result(world.branch.id).known.facts.starred == starred


def test_a_committee_is_three_people_in_its_posts():
    day = date(2026, 1, 1)
    two = [(1, day, None), (2, day, None)]
    assert committee_spans([]) == committee_spans(two) == ()
    assert committee_spans([*two, (2, day, None)]) == ()
    assert committee_spans([*two, (3, date(2026, 2, 1), date(2026, 3, 1))]) == ((date(2026, 2, 1), date(2026, 3, 1)),)


def test_a_group_that_moved_counts_where_it_stands_in_the_end(desk, world):
    """From a branch later in the organisation's order to an earlier one, people and all."""
    moved, day = world.units["苍龙"], date(2026, 8, 1)
    for model, column, change in (
        (Placement, Placement.unit_id, {"parent_id": world.branch.id, "name": moved.name, "sort": 1}),
        (Belonging, Belonging.group_id, {"branch_id": world.branch.id}),
    ):
        for row in desk.session.execute(sa.select(model.__table__).where(column == moved.id)).mappings().all():
            desk.session.execute(sa.update(model).where(model.id == row["id"]).values(until_on=day))
            add(desk.session, model, **{key: row[key] for key in row if key != "id"} | change | {"from_on": day})
    every = [world.branch.id, world.sister_branch.id]
    results = branch_sheets(desk.session, every, Q3, at=desk.at)
    groups = {branch_id: [group_id for group_id, _, _ in results[branch_id].known.groups] for branch_id in every}
    assert moved.id in groups[world.branch.id] and moved.id not in groups[world.sister_branch.id]

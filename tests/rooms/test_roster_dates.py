"""A roster that corrects 入党时间 or 转正时间 moves the day from which somebody counts (domain.md 4, 5)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.db import AuditRow, transaction
from partygroup.people.models import Person, StandingSpan
from partygroup.people.roster import Outcome, apply_roster
from tests.factories import add
from tests.rooms.smallroster import AT, MARCH, NEW_YEAR, TODAY, imported, previewed, someone

PROBATION = {"党员类别": "预备党员", "入党时间": "2025-09-01", "转正时间": ""}


def standings(session, staff_no: str = "001001") -> list[tuple]:
    session.expire_all()
    spans = sa.select(StandingSpan.standing, StandingSpan.from_on, StandingSpan.until_on)
    joined = spans.join(Person, Person.id == StandingSpan.person_id).where(Person.staff_no == staff_no)
    return [tuple(row) for row in session.execute(joined.order_by(StandingSpan.from_on))]


def told(found) -> list[str]:
    return [row["text"] for row in found.summary["changes"]["standing"]]


@pytest.mark.parametrize(
    ("dates", "joined", "full"),
    [
        ({"转正时间": "2020-08-01"}, date(2019, 7, 1), date(2020, 8, 1)),
        ({"转正时间": "2020-06-15"}, date(2019, 7, 1), date(2020, 6, 15)),
        ({"入党时间": "2019-05-01"}, date(2019, 5, 1), date(2020, 7, 1)),
        ({"入党时间": "2020-08-01", "转正时间": "2021-08-01"}, date(2020, 8, 1), date(2021, 8, 1)),
        ({"入党时间": "2010-08-01", "转正时间": "2011-08-01"}, date(2010, 8, 1), date(2011, 8, 1)),
    ],
)
def test_the_day_a_standing_began_follows_the_date(session, top, dates, joined, full):
    imported(session, top, [someone()])
    before = session.scalars(sa.select(StandingSpan.id).order_by(StandingSpan.id)).all()
    outcome = imported(session, top, [someone(**dates)], on=TODAY)
    assert standings(session) == [("probationary", joined, full), ("full", full, None)]
    assert outcome == Outcome(standing=1, other=1)
    assert session.scalars(sa.select(StandingSpan.id).order_by(StandingSpan.id)).all() == before


def test_it_is_previewed_and_witnessed(session, top):
    imported(session, top, [someone()])
    found = previewed(session, top, [someone(转正时间="2020-08-01")], on=TODAY)
    assert told(found) == ["正式党员：2020-07-01起 → 2020-08-01起"]
    assert standings(session)[1][1] == date(2020, 7, 1)
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "people.person.import")).all()[-1]
    assert row.after["standing"] == "正式党员：2020-07-01起 → 2020-08-01起"
    assert (row.before["full_on"], row.after["full_on"]) == ("2020-07-01", "2020-08-01")


def test_the_same_correction_again_changes_nothing(session, top):
    imported(session, top, [someone()])
    imported(session, top, [someone(转正时间="2020-08-01")], on=TODAY)
    after = standings(session)
    assert imported(session, top, [someone(转正时间="2020-08-01")], on=TODAY) == Outcome()
    assert standings(session) == after


def test_a_full_member_known_by_one_date_only(session, top):
    imported(session, top, [someone(转正时间="")])
    imported(session, top, [someone(转正时间="", 入党时间="2018-07-01")], on=TODAY)
    assert standings(session) == [("full", date(2018, 7, 1), None)]


def test_a_date_written_for_the_first_time_moves_nothing(session, top):
    imported(session, top, [someone(入党时间="", 转正时间="")])
    found = previewed(session, top, [someone()], on=TODAY)
    assert told(found) == [] and found.faults == []
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    assert standings(session) == [("full", NEW_YEAR, None)]


@pytest.mark.parametrize("full_on", [date(2025, 9, 2), date(2026, 2, 1), MARCH, date(2026, 5, 1)])
def test_a_probation_ends_on_the_day_of_promotion_whenever_the_file_comes(session, top, full_on):
    imported(session, top, [someone(**PROBATION), someone(**PROBATION | {"工号": "001002", "姓名": "李明"})])
    row = PROBATION | {"党员类别": "正式党员", "转正时间": full_on.isoformat()}
    second = row | {"工号": "001002", "姓名": "李明", "转正时间": "2026-01-15"}
    found = previewed(session, top, [someone(**row), someone(**second)], on=MARCH)
    assert told(found)[0] == f"预备党员 → 正式党员（{full_on}起）"
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    assert standings(session) == [("probationary", date(2025, 9, 1), full_on), ("full", full_on, None)]
    assert standings(session, "001002")[1] == ("full", date(2026, 1, 15), None)
    assert imported(session, top, [someone(**row), someone(**second)], on=TODAY) == Outcome()


@pytest.mark.parametrize("full_on", ["2025-12-01", "2026-01-01"])
def test_a_promotion_not_after_the_probation_began_is_a_fault(session, top, full_on):
    imported(session, top, [someone(**PROBATION | {"入党时间": ""})])
    row = someone(党员类别="正式党员", 入党时间="", 转正时间=full_on)
    found = previewed(session, top, [row], on=MARCH)
    ((fault,),) = [row["faults"] for row in found.faults]
    assert fault["column"] == "转正时间" and "预备党员从2026-01-01起记" in fault["reason"]
    assert found.rows == [] and standings(session) == [("probationary", NEW_YEAR, None)]


def test_a_standing_begun_by_an_import_stays(session, top):
    """Promoted by the file of March that gave no 转正时间: the standing began in March, whatever is written later."""
    imported(session, top, [someone(**PROBATION)])
    full = PROBATION | {"党员类别": "正式党员"}
    imported(session, top, [someone(**full)], on=MARCH)
    for corrected in ("2026-02-01", "2026-02-10"):
        imported(session, top, [someone(**full | {"转正时间": corrected})], on=TODAY)
    assert standings(session) == [("probationary", date(2025, 9, 1), MARCH), ("full", MARCH, None)]


def test_promoted_and_corrected_by_the_same_row(session, top):
    imported(session, top, [someone(**PROBATION)])
    row = PROBATION | {"党员类别": "正式党员", "入党时间": "2025-08-01", "转正时间": "2026-03-01"}
    found = previewed(session, top, [someone(**row)], on=MARCH)
    assert told(found) == ["预备党员 → 正式党员（2026-03-01起）；预备党员：2025-09-01起 → 2025-08-01起"]
    with transaction(session):
        apply_roster(session, found, by=None, at=AT)
    assert standings(session) == [("probationary", date(2025, 8, 1), MARCH), ("full", MARCH, None)]


def test_a_date_that_crosses_another_standing_is_a_fault_of_its_row(session, top):
    """Somebody under 留党察看 since 2022 cannot have become a full member in 2023; nothing of the row is written."""
    imported(session, top, [someone(), someone(工号="001002", 姓名="李明")])
    person_id = session.scalar(sa.select(Person.id).where(Person.staff_no == "001001"))
    full = sa.and_(StandingSpan.person_id == person_id, StandingSpan.standing == "full")
    session.execute(sa.update(StandingSpan).where(full).values(until_on=date(2022, 5, 1)))
    watched = {"standing": "full_on_probation_discipline", "from_on": date(2022, 5, 1)}
    add(session, StandingSpan, person_id=person_id, **watched)
    session.commit()
    before = standings(session)
    found = previewed(
        session, top, [someone(转正时间="2023-07-01"), someone(工号="001002", 姓名="李明", 手机号="13911112222")],
        on=TODAY,
    )  # fmt: skip
    (row,) = found.faults
    (fault,) = row["faults"]
    assert fault["column"] == "转正时间" and "互相交叉" in fault["reason"] and fault["value"] == "2023-07-01"
    with transaction(session):
        apply_roster(session, found, by=None, at=AT, only_good_rows=True)
    assert standings(session) == before
    assert session.scalar(sa.select(Person.full_on).where(Person.id == person_id)) == date(2020, 7, 1)
    imported(session, top, [someone(转正时间="2021-07-01")], on=TODAY)
    assert standings(session)[1:] == [
        ("full", date(2021, 7, 1), date(2022, 5, 1)),
        ("full_on_probation_discipline", date(2022, 5, 1), None),
    ]


def test_a_probation_that_would_end_before_it_began_is_a_fault(session, top):
    imported(session, top, [someone(**PROBATION)])
    row = PROBATION | {"党员类别": "正式党员", "入党时间": "2026-04-01", "转正时间": ""}
    found = previewed(session, top, [someone(**row)], on=MARCH)
    assert [fault["column"] for row in found.faults for fault in row["faults"]] == ["入党时间"]

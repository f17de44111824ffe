"""The points of the demo company: as the real rules would have made them, decided by others, and with work to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from types import SimpleNamespace

import sqlalchemy as sa

from partygroup import clock
from partygroup.attendance.models import MakeUp, Mark
from partygroup.db import AuditRow
from partygroup.org.models import UnitKind
from partygroup.people.models import Person, Post
from partygroup.scores.checking import faults
from partygroup.scores.inbox import SECTIONS, inbox_of
from partygroup.scores.models import (
    Appeal,
    Closing,
    Declaration,
    Entry,
    Exemption,
    Objection,
    StoredGroup,
    StoredSheet,
    VetoCase,
)
from partygroup.scores.queries import open_sheets, person_quarters, sheet_of
from partygroup.scores.settling import end_publicity, lapse_reviews
from partygroup.scores.states import State as DeclarationState
from tests.rooms.democompany import AT, TODAY, units_of


class TestPoints:
    def test_the_books_are_right(self, company):
        assert list(faults(company)) == []

    def test_two_quarters_are_closed_everywhere_and_the_running_one_is_open(self, company):
        closed = defaultdict(set)
        for one in company.scalars(sa.select(Closing)):
            closed[one.branch_id].add((one.year, one.quarter))
            said = company.scalar(at_closing(AuditRow.after["sheets"].as_integer(), one))
            assert said == len(company.scalars(sa.select(StoredSheet).where(StoredSheet.closing_id == one.id)).all())
            assert one.closed_at == company.scalar(at_closing(AuditRow.at, one)) < AT
        assert closed == dict.fromkeys(units_of(company, UnitKind.BRANCH), {(2026, 2), (2026, 3)})

    def test_sheets_are_as_closing_would_make_them(self, company):
        one = company.scalars(sa.select(Closing).order_by(Closing.id.desc())).first()
        made = open_sheets_as_if_open(company, one)
        stored = company.scalars(sa.select(StoredSheet).where(StoredSheet.closing_id == one.id)).all()
        assert {row.person_id: row.total for row in stored} == made

    def test_totals_are_plausible(self, company):
        totals = [row.total for row in company.scalars(sa.select(StoredSheet)) if row.total is not None]
        assert 690 <= sum(totals) / len(totals) <= 800
        assert min(totals) >= 600 and max(totals) >= 790 and len(set(totals)) > 60
        groups = [row.total for row in company.scalars(sa.select(StoredGroup))]
        assert all(650 <= total <= 960 for total in groups) and len(groups) == 2 * 18

    def test_every_state_and_source_is_there(self, company):
        states = Counter(company.scalars(sa.select(Declaration.state)))
        assert states.keys() == set(DeclarationState) and states[DeclarationState.EFFECTIVE] > 800
        sources = Counter(company.scalars(sa.select(Declaration.source)))
        assert sources.keys() == {"declared", "activity", "attendance", "import", "branch"}
        assert company.scalar(sa.select(sa.func.count(Declaration.id)).where(Declaration.points < 0)) >= 10
        assert company.scalar(sa.select(sa.func.count(Declaration.id)).where(~Declaration.leads)) >= 10
        outcomes = Counter(company.scalars(sa.select(Objection.outcome)))
        assert outcomes["uphold"] and outcomes["amend"] and outcomes[None] == 2
        assert Counter(company.scalars(sa.select(Appeal.outcome))) == {"grant": 1, None: 1}
        sorts = Counter(company.scalars(sa.select(Entry.sort)))
        assert sorts["counter"] == 1 and sorts["entry"] > 800

    def test_nobody_decides_on_own_points(self, company):
        entries = company.scalars(sa.select(Entry)).all()
        assert entries and all(one.confirmed_by != one.person_id for one in entries)
        for one in company.scalars(sa.select(Declaration)):
            assert one.person_id not in (one.confirmed_by, one.reviewed_by)
            assert one.confirmed_by is None or one.confirmed_by != one.reviewed_by
        for asked, person in company.execute(
            sa.select(Objection, Declaration).join(Declaration, Declaration.id == Objection.declaration_id)
        ):
            assert asked.by_id != person.person_id
            assert asked.answered_by not in (asked.by_id, person.person_id, person.confirmed_by)

    def test_steps_come_in_their_order_and_before_now(self, company):
        for one in company.scalars(sa.select(Declaration)):
            moments = [one.made_at, one.submitted_at, one.reviewed_at, one.confirmed_at]
            known = [moment for moment in moments if moment]
            assert known == sorted(known) and known[-1] < AT
            assert one.happened_on <= clock.day_of(one.made_at)
            assert one.public_until is None or one.confirmed_at and one.public_from < one.public_until
        assert settle_reviews_and_publicity(company) == (0, 0)

    def test_who_logs_in_finds_something_to_do(self, company):
        waiting = {}
        for staff_no in ("100003", "100005", "100006", "100008"):
            person_id = company.scalar(sa.select(Person.id).where(Person.staff_no == staff_no))
            posts = company.scalars(sa.select(Post).where(Post.person_id == person_id)).all()
            box = inbox_of(company, SimpleNamespace(id=person_id, posts=posts), TODAY)
            waiting[staff_no] = {name for name in SECTIONS if getattr(box, name)}
        assert waiting["100003"] == {"review"} and waiting["100008"] == {"confirm", "appeal"}
        assert waiting["100005"] == waiting["100006"] == {"confirm", "publish", "object"}

    def test_the_member_has_a_sheet_with_lines_a_trend_and_something_on_its_way(self, company):
        person_id = company.scalar(sa.select(Person.id).where(Person.staff_no == "100001"))
        sheet = sheet_of(company, person_id, clock.Quarter(2026, 4)).sheet
        assert sum(bool(line.rows) for line in sheet.lines) >= 2
        assert len({one.total for one in person_quarters(company, person_id)} - {None}) == 2
        states = set(company.scalars(sa.select(Declaration.state).where(Declaration.person_id == person_id)))
        assert {"draft", "submitted", "returned", "in_publicity", "effective"} <= states

    def test_some_are_exempt_one_is_vetoed_and_missed_meetings_were_made_up(self, company):
        exempt = set(company.scalars(sa.select(Exemption.person_id)))
        scored = sa.select(StoredSheet.total).where(StoredSheet.person_id.in_(exempt))
        assert len(exempt) >= 3 and set(company.scalars(scored)) == {None}
        assert company.scalar(sa.select(sa.func.count(VetoCase.id))) == 1
        came = sa.select(Mark.id).where(
            Mark.gathering_id == MakeUp.gathering_id, Mark.person_id == MakeUp.person_id, Mark.undone_at.is_(None)
        )
        assert company.scalar(sa.select(sa.func.count(MakeUp.id))) > 40
        assert company.scalar(sa.select(sa.func.count(MakeUp.id)).where(came.exists())) == 0


def at_closing(column, closing):
    return sa.select(column).where(AuditRow.action == "scores.quarter.close", AuditRow.subject_id == closing.id)


def open_sheets_as_if_open(session, closing) -> dict[int, int | None]:
    """Return person → total as reopening and closing at the same moment would give them."""
    with session.begin_nested() as step:
        session.execute(sa.update(Closing).where(Closing.id == closing.id).values(reopened_at=AT))
        quarter = clock.Quarter(closing.year, closing.quarter)
        found = open_sheets(session, [closing.branch_id], quarter, known_at=closing.closed_at)
        step.rollback()
    return {one.person_id: one.total for _, one in found}


def settle_reviews_and_publicity(session) -> tuple[int, int]:
    with session.begin_nested() as step:
        moved = lapse_reviews(session, at=AT), end_publicity(session, at=AT)
        step.rollback()
    return moved

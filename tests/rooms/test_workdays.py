"""The official schedule in the database: installed once, changed rows stay."""

from datetime import date

import sqlalchemy as sa

from partygroup.db import transaction
from partygroup.workdays import WorkDay, install_workdays, load_calendar, preset_days


def test_installing_twice_adds_nothing(session):
    with transaction(session):
        install_workdays(session)
        assert install_workdays(session) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(WorkDay)) == len(preset_days())


def test_what_the_office_changed_stays(session):
    with transaction(session):
        install_workdays(session)
        session.execute(sa.update(WorkDay).where(WorkDay.day == date(2026, 10, 10)).values(working=False))
        install_workdays(session)
    assert not load_calendar(session, date(2026, 9, 30)).works(date(2026, 10, 10))


def test_the_calendar_counts_onward_from_its_day(session):
    with transaction(session):
        install_workdays(session)
    calendar = load_calendar(session, date(2026, 9, 30))
    assert calendar.after(date(2026, 9, 30), 5) == date(2026, 10, 13)
    assert all(day >= date(2026, 9, 30) for day in calendar.exceptions)

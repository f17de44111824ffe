"""Working days: Monday to Friday but for the official schedule of holidays, which is data (公示、异议的时限)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Base


class WorkDay(Base):
    """A day that is not as its weekday says. The office changes rows and never removes one of the preset."""

    __tablename__ = "work_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(20))


class WorkCalendar:
    """Knows which days are worked: Monday to Friday, with exceptions by day."""

    def __init__(self, exceptions: Mapping[date, bool]):
        self.exceptions = exceptions

    def works(self, day: date) -> bool:
        """Say whether people work on a day."""
        return self.exceptions.get(day, day.weekday() < 5)

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day, which itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works(day)
        return day


def days_of_year(session, year: int) -> list[WorkDay]:
    """Return the days of a year that are not as their weekday says, in order."""
    query = sa.select(WorkDay).where(WorkDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return list(session.scalars(query.order_by(WorkDay.day)))


def load_calendar(session, day: date) -> WorkCalendar:
    """Return the calendar that counts onward from a day."""
    rows = session.execute(sa.select(WorkDay.day, WorkDay.working).where(WorkDay.day >= day))
    return WorkCalendar({row.day: row.working for row in rows})


#: The State Council's schedule: name, first and last day off, and the weekend days worked instead.
SCHEDULE = (
    ("元旦", "2025-01-01", "2025-01-01", ()),
    ("春节", "2025-01-28", "2025-02-04", ("2025-01-26", "2025-02-08")),
    ("清明节", "2025-04-04", "2025-04-06", ()),
    ("劳动节", "2025-05-01", "2025-05-05", ("2025-04-27",)),
    ("端午节", "2025-05-31", "2025-06-02", ()),
    ("国庆节、中秋节", "2025-10-01", "2025-10-08", ("2025-09-28", "2025-10-11")),
    ("元旦", "2026-01-01", "2026-01-03", ("2026-01-04",)),
    ("春节", "2026-02-15", "2026-02-23", ("2026-02-14", "2026-02-28")),
    ("清明节", "2026-04-04", "2026-04-06", ()),
    ("劳动节", "2026-05-01", "2026-05-05", ("2026-05-09",)),
    ("端午节", "2026-06-19", "2026-06-21", ()),
    ("中秋节", "2026-09-25", "2026-09-27", ()),
    ("国庆节", "2026-10-01", "2026-10-07", ("2026-09-20", "2026-10-10")),
)


def preset_days() -> list[dict]:
    """Return the rows of the official schedule: weekdays off, and weekend days worked."""
    rows = []
    for name, first, last, worked in SCHEDULE:
        day, end = date.fromisoformat(first), date.fromisoformat(last)
        while day <= end:
            if day.weekday() < 5:
                rows.append({"day": day, "working": False, "name": name})
            day += timedelta(days=1)
        rows += [{"day": date.fromisoformat(one), "working": True, "name": f"{name}调休上班"} for one in worked]
    return rows


def install_workdays(session) -> int:
    """Add the days of the official schedule that the database does not know yet; return how many."""
    known = set(session.scalars(sa.select(WorkDay.day)))
    new = [row for row in preset_days() if row["day"] not in known]
    if new:
        session.execute(sa.insert(WorkDay), new)
    return len(new)

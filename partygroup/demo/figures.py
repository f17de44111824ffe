"""The files of figures that the demo company's departments sent, and how the company's office imported them.

A month's plan comes on the 8th of the next, a quarter's figures on the 12th, head counts once a year; some are lacking.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import digest_of
from partygroup.demo.cast import HOME
from partygroup.demo.desks import Desk, months_of
from partygroup.demo.diary import Deed
from partygroup.demo.organisation import BranchPlace
from partygroup.evaluation.figure_columns import COLUMNS
from partygroup.evaluation.importing import apply_figures, draft_figures, store_preview
from partygroup.evaluation.proposing import propose
from partygroup.people.models import Profile
from partygroup.spreadsheets.reading import Sheet

MONTH_DAYS, QUARTER_DAYS, YEAR_DAYS = (timedelta(days=days, hours=10) for days in (7, 11, 4))
#: Sources: who reports what.
PLAN, QUALITY, SAFETY, GREEN = "生产管理部月报", "质量和用户评价通报", "安全环保部季报", "安全环保部环保通报"
PEOPLE, IDEAS, SURVEY = "人力资源部季报", "科技管理部成果清单", "党群工作部职工满意度调查"
STAFF, BASE = "人力资源部年报", "安全环保部年度基准"
#: How often a figure is lacking: too few ballots, nothing reported.
NO_BALLOTS, NO_IDEAS = 0.16, 0.1
#: Where people were not content, and staff for each member of the party.
UNCONTENT, FEW, STAFF_PER_MEMBER = ("东区炼钢厂党委", "设备车间党支部"), "58.6%", 3.4
TITLES = [column.title for column in COLUMNS]

Cells = tuple[BranchPlace, str, str, str]


def import_deeds(desks: list[Desk], by: int, frozen: dict[Quarter, datetime], rng: Random, today: date) -> list[Deed]:
    """Return the imports up to now and a little beyond; `frozen`: when figures of a quarter come at the latest."""
    places = [desk.place for desk in desks]
    minds = {place.id: rng.gauss(0, 1) for place in places}
    quarters = sorted({Quarter.of(month) for month, _ in months_of(today)} | {Quarter.of(today)})
    deeds = []
    for year in sorted({quarter.year for quarter in quarters}):
        first = next(quarter.first for quarter in quarters if quarter.year == year)
        deeds.append(_deed(clock.start_of(first) + YEAR_DAYS, f"{year}年人数和基准", str(year), _year(places, rng), by))
    for month, last in months_of(today):
        at = clock.start_of(last + timedelta(days=1)) + MONTH_DAYS
        cells = _month(places, minds, rng)
        deeds.append(_deed(_in_time(at, month, frozen), f"{month:%Y年%m月}计划完成情况", f"{month:%Y-%m}", cells, by))
    for quarter in quarters:
        at = _in_time(clock.start_of(quarter.next().first) + QUARTER_DAYS, quarter.last, frozen)
        deeds += _of_quarter(places, minds, quarter, at, by, rng)
    return deeds


def _in_time(at: datetime, day: date, frozen: dict[Quarter, datetime]) -> datetime:
    latest = frozen.get(Quarter.of(day))
    return min(at, latest - timedelta(hours=2)) if latest else at


def _of_quarter(places: list[BranchPlace], minds: dict, quarter: Quarter, at: datetime, by: int, rng: Random):
    """Yield a quarter's three files; of one the home branch's number is put right an hour later."""
    name, code = quarter.label, quarter.code
    safety = list(_safety(places, minds, rng))
    yield _deed(at, f"{name}质量指标", code, _quality(places, minds, rng), by)
    yield _deed(at + timedelta(minutes=20), f"{name}安全环保指标", code, _mistaken(safety), by)
    right = [cells for cells in safety if _is_put_right(cells)]
    yield _deed(at + timedelta(minutes=70), f"{name}安全环保指标（更正）", code, right, by)
    yield _deed(at + timedelta(minutes=40), f"{name}人才和创新指标", code, _talent(places, minds, rng), by)


def _is_put_right(cells: Cells) -> bool:
    return cells[0].shape.name == HOME and cells[1] == "SE2.CLOSED"


def _mistaken(cells: list[Cells]) -> list[Cells]:
    return [(place, code, str(int(value) - 1) if _is_put_right((place, code, value, source)) else value, source)
            for place, code, value, source in cells]  # fmt: skip


# --- what is in them --------------------------------------------------------------------------------------------------


def _percent(value: float, most: float = 100) -> str:
    return f"{max(0, min(most, value)):.1f}%"


def _is_plant(place: BranchPlace) -> bool:
    return place.shape.profile != Profile.OFFICE


def _month(places: list[BranchPlace], minds: dict[int, float], rng: Random) -> list[Cells]:
    return [(place, "WP1", _percent(98.2 + 1.2 * minds[place.id] + rng.gauss(0, 2.2), 112), PLAN) for place in places]


def _year(places: list[BranchPlace], rng: Random) -> Iterator[Cells]:
    for place in places:
        yield place, "SE3.HEAD", str(_staff(place)), STAFF
        yield place, "SE3.BASE", rng.choice(("1.2", "1.5", "1.8")) if _is_plant(place) else "0.8", BASE
        yield place, "QI2.STAFF", _percent(rng.uniform(52, 78)), STAFF


def _staff(place: BranchPlace) -> int:
    return round(place.shape.size * STAFF_PER_MEMBER)


def _quality(places: list[BranchPlace], minds: dict[int, float], rng: Random) -> Iterator[Cells]:
    """Yield key figures, which offices have none of, and what the next step down the line says."""
    for place in places:
        known = rng.randint(3, 6)
        if _is_plant(place):
            missed = min(known, max(0, round(rng.gauss(0.8 - 0.5 * minds[place.id], 0.8))))
            yield place, "WP2.ALL", str(known), QUALITY
            yield place, "WP2.UP", str(known - missed), QUALITY
        yield place, "WP4", _percent(91 + 2.5 * minds[place.id] + rng.gauss(0, 2)), QUALITY


def _safety(places: list[BranchPlace], minds: dict[int, float], rng: Random) -> Iterator[Cells]:
    for place in places:
        due = rng.randint(6, 30) if _is_plant(place) else rng.randint(1, 4)
        late = sum(rng.random() < 0.05 for _ in range(due))
        slight, hurt = (str(int(rng.random() < odds)) for odds in (0.22, 0.03))
        wrong = sum(rng.random() < 0.012 for _ in range(_staff(place)))
        counted = {"SE1.A": "0", "SE1.B": hurt, "SE1.C": slight, "SE2.DUE": str(due), "SE2.CLOSED": str(due - late),
                   "SE3.N": str(wrong)}  # fmt: skip
        yield from ((place, code, value, SAFETY) for code, value in counted.items())
        if _is_plant(place):
            yield place, "SE4.A", "0", GREEN
            yield place, "SE4.B", str(int(rng.random() < 0.12)), GREEN


def _talent(places: list[BranchPlace], minds: dict[int, float], rng: Random) -> Iterator[Cells]:
    for place in places:
        size = place.shape.size
        yield place, "QI1.N", str(sum(rng.random() < 0.13 for _ in range(size))), PEOPLE
        yield place, "QI4", _percent(93 + 3 * minds[place.id] + rng.gauss(0, 3)), PEOPLE
        if rng.random() >= NO_IDEAS:
            yield place, "QI3.N", str(sum(rng.random() < 0.3 for _ in range(size))), IDEAS
        content = _percent(90 + 3 * minds[place.id] + rng.gauss(0, 2))
        if (place.committee_name, place.shape.name) == UNCONTENT:
            yield place, "PF7", FEW, SURVEY
        elif rng.random() >= NO_BALLOTS:
            yield place, "PF7", content, SURVEY


# --- sending them -----------------------------------------------------------------------------------------------------


def _deed(at: datetime, name: str, period: str, cells, by: int) -> Deed:
    return Deed(at, partial(_import, f"{name}.xlsx", period, list(cells), by))


def _import(name: str, period: str, cells: list[Cells], by: int, session, at: datetime) -> None:
    """Send a file through the house's own door: preview, then confirm."""
    typed = {"period": period, "unit": None, "staff_no": None, "note": None}
    rows = [
        typed | {"branch": place.shape.name, "committee": place.committee_name, "indicator": code, "value": value,
                 "source": source}
        for place, code, value, source in cells
    ]  # fmt: skip
    table = [[row[column.key] for column in COLUMNS] for row in rows]
    places = {column.key: index for index, column in enumerate(COLUMNS)}
    sheet = Sheet(name, digest_of(table), TITLES, places, list(enumerate(table, start=2)))
    draft = draft_figures(session, sheet, scope_unit_id=cells[0][0].company_id, by=by, at=at)
    preview = store_preview(session, draft, by=by, at=at)
    apply_figures(session, preview, digest=draft.summary["digest"], by=by, at=at, propose=propose)

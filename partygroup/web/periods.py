"""考评: the periods of a committee, and all its branches side by side, in the organisation's order (E3, E5)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import periods
from partygroup.evaluation.models import EvaluationPeriod
from partygroup.evaluation.queries import BranchResult, branch_sheets, medians, recent_periods, steps_of
from partygroup.evaluation.rules import STATE_NAMES, State, refusal_to_freeze, refusal_to_open
from partygroup.evaluation.schemes import scheme_for
from partygroup.evaluation.sheets import star_name
from partygroup.evaluation.wording import told_scheme
from partygroup.org.models import UnitKind
from partygroup.org.queries import lineage, subtree_ids, units_named
from partygroup.points import tenths
from partygroup.policy import Can, Place, may, units_where
from partygroup.text import clean
from partygroup.web.needs import needs
from partygroup.web.points import quarters_around
from partygroup.web.respond import done, respond

pages = Blueprint("periods", __name__)
#: Shades of the map: shares of the full mark from which each is darker.
SHADES = (0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class SeenPeriod:
    """An evaluation and the place of its committee."""

    period: EvaluationPeriod
    place: Place

    @property
    def of(self) -> Quarter:
        return self.period.of


def period_of(period_id: int) -> SeenPeriod:
    """Return an evaluation of a unit whose periods this person may see; raise NotFound."""
    period = periods.get_period(db.session, period_id)
    line = lineage(db.session, period.unit_id, clock.today())
    place = Place(tuple(unit[0] for unit in line) or (period.unit_id,))
    if not may(current_user, Can.SEE_PERIODS, place):
        raise NotFound
    return SeenPeriod(period, place)


@pages.get("/evaluation")
@needs(Can.SEE_PERIODS)
def index():
    """Show the periods below one's units and what can be done next; set up another."""
    return _index()


def _index(problem: str | None = None, status: int = 200):
    today = clock.today()
    below = subtree_ids(units_where(current_user, Can.SEE_PERIODS), today)
    found, mine = recent_periods(db.session, below), units_where(current_user, Can.CONFIGURE_PERIOD)
    names = periods.names_on(db.session, {*mine, *(period.unit_id for period in found)}, today)
    steps = steps_of(db.session, [period.id for period in found])
    shown = [_told(period, names, steps[period.id], period.unit_id in mine, today) for period in found]
    configurable = [(unit_id, names[unit_id]) for unit_id in mine]
    return respond("evaluation/periods.html", status=status, shown=shown, configurable=configurable, problem=problem,
                   tabs=quarters_around(today), usual=periods.default_quarter(today), typed=request.form)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A period as its committee sees it: where it stands, how far its branches are, and what comes next."""

    period: EvaluationPeriod
    unit_name: str
    state: State
    counts: list[tuple[str, int]]
    acts: bool
    refusal: str | None

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


def _told(period: EvaluationPeriod, names: dict[int, str], steps: list, acts: bool, today) -> Told:
    numbers = {row.state: row.number for row in steps}
    counts = [(STATE_NAMES[state], numbers[state]) for state in State if state in numbers]
    refusals = {
        State.CONFIGURED: lambda: refusal_to_open(period.state, period.of.first, today),
        State.COLLECTING: lambda: refusal_to_freeze(period.state, period.of.last, today),
    }
    refusal = refusals.get(State(period.state), lambda: None)()
    return Told(period, names.get(period.unit_id, ""), periods.state_of(period, steps), counts, acts, refusal)


@pages.post("/evaluation")
@needs(Can.CONFIGURE_PERIOD, back="periods.index")
def configure():
    """Set up the evaluation of a quarter for the branches below one's committee."""
    quarter = Quarter.parse(request.form.get("quarter", ""))
    unit_id = request.form.get("unit_id", type=int)
    if quarter is None or unit_id not in units_where(current_user, Can.CONFIGURE_PERIOD):
        return _index("请选一个季度，再试一次。", 422)
    try:
        with transaction(db.session):
            periods.configure_period(db.session, unit_id, quarter, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return _index(refusal.reason, 422)
    return done(f"{quarter.label}的考评已设定。", "periods.index")


def _act(act, words: str):
    try:
        with transaction(db.session):
            act()
    except Refused as refusal:
        return _index(refusal.reason, 422)
    return done(words, "periods.index")


def _by() -> dict:
    return {"by": current_user.id, "at": clock.now()}


@pages.post("/evaluation/periods/<id:period_id>/opening")
@needs(Can.CONFIGURE_PERIOD, period_of, back="periods.index")
def open_(seen: SeenPeriod):
    """Open the evaluation and begin to collect figures."""

    def act() -> None:
        periods.open_period(db.session, seen.period, **_by())
        periods.collect(db.session, seen.period, **_by())

    return _act(act, "考评已启动，开始收集数据。")


@pages.post("/evaluation/periods/<id:period_id>/freezing")
@needs(Can.FREEZE_PERIOD, period_of, back="periods.index")
def freeze(seen: SeenPeriod):
    """Freeze the figures of all branches of the period."""
    return _act(lambda: periods.freeze_period(db.session, seen.period, **_by()), "数据已冻结，请各支部自评。")


@pages.post("/evaluation/periods/<id:period_id>/reopening")
@needs(Can.REOPEN_PERIOD, period_of, back="periods.index")
def reopen(seen: SeenPeriod):
    """Collect again, for a reason."""
    reason = clean(request.form.get("reason"), 200)
    unit_id = seen.period.unit_id  # the policy asks for a post in this very unit
    return _act(lambda: periods.reopen_period(db.session, seen.period, reason=reason, by_unit=unit_id, **_by()),
                "已重新收集数据，原来冻结的结果留存。")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A branch on the map."""

    branch_id: int
    name: str
    result: BranchResult

    @property
    def state(self) -> str:
        return STATE_NAMES[State(self.result.stored.state)] if self.result.stored else "未冻结"

    def shade(self, points: int | None, full: int) -> int:
        """Return 0 (not assessed) to 5, darker for more of the full mark; the number stands beside it."""
        return 0 if points is None else 1 + sum(points >= share * full for share in SHADES)


@pages.get("/evaluation/<quarter_code>")
@needs(Can.SEE_PERIODS)
def overview(quarter_code: str):
    """Show all branches of one's units by committee, in the organisation's order, with shades and numbers."""
    quarter, today = Quarter.parse(quarter_code), clock.today()
    if quarter is None or quarter > Quarter.of(today):
        raise NotFound
    day = min(quarter.last, today)
    units = units_named(db.session, subtree_ids(units_where(current_user, Can.SEE_PERIODS), day), day)
    committees = {unit.id: unit.name for unit in units if unit.kind == UnitKind.UNIT_COMMITTEE}
    chosen = request.args.get("unit", type=int)
    chosen = chosen if chosen in committees else None
    parents = {unit.id: unit.parent_id for unit in units}
    by_unit: dict[int | None, list] = {unit_id: [] for unit_id in committees}
    for unit in units:
        if unit.kind == UnitKind.BRANCH:
            above = _committee_of(unit.id, parents, committees)
            if chosen in (None, above):
                by_unit.setdefault(above, []).append(unit)
    branch_ids = [unit.id for some in by_unit.values() for unit in some]
    results = branch_sheets(db.session, branch_ids, quarter, at=clock.now())
    blocks = [
        (committees.get(unit_id, "直属支部"), [Row(unit.id, unit.name, results[unit.id]) for unit in some])
        for unit_id, some in by_unit.items()
        if some
    ]
    middle = {code: tenths(value / 10) for code, value in medians(results.values()).items()}
    return respond(
        "evaluation/overview.html", quarter=quarter, tabs=quarters_around(today), blocks=blocks, middle=middle,
        committees=list(committees.items()), chosen=chosen, dimensions=DIMENSIONS, star_name=star_name,
        stars=_stars(results), count=len(branch_ids),
    )  # fmt: skip


def _committee_of(unit_id: int | None, parents: dict, committees: dict) -> int | None:
    while unit_id is not None and unit_id not in committees:
        unit_id = parents.get(unit_id)
    return unit_id


def _stars(results: dict[int, BranchResult]) -> list[tuple[str, int]]:
    """Return (stars in words, number of branches) from five down; those without a total last."""
    given = [result.sheet.stars for result in results.values()]
    told = [(star_name(stars), given.count(stars)) for stars in range(5, 0, -1)]
    return [*told, ("没有总分", given.count(None))]


@pages.get("/rules/scheme")
@needs(Can.SEE_SCHEME)
def scheme():
    """Show the scheme in force in plain words."""
    version = scheme_for(db.session, Quarter.of(clock.today()))
    return respond("evaluation/scheme.html", version=version, told=told_scheme(version.body), dimensions=DIMENSIONS)

"""考评: the periods of a committee, and all its branches side by side, in the organisation's order (E3, E5)."""

from __future__ import annotations

from collections.abc import Iterable
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
from partygroup.evaluation.objecting import branches_waiting, open_objections
from partygroup.evaluation.queries import BranchResult, branch_sheets, medians, recent_periods
from partygroup.evaluation.rules import STATE_NAMES, State, refusal_to_freeze, refusal_to_open
from partygroup.evaluation.sheets import star_name
from partygroup.org.models import UnitKind
from partygroup.org.queries import lineage, subtree_ids, units_named
from partygroup.points import tenths
from partygroup.policy import Can, Place, may, units_where
from partygroup.web.asked import number_asked, number_typed, quarter_of, quarter_typed, text_typed
from partygroup.web.loaders import place_of_unit
from partygroup.web.needs import needs
from partygroup.web.points import quarters_around
from partygroup.web.respond import done, respond

pages = Blueprint("periods", __name__)
#: Shades of the map: shares of the full mark from which each is darker.
SHADES = (0.6, 0.7, 0.8, 0.9)
#: The full mark, in tenths.
FULL = 1000
#: With more branches than this the page shows the map alone; the numbers come when a committee is chosen.
MOST_TABLED = 40


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
    place = place_of_unit(period.unit_id)
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
    mine = units_where(current_user, Can.SEE_PERIODS)
    names = periods.names_below(db.session, mine, today)
    above = {unit_id: name for one in mine for unit_id, _, name in lineage(db.session, one, today)}
    found = recent_periods(db.session, [*names, *above])
    states = periods.states_of_branches(db.session, found)
    waiting = branches_waiting(db.session, states.keys())
    acting = units_where(current_user, Can.CONFIGURE_PERIOD)
    shown = [
        _told(period, states[period.id], waiting.get(period.id, set()), names, above, period.unit_id in acting, today)
        for period in found
    ]
    configurable = [(unit_id, names[unit_id]) for unit_id in acting]
    return respond("evaluation/periods.html", status=status, shown=shown, configurable=configurable, problem=problem,
                   today=today, tabs=quarters_around(today), usual=periods.default_quarter(today),
                   typed=request.form)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A period as a committee sees it, its own or one above: where it stands, how far its branches are, what next."""

    period: EvaluationPeriod
    unit_name: str
    state: State
    counts: list[tuple[str, int]]
    acts: bool
    refusal: str | None

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


def _told(
    period: EvaluationPeriod, sheets: list, waiting: set[int], names: dict[int, str], above: dict[int, str], acts: bool,
    today,
) -> Told:  # fmt: skip
    if period.unit_id not in names:
        sheets = [row for row in sheets if row.branch_id in names]
        waiting = waiting & names.keys()
    states = [State(row.state) for row in sheets]
    counts = [(STATE_NAMES[state], states.count(state)) for state in State if state in states]
    refusals = {
        State.CONFIGURED: lambda: refusal_to_open(period.state, period.of.first, today),
        State.COLLECTING: lambda: refusal_to_freeze(period.state, period.of.last, today),
    }
    refusal = refusals.get(State(period.state), lambda: None)()
    if waiting:
        counts.append(("有异议等答复", len(waiting)))
    unit_name = (above | names).get(period.unit_id, "")
    return Told(period, unit_name, periods.state_of(period, sheets), counts, acts, refusal)


@pages.post("/evaluation")
@needs(Can.CONFIGURE_PERIOD, back="periods.index")
def configure():
    """Set up the evaluation of a quarter for the branches below one's committee."""
    unit_id = number_typed("unit_id")
    if unit_id not in units_where(current_user, Can.CONFIGURE_PERIOD):
        return _index("请选为哪个党委设定，再试一次。", 422)
    try:
        with transaction(db.session):
            quarter = quarter_typed()
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
    reason = text_typed("reason", 200)
    unit_id = seen.period.unit_id  # the policy asks for a post in this very unit
    return _act(lambda: periods.reopen_period(db.session, seen.period, reason=reason, by_unit=unit_id, **_by()),
                "已重新收集数据，原来冻结的结果留存。")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A branch on the map."""

    branch_id: int
    name: str
    result: BranchResult
    objections: int

    @property
    def state(self) -> str:
        return STATE_NAMES[State(self.result.stored.state)] if self.result.stored else "未冻结"

    def shade(self, points: int | None, full: int) -> int:
        """Return 0 (not assessed) to 5, darker for more of the full mark; the number stands beside it."""
        return 0 if points is None else 1 + sum(points >= share * full for share in SHADES)

    @property
    def heat(self) -> int:
        return self.shade(self.result.sheet.total, FULL)


@dataclass(frozen=True)
class Block:
    """A committee on the map, with its branches in the organisation's order."""

    unit_id: int | None
    name: str
    rows: list[Row]

    @property
    def middle(self) -> int | None:
        """Return the median of the totals in tenths; None where no branch has one."""
        return _middle(row.result for row in self.rows).get("total")


def _middle(results: Iterable[BranchResult]) -> dict[str, int]:
    return {code: tenths(value / 10) for code, value in medians(results).items()}


@pages.get("/evaluation/<quarter_code>")
@needs(Can.SEE_PERIODS)
def overview(quarter_code: str):
    """Show all branches of one's units by committee, in the organisation's order, with shades and numbers."""
    today = clock.today()
    quarter = quarter_of(quarter_code, today)
    day = min(quarter.last, today)
    units = units_named(db.session, subtree_ids(units_where(current_user, Can.SEE_PERIODS), day), day)
    committees = {unit.id: unit.name for unit in units if unit.kind == UnitKind.UNIT_COMMITTEE}
    chosen = number_asked("unit")
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
    waiting = open_objections(db.session, [one.stored for one in results.values() if one.stored])
    blocks = [
        Block(
            unit_id,
            committees.get(unit_id, "直属支部"),
            [Row(one.id, one.name, results[one.id], waiting.get(one.id, 0)) for one in some],
        )
        for unit_id, some in by_unit.items()
        if some
    ]
    return respond(
        "evaluation/overview.html", quarter=quarter, tabs=quarters_around(today), blocks=blocks,
        middle=_middle(results.values()), committees=list(committees.items()), chosen=chosen, dimensions=DIMENSIONS,
        star_name=star_name, stars=_stars(results), count=len(branch_ids),
        tables=blocks if len(blocks) == 1 or len(branch_ids) <= MOST_TABLED else [],
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

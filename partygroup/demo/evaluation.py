"""How the demo company evaluated its branches: two past quarters to the end, the running one as far as it is.

Everything is done by the house's own actions, by somebody who may: nobody above decides on the own branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.demo.cast import HOME
from partygroup.demo.closings import Calendar
from partygroup.demo.desks import Desk
from partygroup.demo.diary import Deed
from partygroup.demo.figures import import_deeds
from partygroup.demo.schedule import history_months
from partygroup.demo.staff import Member
from partygroup.evaluation import periods
from partygroup.evaluation.entering import enter_veto, give_award, set_term
from partygroup.evaluation.models import EvaluationPeriod, StoredBranch
from partygroup.people.models import Role
from partygroup.workdays import WorkCalendar

#: From the first day of a quarter to setting up its evaluation.
SET_UP = timedelta(days=4, hours=9)
OPINIONS = ("数据属实，没有异议", "同意，和支部台账一致", "数据核对过，同意", "同意。下季度把问题清单办得再快些")
REVIEWS = ("", "", "和各部门数据核对一致", "已抽查两次会议和三条活动，属实")
#: What became of the committees' terms, and how often; a term lasts three years.
TERMS, TERM_WEIGHTS, TERM = ("usual", "unknown", "overrun", "extended"), (84, 5, 6, 5), timedelta(days=3 * 365)
#: Whose veto, and what for.
VETO_BRANCH, VETO_GROUND, VETO_DOCUMENT = "行车车间党支部", "falsified", "东炼纪〔{year}〕12号"
#: Of the past quarters which, branch, sort, level, what for, document, day of the quarter, event (counted once).
AWARDS = (
    (0, "连铸车间党支部", "practice", "unit", "交接班“三清单”做法在全厂推广", "东炼党〔{year}〕18号", 62, ""),
    (1, HOME, "award", "unit", "转炉煤气回收攻关受表扬", "东炼党〔{year}〕26号", 40, "煤气回收攻关"),
    (1, HOME, "award", "company", "转炉煤气回收攻关先进集体", "朔钢党〔{year}〕31号", 51, "煤气回收攻关"),
    (1, "生产技术部党支部", "practice", "company", "支部结对攻关做法在公司推广", "朔钢党〔{year}〕34号", 70, ""),
)
OTHERS, OTHER_AWARD = 0.08, "党员先锋岗创建先进支部"


def evaluation_deeds(desks: list[Desk], calendar: WorkCalendar, closed: Calendar, rng: Random, *, at: datetime):
    """Return what was done up to a moment: terms, figures, awards, a veto, and the quarters' evaluations."""
    officers = [one for desk in desks for one in desk.people if one.holds(Role.COMPANY_OFFICE)]
    today = clock.day_of(at)
    frozen = {quarter: _morning(clock.day_of(moment), 1, 9) for quarter, moment in closed.moments.items()}
    deeds = [*_terms(desks, officers, rng, today), *import_deeds(desks, officers[0].id, frozen, rng, today)]
    for number, quarter in enumerate(frozen):
        one = _Round(quarter, desks, officers)
        deeds += [*one.begin(), *one.finish(frozen[quarter], calendar, rng)]
        deeds += _awards(number, quarter, desks, officers, rng)
    deeds += _Round(Quarter.of(today), desks, officers).begin()
    deeds.append(_veto(max(frozen), desks, officers))
    return [deed for deed in deeds if deed.at <= at]


def _morning(day: date, days: int, hours: float) -> datetime:
    return clock.start_of(day + timedelta(days=days)) + timedelta(hours=hours)


def _above(desk: Desk, officers: list[Member]) -> Member:
    """Return who decides above a branch: the unit committee's office, for its own branch the company's."""
    return _of_company(desk, [desk.unit_office, *officers])


def _of_company(desk: Desk, officers: list[Member]) -> Member:
    return next(one for one in officers if one not in desk.people)


@dataclass
class _Round:
    """The evaluation of one quarter: by the company for all branches; its period and sheets once they are made."""

    quarter: Quarter
    desks: list[Desk]
    officers: list[Member]
    period: EvaluationPeriod | None = None
    sheets: dict[int, StoredBranch] = field(default_factory=dict)

    @property
    def by(self) -> int:
        """Return who sets up, opens and freezes."""
        return self.officers[0].id

    def begin(self) -> list[Deed]:
        """Return setting up and opening."""
        at = clock.start_of(self.quarter.first) + SET_UP
        return [Deed(at, self._set_up), Deed(at + timedelta(minutes=10), self._open)]

    def _set_up(self, session, at: datetime) -> None:
        company_id = self.desks[0].place.company_id
        self.period = periods.configure_period(session, company_id, self.quarter, by=self.by, at=at)

    def _open(self, session, at: datetime) -> None:
        periods.open_period(session, self.period, by=self.by, at=at)
        periods.collect(session, self.period, by=self.by, at=at)

    def finish(self, frozen_at: datetime, calendar: WorkCalendar, rng: Random) -> list[Deed]:
        """Return freezing, and then of each branch: own word, review, five days of publicity, the result."""
        day = clock.day_of(frozen_at)
        shown = calendar.after(day + timedelta(days=5), 1)
        over = calendar.after(shown, periods.PUBLIC_DAYS)
        deeds = [Deed(frozen_at, self._freeze)]
        for number, desk in enumerate(self.desks):
            above, turn = _above(desk, self.officers), timedelta(seconds=90 * number)
            spoken = _morning(day, rng.randint(1, 3), 8) + timedelta(minutes=rng.randint(0, 600))
            reviewed = _morning(day, rng.randint(4, 5), 8) + turn
            deeds += [
                self._step(periods.self_score, desk, spoken, desk.secretary, opinion=rng.choice(OPINIONS)),
                self._step(periods.review_sheet, desk, reviewed, above, review=rng.choice(REVIEWS)),
                self._step(periods.publish_sheet, desk, _morning(shown, 0, 8) + turn, above),
                self._step(periods.finish_sheet, desk, _morning(over, 1, 9) + turn, _of_company(desk, self.officers)),
            ]
        return deeds

    def _freeze(self, session, at: datetime) -> None:
        periods.freeze_period(session, self.period, by=self.by, at=at)
        self.sheets = {row.branch_id: row for row in periods.standing_of(session, self.period)}

    def _step(self, action, desk: Desk, at: datetime, by: Member, **words) -> Deed:
        return Deed(at, lambda session, at: action(session, self.sheets[desk.place.id], by=by.id, at=at, **words))


# --- what no figure says ----------------------------------------------------------------------------------------------


def _terms(desks: list[Desk], officers: list[Member], rng: Random, today: date) -> list[Deed]:
    """Return that the committees' terms were entered: a few overrun, a few extended, a few are not known."""
    day = history_months(today)[0] + timedelta(days=8)
    deeds = []
    for number, desk in enumerate(desks):
        sort, ago = rng.choices(TERMS, TERM_WEIGHTS)[0], timedelta(days=rng.randint(40, 400))
        elected = day - ago - (timedelta(0) if sort == "usual" else TERM)
        act = partial(_enter_term, desk, _above(desk, officers).id, elected, sort == "extended")
        if sort != "unknown":
            deeds.append(Deed(_morning(day, 0, 9) + timedelta(seconds=80 * number), act))
    return deeds


def _enter_term(desk: Desk, by: int, elected: date, extended: bool, session, at: datetime) -> None:
    until = elected + (TERM + timedelta(days=450) if extended else TERM)
    document = f"{desk.place.committee_name}批〔{clock.day_of(at).year}〕3号" if extended else ""
    set_term(session, desk.place.id, from_on=elected, until_on=until, extended=extended, document=document, by=by,
             at=at)  # fmt: skip


def _awards(number: int, quarter: Quarter, desks: list[Desk], officers: list[Member], rng: Random) -> list[Deed]:
    """Return the awards of a past quarter, entered some days after their documents."""
    by_name = {desk.place.shape.name: desk for desk in reversed(desks)}
    given = [(by_name[name], *rest) for which, name, *rest in AWARDS if which == number]
    given += [
        (desk, "award", "unit", OTHER_AWARD, f"{desk.place.committee_name}〔{{year}}〕{rng.randint(5, 30)}号", 45, "")
        for desk in desks
        if rng.random() < OTHERS
    ]
    return [_award(desk, quarter, _above(desk, officers).id, *rest) for desk, *rest in given]


def _award(desk: Desk, quarter: Quarter, by: int, sort: str, level: str, text: str, document: str, days: int, event):
    on_day = quarter.first + timedelta(days=days)
    document = document.format(year=on_day.year)

    def act(session, at: datetime) -> None:
        give_award(session, desk.place.id, sort=sort, level=level, text=text, document=document, event=event,
                   on_day=on_day, by=by, at=at)  # fmt: skip

    return Deed(_morning(on_day, 3, 14), act)


def _veto(quarter: Quarter, desks: list[Desk], officers: list[Member]) -> Deed:
    desk = next(one for one in desks if one.place.shape.name == VETO_BRANCH)
    from_on = quarter.first + timedelta(days=33)

    def act(session, at: datetime) -> None:
        enter_veto(session, desk.place.id, ground=VETO_GROUND, document=VETO_DOCUMENT.format(year=from_on.year),
                   from_on=from_on, until_on=quarter.next().first, by=_above(desk, officers).id, at=at)  # fmt: skip

    return Deed(_morning(from_on, 2, 15), act)

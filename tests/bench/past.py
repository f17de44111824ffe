"""Years of facts before those of the demo: copies of its own past quarters, moved back in time set-wise.

Each of the twelve quarters before gets both of the demo's past quarters, so that three years more hold as much as
twenty-four of its quarters and the whole ten times the rows of the demo alone. Closings, sheets and evaluations are
copied from one of the two: a quarter is closed once. What still waits for somebody is left out, so that nothing of the
past reaches the demo's own nine months: these are the same with and without the years before.

Copies have negative ids: what is older has the lower id, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from partygroup.activities.models import Activity, Participation, Problem
from partygroup.attendance.models import DueEntry, Leave, MakeUp, Mark
from partygroup.clock import Quarter
from partygroup.db import AuditRow, UtcDateTime
from partygroup.evaluation.models import EvaluationPeriod, ReportedFigure, StoredBranch
from partygroup.meetings.models import Gathering, Meeting, Sitting
from partygroup.org.models import Placement
from partygroup.people.models import Belonging, Post, StandingSpan, Workplace
from partygroup.scores.models import (
    Appeal,
    Closing,
    Declaration,
    Entry,
    GroupAppraisal,
    Objection,
    StoredGroup,
    StoredSheet,
)
from partygroup.scores.states import State

QUARTERS = 12
DATED = (Placement, Belonging, StandingSpan, Workplace, Post)
SETTLED = (State.EFFECTIVE, State.REJECTED, State.REVERSED)


def _in_days(column) -> Callable:
    return lambda quarter: column.between(quarter.first, quarter.last)


def _of_quarter(model) -> Callable:
    return lambda quarter: sa.and_(model.year == quarter.year, model.quarter == quarter.number)


#: Table of facts → which of its rows belong to a quarter; of others the column that says of which row they are part.
FACTS: dict[type, Callable | sa.orm.InstrumentedAttribute] = {
    Gathering: _in_days(Gathering.day),
    Sitting: Sitting.gathering_id,
    Meeting: Meeting.gathering_id,
    DueEntry: DueEntry.gathering_id,
    Mark: Mark.gathering_id,
    Leave: Leave.gathering_id,
    MakeUp: MakeUp.gathering_id,
    Activity: _in_days(Activity.happened_on),
    Participation: Participation.activity_id,
    Problem: lambda quarter: sa.and_(_in_days(Problem.raised_on)(quarter), Problem.closed_on.is_not(None)),
    Declaration: lambda quarter: sa.and_(_in_days(Declaration.happened_on)(quarter), Declaration.state.in_(SETTLED)),
    Entry: Entry.declaration_id,
    Objection: Objection.declaration_id,
    Appeal: Appeal.declaration_id,
}
#: The same of what there is once a quarter.
RECORDS: dict[type, Callable | sa.orm.InstrumentedAttribute] = {
    Closing: _of_quarter(Closing),
    StoredSheet: StoredSheet.closing_id,
    StoredGroup: StoredGroup.closing_id,
    GroupAppraisal: _of_quarter(GroupAppraisal),
    EvaluationPeriod: _of_quarter(EvaluationPeriod),
    StoredBranch: StoredBranch.period_id,
    ReportedFigure: lambda quarter: ReportedFigure.period.in_(_periods(quarter)),
}
COUNTED = (*FACTS, *RECORDS, AuditRow)


def _periods(quarter: Quarter) -> list[str]:
    """Return the period texts of a quarter and its months."""
    return [quarter.code, *(f"{quarter.year}-{quarter.first.month + step:02d}" for step in range(3))]


def count_facts(connection: sa.Connection) -> int:
    """Return how many rows the tables of facts hold, witnesses included."""
    return sum(connection.scalar(sa.select(sa.func.count()).select_from(model)) for model in COUNTED)


def write_past(connection: sa.Connection, last: Quarter) -> Iterator[None]:
    """Write the years before a demo whose last past quarter is given; yield after each copied quarter."""
    strides = {model.__table__: 1 + (connection.scalar(sa.select(sa.func.max(model.id))) or 0) for model in COUNTED}
    target, number = last.previous().previous(), 0
    for _ in range(QUARTERS):
        for template, models in ((last, FACTS | RECORDS), (last.previous(), FACTS)):
            number += 1
            _Copy(connection, template, target, number, strides).write(models)
            yield
        target = target.previous()
    _found_earlier(connection, target.first)
    connection.execute(sa.text("ANALYZE"))


def _found_earlier(connection: sa.Connection, first: date) -> None:
    """Let what has been there from the demo's first day on have been there before."""
    founded = connection.scalar(sa.select(sa.func.min(Placement.from_on)))
    for model in DATED:
        connection.execute(sa.update(model).where(model.from_on == founded).values(from_on=min(first, founded)))


@dataclass(frozen=True)
class _Copy:
    """One of the demo's quarters moved to another; `number` makes its ids and events its own."""

    connection: sa.Connection
    template: Quarter
    target: Quarter
    number: int
    strides: dict[sa.Table, int]

    @property
    def by(self) -> timedelta:
        """Return by how much days move: the last day falls on the last, so that nothing lands in a later quarter."""
        return self.target.last - self.template.last

    def write(self, models: dict) -> None:
        """Copy the rows of the template, and their witnesses."""
        for model in models:
            self._insert(model, self._is_copied(models, model))
        for model in models:
            ids = sa.select(model.id).where(self._is_copied(models, model))
            of_model = sa.and_(AuditRow.subject_type == model.__tablename__, AuditRow.subject_id.in_(ids))
            self._insert(AuditRow, sa.and_(AuditRow.id > 0, of_model), subject=model.__table__)

    def _is_copied(self, models: dict, model):
        """Return the SQL condition that a row is one of the template's own."""
        belongs = models[model]
        if not isinstance(belongs, sa.orm.InstrumentedAttribute):
            return sa.and_(model.id > 0, belongs(self.template))
        [key] = belongs.property.columns[0].foreign_keys
        whole = next(one for one in models if one.__table__ is key.column.table)
        return belongs.in_(sa.select(whole.id).where(self._is_copied(models, whole)))

    def _insert(self, model, condition, *, subject: sa.Table | None = None) -> None:
        columns = model.__table__.c
        moved = [self._moved(column, subject) for column in columns]
        chosen = sa.select(*moved).where(condition).order_by(model.id)
        self.connection.execute(sa.insert(model.__table__).from_select([column.name for column in columns], chosen))

    def _moved(self, column: sa.Column, subject: sa.Table | None):
        """Return what a column of the copy holds."""
        whole = column.table if column.name == "id" else subject if column.name == "subject_id" else None
        whole = whole if whole is not None else next((key.column.table for key in column.foreign_keys), None)
        if whole in self.strides:
            return column - self.number * self.strides[whole]
        if column.name in ("year", "quarter"):
            return sa.literal(self.target.year if column.name == "year" else self.target.number)
        if column.name == "period":
            pairs = zip(_periods(self.template), _periods(self.target), strict=True)
            return sa.case(dict(pairs), value=column)
        if column.name == "event":
            return column + f"~{self.number}"
        return self._moved_in_time(column) if isinstance(column.type, sa.Date | UtcDateTime) else column

    def _moved_in_time(self, column: sa.Column):
        is_day = isinstance(column.type, sa.Date)
        if self.connection.dialect.name == "postgresql":
            return sa.cast(column + sa.literal(self.by, sa.Interval()), column.type)
        form = "%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%f000"
        return sa.func.strftime(form, column, f"{self.by.days} days")

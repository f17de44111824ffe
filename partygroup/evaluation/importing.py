"""Importing figures: preview first, nothing written until it is confirmed, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache, partial

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import digest_of, holds_on, witness, witness_all
from partygroup.errors import Refused
from partygroup.evaluation.figure_columns import COLUMNS
from partygroup.evaluation.figure_rows import Directory, FigureRow, Item, NamedUnit, Vocabulary, read_figures
from partygroup.evaluation.figures import days_of
from partygroup.evaluation.formulas import with_unit
from partygroup.evaluation.models import EvaluationPeriod, FigureImport, ReportedFigure, StoredBranch
from partygroup.evaluation.schemes import FIRST_DAY, scheme_in_force
from partygroup.org.models import Unit, UnitKind
from partygroup.org.queries import subtree_ids, units_named
from partygroup.people.models import Belonging, Person
from partygroup.scores.facts import table_in_force
from partygroup.scores.models import Source
from partygroup.scores.rules import refusal_to_import
from partygroup.spreadsheets.cells import as_typed
from partygroup.spreadsheets.reading import Sheet, Sort, read_sheet

#: How long a preview that nobody confirms is kept, with the rows of the file in it.
PREVIEW_LIVES = timedelta(days=7)
FIGURES = Sort("指标数据表", "数据", COLUMNS)
#: Carries imported rows about persons into scores: (rows, by, at) → how many proposals are new.
Propose = Callable[..., int]


@dataclass(frozen=True)
class Outcome:
    """How many figures an import has written, how many proposals it has made. `already`: it was done before."""

    figures: int = 0
    proposals: int = 0
    already: bool = False


def read_figure_file(stream, file_name: str) -> Sheet:
    """Return the sheet of a file of figures; raise Refused for one that cannot be read (see `read_sheet`)."""
    return read_sheet(stream, file_name, FIGURES)


# --- preview ----------------------------------------------------------------------------------------------------------


def draft_figures(session, sheet: Sheet, *, scope_unit_id: int, by: int | None, at: datetime) -> FigureImport:
    """Return a preview that is not stored yet: good rows, faults, notes, and what would change. It only reads.

    `scope_unit_id` is the company, or the one unit committee for whose branches and members rows may come.
    """
    today = day_of(at)
    directory = directory_of(session, scope_unit_id, today)
    known = latest_figures(session, [unit.id for unit in directory.units])
    reported = {key: Fraction(one.value) for key, one in known.items()}
    rows = read_figures(sheet.rows, sheet.places, directory, today, reported)
    records = [_record(row) for row in rows if not row.faults]
    changes = list(_changes(records, known, directory))
    faulty = sum(bool(row.faults) for row in rows)
    return FigureImport(
        unit_id=scope_unit_id,
        file_name=sheet.file_name,
        file_digest=sheet.digest,
        by_id=by,
        read_at=at,
        rows=records,
        faults=[_faulty(row) for row in rows if row.faults],
        notes=_notes(session, sheet, records),
        summary={
            "rows": len(rows),
            "good": len(records),
            "faulty": faulty,
            "same": len(records) - len(changes),
            "headers": sheet.titles,
            "digest": digest_of([sheet.digest, records]),
            "changes": changes,
        },
    )


def store_preview(session, draft: FigureImport, *, by: int | None, at: datetime) -> FigureImport:
    """Store a drafted preview and return it."""
    session.add(draft)
    after = {"file_name": draft.file_name, "rows": draft.summary["rows"]}
    witness(session, "evaluation.figures.preview", draft, at=at, by=by, unit_id=draft.unit_id, after=after)
    return draft


def directory_of(session, scope_unit_id: int, today: date) -> Directory:
    """Return what the rows may speak of today: the branches and members below a unit, and the rules of each period."""
    vocabulary = cache(partial(_vocabulary, session))

    def words_of(period: str | None) -> Vocabulary:
        day = min(days_of(period)[1], today) if period else today
        return vocabulary(Quarter.of(max(day, FIRST_DAY)))

    return Directory(_branches(session, scope_unit_id, today), _persons(session, scope_unit_id, today), words_of)


def _vocabulary(session, quarter: Quarter) -> Vocabulary:
    table = table_in_force(session, quarter)
    items = [
        Item(row.item.code, row.item.name, partial(refusal_to_import, row))
        for row in table.rows.values()
        if Source.IMPORT in row.line.sources
    ]
    return Vocabulary(scheme_in_force(session, quarter), items)


def _branches(session, scope_unit_id: int, today: date) -> list[NamedUnit]:
    units = {unit.id: unit for unit in units_named(session, subtree_ids([scope_unit_id], today), today)}

    def committee(unit) -> str | None:
        while unit and unit.kind != UnitKind.UNIT_COMMITTEE:
            unit = units.get(unit.parent_id)
        return unit and unit.name

    branches = (unit for unit in units.values() if unit.kind == UnitKind.BRANCH)
    return [NamedUnit(unit.id, unit.name, committee(unit), True) for unit in branches]


def _persons(session, scope_unit_id: int, today: date) -> dict[str, int]:
    rows = session.execute(
        sa.select(Person.staff_no, Person.id)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, holds_on(Belonging, today)))
        .where(Belonging.branch_id.in_(subtree_ids([scope_unit_id], today)))
    )
    return dict(map(tuple, rows))


def latest_figures(session, unit_ids: Collection[int]) -> dict[tuple[int, str, str], ReportedFigure]:
    """Return (unit, code, period) → the figure that counts: the newest."""
    newest = (
        sa.select(sa.func.max(ReportedFigure.id))
        .where(ReportedFigure.unit_id.in_(unit_ids))
        .group_by(ReportedFigure.unit_id, ReportedFigure.code, ReportedFigure.period)
    )
    rows = session.scalars(sa.select(ReportedFigure).where(ReportedFigure.id.in_(newest)))
    return {(row.unit_id, row.code, row.period): row for row in rows}


def _record(row: FigureRow) -> dict:
    kept = ("unit_id", "person_id", "code", "period", "value", "source", "note")
    return {"row": row.number} | {key: row.values[key] for key in kept}


def _faulty(row: FigureRow) -> dict:
    return {"row": row.number, "cells": [as_typed(cell) for cell in row.cells], "faults": row.faults}


def _is_same(record: dict, figure: ReportedFigure | None) -> bool:
    return figure is not None and all(getattr(figure, key) == record[key] for key in ("value", "source", "note"))


def _about(record: dict) -> tuple[int, str, str]:
    return record["unit_id"], record["code"], record["period"]


def _changes(records: list[dict], known: dict, directory: Directory) -> Iterable[dict]:
    """Yield what each row that says something new would change, in words."""
    units = {unit.id: unit for unit in directory.units}
    staff_nos = {person_id: staff_no for staff_no, person_id in directory.persons.items()}
    for record in records:
        words = directory.words_of(record["period"])
        if record["person_id"] is not None:
            (item,) = words.subjects(record["code"])
            what = f"{item.name}：{record['value']}，待党支部确认"
            yield {"row": record["row"], "who": f"工号 {staff_nos[record['person_id']]}", "text": what}
        elif not _is_same(record, before := known.get(_about(record))):
            spec = words.scheme.figures[record["code"]]
            was = f"，原来是 {with_unit(spec, Fraction(before.value))}" if before else ""
            what = f"{spec.name}：{with_unit(spec, Fraction(record['value']))}{was}"
            where = f"{units[record['unit_id']].name} · {record['period']}"
            yield {"row": record["row"], "who": where, "text": f"{what}（{record['source']}）"}


def _notes(session, sheet: Sheet, records: list[dict]) -> list[str]:
    unused = [title for place, title in enumerate(sheet.titles) if title and place not in sheet.places.values()]
    notes = [f"没有用到的列：{'、'.join(unused)}。"] if unused else []
    frozen = sorted(_frozen_quarters(session, records))
    if frozen:
        notes.append(f"{'、'.join(one.label for one in frozen)}的考评数据已经冻结，这些数不改变已冻结的结果。")
    return notes


def _frozen_quarters(session, records: list[dict]) -> set[Quarter]:
    """Return the quarters to which rows report though they are frozen for the branch."""
    rows = session.execute(
        sa.select(StoredBranch.branch_id, EvaluationPeriod.year, EvaluationPeriod.quarter)
        .join(EvaluationPeriod, EvaluationPeriod.id == StoredBranch.period_id)
        .where(StoredBranch.replaced_at.is_(None))
    )
    frozen = {(branch_id, Quarter(year, number)) for branch_id, year, number in rows}
    told = {(record["unit_id"], Quarter.of(days_of(record["period"])[1])) for record in records}
    return {quarter for _, quarter in frozen & told}


# --- carrying out -----------------------------------------------------------------------------------------------------


def refusal_to_apply(figure_import: FigureImport, by: int | None, *, only_good_rows: bool) -> str | None:
    """Return why a preview may not be confirmed this way; None if it may (security.md 7)."""
    if figure_import.by_id != by:
        return "数据要由上传的人自己确认，请重新上传一份。"
    if not figure_import.rows:
        return "这份表没有一行可以导入，请改好后重新上传。"
    if figure_import.faults and not only_good_rows:
        return f"还有{len(figure_import.faults)}行有问题。请改好后重新上传，或勾选“只导入没有问题的行”。"
    return None


def apply_figures(
    session,
    figure_import: FigureImport,
    *,
    digest: str,
    by: int | None,
    at: datetime,
    propose: Propose,
    only_good_rows: bool = False,
) -> Outcome:
    """Write the figures of a previewed import and return how many; a second time changes nothing.

    digest: of the preview that was looked at. Rows about persons become proposals of scores. Raise Refused.
    """
    session.execute(sa.select(Unit.id).where(Unit.kind == UnitKind.COMPANY).with_for_update())
    session.refresh(figure_import)
    if figure_import.applied_at:
        return Outcome(**figure_import.summary["outcome"], already=True)
    if reason := refusal_to_apply(figure_import, by, only_good_rows=only_good_rows):
        raise Refused(reason)
    if digest != figure_import.summary["digest"]:
        raise Refused("确认的不是刚才看到的这份预览，请重新打开核对。", 409)
    of_units = [record for record in figure_import.rows if record["unit_id"] is not None]
    _refuse_units_gone(session, figure_import, of_units, day_of(at))
    figures = _write(session, figure_import, of_units, by=by, at=at)
    of_persons = [record for record in figure_import.rows if record["person_id"] is not None]
    proposals = propose(session, of_persons, by=by, at=at) if of_persons else 0
    outcome = {"figures": figures, "proposals": proposals}
    figure_import.applied_at, figure_import.rows = at, []
    figure_import.summary = figure_import.summary | {"outcome": outcome}
    unit_id = figure_import.unit_id
    witness(session, "evaluation.figures.apply", figure_import, at=at, by=by, unit_id=unit_id, after=outcome)
    return Outcome(**outcome)


def _refuse_units_gone(session, figure_import: FigureImport, records: list[dict], today: date) -> None:
    """Raise Refused when a branch has left the unit since the preview."""
    there = {unit.id for unit in _branches(session, figure_import.unit_id, today)}
    if {record["unit_id"] for record in records} - there:
        raise Refused("有的党支部在预览之后调整过，请重新上传核对。", 409)


def _write(session, figure_import: FigureImport, records: list[dict], *, by: int | None, at: datetime) -> int:
    known = latest_figures(session, {record["unit_id"] for record in records})
    fresh = [record for record in records if not _is_same(record, known.get(_about(record)))]
    columns = ("unit_id", "code", "period", "value", "source", "note")
    trace = {"import_id": figure_import.id, "by_id": by, "at": at}
    rows = [{key: record[key] for key in columns} | {"row_no": record["row"]} | trace for record in fresh]
    if rows:
        session.execute(sa.insert(ReportedFigure), rows)
    return len(rows)


def purge_previews(session, *, at: datetime) -> int:
    """Drop previews that nobody confirmed within seven days, with all they hold. Return how many."""
    stale = sa.and_(FigureImport.applied_at.is_(None), FigureImport.read_at <= at - PREVIEW_LIVES)
    dropped = session.execute(
        sa.delete(FigureImport).where(stale).returning(FigureImport.id, FigureImport.unit_id)
    ).all()
    about = {"action": "evaluation.figures.purge", "subject_type": "figure_import", "at": at, "actor_id": None}
    witness_all(session, [about | {"subject_id": row.id, "unit_id": row.unit_id} for row in dropped])
    return len(dropped)

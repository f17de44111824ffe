"""Importing figures: preview first, nothing written until it is confirmed, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache, partial

import sqlalchemy as sa

from partygroup.clock import Quarter, day_of
from partygroup.db import digest_of, holds_on, witness
from partygroup.errors import Refused
from partygroup.evaluation.figure_columns import COLUMNS
from partygroup.evaluation.figure_rows import Directory, FigureRow, Item, NamedUnit, Vocabulary, read_figures
from partygroup.evaluation.figures import days_of
from partygroup.evaluation.formulas import with_unit
from partygroup.evaluation.models import EvaluationPeriod, FigureImport, ReportedFigure, StoredBranch
from partygroup.evaluation.periods import hold_figures
from partygroup.evaluation.proposing import known_rows
from partygroup.evaluation.schemes import FIRST_DAY, scheme_in_force
from partygroup.org.models import UnitKind
from partygroup.org.queries import subtree_ids, units_named
from partygroup.people.models import Belonging, Person
from partygroup.scores.facts import table_in_force
from partygroup.scores.models import Source
from partygroup.scores.people import memberships
from partygroup.scores.rules import refusal_to_import
from partygroup.spreadsheets.previews import drop_previews
from partygroup.spreadsheets.reading import Sheet, Sort, read_sheet

LIKE_BEFORE = "。以前从同一来源登记过这个人同一期间的这一项，数值或说明不同，请核对不是同一件事"
FIGURES = Sort("指标数据表", "数据", COLUMNS)
#: What an import writes of a row about a unit.
WRITTEN = ("unit_id", "code", "period", "value", "source", "note")
#: Carries imported rows about persons into scores: (rows, by, at) → how many proposals are new.
Propose = Callable[..., int]


@dataclass(frozen=True)
class Outcome:
    """How many figures an import has written, how many proposals it has made. `already`: it was done before.

    skipped: the numbers of the rows about persons that came before, and so made no proposal.
    """

    figures: int = 0
    proposals: int = 0
    skipped: Collection[int] = ()
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
    came_before, alike = known_rows(session, records)
    told = list(_told(records, known, directory, alike))
    changes = [one for one in told if one["row"] not in came_before]
    digest = digest_of([sheet.digest, records])
    return FigureImport.draft(
        sheet,
        rows,
        records,
        notes=_notes(session, records),
        summary={
            "same": len(records) - len(changes),
            "digest": digest,
            "changes": changes,
            "known": [one for one in told if one["row"] in came_before],
        },
        unit_id=scope_unit_id,
        by_id=by,
        read_at=at,
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

    persons = _persons(session, scope_unit_id, today)

    @cache
    def scored_in(period: str) -> Collection[int]:
        return memberships(session, persons.values(), days_of(period)[1]).keys()

    return Directory(_branches(session, scope_unit_id, today), persons, words_of, scored_in)


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


def _is_same(record: dict, figure: ReportedFigure | None) -> bool:
    return figure is not None and all(getattr(figure, key) == record[key] for key in ("value", "source", "note"))


def _about(record: dict) -> tuple[int, str, str]:
    return record["unit_id"], record["code"], record["period"]


def _told(records: list[dict], known: dict, directory: Directory, alike: Collection[int]) -> Iterable[dict]:
    """Yield what each row about a person says, and what each that says something new of a unit would change, in words.

    alike: rows about persons to be looked at: nearly the same came before.
    """
    units = {unit.id: unit for unit in directory.units}
    staff_nos = {person_id: staff_no for staff_no, person_id in directory.persons.items()}
    for record in records:
        words = directory.words_of(record["period"])
        if record["person_id"] is not None:
            (item,) = words.subjects(record["code"])
            what = f"{item.name}：{record['value']}，{_said(record)}，待党支部确认"
            what += LIKE_BEFORE if record["row"] in alike else ""
            yield {"row": record["row"], "who": f"工号 {staff_nos[record['person_id']]}", "text": what}
        elif not _is_same(record, before := known.get(_about(record))):
            spec = words.scheme.figures[record["code"]]
            was = f"，原来是 {with_unit(spec, Fraction(before.value))}" if before else ""
            what = f"{spec.name}：{with_unit(spec, Fraction(record['value']))}{was}"
            where = f"{units[record['unit_id']].name} · {record['period']}"
            yield {"row": record["row"], "who": where, "text": f"{what}（{record['source']}）"}


def _said(record: dict) -> str:
    return "：".join(filter(None, (record["source"], record["note"])))


def _notes(session, records: list[dict]) -> list[str]:
    frozen = "、".join(one.label for one in sorted(_frozen_quarters(session, records)))
    return [f"{frozen}的考评数据已经冻结，这些数不改变已冻结的结果。"] if frozen else []


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
    hold_figures(session)
    session.refresh(figure_import)
    if figure_import.applied_at:
        return Outcome(**figure_import.summary["outcome"], already=True)
    if reason := figure_import.refusal_to_apply(by, only_good_rows=only_good_rows):
        raise Refused(reason)
    if digest != figure_import.summary["digest"]:
        raise Refused("确认的不是刚才看到的这份预览，请重新打开核对。", 409)
    of_units = [record for record in figure_import.rows if record["unit_id"] is not None]
    _refuse_units_gone(session, figure_import, of_units, day_of(at))
    written = _write(session, figure_import, of_units, by=by, at=at)
    of_persons = [record for record in figure_import.rows if record["person_id"] is not None]
    skipped, _ = known_rows(session, of_persons)
    proposals = propose(session, of_persons, by=by, at=at) if of_persons else 0
    counts = {"figures": len(written), "proposals": proposals}
    outcome = counts | {"skipped": sorted(skipped)}
    figure_import.close(outcome, at=at)
    figure_import.summary = figure_import.summary | {"written": digest_of_written(written)}
    unit_id = figure_import.unit_id
    witness(session, "evaluation.figures.apply", figure_import, at=at, by=by, unit_id=unit_id, after=counts)
    return Outcome(**outcome)


def _refuse_units_gone(session, figure_import: FigureImport, records: list[dict], today: date) -> None:
    """Raise Refused when a branch has left the unit since the preview."""
    there = {unit.id for unit in _branches(session, figure_import.unit_id, today)}
    if {record["unit_id"] for record in records} - there:
        raise Refused("有的党支部在预览之后调整过，请重新上传核对。", 409)


def digest_of_written(rows: Iterable[Mapping]) -> str:
    """Return the digest of the figures that one import wrote, in the order of its rows."""
    return digest_of([[row[key] for key in ("row_no", *WRITTEN)] for row in rows])


def _write(session, figure_import: FigureImport, records: list[dict], *, by: int | None, at: datetime) -> list[dict]:
    """Write what is new and return the rows."""
    known = latest_figures(session, {record["unit_id"] for record in records})
    fresh = [record for record in records if not _is_same(record, known.get(_about(record)))]
    trace = {"import_id": figure_import.id, "by_id": by, "at": at}
    rows = [{key: record[key] for key in WRITTEN} | {"row_no": record["row"]} | trace for record in fresh]
    if rows:
        session.execute(sa.insert(ReportedFigure), rows)
    return rows


def purge_previews(session, *, at: datetime) -> int:
    """Drop previews that nobody confirmed within seven days, with all they hold. Return how many."""
    return drop_previews(session, FigureImport, {"action": "evaluation.figures.purge"}, at=at)

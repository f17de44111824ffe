"""Making frozen sheets of branches again, from what was known when they were frozen (D7); and what imports wrote.

A check yields a sentence for every fault. Some of what a sheet was made from may be put right later without a fault:
the roster, the organisation, a quarter closed again. Figures made from that are compared where nothing of it changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from partygroup.db import AuditRow
from partygroup.evaluation.figures import Figure
from partygroup.evaluation.formulas import shown
from partygroup.evaluation.importing import WRITTEN, digest_of_written
from partygroup.evaluation.models import EvaluationPeriod, FigureImport, ReportedFigure, SchemeVersion, StoredBranch
from partygroup.evaluation.periods import names_on
from partygroup.evaluation.queries import BranchResult, open_results
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.sheets import BranchSheet, Line, branch_sheet
from partygroup.evaluation.storing import digest_of_branch, figures_from_json, from_json
from partygroup.points import said
from partygroup.scores.queries import closings_of

#: Figures made from the sheets of members and groups, and those made from posts, groups and profiles.
OF_SHEETS = {"H", "PF2", "PF4.GROUPS", "PF4.GOOD", "PF5", "QI2.STARRED"}
OF_ROSTER = {"PF1.DUE", "PF1.HELD", "PF3.CHECKS", "PF3.PASSED", "QI2.STARRED"}
#: How actions begin that change the roster or the organisation.
CHANGES = ("org.unit.", "people.person.", "people.post.", "people.roster.add")
#: A closing or a change as near to the freezing as this may not have been seen by it.
GRACE = timedelta(minutes=1)


def faults(session) -> Iterator[str]:
    """Yield a sentence for everything that is not as the rows say; nothing when all is well."""
    schemes = {row.id: Scheme.from_json(row.body) for row in session.scalars(sa.select(SchemeVersion))}
    changed = _last_changes(session)
    freezings = session.execute(
        sa.select(EvaluationPeriod, StoredBranch.frozen_at)
        .join(StoredBranch, StoredBranch.period_id == EvaluationPeriod.id)
        .group_by(EvaluationPeriod.id, StoredBranch.frozen_at)
        .order_by(EvaluationPeriod.id, StoredBranch.frozen_at)
    ).all()
    for period, frozen_at in freezings:
        yield from _of_freezing(session, period, frozen_at, schemes[period.scheme_id], changed)
    yield from _of_the_trail(session)
    yield from _of_imports(session)


# --- frozen sheets ----------------------------------------------------------------------------------------------------


def _last_changes(session) -> dict[tuple[str, int], datetime]:
    """Return when the roster or the organisation last changed about each person and each unit."""
    rows = session.execute(
        sa.select(AuditRow.person_id, AuditRow.unit_id, sa.func.max(AuditRow.at))
        .where(sa.or_(*(AuditRow.action.startswith(start) for start in CHANGES)))
        .group_by(AuditRow.person_id, AuditRow.unit_id)
    )
    found: dict[tuple[str, int], datetime] = {}
    for person_id, unit_id, at in rows:
        for key in (("person", person_id), ("unit", unit_id)):
            found[key] = max(at, found.get(key, at))
    return found


def _of_freezing(
    session, period: EvaluationPeriod, frozen_at: datetime, scheme: Scheme, changed: Mapping
) -> Iterator[str]:
    """Yield the faults of all sheets frozen at once; by a constant number of statements, however many these are."""
    quarter = period.of
    chosen = sa.and_(StoredBranch.period_id == period.id, StoredBranch.frozen_at == frozen_at)
    rows = session.scalars(sa.select(StoredBranch).where(chosen).order_by(StoredBranch.id)).all()
    branch_ids = [row.branch_id for row in rows]
    names = names_on(session, branch_ids, quarter.last)
    closings = closings_of(session, branch_ids, quarter, known_at=frozen_at - GRACE)
    made = open_results(session, branch_ids, quarter, at=frozen_at, scheme=scheme, known_at=frozen_at)
    for row in rows:
        result = made[row.branch_id]
        unsure = OF_ROSTER if _has_changed(result, changed, frozen_at - GRACE) else set()
        unsure = unsure | (set() if row.branch_id in closings else OF_SHEETS)
        where = f"{names.get(row.branch_id, row.branch_id)} {quarter.label}"
        yield from (f"{where}：{what}" for what in _of_sheet(row, period, scheme, result))
        yield from (f"{where}：{what}" for what in _against_rows(row, result, unsure))


def _has_changed(result: BranchResult, changed: Mapping, since: datetime) -> bool:
    """Say whether roster or organisation changed about a branch, its groups or its people since a moment."""
    about = [("unit", result.branch_id)]
    about += [("unit", group_id) for group_id, _, _ in result.known.groups]
    about += [("person", one.person_id) for one in result.known.people]
    return any(changed[key] >= since for key in about if key in changed)


def _of_sheet(row: StoredBranch, period: EvaluationPeriod, scheme: Scheme, result: BranchResult) -> Iterator[str]:
    """Yield what is wrong with a frozen sheet in itself: made again from its own figures."""
    if row.digest != digest_of_branch(row.branch_id, period.of, period.scheme_id, row.body):
        yield "考评表和它的摘要不一致"
    stored = from_json(row.body["sheet"])
    beside = result.beside | {"headcount": row.body["headcount"]}
    made = branch_sheet(figures_from_json(row.body["figures"]), scheme, **beside)
    yield from _lines_that_differ(stored, made)
    if stored.total is not None and stored.total != sum(line.points or 0 for line in stored.lines):
        yield f"总分存的是{said(stored.total)}，和各行合计不一致"
    for name, *told in (
        ("总分", _told(row.total), _told(stored.total), _told(made.total)),
        ("星级", row.stars, stored.stars, made.stars),
        ("限制", "；".join(stored.limits), "；".join(made.limits)),
    ):
        if len(set(told)) > 1:
            yield f"{name}存的是{'和'.join(map(str, dict.fromkeys(told[:-1])))}，重算是{told[-1]}"


def _told(points: int | None) -> str:
    return "未评" if points is None else said(points)


def _lines_that_differ(stored: BranchSheet, made: BranchSheet) -> Iterator[str]:
    was, now = ({_key(line): line for line in sheet.lines} for sheet in (stored, made))
    for key in was | now:
        if was.get(key) != now.get(key):
            before, after = (_told(some[key].points) if key in some else "没有" for some in (was, now))
            yield f"{key[0]} 存的是{before}，重算是{after}"
    kept, again = ([(one.code, one.points) for one in sheet.dimensions] for sheet in (stored, made))
    yield from (f"{code} 存的是{_told(points)}，重算是{_told(other)}" for (code, points), (_, other)
                in zip(kept, again, strict=False) if points != other)  # fmt: skip


def _key(line: Line) -> tuple:
    return (line.code, line.sources) if line.code == "BONUS" else (line.code,)


def _against_rows(row: StoredBranch, result: BranchResult, unsure: Collection[str]) -> Iterator[str]:
    """Yield what of the stored figures the rows say otherwise, as they were known when the sheet was frozen."""
    stored = figures_from_json(row.body["figures"]) | {"H": _heads(row.body["headcount"])}
    now = {**result.figures, "H": _heads(result.beside["headcount"])}
    for code in sorted((stored.keys() | now.keys()) - set(unsure)):
        was, is_ = stored.get(code), now.get(code)
        if was != is_:
            yield f"指标 {code} 存的是{_figure(was)}，按记录是{_figure(is_)}"


def _heads(number: int) -> Figure:
    return Figure(Fraction(number), ("automatic",))


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return "没有"
    readings = "、".join(str(source) for source in figure.sources if source != "automatic")
    return shown(figure.value) + (f"（数据{readings}）" if readings else "")


def _of_the_trail(session) -> Iterator[str]:
    """Yield sheets that are gone, or are not whose and of when the trail says."""
    rows = session.execute(
        sa.select(AuditRow.subject_id, AuditRow.unit_id, StoredBranch.id)
        .outerjoin(StoredBranch, StoredBranch.id == AuditRow.subject_id)
        .where(
            AuditRow.subject_type == StoredBranch.__tablename__,
            AuditRow.action == "evaluation.sheet.freeze",
            sa.or_(
                StoredBranch.id.is_(None),
                StoredBranch.branch_id != AuditRow.unit_id,
                StoredBranch.frozen_at != AuditRow.at,
            ),
        )
        .order_by(AuditRow.id)
    )
    for sheet_id, unit_id, stands in rows:
        yield f"党支部{unit_id}：考评表{sheet_id}{'的支部或冻结时间不是记录的那样' if stands else '不见了'}"


# --- imports ----------------------------------------------------------------------------------------------------------


def _of_imports(session) -> Iterator[str]:
    """Yield files of which not the very figures stand that were written when they were imported."""
    imports = session.execute(
        sa.select(FigureImport.id, FigureImport.file_name, FigureImport.summary)
        .where(FigureImport.applied_at.is_not(None))
        .order_by(FigureImport.id)
    ).all()
    columns = [getattr(ReportedFigure, key) for key in ("row_no", *WRITTEN)]
    for import_id, file_name, summary in imports:
        rows = session.execute(
            sa.select(*columns)
            .where(ReportedFigure.import_id == import_id)
            .order_by(ReportedFigure.row_no, ReportedFigure.id)
        )
        if summary.get("written") and summary["written"] != digest_of_written(rows.mappings().all()):
            yield f"“{file_name}”（导入{import_id}）写入的指标和当时的摘要不一致"

"""The operator's commands `flask import-roster FILE` and `flask import-figures FILE`.

Each previews a table, and carries it out when asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation import importing
from partygroup.evaluation.proposing import propose
from partygroup.org.models import UnitKind
from partygroup.org.queries import children, company
from partygroup.people.models import Person, RosterImport
from partygroup.people.roster import apply_roster, preview_roster
from partygroup.people.roster_file import read_roster
from partygroup.people.roster_plan import SECTIONS
from partygroup.spreadsheets.previews import SheetImport

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
UNIT = click.option("--unit", default=None, help="Name of the unit committee whose rows may be imported; default: all.")
APPLY = click.option(
    "--apply", "carry_out", is_flag=True, help="Carry it out; without this, only the preview is printed."
)
ONLY_GOOD = click.option("--only-good-rows", is_flag=True, help="Carry out the good rows though others are faulty.")


@click.command("import-roster")
@FILE
@UNIT
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="Day from which changes hold.")
@APPLY
@ONLY_GOOD
@with_appcontext
def import_roster(
    file: Path, unit: str | None, valid_from: datetime | None, carry_out: bool, only_good_rows: bool
) -> None:
    """Preview a roster (.xlsx or .csv), and carry it out with --apply. The same file twice changes nothing."""
    try:
        with _progress_bar() as bar:
            steps = bar.add_task("reading", total=3)
            with file.open("rb") as stream:
                sheet = read_roster(stream, file.name)
            bar.update(steps, advance=1, description="comparing")
            found = _preview(sheet, unit, valid_from)
            bar.update(steps, advance=1, description="writing")
            if carry_out:
                with transaction(db.session):
                    apply_roster(db.session, found, by=None, at=clock.now(), only_good_rows=only_good_rows)
            bar.update(steps, advance=1, description="done")
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from None
    summary = found.summary
    told = [f"{title} {len(summary['changes'][section])} 人" for section, title in SECTIONS.items()]
    told += [f"新设单位 {len(summary['units'])} 个", f"新设生产单位 {len(summary['works'])} 个"]
    _report(found, [f"{_counts(found)}。", "，".join(told) + "。"])


def _progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn()
    )


def _preview(sheet, unit: str | None, valid_from: datetime | None) -> RosterImport:
    day = valid_from.date() if valid_from else clock.today()
    with transaction(db.session):
        scope = _scope(unit, day)
        return preview_roster(db.session, sheet, scope_unit_id=scope, valid_from=day, by=None, at=clock.now())


@click.command("import-figures")
@FILE
@UNIT
@click.option("--by", "staff_no", default=None, help="Staff number of whoever answers for rows about persons.")
@APPLY
@ONLY_GOOD
@with_appcontext
def import_figures(file: Path, unit: str | None, staff_no: str | None, carry_out: bool, only_good_rows: bool) -> None:
    """Preview figures (.xlsx or .csv), and carry them out with --apply. The same file twice changes nothing."""
    at = clock.now()
    try:
        with file.open("rb") as stream:
            sheet = importing.read_figure_file(stream, file.name)
        by = _person(staff_no)
        with transaction(db.session):
            scope = _scope(unit, clock.day_of(at))
            draft = importing.draft_figures(db.session, sheet, scope_unit_id=scope, by=by, at=at)
            found = importing.store_preview(db.session, draft, by=by, at=at)
        if carry_out:
            with transaction(db.session):
                importing.apply_figures(db.session, found, digest=found.summary["digest"], by=by, at=at,
                                        propose=propose, only_good_rows=only_good_rows)  # fmt: skip
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from None
    changes = [f"  {change['who']}\t{change['text']}" for change in found.summary["changes"]]
    told = [*changes, f"{_counts(found)}，和已有的一样 {found.summary['same']} 行。"]
    if found.applied_at:
        outcome = found.summary["outcome"]
        told.append(f"写入指标 {outcome['figures']} 个，转党支部确认 {outcome['proposals']} 条。")
    _report(found, told)


def _person(staff_no: str | None) -> int | None:
    if staff_no is None:
        return None
    person_id = db.session.scalar(sa.select(Person.id).where(Person.staff_no == staff_no))
    if person_id is None:
        raise Refused(f"没有工号是“{staff_no}”的人，请核对。")
    return person_id


def _scope(unit: str | None, day: date) -> int:
    """Return the id of the unit committee of that name, or the company's; raise Refused when there is none."""
    try:
        top = company(db.session).id
    except NotFound:
        raise Refused("还没有公司党委，请先运行 flask init --company 名称。") from None
    if not unit:
        return top
    named = {one.name: one.unit_id for one in children(db.session, top, day, UnitKind.UNIT_COMMITTEE)}
    if unit not in named:
        raise Refused(f"没有叫“{unit}”的二级党委，请核对名称。")
    return named[unit]


def _counts(found: SheetImport) -> str:
    summary = found.summary
    return f"{summary['rows']} 行，可以导入 {summary['good']} 行，有问题 {summary['faulty']} 行"


def _report(found: SheetImport, told: Iterable[str]) -> None:
    for fault in found.faulty_cells:
        click.echo(f"  {fault['cell']}\t{fault['column']}\t{fault['value']}\t{fault['reason']}")
    for line in [*(f"  {note}" for note in found.notes), *told]:
        click.echo(line)
    click.echo("已导入。" if found.applied_at else "这只是预览；加上 --apply 才导入。")

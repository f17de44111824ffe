"""The operator's command `flask import-figures FILE`: previews a table of figures, and carries it out when asked."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation.importing import apply_figures, draft_figures, read_figure_file, store_preview
from partygroup.evaluation.models import FigureImport
from partygroup.evaluation.proposing import propose
from partygroup.org.models import UnitKind
from partygroup.org.queries import children, company
from partygroup.people.models import Person


@click.command("import-figures")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", default=None, help="Name of the unit committee whose rows may be imported; default: all.")
@click.option("--by", "staff_no", default=None, help="Staff number of whoever answers for rows about persons.")
@click.option("--apply", "carry_out", is_flag=True, help="Carry it out; without this, only the preview is printed.")
@click.option("--only-good-rows", is_flag=True, help="Carry out the good rows though others are faulty.")
@with_appcontext
def import_figures(file: Path, unit: str | None, staff_no: str | None, carry_out: bool, only_good_rows: bool) -> None:
    """Preview figures (.xlsx or .csv), and carry them out with --apply. The same file twice changes nothing."""
    try:
        with file.open("rb") as stream:
            sheet = read_figure_file(stream, file.name)
        by = _person(staff_no)
        with transaction(db.session):
            draft = draft_figures(db.session, sheet, scope_unit_id=_scope(unit), by=by, at=clock.now())
            found = store_preview(db.session, draft, by=by, at=clock.now())
        if carry_out:
            _carry_out(found, by, only_good_rows)
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from None
    _report(found)


def _person(staff_no: str | None) -> int | None:
    if staff_no is None:
        return None
    person_id = db.session.scalar(sa.select(Person.id).where(Person.staff_no == staff_no))
    if person_id is None:
        raise Refused(f"没有工号是“{staff_no}”的人，请核对。")
    return person_id


def _scope(unit: str | None) -> int:
    """Return the id of the unit committee of that name, or the company's; raise Refused when there is none."""
    try:
        top = company(db.session).id
    except NotFound:
        raise Refused("还没有公司党委，请先运行 flask init --company 名称。") from None
    if not unit:
        return top
    named = {one.name: one.unit_id for one in children(db.session, top, clock.today(), UnitKind.UNIT_COMMITTEE)}
    if unit not in named:
        raise Refused(f"没有叫“{unit}”的二级党委，请核对名称。")
    return named[unit]


def _carry_out(found: FigureImport, by: int | None, only_good_rows: bool) -> None:
    with transaction(db.session):
        apply_figures(db.session, found, digest=found.summary["digest"], by=by, at=clock.now(), propose=propose,
                      only_good_rows=only_good_rows)  # fmt: skip


def _report(found: FigureImport) -> None:
    summary = found.summary
    for fault in (fault for row in found.faults for fault in row["faults"]):
        click.echo(f"  {fault['cell']}\t{fault['column']}\t{fault['value']}\t{fault['reason']}")
    for note in found.notes:
        click.echo(f"  {note}")
    for change in summary["changes"]:
        click.echo(f"  {change['who']}\t{change['text']}")
    click.echo(f"{summary['rows']} 行，可以导入 {summary['good']} 行，有问题 {summary['faulty']} 行，"
               f"和已有的一样 {summary['same']} 行。")  # fmt: skip
    click.echo("已导入。" if found.applied_at else "这只是预览；加上 --apply 才导入。")

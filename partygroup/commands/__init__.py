"""The operator's commands: `flask NAME`; `install` lists them. The longer ones have a file each beside this."""

from __future__ import annotations

from importlib import import_module

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partygroup import clock
from partygroup.attendance.actions import close_overdue
from partygroup.commands.backup import backup, restore
from partygroup.commands.doctor import doctor
from partygroup.commands.roster import import_roster
from partygroup.db import db, transaction
from partygroup.meetings.actions import install_presets
from partygroup.org.actions import found_unit
from partygroup.org.models import Unit, UnitKind
from partygroup.people.roster import purge_previews


def install(app) -> None:
    """Bind the commands to the application."""
    for command in (init, demo, demo_logins, import_roster, backup, restore, settle, doctor):
        app.cli.add_command(command)


def progress_bar() -> Progress:
    """Return the bar of long commands."""
    return Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                    TimeElapsedColumn())  # fmt: skip


@click.command()
@click.option("--company", default=None, help="Name of the company committee, founded if there is none yet.")
@with_appcontext
def init(company: str | None) -> None:
    """Bring the database to the newest migration and install the preset meeting kinds."""
    with current_app.app_context():  # its connection reads first and would hold the write lock
        current_app.extensions["alembic"].upgrade()
    with transaction(db.session):
        added = install_presets(db.session, at=clock.now())
        if company:
            found_company(company)
    click.echo(f"database ready, {added} meeting kinds added")


def found_company(name: str) -> None:
    """Found the one company with its committee, unless it stands already."""
    if db.session.scalar(sa.select(Unit.id).where(Unit.kind == UnitKind.COMPANY)) is None:
        today = clock.today()
        found_unit(db.session, UnitKind.COMPANY, name=name, parent_id=None, from_on=today.replace(month=1, day=1),
                   by=None, at=clock.now())  # fmt: skip


@click.command()
@click.option("--full", is_flag=True, help="The whole company: 247 branches, about 5,000 members.")
@with_appcontext
def demo(full: bool) -> None:
    """Fill an empty database with an invented company."""
    company = import_module("partygroup.demo")
    if not company.is_empty(db.session):
        click.echo("the database holds data already; nothing was changed")
        return
    with progress_bar() as bar, transaction(db.session):
        company.fill(db.session, full=full, at=clock.now(), progress=bar)
    click.echo("demo company ready")


@click.command("demo-logins")
@with_appcontext
def demo_logins() -> None:
    """Print one login of each role of the demo company, if it is there."""
    for role, staff_no, name, password, unit in import_module("partygroup.demo").demo_logins(db.session):
        click.echo(f"  {role}\t{staff_no}\t{password}\t{name}（{unit}）")


@click.command()
@with_appcontext
def settle() -> None:
    """Close sign-ins left open for more than twelve hours, and drop roster previews nobody confirmed in seven days.

    For an hourly timer; running it twice changes nothing.
    """
    with transaction(db.session):
        closed = close_overdue(db.session, at=clock.now())
    with transaction(db.session):
        dropped = purge_previews(db.session, at=clock.now())
    click.echo(f"{closed} meetings closed, {dropped} previews dropped")

"""The operator's commands: `flask init`, `demo`, `demo-logins`, `import-roster`, `settle`, `doctor`."""

from __future__ import annotations

import time
from importlib import import_module

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partygroup import clock
from partygroup.attendance.actions import close_overdue
from partygroup.commands_roster import import_roster
from partygroup.db import db, transaction
from partygroup.meetings.actions import install_presets
from partygroup.org.actions import found_unit
from partygroup.org.models import Unit, UnitKind
from partygroup.people.models import FailedTry
from partygroup.workdays import install_workdays


def install(app) -> None:
    """Bind the commands to the application."""
    for command in (init, demo, demo_logins, import_roster, settle, doctor):
        app.cli.add_command(command)


def progress_bar() -> Progress:
    """Return the bar of long commands."""
    return Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                    TimeElapsedColumn())  # fmt: skip


@click.command()
@click.option("--company", default=None, help="Name of the company committee, founded if there is none yet.")
@with_appcontext
def init(company: str | None) -> None:
    """Bring the database to the newest migration and install the preset meeting kinds and working days."""
    with current_app.app_context():  # its connection reads first and would hold the write lock
        current_app.extensions["alembic"].upgrade()
    with transaction(db.session):
        added = install_presets(db.session, at=clock.now())
        days = install_workdays(db.session)
        if company:
            found_company(company)
    click.echo(f"database ready, {added} meeting kinds and {days} days of the work calendar added")


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
    """Close sign-ins left open for more than twelve hours. For an hourly timer; running it twice changes nothing."""
    with transaction(db.session):
        closed = close_overdue(db.session, at=clock.now())
    click.echo(f"{closed} meetings closed")


@click.command()
@with_appcontext
def doctor() -> None:
    """Check what an operator should know: settings, database, migrations, sync speed, disk."""
    worst = 0
    for name, verdict, words in checkup():
        click.echo(f"{'ok  ' if verdict else 'look'} {name}: {words}")
        worst = max(worst, not verdict)
    raise SystemExit(worst)


def checkup():
    """Yield (what was checked, whether it is well, words) for each check."""
    settings = current_app.config["SETTINGS"]
    yield (
        "address",
        bool(settings.base_url),
        settings.base_url or "BASE_URL unset: codes show the address of each request",
    )
    yield "https", settings.https, "on" if settings.https else "off: cameras and the service worker need HTTPS"
    kind = db.engine.dialect.name
    yield "database", True, f"{kind}, {_sync_words(kind)}"
    alembic = current_app.extensions["alembic"]
    stands = {one.revision for one in alembic.current()} == {one.revision for one in alembic.heads()}
    yield "migrations", stands, "newest" if stands else "run `flask init`"
    key = settings.data_dir / "secret-key"
    private = not key.exists() or not key.stat().st_mode & 0o077
    yield "secret key", private, "private" if private else f"{key.name} can be read by others: chmod 600"
    yield "debug", not settings.debug, "off" if not settings.debug else "FLASK_DEBUG is on"


def _sync_words(kind: str) -> str:
    """Return how long one synced write takes, and what that means for SQLite."""
    if kind != "sqlite":
        return "commits are grouped by the server"
    probe = {"key": "doctor", "count": 0, "since": clock.now()}
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        for change in (sa.insert(FailedTry).values(**probe), sa.delete(FailedTry).where(FailedTry.key == "doctor")):
            with db.engine.begin() as connection:
                connection.execute(change)
        times.append((time.perf_counter() - begun) / 2)
    middle = 1000 * sorted(times)[10]
    return f"one synced write {middle:.1f} ms" + ("; this disk is slow, use PostgreSQL" if middle > 8 else "")

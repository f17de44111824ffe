"""The operator's commands `flask backup FILE` and `flask restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partygroup import backup as copies
from partygroup import clock
from partygroup.db import Base, db
from partygroup.errors import Refused


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@with_appcontext
def backup(file: Path | None) -> None:
    """Copy database and attachments into one FILE (default: luhuo-DATE-TIME.zip); people may go on working."""
    revision = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if revision != current_app.extensions["alembic"].script_directory.get_current_head():
        raise click.ClickException("the database is not at the newest migration: run `flask init` first")
    db.session.close()
    at = clock.now()
    file = file or Path(f"luhuo-{at.astimezone(clock.BEIJING):%Y%m%d-%H%M%S}.zip")
    if file.exists():
        raise click.ClickException(f"{file} exists already; name another file")
    with _progress() as step:
        found = copies.take_backup(
            db.engine, file, data_dir=_data_dir(), revision=revision, at=at, step=step
        )  # fmt: skip
    click.echo(f"{file}: {sum(found.rows.values())} rows, {found.files} attachments, as of {found.made_at}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Put a backup into an empty database, of either kind, and bring it to the newest migration."""
    alembic = current_app.extensions["alembic"]
    try:
        manifest = copies.read_manifest(file)
        _refuse_unless_empty()
        _refuse_unless_known(alembic, manifest["revision"])
        with current_app.app_context():
            alembic.downgrade("base")
            alembic.upgrade(manifest["revision"])
        with _progress() as step:
            found = copies.restore_backup(db.engine, file, manifest, data_dir=_data_dir(), step=step)
        with current_app.app_context():
            alembic.upgrade()
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from None
    click.echo(f"{sum(found.rows.values())} rows and {found.files} attachments restored, as of {found.made_at}")


def _refuse_unless_empty() -> None:
    with db.engine.connect() as connection:
        if not copies.is_empty(connection):
            raise Refused("this database holds data already; restore into an empty one (see DATABASE_URL)")


def _refuse_unless_known(alembic, revision: str) -> None:
    if revision not in {one.revision for one in alembic.script_directory.walk_revisions()}:
        raise Refused(f"the backup is of a newer version (migration {revision}); install that version first")


def _data_dir() -> Path:
    return current_app.config["SETTINGS"].data_dir


class _progress:
    """A bar that advances with each table; used as `with _progress() as step`."""

    def __enter__(self):
        self.bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self.bar.start()
        self.task = self.bar.add_task("", total=len(Base.metadata.tables) + 1)
        return lambda name: self.bar.update(self.task, advance=1, description=name)

    def __exit__(self, *_):
        self.bar.stop()

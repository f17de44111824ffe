"""The operator's command `flask doctor`: what is well, what to know, what is wrong."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from partygroup import clock
from partygroup.db import db
from partygroup.people.models import FailedTry

OK, NOTE, WRONG = "ok", "note", "wrong"
SLOW_MS, ROOM = 8, 500 * 2**20


@dataclass(frozen=True)
class Finding:
    """What was checked, how it stands (ok, note or wrong), and a sentence about it."""

    name: str
    stand: str
    words: str


@click.command()
@with_appcontext
def doctor() -> None:
    """Check what an operator should know: address, key, data folder, database, migrations. Exit code 1: look at it."""
    found = []
    for finding in checkup():
        found.append(finding.stand)
        click.echo(f"{finding.stand:5} {finding.name}: {finding.words}")
    raise SystemExit(int(WRONG in found))


def checkup() -> Iterator[Finding]:
    """Yield the finding of each check; a check that depends on one that failed is left out."""
    settings = current_app.config["SETTINGS"]
    yield from _address(settings)
    yield _secret_key(settings)
    yield _debug(settings)
    yield _folder(settings.data_dir)
    try:
        with db.engine.connect() as connection:
            connection.scalar(sa.select(1))
    except sa.exc.SQLAlchemyError as error:
        sort = type(getattr(error, "orig", None) or error).__name__
        yield Finding("database", WRONG, f"it does not answer ({sort}): check DATABASE_URL, and that it runs.")
        return
    migrations = _migrations()
    yield migrations
    if migrations.stand == OK:
        yield _database()


def _address(settings) -> Iterator[Finding]:
    if settings.base_url:
        yield Finding("address", OK, f"{settings.base_url}, and no other host is answered.")
    else:
        yield Finding("address", NOTE, "BASE_URL is unset, so codes show the address of each request.")
    if settings.https:
        yield Finding("https", OK, "on.")
    else:
        yield Finding("https", NOTE, "off: cameras and the service worker need a BASE_URL that begins with https://.")


def _secret_key(settings) -> Finding:
    key = settings.data_dir / "secret-key"
    if key.exists() and key.stat().st_mode & 0o077:
        return Finding("secret key", WRONG, f"{key.name} can be read by others: run chmod 600 on it.")
    return Finding("secret key", OK, "only this user can read it." if key.exists() else "given by SECRET_KEY.")


def _debug(settings) -> Finding:
    if settings.debug:
        return Finding("debug", WRONG, "FLASK_DEBUG is on: it shows source code to everybody, switch it off.")
    return Finding("debug", OK, "off.")


def _folder(folder) -> Finding:
    if not os.access(folder, os.W_OK):
        return Finding("data folder", WRONG, f"{folder} cannot be written: give it to the user of the service.")
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return Finding("data folder", WRONG, f"only {free // 2**20} MB are left on its disk: make room.")
    return Finding("data folder", OK, f"writable, {free // 2**20} MB free.")


def _migrations() -> Finding:
    alembic = current_app.extensions["alembic"]
    with current_app.app_context():  # its connection would hold the write lock
        newest = {one.revision for one in alembic.heads()} == {one.revision for one in alembic.current()}
    words = "the newest." if newest else "some are missing: run `flask init`."
    return Finding("migrations", OK if newest else WRONG, words)


def _database() -> Finding:
    if db.engine.dialect.name != "sqlite":
        return Finding("database", OK, "PostgreSQL, which groups commits by itself.")
    taken = _synced_write()
    if taken > SLOW_MS:
        return Finding("database", NOTE, f"SQLite, one synced write takes {taken:.1f} ms: use PostgreSQL here.")
    return Finding("database", OK, f"SQLite, one synced write takes {taken:.1f} ms.")


def _synced_write() -> float:
    """Return the middle of twenty synced writes, in milliseconds."""
    probe = {"key": "doctor", "count": 0, "since": clock.now()}
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        for change in (sa.insert(FailedTry).values(**probe), sa.delete(FailedTry).where(FailedTry.key == "doctor")):
            with db.engine.begin() as connection:
                connection.execute(change)
        times.append((time.perf_counter() - begun) / 2)
    return 1000 * sorted(times)[10]

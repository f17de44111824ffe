"""Databases for tests: a throw-away PostgreSQL server, fresh databases of both kinds, and a quick way back to start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

OWNER = "postgres"


def server_binaries() -> Path:
    """Return the folder of PostgreSQL's server programs: Debian's newest, or where `initdb` is on the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise RuntimeError("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Run a PostgreSQL server in a temporary folder, reached by its socket only; yield its URL (stack.md 11)."""
    programs = server_binaries()
    as_owner = {"user": OWNER} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        if as_owner:
            shutil.chown(folder, OWNER)
        _init(programs, folder, as_owner)
        server = subprocess.Popen(
            [programs / "postgres", "-D", f"{folder}/data", "-k", folder, *_settings()],
            cwd="/",
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **as_owner,
        )
        try:
            _wait_until_ready(programs, folder)
            yield f"postgresql+psycopg://{OWNER}@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def _init(programs: Path, folder: str, as_owner: dict) -> None:
    subprocess.run(
        [programs / "initdb", "-D", f"{folder}/data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        + ["--no-sync"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        **as_owner,
    )


def _settings() -> list[str]:
    wanted = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    return [part for setting in wanted for part in ("-c", setting)]


def _wait_until_ready(programs: Path, folder: str) -> None:
    deadline = time.monotonic() + 20
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder]).returncode:
        if time.monotonic() > deadline:
            raise RuntimeError("the throw-away PostgreSQL server did not start")
        time.sleep(0.05)


@contextmanager
def fresh_database(server_url: str, name: str, *, like: str = "template1") -> Iterator[str]:
    """Create a database on a PostgreSQL server, empty or a copy of another, yield its URL, and drop it in the end."""
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
        yield engine.url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()


class Start:
    """The database as it was when this was made, to which `restore` goes back. Only for tests."""

    def __init__(self, engine: sa.Engine, folder: Path):
        self.engine = engine
        self.kept = folder / "start.sqlite"
        self._keep()

    def _keep(self) -> None:
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()  # the last connection that closes moves the write-ahead log into the file
            shutil.copyfile(self.engine.url.database, self.kept)
        else:
            self.tables = sa.inspect(self.engine).get_table_names()
            self.rows = self._read_all()

    def _read_all(self) -> dict[sa.Table, list[dict]]:
        metadata = sa.MetaData()
        metadata.reflect(self.engine)
        with self.engine.connect() as connection:
            found = {table: connection.execute(sa.select(table)).mappings().all() for table in metadata.sorted_tables}
        return {table: [dict(row) for row in rows] for table, rows in found.items() if rows}

    def restore(self) -> None:
        """Make the database again what it was at the start; connections that were open see the old one."""
        self.engine.dispose()
        if self.engine.dialect.name == "sqlite":
            self._restore_file()
        else:
            self._restore_rows()

    def _restore_file(self) -> None:
        file = Path(self.engine.url.database)
        for leftover in (f"{file}-wal", f"{file}-shm"):
            Path(leftover).unlink(missing_ok=True)
        fresh = file.with_suffix(".fresh")
        shutil.copyfile(self.kept, fresh)
        fresh.replace(file)

    def _restore_rows(self) -> None:
        names = ", ".join(f'"{name}"' for name in self.tables)
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            for table, rows in self.rows.items():
                connection.execute(table.insert(), rows)
                self._advance_ids(connection, table)

    def _advance_ids(self, connection: sa.Connection, table: sa.Table) -> None:
        if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
            last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), last)))

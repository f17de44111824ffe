"""A whole copy of the data in one file: out of either kind of database and into either (security.md 1, R7).

The file is a ZIP: `tables/NAME.jsonl` (column names, then one row a line), `files/…` (attachments), and last
`manifest.json` with the migration, the time, and rows or size and SHA-256 of every member. Keys are not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from partygroup.db import Base, snapshot
from partygroup.errors import Refused

FORMAT = 1
#: Folders below DATA_DIR that hold attachments.
FOLDERS = ("photos",)
BATCH = 1000
DAMAGED = "the backup is damaged ({0}); nothing was written. Take another copy of the file, or an older backup."


@dataclass(frozen=True)
class Summary:
    """What a backup holds: time and migration, rows of each table, number of attachments."""

    made_at: str
    revision: str
    rows: dict[str, int]
    files: int


class Digesting:
    """A member of the ZIP being written that counts and digests what goes into it."""

    def __init__(self, out):
        self.out, self.sum, self.size = out, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.sum.update(data)
        self.size += len(data)
        self.out.write(data)


# --- taking -----------------------------------------------------------------------------------------------------------


def take_backup(
    engine: sa.Engine, file: Path, *, data_dir: Path, revision: str, at: datetime, step: Callable
) -> Summary:
    """Write a backup to a file and return its summary; people may go on writing meanwhile.

    All tables are read in one snapshot. Attachments are written before their rows and never changed, so copying them
    after the snapshot finds every one that a row names. `step(name)` is called after each table and for the files.
    """
    unfinished = file.with_name(file.name + ".part")
    manifest = {"format": FORMAT, "made_at": at.isoformat(), "revision": revision, "tables": {}, "files": {}}
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with snapshot(engine) as connection:
            for table in Base.metadata.sorted_tables:
                manifest["tables"][table.name] = _write_table(connection, table, archive)
                step(table.name)
        for path, name in _attachments(data_dir):
            manifest["files"][name] = _write_file(path, name, archive)
        step("files")
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    unfinished.replace(file)
    return _summary(manifest)


def _write_table(connection, table: sa.Table, archive) -> dict:
    keys = list(table.primary_key.columns)
    rows = 0
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
        out = Digesting(member)
        out.write(_line([column.name for column in table.c]))
        found = connection.execution_options(stream_results=True).execute(sa.select(table).order_by(*keys))
        for part in found.partitions(BATCH):
            rows += len(part)
            for row in part:
                out.write(_line(list(row)))
    return {"rows": rows, "sha256": out.sum.hexdigest()}


def _line(values: list) -> bytes:
    return json.dumps(values, ensure_ascii=False, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value) -> str:
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    raise TypeError(f"a backup cannot hold {type(value).__name__}")


def _attachments(data_dir: Path) -> Iterator[tuple[Path, str]]:
    for folder in FOLDERS:
        for path in sorted((data_dir / folder).glob("*")):
            if path.is_file() and not path.name.endswith(".part"):
                yield path, f"{folder}/{path.name}"


def _write_file(path: Path, name: str, archive) -> dict:
    info = zipfile.ZipInfo(f"files/{name}")
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
        out = Digesting(member)
        shutil.copyfileobj(source, out)
    return {"size": out.size, "sha256": out.sum.hexdigest()}


# --- checking ---------------------------------------------------------------------------------------------------------


def read_manifest(file: Path) -> dict:
    """Return the manifest of a backup after checking every member against it; raise Refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise Refused(f"this backup has format {manifest['format']}; this version reads format {FORMAT}")
            for name, wanted in _members(manifest):
                if _digest_of_member(archive, name) != wanted:
                    raise Refused(DAMAGED.format(name))
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as fault:
        raise Refused(DAMAGED.format(type(fault).__name__)) from None
    return manifest


def _members(manifest: dict) -> Iterator[tuple[str, str]]:
    yield from ((f"tables/{name}.jsonl", table["sha256"]) for name, table in manifest["tables"].items())
    yield from ((f"files/{name}", file["sha256"]) for name, file in manifest["files"].items())


def _digest_of_member(archive, name: str) -> str:
    with archive.open(name) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()


def _summary(manifest: dict) -> Summary:
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return Summary(manifest["made_at"], manifest["revision"], rows, len(manifest["files"]))


# --- restoring --------------------------------------------------------------------------------------------------------


def restore_backup(engine: sa.Engine, file: Path, manifest: dict, *, data_dir: Path, step: Callable) -> Summary:
    """Put a checked backup into a database that is at its migration and holds no rows; all of it or nothing."""
    placed: list[Path] = []
    try:
        with zipfile.ZipFile(file) as archive, engine.begin() as connection:
            for name in manifest["files"]:
                placed.append(_place_file(archive, name, data_dir))
            step("files")
            for table in _tables_of(connection):
                if table.name in manifest["tables"]:
                    _fill_table(connection, table, archive)
                    step(table.name)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    return _summary(manifest)


def is_empty(connection: sa.Connection) -> bool:
    """Say whether a database holds nobody and no unit: fresh, or with presets only."""
    there = set(sa.inspect(connection).get_table_names())
    return not any(
        connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1))
        for name in ("person", "unit") if name in there
    )  # fmt: skip


def _tables_of(connection) -> list[sa.Table]:
    """Return the tables as they stand, in an order in which rows can be inserted: an older backup has older ones."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: name != "alembic_version")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in metadata.tables.values():
        for column in table.c:
            if isinstance(column.type, sa.JSON):
                column.type.none_as_null = True
    return metadata.sorted_tables


def _fill_table(connection, table: sa.Table, archive) -> None:
    with archive.open(f"tables/{table.name}.jsonl") as member:
        names = json.loads(member.readline())
        readers = [_reader(table.c[name].type) for name in names]
        batch = []
        for line in member:
            values = json.loads(line)
            batch.append({name: read(one) for name, read, one in zip(names, readers, values, strict=True)})
            if len(batch) == BATCH:
                connection.execute(table.insert(), batch)
                batch = []
        if batch:
            connection.execute(table.insert(), batch)
    _advance_ids(connection, table)


def _reader(kind: sa.types.TypeEngine) -> Callable:
    if isinstance(kind, sa.DateTime):
        return lambda text: text and datetime.fromisoformat(text)
    if isinstance(kind, sa.Date):
        return lambda text: text and date.fromisoformat(text)
    return lambda value: value


def _advance_ids(connection, table: sa.Table) -> None:
    """Let PostgreSQL's sequence go on after the highest id."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        last = connection.scalar(sa.select(sa.func.max(table.c.id)))
        if last is not None:
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), last)))


def _place_file(archive, name: str, data_dir: Path) -> Path:
    folder, _, own = name.partition("/")
    if folder not in FOLDERS or own != Path(own).name:
        raise Refused(DAMAGED.format(name))
    target = data_dir / folder / own
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        raise Refused(f"{target} exists already; restore into an empty DATA_DIR")
    with archive.open(f"files/{name}") as source, target.open("xb") as out:
        shutil.copyfileobj(source, out)
        out.flush()
        os.fsync(out.fileno())
    return target

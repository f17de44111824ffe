"""`./dev bench`: the cost of the busiest work against floor programs of the same run, with the goals of the house."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.progress import Progress

from tests.bench.hall import Hall, open_hall
from tests.bench.measure import Compared, show
from tests.bench.sign_in import SIZE, compare_boards, compare_import, compare_sign_in
from tests.databases import fresh_database, throw_away_server


@contextmanager
def sqlite_hall(size: int) -> Iterator[Hall]:
    """Yield a hall over two files of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.sqlite" for name in ("house", "floor")]
        with open_hall(*urls, Path(folder), size) as hall:
            yield hall


@contextmanager
def postgresql_hall(size: int) -> Iterator[Hall]:
    """Yield a hall over two databases of a throw-away PostgreSQL server."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(throw_away_server())
        urls = [stack.enter_context(fresh_database(server, name)) for name in ("house", "floor")]
        yield stack.enter_context(open_hall(*urls, Path(folder), size))


HALLS = {"SQLite": sqlite_hall, "PostgreSQL": postgresql_hall}


def measure(database: str) -> Iterator[Compared]:
    """Yield the rows of the table of one kind of database."""
    with HALLS[database](SIZE) as hall:
        yield compare_sign_in(hall, database)
    with HALLS[database](75) as hall:
        yield from compare_boards(hall, database)
        yield compare_import(hall, database)


def main() -> None:
    """Measure on both kinds of database, PostgreSQL where its server is installed, and print the table."""
    rows = []
    with Progress(transient=True) as progress:
        for database in progress.track(HALLS, description="measuring"):
            try:
                rows += measure(database)
            except RuntimeError as missing:
                if "not installed" not in str(missing):
                    raise
                progress.console.print(f"{database} left out: {missing}")
    show(rows)


if __name__ == "__main__":
    main()

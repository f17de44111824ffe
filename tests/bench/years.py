"""`./dev bench years`: pages over three years more of facts against the same pages over a tenth of them.

Two databases of each kind hold the same company, the same people and the same running and past quarter, which is what
the pages show. The small one is the full demo: nine months of facts. The large one has three years more before them
(tests/bench/past.py), ten times as many rows in all. So what a page costs beyond the small one is what it pays for
history that it does not show. Beside the ratio stands whether both answered the very same page; where they did not, it
shows a list that has grown longer, such as one's past quarters.

An answer costs the CPU of this process and, on PostgreSQL, the time of its statements, in which the server works. The
two databases take turns; the median counts. Ends with 1 when a page costs more than 1.3 times as much, or sends
another number of statements. `--quick`: the small demo and few rounds, to see that the script works.
"""

from __future__ import annotations

import gc
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from statistics import median

import sqlalchemy as sa
from flask import Flask
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from werkzeug.test import EnvironBuilder

from partygroup import clock, create_app, demo, spare_collector
from partygroup.clock import Quarter
from partygroup.commands import init
from partygroup.db import db, transaction
from partygroup.people.models import Belonging, Person
from partygroup.settings import Settings
from tests.bench.past import count_facts, write_past
from tests.crowds import give_logins, secret_of
from tests.databases import fresh_database, throw_away_server

AT = clock.beijing("2026-08-20 10:00")
RUNNING = Quarter.of(clock.day_of(AT))
PAST = RUNNING.previous()
MOST = 1.3
#: Who opens which page; `{branch}` is the branch of the secretary.
MEMBER, LEADER, SECRETARY, COMPANY, AUDITOR = "100001", "100003", "100005", "100009", "100011"
PAGES = (
    ("branch's points, running", SECRETARY, "/branches/{branch}/points"),
    ("branch's points, closed", SECRETARY, f"/branches/{{branch}}/points?quarter={PAST.code}"),
    ("branch's evaluation, running", SECRETARY, "/branches/{branch}/evaluation"),
    ("branch's evaluation, frozen", SECRETARY, f"/branches/{{branch}}/evaluation?quarter={PAST.code}"),
    ("company's evaluation, running", COMPANY, f"/evaluation/{RUNNING.code}"),
    ("company's evaluation, frozen", COMPANY, f"/evaluation/{PAST.code}"),
    ("my sheet, running", MEMBER, "/me/points"),
    ("my sheet, closed", MEMBER, f"/me/points?quarter={PAST.code}"),
    ("my declarations", MEMBER, "/declarations"),
    ("my attendance", MEMBER, "/me/attendance"),
    ("my records", MEMBER, "/me/records"),
    ("home of a member", MEMBER, "/"),
    ("home of a leader", LEADER, "/"),
    ("home of the company", COMPANY, "/"),
    ("inbox", SECRETARY, "/inbox"),
    ("activities", LEADER, "/activities"),
    ("problems", LEADER, "/problems"),
    ("meetings", LEADER, "/meetings"),
    ("meetings of the company", COMPANY, "/meetings"),
    ("calling a meeting", LEADER, "/meetings/new"),
    ("jotting an activity", LEADER, "/activities/new"),
    ("declaring", MEMBER, "/declarations/new"),
    ("publicity", MEMBER, "/branches/{branch}/publicity"),
    ("branch", SECRETARY, "/branches/{branch}"),
    ("changes", SECRETARY, "/audit"),
    ("changes in the company", AUDITOR, "/audit"),
)


@dataclass
class House:
    """The app over one of the two databases, and who of the cast is who."""

    app: Flask
    engine: sa.Engine
    people: dict[str, int] = field(default_factory=dict)
    branch_id: int = 0
    facts: int = 0

    def environ(self, staff_no: str, path: str) -> dict:
        """Return a request of somebody for a page, as a server would give it to an app."""
        headers = {"Cookie": f"sid={secret_of(self.people[staff_no])}", "Accept-Encoding": "gzip"}
        return EnvironBuilder(path.format(branch=self.branch_id), headers=headers).get_environ()

    def ask(self, environ: dict) -> bytes:
        """Return the answer, which must be a page."""
        said = []
        body = self.app(dict(environ), lambda status, _headers, _error=None: said.append(status))
        try:
            content = b"".join(body)
        finally:
            body.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{environ['PATH_INFO']} answered {said[0]}")
        return content


@contextmanager
def open_house(url: str, folder: Path) -> Iterator[House]:
    """Yield the house over a database."""
    app = create_app(Settings(database_url=url, data_dir=folder, secret_keys=("b" * 64,), log_level="error"))
    with app.app_context():
        engine = db.engine
    try:
        yield House(app, engine)
    finally:
        engine.dispose()


def settle_in(house: House) -> None:
    """Find the cast, and count the facts."""
    with house.app.app_context():
        house.people = cast_of(db.session)
        its = sa.select(Belonging.branch_id).where(Belonging.person_id == house.people[SECRETARY])
        house.branch_id = db.session.scalar(its)
        house.facts = count_facts(db.session.connection())


# --- the two databases ------------------------------------------------------------------------------------------------


def fill_small(house: House, progress: Progress, *, full: bool) -> None:
    """Fill an empty database with the demo company, its cast logged in."""
    house.app.test_cli_runner().invoke(init, catch_exceptions=False)
    with house.app.app_context(), transaction(db.session):
        demo.fill(db.session, full=full, at=AT, progress=progress)
    with house.app.app_context(), transaction(db.session):
        house.people = cast_of(db.session)
        give_logins(db.session, house.people.values())


def cast_of(session) -> dict[str, int]:
    """Return staff number → id of who opens the pages."""
    people = sa.select(Person.staff_no, Person.id).where(Person.staff_no.in_({page[1] for page in PAGES}))
    return dict(map(tuple, session.execute(people)))


def fill_large(house: House, progress: Progress) -> None:
    """Put the years before into a copy of the small database."""
    task = progress.add_task("years before", total=24)
    with house.engine.connect() as connection:
        for _ in write_past(connection, PAST):
            connection.commit()
            progress.advance(task)
        connection.commit()


@contextmanager
def sqlite_houses(progress: Progress, *, full: bool) -> Iterator[tuple[House, House]]:
    """Yield the two houses over files of SQLite."""
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / f"{name}.sqlite" for name in ("small", "large")]
        with open_house(f"sqlite:///{files[0]}", Path(place)) as small:
            fill_small(small, progress, full=full)
            small.engine.dispose()  # the last connection that closes moves the write-ahead log into the file
            copyfile(*files)
            with open_house(f"sqlite:///{files[1]}", Path(place)) as large:
                fill_large(large, progress)
                yield small, large


@contextmanager
def postgresql_houses(progress: Progress, *, full: bool) -> Iterator[tuple[House, House]]:
    """Yield the two houses over databases of a throw-away server."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(throw_away_server())
        small = stack.enter_context(open_house(stack.enter_context(fresh_database(server, "small")), place))
        fill_small(small, progress, full=full)
        small.engine.dispose()
        url = stack.enter_context(fresh_database(server, "large", like="small"))
        large = stack.enter_context(open_house(url, place))
        fill_large(large, progress)
        yield small, large


HOUSES = {"SQLite": sqlite_houses, "PostgreSQL": postgresql_houses}


# --- measuring --------------------------------------------------------------------------------------------------------


@dataclass
class Cost:
    """What a page costs a house in each round, in ms; its statements and its bytes."""

    statements: list[tuple]
    page: bytes
    cpu: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)

    def answers(self, database: str) -> list[float]:
        """Return the cost of an answer in each round."""
        outside = self.sql if database == "PostgreSQL" else [0.0] * len(self.cpu)
        return [cpu + sql for cpu, sql in zip(self.cpu, outside, strict=True)]


@dataclass(frozen=True)
class Row:
    """A page's line of the table."""

    what: str
    database: str
    small: Cost
    large: Cost

    @property
    def ratio(self) -> float:
        rounds = zip(self.large.answers(self.database), self.small.answers(self.database), strict=True)
        return median(large / small for large, small in rounds)

    @property
    def fault(self) -> str:
        """Return what is wrong; nothing if all is well."""
        if len(self.small.statements) != len(self.large.statements):
            return f"{len(self.small.statements)} statements, then {len(self.large.statements)}"
        return f"more than {MOST}" if self.ratio > MOST else ""


def look(house: House, environ: dict) -> Cost:
    """Return the cost of a page, not measured yet: what it sends and answers."""
    page = house.ask({key: value for key, value in environ.items() if key != "HTTP_ACCEPT_ENCODING"})
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    sa.event.listen(house.engine, "before_cursor_execute", note)
    house.ask(environ)
    sa.event.remove(house.engine, "before_cursor_execute", note)
    return Cost(sent, page)


def measure(what: str, database: str, houses: tuple[House, House], page: tuple[str, str], rounds: int) -> Row:
    """Return a page's line: both houses by turns."""
    environs = [house.environ(*page) for house in houses]
    costs = [look(*pair) for pair in zip(houses, environs, strict=True)]
    turns = list(zip(houses, environs, costs, strict=True))
    for number in range(rounds):
        for house, environ, cost in turns if number % 2 else reversed(turns):
            gc.collect()
            begun = time.process_time()
            house.ask(environ)
            cost.cpu.append(1000 * (time.process_time() - begun))
            cost.sql.append(1000 * _time_of(house.engine, cost.statements, TIMERS[database]))
    return Row(what, database, *costs)


#: How the time of statements is taken: SQLite works in this process, a server outside of it.
TIMERS = {"SQLite": time.process_time, "PostgreSQL": time.perf_counter}


def _time_of(engine: sa.Engine, statements: list[tuple], timer: Callable[[], float]) -> float:
    """Return how long the driver takes for statements and all their rows, in seconds."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        begun = timer()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        return timer() - begun
    finally:
        connection.rollback()
        connection.close()


def show(rows: list[Row]) -> None:
    """Print the table."""
    table = Table(title="ms an answer (CPU; on PostgreSQL with the server's time) and ms in SQL, medians")
    for title in ("page", "database", "small", "large", "ratio", "SQL", "SQL large", "statements", "page shown", ""):
        table.add_column(title, justify="left" if title in ("page", "database", "") else "right")
    for row in rows:
        answers = (f"{median(one.answers(row.database)):.1f}" for one in (row.small, row.large))
        sql = (f"{median(one.sql):.1f}" for one in (row.small, row.large))
        same = "same" if row.small.page == row.large.page else "longer list"
        table.add_row(row.what, row.database, *answers, f"{row.ratio:.2f}", *sql, str(len(row.large.statements)), same,
                      row.fault)  # fmt: skip
    Console(width=140).print(table)


def main() -> int:
    """Measure on both kinds of database and print the table; return 1 when a page grows with its history."""
    quick, rows = "--quick" in sys.argv, []
    logging.disable(logging.INFO)
    clock.now = lambda: AT
    with Progress(transient=True) as progress:
        for database in [name for name in HOUSES if name in sys.argv] or HOUSES:
            with HOUSES[database](progress, full=not quick) as houses:
                for house in houses:
                    settle_in(house)
                small, large = (house.facts for house in houses)
                progress.console.print(f"{database}: {small:,} facts, and {large:,}: {large / small:.1f} times as many")
                spare_collector()
                for what, *page in progress.track(PAGES, description=database):
                    rows.append(measure(what, database, houses, page, 9 if quick else 21))
    show(rows)
    return 1 if any(row.fault for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

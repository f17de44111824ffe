"""`./dev soak phones`: exactly once, on a bad line, while the app is killed and logins end; SQLite and PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright
from rich.progress import Progress

from tests.conftest import CHROMIUM_FLAGS
from tests.databases import fresh_database, throw_away_server
from tests.soak.ledger import Ledger
from tests.soak.line import Line
from tests.soak.plan import FULL, SMALL, Plan, make_plan
from tests.soak.play import Notes, Play
from tests.soak.server import Server
from tests.soak.world import make_world


@dataclass
class Outcome:
    """What a soak has come to: figures, and what is wrong; nothing wrong is an empty list."""

    figures: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def soak(plan: Plan, url: str, folder: Path, say=lambda *_: None) -> Outcome:
    """Play a plan over an empty database, compare, and return the outcome."""
    world = make_world(url, folder, plan.size)
    server = Server(world.settings, folder / "server.log")
    line = Line(server.port, plan.seed)
    try:
        server.start()
        server.wait()
        notes = asyncio.run(_play(Play(plan, world, server, line, say)))
        complaint = server.verify()
        ledger = Ledger(plan, world, notes)
        faults = [*ledger.faults(), *([f"flask verify: {complaint}"] if complaint else [])]
        figures = dict(ledger.told) | {f"line: {what}": count for what, count in sorted(line.lost.items())}
        figures |= {"killed": server.killed, "photo files without a row, swept": ledger.orphans}
        return Outcome(figures, faults)
    finally:
        line.close()
        server.kill()
        world.dispose()


async def _play(play: Play) -> Notes:
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        try:
            return await play.run(browser)
        finally:
            await browser.close()


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Yield the URL of a file."""
    yield f"sqlite:///{folder}/soak.sqlite"


@contextmanager
def postgresql(_folder: Path) -> Iterator[str]:
    """Yield the URL of a database of a throw-away server."""
    with throw_away_server() as server, fresh_database(server, "soak") as url:
        yield url


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


def main() -> None:
    """Soak each kind of database, print what came of it, and end with 1 where something is wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("databases", nargs="*", metavar="sqlite|postgresql")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--small", action="store_true")
    options = asked.parse_args()
    wrong = 0
    for name in options.databases or DATABASES:
        wrong += len(_soak_one(name, make_plan(SMALL if options.small else FULL, options.seed)).faults)
    raise SystemExit(1 if wrong else 0)


def _soak_one(name: str, plan: Plan) -> Outcome:
    begun = time.monotonic()
    with TemporaryDirectory() as place, DATABASES[name](Path(place)) as url, Progress(transient=True) as progress:
        task = progress.add_task(name, total=plan.acts)
        outcome = soak(plan, url, Path(place), lambda count: progress.update(task, completed=count))
    print(f"{name}, seed {plan.seed}: {plan.acts} acts in {time.monotonic() - begun:.0f} s")
    for what, count in outcome.figures.items():
        print(f"  {count:5} {what}")
    print("\n".join(f"  WRONG  {fault}" for fault in outcome.faults) or "  each once, none lost, none doubled")
    return outcome


if __name__ == "__main__":
    main()

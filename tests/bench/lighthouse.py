"""`./dev lighthouse`: what Lighthouse says of our pages on a throttled phone; the median of five runs.

The app is served by `./dev run` itself, over a throw-away demo company, and asked without a proxy in front. Settings
are Lighthouse's own for phones: a screen of 412 pixels, the processor four times slower, 1.6 Mbit/s at 150 ms. Each run
starts a new Chromium with nothing in its cache. Prints a table and what was found wanting; ends with 1 below a goal.

`--runs N` and words (`./dev lighthouse --runs 1 jot sheet`) measure less.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from partygroup import clock, create_app
from partygroup.attendance import codes
from partygroup.db import db, transaction
from partygroup.demo.cast import LEADER_NO
from partygroup.meetings.models import Gathering, Sitting
from partygroup.people.logins import begin_login
from partygroup.people.models import Person
from partygroup.settings import ROOT, from_environment
from tests.conftest import CHROMIUM_FLAGS

RUNS = 5
GOALS = {"performance": 95, "accessibility": 98, "best-practices": 98}
MEMBER_NO = "100001"
PATIENCE = 300
TOOL = ROOT / "tests" / "bench" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
TIMES = {"first-contentful-paint": "FCP", "largest-contentful-paint": "LCP", "total-blocking-time": "TBT"}


@dataclass(frozen=True)
class Page:
    """A page to measure: its name, who opens it (None: nobody logged in), and how its address is made for each run."""

    name: str
    staff_no: str | None
    address: Callable[[House], str]


@dataclass
class House:
    """The running app: its address, and its data beside it."""

    home: str
    app: object
    gathering_id: int = 0
    sitting_id: int = 0
    secrets: dict[str, str] = field(default_factory=dict)

    def live_code(self) -> str:
        """Return the address that the code on the wall holds now."""
        settings = self.app.config["SETTINGS"]
        step = codes.step_of(clock.now(), settings.step_seconds)
        return f"/q/{codes.code_at(settings.secret_keys[0], self.gathering_id, self.sitting_id, step)}"


PAGES = (
    Page("login", None, lambda _house: "/login"),
    Page("home-member", MEMBER_NO, lambda _house: "/"),
    Page("home-leader", LEADER_NO, lambda _house: "/"),
    Page("sign-in", MEMBER_NO, House.live_code),
    Page("jot", LEADER_NO, lambda _house: "/activities/new"),
    Page("sheet", MEMBER_NO, lambda _house: "/me/points"),
)


# --- the app ----------------------------------------------------------------------------------------------------------


@contextmanager
def running_house() -> Iterator[House]:
    """Yield the app as `./dev run` serves it, with the demo leader's next meeting open for signing in."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        taken_out = ("DATABASE_URL", "BASE_URL", "TRUST_PROXY", "SECRET_KEY")
        env = {name: value for name, value in os.environ.items() if name not in taken_out}
        env |= {"DATA_DIR": folder, "BIND": "127.0.0.1", "PORT": str(port), "DEMO": "1", "LOG_LEVEL": "error"}
        said = (Path(folder) / "said").open("w+", encoding="utf-8")
        with subprocess.Popen(["./dev", "run"], cwd=ROOT, env=env, stdout=said, stderr=said) as server:
            try:
                home = f"http://127.0.0.1:{port}"
                if not answers(f"{home}/readyz", server):
                    said.seek(0)
                    raise SystemExit(f"./dev run does not answer:\n{said.read()[-2000:]}")
                yield opened(House(home, create_app(from_environment(env))))
            finally:
                server.send_signal(signal.SIGTERM)


def answers(address: str, server: subprocess.Popen) -> bool:
    """Wait until the server answers; say whether it does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urlopen(address, timeout=5).close()
            return True
        except OSError:  # not there yet, or slow
            time.sleep(0.5)
    return False


def opened(house: House) -> House:
    """Log the people in and begin sign-in at the next meeting that the demo's leader has called."""
    with house.app.app_context(), transaction(db.session) as session:
        people = dict(session.execute(sa.select(Person.staff_no, Person.id)).all())
        for staff_no in {page.staff_no for page in PAGES if page.staff_no}:
            at = clock.now()
            house.secrets[staff_no] = begin_login(session, people[staff_no], device="Lighthouse", at=at, office=True)
        called = sa.select(Gathering.id, Sitting.id).join(Sitting, Sitting.gathering_id == Gathering.id)
        next_one = called.where(Gathering.called_by == people[LEADER_NO], Gathering.day >= clock.today())
        house.gathering_id, house.sitting_id = session.execute(next_one.order_by(Gathering.day)).first()
    client = house.app.test_client()
    client.set_cookie("sid", house.secrets[LEADER_NO])
    answer = client.post(f"/meetings/{house.gathering_id}/opening", headers={"Sec-Fetch-Site": "same-origin"})
    if answer.status_code != 303:
        raise SystemExit(f"sign-in cannot begin: {answer.status}")
    return house


# --- measuring --------------------------------------------------------------------------------------------------------


def look_at(house: House, page: Page) -> dict:
    """Return Lighthouse's report of a page."""
    chrome = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    command = [
        "node", str(TOOL), house.home + page.address(house), "--output=json", "--quiet",
        f"--only-categories={','.join(GOALS)}",
        f"--chrome-flags=--headless=new --lang=zh-CN {' '.join(CHROMIUM_FLAGS)}",
    ]  # fmt: skip
    if page.staff_no:
        command += ["--extra-headers", json.dumps({"Cookie": f"sid={house.secrets[page.staff_no]}"})]
    env = os.environ | ({"CHROME_PATH": chrome} if chrome else {})
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(f"Lighthouse failed on {page.name}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def score_of(report: dict, category: str) -> int:
    """Return a score of 0 to 100."""
    return round(report["categories"][category]["score"] * 100)


def wanting(report: dict) -> dict[str, str]:
    """Return what a report found wanting and lets count: audit → title and the first thing it names."""
    found = {}
    for category in report["categories"].values():
        for ref in category["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                items = audit.get("details", {}).get("items", [])
                found[ref["id"]] = f"{audit['title']} {audit.get('displayValue', '')} {str(items[:1])[:300]}"
    return found


def weight_of(report: dict) -> float:
    """Return what the page's requests weighed, in KB."""
    items = report["audits"]["network-requests"]["details"]["items"]
    return sum(item.get("transferSize", 0) for item in items) / 1024


@dataclass
class Measured:
    """The reports of a page."""

    page: Page
    reports: list[dict]

    def score(self, category: str) -> float:
        return median(score_of(report, category) for report in self.reports)

    @property
    def is_good(self) -> bool:
        return all(self.score(category) >= goal for category, goal in GOALS.items())

    def row(self) -> list[str]:
        """Return the cells of the table."""
        scores = [f"{self.score(category):.0f}" for category in GOALS]
        times = [
            f"{median(report['audits'][audit]['numericValue'] for report in self.reports) / 1000:.2f} s"
            for audit in TIMES
        ]
        shift = median(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in self.reports)
        weight = median(weight_of(report) for report in self.reports)
        lowest = min(score_of(report, "performance") for report in self.reports)
        verdict = "met" if self.is_good else "MISSED"
        return [self.page.name, *scores, str(lowest), *times, f"{shift:.3f}", f"{weight:.1f} KB", verdict]


def show(measured: list[Measured]) -> None:
    """Print the table, and under it what was found wanting anywhere."""
    table = Table(title="Lighthouse on a throttled phone: medians of the runs")
    titles = ("page", *GOALS, "lowest perf.", *TIMES.values(), "CLS", "weight", "goals")
    for title in titles:
        table.add_column(title, justify="left" if title in ("page", "goals") else "right")
    for one in measured:
        table.add_row(*one.row())
    console = Console(width=150)
    console.print(table)
    if os.getloadavg()[0] > os.cpu_count():
        console.print("This machine is busy with other things: performance is judged too low.")
    for one in measured:
        for audit, words in {key: text for report in one.reports for key, text in wanting(report).items()}.items():
            console.print(f"{one.page.name}: {audit}: {words}", markup=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("pages", nargs="*", metavar="page", help=", ".join(page.name for page in PAGES))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    asked = parser.parse_args()
    pages = [page for page in PAGES if not asked.pages or page.name in asked.pages]
    measured = []
    with running_house() as house:
        for page in pages:
            reports = [look_at(house, page) for _ in range(asked.runs)]
            measured.append(Measured(page, reports))
            print("·", *measured[-1].row(), *(score_of(one, "performance") for one in reports), flush=True)
            if asked.keep:
                asked.keep.mkdir(parents=True, exist_ok=True)
                (asked.keep / f"{page.name}.json").write_text(json.dumps(reports[-1]), encoding="utf-8")
    show(measured)
    return 0 if measured and all(one.is_good for one in measured) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Measuring: CPU of this process a request, in interleaved rounds, so that a busy machine disturbs both alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Compared:
    """One row of the table: what ours and the floor cost in each round (µs of CPU), and the goal as × floor."""

    what: str
    database: str
    floor: list[float]
    ours: list[float]
    goal: float | None = None

    @property
    def ratios(self) -> list[float]:
        return [one / other for one, other in zip(self.ours, self.floor, strict=True)]

    @property
    def verdict(self) -> str:
        """Return the goal and whether it is met."""
        if self.goal is None:
            return "no goal"
        return f"≤ {self.goal} {'met' if median(self.ratios) <= self.goal else 'MISSED'}"


def compare(what: str, database: str, *, floor: Callable, ours: Callable, rounds: int = 9, goal=None) -> Compared:
    """Return what two acts cost. Each takes the number of the round and returns how many requests it made."""
    costs = {floor: [], ours: []}
    for number in range(rounds + 1):
        for act in (floor, ours) if number % 2 else (ours, floor):
            cost = _cpu_of(act, number)
            if number:  # the first round only warms up
                costs[act].append(cost)
    return Compared(what, database, costs[floor], costs[ours], goal)


def _cpu_of(act: Callable[[int], int], number: int) -> float:
    gc.collect()
    begun = time.process_time()
    requests = act(number)
    return (time.process_time() - begun) / requests * 1e6


def ask(app, environ: dict) -> int:
    """Send one request to an app as a server does, read the answer to its end, and return its status."""
    said = []
    body = app(dict(environ), lambda status, _headers, _error=None: said.append(status))
    try:
        for _part in body:
            pass
    finally:
        if hasattr(body, "close"):
            body.close()
    return int(said[0][:3])


def ask_all(app, environs: list[dict], status: int) -> int:
    """Send requests, each of which must be answered with the status; return how many."""
    answers = [ask(app, environ) for environ in environs]
    if set(answers) != {status}:
        raise RuntimeError(f"answered {set(answers)}, not {status}")
    return len(answers)


def show(rows: list[Compared]) -> None:
    """Print the table."""
    table = Table(title="CPU in process, µs a request (median of the rounds; spread of the ratio)")
    for title in ("what", "database", "floor", "ours", "× floor", "spread", "goal"):
        table.add_column(title, justify="left" if title in ("what", "database", "goal") else "right")
    for row in rows:
        low, high = min(row.ratios), max(row.ratios)
        table.add_row(row.what, row.database, f"{median(row.floor):,.0f}", f"{median(row.ours):,.0f}",
                      f"{median(row.ratios):.2f}", f"{low:.2f}–{high:.2f}", row.verdict)  # fmt: skip
    Console(width=110).print(table)

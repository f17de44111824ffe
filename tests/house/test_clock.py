"""Only the clock knows what time it is, and only the top floors ask it (style.md 7)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.source import modules, place, room_of, tree_of

ASKS_THE_MACHINE = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "localtime"),
}
ASKS_THE_CLOCK = {("clock", "now"), ("clock", "today")}
MAY_ASK = ("web", "commands", "logs")


def calls(tree: ast.AST, wanted: set[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """Yield line and name of each mention of `thing.name`, `module.thing.name` or an import of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in wanted:
            yield node.lineno, f"{_last_name(node.value)}.{node.attr}"
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").rpartition(".")[2]
            yield from ((node.lineno, alias.name) for alias in node.names if (module, alias.name) in wanted)


def _last_name(node: ast.AST) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def test_the_test_sees_who_asks():
    lines = (
        "a = datetime.now(UTC)",
        "b = dt.date.today()",
        "from time import time",
        "from partygroup.clock import now",
    )
    wrong = ast.parse("\n".join(lines))
    assert [line for line, _ in calls(wrong, ASKS_THE_MACHINE)] == [3, 1, 2]
    assert [line for line, _ in calls(wrong, ASKS_THE_CLOCK)] == [4]


def test_only_the_clock_asks_the_machine():
    found = [
        f"{place(path, line)} {name}"
        for path in modules()
        if room_of(path) != "clock"
        for line, name in calls(tree_of(path), ASKS_THE_MACHINE)
    ]
    assert not found


def test_only_the_top_floors_ask_the_clock():
    found = [
        f"{place(path, line)} {name}"
        for path in modules()
        if room_of(path) not in MAY_ASK
        for line, name in calls(tree_of(path), ASKS_THE_CLOCK)
    ]
    assert not found

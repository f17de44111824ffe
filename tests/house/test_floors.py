"""The house stands straight: imports go downward only, and Flask stays upstairs (style.md 1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGE, ROOT, imported, modules, place, room_of, tree_of

FLOORS = [
    "clock errors text settings turns points burden",
    "db logs",
    "workdays backup spreadsheets versions restricted",
    "org",
    "people",
    "ways audit robots",
    "policy",
    "meetings feedback activities talks",
    "attendance",
    "scores minutes orglife",
    "evaluation appraisal",
    "selfcheck ledgers",
    "demo",
    "web",
    "commands",
]
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms.split()}
#: Inside a room: who may know whom.
ORDER = {name: level for level, name in enumerate(("models", "rules", "queries", "actions"))}
KNOWS_FLASK = ("", "web", "commands", "demo")
FLASK = ("flask", "flask_login", "flask_htmx", "flask_alembic", "flask_compress", "flask_sqlalchemy_lite", "werkzeug")
#: What a pure function must not know.
IMPURE = ("sqlalchemy", f"{PACKAGE}.db")


def rooms_reached(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and room of each import from the package; a relative import counts as a room of that name."""
    for line, name in imported(tree):
        if name.startswith("."):
            yield line, name
        elif name.startswith(f"{PACKAGE}."):
            yield line, name.split(".")[1]


def climbs(room: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and room of each import that does not go downward."""
    for line, reached in rooms_reached(tree):
        if reached != room and FLOOR.get(reached, len(FLOORS)) >= FLOOR[room]:
            yield line, reached


def flask_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    yield from ((line, name) for line, name in imported(tree) if name.split(".")[0] in FLASK)


def climbs_inside(room: str, file: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield imports inside a room against models ← rules ← queries ← actions."""
    for line, name in imported(tree):
        _, _, rest = name.partition(f"{PACKAGE}.{room}.")
        other = rest.split(".")[0]
        if other in ORDER and ORDER[other] >= ORDER[file]:
            yield line, other


def test_the_test_sees_a_wrong_import():
    wrong = ast.parse("from partygroup.web import pages\nimport partygroup.meetings.rules\nfrom ..people import x")
    assert [reached for _, reached in climbs("org", wrong)] == ["web", "meetings", ".."]
    assert list(climbs("web", ast.parse("from partygroup.org import queries\nfrom partygroup.web import x"))) == []
    assert [line for line, _ in flask_imports(ast.parse("import os\nfrom flask import g"))] == [2]
    upward = ast.parse("from partygroup.org.actions import found\nfrom partygroup.org.models import Unit")
    assert [other for _, other in climbs_inside("org", "queries", upward)] == ["actions"]


def test_rooms_hold_modules_and_lists_only():
    files = (path for path in (ROOT / PACKAGE).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert [str(path) for path in files if path.suffix not in (".py", ".txt")] == []


def test_every_room_has_a_floor():
    assert {room_of(path) for path in modules()} - FLOOR.keys() == {""}


@pytest.mark.parametrize("path", modules(), ids=lambda path: "/".join(path.parts[-2:]))
class TestModule:
    def test_imports_only_from_floors_below(self, path):
        room = room_of(path)
        found = climbs(room, tree_of(path)) if room else ()
        assert not [f"{place(path, line)} reaches up to {reached}" for line, reached in found]

    def test_knows_flask_only_upstairs(self, path):
        allowed = ("flask_sqlalchemy_lite",) if room_of(path) == "db" else ()
        found = () if room_of(path) in KNOWS_FLASK else flask_imports(tree_of(path))
        assert not [f"{place(path, line)} {name}" for line, name in found if not name.startswith(allowed or "!")]

    def test_keeps_the_order_inside_its_room(self, path):
        found = climbs_inside(room_of(path), path.stem, tree_of(path)) if path.stem in ORDER else ()
        assert not [f"{place(path, line)} {path.stem} reaches up to {other}" for line, other in found]

    def test_keeps_rules_pure(self, path):
        names = imported(tree_of(path)) if path.stem == "rules" else ()
        assert not [f"{place(path, line)} {name}" for line, name in names if name.startswith(IMPURE)]

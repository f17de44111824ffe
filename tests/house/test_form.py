"""The repository stands alone and stays readable: no place of one machine, no huge functions or files (style.md 16)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, modules, own_files, place, tree_of

MAX_FUNCTION, MAX_FILE = 60, 400
PLACES = re.compile(r"(?<![\w.~$}])/(?:work|tmp|root|home/\w+|Users/\w+|opt)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
NO_TEXT = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".docx", ".pdf"}


def places(text: str) -> list[str]:
    """Return the paths that exist on one machine only."""
    return PLACES.findall(text)


def long_functions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of functions that are too long, docstring not counted."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            if node.end_lineno - body[0].lineno + 2 > MAX_FUNCTION:
                yield node.lineno, node.name


def texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every text file that is neither a test nor the licence."""
    for path in own_files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in NO_TEXT and not name.startswith("tests/") and name != "LICENSE":
            yield name, path.read_text(encoding="utf-8")


def test_the_test_sees():
    assert places("cd /work/house; ls /tmp/tools $TMP/tmp/x static/tmp/x") == ["/work/house", "/tmp/tools"]
    long = "def f():\n" + "    x = 1\n" * 60
    assert [name for _, name in long_functions(ast.parse(long))] == ["f"]
    assert list(long_functions(ast.parse("def f():\n" + "    x = 1\n" * 59))) == []


def test_no_file_names_a_place_of_one_machine():
    assert [f"{name}: {found}" for name, text in texts() if (found := places(text))] == []


def test_nothing_is_left_unfinished():
    assert [f"{name}: {found}" for name, text in texts() if (found := UNFINISHED.findall(text))] == []


@pytest.mark.parametrize("folder", ["partygroup", "tests"])
def test_functions_are_short(folder):
    found = [(path, line, name) for path in modules(folder) for line, name in long_functions(tree_of(path))]
    assert [f"{place(path, line)} {name}" for path, line, name in found] == []


@pytest.mark.parametrize("folder", ["partygroup", "tests"])
def test_files_are_short(folder):
    lengths = {path.relative_to(ROOT).as_posix(): path.read_text().count("\n") for path in modules(folder)}
    assert {name: length for name, length in lengths.items() if length > MAX_FILE} == {}

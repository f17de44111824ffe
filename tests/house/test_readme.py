"""The README tells the truth: every setting, every command and every feature stands in it (style.md 14)."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import ROOT, tree_of

FEATURES = [
    f"{letter}{number}"
    for letter, count in {"A": 7, "B": 15, "C": 6, "D": 7, "E": 8, "F": 3, "G": 7, "H": 5}.items()
    for number in range(1, count + 1)
]
#: Read by `dev`, not by the application.
SETTINGS_OF_DEV = {"PORT", "BIND", "WEB_CONCURRENCY"}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def settings_read(tree: ast.AST) -> set[str]:
    """Return the names that are read from the environment: `env.get("X")`, `env["X"]`, `_number(env, "X", …)`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            arguments = node.args if isinstance(node.func, ast.Name) else node.args[:1]
            names |= {one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)}
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            names.add(node.slice.value)
    return {name for name in names if re.fullmatch(r"[A-Z][A-Z_]{2,}", str(name))}


def test_the_test_sees_settings():
    lines = ('a = env.get("DATA_DIR") or 1', 'b = _number(env, "STEP", 1)', 'c = env["KEY"]', 'd = f("x")')
    read = settings_read(ast.parse("\n".join(lines)))
    assert read == {"DATA_DIR", "STEP", "KEY"}


def test_every_setting_is_documented(readme):
    names = settings_read(tree_of(ROOT / "partygroup" / "settings.py")) | SETTINGS_OF_DEV
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_every_feature_has_its_row(readme):
    assert [feature for feature in FEATURES if not re.search(rf"^\|\s*{feature}\b", readme, re.MULTILINE)] == []


def test_every_command_is_documented(app, readme):
    commands = {name for name in app.cli.list_commands(None) if name not in ("run", "shell", "routes")}
    assert {name for name in commands if f"flask {name}" not in readme} == set()


def test_every_part_of_dev_is_documented(readme):
    cases = re.findall(r"^  ([a-z]+)\) ", (ROOT / "dev").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name in cases if f"./dev {name}" not in readme} == set()

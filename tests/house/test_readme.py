"""The README tells the truth: every setting, every command and every feature stands in it (style.md 14)."""

from __future__ import annotations

import ast
import re

import pytest

from partygroup import policy
from partygroup.meetings import models
from tests.house.make_readme import PARTS, written
from tests.house.source import ROOT, tree_of

FEATURES = [
    f"{letter}{number}"
    for letter, count in {"A": 7, "B": 15, "C": 6, "D": 7, "E": 8, "F": 3, "G": 7, "H": 5}.items()
    for number in range(1, count + 1)
]
#: Read by `dev`, not by the application.
SETTINGS_OF_DEV = {"PORT", "BIND", "WEB_CONCURRENCY"}
MOST_OF_PICTURES = 1_500_000


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


# --- what the code itself writes ------------------------------------------------------------------------------------


def test_parts_made_from_the_code_are_as_the_code_is(readme):
    assert sorted(re.findall(r"<!-- made: (\w+) -->", readme)) == sorted(PARTS)
    assert written(readme) == readme, "run PYTHONPATH=. .venv/bin/python tests/house/make_readme.py"


def test_the_test_sees_another_policy(readme, monkeypatch):
    monkeypatch.setitem(policy.POLICY, policy.Can.EDIT_KINDS, (policy.unit_office,))
    assert written(readme) != readme


def test_the_test_sees_another_state(readme, monkeypatch):
    monkeypatch.setitem(models.NEXT, models.State.HELD, {"reopen": models.State.IN_SESSION})
    assert "held --> in_session: reopen" in written(readme)


# --- where it points to -----------------------------------------------------------------------------------------------


def pointed_at(text: str) -> set[str]:
    """Return the paths from the root that a text names: in code, in pictures."""
    top = "partygroup|templates|static|tests|migrations"
    return set(re.findall(rf"[`\"]((?:{top})/[\w./-]+)[`\"]", text))


def test_the_test_sees_a_path():
    assert pointed_at('in `tests/a.py`, <img src="static/b.png">, `flask run`') == {"tests/a.py", "static/b.png"}


def test_every_path_exists(readme):
    assert {path for path in pointed_at(readme) if not (ROOT / path).exists()} == set()


def test_every_address_exists(app, readme):
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    named = set(re.findall(r"`(/[a-z/]+)`", readme))
    assert named and {address for address in named if not any(rule.startswith(address) for rule in rules)} == set()


def test_six_pictures_are_shown_and_all_are_small(readme):
    shown = [path for path in pointed_at(readme) if path.endswith(".png")]
    assert len(shown) == 6
    assert sum(path.stat().st_size for path in (ROOT / "tests/browser/shots").glob("*.png")) < MOST_OF_PICTURES


def test_every_link_inside_the_page_leads_to_a_heading(readme):
    headings = re.findall(r"^#+ (.+)$", readme, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", readme)) - anchors == set()

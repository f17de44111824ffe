"""The audit trail speaks Chinese: every action, field and code that the house writes down has a word, and no word is
left over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields

import pytest

from partygroup.attendance.models import DOOR_NAMES, LEAVE_NAMES, Counting
from partygroup.audit import ACTION_NAMES, FIELD_NAMES, PERSON_FIELDS, UNIT_FIELDS, VALUE_NAMES, in_words
from partygroup.meetings.presets import KindSpec
from partygroup.org.models import KIND_NAMES
from partygroup.people.models import PROFILE_NAMES, ROLE_NAMES, STANDING_NAMES
from partygroup.people.roster import Outcome
from partygroup.people.roster_columns import COLUMNS, Lands
from partygroup.people.roster_plan import SECTIONS
from tests.house.source import modules, place, tree_of

#: Functions that write a row, and which argument is its action.
WRITERS = {"witness": 1, "witness_row": 1, "trail_row": 0, "_of_meeting": 0, "does": 1}
#: Modules that make the writers: their own action is handed to them.
MAKERS = ("db.py", "rows.py")
CHANGED = ("before", "after")


def actions_of(tree: ast.AST) -> Iterator[tuple[int, str | None]]:
    """Yield line and name of each action written; None where it is not a plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in WRITERS:
            yield node.lineno, _text(node.args[WRITERS[_called(node)]])
        if isinstance(node, ast.Dict):
            yield from ((value.lineno, _text(value)) for key, value in _pairs(node) if key == "action")


def fields_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each field in a dict that is called before or after, however it is handed on."""
    for node in ast.walk(tree):
        named = []
        if isinstance(node, ast.keyword):
            named = [node.value] if node.arg in CHANGED else []
        elif isinstance(node, ast.Assign):
            named = [node.value for one in node.targets if getattr(one, "id", None) in CHANGED]
        elif isinstance(node, ast.Dict):
            named = [value for key, value in _pairs(node) if key in CHANGED]
        for value in named:
            dicts = [one for one in ast.walk(value) if isinstance(one, ast.Dict)]
            yield from ((one.lineno, key) for one in dicts for key, _value in _pairs(one) if key)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _pairs(node: ast.Dict) -> Iterator[tuple[str | None, ast.AST]]:
    return ((key and _text(key), value) for key, value in zip(node.keys, node.values, strict=True))


def written(find) -> list[tuple[str, str | None]]:
    """Return place and name of everything found in the modules of the house."""
    paths = [path for path in modules() if path.name not in MAKERS]
    return [(place(path, line), name) for path in paths for line, name in find(tree_of(path))]


def test_the_test_sees():
    sample = ast.parse(
        'witness(session, "a.b", row, after={"x": 1}); rows.trail_row("c.d", 1)\n'
        'row = {"action": "e.f", "before": {"y": 2}}\nafter = {"z": 3} | more\nwitness_row(session, name, 1)'
    )
    assert {name for _, name in actions_of(sample)} == {"a.b", "c.d", "e.f", None}
    assert {name for _, name in fields_of(sample)} == {"x", "y", "z"}


def test_every_action_is_named_where_it_is_written():
    handed_on = [where for where, name in written(actions_of) if name is None]
    assert [where for where in handed_on if "demo/history.py" not in where and "demo/flow.py" not in where] == []
    assert len(handed_on) <= 2


def test_every_action_has_a_word_and_every_word_an_action():
    assert {name for _, name in written(actions_of) if name} == set(ACTION_NAMES)


def test_every_field_has_a_word():
    named = set(FIELD_NAMES) | set(UNIT_FIELDS) | set(PERSON_FIELDS)
    assert [(where, name) for where, name in written(fields_of) if name not in named] == []


def test_what_an_import_and_a_new_version_change_has_a_word():
    columns = {column.key for column in COLUMNS if column.lands is Lands.PERSON} | {"note"}
    outcome = {field.name for field in fields(Outcome)} - {"already"}
    assert columns | outcome | set(SECTIONS) | {"name", "per", "at_least"} <= set(FIELD_NAMES)
    assert {"name", "per", "at_least"} <= {field.name for field in fields(KindSpec)}


@pytest.mark.parametrize(
    "names",
    [DOOR_NAMES, LEAVE_NAMES, KIND_NAMES, PROFILE_NAMES, ROLE_NAMES, STANDING_NAMES],
    ids=["doors", "leave", "units", "profiles", "roles", "standings"],
)
def test_codes_are_told_by_the_words_of_their_rooms(names):
    assert {code: in_words(str(code)) for code in names} == names


def test_ways_of_counting_have_words():
    assert {str(one) for one in Counting} <= set(VALUE_NAMES)

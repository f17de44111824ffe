"""Nothing is found by its id alone: pages ask no statement of their own, and each id in an address has its loader."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from flask import Flask

from partygroup.policy import Can
from partygroup.web.needs import PUBLIC, needs
from tests.house.source import imported, modules, place, room_of, tree_of

#: Modules upstairs that may name SQLAlchemy: its errors, and whether the database answers.
MAY_NAME = ("errors.py", "health.py")
STATEMENTS = ("get", "execute", "scalar", "scalars", "query", "get_one")
#: Addresses whose thing is found by the due list of whoever asks, never by its id alone.
BY_DUE_LIST = {"signing.desk", "signing.make", "signing.receipt"}
#: Addresses whose argument is no id of anything: a quarter.
NO_ID = {"periods.overview"}
UPSTAIRS = [path for path in modules() if room_of(path) == "web" and path.name not in MAY_NAME]


def statements_of(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a session is asked by hand, or SQLAlchemy is fetched."""
    yield from (line for line, name in imported(tree) if name.split(".")[0] == "sqlalchemy")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in STATEMENTS and _is_session(node.value):
            yield node.lineno


def _is_session(node: ast.AST) -> bool:
    """Say whether it is `session` or `db.session`; the cookie's words go by another name here."""
    return getattr(node, "attr", None) == "session" or getattr(node, "id", None) == "session"


def without_loader(app: Flask) -> set[str]:
    """Return the endpoints with an id in their address for which nobody loads the thing."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint not in PUBLIC]
    return {rule.endpoint for rule in rules if getattr(app.view_functions[rule.endpoint], "__load__", None) is None}


def test_the_test_sees():
    lines = "import sqlalchemy as sa\nrow = db.session.get(Person, 1)\nmine = request.form.get('x')\nsession.scalar(x)"
    assert list(statements_of(ast.parse(lines))) == [1, 2, 4]
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/a/<int:its_id>", "bare", needs(Can.SEE_OWN)(lambda its_id: ""))
    app.add_url_rule("/b/<int:its_id>", "loaded", needs(Can.SEE_OWN, lambda its_id: None)(lambda thing: ""))
    app.add_url_rule("/c", "plain", needs(Can.SEE_OWN)(lambda: ""))
    assert without_loader(app) == {"bare"}


@pytest.mark.parametrize("path", UPSTAIRS, ids=lambda path: path.stem)
def test_pages_ask_no_statement_of_their_own(path):
    assert [place(path, line) for line in statements_of(tree_of(path))] == []


def test_each_id_in_an_address_is_loaded_before_it_is_shown(app):
    assert without_loader(app) - NO_ID == BY_DUE_LIST

"""Every address has its line of the policy, every power its line, and every line its use (style.md 3)."""

from __future__ import annotations

import re

from flask import Flask

from partygroup.policy import POLICY, Can
from partygroup.web.needs import PUBLIC, needs
from tests.house.source import ROOT, modules


def unguarded(app: Flask, public) -> list[str]:
    """Return the endpoints that neither ask the policy nor stand among the public ones."""
    return sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.endpoint not in public and not hasattr(app.view_functions[rule.endpoint], "__needs__")
        }
    )


def test_the_test_sees_an_unguarded_address():
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    app.add_url_rule("/known", "known", lambda: "")
    app.add_url_rule("/guarded", "guarded", needs(Can.SEE_OWN)(lambda: ""))
    assert unguarded(app, {"known": "a reason"}) == ["open"]


def test_every_address_is_guarded(app):
    assert unguarded(app, PUBLIC) == []


def test_public_addresses_exist_and_have_a_reason(app):
    assert PUBLIC.keys() <= app.view_functions.keys()
    assert all(PUBLIC.values())


def test_unsafe_addresses_are_plain_posts(app):
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_every_power_has_its_line():
    assert set(POLICY) == set(Can)
    assert all(POLICY.values())


def test_every_power_is_asked_for_somewhere():
    places = [path for path in modules() if path.name != "policy.py"] + [*(ROOT / "templates").rglob("*.html")]
    asked = {name for path in places for name in re.findall(r"\bCan\.([A-Z_]+)", path.read_text(encoding="utf-8"))}
    assert {can.name for can in Can} - asked == set()

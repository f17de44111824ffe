"""Forms as a browser sends them: every field as the page fills it in, and only what the page has can be typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form of a page: where it is sent, its fields as filled in, what can be chosen, its buttons by their words."""

    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)

    def filled(self, button: str = "", **typed) -> dict[str, list[str]]:
        """Return what is sent: the page's own values, over them what is typed; fail where it cannot be typed.

        A name with a dash is typed with two underscores. Each required field has a value in the end.
        """
        assert not button or button in self.buttons, f"{self.action} has no button {button}: {list(self.buttons)}"
        sent = {name: list(values) for name, values in self.fields.items()}
        for name, value in typed.items():
            name = name.replace("__", "-")
            values = [str(one) for one in value] if isinstance(value, (list, tuple, set)) else [str(value)]
            assert name in self.fields, f"{self.action} has no field {name}: {sorted(self.fields)}"
            unknown = set(values) - self.choices[name].keys() if name in self.choices else set()
            assert not unknown, f"{self.action}: {name} offers no {unknown}, but {self.choices[name]}"
            sent[name] = values
        empty = [name for name in self.required if not any(sent[name])]
        assert not empty, f"{self.action}: {empty} stands empty"
        return sent | {name: [value] for name, value in self.buttons.get(button, {}).items()}

    def value(self, name: str) -> str:
        """Return what the page has filled in; nothing where nothing is."""
        return next(iter(self.fields[name]), "")


class _Reader(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.forms: list[Form] = []
        self._form = self._button = self._select = self._area = self._label = None
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(facts["method"], facts["action"])
            self.forms.append(self._form)
        if self._form is None:
            return
        name = facts.get("name", "")
        if tag == "label":
            self._text = []
        if tag == "button":
            self._button, self._text = facts, []
        elif tag == "option" and self._select:
            self._option(facts)
        elif tag in ("input", "select", "textarea") and name and "disabled" not in facts:
            self._field(tag, name, facts)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def _field(self, tag: str, name: str, facts: dict) -> None:
        kept = self._form.fields.setdefault(name, [])
        if "required" in facts:
            self._form.required.add(name)
        if facts.get("type") in ("checkbox", "radio"):
            self._label = name, facts.get("value", "on")
            self._form.choices.setdefault(name, {})[self._label[1]] = ""
            self._text = []
            if "checked" in facts:
                kept.append(self._label[1])
        elif tag == "select":
            self._select = name
            self._form.choices[name] = {}
        elif tag == "textarea":
            self._area, self._text = name, []
        else:
            kept.append(facts.get("value", ""))

    def _option(self, facts: dict) -> None:
        value, kept = facts.get("value", ""), self._form.fields[self._select]
        if "selected" in facts or not kept and not self._form.choices[self._select]:
            kept[:] = [value]
        self._form.choices[self._select][value] = ""
        self._label, self._text = (self._select, value), []

    def handle_data(self, data):
        self._text.append(data)

    def handle_endtag(self, tag):
        words = " ".join("".join(self._text).split())
        if tag == "form":
            self._form = None
        elif tag == "button" and self._button is not None and self._form:
            facts, self._button = self._button, None
            sent = {facts["name"]: facts.get("value", "")} if "name" in facts else {}
            self._form.buttons[facts.get("aria-label", words)] = sent
        elif tag in ("label", "option") and self._label and self._form:
            name, value = self._label
            self._form.choices[name][value] = words
            self._label = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area and self._form:
            self._form.fields[self._area].append("".join(self._text).removeprefix("\n"))
            self._area = None


def forms_of(html: str, action: str = "") -> list[Form]:
    """Return the forms of a page in order, of those that are sent to an address (its end is enough)."""
    found = re.findall(rf'<form\b[^>]*\baction="[^"]*{re.escape(action)}"[^>]*>.*?</form>', html, re.DOTALL)
    return [form for one in found for form in _Reader(one).forms]


def form_to(html: str, action: str, button: str = "") -> Form:
    """Return the form of a page that is sent to such an address, or that has such a button."""
    found = [one for one in forms_of(html, action) if not button or button in one.buttons]
    assert found, f"no form to {action} {button}, but {[(one.action, list(one.buttons)) for one in forms_of(html)]}"
    return found[0]

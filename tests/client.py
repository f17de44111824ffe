"""A client that looks over every page it fetches, whatever the test is about."""

from __future__ import annotations

import contextvars
import re
from collections import Counter
from html.parser import HTMLParser

import sqlalchemy as sa
from flask import has_app_context
from flask.testing import FlaskClient

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.people.logins import begin_login

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
QUIET = frozenset("script style pre code svg textarea".split())
UNLABELLED = ("hidden", "submit", "button", "reset", "image")
CJK = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(rf"[{CJK}][,.;:!?][{CJK}]|[{CJK}][,;!?](?=\s|$)")


class Page(HTMLParser):
    """What one reading of a page collects for the rules below."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict]] = []
        self.elements: list[tuple[str, dict]] = []
        self.inside: list[frozenset[str]] = []
        self.texts: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.stray: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.inside.append(frozenset(name for name, _ in self.open))
        if tag not in VOID:
            self.open.append((tag, attributes))
        if tag in ("h1", "title"):
            self.words.setdefault(tag, []).append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        else:
            self.stray.append(f"</{tag}>")

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if QUIET.intersection(tags):
            return
        for tag in {"h1", "title"}.intersection(tags):
            self.words[tag][-1] += data
        self.texts.append(data)

    def all(self, *tags: str) -> list[dict]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def headings(self) -> list[str]:
        return [squeeze(text) for text in self.words.get("h1", [])]


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def frame_faults(page: Page):
    """Yield what is wrong with language, title, heading, ids and nesting."""
    languages = [attributes.get("lang") for attributes in page.all("html")]
    if languages != ["zh-CN"]:
        yield f"lang is {languages}, not zh-CN"
    headings, titles = page.headings(), [squeeze(text) for text in page.words.get("title", [])]
    if len(headings) != 1:
        yield f"{len(headings)} h1: {headings}"
    elif not titles or not titles[0].startswith(headings[0]) or not headings[0]:
        yield f"title {titles[:1]} does not begin with h1 {headings[0]!r}"
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    yield from (f"id {name!r} occurs {count} times" for name, count in ids.items() if count > 1)
    if page.stray or page.open:
        yield f"tags do not nest: {page.stray[:3]} stray, {[tag for tag, _ in page.open][:3]} left open"


def form_faults(page: Page):
    """Yield fields without a label and forms without action or method."""
    labelled = {attributes.get("for") for attributes in page.all("label")}
    ids = {attributes.get("id") for _, attributes in page.elements}
    for (tag, attributes), around in zip(page.elements, page.inside, strict=True):
        if tag == "form" and not ({"action", "method"} <= attributes.keys()):
            yield f"form without action or method: {attributes}"
        if tag == "label" and attributes.get("for") and attributes["for"] not in ids:
            yield f"label for {attributes['for']!r}, which is not on the page"
        if tag in ("input", "select", "textarea") and not _has_label(attributes, around, labelled):
            yield f"{tag} without a label: {attributes}"


def _has_label(attributes: dict, around: frozenset[str], labelled: set) -> bool:
    return (
        attributes.get("type") in UNLABELLED
        or "label" in around
        or bool(attributes.get("aria-label") or attributes.get("aria-labelledby"))
        or (bool(attributes.get("id")) and attributes["id"] in labelled)
    )


def content_faults(page: Page):
    """Yield pictures without words, what the content security policy forbids, and half-width marks."""
    yield from (f"img without alt: {attributes}" for attributes in page.all("img") if "alt" not in attributes)
    for tag, attributes in page.elements:
        if forbidden := [name for name in attributes if name == "style" or name.startswith(("on", "hx-on"))]:
            yield f"{tag} has {forbidden}"
        if tag == "style" or (tag == "script" and "src" not in attributes and not _is_data(attributes)):
            yield f"inline {tag}"
    yield from (f"half-width mark in {text!r}" for text in map(squeeze, page.texts) if HALF_WIDTH.search(text))


def _is_data(attributes: dict) -> bool:
    return attributes.get("type") in ("application/json", "importmap", "speculationrules")


def faults(html: str) -> list[str]:
    """Return everything that is wrong with a whole page; an empty list if nothing is."""
    page = Page(html)
    return [*frame_faults(page), *form_faults(page), *content_faults(page)]


def fragment_faults(html: str) -> list[str]:
    """Return what is wrong with a fragment: all but its frame, which the page has."""
    page = Page(html)
    return [*form_faults(page), *content_faults(page)]


def settle(session) -> None:
    """Commit what a test has prepared, so that requests see it and the test holds no lock."""
    session.commit()
    for key in ("touched", "witnessed"):
        session.info.pop(key, None)


def forget(session) -> None:
    """Let the test read anew what a request may have changed; ids stay known without asking."""
    for thing in session:
        state = sa.inspect(thing)
        keys = {column.key for column in state.mapper.primary_key}
        session.expire(thing, [attribute.key for attribute in state.mapper.attrs if attribute.key not in keys])


class CarefulClient(FlaskClient):
    """Looks over every page; each request has a context, a session and a transaction of its own.

    What the test's own session holds is committed before a request and read anew after it.
    """

    def open(self, *args, **kwargs):
        test_session = db.session if has_app_context() else None
        if test_session is not None:
            settle(test_session)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if test_session is not None:
            forget(test_session)
        if response.mimetype == "text/html" and response.status_code < 300 and self.is_new(response):
            look_over(response)
        return response

    def is_new(self, response) -> bool:
        """Say whether a page is to be looked over; every one is, unless a long script knows better."""
        return True

    def post(self, *args, **kwargs):
        """Post as a form on one of our own pages does; give `headers` to come from elsewhere."""
        kwargs.setdefault("headers", {"Sec-Fetch-Site": "same-origin"})
        return super().post(*args, **kwargs)

    def sign_on(self, person, *, device: str = "测试用的手机", office: bool = False) -> CarefulClient:
        """Log a person in on this client without the form, the office window open if asked; return the client."""
        if has_app_context():
            settle(db.session)
        self.set_cookie("sid", contextvars.Context().run(self._begin_login, person.id, device, office))
        return self

    def _begin_login(self, person_id: int, device: str, office: bool) -> str:
        with self.application.app_context(), transaction(db.session):
            return begin_login(db.session, person_id, device=device, at=clock.now(), office=office)


def look_over(response) -> None:
    """Fail with everything that is wrong with a page or fragment."""
    html = response.text
    whole = html.lstrip().lower().startswith("<!doctype")
    found = faults(html) if whole else fragment_faults(html)
    assert not found, f"{response.request.method} {response.request.path}: " + "; ".join(found)

"""No two forms ask the same fact: the forms of all pages that can be reached, against the table in facts.py."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import HTTPException

from partygroup import clock
from partygroup.attendance.models import DueEntry
from partygroup.db import db
from partygroup.meetings.models import Meeting
from partygroup.scores.states import State
from partygroup.web.security import SAFE
from tests.cast import build_world
from tests.factories import add, declaration, exclusion, gathering
from tests.scorebook import mark
from tests.web.corners import build_corners
from tests.web.desks import seal
from tests.web.facts import APART, CHANGES, FACTS, INSTEAD, UNSEEN

pytestmark = pytest.mark.one_database
#: Not asked: carried along, or a button that says nothing.
UNASKED = ("hidden", "submit")
WHO = ("member", "leader", "secretary", "unit_officer", "company_officer")
NOON = clock.beijing("2026-11-26 12:00")
KINDS = ("group_meeting", "party_lecture", "theme_day", "oath_review", "political_birthday")


class Forms(HTMLParser):
    """The forms of a page that send something: address → field → whether it came filled in."""

    def __init__(self, html: str, path: str):
        super().__init__()
        self.path, self.found, self.running, self.by_id = path, [], None, {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.running = {}
            self.by_id[told.get("id")] = self.running
            if told.get("method", "get").lower() == "post":
                self.found.append((told.get("action") or self.path, self.running))
        fields = self.by_id.get(told["form"]) if "form" in told else self.running
        asked = tag in ("input", "select", "textarea", "button") and "formaction" not in told
        if fields is not None and asked and told.get("name") and told.get("type") not in UNASKED:
            fields[field_of(told["name"])] = bool(told.get("value"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.running = None


def field_of(name: str) -> str:
    """Return the name of a field without the number of the thing that it is about."""
    return re.sub(r"([-_])\d+$", r"\1#", name)


def room(endpoint: str) -> str:
    return endpoint.split(".")[0]


def twice(facts: dict[str, dict[str, str]]) -> set[str]:
    """Return the facts that more than one route asks, but for those that change or say it instead of another."""
    asking = defaultdict(set)
    for route, fields in facts.items():
        for fact in fields.values():
            asking[fact].add(CHANGES.get(route) or INSTEAD.get(route) or route)
    return {fact for fact, routes in asking.items() if len(routes) > 1}


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_test_sees():
    page = '<form method="post" action="/a"><input name="x-7" value="1"><input type="hidden" name="y"></form>'
    assert Forms(page, "/b").found == [("/a", {"x-#": True})]
    assert twice({"one.make": {"a": "who came"}, "other.make": {"b": "who came"}}) == {"who came"}


def test_no_two_forms_ask_the_same_fact():
    assert twice(FACTS) == set()


def test_within_a_form_nothing_is_asked_twice():
    told = {route: Counter(fields.values()) for route, fields in FACTS.items() if route != "agenda.add"}
    assert {route: fact for route, facts in told.items() for fact, times in facts.items() if times > 1} == {}


def test_every_form_stands_in_the_table(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - set(SAFE)}
    assert {route for route in routes if room(route) not in APART} == set(FACTS)
    assert {*CHANGES, *CHANGES.values(), *INSTEAD, *INSTEAD.values()} <= set(FACTS)


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms(app, start) -> dict[str, dict[str, bool]]:
    """Return route → field → whether it came filled in somewhere, of all pages that some of the cast can reach."""
    start.restore()
    stopped = pytest.MonkeyPatch()
    stopped.setattr(clock, "now", lambda: NOON)
    try:
        return _all_forms(app)
    finally:
        stopped.undo()


def _all_forms(app) -> dict[str, dict[str, bool]]:
    with app.app_context():
        world = build_world(db.session)
        db.session.commit()
        corners = build_corners(db.session, world)
        own = {name: corner.ids for name, corner in corners.items() if name in ("own", "leader", "committee")}
        more = _other_states(db.session, world)
        db.session.commit()
        db.session.close()
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for role in WHO:
        client = app.test_client().sign_on(world.actors[role], office=True)
        for path in {*_addresses(app, corners, own), *more}:
            answer = client.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                for action, fields in Forms(answer.text, path).found:
                    _note(app, found, action, fields)
    return found


def _note(app, found, action: str, fields: dict[str, bool]) -> None:
    try:
        endpoint, _ids = app.url_map.bind("localhost").match(action.split("?")[0], method="POST")
    except HTTPException as error:
        raise AssertionError(f"a form is sent to {action}, where nothing takes it") from error
    for field, filled in fields.items():
        found[endpoint][field] = found[endpoint].get(field, False) or filled
    found[endpoint] = dict(found[endpoint])


def _addresses(app, corners, own) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and room(rule.endpoint) not in (*APART, "static", "pwa"):
            for name in own if rule.arguments else ("own",):
                yield rule.build(corners[name].filled(rule), append_unknown=False)[1]


def _other_states(session, world) -> Iterator[str]:
    """Put a meeting in each state, and a declaration in each, into the leader's group; return their pages."""
    now, leader, member = clock.now(), world.leader, world.member
    opened = {"opened_at": now - timedelta(hours=3), "opened_by": leader.id}
    closed = opened | {"closed_at": now - timedelta(hours=1), "closed_by": leader.id}
    pages = ["/meetings/new?more=1"]
    for kind in KINDS:
        for moments in ({}, opened, closed):
            starts_at = now - timedelta(hours=2) if moments else now + timedelta(hours=1)
            row = gathering(session, world.group.id, by=leader.id, kinds=(kind,), starts_at=starts_at, **moments)
            _people_of(session, row, world, now if moments else None)
            meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == row.id))
            pages += [f"/meetings/{row.id}", f"/meetings/{row.id}/due", f"/meetings/{row.id}/minutes/{meeting_id}"]
            pages += [f"/meetings/{row.id}/people/{who.id}" for who in (leader, world.probationer)]
    for state in State:
        days = {"public_from": clock.day_of(now), "public_until": clock.day_of(now), "group_id": world.group.id}
        row = declaration(session, member.id, world.branch.id, state=state.value, confirmed_by=leader.id, **days)
        pages += [f"/declarations/{row.id}", f"/declarations/{row.id}/edit"]
    exclusion(session, member.id, "ill")
    gathering(session, world.branch.id, by=leader.id, kinds=("election",), starts_at=now - timedelta(days=9), **closed)
    sealed = session.get(Meeting, seal(session, world, 0))
    pages.append(f"/meetings/{sealed.gathering_id}/minutes/{sealed.id}")
    return [*pages, f"/people/{member.id}", f"/people/{member.id}/points/cases"]


def _people_of(session, row, world, at) -> None:
    """Put leader, member and one more into the list of a meeting; the first two came."""
    if at:
        due = {"standing": "full", "counting": "due", "may_vote": True, "group_id": world.group.id}
        for who in (world.leader, world.member, world.probationer):
            add(session, DueEntry, gathering_id=row.id, person_id=who.id, **due)
        for who in (world.leader, world.member):
            mark(session, row.id, who.id, at=at)


def test_every_field_of_every_page_stands_in_the_table(forms):
    asked = {route: set(fields) for route, fields in forms.items() if room(route) not in APART}
    strange = {route: sorted(fields - set(FACTS[route])) for route, fields in asked.items()}
    assert {route: fields for route, fields in strange.items() if fields} == {}
    assert {route for route, fields in FACTS.items() if fields} - set(asked) == UNSEEN


@pytest.mark.parametrize(("route", "field"), [
    ("meetings.move", "starts_at"), ("meetings.move", "place"), ("activities.revise", "text"),
    ("declarations.edit", "happened_on"), ("minutes.write", "ended_at"), ("calling.call", "place"),
    ("calling.call", "starts_at"), ("evaluation.set_term", "elected_on"),
])  # fmt: skip
def test_what_is_known_already_comes_filled_in(forms, route, field):
    assert forms[route][field]

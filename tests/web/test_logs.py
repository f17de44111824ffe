"""The log: a JSON object for each request and each fault, and nobody's data in it (H3)."""

from __future__ import annotations

import json
import logging

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.logs import alias, begin, log, trace_of
from partygroup.people import logins
from tests.web.test_imports import SOMEBODY, person, send

FIELDS = {"time", "level", "event", "method", "route", "status", "ms", "request_id", "login"}


@pytest.fixture
def lines(caplog):
    """Return a function that gives the log's lines so far, as text."""
    caplog.set_level(logging.INFO, logger="luhuo")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "luhuo"]


def last(lines) -> dict:
    return json.loads(lines()[-1])


def test_a_request_is_one_line(world, client, lines, at):
    at("2026-03-05 19:30")
    answer = client.sign_on(world.secretary, office=True).get(f"/people/{world.member.id}?why=田富")
    told = last(lines)
    assert len(lines()) == 1 and told.keys() == FIELDS
    assert (told["method"], told["route"], told["status"]) == ("GET", "/people/<id:person_id>", 200)
    assert (told["event"], told["level"], told["time"]) == ("request", "info", "2026-03-05T11:30:00.000+00:00")
    assert told["request_id"] == answer.headers["X-Request-Id"] and told["ms"] > 0


def test_lines_of_one_login_belong_together(world, client, app, lines):
    client.sign_on(world.member)
    client.get("/me")
    client.get("/me/devices")
    app.test_client().sign_on(world.leader).get("/me")
    first, second, other = [json.loads(line)["login"] for line in lines()]
    assert first == second != other
    assert first == alias(app.config["SECRET_KEYS"][0], 1) and first != alias("another key", 1)


@pytest.mark.parametrize(
    ("path", "method", "route"),
    [("/nobody/田富", "GET", "none"), ("/login?next=/me", "GET", "/login"), ("/me", "TIANFU", "/me")],
)
def test_unknown_things_are_not_quoted(client, lines, path, method, route):
    client.open(path, method=method)
    told = last(lines)
    assert told["route"] in (route, "none") and told["login"] is None
    assert told["method"] == ("GET" if method == "GET" else "other")


def test_a_fault_has_its_trace_and_the_number_of_the_page(world, client, lines, monkeypatch):
    def break_down(*_rest):
        raise ValueError(f"cannot read {world.member.name}")

    monkeypatch.setattr("partygroup.web.me.get_profile", break_down)
    answer = client.sign_on(world.member).get("/me")
    fault, request = map(json.loads, lines())
    assert answer.status_code == request["status"] == 500
    assert fault["request_id"] == request["request_id"] == answer.headers["X-Request-Id"]
    assert fault["request_id"] in answer.text
    assert (fault["event"], fault["level"], fault["fault"]) == ("fault", "error", "ValueError")
    assert "in break_down" in fault["trace"] and "田富" not in lines()[0] and "Traceback" not in answer.text


def test_a_trace_names_its_causes_without_messages():
    name = "田富"
    try:
        try:
            raise KeyError(name)
        except KeyError as inner:
            raise RuntimeError(name) from inner
    except RuntimeError as error:
        told = trace_of(error)
    first, cause = told.split("\ncaused by:\n")
    assert first.endswith("\nRuntimeError") and cause.endswith("\nKeyError")
    assert "raise RuntimeError(name)" in first and name not in told


def test_errors_of_the_database_quote_no_values(app, session):
    with pytest.raises(sa.exc.DBAPIError) as caught:
        session.execute(sa.text("SELECT :number FROM no_such_table"), {"number": "G10001"})
    assert "G10001" not in str(caught.value)


def test_the_level_is_set(caplog):
    begin("error")
    log.info("quiet")
    log.error("loud")
    begin("info")
    assert [json.loads(record.getMessage())["event"] for record in caplog.records] == ["loud"]


def test_the_log_goes_to_standard_error_as_it_is_then(capsys):
    begin("info")
    log.warning("one\nline", name="é炉")
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and json.loads(told)["name"] == "é炉"


def test_nobody_is_in_the_log(world, client, app, opened, lines, session):
    """Walk a wrong password, a first password, a sign-in by code and a roster, then look for all that was typed."""
    code = logins.issue_activation(session, world.member.id, by=None, at=clock.now())
    password = "绝不写进日志的密码"
    typed = {"staff_no": world.member.staff_no, "password": password, "again": password}
    scanned, spoken = opened.code(), opened.spoken()
    office = app.test_client().sign_on(world.company_officer, office=True)
    preview = [
        client.post("/login", data=typed),
        client.post("/activate", data=typed | {"code": code}),
        client.get(scanned),
        client.post(f"{opened.url}/sign-ins", data={"spoken": spoken}),
        office.get(f"/people?q={world.member.staff_no}"),
        send(office, SOMEBODY, person(工号="900002", 星级="九"), unit_id=world.company.id),
    ]
    applied = office.post(f"{preview[-1].location}/applying", data={"only_good_rows": "1"})
    statuses = [answer.status_code for answer in (*preview, applied)]
    assert statuses == [422, 303, 200, 303, 200, 303, 303]
    assert [json.loads(line)["status"] for line in lines()] == statuses
    told = "\n".join(lines())
    secrets = [password, code, scanned.rpartition("/")[2], spoken, *SOMEBODY[:2], SOMEBODY[-1]]
    secrets += [word for actor in world.actors.values() for word in (actor.name, actor.staff_no)]
    assert [word for word in secrets if word in told] == []

"""What stands on every answer, what may be stored, cookies, our own host, and the pages of errors (security.md 5)."""

from __future__ import annotations

import io
import json
import re

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import HTTPException, abort

from partygroup import create_app
from partygroup.db import db
from partygroup.errors import NotFound, Refused
from partygroup.settings import ROOT
from partygroup.spreadsheets.reading import MAX_BYTES
from tests.cast import PASSWORD
from tests.client import CarefulClient, faults, fragment_faults

pytestmark = pytest.mark.one_database
OWN = "https://luhuo.example.com"
BUILT = json.loads((ROOT / "static" / "dist" / "assets.json").read_text("utf-8"))
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
}
#: Answers of every sort: public, private, led on, refused, not there, a file of ours, machine-read.
ANSWERS = (
    ("/login", 200),
    ("/me", 200),
    ("/logout", 200),
    ("/people", 403),
    ("/nothing/here", 404),
    ("/meetings/2147483648", 404),
    ("/me/devices/ending", 405),
    ("/healthz", 200),
    ("/readyz", 200),
    ("/offline", 200),
    ("/sw.js", 200),
    ("/manifest.webmanifest", 200),
    ("/static/icons.svg", 200),
    ("/static/nothing.css", 404),
    (f"/static/dist/{BUILT['luhuo.js']}", 200),
    ("/me?theme=dark", 303),
)


@pytest.fixture
def https(app, world, database_url, settings_for):
    """Return a client of the same house as it stands behind HTTPS, asked by its own name."""
    secure = create_app(settings_for(database_url, base_url=OWN))
    secure.test_client_class = CarefulClient
    client = secure.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_HOST"] = "luhuo.example.com"
    yield client
    with secure.app_context():
        db.engine.dispose()


def policy_of(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


def cookies_of(answer) -> dict[str, str]:
    return {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


# --- every answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_is_guarded(world, client, path, status):
    if path != "/login":
        client.sign_on(world.member)
    answer = client.get(path, buffered=True)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = policy_of(answer)
    assert (
        policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    )
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == ["'self'"]
    assert not re.search("unsafe|http:|\\*", answer.headers["Content-Security-Policy"])
    assert "Strict-Transport-Security" not in answer.headers and "Server" not in answer.headers


@pytest.mark.parametrize("path", ["/login", "/nothing", "/healthz", f"/static/dist/{BUILT['luhuo.css']}"])
def test_https_is_kept(https, path):
    assert https.get(path, buffered=True).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_foreign_post_is_refused_under_the_same_guard(world, client):
    answer = client.sign_on(world.member).post("/logout", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403 and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "从别的网站来的提交不接受，请回到炉火里再点一次。" in answer.text and "提交没有接受" in answer.text
    assert "不归你看" not in answer.text and "不归你看" in client.get("/people").text


# --- what may be stored -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/me", "/me/devices", "/meetings", "/login", "/logout", "/nothing", "/people", "/readyz"]
)
def test_nothing_that_could_be_private_is_stored(world, client, path):
    if path != "/login":
        client.sign_on(world.member)
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers


def test_files_made_for_somebody_are_not_stored(world, client):
    client.sign_on(world.company_officer, office=True)
    sheet = {
        "file": (
            io.BytesIO("工号,姓名,二级党委,党支部,党员类别\n1,甲,青松厂党委,红柳车间党支部,贵宾".encode()),
            "a.csv",
        )
    }
    sent = client.post("/imports", data=sheet | {"valid_from": "2026-01-01", "unit_id": world.company.id})
    assert client.get(f"{sent.location}/faults.xlsx").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", [name for name in BUILT if "-" in BUILT[name]])
def test_built_files_are_kept_for_ever(client, name):
    answer = client.get(f"/static/dist/{BUILT[name]}", buffered=True)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert re.fullmatch(r"max-age=\d{8,}, public, immutable", answer.headers["Cache-Control"])


@pytest.mark.parametrize("path", ["/sw.js", "/static/icons.svg"])
def test_files_that_change_are_asked_anew(client, path):
    assert client.get(path, buffered=True).headers["Cache-Control"] in ("no-cache", "no-store")


def test_page_and_fragment_of_one_address_are_told_apart(opened, world, client):
    answer = client.sign_on(world.leader).get(f"{opened.url}/sign-ins")
    assert {"HX-Request", "Cookie"} <= set(answer.vary)


# --- cookies ----------------------------------------------------------------------------------------------------------


def log_in(client, who):
    return client.post("/login", data={"staff_no": who.staff_no, "password": PASSWORD})


def test_cookies_over_http(world, client):
    found = cookies_of(log_in(client, world.company_officer)) | cookies_of(client.get("/imports"))
    found |= cookies_of(client.get("/me?theme=dark&size=large"))
    assert set(found) == {"sid", "device", "office", "theme", "size"}
    for line in found.values():
        assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line
        assert "Secure" not in line and "Domain" not in line


def test_cookies_over_https(world, https):
    found = cookies_of(log_in(https, world.company_officer))
    assert "__Host-sid" in found and "sid" not in found
    https.set_cookie("__Host-sid", re.search(r"__Host-sid=([^;]+)", found["__Host-sid"])[1], domain="luhuo.example.com")
    found |= cookies_of(https.get("/imports")) | cookies_of(https.get("/me?theme=dark"))
    found |= cookies_of(https.post("/me/devices/ending"))
    assert set(found) == {"__Host-sid", "device", "office", "theme", "__Host-words"}
    for line in found.values():
        assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line and "Secure" in line
        assert "Domain" not in line


def test_the_ticket_of_a_scan_is_guarded_too(opened, client):
    (line,) = cookies_of(client.get(opened.code())).values()
    assert line.startswith("ticket=") and "HttpOnly" in line and "SameSite=Lax" in line


# --- our own name -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "luhuo.example.com.evil.example", "sub.luhuo.example.com", "10.0.0.7", ""]
)
def test_only_our_own_host_is_answered(https, host):
    answer = https.get("/login", headers={"Host": host})
    assert answer.status_code == 400 and "这一步没办成" in answer.text
    assert host not in answer.text or not host


@pytest.mark.parametrize("host", ["luhuo.example.com", "luhuo.example.com:8443", "localhost:8000", "127.0.0.1:8000"])
def test_our_own_host_and_checks_from_the_machine_are_answered(https, host):
    assert https.get("/login", headers={"Host": host}).status_code == 200


def test_a_post_must_come_from_the_public_address(https, world):
    typed = {"staff_no": world.member.staff_no, "password": PASSWORD}
    for origin, status in ((OWN, 303), ("http://luhuo.example.com", 403), ("https://localhost", 403)):
        assert https.post("/login", data=typed, headers={"Origin": origin}).status_code == status


def test_without_a_public_address_any_host_is_answered(client):
    assert client.get("/login", headers={"Host": "192.168.1.7:8000"}).status_code == 200


# --- errors -----------------------------------------------------------------------------------------------------------

TITLES = {
    400: "这一步没办成",
    403: "这一页不归你看",
    404: "没找到这一页",
    409: "这一步没办成",
    413: "文件太大了",
    418: "没找到这一页",
    422: "这一步没办成",
    429: "歇一歇再试",
    500: "我们这边出了毛病",
    501: "我们这边出了毛病",
    503: "这会儿人多",
}


def breaking(error) -> object:
    def view(*_rest):
        raise error

    return view


def raised(code: int) -> HTTPException:
    try:
        abort(code)
    except HTTPException as error:
        return error


@pytest.fixture
def broken(world, client, monkeypatch):
    """Return a function that asks for a page which fails with an error."""

    def ask(error, **headers):
        monkeypatch.setattr("partygroup.web.me.get_profile", breaking(error))
        return client.sign_on(world.member).get(
            "/me", headers={name.replace("_", "-"): v for name, v in headers.items()}
        )

    return ask


@pytest.mark.parametrize(("code", "title"), TITLES.items())
def test_an_error_is_a_page_in_our_own_words(broken, code, title):
    answer = broken(raised(code))
    assert answer.status_code == code and answer.mimetype == "text/html"
    assert f"<title>{title} · 炉火</title>" in answer.text and "回首页" in answer.text
    assert faults(answer.text) == []
    assert not re.search("Traceback|werkzeug|sqlalchemy|Exception|\\.py", answer.text)
    assert answer.headers.get("Retry-After") == ("5" if code == 503 else None)


@pytest.mark.parametrize(("code", "title"), TITLES.items())
def test_a_script_gets_the_words_only_and_replaces_nothing(broken, code, title):
    answer = broken(raised(code), HX_Request="true")
    assert answer.status_code == code and answer.headers["HX-Reswap"] == "none"
    assert title in answer.text and "<html" not in answer.text and len(answer.text) < 600
    assert fragment_faults(answer.text) == []


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Refused("请换一个日期。"), 422, "请换一个日期。"),
        (Refused("现在登录的人多，请过几秒再试。", 503), 503, "现在登录的人多，请过几秒再试。"),
        (Refused("<b>粗</b>"), 422, "&lt;b&gt;粗&lt;/b&gt;"),
        (NotFound(), 404, "没找到这一页"),
        (sa.exc.OperationalError("SELECT 1", {}, Exception("server closed")), 503, "这会儿人多"),
        (sa.exc.TimeoutError("pool"), 503, "这会儿人多"),
        (RuntimeError("秘密"), 500, "不是你弄错了"),
        (RecursionError(), 500, "不是你弄错了"),
    ],
)
def test_whatever_goes_wrong_has_its_page(broken, error, status, words):
    answer = broken(error)
    assert answer.status_code == status and words in answer.text and "秘密" not in answer.text
    assert faults(answer.text) == []


def test_a_fault_is_told_by_a_number(broken):
    answer = broken(RuntimeError())
    assert f"编号：{answer.headers['X-Request-Id']}" in answer.text


def test_an_unknown_way_of_asking_is_refused(client):
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = client.open("/login", method=method, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 405 and "没找到这一页" in answer.text


# --- sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_is_small(world, client, htmx):
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"HX-Request": "true"} if htmx else {})
    client.sign_on(world.member)
    for path in ("/feedback", "/me/password", "/login"):
        answer = client.post(path, data={"text": "长" * 300_000, "staff_no": "1"}, headers=headers)
        assert answer.status_code == 413 and "文件太大了" in answer.text, path


def test_a_form_has_few_fields(world, client):
    many = {f"field{number}": "1" for number in range(600)}
    answer = client.sign_on(world.member).post("/feedback", data=many, content_type="multipart/form-data")
    assert answer.status_code == 413


def upload(client, path: str, size: int, **typed):
    """Send a form with a file of some size, its body made by hand: the test client would leave a file open."""
    line = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    fields = "".join(f"{line.format(name, '')}{value}\r\n" for name, value in typed.items())
    head = fields + line.format("file", '; filename="a.csv"')
    body = head.encode() + b"x" * size + b"\r\n--x--\r\n"
    return client.post(path, data=body, content_type="multipart/form-data; boundary=x")


def test_only_a_roster_may_be_large(world, client):
    client.sign_on(world.company_officer, office=True)
    typed = {"valid_from": "2026-01-01", "unit_id": world.company.id}
    taken = upload(client, "/imports", 300_000, **typed)
    assert taken.status_code == 422 and "请选择一份花名册" not in taken.text
    assert upload(client, "/imports", MAX_BYTES + 100_000, **typed).status_code == 413
    assert upload(client, "/feedback", 300_000, text="看").status_code == 413

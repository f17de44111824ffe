"""What a first visit weighs on the wire: page, style, script, icons, and the worker that is installed beside."""

from __future__ import annotations

import pytest

from partygroup.demo import DEMO_PASSWORD
from tests.browser.phones import wait_until

LIMIT = 60 * 1024


class Scales:
    """Weighs what the server sends, whoever asks (page or worker), and what the browser's page receives."""

    def __init__(self, app, monkeypatch):
        self.sent, self.received, self.inner = {}, 0, app.wsgi_app
        monkeypatch.setattr(app, "wsgi_app", self._weigh)

    def _weigh(self, environ, start_response):
        heads = []

        def note(status, headers, *rest):
            heads.append(len(status) + sum(len(name) + len(value) + 4 for name, value in headers))
            return start_response(status, headers, *rest)

        answer = self.inner(environ, note)
        parts = list(answer)
        getattr(answer, "close", lambda: None)()
        path = environ["PATH_INFO"]
        self.sent[path] = self.sent.get(path, 0) + heads[0] + sum(map(len, parts))
        return parts

    def watch(self, page) -> None:
        """Weigh what a page receives from now on, as it is encoded on the wire."""
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.loadingFinished", self._receive)
        devtools.send("Network.enable")

    def _receive(self, seen: dict) -> None:
        self.received += seen["encodedDataLength"]

    @property
    def total(self) -> int:
        return sum(self.sent.values())


@pytest.fixture
def scales(app, monkeypatch) -> Scales:
    return Scales(app, monkeypatch)


def visited(phone, scales: Scales, path: str):
    """Open a page with nothing in the cache, wait until the worker stands, and return the page."""
    page = phone.new_page()
    scales.watch(page)
    page.goto(path, wait_until="networkidle")
    wait_until(page, "navigator.serviceWorker.ready.then(() => caches.match('/offline')).then(Boolean)")
    return page


def logged_in(phone, scales: Scales, staff_no: str) -> None:
    """Log in without opening a page, and put the scales back to nothing."""
    form = {"staff_no": staff_no, "password": DEMO_PASSWORD}
    answer = phone.request.post("/login", form=form, headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0)
    assert answer.status == 303
    scales.sent.clear()


@pytest.mark.parametrize("staff_no", ["100001", None], ids=["home", "login"])
def test_a_first_visit_is_light(phone, demo_server, scales, staff_no):
    if staff_no:
        logged_in(phone, scales, staff_no)
    page = visited(phone, scales, "/" if staff_no else "/login")
    assert (page.locator("form[data-signout]").count() == 1) is bool(staff_no)
    assert {"/sw.js", "/offline"} < scales.sent.keys()
    assert scales.total <= LIMIT, scales.sent
    assert 0.5 * scales.total < scales.received <= LIMIT


def test_the_second_visit_costs_the_page_alone(phone, demo_server, scales):
    page = visited(phone, scales, "/login")
    scales.sent.clear()
    page.goto("/about", wait_until="networkidle")
    assert not [path for path in scales.sent if path.startswith("/static/")]
    assert 0 < scales.total <= LIMIT / 6, scales.sent

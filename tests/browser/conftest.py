"""Fixtures of the browser tests."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import expect

from tests.browser.films import write_film
from tests.browser.phones import HANDHELD, Phone
from tests.browser.servers import Server
from tests.conftest import CHROMIUM_FLAGS

PATIENCE = 15000  # milliseconds that anything is waited for, on a slow machine
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def server(app, clean):
    """The app behind an address of its own, over a clean database; it can go away and come back."""
    server = Server(app)
    yield server
    server.stop()


@pytest.fixture
def new_phone(new_context, live_server):
    """Return a function that makes another phone (keywords: browser context options); none may complain."""
    phones = []

    def make(*, home: str = live_server, **options) -> Phone:
        context = new_context(**{"service_workers": "block"} | HANDHELD | options)
        context.set_default_timeout(PATIENCE)
        phones.append(Phone(context.new_page(), home))
        return phones[-1]

    yield make
    assert [phone.noise for phone in phones if phone.noise] == []


@pytest.fixture
def camera_phone(launch_browser, browser_context_args, live_server, tmp_path):
    """Return a function that makes a phone whose camera sees a film of these pictures, each a frame, over and over.

    A browser of its own for each: the film is named when it starts. More flags of the browser by `flags`.
    """
    with contextlib.ExitStack() as started:
        phones = []

        def make(frames, *, per_second: int = 6, flags=(), home: str = live_server, workers="block") -> Phone:
            film = write_film(tmp_path / f"film{len(phones)}.y4m", frames, per_second=per_second)
            camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
            args = [*CHROMIUM_FLAGS, *camera, f"--use-file-for-fake-video-capture={film}", *flags]
            browser = launch_browser(args=args)
            started.callback(browser.close)
            context = browser.new_context(**browser_context_args | HANDHELD | {"service_workers": workers})
            context.set_default_timeout(PATIENCE)
            phones.append(Phone(context.new_page(), home))
            return phones[-1]

        yield make
        assert [phone.noise for phone in phones if phone.noise] == []

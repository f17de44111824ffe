"""Fixtures of the browser tests."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import HANDHELD, Phone
from tests.browser.servers import Server

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

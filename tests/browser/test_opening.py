"""The first look by phone: the page opens in Chinese, fits, and the browser has nothing to complain about."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from partygroup.demo import DEMO_PASSWORD


@pytest.fixture
def complaints(phone) -> list[str]:
    """Collect what the browser says against us: errors in scripts, content refused, files not found."""
    said = []
    phone.on("weberror", lambda error: said.append(str(error.error)))
    phone.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    return said


@pytest.mark.postgres
def test_a_phone_opens_the_login_page(phone, live_server, complaints):
    page = phone.new_page()
    page.goto("/login")
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert complaints == []


def test_a_member_of_the_demo_company_logs_in(phone, demo_server, complaints):
    page = phone.new_page()
    page.goto("/login")
    page.get_by_label("工号").fill("100001")
    page.get_by_label("密码").first.fill(DEMO_PASSWORD)
    page.locator("main form [type=submit], main form button").first.click()
    expect(page).not_to_have_url(f"{demo_server}/login")
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert complaints == []

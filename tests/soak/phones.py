"""A phone of the soak: Chromium with its own storage and two tabs, used by a person who tries again as people do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Error, Page

from tests.browser.phones import HANDHELD
from tests.soak.world import Somebody

PATIENCE = 240  # seconds after which somebody gives up on a page: a busy machine is slow, too
GLANCE = 0.15
LOAD_AT_MOST = 15000
#: What stands on the page: address, whose it is, which form, what is said; null when there is no page of ours.
LOOK = """() => document.querySelector('#main') && {
  path: location.pathname, person: document.documentElement.dataset.person || null,
  isOffline: !!document.querySelector('[data-offline]'), isLogin: !!document.querySelector('#main [name=staff_no]'),
  isBroken: performance.getEntriesByType('navigation')[0]?.responseStatus >= 500,
  isJot: !!document.querySelector('form[data-outbox] [name=text]'),
  isSending: !!document.querySelector('[data-sending]'),
  isDesk: !!document.querySelector('form[data-outbox] [name=ticket]'),
  said: document.querySelector('[data-said], .is-error .message, .banner-late')?.textContent || '',
  refused: document.querySelector('.banner-warn:not([data-waiting])')?.textContent.trim() || '',
  title: document.title,
}"""
#: Every item of the outbox that lies on the phone, whosever it is.
ITEMS = """() => new Promise((told, failed) => {
  const asked = indexedDB.open('luhuo');
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => told([]);
  asked.onsuccess = () => {
    const got = asked.result.transaction('items').objectStore('items').getAll();
    got.onerror = () => failed(got.error);
    got.onsuccess = () => {
      asked.result.close();
      told(got.result.map(({ key, person, url, line, state, words, fields, files }) =>
        ({ key, person, url, line, state, words, fields, photos: files.length })));
    };
  };
})"""


class GivenUp(Exception):
    """Somebody tried for four minutes, and the page did not do what it is for."""


@dataclass
class Seen:
    """What stands on a page of ours."""

    path: str
    person: str | None
    isOffline: bool  # noqa: N815 — as the script above says it
    isLogin: bool  # noqa: N815 — as above
    isBroken: bool  # noqa: N815 — as above
    isJot: bool  # noqa: N815 — as above
    isSending: bool  # noqa: N815 — as above
    isDesk: bool  # noqa: N815 — as above
    said: str
    refused: str
    title: str


class Tab:
    """One tab of a phone."""

    def __init__(self, page: Page, home: str):
        self.page, self.home, self.faults = page, home, []
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    async def look(self) -> Seen | None:
        """Return what stands there; None while there is no page of ours."""
        try:
            seen = await self.page.evaluate(LOOK)
        except Error:
            return None
        return Seen(**seen) if seen else None

    async def open(self, path: str) -> Seen | None:
        """Type an address; return what came."""
        try:
            await self.page.goto(self.home + path, wait_until="load", timeout=LOAD_AT_MOST)
        except Error:
            return None
        return await self.look()

    async def until(self, wanted, what: str) -> Seen:
        """Wait for a page that is wanted; reload where there is none, or the server has a fault.

        Reloading sends a form again that was lost, as it does in life.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            seen = await self.look()
            if seen and not seen.isBroken and not seen.isSending and wanted(seen):
                return seen
            if self.page.url.startswith("chrome-error:") or (seen and (seen.isBroken or seen.isOffline)):
                try:
                    await self.page.reload(wait_until="load", timeout=LOAD_AT_MOST)
                except Error:
                    await asyncio.sleep(GLANCE)
            else:
                await asyncio.sleep(GLANCE)
        raise GivenUp(f"{what}: stands at {self.page.url} with {seen}")

    async def log_in(self, who: Somebody) -> Seen:
        """Fill in the login form that is open, until it is another page."""
        await self.page.locator("#main [name=staff_no]").fill(who.staff_no)
        await self.page.locator("#main [name=password]").fill(who.password)
        await self.page.locator("#main form:has([name=password]) button.btn-lg").tap()
        return await self.until(lambda seen: not seen.isLogin and not seen.isOffline, "logging in")

    async def reach(self, path: str, who: Somebody) -> Seen:
        """Open an address as somebody, trying again and logging in where that is asked; return what stands there."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            seen = await self.open(path)
            if seen is None or seen.isOffline or seen.isBroken:
                await asyncio.sleep(GLANCE)
            elif seen.isLogin:
                seen = await self.log_in(who)
                if seen.person == str(who.id) and seen.path == path:
                    return seen
            elif seen.person not in (None, str(who.id)):
                await self.log_out()
            else:
                return seen
        raise GivenUp(f"{path} does not open: stands at {self.page.url}")

    async def log_out(self) -> None:
        """Log out whoever is logged in, by the button."""
        if (seen := await self.open("/logout")) and not seen.isOffline and not seen.isLogin:
            await self.page.locator("form[data-signout] button").first.tap()
            await self.until(lambda seen: seen.isLogin or seen.isOffline, "logging out")

    async def items(self) -> list[dict]:
        """Return what lies in the outbox of this phone."""
        return await self.page.evaluate(ITEMS)


class Phone:
    """A phone with its tabs."""

    def __init__(self, number: int, context: BrowserContext, tabs: list[Tab], has_worker: bool):
        self.number, self.context, self.tabs, self.has_worker = number, context, tabs, has_worker
        self.locked = asyncio.Lock()


async def new_phone(browser, number: int, home: str, tabs: int, *, has_worker: bool) -> Phone:
    """Return a phone, with a service worker or, as WeChat on iOS, without."""
    workers = "allow" if has_worker else "block"
    options = HANDHELD | {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
    context = await browser.new_context(service_workers=workers, **options)
    context.set_default_timeout(PATIENCE * 1000)
    return Phone(number, context, [Tab(await context.new_page(), home) for _ in range(tabs)], has_worker)
